/* SPDX-License-Identifier: Apache-2.0 */
/* Signals: numbers, sets, dispositions, what came with one. */
#include <string.h>

#include "abi/poll.h"
#include "abi/ptrace.h"
#include "abi/sigframe.h"
#include "abi/signal.h"
#include "base/compiler.h"
#include "platform/platform.h"
#include "sentry/sys/strace_priv.h"
#include "sentry/task/task.h"

/* Without SIG; 1 .. 31. */
static const char *const signal_names[] = {
	NULL,   "HUP",  "INT",  "QUIT", "ILL",    "TRAP",   "ABRT",  "BUS",  "FPE",  "KILL", "USR1",
	"SEGV", "USR2", "PIPE", "ALRM", "TERM",   "STKFLT", "CHLD",  "CONT", "STOP", "TSTP", "TTIN",
	"TTOU", "URG",  "XCPU", "XFSZ", "VTALRM", "PROF",   "WINCH", "IO",   "PWR",  "SYS",
};

static bool is_real_time(int signo)
{
	return signo >= LX_SIGRTMIN && signo <= LX_NSIG;
}

void put_signal(struct strbuf *sb, int signo)
{
	if (signo > 0 && signo < (int)ARRAY_SIZE(signal_names))
		strbuf_addf(sb, "SIG%s", signal_names[signo]);
	else if (signo == LX_SIGRTMIN)
		strbuf_adds(sb, "SIGRTMIN");
	else if (is_real_time(signo))
		strbuf_addf(sb, "SIGRT_%d", signo - LX_SIGRTMIN);
	else
		strbuf_addf(sb, "%d", signo);
}

/* A set that holds most signals is shown as what it does not hold. */
void put_sigset(struct strbuf *sb, uint64_t set)
{
	const char *sep = "";

	if (__builtin_popcountll(set) >= LX_NSIG * 2 / 3) {
		strbuf_addc(sb, '~');
		set = ~set;
	}
	strbuf_addc(sb, '[');
	for (int signo = 1; signo <= LX_NSIG; signo++) {
		if (!(set & LX_SIGMASK(signo)))
			continue;
		if (signo < (int)ARRAY_SIZE(signal_names))
			strbuf_addf(sb, "%s%s", sep, signal_names[signo]);
		else if (signo == LX_SIGRTMIN)
			strbuf_addf(sb, "%sRTMIN", sep);
		else
			strbuf_addf(sb, "%sRT_%d", sep, signo - LX_SIGRTMIN);
		sep = " ";
	}
	strbuf_addc(sb, ']');
}

static void print_sig(struct scall *c, const struct sarg *a UNUSED, uint64_t v)
{
	put_signal(c->sb, (int)(uint32_t)v);
}

/* The count is the size that the guest states. */
static void print_sigset(struct scall *c, const struct sarg *a, uint64_t v)
{
	uint64_t set = 0, size = scall_count(c, a);

	if (size > sizeof(set))
		put_addr(c->sb, v);
	else if (scall_fetch(c, a, &set, v, size))
		put_sigset(c->sb, set);
}

static void put_psig(struct scall *c, const void *p)
{
	int32_t signo;

	memcpy(&signo, p, sizeof(signo));
	strbuf_addc(c->sb, '[');
	put_signal(c->sb, signo);
	strbuf_addc(c->sb, ']');
}

static void put_sigaction(struct scall *c, const void *p)
{
	const struct lx_sigaction *sa = p;

	strbuf_adds(c->sb, "{sa_handler=");
	if (sa->k_sa_handler == LX_SIG_DFL)
		strbuf_adds(c->sb, "SIG_DFL");
	else if (sa->k_sa_handler == LX_SIG_IGN)
		strbuf_adds(c->sb, "SIG_IGN");
	else
		put_addr(c->sb, sa->k_sa_handler);
	strbuf_adds(c->sb, ", sa_mask=");
	put_sigset(c->sb, sa->sa_mask);
	strbuf_adds(c->sb, ", sa_flags=");
	put_flags(c->sb, names_get("sa"), sa->sa_flags);
	if (sa->sa_flags & LX_SA_RESTORER) {
		strbuf_adds(c->sb, ", sa_restorer=");
		put_addr(c->sb, sa->sa_restorer);
	}
	strbuf_addc(c->sb, '}');
}

static void put_stack(struct scall *c, const void *p)
{
	const struct lx_sigaltstack *ss = p;

	strbuf_adds(c->sb, "{ss_sp=");
	put_addr(c->sb, ss->ss_sp);
	strbuf_adds(c->sb, ", ss_flags=");
	put_flags(c->sb, names_get("altstack"), (uint32_t)ss->ss_flags);
	strbuf_addf(c->sb, ", ss_size=%llu}", (unsigned long long)ss->ss_size);
}

static void put_sigevent(struct scall *c, const void *p)
{
	const struct lx_sigevent *ev = p;

	strbuf_addc(c->sb, '{');
	if (ev->sigev_value.sival_ptr)
		strbuf_addf(c->sb, "sigev_value={sival_int=%d, sival_ptr=%#llx}, ",
			    ev->sigev_value.sival_int,
			    (unsigned long long)ev->sigev_value.sival_ptr);
	strbuf_adds(c->sb, "sigev_signo=");
	if (ev->sigev_notify == LX_SIGEV_SIGNAL || ev->sigev_notify == LX_SIGEV_THREAD ||
	    ev->sigev_notify == LX_SIGEV_THREAD_ID)
		put_signal(c->sb, ev->sigev_signo);
	else
		strbuf_addf(c->sb, "%u", (unsigned)ev->sigev_signo);
	strbuf_adds(c->sb, ", sigev_notify=");
	put_enum(c->sb, names_get("sigev"), (uint32_t)ev->sigev_notify);
	if (ev->sigev_notify == LX_SIGEV_THREAD_ID)
		strbuf_addf(c->sb, ", sigev_notify_thread_id=%d", ev->_tid);
	strbuf_addc(c->sb, '}');
}

/* ---- siginfo ---- */

/* The names of a signal's own codes. NULL: it has none. */
static const char *code_names(int signo)
{
	switch (signo) {
	case LX_SIGILL:
		return "ill";
	case LX_SIGFPE:
		return "fpe";
	case LX_SIGSEGV:
		return "segv";
	case LX_SIGBUS:
		return "bus";
	case LX_SIGTRAP:
		return "trap";
	case LX_SIGCHLD:
		return "cld";
	case LX_SIGIO:
		return "sigpoll";
	case LX_SIGSYS:
		return "sigsys";
	default:
		return NULL;
	}
}

static void put_code(struct strbuf *sb, const lx_siginfo_t *si)
{
	const char *own = code_names(si->si_signo);
	const char *s = name_of(names_get("si_code"), (uint32_t)si->si_code);

	if (!s && own)
		s = name_of(names_get(own), (uint32_t)si->si_code);
	if (s)
		strbuf_adds(sb, s);
	else
		strbuf_addf(sb, "%#x", (unsigned)si->si_code);
}

static void put_pid_uid(struct strbuf *sb, const lx_siginfo_t *si)
{
	strbuf_addf(sb, ", si_pid=%d, si_uid=", si->_kill._pid);
	strbuf_addf(sb, si->_kill._uid == UINT32_MAX ? "-1" : "%u", si->_kill._uid);
}

static void put_sigval(struct strbuf *sb, const union lx_sigval *v)
{
	strbuf_addf(sb, ", si_int=%d, si_ptr=", v->sival_int);
	put_addr(sb, v->sival_ptr);
}

static void put_child(struct strbuf *sb, const lx_siginfo_t *si)
{
	put_pid_uid(sb, si);
	strbuf_adds(sb, ", si_status=");
	if (si->si_code == LX_CLD_EXITED)
		strbuf_addf(sb, "%d", si->_sigchld._status);
	else
		put_signal(sb, si->_sigchld._status);
	strbuf_addf(sb, ", si_utime=%lld, si_stime=%lld", (long long)si->_sigchld._utime,
		    (long long)si->_sigchld._stime);
}

/* What the kernel sent: by signal. */
static void put_kernel_fields(struct strbuf *sb, const lx_siginfo_t *si)
{
	switch (si->si_signo) {
	case LX_SIGCHLD:
		put_child(sb, si);
		return;
	case LX_SIGILL:
	case LX_SIGFPE:
	case LX_SIGSEGV:
	case LX_SIGBUS:
	case LX_SIGTRAP:
		strbuf_adds(sb, ", si_addr=");
		put_addr(sb, si->_sigfault._addr);
		return;
	case LX_SIGIO:
		strbuf_addf(sb, ", si_band=%lld, si_fd=%d", (long long)si->_sigpoll._band,
			    si->_sigpoll._fd);
		return;
	case LX_SIGSYS:
		strbuf_adds(sb, ", si_call_addr=");
		put_addr(sb, si->_sigsys._call_addr);
		strbuf_addf(sb, ", si_syscall=%d, si_arch=%#x", si->_sigsys._syscall,
			    si->_sigsys._arch);
		return;
	default:
		put_pid_uid(sb, si);
	}
}

static void put_fields(struct strbuf *sb, const lx_siginfo_t *si)
{
	switch (si->si_code) {
	case LX_SI_USER:
	case LX_SI_TKILL:
		put_pid_uid(sb, si);
		return;
	case LX_SI_TIMER:
		strbuf_addf(sb, ", si_timerid=%#x, si_overrun=%d", (unsigned)si->_timer._tid,
			    si->_timer._overrun);
		put_sigval(sb, &si->_timer._sigval);
		return;
	case LX_SI_KERNEL:
		return;
	default:
		break;
	}
	if (si->si_code > 0) {
		put_kernel_fields(sb, si);
		return;
	}
	put_pid_uid(sb, si);
	put_sigval(sb, &si->_rt._sigval);
}

void put_siginfo(struct strbuf *sb, const void *info)
{
	const lx_siginfo_t *si = info;

	if (si->si_signo == 0) {
		strbuf_adds(sb, "{}");
		return;
	}
	strbuf_adds(sb, "{si_signo=");
	put_signal(sb, si->si_signo);
	strbuf_adds(sb, ", si_code=");
	put_code(sb, si);
	if (si->si_errno && errno_name(si->si_errno))
		strbuf_addf(sb, ", si_errno=%s", errno_name(si->si_errno));
	else if (si->si_errno)
		strbuf_addf(sb, ", si_errno=%u", (unsigned)si->si_errno);
	put_fields(sb, si);
	strbuf_addc(sb, '}');
}

static void put_info(struct scall *c, const void *p)
{
	put_siginfo(c->sb, p);
}

/* rt_sigreturn(2) has no arguments: the mask that it restores stands on the stack. */
static void print_sigframe(struct scall *c, const struct sarg *a UNUSED, uint64_t v UNUSED)
{
	struct lx_user_regs regs;
	uint64_t mask;

	if (!c->t->ctx.pc || c->t->kernel->pops->get_regs(c->t->ctx.pc, &regs) < 0 ||
	    !scall_read(c, &mask, regs.rsp + offsetof(struct lx_ucontext, uc_sigmask),
			sizeof(mask)))
		return;
	strbuf_adds(c->sb, "{mask=");
	put_sigset(c->sb, mask);
	strbuf_addc(c->sb, '}');
}

/* The sixth argument of pselect6(2). */
static void put_sigpack(struct scall *c, const void *p)
{
	const struct lx_sigset_argpack *pack = p;
	uint64_t set = 0;

	strbuf_adds(c->sb, "{sigmask=");
	if (pack->p && pack->size == sizeof(set) && scall_read(c, &set, pack->p, sizeof(set)))
		put_sigset(c->sb, set);
	else
		put_addr(c->sb, pack->p);
	strbuf_addf(c->sb, ", sigsetsize=%llu}", (unsigned long long)pack->size);
}

const struct kind strace_signal_kinds[] = {
	{.name = "sig", .print = print_sig},
	{.name = "sigset", .print = print_sigset},
	{.name = "sigaction", .put = put_sigaction, .size = sizeof(struct lx_sigaction)},
	{.name = "stack", .put = put_stack, .size = sizeof(struct lx_sigaltstack)},
	{.name = "sigevent", .put = put_sigevent, .size = sizeof(struct lx_sigevent)},
	{.name = "siginfo", .put = put_info, .size = sizeof(struct lx_siginfo)},
	{.name = "sigframe", .print = print_sigframe},
	{.name = "sigpack", .put = put_sigpack, .size = sizeof(struct lx_sigset_argpack)},
	{.name = "psig", .put = put_psig, .size = sizeof(int32_t)},
	{0},
};
