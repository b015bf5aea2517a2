/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the platform is told: the vma set's wishes as memory commands of the caller's own context.
 * The host never gets MAP_GROWSDOWN (growth is mm_fault's) nor mlock (its limit is not the guest's).
 */
#include <errno.h>
#include <sys/mman.h>

#include "sentry/core/alloc.h"
#include "sentry/mm/mm_priv.h"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ  LX_MADV_POPULATE_READ
#define MADV_POPULATE_WRITE LX_MADV_POPULATE_WRITE
#endif

static int run_one(struct mm *mm, struct ctx *ctx, struct plat_cmd *cmd)
{
	return mm->ops->run(ctx->pc, cmd, 1);
}

static int host_map_flags(const struct vma *v, int more)
{
	int flags = more;

	if (v->flags & VMA_DROPPABLE)
		flags |= LX_MAP_DROPPABLE;
	else
		flags |= (v->flags & VMA_SHARED) ? MAP_SHARED : MAP_PRIVATE;
	if (!v->obj)
		flags |= MAP_ANONYMOUS;
	if (v->flags & VMA_NORESERVE)
		flags |= MAP_NORESERVE;
	if (v->flags & VMA_NOHUGE)
		flags |= MAP_STACK; /* no huge pages, since Linux 6.7 */
	return flags;
}

int mm_host_map(struct mm *mm, struct ctx *ctx, const struct vma *v, uint64_t lo, uint64_t hi,
		int more)
{
	uint64_t off = v->obj ? v->off + (lo - v->range.lo) + v->obj->delta : 0;
	uint64_t at = lo;

	while (at < hi) {
		struct plat_cmd cmd = {
			.op = PLAT_MAP,
			.prot = v->prot & MM_PROT_ACCESS,
			.flags = host_map_flags(v, more),
			.fd = v->obj ? hostfd_fd(v->obj->h) : -1,
			.addr = at,
			.len = MIN(hi - at, mm->largest_map),
			.off = v->obj ? off + (at - lo) : 0,
		};
		int r = run_one(mm, ctx, &cmd);

		if (r < 0) {
			if (at > lo && mm_host_unmap(mm, ctx, lo, at) < 0)
				return -ENOMEM;
			return r;
		}
		at += cmd.len;
	}
	return 0;
}

int mm_host_unmap(struct mm *mm, struct ctx *ctx, uint64_t lo, uint64_t hi)
{
	struct plat_cmd cmd = {.op = PLAT_UNMAP, .fd = -1, .addr = lo, .len = hi - lo};

	return run_one(mm, ctx, &cmd);
}

int mm_host_protect(struct mm *mm, struct ctx *ctx, uint64_t lo, uint64_t hi, int prot)
{
	struct plat_cmd cmd = {.op = PLAT_PROTECT,
			       .fd = -1,
			       .prot = prot & MM_PROT_ACCESS,
			       .addr = lo,
			       .len = hi - lo};

	return run_one(mm, ctx, &cmd);
}

int mm_host_move(struct mm *mm, struct ctx *ctx, uint64_t lo, uint64_t len, uint64_t new_lo,
		 uint64_t new_len)
{
	struct plat_cmd cmd = {.op = PLAT_MOVE,
			       .fd = -1,
			       .addr = lo,
			       .len = len,
			       .new_addr = new_lo,
			       .new_len = new_len};

	return run_one(mm, ctx, &cmd);
}

int mm_host_advise(struct mm *mm, struct ctx *ctx, uint64_t lo, uint64_t hi, int advice)
{
	struct plat_cmd cmd = {
		.op = PLAT_ADVISE, .fd = -1, .flags = advice, .addr = lo, .len = hi - lo};

	return run_one(mm, ctx, &cmd);
}

void mm_host_forget(struct mm *mm, struct ctx *ctx, uint64_t lo, uint64_t hi, struct vma_spares *s,
		    struct vma_dead *dead)
{
	/* Also when the host refuses: what is left there is the guest's own private memory, and no
	 * vma admits to it. */
	(void)!mm_host_unmap(mm, ctx, lo, hi);
	vmas_cut(mm, lo, hi, s, dead);
}

/* A host that lacks MADV_POPULATE_*: look at one byte of each page. Breaks no copy-on-write. */
static int populate_by_reading(struct mm *mm, uint64_t lo, uint64_t hi)
{
	uint64_t at;
	uint8_t byte;

	for (at = lo; at < hi; at += LX_PAGE_SIZE) {
		struct plat_piece p = {.addr = at, .buf = &byte, .len = 1};

		if (mm->ops->read(mm->as, &p, 1) != 1)
			return -EFAULT;
	}
	return 0;
}

int mm_host_populate(struct mm *mm, struct ctx *ctx, const struct vma *v, uint64_t lo, uint64_t hi)
{
	bool write = (v->prot & LX_PROT_WRITE) && !(v->flags & VMA_SHARED);
	int r;

	if (!(v->prot & MM_PROT_ACCESS))
		return -EFAULT;
	r = mm_host_advise(mm, ctx, lo, hi, write ? MADV_POPULATE_WRITE : MADV_POPULATE_READ);
	if (r == -EINVAL)
		return populate_by_reading(mm, lo, hi);
	return r;
}
