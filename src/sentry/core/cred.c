/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Credentials: make, copy, share, ask. The rules that change them (setuid(2), execve(2), capset(2))
 * stand with their system calls; here is only what every room asks.
 */
#include "sentry/core/cred.h"

#include <errno.h>
#include <string.h>

#include "abi/capability.h"
#include "base/check.h"
#include "base/checked.h"
#include "sentry/core/alloc.h"

SLAB_DEFINE(cred_slab, struct cred);
_Static_assert(offsetof(struct cred, ref) == 0, "cred_dup copies what follows the count");

/* One bit per capability that exists. */
#define CAP_ALL (~0ULL >> (63 - LX_CAP_LAST_CAP))

struct cred *cred_new(uint32_t uid, uint32_t gid, const uint32_t *groups, uint32_t ngroups)
{
	struct cred *c = slab_alloc(&cred_slab);

	if (!c)
		return NULL;
	ref_init(&c->ref);
	c->uid = c->euid = c->suid = c->fsuid = uid;
	c->gid = c->egid = c->sgid = c->fsgid = gid;
	c->cap_bounding = CAP_ALL;
	if (uid == 0)
		c->cap_permitted = c->cap_effective = CAP_ALL;
	if (cred_set_groups(c, groups, ngroups) < 0) {
		cred_put(c);
		return NULL;
	}
	return c;
}

struct cred *cred_dup(const struct cred *c)
{
	struct cred *copy = slab_alloc(&cred_slab);

	if (!copy)
		return NULL;
	/* Everything but the count, which others change while we copy; the groups are copied below.
	 */
	memcpy((char *)copy + sizeof(copy->ref), (const char *)c + sizeof(c->ref),
	       sizeof(*c) - sizeof(c->ref));
	ref_init(&copy->ref);
	copy->groups = NULL;
	copy->ngroups = 0;
	if (cred_set_groups(copy, c->groups, c->ngroups) < 0) {
		cred_put(copy);
		return NULL;
	}
	return copy;
}

/* The count is the one thing that changes in a published cred. */
static struct cred *writable(const struct cred *c)
{
	struct cred *w;

	memcpy(&w, &c, sizeof(w));
	return w;
}

const struct cred *cred_get(const struct cred *c)
{
	ref_get(&writable(c)->ref);
	return c;
}

void cred_put(const struct cred *c)
{
	struct cred *w = writable(c);

	if (!c || !ref_put(&w->ref))
		return;
	arena_free(w->groups);
	slab_free(&cred_slab, w);
}

bool cred_capable(const struct cred *c, int cap)
{
	check(cap >= 0 && cap <= LX_CAP_LAST_CAP);
	return c->cap_effective >> cap & 1;
}

static bool in_groups(const struct cred *c, uint32_t gid)
{
	uint32_t lo = 0, hi = c->ngroups;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (c->groups[mid] == gid)
			return true;
		if (c->groups[mid] < gid)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

bool cred_in_group(const struct cred *c, uint32_t gid)
{
	return c->fsgid == gid || in_groups(c, gid);
}

bool cred_in_egroup(const struct cred *c, uint32_t gid)
{
	return c->egid == gid || in_groups(c, gid);
}

/* Sink the value at `at` in the max-heap of n gids. */
static void sift_down(uint32_t *gids, uint32_t n, uint32_t at)
{
	uint32_t gid = gids[at];

	while (2 * at + 1 < n) {
		uint32_t child = 2 * at + 1;

		if (child + 1 < n && gids[child + 1] > gids[child])
			child++;
		if (gids[child] <= gid)
			break;
		gids[at] = gids[child];
		at = child;
	}
	gids[at] = gid;
}

/* Heap sort: in place and never quadratic, whatever a guest asks for (qsort calls malloc). */
static void sort_gids(uint32_t *gids, uint32_t n)
{
	for (uint32_t i = n / 2; i > 0; i--)
		sift_down(gids, n, i - 1);
	for (uint32_t end = n; end > 1; end--) {
		uint32_t max = gids[0];

		gids[0] = gids[end - 1];
		gids[end - 1] = max;
		sift_down(gids, end - 1, 0);
	}
}

int cred_set_groups(struct cred *c, const uint32_t *groups, uint32_t ngroups)
{
	uint32_t *copy = NULL;

	if (ngroups > CRED_NGROUPS_MAX)
		return -EINVAL;
	if (ngroups > 0) {
		copy = arena_memdup(groups, ngroups * sizeof(*groups));
		if (!copy)
			return -ENOMEM;
		sort_gids(copy, ngroups);
	}
	arena_free(c->groups);
	c->groups = copy;
	c->ngroups = ngroups;
	return 0;
}
