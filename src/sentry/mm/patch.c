/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patched call sites of an mm: which, where their code goes, and how they are taken back. patch.h
 * has the picture, patch_priv.h the invariants. What is read of the guest here (code, ELF headers)
 * is believed for its own harm only: every offset is checked before it is used.
 */
#include "sentry/mm/patch.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>

#include "abi/elf.h"
#include "base/checked.h"
#include "base/log.h"
#include "sentry/core/alloc.h"
#include "sentry/mm/patch_priv.h"

#define PHDRS_MAX   32u
#define HEADER_VMAS 8 /* how many mappings below the code its ELF header may be */

static SLAB_DEFINE(patches_slab, struct patches);

static int read_guest(struct mm *mm, uint64_t addr, void *buf, size_t len)
{
	struct plat_piece p = {.addr = addr, .buf = buf, .len = len};

	return mm->ops->read(mm->as, &p, 1) == (ssize_t)len ? 0 : -EFAULT;
}

/* Lay a page of these bytes over the one that v has at `at`, in one step. */
static int replace_page(struct mm *mm, struct ctx *ctx, const struct vma *v, uint64_t at,
			const uint8_t *bytes) REQUIRES(mm->map_lock)
{
	AUTO(hostfd_put) struct hostfd *h = NULL;
	struct plat_cmd cmd = {
		.op = PLAT_MAP,
		.prot = v->prot & MM_PROT_ACCESS,
		.flags = MAP_PRIVATE,
		.addr = at,
		.len = LX_PAGE_SIZE,
	};
	uint8_t there;
	int r = hostfd_new_memory("code", LX_PAGE_SIZE, &h);

	if (r < 0)
		return r;
	if (hostfd_pwrite(h, bytes, LX_PAGE_SIZE, 0) != LX_PAGE_SIZE)
		return -ENOMEM;
	cmd.fd = hostfd_fd(h);
	r = mm->ops->run(ctx->pc, &cmd, 1);
	/* The host may have made room before it failed. Otherwise what was there stays. */
	if (r < 0 && read_guest(mm, at, &there, 1) < 0 &&
	    mm_host_map(mm, ctx, v, at, at + LX_PAGE_SIZE, 0) < 0)
		return -EFAULT;
	return r;
}

/* ---- images ---- */

static bool is_patchable(const struct vma *v)
{
	const uint32_t never = VMA_SHARED | VMA_GROWSDOWN | VMA_SPECIAL | VMA_SEALED |
			       VMA_WAS_WRITABLE | VMA_DROPPABLE;

	return v->obj && !(v->flags & never) && v->prot == (LX_PROT_READ | LX_PROT_EXEC);
}

/* Where the file of v is mapped from its beginning, at or below v. 0: nowhere near. */
static uint64_t find_header(struct vma *v)
{
	const struct vma_object *o = v->obj;

	for (int i = 0; v && i < HEADER_VMAS; i++, v = vma_prev(v)) {
		if (v->obj && v->obj->dev == o->dev && v->obj->ino == o->ino && v->off == 0 &&
		    (v->prot & LX_PROT_READ))
			return v->range.lo;
	}
	return 0;
}

/* Is v the pages of this segment and nothing else? Then where the slack of the last one begins. */
static bool segment_fits(const struct lx_elf64_phdr *p, const struct vma *v, uint32_t *ret)
{
	uint64_t end, page_end;

	if (p->p_type != LX_PT_LOAD || !(p->p_flags & LX_PF_X) || p->p_filesz != p->p_memsz)
		return false;
	if (!add_ok(p->p_offset, p->p_filesz, &end) || !align_up_ok(end, LX_PAGE_SIZE, &page_end))
		return false;
	if (align_down(p->p_offset, LX_PAGE_SIZE) != v->off || page_end != v->off + vma_len(v))
		return false;
	*ret = (uint32_t)(end % LX_PAGE_SIZE);
	return *ret != 0;
}

static int find_slack(struct mm *mm, struct vma *v, uint32_t *ret)
{
	struct lx_elf64_phdr phdrs[PHDRS_MAX];
	struct lx_elf64_ehdr e;
	uint64_t header = find_header(v);

	if (header == 0 || read_guest(mm, header, &e, sizeof(e)) < 0)
		return -ENOEXEC;
	if (memcmp(e.e_ident, "\177ELF", 4) != 0 || e.e_phentsize != sizeof(phdrs[0]) ||
	    e.e_phnum > PHDRS_MAX || e.e_phoff > LX_PAGE_SIZE)
		return -ENOEXEC;
	if (read_guest(mm, header + e.e_phoff, phdrs, e.e_phnum * sizeof(phdrs[0])) < 0)
		return -ENOEXEC;
	for (uint32_t i = 0; i < e.e_phnum; i++) {
		if (segment_fits(&phdrs[i], v, ret))
			return 0;
	}
	return -ENOEXEC;
}

static bool is_zero(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i])
			return false;
	}
	return true;
}

/* Of an image that has gone, with its sites, or a new one. */
static bool number_get(const struct patches *ps, uint32_t *ret)
{
	for (*ret = 0; *ret < ps->nimages; (*ret)++) {
		if (ps->images[*ret].hi == 0)
			return true;
	}
	return *ret < PATCH_IMAGES;
}

/* The image that v is, or a new one with its entry's place; nothing is written yet. */
static int image_get(struct mm *mm, struct vma *v, uint32_t *ret) REQUIRES(mm->map_lock)
{
	struct patches *ps = mm->patches;
	uint8_t page[LX_PAGE_SIZE];
	struct patch_image *img;
	uint32_t slack;
	int r;

	for (uint32_t i = 0; i < ps->nimages; i++) {
		if (ps->images[i].lo == v->range.lo && ps->images[i].hi == v->range.hi) {
			*ret = i;
			return 0;
		}
	}
	if (!number_get(ps, ret))
		return -ENOSPC;
	r = find_slack(mm, v, &slack);
	if (r == 0)
		r = read_guest(mm, v->range.hi - LX_PAGE_SIZE, page, sizeof(page));
	if (r < 0)
		return r;
	/* Not ours to use if there is something; also where sites were taken back once. */
	if (!is_zero(page + slack, LX_PAGE_SIZE - slack))
		return -ENOSPC;
	slack = (slack + SITE_ENTRY_SIZE - 1) / SITE_ENTRY_SIZE * SITE_ENTRY_SIZE;
	img = &ps->images[*ret];
	*img = (struct patch_image){
		.lo = v->range.lo,
		.hi = v->range.hi,
		.slack_at = slack,
		.used_to = slack + SITE_ENTRY_SIZE,
	};
	ps->nimages = MAX(ps->nimages, *ret + 1);
	return 0;
}

/* ---- sites ---- */

/* A trampoline in the image's last page, for the site that ends at `end`. */
static int add_trampoline(struct mm *mm, struct ctx *ctx, const struct vma *v,
			  const struct patch_image *img, uint64_t end) REQUIRES(mm->map_lock)
{
	uint64_t base = img->hi - LX_PAGE_SIZE;
	uint64_t entry = mm->ops->fast_entry(mm->platform);
	uint8_t page[LX_PAGE_SIZE];
	int r = read_guest(mm, base, page, sizeof(page));

	if (r < 0)
		return r;
	memcpy(page + img->slack_at, &entry, sizeof(entry));
	if (!site_write_trampoline(page + img->used_to, base + img->used_to, base + img->slack_at,
				   end))
		return -ERANGE;
	return replace_page(mm, ctx, v, base, page);
}

static int patch_site(struct mm *mm, struct ctx *ctx, uint64_t end) REQUIRES(mm->map_lock)
{
	uint64_t base = align_down(end - 1, LX_PAGE_SIZE);
	uint32_t at = (uint32_t)(end - base);
	struct patches *ps = mm->patches;
	struct vma *v = vma_find(mm, end - 1);
	uint8_t page[LX_PAGE_SIZE];
	struct patch_image *img;
	uint32_t image, pad;
	uint64_t trampoline;
	int r;

	if (!v || !is_patchable(v) || at < SITE_CALL_LEN || ps->nsites == PATCH_SITES)
		return -EINVAL;
	r = read_guest(mm, base, page, sizeof(page));
	if (r < 0)
		return r;
	if (page[at - 2] != 0x0f || page[at - 1] != 0x05 || !site_find_pad(page, at, &pad))
		return -ENOEXEC;
	r = image_get(mm, v, &image);
	if (r < 0)
		return r;
	img = &ps->images[image];
	if (img->used_to > LX_PAGE_SIZE - SITE_TRAMPOLINE)
		return -ENOSPC;
	trampoline = img->hi - LX_PAGE_SIZE + img->used_to;
	r = add_trampoline(mm, ctx, v, img, end);
	if (r < 0)
		return r;
	/* The site may be in the page that has just changed. */
	r = read_guest(mm, base, page, sizeof(page));
	if (r < 0 || !site_patch(page, base, at, pad, trampoline))
		return -ERANGE;
	r = replace_page(mm, ctx, v, base, page);
	if (r < 0)
		return r;
	img->used_to += SITE_TRAMPOLINE;
	ps->sites[ps->nsites++] = (struct patch_site){
		.end = end,
		.pad = base + pad,
		.trampoline = trampoline,
		.image = image,
	};
	return 0;
}

enum patch_verdict mm_patch_count(struct mm *mm, struct ctx *ctx, uint64_t ip, unsigned often)
{
	struct patches *ps;
	int r;
	size_t i = (size_t)(ip ^ ip >> 6 ^ ip >> 12) % PATCH_HOT;

	GUARD(&mm->map_lock);
	if (!mm->patches)
		mm->patches = slab_alloc(&patches_slab);
	ps = mm->patches;
	if (!ps)
		return PATCH_NOT_YET;
	if (ps->hot[i].ip != ip) {
		ps->hot[i].ip = ip;
		ps->hot[i].count = 0;
	}
	if (ps->hot[i].count == UINT_MAX)
		return PATCH_NO;
	if (++ps->hot[i].count < often)
		return PATCH_NOT_YET;
	ps->hot[i].count = UINT_MAX;
	r = patch_site(mm, ctx, ip);
	log_debug("patch: the call before %#llx: %s", (unsigned long long)ip,
		  r < 0 ? strerror(-r) : "done");
	return r == 0 ? PATCH_DONE : PATCH_NO;
}

uint64_t mm_patch_true_ip(struct mm *mm, uint64_t ip)
{
	GUARD(&mm->map_lock);
	for (uint32_t i = 0; mm->patches && i < mm->patches->nsites; i++) {
		const struct patch_site *s = &mm->patches->sites[i];

		/* All up to the landing's syscall can be done again; behind it nothing is left. */
		if (ip == s->pad || ip - s->trampoline < SITE_LANDED)
			return s->end - SITE_CALL_LEN;
		if (ip == s->trampoline + SITE_LANDED)
			return s->end;
	}
	return ip;
}

bool mm_is_patched(struct mm *mm)
{
	GUARD(&mm->map_lock);
	return mm->patches && mm->patches->nsites > 0;
}

/* ---- taking back ---- */

/* The sites of the image in the page of its first one: gone from the code, then from the list. */
static int restore_page(struct mm *mm, struct ctx *ctx, uint32_t image, uint64_t base)
	REQUIRES(mm->map_lock)
{
	struct patches *ps = mm->patches;
	struct vma *v = vma_find(mm, base);
	uint8_t page[LX_PAGE_SIZE];
	uint32_t kept = 0;
	int r = 0;

	if (v && v->obj)
		r = read_guest(mm, base, page, sizeof(page));
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < ps->nsites; i++) {
		uint64_t end = ps->sites[i].end;

		if (ps->sites[i].image == image && align_down(end - 1, LX_PAGE_SIZE) == base)
			site_restore(page, (uint32_t)(end - base));
	}
	if (v && v->obj)
		r = replace_page(mm, ctx, v, base, page);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < ps->nsites; i++) {
		uint64_t end = ps->sites[i].end;

		if (ps->sites[i].image != image || align_down(end - 1, LX_PAGE_SIZE) != base)
			ps->sites[kept++] = ps->sites[i];
	}
	ps->nsites = kept;
	return 0;
}

static int leave_image(struct mm *mm, struct ctx *ctx, uint32_t image) REQUIRES(mm->map_lock)
{
	struct patches *ps = mm->patches;

	for (uint32_t i = 0; i < ps->nsites;) {
		int r;

		if (ps->sites[i].image != image) {
			i++;
			continue;
		}
		r = restore_page(mm, ctx, image, align_down(ps->sites[i].end - 1, LX_PAGE_SIZE));
		if (r < 0)
			return -ENOMEM;
		i = 0;
	}
	ps->images[image].lo = ps->images[image].hi = 0;
	return 0;
}

/* All of it goes: nothing has to be what it was. */
static void forget_image(struct patches *ps, uint32_t image)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < ps->nsites; i++) {
		if (ps->sites[i].image != image)
			ps->sites[kept++] = ps->sites[i];
	}
	ps->nsites = kept;
	ps->images[image].lo = ps->images[image].hi = 0;
}

int patches_leave(struct mm *mm, struct ctx *ctx, uint64_t lo, uint64_t hi)
{
	struct patches *ps = mm->patches;
	int r = 0;

	for (uint32_t i = 0; ps && i < ps->nimages && r == 0; i++) {
		const struct patch_image *img = &ps->images[i];

		if (img->lo < hi && img->hi > lo)
			r = leave_image(mm, ctx, i);
	}
	return r;
}

void patches_forget(struct mm *mm, uint64_t lo, uint64_t hi)
{
	struct patches *ps = mm->patches;

	for (uint32_t i = 0; ps && i < ps->nimages; i++) {
		if (ps->images[i].hi && ps->images[i].lo >= lo && ps->images[i].hi <= hi)
			forget_image(ps, i);
	}
}

int patches_vanish(struct mm *mm, struct ctx *ctx, uint64_t lo, uint64_t hi)
{
	uint64_t a = lo, b = hi;
	bool found = false;
	struct vma *v;
	int r = 0;

	for (uint32_t i = 0; mm->patches && i < mm->patches->nimages; i++) {
		const struct patch_image *img = &mm->patches->images[i];

		if (img->lo >= hi || img->hi <= lo)
			continue;
		found = true;
		a = MIN(a, img->lo);
		b = MAX(b, img->hi);
	}
	if (!found)
		return 0;
	r = patches_leave(mm, ctx, lo, hi);
	for (v = vma_after(mm, a); r == 0 && v && v->range.lo < b; v = vma_next(v)) {
		if (is_patchable(v))
			r = mm_host_map(mm, ctx, v, v->range.lo, v->range.hi, 0);
	}
	return r;
}

int patches_copy(const struct mm *mm, struct mm *child)
{
	if (!mm->patches)
		return 0;
	child->patches = slab_alloc(&patches_slab);
	if (!child->patches)
		return -ENOMEM;
	*child->patches = *mm->patches;
	return 0;
}

void patches_free(struct mm *mm)
{
	slab_free(&patches_slab, mm->patches);
	mm->patches = NULL;
}
