/* SPDX-License-Identifier: Apache-2.0 */
/* The steps by which a forked copy of our process gives up everything, and the fork itself. */
#include "platform/newborn.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <linux/capability.h>

#include "base/check.h"
#include "platform/child.h"

#define RSEQ_UNREGISTER      1
#define RSEQ_SIGNATURE       0x53053053
#define RSEQ_LEAST_SIZE      32U
#define SHADOW_STACK_DISABLE 0x5002 /* arch_prctl(2); Linux 6.6 */
#define SHADOW_STACK         1
#define LAST_SIGNAL          64
#define MASK_SIZE            8

/* What glibc 2.35 and later registered for the thread that forked. Weak: other libcs register
 * nothing. */
extern const ptrdiff_t __rseq_offset __attribute__((weak));
extern const unsigned int __rseq_size __attribute__((weak));

/* The kernel's own layout of a disposition; the libc's struct differs. */
struct kernel_sigaction {
	void *handler;
	unsigned long flags;
	void *restorer;
	uint64_t mask;
};

/* Handlers are addresses in memory that will be gone; a blocked fault would kill instead of
 * stopping. */
CHILD_CODE static long reset_signals(void)
{
	struct kernel_sigaction dfl = {0};
	stack_t no_stack = {.ss_flags = SS_DISABLE};
	uint64_t none = 0;
	long r = 0;

	for (long sig = 1; sig <= LAST_SIGNAL && r >= 0; sig++) {
		if (sig != SIGKILL && sig != SIGSTOP)
			r = child_call(SYS_rt_sigaction, sig, (long)&dfl, 0, MASK_SIZE);
	}
	if (r >= 0)
		r = child_call(SYS_sigaltstack, (long)&no_stack, 0, 0, 0);
	if (r >= 0)
		r = child_call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&none, 0, MASK_SIZE);
	return r;
}

CHILD_CODE static long raise_limit(int what)
{
	struct rlimit limit;
	long r = child_call(SYS_getrlimit, what, (long)&limit, 0, 0);

	if (r < 0)
		return r;
	limit.rlim_cur = limit.rlim_max;
	return child_call(SYS_setrlimit, what, (long)&limit, 0, 0);
}

/* The guest's limits are the Sentry's business; the stub's own must not come first. No stub ever
 * dumps core. */
CHILD_CODE static long set_limits(void)
{
	struct rlimit none = {0, 0};
	long r = raise_limit(RLIMIT_AS);

	if (r >= 0)
		r = raise_limit(RLIMIT_DATA);
	if (r >= 0)
		r = raise_limit(RLIMIT_STACK);
	if (r >= 0)
		r = raise_limit(RLIMIT_CPU);
	if (r >= 0)
		r = child_call(SYS_setrlimit, RLIMIT_CORE, (long)&none, 0, 0);
	child_call(SYS_personality, PER_LINUX, 0, 0, 0);
	return r;
}

/* All but those that are kept. */
CHILD_CODE static long drop_descriptors(const struct newborn *n)
{
	long other = n->other_fd, last = NEWBORN_FD, r = 0;

	if (other >= 0) { /* out of the way first */
		other = child_call(SYS_fcntl, other, F_DUPFD, NEWBORN_OTHER + 1, 0);
		if (other < 0)
			return other;
		last = NEWBORN_OTHER;
	}
	if (n->keep_fd != NEWBORN_FD)
		r = child_call(SYS_dup2, n->keep_fd, NEWBORN_FD, 0, 0);
	if (r >= 0 && other >= 0) {
		child_call(SYS_close, NEWBORN_FD + 1, 0, 0, 0);
		r = child_call(SYS_dup2, other, NEWBORN_OTHER, 0, 0);
	}
	if (r < 0)
		return r;
	if (child_call(SYS_close_range, last + 1, ~0U, 0, 0) == 0)
		return 0;
	for (long fd = last + 1; fd <= MAX(n->highest_fd, other); fd++)
		child_call(SYS_close, fd, 0, 0, 0);
	return 0;
}

/* Without capabilities a stub never has more than the Sentry keeps, which would put it out of the
 * Sentry's reach. */
CHILD_CODE static long drop_capabilities(void)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0, 0, 0}, {0, 0, 0}};

	return child_call(SYS_capset, (long)&head, (long)none, 0, 0);
}

/* The kernel writes to a registered rseq area behind the thread's back, and kills it if the area is
 * not there. */
CHILD_CODE static long forget_rseq(void)
{
	uint64_t tp, size;

	if (!&__rseq_size || __rseq_size == 0)
		return 0;
	__asm__("mov %%fs:0, %0" : "=r"(tp));
	size = (__rseq_size + RSEQ_LEAST_SIZE - 1) / RSEQ_LEAST_SIZE * RSEQ_LEAST_SIZE;
	return child_call(SYS_rseq, (long)(tp + (uint64_t)__rseq_offset), (long)size,
			  RSEQ_UNREGISTER, RSEQ_SIGNATURE);
}

CHILD_CODE long newborn_follow(pid_t parent)
{
	long r = child_call(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0);

	/* The death signal is not sent for a parent that has already gone. */
	if (child_call(SYS_getppid, 0, 0, 0, 0) != parent)
		child_call(SYS_exit_group, 1, 0, 0, 0);
	return r;
}

CHILD_CODE long newborn_strip(const struct newborn *n, enum newborn_stage *ret_stage)
{
	long r;

	*ret_stage = NEWBORN_SESSION;
	r = child_call(SYS_setsid, 0, 0, 0, 0);
	if (r < 0)
		return r;
	*ret_stage = NEWBORN_SIGNALS;
	r = reset_signals();
	if (r < 0)
		return r;
	*ret_stage = NEWBORN_LIMITS;
	r = set_limits();
	if (r < 0)
		return r;
	/* process_vm_readv and ptrace ask for it. */
	*ret_stage = NEWBORN_DUMPABLE;
	r = child_call(SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0);
	if (r < 0)
		return r;
	*ret_stage = NEWBORN_DESCRIPTORS;
	r = drop_descriptors(n);
	if (r < 0)
		return r;
	*ret_stage = NEWBORN_CAPABILITIES;
	r = drop_capabilities();
	if (r < 0)
		return r;
	*ret_stage = NEWBORN_RSEQ;
	r = forget_rseq();
	if (r < 0)
		return r;
	child_call(SYS_arch_prctl, SHADOW_STACK_DISABLE, SHADOW_STACK, 0, 0);
	*ret_stage = NEWBORN_NO_NEW_PRIVS;
	return child_call(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0);
}

const char *newborn_stage_name(enum newborn_stage stage)
{
	static const char *const names[NEWBORN_STAGES] = {
		[NEWBORN_DEATH_SIGNAL] = "prctl(PR_SET_PDEATHSIG)",
		[NEWBORN_SESSION] = "setsid",
		[NEWBORN_SIGNALS] = "rt_sigaction",
		[NEWBORN_LIMITS] = "setrlimit",
		[NEWBORN_DUMPABLE] = "prctl(PR_SET_DUMPABLE)",
		[NEWBORN_DESCRIPTORS] = "dup2",
		[NEWBORN_CAPABILITIES] = "capset",
		[NEWBORN_RSEQ] = "rseq(UNREGISTER)",
		[NEWBORN_NO_NEW_PRIVS] = "prctl(PR_SET_NO_NEW_PRIVS)",
		[NEWBORN_SECCOMP] = "seccomp(SET_MODE_FILTER)",
	};

	check(stage < NEWBORN_STAGES);
	return names[stage];
}

/* What the child has to close where the host lacks close_range. */
long newborn_highest_fd(void)
{
	DIR *dir = opendir("/proc/self/fd");
	struct rlimit limit;
	struct dirent *entry;
	long highest = -1;

	if (!dir)
		return getrlimit(RLIMIT_NOFILE, &limit) < 0 ? 1024 : (long)limit.rlim_max;
	while ((entry = readdir(dir))) {
		long fd = strtol(entry->d_name, NULL, 10);

		highest = MAX(highest, fd);
	}
	closedir(dir);
	return highest;
}

void newborn_keep_zombies(void)
{
	struct sigaction sa;

	if (sigaction(SIGCHLD, NULL, &sa) < 0)
		return;
	if (sa.sa_handler != SIG_IGN && !(sa.sa_flags & SA_NOCLDWAIT))
		return;
	if (sa.sa_handler == SIG_IGN)
		sa.sa_handler = SIG_DFL;
	sa.sa_flags &= ~SA_NOCLDWAIT;
	check(sigaction(SIGCHLD, &sa, NULL) == 0);
}

void newborn_kill(pid_t *pid)
{
	int status;

	if (*pid <= 0)
		return;
	kill(*pid, SIGKILL);
	while (waitpid(*pid, &status, __WALL) < 0 && errno == EINTR)
		;
	*pid = 0;
}
