/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a signal frame of a guest thread means, in the words of the contract. The frame holds what a
 * handler of the guest's own would have been told: siginfo, trap number, error code and cr2.
 */
#include <errno.h>
#include <signal.h>

#include <linux/audit.h>

#include "abi/mman.h"
#include "base/check.h"
#include "platform/unotify/unotify_priv.h"

enum {
	INT80_ERROR = 0x402, /* vector 0x80 of the interrupt table */
	SYSCALL_LEN = 2,     /* also of int $0x80 and sysenter */
};

#define VSYSCALL_PAGE 0xffffffffff600000ULL

static struct plat_fault *fault(struct plat_event *ret, int signo, int code)
{
	*ret = (struct plat_event){.why = PLAT_FAULT};
	ret->fault.signo = signo;
	ret->fault.code = code;
	return &ret->fault;
}

/* int $0x80 or sysenter: as on a kernel without IA32 emulation, the instruction is not there. */
static int refuse_foreign_entry(struct pcontext *pc, struct plat_event *ret)
{
	struct plat_fault *f = fault(ret, SIGSEGV, SI_KERNEL);

	frame_load_regs(pc);
	pc->regs.rip -= SYSCALL_LEN;
	pc->regs_dirty = true;
	f->trapno = LX_X86_TRAP_GP;
	f->error_code = INT80_ERROR;
	return 1;
}

/* The host emulated a call into the vsyscall page, and has already returned to the caller. Take
 * that back, and report what a kernel with vsyscall=none does. */
static int undo_vsyscall(struct pcontext *pc, uint64_t addr, struct plat_event *ret)
{
	struct plat_fault *f = fault(ret, SIGSEGV, SEGV_MAPERR);

	frame_load_regs(pc);
	pc->regs.rip = addr;
	pc->regs.rsp -= sizeof(uint64_t);
	pc->regs_dirty = true;
	f->is_access = true;
	f->addr = f->cr2 = addr;
	f->trapno = LX_X86_TRAP_PF;
	f->error_code = LX_X86_PF_USER | LX_X86_PF_PROT | LX_X86_PF_INSTR;
	return 1;
}

/* A call that needs all registers; rax holds its number again. */
static int event_from_filter(struct pcontext *pc, const lx_siginfo_t *info, struct plat_event *ret)
{
	uint64_t addr = info->_sigsys._call_addr;
	const struct lx_user_regs *regs = &pc->regs;

	if ((addr & ~(STUB_PAGE - 1)) == VSYSCALL_PAGE)
		return undo_vsyscall(pc, addr, ret);
	if (info->_sigsys._arch != AUDIT_ARCH_X86_64)
		return refuse_foreign_entry(pc, ret);
	frame_load_regs(pc);
	*ret = (struct plat_event){.why = PLAT_SYSCALL};
	ret->sys.nr = (uint32_t)regs->rax;
	ret->sys.args[0] = regs->rdi;
	ret->sys.args[1] = regs->rsi;
	ret->sys.args[2] = regs->rdx;
	ret->sys.args[3] = regs->r10;
	ret->sys.args[4] = regs->r8;
	ret->sys.args[5] = regs->r9;
	ret->sys.ip = regs->rip;
	ret->sys.sp = regs->rsp;
	return 1;
}

static bool is_page_fault(const lx_siginfo_t *info)
{
	if (info->si_signo == SIGSEGV)
		return info->si_code == SEGV_MAPERR || info->si_code == SEGV_ACCERR ||
		       info->si_code == SEGV_PKUERR;
	return info->si_signo == SIGBUS && info->si_code != BUS_ADRALN &&
	       info->si_code != SI_KERNEL;
}

int event_from_frame(struct pcontext *pc, int signo, struct plat_event *ret)
{
	struct lx_sigcontext sc;
	struct plat_fault *f;
	lx_siginfo_t info;

	frame_siginfo(pc, &info, &sc);
	if (info.si_code <= 0)
		return 0; /* a process outside sent it; siginfo of the kernel's own cannot be forged
			   */
	if (info.si_signo != signo)
		return -EPROTO;
	switch (signo) {
	case SIGSYS:
		return event_from_filter(pc, &info, ret);
	case SIGSEGV:
	case SIGBUS:
	case SIGFPE:
	case SIGILL:
	case SIGTRAP:
		break;
	default:
		return -EPROTO;
	}
	f = fault(ret, signo, info.si_code);
	f->is_access = is_page_fault(&info);
	if (f->is_access || signo == SIGFPE || signo == SIGILL || signo == SIGBUS)
		f->addr = info._sigfault._addr;
	f->trapno = sc.trapno;
	f->error_code = sc.err;
	if (f->is_access)
		f->cr2 = sc.cr2;
	return 1;
}
