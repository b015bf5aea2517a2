/* SPDX-License-Identifier: Apache-2.0 */
/* Looking at an mm without changing it: vmas for procfs, counters, and the identity of futex words.
 */
#include <errno.h>

#include "sentry/mm/mm_priv.h"

/* Linux names the heap and the stack by where they are. */
static const char *vma_tag(struct mm *mm, const struct vma *v) REQUIRES(mm->map_lock)
{
	if (v->tag || v->obj)
		return v->tag;
	if (v->range.lo < mm->brk && v->range.hi > mm->brk_start)
		return "[heap]";
	if (v->range.lo <= mm->layout.stack_top && v->range.hi > mm->layout.stack_top)
		return "[stack]";
	return NULL;
}

static int vma_map_flags(const struct vma *v)
{
	int flags = v->flags & VMA_SHARED ? LX_MAP_SHARED : LX_MAP_PRIVATE;

	if (!v->obj)
		flags |= LX_MAP_ANONYMOUS;
	if (v->flags & VMA_GROWSDOWN)
		flags |= LX_MAP_GROWSDOWN;
	if (v->flags & VMA_NORESERVE)
		flags |= LX_MAP_NORESERVE;
	if (v->flags & VMA_LOCKED)
		flags |= LX_MAP_LOCKED;
	return flags;
}

int mm_for_each_vma(struct mm *mm, int (*fn)(void *arg, const struct mm_vma_info *v), void *arg)
{
	struct range *pos;
	int r = 0;

	GUARD(&mm->map_lock);
	rangemap_for_each(pos, &mm->vmas) {
		const struct vma *v = container_of(pos, struct vma, range);
		struct mm_vma_info info = {
			.lo = v->range.lo,
			.hi = v->range.hi,
			.off = v->obj ? v->off : 0,
			.prot = v->prot,
			.flags = vma_map_flags(v),
			.tag = vma_tag(mm, v),
			.obj = v->obj ? v->obj->m : NULL,
			.dev = v->obj ? v->obj->dev : 0,
			.ino = v->obj ? v->obj->ino : 0,
			.locked = (v->flags & VMA_LOCKED) != 0,
		};

		r = fn(arg, &info);
		if (r != 0)
			break;
	}
	return r;
}

void mm_get_counts(struct mm *mm, struct mm_counts *ret)
{
	GUARD(&mm->map_lock);
	*ret = mm->counts;
	ret->nvmas = (uint32_t)mm->vmas.count;
}

/* The identity of a word in a shared object: the inode, or the object where there is none. */
static struct mm_futex_key key_of_object(const struct vma *v, uint64_t addr)
{
	const struct vma_object *o = v->obj;
	uint64_t off = v->off + (addr - v->range.lo);

	/* Bit 0 keeps these apart from private keys, whose c is 0; words are aligned. */
	if (o->dev == 0 && o->ino == 0)
		return (struct mm_futex_key){0, (uint64_t)(uintptr_t)o->m, off | 1};
	return (struct mm_futex_key){o->dev, o->ino, off | 1};
}

int mm_futex_key(struct mm *mm, uaddr_t addr, bool shared, struct mm_futex_key *ret)
{
	const struct mm_futex_key private = {(uint64_t)(uintptr_t)mm, addr.va, 0};
	const struct vma *v;

	if (!is_aligned(addr.va, sizeof(uint32_t)))
		return -EINVAL;
	if (addr.va >= PLAT_GUEST_TOP)
		return -EFAULT;
	if (!shared) {
		*ret = private;
		return 0;
	}
	GUARD(&mm->map_lock);
	v = vma_find(mm, addr.va);
	if (!v || !(v->prot & MM_PROT_ACCESS))
		return -EFAULT;
	*ret = v->flags & VMA_SHARED ? key_of_object(v, addr.va) : private;
	return 0;
}
