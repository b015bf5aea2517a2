/* SPDX-License-Identifier: Apache-2.0 */
/* shmctl(2). Differs: SHM_LOCK keeps nothing from the host's pager; it sets the flag that
 * LX_SHM_LOCKED shows. */
#include <errno.h>

#include "abi/capability.h"
#include "abi/page.h"
#include "host/stat.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/core/hostfd.h"
#include "sentry/core/limits.h"
#include "sentry/ipc/sysv/sysv_priv.h"

#define BLOCKS_PER_PAGE (LX_PAGE_SIZE / 512)

long sysv_shm_stat(struct ctx *ctx, int32_t id, enum sysv_by by, struct lx_shmid64_ds *ret)
{
	struct ipc_object *o;
	struct shm *s;
	int r;

	GUARD(&shm_table.lock);
	LOCK_ASSERT_HELD(&shm_table.lock);
	r = ipc_find_by(ctx, &shm_table, id, by, &o);
	if (r < 0)
		return r;
	s = shm_of(o);
	*ret = (struct lx_shmid64_ds){
		.shm_segsz = s->size,
		.shm_atime = s->atime,
		.shm_dtime = s->dtime,
		.shm_ctime = s->ctime,
		.shm_cpid = s->cpid,
		.shm_lpid = s->lpid,
		.shm_nattch = s->nattch,
	};
	ipc_fill_perm(o, &ret->shm_perm);
	return by == SYSV_BY_ID ? 0 : o->id;
}

int sysv_shm_set(struct ctx *ctx, int32_t id, const struct lx_shmid64_ds *ds)
{
	struct ipc_object *o;
	int r;

	GUARD(&shm_table.lock);
	LOCK_ASSERT_HELD(&shm_table.lock);
	r = ipc_find_own(ctx, &shm_table, id, &o);
	if (r < 0)
		return r;
	ipc_set_perm(o, &ds->shm_perm);
	shm_of(o)->ctime = ipc_now();
	return 0;
}

int sysv_shm_remove(struct ctx *ctx, int32_t id)
{
	struct ipc_object *o;
	bool ended = false;
	int r;

	lock_acquire(&shm_table.lock);
	LOCK_ASSERT_HELD(&shm_table.lock);
	r = ipc_find_own(ctx, &shm_table, id, &o);
	if (r == 0) {
		o->key = LX_IPC_PRIVATE; /* nobody finds it any more, but who has the id may still
					    attach */
		o->mode |= LX_SHM_DEST;
		ended = shm_end_if_unused(shm_of(o));
	}
	lock_release(&shm_table.lock);
	if (ended)
		mappable_put(&shm_of(o)->map);
	return r;
}

/* Owner, creator or CAP_IPC_LOCK, within RLIMIT_MEMLOCK. */
static int may_lock(struct ctx *ctx, const struct shm *s, bool lock)
{
	uint64_t limit = limit_soft(ctx->limits, LX_RLIMIT_MEMLOCK);

	if (cred_capable(ctx->cred, LX_CAP_IPC_LOCK))
		return 0;
	if (ctx->cred->euid != s->ipc.uid && ctx->cred->euid != s->ipc.cuid)
		return -EPERM;
	if (!lock)
		return 0;
	if (limit == 0)
		return -EPERM;
	return s->npages > limit / LX_PAGE_SIZE ? -ENOMEM : 0;
}

int sysv_shm_lock(struct ctx *ctx, int32_t id, bool lock)
{
	struct ipc_object *o;
	int r;

	GUARD(&shm_table.lock);
	LOCK_ASSERT_HELD(&shm_table.lock);
	r = ipc_find(&shm_table, id, &o);
	if (r == 0)
		r = may_lock(ctx, shm_of(o), lock);
	if (r < 0)
		return r;
	o->mode = (o->mode & ~(unsigned)LX_SHM_LOCKED) | (lock ? LX_SHM_LOCKED : 0);
	return 0;
}

long sysv_shm_limits(struct lx_shminfo64 *ret)
{
	*ret = (struct lx_shminfo64){
		.shmmax = LX_SHMMAX,
		.shmmin = LX_SHMMIN,
		.shmmni = LX_SHMMNI,
		.shmseg = LX_SHMMNI,
		.shmall = LX_SHMALL,
	};
	GUARD(&shm_table.lock);
	LOCK_ASSERT_HELD(&shm_table.lock);
	return ipc_highest(&shm_table);
}

long sysv_shm_usage(struct lx_shm_info *ret)
{
	struct host_stat st;

	GUARD(&shm_table.lock);
	LOCK_ASSERT_HELD(&shm_table.lock);
	*ret = (struct lx_shm_info){.used_ids = (int32_t)shm_table.used,
				    .shm_tot = shm_total_pages};
	for (uint32_t i = 0; i < shm_table.top; i++) {
		struct ipc_object *o = shm_table.slots[i];

		if (o && host_fstat(hostfd_fd(shm_of(o)->h), &st) == 0)
			ret->shm_rss += st.blocks / BLOCKS_PER_PAGE;
	}
	return ipc_highest(&shm_table);
}
