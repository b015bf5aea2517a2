/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals: numbers, dispositions, what a handler learns.
 * Source:
 * arch/x86/include/uapi/asm/signal.h, include/uapi/asm-generic/{signal-defs,siginfo}.h; signal(7),
 * sigaction(2), sigaltstack(2), sigevent(7). Fields that the host's <signal.h> makes macros
 * (sa_handler, si_pid, ...) have the names that the kernel gives to what is behind those macros
 * (k_sa_handler, _kill._pid, ...).
 */
#ifndef CAISSON_ABI_SIGNAL_H
#define CAISSON_ABI_SIGNAL_H

#include <stdint.h>

#include "abi/layout.h"

#define LX_SIGHUP    1
#define LX_SIGINT    2
#define LX_SIGQUIT   3
#define LX_SIGILL    4
#define LX_SIGTRAP   5
#define LX_SIGABRT   6
#define LX_SIGIOT    6
#define LX_SIGBUS    7
#define LX_SIGFPE    8
#define LX_SIGKILL   9
#define LX_SIGUSR1   10
#define LX_SIGSEGV   11
#define LX_SIGUSR2   12
#define LX_SIGPIPE   13
#define LX_SIGALRM   14
#define LX_SIGTERM   15
#define LX_SIGSTKFLT 16
#define LX_SIGCHLD   17
#define LX_SIGCONT   18
#define LX_SIGSTOP   19
#define LX_SIGTSTP   20
#define LX_SIGTTIN   21
#define LX_SIGTTOU   22
#define LX_SIGURG    23
#define LX_SIGXCPU   24
#define LX_SIGXFSZ   25
#define LX_SIGVTALRM 26
#define LX_SIGPROF   27
#define LX_SIGWINCH  28
#define LX_SIGIO     29
#define LX_SIGPOLL   29
#define LX_SIGPWR    30
#define LX_SIGSYS    31
#define LX_SIGUNUSED 31
#define LX_SIGRTMIN  32
#define LX_SIGRTMAX  64
/* The number of signals: 1 .. LX_NSIG. (The kernel's _NSIG; the headers of its users say 32.) */
#define LX_NSIG        64
#define LX_SIGSET_SIZE 8 /* what sigsetsize must be */

/* Bit n - 1 is signal n. */
typedef uint64_t lx_sigset_t;
#define LX_SIGMASK(sig) (1ULL << ((sig)-1))

#define LX_SIG_BLOCK   0
#define LX_SIG_UNBLOCK 1
#define LX_SIG_SETMASK 2
#define LX_SIG_DFL     0ULL
#define LX_SIG_IGN     1ULL
#define LX_SIG_ERR     UINT64_MAX

/* The kernel's form, which is not libc's. */
struct lx_sigaction {
	uint64_t k_sa_handler; /* guest address, or LX_SIG_DFL, LX_SIG_IGN */
	uint64_t sa_flags;
	uint64_t sa_restorer; /* guest address; only with LX_SA_RESTORER */
	lx_sigset_t sa_mask;
};
LX_ASSERT_SIZE(struct lx_sigaction, 32);
LX_ASSERT_AT(struct lx_sigaction, k_sa_handler, 0);
LX_ASSERT_AT(struct lx_sigaction, sa_flags, 8);
LX_ASSERT_AT(struct lx_sigaction, sa_restorer, 16);
LX_ASSERT_AT(struct lx_sigaction, sa_mask, 24);

#define LX_SA_NOCLDSTOP      0x00000001
#define LX_SA_NOCLDWAIT      0x00000002
#define LX_SA_SIGINFO        0x00000004
#define LX_SA_UNSUPPORTED    0x00000400
#define LX_SA_EXPOSE_TAGBITS 0x00000800
#define LX_SA_RESTORER       0x04000000
#define LX_SA_ONSTACK        0x08000000
#define LX_SA_RESTART        0x10000000
#define LX_SA_NODEFER        0x40000000
#define LX_SA_RESETHAND      0x80000000
#define LX_SA_NOMASK         0x40000000
#define LX_SA_ONESHOT        0x80000000
/* sa_flags keeps these alone; the rest reads back as zero. */
#define LX_UAPI_SA_FLAGS                                                                           \
	(LX_SA_NOCLDSTOP | LX_SA_NOCLDWAIT | LX_SA_SIGINFO | LX_SA_ONSTACK | LX_SA_RESTART |       \
	 LX_SA_NODEFER | LX_SA_RESETHAND | LX_SA_EXPOSE_TAGBITS | LX_SA_RESTORER)

typedef struct lx_sigaltstack {
	uint64_t ss_sp; /* guest address */
	int32_t ss_flags;
	int32_t pad0;
	uint64_t ss_size;
} lx_stack_t;
LX_ASSERT_SIZE(struct lx_sigaltstack, 24);
LX_ASSERT_AT(struct lx_sigaltstack, ss_sp, 0);
LX_ASSERT_AT(struct lx_sigaltstack, ss_flags, 8);
LX_ASSERT_AT(struct lx_sigaltstack, ss_size, 16);

#define LX_SS_ONSTACK    0x00000001
#define LX_SS_DISABLE    0x00000002
#define LX_SS_AUTODISARM 0x80000000
#define LX_SS_FLAG_BITS  0x80000000
#define LX_MINSIGSTKSZ   2048
#define LX_SIGSTKSZ      8192

union lx_sigval {
	int32_t sival_int;
	uint64_t sival_ptr;
};
LX_ASSERT_SIZE(union lx_sigval, 8);
LX_ASSERT_AT(union lx_sigval, sival_int, 0);
LX_ASSERT_AT(union lx_sigval, sival_ptr, 0);

typedef struct lx_siginfo {
	int32_t si_signo;
	int32_t si_errno;
	int32_t si_code;
	int32_t pad0;
	union {
		int32_t _pad[28];
		struct { /* kill(2), tgkill(2): SI_USER, SI_TKILL */
			int32_t _pid;
			uint32_t _uid;
		} _kill;
		struct { /* timer_create(2): SI_TIMER */
			int32_t _tid;
			int32_t _overrun;
			union lx_sigval _sigval;
			int32_t _sys_private;
		} _timer;
		struct { /* sigqueue(3), mq_notify(3), any other negative code */
			int32_t _pid;
			uint32_t _uid;
			union lx_sigval _sigval;
		} _rt;
		struct { /* SIGCHLD with CLD_* */
			int32_t _pid;
			uint32_t _uid;
			int32_t _status;
			int32_t pad0;
			int64_t _utime; /* ticks of 1/LX_USER_HZ s */
			int64_t _stime;
		} _sigchld;
		struct { /* SIGILL SIGFPE SIGSEGV SIGBUS SIGTRAP */
			uint64_t _addr;
			union {
				int16_t _addr_lsb; /* BUS_MCEERR_* */
				struct {
					uint64_t pad0;
					uint64_t _lower;
					uint64_t _upper;
				} _addr_bnd; /* SEGV_BNDERR */
				struct {
					uint64_t pad0;
					uint32_t _pkey;
				} _addr_pkey; /* SEGV_PKUERR */
				struct {
					uint64_t _data;
					uint32_t _type;
					uint32_t _flags;
				} _perf; /* TRAP_PERF */
			};
		} _sigfault;
		struct { /* SIGIO with POLL_* */
			int64_t _band;
			int32_t _fd;
		} _sigpoll;
		struct { /* SIGSYS */
			uint64_t _call_addr;
			int32_t _syscall;
			uint32_t _arch;
		} _sigsys;
	};
} lx_siginfo_t;
LX_ASSERT_SIZE(struct lx_siginfo, 128);
LX_ASSERT_AT(struct lx_siginfo, si_signo, 0);
LX_ASSERT_AT(struct lx_siginfo, si_errno, 4);
LX_ASSERT_AT(struct lx_siginfo, si_code, 8);
LX_ASSERT_AT(struct lx_siginfo, _kill._pid, 16);
LX_ASSERT_AT(struct lx_siginfo, _kill._uid, 20);
LX_ASSERT_AT(struct lx_siginfo, _timer._tid, 16);
LX_ASSERT_AT(struct lx_siginfo, _timer._overrun, 20);
LX_ASSERT_AT(struct lx_siginfo, _timer._sigval, 24);
LX_ASSERT_AT(struct lx_siginfo, _rt._pid, 16);
LX_ASSERT_AT(struct lx_siginfo, _rt._sigval, 24);
LX_ASSERT_AT(struct lx_siginfo, _sigchld._status, 24);
LX_ASSERT_AT(struct lx_siginfo, _sigchld._utime, 32);
LX_ASSERT_AT(struct lx_siginfo, _sigchld._stime, 40);
LX_ASSERT_AT(struct lx_siginfo, _sigfault._addr, 16);
LX_ASSERT_AT(struct lx_siginfo, _sigfault._addr_lsb, 24);
LX_ASSERT_AT(struct lx_siginfo, _sigfault._addr_bnd._lower, 32);
LX_ASSERT_AT(struct lx_siginfo, _sigfault._addr_bnd._upper, 40);
LX_ASSERT_AT(struct lx_siginfo, _sigfault._addr_pkey._pkey, 32);
LX_ASSERT_AT(struct lx_siginfo, _sigfault._perf._data, 24);
LX_ASSERT_AT(struct lx_siginfo, _sigpoll._band, 16);
LX_ASSERT_AT(struct lx_siginfo, _sigpoll._fd, 24);
LX_ASSERT_AT(struct lx_siginfo, _sigsys._call_addr, 16);
LX_ASSERT_AT(struct lx_siginfo, _sigsys._syscall, 24);
LX_ASSERT_AT(struct lx_siginfo, _sigsys._arch, 28);

#define LX_SI_MAX_SIZE 128

/* si_code: positive from the kernel, zero or negative from a process (LX_SI_KERNEL apart) */
#define LX_SI_USER              0x0
#define LX_SI_KERNEL            0x80
#define LX_SI_QUEUE             (-1)
#define LX_SI_TIMER             (-2)
#define LX_SI_MESGQ             (-3)
#define LX_SI_ASYNCIO           (-4)
#define LX_SI_SIGIO             (-5)
#define LX_SI_TKILL             (-6)
#define LX_SI_DETHREAD          (-7)
#define LX_SI_ASYNCNL           (-60)
#define LX_ILL_ILLOPC           1
#define LX_ILL_ILLOPN           2
#define LX_ILL_ILLADR           3
#define LX_ILL_ILLTRP           4
#define LX_ILL_PRVOPC           5
#define LX_ILL_PRVREG           6
#define LX_ILL_COPROC           7
#define LX_ILL_BADSTK           8
#define LX_ILL_BADIADDR         9
#define LX_NSIGILL              11
#define LX_FPE_INTDIV           1
#define LX_FPE_INTOVF           2
#define LX_FPE_FLTDIV           3
#define LX_FPE_FLTOVF           4
#define LX_FPE_FLTUND           5
#define LX_FPE_FLTRES           6
#define LX_FPE_FLTINV           7
#define LX_FPE_FLTSUB           8
#define LX_FPE_FLTUNK           14
#define LX_FPE_CONDTRAP         15
#define LX_NSIGFPE              15
#define LX_SEGV_MAPERR          1
#define LX_SEGV_ACCERR          2
#define LX_SEGV_BNDERR          3
#define LX_SEGV_PKUERR          4
#define LX_SEGV_ACCADI          5
#define LX_SEGV_ADIDERR         6
#define LX_SEGV_ADIPERR         7
#define LX_SEGV_MTEAERR         8
#define LX_SEGV_MTESERR         9
#define LX_SEGV_CPERR           10
#define LX_NSIGSEGV             10
#define LX_BUS_ADRALN           1
#define LX_BUS_ADRERR           2
#define LX_BUS_OBJERR           3
#define LX_BUS_MCEERR_AR        4
#define LX_BUS_MCEERR_AO        5
#define LX_NSIGBUS              5
#define LX_TRAP_BRKPT           1
#define LX_TRAP_TRACE           2
#define LX_TRAP_BRANCH          3
#define LX_TRAP_HWBKPT          4
#define LX_TRAP_UNK             5
#define LX_TRAP_PERF            6
#define LX_NSIGTRAP             6
#define LX_TRAP_PERF_FLAG_ASYNC 1
#define LX_CLD_EXITED           1
#define LX_CLD_KILLED           2
#define LX_CLD_DUMPED           3
#define LX_CLD_TRAPPED          4
#define LX_CLD_STOPPED          5
#define LX_CLD_CONTINUED        6
#define LX_NSIGCHLD             6
#define LX_POLL_IN              1
#define LX_POLL_OUT             2
#define LX_POLL_MSG             3
#define LX_POLL_ERR             4
#define LX_POLL_PRI             5
#define LX_POLL_HUP             6
#define LX_NSIGPOLL             6
#define LX_SYS_SECCOMP          1
#define LX_SYS_USER_DISPATCH    2
#define LX_NSIGSYS              2
#define LX_EMT_TAGOVF           1

/* timer_create(2), mq_notify(3) */
struct lx_sigevent {
	union lx_sigval sigev_value;
	int32_t sigev_signo;
	int32_t sigev_notify;
	union {
		int32_t _pad[12];
		int32_t _tid; /* LX_SIGEV_THREAD_ID */
		struct {
			uint64_t _function;
			uint64_t _attribute;
		} _sigev_thread;
	};
};
LX_ASSERT_SIZE(struct lx_sigevent, 64);
LX_ASSERT_AT(struct lx_sigevent, sigev_value, 0);
LX_ASSERT_AT(struct lx_sigevent, sigev_signo, 8);
LX_ASSERT_AT(struct lx_sigevent, sigev_notify, 12);
LX_ASSERT_AT(struct lx_sigevent, _tid, 16);
LX_ASSERT_AT(struct lx_sigevent, _sigev_thread._attribute, 24);

#define LX_SIGEV_SIGNAL    0
#define LX_SIGEV_NONE      1
#define LX_SIGEV_THREAD    2
#define LX_SIGEV_THREAD_ID 4

/* signalfd(2) */
struct lx_signalfd_siginfo {
	uint32_t ssi_signo;
	int32_t ssi_errno;
	int32_t ssi_code;
	uint32_t ssi_pid;
	uint32_t ssi_uid;
	int32_t ssi_fd;
	uint32_t ssi_tid;
	uint32_t ssi_band;
	uint32_t ssi_overrun;
	uint32_t ssi_trapno;
	int32_t ssi_status;
	int32_t ssi_int;
	uint64_t ssi_ptr;
	uint64_t ssi_utime;
	uint64_t ssi_stime;
	uint64_t ssi_addr;
	uint16_t ssi_addr_lsb;
	uint16_t pad2;
	int32_t ssi_syscall;
	uint64_t ssi_call_addr;
	uint32_t ssi_arch;
	uint8_t pad[28];
};
LX_ASSERT_SIZE(struct lx_signalfd_siginfo, 128);
LX_ASSERT_AT(struct lx_signalfd_siginfo, ssi_signo, 0);
LX_ASSERT_AT(struct lx_signalfd_siginfo, ssi_errno, 4);
LX_ASSERT_AT(struct lx_signalfd_siginfo, ssi_code, 8);
LX_ASSERT_AT(struct lx_signalfd_siginfo, ssi_pid, 12);
LX_ASSERT_AT(struct lx_signalfd_siginfo, ssi_uid, 16);
LX_ASSERT_AT(struct lx_signalfd_siginfo, ssi_fd, 20);
LX_ASSERT_AT(struct lx_signalfd_siginfo, ssi_tid, 24);
LX_ASSERT_AT(struct lx_signalfd_siginfo, ssi_band, 28);
LX_ASSERT_AT(struct lx_signalfd_siginfo, ssi_overrun, 32);
LX_ASSERT_AT(struct lx_signalfd_siginfo, ssi_trapno, 36);
LX_ASSERT_AT(struct lx_signalfd_siginfo, ssi_status, 40);
LX_ASSERT_AT(struct lx_signalfd_siginfo, ssi_int, 44);
LX_ASSERT_AT(struct lx_signalfd_siginfo, ssi_ptr, 48);
LX_ASSERT_AT(struct lx_signalfd_siginfo, ssi_utime, 56);
LX_ASSERT_AT(struct lx_signalfd_siginfo, ssi_stime, 64);
LX_ASSERT_AT(struct lx_signalfd_siginfo, ssi_addr, 72);
LX_ASSERT_AT(struct lx_signalfd_siginfo, ssi_addr_lsb, 80);
LX_ASSERT_AT(struct lx_signalfd_siginfo, ssi_syscall, 84);
LX_ASSERT_AT(struct lx_signalfd_siginfo, ssi_call_addr, 88);
LX_ASSERT_AT(struct lx_signalfd_siginfo, ssi_arch, 96);

#define LX_SFD_CLOEXEC  02000000
#define LX_SFD_NONBLOCK 04000

/* pidfd_send_signal(2) */
#define LX_PIDFD_SIGNAL_THREAD        0x1
#define LX_PIDFD_SIGNAL_THREAD_GROUP  0x2
#define LX_PIDFD_SIGNAL_PROCESS_GROUP 0x4

#endif
