/* SPDX-License-Identifier: Apache-2.0 */
/* Compile-time test: abi/ptrace.h against the host's own headers. See abi/abi_check.h. */
#include "abi/ptrace.h"

#include <sys/types.h>
#include <sys/user.h>
#undef PAGE_SHIFT
#undef PAGE_SIZE
#undef PAGE_MASK
#include <linux/ptrace.h>
#include <asm/ptrace-abi.h>
#include <linux/elf.h>
#include <linux/audit.h>

#include "abi/abi_check.h"

SAME(PTRACE_TRACEME);
SAME(PTRACE_PEEKTEXT);
SAME(PTRACE_PEEKDATA);
SAME(PTRACE_PEEKUSR);
SAME(PTRACE_POKETEXT);
SAME(PTRACE_POKEDATA);
SAME(PTRACE_POKEUSR);
SAME(PTRACE_CONT);
SAME(PTRACE_KILL);
SAME(PTRACE_SINGLESTEP);
SAME(PTRACE_GETREGS);
SAME(PTRACE_SETREGS);
SAME(PTRACE_GETFPREGS);
SAME(PTRACE_SETFPREGS);
SAME(PTRACE_ATTACH);
SAME(PTRACE_DETACH);
SAME(PTRACE_GETFPXREGS);
SAME(PTRACE_SETFPXREGS);
SAME(PTRACE_OLDSETOPTIONS);
SAME(PTRACE_SYSCALL);
SAME(PTRACE_GET_THREAD_AREA);
SAME(PTRACE_SET_THREAD_AREA);
SAME(PTRACE_ARCH_PRCTL);
SAME(PTRACE_SYSEMU);
SAME(PTRACE_SYSEMU_SINGLESTEP);
SAME(PTRACE_SINGLEBLOCK);
SAME(PTRACE_SETOPTIONS);
SAME(PTRACE_GETEVENTMSG);
SAME(PTRACE_GETSIGINFO);
SAME(PTRACE_SETSIGINFO);
SAME(PTRACE_GETREGSET);
SAME(PTRACE_SETREGSET);
SAME(PTRACE_SEIZE);
SAME(PTRACE_INTERRUPT);
SAME(PTRACE_LISTEN);
SAME(PTRACE_PEEKSIGINFO);
SAME(PTRACE_GETSIGMASK);
SAME(PTRACE_SETSIGMASK);
SAME(PTRACE_SECCOMP_GET_FILTER);
SAME(PTRACE_SECCOMP_GET_METADATA);
SAME(PTRACE_GET_SYSCALL_INFO);
SAME(PTRACE_GET_RSEQ_CONFIGURATION);
SAME(PTRACE_O_TRACESYSGOOD);
SAME(PTRACE_O_TRACEFORK);
SAME(PTRACE_O_TRACEVFORK);
SAME(PTRACE_O_TRACECLONE);
SAME(PTRACE_O_TRACEEXEC);
SAME(PTRACE_O_TRACEVFORKDONE);
SAME(PTRACE_O_TRACEEXIT);
SAME(PTRACE_O_TRACESECCOMP);
SAME(PTRACE_O_EXITKILL);
SAME(PTRACE_O_SUSPEND_SECCOMP);
SAME(PTRACE_O_MASK);
SAME(PTRACE_EVENT_FORK);
SAME(PTRACE_EVENT_VFORK);
SAME(PTRACE_EVENT_CLONE);
SAME(PTRACE_EVENT_EXEC);
SAME(PTRACE_EVENT_VFORK_DONE);
SAME(PTRACE_EVENT_EXIT);
SAME(PTRACE_EVENT_SECCOMP);
SAME(PTRACE_EVENT_STOP);
SAME(PTRACE_EVENTMSG_SYSCALL_ENTRY);
SAME(PTRACE_EVENTMSG_SYSCALL_EXIT);
SAME(PTRACE_PEEKSIGINFO_SHARED);
SAME(PTRACE_SYSCALL_INFO_NONE);
SAME(PTRACE_SYSCALL_INFO_ENTRY);
SAME(PTRACE_SYSCALL_INFO_EXIT);
SAME(PTRACE_SYSCALL_INFO_SECCOMP);

SAME_SIZE(struct lx_user_regs, struct user_regs_struct);
SAME_FIELD(struct lx_user_regs, r15, struct user_regs_struct, r15);
SAME_FIELD(struct lx_user_regs, r14, struct user_regs_struct, r14);
SAME_FIELD(struct lx_user_regs, r13, struct user_regs_struct, r13);
SAME_FIELD(struct lx_user_regs, r12, struct user_regs_struct, r12);
SAME_FIELD(struct lx_user_regs, rbp, struct user_regs_struct, rbp);
SAME_FIELD(struct lx_user_regs, rbx, struct user_regs_struct, rbx);
SAME_FIELD(struct lx_user_regs, r11, struct user_regs_struct, r11);
SAME_FIELD(struct lx_user_regs, r10, struct user_regs_struct, r10);
SAME_FIELD(struct lx_user_regs, r9, struct user_regs_struct, r9);
SAME_FIELD(struct lx_user_regs, r8, struct user_regs_struct, r8);
SAME_FIELD(struct lx_user_regs, rax, struct user_regs_struct, rax);
SAME_FIELD(struct lx_user_regs, rcx, struct user_regs_struct, rcx);
SAME_FIELD(struct lx_user_regs, rdx, struct user_regs_struct, rdx);
SAME_FIELD(struct lx_user_regs, rsi, struct user_regs_struct, rsi);
SAME_FIELD(struct lx_user_regs, rdi, struct user_regs_struct, rdi);
SAME_FIELD(struct lx_user_regs, orig_rax, struct user_regs_struct, orig_rax);
SAME_FIELD(struct lx_user_regs, rip, struct user_regs_struct, rip);
SAME_FIELD(struct lx_user_regs, cs, struct user_regs_struct, cs);
SAME_FIELD(struct lx_user_regs, eflags, struct user_regs_struct, eflags);
SAME_FIELD(struct lx_user_regs, rsp, struct user_regs_struct, rsp);
SAME_FIELD(struct lx_user_regs, ss, struct user_regs_struct, ss);
SAME_FIELD(struct lx_user_regs, fs_base, struct user_regs_struct, fs_base);
SAME_FIELD(struct lx_user_regs, gs_base, struct user_regs_struct, gs_base);
SAME_FIELD(struct lx_user_regs, ds, struct user_regs_struct, ds);
SAME_FIELD(struct lx_user_regs, es, struct user_regs_struct, es);
SAME_FIELD(struct lx_user_regs, fs, struct user_regs_struct, fs);
SAME_FIELD(struct lx_user_regs, gs, struct user_regs_struct, gs);
SAME_SIZE(struct lx_user_fpregs, struct user_fpregs_struct);
SAME_FIELD(struct lx_user_fpregs, cwd, struct user_fpregs_struct, cwd);
SAME_FIELD(struct lx_user_fpregs, swd, struct user_fpregs_struct, swd);
SAME_FIELD(struct lx_user_fpregs, ftw, struct user_fpregs_struct, ftw);
SAME_FIELD(struct lx_user_fpregs, fop, struct user_fpregs_struct, fop);
SAME_FIELD(struct lx_user_fpregs, rip, struct user_fpregs_struct, rip);
SAME_FIELD(struct lx_user_fpregs, rdp, struct user_fpregs_struct, rdp);
SAME_FIELD(struct lx_user_fpregs, mxcsr, struct user_fpregs_struct, mxcsr);
SAME_FIELD(struct lx_user_fpregs, mxcr_mask, struct user_fpregs_struct, mxcr_mask);
SAME_FIELD(struct lx_user_fpregs, st_space, struct user_fpregs_struct, st_space);
SAME_FIELD(struct lx_user_fpregs, xmm_space, struct user_fpregs_struct, xmm_space);
SAME_SIZE(struct lx_user, struct user);
SAME_FIELD(struct lx_user, regs, struct user, regs);
SAME_FIELD(struct lx_user, u_fpvalid, struct user, u_fpvalid);
SAME_FIELD(struct lx_user, i387, struct user, i387);
SAME_FIELD(struct lx_user, u_tsize, struct user, u_tsize);
SAME_FIELD(struct lx_user, signal, struct user, signal);
SAME_FIELD(struct lx_user, u_ar0, struct user, u_ar0);
SAME_FIELD(struct lx_user, u_comm, struct user, u_comm);
SAME_FIELD(struct lx_user, u_debugreg, struct user, u_debugreg);
SAME_SIZE(struct lx_ptrace_peeksiginfo_args, struct ptrace_peeksiginfo_args);
SAME_FIELD(struct lx_ptrace_peeksiginfo_args, off, struct ptrace_peeksiginfo_args, off);
SAME_FIELD(struct lx_ptrace_peeksiginfo_args, flags, struct ptrace_peeksiginfo_args, flags);
SAME_FIELD(struct lx_ptrace_peeksiginfo_args, nr, struct ptrace_peeksiginfo_args, nr);
SAME_SIZE(struct lx_seccomp_metadata, struct seccomp_metadata);
SAME_FIELD(struct lx_seccomp_metadata, filter_off, struct seccomp_metadata, filter_off);
SAME_FIELD(struct lx_seccomp_metadata, flags, struct seccomp_metadata, flags);
SAME_SIZE(struct lx_ptrace_syscall_info, struct ptrace_syscall_info);
SAME_FIELD(struct lx_ptrace_syscall_info, op, struct ptrace_syscall_info, op);
SAME_FIELD(struct lx_ptrace_syscall_info, arch, struct ptrace_syscall_info, arch);
SAME_FIELD(struct lx_ptrace_syscall_info, instruction_pointer, struct ptrace_syscall_info,
	   instruction_pointer);
SAME_FIELD(struct lx_ptrace_syscall_info, stack_pointer, struct ptrace_syscall_info, stack_pointer);
SAME_FIELD(struct lx_ptrace_syscall_info, entry.nr, struct ptrace_syscall_info, entry.nr);
SAME_FIELD(struct lx_ptrace_syscall_info, entry.args, struct ptrace_syscall_info, entry.args);
SAME_FIELD(struct lx_ptrace_syscall_info, exit.rval, struct ptrace_syscall_info, exit.rval);
SAME_FIELD(struct lx_ptrace_syscall_info, exit.is_error, struct ptrace_syscall_info, exit.is_error);
SAME_FIELD(struct lx_ptrace_syscall_info, seccomp.ret_data, struct ptrace_syscall_info,
	   seccomp.ret_data);
SAME_SIZE(struct lx_ptrace_rseq_configuration, struct ptrace_rseq_configuration);
SAME_FIELD(struct lx_ptrace_rseq_configuration, rseq_abi_pointer, struct ptrace_rseq_configuration,
	   rseq_abi_pointer);
SAME_FIELD(struct lx_ptrace_rseq_configuration, rseq_abi_size, struct ptrace_rseq_configuration,
	   rseq_abi_size);
SAME_FIELD(struct lx_ptrace_rseq_configuration, signature, struct ptrace_rseq_configuration,
	   signature);
SAME_FIELD(struct lx_ptrace_rseq_configuration, flags, struct ptrace_rseq_configuration, flags);
