/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a stop of a guest thread means, in the words of the contract.
 *
 * ptrace shows siginfo but not trap number, error code and cr2 of an exception; they are derived
 * from signal, code and address. Of a page fault's error code, "user" is always right, "instruction
 * fetch" follows from the address being that of the instruction, "present" from SEGV_ACCERR, and
 * "write" only if the page can be read now (so that no load can have faulted); it stays 0 where
 * reading is forbidden too, and for pages that are not mapped.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#include <linux/audit.h>

#include "base/check.h"
#include "platform/ptrace/ptrace_priv.h"

enum trapno {
	TRAP_DE = 0,
	TRAP_DB = 1,
	TRAP_BP = 3,
	TRAP_OF = 4,
	TRAP_UD = 6,
	TRAP_GP = 13,
	TRAP_PF = 14,
	TRAP_MF = 16,
	TRAP_AC = 17,
	TRAP_XF = 19,
};

enum {
	ERR_PRESENT = 1,
	ERR_WRITE = 2,
	ERR_USER = 4,
	ERR_FETCH = 16,
	ERR_KEY = 32,
	INT80_ERROR = 0x402, /* vector 0x80 of the interrupt table */
	SYSCALL_LEN = 2,     /* also of int $0x80 and sysenter */
	X87_EXCEPTIONS = 0x3f,
};

#define VSYSCALL_PAGE 0xffffffffff600000ULL

static struct plat_event *fault(struct plat_event *ret, int signo, int code)
{
	*ret = (struct plat_event){.why = PLAT_FAULT};
	ret->fault.signo = signo;
	ret->fault.code = code;
	return ret;
}

/* int $0x80 or sysenter: as on a kernel without IA32 emulation, the instruction is not there. */
static int refuse_foreign_entry(struct pcontext *pc, struct plat_event *ret)
{
	int r = tracee_get_regs(pc->tid, &pc->regs);

	if (r < 0)
		return r;
	pc->regs.rip -= SYSCALL_LEN;
	pc->regs.rax = pc->regs.orig_rax;
	pc->regs.orig_rax = ~0ULL;
	pc->regs_valid = pc->regs_dirty = true;
	fault(ret, SIGSEGV, SI_KERNEL);
	ret->fault.trapno = TRAP_GP;
	ret->fault.error_code = INT80_ERROR;
	return 0;
}

int event_from_syscall(struct pcontext *pc, struct plat_event *ret)
{
	struct __ptrace_syscall_info info;
	long r = host_ptrace(PTRACE_GET_SYSCALL_INFO, pc->tid, sizeof(info), &info);

	if (r < 0)
		return (int)r;
	if (info.op != PTRACE_SYSCALL_INFO_ENTRY)
		return -EPROTO;
	if (info.arch != AUDIT_ARCH_X86_64)
		return refuse_foreign_entry(pc, ret);
	ret->why = PLAT_SYSCALL;
	ret->sys.nr = info.entry.nr;
	for (int i = 0; i < 6; i++)
		ret->sys.args[i] = info.entry.args[i];
	ret->sys.ip = info.instruction_pointer;
	ret->sys.sp = info.stack_pointer;
	return 0;
}

static bool can_read(const struct pcontext *pc, uint64_t addr)
{
	char byte;
	struct iovec ours = {&byte, 1};
	struct iovec theirs = {(void *)(uintptr_t)addr, 1};

	return process_vm_readv(pc->pid, &ours, 1, &theirs, 1, 0) == 1;
}

static void fill_page_fault(struct pcontext *pc, uint64_t addr, struct plat_fault *f)
{
	f->is_access = true;
	f->addr = f->cr2 = addr;
	f->trapno = TRAP_PF;
	f->error_code = ERR_USER;
	if ((f->signo == SIGSEGV && f->code != SEGV_MAPERR) ||
	    addr >= HOST_TOP) /* Linux hides what is in its own half */
		f->error_code |= ERR_PRESENT;
	if (f->signo == SIGSEGV && f->code == SEGV_PKUERR)
		f->error_code |= ERR_KEY;
	if (regs_save(pc) == 0 && pc->regs.rip == addr)
		f->error_code |= ERR_FETCH;
	else if (f->signo == SIGSEGV && f->code == SEGV_ACCERR && can_read(pc, addr))
		f->error_code |= ERR_WRITE;
}

static enum trapno float_trapno(const struct pcontext *pc)
{
	struct user_fpregs_struct fp;

	if (host_ptrace(PTRACE_GETFPREGS, pc->tid, 0, &fp) == 0 &&
	    (fp.swd & ~fp.cwd & X87_EXCEPTIONS))
		return TRAP_MF;
	return TRAP_XF;
}

static uint64_t plain_trapno(const struct pcontext *pc, int signo, int code)
{
	switch (signo) {
	case SIGFPE:
		if (code == FPE_INTDIV)
			return TRAP_DE;
		return code == FPE_INTOVF ? TRAP_OF : float_trapno(pc);
	case SIGILL:
		return TRAP_UD;
	case SIGTRAP:
		return code == SI_KERNEL ? TRAP_BP : TRAP_DB;
	case SIGBUS:
		return TRAP_AC;
	default:
		return TRAP_GP;
	}
}

/*
 * The stub's filter trapped a call that no tracer sees: the host emulates the vsyscall page. It has
 * already returned to the caller; take that back, and report what a kernel with vsyscall=none does.
 */
static int undo_vsyscall(struct pcontext *pc, uint64_t addr, struct plat_event *ret)
{
	int r = regs_save(pc);

	if (r < 0)
		return r;
	pc->regs.rip = addr;
	pc->regs.rsp -= sizeof(uint64_t);
	pc->regs_dirty = true;
	fault(ret, SIGSEGV, SEGV_MAPERR);
	fill_page_fault(pc, addr, &ret->fault);
	return 1;
}

static int event_from_filter(struct pcontext *pc, const siginfo_t *info, struct plat_event *ret)
{
	uint64_t addr = (uint64_t)(uintptr_t)info->si_call_addr;

	if ((addr & ~(STUB_PAGE - 1)) == VSYSCALL_PAGE)
		return undo_vsyscall(pc, addr, ret);
	fault(ret, SIGSEGV, SI_KERNEL);
	ret->fault.trapno = TRAP_GP;
	return 1;
}

static bool is_page_fault(const siginfo_t *info)
{
	if (info->si_signo == SIGSEGV)
		return info->si_code == SEGV_MAPERR || info->si_code == SEGV_ACCERR ||
		       info->si_code == SEGV_PKUERR;
	return info->si_signo == SIGBUS && info->si_code != BUS_ADRALN &&
	       info->si_code != SI_KERNEL;
}

int event_from_signal(struct pcontext *pc, int sig, struct plat_event *ret)
{
	siginfo_t info;
	long r = host_ptrace(PTRACE_GETSIGINFO, pc->tid, 0, &info);

	if (r < 0)
		return (int)r;
	if (info.si_code <= 0) /* from a process: siginfo of the kernel's own cannot be forged */
		return 0;
	switch (sig) {
	case SIGSYS:
		return event_from_filter(pc, &info, ret);
	case SIGSEGV:
	case SIGBUS:
	case SIGFPE:
	case SIGILL:
	case SIGTRAP:
		break;
	default:
		return 0;
	}
	fault(ret, sig, info.si_code);
	if (is_page_fault(&info)) {
		fill_page_fault(pc, (uint64_t)(uintptr_t)info.si_addr, &ret->fault);
		return 1;
	}
	if (sig == SIGFPE || sig == SIGILL || sig == SIGBUS)
		ret->fault.addr = (uint64_t)(uintptr_t)info.si_addr;
	ret->fault.trapno = plain_trapno(pc, sig, info.si_code);
	return 1;
}
