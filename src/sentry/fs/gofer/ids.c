/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owners as the guest knows them and as the host does: user namespaces and id-mapped mounts in one
 * step. Ranges are sorted by nothing and few. An owner without a name for the guest is nobody
 * (65534), as in user_namespaces(7); nothing can be given to one without a name for the host.
 */
#include <errno.h>

#include "sentry/core/alloc.h"
#include "sentry/fs/gofer/gofer_priv.h"

#define NOBODY 65534u

static int copy(const struct gofer_idmap *from, uint32_t n, struct gofer_idmap **ret)
{
	if (n == 0)
		return 0;
	*ret = arena_memdup(from, n * sizeof(*from));
	return *ret ? 0 : -ENOMEM;
}

int gofer_ids_copy(struct gofer_ids *to, const struct gofer_ids *from)
{
	struct gofer_ids ids = *from;
	int r;

	ids.uid = ids.gid = NULL;
	r = copy(from->uid, from->nuid, &ids.uid);
	if (r == 0)
		r = copy(from->gid, from->ngid, &ids.gid);
	if (r < 0)
		gofer_ids_fini(&ids);
	else
		*to = ids;
	return r;
}

void gofer_ids_fini(struct gofer_ids *ids)
{
	arena_free(ids->uid);
	arena_free(ids->gid);
	*ids = (struct gofer_ids){0};
}

static uint32_t to_guest(const struct gofer_idmap *v, uint32_t n, uint32_t id)
{
	for (uint32_t i = 0; i < n; i++)
		if (id - v[i].host < v[i].count)
			return v[i].guest + (id - v[i].host);
	return n == 0 ? id : NOBODY;
}

static int to_host(const struct gofer_idmap *v, uint32_t n, uint32_t id, uint32_t *ret)
{
	for (uint32_t i = 0; i < n; i++) {
		if (id - v[i].guest < v[i].count) {
			*ret = v[i].host + (id - v[i].guest);
			return 0;
		}
	}
	*ret = id;
	return n == 0 ? 0 : -EOVERFLOW;
}

uint32_t gofer_guest_uid(const struct gofer_fs *fs, uint32_t host)
{
	return to_guest(fs->ids.uid, fs->ids.nuid, host);
}

uint32_t gofer_guest_gid(const struct gofer_fs *fs, uint32_t host)
{
	return to_guest(fs->ids.gid, fs->ids.ngid, host);
}

int gofer_host_uid(const struct gofer_fs *fs, uint32_t guest, uint32_t *ret)
{
	return to_host(fs->ids.uid, fs->ids.nuid, guest, ret);
}

int gofer_host_gid(const struct gofer_fs *fs, uint32_t guest, uint32_t *ret)
{
	return to_host(fs->ids.gid, fs->ids.ngid, guest, ret);
}
