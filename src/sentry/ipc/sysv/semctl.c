/* SPDX-License-Identifier: Apache-2.0 */
/* semctl(2). */
#include <errno.h>

#include "sentry/core/alloc.h"
#include "sentry/core/ctx.h"
#include "sentry/ipc/sysv/sysv_priv.h"

long sysv_sem_stat(struct ctx *ctx, int32_t id, enum sysv_by by, struct lx_semid64_ds *ret)
{
	struct ipc_object *o;
	int r;

	GUARD(&sem_table.lock);
	LOCK_ASSERT_HELD(&sem_table.lock);
	r = ipc_find_by(ctx, &sem_table, id, by, &o);
	if (r < 0)
		return r;
	*ret = (struct lx_semid64_ds){
		.sem_otime = sem_set_of(o)->otime,
		.sem_ctime = sem_set_of(o)->ctime,
		.sem_nsems = sem_set_of(o)->nsems,
	};
	ipc_fill_perm(o, &ret->sem_perm);
	return by == SYSV_BY_ID ? 0 : o->id;
}

int sysv_sem_set(struct ctx *ctx, int32_t id, const struct lx_semid64_ds *ds)
{
	struct ipc_object *o;
	int r;

	GUARD(&sem_table.lock);
	LOCK_ASSERT_HELD(&sem_table.lock);
	r = ipc_find_own(ctx, &sem_table, id, &o);
	if (r < 0)
		return r;
	ipc_set_perm(o, &ds->sem_perm);
	sem_set_of(o)->ctime = ipc_now();
	return 0;
}

int sysv_sem_remove(struct ctx *ctx, int32_t id)
{
	struct ipc_object *o;
	int r;

	GUARD(&sem_table.lock);
	LOCK_ASSERT_HELD(&sem_table.lock);
	r = ipc_find_own(ctx, &sem_table, id, &o);
	if (r == 0)
		sem_set_end(sem_set_of(o));
	return r;
}

/* ---- one semaphore ---- */

static int find_one(struct ctx *ctx, int32_t id, int32_t num, unsigned want, struct sem_set **ret)
	REQUIRES(sem_table.lock);
static int find_one(struct ctx *ctx, int32_t id, int32_t num, unsigned want, struct sem_set **ret)
{
	struct ipc_object *o;
	int r = ipc_find_for(ctx, &sem_table, id, want, &o);

	if (r < 0)
		return r;
	*ret = sem_set_of(o);
	return num < 0 || (uint32_t)num >= (*ret)->nsems ? -EINVAL : 0;
}

/* How many wait for semaphore num to grow, or to become zero. */
static long count_waiting(struct sem_set *s, int32_t num, bool zero) REQUIRES(sem_table.lock);
static long count_waiting(struct sem_set *s, int32_t num, bool zero)
{
	struct sem_waiter *w;
	long n = 0;

	list_for_each_entry(w, &s->waiting, link) {
		const struct lx_sembuf *op = &w->ops[w->blocked_at];

		if (op->sem_num == num && (op->sem_op == 0) == zero)
			n++;
	}
	return n;
}

long sysv_sem_get_one(struct ctx *ctx, int32_t id, int32_t num, int cmd)
{
	struct sem_set *s;
	int r;

	GUARD(&sem_table.lock);
	LOCK_ASSERT_HELD(&sem_table.lock);
	r = find_one(ctx, id, num, 0444, &s);
	if (r < 0)
		return r;
	switch (cmd) {
	case LX_GETVAL:
		return s->sems[num].value;
	case LX_GETPID:
		return s->sems[num].pid;
	case LX_GETNCNT:
		return count_waiting(s, num, false);
	case LX_GETZCNT:
		return count_waiting(s, num, true);
	default:
		return -EINVAL;
	}
}

static void set_value(struct sem_set *s, uint32_t num, int32_t value, int32_t pid)
{
	struct sem_undo *u;

	s->sems[num].value = value;
	s->sems[num].pid = pid;
	list_for_each_entry(u, &s->undos, set_link)
		u->adj[num] = 0;
}

int sysv_sem_set_one(struct ctx *ctx, int32_t id, int32_t num, int32_t value)
{
	struct sem_set *s;
	int r;

	if (value < 0 || value > LX_SEMVMX)
		return -ERANGE;
	GUARD(&sem_table.lock);
	LOCK_ASSERT_HELD(&sem_table.lock);
	r = find_one(ctx, id, num, 0222, &s);
	if (r < 0)
		return r;
	set_value(s, (uint32_t)num, value, ctx->tgid);
	s->ctime = ipc_now();
	sem_run_waiting(s);
	return 0;
}

/* ---- all of them ---- */

int sysv_sem_get_all(struct ctx *ctx, int32_t id, uint16_t **ret, uint32_t *ret_n)
{
	AUTO(arena_free) uint16_t *values = NULL;
	struct ipc_object *o;
	struct sem_set *s;
	int r;

	GUARD(&sem_table.lock);
	LOCK_ASSERT_HELD(&sem_table.lock);
	r = ipc_find_for(ctx, &sem_table, id, 0444, &o);
	if (r < 0)
		return r;
	s = sem_set_of(o);
	values = arena_calloc(s->nsems, sizeof(*values));
	if (!values)
		return -ENOMEM;
	for (uint32_t i = 0; i < s->nsems; i++)
		values[i] = (uint16_t)s->sems[i].value;
	*ret_n = s->nsems;
	*ret = TAKE(values);
	return 0;
}

int sysv_sem_count(struct ctx *ctx, int32_t id, uint32_t *ret_n)
{
	struct ipc_object *o;
	int r;

	GUARD(&sem_table.lock);
	LOCK_ASSERT_HELD(&sem_table.lock);
	r = ipc_find_for(ctx, &sem_table, id, 0222, &o);
	if (r == 0)
		*ret_n = sem_set_of(o)->nsems;
	return r;
}

int sysv_sem_set_all(struct ctx *ctx, int32_t id, const uint16_t *values, uint32_t n)
{
	struct ipc_object *o;
	struct sem_set *s;
	int r;

	for (uint32_t i = 0; i < n; i++)
		if (values[i] > LX_SEMVMX)
			return -ERANGE;
	GUARD(&sem_table.lock);
	LOCK_ASSERT_HELD(&sem_table.lock);
	r = ipc_find_for(ctx, &sem_table, id, 0222, &o);
	if (r < 0)
		return r == -EINVAL ? -EIDRM : r; /* it was there a moment ago */
	s = sem_set_of(o);
	if (s->nsems != n)
		return -EIDRM;
	for (uint32_t i = 0; i < n; i++)
		set_value(s, i, values[i], ctx->tgid);
	s->ctime = ipc_now();
	sem_run_waiting(s);
	return 0;
}

long sysv_sem_limits(struct lx_seminfo *ret, bool used)
{
	GUARD(&sem_table.lock);
	LOCK_ASSERT_HELD(&sem_table.lock);
	*ret = (struct lx_seminfo){
		.semmap = LX_SEMMAP,
		.semmni = LX_SEMMNI,
		.semmns = LX_SEMMNS,
		.semmnu = LX_SEMMNU,
		.semmsl = LX_SEMMSL,
		.semopm = LX_SEMOPM,
		.semume = LX_SEMUME,
		.semusz = used ? (int32_t)sem_table.used : LX_SEMUSZ,
		.semvmx = LX_SEMVMX,
		.semaem = used ? (int32_t)sem_total : LX_SEMAEM,
	};
	return ipc_highest(&sem_table);
}
