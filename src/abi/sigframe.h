/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Linux puts on the guest's stack for a signal handler and what rt_sigreturn(2) reads back.
 * From the address in rsp upwards: return address (the restorer), ucontext, siginfo; then, 64-byte
 * aligned and higher, the FPU area that uc_mcontext.fpstate points to: the 512 bytes of FXSAVE
 * whose sw_reserved tells how much XSAVE state follows, and LX_FP_XSTATE_MAGIC2 after it. Rsp + 8
 * is 16-byte aligned, as after a call.
 * Source: arch/x86/include/uapi/asm/{sigcontext,ucontext}.h,
 * arch/x86/include/asm/sigframe.h; Intel SDM 1, 13.4.
 */
#ifndef CAISSON_ABI_SIGFRAME_H
#define CAISSON_ABI_SIGFRAME_H

#include <stdint.h>

#include "abi/layout.h"
#include "abi/signal.h"

/* An FXSAVE image's bytes 464 .. 511 when written by the kernel. */
struct lx_fpx_sw_bytes {
	uint32_t magic1;        /* LX_FP_XSTATE_MAGIC1: more than the 512 bytes stand here */
	uint32_t extended_size; /* all of it: header, extensions and LX_FP_XSTATE_MAGIC2 */
	uint64_t xfeatures;
	uint32_t xstate_size; /* without LX_FP_XSTATE_MAGIC2 */
	uint32_t padding[7];
};
LX_ASSERT_SIZE(struct lx_fpx_sw_bytes, 48);
LX_ASSERT_AT(struct lx_fpx_sw_bytes, magic1, 0);
LX_ASSERT_AT(struct lx_fpx_sw_bytes, extended_size, 4);
LX_ASSERT_AT(struct lx_fpx_sw_bytes, xfeatures, 8);
LX_ASSERT_AT(struct lx_fpx_sw_bytes, xstate_size, 16);

#define LX_FP_XSTATE_MAGIC1      0x46505853
#define LX_FP_XSTATE_MAGIC2      0x46505845
#define LX_FP_XSTATE_MAGIC2_SIZE 4

struct lx_fpreg {
	uint16_t significand[4];
	uint16_t exponent;
	uint16_t padding[3];
};
LX_ASSERT_SIZE(struct lx_fpreg, 16);
LX_ASSERT_AT(struct lx_fpreg, significand, 0);
LX_ASSERT_AT(struct lx_fpreg, exponent, 8);

/* The FXSAVE image (64-bit form). */
struct lx_fpstate {
	uint16_t cwd;
	uint16_t swd;
	uint16_t twd; /* abridged: one bit per register */
	uint16_t fop;
	uint64_t rip;
	uint64_t rdp;
	uint32_t mxcsr;
	uint32_t mxcr_mask;
	struct lx_fpreg st_space[8];
	uint32_t xmm_space[64];
	uint32_t reserved2[12];
	union {
		uint32_t reserved3[12];
		struct lx_fpx_sw_bytes sw_reserved;
	};
};
LX_ASSERT_SIZE(struct lx_fpstate, 512);
LX_ASSERT_AT(struct lx_fpstate, cwd, 0);
LX_ASSERT_AT(struct lx_fpstate, swd, 2);
LX_ASSERT_AT(struct lx_fpstate, twd, 4);
LX_ASSERT_AT(struct lx_fpstate, fop, 6);
LX_ASSERT_AT(struct lx_fpstate, rip, 8);
LX_ASSERT_AT(struct lx_fpstate, rdp, 16);
LX_ASSERT_AT(struct lx_fpstate, mxcsr, 24);
LX_ASSERT_AT(struct lx_fpstate, mxcr_mask, 28);
LX_ASSERT_AT(struct lx_fpstate, st_space, 32);
LX_ASSERT_AT(struct lx_fpstate, xmm_space, 160);
LX_ASSERT_AT(struct lx_fpstate, sw_reserved, 464);

struct lx_xstate_header {
	uint64_t xfeatures; /* XSTATE_BV */
	uint64_t xcomp_bv;  /* must be zero in a frame */
	uint64_t reserved[6];
};
LX_ASSERT_SIZE(struct lx_xstate_header, 64);
LX_ASSERT_AT(struct lx_xstate_header, xcomp_bv, 8);
LX_ASSERT_AT(struct lx_xstate_header, reserved, 16);

struct lx_xstate {
	struct lx_fpstate fpstate;
	struct lx_xstate_header xstate_hdr;
	/* The extended states follow, at the offsets of CPUID leaf 0xd. */
};
LX_ASSERT_SIZE(struct lx_xstate, 576);
LX_ASSERT_AT(struct lx_xstate, xstate_hdr, 512);

/* XSTATE_BV and XCR0 */
#define LX_XFEATURE_MASK_FP         0x1
#define LX_XFEATURE_MASK_SSE        0x2
#define LX_XFEATURE_MASK_YMM        0x4
#define LX_XFEATURE_MASK_BNDREGS    0x8
#define LX_XFEATURE_MASK_BNDCSR     0x10
#define LX_XFEATURE_MASK_OPMASK     0x20
#define LX_XFEATURE_MASK_ZMM_Hi256  0x40
#define LX_XFEATURE_MASK_Hi16_ZMM   0x80
#define LX_XFEATURE_MASK_PT         0x100
#define LX_XFEATURE_MASK_PKRU       0x200
#define LX_XFEATURE_MASK_PASID      0x400
#define LX_XFEATURE_MASK_CET_USER   0x800
#define LX_XFEATURE_MASK_CET_KERNEL 0x1000
#define LX_XFEATURE_MASK_LBR        0x8000
#define LX_XFEATURE_MASK_XTILE_CFG  0x20000
#define LX_XFEATURE_MASK_XTILE_DATA 0x40000
#define LX_XFEATURE_MASK_APX        0x80000

/* What an FPU starts with. */
#define LX_FPU_INIT_CWD  0x037f
#define LX_MXCSR_DEFAULT 0x1f80

struct lx_sigcontext {
	uint64_t r8;
	uint64_t r9;
	uint64_t r10;
	uint64_t r11;
	uint64_t r12;
	uint64_t r13;
	uint64_t r14;
	uint64_t r15;
	uint64_t rdi;
	uint64_t rsi;
	uint64_t rbp;
	uint64_t rbx;
	uint64_t rdx;
	uint64_t rax;
	uint64_t rcx;
	uint64_t rsp;
	uint64_t rip;
	uint64_t eflags;
	uint16_t cs;
	uint16_t gs; /* not restored */
	uint16_t fs; /* not restored */
	uint16_t ss; /* with LX_UC_SIGCONTEXT_SS in uc_flags */
	uint64_t err;
	uint64_t trapno;
	uint64_t oldmask;
	uint64_t cr2;
	uint64_t fpstate; /* guest address, 64-byte aligned; zero: FPU as new */
	uint64_t reserved1[8];
};
LX_ASSERT_SIZE(struct lx_sigcontext, 256);
LX_ASSERT_AT(struct lx_sigcontext, r8, 0);
LX_ASSERT_AT(struct lx_sigcontext, r9, 8);
LX_ASSERT_AT(struct lx_sigcontext, r10, 16);
LX_ASSERT_AT(struct lx_sigcontext, r11, 24);
LX_ASSERT_AT(struct lx_sigcontext, r12, 32);
LX_ASSERT_AT(struct lx_sigcontext, r13, 40);
LX_ASSERT_AT(struct lx_sigcontext, r14, 48);
LX_ASSERT_AT(struct lx_sigcontext, r15, 56);
LX_ASSERT_AT(struct lx_sigcontext, rdi, 64);
LX_ASSERT_AT(struct lx_sigcontext, rsi, 72);
LX_ASSERT_AT(struct lx_sigcontext, rbp, 80);
LX_ASSERT_AT(struct lx_sigcontext, rbx, 88);
LX_ASSERT_AT(struct lx_sigcontext, rdx, 96);
LX_ASSERT_AT(struct lx_sigcontext, rax, 104);
LX_ASSERT_AT(struct lx_sigcontext, rcx, 112);
LX_ASSERT_AT(struct lx_sigcontext, rsp, 120);
LX_ASSERT_AT(struct lx_sigcontext, rip, 128);
LX_ASSERT_AT(struct lx_sigcontext, eflags, 136);
LX_ASSERT_AT(struct lx_sigcontext, cs, 144);
LX_ASSERT_AT(struct lx_sigcontext, gs, 146);
LX_ASSERT_AT(struct lx_sigcontext, fs, 148);
LX_ASSERT_AT(struct lx_sigcontext, ss, 150);
LX_ASSERT_AT(struct lx_sigcontext, err, 152);
LX_ASSERT_AT(struct lx_sigcontext, trapno, 160);
LX_ASSERT_AT(struct lx_sigcontext, oldmask, 168);
LX_ASSERT_AT(struct lx_sigcontext, cr2, 176);
LX_ASSERT_AT(struct lx_sigcontext, fpstate, 184);
LX_ASSERT_AT(struct lx_sigcontext, reserved1, 192);

/* Which bits of eflags rt_sigreturn restores. */
#define LX_FIX_EFLAGS                                                                              \
	(LX_EFLAGS_AC | LX_EFLAGS_OF | LX_EFLAGS_DF | LX_EFLAGS_TF | LX_EFLAGS_SF | LX_EFLAGS_ZF | \
	 LX_EFLAGS_AF | LX_EFLAGS_PF | LX_EFLAGS_CF | LX_EFLAGS_RF)
#define LX_EFLAGS_CF    0x1
#define LX_EFLAGS_FIXED 0x2
#define LX_EFLAGS_PF    0x4
#define LX_EFLAGS_AF    0x10
#define LX_EFLAGS_ZF    0x40
#define LX_EFLAGS_SF    0x80
#define LX_EFLAGS_TF    0x100
#define LX_EFLAGS_IF    0x200
#define LX_EFLAGS_DF    0x400
#define LX_EFLAGS_OF    0x800
#define LX_EFLAGS_IOPL  0x3000
#define LX_EFLAGS_NT    0x4000
#define LX_EFLAGS_RF    0x10000
#define LX_EFLAGS_VM    0x20000
#define LX_EFLAGS_AC    0x40000
#define LX_EFLAGS_VIF   0x80000
#define LX_EFLAGS_VIP   0x100000
#define LX_EFLAGS_ID    0x200000

/* The user's selectors. */
#define LX_USER_CS   0x33
#define LX_USER_DS   0x2b
#define LX_USER32_CS 0x23

/* trapno: the processor's exception numbers */
#define LX_X86_TRAP_DE  0
#define LX_X86_TRAP_DB  1
#define LX_X86_TRAP_NMI 2
#define LX_X86_TRAP_BP  3
#define LX_X86_TRAP_OF  4
#define LX_X86_TRAP_BR  5
#define LX_X86_TRAP_UD  6
#define LX_X86_TRAP_NM  7
#define LX_X86_TRAP_DF  8
#define LX_X86_TRAP_TS  10
#define LX_X86_TRAP_NP  11
#define LX_X86_TRAP_SS  12
#define LX_X86_TRAP_GP  13
#define LX_X86_TRAP_PF  14
#define LX_X86_TRAP_MF  16
#define LX_X86_TRAP_AC  17
#define LX_X86_TRAP_MC  18
#define LX_X86_TRAP_XF  19
#define LX_X86_TRAP_VE  20
#define LX_X86_TRAP_CP  21

/* err of a page fault */
#define LX_X86_PF_PROT  0x1
#define LX_X86_PF_WRITE 0x2
#define LX_X86_PF_USER  0x4
#define LX_X86_PF_RSVD  0x8
#define LX_X86_PF_INSTR 0x10
#define LX_X86_PF_PK    0x20
#define LX_X86_PF_SHSTK 0x40

struct lx_ucontext {
	uint64_t uc_flags; /* LX_UC_* */
	uint64_t uc_link;
	lx_stack_t uc_stack;
	struct lx_sigcontext uc_mcontext;
	lx_sigset_t uc_sigmask;
};
LX_ASSERT_SIZE(struct lx_ucontext, 304);
LX_ASSERT_AT(struct lx_ucontext, uc_flags, 0);
LX_ASSERT_AT(struct lx_ucontext, uc_link, 8);
LX_ASSERT_AT(struct lx_ucontext, uc_stack, 16);
LX_ASSERT_AT(struct lx_ucontext, uc_mcontext, 40);
LX_ASSERT_AT(struct lx_ucontext, uc_sigmask, 296);

#define LX_UC_FP_XSTATE         0x1
#define LX_UC_SIGCONTEXT_SS     0x2
#define LX_UC_STRICT_RESTORE_SS 0x4

struct lx_rt_sigframe {
	uint64_t pretcode; /* sa_restorer */
	struct lx_ucontext uc;
	lx_siginfo_t info;
};
LX_ASSERT_SIZE(struct lx_rt_sigframe, 440);
LX_ASSERT_AT(struct lx_rt_sigframe, uc, 8);
LX_ASSERT_AT(struct lx_rt_sigframe, info, 312);

/* The bytes below rsp that belong to the interrupted function (psABI 3.2.2). */
#define LX_REDZONE_SIZE 128

#endif
