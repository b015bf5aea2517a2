/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patched sites of one mm, and the code for it, which knows nothing of an mm (x86_64/site.c).
 *
 * Invariants: (1) a site, its pad and its trampoline are mapped together or not at all as patched:
 * who changes a range that one of them is in takes back the sites of that image first; (2) pads and
 * trampolines stay as long as their pages do, since a thread may be on its way; (3) a page is never
 * writable and executable for it.
 */
#pragma once

#include "sentry/mm/mm_priv.h"
#include "sentry/mm/patch.h"

#define PATCH_SITES  64u
#define PATCH_IMAGES 8u
#define PATCH_HOT    64u

/* An executable mapping whose last page has slack. */
struct patch_image {
	uint64_t lo, hi;   /* the mapping, as it was found; hi 0: none */
	uint32_t slack_at; /* offset in the last page: the entry's address, then trampolines */
	uint32_t used_to;  /* ... and where the next goes */
};

struct patch_site {
	uint64_t end; /* of the site */
	uint64_t pad, trampoline;
	uint32_t image;
};

/* Key: all [m] */
struct patches {
	uint32_t nsites, nimages;
	struct patch_site sites[PATCH_SITES];
	struct patch_image images[PATCH_IMAGES];
	struct {
		uint64_t ip;
		unsigned count; /* UINT_MAX: no */
	} hot[PATCH_HOT];
};

/*
 * [lo, hi) is about to change: sites of images in it become what they were. -ENOMEM: they did
 * not, and the change must not happen.
 */
MUST_CHECK int patches_leave(struct mm *mm, struct ctx *ctx, uint64_t lo, uint64_t hi)
	REQUIRES(mm->map_lock);
/* [lo, hi) is about to go: images that are wholly in it are forgotten. Before patches_leave. */
void patches_forget(struct mm *mm, uint64_t lo, uint64_t hi) REQUIRES(mm->map_lock);
/* As patches_leave; moreover the host has the mapping as one piece again, pads and all. */
MUST_CHECK int patches_vanish(struct mm *mm, struct ctx *ctx, uint64_t lo, uint64_t hi)
	REQUIRES(mm->map_lock);
/* For a copy of an mm that has a copy of its memory. */
MUST_CHECK int patches_copy(const struct mm *mm, struct mm *child) REQUIRES(mm->map_lock);
void patches_free(struct mm *mm);

/* ---- x86_64/site.c ---- */

#define SITE_CALL_LEN   2u
#define SITE_ENTRY_SIZE 8u
#define SITE_TRAMPOLINE 24u
/* Of a trampoline: behind its landing's syscall. */
#define SITE_LANDED 15u

/*
 * In a page of code a `syscall` ends at `end`: the offset of a pad for it. Instructions are followed
 * from there; nothing is taken for one that does not provably begin where it does. False: none.
 */
bool site_find_pad(const uint8_t *page, uint32_t end, uint32_t *ret_pad);
/* Write site and pad. base: the page's address. False: too far. */
bool site_patch(uint8_t *page, uint64_t base, uint32_t end, uint32_t pad, uint64_t trampoline);
void site_restore(uint8_t *page, uint32_t end);
bool site_write_trampoline(uint8_t *to, uint64_t at, uint64_t entry_at, uint64_t site_end);
