/* SPDX-License-Identifier: Apache-2.0 */
/* What a signal does by itself, and how its siginfo is filled: signal(7), sigaction(2),
 * signalfd(2). */
#include <string.h>

#include "base/check.h"
#include "sentry/signal/signal.h"

enum sig_default signal_default(int signo)
{
	static const uint8_t actions[LX_NSIG + 1] = {
		[LX_SIGQUIT] = SIG_DO_CORE,     [LX_SIGILL] = SIG_DO_CORE,
		[LX_SIGTRAP] = SIG_DO_CORE,     [LX_SIGABRT] = SIG_DO_CORE,
		[LX_SIGBUS] = SIG_DO_CORE,      [LX_SIGFPE] = SIG_DO_CORE,
		[LX_SIGSEGV] = SIG_DO_CORE,     [LX_SIGXCPU] = SIG_DO_CORE,
		[LX_SIGXFSZ] = SIG_DO_CORE,     [LX_SIGSYS] = SIG_DO_CORE,
		[LX_SIGSTOP] = SIG_DO_STOP,     [LX_SIGTSTP] = SIG_DO_STOP,
		[LX_SIGTTIN] = SIG_DO_STOP,     [LX_SIGTTOU] = SIG_DO_STOP,
		[LX_SIGCONT] = SIG_DO_CONTINUE, [LX_SIGCHLD] = SIG_DO_IGNORE,
		[LX_SIGURG] = SIG_DO_IGNORE,    [LX_SIGWINCH] = SIG_DO_IGNORE,
	};

	check(signal_valid(signo));
	return actions[signo];
}

void siginfo_user(lx_siginfo_t *ret, int signo, int code, int32_t pid, uint32_t uid)
{
	memset(ret, 0, sizeof(*ret));
	ret->si_signo = signo;
	ret->si_code = code;
	ret->_kill._pid = pid;
	ret->_kill._uid = uid;
}

void siginfo_kernel(lx_siginfo_t *ret, int signo)
{
	memset(ret, 0, sizeof(*ret));
	ret->si_signo = signo;
	ret->si_code = LX_SI_KERNEL;
}

static void fault_to_signalfd(const lx_siginfo_t *info, struct lx_signalfd_siginfo *ret)
{
	ret->ssi_addr = info->_sigfault._addr;
	if (info->si_signo == LX_SIGBUS)
		ret->ssi_addr_lsb = (uint16_t)info->_sigfault._addr_lsb;
}

/* Signals that the kernel raised (si_code > 0): which fields are meant depends on the signal. */
static void kernel_to_signalfd(const lx_siginfo_t *info, struct lx_signalfd_siginfo *ret)
{
	switch (info->si_signo) {
	case LX_SIGCHLD:
		ret->ssi_pid = (uint32_t)info->_sigchld._pid;
		ret->ssi_uid = info->_sigchld._uid;
		ret->ssi_status = info->_sigchld._status;
		ret->ssi_utime = (uint64_t)info->_sigchld._utime;
		ret->ssi_stime = (uint64_t)info->_sigchld._stime;
		break;
	case LX_SIGIO:
		ret->ssi_band = (uint32_t)info->_sigpoll._band;
		ret->ssi_fd = info->_sigpoll._fd;
		break;
	case LX_SIGSYS:
		ret->ssi_call_addr = info->_sigsys._call_addr;
		ret->ssi_syscall = info->_sigsys._syscall;
		ret->ssi_arch = info->_sigsys._arch;
		break;
	case LX_SIGILL:
	case LX_SIGFPE:
	case LX_SIGSEGV:
	case LX_SIGBUS:
	case LX_SIGTRAP:
		fault_to_signalfd(info, ret);
		break;
	default:
		ret->ssi_pid = (uint32_t)info->_kill._pid;
		ret->ssi_uid = info->_kill._uid;
		break;
	}
}

void siginfo_to_signalfd(const lx_siginfo_t *info, struct lx_signalfd_siginfo *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->ssi_signo = (uint32_t)info->si_signo;
	ret->ssi_errno = info->si_errno;
	ret->ssi_code = info->si_code;
	if (info->si_code == LX_SI_TIMER) {
		ret->ssi_tid = (uint32_t)info->_timer._tid;
		ret->ssi_overrun = (uint32_t)info->_timer._overrun;
		ret->ssi_ptr = info->_timer._sigval.sival_ptr;
		ret->ssi_int = info->_timer._sigval.sival_int;
	} else if (info->si_code == LX_SI_KERNEL || info->si_code == LX_SI_USER ||
		   info->si_code == LX_SI_TKILL) {
		ret->ssi_pid = (uint32_t)info->_kill._pid;
		ret->ssi_uid = info->_kill._uid;
	} else if (info->si_code < 0) {
		ret->ssi_pid = (uint32_t)info->_rt._pid;
		ret->ssi_uid = info->_rt._uid;
		ret->ssi_ptr = info->_rt._sigval.sival_ptr;
		ret->ssi_int = info->_rt._sigval.sival_int;
	} else {
		kernel_to_signalfd(info, ret);
	}
}
