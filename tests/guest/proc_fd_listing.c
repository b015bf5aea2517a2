/* SPDX-License-Identifier: Apache-2.0 */
/* /proc/self/fd lists exactly the open descriptors; fdinfo tells offset and flags. */
#include "guest.h"

#include <dirent.h>

int main(void)
{
	char buf[512];
	bool seen[64] = {false};
	struct dirent *e;

	guest_tmpdir();
	guest_write_file("f", "0123456789", 0644);
	int fd = EXPECT_OK(open("f", O_RDWR | O_APPEND));
	EXPECT_EQ(dup2(fd, 40), 40);
	EXPECT_EQ(lseek(fd, 7, SEEK_SET), 7);
	DIR *d = opendir("/proc/self/fd");
	EXPECT(d != NULL);
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		long n = strtol(e->d_name, NULL, 10);
		EXPECT_OK(fcntl((int)n, F_GETFD));
		if (n < 64)
			seen[n] = true;
	}
	closedir(d);
	EXPECT(seen[1] && seen[2] && seen[fd] && seen[40]);
	EXPECT(!seen[50]);

	guest_read_file("/proc/self/fdinfo/40", buf, sizeof(buf));
	const char *pos = strstr(buf, "pos:"), *flags = strstr(buf, "flags:");
	EXPECT(pos != NULL && flags != NULL);
	EXPECT_EQ(strtol(pos + 4, NULL, 10), 7);
	EXPECT_EQ(strtol(flags + 6, NULL, 8) & (O_ACCMODE | O_APPEND), O_RDWR | O_APPEND);
	EXPECT_ERRNO(open("/proc/self/fdinfo/55", O_RDONLY), ENOENT);
	return 0;
}
