/* SPDX-License-Identifier: Apache-2.0 */
/*
 * getdents64 lists every entry once with its type, d_off seeks back, and a tiny buffer is EINVAL.
 */
#include "guest.h"

#include <dirent.h>

struct entry {
	uint64_t ino;
	int64_t off;
	unsigned short reclen;
	unsigned char type;
	char name[];
};

int main(void)
{
	static char buf[4096] __attribute__((aligned(8)));
	unsigned int seen = 0;
	int64_t third_off = -1;
	char after_third[256] = "";
	int n = 0;

	guest_tmpdir();
	guest_write_file("file", "", 0644);
	EXPECT_OK(mkdir("dir", 0755));
	EXPECT_OK(symlink("x", "link"));
	EXPECT_OK(mkfifo("fifo", 0644));
	int fd = EXPECT_OK(open(".", O_RDONLY | O_DIRECTORY));
	long len = EXPECT_OK(syscall(SYS_getdents64, fd, buf, sizeof(buf)));

	for (long at = 0; at < len; n++) {
		const struct entry *e = (const struct entry *)(buf + at);
		static const struct {
			const char *name;
			unsigned char type;
		} want[] = {{".", DT_DIR},   {"..", DT_DIR},   {"file", DT_REG},
			    {"dir", DT_DIR}, {"link", DT_LNK}, {"fifo", DT_FIFO}};

		for (unsigned int i = 0; i < ARRAY_SIZE(want); i++) {
			if (strcmp(want[i].name, e->name) != 0)
				continue;
			EXPECT(!(seen & 1u << i));
			seen |= 1u << i;
			EXPECT_EQ(e->type, want[i].type);
			EXPECT(e->ino != 0);
		}
		if (n == 2)
			third_off = e->off;
		if (n == 3)
			snprintf(after_third, sizeof(after_third), "%s", e->name);
		EXPECT_EQ(e->reclen % 8, 0);
		at += e->reclen;
	}
	EXPECT_EQ(n, 6);
	EXPECT_EQ(seen, 63);
	EXPECT_EQ(syscall(SYS_getdents64, fd, buf, sizeof(buf)), 0);

	EXPECT_OK(lseek(fd, third_off, SEEK_SET));
	EXPECT(syscall(SYS_getdents64, fd, buf, sizeof(buf)) > 0);
	EXPECT_STR(((const struct entry *)buf)->name, after_third);
	EXPECT_EQ(lseek(fd, 0, SEEK_SET), 0); /* rewinding */
	EXPECT_EQ(syscall(SYS_getdents64, fd, buf, sizeof(buf)), len);

	EXPECT_EQ(lseek(fd, 0, SEEK_SET), 0);
	EXPECT_ERRNO(syscall(SYS_getdents64, fd, buf, 10), EINVAL);
	EXPECT_ERRNO(syscall(SYS_getdents64, fd, BAD_PTR, 4096), EFAULT);
	int file = EXPECT_OK(open("file", O_RDONLY));
	EXPECT_ERRNO(syscall(SYS_getdents64, file, buf, sizeof(buf)), ENOTDIR);
	return 0;
}
