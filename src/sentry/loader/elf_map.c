/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mapping a checked ELF file: each PT_LOAD a private mapping of the file, then zeroes up to its
 * size in memory, as Linux does it: the rest of the last page is cleared if it can be written,
 * whole pages are fresh memory. Segments that share a page are laid over each other in the order of
 * the headers.
 */
#include <errno.h>

#include "abi/mman.h"
#include "base/checked.h"
#include "host/rand.h"
#include "sentry/loader/loader_priv.h"
#include "sentry/mm/uaccess.h"

#define PROT_ALL          (LX_PROT_READ | LX_PROT_WRITE | LX_PROT_EXEC)
#define MMAP_RANDOM_PAGES (1ull << 28)

/* Evenly distributed enough for address layout; below is at most 2^40. */
uint64_t loader_random(uint64_t below)
{
	uint64_t rnd;

	host_random(&rnd, sizeof(rnd));
	return rnd % below;
}

/* Two thirds up: apart from the mmap area, which grows down from the stack, and from programs at
 * fixed addresses. */
uint64_t elf_pie_base(void)
{
	return align_down(LX_TASK_SIZE / 3 * 2, LX_PAGE_SIZE);
}

int elf_choose_bias(struct mm *mm, const struct elf_file *e, bool with_interp, bool randomize,
		    uint64_t *ret)
{
	uint64_t base;
	uaddr_t at;
	int r;

	if (e->eh.e_type == LX_ET_EXEC) {
		*ret = 0;
		return 0;
	}
	if (with_interp) {
		base = elf_pie_base();
		if (randomize)
			base += loader_random(MMAP_RANDOM_PAGES) << LX_PAGE_SHIFT;
		base = align_down(base, e->align);
	} else {
		r = mm_find_free(mm, e->hi - e->lo, e->align, &at);
		if (r < 0)
			return r;
		base = at.va;
	}
	/* A file linked above zero keeps its distance; the sum wraps back by design. */
	*ret = base - e->lo;
	return 0;
}

static int segment_prot(const struct lx_elf64_phdr *ph)
{
	int prot = 0;

	if (ph->p_flags & LX_PF_R)
		prot |= LX_PROT_READ;
	if (ph->p_flags & LX_PF_W)
		prot |= LX_PROT_WRITE;
	if (ph->p_flags & LX_PF_X)
		prot |= LX_PROT_EXEC;
	return prot;
}

static int segment_map_file(struct ctx *ctx, struct mm *mm, const struct elf_file *e,
			    const struct lx_elf64_phdr *ph, uint64_t addr)
{
	uint64_t in_page = addr % LX_PAGE_SIZE;
	struct mm_map_args a = {
		.addr = uaddr(addr - in_page),
		.len = ph->p_filesz + in_page,
		.prot = segment_prot(ph),
		.flags = LX_MAP_PRIVATE | LX_MAP_FIXED,
		.max_prot = PROT_ALL,
		.obj = e->m,
		.off = ph->p_offset - in_page,
	};
	uaddr_t at;

	return mm_map(mm, ctx, &a, &at);
}

/* The memory of a segment behind its bytes in the file: [lo, hi). */
static int segment_zero(struct ctx *ctx, struct mm *mm, const struct lx_elf64_phdr *ph, uint64_t lo,
			uint64_t hi)
{
	uint64_t page = align_down(lo + LX_PAGE_SIZE - 1, LX_PAGE_SIZE);
	struct mm_map_args a = {
		.addr = uaddr(page),
		.prot = LX_PROT_READ | LX_PROT_WRITE | (segment_prot(ph) & LX_PROT_EXEC),
		.flags = LX_MAP_PRIVATE | LX_MAP_ANONYMOUS | LX_MAP_FIXED,
		.max_prot = PROT_ALL,
	};
	uaddr_t at;

	if (ph->p_filesz > 0 && (ph->p_flags & LX_PF_W) && page > lo &&
	    copy_out_zero(mm, uaddr(lo), page - lo) < 0)
		return -EFAULT;
	if (hi <= page)
		return 0;
	a.len = hi - page;
	return mm_map(mm, ctx, &a, &at);
}

static int segment_map(struct ctx *ctx, struct mm *mm, const struct elf_file *e,
		       const struct lx_elf64_phdr *ph, uint64_t bias)
{
	uint64_t addr = ph->p_vaddr + bias;
	int r;

	if (ph->p_filesz > 0) {
		r = segment_map_file(ctx, mm, e, ph, addr);
		if (r < 0)
			return r;
	}
	if (ph->p_memsz > ph->p_filesz)
		return segment_zero(ctx, mm, ph, addr + ph->p_filesz, addr + ph->p_memsz);
	return 0;
}

/* The borders that /proc/pid/stat shows, and the program headers' address. */
static void place_note(struct elf_place *p, const struct elf_file *e,
		       const struct lx_elf64_phdr *ph)
{
	uint64_t lo = ph->p_vaddr + p->bias;
	uint64_t file_hi = lo + ph->p_filesz;

	if ((ph->p_flags & LX_PF_X) && lo < p->code_lo)
		p->code_lo = lo;
	if ((ph->p_flags & LX_PF_X) && file_hi > p->code_hi)
		p->code_hi = file_hi;
	p->data_lo = MAX(p->data_lo, lo);
	p->data_hi = MAX(p->data_hi, file_hi);
	p->end = MAX(p->end, lo + ph->p_memsz);
	if (ph->p_offset <= e->eh.e_phoff && e->eh.e_phoff - ph->p_offset < ph->p_filesz)
		p->phdr = e->eh.e_phoff - ph->p_offset + lo;
}

int elf_map(struct ctx *ctx, struct mm *mm, const struct elf_file *e, uint64_t bias,
	    struct elf_place *ret)
{
	struct elf_place p = {
		.bias = bias, .entry = e->eh.e_entry + bias, .phdr = bias, .code_lo = UINT64_MAX};
	uint64_t lo = e->lo + bias;
	uint64_t hi = e->hi + bias;
	unsigned i;
	int r;

	if (lo < PLAT_GUEST_BOTTOM)
		return -EPERM;
	if (hi <= lo || hi > PLAT_GUEST_TOP || p.entry >= PLAT_GUEST_TOP)
		return -EINVAL;
	if (!mm_is_free(mm, lo, hi))
		return -EEXIST;
	for (i = 0; i < e->nph; i++) {
		const struct lx_elf64_phdr *ph = &e->ph[i];

		if (ph->p_type != LX_PT_LOAD || ph->p_memsz == 0)
			continue;
		r = segment_map(ctx, mm, e, ph, bias);
		if (r < 0)
			return r;
		place_note(&p, e, ph);
	}
	if (p.code_lo == UINT64_MAX)
		p.code_lo = p.code_hi;
	*ret = p;
	return 0;
}
