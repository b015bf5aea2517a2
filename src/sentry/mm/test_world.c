/* SPDX-License-Identifier: Apache-2.0 */
#include "sentry/mm/test_world.h"

#include "base/check.h"
#include "platform/fake/fake.h"

static const struct platform_ops *const ops = &platform_fake;

void world_begin(struct world *w, uint32_t uid)
{
	const char *why;

	memset(w, 0, sizeof(*w));
	check(ops->init(&w->p, &why) == 0);
	check(mm_new(ops, w->p, &w->mm) == 0);
	check(ops->context_new(mm_aspace(w->mm), NULL, &w->ctx.pc) == 0);
	check(ops->context_attach(w->ctx.pc) == 0);
	limits_init(&w->limits);
	w->cred = cred_new(uid, uid, NULL, 0);
	check(w->cred);
	w->ctx.limits = &w->limits;
	w->ctx.cred = w->cred;
}

void world_end(struct world *w)
{
	ops->context_free(w->ctx.pc);
	mm_put(w->mm);
	check(fake_aspace_count(w->p) == 0);
	ops->fini(w->p);
	cred_put(w->cred);
}

int64_t world_map_obj(struct world *w, uint64_t addr, uint64_t len, int prot, int flags,
		      struct mappable *m, uint64_t off)
{
	struct mm_map_args a = {
		.addr = uaddr(addr),
		.len = len,
		.prot = prot,
		.flags = flags,
		.max_prot = RWX,
		.obj = m,
		.off = off,
	};
	uaddr_t at;
	int r = mm_map(w->mm, &w->ctx, &a, &at);

	return r < 0 ? r : (int64_t)at.va;
}

int64_t world_map(struct world *w, uint64_t addr, uint64_t len, int prot, int flags)
{
	return world_map_obj(w, addr, len, prot, flags, NULL, 0);
}

void world_set_limit(struct world *w, int which, uint64_t soft)
{
	atomic_store(&w->limits.soft[which], soft);
}
