/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the ptrace platform share.
 *
 * A stub is one host process per address space. Its threads are either tracees of a thread of ours
 * (then they stand still unless we let them run) or parked: untraced, asleep in pause(2) in stub
 * text. The group leader is special in that it must not exit while the address space lives
 * (process_vm_readv on a dead leader is ESRCH): it serves the first context, and parks again when
 * that leaves.
 *
 *      parked --context_attach--> stopped --context_switch--> in the guest --event--> stopped
 *         ^                        |    \--inject--> in stub text --breakpoint--> stopped
 *         +--context_free (leader)-+--context_free (others)--> exits
 *
 * Invariants:
 * (1) Guest code runs under PTRACE_SYSEMU only, so that no system call of its own ever reaches the
 * host kernel. Under PTRACE_CONT a thread runs stub text only, with registers that we set. (2)
 * Nothing at or above PLAT_GUEST_TOP is changed, read or written on a guest's behalf; the stub's
 * text is never writable. (3) What is in a stub's memory, the stub's data page included, may have
 * been written by the guest. We take results from registers. (4) Only aspace_free reaps a leader,
 * and its pid is not used after that.
 */
#pragma once

#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/user.h>

#include "abi/ptrace.h"
#include "base/lock.h"
#include "guest/ptrace_stub.h"
#include "host/seccomp.h"
#include "platform/newborn.h"
#include "platform/platform.h"

#define STUB_PAGE   4096ULL
#define HOST_TOP    0x7ffffffff000ULL /* the end of what a process of 4-level page tables can map */
#define STUB_SOCKET NEWBORN_FD        /* where every stub has the socket that brings descriptors */
#define STUB_FD     1                 /* where such a descriptor then appears */

/* Standard and ignored by default: it never fails for lack of queue space, and it does not harm an
 * untraced thread. */
#define KICK_SIGNAL SIGURG

/* clone flags with which stubs make stubs and threads; filter.c allows these two words only. */
#define CLONE_FOR_FORK ((uint64_t)CLONE_PARENT)
#define CLONE_FOR_THREAD                                                                           \
	((uint64_t)(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |             \
		    CLONE_SYSVSEM))

/* Key: [I] set by init, then immutable; [s] spawn_lock once init is done. */
struct platform {
	uint64_t base;  /* [I] where the stub's text page is; its data page follows */
	pid_t template; /* [s] the stub without memory that all others are cloned from */
	pid_t spare; /* [s] a clone of it that takes its place should the host kill it; 0: not yet */
	pid_t self;  /* [I] our own process */
	int sock_send; /* [I] descriptors for stubs go in here */
	int sock_recv; /* [I] our copy of what every stub has at STUB_SOCKET, to take back what was
			  not fetched */
	size_t fpu_size;         /* [I] */
	struct lock spawn_lock;  /* the template: one thread at a time traces it */
	struct lock socket_lock; /* one descriptor is on its way at a time */
	atomic_size_t naspaces;
};

/* The stub's data page. Private to each stub and writable by its guest: see invariant (3). */
struct stub_data {
	struct msghdr msg;
	struct iovec iov;
	char byte;
	_Alignas(8) char control[CMSG_SPACE(sizeof(int))];
	int64_t cpu_time[2]; /* a struct timespec, filled by the stub */
};

struct aspace {
	struct platform *p;      /* [I] */
	pid_t pid;               /* [I] */
	struct lock time_lock;   /* stub_data.cpu_time */
	atomic_bool leader_used; /* some context runs on the leader */
	atomic_uint ncontexts;   /* now */
	atomic_bool was_shared;  /* there has been a second context */
};

enum last_event { LAST_NONE, LAST_SYSCALL, LAST_OTHER };

/* Key: [t] only its owner thread; [k] kick_lock, or the owner alone for reading. */
struct pcontext {
	struct aspace *as; /* [t] */
	pid_t tid;         /* [k] */
	pid_t pid;         /* [k] of its stub */
	bool attached;     /* [t] */
	bool gone;         /* [t] the thread is dead, or no longer to be believed */
	bool step;         /* [t] single-step */
	bool step_due;     /* [t] ... and the instruction was a system call: its trap is still to be
			      reported */
	enum last_event last;   /* [t] what the last switch returned */
	uint64_t nr;            /* [t] the call of LAST_SYSCALL */
	bool regs_valid;        /* [t] regs are the guest's registers */
	bool regs_dirty;        /* [t] the thread's real registers differ from regs, up to ss */
	bool segs_dirty;        /* [t] ... and from fs_base on */
	bool result_dirty;      /* [t] rax is to become result */
	int64_t result;         /* [t] */
	uint64_t cpu_before_ns; /* [t] used in earlier address spaces */
	uint64_t cpu_last_ns;   /* [t] what cpu_time_ns said last: it never goes back */
	struct user_regs_struct regs; /* [t] */
	struct lock kick_lock;        /* keeps tid and pid while a kick is being sent */
	atomic_bool kicked;           /* see context_interrupt */
	atomic_bool running;          /* see context_interrupt */
};

/* tracee.c: host calls on one thread of a stub. All return -ESRCH if it is dead or dying. */

/* Why a tracee stopped. */
struct stop {
	int sig;      /* the signal about to be delivered, or SIGTRAP */
	int event;    /* PTRACE_EVENT_x, 0: none */
	bool syscall; /* a system call of the guest */
};

/* One host ptrace request, negative errno. */
MUST_CHECK long host_ptrace(int request, pid_t tid, uint64_t addr, void *data);
/* Trace an untraced thread and bring it to rest. -EPERM: the host does not let us. */
MUST_CHECK int tracee_seize(pid_t tid);
/* Leave a tracee asleep in the park loop, untraced. */
MUST_CHECK int tracee_park(const struct platform *p, pid_t tid);
/* Wait until our tracee stops. */
MUST_CHECK int tracee_wait(pid_t tid, struct stop *ret);
/* Take the exit status of our dead or dying tracee that is not a leader. */
void tracee_reap(pid_t tid);
MUST_CHECK int tracee_get_regs(pid_t tid, struct user_regs_struct *ret);
/* Up to and with ss. The segments keep what they hold, which may be more than ptrace would let us
 * write. */
MUST_CHECK int tracee_set_core_regs(pid_t tid, const struct user_regs_struct *regs);
/* Registers for an entry of the stub, all others 0. */
void stub_regs(const struct platform *p, const unsigned char *entry, struct user_regs_struct *ret);
/*
 * Run a stub entry to its end; regs come back as they are then. The guest's own registers are lost.
 * -EFAULT: the entry faulted, which leaves the thread at the faulting instruction.
 */
MUST_CHECK int tracee_inject(const struct platform *p, pid_t tid, struct user_regs_struct *regs);
/* One host call made by the tracee; *ret_value is what the host kernel answered. */
MUST_CHECK int tracee_call(const struct platform *p, pid_t tid, long nr, const uint64_t args[6],
			   int64_t *ret_value);

/* template.c: the first stub. */
MUST_CHECK int template_make(struct platform *p, const char **ret_why);
void template_kill(struct platform *p);
/* The template is dead: put the spare in its place. REQUIRES spawn_lock. -EAGAIN: there is none. */
MUST_CHECK int template_replace(struct platform *p);
/* filter.c: what a stub, and the Sentry for our sake, may ask of the host kernel. */
enum { PTRACE_N_STUB_CALLS = 15, PTRACE_N_HOST_CALLS = 23 };
extern const struct filter_rule ptrace_stub_calls[PTRACE_N_STUB_CALLS];
extern const struct filter_rule ptrace_host_calls[PTRACE_N_HOST_CALLS];
MUST_CHECK int stub_filter_build(struct filter *ret);
/* In a newborn, for the calling thread; negative errno. */
MUST_CHECK int child_filter_install(const struct filter *f);

/* aspace.c, run.c */
MUST_CHECK int ptrace_aspace_new(struct platform *p, struct aspace **ret);
MUST_CHECK int ptrace_aspace_fork(struct pcontext *by, struct aspace **ret);
void ptrace_aspace_free(struct aspace *as);
MUST_CHECK int ptrace_run(struct pcontext *by, struct plat_cmd *cmds, size_t n);
MUST_CHECK ssize_t ptrace_read(struct aspace *as, const struct plat_piece *v, size_t n);
MUST_CHECK ssize_t ptrace_write(struct aspace *as, const struct plat_piece *v, size_t n);
MUST_CHECK int ptrace_cmpxchg32(struct pcontext *by, uint64_t addr, uint32_t expect, uint32_t value,
				uint32_t *ret_old);

/* context.c */
/* tracee_inject on the caller's own context, whose registers are kept. Not for a context that is
 * gone: -ESRCH. */
MUST_CHECK int context_inject(struct pcontext *pc, struct user_regs_struct *regs);
/* The thread is dead, or does what it cannot do: end its stub, and what we hold of the thread. */
void context_lose(struct pcontext *pc);
MUST_CHECK int ptrace_context_new(struct aspace *as, struct pcontext *by, struct pcontext **ret);
MUST_CHECK int ptrace_context_attach(struct pcontext *pc);
MUST_CHECK int ptrace_context_move(struct pcontext *pc, struct aspace *to);
void ptrace_context_free(struct pcontext *pc);
uint64_t ptrace_cpu_time_ns(struct pcontext *pc);

/* switch.c */
MUST_CHECK int ptrace_context_switch(struct pcontext *pc, struct plat_event *ret);
void ptrace_context_interrupt(struct pcontext *pc);

/* x86_64/regs.c */
void ptrace_set_result(struct pcontext *pc, int64_t value);
MUST_CHECK int ptrace_get_regs(struct pcontext *pc, struct lx_user_regs *ret);
MUST_CHECK int ptrace_set_regs(struct pcontext *pc, const struct lx_user_regs *regs);
MUST_CHECK int ptrace_get_fpu(struct pcontext *pc, void *ret, size_t size);
MUST_CHECK int ptrace_set_fpu(struct pcontext *pc, const void *image, size_t size);
void ptrace_set_step(struct pcontext *pc, bool on);
/* Make sure that regs hold the guest's registers, since the real ones are about to be lost. */
MUST_CHECK int regs_save(struct pcontext *pc);
/* Give the guest's registers and the result back to the thread. */
MUST_CHECK int regs_restore(struct pcontext *pc);
/* Bytes of the host's XSAVE image as a stopped tracee shows it. */
MUST_CHECK int fpu_probe_size(pid_t tid, size_t *ret);

/* x86_64/event.c */
/* Describe a stop at a guest's system call; a fault for entries that this architecture does not
 * have. */
MUST_CHECK int event_from_syscall(struct pcontext *pc, struct plat_event *ret);
/* Describe a signal about to be delivered. 0: nothing that the guest did; 1: *ret is filled. */
MUST_CHECK int event_from_signal(struct pcontext *pc, int sig, struct plat_event *ret);
