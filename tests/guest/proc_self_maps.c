/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /proc/self/maps shows each mapping with range, rights, offset and name, in order and without
 * overlap.
 */
#include "guest.h"

static char text[65536];

int main(void)
{
	unsigned long lo, hi, off, last = 0;
	char r[5];
	bool stack = false, exe = false, mine = false;
	int exe_seen = 0;

	guest_tmpdir();
	guest_write_file("mapped-file", "x", 0644);
	int fd = EXPECT_OK(open("mapped-file", O_RDONLY));
	EXPECT_OK(ftruncate(EXPECT_OK(open("mapped-file", O_RDWR)), 3 * 4096));
	char *p = EXPECT_OK(mmap(NULL, 8192, PROT_READ, MAP_SHARED, fd, 4096));

	size_t len = guest_read_file("/proc/self/maps", text, sizeof(text));
	EXPECT(len > 100);
	for (char *line = text, *end; *line; line = end + 1) {
		end = strchr(line, '\n');
		EXPECT(end != NULL);
		*end = 0;
		EXPECT_EQ(sscanf(line, "%lx-%lx %4s %lx", &lo, &hi, r, &off), 4);
		EXPECT(lo < hi && lo >= last);
		EXPECT_EQ(lo % 4096 + hi % 4096, 0);
		last = hi;
		if ((unsigned long)&lo >= lo && (unsigned long)&lo < hi)
			stack = strstr(line, "[stack]") != NULL;
		if (strstr(line, guest_self()))
			exe_seen++;
		exe |= strstr(line, guest_self()) && strcmp(r, "r-xp") == 0;
		if (lo == (unsigned long)p) {
			mine = true;
			EXPECT_EQ(hi, lo + 8192);
			EXPECT_STR(r, "r--s");
			EXPECT_EQ(off, 4096);
			EXPECT(strstr(line, "/mapped-file") != NULL);
		}
	}
	EXPECT(stack);
	EXPECT(exe);
	EXPECT(exe_seen >= 2);
	EXPECT(mine);
	return 0;
}
