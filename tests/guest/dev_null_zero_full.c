/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /dev/null swallows, zero and full read as zeroes, full refuses writes with ENOSPC, urandom
 * differs.
 */
#include "guest.h"

int main(void)
{
	char buf[64], buf2[64], zero[64] = {0};
	int null = EXPECT_OK(open("/dev/null", O_RDWR));
	int z = EXPECT_OK(open("/dev/zero", O_RDWR));
	int full = EXPECT_OK(open("/dev/full", O_RDWR));
	int r = EXPECT_OK(open("/dev/urandom", O_RDONLY));

	EXPECT_EQ(read(null, buf, 64), 0);
	EXPECT_EQ(write(null, buf, 64), 64);
	EXPECT_EQ(lseek(null, 100, SEEK_SET), 0);
	memset(buf, 1, 64);
	EXPECT_EQ(read(z, buf, 64), 64);
	EXPECT(memcmp(buf, zero, 64) == 0);
	EXPECT_EQ(write(z, buf, 64), 64);
	memset(buf, 1, 64);
	EXPECT_EQ(read(full, buf, 64), 64);
	EXPECT(memcmp(buf, zero, 64) == 0);
	EXPECT_ERRNO(write(full, buf, 64), ENOSPC);
	EXPECT_EQ(read(r, buf, 64), 64);
	EXPECT_EQ(read(r, buf2, 64), 64);
	EXPECT(memcmp(buf, buf2, 64) != 0);

	/* Mapping /dev/zero gives anonymous memory, private or shared. */
	volatile char *p = EXPECT_OK(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, z, 0));
	EXPECT_EQ(p[0], 0);
	p[0] = 1;
	volatile char *s = EXPECT_OK(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, z, 0));
	pid_t pid = guest_fork();
	if (pid == 0) {
		s[1] = 7;
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	EXPECT_EQ(s[1], 7);
	EXPECT_ERRNO(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, null, 0), ENODEV);
	EXPECT_ERRNO(read(z, BAD_PTR, 64), EFAULT);
	EXPECT_OK(open("/dev/null", O_WRONLY | O_CREAT | O_TRUNC, 0644));
	return 0;
}
