/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "abi/mman.h"
#include "abi/sigframe.h"
#include "base/test.h"
#include "platform/fake/fake.h"
#include "sentry/core/cred.h"
#include "sentry/core/limits.h"
#include "sentry/mm/mm.h"
#include "sentry/mm/uaccess.h"
#include "sentry/signal/signal.h"

#define STACK      0x100000ULL
#define STACK_SIZE 0x10000ULL
#define TOP        (STACK + STACK_SIZE)
#define HANDLER    0x401000ULL
#define RESTORER   0x402000ULL

static const struct platform_ops *const ops = &platform_fake;

struct fixture {
	struct platform *p;
	struct mm *mm;
	struct ctx ctx;
	struct limits limits;
	const struct cred *cred;
	size_t fpu_size;
	struct lx_user_regs regs;
	struct lx_sigaction action;
	lx_siginfo_t info;
	lx_stack_t altstack;
	struct sigframe_args args;
};

static void map_stack(struct fixture *f)
{
	struct mm_map_args a = {
		.addr = uaddr(STACK),
		.len = STACK_SIZE,
		.prot = LX_PROT_READ | LX_PROT_WRITE,
		.flags = LX_MAP_PRIVATE | LX_MAP_ANONYMOUS | LX_MAP_FIXED,
		.max_prot = LX_PROT_READ | LX_PROT_WRITE | LX_PROT_EXEC,
	};
	uaddr_t at;

	EXPECT_EQ(mm_map(f->mm, &f->ctx, &a, &at), 0);
}

static void begin(struct fixture *f)
{
	struct plat_abilities abilities;
	const char *why;

	memset(f, 0, sizeof(*f));
	EXPECT_EQ(ops->init(&f->p, &why), 0);
	ops->abilities(f->p, &abilities);
	f->fpu_size = abilities.fpu_size;
	EXPECT_EQ(mm_new(ops, f->p, &f->mm), 0);
	EXPECT_EQ(ops->context_new(mm_aspace(f->mm), NULL, &f->ctx.pc), 0);
	EXPECT_EQ(ops->context_attach(f->ctx.pc), 0);
	limits_init(&f->limits);
	f->cred = cred_new(0, 0, NULL, 0);
	f->ctx.limits = &f->limits;
	f->ctx.cred = f->cred;
	map_stack(f);

	f->regs = (struct lx_user_regs){.rsp = TOP - 0x1000,
					.rip = 0x1234,
					.rax = 77,
					.rbx = 5,
					.r15 = 15,
					.eflags = 0x246,
					.cs = LX_USER_CS,
					.ss = LX_USER_DS,
					.orig_rax = UINT64_MAX};
	f->action = (struct lx_sigaction){.k_sa_handler = HANDLER,
					  .sa_restorer = RESTORER,
					  .sa_flags = LX_SA_RESTORER | LX_SA_SIGINFO};
	siginfo_user(&f->info, LX_SIGUSR1, LX_SI_USER, 42, 1000);
	altstack_reset(&f->altstack);
	f->args = (struct sigframe_args){.action = &f->action,
					 .info = &f->info,
					 .altstack = &f->altstack,
					 .saved_mask = LX_SIGMASK(LX_SIGHUP),
					 .fpu_size = f->fpu_size};
}

static void end(struct fixture *f)
{
	ops->context_free(f->ctx.pc);
	mm_put(f->mm);
	ops->fini(f->p);
	cred_put(f->cred);
}

static struct lx_rt_sigframe frame_at(struct fixture *f, uint64_t at)
{
	struct lx_rt_sigframe frame;

	EXPECT_EQ(copy_in(f->mm, &frame, uaddr(at), sizeof(frame)), 0);
	return frame;
}

TEST(a_handler_starts_with_three_arguments_on_an_aligned_stack)
{
	struct fixture f;
	struct lx_user_regs r;

	begin(&f);
	r = f.regs;
	EXPECT_EQ(sigframe_push(f.mm, &f.ctx, &f.args, &r), 0);
	EXPECT_EQ(r.rip, HANDLER);
	EXPECT_EQ(r.rdi, LX_SIGUSR1);
	EXPECT_EQ(r.rsi, r.rsp + offsetof(struct lx_rt_sigframe, info));
	EXPECT_EQ(r.rdx, r.rsp + offsetof(struct lx_rt_sigframe, uc));
	EXPECT_EQ(r.rax, 0);
	EXPECT_EQ((r.rsp + 8) % 16, 0);
	EXPECT_TRUE(r.rsp + sizeof(struct lx_rt_sigframe) <= f.regs.rsp - LX_REDZONE_SIZE);

	struct lx_rt_sigframe frame = frame_at(&f, r.rsp);

	EXPECT_EQ(frame.pretcode, RESTORER);
	EXPECT_EQ(frame.uc.uc_sigmask, LX_SIGMASK(LX_SIGHUP));
	EXPECT_EQ(frame.uc.uc_mcontext.rip, 0x1234);
	EXPECT_EQ(frame.uc.uc_mcontext.rsp, f.regs.rsp);
	EXPECT_EQ(frame.info._kill._pid, 42);
	if (f.fpu_size >= sizeof(struct lx_xstate)) {
		struct lx_fpx_sw_bytes sw;
		uint32_t magic2;

		EXPECT_EQ(frame.uc.uc_mcontext.fpstate % 64, 0);
		EXPECT_TRUE(frame.uc.uc_flags & LX_UC_FP_XSTATE);
		EXPECT_EQ(copy_in(f.mm, &sw,
				  uaddr(frame.uc.uc_mcontext.fpstate +
					offsetof(struct lx_fpstate, sw_reserved)),
				  sizeof(sw)),
			  0);
		EXPECT_EQ(sw.magic1, LX_FP_XSTATE_MAGIC1);
		EXPECT_EQ(copy_in(f.mm, &magic2,
				  uaddr(frame.uc.uc_mcontext.fpstate + sw.xstate_size),
				  sizeof(magic2)),
			  0);
		EXPECT_EQ(magic2, LX_FP_XSTATE_MAGIC2);
	}
	end(&f);
}

TEST(sigreturn_brings_everything_back)
{
	struct fixture f;
	struct lx_user_regs r;
	struct sigframe_saved saved;

	begin(&f);
	r = f.regs;
	EXPECT_EQ(sigframe_push(f.mm, &f.ctx, &f.args, &r), 0);
	r.rsp += 8; /* the handler returned */
	r.rbx = r.r15 = 99;
	EXPECT_EQ(sigframe_pop(f.mm, &f.ctx, &r, f.fpu_size, &saved), 0);
	EXPECT_MEMEQ(&r, &f.regs, sizeof(r));
	EXPECT_TRUE(saved.mask_valid);
	EXPECT_EQ(saved.mask, LX_SIGMASK(LX_SIGHUP));
	EXPECT_EQ(saved.altstack.ss_flags, LX_SS_DISABLE);
	end(&f);
}

TEST(a_frame_that_the_guest_forged_gives_no_privilege)
{
	struct fixture f;
	struct lx_user_regs r, back;
	struct sigframe_saved saved;
	struct lx_rt_sigframe frame;

	begin(&f);
	r = f.regs;
	EXPECT_EQ(sigframe_push(f.mm, &f.ctx, &f.args, &r), 0);
	frame = frame_at(&f, r.rsp);
	frame.uc.uc_mcontext.eflags = ~0ULL;
	frame.uc.uc_sigmask = ~0ULL;
	EXPECT_EQ(copy_out(f.mm, uaddr(r.rsp), &frame, sizeof(frame)), 0);
	back = r;
	back.rsp += 8;
	EXPECT_EQ(sigframe_pop(f.mm, &f.ctx, &back, f.fpu_size, &saved), 0);
	EXPECT_EQ(back.eflags & (LX_EFLAGS_IOPL | LX_EFLAGS_NT | LX_EFLAGS_VM), 0);
	EXPECT_EQ(saved.mask, ~SIGMASK_KERNEL_ONLY);

	frame.uc.uc_mcontext.cs = 0x10;
	EXPECT_EQ(copy_out(f.mm, uaddr(r.rsp), &frame, sizeof(frame)), 0);
	back = r;
	back.rsp += 8;
	EXPECT_ERR(sigframe_pop(f.mm, &f.ctx, &back, f.fpu_size, &saved), EFAULT);
	EXPECT_EQ(back.rip, r.rip); /* nothing was taken over */
	end(&f);
}

TEST(reserved_bits_of_mxcsr_make_a_bad_frame)
{
	struct fixture f;
	struct lx_user_regs r;
	struct sigframe_saved saved;
	uint32_t mxcsr = ~0u;

	begin(&f);
	if (f.fpu_size < sizeof(struct lx_fpstate))
		TEST_SKIP("the platform keeps no FPU");
	r = f.regs;
	EXPECT_EQ(sigframe_push(f.mm, &f.ctx, &f.args, &r), 0);

	uint64_t fpu = frame_at(&f, r.rsp).uc.uc_mcontext.fpstate;

	EXPECT_EQ(copy_out(f.mm, uaddr(fpu + offsetof(struct lx_fpstate, mxcsr)), &mxcsr,
			   sizeof(mxcsr)),
		  0);
	r.rsp += 8;
	EXPECT_ERR(sigframe_pop(f.mm, &f.ctx, &r, f.fpu_size, &saved), EFAULT);
	end(&f);
}

TEST(the_alternate_stack_is_taken_once_and_never_overrun)
{
	struct fixture f;
	struct lx_user_regs r;

	begin(&f);
	f.action.sa_flags |= LX_SA_ONSTACK;
	f.altstack = (lx_stack_t){.ss_sp = STACK, .ss_size = 0x4000};
	r = f.regs;
	EXPECT_EQ(sigframe_push(f.mm, &f.ctx, &f.args, &r), 0);
	EXPECT_TRUE(r.rsp > STACK && r.rsp < STACK + 0x4000);

	uint64_t first = r.rsp;

	EXPECT_EQ(sigframe_push(f.mm, &f.ctx, &f.args, &r), 0); /* nested: goes on below */
	EXPECT_TRUE(r.rsp < first);
	r.rsp = STACK + 256; /* on it, with no room left (within the red zone Linux starts at the
				top anew) */
	EXPECT_ERR(sigframe_push(f.mm, &f.ctx, &f.args, &r), EFAULT);
	end(&f);
}

TEST(no_restorer_no_stack_no_frame)
{
	struct fixture f;
	struct lx_user_regs r;

	begin(&f);
	r = f.regs;
	r.rsp = 8;
	EXPECT_ERR(sigframe_push(f.mm, &f.ctx, &f.args, &r), EFAULT);
	r.rsp = STACK; /* nothing is mapped below */
	EXPECT_ERR(sigframe_push(f.mm, &f.ctx, &f.args, &r), EFAULT);
	r.rsp = UINT64_MAX;
	EXPECT_ERR(sigframe_push(f.mm, &f.ctx, &f.args, &r), EFAULT);
	f.action.sa_flags &= ~(uint64_t)LX_SA_RESTORER;
	r = f.regs;
	EXPECT_ERR(sigframe_push(f.mm, &f.ctx, &f.args, &r), EFAULT);
	EXPECT_MEMEQ(&r, &f.regs, sizeof(r));
	end(&f);
}

TEST_MAIN()
