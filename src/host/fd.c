/* SPDX-License-Identifier: Apache-2.0 */
/* Thin calls on descriptors: close-on-exec from birth, -errno. */
#include "host/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/check.h"

static int result(int r)
{
	return r < 0 ? -errno : r;
}

int host_open(int dirfd, const char *path, int flags, mode_t mode)
{
	int fd;

	do {
		fd = openat(dirfd, path, flags | O_CLOEXEC, mode);
	} while (fd < 0 && errno == EINTR);
	return result(fd);
}

/*
 * Linux frees the number even if it answers EINTR or EIO, so close is never repeated. EBADF is a
 * bug of ours.
 */
void host_close(int fd)
{
	int saved = errno;

	if (fd < 0)
		return;
	check(close(fd) == 0 || errno != EBADF);
	errno = saved;
}

int host_dup(int fd, int min)
{
	return result(fcntl(fd, F_DUPFD_CLOEXEC, min));
}

int host_dup_to(int fd, int to)
{
	int r;

	if (fd == to)
		return host_set_cloexec(fd, false);
	do {
		r = dup2(fd, to);
	} while (r < 0 && (errno == EINTR || errno == EBUSY));
	return r < 0 ? -errno : 0;
}

int host_empty_stdio(void)
{
	AUTO(host_close_fd) int null = host_open(AT_FDCWD, "/dev/null", O_RDWR, 0);

	if (null < 0)
		return null;
	for (int i = 0; i < 3; i++) {
		int r = host_dup_to(null, i);

		if (r < 0)
			return r;
	}
	if (null < 3)
		null = -1;
	return 0;
}

int host_set_cloexec(int fd, bool cloexec)
{
	return fcntl(fd, F_SETFD, cloexec ? FD_CLOEXEC : 0) < 0 ? -errno : 0;
}

int host_file_type(int fd, mode_t *ret_mode)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	*ret_mode = st.st_mode;
	return 0;
}

int host_get_flags(int fd)
{
	return result(fcntl(fd, F_GETFL));
}

bool host_is_tty(int fd)
{
	int saved = errno;
	bool is = isatty(fd) == 1;

	errno = saved;
	return is;
}

int host_own_description(int fd)
{
	char path[sizeof("/proc/self/fd/") + 3 * sizeof(int)];
	int flags = host_get_flags(fd);
	mode_t mode;
	int r;

	if (flags < 0)
		return flags;
	r = host_file_type(fd, &mode);
	if (r < 0)
		return r;
	if (!S_ISFIFO(mode) && !host_is_tty(fd))
		return -EINVAL;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return host_open(AT_FDCWD, path, (flags & O_ACCMODE) | O_NONBLOCK | O_NOCTTY, 0);
}

int host_pipe(int ret[2])
{
	return result(pipe2(ret, O_CLOEXEC));
}

int host_socketpair(int type, int ret[2])
{
	return result(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ret));
}

int host_memfd(const char *name)
{
	return result(memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
}

int host_seal(int fd, enum host_seal how)
{
	int write = how == HOST_SEAL_ALL ? F_SEAL_WRITE : F_SEAL_FUTURE_WRITE;

	return result(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL | write));
}

int host_set_size(int fd, uint64_t size)
{
	int r;

	if (size > INT64_MAX)
		return -EFBIG;
	do {
		r = ftruncate(fd, (off_t)size);
	} while (r < 0 && errno == EINTR);
	return result(r);
}

int host_eventfd(void)
{
	return result(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
}

void host_eventfd_signal(int fd)
{
	uint64_t one = 1;

	/* EAGAIN: the counter is full, hence readable already. */
	check(write(fd, &one, sizeof(one)) == sizeof(one) || errno == EAGAIN);
}

void host_eventfd_drain(int fd)
{
	uint64_t count;

	check(read(fd, &count, sizeof(count)) == sizeof(count) || errno == EAGAIN);
}

static int compare_ints(const void *a, const void *b)
{
	const int *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Close [lo, hi]. */
static int close_gap(unsigned lo, unsigned hi)
{
	if (lo > hi)
		return 0;
	return syscall(SYS_close_range, lo, hi, 0) < 0 ? -errno : 0;
}

static int close_gaps(const int *keep, size_t n)
{
	unsigned lo = 0;
	int r;

	for (size_t i = 0; i < n; i++) {
		if (keep[i] > 0 && (unsigned)keep[i] > lo) {
			r = close_gap(lo, (unsigned)keep[i] - 1);
			if (r < 0)
				return r;
		}
		lo = (unsigned)keep[i] + 1;
	}
	return close_gap(lo, UINT_MAX);
}

/* Without close_range(2) and without trusting /proc: every number that can be open. */
static int close_one_by_one(const int *keep, size_t n)
{
	struct rlimit nofile;

	if (getrlimit(RLIMIT_NOFILE, &nofile) < 0)
		return -errno;
	if (nofile.rlim_max > INT_MAX)
		return -EOVERFLOW;
	for (int fd = 0; fd < (int)nofile.rlim_max; fd++) {
		if (!bsearch(&fd, keep, n, sizeof(fd), compare_ints))
			(void)close(fd);
	}
	return 0;
}

int host_close_all_but(int *keep, size_t n)
{
	int r;

	qsort(keep, n, sizeof(*keep), compare_ints);
	check(n == 0 || keep[0] >= 0);
	r = close_gaps(keep, n);
	return r == -ENOSYS || r == -EPERM ? close_one_by_one(keep, n) : r;
}
