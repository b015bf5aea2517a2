/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A memfd is a nameless file; its seals forbid writing, growing, shrinking and further seals, once
 * and for all.
 */
#include "guest.h"

int main(void)
{
	struct stat st;

	int fd = EXPECT_OK(memfd_create("test", MFD_ALLOW_SEALING | MFD_CLOEXEC));
	EXPECT_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	EXPECT_EQ(write(fd, "0123456789", 10), 10);
	EXPECT_OK(fstat(fd, &st));
	EXPECT(S_ISREG(st.st_mode));
	EXPECT_EQ(st.st_nlink, 0);
	EXPECT_EQ(fcntl(fd, F_GET_SEALS), 0);

	EXPECT_OK(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW));
	EXPECT_ERRNO(ftruncate(fd, 20), EPERM);
	EXPECT_ERRNO(pwrite(fd, "xx", 2, 10), EPERM);
	EXPECT_EQ(pwrite(fd, "x", 1, 0), 1);
	EXPECT_OK(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK));
	EXPECT_ERRNO(ftruncate(fd, 5), EPERM);

	char *p = EXPECT_OK(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
	EXPECT_ERRNO(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), EBUSY); /* writable mapping */
	p[1] = 'y';
	EXPECT_OK(munmap(p, 4096));
	EXPECT_OK(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SEAL));
	EXPECT_ERRNO(pwrite(fd, "z", 1, 0), EPERM);
	EXPECT_ERRNO(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), EPERM);
	p = EXPECT_OK(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
	EXPECT_EQ(p[0], 'x');
	EXPECT_EQ(p[1], 'y');
	EXPECT_EQ(fcntl(fd, F_GET_SEALS) & 15, 15);
	EXPECT_ERRNO(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW), EPERM);

	fd = EXPECT_OK(memfd_create("", 0));
	EXPECT_EQ(fcntl(fd, F_GET_SEALS) & F_SEAL_SEAL, F_SEAL_SEAL);
	EXPECT_ERRNO(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), EPERM);
	EXPECT_ERRNO(memfd_create("x", 0x8000), EINVAL);
	EXPECT_ERRNO(memfd_create(BAD_PTR, 0), EFAULT);
	char name[300];
	memset(name, 'n', sizeof(name));
	name[250] = 0;
	EXPECT_ERRNO(memfd_create(name, 0), EINVAL);
	return 0;
}
