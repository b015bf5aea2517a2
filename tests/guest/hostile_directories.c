/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Directories nested two thousand deep and a directory of 100,000 entries can be made, walked,
 * listed and removed; names beyond PATH_MAX are refused.
 */
#include "guest.h"

#include <dirent.h>

#define DEEP 2000
#define WIDE 100000

static void deep(void)
{
	static char path[5000];
	int top = EXPECT_OK(open(".", O_RDONLY | O_DIRECTORY));
	char cwd[64];

	for (int i = 0; i < DEEP; i++) {
		EXPECT_OK(mkdir("dir", 0755));
		EXPECT_OK(chdir("dir"));
	}
	EXPECT_ERRNO(syscall(SYS_getcwd, cwd, sizeof(cwd)), ENAMETOOLONG); /* beyond PATH_MAX */
	for (int i = 0; i < DEEP / 2; i++)
		EXPECT_OK(chdir("../../dir/.."));
	EXPECT_OK(fchdir(top));
	for (int i = 0; i < 1000; i++)
		memcpy(path + (size_t)i * 4, "dir/", 4);
	EXPECT_OK(chdir(path));
	EXPECT_OK(fchdir(top));
	for (int i = 1000; i < 1100; i++)
		memcpy(path + (size_t)i * 4, "dir/", 4);
	EXPECT_ERRNO(chdir(path), ENAMETOOLONG);
	for (int i = 0; i < DEEP; i++)
		EXPECT_OK(chdir("dir"));
	for (int i = 0; i < DEEP; i++) {
		EXPECT_OK(chdir(".."));
		EXPECT_OK(rmdir("dir"));
	}
	EXPECT_ERRNO(rmdir("dir"), ENOENT);
}

static void wide(void)
{
	static unsigned char seen[WIDE];
	char name[32];
	long n = 0;

	EXPECT_OK(mkdir("w", 0755));
	EXPECT_OK(chdir("w"));
	for (int i = 0; i < WIDE; i++) {
		snprintf(name, sizeof(name), "e%d", i);
		EXPECT_OK(mknod(name, S_IFREG | 0644, 0));
	}
	DIR *d = opendir(".");
	EXPECT(d != NULL);
	for (struct dirent *e = readdir(d); e; e = readdir(d)) {
		if (e->d_name[0] != 'e')
			continue;
		long i = strtol(e->d_name + 1, NULL, 10);
		EXPECT(i >= 0 && i < WIDE && !seen[i]);
		seen[i] = 1;
		n++;
	}
	EXPECT_EQ(n, WIDE);
	closedir(d);
	for (int i = 0; i < WIDE; i++) {
		snprintf(name, sizeof(name), "e%d", i);
		EXPECT_OK(unlink(name));
	}
	EXPECT_OK(chdir(".."));
	EXPECT_OK(rmdir("w"));
}

int main(void)
{
	guest_tmpdir();
	deep();
	wide();
	return 0;
}
