/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signal frames of x86-64, byte for byte as Linux builds them, since unwinders, debuggers and
 * language runtimes read and change them. From high to low addresses:
 *
 *	interrupted rsp (or the top of the alternate stack)
 *	128 bytes of red zone (not on a fresh alternate stack)
 *	the FPU image, 64-aligned                        xstate.h
 *	struct lx_rt_sigframe, so that rsp + 8 is 16-aligned
 *
 * Everything that rt_sigreturn reads may have been written by the guest: selectors and flags are
 * forced to the user's here and once more by the platform, the FPU image is checked in xstate.c, the
 * mask loses SIGKILL and SIGSTOP.
 */
#include <errno.h>
#include <string.h>

#include "abi/sigframe.h"
#include "base/checked.h"
#include "platform/platform.h"
#include "sentry/core/alloc.h"
#include "sentry/core/ctx.h"
#include "sentry/mm/mm.h"
#include "sentry/mm/uaccess.h"
#include "sentry/signal/signal.h"
#include "sentry/signal/x86_64/xstate.h"

#define FPU_ALIGN   64
#define FRAME_ALIGN 16

struct frame_place {
	uint64_t frame;
	uint64_t fpu; /* 0: none */
};

uint64_t sigframe_max_size(size_t fpu_size)
{
	return LX_REDZONE_SIZE + xstate_frame_size(fpu_size) + FPU_ALIGN +
	       sizeof(struct lx_rt_sigframe) + FRAME_ALIGN;
}

void sigframe_fresh_fpu(void *image, size_t fpu_size)
{
	xstate_fresh(image, fpu_size);
}

/* Where the frame goes; -EFAULT: below address zero, or past the end of the alternate stack. */
static int place_frame(const struct sigframe_args *a, uint64_t sp, struct frame_place *ret)
{
	size_t fpu_size = xstate_frame_size(a->fpu_size);
	bool nested = altstack_is_on(a->altstack, sp), entering = false;
	uint64_t at = sp - LX_REDZONE_SIZE;

	if (sp < LX_REDZONE_SIZE)
		at = 0;
	if ((a->action->sa_flags & LX_SA_ONSTACK) && a->altstack->ss_size > 0 &&
	    !altstack_is_on(a->altstack, at)) {
		if (!add_ok(a->altstack->ss_sp, a->altstack->ss_size, &at))
			return -EFAULT;
		entering = true;
	}
	ret->fpu = 0;
	if (fpu_size > 0) {
		if (!sub_ok(at, fpu_size, &at))
			return -EFAULT;
		at = align_down(at, FPU_ALIGN);
		ret->fpu = at;
	}
	if (!sub_ok(at, sizeof(struct lx_rt_sigframe) + FRAME_ALIGN, &at))
		return -EFAULT;
	at = align_down(at + FRAME_ALIGN, FRAME_ALIGN) - 8;
	/* SS_AUTODISARM does not count here: what is asked is whether the frame still lies on the
	 * stack. */
	if ((nested || entering) &&
	    !(at > a->altstack->ss_sp && at - a->altstack->ss_sp <= a->altstack->ss_size))
		return -EFAULT;
	ret->frame = at;
	return 0;
}

/* Copy the FPU state out, and give the handler a fresh one. */
static int push_fpu(struct mm *mm, struct ctx *ctx, uint64_t at, size_t fpu_size)
{
	const struct platform_ops *ops = mm_platform(mm);
	size_t n = xstate_frame_size(fpu_size);
	int r;

	if (n == 0)
		return 0;
	AUTO(arena_free) char *image = arena_alloc(MAX(n, fpu_size));
	if (!image)
		return -EFAULT;
	r = ops->get_fpu(ctx->pc, image, fpu_size);
	if (r < 0)
		return -EFAULT;
	xstate_decorate(image, fpu_size);
	r = copy_out(mm, uaddr(at), image, n);
	if (r < 0)
		return r;
	xstate_fresh(image, fpu_size);
	return ops->set_fpu(ctx->pc, image, fpu_size) < 0 ? -EFAULT : 0;
}

static void fill_sigcontext(struct lx_sigcontext *sc, const struct sigframe_args *a,
			    const struct lx_user_regs *regs, uint64_t fpu)
{
	*sc = (struct lx_sigcontext){
		.r8 = regs->r8,
		.r9 = regs->r9,
		.r10 = regs->r10,
		.r11 = regs->r11,
		.r12 = regs->r12,
		.r13 = regs->r13,
		.r14 = regs->r14,
		.r15 = regs->r15,
		.rdi = regs->rdi,
		.rsi = regs->rsi,
		.rbp = regs->rbp,
		.rbx = regs->rbx,
		.rdx = regs->rdx,
		.rax = regs->rax,
		.rcx = regs->rcx,
		.rsp = regs->rsp,
		.rip = regs->rip,
		.eflags = regs->eflags,
		.cs = (uint16_t)regs->cs,
		.ss = (uint16_t)regs->ss,
		.err = a->fault.error_code,
		.trapno = a->fault.trapno,
		.oldmask = a->saved_mask,
		.cr2 = a->fault.cr2,
		.fpstate = fpu,
	};
}

static void enter_handler(struct lx_user_regs *regs, const struct sigframe_args *a, uint64_t frame)
{
	regs->rdi = (uint64_t)a->info->si_signo;
	regs->rsi = frame + offsetof(struct lx_rt_sigframe, info);
	regs->rdx = frame + offsetof(struct lx_rt_sigframe, uc);
	regs->rax = 0;
	regs->rip = a->action->k_sa_handler;
	regs->rsp = frame;
	regs->orig_rax = UINT64_MAX;
	regs->cs = LX_USER_CS;
	regs->ss = LX_USER_DS;
	regs->eflags &= ~(uint64_t)(LX_EFLAGS_DF | LX_EFLAGS_RF | LX_EFLAGS_TF);
}

int sigframe_push(struct mm *mm, struct ctx *ctx, const struct sigframe_args *a,
		  struct lx_user_regs *regs)
{
	struct lx_rt_sigframe f = {0};
	struct frame_place place;
	size_t n = sizeof(f);
	int r;

	if (!(a->action->sa_flags & LX_SA_RESTORER))
		return -EFAULT;
	r = place_frame(a, regs->rsp, &place);
	if (r < 0)
		return r;

	f.pretcode = a->action->sa_restorer;
	f.uc.uc_flags = LX_UC_SIGCONTEXT_SS | LX_UC_STRICT_RESTORE_SS;
	if (xstate_frame_size(a->fpu_size) > sizeof(struct lx_fpstate))
		f.uc.uc_flags |= LX_UC_FP_XSTATE;
	f.uc.uc_stack = *a->altstack;
	f.uc.uc_sigmask = a->saved_mask;
	fill_sigcontext(&f.uc.uc_mcontext, a, regs, place.fpu);
	if (a->action->sa_flags & LX_SA_SIGINFO)
		f.info = *a->info;
	else
		n = offsetof(struct lx_rt_sigframe, info);

	/* The frame first: if it does not fit, the FPU keeps what it has. */
	r = copy_out(mm, uaddr(place.frame), &f, n);
	if (r < 0)
		return r;
	r = push_fpu(mm, ctx, place.fpu, a->fpu_size);
	if (r < 0)
		return r;
	enter_handler(regs, a, place.frame);
	return 0;
}

static void load_sigcontext(struct lx_user_regs *regs, const struct lx_sigcontext *sc,
			    uint64_t uc_flags)
{
	regs->r8 = sc->r8;
	regs->r9 = sc->r9;
	regs->r10 = sc->r10;
	regs->r11 = sc->r11;
	regs->r12 = sc->r12;
	regs->r13 = sc->r13;
	regs->r14 = sc->r14;
	regs->r15 = sc->r15;
	regs->rdi = sc->rdi;
	regs->rsi = sc->rsi;
	regs->rbp = sc->rbp;
	regs->rbx = sc->rbx;
	regs->rdx = sc->rdx;
	regs->rax = sc->rax;
	regs->rcx = sc->rcx;
	regs->rsp = sc->rsp;
	regs->rip = sc->rip;
	regs->cs = sc->cs | 3u;
	regs->ss = uc_flags & LX_UC_STRICT_RESTORE_SS ? sc->ss | 3u : LX_USER_DS;
	regs->eflags = (regs->eflags & ~(uint64_t)LX_FIX_EFLAGS) | (sc->eflags & LX_FIX_EFLAGS);
	regs->orig_rax = UINT64_MAX;
}

/* Selectors that the guest may name: its own, 64-bit. Linux knows more (LDT, 32-bit code), which
 * the platform does not run. */
static bool selectors_ok(const struct lx_user_regs *regs)
{
	return regs->cs == LX_USER_CS && (regs->ss == LX_USER_DS || regs->ss == 3);
}

static int pop_fpu(struct mm *mm, struct ctx *ctx, uint64_t at, size_t fpu_size)
{
	int r;

	if (xstate_frame_size(fpu_size) == 0)
		return 0;
	AUTO(arena_free) void *image = arena_alloc(fpu_size);
	if (!image)
		return -EFAULT;
	if (at != 0) {
		r = xstate_read(mm, uaddr(at), image, fpu_size);
		if (r < 0)
			return -EFAULT;
	} else {
		xstate_fresh(image, fpu_size);
	}
	return mm_platform(mm)->set_fpu(ctx->pc, image, fpu_size) < 0 ? -EFAULT : 0;
}

int sigframe_pop(struct mm *mm, struct ctx *ctx, struct lx_user_regs *regs, size_t fpu_size,
		 struct sigframe_saved *ret)
{
	struct lx_ucontext uc;
	struct lx_user_regs new = *regs;
	int r;

	/* The handler's return took pretcode off the stack: rsp points at uc. */
	ret->mask_valid = false;
	r = copy_in(mm, &uc, uaddr(regs->rsp), sizeof(uc));
	if (r < 0)
		return r;
	ret->mask = uc.uc_sigmask & ~SIGMASK_KERNEL_ONLY;
	ret->mask_valid = true;
	load_sigcontext(&new, &uc.uc_mcontext, uc.uc_flags);
	if (!selectors_ok(&new))
		return -EFAULT;
	r = pop_fpu(mm, ctx, uc.uc_mcontext.fpstate, fpu_size);
	if (r < 0)
		return r;
	ret->altstack = uc.uc_stack;
	*regs = new;
	return 0;
}
