/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pointer into nowhere, into the kernel or around the end of the address space is EFAULT in
 * every call.
 */
#include "guest.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/times.h>

#define PTR 0x77777777 /* stands for the bad pointer below */

static int fd, dir, pipe_w, sock, ep;

struct row {
	long nr;
	long a[6];
	const int *fd; /* goes into the first argument if not NULL */
};

static const struct row rows[] = {
	{SYS_read, {0, PTR, 4}, &fd},
	{SYS_write, {0, PTR, 4}, &fd},
	{SYS_write, {0, PTR, 4}, &pipe_w},
	{SYS_pread64, {0, PTR, 4, 0}, &fd},
	{SYS_pwrite64, {0, PTR, 4, 0}, &fd},
	{SYS_readv, {0, PTR, 2}, &fd},
	{SYS_writev, {0, PTR, 2}, &fd},
	{SYS_open, {PTR, O_RDONLY}, NULL},
	{SYS_openat, {AT_FDCWD, PTR, O_RDONLY}, NULL},
	{SYS_stat, {PTR, PTR}, NULL},
	{SYS_lstat, {PTR, PTR}, NULL},
	{SYS_fstat, {0, PTR}, &fd},
	{SYS_newfstatat, {AT_FDCWD, PTR, PTR, 0}, NULL},
	{SYS_statx, {AT_FDCWD, PTR, 0, 0, PTR}, NULL},
	{SYS_access, {PTR, 0}, NULL},
	{SYS_mkdir, {PTR, 0755}, NULL},
	{SYS_rmdir, {PTR}, NULL},
	{SYS_unlink, {PTR}, NULL},
	{SYS_rename, {PTR, PTR}, NULL},
	{SYS_link, {PTR, PTR}, NULL},
	{SYS_symlink, {PTR, PTR}, NULL},
	{SYS_readlink, {PTR, PTR, 10}, NULL},
	{SYS_chmod, {PTR, 0644}, NULL},
	{SYS_chown, {PTR, 0, 0}, NULL},
	{SYS_truncate, {PTR, 0}, NULL},
	{SYS_chdir, {PTR}, NULL},
	{SYS_chroot, {PTR}, NULL},
	{SYS_getcwd, {PTR, 4096}, NULL},
	{SYS_statfs, {PTR, PTR}, NULL},
	{SYS_fstatfs, {0, PTR}, &fd},
	{SYS_utimensat, {AT_FDCWD, PTR, 0, 0}, NULL},
	{SYS_pipe2, {PTR, 0}, NULL},
	{SYS_poll, {PTR, 1, 0}, NULL},
	{SYS_select, {8, PTR, 0, 0, 0}, NULL},
	{SYS_epoll_ctl, {0, EPOLL_CTL_ADD, 0, PTR}, &ep},
	{SYS_nanosleep, {PTR, 0}, NULL},
	{SYS_clock_gettime, {CLOCK_MONOTONIC, PTR}, NULL},
	{SYS_clock_getres, {CLOCK_MONOTONIC, PTR}, NULL},
	{SYS_gettimeofday, {PTR, 0}, NULL},
	{SYS_times, {PTR}, NULL},
	{SYS_getrusage, {RUSAGE_SELF, PTR}, NULL},
	{SYS_getrlimit, {RLIMIT_NOFILE, PTR}, NULL},
	{SYS_setrlimit, {RLIMIT_NOFILE, PTR}, NULL},
	{SYS_uname, {PTR}, NULL},
	{SYS_sysinfo, {PTR}, NULL},
	{SYS_getrandom, {PTR, 16, 0}, NULL},
	{SYS_rt_sigaction, {SIGUSR1, PTR, 0, 8}, NULL},
	{SYS_rt_sigprocmask, {SIG_BLOCK, PTR, 0, 8}, NULL},
	{SYS_rt_sigpending, {PTR, 8}, NULL},
	{SYS_sigaltstack, {PTR, 0}, NULL},
	{SYS_getitimer, {0, PTR}, NULL},
	{SYS_execve, {PTR, 0, 0}, NULL},
	{SYS_socketpair, {AF_UNIX, SOCK_STREAM, 0, PTR}, NULL},
	{SYS_bind, {0, PTR, 16}, &sock},
	{SYS_connect, {0, PTR, 16}, &sock},
	{SYS_sendmsg, {0, PTR, 0}, &sock},
	{SYS_recvmsg, {0, PTR, 0}, &sock},
	{SYS_getdents64, {0, PTR, 4096}, &dir},
	{SYS_memfd_create, {PTR, 0}, NULL},
	{SYS_getxattr, {PTR, PTR, PTR, 4}, NULL},
};

int main(void)
{
	static const long bad[] = {1,
				   4096,
				   0x7ffffffff000 - 1,
				   0x7ffffffff000,
				   0x8000000000000000,
				   0xffff800000000000,
				   -4096,
				   -1};
	int p[2];

	guest_tmpdir();
	fd = EXPECT_OK(open("f", O_RDWR | O_CREAT, 0644));
	EXPECT_OK(pipe(p));
	pipe_w = p[1];
	dir = EXPECT_OK(open(".", O_RDONLY | O_DIRECTORY));
	sock = EXPECT_OK(socket(AF_UNIX, SOCK_STREAM, 0));
	ep = EXPECT_OK(epoll_create1(0));
	EXPECT_EQ(pwrite(fd, "0123456789", 10, 0), 10);

	for (size_t r = 0; r < ARRAY_SIZE(rows); r++) {
		for (size_t b = 0; b < ARRAY_SIZE(bad); b++) {
			long a[6];

			for (int i = 0; i < 6; i++)
				a[i] = rows[r].a[i] == PTR ? bad[b] : rows[r].a[i];
			if (rows[r].fd)
				a[0] = *rows[r].fd;
			EXPECT_EQ(lseek(fd, 0, SEEK_SET), 0);
			errno = 0;
			long ret = syscall(rows[r].nr, a[0], a[1], a[2], a[3], a[4], a[5]);
			if (ret != -1 || errno != EFAULT)
				FAIL("call %ld, pointer %#lx: expected EFAULT, got %ld %s",
				     rows[r].nr, bad[b], ret, ret == -1 ? strerror(errno) : "");
		}
	}
	return 0;
}
