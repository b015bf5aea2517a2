/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Vectors whose parts overflow together, and offsets at the end of what a file may hold, are
 * refused or cut, never wrapped around.
 */
#include "guest.h"

#include <sys/sendfile.h>

static int fd;

static void vectors(void)
{
	static struct iovec v[1025];
	static char buf[4096];

	for (size_t i = 0; i < ARRAY_SIZE(v); i++)
		v[i] = (struct iovec){buf, 4};
	EXPECT_ERRNO(writev(fd, v, 1025), EINVAL);
	EXPECT_ERRNO(syscall(SYS_writev, fd, v, -1L), EINVAL);
	EXPECT_EQ(syscall(SYS_pwritev, fd, v, 1024, 0, 0), 4096);
	EXPECT_EQ(syscall(SYS_preadv, fd, v, 1024, 0, 0), 4096);
	v[1].iov_len = SIZE_MAX;
	EXPECT_ERRNO(syscall(SYS_preadv, fd, v, 2, 0, 0), EINVAL);
	v[1].iov_len = (size_t)INT64_MAX + 1;
	EXPECT_ERRNO(syscall(SYS_pwritev, fd, v, 2, 0, 0), EINVAL);
	for (size_t i = 0; i < 8; i++)
		v[i].iov_len =
			(size_t)INT64_MAX; /* within the address space they may not be: EFAULT */
	long r = syscall(SYS_preadv, fd, v, 8, 0, 0);
	EXPECT((r == -1 && (errno == EINVAL || errno == EFAULT)) || r == 4096);
	for (size_t i = 0; i < 1024; i++)
		v[i] = (struct iovec){i % 2 ? NULL : buf, i % 2 ? 0 : 8};
	EXPECT_EQ(syscall(SYS_preadv, fd, v, 1024, 0, 0), 4096);
	v[2].iov_base = (void *)8;
	EXPECT_EQ(syscall(SYS_preadv, fd, v, 1024, 0, 0), 8); /* up to the bad part */
	v[0].iov_base = (void *)8;
	EXPECT_ERRNO(syscall(SYS_preadv, fd, v, 1024, 0, 0), EFAULT);
}

static void offsets(void)
{
	static const int64_t ends[] = {INT64_MAX, INT64_MAX - 1, INT64_MAX - 4095};
	char buf[8] = {0};

	EXPECT_ERRNO(pread(fd, buf, 8, -1), EINVAL);
	EXPECT_ERRNO(pwrite(fd, buf, 8, INT64_MIN), EINVAL);
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		ssize_t r = pread(fd, buf, 8, ends[i]);
		EXPECT(r == 0 || (r == -1 && (errno == EINVAL || errno == EOVERFLOW)));
		r = pwrite(fd, buf, 8, ends[i]);
		if (r == -1) /* else cut; where files may be that long, as on tmpfs */
			EXPECT(errno == EFBIG || errno == EINVAL || errno == EOVERFLOW);
		EXPECT_OK(ftruncate(fd, 4096));
		EXPECT(fallocate(fd, 0, ends[i], 8192) == -1);
		EXPECT(fallocate(fd, 0, 8192, ends[i]) == -1);
		EXPECT(fallocate(fd, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, ends[i],
				 ends[i]) == -1);
		off_t at = lseek(fd, ends[i], SEEK_SET);
		EXPECT(at == ends[i] || (at == -1 && errno == EINVAL));
		EXPECT(lseek(fd, ends[i], SEEK_END) == -1);
		EXPECT(at == -1 || lseek(fd, ends[i], SEEK_CUR) == -1);
		EXPECT(mmap(NULL, 8192, PROT_READ, MAP_SHARED, fd, ends[i] & ~4095L) ==
			       MAP_FAILED ||
		       i == 2);
		EXPECT(ftruncate(fd, ends[i]) == -1 || ftruncate(fd, 4096) == 0);
		EXPECT(posix_fadvise(fd, ends[i], ends[i], POSIX_FADV_DONTNEED) == 0 || true);
		struct flock lock = {.l_type = F_WRLCK, .l_start = ends[i], .l_len = ends[i]};
		EXPECT_ERRNO(fcntl(fd, F_SETLK, &lock), EOVERFLOW);
		EXPECT(syscall(SYS_sync_file_range, fd, ends[i], ends[i], 0) <= 0);
	}
	EXPECT_ERRNO(ftruncate(fd, -1), EINVAL);
	EXPECT_ERRNO(lseek(fd, -1, SEEK_SET), EINVAL);
	loff_t from = INT64_MAX, to = INT64_MAX;
	EXPECT(syscall(SYS_copy_file_range, fd, &from, fd, &to, SIZE_MAX, 0) <= 0);
	off_t off = -1;
	EXPECT(sendfile(fd, fd, &off, 10) == -1);
	struct stat st;
	EXPECT_OK(fstat(fd, &st));
	EXPECT_EQ(st.st_size, 4096);
}

static void ranges(void)
{
	static const size_t len[] = {SIZE_MAX, SIZE_MAX - 4095, SIZE_MAX / 2, 1UL << 47};
	char *page = EXPECT_OK(
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));

	for (size_t i = 0; i < ARRAY_SIZE(len); i++) {
		EXPECT(mmap(NULL, len[i], PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
		       MAP_FAILED);
		EXPECT(mmap(page, len[i], PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
			    0) == MAP_FAILED);
		EXPECT(munmap(page, len[i]) == -1);
		EXPECT(madvise(page, len[i], MADV_NORMAL) == -1);
		EXPECT(mincore(page, len[i], (unsigned char *)page) == -1);
	}
	page[0] = 1;
}

int main(void)
{
	guest_tmpdir();
	signal(SIGXFSZ, SIG_IGN);
	fd = EXPECT_OK(open("f", O_RDWR | O_CREAT, 0600));
	vectors();
	offsets();
	ranges();
	return 0;
}
