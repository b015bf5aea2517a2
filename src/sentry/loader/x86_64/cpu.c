/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a program is told about an x86-64 processor, and the registers it starts with. The guest
 * runs on the host's own processor and its signal frames hold the host's XSAVE image, so the host
 * kernel's answers to ourselves are the guest's: AT_HWCAP is cpuid(1).edx, AT_HWCAP2 says whether
 * the kernel lets user space have rdfsbase. Asking cpuid would cost an exit on virtual hosts.
 */
#include <string.h>
#include <sys/auxv.h>

#include "abi/auxv.h"
#include "sentry/loader/loader_priv.h"

/* What Linux promised before it told: signal.h, MINSIGSTKSZ. */
#define CPU_MINSIGSTKSZ 2048

/* The bits of AT_HWCAP2 that mean user space itself may use the instruction. */
#define CPU_HWCAP2_FSGSBASE 2u

#define CPU_USER_CS   0x33
#define CPU_USER_DS   0x2b
#define CPU_EFLAGS_IF 0x202

void cpu_caps(struct cpu_caps *ret)
{
	ret->hwcap = getauxval(AT_HWCAP);
	ret->hwcap2 = getauxval(AT_HWCAP2) & CPU_HWCAP2_FSGSBASE;
	ret->minsigstksz = MAX((uint64_t)getauxval(LX_AT_MINSIGSTKSZ), (uint64_t)CPU_MINSIGSTKSZ);
	ret->platform = "x86_64";
}

void cpu_start_regs(struct lx_user_regs *regs, uint64_t entry, uint64_t sp)
{
	memset(regs, 0, sizeof(*regs));
	regs->rip = entry;
	regs->rsp = sp;
	regs->orig_rax = UINT64_MAX;
	regs->cs = CPU_USER_CS;
	regs->ss = CPU_USER_DS;
	regs->eflags = CPU_EFLAGS_IF;
}
