/* SPDX-License-Identifier: Apache-2.0 */
/* Names in host directories; see path.h. */
#include "host/path.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/check.h"
#include "host/fd.h"

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

/* Room for "-2147483648". */
#define FD_NAME_MAX 12

static int result(int r)
{
	return r < 0 ? -errno : r;
}

static void fd_name(char name[FD_NAME_MAX], int fd)
{
	int n = snprintf(name, FD_NAME_MAX, "%d", fd);

	check(n > 0 && n < FD_NAME_MAX);
}

enum has { HAS_UNKNOWN, HAS_YES, HAS_NO };

/* Both calls look at something else before they look at the descriptor, if they are there at all. */
static bool has(_Atomic enum has *known, long nr, int arg, int err)
{
	enum has h = atomic_load_explicit(known, memory_order_relaxed);

	if (h == HAS_UNKNOWN) {
		h = syscall(nr, -1, "", NULL, arg) < 0 && errno == err ? HAS_YES : HAS_NO;
		atomic_store_explicit(known, h, memory_order_relaxed);
	}
	return h == HAS_YES;
}

bool host_has_openat2(void)
{
	static _Atomic enum has known;

	return has(&known, SYS_openat2, 0, EINVAL);
}

bool host_has_fchmodat2(void)
{
	static _Atomic enum has known;

	return has(&known, SYS_fchmodat2, ~0, EINVAL);
}

static int open_one_component(int dirfd, const char *name, int flags, mode_t mode)
{
	if (strchr(name, '/') || strcmp(name, "..") == 0)
		return -EXDEV;
	return host_open(dirfd, name, flags, mode);
}

int host_open_beneath(int dirfd, const char *name, int flags, mode_t mode)
{
	struct open_how how = {
		.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC | O_NOFOLLOW |
					      (flags & O_PATH ? 0 : O_NOCTTY)),
		.mode = flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY)) ? mode : 0,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS,
	};
	long fd;

	if (!host_has_openat2())
		return open_one_component(dirfd, name, (int)how.flags, mode);
	do {
		fd = syscall(SYS_openat2, dirfd, name, &how, sizeof(how));
	} while (fd < 0 && (errno == EINTR || errno == EAGAIN));
	return result((int)fd);
}

int host_find(int dirfd, const char *name)
{
	return host_open_beneath(dirfd, name, O_PATH, 0);
}

int host_open_proc_fds(void)
{
	return host_open(AT_FDCWD, "/proc/self/fd", O_RDONLY | O_DIRECTORY, 0);
}

int host_reopen(int proc, int fd, int flags)
{
	char name[FD_NAME_MAX];

	fd_name(name, fd);
	return host_open(proc, name, (flags & ~O_NOFOLLOW) | O_NOCTTY, 0);
}

int host_reopen_dir(int fd)
{
	return host_open_beneath(fd, ".", O_RDONLY | O_DIRECTORY, 0);
}

ssize_t host_readlink_at(int dirfd, const char *name, char *buf, size_t n)
{
	ssize_t r = readlinkat(dirfd, name, buf, n);

	if (r < 0)
		return -errno;
	return (size_t)r >= n ? -ENAMETOOLONG : r;
}

int host_mkdir_at(int dirfd, const char *name, mode_t mode)
{
	return result(mkdirat(dirfd, name, mode));
}

int host_mknod_at(int dirfd, const char *name, mode_t mode)
{
	if (!S_ISREG(mode) && !S_ISFIFO(mode))
		return -EPERM;
	return result(mknodat(dirfd, name, mode, 0));
}

int host_symlink_at(const char *target, int dirfd, const char *name)
{
	return result(symlinkat(target, dirfd, name));
}

int host_link_at(int proc, int fd, int dirfd, const char *name)
{
	char from[FD_NAME_MAX];

	fd_name(from, fd);
	return result(linkat(proc, from, dirfd, name, AT_SYMLINK_FOLLOW));
}

int host_unlink_at(int dirfd, const char *name, int flags)
{
	return result(unlinkat(dirfd, name, flags));
}

/* The call itself: without flags the C library makes another one, which no filter of ours lists. */
int host_rename_at(int old_dirfd, const char *old_name, int new_dirfd, const char *new_name,
		   unsigned flags)
{
	return result((int)syscall(SYS_renameat2, old_dirfd, old_name, new_dirfd, new_name, flags));
}

/* fchmodat2(2) is younger than our oldest host. Both ways change what fd is, not what a name has
 * become. */
int host_chmod_fd(int proc, int fd, mode_t mode)
{
	char name[FD_NAME_MAX];

	if (host_has_fchmodat2())
		return result((int)syscall(SYS_fchmodat2, fd, "", mode, AT_EMPTY_PATH));
	fd_name(name, fd);
	return result(fchmodat(proc, name, mode, 0));
}

int host_chown_fd(int fd, uid_t uid, gid_t gid)
{
	return result(fchownat(fd, "", uid, gid, AT_EMPTY_PATH));
}

static struct timespec to_timespec(int64_t ns)
{
	int64_t sec = ns / 1000000000, rest = ns % 1000000000;

	if (ns == HOST_TIME_OMIT)
		return (struct timespec){.tv_nsec = UTIME_OMIT};
	if (rest < 0) {
		rest += 1000000000;
		sec--;
	}
	return (struct timespec){.tv_sec = sec, .tv_nsec = rest};
}

/* AT_EMPTY_PATH came with Linux 5.8; before, only the magic link reaches what an O_PATH descriptor
 * is. */
int host_utimes_fd(int proc, int fd, int64_t atime_ns, int64_t mtime_ns)
{
	struct timespec ts[2] = {to_timespec(atime_ns), to_timespec(mtime_ns)};
	char name[FD_NAME_MAX];

	if (utimensat(fd, "", ts, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	if (errno != EINVAL)
		return -errno;
	fd_name(name, fd);
	return result(utimensat(proc, name, ts, 0));
}

ssize_t host_getdents(int fd, void *buf, size_t n)
{
	ssize_t r = getdents64(fd, buf, n);

	return r < 0 ? -errno : r;
}
