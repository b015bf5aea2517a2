/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the unotify platform share.
 *
 * A stub is one host process per address space (guest/unotify_stub.h tells what runs in it): a
 * cloner, the group leader, which never runs guest code; an agent, made when first needed, which
 * carries out memory commands; and one thread per context. Agent and guest threads each have a
 * seccomp listener of their own. A thread of a stub that is not running waits in a notification,
 * killable only, and what it may do next is what we answer.
 *
 *   born --answer: resume a frame--> in the guest --any system call--> AT_CALL --answer--> in the
 * guest ^                                   ^ | |                                   | +--signal,
 * frame call--> handler rings --> AT_FRAME
 *     +------------answer: born-----------+-------answer: resume----------------------------+
 *
 * AT_CALL costs one notification; registers and FPU stay where they are. AT_FRAME has all of them
 * in the thread's slot, shared memory, where the host kernel has put a signal frame. From AT_CALL
 * to AT_FRAME leads a kick: a signal that is queued before the answer is delivered before the next
 * guest instruction.
 *
 * What is believed: which listener spoke, the number, arguments and instruction pointer of a
 * notification (the kernel's word), and the cloner's messages (guest threads have no way to the
 * socket: their filters turn every call into a notification). What is not: anything in a slot. It
 * is copied out once, checked, and can only make a fool of its own guest.
 *
 * Locks, highest first; none is held while a guest thread is waited for:
 *   aspace.stub_lock    the cloner, the agent, the orders page and STUB_FD of one stub
 *   platform.first_lock which stub new ones are copied from
 *   platform.list_lock  which address spaces there are; above aspace.stub_lock
 *   platform.birth_lock the socket, from an order to its last message
 *   pcontext.kick_lock  keeps tid and pid while a kick is being sent
 *   platform.overdue_lock which kicks have not been answered
 */
#pragma once

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/types.h>

#include "abi/ptrace.h"
#include "abi/sigframe.h"
#include "base/list.h"
#include "base/lock.h"
#include "guest/unotify_stub.h"
#include "host/seccomp.h"
#include "host/thread.h"
#include "platform/newborn.h"
#include "platform/platform.h"

/* Newer than the headers of some build hosts. */
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#endif
#ifndef SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

#define STUB_PAGE 4096ULL
#define HOST_TOP  0x7ffffffff000ULL /* the end of what a process of 4-level page tables can map */

/* The stub's region: text, orders, then slots up to HOST_TOP. */
#define REGION_ORDERS 0x2000ULL
#define REGION_SLOTS  0x10000ULL
#define SLOT_SIZE     0x10000ULL
/* Of a slot: a ring for copying, the stack for signal frames, the stub_ctl. */
#define SLOT_RING  0x8000ULL
#define SLOT_CTL   (SLOT_SIZE - 256)
#define SLOT_STACK (SLOT_CTL - SLOT_RING)

/* Standard and ignored by default: it never fails for lack of queue space, and it does not harm a
 * thread without a handler. */
#define KICK_SIGNAL SIGURG

_Static_assert(STUB_SOCKET == NEWBORN_FD && STUB_FD == NEWBORN_OTHER, "where newborns have them");

#define SLOTS_MAX 4096U /* that many fit between PLAT_GUEST_TOP and HOST_TOP */
#define IDLE_MOST 16    /* threads that a stub keeps for the next context */

/* What the host lacks, or a test takes away (platform_options). */
enum lack {
	LACK_SYNC = 1 << 0,     /* SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP */
	LACK_KILLABLE = 1 << 1, /* SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV: frames for every call */
	LACK_VM = 1 << 2,       /* process_vm_readv: the agent copies */
	LACK_HANGUP = 1 << 3,   /* RECV does not return when the last thread has died: poll first */
};

/* Key: [I] set by init, then immutable; [b] birth_lock. */
struct platform {
	uint64_t base;         /* [I] where the stub's text is */
	uint32_t nslots;       /* [I] of one stub */
	pid_t self;            /* [I] our process id */
	unsigned lacks;        /* [I] enum lack */
	uint32_t filter_flags; /* [I] for a new thread with a listener */
	bool has_text;         /* [I] the text page is mapped in our process, too */
	bool many_cpus;        /* [I] we may run on more than one */
	bool can_fast;         /* [I] the processor has what unotify_stub_fast needs */
	cpu_set_t cpus;        /* [I] these */
	size_t fpu_size;       /* [I] bytes of an XSAVE image */
	uint64_t xfeatures;    /* [I] components that it may have */
	uint64_t xends[64];  /* [I] where in an image each ends; cpuid costs too much to be asked */
	uint32_t mxcsr_mask; /* [I] */
	int sock;            /* [I] the cloners' messages */
	int stub_sock;       /* [I] the other end, inherited by the first stub */
	struct lock list_lock;
	struct list aspaces; /* list_lock; all but the first */
	struct list dying;   /* list_lock; freed, and not yet reaped */
	struct lock first_lock;
	struct aspace *first; /* first_lock; the stub without memory that new ones are copied from */
	struct aspace *spare; /* first_lock; takes its place if the host kills it. NULL: not yet */
	struct lock birth_lock;
	atomic_size_t naspaces;
	struct lock overdue_lock;
	struct list overdue;               /* overdue_lock; contexts with a noted kick */
	bool overdue_watched;              /* overdue_lock; the thread is there */
	struct host_thread overdue_thread; /* overdue_lock */
	_Atomic uint32_t overdue_word;     /* what its thread is to do; futex */
};

/* One thread of a stub that has a listener. */
struct stub_thread {
	int listener;
	pid_t tid;
	uint32_t slot;
	uint64_t id; /* of the notification that it waits in */
	bool parked; /* it sleeps where the host can freeze it, in no notification */
	struct list node;
};

/* Key: [I]; [s] stub_lock. */
struct aspace {
	struct platform *p; /* [I] */
	pid_t pid;          /* [I] */
	uint8_t *shared;    /* [I] our view of orders and slots */
	size_t shared_len;  /* [I] */
	struct lock stub_lock;
	uint64_t used_slots[SLOTS_MAX / 64]; /* [s] */
	struct list idle;                    /* [s] threads that wait to be a context's, as new */
	struct list left;          /* [s] threads that the last context left behind, as they were */
	uint32_t nidle;            /* [s] */
	struct stub_thread *agent; /* [s] */
	int64_t agent_result;      /* [s] of the last call that it made */
	struct list node;          /* platform.list_lock */
	atomic_bool gone;          /* the stub is dead or was sent SIGKILL */
	atomic_uint ncontexts;     /* now */
	atomic_bool was_shared;    /* there has been a second context */
};

enum rest {
	AT_BORN,  /* waits for its first frame */
	AT_CALL,  /* in a notification of the guest's own */
	AT_FRAME, /* its handler rang */
};

/* Key: [t] only its owner thread; [k] kick_lock, or the owner alone for reading. */
struct pcontext {
	struct aspace *as;         /* [t] */
	struct stub_thread *th;    /* [k] NULL: no more */
	bool attached;             /* [t] */
	bool gone;                 /* [t] */
	enum rest rest;            /* [t] */
	bool in_call;              /* [t] the last switch returned PLAT_SYSCALL */
	uint64_t nr;               /* [t] of it */
	uint64_t call_ip;          /* [t] AT_CALL: behind its instruction */
	bool step, step_due;       /* [t] single-step; the instruction was a system call */
	bool step_armed;           /* [t] the trap flag in the frame is ours */
	bool regs_valid;           /* [t] regs are the guest's registers */
	bool regs_dirty;           /* [t] ... and differ from the frame, or there is no frame */
	bool bases_dirty;          /* [t] fs_base, gs_base */
	bool result_dirty;         /* [t] rax is to become result */
	int64_t result;            /* [t] */
	uint64_t frame;            /* [t] AT_FRAME: its offset in the slot */
	uint64_t sent_id, sent_ip; /* [t] the last call that was answered; see undo_restart */
	int64_t sent_value;        /* [t] */
	uint64_t fs_base, gs_base; /* [t] AT_FRAME: what the handler rang with; ours is 0 */
	bool fast;                 /* [t] gs base is to be the stub_ctl where the guest's is 0 */
	bool gs_is_ours;           /* [t] AT_FRAME: and was */
	uint64_t cpu_before_ns, cpu_last_ns; /* [t] */
	struct lx_user_regs regs;            /* [t] */
	struct lock kick_lock;
	atomic_bool kicked, running; /* see context_interrupt */
	atomic_bool overdue_noted;   /* written under overdue_lock, as are all of these */
	bool overdue_seen;
	uint64_t overdue_since_ns, overdue_used_ns;
	struct list overdue_node;
};

/* region.c: the stub's text and shared memory */

/* Make the text page in our own process, where every stub will have it. */
MUST_CHECK int region_make_text(struct platform *p, const char **ret_why);
void region_unmake_text(struct platform *p);
/* Shared memory for one stub: mapped into as, and its descriptor. -ENOMEM, -EMFILE. */
MUST_CHECK int region_make_shared(struct aspace *as, int *ret_fd);
uint64_t region_address(const struct platform *p, const unsigned char *label);
static inline struct stub_orders *as_orders(const struct aspace *as)
{
	return (struct stub_orders *)(void *)as->shared;
}
static inline uint8_t *as_slot(const struct aspace *as, uint32_t slot)
{
	return as->shared + STUB_PAGE + slot * SLOT_SIZE;
}
static inline struct stub_ctl *as_ctl(const struct aspace *as, uint32_t slot)
{
	return (struct stub_ctl *)(void *)(as_slot(as, slot) + SLOT_CTL);
}
static inline uint64_t slot_address(const struct platform *p, uint32_t slot)
{
	return p->base + REGION_SLOTS + slot * SLOT_SIZE;
}
/* A slot that no thread has. -EAGAIN: too many threads. REQUIRES stub_lock. */
MUST_CHECK int slot_take(struct aspace *as, uint32_t *ret);
void slot_put(struct aspace *as, uint32_t slot);

/* filter.c: what stubs may ask of the host kernel, and what is asked of us */
#define FILTER_MAX           80
#define FILTER_BASE_MAX      256
#define UNOTIFY_N_STUB_CALLS 20
#define UNOTIFY_N_HOST_CALLS 15
extern const struct filter_rule unotify_stub_calls[];
extern const struct filter_rule unotify_host_calls[UNOTIFY_N_HOST_CALLS];
MUST_CHECK int filter_make_base(const struct platform *p, struct sock_filter *ret,
				unsigned short *ret_len);
/* The filter of guest threads. */
void filter_make_guest(const struct platform *p, struct sock_filter *ret, unsigned short *ret_len);
void filter_make_agent(struct sock_filter *ret, unsigned short *ret_len);

/* listener.c: host calls on one thread's listener. -ESRCH: the thread is dead or dying. */
MUST_CHECK int listener_recv(struct aspace *as, int listener, struct seccomp_notif *ret);
/* Answer what the thread waits in. */
MUST_CHECK int thread_answer(struct aspace *as, struct stub_thread *th, int64_t value);
/* Put a descriptor of ours into the stub of the waiting thread, as STUB_FD. */
MUST_CHECK int listener_put_fd(int listener, uint64_t id, int fd);
MUST_CHECK int listener_set_sync(int listener);
#define NOTIF_MOST 256 /* bytes of the kernel's struct seccomp_notif that we have room for */

/* birth.c: orders to cloners */
MUST_CHECK int birth_thread(struct aspace *as, uint32_t op, struct stub_thread **ret);
/* Copy parent's process; th is a thread of it that waits. The copy has one guest thread, idle. */
MUST_CHECK int birth_process(struct aspace *parent, const struct stub_thread *th,
			     struct aspace **ret);
/* Let an idle or resting thread, or the agent, sleep where the host can freeze it; and back, to
 * where it waited as new. */
MUST_CHECK int thread_park(struct aspace *as, struct stub_thread *th);
MUST_CHECK int thread_unpark(struct aspace *as, struct stub_thread *th, struct seccomp_notif *ret);

/* The first stub: what it is told, and what it tells of its birth. A step that failed is a message
 * of TELL_STAGE plus the step bytes. */
#define TELL_STAGE 3072
void birth_first_orders(struct aspace *as);
MUST_CHECK int birth_await_first(struct aspace *as, const char **ret_why);
struct aspace *aspace_alloc(struct platform *p);
void aspace_dealloc(struct aspace *as);
void stub_thread_free(struct stub_thread *th);
/* The stub talks nonsense or is dead: SIGKILL. */
void aspace_lose(struct aspace *as);

/* first.c: the first stub */
MUST_CHECK int first_make(struct platform *p, const char **ret_why);
void first_kill(struct platform *p);

/* agent.c */
/* Have the stub make n calls (from orders.calls), in order, until one fails: its errno; *ret_done
 * counts those before it. REQUIRES stub_lock. */
MUST_CHECK int agent_calls(struct aspace *as, size_t n, size_t *ret_done);
MUST_CHECK int agent_need(struct aspace *as);
MUST_CHECK ssize_t agent_transfer(struct aspace *as, const struct plat_piece *v, size_t n,
				  bool to_guest);

MUST_CHECK int unotify_run(struct pcontext *by, struct plat_cmd *cmds, size_t n);
MUST_CHECK int unotify_incore(struct pcontext *by, uint64_t addr, uint64_t len, uint8_t *ret_vec);

/* aspace.c */
MUST_CHECK int unotify_aspace_new(struct platform *p, struct aspace **ret);
MUST_CHECK int unotify_aspace_fork(struct pcontext *by, struct aspace **ret);
void unotify_aspace_free(struct aspace *as);
MUST_CHECK ssize_t unotify_read(struct aspace *as, const struct plat_piece *v, size_t n);
MUST_CHECK ssize_t unotify_write(struct aspace *as, const struct plat_piece *v, size_t n);

/* context.c */
MUST_CHECK int unotify_context_new(struct aspace *as, struct pcontext *by, struct pcontext **ret);
MUST_CHECK int unotify_context_attach(struct pcontext *pc);
MUST_CHECK int unotify_context_move(struct pcontext *pc, struct aspace *to);
void unotify_context_free(struct pcontext *pc);
uint64_t unotify_cpu_time_ns(struct pcontext *pc);
MUST_CHECK int unotify_cmpxchg32(struct pcontext *by, uint64_t addr, uint32_t expect,
				 uint32_t value, uint32_t *ret_old);
void context_give_up(struct pcontext *pc);
/* What the stub as a whole has used of the processor. */
uint64_t aspace_time_ns(const struct aspace *as);

/* switch.c */
MUST_CHECK int unotify_context_switch(struct pcontext *pc, struct plat_event *ret);
void unotify_context_interrupt(struct pcontext *pc);
MUST_CHECK int unotify_context_park(struct pcontext *pc);
void unotify_settle(struct platform *p);
void unotify_bury(struct platform *p);
/* Bring the waiting thread to AT_FRAME, or AT_BORN if it was there. -ESRCH: it is lost. */
MUST_CHECK int context_to_frame(struct pcontext *pc);
/* Bring it back from unotify_context_park. */
MUST_CHECK int context_unpark(struct pcontext *pc);
/* Let the waiting thread go on as its registers say, and wait for what it does next. *ret is its
 * notification. */
MUST_CHECK int context_resume(struct pcontext *pc, struct seccomp_notif *ret);
/* Answer a ring with the slot's stub_ctl; wait for the next notification. */
MUST_CHECK int context_answer(struct pcontext *pc, uint32_t then, struct seccomp_notif *ret);
/* Did the thread's stub code ring? *ret_code is what it said. */
bool is_ring(const struct pcontext *pc, const struct seccomp_notif *n);

/* overdue.c: kicks that are not answered. Note one before its signal is sent; forget it with any
 * notification of the thread, and before the context leaves its address space. */
void overdue_fini(struct platform *p);
void overdue_note(struct pcontext *pc);
void overdue_forget(struct pcontext *pc);

/* x86_64/frame.c: signal frames in slots */

/* Note where the handler's frame is. -EPROTO: nowhere. */
MUST_CHECK int frame_enter(struct pcontext *pc, const struct seccomp_notif *n);
/* A first frame with the FPU as new, whose registers are still to be set. */
void frame_build(struct pcontext *pc);
/* Make regs hold the guest's registers; AT_FRAME or AT_BORN. */
void frame_load_regs(struct pcontext *pc);
/* Put changed registers into the frame; true: also into stub_ctl, which must be answered. */
bool frame_store_regs(struct pcontext *pc);
void frame_siginfo(const struct pcontext *pc, lx_siginfo_t *ret, struct lx_sigcontext *ret_sc);
/* The size and features of the XSAVE image that the host puts into frames. */
MUST_CHECK int frame_probe_fpu(struct platform *p);
void unotify_set_result(struct pcontext *pc, int64_t value);
MUST_CHECK int unotify_get_regs(struct pcontext *pc, struct lx_user_regs *ret);
MUST_CHECK int unotify_set_regs(struct pcontext *pc, const struct lx_user_regs *regs);
MUST_CHECK int unotify_get_fpu(struct pcontext *pc, void *ret, size_t size);
MUST_CHECK int unotify_set_fpu(struct pcontext *pc, const void *image, size_t size);
void unotify_set_step(struct pcontext *pc, bool on);

/* fast.c: what patched call sites find */
uint64_t unotify_fast_entry(struct platform *p);
MUST_CHECK bool unotify_set_identity(struct pcontext *pc, const struct plat_identity *who);
void unotify_clear_identity(struct pcontext *pc);

/* x86_64/event.c: what a ring of the handler means. 0: nothing, go on; 1: *ret is filled. */
MUST_CHECK int event_from_frame(struct pcontext *pc, int signo, struct plat_event *ret);
