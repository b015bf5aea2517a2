/* SPDX-License-Identifier: Apache-2.0 */
/*
 * meminfo, cpuinfo, stat, uptime, loadavg, version, filesystems and mounts can be parsed and hold
 * sane numbers.
 */
#include "guest.h"

static char text[1 << 20];

static long number(const char *name)
{
	const char *at = strstr(text, name);

	if (!at)
		FAIL("expected %s, got a file without it", name);
	return strtol(at + strlen(name), NULL, 10);
}

int main(void)
{
	double up, idle, l1, l2, l3;
	int cpus = 0;

	guest_read_file("/proc/meminfo", text, sizeof(text));
	long total = number("MemTotal:");
	EXPECT(total > 10000);
	EXPECT(number("MemFree:") > 0 && number("MemFree:") <= total);
	EXPECT(number("MemAvailable:") <= total);
	number("SwapTotal:");

	guest_read_file("/proc/cpuinfo", text, sizeof(text));
	for (char *at = text; (at = strstr(at, "processor\t:")); at++)
		cpus++;
	EXPECT(cpus >= 1);
	EXPECT(strstr(text, "flags\t\t:") != NULL);
	EXPECT(sysconf(_SC_NPROCESSORS_ONLN) >= 1);

	guest_read_file("/proc/stat", text, sizeof(text));
	EXPECT(strncmp(text, "cpu ", 4) == 0);
	EXPECT(number("btime ") > 1000000000);
	guest_read_file("/proc/uptime", text, sizeof(text));
	EXPECT_EQ(sscanf(text, "%lf %lf", &up, &idle), 2);
	EXPECT(up > 0);
	guest_read_file("/proc/loadavg", text, sizeof(text));
	EXPECT_EQ(sscanf(text, "%lf %lf %lf", &l1, &l2, &l3), 3);
	guest_read_file("/proc/version", text, sizeof(text));
	EXPECT(strncmp(text, "Linux version ", 14) == 0);
	guest_read_file("/proc/filesystems", text, sizeof(text));
	EXPECT(strstr(text, "nodev\tproc") != NULL);
	guest_read_file("/proc/mounts", text, sizeof(text));
	EXPECT(strstr(text, " /proc proc ") != NULL);
	guest_read_file("/proc/self/mountinfo", text, sizeof(text));
	EXPECT(strstr(text, " - proc ") != NULL);
	guest_read_file("/proc/sys/kernel/pid_max", text, sizeof(text));
	EXPECT(strtol(text, NULL, 10) >= 301);
	guest_read_file("/proc/sys/kernel/osrelease", text, sizeof(text));
	EXPECT(strtol(text, NULL, 10) >= 4);
	EXPECT_ERRNO(open("/proc/none", O_RDONLY), ENOENT);
	return 0;
}
