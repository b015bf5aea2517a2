/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest's registers between two switches. They stay in the stopped thread until somebody asks
 * for them, or an injected command needs the thread's registers for itself; they go back just
 * before the guest runs. So the common system call costs one poke of rax.
 *
 * fs_base and gs_base: with wrgsbase a guest can load any canonical address, but ptrace writes only
 * those of the user half. Therefore they are written only if set_regs changed them, and injected
 * commands leave them alone.
 */
#include <cpuid.h>
#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#include "base/check.h"
#include "base/checked.h"
#include "platform/ptrace/ptrace_priv.h"

_Static_assert(sizeof(struct lx_user_regs) == sizeof(struct user_regs_struct),
	       "one layout, two names");

enum {
	RPL_USER = 3,
	/* sigreturn(2) takes these from the guest: AC OF DF TF SF ZF AF PF CF RF */
	EFLAGS_OF_USER = 0x40000 | 0x800 | 0x400 | 0x100 | 0x80 | 0x40 | 0x10 | 0x4 | 0x1 | 0x10000,
	EFLAGS_FIXED = 0x202,
	/* What the host kernel takes for "restart this call" when it finds it in rax at the end of
	   one. */
	RESTART_FIRST = -516,
	RESTART_LAST = -512,
	XSAVE_LEGACY = 512,
	XSAVE_LEAST = 576, /* legacy area and header */
	XSAVE_LEGACY_FEATURES = 3,
	XSAVE_FEATURES = 63,
	CPUID_XSAVE = 0xd,
};

int regs_save(struct pcontext *pc)
{
	int r;

	if (pc->regs_valid)
		return 0;
	r = tracee_get_regs(pc->tid, &pc->regs);
	if (r < 0)
		return r;
	pc->regs.orig_rax = ~0ULL;
	if (pc->result_dirty)
		pc->regs.rax = (uint64_t)pc->result;
	pc->regs_valid = true;
	return 0;
}

int regs_restore(struct pcontext *pc)
{
	bool is_restart = pc->result_dirty && pc->result >= RESTART_FIRST &&
			  pc->result <= RESTART_LAST;
	int r = 0;

	if (is_restart) { /* without a call number the kernel does not restart */
		r = regs_save(pc);
		pc->regs_dirty = true;
	}
	if (r == 0 && pc->segs_dirty)
		r = (int)host_ptrace(PTRACE_SETREGS, pc->tid, 0, &pc->regs);
	else if (r == 0 && pc->regs_dirty)
		r = tracee_set_core_regs(pc->tid, &pc->regs);
	else if (r == 0 && pc->result_dirty)
		r = (int)host_ptrace(PTRACE_POKEUSER, pc->tid, offsetof(struct user, regs.rax),
				     (void *)(uintptr_t)pc->result);
	if (r < 0)
		return r;
	pc->segs_dirty = pc->regs_dirty = pc->result_dirty = false;
	return 0;
}

void ptrace_set_result(struct pcontext *pc, int64_t value)
{
	pc->result = value;
	pc->result_dirty = true;
	if (pc->regs_valid)
		pc->regs.rax = (uint64_t)value;
}

int ptrace_get_regs(struct pcontext *pc, struct lx_user_regs *ret)
{
	int r;

	check(pc->attached);
	r = pc->gone ? -ESRCH : regs_save(pc);
	if (r < 0) {
		context_lose(pc);
		return r;
	}
	memcpy(ret, &pc->regs, sizeof(*ret));
	ret->orig_rax = pc->last == LAST_SYSCALL ? pc->nr : ~0ULL;
	return 0;
}

static uint64_t user_selector(uint64_t selector)
{
	selector &= 0xffff;
	return selector ? selector | RPL_USER : 0;
}

static void sanitise(struct user_regs_struct *regs)
{
	regs->orig_rax = ~0ULL;
	regs->cs = (regs->cs & 0xffff) | RPL_USER;
	regs->ss = (regs->ss & 0xffff) | RPL_USER;
	regs->ds = user_selector(regs->ds);
	regs->es = user_selector(regs->es);
	regs->fs = user_selector(regs->fs);
	regs->gs = user_selector(regs->gs);
	regs->eflags = (regs->eflags & EFLAGS_OF_USER) | EFLAGS_FIXED;
}

int ptrace_set_regs(struct pcontext *pc, const struct lx_user_regs *regs)
{
	struct user_regs_struct next;
	bool is_plain;
	int r;

	check(pc->attached);
	if (pc->gone)
		return -ESRCH;
	memcpy(&next, regs, sizeof(next));
	sanitise(&next);
	is_plain = next.fs_base < HOST_TOP && next.gs_base < HOST_TOP;
	if (!is_plain) {
		/* What the guest loaded by itself may stay; nothing else can be written. */
		r = regs_save(pc);
		if (r < 0) {
			context_lose(pc);
			return r;
		}
		if (pc->segs_dirty || next.fs_base != pc->regs.fs_base ||
		    next.gs_base != pc->regs.gs_base)
			return -EINVAL;
	}
	pc->regs = next;
	pc->regs_valid = pc->regs_dirty = true;
	pc->segs_dirty = is_plain;
	pc->result_dirty = false;
	return 0;
}

int fpu_probe_size(pid_t tid, size_t *ret)
{
	static char image[PLAT_FPU_MAX];
	struct iovec iov = {image, sizeof(image)};
	long r = host_ptrace(PTRACE_GETREGSET, tid, NT_X86_XSTATE, &iov);

	if (r < 0)
		return (int)r;
	*ret = iov.iov_len;
	return 0;
}

int ptrace_get_fpu(struct pcontext *pc, void *ret, size_t size)
{
	struct iovec iov = {ret, size};
	long r;

	check(pc->attached && size <= pc->as->p->fpu_size);
	r = pc->gone ? -ESRCH : host_ptrace(PTRACE_GETREGSET, pc->tid, NT_X86_XSTATE, &iov);
	if (r == -ESRCH)
		context_lose(pc);
	return r < 0 ? (int)r : 0;
}

/* Are all parts that the image says it has within its size? */
static bool is_whole_image(const void *image, size_t size)
{
	uint64_t features;

	memcpy(&features, (const char *)image + XSAVE_LEGACY, sizeof(features));
	for (unsigned int i = 2; i < XSAVE_FEATURES; i++) {
		unsigned int len, offset, c, d, end;

		if (!(features & 1ULL << i))
			continue;
		__cpuid_count(CPUID_XSAVE, i, len, offset, c, d);
		if (!add_ok(len, offset, &end) || end > size)
			return false;
	}
	return true;
}

int ptrace_set_fpu(struct pcontext *pc, const void *image, size_t size)
{
	_Alignas(64) char whole[PLAT_FPU_MAX];
	size_t need = pc->as->p->fpu_size;
	struct iovec iov = {whole, need};
	long r;

	check(pc->attached);
	if (size < XSAVE_LEAST || size > need)
		return -EINVAL;
	if (size < need && !is_whole_image(image, size))
		return -EINVAL;
	memcpy(whole, image, size);
	memset(whole + size, 0, need - size);
	r = pc->gone ? -ESRCH : host_ptrace(PTRACE_SETREGSET, pc->tid, NT_X86_XSTATE, &iov);
	if (r == -ESRCH) {
		context_lose(pc);
		return -ESRCH;
	}
	return r < 0 ? -EINVAL : 0; /* the host kernel checks reserved bits and features */
}

void ptrace_set_step(struct pcontext *pc, bool on)
{
	pc->step = on;
	pc->step_due = pc->step_due && on;
}
