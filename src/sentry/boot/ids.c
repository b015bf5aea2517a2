/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owners of files: from the numbers on the disk, by the mount's own mapping, to those that the host
 * means, and by the container's user namespace to those that the guest sees. Two lists of ranges
 * become one.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "sentry/boot/boot_priv.h"
#include "sentry/core/alloc.h"
#include "sentry/fs/gofer/gofer.h"

#define RANGES_MAX 4096u

struct ranges {
	struct gofer_idmap *v; /* RANGES_MAX */
	uint32_t n;
};

static int add(struct ranges *r, uint32_t guest, uint32_t host, uint32_t count)
{
	if (r->n == RANGES_MAX)
		return -E2BIG;
	r->v[r->n++] = (struct gofer_idmap){guest, host, count};
	return 0;
}

/* What of the namespace's range `u` lies in the mount's range `m`; both meet in the host's numbers.
 */
static int add_common(struct ranges *r, const struct plan_idmap *u, const struct plan_idmap *m)
{
	uint32_t lo = MAX(u->outside, m->outside);
	uint32_t hi = MIN(u->outside + u->count, m->outside + m->count);

	if (lo >= hi)
		return 0;
	return add(r, u->inside + (lo - u->outside), m->inside + (lo - m->outside), hi - lo);
}

static int join(struct ranges *r, const struct plan_idmaps *ns, const struct plan_idmaps *mnt)
{
	int err = 0;

	for (uint32_t i = 0; i < ns->n && mnt->n == 0 && err == 0; i++)
		err = add(r, ns->v[i].inside, ns->v[i].outside, ns->v[i].count);
	for (uint32_t i = 0; i < mnt->n && ns->n == 0 && err == 0; i++)
		err = add(r, mnt->v[i].outside, mnt->v[i].inside, mnt->v[i].count);
	for (uint32_t i = 0; i < ns->n && err == 0; i++)
		for (uint32_t j = 0; j < mnt->n && err == 0; j++)
			err = add_common(r, &ns->v[i], &mnt->v[j]);
	/* Mapped, but nothing meets: one range that names nobody. */
	if (err == 0 && r->n == 0 && (ns->n > 0 || mnt->n > 0))
		err = add(r, UINT32_MAX - 1, UINT32_MAX - 1, 1);
	return err;
}

static void ids_fini(struct gofer_ids *ids)
{
	arena_free(ids->uid);
	arena_free(ids->gid);
	*ids = (struct gofer_ids){0};
}

static int make_ids(const struct plan *plan, const struct plan_mount *m, struct gofer_ids *ret)
{
	static const struct plan_idmaps none;
	bool seen_inside = (plan->flags & PLAN_GOFER_MAPPED) != 0;
	struct ranges uid = {.v = arena_calloc(RANGES_MAX, sizeof(*uid.v))};
	struct ranges gid = {.v = arena_calloc(RANGES_MAX, sizeof(*gid.v))};
	int r = uid.v && gid.v ? 0 : -ENOMEM;

	if (r == 0)
		r = join(&uid, seen_inside ? &none : &plan->uid_maps, m ? &m->uid_maps : &none);
	if (r == 0)
		r = join(&gid, seen_inside ? &none : &plan->gid_maps, m ? &m->gid_maps : &none);
	*ret = (struct gofer_ids){.uid = uid.v, .nuid = uid.n, .gid = gid.v, .ngid = gid.n};
	if (r < 0)
		ids_fini(ret);
	return r;
}

int boot_mount_export(struct gofer_client *c, const struct plan *plan, const struct plan_mount *m,
		      const char *name, enum gofer_cache cache, struct superblock **ret)
{
	struct gofer_ids ids;
	int r;

	if (((plan->uid_maps.n == 0 && plan->gid_maps.n == 0) ||
	     (plan->flags & PLAN_GOFER_MAPPED)) &&
	    (!m || (m->uid_maps.n == 0 && m->gid_maps.n == 0)))
		return gofer_mount(c, name, cache, ret);
	r = make_ids(plan, m, &ids);
	if (r < 0)
		return r;
	r = gofer_mount_mapped(c, name, cache, &ids, ret);
	ids_fini(&ids);
	return r;
}

char *boot_id_map_text(const struct plan_idmaps *m)
{
	struct strbuf sb = STRBUF_INIT;

	for (uint32_t i = 0; i < m->n; i++)
		strbuf_addf(&sb, "%10u %10u %10u\n", m->v[i].inside, m->v[i].outside,
			    m->v[i].count);
	return m->n > 0 ? strbuf_steal(&sb) : NULL;
}
