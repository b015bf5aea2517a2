/* SPDX-License-Identifier: Apache-2.0 */
/* Where a cgroup2 with controllers is mounted at /sys/fs/cgroup and is not its real root, its files
 * hold what cgroup v2 says they hold: limits that are numbers or "max", and us among its processes
 * or below. */
#include "guest.h"

#include <sys/statfs.h>

#define CGROUP2_MAGIC 0x63677270

static char text[65536];

static const char *get(const char *file)
{
	char path[128];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/sys/fs/cgroup/%s", file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		FAIL("%s: %s", path, strerror(errno));
	n = read(fd, text, sizeof(text) - 1);
	EXPECT(n >= 0);
	text[n] = 0;
	EXPECT_OK(close(fd));
	return text;
}

static void expect_number(const char *file, int may_be_max)
{
	const char *s = get(file);
	size_t n = strspn(s, "0123456789");

	if (may_be_max && strcmp(s, "max\n") == 0)
		return;
	EXPECT(n > 0 && strcmp(s + n, "\n") == 0);
}

static int holds_line(const char *s, const char *line)
{
	size_t n = strlen(line);

	for (; s; s = strchr(s, '\n')) {
		s += *s == '\n';
		if (strncmp(s, line, n) == 0 && s[n] == '\n')
			return 1;
	}
	return 0;
}

int main(void)
{
	unsigned long long a, b;
	struct statfs st;
	char me[24];

	if (statfs("/sys/fs/cgroup", &st) < 0 || st.f_type != CGROUP2_MAGIC)
		SKIP("no cgroup2 at /sys/fs/cgroup");
	if (access("/sys/fs/cgroup/memory.max", F_OK) < 0)
		SKIP("this is the root of the hierarchy, or it has no memory controller");
	expect_number("memory.max", 1);
	expect_number("memory.current", 0);
	expect_number("pids.max", 1);
	expect_number("pids.current", 0);
	expect_number("cpu.weight", 0);
	EXPECT(sscanf(get("cpu.max"), "max %llu\n", &a) == 1 ||
	       sscanf(get("cpu.max"), "%llu %llu\n", &a, &b) == 2);
	EXPECT(strstr(get("cpu.stat"), "usage_usec ") == text);
	EXPECT(strstr(get("memory.events"), "\noom_kill ") != NULL);
	EXPECT(strstr(get("memory.stat"), "anon ") == text);
	EXPECT(holds_line(get("cgroup.events"), "populated 1"));
	EXPECT_STR(get("cgroup.type"), "domain\n");
	EXPECT(strstr(get("cgroup.controllers"), "memory") != NULL);
	snprintf(me, sizeof(me), "%d", (int)getpid());
	EXPECT(holds_line(get("cgroup.procs"), me) || text[0] == 0);
	EXPECT(mkdir("/sys/fs/cgroup/none/of/that", 0755) < 0);
	return 0;
}
