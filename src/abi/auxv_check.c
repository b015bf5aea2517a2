/* SPDX-License-Identifier: Apache-2.0 */
/* Compile-time test: abi/auxv.h against the host's own headers. See abi/abi_check.h. */
#include "abi/auxv.h"

#include <linux/auxvec.h>
#include <asm/auxvec.h>
#include <asm/hwcap2.h>
#include <elf.h>

#include "abi/abi_check.h"

SAME(AT_NULL);
SAME(AT_IGNORE);
SAME(AT_EXECFD);
SAME(AT_PHDR);
SAME(AT_PHENT);
SAME(AT_PHNUM);
SAME(AT_PAGESZ);
SAME(AT_BASE);
SAME(AT_FLAGS);
SAME(AT_ENTRY);
SAME(AT_NOTELF);
SAME(AT_UID);
SAME(AT_EUID);
SAME(AT_GID);
SAME(AT_EGID);
SAME(AT_PLATFORM);
SAME(AT_HWCAP);
SAME(AT_CLKTCK);
SAME(AT_SECURE);
SAME(AT_BASE_PLATFORM);
SAME(AT_RANDOM);
SAME(AT_HWCAP2);
SAME(AT_EXECFN);
SAME(AT_SYSINFO);
SAME(AT_SYSINFO_EHDR);
SAME(AT_MINSIGSTKSZ);
SAME(HWCAP2_RING3MWAIT);
SAME(HWCAP2_FSGSBASE);

SAME_SIZE(struct lx_auxv, Elf64_auxv_t);
SAME_FIELD(struct lx_auxv, a_type, Elf64_auxv_t, a_type);
SAME_FIELD(struct lx_auxv, a_val, Elf64_auxv_t, a_un.a_val);
