/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this room share: a checked ELF file, the image that loader_prepare makes of
 * them, and its stack. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "abi/elf.h"
#include "abi/page.h"
#include "base/compiler.h"
#include "sentry/loader/loader.h"
#include "sentry/mm/mappable.h"
#include "sentry/mm/mm.h"

/* execve(2): what is looked at to tell a format, the longest string, how deep #! may go. */
#define LOADER_HEAD_SIZE  256
#define LOADER_STRING_MAX 131072u
#define LOADER_DEPTH_MAX  5

/* An ELF file whose headers passed every check. A zeroed one is empty. */
struct elf_file {
	struct file *file;  /* owned */
	struct mappable *m; /* owned */
	struct lx_elf64_ehdr eh;
	struct lx_elf64_phdr *ph; /* owned, arena */
	unsigned nph;
	uint64_t lo, hi; /* the pages of all PT_LOAD, as linked */
	uint64_t align;  /* the greatest p_align, at least a page */
};

/* Where it came to lie. */
struct elf_place {
	uint64_t bias;  /* added to each address of the file */
	uint64_t entry; /* with bias */
	uint64_t phdr;  /* of the program headers in memory, with bias */
	uint64_t code_lo, code_hi, data_lo, data_hi, end;
};

struct loader_image {
	struct elf_file exe, interp;
	bool has_interp, exec_stack;
	char *execfn; /* owned, arena */
	struct loader_strings argv, envp;
	uint64_t stack_limit;
	uint32_t personality;
};

/* ---- elf.c ---- */

enum elf_role {
	ELF_PROGRAM,     /* bad headers are -ENOEXEC or -EINVAL */
	ELF_INTERPRETER, /* bad headers are -ELIBBAD */
};

/* Read and check; takes a reference to file. On failure e is left as it was. */
MUST_CHECK int elf_open(struct ctx *ctx, struct file *file, enum elf_role role, struct elf_file *e);
void elf_fini(struct elf_file *e);
/* The first header of that type; NULL: none. */
const struct lx_elf64_phdr *elf_find(const struct elf_file *e, uint32_t type);
/* The path in PT_INTERP, caller owns; *ret NULL: there is none. */
MUST_CHECK int elf_interp_path(struct ctx *ctx, const struct elf_file *e, char **ret);

/* ---- elf_map.c ---- */

/* Map the segments at `bias`, the bss zeroed. */
MUST_CHECK int elf_map(struct ctx *ctx, struct mm *mm, const struct elf_file *e, uint64_t bias,
		       struct elf_place *ret);
/* Where to put a position independent program (in the middle, as Linux does) or one that goes to
 * the mmap area. */
MUST_CHECK int elf_choose_bias(struct mm *mm, const struct elf_file *e, bool with_interp,
			       bool randomize, uint64_t *ret);
/* Where Linux puts position independent programs. */
uint64_t elf_pie_base(void);
uint64_t loader_random(uint64_t below);

/* ---- script.c ---- */

/* The parts of a #! line within head, NUL-terminated in place. */
struct script_line {
	char *interp;
	char *arg; /* NULL: none */
};
/* head: the first bytes of the file, with zeroes behind its end. -ENOEXEC: no usable #! line. */
MUST_CHECK int script_parse(char head[LOADER_HEAD_SIZE], struct script_line *ret);
/* argv with its first string replaced by interpreter, argument and path. Caller owns *ret. */
MUST_CHECK int script_argv(const struct loader_strings *argv, const struct script_line *line,
			   const char *path, struct loader_strings *ret);

/* ---- stack.c ---- */

/* -E2BIG if strings and pointers exceed what execve(2) allows for the stack limit. */
MUST_CHECK int stack_check(const struct loader_image *img);

struct stack_info {
	const struct elf_place *exe;
	const struct elf_place *interp; /* NULL: none */
	const struct loader_creds *creds;
	uint64_t vdso; /* 0: none */
};
/* Map the stack, fill it, complete the layout. *ret_sp: the first stack pointer. */
MUST_CHECK int stack_build(struct ctx *ctx, struct mm *mm, const struct loader_image *img,
			   const struct stack_info *info, struct mm_layout *layout,
			   uint64_t *ret_sp);

/* ---- x86_64/cpu.c ---- */

struct cpu_caps {
	uint64_t hwcap, hwcap2, minsigstksz;
	const char *platform;
};
void cpu_caps(struct cpu_caps *ret);
/* The registers that are not zero at a program's first instruction. */
void cpu_start_regs(struct lx_user_regs *regs, uint64_t entry, uint64_t sp);
