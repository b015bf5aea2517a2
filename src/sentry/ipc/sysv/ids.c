/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of System V IPC: ids, keys, permissions. An id is a sequence number over an index, as
 * Linux makes it: the lowest free index is taken, and the sequence goes up whenever that is not
 * above the last one, so that an old id does not mean a new object.
 */
#include <errno.h>

#include "abi/capability.h"
#include "base/check.h"
#include "sentry/core/alloc.h"
#include "sentry/core/clock.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/ipc/sysv/sysv_priv.h"

#define INDEX_BITS  15
#define INDEX_MASK  ((1 << INDEX_BITS) - 1)
#define FIRST_SLOTS 16u

_Static_assert(LX_SEMMNI <= 1 << INDEX_BITS && LX_MSGMNI <= 1 << INDEX_BITS &&
		       LX_SHMMNI <= 1 << INDEX_BITS,
	       "an index fits an id");

int64_t ipc_now(void)
{
	return clock_realtime_ns() / NSEC_PER_SEC;
}

/* ---- who may ---- */

/* ipcperms() of Linux: `want` has the wish as mode bits of any class. */
static int may(struct ctx *ctx, const struct ipc_object *o, unsigned want)
{
	const struct cred *c = ctx->cred;
	unsigned asked = want >> 6 | want >> 3 | want, granted = o->mode;

	if (c->euid == o->cuid || c->euid == o->uid)
		granted >>= 6;
	else if (cred_in_group(c, o->cgid) || cred_in_group(c, o->gid))
		granted >>= 3;
	if ((asked & ~granted & 7) && !cred_capable(c, LX_CAP_IPC_OWNER))
		return -EACCES;
	return 0;
}

/* ---- slots ---- */

static int grow(struct ipc_table *t) REQUIRES(t->lock);
static int grow(struct ipc_table *t)
{
	uint32_t n = t->nslots ? MIN(t->nslots * 2, t->max) : MIN(FIRST_SLOTS, t->max);
	struct ipc_object **slots;

	if (t->nslots == t->max)
		return -ENOSPC;
	slots = arena_realloc(t->slots, n * sizeof(struct ipc_object *));
	if (!slots)
		return -ENOMEM;
	t->slots = slots;
	t->nslots = n;
	return 0;
}

/* Put o into the lowest free slot. -ENOSPC, -ENOMEM. */
static int add(struct ipc_table *t, struct ipc_object *o) REQUIRES(t->lock);
static int add(struct ipc_table *t, struct ipc_object *o)
{
	uint32_t i = t->first_free;
	int r = t->used == t->nslots ? grow(t) : 0;

	if (r < 0)
		return r;
	while (t->slots[i])
		i++;
	t->first_free = i + 1;
	if ((int32_t)i <= t->last_index)
		t->seq = t->seq == INT32_MAX >> INDEX_BITS ? 0 : (uint16_t)(t->seq + 1);
	t->last_index = (int32_t)i;
	o->seq = t->seq;
	o->id = t->seq << INDEX_BITS | (int32_t)i;
	t->slots[i] = o;
	t->used++;
	t->top = MAX(t->top, i + 1);
	return 0;
}

void ipc_remove(struct ipc_table *t, struct ipc_object *o)
{
	uint32_t i = (uint32_t)(o->id & INDEX_MASK);

	check(i < t->nslots && t->slots[i] == o);
	o->removed = true;
	t->slots[i] = NULL;
	t->first_free = MIN(t->first_free, i);
	t->used--;
	while (t->top > 0 && !t->slots[t->top - 1])
		t->top--;
	if (t->used > 0)
		return;
	arena_free(TAKE(t->slots));
	t->nslots = 0;
}

long ipc_highest(struct ipc_table *t)
{
	return t->top > 0 ? (long)t->top - 1 : 0;
}

/* ---- look-up ---- */

int ipc_find(struct ipc_table *t, int32_t id, struct ipc_object **ret)
{
	uint32_t i = (uint32_t)(id & INDEX_MASK);

	if (id < 0 || i >= t->nslots || !t->slots[i])
		return -EINVAL;
	if (t->slots[i]->id != id)
		return -EIDRM;
	*ret = t->slots[i];
	return 0;
}

int ipc_find_for(struct ctx *ctx, struct ipc_table *t, int32_t id, unsigned want,
		 struct ipc_object **ret)
{
	int r = ipc_find(t, id, ret);

	return r < 0 ? r : may(ctx, *ret, want);
}

int ipc_find_own(struct ctx *ctx, struct ipc_table *t, int32_t id, struct ipc_object **ret)
{
	int r = ipc_find(t, id, ret);

	if (r < 0)
		return r;
	if (ctx->cred->euid != (*ret)->cuid && ctx->cred->euid != (*ret)->uid &&
	    !cred_capable(ctx->cred, LX_CAP_SYS_ADMIN))
		return -EPERM;
	return 0;
}

int ipc_find_by(struct ctx *ctx, struct ipc_table *t, int32_t id, enum sysv_by by,
		struct ipc_object **ret)
{
	uint32_t i = (uint32_t)(id & INDEX_MASK);

	if (by == SYSV_BY_ID)
		return ipc_find_for(ctx, t, id, 0444, ret);
	if (id < 0 || i >= t->nslots || !t->slots[i])
		return -EINVAL;
	*ret = t->slots[i];
	return by == SYSV_BY_INDEX_ANY ? 0 : may(ctx, *ret, 0444);
}

static struct ipc_object *find_key(struct ipc_table *t, int32_t key) REQUIRES(t->lock);
static struct ipc_object *find_key(struct ipc_table *t, int32_t key)
{
	for (uint32_t i = 0; i < t->top; i++)
		if (t->slots[i] && t->slots[i]->key == key)
			return t->slots[i];
	return NULL;
}

/* ---- the get calls ---- */

static long make(struct ctx *ctx, struct ipc_table *t, const struct ipc_wish *w) REQUIRES(t->lock);
static long make(struct ctx *ctx, struct ipc_table *t, const struct ipc_wish *w)
{
	struct ipc_object *o;
	int r;

	if (t->used >= t->max)
		return -ENOSPC;
	r = w->make(w, &o);
	if (r < 0)
		return r;
	o->key = w->key;
	o->mode = w->flags & 0777;
	o->uid = o->cuid = ctx->cred->euid;
	o->gid = o->cgid = ctx->cred->egid;
	r = add(t, o);
	if (r < 0) {
		w->free(o);
		return r;
	}
	return o->id;
}

long ipc_get(struct ctx *ctx, struct ipc_table *t, const struct ipc_wish *w)
{
	struct ipc_object *o;
	int r;

	GUARD(&t->lock);
	LOCK_ASSERT_HELD(&t->lock);
	if (w->key == LX_IPC_PRIVATE)
		return make(ctx, t, w);
	o = find_key(t, w->key);
	if (!o)
		return w->flags & LX_IPC_CREAT ? make(ctx, t, w) : -ENOENT;
	if ((w->flags & LX_IPC_CREAT) && (w->flags & LX_IPC_EXCL))
		return -EEXIST;
	r = w->fits ? w->fits(o, w) : 0;
	if (r == 0)
		r = may(ctx, o, w->flags);
	return r < 0 ? r : o->id;
}

/* ---- struct ipc64_perm ---- */

void ipc_fill_perm(const struct ipc_object *o, struct lx_ipc64_perm *ret)
{
	*ret = (struct lx_ipc64_perm){
		.key = o->key,
		.uid = o->uid,
		.gid = o->gid,
		.cuid = o->cuid,
		.cgid = o->cgid,
		.mode = o->mode,
		.seq = o->seq,
	};
}

void ipc_set_perm(struct ipc_object *o, const struct lx_ipc64_perm *p)
{
	o->uid = p->uid;
	o->gid = p->gid;
	o->mode = (o->mode & ~0777u) | (p->mode & 0777);
}
