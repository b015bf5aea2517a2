/* SPDX-License-Identifier: Apache-2.0 */
/* Names of what calls about memory, processes, signals, time and IPC take, in strace(1)'s order. */
#include "abi/aio.h"
#include "abi/capability.h"
#include "abi/futex.h"
#include "abi/ipc.h"
#include "abi/keyctl.h"
#include "abi/membarrier.h"
#include "abi/mman.h"
#include "abi/personality.h"
#include "abi/random.h"
#include "abi/sched.h"
#include "abi/seccomp.h"
#include "abi/signal.h"
#include "abi/time.h"
#include "abi/types.h"
#include "sentry/sys/strace_priv.h"

/* ---- memory ---- */

static const struct name prot_names[] = {
	N(PROT_NONE), N(PROT_READ),      N(PROT_WRITE),   N(PROT_EXEC),
	N(PROT_SEM),  N(PROT_GROWSDOWN), N(PROT_GROWSUP),
};

static const struct name maptype_names[] = {N(MAP_FILE), N(MAP_SHARED), N(MAP_PRIVATE),
					    N(MAP_SHARED_VALIDATE)};

static const struct name map_names[] = {
	N(MAP_FIXED),      N(MAP_ANONYMOUS),       N(MAP_32BIT),     N(MAP_NORESERVE),
	N(MAP_POPULATE),   N(MAP_NONBLOCK),        N(MAP_GROWSDOWN), N(MAP_DENYWRITE),
	N(MAP_EXECUTABLE), N(MAP_LOCKED),          N(MAP_STACK),     N(MAP_HUGETLB),
	N(MAP_SYNC),       N(MAP_FIXED_NOREPLACE),
};

static const struct name mremap_names[] = {N(MREMAP_MAYMOVE), N(MREMAP_FIXED), N(MREMAP_DONTUNMAP)};
static const struct name msync_names[] = {N(MS_SYNC), N(MS_ASYNC), N(MS_INVALIDATE)};
static const struct name mlockall_names[] = {N(MCL_CURRENT), N(MCL_FUTURE), N(MCL_ONFAULT)};
static const struct name mlock_names[] = {N(MLOCK_ONFAULT)};

static const struct name madvise_names[] = {
	N(MADV_NORMAL),          N(MADV_RANDOM),        N(MADV_SEQUENTIAL),
	N(MADV_WILLNEED),        N(MADV_DONTNEED),      N(MADV_FREE),
	N(MADV_REMOVE),          N(MADV_DONTFORK),      N(MADV_DOFORK),
	N(MADV_MERGEABLE),       N(MADV_UNMERGEABLE),   N(MADV_HUGEPAGE),
	N(MADV_NOHUGEPAGE),      N(MADV_DONTDUMP),      N(MADV_DODUMP),
	N(MADV_WIPEONFORK),      N(MADV_KEEPONFORK),    N(MADV_COLD),
	N(MADV_PAGEOUT),         N(MADV_POPULATE_READ), N(MADV_POPULATE_WRITE),
	N(MADV_DONTNEED_LOCKED), N(MADV_COLLAPSE),      N(MADV_HWPOISON),
	N(MADV_SOFT_OFFLINE),
};

static const struct name mempolicy_names[] = {
	N(MPOL_DEFAULT),    N(MPOL_PREFERRED), N(MPOL_BIND),
	N(MPOL_INTERLEAVE), N(MPOL_LOCAL),     N(MPOL_PREFERRED_MANY),
};

static const struct name mpol_flag_names[] = {N(MPOL_F_STATIC_NODES), N(MPOL_F_RELATIVE_NODES),
					      N(MPOL_F_NUMA_BALANCING)};
static const struct name get_mempolicy_names[] = {N(MPOL_F_NODE), N(MPOL_F_ADDR),
						  N(MPOL_F_MEMS_ALLOWED)};
static const struct name mbind_names[] = {N(MPOL_MF_STRICT), N(MPOL_MF_MOVE), N(MPOL_MF_MOVE_ALL)};
static const struct name move_pages_names[] = {N(MPOL_MF_MOVE), N(MPOL_MF_MOVE_ALL)};

static const struct name pkey_names[] = {
	{0, "0"},
	N(PKEY_DISABLE_ACCESS),
	N(PKEY_DISABLE_WRITE),
};

static const struct name shmget_names[] = {N(IPC_CREAT), N(IPC_EXCL), N(SHM_HUGETLB),
					   N(SHM_NORESERVE)};
static const struct name shmat_names[] = {N(SHM_RDONLY), N(SHM_RND), N(SHM_REMAP), N(SHM_EXEC)};
static const struct name ipcget_names[] = {N(IPC_CREAT), N(IPC_EXCL), N(IPC_NOWAIT)};
static const struct name semop_names[] = {N(SEM_UNDO), N(IPC_NOWAIT)};
static const struct name msgop_names[] = {N(MSG_NOERROR), N(MSG_EXCEPT), N(MSG_COPY),
					  N(IPC_NOWAIT)};

static const struct name iocb_names[] = {
	N(IOCB_CMD_PREAD), N(IOCB_CMD_PWRITE), N(IOCB_CMD_FSYNC),  N(IOCB_CMD_FDSYNC),
	N(IOCB_CMD_POLL),  N(IOCB_CMD_NOOP),   N(IOCB_CMD_PREADV), N(IOCB_CMD_PWRITEV),
};

static const struct name iocb_flag_names[] = {N(IOCB_FLAG_RESFD), N(IOCB_FLAG_IOPRIO)};

const struct names strace_memory_names[] = {
	NAMES("prot", "PROT_???", prot_names),
	NAMES("maptype", "MAP_???", maptype_names),
	NAMES("map", "MAP_???", map_names),
	NAMES("mremap", "MREMAP_???", mremap_names),
	NAMES("msync", "MS_???", msync_names),
	NAMES("mlockall", "MCL_???", mlockall_names),
	NAMES("mlock", "MLOCK_???", mlock_names),
	NAMES("madvise", "MADV_???", madvise_names),
	NAMES("mempolicy", "MPOL_???", mempolicy_names),
	NAMES("mpol_flags", "MPOL_???", mpol_flag_names),
	NAMES("get_mempolicy", "MPOL_???", get_mempolicy_names),
	NAMES("mbind", "MPOL_???", mbind_names),
	NAMES("move_pages", "MPOL_???", move_pages_names),
	NAMES("pkey", "PKEY_???", pkey_names),
	NAMES("shmget", "SHM_???", shmget_names),
	NAMES("shmat", "SHM_???", shmat_names),
	NAMES("ipcget", "IPC_???", ipcget_names),
	NAMES("semop", "SEM_???", semop_names),
	NAMES("msgop", "MSG_???", msgop_names),
	NAMES("iocb", "IOCB_CMD_???", iocb_names),
	NAMES("iocb_flags", "IOCB_FLAG_???", iocb_flag_names),
	{0},
};

/* ---- processes ---- */

static const struct name clone_names[] = {
	N(CLONE_VM),
	N(CLONE_FS),
	N(CLONE_FILES),
	N(CLONE_SIGHAND),
	N(CLONE_PIDFD),
	N(CLONE_PTRACE),
	N(CLONE_VFORK),
	N(CLONE_PARENT),
	N(CLONE_THREAD),
	N(CLONE_NEWNS),
	N(CLONE_SYSVSEM),
	N(CLONE_SETTLS),
	N(CLONE_PARENT_SETTID),
	N(CLONE_CHILD_CLEARTID),
	N(CLONE_DETACHED),
	N(CLONE_UNTRACED),
	N(CLONE_CHILD_SETTID),
	N(CLONE_NEWCGROUP),
	N(CLONE_NEWUTS),
	N(CLONE_NEWIPC),
	N(CLONE_NEWUSER),
	N(CLONE_NEWPID),
	N(CLONE_NEWNET),
	N(CLONE_IO),
	N(CLONE_CLEAR_SIGHAND),
	N(CLONE_INTO_CGROUP),
};

static const struct name unshare_names[] = {
	N(CLONE_NEWTIME), N(CLONE_VM),      N(CLONE_FS),      N(CLONE_FILES),     N(CLONE_SIGHAND),
	N(CLONE_THREAD),  N(CLONE_NEWNS),   N(CLONE_SYSVSEM), N(CLONE_NEWCGROUP), N(CLONE_NEWUTS),
	N(CLONE_NEWIPC),  N(CLONE_NEWUSER), N(CLONE_NEWPID),  N(CLONE_NEWNET),
};

static const struct name setns_names[] = {
	N(CLONE_NEWTIME), N(CLONE_NEWNS),   N(CLONE_NEWCGROUP), N(CLONE_NEWUTS),
	N(CLONE_NEWIPC),  N(CLONE_NEWUSER), N(CLONE_NEWPID),    N(CLONE_NEWNET),
};

static const struct name wait_names[] = {
	N(WNOHANG), N(WEXITED),  N(WSTOPPED), N(WCONTINUED),
	N(WNOWAIT), N(__WCLONE), N(__WALL),   N(__WNOTHREAD),
};

static const struct name idtype_names[] = {N(P_ALL), N(P_PID), N(P_PGID), N(P_PIDFD)};
static const struct name pidfd_open_names[] = {N(PIDFD_NONBLOCK)};

static const struct name policy_names[] = {
	N(SCHED_OTHER), N(SCHED_FIFO), N(SCHED_RR),
	N(SCHED_BATCH), N(SCHED_IDLE), N(SCHED_DEADLINE),
};

static const struct name sched_flag_names[] = {
	N(SCHED_FLAG_RESET_ON_FORK),  N(SCHED_FLAG_RECLAIM),     N(SCHED_FLAG_DL_OVERRUN),
	N(SCHED_FLAG_KEEP_POLICY),    N(SCHED_FLAG_KEEP_PARAMS), N(SCHED_FLAG_UTIL_CLAMP_MIN),
	N(SCHED_FLAG_UTIL_CLAMP_MAX),
};

static const struct name rlimit_names[] = {
	N(RLIMIT_CPU),      N(RLIMIT_FSIZE), N(RLIMIT_DATA),   N(RLIMIT_STACK),
	N(RLIMIT_CORE),     N(RLIMIT_RSS),   N(RLIMIT_NPROC),  N(RLIMIT_NOFILE),
	N(RLIMIT_MEMLOCK),  N(RLIMIT_AS),    N(RLIMIT_LOCKS),  N(RLIMIT_SIGPENDING),
	N(RLIMIT_MSGQUEUE), N(RLIMIT_NICE),  N(RLIMIT_RTPRIO), N(RLIMIT_RTTIME),
};

static const struct name rusage_names[] = {
	N(RUSAGE_SELF),
	{(uint32_t)LX_RUSAGE_CHILDREN, "RUSAGE_CHILDREN"},
	{(uint32_t)LX_RUSAGE_BOTH, "RUSAGE_BOTH"},
	N(RUSAGE_THREAD),
};

static const struct name priority_names[] = {N(PRIO_PROCESS), N(PRIO_PGRP), N(PRIO_USER)};
static const struct name ioprio_who_names[] = {N(IOPRIO_WHO_PROCESS), N(IOPRIO_WHO_PGRP),
					       N(IOPRIO_WHO_USER)};
static const struct name ioprio_class_names[] = {N(IOPRIO_CLASS_NONE), N(IOPRIO_CLASS_RT),
						 N(IOPRIO_CLASS_BE), N(IOPRIO_CLASS_IDLE)};

static const struct name personality_names[] = {
	N(UNAME26),          N(ADDR_NO_RANDOMIZE),  N(FDPIC_FUNCPTRS),
	N(MMAP_PAGE_ZERO),   N(ADDR_COMPAT_LAYOUT), N(READ_IMPLIES_EXEC),
	N(ADDR_LIMIT_32BIT), N(SHORT_INODE),        N(WHOLE_SECONDS),
	N(STICKY_TIMEOUTS),  N(ADDR_LIMIT_3GB),
};

static const struct name domain_names[] = {{0, "PER_LINUX"}, {6, "PER_BSD"}, {8, "PER_LINUX32"}};

static const struct name seccomp_op_names[] = {
	N(SECCOMP_SET_MODE_STRICT),
	N(SECCOMP_SET_MODE_FILTER),
	N(SECCOMP_GET_ACTION_AVAIL),
	N(SECCOMP_GET_NOTIF_SIZES),
};

static const struct name seccomp_filter_names[] = {
	N(SECCOMP_FILTER_FLAG_TSYNC),       N(SECCOMP_FILTER_FLAG_LOG),
	N(SECCOMP_FILTER_FLAG_SPEC_ALLOW),  N(SECCOMP_FILTER_FLAG_NEW_LISTENER),
	N(SECCOMP_FILTER_FLAG_TSYNC_ESRCH), N(SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV),
};

static const struct name cap_version_names[] = {
	N(_LINUX_CAPABILITY_VERSION_1),
	N(_LINUX_CAPABILITY_VERSION_2),
	N(_LINUX_CAPABILITY_VERSION_3),
};

static const struct name key_names[] = {
	{(uint32_t)LX_KEY_SPEC_THREAD_KEYRING, "KEY_SPEC_THREAD_KEYRING"},
	{(uint32_t)LX_KEY_SPEC_PROCESS_KEYRING, "KEY_SPEC_PROCESS_KEYRING"},
	{(uint32_t)LX_KEY_SPEC_SESSION_KEYRING, "KEY_SPEC_SESSION_KEYRING"},
	{(uint32_t)LX_KEY_SPEC_USER_KEYRING, "KEY_SPEC_USER_KEYRING"},
	{(uint32_t)LX_KEY_SPEC_USER_SESSION_KEYRING, "KEY_SPEC_USER_SESSION_KEYRING"},
	{(uint32_t)LX_KEY_SPEC_GROUP_KEYRING, "KEY_SPEC_GROUP_KEYRING"},
	{(uint32_t)LX_KEY_SPEC_REQKEY_AUTH_KEY, "KEY_SPEC_REQKEY_AUTH_KEY"},
	{(uint32_t)LX_KEY_SPEC_REQUESTOR_KEYRING, "KEY_SPEC_REQUESTOR_KEYRING"},
};

static const struct name kcmp_names[] = {
	N(KCMP_FILE),    N(KCMP_VM), N(KCMP_FILES),   N(KCMP_FS),
	N(KCMP_SIGHAND), N(KCMP_IO), N(KCMP_SYSVSEM), N(KCMP_EPOLL_TFD),
};

static const struct name membarrier_names[] = {
	N(MEMBARRIER_CMD_QUERY),
	N(MEMBARRIER_CMD_GLOBAL),
	N(MEMBARRIER_CMD_GLOBAL_EXPEDITED),
	N(MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED),
	N(MEMBARRIER_CMD_PRIVATE_EXPEDITED),
	N(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED),
	N(MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE),
	N(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE),
	N(MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ),
	N(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ),
};

static const struct name membarrier_flag_names[] = {N(MEMBARRIER_CMD_FLAG_CPU)};
static const struct name random_names[] = {N(GRND_NONBLOCK), N(GRND_RANDOM), N(GRND_INSECURE)};
static const struct name bpf_names[] = {
	{0, "BPF_MAP_CREATE"},       {1, "BPF_MAP_LOOKUP_ELEM"},
	{2, "BPF_MAP_UPDATE_ELEM"},  {3, "BPF_MAP_DELETE_ELEM"},
	{4, "BPF_MAP_GET_NEXT_KEY"}, {5, "BPF_PROG_LOAD"},
	{6, "BPF_OBJ_PIN"},          {7, "BPF_OBJ_GET"},
	{8, "BPF_PROG_ATTACH"},      {9, "BPF_PROG_DETACH"},
	{10, "BPF_PROG_TEST_RUN"},   {15, "BPF_OBJ_GET_INFO_BY_FD"},
	{16, "BPF_PROG_QUERY"},      {17, "BPF_RAW_TRACEPOINT_OPEN"},
	{18, "BPF_BTF_LOAD"},        {28, "BPF_LINK_CREATE"},
};

static const struct name reboot_magic1_names[] = {{0xfee1dead, "LINUX_REBOOT_MAGIC1"}};

static const struct name reboot_magic2_names[] = {
	{672274793, "LINUX_REBOOT_MAGIC2"},
	{85072278, "LINUX_REBOOT_MAGIC2A"},
	{369367448, "LINUX_REBOOT_MAGIC2B"},
	{537993216, "LINUX_REBOOT_MAGIC2C"},
};

static const struct name reboot_names[] = {
	{0, "LINUX_REBOOT_CMD_CAD_OFF"},          {0x89abcdef, "LINUX_REBOOT_CMD_CAD_ON"},
	{0xcdef0123, "LINUX_REBOOT_CMD_HALT"},    {0x4321fedc, "LINUX_REBOOT_CMD_POWER_OFF"},
	{0x01234567, "LINUX_REBOOT_CMD_RESTART"}, {0xa1b2c3d4, "LINUX_REBOOT_CMD_RESTART2"},
	{0x45584543, "LINUX_REBOOT_CMD_KEXEC"},   {0xd000fce2, "LINUX_REBOOT_CMD_SW_SUSPEND"},
};

static const struct name futex_waitv_names[] = {N(FUTEX_32),
						{LX_FUTEX2_PRIVATE, "FUTEX_PRIVATE_FLAG"}};

const struct names strace_process_names[] = {
	NAMES("clone", "CLONE_???", clone_names),
	NAMES("unshare", "CLONE_???", unshare_names),
	NAMES("setns", "CLONE_NEW???", setns_names),
	NAMES("wait", "W???", wait_names),
	NAMES("idtype", "P_???", idtype_names),
	NAMES("pidfd_open", "PIDFD_???", pidfd_open_names),
	NAMES("policy", "SCHED_???", policy_names),
	NAMES("sched_flags", "SCHED_FLAG_???", sched_flag_names),
	NAMES("rlimit", "RLIMIT_???", rlimit_names),
	NAMES("rusage", "RUSAGE_???", rusage_names),
	NAMES("priority", "PRIO_???", priority_names),
	NAMES("ioprio_who", "IOPRIO_WHO_???", ioprio_who_names),
	NAMES("ioprio_class", "IOPRIO_CLASS_???", ioprio_class_names),
	NAMES("personality", "", personality_names),
	NAMES("domain", "PER_???", domain_names),
	NAMES("seccomp_op", "SECCOMP_SET_MODE_???", seccomp_op_names),
	NAMES("seccomp_filter", "SECCOMP_FILTER_FLAG_???", seccomp_filter_names),
	NAMES("cap_version", "_LINUX_CAPABILITY_VERSION_???", cap_version_names),
	NAMES("key", "", key_names),
	NAMES("kcmp", "KCMP_???", kcmp_names),
	NAMES("membarrier", "MEMBARRIER_CMD_???", membarrier_names),
	NAMES("membarrier_fl", "MEMBARRIER_CMD_FLAG_???", membarrier_flag_names),
	NAMES("random", "GRND_???", random_names),
	NAMES("bpf", "BPF_???", bpf_names),
	NAMES("reboot_magic1", "LINUX_REBOOT_MAGIC_???", reboot_magic1_names),
	NAMES("reboot_magic2", "LINUX_REBOOT_MAGIC_???", reboot_magic2_names),
	NAMES("reboot", "LINUX_REBOOT_CMD_???", reboot_names),
	NAMES("futex_waitv", "FUTEX_???", futex_waitv_names),
	{0},
};

/* ---- signals and time ---- */

static const struct name sighow_names[] = {N(SIG_BLOCK), N(SIG_UNBLOCK), N(SIG_SETMASK)};

static const struct name sa_names[] = {
	N(SA_RESTORER),    {LX_SA_ONSTACK, "SA_ONSTACK"},
	N(SA_RESTART),     N(SA_NODEFER),
	N(SA_RESETHAND),   N(SA_SIGINFO),
	N(SA_NOCLDSTOP),   N(SA_NOCLDWAIT),
	N(SA_UNSUPPORTED), N(SA_EXPOSE_TAGBITS),
};

static const struct name altstack_names[] = {N(SS_ONSTACK), N(SS_DISABLE), N(SS_AUTODISARM)};
static const struct name signalfd_names[] = {N(SFD_CLOEXEC), N(SFD_NONBLOCK)};
static const struct name sigev_names[] = {N(SIGEV_SIGNAL), N(SIGEV_NONE), N(SIGEV_THREAD),
					  N(SIGEV_THREAD_ID)};

static const struct name clock_names[] = {
	N(CLOCK_REALTIME),          N(CLOCK_MONOTONIC),     N(CLOCK_PROCESS_CPUTIME_ID),
	N(CLOCK_THREAD_CPUTIME_ID), N(CLOCK_MONOTONIC_RAW), N(CLOCK_REALTIME_COARSE),
	N(CLOCK_MONOTONIC_COARSE),  N(CLOCK_BOOTTIME),      N(CLOCK_REALTIME_ALARM),
	N(CLOCK_BOOTTIME_ALARM),    N(CLOCK_SGI_CYCLE),     N(CLOCK_TAI),
};

static const struct name itimer_names[] = {N(ITIMER_REAL), N(ITIMER_VIRTUAL), N(ITIMER_PROF)};
static const struct name timer_names[] = {N(TIMER_ABSTIME)};

static const struct name timerfd_names[] = {
	N(TFD_TIMER_ABSTIME),
	N(TFD_TIMER_CANCEL_ON_SET),
	N(TFD_CLOEXEC),
	N(TFD_NONBLOCK),
};

static const struct name adj_names[] = {
	N(ADJ_OFFSET_SS_READ),
	N(ADJ_OFFSET_SINGLESHOT),
	N(ADJ_OFFSET),
	N(ADJ_FREQUENCY),
	N(ADJ_MAXERROR),
	N(ADJ_ESTERROR),
	N(ADJ_STATUS),
	N(ADJ_TIMECONST),
	N(ADJ_TAI),
	N(ADJ_SETOFFSET),
	N(ADJ_MICRO),
	N(ADJ_NANO),
	N(ADJ_TICK),
};

static const struct name adj_status_names[] = {
	N(STA_PLL),       N(STA_PPSFREQ),   N(STA_PPSTIME),   N(STA_FLL),
	N(STA_INS),       N(STA_DEL),       N(STA_UNSYNC),    N(STA_FREQHOLD),
	N(STA_PPSSIGNAL), N(STA_PPSJITTER), N(STA_PPSWANDER), N(STA_PPSERROR),
	N(STA_CLOCKERR),  N(STA_NANO),      N(STA_MODE),      N(STA_CLK),
};

static const struct name adj_state_names[] = {
	N(TIME_OK), N(TIME_INS), N(TIME_DEL), N(TIME_OOP), N(TIME_WAIT), N(TIME_ERROR),
};

static const struct name si_code_names[] = {
	N(SI_USER),
	N(SI_KERNEL),
	{(uint32_t)LX_SI_QUEUE, "SI_QUEUE"},
	{(uint32_t)LX_SI_TIMER, "SI_TIMER"},
	{(uint32_t)LX_SI_MESGQ, "SI_MESGQ"},
	{(uint32_t)LX_SI_ASYNCIO, "SI_ASYNCIO"},
	{(uint32_t)LX_SI_SIGIO, "SI_SIGIO"},
	{(uint32_t)LX_SI_TKILL, "SI_TKILL"},
	{(uint32_t)LX_SI_ASYNCNL, "SI_ASYNCNL"},
};

static const struct name ill_names[] = {
	N(ILL_ILLOPC), N(ILL_ILLOPN), N(ILL_ILLADR), N(ILL_ILLTRP),
	N(ILL_PRVOPC), N(ILL_PRVREG), N(ILL_COPROC), N(ILL_BADSTK),
};

static const struct name fpe_names[] = {
	N(FPE_INTDIV),     N(FPE_INTOVF),     N(FPE_FLTDIV),     N(FPE_FLTOVF),
	{5, "FPE_FLTUND"}, {6, "FPE_FLTRES"}, {7, "FPE_FLTINV"}, {8, "FPE_FLTSUB"},
};

static const struct name segv_names[] = {
	{1, "SEGV_MAPERR"},
	{2, "SEGV_ACCERR"},
	{3, "SEGV_BNDERR"},
	{4, "SEGV_PKUERR"},
};

static const struct name bus_names[] = {
	N(BUS_ADRALN), N(BUS_ADRERR), N(BUS_OBJERR), N(BUS_MCEERR_AR), N(BUS_MCEERR_AO),
};

static const struct name trap_names[] = {N(TRAP_BRKPT),  N(TRAP_TRACE), N(TRAP_BRANCH),
					 N(TRAP_HWBKPT), N(TRAP_UNK),   N(TRAP_PERF)};

static const struct name cld_names[] = {
	N(CLD_EXITED),  N(CLD_KILLED),  N(CLD_DUMPED),
	N(CLD_TRAPPED), N(CLD_STOPPED), N(CLD_CONTINUED),
};

static const struct name sigpoll_names[] = {N(POLL_IN),  N(POLL_OUT), N(POLL_MSG),
					    N(POLL_ERR), N(POLL_PRI), N(POLL_HUP)};
static const struct name sigsys_names[] = {N(SYS_SECCOMP), N(SYS_USER_DISPATCH)};

const struct names strace_signal_names[] = {
	NAMES("sighow", "SIG_???", sighow_names),
	NAMES("sa", "SA_???", sa_names),
	NAMES("altstack", "SS_???", altstack_names),
	NAMES("signalfd", "SFD_???", signalfd_names),
	NAMES("sigev", "SIGEV_???", sigev_names),
	NAMES("clock", "CLOCK_???", clock_names),
	NAMES("itimer", "ITIMER_???", itimer_names),
	NAMES("timer", "TIMER_???", timer_names),
	NAMES("timerfd", "TFD_???", timerfd_names),
	NAMES("adj", "ADJ_???", adj_names),
	NAMES("adj_status", "STA_???", adj_status_names),
	NAMES("adj_state", "TIME_???", adj_state_names),
	NAMES("si_code", "SI_???", si_code_names),
	NAMES("ill", "ILL_???", ill_names),
	NAMES("fpe", "FPE_???", fpe_names),
	NAMES("segv", "SEGV_???", segv_names),
	NAMES("bus", "BUS_???", bus_names),
	NAMES("trap", "TRAP_???", trap_names),
	NAMES("cld", "CLD_???", cld_names),
	NAMES("sigpoll", "POLL_???", sigpoll_names),
	NAMES("sigsys", "SYS_???", sigsys_names),
	{0},
};
