/* SPDX-License-Identifier: Apache-2.0 */
/* fork(2), pidfd_open(2), waitid(2), prctl(2). */
#include "host/proc.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"

static int result(long r)
{
	return r < 0 ? -errno : (int)r;
}

pid_t host_fork(void)
{
	return result(fork());
}

/* The child cannot be reaped by anybody else meanwhile, so pidfd_open cannot meet a stranger. */
pid_t host_fork_pidfd(int *ret_pidfd)
{
	pid_t pid = fork();
	int pidfd;

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		*ret_pidfd = -1;
		return 0;
	}
	pidfd = host_pidfd_open(pid);
	if (pidfd < 0) {
		struct host_exit exit;

		check(kill(pid, SIGKILL) == 0);
		check(host_wait(pid, &exit) == 0);
		return pidfd;
	}
	*ret_pidfd = pidfd;
	return pid;
}

int host_pidfd_open(pid_t pid)
{
	return result(syscall(SYS_pidfd_open, pid, 0));
}

int host_pidfd_kill(int pidfd, int signo)
{
	return result(syscall(SYS_pidfd_send_signal, pidfd, signo, NULL, 0));
}

int host_kill(pid_t pid, int signo)
{
	return result(kill(pid, signo));
}

int host_tgkill(pid_t pid, pid_t tid, int signo)
{
	return result(syscall(SYS_tgkill, pid, tid, signo));
}

static int reap(pid_t pid, int flags, struct host_exit *ret)
{
	siginfo_t info = {0};
	int r;

	do {
		r = waitid(P_PID, (id_t)pid, &info, WEXITED | flags);
	} while (r < 0 && errno == EINTR);
	if (r < 0)
		return -errno;
	if (info.si_pid == 0)
		return -EAGAIN;
	ret->signaled = info.si_code != CLD_EXITED;
	ret->code = info.si_status;
	return 0;
}

int host_wait(pid_t pid, struct host_exit *ret)
{
	return reap(pid, 0, ret);
}

int host_wait_now(pid_t pid, struct host_exit *ret)
{
	return reap(pid, WNOHANG, ret);
}

int host_die_with_parent(int signo, pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, (unsigned long)signo, 0, 0, 0) < 0)
		return -errno;
	return getppid() == parent ? 0 : -ESRCH;
}

int host_no_new_privs(void)
{
	return result(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

int host_set_dumpable(bool dumpable)
{
	return result(prctl(PR_SET_DUMPABLE, dumpable ? 1UL : 0UL, 0, 0, 0));
}

int host_become_subreaper(void)
{
	return result(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0));
}

int host_setsid(void)
{
	return result(setsid());
}

pid_t host_getpid(void)
{
	return getpid();
}

pid_t host_gettid(void)
{
	return (pid_t)syscall(SYS_gettid);
}
