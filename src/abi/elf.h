/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Executables, shared objects and core files.
 * Source: System V gABI 4, x86-64 psABI 4,
 * include/uapi/linux/{elf,elf-em}.h; elf(5), core(5).
 */
#ifndef CAISSON_ABI_ELF_H
#define CAISSON_ABI_ELF_H

#include <stdint.h>

#include "abi/layout.h"
#include "abi/types.h"

#define LX_EI_NIDENT      16
#define LX_EI_MAG0        0
#define LX_EI_MAG1        1
#define LX_EI_MAG2        2
#define LX_EI_MAG3        3
#define LX_EI_CLASS       4
#define LX_EI_DATA        5
#define LX_EI_VERSION     6
#define LX_EI_OSABI       7
#define LX_EI_ABIVERSION  8
#define LX_EI_PAD         9
#define LX_ELFMAG0        0x7f
#define LX_ELFMAG1        0x45
#define LX_ELFMAG2        0x4c
#define LX_ELFMAG3        0x46
#define LX_ELFMAG         "\177ELF"
#define LX_SELFMAG        4
#define LX_ELFCLASSNONE   0
#define LX_ELFCLASS32     1
#define LX_ELFCLASS64     2
#define LX_ELFDATANONE    0
#define LX_ELFDATA2LSB    1
#define LX_ELFDATA2MSB    2
#define LX_EV_NONE        0
#define LX_EV_CURRENT     1
#define LX_ELFOSABI_NONE  0
#define LX_ELFOSABI_SYSV  0
#define LX_ELFOSABI_LINUX 3

struct lx_elf64_ehdr {
	uint8_t e_ident[LX_EI_NIDENT];
	uint16_t e_type;
	uint16_t e_machine;
	uint32_t e_version;
	uint64_t e_entry;
	uint64_t e_phoff;
	uint64_t e_shoff;
	uint32_t e_flags;
	uint16_t e_ehsize;
	uint16_t e_phentsize;
	uint16_t e_phnum;
	uint16_t e_shentsize;
	uint16_t e_shnum;
	uint16_t e_shstrndx;
};
LX_ASSERT_SIZE(struct lx_elf64_ehdr, 64);
LX_ASSERT_AT(struct lx_elf64_ehdr, e_ident, 0);
LX_ASSERT_AT(struct lx_elf64_ehdr, e_type, 16);
LX_ASSERT_AT(struct lx_elf64_ehdr, e_machine, 18);
LX_ASSERT_AT(struct lx_elf64_ehdr, e_version, 20);
LX_ASSERT_AT(struct lx_elf64_ehdr, e_entry, 24);
LX_ASSERT_AT(struct lx_elf64_ehdr, e_phoff, 32);
LX_ASSERT_AT(struct lx_elf64_ehdr, e_shoff, 40);
LX_ASSERT_AT(struct lx_elf64_ehdr, e_flags, 48);
LX_ASSERT_AT(struct lx_elf64_ehdr, e_ehsize, 52);
LX_ASSERT_AT(struct lx_elf64_ehdr, e_phentsize, 54);
LX_ASSERT_AT(struct lx_elf64_ehdr, e_phnum, 56);
LX_ASSERT_AT(struct lx_elf64_ehdr, e_shentsize, 58);
LX_ASSERT_AT(struct lx_elf64_ehdr, e_shnum, 60);
LX_ASSERT_AT(struct lx_elf64_ehdr, e_shstrndx, 62);

#define LX_ET_NONE    0
#define LX_ET_REL     1
#define LX_ET_EXEC    2
#define LX_ET_DYN     3
#define LX_ET_CORE    4
#define LX_EM_NONE    0
#define LX_EM_386     3
#define LX_EM_ARM     40
#define LX_EM_X86_64  62
#define LX_EM_AARCH64 183
#define LX_EM_RISCV   243

struct lx_elf64_phdr {
	uint32_t p_type;
	uint32_t p_flags;
	uint64_t p_offset;
	uint64_t p_vaddr;
	uint64_t p_paddr;
	uint64_t p_filesz;
	uint64_t p_memsz;
	uint64_t p_align;
};
LX_ASSERT_SIZE(struct lx_elf64_phdr, 56);
LX_ASSERT_AT(struct lx_elf64_phdr, p_type, 0);
LX_ASSERT_AT(struct lx_elf64_phdr, p_flags, 4);
LX_ASSERT_AT(struct lx_elf64_phdr, p_offset, 8);
LX_ASSERT_AT(struct lx_elf64_phdr, p_vaddr, 16);
LX_ASSERT_AT(struct lx_elf64_phdr, p_paddr, 24);
LX_ASSERT_AT(struct lx_elf64_phdr, p_filesz, 32);
LX_ASSERT_AT(struct lx_elf64_phdr, p_memsz, 40);
LX_ASSERT_AT(struct lx_elf64_phdr, p_align, 48);

#define LX_PT_NULL         0x0
#define LX_PT_LOAD         0x1
#define LX_PT_DYNAMIC      0x2
#define LX_PT_INTERP       0x3
#define LX_PT_NOTE         0x4
#define LX_PT_SHLIB        0x5
#define LX_PT_PHDR         0x6
#define LX_PT_TLS          0x7
#define LX_PT_LOOS         0x60000000
#define LX_PT_HIOS         0x6fffffff
#define LX_PT_LOPROC       0x70000000
#define LX_PT_HIPROC       0x7fffffff
#define LX_PT_GNU_EH_FRAME 0x6474e550
#define LX_PT_GNU_STACK    0x6474e551
#define LX_PT_GNU_RELRO    0x6474e552
#define LX_PT_GNU_PROPERTY 0x6474e553
#define LX_PF_X            0x1
#define LX_PF_W            0x2
#define LX_PF_R            0x4
/* e_phnum when the number does not fit: it is section 0's sh_info (only in cores). */
#define LX_PN_XNUM 0xffff

struct lx_elf64_shdr {
	uint32_t sh_name;
	uint32_t sh_type;
	uint64_t sh_flags;
	uint64_t sh_addr;
	uint64_t sh_offset;
	uint64_t sh_size;
	uint32_t sh_link;
	uint32_t sh_info;
	uint64_t sh_addralign;
	uint64_t sh_entsize;
};
LX_ASSERT_SIZE(struct lx_elf64_shdr, 64);
LX_ASSERT_AT(struct lx_elf64_shdr, sh_name, 0);
LX_ASSERT_AT(struct lx_elf64_shdr, sh_type, 4);
LX_ASSERT_AT(struct lx_elf64_shdr, sh_flags, 8);
LX_ASSERT_AT(struct lx_elf64_shdr, sh_addr, 16);
LX_ASSERT_AT(struct lx_elf64_shdr, sh_offset, 24);
LX_ASSERT_AT(struct lx_elf64_shdr, sh_size, 32);
LX_ASSERT_AT(struct lx_elf64_shdr, sh_link, 40);
LX_ASSERT_AT(struct lx_elf64_shdr, sh_info, 44);
LX_ASSERT_AT(struct lx_elf64_shdr, sh_addralign, 48);
LX_ASSERT_AT(struct lx_elf64_shdr, sh_entsize, 56);

#define LX_SHT_NULL        0
#define LX_SHT_PROGBITS    1
#define LX_SHT_SYMTAB      2
#define LX_SHT_STRTAB      3
#define LX_SHT_RELA        4
#define LX_SHT_HASH        5
#define LX_SHT_DYNAMIC     6
#define LX_SHT_NOTE        7
#define LX_SHT_NOBITS      8
#define LX_SHT_REL         9
#define LX_SHT_SHLIB       10
#define LX_SHT_DYNSYM      11
#define LX_SHT_GNU_HASH    0x6ffffff6
#define LX_SHT_GNU_verdef  0x6ffffffd
#define LX_SHT_GNU_verneed 0x6ffffffe
#define LX_SHT_GNU_versym  0x6fffffff
#define LX_SHF_WRITE       0x1
#define LX_SHF_ALLOC       0x2
#define LX_SHF_EXECINSTR   0x4
#define LX_SHN_UNDEF       0x0
#define LX_SHN_ABS         0xfff1

struct lx_elf64_dyn {
	int64_t d_tag;
	uint64_t d_val; /* or d_ptr */
};
LX_ASSERT_SIZE(struct lx_elf64_dyn, 16);
LX_ASSERT_AT(struct lx_elf64_dyn, d_tag, 0);
LX_ASSERT_AT(struct lx_elf64_dyn, d_val, 8);

#define LX_DT_NULL         0x0
#define LX_DT_NEEDED       0x1
#define LX_DT_PLTRELSZ     0x2
#define LX_DT_PLTGOT       0x3
#define LX_DT_HASH         0x4
#define LX_DT_STRTAB       0x5
#define LX_DT_SYMTAB       0x6
#define LX_DT_RELA         0x7
#define LX_DT_RELASZ       0x8
#define LX_DT_RELAENT      0x9
#define LX_DT_STRSZ        0xa
#define LX_DT_SYMENT       0xb
#define LX_DT_INIT         0xc
#define LX_DT_FINI         0xd
#define LX_DT_SONAME       0xe
#define LX_DT_RPATH        0xf
#define LX_DT_SYMBOLIC     0x10
#define LX_DT_REL          0x11
#define LX_DT_RELSZ        0x12
#define LX_DT_RELENT       0x13
#define LX_DT_PLTREL       0x14
#define LX_DT_DEBUG        0x15
#define LX_DT_TEXTREL      0x16
#define LX_DT_JMPREL       0x17
#define LX_DT_BIND_NOW     0x18
#define LX_DT_INIT_ARRAY   0x19
#define LX_DT_FINI_ARRAY   0x1a
#define LX_DT_INIT_ARRAYSZ 0x1b
#define LX_DT_FINI_ARRAYSZ 0x1c
#define LX_DT_RUNPATH      0x1d
#define LX_DT_FLAGS        0x1e
#define LX_DT_GNU_HASH     0x6ffffef5
#define LX_DT_VERSYM       0x6ffffff0
#define LX_DT_FLAGS_1      0x6ffffffb
#define LX_DT_VERDEF       0x6ffffffc
#define LX_DT_VERDEFNUM    0x6ffffffd
#define LX_DT_VERNEED      0x6ffffffe
#define LX_DT_VERNEEDNUM   0x6fffffff

struct lx_elf64_sym {
	uint32_t st_name;
	uint8_t st_info; /* binding << 4 | type */
	uint8_t st_other;
	uint16_t st_shndx;
	uint64_t st_value;
	uint64_t st_size;
};
LX_ASSERT_SIZE(struct lx_elf64_sym, 24);
LX_ASSERT_AT(struct lx_elf64_sym, st_name, 0);
LX_ASSERT_AT(struct lx_elf64_sym, st_info, 4);
LX_ASSERT_AT(struct lx_elf64_sym, st_other, 5);
LX_ASSERT_AT(struct lx_elf64_sym, st_shndx, 6);
LX_ASSERT_AT(struct lx_elf64_sym, st_value, 8);
LX_ASSERT_AT(struct lx_elf64_sym, st_size, 16);

#define LX_STB_LOCAL   0
#define LX_STB_GLOBAL  1
#define LX_STB_WEAK    2
#define LX_STT_NOTYPE  0
#define LX_STT_OBJECT  1
#define LX_STT_FUNC    2
#define LX_STT_SECTION 3
#define LX_STT_FILE    4
#define LX_STT_TLS     6
#define LX_STV_DEFAULT 0
#define LX_STV_HIDDEN  2

struct lx_elf64_rela {
	uint64_t r_offset;
	uint64_t r_info; /* symbol << 32 | type */
	int64_t r_addend;
};
LX_ASSERT_SIZE(struct lx_elf64_rela, 24);
LX_ASSERT_AT(struct lx_elf64_rela, r_offset, 0);
LX_ASSERT_AT(struct lx_elf64_rela, r_info, 8);
LX_ASSERT_AT(struct lx_elf64_rela, r_addend, 16);

#define LX_R_X86_64_NONE      0
#define LX_R_X86_64_64        1
#define LX_R_X86_64_GLOB_DAT  6
#define LX_R_X86_64_JUMP_SLOT 7
#define LX_R_X86_64_RELATIVE  8

struct lx_elf64_verdef {
	uint16_t vd_version;
	uint16_t vd_flags;
	uint16_t vd_ndx;
	uint16_t vd_cnt;
	uint32_t vd_hash;
	uint32_t vd_aux;
	uint32_t vd_next;
};
LX_ASSERT_SIZE(struct lx_elf64_verdef, 20);
LX_ASSERT_AT(struct lx_elf64_verdef, vd_version, 0);
LX_ASSERT_AT(struct lx_elf64_verdef, vd_flags, 2);
LX_ASSERT_AT(struct lx_elf64_verdef, vd_ndx, 4);
LX_ASSERT_AT(struct lx_elf64_verdef, vd_cnt, 6);
LX_ASSERT_AT(struct lx_elf64_verdef, vd_hash, 8);
LX_ASSERT_AT(struct lx_elf64_verdef, vd_aux, 12);
LX_ASSERT_AT(struct lx_elf64_verdef, vd_next, 16);

struct lx_elf64_verdaux {
	uint32_t vda_name;
	uint32_t vda_next;
};
LX_ASSERT_SIZE(struct lx_elf64_verdaux, 8);
LX_ASSERT_AT(struct lx_elf64_verdaux, vda_name, 0);
LX_ASSERT_AT(struct lx_elf64_verdaux, vda_next, 4);

#define LX_VER_DEF_CURRENT 1
#define LX_VER_FLG_BASE    1
#define LX_VER_NDX_LOCAL   0
#define LX_VER_NDX_GLOBAL  1

/* A note: name and descriptor follow, each padded to 4 bytes. */
struct lx_elf64_nhdr {
	uint32_t n_namesz;
	uint32_t n_descsz;
	uint32_t n_type;
};
LX_ASSERT_SIZE(struct lx_elf64_nhdr, 12);
LX_ASSERT_AT(struct lx_elf64_nhdr, n_namesz, 0);
LX_ASSERT_AT(struct lx_elf64_nhdr, n_descsz, 4);
LX_ASSERT_AT(struct lx_elf64_nhdr, n_type, 8);

#define LX_NT_PRSTATUS                      0x1
#define LX_NT_PRFPREG                       0x2
#define LX_NT_PRPSINFO                      0x3
#define LX_NT_TASKSTRUCT                    0x4
#define LX_NT_AUXV                          0x6
#define LX_NT_SIGINFO                       0x53494749
#define LX_NT_FILE                          0x46494c45
#define LX_NT_PRXFPREG                      0x46e62b7f
#define LX_NT_X86_XSTATE                    0x202
#define LX_NT_386_TLS                       0x200
#define LX_NT_386_IOPERM                    0x201
#define LX_NT_X86_SHSTK                     0x204
#define LX_NT_GNU_PROPERTY_TYPE_0           5
#define LX_GNU_PROPERTY_X86_FEATURE_1_AND   0xc0000002
#define LX_GNU_PROPERTY_X86_FEATURE_1_IBT   0x1
#define LX_GNU_PROPERTY_X86_FEATURE_1_SHSTK 0x2

/* Core files: NT_PRSTATUS, NT_PRPSINFO */
struct lx_elf_siginfo {
	int32_t si_signo;
	int32_t si_code;
	int32_t si_errno;
};
LX_ASSERT_SIZE(struct lx_elf_siginfo, 12);
LX_ASSERT_AT(struct lx_elf_siginfo, si_signo, 0);
LX_ASSERT_AT(struct lx_elf_siginfo, si_code, 4);
LX_ASSERT_AT(struct lx_elf_siginfo, si_errno, 8);

struct lx_elf_prstatus {
	struct lx_elf_siginfo pr_info;
	int16_t pr_cursig;
	int16_t pad0;
	uint64_t pr_sigpend;
	uint64_t pr_sighold;
	int32_t pr_pid;
	int32_t pr_ppid;
	int32_t pr_pgrp;
	int32_t pr_sid;
	struct lx_timeval pr_utime;
	struct lx_timeval pr_stime;
	struct lx_timeval pr_cutime;
	struct lx_timeval pr_cstime;
	uint64_t pr_reg[27]; /* struct lx_user_regs */
	int32_t pr_fpvalid;
	int32_t pad1;
};
LX_ASSERT_SIZE(struct lx_elf_prstatus, 336);
LX_ASSERT_AT(struct lx_elf_prstatus, pr_info, 0);
LX_ASSERT_AT(struct lx_elf_prstatus, pr_cursig, 12);
LX_ASSERT_AT(struct lx_elf_prstatus, pr_sigpend, 16);
LX_ASSERT_AT(struct lx_elf_prstatus, pr_sighold, 24);
LX_ASSERT_AT(struct lx_elf_prstatus, pr_pid, 32);
LX_ASSERT_AT(struct lx_elf_prstatus, pr_utime, 48);
LX_ASSERT_AT(struct lx_elf_prstatus, pr_reg, 112);
LX_ASSERT_AT(struct lx_elf_prstatus, pr_fpvalid, 328);

struct lx_elf_prpsinfo {
	char pr_state;
	char pr_sname;
	char pr_zomb;
	char pr_nice;
	uint32_t pad0;
	uint64_t pr_flag;
	uint32_t pr_uid;
	uint32_t pr_gid;
	int32_t pr_pid;
	int32_t pr_ppid;
	int32_t pr_pgrp;
	int32_t pr_sid;
	char pr_fname[16];
	char pr_psargs[80];
};
LX_ASSERT_SIZE(struct lx_elf_prpsinfo, 136);
LX_ASSERT_AT(struct lx_elf_prpsinfo, pr_state, 0);
LX_ASSERT_AT(struct lx_elf_prpsinfo, pr_sname, 1);
LX_ASSERT_AT(struct lx_elf_prpsinfo, pr_flag, 8);
LX_ASSERT_AT(struct lx_elf_prpsinfo, pr_uid, 16);
LX_ASSERT_AT(struct lx_elf_prpsinfo, pr_pid, 24);
LX_ASSERT_AT(struct lx_elf_prpsinfo, pr_sid, 36);
LX_ASSERT_AT(struct lx_elf_prpsinfo, pr_fname, 40);
LX_ASSERT_AT(struct lx_elf_prpsinfo, pr_psargs, 56);

#endif
