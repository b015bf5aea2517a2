/* SPDX-License-Identifier: Apache-2.0 */
/* /proc/self/cgroup has lines NUMBER:CONTROLLERS:/PATH, each number once, and /proc/cgroups a table
 * of four columns below its heading. */
#include "guest.h"

static void check_self(void)
{
	FILE *f = fopen("/proc/self/cgroup", "re");
	char line[4096];
	unsigned long seen = 0;
	int lines = 0;

	EXPECT(f != NULL);
	while (fgets(line, sizeof(line), f)) {
		char *list = strchr(line, ':'), *path = list ? strchr(list + 1, ':') : NULL;
		unsigned long number = strtoul(line, NULL, 10);

		EXPECT(list != NULL && path != NULL && path[1] == '/');
		EXPECT(number < 64 && !(seen & 1UL << number));
		/* Only the unified hierarchy has no controllers to tell. */
		EXPECT((number == 0) == (path == list + 1));
		seen |= 1UL << number;
		lines++;
	}
	EXPECT(lines > 0);
	EXPECT(fclose(f) == 0);
}

static void check_table(void)
{
	FILE *f = fopen("/proc/cgroups", "re");
	char line[512], name[64];

	EXPECT(f != NULL);
	EXPECT(fgets(line, sizeof(line), f) != NULL);
	EXPECT_STR(line, "#subsys_name\thierarchy\tnum_cgroups\tenabled\n");
	while (fgets(line, sizeof(line), f)) {
		int hierarchy, groups, enabled;

		EXPECT_EQ(sscanf(line, "%63[a-z_]\t%d\t%d\t%d\n", name, &hierarchy, &groups,
				 &enabled),
			  4);
		EXPECT(hierarchy >= 0 && groups >= 1 && (enabled == 0 || enabled == 1));
	}
	EXPECT(fclose(f) == 0);
}

int main(void)
{
	check_self();
	check_table();
	return 0;
}
