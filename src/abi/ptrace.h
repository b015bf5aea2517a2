/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tracing.
 * Source: include/uapi/linux/{ptrace,elf}.h,
 * arch/x86/include/uapi/asm/{ptrace,ptrace-abi}.h, <sys/user.h>; ptrace(2).
 */
#ifndef CAISSON_ABI_PTRACE_H
#define CAISSON_ABI_PTRACE_H

#include <stdint.h>

#include "abi/layout.h"

/* PTRACE_GETREGS, NT_PRSTATUS, PEEKUSER */
struct lx_user_regs {
	uint64_t r15;
	uint64_t r14;
	uint64_t r13;
	uint64_t r12;
	uint64_t rbp;
	uint64_t rbx;
	uint64_t r11;
	uint64_t r10;
	uint64_t r9;
	uint64_t r8;
	uint64_t rax;
	uint64_t rcx;
	uint64_t rdx;
	uint64_t rsi;
	uint64_t rdi;
	uint64_t orig_rax; /* -1: not in a system call */
	uint64_t rip;
	uint64_t cs;
	uint64_t eflags;
	uint64_t rsp;
	uint64_t ss;
	uint64_t fs_base;
	uint64_t gs_base;
	uint64_t ds;
	uint64_t es;
	uint64_t fs;
	uint64_t gs;
};
LX_ASSERT_SIZE(struct lx_user_regs, 216);
LX_ASSERT_AT(struct lx_user_regs, r15, 0);
LX_ASSERT_AT(struct lx_user_regs, r14, 8);
LX_ASSERT_AT(struct lx_user_regs, r13, 16);
LX_ASSERT_AT(struct lx_user_regs, r12, 24);
LX_ASSERT_AT(struct lx_user_regs, rbp, 32);
LX_ASSERT_AT(struct lx_user_regs, rbx, 40);
LX_ASSERT_AT(struct lx_user_regs, r11, 48);
LX_ASSERT_AT(struct lx_user_regs, r10, 56);
LX_ASSERT_AT(struct lx_user_regs, r9, 64);
LX_ASSERT_AT(struct lx_user_regs, r8, 72);
LX_ASSERT_AT(struct lx_user_regs, rax, 80);
LX_ASSERT_AT(struct lx_user_regs, rcx, 88);
LX_ASSERT_AT(struct lx_user_regs, rdx, 96);
LX_ASSERT_AT(struct lx_user_regs, rsi, 104);
LX_ASSERT_AT(struct lx_user_regs, rdi, 112);
LX_ASSERT_AT(struct lx_user_regs, orig_rax, 120);
LX_ASSERT_AT(struct lx_user_regs, rip, 128);
LX_ASSERT_AT(struct lx_user_regs, cs, 136);
LX_ASSERT_AT(struct lx_user_regs, eflags, 144);
LX_ASSERT_AT(struct lx_user_regs, rsp, 152);
LX_ASSERT_AT(struct lx_user_regs, ss, 160);
LX_ASSERT_AT(struct lx_user_regs, fs_base, 168);
LX_ASSERT_AT(struct lx_user_regs, gs_base, 176);
LX_ASSERT_AT(struct lx_user_regs, ds, 184);
LX_ASSERT_AT(struct lx_user_regs, es, 192);
LX_ASSERT_AT(struct lx_user_regs, fs, 200);
LX_ASSERT_AT(struct lx_user_regs, gs, 208);

/* PTRACE_GETFPREGS, NT_PRFPREG: the FXSAVE image */
struct lx_user_fpregs {
	uint16_t cwd;
	uint16_t swd;
	uint16_t ftw;
	uint16_t fop;
	uint64_t rip;
	uint64_t rdp;
	uint32_t mxcsr;
	uint32_t mxcr_mask;
	uint32_t st_space[32];
	uint32_t xmm_space[64];
	uint32_t padding[24];
};
LX_ASSERT_SIZE(struct lx_user_fpregs, 512);
LX_ASSERT_AT(struct lx_user_fpregs, cwd, 0);
LX_ASSERT_AT(struct lx_user_fpregs, swd, 2);
LX_ASSERT_AT(struct lx_user_fpregs, ftw, 4);
LX_ASSERT_AT(struct lx_user_fpregs, fop, 6);
LX_ASSERT_AT(struct lx_user_fpregs, rip, 8);
LX_ASSERT_AT(struct lx_user_fpregs, rdp, 16);
LX_ASSERT_AT(struct lx_user_fpregs, mxcsr, 24);
LX_ASSERT_AT(struct lx_user_fpregs, mxcr_mask, 28);
LX_ASSERT_AT(struct lx_user_fpregs, st_space, 32);
LX_ASSERT_AT(struct lx_user_fpregs, xmm_space, 160);

/* What PEEKUSER and POKEUSER address. */
struct lx_user {
	struct lx_user_regs regs;
	int32_t u_fpvalid;
	int32_t pad0;
	struct lx_user_fpregs i387;
	uint64_t u_tsize;
	uint64_t u_dsize;
	uint64_t u_ssize;
	uint64_t start_code;
	uint64_t start_stack;
	int64_t signal;
	int32_t reserved;
	int32_t pad1;
	uint64_t u_ar0;
	uint64_t u_fpstate;
	uint64_t magic;
	char u_comm[32];
	uint64_t u_debugreg[8];
};
LX_ASSERT_SIZE(struct lx_user, 912);
LX_ASSERT_AT(struct lx_user, regs, 0);
LX_ASSERT_AT(struct lx_user, u_fpvalid, 216);
LX_ASSERT_AT(struct lx_user, i387, 224);
LX_ASSERT_AT(struct lx_user, u_tsize, 736);
LX_ASSERT_AT(struct lx_user, signal, 776);
LX_ASSERT_AT(struct lx_user, u_ar0, 792);
LX_ASSERT_AT(struct lx_user, u_comm, 816);
LX_ASSERT_AT(struct lx_user, u_debugreg, 848);

/* Requests */
#define LX_PTRACE_TRACEME                          0
#define LX_PTRACE_PEEKTEXT                         1
#define LX_PTRACE_PEEKDATA                         2
#define LX_PTRACE_PEEKUSR                          3
#define LX_PTRACE_POKETEXT                         4
#define LX_PTRACE_POKEDATA                         5
#define LX_PTRACE_POKEUSR                          6
#define LX_PTRACE_CONT                             7
#define LX_PTRACE_KILL                             8
#define LX_PTRACE_SINGLESTEP                       9
#define LX_PTRACE_GETREGS                          12
#define LX_PTRACE_SETREGS                          13
#define LX_PTRACE_GETFPREGS                        14
#define LX_PTRACE_SETFPREGS                        15
#define LX_PTRACE_ATTACH                           16
#define LX_PTRACE_DETACH                           17
#define LX_PTRACE_GETFPXREGS                       18
#define LX_PTRACE_SETFPXREGS                       19
#define LX_PTRACE_OLDSETOPTIONS                    21
#define LX_PTRACE_SYSCALL                          24
#define LX_PTRACE_GET_THREAD_AREA                  25
#define LX_PTRACE_SET_THREAD_AREA                  26
#define LX_PTRACE_ARCH_PRCTL                       30
#define LX_PTRACE_SYSEMU                           31
#define LX_PTRACE_SYSEMU_SINGLESTEP                32
#define LX_PTRACE_SINGLEBLOCK                      33
#define LX_PTRACE_SETOPTIONS                       0x4200
#define LX_PTRACE_GETEVENTMSG                      0x4201
#define LX_PTRACE_GETSIGINFO                       0x4202
#define LX_PTRACE_SETSIGINFO                       0x4203
#define LX_PTRACE_GETREGSET                        0x4204
#define LX_PTRACE_SETREGSET                        0x4205
#define LX_PTRACE_SEIZE                            0x4206
#define LX_PTRACE_INTERRUPT                        0x4207
#define LX_PTRACE_LISTEN                           0x4208
#define LX_PTRACE_PEEKSIGINFO                      0x4209
#define LX_PTRACE_GETSIGMASK                       0x420a
#define LX_PTRACE_SETSIGMASK                       0x420b
#define LX_PTRACE_SECCOMP_GET_FILTER               0x420c
#define LX_PTRACE_SECCOMP_GET_METADATA             0x420d
#define LX_PTRACE_GET_SYSCALL_INFO                 0x420e
#define LX_PTRACE_GET_RSEQ_CONFIGURATION           0x420f
#define LX_PTRACE_SET_SYSCALL_USER_DISPATCH_CONFIG 0x4210
#define LX_PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG 0x4211
#define LX_PTRACE_SET_SYSCALL_INFO                 0x4212
#define LX_PTRACE_PEEKUSER                         3
#define LX_PTRACE_POKEUSER                         6

/* Options and the events they ask for */
#define LX_PTRACE_O_TRACESYSGOOD         0x00000001
#define LX_PTRACE_O_TRACEFORK            0x00000002
#define LX_PTRACE_O_TRACEVFORK           0x00000004
#define LX_PTRACE_O_TRACECLONE           0x00000008
#define LX_PTRACE_O_TRACEEXEC            0x00000010
#define LX_PTRACE_O_TRACEVFORKDONE       0x00000020
#define LX_PTRACE_O_TRACEEXIT            0x00000040
#define LX_PTRACE_O_TRACESECCOMP         0x00000080
#define LX_PTRACE_O_EXITKILL             0x00100000
#define LX_PTRACE_O_SUSPEND_SECCOMP      0x00200000
#define LX_PTRACE_O_MASK                 0x003000ff
#define LX_PTRACE_EVENT_FORK             1
#define LX_PTRACE_EVENT_VFORK            2
#define LX_PTRACE_EVENT_CLONE            3
#define LX_PTRACE_EVENT_EXEC             4
#define LX_PTRACE_EVENT_VFORK_DONE       5
#define LX_PTRACE_EVENT_EXIT             6
#define LX_PTRACE_EVENT_SECCOMP          7
#define LX_PTRACE_EVENT_STOP             128
#define LX_PTRACE_EVENTMSG_SYSCALL_ENTRY 1
#define LX_PTRACE_EVENTMSG_SYSCALL_EXIT  2

struct lx_ptrace_peeksiginfo_args {
	uint64_t off;
	uint32_t flags;
	int32_t nr;
};
LX_ASSERT_SIZE(struct lx_ptrace_peeksiginfo_args, 16);
LX_ASSERT_AT(struct lx_ptrace_peeksiginfo_args, off, 0);
LX_ASSERT_AT(struct lx_ptrace_peeksiginfo_args, flags, 8);
LX_ASSERT_AT(struct lx_ptrace_peeksiginfo_args, nr, 12);

#define LX_PTRACE_PEEKSIGINFO_SHARED 1

struct lx_seccomp_metadata {
	uint64_t filter_off;
	uint64_t flags;
};
LX_ASSERT_SIZE(struct lx_seccomp_metadata, 16);
LX_ASSERT_AT(struct lx_seccomp_metadata, filter_off, 0);
LX_ASSERT_AT(struct lx_seccomp_metadata, flags, 8);

struct lx_ptrace_syscall_info {
	uint8_t op;
	uint8_t pad[3];
	uint32_t arch;
	uint64_t instruction_pointer;
	uint64_t stack_pointer;
	union {
		struct {
			uint64_t nr;
			uint64_t args[6];
		} entry;
		struct {
			int64_t rval;
			uint8_t is_error;
		} exit;
		struct {
			uint64_t nr;
			uint64_t args[6];
			uint32_t ret_data;
		} seccomp;
	};
};
LX_ASSERT_SIZE(struct lx_ptrace_syscall_info, 88);
LX_ASSERT_AT(struct lx_ptrace_syscall_info, op, 0);
LX_ASSERT_AT(struct lx_ptrace_syscall_info, arch, 4);
LX_ASSERT_AT(struct lx_ptrace_syscall_info, instruction_pointer, 8);
LX_ASSERT_AT(struct lx_ptrace_syscall_info, stack_pointer, 16);
LX_ASSERT_AT(struct lx_ptrace_syscall_info, entry.nr, 24);
LX_ASSERT_AT(struct lx_ptrace_syscall_info, entry.args, 32);
LX_ASSERT_AT(struct lx_ptrace_syscall_info, exit.rval, 24);
LX_ASSERT_AT(struct lx_ptrace_syscall_info, exit.is_error, 32);
LX_ASSERT_AT(struct lx_ptrace_syscall_info, seccomp.ret_data, 80);

#define LX_PTRACE_SYSCALL_INFO_NONE    0
#define LX_PTRACE_SYSCALL_INFO_ENTRY   1
#define LX_PTRACE_SYSCALL_INFO_EXIT    2
#define LX_PTRACE_SYSCALL_INFO_SECCOMP 3

struct lx_ptrace_rseq_configuration {
	uint64_t rseq_abi_pointer;
	uint32_t rseq_abi_size;
	uint32_t signature;
	uint32_t flags;
	uint32_t pad;
};
LX_ASSERT_SIZE(struct lx_ptrace_rseq_configuration, 24);
LX_ASSERT_AT(struct lx_ptrace_rseq_configuration, rseq_abi_pointer, 0);
LX_ASSERT_AT(struct lx_ptrace_rseq_configuration, rseq_abi_size, 8);
LX_ASSERT_AT(struct lx_ptrace_rseq_configuration, signature, 12);
LX_ASSERT_AT(struct lx_ptrace_rseq_configuration, flags, 16);

struct lx_ptrace_sud_config {
	uint64_t mode;
	uint64_t selector;
	uint64_t offset;
	uint64_t len;
};
LX_ASSERT_SIZE(struct lx_ptrace_sud_config, 32);
LX_ASSERT_AT(struct lx_ptrace_sud_config, selector, 8);
LX_ASSERT_AT(struct lx_ptrace_sud_config, offset, 16);
LX_ASSERT_AT(struct lx_ptrace_sud_config, len, 24);

#endif
