/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of this room share: the bodies of an mm and of its vmas, and the steps that every
 * change is made of.
 *
 * The order of a change: (1) host descriptors are got, without locks; (2) MM_MAP is taken and
 * everything that can fail is decided, spare vmas included; (3) the platform carries out one batch;
 * (4) the vma set follows, which cannot fail; (5) MM_MAP is dropped, and only then are objects let
 * go, since a mappable's release may block.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "abi/mman.h"
#include "abi/page.h"
#include "base/list.h"
#include "base/lock.h"
#include "base/rangemap.h"
#include "base/ref.h"
#include "sentry/core/hostfd.h"
#include "sentry/mm/mm.h"

/* sysctl vm.max_map_count, and the pages that stay free below a stack. */
#define MM_MAX_MAP_COUNT 65530u
#define MM_STACK_GAP     (256 * LX_PAGE_SIZE)
#define MM_HUGE_SIZE     (2ull << 20)
#define MM_PROT_ACCESS   (LX_PROT_READ | LX_PROT_WRITE | LX_PROT_EXEC)

enum vma_flags {
	VMA_SHARED = 1 << 0,
	VMA_GROWSDOWN = 1 << 1,
	VMA_LOCKED = 1 << 2,
	VMA_LOCKONFAULT = 1 << 3, /* only with VMA_LOCKED */
	VMA_DONTFORK = 1 << 4,
	VMA_WIPEONFORK = 1 << 5,
	VMA_DONTDUMP = 1 << 6,
	VMA_NORESERVE = 1 << 7,
	VMA_DROPPABLE = 1 << 8,
	VMA_SPECIAL = 1 << 9, /* tagged: never merged, never expanded */
	VMA_SEALED = 1 << 10,
	VMA_HUGE = 1 << 11, /* these four: what madvise said of it, which keeps it from merging with
			       others */
	VMA_NOHUGE = 1 << 12, /* also MAP_STACK */
	VMA_RANDOM = 1 << 13,
	VMA_SEQUENTIAL = 1 << 14,
	VMA_WAS_WRITABLE = 1 << 15, /* a private mapping of a file, which need not be the file's any
				       more (Linux's VM_ACCOUNT keeps such apart as well) */
};
#define VMA_LOCK_MASK (VMA_LOCKED | VMA_LOCKONFAULT)

/* What a mapping of a file or shared object stands on. Shared by all pieces that one mmap was split
 * into. [I] all. */
struct vma_object {
	struct ref ref;
	struct mappable *m; /* owned */
	struct hostfd *h;   /* owned */
	uint64_t delta;     /* host offset = guest offset + delta */
	uint64_t dev, ino;
	bool writable; /* h may be mapped shared and writable */
};

/* All fields [m]: the mm's map_lock. */
struct vma {
	struct range range;
	struct list dead; /* in a vma_dead, after it left the set */
	uint64_t off; /* of range.lo in obj; without obj the address that lo had when it was first
			 mapped */
	struct vma_object *obj; /* owned; NULL: private anonymous */
	const char *tag;
	uint32_t flags; /* enum vma_flags */
	uint8_t prot, max_prot;
};

/* Key: [I] set before shared, then immutable; [a] atomic; [m] map_lock */
struct mm {
	struct ref ref;
	const struct platform_ops *ops; /* [I] */
	struct platform *platform;      /* [I] */
	struct aspace *as;              /* [I] owned */
	uint64_t largest_map;           /* [I] bytes of one PLAT_MAP */
	_Atomic int dumpable;           /* [a] */

	struct lock map_lock;
	struct rangemap vmas;     /* [m] page aligned, disjoint, below PLAT_GUEST_TOP */
	struct mm_counts counts;  /* [m] resident and nvmas are filled in by mm_get_counts */
	uint32_t def_flags;       /* [m] VMA_LOCK_MASK bits that new mappings get (MCL_FUTURE) */
	uint64_t mmap_top;        /* [m] where the search for room begins, downwards */
	uint64_t brk_start, brk;  /* [m] the heap is [brk_start, brk), brk not aligned */
	bool randomized;          /* [m] */
	struct mm_layout layout;  /* [m] brk_start is kept above */
	void *exe;                /* [m] */
	void *(*exe_get)(void *); /* [m] */
	void (*exe_put)(void *);  /* [m] */
	struct patches *patches;  /* [m] owned; NULL: no call was ever counted. patch_priv.h */
};

/* ---- vma.c: the set ---- */

struct vma *vma_find(struct mm *mm, uint64_t addr) REQUIRES(mm->map_lock);
/* The one that contains addr, else the next one up; NULL: none. */
struct vma *vma_after(struct mm *mm, uint64_t addr) REQUIRES(mm->map_lock);
struct vma *vma_next(struct vma *v);
struct vma *vma_prev(struct vma *v);
#define vma_for_each_in(v, mm, lo_, hi_)                                                           \
	for (v = vma_after(mm, lo_); v && v->range.lo < (hi_); v = vma_next(v))

static inline uint64_t vma_len(const struct vma *v)
{
	return v->range.hi - v->range.lo;
}

/* What the room above it begins with: the guard gap of a stack counts. */
uint64_t vma_lo_with_gap(const struct vma *v);
bool vma_is_data(uint32_t flags, int prot);
/* Add a vma to the counters, or take it away; around each change of its range, flags or prot. */
void vma_account(struct mm *mm, const struct vma *v) REQUIRES(mm->map_lock);
void vma_unaccount(struct mm *mm, const struct vma *v) REQUIRES(mm->map_lock);

/* Vmas made before a change, so that the change cannot fail. */
struct vma_spares {
	struct vma *v[6];
	unsigned n;
};
MUST_CHECK int vma_spares_fill(struct vma_spares *s, unsigned n);
struct vma *vma_spares_take(struct vma_spares *s);
void vma_spares_fini(struct vma_spares *s);
DEFINE_AUTO_INPLACE(struct vma_spares, vma_spares_fini)

/* Vmas that left the set; freed with their objects at the end of a scope that has no lock (declare
 * it before GUARD). */
struct vma_dead {
	struct list list;
};
#define VMA_DEAD_INIT(name)                                                                        \
	{                                                                                          \
		LIST_INIT((name).list)                                                             \
	}
void vma_dead_fini(struct vma_dead *d);
DEFINE_AUTO_INPLACE(struct vma_dead, vma_dead_fini)

/* How many vmas have lo or hi inside them: the spares that vmas_isolate takes. */
unsigned vmas_splits(struct mm *mm, uint64_t lo, uint64_t hi) REQUIRES(mm->map_lock);
/* Cut at lo and hi, so that each vma is wholly inside or outside. */
void vmas_isolate(struct mm *mm, uint64_t lo, uint64_t hi, struct vma_spares *s)
	REQUIRES(mm->map_lock);
/* Take everything in [lo, hi) out of the set. */
void vmas_cut(struct mm *mm, uint64_t lo, uint64_t hi, struct vma_spares *s, struct vma_dead *dead)
	REQUIRES(mm->map_lock);
/* Put v (taken over) into a hole of the set and merge it with its neighbours where Linux would. */
void vmas_add(struct mm *mm, struct vma *v, struct vma_dead *dead) REQUIRES(mm->map_lock);
/* Merge what has become alike in [lo, hi] and at its borders. */
void vmas_merge(struct mm *mm, uint64_t lo, uint64_t hi, struct vma_dead *dead)
	REQUIRES(mm->map_lock);
/* The bytes of [lo, hi) that vmas with all of `flags` cover. */
uint64_t vmas_covered(struct mm *mm, uint64_t lo, uint64_t hi, uint32_t flags)
	REQUIRES(mm->map_lock);
bool vmas_any(struct mm *mm, uint64_t lo, uint64_t hi, uint32_t flags) REQUIRES(mm->map_lock);
/* A copy with its own reference to the object, in no set. NULL: out of memory. */
struct vma *vma_dup(const struct vma *v);
void vma_free(struct vma *v);
DEFINE_AUTO(struct vma *, vma_free)

/* Asks the mappable for its descriptor; may block. Caller owns. */
MUST_CHECK int vma_object_new(struct mappable *m, struct ctx *ctx, bool writable,
			      struct vma_object **ret);
struct vma_object *vma_object_get(struct vma_object *o);
/* A vma (not just any holder) has this object now; vma_free tells of its end. Accepts NULL. */
void vma_object_shown(struct vma_object *o);
void vma_object_put(struct vma_object *o);
DEFINE_AUTO(struct vma_object *, vma_object_put)

/* ---- layout.c: room and limits ---- */

/* Room for len bytes: hint if it is free, else as MAP_32BIT, MAP_ABOVE4G or the top of the mmap
 * area say. -ENOMEM. */
MUST_CHECK int mm_find_room(struct mm *mm, uint64_t hint, uint64_t len, uint64_t align,
			    int map_flags, uint64_t *ret) REQUIRES(mm->map_lock);
/* May `more` bytes of such memory be added, of which `freed` are replaced: RLIMIT_AS, RLIMIT_DATA. */
bool mm_may_expand(struct mm *mm, struct ctx *ctx, uint32_t flags, int prot, uint64_t more,
		   uint64_t freed) REQUIRES(mm->map_lock);
/* May `more` bytes be locked: RLIMIT_MEMLOCK, CAP_IPC_LOCK; always if flags lack VMA_LOCKED. */
bool mm_may_lock(struct mm *mm, struct ctx *ctx, uint32_t flags, uint64_t more)
	REQUIRES(mm->map_lock);
/* -EPERM if the caller may lock nothing at all. */
MUST_CHECK int mm_can_lock(struct ctx *ctx);

/* ---- host.c: what the platform is told ---- */

/* Map [lo, hi) as v says; more: host MAP_ flags. On failure nothing of ours is left there. */
MUST_CHECK int mm_host_map(struct mm *mm, struct ctx *ctx, const struct vma *v, uint64_t lo,
			   uint64_t hi, int more) REQUIRES(mm->map_lock);
MUST_CHECK int mm_host_unmap(struct mm *mm, struct ctx *ctx, uint64_t lo, uint64_t hi)
	REQUIRES(mm->map_lock);
MUST_CHECK int mm_host_protect(struct mm *mm, struct ctx *ctx, uint64_t lo, uint64_t hi, int prot)
	REQUIRES(mm->map_lock);
MUST_CHECK int mm_host_move(struct mm *mm, struct ctx *ctx, uint64_t lo, uint64_t len,
			    uint64_t new_lo, uint64_t new_len) REQUIRES(mm->map_lock);
MUST_CHECK int mm_host_advise(struct mm *mm, struct ctx *ctx, uint64_t lo, uint64_t hi, int advice)
	REQUIRES(mm->map_lock);
/*
 * The platform failed half-way through a change of [lo, hi): make the host forget the range and the
 * set follow, so that both say the same. Takes up to two spares. If even that fails the host's
 * answer to each access is still the truth.
 */
void mm_host_forget(struct mm *mm, struct ctx *ctx, uint64_t lo, uint64_t hi, struct vma_spares *s,
		    struct vma_dead *dead) REQUIRES(mm->map_lock);
/* Make the pages of [lo, hi) present as v allows it. -EFAULT past the end of a file, -ENOMEM. */
MUST_CHECK int mm_host_populate(struct mm *mm, struct ctx *ctx, const struct vma *v, uint64_t lo,
				uint64_t hi) REQUIRES(mm->map_lock);

/* ---- unmap.c ---- */

MUST_CHECK int mm_unmap_locked(struct mm *mm, struct ctx *ctx, uint64_t lo, uint64_t hi,
			       struct vma_dead *dead) REQUIRES(mm->map_lock);

/* ---- mm.c ---- */

struct mm *mm_alloc(const struct platform_ops *ops, struct platform *p);
void mm_free(struct mm *mm);
DEFINE_AUTO(struct mm *, mm_free)
