/* SPDX-License-Identifier: Apache-2.0 */
/* prctl(2) and arch_prctl(2): what each operation takes. */
#include "abi/prctl.h"
#include "base/compiler.h"
#include "sentry/sys/strace_priv.h"

static const struct switch_row prctl_rows[] = {
	ROW(PR_SET_PDEATHSIG, "sig"),
	ROW(PR_GET_PDEATHSIG, "out:psig"),
	ROW(PR_GET_DUMPABLE, "= dumpable"),
	ROW(PR_SET_DUMPABLE, "enum:dumpable"),
	ROW(PR_GET_UNALIGN, "out:pu"),
	ROW(PR_SET_UNALIGN, "lu"),
	ROW(PR_GET_KEEPCAPS, ""),
	ROW(PR_SET_KEEPCAPS, "lu"),
	ROW(PR_GET_FPEMU, "out:pu"),
	ROW(PR_SET_FPEMU, "lu"),
	ROW(PR_GET_FPEXC, "out:pu"),
	ROW(PR_SET_FPEXC, "lx"),
	ROW(PR_GET_TIMING, ""),
	ROW(PR_SET_TIMING, "lu"),
	ROW(PR_SET_NAME, "comm"),
	ROW(PR_GET_NAME, "out:comm"),
	ROW(PR_GET_ENDIAN, "out:pu"),
	ROW(PR_SET_ENDIAN, "lu"),
	ROW(PR_GET_SECCOMP, ""),
	ROW(PR_SET_SECCOMP, "enum:seccomp_mode, fprog"),
	ROW(PR_CAPBSET_READ, "enum:cap"),
	ROW(PR_CAPBSET_DROP, "enum:cap"),
	ROW(PR_GET_TSC, "out:tsc"),
	ROW(PR_SET_TSC, "enum:tsc"),
	ROW(PR_GET_SECUREBITS, "= secbits"),
	ROW(PR_SET_SECUREBITS, "flags:secbits"),
	ROW(PR_SET_TIMERSLACK, "ld"),
	ROW(PR_GET_TIMERSLACK, ""),
	ROW(PR_TASK_PERF_EVENTS_DISABLE, ""),
	ROW(PR_TASK_PERF_EVENTS_ENABLE, ""),
	ROW(PR_MCE_KILL, "enum:mce, enum:mce_policy, lx, lx"),
	ROW(PR_MCE_KILL_GET, "lx, lx, lx, lx = mce"),
	ROW(PR_SET_MM, "enum:set_mm, lx, lx, lx"),
	ROW(PR_SET_PTRACER, "ptracer"),
	ROW(PR_SET_CHILD_SUBREAPER, "lu"),
	ROW(PR_GET_CHILD_SUBREAPER, "out:pu"),
	ROW(PR_SET_NO_NEW_PRIVS, "lu, lx, lx, lx"),
	ROW(PR_GET_NO_NEW_PRIVS, "lx, lx, lx, lx"),
	ROW(PR_GET_TID_ADDRESS, "out:paddr"),
	ROW(PR_SET_THP_DISABLE, "lu, lx, lx, lx"),
	ROW(PR_GET_THP_DISABLE, "lx, lx, lx, lx"),
	ROW(PR_MPX_ENABLE_MANAGEMENT, "lx, lx, lx, lx"),
	ROW(PR_MPX_DISABLE_MANAGEMENT, "lx, lx, lx, lx"),
	ROW(PR_CAP_AMBIENT, "ambient, lx, lx"),
	ROW(PR_GET_SPECULATION_CTRL, "enum:spec = spec"),
	ROW(PR_SET_SPECULATION_CTRL, "enum:spec, enum:spec_ctl"),
	ROW(PR_SET_IO_FLUSHER, "lu, lx, lx, lx"),
	ROW(PR_GET_IO_FLUSHER, "lx, lx, lx, lx"),
	ROW(PR_SET_SYSCALL_USER_DISPATCH, "enum:dispatch, lx, lx, addr"),
	ROW(PR_SET_VMA, "enum:set_vma, lx, lu, str"),
};

const struct switch_table strace_prctl_switch = {
	SWITCH_TABLE("prctl", "PR_???", "lx, lx, lx, lx", prctl_rows)};

static const struct switch_row arch_prctl_rows[] = {
	ROW(ARCH_SET_GS, "addr"),
	ROW(ARCH_SET_FS, "addr"),
	ROW(ARCH_GET_FS, "out:paddr"),
	ROW(ARCH_GET_GS, "out:paddr"),
	ROW(ARCH_GET_CPUID, ""),
	ROW(ARCH_SET_CPUID, "lu"),
	ROW(ARCH_GET_XCOMP_SUPP, "out:plx"),
	ROW(ARCH_GET_XCOMP_PERM, "out:plx"),
	ROW(ARCH_REQ_XCOMP_PERM, "lu"),
	ROW(ARCH_MAP_VDSO_X32, "addr"),
	ROW(ARCH_MAP_VDSO_32, "addr"),
	ROW(ARCH_MAP_VDSO_64, "addr"),
};

const struct switch_table strace_arch_prctl_switch = {
	SWITCH_TABLE("arch_prctl", "ARCH_???", "lx", arch_prctl_rows)};
