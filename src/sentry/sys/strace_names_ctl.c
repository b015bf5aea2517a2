/* SPDX-License-Identifier: Apache-2.0 */
/* Names of what prctl(2), ioctl(2) and capabilities take, in strace(1)'s order. */
#include "abi/capability.h"
#include "abi/futex.h"
#include "abi/ioctl.h"
#include "abi/prctl.h"
#include "abi/seccomp.h"
#include "sentry/sys/strace_priv.h"

static const struct name cap_names[] = {
	N(CAP_CHOWN),
	N(CAP_DAC_OVERRIDE),
	N(CAP_DAC_READ_SEARCH),
	N(CAP_FOWNER),
	N(CAP_FSETID),
	N(CAP_KILL),
	N(CAP_SETGID),
	N(CAP_SETUID),
	N(CAP_SETPCAP),
	N(CAP_LINUX_IMMUTABLE),
	N(CAP_NET_BIND_SERVICE),
	N(CAP_NET_BROADCAST),
	N(CAP_NET_ADMIN),
	N(CAP_NET_RAW),
	N(CAP_IPC_LOCK),
	N(CAP_IPC_OWNER),
	N(CAP_SYS_MODULE),
	N(CAP_SYS_RAWIO),
	N(CAP_SYS_CHROOT),
	N(CAP_SYS_PTRACE),
	N(CAP_SYS_PACCT),
	N(CAP_SYS_ADMIN),
	N(CAP_SYS_BOOT),
	N(CAP_SYS_NICE),
	N(CAP_SYS_RESOURCE),
	N(CAP_SYS_TIME),
	N(CAP_SYS_TTY_CONFIG),
	N(CAP_MKNOD),
	N(CAP_LEASE),
	N(CAP_AUDIT_WRITE),
	N(CAP_AUDIT_CONTROL),
	N(CAP_SETFCAP),
	N(CAP_MAC_OVERRIDE),
	N(CAP_MAC_ADMIN),
	N(CAP_SYSLOG),
	N(CAP_WAKE_ALARM),
	N(CAP_BLOCK_SUSPEND),
	N(CAP_AUDIT_READ),
	N(CAP_PERFMON),
	N(CAP_BPF),
	N(CAP_CHECKPOINT_RESTORE),
};

static const struct name dumpable_names[] = {{0, "SUID_DUMP_DISABLE"},
					     {1, "SUID_DUMP_USER"},
					     {2, "SUID_DUMP_ROOT"}};

static const struct name ambient_names[] = {
	N(PR_CAP_AMBIENT_IS_SET),
	N(PR_CAP_AMBIENT_RAISE),
	N(PR_CAP_AMBIENT_LOWER),
	N(PR_CAP_AMBIENT_CLEAR_ALL),
};

static const struct name secbit_names[] = {
	N(SECBIT_NOROOT),
	N(SECBIT_NOROOT_LOCKED),
	N(SECBIT_NO_SETUID_FIXUP),
	N(SECBIT_NO_SETUID_FIXUP_LOCKED),
	N(SECBIT_KEEP_CAPS),
	N(SECBIT_KEEP_CAPS_LOCKED),
	N(SECBIT_NO_CAP_AMBIENT_RAISE),
	N(SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED),
};

static const struct name seccomp_mode_names[] = {N(SECCOMP_MODE_DISABLED), N(SECCOMP_MODE_STRICT),
						 N(SECCOMP_MODE_FILTER)};

static const struct name seccomp_ret_names[] = {
	N(SECCOMP_RET_KILL_PROCESS), N(SECCOMP_RET_KILL_THREAD), N(SECCOMP_RET_TRAP),
	N(SECCOMP_RET_ERRNO),        N(SECCOMP_RET_USER_NOTIF),  N(SECCOMP_RET_TRACE),
	N(SECCOMP_RET_LOG),          N(SECCOMP_RET_ALLOW),
};

static const struct name tsc_names[] = {N(PR_TSC_ENABLE), N(PR_TSC_SIGSEGV)};

static const struct name set_mm_names[] = {
	N(PR_SET_MM_START_CODE), N(PR_SET_MM_END_CODE),    N(PR_SET_MM_START_DATA),
	N(PR_SET_MM_END_DATA),   N(PR_SET_MM_START_STACK), N(PR_SET_MM_START_BRK),
	N(PR_SET_MM_BRK),        N(PR_SET_MM_ARG_START),   N(PR_SET_MM_ARG_END),
	N(PR_SET_MM_ENV_START),  N(PR_SET_MM_ENV_END),     N(PR_SET_MM_AUXV),
	N(PR_SET_MM_EXE_FILE),   N(PR_SET_MM_MAP),         N(PR_SET_MM_MAP_SIZE),
};

static const struct name set_vma_names[] = {N(PR_SET_VMA_ANON_NAME)};
static const struct name spec_names[] = {N(PR_SPEC_STORE_BYPASS), N(PR_SPEC_INDIRECT_BRANCH),
					 N(PR_SPEC_L1D_FLUSH)};

static const struct name spec_ctl_names[] = {
	N(PR_SPEC_PRCTL),         N(PR_SPEC_ENABLE),         N(PR_SPEC_DISABLE),
	N(PR_SPEC_FORCE_DISABLE), N(PR_SPEC_DISABLE_NOEXEC),
};

static const struct name mce_names[] = {N(PR_MCE_KILL_CLEAR), N(PR_MCE_KILL_SET)};
static const struct name mce_policy_names[] = {N(PR_MCE_KILL_LATE), N(PR_MCE_KILL_EARLY),
					       N(PR_MCE_KILL_DEFAULT)};
static const struct name dispatch_names[] = {N(PR_SYS_DISPATCH_OFF), N(PR_SYS_DISPATCH_ON)};

static const struct name futex_bits_names[] = {N(FUTEX_BITSET_MATCH_ANY)};

/* ---- terminals, files ---- */

static const struct name iflag_names[] = {
	N(IGNBRK), N(BRKINT), N(IGNPAR), N(PARMRK), N(INPCK), N(ISTRIP),  N(INLCR), N(IGNCR),
	N(ICRNL),  N(IUCLC),  N(IXON),   N(IXANY),  N(IXOFF), N(IMAXBEL), N(IUTF8),
};

static const struct name oflag_names[] = {
	N(OPOST), N(OLCUC), N(ONLCR), N(OCRNL), N(ONOCR), N(ONLRET), N(OFILL), N(OFDEL),
};

static const struct name nldly_names[] = {N(NL0), N(NL1)};
static const struct name crdly_names[] = {N(CR0), N(CR1), N(CR2), N(CR3)};
static const struct name tabdly_names[] = {N(TAB0), N(TAB1), N(TAB2), N(TAB3)};
static const struct name bsdly_names[] = {N(BS0), N(BS1)};
static const struct name vtdly_names[] = {N(VT0), N(VT1)};
static const struct name ffdly_names[] = {N(FF0), N(FF1)};

static const struct name baud_names[] = {
	N(B0),       N(B50),      N(B75),      N(B110),     N(B134),     N(B150),     N(B200),
	N(B300),     N(B600),     N(B1200),    N(B1800),    N(B2400),    N(B4800),    N(B9600),
	N(B19200),   N(B38400),   N(BOTHER),   N(B57600),   N(B115200),  N(B230400),  N(B460800),
	N(B500000),  N(B576000),  N(B921600),  N(B1000000), N(B1152000), N(B1500000), N(B2000000),
	N(B2500000), N(B3000000), N(B3500000), N(B4000000),
};

static const struct name csize_names[] = {N(CS5), N(CS6), N(CS7), N(CS8)};

static const struct name cflag_names[] = {
	N(CSTOPB), N(CREAD), N(PARENB), N(PARODD), N(HUPCL), N(CLOCAL), N(CMSPAR), N(CRTSCTS),
};

static const struct name lflag_names[] = {
	N(ISIG),   N(ICANON), N(XCASE),   N(ECHO),    N(ECHOE),  N(ECHOK),  N(ECHONL), N(NOFLSH),
	N(TOSTOP), N(IEXTEN), N(ECHOCTL), N(ECHOPRT), N(ECHOKE), N(FLUSHO), N(PENDIN), N(EXTPROC),
};

static const struct name tcflsh_names[] = {N(TCIFLUSH), N(TCOFLUSH), N(TCIOFLUSH)};
static const struct name tcxonc_names[] = {N(TCOOFF), N(TCOON), N(TCIOFF), N(TCION)};

static const struct name fsflag_names[] = {
	N(FS_SECRM_FL),       N(FS_UNRM_FL),     N(FS_COMPR_FL),  N(FS_SYNC_FL),
	N(FS_IMMUTABLE_FL),   N(FS_APPEND_FL),   N(FS_NODUMP_FL), N(FS_NOATIME_FL),
	N(FS_DIRSYNC_FL),     N(FS_TOPDIR_FL),   N(FS_EXTENT_FL), N(FS_NOCOW_FL),
	N(FS_PROJINHERIT_FL), N(FS_CASEFOLD_FL),
};

const struct names strace_prctl_names[] = {
	NAMES("cap", "CAP_???", cap_names),
	NAMES("dumpable", "SUID_DUMP_???", dumpable_names),
	NAMES("ambient", "PR_CAP_AMBIENT_???", ambient_names),
	NAMES("secbits", "SECBIT_???", secbit_names),
	NAMES("seccomp_mode", "SECCOMP_MODE_???", seccomp_mode_names),
	NAMES("seccomp_ret", "SECCOMP_RET_???", seccomp_ret_names),
	NAMES("tsc", "PR_TSC_???", tsc_names),
	NAMES("set_mm", "PR_SET_MM_???", set_mm_names),
	NAMES("set_vma", "PR_SET_VMA_???", set_vma_names),
	NAMES("spec", "PR_SPEC_???", spec_names),
	NAMES("spec_ctl", "PR_SPEC_???", spec_ctl_names),
	NAMES("mce", "PR_MCE_KILL_???", mce_names),
	NAMES("mce_policy", "PR_MCE_KILL_???", mce_policy_names),
	NAMES("dispatch", "PR_SYS_DISPATCH_???", dispatch_names),
	NAMES("futex_bits", "FUTEX_BITSET_???", futex_bits_names),
	NAMES("iflag", "", iflag_names),
	NAMES("oflag", "", oflag_names),
	NAMES("nldly", "", nldly_names),
	NAMES("crdly", "", crdly_names),
	NAMES("tabdly", "", tabdly_names),
	NAMES("bsdly", "", bsdly_names),
	NAMES("vtdly", "", vtdly_names),
	NAMES("ffdly", "", ffdly_names),
	NAMES("baud", "", baud_names),
	NAMES("csize", "", csize_names),
	NAMES("cflag", "", cflag_names),
	NAMES("lflag", "", lflag_names),
	NAMES("tcflsh", "TC???", tcflsh_names),
	NAMES("tcxonc", "TC???", tcxonc_names),
	NAMES("fsflags", "FS_???_FL", fsflag_names),
	{0},
};
