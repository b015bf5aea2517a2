/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The auxiliary vector: what the kernel tells a new program, as pairs after its environment.
 * Source: include/uapi/linux/auxvec.h, arch/x86/include/uapi/asm/{auxvec,hwcap2}.h; getauxval(3).
 * The rseq pair: rseq.h.
 */
#ifndef CAISSON_ABI_AUXV_H
#define CAISSON_ABI_AUXV_H

#include <stdint.h>

#include "abi/layout.h"

#define LX_AT_NULL              0
#define LX_AT_IGNORE            1
#define LX_AT_EXECFD            2
#define LX_AT_PHDR              3
#define LX_AT_PHENT             4
#define LX_AT_PHNUM             5
#define LX_AT_PAGESZ            6
#define LX_AT_BASE              7
#define LX_AT_FLAGS             8
#define LX_AT_ENTRY             9
#define LX_AT_NOTELF            10
#define LX_AT_UID               11
#define LX_AT_EUID              12
#define LX_AT_GID               13
#define LX_AT_EGID              14
#define LX_AT_PLATFORM          15
#define LX_AT_HWCAP             16
#define LX_AT_CLKTCK            17
#define LX_AT_SECURE            23
#define LX_AT_BASE_PLATFORM     24
#define LX_AT_RANDOM            25
#define LX_AT_HWCAP2            26
#define LX_AT_RSEQ_FEATURE_SIZE 27
#define LX_AT_RSEQ_ALIGN        28
#define LX_AT_HWCAP3            29
#define LX_AT_HWCAP4            30
#define LX_AT_EXECFN            31
#define LX_AT_SYSINFO           32
#define LX_AT_SYSINFO_EHDR      33
#define LX_AT_MINSIGSTKSZ       51
/* How many pairs the kernel itself makes room for. */
#define LX_AT_VECTOR_SIZE 48

/* LX_AT_HWCAP is CPUID leaf 1's edx. LX_AT_HWCAP2: */
#define LX_HWCAP2_RING3MWAIT 0x1
#define LX_HWCAP2_FSGSBASE   0x2

struct lx_auxv {
	uint64_t a_type;
	uint64_t a_val;
};
LX_ASSERT_SIZE(struct lx_auxv, 16);
LX_ASSERT_AT(struct lx_auxv, a_type, 0);
LX_ASSERT_AT(struct lx_auxv, a_val, 8);

#endif
