/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Per-process settings.
 * Source: include/uapi/linux/prctl.h, arch/x86/include/uapi/asm/prctl.h;
 * prctl(2), arch_prctl(2).
 */
#ifndef CAISSON_ABI_PRCTL_H
#define CAISSON_ABI_PRCTL_H

#include <stdint.h>

#include "abi/layout.h"

#define LX_PR_SET_PDEATHSIG                  1
#define LX_PR_GET_PDEATHSIG                  2
#define LX_PR_GET_DUMPABLE                   3
#define LX_PR_SET_DUMPABLE                   4
#define LX_PR_GET_UNALIGN                    5
#define LX_PR_SET_UNALIGN                    6
#define LX_PR_GET_KEEPCAPS                   7
#define LX_PR_SET_KEEPCAPS                   8
#define LX_PR_GET_FPEMU                      9
#define LX_PR_SET_FPEMU                      10
#define LX_PR_GET_FPEXC                      11
#define LX_PR_SET_FPEXC                      12
#define LX_PR_GET_TIMING                     13
#define LX_PR_SET_TIMING                     14
#define LX_PR_TIMING_STATISTICAL             0
#define LX_PR_TIMING_TIMESTAMP               1
#define LX_PR_SET_NAME                       15
#define LX_PR_GET_NAME                       16
#define LX_PR_GET_ENDIAN                     19
#define LX_PR_SET_ENDIAN                     20
#define LX_PR_GET_SECCOMP                    21
#define LX_PR_SET_SECCOMP                    22
#define LX_PR_CAPBSET_READ                   23
#define LX_PR_CAPBSET_DROP                   24
#define LX_PR_GET_TSC                        25
#define LX_PR_SET_TSC                        26
#define LX_PR_TSC_ENABLE                     1
#define LX_PR_TSC_SIGSEGV                    2
#define LX_PR_GET_SECUREBITS                 27
#define LX_PR_SET_SECUREBITS                 28
#define LX_PR_SET_TIMERSLACK                 29
#define LX_PR_GET_TIMERSLACK                 30
#define LX_PR_TASK_PERF_EVENTS_DISABLE       31
#define LX_PR_TASK_PERF_EVENTS_ENABLE        32
#define LX_PR_MCE_KILL                       33
#define LX_PR_MCE_KILL_CLEAR                 0
#define LX_PR_MCE_KILL_SET                   1
#define LX_PR_MCE_KILL_LATE                  0
#define LX_PR_MCE_KILL_EARLY                 1
#define LX_PR_MCE_KILL_DEFAULT               2
#define LX_PR_MCE_KILL_GET                   34
#define LX_PR_SET_MM                         35
#define LX_PR_SET_MM_START_CODE              1
#define LX_PR_SET_MM_END_CODE                2
#define LX_PR_SET_MM_START_DATA              3
#define LX_PR_SET_MM_END_DATA                4
#define LX_PR_SET_MM_START_STACK             5
#define LX_PR_SET_MM_START_BRK               6
#define LX_PR_SET_MM_BRK                     7
#define LX_PR_SET_MM_ARG_START               8
#define LX_PR_SET_MM_ARG_END                 9
#define LX_PR_SET_MM_ENV_START               10
#define LX_PR_SET_MM_ENV_END                 11
#define LX_PR_SET_MM_AUXV                    12
#define LX_PR_SET_MM_EXE_FILE                13
#define LX_PR_SET_MM_MAP                     14
#define LX_PR_SET_MM_MAP_SIZE                15
#define LX_PR_SET_PTRACER                    0x59616d61
#define LX_PR_SET_PTRACER_ANY                0xffffffffffffffffULL
#define LX_PR_SET_CHILD_SUBREAPER            36
#define LX_PR_GET_CHILD_SUBREAPER            37
#define LX_PR_SET_NO_NEW_PRIVS               38
#define LX_PR_GET_NO_NEW_PRIVS               39
#define LX_PR_GET_TID_ADDRESS                40
#define LX_PR_SET_THP_DISABLE                41
#define LX_PR_GET_THP_DISABLE                42
#define LX_PR_THP_DISABLE_EXCEPT_ADVISED     2
#define LX_PR_MPX_ENABLE_MANAGEMENT          43
#define LX_PR_MPX_DISABLE_MANAGEMENT         44
#define LX_PR_SET_FP_MODE                    45
#define LX_PR_GET_FP_MODE                    46
#define LX_PR_CAP_AMBIENT                    47
#define LX_PR_CAP_AMBIENT_IS_SET             1
#define LX_PR_CAP_AMBIENT_RAISE              2
#define LX_PR_CAP_AMBIENT_LOWER              3
#define LX_PR_CAP_AMBIENT_CLEAR_ALL          4
#define LX_PR_SVE_SET_VL                     50
#define LX_PR_SVE_GET_VL                     51
#define LX_PR_GET_SPECULATION_CTRL           52
#define LX_PR_SET_SPECULATION_CTRL           53
#define LX_PR_SPEC_STORE_BYPASS              0
#define LX_PR_SPEC_INDIRECT_BRANCH           1
#define LX_PR_SPEC_L1D_FLUSH                 2
#define LX_PR_SPEC_NOT_AFFECTED              0x0
#define LX_PR_SPEC_PRCTL                     0x1
#define LX_PR_SPEC_ENABLE                    0x2
#define LX_PR_SPEC_DISABLE                   0x4
#define LX_PR_SPEC_FORCE_DISABLE             0x8
#define LX_PR_SPEC_DISABLE_NOEXEC            0x10
#define LX_PR_PAC_RESET_KEYS                 54
#define LX_PR_SET_TAGGED_ADDR_CTRL           55
#define LX_PR_GET_TAGGED_ADDR_CTRL           56
#define LX_PR_SET_IO_FLUSHER                 57
#define LX_PR_GET_IO_FLUSHER                 58
#define LX_PR_SET_SYSCALL_USER_DISPATCH      59
#define LX_PR_SYS_DISPATCH_OFF               0
#define LX_PR_SYS_DISPATCH_ON                1
#define LX_SYSCALL_DISPATCH_FILTER_ALLOW     0
#define LX_SYSCALL_DISPATCH_FILTER_BLOCK     1
#define LX_PR_PAC_SET_ENABLED_KEYS           60
#define LX_PR_PAC_GET_ENABLED_KEYS           61
#define LX_PR_SCHED_CORE                     62
#define LX_PR_SCHED_CORE_GET                 0
#define LX_PR_SCHED_CORE_CREATE              1
#define LX_PR_SCHED_CORE_SHARE_TO            2
#define LX_PR_SCHED_CORE_SHARE_FROM          3
#define LX_PR_SCHED_CORE_MAX                 4
#define LX_PR_SCHED_CORE_SCOPE_THREAD        0
#define LX_PR_SCHED_CORE_SCOPE_THREAD_GROUP  1
#define LX_PR_SCHED_CORE_SCOPE_PROCESS_GROUP 2
#define LX_PR_SME_SET_VL                     63
#define LX_PR_SME_GET_VL                     64
#define LX_PR_SET_MDWE                       65
#define LX_PR_MDWE_REFUSE_EXEC_GAIN          1
#define LX_PR_MDWE_NO_INHERIT                2
#define LX_PR_GET_MDWE                       66
#define LX_PR_SET_VMA                        0x53564d41
#define LX_PR_SET_VMA_ANON_NAME              0x0
#define LX_PR_GET_AUXV                       0x41555856
#define LX_ANON_VMA_NAME_MAX_LEN             80
#define LX_TASK_COMM_LEN                     16
#define LX_PR_SET_MEMORY_MERGE               67
#define LX_PR_GET_MEMORY_MERGE               68
#define LX_PR_RISCV_V_SET_CONTROL            69
#define LX_PR_RISCV_V_GET_CONTROL            70
#define LX_PR_RISCV_SET_ICACHE_FLUSH_CTX     71
#define LX_PR_PPC_GET_DEXCR                  72
#define LX_PR_PPC_SET_DEXCR                  73
#define LX_PR_GET_SHADOW_STACK_STATUS        74
#define LX_PR_SET_SHADOW_STACK_STATUS        75
#define LX_PR_LOCK_SHADOW_STACK_STATUS       76
#define LX_PR_TIMER_CREATE_RESTORE_IDS       77
#define LX_PR_FUTEX_HASH                     78
#define LX_PR_FUTEX_HASH_SET_SLOTS           1
#define LX_PR_FUTEX_HASH_GET_SLOTS           2
#define LX_PR_RSEQ_SLICE_EXTENSION           79
#define LX_PR_SYS_DISPATCH_EXCLUSIVE_ON      1
#define LX_PR_SYS_DISPATCH_INCLUSIVE_ON      2

struct lx_prctl_mm_map {
	uint64_t start_code;
	uint64_t end_code;
	uint64_t start_data;
	uint64_t end_data;
	uint64_t start_brk;
	uint64_t brk;
	uint64_t start_stack;
	uint64_t arg_start;
	uint64_t arg_end;
	uint64_t env_start;
	uint64_t env_end;
	uint64_t auxv;
	uint32_t auxv_size;
	uint32_t exe_fd;
};
LX_ASSERT_SIZE(struct lx_prctl_mm_map, 104);
LX_ASSERT_AT(struct lx_prctl_mm_map, start_code, 0);
LX_ASSERT_AT(struct lx_prctl_mm_map, brk, 40);
LX_ASSERT_AT(struct lx_prctl_mm_map, start_stack, 48);
LX_ASSERT_AT(struct lx_prctl_mm_map, auxv, 88);
LX_ASSERT_AT(struct lx_prctl_mm_map, auxv_size, 96);
LX_ASSERT_AT(struct lx_prctl_mm_map, exe_fd, 100);

/* capabilities(7): PR_SET_SECUREBITS */
#define LX_SECBIT_NOROOT                      0x01
#define LX_SECBIT_NOROOT_LOCKED               0x02
#define LX_SECBIT_NO_SETUID_FIXUP             0x04
#define LX_SECBIT_NO_SETUID_FIXUP_LOCKED      0x08
#define LX_SECBIT_KEEP_CAPS                   0x10
#define LX_SECBIT_KEEP_CAPS_LOCKED            0x20
#define LX_SECBIT_NO_CAP_AMBIENT_RAISE        0x40
#define LX_SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED 0x80
#define LX_SECURE_ALL_BITS                    0x55
#define LX_SECURE_ALL_LOCKS                   0xaa
/* Newer (6.14): no process is bound by them but by what an interpreter does. */
#define LX_SECBIT_EXEC_RESTRICT_FILE           0x100
#define LX_SECBIT_EXEC_RESTRICT_FILE_LOCKED    0x200
#define LX_SECBIT_EXEC_DENY_INTERACTIVE        0x400
#define LX_SECBIT_EXEC_DENY_INTERACTIVE_LOCKED 0x800

/* arch_prctl(2) */
#define LX_ARCH_SET_GS               0x1001
#define LX_ARCH_SET_FS               0x1002
#define LX_ARCH_GET_FS               0x1003
#define LX_ARCH_GET_GS               0x1004
#define LX_ARCH_GET_CPUID            0x1011
#define LX_ARCH_SET_CPUID            0x1012
#define LX_ARCH_GET_XCOMP_SUPP       0x1021
#define LX_ARCH_GET_XCOMP_PERM       0x1022
#define LX_ARCH_REQ_XCOMP_PERM       0x1023
#define LX_ARCH_GET_XCOMP_GUEST_PERM 0x1024
#define LX_ARCH_REQ_XCOMP_GUEST_PERM 0x1025
#define LX_ARCH_XCOMP_TILECFG        17
#define LX_ARCH_XCOMP_TILEDATA       18
#define LX_ARCH_MAP_VDSO_X32         0x2001
#define LX_ARCH_MAP_VDSO_32          0x2002
#define LX_ARCH_MAP_VDSO_64          0x2003
#define LX_ARCH_GET_UNTAG_MASK       0x4001
#define LX_ARCH_ENABLE_TAGGED_ADDR   0x4002
#define LX_ARCH_GET_MAX_TAG_BITS     0x4003
#define LX_ARCH_FORCE_TAGGED_SVA     0x4004
#define LX_ARCH_SHSTK_ENABLE         0x5001
#define LX_ARCH_SHSTK_DISABLE        0x5002
#define LX_ARCH_SHSTK_LOCK           0x5003
#define LX_ARCH_SHSTK_UNLOCK         0x5004
#define LX_ARCH_SHSTK_STATUS         0x5005
#define LX_ARCH_SHSTK_SHSTK          0x1
#define LX_ARCH_SHSTK_WRSS           0x2

#endif
