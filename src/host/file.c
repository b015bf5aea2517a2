/* SPDX-License-Identifier: Apache-2.0 */
/* Open files of the host; see file.h. */
#include "host/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

static int result(int r)
{
	return r < 0 ? -errno : r;
}

int64_t host_seek(int fd, int64_t off, int whence)
{
	off_t r = lseek(fd, off, whence);

	return r < 0 ? -errno : r;
}

int host_allocate(int fd, int mode, int64_t off, int64_t len)
{
	int r;

	do {
		r = fallocate(fd, mode, off, len);
	} while (r < 0 && errno == EINTR);
	return result(r);
}

int host_sync(int fd, bool data_only)
{
	int r;

	do {
		r = data_only ? fdatasync(fd) : fsync(fd);
	} while (r < 0 && errno == EINTR);
	return result(r);
}

ssize_t host_append(int fd, const void *buf, size_t n, uint64_t *ret_pos)
{
	struct iovec iov = {.iov_len = n};
	ssize_t r;
	off_t end;

	memcpy(&iov.iov_base, &buf, sizeof(buf));
	do {
		r = pwritev2(fd, &iov, 1, -1, RWF_APPEND);
	} while (r < 0 && errno == EINTR);
	if (r < 0)
		return -errno;
	end = lseek(fd, 0, SEEK_CUR);
	if (end < r)
		return -EIO;
	*ret_pos = (uint64_t)(end - r);
	return r;
}

int host_statfs(int fd, struct statfs *ret)
{
	int r;

	do {
		r = fstatfs(fd, ret);
	} while (r < 0 && errno == EINTR);
	return result(r);
}

ssize_t host_getxattr(int fd, const char *name, void *buf, size_t size)
{
	ssize_t r = fgetxattr(fd, name, buf, size);

	return r < 0 ? -errno : r;
}

ssize_t host_listxattr(int fd, char *buf, size_t size)
{
	ssize_t r = flistxattr(fd, buf, size);

	return r < 0 ? -errno : r;
}

int host_setxattr(int fd, const char *name, const void *buf, size_t size, int flags)
{
	return result(fsetxattr(fd, name, buf, size, flags));
}

int host_removexattr(int fd, const char *name)
{
	return result(fremovexattr(fd, name));
}

uint64_t host_raise_fd_limit(void)
{
	struct rlimit lim;

	if (getrlimit(RLIMIT_NOFILE, &lim) < 0)
		return 0;
	lim.rlim_cur = lim.rlim_max;
	(void)!setrlimit(RLIMIT_NOFILE, &lim);
	return host_fd_limit();
}

uint64_t host_fd_limit(void)
{
	struct rlimit lim;

	return getrlimit(RLIMIT_NOFILE, &lim) < 0 ? 0 : lim.rlim_cur;
}

void host_clear_umask(void)
{
	umask(0);
}
