/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A memfd that is sealed against writing can still be mapped shared for reading, and such a mapping
 * never becomes writable; a private copy may be written.
 */
#include "guest.h"

#include <sys/mman.h>

int main(void)
{
	int fd = EXPECT_OK(memfd_create("shown", MFD_ALLOW_SEALING));

	EXPECT_EQ(write(fd, "hello", 5), 5);
	EXPECT_OK(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW));

	char *p = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED) {
		EXPECT_EQ(errno, EPERM);
		SKIP("this kernel shows no sealed memfd through a writable descriptor");
	}
	EXPECT(memcmp(p, "hello", 5) == 0);
	EXPECT_ERRNO(mprotect(p, 4096, PROT_READ | PROT_WRITE), EACCES);
	EXPECT_OK(munmap(p, 4096));

	p = EXPECT_OK(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
	p[0] = 'j';
	char c;
	EXPECT_EQ(pread(fd, &c, 1, 0), 1);
	EXPECT_EQ(c, 'h');

	/* Through /proc it is the same file, seals and all. */
	char path[64];
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	int again = EXPECT_OK(open(path, O_RDWR));
	EXPECT_EQ(fcntl(again, F_GET_SEALS), F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW);
	EXPECT_ERRNO(write(again, "x", 1), EPERM);
	EXPECT_ERRNO(ftruncate(again, 1), EPERM);
	char link[64] = {0};
	EXPECT_OK(readlink(path, link, sizeof(link) - 1));
	EXPECT_STR(link, "/memfd:shown (deleted)");
	return 0;
}
