/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lengths near the top of the address space are refused or cut, and never reach beyond the buffer.
 */
#include "guest.h"

#include <sys/socket.h>

int main(void)
{
	static const size_t wild[] = {SIZE_MAX, SIZE_MAX - 4095, SIZE_MAX / 2, SIZE_MAX / 2 + 1};
	char *page = EXPECT_OK(
		mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	int p[2];

	EXPECT_OK(munmap(page + 4096, 4096)); /* the buffer ends at a cliff */
	guest_tmpdir();
	guest_write_file("f", "0123456789", 0644);
	int fd = EXPECT_OK(open("f", O_RDWR));
	EXPECT_OK(pipe(p));
	for (size_t i = 0; i < ARRAY_SIZE(wild); i++) {
		errno = 0;
		long r = syscall(SYS_pread64, fd, page, wild[i], 0);
		EXPECT(r == 10 || (r == -1 && (errno == EFAULT || errno == EINVAL)));
		r = syscall(SYS_pread64, fd, page + 4093, wild[i], 0);
		EXPECT(r == 3 || (r == -1 && (errno == EFAULT || errno == EINVAL)));
		r = syscall(SYS_write, p[1], page + 4096, wild[i]);
		EXPECT(r == -1 && (errno == EFAULT || errno == EINVAL));
		r = syscall(SYS_getrandom, page + 4096, wild[i], 0);
		EXPECT(r == -1 && (errno == EFAULT || errno == EINVAL));
		EXPECT(syscall(SYS_munmap, page, wild[i]) == -1);
		EXPECT(syscall(SYS_mprotect, page, wild[i], PROT_READ) == -1);
		EXPECT(syscall(SYS_mremap, page, 4096, wild[i], MREMAP_MAYMOVE) == -1);
		EXPECT(syscall(SYS_bind, 0, page, wild[i]) == -1);
		EXPECT(syscall(SYS_ftruncate, fd, wild[i]) == -1 || wild[i] == SIZE_MAX / 2);
	}
	EXPECT(syscall(SYS_poll, page, UINT32_MAX, 0) == -1);
	EXPECT(syscall(SYS_setgroups, INT32_MAX, page) == -1);
	EXPECT(syscall(SYS_setgroups, -1, page) == -1);
	EXPECT(syscall(SYS_readv, fd, page, UINT32_MAX) == -1);

	/* A short buffer at the cliff: what fits is moved or nothing, the rest is EFAULT. */
	ssize_t r = read(fd, page + 4096, 4);
	EXPECT(r == -1 && errno == EFAULT);
	EXPECT_EQ(write(p[1], "abcdef", 6), 6);
	r = read(p[0], page + 4093, 6);
	EXPECT(r == 3 || (r == -1 && errno == EFAULT));
	return 0;
}
