/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A seccomp filter turns chosen calls into an errno, a SIGSYS or a death, binds children, and
 * needs no_new_privs or root.
 */
#include "guest.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>

static volatile int caught;

static void handler(int sig, siginfo_t *si, void *uc)
{
	(void)uc;
	EXPECT_EQ(sig, SIGSYS);
	EXPECT_EQ(si->si_code, 1); /* SYS_SECCOMP */
	EXPECT_EQ(si->si_syscall, SYS_sysinfo);
	EXPECT_EQ(si->si_arch, 0xc000003e);
	caught = 1;
}

static long install(uint32_t nr, uint32_t action)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = {ARRAY_SIZE(code), code};

	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog);
}

int main(void)
{
	pid_t pid = guest_fork();

	if (pid == 0) {
		struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
		struct rlimit none = {0, 0};

		EXPECT_OK(setrlimit(RLIMIT_CORE, &none));
		EXPECT_OK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
		if (install(SYS_uname, SECCOMP_RET_ERRNO | 77) == -1) {
			if (errno == ENOSYS || errno == EINVAL)
				_exit(GUEST_SKIP);
			DIE("seccomp");
		}
		EXPECT_EQ(prctl(PR_GET_SECCOMP), 2);
		EXPECT_ERRNO(syscall(SYS_uname, NULL), 77);
		EXPECT_OK(sigaction(SIGSYS, &sa, NULL));
		EXPECT_OK(install(SYS_sysinfo, SECCOMP_RET_TRAP));
		syscall(SYS_sysinfo, NULL);
		EXPECT_EQ(caught, 1);
		pid_t child = guest_fork();
		if (child == 0) {
			EXPECT_ERRNO(syscall(SYS_uname, NULL), 77);
			EXPECT_OK(install(SYS_getppid, SECCOMP_RET_KILL_PROCESS));
			getppid();
			_exit(1);
		}
		EXPECT_KILLED(child, SIGSYS);
		EXPECT_OK(getppid());
		EXPECT_ERRNO(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, BAD_PTR), EFAULT);
		EXPECT_ERRNO(syscall(SYS_seccomp, 99, 0, NULL), EINVAL);
		_exit(0);
	}
	int status = guest_wait(pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == GUEST_SKIP)
		SKIP("no seccomp filters here");
	EXPECT_EQ(status, 0);
	return 0;
}
