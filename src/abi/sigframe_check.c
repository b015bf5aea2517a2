/* SPDX-License-Identifier: Apache-2.0 */
/* Compile-time test: abi/sigframe.h against the host's own headers. See abi/abi_check.h. */
#include "abi/sigframe.h"

#include <asm/signal.h>
#include <asm/siginfo.h>
#include <asm/sigcontext.h>
#include <asm/ucontext.h>

#include "abi/abi_check.h"

SAME(FP_XSTATE_MAGIC1);
SAME(FP_XSTATE_MAGIC2);
SAME(FP_XSTATE_MAGIC2_SIZE);
SAME(UC_FP_XSTATE);
SAME(UC_SIGCONTEXT_SS);
SAME(UC_STRICT_RESTORE_SS);

SAME_SIZE(struct lx_fpx_sw_bytes, struct _fpx_sw_bytes);
SAME_FIELD(struct lx_fpx_sw_bytes, magic1, struct _fpx_sw_bytes, magic1);
SAME_FIELD(struct lx_fpx_sw_bytes, extended_size, struct _fpx_sw_bytes, extended_size);
SAME_FIELD(struct lx_fpx_sw_bytes, xfeatures, struct _fpx_sw_bytes, xfeatures);
SAME_FIELD(struct lx_fpx_sw_bytes, xstate_size, struct _fpx_sw_bytes, xstate_size);
SAME_SIZE(struct lx_fpreg, struct _fpxreg);
SAME_FIELD(struct lx_fpreg, significand, struct _fpxreg, significand);
SAME_FIELD(struct lx_fpreg, exponent, struct _fpxreg, exponent);
SAME_SIZE(struct lx_fpstate, struct _fpstate_64);
SAME_FIELD(struct lx_fpstate, cwd, struct _fpstate_64, cwd);
SAME_FIELD(struct lx_fpstate, swd, struct _fpstate_64, swd);
SAME_FIELD(struct lx_fpstate, twd, struct _fpstate_64, twd);
SAME_FIELD(struct lx_fpstate, fop, struct _fpstate_64, fop);
SAME_FIELD(struct lx_fpstate, rip, struct _fpstate_64, rip);
SAME_FIELD(struct lx_fpstate, rdp, struct _fpstate_64, rdp);
SAME_FIELD(struct lx_fpstate, mxcsr, struct _fpstate_64, mxcsr);
SAME_FIELD(struct lx_fpstate, mxcr_mask, struct _fpstate_64, mxcsr_mask);
SAME_FIELD(struct lx_fpstate, xmm_space, struct _fpstate_64, xmm_space);
SAME_FIELD(struct lx_fpstate, sw_reserved, struct _fpstate_64, sw_reserved);
SAME_SIZE(struct lx_sigcontext, struct sigcontext);
SAME_FIELD(struct lx_sigcontext, r8, struct sigcontext, r8);
SAME_FIELD(struct lx_sigcontext, r9, struct sigcontext, r9);
SAME_FIELD(struct lx_sigcontext, r10, struct sigcontext, r10);
SAME_FIELD(struct lx_sigcontext, r11, struct sigcontext, r11);
SAME_FIELD(struct lx_sigcontext, r12, struct sigcontext, r12);
SAME_FIELD(struct lx_sigcontext, r13, struct sigcontext, r13);
SAME_FIELD(struct lx_sigcontext, r14, struct sigcontext, r14);
SAME_FIELD(struct lx_sigcontext, r15, struct sigcontext, r15);
SAME_FIELD(struct lx_sigcontext, rdi, struct sigcontext, rdi);
SAME_FIELD(struct lx_sigcontext, rsi, struct sigcontext, rsi);
SAME_FIELD(struct lx_sigcontext, rbp, struct sigcontext, rbp);
SAME_FIELD(struct lx_sigcontext, rbx, struct sigcontext, rbx);
SAME_FIELD(struct lx_sigcontext, rdx, struct sigcontext, rdx);
SAME_FIELD(struct lx_sigcontext, rax, struct sigcontext, rax);
SAME_FIELD(struct lx_sigcontext, rcx, struct sigcontext, rcx);
SAME_FIELD(struct lx_sigcontext, rsp, struct sigcontext, rsp);
SAME_FIELD(struct lx_sigcontext, rip, struct sigcontext, rip);
SAME_FIELD(struct lx_sigcontext, eflags, struct sigcontext, eflags);
SAME_FIELD(struct lx_sigcontext, cs, struct sigcontext, cs);
SAME_FIELD(struct lx_sigcontext, gs, struct sigcontext, gs);
SAME_FIELD(struct lx_sigcontext, fs, struct sigcontext, fs);
SAME_FIELD(struct lx_sigcontext, ss, struct sigcontext, ss);
SAME_FIELD(struct lx_sigcontext, err, struct sigcontext, err);
SAME_FIELD(struct lx_sigcontext, trapno, struct sigcontext, trapno);
SAME_FIELD(struct lx_sigcontext, oldmask, struct sigcontext, oldmask);
SAME_FIELD(struct lx_sigcontext, cr2, struct sigcontext, cr2);
SAME_FIELD(struct lx_sigcontext, fpstate, struct sigcontext, fpstate);
SAME_FIELD(struct lx_sigcontext, reserved1, struct sigcontext, reserved1);
SAME_SIZE(struct lx_ucontext, struct ucontext);
SAME_FIELD(struct lx_ucontext, uc_flags, struct ucontext, uc_flags);
SAME_FIELD(struct lx_ucontext, uc_link, struct ucontext, uc_link);
SAME_FIELD(struct lx_ucontext, uc_stack, struct ucontext, uc_stack);
SAME_FIELD(struct lx_ucontext, uc_mcontext, struct ucontext, uc_mcontext);
SAME_FIELD(struct lx_ucontext, uc_sigmask, struct ucontext, uc_sigmask);
