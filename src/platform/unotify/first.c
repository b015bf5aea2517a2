/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first stub, from which all others are copied: made once, while our process has a single
 * thread and nothing to hide. It keeps its text, its shared memory, the cloner's socket, and an
 * agent, whose notification is where descriptors for its copies go in.
 */
#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/check.h"
#include "platform/child.h"
#include "platform/refuse.h"
#include "platform/unotify/unotify_priv.h"

#define LAST_SIGNAL 64
#define MASK_SIZE   8
#define SA_RESTORER 0x04000000

/* The kernel's own layout of a disposition; the libc's struct differs. */
struct kernel_sigaction {
	uint64_t handler;
	unsigned long flags;
	uint64_t restorer;
	uint64_t mask;
};

/* All that the child needs, made before the fork. */
struct first {
	struct newborn n;
	pid_t parent;
	uint64_t text, handler, entry, orders, end;
	struct sock_filter filter[FILTER_BASE_MAX];
	unsigned short filter_len;
	uint32_t seccomp_flags;
};

/* As the cloners do, by the length of a message. */
NORETURN CHILD_CODE static void fail(const struct first *f, enum newborn_stage stage)
{
	long sock = stage <= NEWBORN_DESCRIPTORS ? f->n.keep_fd : STUB_SOCKET;

	child_call(SYS_sendto, sock, (long)f->text, TELL_STAGE + (long)stage, 0);
	for (;;)
		child_call(SYS_exit_group, 1, 0, 0, 0);
}

/* Faults and kicks come to the handler with everything else blocked; no other signal does anything.
 * The cloner itself takes none. */
CHILD_CODE static long set_signals(uint64_t handler)
{
	struct kernel_sigaction sa = {.restorer = handler, .mask = ~0ULL};
	uint64_t all = ~0ULL;
	long r = 0;

	for (long sig = 1; sig <= LAST_SIGNAL && r >= 0; sig++) {
		switch (sig) {
		case SIGKILL:
		case SIGSTOP:
			continue;
		case SIGSEGV:
		case SIGBUS:
		case SIGFPE:
		case SIGILL:
		case SIGTRAP:
		case SIGSYS:
		case KICK_SIGNAL:
			sa.handler = handler;
			sa.flags = SA_SIGINFO | SA_ONSTACK | SA_RESTORER | SA_RESTART;
			break;
		default:
			sa.handler = (uint64_t)(uintptr_t)SIG_IGN;
			sa.flags = SA_RESTORER;
		}
		r = child_call(SYS_rt_sigaction, sig, (long)&sa, 0, MASK_SIZE);
	}
	if (r >= 0)
		r = child_call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&all, 0, MASK_SIZE);
	return r;
}

CHILD_CODE static long install_filter(const struct first *f)
{
	struct sock_fprog prog = {
		.len = f->filter_len,
		.filter = (struct sock_filter *)(uintptr_t)f->filter,
	};
	long r;

	/* A stub holds no secret of ours, so its guest need not pay for speculation barriers. */
	r = child_call(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW,
		       (long)&prog, 0);
	if (r == -EINVAL)
		r = child_call(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, (long)&prog, 0);
	return r;
}

NORETURN CHILD_CODE static void become_stub(const struct first *f)
{
	__asm__ volatile("mov %0, %%rbx\n\t"
			 "mov %1, %%rbp\n\t"
			 "jmp *%2"
			 :
			 : "D"(f->orders), "S"(f->end), "a"(f->entry)
			 : "memory");
	__builtin_unreachable();
}

NORETURN CHILD_CODE static void first_child(const struct first *f)
{
	enum newborn_stage stage = NEWBORN_DEATH_SIGNAL;
	long r = newborn_follow(f->parent);

	if (r >= 0)
		r = newborn_strip(&f->n, &stage);
	if (r >= 0) {
		stage = NEWBORN_SIGNALS;
		r = set_signals(f->handler);
	}
	if (r >= 0) {
		stage = NEWBORN_SECCOMP;
		r = install_filter(f);
	}
	if (r < 0)
		fail(f, stage);
	become_stub(f);
}

static int fork_first(struct platform *p, int shared_fd, const char **ret_why)
{
	struct first f = {
		.n = {.keep_fd = p->stub_sock,
		      .other_fd = shared_fd,
		      .highest_fd = newborn_highest_fd()},
		.parent = p->self,
		.text = p->base,
		.handler = region_address(p, unotify_stub_handler),
		.entry = region_address(p, unotify_stub_first),
		.orders = p->base + REGION_ORDERS,
		.end = p->base + REGION_SLOTS,
	};
	int r = filter_make_base(p, f.filter, &f.filter_len);
	long pid;

	if (r < 0)
		return plat_refuse(r, ret_why, "the stubs' filter cannot be made");
	/* Not through the libc: no handlers run, and the exit signal 0 keeps stubs out of any plain
	 * wait() of ours. */
	pid = syscall(SYS_clone, 0, 0, 0, 0, 0);
	if (pid == 0)
		first_child(&f);
	if (pid < 0)
		return plat_refuse(-errno, ret_why,
				   "fork of the first stub failed: raise RLIMIT_NPROC or pids.max");
	p->first->pid = (pid_t)pid;
	return 0;
}

int first_make(struct platform *p, const char **ret_why)
{
	int fd, r;

	p->first = aspace_alloc(p);
	if (!p->first)
		return plat_refuse(-ENOMEM, ret_why, "out of memory");
	r = region_make_shared(p->first, &fd);
	if (r < 0)
		return plat_refuse(r, ret_why,
				   "no shared memory for the first stub: allow memfd_create, or "
				   "raise RLIMIT_NOFILE or RLIMIT_AS");
	birth_first_orders(p->first);
	newborn_keep_zombies();
	r = fork_first(p, fd, ret_why);
	close(fd);
	if (r < 0)
		return r;
	return birth_await_first(p->first, ret_why);
}

void first_kill(struct platform *p)
{
	aspace_dealloc(TAKE(p->first));
	aspace_dealloc(TAKE(p->spare));
}
