/* SPDX-License-Identifier: Apache-2.0 */
/* All ways to count the processors that we may use agree: affinity, sysconf, /proc/stat and
 * /proc/cpuinfo, as far as a machine shows no more than may be used. */
#include "guest.h"

#include <sched.h>

static int count_lines(const char *path, const char *begin)
{
	FILE *f = fopen(path, "re");
	char line[8192];
	int n = 0;

	EXPECT(f != NULL);
	while (fgets(line, sizeof(line), f))
		n += strncmp(line, begin, strlen(begin)) == 0 &&
		     (line[3] != ' ' || strcmp(begin, "cpu") != 0);
	EXPECT(fclose(f) == 0);
	return n;
}

int main(void)
{
	cpu_set_t set;
	int allowed, online, in_stat, in_info;

	EXPECT_OK(sched_getaffinity(0, sizeof(set), &set));
	allowed = CPU_COUNT(&set);
	online = (int)sysconf(_SC_NPROCESSORS_ONLN);
	in_stat = count_lines("/proc/stat", "cpu");
	in_info = count_lines("/proc/cpuinfo", "processor");
	EXPECT(allowed >= 1 && online >= allowed);
	EXPECT_EQ(in_stat, in_info);
	EXPECT(in_stat >= allowed);
	EXPECT(sysconf(_SC_NPROCESSORS_CONF) >= online);
	return 0;
}
