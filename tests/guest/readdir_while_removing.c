/* SPDX-License-Identifier: Apache-2.0 */
/* Removing the entries that were just listed, in small buffers, misses none of the others. */
#include "guest.h"

#include <dirent.h>

int main(void)
{
	char name[32];
	int removed = 0;

	guest_tmpdir();
	for (int i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "file-%03d", i);
		guest_write_file(name, "", 0644);
	}
	int fd = EXPECT_OK(open(".", O_RDONLY | O_DIRECTORY));
	char buf[256] __attribute__((aligned(8)));
	long len;
	while ((len = EXPECT_OK(syscall(SYS_getdents64, fd, buf, sizeof(buf)))) > 0) {
		for (long at = 0; at < len;) {
			struct dirent64 *e = (struct dirent64 *)(buf + at);

			at += e->d_reclen;
			if (e->d_name[0] == '.')
				continue;
			EXPECT_OK(unlink(e->d_name));
			removed++;
		}
	}
	EXPECT_EQ(removed, 500);

	DIR *d = opendir(".");
	int left = 0;
	while (readdir(d))
		left++;
	closedir(d);
	EXPECT_EQ(left, 2);
	return 0;
}
