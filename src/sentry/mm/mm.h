/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Address spaces: what the guest asked for (vmas), over what the host does for it (the platform's
 * aspace). The vma set is intent; the truth is the host's, so every access may answer -EFAULT.
 * There is no page allocator here.
 *
 * Calls that change mappings take the ctx of a thread of this mm (its platform context carries the
 * commands out) and take MM_MAP themselves. Addresses and lengths come straight from the guest;
 * errors are those of the man page named.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "platform/platform.h"
#include "sentry/core/ctx.h"
#include "sentry/core/uaddr.h"
#include "sentry/mm/mappable.h"

struct mm;
struct file;
struct strbuf;

/* ---- life ---- */

/* An empty mm with one reference (one user) on a fresh address space of the platform. Caller owns. */
MUST_CHECK int mm_new(const struct platform_ops *ops, struct platform *p, struct mm **ret);
/* A copy-on-write copy of ctx's own mm, as fork(2). Caller owns. */
MUST_CHECK int mm_fork(struct mm *mm, struct ctx *ctx, struct mm **ret);
struct mm *mm_get(struct mm *mm);
void mm_put(struct mm *mm);
DEFINE_AUTO(struct mm *, mm_put)
struct aspace *mm_aspace(struct mm *mm);
const struct platform_ops *mm_platform(struct mm *mm);

/* ---- mappings ---- */

struct mm_map_args {
	uaddr_t addr;
	uint64_t len;
	int prot;     /* LX_PROT_ */
	int flags;    /* LX_MAP_ */
	int max_prot; /* what mprotect may ever allow; LX_PROT_READ|WRITE|EXEC for anonymous */
	struct mappable *obj; /* borrowed; NULL: anonymous */
	uint64_t off;         /* page aligned */
	const char *tag;      /* static: a special mapping ("[vdso]", "[vvar]"), never merged nor
				 resized; NULL: ordinary */
};

MUST_CHECK int mm_map(struct mm *mm, struct ctx *ctx, const struct mm_map_args *a,
		      uaddr_t *ret);                                                 /* mmap(2) */
MUST_CHECK int mm_unmap(struct mm *mm, struct ctx *ctx, uaddr_t addr, uint64_t len); /* munmap(2) */
MUST_CHECK int mm_protect(struct mm *mm, struct ctx *ctx, uaddr_t addr, uint64_t len,
			  int prot); /* mprotect(2) */
MUST_CHECK int mm_remap(struct mm *mm, struct ctx *ctx, uaddr_t addr, uint64_t old_len,
			uint64_t new_len, int flags, uaddr_t new_addr,
			uaddr_t *ret); /* mremap(2) */
/* remap_file_pages(2) */
MUST_CHECK int mm_remap_file_pages(struct mm *mm, struct ctx *ctx, uaddr_t addr, uint64_t len,
				   int prot, uint64_t pgoff, int flags);
/* brk(2): the new break, or the old one if the request cannot be met. */
uaddr_t mm_brk(struct mm *mm, struct ctx *ctx, uaddr_t want);
MUST_CHECK int mm_advise(struct mm *mm, struct ctx *ctx, uaddr_t addr, uint64_t len,
			 int advice); /* madvise(2) */
MUST_CHECK int mm_sync(struct mm *mm, struct ctx *ctx, uaddr_t addr, uint64_t len,
		       int flags); /* msync(2) */
/* mincore(2): one byte per page into vec (Sentry memory of at least len/PAGE bytes). */
MUST_CHECK int mm_incore(struct mm *mm, struct ctx *ctx, uaddr_t addr, uint64_t len, uint8_t *vec);
/* mlock family: accounting against RLIMIT_MEMLOCK and CAP_IPC_LOCK; pages are made present. */
MUST_CHECK int mm_lock(struct mm *mm, struct ctx *ctx, uaddr_t addr, uint64_t len, int flags);
MUST_CHECK int mm_unlock(struct mm *mm, struct ctx *ctx, uaddr_t addr, uint64_t len);
MUST_CHECK int mm_lockall(struct mm *mm, struct ctx *ctx, int flags);
MUST_CHECK int mm_unlockall(struct mm *mm, struct ctx *ctx);
MUST_CHECK int mm_seal(struct mm *mm, uaddr_t addr, uint64_t len, uint64_t flags); /* mseal(2) */

/*
 * A fault that the platform reported. 0: mended (the stack grew), run on. 1: it is the guest's;
 * *ret_signo and *ret_code say what siginfo must hold (SEGV_MAPERR or SEGV_ACCERR as the vmas say,
 * BUS_ADRERR past the end of a file).
 */
int mm_fault(struct mm *mm, struct ctx *ctx, const struct plat_fault *f, uint64_t sp,
	     int *ret_signo, int *ret_code);

/* ---- what the loader and procfs need ---- */

struct mm_layout {
	uint64_t code_lo, code_hi, data_lo, data_hi;
	uint64_t brk_start;
	uint64_t stack_top; /* the first stack pointer; the vma that holds it is "[stack]" */
	uint64_t arg_lo, arg_hi, env_lo, env_hi;
	uint64_t auxv[64];
	uint32_t nauxv; /* words used */
};

/* Set by the loader once, before the guest runs; prctl(PR_SET_MM) changes it. */
void mm_set_layout(struct mm *mm, const struct mm_layout *l);
void mm_get_layout(struct mm *mm, struct mm_layout *ret);
/* Where the break starts: page aligned, at or above the image's end; randomised by the loader. */
void mm_set_brk(struct mm *mm, uint64_t start);
/* Choose the top of the mmap area for a stack limit, ASLR included; personality ADDR_NO_RANDOMIZE:
 * no randomness. */
void mm_choose_base(struct mm *mm, uint64_t stack_limit, bool randomize);

/* Room for len bytes where mmap would look first, at a multiple of align; nothing is mapped.
 * -ENOMEM. */
MUST_CHECK int mm_find_free(struct mm *mm, uint64_t len, uint64_t align, uaddr_t *ret);
/* Is nothing mapped in [lo, hi)? */
bool mm_is_free(struct mm *mm, uint64_t lo, uint64_t hi);

struct mm_vma_info {
	uint64_t lo, hi, off;
	int prot, flags; /* LX_PROT_; LX_MAP_SHARED or PRIVATE, and ANONYMOUS, GROWSDOWN, NORESERVE,
			    LOCKED */
	const char *tag; /* the mapping's own, or "[heap]", "[stack]" by place; NULL: none */
	struct mappable *obj; /* borrowed for the call */
	uint64_t dev, ino;
	bool locked;
};
/*
 * Call fn for each vma, lowest first, until it returns non-zero; MM_MAP is held. Returns fn's last
 * value. fn may take a reference to obj, but must not call its ops (path) before mm_for_each_vma
 * has returned.
 */
int mm_for_each_vma(struct mm *mm, int (*fn)(void *arg, const struct mm_vma_info *v), void *arg);

struct mm_counts {
	uint64_t total, data, stack, exec, locked, shared; /* bytes of vmas */
	uint64_t resident; /* bytes, as the host says; 0 if it does not */
	uint64_t peak_total;
	uint32_t nvmas;
};
void mm_get_counts(struct mm *mm, struct mm_counts *ret);

/* dumpable flag of prctl(2) and the executable file (opaque to mm; released by the function given).
 */
/* Takes over one reference to exe. */
void mm_set_exe(struct mm *mm, void *exe, void *(*get)(void *), void (*put)(void *));
void *mm_get_exe(struct mm *mm); /* through get(); NULL: none */
_Atomic int *mm_dumpable(struct mm *mm);

/* ---- futex words ---- */

struct mm_futex_key {
	uint64_t a, b, c; /* equal keys: the same futex, futex(2) "private" and "shared" */
};
/* -EINVAL misaligned, -EFAULT nothing mapped there (shared only). */
MUST_CHECK int mm_futex_key(struct mm *mm, uaddr_t addr, bool shared, struct mm_futex_key *ret);
