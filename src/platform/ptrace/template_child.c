/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way of a forked copy of our process into a stub that owns nothing. It waits until its parent
 * traces it, gives up everything step by step, and jumps to stub text, which unmaps all that is
 * left of us and reports by a breakpoint. A step that fails is reported by a breakpoint too: stage
 * in rax, error in rdi.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <linux/capability.h>

#include "platform/ptrace/child.h"
#include "platform/ptrace/ptrace_priv.h"

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

NORETURN CHILD_CODE static void fail(enum birth_stage stage, long err)
{
	__asm__ volatile("int3" : : "a"((long)stage), "D"(err) : "memory");
	for (;;)
		child_call(SYS_exit_group, 1, 0, 0, 0);
}

CHILD_CODE static void need(enum birth_stage stage, long result)
{
	if (result < 0)
		fail(stage, result);
}

/* Handlers are addresses in memory that will be gone; a blocked fault would kill instead of
 * stopping. */
CHILD_CODE static void reset_signals(void)
{
	struct kernel_sigaction dfl = {0};
	stack_t no_stack = {.ss_flags = SS_DISABLE};
	uint64_t none = 0;

	for (long sig = 1; sig <= LAST_SIGNAL; sig++) {
		if (sig != SIGKILL && sig != SIGSTOP)
			need(BIRTH_SIGNALS,
			     child_call(SYS_rt_sigaction, sig, (long)&dfl, 0, MASK_SIZE));
	}
	need(BIRTH_SIGNALS, child_call(SYS_sigaltstack, (long)&no_stack, 0, 0, 0));
	need(BIRTH_SIGNALS, child_call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&none, 0, MASK_SIZE));
}

CHILD_CODE static void raise_limit(int what)
{
	struct rlimit limit;

	need(BIRTH_LIMITS, child_call(SYS_getrlimit, what, (long)&limit, 0, 0));
	limit.rlim_cur = limit.rlim_max;
	need(BIRTH_LIMITS, child_call(SYS_setrlimit, what, (long)&limit, 0, 0));
}

/* The guest's limits are the Sentry's business; the stub's own must not come first. No stub ever
 * dumps core. */
CHILD_CODE static void set_limits(void)
{
	struct rlimit none = {0, 0};

	raise_limit(RLIMIT_AS);
	raise_limit(RLIMIT_DATA);
	raise_limit(RLIMIT_STACK);
	raise_limit(RLIMIT_CPU);
	need(BIRTH_LIMITS, child_call(SYS_setrlimit, RLIMIT_CORE, (long)&none, 0, 0));
	child_call(SYS_personality, PER_LINUX, 0, 0, 0);
}

/* All but the socket, which becomes STUB_SOCKET. */
CHILD_CODE static void drop_descriptors(int socket, long highest_fd)
{
	if (socket != STUB_SOCKET)
		need(BIRTH_DESCRIPTORS, child_call(SYS_dup2, socket, STUB_SOCKET, 0, 0));
	if (child_call(SYS_close_range, STUB_SOCKET + 1, ~0U, 0, 0) == 0)
		return;
	for (long fd = STUB_SOCKET + 1; fd <= highest_fd; fd++)
		child_call(SYS_close, fd, 0, 0, 0);
}

/* Without capabilities a stub never has more than the Sentry keeps, which would put it out of the
 * Sentry's reach. */
CHILD_CODE static void drop_capabilities(void)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0, 0, 0}, {0, 0, 0}};

	need(BIRTH_CAPABILITIES, child_call(SYS_capset, (long)&head, (long)none, 0, 0));
}

/* The kernel writes to a registered rseq area behind the thread's back, and kills it if the area is
 * not there. */
CHILD_CODE static void forget_rseq(void)
{
	uint64_t tp, size;
	long r;

	if (!&__rseq_size || __rseq_size == 0)
		return;
	__asm__("mov %%fs:0, %0" : "=r"(tp));
	size = (__rseq_size + RSEQ_LEAST_SIZE - 1) / RSEQ_LEAST_SIZE * RSEQ_LEAST_SIZE;
	r = child_call(SYS_rseq, (long)(tp + (uint64_t)__rseq_offset), (long)size, RSEQ_UNREGISTER,
		       RSEQ_SIGNATURE);
	need(BIRTH_RSEQ, r);
}

NORETURN CHILD_CODE static void become_stub(const struct platform *p)
{
	uint64_t after = p->base + 2 * STUB_PAGE;
	uint64_t entry = p->base + (uint64_t)(ptrace_stub_born - ptrace_stub_begin);

	__asm__ volatile("mov %0, %%rbx\n\t"
			 "mov %2, %%r12\n\t"
			 "mov %1, %%rbp\n\t"
			 "jmp *%3"
			 :
			 : "D"(p->base), "S"(after), "d"(HOST_TOP - after), "a"(entry)
			 : "memory");
	__builtin_unreachable();
}

CHILD_CODE void template_child(const struct platform *p, long highest_fd)
{
	char byte;

	need(BIRTH_DEATH_SIGNAL, child_call(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0));
	if (child_call(SYS_getppid, 0, 0, 0, 0) != p->self)
		child_call(SYS_exit_group, 1, 0, 0, 0);
	/* From the first byte on we are traced, and a breakpoint stops instead of killing. */
	while (child_call(SYS_read, p->sock_recv, (long)&byte, 1, 0) == -EINTR)
		;
	need(BIRTH_SESSION, child_call(SYS_setsid, 0, 0, 0, 0));
	reset_signals();
	set_limits();
	/* process_vm_readv and ptrace ask for it. */
	need(BIRTH_DUMPABLE, child_call(SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0));
	drop_descriptors(p->sock_recv, highest_fd);
	drop_capabilities();
	forget_rseq();
	child_call(SYS_arch_prctl, SHADOW_STACK_DISABLE, SHADOW_STACK, 0, 0);
	need(BIRTH_NO_NEW_PRIVS, child_call(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0));
	need(BIRTH_SECCOMP, child_filter_install());
	become_stub(p);
}
