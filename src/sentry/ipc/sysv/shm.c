/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared memory segments: shmget(2), shmat(2), shmdt(2). A segment is one host file that
 * attachments map. mm tells of each vma that comes and goes, so nattch follows fork, exec, exit,
 * mmap over it and a split by mprotect, as Linux counts.
 *
 * A segment ends when it was removed (LX_SHM_DEST) and nattch is 0. Invariant: nattch rises from 0
 * only under the lock, in sysv_shm_attach, and falls only under the lock; a vma that is copied
 * under MM_MAP is itself counted already.
 *
 * Differs: shm_lpid is the last shmat or shmdt, not a fork or exit; the memory of a segment is not
 * reserved when it is made.
 */
#include <errno.h>

#include "abi/capability.h"
#include "abi/mman.h"
#include "abi/page.h"
#include "base/strbuf.h"
#include "platform/platform.h"
#include "sentry/core/alloc.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/core/hostfd.h"
#include "sentry/ipc/sysv/sysv_priv.h"
#include "sentry/mm/mm.h"

/* The device of Linux's internal tmpfs, 0:1; the inode number is the id. */
#define SHM_DEV 1

struct ipc_table shm_table = IPC_TABLE_INIT(LX_SHMMNI, "shm");
uint64_t shm_total_pages;

static SLAB_DEFINE(shm_slab, struct shm);

static struct shm *shm_of_map(struct mappable *m)
{
	return container_of(m, struct shm, map);
}

/* ---- as something that is mapped ---- */

static int shm_hostfd(struct mappable *m, struct ctx *ctx UNUSED, bool writable UNUSED,
		      struct hostfd **ret, uint64_t *ret_delta)
{
	*ret = hostfd_get(shm_of_map(m)->h);
	*ret_delta = 0;
	return 0;
}

static void shm_ident(struct mappable *m, uint64_t *ret_dev, uint64_t *ret_ino)
{
	*ret_dev = SHM_DEV;
	*ret_ino = (uint64_t)shm_of_map(m)->ipc.id;
}

static void shm_path(struct mappable *m, struct strbuf *sb)
{
	strbuf_addf(sb, "/SYSV%08x (deleted)", (unsigned)shm_of_map(m)->made_key);
}

static void shm_vma_added(struct mappable *m)
{
	struct shm *s = shm_of_map(m);

	atomic_fetch_add(&s->nattch, 1);
	atomic_store(&s->atime, ipc_now());
}

bool shm_end_if_unused(struct shm *s)
{
	if (s->ipc.removed || !(s->ipc.mode & LX_SHM_DEST) || atomic_load(&s->nattch) > 0)
		return false;
	ipc_remove(&shm_table, &s->ipc);
	shm_total_pages -= s->npages;
	return true;
}

static void shm_vma_removed(struct mappable *m)
{
	struct shm *s = shm_of_map(m);
	bool ended;

	lock_acquire(&shm_table.lock);
	s->dtime = ipc_now();
	atomic_fetch_sub(&s->nattch, 1);
	ended = shm_end_if_unused(s);
	lock_release(&shm_table.lock);
	if (ended)
		mappable_put(m); /* not the last: who tells us holds one */
}

static void shm_release(struct mappable *m)
{
	struct shm *s = shm_of_map(m);

	hostfd_put(s->h);
	slab_free(&shm_slab, s);
}

static const struct mappable_ops shm_ops = {
	.hostfd = shm_hostfd,
	.ident = shm_ident,
	.path = shm_path,
	.vma_added = shm_vma_added,
	.vma_removed = shm_vma_removed,
	.release = shm_release,
};

/* ---- shmget ---- */

static int shm_fits(struct ipc_object *o, const struct ipc_wish *w)
{
	return w->size > shm_of(o)->size ? -EINVAL : 0;
}

static int shm_make(const struct ipc_wish *w, struct ipc_object **ret)
{
	uint64_t bytes, npages;
	struct shm *s;
	int r;

	LOCK_ASSERT_HELD(&shm_table.lock);
	if (w->size < LX_SHMMIN || w->size > LX_SHMMAX)
		return -EINVAL;
	if (!align_up_ok(w->size, LX_PAGE_SIZE, &bytes))
		return -ENOSPC;
	npages = bytes / LX_PAGE_SIZE;
	if (npages > LX_SHMALL - shm_total_pages)
		return -ENOSPC;
	if (bytes > PLAT_GUEST_TOP) /* could never be attached */
		return -ENOMEM;
	s = slab_alloc(&shm_slab);
	if (!s)
		return -ENOMEM;
	r = hostfd_new_memory("sysv", bytes, &s->h);
	if (r < 0) {
		slab_free(&shm_slab, s);
		return -ENOMEM;
	}
	s->map.ops = &shm_ops;
	ref_init(&s->map.ref);
	s->made_key = w->key;
	s->size = w->size;
	s->npages = npages;
	s->cpid = w->pid;
	s->ctime = ipc_now();
	shm_total_pages += npages;
	*ret = &s->ipc;
	return 0;
}

static void shm_unmake(struct ipc_object *o)
{
	struct shm *s = shm_of(o);

	LOCK_ASSERT_HELD(&shm_table.lock);
	shm_total_pages -= s->npages;
	mappable_put(&s->map);
}

long sysv_shm_get(struct ctx *ctx, int32_t key, uint64_t size, unsigned flags)
{
	struct ipc_wish w = {
		.fits = shm_fits,
		.make = shm_make,
		.free = shm_unmake,
		.key = key,
		.flags = flags,
		.size = size,
		.pid = ctx->tgid,
	};

	/* No huge pages: as a machine whose pool is empty. */
	if (flags & LX_SHM_HUGETLB)
		return cred_capable(ctx->cred, LX_CAP_IPC_LOCK) ? -ENOMEM : -EPERM;
	return ipc_get(ctx, &shm_table, &w);
}

/* ---- shmat ---- */

/* Where and how, shmat(2): what can be said without looking at the segment. */
static int plan_attach(uaddr_t addr, unsigned flags, struct mm_map_args *a)
{
	if (addr.va % LX_SHMLBA != 0) {
		if (!(flags & LX_SHM_RND))
			return -EINVAL;
		addr.va = align_down(addr.va, LX_SHMLBA);
		if (addr.va == 0 && (flags & LX_SHM_REMAP))
			return -EINVAL;
		/* Linux: an address that was given is meant, even if it was rounded down to 0. */
		a->flags = LX_MAP_FIXED;
	}
	if (addr.va != 0)
		a->flags = LX_MAP_FIXED;
	else if (flags & LX_SHM_REMAP)
		return -EINVAL;
	if (a->flags && !(flags & LX_SHM_REMAP))
		a->flags |= LX_MAP_FIXED_NOREPLACE;
	a->flags |= LX_MAP_SHARED;
	a->addr = addr;
	a->prot = LX_PROT_READ;
	a->max_prot = LX_PROT_READ | LX_PROT_EXEC;
	if (!(flags & LX_SHM_RDONLY)) {
		a->prot |= LX_PROT_WRITE;
		a->max_prot |= LX_PROT_WRITE;
	}
	if (flags & LX_SHM_EXEC)
		a->prot |= LX_PROT_EXEC;
	return 0;
}

/* Count the attachment before it exists, so that nobody ends the segment meanwhile. Caller owns a
 * reference, and the count. */
static int begin_attach(struct ctx *ctx, int32_t id, unsigned want, struct shm **ret)
{
	struct ipc_object *o;
	int r;

	GUARD(&shm_table.lock);
	LOCK_ASSERT_HELD(&shm_table.lock);
	r = ipc_find_for(ctx, &shm_table, id, want, &o);
	if (r < 0)
		return r;
	atomic_fetch_add(&shm_of(o)->nattch, 1);
	mappable_get(&shm_of(o)->map);
	*ret = shm_of(o);
	return 0;
}

static void end_attach(struct ctx *ctx, struct shm *s, bool attached)
{
	bool ended;

	lock_acquire(&shm_table.lock);
	if (attached)
		s->lpid = ctx->tgid;
	atomic_fetch_sub(&s->nattch, 1);
	ended = shm_end_if_unused(s);
	lock_release(&shm_table.lock);
	if (ended)
		mappable_put(&s->map);
	mappable_put(&s->map);
}

int sysv_shm_attach(struct ctx *ctx, struct mm *mm, int32_t id, uaddr_t addr, unsigned flags,
		    uaddr_t *ret)
{
	unsigned want = (flags & LX_SHM_RDONLY ? 0444 : 0666) | (flags & LX_SHM_EXEC ? 0111 : 0);
	struct mm_map_args a = {.flags = 0};
	struct shm *s = NULL;
	int r;

	if (id < 0)
		return -EINVAL;
	r = plan_attach(addr, flags, &a);
	if (r == 0)
		r = begin_attach(ctx, id, want, &s);
	if (r < 0)
		return r;
	a.obj = &s->map;
	a.len = s->size;
	r = mm_map(mm, ctx, &a, ret);
	end_attach(ctx, s, r == 0);
	return r == -EEXIST ? -EINVAL : r;
}

/* ---- shmdt ---- */

/* The lowest vma at or above lo, and starting below hi, that a shmat at addr has made. */
struct shm_search {
	uint64_t addr, lo, hi;
	struct mappable *only;  /* of this segment; NULL: of any */
	struct mappable *found; /* owned; NULL: none */
	uint64_t found_lo, found_hi;
};

static int search_one(void *arg, const struct mm_vma_info *v)
{
	struct shm_search *q = arg;

	if (v->lo < q->lo || v->lo >= q->hi || !v->obj || v->obj->ops != &shm_ops ||
	    v->lo - q->addr != v->off)
		return 0;
	if (q->only && q->only != v->obj)
		return 0;
	q->found = mappable_get(v->obj);
	q->found_lo = v->lo;
	q->found_hi = v->hi;
	return 1;
}

int sysv_shm_detach(struct ctx *ctx, struct mm *mm, uaddr_t addr)
{
	struct shm_search q = {.addr = addr.va, .lo = addr.va, .hi = UINT64_MAX};
	AUTO(mappable_put) struct mappable *segment = NULL;
	int r = 0;

	if (!is_aligned(addr.va, LX_PAGE_SIZE))
		return -EINVAL;
	while (r == 0 && mm_for_each_vma(mm, search_one, &q)) {
		if (!segment) {
			segment = mappable_get(q.found);
			q.only = segment;
			q.hi = addr.va + shm_of_map(segment)->npages * LX_PAGE_SIZE;
		}
		mappable_put(TAKE(q.found));
		q.lo = q.found_hi;
		r = mm_unmap(mm, ctx, uaddr(q.found_lo), q.found_hi - q.found_lo);
	}
	if (!segment)
		return -EINVAL;
	GUARD(&shm_table.lock);
	shm_of_map(segment)->lpid = ctx->tgid;
	return r;
}
