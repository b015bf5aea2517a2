/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The platform contract: run guest code until something happens, and keep its memory.
 *
 * A platform knows nothing of Linux semantics. It offers address spaces (struct aspace: what the
 * host keeps for one guest mm) and contexts (struct pcontext: what the host keeps for one guest
 * thread). Private memory is the host's own private memory: first touch, copy-on-write and fork run
 * in the host kernel.
 *
 * Ownership of a context: it is made by any thread (context_new), then ATTACHED by the one host
 * thread that will own it, its task thread; from then on only that thread may call anything that
 * takes the context, context_interrupt excepted, which any thread may call while it keeps the
 * context alive.
 *
 * Ownership of an address space: the caller of aspace_new/aspace_fork owns it and calls aspace_free
 * when no context is in it any more. Memory commands on one address space are serialised by the
 * caller (the mm's map lock); as_read/as_write/as_cmpxchg32 may be called by any thread at any time
 * while the aspace lives.
 *
 * Nothing that comes back from guest-side memory is trusted: every access may answer -EFAULT.
 * A stub that dies or talks nonsense is reported as PLAT_GONE to each of its contexts, and
 * -ESRCH/-EFAULT to memory users; the sandbox goes on.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/compiler.h"

struct filter_rule; /* host/seccomp.h */
struct platform;
struct aspace;
struct pcontext;

/* Guest addresses are below this; the stub lives above it, and no guest access may reach there. */
#define PLAT_GUEST_TOP 0x7ffff0000000ULL
/* The lowest address that the guest may map (vm.mmap_min_addr). */
#define PLAT_GUEST_BOTTOM 0x10000ULL

/* Guest registers, in the order of Linux's struct user_regs_struct (abi/ptrace.h: struct
 * lx_user_regs). */
struct lx_user_regs;

enum plat_why {
	PLAT_SYSCALL,     /* the guest executed `syscall`; ev.sys holds number and arguments */
	PLAT_FAULT,       /* the guest raised an exception; ev.fault */
	PLAT_INTERRUPTED, /* context_interrupt was called since the last switch returned this */
	PLAT_PREEMPTED,   /* nothing happened, but the platform wants its caller to look around */
	PLAT_GONE,        /* the stub died (killed from outside, or by the platform since it talked
			     nonsense) */
};

struct plat_sys {
	uint64_t nr;
	uint64_t args[6];
	uint64_t ip; /* after the syscall instruction */
	uint64_t sp; /* 0: not known without asking for the registers */
};

/* What the processor said, as a Linux signal handler would see it in siginfo and sigcontext. */
struct plat_fault {
	int signo; /* SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP */
	int code;  /* si_code as the host kernel gave it */
	uint64_t addr;
	uint64_t trapno;
	uint64_t error_code; /* of a page fault: bit 0 present, 1 write, 2 user, 4 instruction
			      * fetch; a bit that the platform cannot know is 0 (ptrace: "write" of
			      * a page that is not there or not readable) */
	uint64_t cr2;
	bool is_access; /* signo came from a page fault (SEGV_MAPERR, SEGV_ACCERR, BUS_ADRERR): addr
			   is meaningful */
};

struct plat_event {
	enum plat_why why;
	union {
		struct plat_sys sys;
		struct plat_fault fault;
	};
};

/* Who a guest thread is: what getpid, gettid, getuid, geteuid, getgid and getegid answer. */
struct plat_identity {
	uint32_t tgid, tid, uid, euid, gid, egid;
};

enum plat_op {
	PLAT_MAP, /* map [addr, addr+len) fixed with prot and host MAP_ flags; fd < 0: anonymous */
	PLAT_UNMAP,   /* forget [addr, addr+len) */
	PLAT_PROTECT, /* set prot on [addr, addr+len) */
	PLAT_MOVE, /* move or resize [addr, addr+len), one mapping, to [new_addr, new_addr+new_len),
		    * replacing what is there; in place if new_addr == addr, where growing over a
		    * neighbour is -ENOMEM; else the two ranges may not overlap (-EINVAL) */
	PLAT_ADVISE, /* madvise(addr, len, advice) */
};

/* One memory command. The platform fills ret: 0 or negative errno; -EINVAL for what is not below
 * PLAT_GUEST_TOP. */
struct plat_cmd {
	enum plat_op op;
	int prot;  /* host PROT_ bits */
	int flags; /* PLAT_MAP: MAP_SHARED or MAP_PRIVATE plus MAP_NORESERVE, MAP_GROWSDOWN, ...;
		      PLAT_ADVISE: the advice */
	int fd; /* a descriptor of the Sentry; the platform carries it over and leaves nothing open
		   in the stub */
	uint64_t addr, len;
	uint64_t off;
	uint64_t new_addr, new_len;
	int ret;
};

/* A piece of guest memory and where its bytes go to or come from in the Sentry. */
struct plat_piece {
	uint64_t addr; /* guest */
	void *buf;     /* Sentry */
	size_t len;
};

struct plat_abilities {
	bool full_regs_are_dear; /* context_get_regs costs much more than the event itself */
	size_t fpu_size;         /* bytes of the XSAVE image that context_get_fpu fills; at most
				    PLAT_FPU_MAX */
	uint64_t largest_map;    /* bytes one PLAT_MAP may cover */
	const char *lacks;       /* what the host lacks, in words for a person; NULL: nothing */
};

#define PLAT_FPU_MAX 11008 /* XSAVE area up to AMX tiles */

/*
 * The operations of one platform. Each may take the platform's own locks (rank PLATFORM, below
 * every lock of the Sentry); those marked (B) may block for the time of a few host calls; none
 * calls back up.
 */
struct platform_ops {
	const char *name;

	/*
	 * Get ready. Called once, in a process with a single thread, before any secret or plan is
	 * read; makes the first stub. Errors: negative errno, and *ret_why says in words what the
	 * host refused and what to change. The caller is the thread that outlives all others (stubs
	 * are killed when it ends), its user and group ids are final, and SIGCHLD is not ignored
	 * afterwards.
	 */
	MUST_CHECK int (*init)(struct platform **ret, const char **ret_why);
	/* End every stub and give everything back. No context and no aspace may be left. */
	void (*fini)(struct platform *p);
	void (*abilities)(struct platform *p, struct plat_abilities *ret);

	/* (B) A new, empty address space. -ENOMEM, -EAGAIN: the host's process limit. */
	MUST_CHECK int (*aspace_new)(struct platform *p, struct aspace **ret);
	/*
	 * (B) A copy-on-write copy of `by`'s address space, private memory as fork(2) leaves it,
	 * shared memory shared. `by` is the caller's own attached context, at rest between two
	 * switches. Ranges that must not be inherited (MADV_DONTFORK) are left out by advice given
	 * before.
	 */
	MUST_CHECK int (*aspace_fork)(struct pcontext *by, struct aspace **ret);
	/* (B) Forget all memory of an address space without contexts; takes over as. */
	void (*aspace_free)(struct aspace *as);
	/* (B) Optional. Finish what aspace_free began, here and for others: reap their stubs. To be
	 * called soon after, by a thread for which nobody waits. */
	void (*bury)(struct platform *p);

	/*
	 * (B) Carry out n commands in order, as part of `by`'s address space, `by` being the
	 * caller's own context at rest. Stops at the first command that fails and returns its error
	 * (also in its ret); earlier ones stand.
	 */
	MUST_CHECK int (*run)(struct pcontext *by, struct plat_cmd *cmds, size_t n);

	/*
	 * Move bytes between guest pieces and the Sentry, in order. Returns the bytes moved before
	 * the first one that is not there (page granularity is allowed), -EFAULT if that was the
	 * very first, -ESRCH if the stub is gone. Addresses at or above PLAT_GUEST_TOP are never
	 * touched. A write respects the page's protection as a guest store would.
	 */
	MUST_CHECK ssize_t (*read)(struct aspace *as, const struct plat_piece *v, size_t n);
	MUST_CHECK ssize_t (*write)(struct aspace *as, const struct plat_piece *v, size_t n);
	/*
	 * Atomically, against guest code too: if *addr == expect store value; *ret_old = what was
	 * there. addr is 4-aligned. `by` is the caller's own context at rest in this address space.
	 * -EFAULT: not there or not writable.
	 */
	MUST_CHECK int (*cmpxchg32)(struct pcontext *by, uint64_t addr, uint32_t expect,
				    uint32_t value, uint32_t *ret_old);

	/*
	 * (B) A new context in `as`. `by` is the caller's own attached context in the same address
	 * space, or NULL if this is the first context of the address space since
	 * aspace_new/aspace_fork. Registers are undefined until set.
	 */
	MUST_CHECK int (*context_new)(struct aspace *as, struct pcontext *by,
				      struct pcontext **ret);
	/*
	 * (B) The calling thread becomes the owner. Once per context, before anything else on it. A
	 * stub that has died meanwhile is no error here: the first switch says PLAT_GONE.
	 */
	MUST_CHECK int (*context_attach)(struct pcontext *pc);
	/*
	 * (B) The caller's own context leaves its address space and becomes the first context of
	 * `to`, a fresh one. Registers are undefined afterwards. For execve: the caller cannot go
	 * back once this was called.
	 */
	MUST_CHECK int (*context_move)(struct pcontext *pc, struct aspace *to);
	/* (B) The context's guest thread will never run again; takes over pc. By its owner, or
	 * unattached by its maker. */
	void (*context_free)(struct pcontext *pc);

	/* Run the guest until something happens. -errno only for faults of our own side; a dead
	 * stub is PLAT_GONE. */
	MUST_CHECK int (*context_switch)(struct pcontext *pc, struct plat_event *ret);
	/* Make the current or else the next switch of pc return PLAT_INTERRUPTED soon. Never
	 * blocks. Idempotent until it does. */
	void (*context_interrupt)(struct pcontext *pc);

	/*
	 * (B) Optional, NULL: not needed. The caller's own context at rest will not run for long:
	 * bring its guest thread to where the host can freeze it (a cgroup's freezer, a suspend).
	 * The next operation on the context brings it back. -ESRCH: the stub is gone.
	 */
	MUST_CHECK int (*context_park)(struct pcontext *pc);
	/* (B) Optional. All contexts are parked: the same for threads of the platform's own. */
	void (*settle)(struct platform *p);

	/* The result of the system call that the last switch returned: what rax holds when the
	 * guest goes on. */
	void (*set_result)(struct pcontext *pc, int64_t value);
	/*
	 * Full registers, valid at rest. orig_rax is the system call's number at a PLAT_SYSCALL,
	 * else -1. set_regs sanitises segments and flags as sigreturn does, and makes the kernel
	 * forget any system call restart. fs_base and gs_base are part of them: -EINVAL unless they
	 * are user addresses or what the guest itself has loaded. The selectors ds, es, fs and gs,
	 * which sigreturn leaves alone, may read as 0, and setting them may do nothing. -ESRCH,
	 * here and below, from a context whose stub is gone.
	 */
	MUST_CHECK int (*get_regs)(struct pcontext *pc, struct lx_user_regs *ret);
	MUST_CHECK int (*set_regs)(struct pcontext *pc, const struct lx_user_regs *regs);
	/*
	 * The XSAVE image (standard format). size <= abilities.fpu_size on get. On set any
	 * well-formed image from 576 bytes (legacy area and header) up to fpu_size that holds all
	 * components of its header, else -EINVAL; components that the header lacks become initial,
	 * so 576 zeros are the state after execve.
	 */
	MUST_CHECK int (*get_fpu)(struct pcontext *pc, void *ret, size_t size);
	MUST_CHECK int (*set_fpu)(struct pcontext *pc, const void *image, size_t size);
	/*
	 * Single-step: after the next guest instruction the switch returns PLAT_FAULT
	 * SIGTRAP/TRAP_TRACE. Off after it. If that instruction is a system call, PLAT_SYSCALL
	 * comes first and the trap at the switch after it, before any other guest instruction, as
	 * Linux traps at the exit of the call.
	 */
	void (*set_step)(struct pcontext *pc, bool on);
	/* Processor time that the guest thread itself has used, ns. */
	uint64_t (*cpu_time_ns)(struct pcontext *pc);
	/* (B) Optional, NULL: not known. mincore(2) of [addr, addr+len), page aligned and mapped:
	 * one byte per page, bit 0. */
	MUST_CHECK int (*incore)(struct pcontext *by, uint64_t addr, uint64_t len,
				 uint8_t *ret_vec);

	/*
	 * Optional, NULL: none. Where patched guest code may jump instead of executing a `syscall`
	 * instruction, with its registers, and rcx the address of a `syscall` instruction: what
	 * happens is the same as if it had jumped there, but it may come out behind that
	 * instruction with the result, changed by what the instruction changes. Registers at rest
	 * show the thread at or behind the instruction, never between. 0: not on this host.
	 */
	uint64_t (*fast_entry)(struct platform *p);
	/*
	 * With fast_entry. From now on the six calls of struct plat_identity that come there are
	 * answered with these values, without a switch. By the owner at rest, until the next
	 * context_move. False: the guest uses the gs base for itself, and nothing is answered.
	 */
	MUST_CHECK bool (*set_identity)(struct pcontext *pc, const struct plat_identity *who);
	/* No more. By any thread, as context_interrupt; a call that is begun afterwards is not
	 * answered. */
	void (*clear_identity)(struct pcontext *pc);

	/*
	 * The host calls that this platform makes after init, on any thread of the Sentry: they
	 * join the Sentry's allow-list (sentry/boot/lockdown.c), with argument checks, besides what
	 * every Sentry does (memory, threads, futexes, clocks, files that it holds). What init
	 * alone does is not among them: the filter comes after it. NULL, 0: none.
	 */
	const struct filter_rule *host_calls;
	size_t n_host_calls;
	/* What a stub's own filter is compiled from, for `caisson host-surface`. NULL, 0: the
	 * platform has no stubs. */
	const struct filter_rule *stub_calls;
	size_t n_stub_calls;
};

/* The platforms of this build, default first; NULL-terminated. */
extern const struct platform_ops *const platform_list[];
/* By name, up to a colon if it has one. NULL: no such platform. */
const struct platform_ops *platform_find(const char *name);

/*
 * What follows the colon in --platform=NAME:OPTIONS, or NULL; set before init, for tests that take
 * away what the host has. unotify: nosync, frames, novm, nohangup.
 */
extern const char *platform_options;

extern const struct platform_ops platform_unotify;
extern const struct platform_ops platform_ptrace;
extern const struct platform_ops platform_fake;
