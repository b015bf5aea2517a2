/* SPDX-License-Identifier: Apache-2.0 */
/* A closed, negative or absurd descriptor is EBADF in every call that takes one. */
#include "guest.h"

#include <sys/socket.h>

#define FD 0x66666666 /* stands for the wild descriptor */

struct row {
	long nr;
	long a[6];
};

static char buf[4096] __attribute__((aligned(16)));
#define BUF ((long)(uintptr_t)buf)

static void fill(struct row *rows, size_t *n)
{
	const struct row table[] = {
		{SYS_read, {FD, BUF, 4}},
		{SYS_write, {FD, BUF, 4}},
		{SYS_pread64, {FD, BUF, 4, 0}},
		{SYS_pwrite64, {FD, BUF, 4, 0}},
		{SYS_readv, {FD, BUF, 0}},
		{SYS_writev, {FD, BUF, 0}},
		{SYS_close, {FD}},
		{SYS_fstat, {FD, BUF}},
		{SYS_lseek, {FD, 0, 0}},
		{SYS_mmap, {0, 4096, PROT_READ, MAP_PRIVATE, FD, 0}},
		{SYS_ioctl, {FD, 0x5401, BUF}},
		{SYS_dup, {FD}},
		{SYS_dup2, {FD, 5}},
		{SYS_dup3, {FD, 5, 0}},
		{SYS_sendfile, {FD, 0, 0, 4}},
		{SYS_fcntl, {FD, F_GETFD}},
		{SYS_fcntl, {FD, F_SETLK, BUF}},
		{SYS_flock, {FD, 1}},
		{SYS_fsync, {FD}},
		{SYS_fdatasync, {FD}},
		{SYS_ftruncate, {FD, 0}},
		{SYS_getdents64, {FD, BUF, 4096}},
		{SYS_fchdir, {FD}},
		{SYS_fchmod, {FD, 0644}},
		{SYS_fchown, {FD, 0, 0}},
		{SYS_fstatfs, {FD, BUF}},
		{SYS_fsetxattr, {FD, (long)(uintptr_t) "user.x", BUF, 1, 0}},
		{SYS_fgetxattr, {FD, (long)(uintptr_t) "user.x", BUF, 1}},
		{SYS_flistxattr, {FD, BUF, 1}},
		{SYS_fallocate, {FD, 0, 0, 10}},
		{SYS_fadvise64, {FD, 0, 0, 0}},
		{SYS_epoll_ctl, {FD, 1, 0, BUF}},
		{SYS_epoll_wait, {FD, BUF, 1, 0}},
		{SYS_inotify_rm_watch, {FD, 1}},
		{SYS_timerfd_gettime, {FD, BUF}},
		{SYS_splice, {FD, 0, 1, 0, 4, 0}},
		{SYS_tee, {FD, 1, 4, 0}},
		{SYS_copy_file_range, {FD, 0, 1, 0, 4, 0}},
		{SYS_syncfs, {FD}},
		{SYS_bind, {FD, BUF, 16}},
		{SYS_listen, {FD, 1}},
		{SYS_accept, {FD, 0, 0}},
		{SYS_connect, {FD, BUF, 16}},
		{SYS_shutdown, {FD, 0}},
		{SYS_sendto, {FD, BUF, 1, 0, 0, 0}},
		{SYS_recvfrom, {FD, BUF, 1, 0, 0, 0}},
		{SYS_getsockname, {FD, BUF, BUF}},
		{SYS_getsockopt, {FD, SOL_SOCKET, SO_TYPE, BUF, BUF}},
		{SYS_openat, {FD, (long)(uintptr_t) "x", 0}},
		{SYS_mkdirat, {FD, (long)(uintptr_t) "x", 0755}},
		{SYS_unlinkat, {FD, (long)(uintptr_t) "x", 0}},
		{SYS_newfstatat, {FD, (long)(uintptr_t) "x", BUF, 0}},
		{SYS_readlinkat, {FD, (long)(uintptr_t) "x", BUF, 10}},
		{SYS_faccessat, {FD, (long)(uintptr_t) "x", 0}},
		{SYS_pidfd_send_signal, {FD, 0, 0, 0}},
	};

	memcpy(rows, table, sizeof(table));
	*n = ARRAY_SIZE(table);
}

int main(void)
{
	static const int wild[] = {-1, -2, 200, 1023, 1 << 20, INT32_MAX, INT32_MIN};
	static struct row rows[64];
	size_t n;

	*(socklen_t *)buf = 16;
	fill(rows, &n);
	for (size_t r = 0; r < n; r++) {
		for (size_t w = 0; w < ARRAY_SIZE(wild); w++) {
			long a[6];

			for (int i = 0; i < 6; i++)
				a[i] = rows[r].a[i] == FD ? wild[w] : rows[r].a[i];
			errno = 0;
			long ret = syscall(rows[r].nr, a[0], a[1], a[2], a[3], a[4], a[5]);
			if (ret != -1 || errno != EBADF)
				FAIL("call %ld, descriptor %d: expected EBADF, got %ld %s",
				     rows[r].nr, wild[w], ret, ret == -1 ? strerror(errno) : "");
		}
	}
	return 0;
}
