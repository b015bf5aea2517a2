/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signal frames in slots: where the host kernel puts a guest thread's registers and FPU, and where
 * it takes them from again.
 *
 * A slot is the guest's to write as well, at any moment. So whatever is used here is checked on a
 * copy, offsets are held against the slot, and the worst that a forged frame can do is what its
 * guest could do anyway: run with other registers. The host kernel looks at selectors and flags
 * itself when it loads a frame, and so it does at an FPU image.
 */
#include <cpuid.h>
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "base/check.h"
#include "base/checked.h"
#include "platform/unotify/unotify_priv.h"

#ifndef SS_AUTODISARM
#define SS_AUTODISARM (1U << 31)
#endif

enum {
	XSAVE_LEGACY = 512,
	XSAVE_LEAST = 576, /* legacy area and header */
	XSAVE_FEATURES = 63,
	XSAVE_ALIGN = 64,
	CPUID_XSAVE = 0xd,
	MXCSR_MASK_AT = 28, /* in an FXSAVE image */
	MXCSR_MASK_DEFAULT = 0xffbf,
	SYSCALL_LEN = 2,
};

/* The host gives tile data only to who asks for it (ARCH_REQ_XCOMP_PERM), which no stub does. */
#define XFEATURES_ON_DEMAND LX_XFEATURE_MASK_XTILE_DATA
#define USER_SELECTOR_RPL   3

static uint8_t *slot_of(const struct pcontext *pc)
{
	return as_slot(pc->as, pc->th->slot);
}

/* A field of the frame, once its place has been checked. */
static struct lx_sigcontext *context_of(const struct pcontext *pc)
{
	uint8_t *at = slot_of(pc) + pc->frame + offsetof(struct lx_rt_sigframe, uc) +
		      offsetof(struct lx_ucontext, uc_mcontext);

	return (struct lx_sigcontext *)(void *)at;
}

static uint64_t build_place(const struct platform *p)
{
	uint64_t fpu = align_down(SLOT_CTL - p->fpu_size - LX_FP_XSTATE_MAGIC2_SIZE, XSAVE_ALIGN);

	return align_down(fpu - sizeof(struct lx_rt_sigframe), 16) - 8;
}

static uint64_t build_fpu_place(const struct platform *p)
{
	return align_down(SLOT_CTL - p->fpu_size - LX_FP_XSTATE_MAGIC2_SIZE, XSAVE_ALIGN);
}

int frame_enter(struct pcontext *pc, const struct seccomp_notif *n)
{
	uint64_t slot = slot_address(pc->as->p, pc->th->slot);
	uint64_t at;

	pc->regs_valid = pc->regs_dirty = pc->bases_dirty = false;
	if (!sub_ok(n->data.args[1], slot + SLOT_RING, &at))
		return -EPROTO;
	at += SLOT_RING;
	if (at > SLOT_CTL - sizeof(struct lx_rt_sigframe) || at % 8 != 0)
		return -EPROTO;
	pc->frame = at;
	pc->fs_base = n->data.args[2];
	/* Guests know nothing of what we use it for. */
	pc->gs_is_ours = n->data.args[3] == slot + SLOT_CTL;
	pc->gs_base = pc->gs_is_ours ? 0 : n->data.args[3];
	pc->rest = AT_FRAME;
	return 0;
}

void frame_build(struct pcontext *pc)
{
	const struct platform *p = pc->as->p;
	uint64_t slot = slot_address(p, pc->th->slot);
	uint64_t fpu = build_fpu_place(p);
	uint32_t magic2 = LX_FP_XSTATE_MAGIC2;
	struct lx_rt_sigframe *f;
	struct lx_xstate *x;

	pc->frame = build_place(p);
	f = (struct lx_rt_sigframe *)(void *)(slot_of(pc) + pc->frame);
	memset(f, 0, sizeof(*f));
	f->uc.uc_flags = LX_UC_FP_XSTATE | LX_UC_SIGCONTEXT_SS | LX_UC_STRICT_RESTORE_SS;
	f->uc.uc_stack.ss_sp = slot + SLOT_RING;
	f->uc.uc_stack.ss_flags = (int)SS_AUTODISARM;
	f->uc.uc_stack.ss_size = SLOT_STACK;
	f->uc.uc_mcontext.fpstate = slot + fpu;
	x = (struct lx_xstate *)(void *)(slot_of(pc) + fpu);
	memset(x, 0, p->fpu_size);
	x->fpstate.cwd = LX_FPU_INIT_CWD;
	x->fpstate.mxcsr = LX_MXCSR_DEFAULT;
	x->fpstate.sw_reserved = (struct lx_fpx_sw_bytes){
		.magic1 = LX_FP_XSTATE_MAGIC1,
		.extended_size = (uint32_t)p->fpu_size + LX_FP_XSTATE_MAGIC2_SIZE,
		.xfeatures = p->xfeatures,
		.xstate_size = (uint32_t)p->fpu_size,
	};
	memcpy(slot_of(pc) + fpu + p->fpu_size, &magic2, sizeof(magic2));
	pc->regs_valid = true;
	pc->regs_dirty = pc->bases_dirty = true;
}

/*
 * On the way of a patched call site (unotify_stub.S) a thread is at the `syscall` instruction that
 * it came from, or behind it once it has the answer. Nothing else has changed there but what the
 * instruction changes.
 */
static void leave_fast_way(struct pcontext *pc)
{
	struct lx_user_regs *r = &pc->regs;
	uint64_t at = r->rip - region_address(pc->as->p, unotify_stub_fast);
	uint64_t answers = (uint64_t)(unotify_stub_answers - unotify_stub_fast);
	uint64_t answered = (uint64_t)(unotify_stub_answered - unotify_stub_fast);

	if (at >= (uint64_t)(unotify_stub_fast_end - unotify_stub_fast))
		return;
	r->rip = at == 0 ? r->rcx : r->r11;
	if (at >= answered || (at > answers && (at - answers) % STUB_ANSWER_SIZE != 0))
		r->rip += SYSCALL_LEN;
}

void frame_load_regs(struct pcontext *pc)
{
	struct lx_sigcontext sc;

	if (pc->regs_valid)
		return;
	memcpy(&sc, context_of(pc), sizeof(sc));
	pc->regs = (struct lx_user_regs){
		.r15 = sc.r15,
		.r14 = sc.r14,
		.r13 = sc.r13,
		.r12 = sc.r12,
		.rbp = sc.rbp,
		.rbx = sc.rbx,
		.r11 = sc.r11,
		.r10 = sc.r10,
		.r9 = sc.r9,
		.r8 = sc.r8,
		.rax = sc.rax,
		.rcx = sc.rcx,
		.rdx = sc.rdx,
		.rsi = sc.rsi,
		.rdi = sc.rdi,
		.orig_rax = ~0ULL,
		.rip = sc.rip,
		.cs = sc.cs,
		.eflags = sc.eflags,
		.rsp = sc.rsp,
		.ss = sc.ss,
		.fs_base = pc->fs_base,
		.gs_base = pc->gs_base,
	};
	leave_fast_way(pc);
	if (pc->step_armed)
		pc->regs.eflags &= ~(uint64_t)LX_EFLAGS_TF;
	if (pc->result_dirty)
		pc->regs.rax = (uint64_t)pc->result;
	pc->regs_valid = true;
}

static void store_all(struct pcontext *pc, struct lx_sigcontext *sc)
{
	const struct lx_user_regs *r = &pc->regs;

	sc->r8 = r->r8;
	sc->r9 = r->r9;
	sc->r10 = r->r10;
	sc->r11 = r->r11;
	sc->r12 = r->r12;
	sc->r13 = r->r13;
	sc->r14 = r->r14;
	sc->r15 = r->r15;
	sc->rdi = r->rdi;
	sc->rsi = r->rsi;
	sc->rbp = r->rbp;
	sc->rbx = r->rbx;
	sc->rdx = r->rdx;
	sc->rax = r->rax;
	sc->rcx = r->rcx;
	sc->rsp = r->rsp;
	sc->rip = r->rip;
	sc->eflags = r->eflags | (pc->step ? LX_EFLAGS_TF : 0);
	sc->cs = (uint16_t)r->cs;
	sc->ss = (uint16_t)r->ss;
	pc->step_armed = pc->step;
}

bool frame_store_regs(struct pcontext *pc)
{
	struct stub_ctl *ctl = as_ctl(pc->as, pc->th->slot);
	struct lx_sigcontext *sc = context_of(pc);
	uint64_t slot = slot_address(pc->as->p, pc->th->slot);

	/* The guest may have changed the flag itself: it is set and taken back each time. */
	if ((pc->step || pc->step_armed) && !pc->regs_dirty) {
		frame_load_regs(pc);
		pc->regs_dirty = true;
	}
	if (pc->regs_dirty)
		store_all(pc, sc);
	else if (pc->result_dirty)
		sc->rax = (uint64_t)pc->result;
	if (!pc->bases_dirty)
		return false;
	ctl->fs = pc->regs.fs_base;
	ctl->gs = pc->regs.gs_base == 0 && pc->fast ? slot + SLOT_CTL : pc->regs.gs_base;
	ctl->rsp = slot + pc->frame;
	return true;
}

void frame_siginfo(const struct pcontext *pc, lx_siginfo_t *ret, struct lx_sigcontext *ret_sc)
{
	const uint8_t *at = slot_of(pc) + pc->frame + offsetof(struct lx_rt_sigframe, info);

	memcpy(ret, at, sizeof(*ret));
	memcpy(ret_sc, context_of(pc), sizeof(*ret_sc));
}

/* ---- the contract ---- */

void unotify_set_result(struct pcontext *pc, int64_t value)
{
	pc->result = value;
	pc->result_dirty = true;
	if (pc->regs_valid)
		pc->regs.rax = (uint64_t)value;
}

int unotify_get_regs(struct pcontext *pc, struct lx_user_regs *ret)
{
	check(pc->attached);
	if (context_to_frame(pc) < 0)
		return -ESRCH;
	frame_load_regs(pc);
	*ret = pc->regs;
	ret->orig_rax = pc->in_call ? pc->nr : ~0ULL;
	return 0;
}

static uint64_t user_selector(uint64_t selector)
{
	selector &= 0xffff;
	return selector ? selector | USER_SELECTOR_RPL : 0;
}

static void sanitise(struct lx_user_regs *regs)
{
	regs->orig_rax = ~0ULL;
	regs->cs = (regs->cs & 0xffff) | USER_SELECTOR_RPL;
	regs->ss = (regs->ss & 0xffff) | USER_SELECTOR_RPL;
	regs->ds = user_selector(regs->ds);
	regs->es = user_selector(regs->es);
	regs->fs = user_selector(regs->fs);
	regs->gs = user_selector(regs->gs);
	regs->eflags = (regs->eflags & LX_FIX_EFLAGS) | LX_EFLAGS_FIXED | LX_EFLAGS_IF;
}

int unotify_set_regs(struct pcontext *pc, const struct lx_user_regs *regs)
{
	struct lx_user_regs next = *regs;

	check(pc->attached);
	if (context_to_frame(pc) < 0)
		return -ESRCH;
	sanitise(&next);
	if (next.fs_base >= HOST_TOP || next.gs_base >= HOST_TOP) {
		/* What the guest loaded by itself may stay; nothing else can be written. */
		frame_load_regs(pc);
		if (pc->bases_dirty || next.fs_base != pc->fs_base || next.gs_base != pc->gs_base)
			return -EINVAL;
	}
	if (pc->rest == AT_BORN || next.fs_base != pc->fs_base || next.gs_base != pc->gs_base)
		pc->bases_dirty = true;
	pc->regs = next;
	pc->regs_valid = pc->regs_dirty = true;
	pc->result_dirty = false;
	return 0;
}

void unotify_set_step(struct pcontext *pc, bool on)
{
	pc->step = on;
	pc->step_due = pc->step_due && on;
}

/* ---- FPU ---- */

/* BMI2, for arithmetic that leaves the flags alone. */
static bool probe_bmi2(void)
{
	unsigned int a, b, c, d;

	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_BMI2);
}

int frame_probe_fpu(struct platform *p)
{
	_Alignas(16) uint8_t legacy[XSAVE_LEGACY] = {0};
	unsigned int a, b, c, d, low, high;
	uint64_t size = XSAVE_LEAST;

	__cpuid(1, a, b, c, d);
	if (!(c & bit_OSXSAVE))
		return -EOPNOTSUPP;
	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	p->xfeatures = ((uint64_t)high << 32 | low) & ~(uint64_t)XFEATURES_ON_DEMAND;
	for (unsigned int i = 2; i < XSAVE_FEATURES; i++) {
		unsigned int len, offset;

		if (!(p->xfeatures & 1ULL << i))
			continue;
		__cpuid_count(CPUID_XSAVE, i, len, offset, c, d);
		p->xends[i] = (uint64_t)len + offset;
		size = MAX(size, p->xends[i]);
	}
	if (size > PLAT_FPU_MAX)
		return -E2BIG;
	p->fpu_size = (size_t)size;
	p->can_fast = probe_bmi2();
	__asm__ volatile("fxsave64 %0" : "=m"(legacy));
	memcpy(&p->mxcsr_mask, legacy + MXCSR_MASK_AT, sizeof(p->mxcsr_mask));
	if (p->mxcsr_mask == 0)
		p->mxcsr_mask = MXCSR_MASK_DEFAULT;
	return 0;
}

/* Where the frame says its image is, if that is in the slot. */
static int fpu_place(const struct pcontext *pc, uint8_t **ret)
{
	uint64_t need = pc->as->p->fpu_size + LX_FP_XSTATE_MAGIC2_SIZE;
	uint64_t slot = slot_address(pc->as->p, pc->th->slot);
	uint64_t at;

	memcpy(&at, &context_of(pc)->fpstate, sizeof(at));
	if (!sub_ok(at, slot + SLOT_RING, &at) || at > SLOT_STACK || need > SLOT_STACK - at ||
	    at % XSAVE_ALIGN != 0)
		return -EPROTO;
	*ret = slot_of(pc) + SLOT_RING + at;
	return 0;
}

static int fpu_reach(struct pcontext *pc, uint8_t **ret)
{
	check(pc->attached);
	if (context_to_frame(pc) < 0)
		return -ESRCH;
	if (fpu_place(pc, ret) < 0) {
		context_give_up(pc);
		return -ESRCH;
	}
	return 0;
}

int unotify_get_fpu(struct pcontext *pc, void *ret, size_t size)
{
	uint8_t *at;
	int r = fpu_reach(pc, &at);

	if (r < 0)
		return r;
	check(size <= pc->as->p->fpu_size);
	memcpy(ret, at, size);
	memset((uint8_t *)ret + offsetof(struct lx_fpstate, sw_reserved), 0,
	       sizeof(struct lx_fpx_sw_bytes));
	return 0;
}

/* Are all parts that the image says it has within its size, and would the processor take it? */
static bool is_good_image(const struct platform *p, const struct lx_xstate *x, size_t size)
{
	uint64_t features = x->xstate_hdr.xfeatures;

	if ((features & ~p->xfeatures) || x->xstate_hdr.xcomp_bv)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(x->xstate_hdr.reserved); i++) {
		if (x->xstate_hdr.reserved[i])
			return false;
	}
	if (x->fpstate.mxcsr & ~p->mxcsr_mask)
		return false;
	for (unsigned int i = 2; i < XSAVE_FEATURES; i++) {
		if ((features & 1ULL << i) && p->xends[i] > size)
			return false;
	}
	return true;
}

int unotify_set_fpu(struct pcontext *pc, const void *image, size_t size)
{
	_Alignas(64) char whole[PLAT_FPU_MAX];
	const struct platform *p = pc->as->p;
	struct lx_xstate *x = (struct lx_xstate *)(void *)whole;
	uint8_t *at;
	int r;

	if (size < XSAVE_LEAST || size > p->fpu_size)
		return -EINVAL;
	memcpy(whole, image, size);
	memset(whole + size, 0, p->fpu_size - size);
	if (!is_good_image(p, x, size))
		return -EINVAL;
	/* XRSTOR takes MXCSR from the image even where SSE is said to be as new. */
	if (!(x->xstate_hdr.xfeatures & (LX_XFEATURE_MASK_SSE | LX_XFEATURE_MASK_YMM)))
		x->fpstate.mxcsr = LX_MXCSR_DEFAULT;
	r = fpu_reach(pc, &at);
	if (r < 0)
		return r;
	/* What the kernel wrote about the image stays as it is. */
	memcpy(at, whole, offsetof(struct lx_fpstate, sw_reserved));
	memcpy(at + XSAVE_LEGACY, whole + XSAVE_LEGACY, p->fpu_size - XSAVE_LEGACY);
	return 0;
}
