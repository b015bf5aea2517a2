/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a stub may ask of the host kernel, and what it asks us instead.
 *
 * The base filter is every thread's. What it lets through must be harmless when a guest chooses the
 * arguments, but guests do not get that far: their threads have a second filter, which turns every
 * call into a notification, and the stricter verdict of the two counts (KILL > TRAP > ERRNO >
 * USER_NOTIF > TRACE > ALLOW). That order is why the base refuses with TRACE, which without a
 * tracer is ENOSYS: anything stricter would come before the notification.
 *
 * The guest filter lets four calls pass from one address each, in stub text. A guest can jump there
 * with its own registers, so these four are harmless as well: to load a signal frame, to end the
 * thread, to sleep on or wake a futex, to read a clock.
 */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>

#include <linux/audit.h>
#include <linux/futex.h>

#include "base/check.h"
#include "host/seccomp.h"
#include "platform/unotify/unotify_priv.h"

#define CLONE_FOR_THREAD 0x50f00
#define CLONE_FOR_FORK   0x8000

enum { RULES_OF_LACK_VM = 2 };

#define ALLOW_ALL(call, why_)                                                                      \
	{                                                                                          \
		.nr = SYS_##call, .name = #call, .action = SECCOMP_RET_ALLOW, .why = (why_)        \
	}
#define ALLOW_ARG(call, why_, ...)                                                                 \
	{                                                                                          \
		.nr = SYS_##call, .name = #call, .action = SECCOMP_RET_ALLOW, .why = (why_),       \
		.args = {                                                                          \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}

const struct filter_rule unotify_stub_calls[UNOTIFY_N_STUB_CALLS + RULES_OF_LACK_VM] = {
	ALLOW_ALL(rt_sigreturn, "guest threads resume"),
	ALLOW_ARG(futex, "cloner and newborns wait", FILTER_RANGE32(1, FUTEX_WAIT, FUTEX_WAKE)),
	ALLOW_ALL(mmap, "agent: the guest's memory"),
	ALLOW_ALL(munmap, "agent"),
	ALLOW_ALL(mprotect, "agent"),
	ALLOW_ALL(madvise, "agent"),
	ALLOW_ALL(mremap, "agent"),
	ALLOW_ALL(mincore, "agent"),
	ALLOW_ARG(close, "what was there for one order", FILTER_RANGE32(0, STUB_LISTENER, STUB_FD)),
	ALLOW_ARG(clone, "cloner: a thread", FILTER_EQ64(0, CLONE_FOR_THREAD)),
	ALLOW_ARG(clone, "cloner: a copy of the process", FILTER_EQ64(0, CLONE_FOR_FORK)),
	ALLOW_ARG(sendmsg, "cloner: a listener for the Sentry", FILTER_EQ32(0, STUB_SOCKET)),
	ALLOW_ARG(sendto, "cloner: a number for the Sentry", FILTER_EQ32(0, STUB_SOCKET)),
	ALLOW_ARG(tkill, "cloner: is a newborn alive", FILTER_EQ32(1, 0)),
	ALLOW_ARG(seccomp, "newborns: their filter", FILTER_EQ32(0, SECCOMP_SET_MODE_FILTER)),
	ALLOW_ARG(prctl, "cloner: die with the Sentry", FILTER_EQ32(0, PR_SET_PDEATHSIG)),
	ALLOW_ALL(getppid, "cloner: is the Sentry still there"),
	ALLOW_ARG(clock_gettime, "a thread's own processor time",
		  FILTER_EQ32(0, CLOCK_THREAD_CPUTIME_ID)),
	ALLOW_ALL(exit, "threads end"),
	ALLOW_ALL(exit_group, "a process that could not be born ends"),
	/* From here on only where the Sentry may not do it itself (LACK_VM). */
	ALLOW_ALL(process_vm_readv, "agent: copies for the Sentry"),
	ALLOW_ALL(process_vm_writev, "agent: copies for the Sentry"),
};

#define ON_LISTENER(cmd, why) ALLOW_ARG(ioctl, why, FILTER_EQ32(1, (uint32_t)(cmd)))

const struct filter_rule unotify_host_calls[UNOTIFY_N_HOST_CALLS] = {
	ON_LISTENER(SECCOMP_IOCTL_NOTIF_RECV, "a guest's system call"),
	ON_LISTENER(SECCOMP_IOCTL_NOTIF_SEND, "its result"),
	ON_LISTENER(SECCOMP_IOCTL_NOTIF_ADDFD, "a file to be mapped, into a stub"),
	ON_LISTENER(SECCOMP_IOCTL_NOTIF_SET_FLAGS, "wake on the same processor"),
	ALLOW_ALL(poll, "has everybody left a listener"),
	ALLOW_ALL(recvmsg, "new listeners from the cloners"),
	ALLOW_ALL(process_vm_readv, "memory of our stubs"),
	ALLOW_ALL(process_vm_writev, "memory of our stubs"),
	ALLOW_ALL(sched_setaffinity, "births stay on one processor"),
	ALLOW_ALL(getcpu, "which one"),
	ALLOW_ARG(tgkill, "stop guest code of another thread", FILTER_EQ32(2, KICK_SIGNAL)),
	ALLOW_ARG(kill, "end a stub", FILTER_EQ32(1, SIGKILL)),
	ALLOW_ALL(wait4, "the end of our stubs"),
	ALLOW_ALL(pidfd_open, "is a stub that does not answer alive"),
	ALLOW_ALL(clock_gettime, "the processor time of a stub"),
};

int filter_make_base(const struct platform *p, struct sock_filter *ret, unsigned short *ret_len)
{
	AUTO(filter_fini) struct filter f = {0};
	/* A missing row would be all zeros, which is read(2). */
	size_t n = UNOTIFY_N_STUB_CALLS + (p->lacks & LACK_VM ? RULES_OF_LACK_VM : 0);
	int r;

	check(unotify_stub_calls[n - 1].name);
	check(unotify_host_calls[UNOTIFY_N_HOST_CALLS - 1].name);
	r = filter_build(unotify_stub_calls, n, SECCOMP_RET_TRACE, &f);

	if (r < 0)
		return r;
	if (f.len > FILTER_BASE_MAX)
		return -E2BIG;
	for (size_t i = 0; i < f.len; i++) {
		ret[i] = f.insns[i];
		/* Entries of other architectures are the guest filter's to report, not ours to kill
		 * for. */
		if (ret[i].code == (BPF_RET | BPF_K) && ret[i].k == SECCOMP_RET_KILL_PROCESS)
			ret[i].k = SECCOMP_RET_TRACE;
	}
	*ret_len = f.len;
	return 0;
}

/* A program that grows. */
struct program {
	struct sock_filter *insns;
	unsigned short len;
};

static void emit(struct program *g, uint16_t code, uint32_t k, uint8_t jt, uint8_t jf)
{
	check(g->len < FILTER_MAX);
	g->insns[g->len++] = (struct sock_filter){code, jt, jf, k};
}

static void emit_load(struct program *g, size_t offset)
{
	emit(g, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void emit_ret(struct program *g, uint32_t verdict)
{
	emit(g, BPF_RET | BPF_K, verdict, 0, 0);
}

/* The number is loaded: for nr this verdict. */
static void emit_nr(struct program *g, long nr, uint32_t verdict)
{
	emit(g, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)nr, 0, 1);
	emit_ret(g, verdict);
}

/* The number is loaded: nr passes after the instruction before `ip`, else this verdict. */
static void emit_nr_from(struct program *g, long nr, uint64_t ip, uint32_t verdict)
{
	emit(g, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)nr, 0, 6);
	emit_load(g, offsetof(struct seccomp_data, instruction_pointer) + 4);
	emit(g, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(ip >> 32), 0, 3);
	emit_load(g, offsetof(struct seccomp_data, instruction_pointer));
	emit(g, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)ip, 0, 1);
	emit_ret(g, SECCOMP_RET_ALLOW);
	emit_ret(g, verdict);
}

static void emit_arch(struct program *g)
{
	emit_load(g, offsetof(struct seccomp_data, arch));
	emit(g, BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0);
	emit_ret(g, SECCOMP_RET_TRAP);
}

/* Calls that need all registers, or change them. */
static const long frame_calls[] = {SYS_clone, SYS_fork, SYS_vfork, SYS_clone3, SYS_arch_prctl};

void filter_make_guest(const struct platform *p, struct sock_filter *ret, unsigned short *ret_len)
{
	bool frames = p->lacks & LACK_KILLABLE;
	uint32_t other = frames ? SECCOMP_RET_TRAP : SECCOMP_RET_USER_NOTIF;
	struct program g = {ret, 0};

	emit_arch(&g);
	emit_load(&g, offsetof(struct seccomp_data, nr));
	if (frames)
		emit_nr(&g, STUB_RING, SECCOMP_RET_USER_NOTIF);
	emit_nr_from(&g, SYS_rt_sigreturn, region_address(p, unotify_stub_resumed),
		     SECCOMP_RET_TRAP);
	for (size_t i = 0; i < ARRAY_SIZE(frame_calls); i++)
		emit_nr(&g, frame_calls[i], SECCOMP_RET_TRAP);
	emit_nr_from(&g, SYS_exit, region_address(p, unotify_stub_exited), other);
	emit_nr_from(&g, SYS_clock_gettime, region_address(p, unotify_stub_timed), other);
	emit(&g, BPF_JMP | BPF_JEQ | BPF_K, SYS_futex, 0, 8);
	emit_load(&g, offsetof(struct seccomp_data, instruction_pointer) + 4);
	emit(&g, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(p->base >> 32), 0, 5);
	emit_load(&g, offsetof(struct seccomp_data, instruction_pointer));
	emit(&g, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)region_address(p, unotify_stub_woke), 2, 0);
	emit(&g, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)region_address(p, unotify_stub_parked), 1, 0);
	emit_ret(&g, other);
	emit_ret(&g, SECCOMP_RET_ALLOW);
	emit_ret(&g, other);
	/* The host emulates calls into the vsyscall page, which no guest has. */
	emit_load(&g, offsetof(struct seccomp_data, instruction_pointer) + 4);
	emit(&g, BPF_JMP | BPF_JEQ | BPF_K, UINT32_MAX, 0, 1);
	emit_ret(&g, SECCOMP_RET_TRAP);
	emit_ret(&g, other);
	*ret_len = g.len;
}

void filter_make_agent(struct sock_filter *ret, unsigned short *ret_len)
{
	struct program g = {ret, 0};

	emit_load(&g, offsetof(struct seccomp_data, nr));
	emit_nr(&g, STUB_RING, SECCOMP_RET_USER_NOTIF);
	emit_ret(&g, SECCOMP_RET_ALLOW);
	*ret_len = g.len;
}
