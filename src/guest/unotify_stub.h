/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The code that the unotify platform keeps in each stub, as position independent bytes to be copied
 * to the start of the stub's text page, and the memory that it shares with the Sentry.
 *
 * Four kinds of threads run it; none uses memory that a guest can write for anything that matters:
 *
 *   cloner   the group leader. Sleeps on orders.seq; carries out one order: makes a thread (born),
 *            or a copy of the process, whose cloner puts its own orders in place and goes on.
 *            Tells the Sentry by messages on descriptor 0.
 *   born     a new thread until its filter stands: installs it, wakes the cloner, which sends the
 *            listener away, and becomes an agent or a guest thread.
 *   agent    rings; the answer is a number of calls, which it makes from orders.calls; rings again
 *            with how many it made (rdi) and the last one's result (rsi).
 *   guest    runs guest code. Any signal brings it to the handler, which rings: rdi signal, rsi
 *            frame, rdx fs_base, r10 gs_base. The answer is 0, resume the frame, or the address of
 *            a struct stub_load.
 *
 * A guest thread gets to unotify_stub_fast from a patched call site (sentry/mm/patch.h), with rcx
 * the address of a `syscall` instruction and the call's registers. Where gs is the thread's
 * stub_ctl and has the answer, it goes on behind that instruction with it in rax; else at the
 * instruction. It changes rcx and r11, as the instruction does, no flags, and no memory.
 *
 * To ring is a system call number of our own at one known address, which the thread's filter turns
 * into a notification. A negative answer, which comes if the Sentry has closed the listener, ends
 * the thread.
 */
#ifndef CAISSON_GUEST_UNOTIFY_STUB_H
#define CAISSON_GUEST_UNOTIFY_STUB_H

/* The number with which a stub rings. No system call has it. */
#define STUB_RING 0x43534e

/* What a guest thread may say in rdi beside a signal. */
#define STUB_BORN 0   /* waits for its first frame */
#define STUB_CAS  256 /* cmpxchg done; rsi: what was there */
#define STUB_TIME 257 /* rsi, rdx: seconds and nanoseconds of processor time */

/*
 * Descriptors of a stub: the cloner's socket; a newborn's listener, the lowest that is free; and
 * what the Sentry puts there for the time of one order. The last two differ, since the cloner
 * closes the listener after it has told of it.
 */
#define STUB_SOCKET   0
#define STUB_LISTENER 1
#define STUB_FD       2

/* orders.op */
#define STUB_ORDER_GUEST 1 /* make a guest thread */
#define STUB_ORDER_AGENT 2 /* make the agent */
#define STUB_ORDER_FORK  3 /* copy the process; STUB_FD is the copy's shared memory */

/* Lengths of the cloner's messages without a descriptor; shorter ones are an errno. */
#define STUB_TELL_PID  256 /* plus 11 bits of the new process's id: first the low, then the high */
#define STUB_PID_BITS  11
#define STUB_TELL_MOST (STUB_TELL_PID + (1 << STUB_PID_BITS))

/* stub_load.then */
#define STUB_THEN_RESUME 0 /* rt_sigreturn from the frame at rsp */
#define STUB_THEN_BORN   1 /* ring as a new thread */
#define STUB_THEN_TIME   2 /* read the clock of the thread, ring with it */
#define STUB_THEN_PARK   3 /* sleep on word until it is not 1, interruptibly, then ring as new */

/* Offsets into struct stub_orders and struct stub_ctl for the code. */
#define ORDERS_SEQ    0
#define ORDERS_OP     4
#define ORDERS_FLAGS  8
#define ORDERS_PARENT 12
#define ORDERS_CTL    16
#define ORDERS_CALLS  64
#define CTL_WORD      0
#define CTL_THEN      4
#define CTL_FS        8
#define CTL_GS        16
#define CTL_RSP       24
#define CTL_TIME      32
#define CTL_FAST      48
#define CTL_WHO       52

/* One host call of the agent's. */
#define STUB_CALL_SIZE 56
#define STUB_CALLS     24

#define STUB_ANSWER_SIZE 16

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

struct stub_call {
	uint64_t nr;
	uint64_t args[6];
};

#define STUB_IOVS 32

/* Written by the Sentry alone; the stub maps it read-only. One page. */
struct stub_orders {
	_Atomic uint32_t seq; /* a new order for the cloner; futex */
	uint32_t op;
	uint32_t filter_flags; /* of seccomp(2) for a new thread */
	uint32_t parent;       /* process id of the Sentry */
	uint64_t ctl;          /* stub address of the new thread's stub_ctl */
	uint64_t unused[5];
	struct stub_call calls[STUB_CALLS];
	struct iovec ours[STUB_IOVS], theirs[STUB_IOVS]; /* for calls that take them */
};

/* One per thread, writable by stub and guest: nothing in it is believed. */
struct stub_ctl {
	_Atomic uint32_t word; /* futex: born (1), or parked (1) */
	uint32_t then;
	uint64_t fs, gs;       /* bases to load */
	uint64_t rsp;          /* of the frame to resume */
	int64_t time[2];       /* struct timespec */
	_Atomic uint32_t fast; /* 1: who holds */
	uint32_t who[6];       /* struct plat_identity */
};

_Static_assert(offsetof(struct stub_orders, seq) == ORDERS_SEQ, "as the code has it");
_Static_assert(offsetof(struct stub_orders, op) == ORDERS_OP, "as the code has it");
_Static_assert(offsetof(struct stub_orders, filter_flags) == ORDERS_FLAGS, "as the code has it");
_Static_assert(offsetof(struct stub_orders, parent) == ORDERS_PARENT, "as the code has it");
_Static_assert(offsetof(struct stub_orders, ctl) == ORDERS_CTL, "as the code has it");
_Static_assert(offsetof(struct stub_orders, calls) == ORDERS_CALLS, "as the code has it");
_Static_assert(sizeof(struct stub_call) == STUB_CALL_SIZE, "as the code has it");
_Static_assert(sizeof(struct stub_orders) <= 4096, "one page");
_Static_assert(offsetof(struct stub_ctl, then) == CTL_THEN, "as the code has it");
_Static_assert(offsetof(struct stub_ctl, fs) == CTL_FS, "as the code has it");
_Static_assert(offsetof(struct stub_ctl, gs) == CTL_GS, "as the code has it");
_Static_assert(offsetof(struct stub_ctl, rsp) == CTL_RSP, "as the code has it");
_Static_assert(offsetof(struct stub_ctl, time) == CTL_TIME, "as the code has it");
_Static_assert(offsetof(struct stub_ctl, fast) == CTL_FAST, "as the code has it");
_Static_assert(offsetof(struct stub_ctl, who) == CTL_WHO, "as the code has it");

extern const unsigned char unotify_stub_begin[], unotify_stub_end[];
/*
 * Where code is entered: first (of the first stub: rbx orders, rbp the end of the region; unmaps
 * all else), handler (of signals), cas (rdi address, eax expected, esi new).
 */
extern const unsigned char unotify_stub_first[], unotify_stub_handler[], unotify_stub_cas[];
/* Just after the instructions that ring (guest threads), resume a frame, end a thread,
 * read its clock, wake the cloner and sleep while parked: filters let these pass from there alone. */
extern const unsigned char unotify_stub_rang[];
extern const unsigned char unotify_stub_resumed[], unotify_stub_exited[], unotify_stub_timed[];
extern const unsigned char unotify_stub_woke[], unotify_stub_parked[];
/* The way of patched call sites: its beginning, where the answers are (STUB_ANSWER_SIZE bytes each,
 * the first instruction of which puts it into rax), behind these, and its end. */
extern const unsigned char unotify_stub_fast[], unotify_stub_answers[];
extern const unsigned char unotify_stub_answered[], unotify_stub_fast_end[];
/* Room for what the Sentry fills in: a struct msghdr, two struct sock_fprog (guest, agent). */
extern const unsigned char unotify_stub_message[], unotify_stub_filters[];
/* Two words: where the shared slots begin, and their length. */
extern const unsigned char unotify_stub_slots[];
#endif

#endif
