/* SPDX-License-Identifier: Apache-2.0 */
/* Compile-time test: abi/signal.h against the host's own headers. See abi/abi_check.h. */
#include "abi/signal.h"

#include <linux/signal.h>
#include <asm/siginfo.h>
#include <linux/signalfd.h>

#include "abi/abi_check.h"

SAME(SIGHUP); SAME(SIGINT); SAME(SIGQUIT); SAME(SIGILL); SAME(SIGTRAP); SAME(SIGABRT);
SAME(SIGIOT); SAME(SIGBUS); SAME(SIGFPE); SAME(SIGKILL); SAME(SIGUSR1); SAME(SIGSEGV);
SAME(SIGUSR2); SAME(SIGPIPE); SAME(SIGALRM); SAME(SIGTERM); SAME(SIGSTKFLT); SAME(SIGCHLD);
SAME(SIGCONT); SAME(SIGSTOP); SAME(SIGTSTP); SAME(SIGTTIN); SAME(SIGTTOU); SAME(SIGURG);
SAME(SIGXCPU); SAME(SIGXFSZ); SAME(SIGVTALRM); SAME(SIGPROF); SAME(SIGWINCH); SAME(SIGIO);
SAME(SIGPOLL); SAME(SIGPWR); SAME(SIGSYS); SAME(SIGRTMIN); SAME(SIG_BLOCK); SAME(SIG_UNBLOCK);
SAME(SIG_SETMASK); SAME(SA_NOCLDSTOP); SAME(SA_NOCLDWAIT); SAME(SA_SIGINFO); SAME(SA_UNSUPPORTED);
SAME(SA_EXPOSE_TAGBITS); SAME(SA_RESTORER); SAME(SA_ONSTACK); SAME(SA_RESTART); SAME(SA_NODEFER);
SAME(SA_RESETHAND); SAME(SA_NOMASK); SAME(SA_ONESHOT); SAME(SS_ONSTACK); SAME(SS_DISABLE);
SAME(SS_AUTODISARM); SAME(SS_FLAG_BITS); SAME(MINSIGSTKSZ); SAME(SIGSTKSZ); SAME(SI_USER);
SAME(SI_KERNEL); SAME(SI_QUEUE); SAME(SI_TIMER); SAME(SI_MESGQ); SAME(SI_ASYNCIO); SAME(SI_SIGIO);
SAME(SI_TKILL); SAME(SI_DETHREAD); SAME(SI_ASYNCNL); SAME(ILL_ILLOPC); SAME(ILL_ILLOPN);
SAME(ILL_ILLADR); SAME(ILL_ILLTRP); SAME(ILL_PRVOPC); SAME(ILL_PRVREG); SAME(ILL_COPROC);
SAME(ILL_BADSTK); SAME(ILL_BADIADDR); SAME(NSIGILL); SAME(FPE_INTDIV); SAME(FPE_INTOVF);
SAME(FPE_FLTDIV); SAME(FPE_FLTOVF); SAME(FPE_FLTUND); SAME(FPE_FLTRES); SAME(FPE_FLTINV);
SAME(FPE_FLTSUB); SAME(FPE_FLTUNK); SAME(FPE_CONDTRAP); SAME(NSIGFPE); SAME(SEGV_MAPERR);
SAME(SEGV_ACCERR); SAME(SEGV_BNDERR); SAME(SEGV_PKUERR); SAME(SEGV_ACCADI); SAME(SEGV_ADIDERR);
SAME(SEGV_ADIPERR); SAME(SEGV_MTEAERR); SAME(SEGV_MTESERR); SAME(BUS_ADRALN); SAME(BUS_ADRERR);
SAME(BUS_OBJERR); SAME(BUS_MCEERR_AR); SAME(BUS_MCEERR_AO); SAME(NSIGBUS); SAME(TRAP_BRKPT);
SAME(TRAP_TRACE); SAME(TRAP_BRANCH); SAME(TRAP_HWBKPT); SAME(TRAP_UNK); SAME(TRAP_PERF);
SAME(NSIGTRAP); SAME(TRAP_PERF_FLAG_ASYNC); SAME(CLD_EXITED); SAME(CLD_KILLED); SAME(CLD_DUMPED);
SAME(CLD_TRAPPED); SAME(CLD_STOPPED); SAME(CLD_CONTINUED); SAME(NSIGCHLD); SAME(POLL_IN);
SAME(POLL_OUT); SAME(POLL_MSG); SAME(POLL_ERR); SAME(POLL_PRI); SAME(POLL_HUP); SAME(NSIGPOLL);
SAME(SYS_SECCOMP); SAME(SYS_USER_DISPATCH); SAME(NSIGSYS); SAME(EMT_TAGOVF); SAME(SIGEV_SIGNAL);
SAME(SIGEV_NONE); SAME(SIGEV_THREAD); SAME(SIGEV_THREAD_ID); SAME(SFD_CLOEXEC); SAME(SFD_NONBLOCK);

SAME_SIZE(struct lx_sigaltstack, stack_t);
SAME_FIELD(struct lx_sigaltstack, ss_sp, stack_t, ss_sp);
SAME_FIELD(struct lx_sigaltstack, ss_flags, stack_t, ss_flags);
SAME_FIELD(struct lx_sigaltstack, ss_size, stack_t, ss_size);
SAME_SIZE(union lx_sigval, sigval_t);
SAME_FIELD(union lx_sigval, sival_int, sigval_t, sival_int);
SAME_FIELD(union lx_sigval, sival_ptr, sigval_t, sival_ptr);
SAME_SIZE(struct lx_siginfo, siginfo_t);
SAME_FIELD(struct lx_siginfo, si_signo, siginfo_t, si_signo);
SAME_FIELD(struct lx_siginfo, si_errno, siginfo_t, si_errno);
SAME_FIELD(struct lx_siginfo, si_code, siginfo_t, si_code);
SAME_FIELD(struct lx_siginfo, _kill._pid, siginfo_t, _sifields._kill._pid);
SAME_FIELD(struct lx_siginfo, _kill._uid, siginfo_t, _sifields._kill._uid);
SAME_FIELD(struct lx_siginfo, _timer._tid, siginfo_t, _sifields._timer._tid);
SAME_FIELD(struct lx_siginfo, _timer._overrun, siginfo_t, _sifields._timer._overrun);
SAME_FIELD(struct lx_siginfo, _timer._sigval, siginfo_t, _sifields._timer._sigval);
SAME_FIELD(struct lx_siginfo, _rt._pid, siginfo_t, _sifields._rt._pid);
SAME_FIELD(struct lx_siginfo, _rt._sigval, siginfo_t, _sifields._rt._sigval);
SAME_FIELD(struct lx_siginfo, _sigchld._status, siginfo_t, _sifields._sigchld._status);
SAME_FIELD(struct lx_siginfo, _sigchld._utime, siginfo_t, _sifields._sigchld._utime);
SAME_FIELD(struct lx_siginfo, _sigchld._stime, siginfo_t, _sifields._sigchld._stime);
SAME_FIELD(struct lx_siginfo, _sigfault._addr, siginfo_t, _sifields._sigfault._addr);
SAME_FIELD(struct lx_siginfo, _sigfault._addr_lsb, siginfo_t, _sifields._sigfault._addr_lsb);
SAME_FIELD(struct lx_siginfo, _sigfault._addr_bnd._lower,
	   siginfo_t, _sifields._sigfault._addr_bnd._lower);
SAME_FIELD(struct lx_siginfo, _sigfault._addr_bnd._upper,
	   siginfo_t, _sifields._sigfault._addr_bnd._upper);
SAME_FIELD(struct lx_siginfo, _sigfault._addr_pkey._pkey,
	   siginfo_t, _sifields._sigfault._addr_pkey._pkey);
SAME_FIELD(struct lx_siginfo, _sigfault._perf._data, siginfo_t, _sifields._sigfault._perf._data);
SAME_FIELD(struct lx_siginfo, _sigpoll._band, siginfo_t, _sifields._sigpoll._band);
SAME_FIELD(struct lx_siginfo, _sigpoll._fd, siginfo_t, _sifields._sigpoll._fd);
SAME_FIELD(struct lx_siginfo, _sigsys._call_addr, siginfo_t, _sifields._sigsys._call_addr);
SAME_FIELD(struct lx_siginfo, _sigsys._syscall, siginfo_t, _sifields._sigsys._syscall);
SAME_FIELD(struct lx_siginfo, _sigsys._arch, siginfo_t, _sifields._sigsys._arch);
SAME_SIZE(struct lx_sigevent, struct sigevent);
SAME_FIELD(struct lx_sigevent, sigev_value, struct sigevent, sigev_value);
SAME_FIELD(struct lx_sigevent, sigev_signo, struct sigevent, sigev_signo);
SAME_FIELD(struct lx_sigevent, sigev_notify, struct sigevent, sigev_notify);
SAME_FIELD(struct lx_sigevent, _tid, struct sigevent, _sigev_un._tid);
SAME_FIELD(struct lx_sigevent, _sigev_thread._attribute,
	   struct sigevent, _sigev_un._sigev_thread._attribute);
SAME_SIZE(struct lx_signalfd_siginfo, struct signalfd_siginfo);
SAME_FIELD(struct lx_signalfd_siginfo, ssi_signo, struct signalfd_siginfo, ssi_signo);
SAME_FIELD(struct lx_signalfd_siginfo, ssi_errno, struct signalfd_siginfo, ssi_errno);
SAME_FIELD(struct lx_signalfd_siginfo, ssi_code, struct signalfd_siginfo, ssi_code);
SAME_FIELD(struct lx_signalfd_siginfo, ssi_pid, struct signalfd_siginfo, ssi_pid);
SAME_FIELD(struct lx_signalfd_siginfo, ssi_uid, struct signalfd_siginfo, ssi_uid);
SAME_FIELD(struct lx_signalfd_siginfo, ssi_fd, struct signalfd_siginfo, ssi_fd);
SAME_FIELD(struct lx_signalfd_siginfo, ssi_tid, struct signalfd_siginfo, ssi_tid);
SAME_FIELD(struct lx_signalfd_siginfo, ssi_band, struct signalfd_siginfo, ssi_band);
SAME_FIELD(struct lx_signalfd_siginfo, ssi_overrun, struct signalfd_siginfo, ssi_overrun);
SAME_FIELD(struct lx_signalfd_siginfo, ssi_trapno, struct signalfd_siginfo, ssi_trapno);
SAME_FIELD(struct lx_signalfd_siginfo, ssi_status, struct signalfd_siginfo, ssi_status);
SAME_FIELD(struct lx_signalfd_siginfo, ssi_int, struct signalfd_siginfo, ssi_int);
SAME_FIELD(struct lx_signalfd_siginfo, ssi_ptr, struct signalfd_siginfo, ssi_ptr);
SAME_FIELD(struct lx_signalfd_siginfo, ssi_utime, struct signalfd_siginfo, ssi_utime);
SAME_FIELD(struct lx_signalfd_siginfo, ssi_stime, struct signalfd_siginfo, ssi_stime);
SAME_FIELD(struct lx_signalfd_siginfo, ssi_addr, struct signalfd_siginfo, ssi_addr);
SAME_FIELD(struct lx_signalfd_siginfo, ssi_addr_lsb, struct signalfd_siginfo, ssi_addr_lsb);
SAME_FIELD(struct lx_signalfd_siginfo, ssi_syscall, struct signalfd_siginfo, ssi_syscall);
SAME_FIELD(struct lx_signalfd_siginfo, ssi_call_addr, struct signalfd_siginfo, ssi_call_addr);
SAME_FIELD(struct lx_signalfd_siginfo, ssi_arch, struct signalfd_siginfo, ssi_arch);
