/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ELF and #! images into an mm, as execve(2), elf(5) and the x86-64 psABI say. In two steps, so
 * that everything that can fail fails while the old program can still be told.
 *
 * loader_prepare opens nothing new but the interpreters, reads and checks headers, resolves #!,
 * counts the stack.
 *
 * loader_map is past the point of no return: it maps into a fresh mm, builds the stack and auxv,
 * gives the registers.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/ptrace.h"
#include "base/compiler.h"
#include "sentry/core/ctx.h"

struct file;
struct fs_info;
struct loader_image;
struct mm;

/* Argument and environment strings, in the arena: n NUL-terminated strings back to back. */
struct loader_strings {
	char *bytes;
	size_t len, cap;
	uint32_t n;
};
/* Append one string; -E2BIG past LOADER_ARG_MAX in all, -ENOMEM. */
#define LOADER_ARG_MAX (6u << 20)
MUST_CHECK int loader_strings_add(struct loader_strings *s, const char *str, size_t len);
void loader_strings_fini(struct loader_strings *s);

struct loader_request {
	struct file *file;          /* borrowed: the program, opened for execution */
	const char *path;           /* as the caller named it: AT_EXECFN and the #! argument */
	struct fs_info *fs;         /* for interpreters */
	struct loader_strings argv; /* taken over on success */
	struct loader_strings envp; /* taken over on success */
	uint64_t stack_limit;       /* RLIMIT_STACK, soft */
	uint32_t personality;
};

/* -ENOEXEC, -EACCES, -ENOENT (interpreter), -ELIBBAD, -E2BIG, -ELOOP, -EINVAL, -ENOMEM. Caller
 * owns. */
MUST_CHECK int loader_prepare(struct ctx *ctx, struct loader_request *req,
			      struct loader_image **ret);
void loader_image_free(struct loader_image *img);
DEFINE_AUTO(struct loader_image *, loader_image_free)

/* The file that really runs (after #!), borrowed: its set-id bits count, it becomes /proc/self/exe.
 */
struct file *loader_image_file(struct loader_image *img);

struct loader_creds {
	uint32_t uid, euid, gid, egid;
	bool secure; /* AT_SECURE */
};

/*
 * The vDSO, handed in by boot: map it into mm near the top of the mmap area and say where its ELF
 * header is, for AT_SYSINFO_EHDR. NULL (the default): there is none. Set before the first program
 * runs.
 */
struct loader_vdso {
	MUST_CHECK int (*map)(struct ctx *ctx, struct mm *mm, uint64_t *ret_ehdr);
};
void loader_set_vdso(const struct loader_vdso *vdso);

/* Map into `mm`, which must be empty and be ctx's own by now. Fills regs for the first instruction
 * (all others zero). */
MUST_CHECK int loader_map(struct loader_image *img, struct ctx *ctx, struct mm *mm,
			  const struct loader_creds *creds, struct lx_user_regs *ret_regs);
