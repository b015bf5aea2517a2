/* SPDX-License-Identifier: Apache-2.0 */
/* The lists of a plan on the wire: mounts, devices, kernel parameters, ranges of ids. */
#include <errno.h>
#include <stdlib.h>

#include "abi/mount.h"
#include "wire/plan_priv.h"

/* What mount(2) takes per mount, and what runtimes say beside it. */
#define MOUNT_SET_ALL                                                                              \
	((uint64_t)(LX_MS_RDONLY | LX_MS_NOSUID | LX_MS_NODEV | LX_MS_NOEXEC | LX_MS_SYNCHRONOUS | \
		    LX_MS_MANDLOCK | LX_MS_DIRSYNC | LX_MS_NOSYMFOLLOW | LX_MS_NOATIME |           \
		    LX_MS_NODIRATIME | LX_MS_BIND | LX_MS_REC | LX_MS_SILENT | LX_MS_POSIXACL |    \
		    LX_MS_RELATIME | LX_MS_I_VERSION | LX_MS_STRICTATIME | LX_MS_LAZYTIME |        \
		    LX_MS_REMOUNT))
#define MOUNT_ATTR_ALL                                                                             \
	((uint64_t)(LX_MOUNT_ATTR_RDONLY | LX_MOUNT_ATTR_NOSUID | LX_MOUNT_ATTR_NODEV |            \
		    LX_MOUNT_ATTR_NOEXEC | LX_MOUNT_ATTR__ATIME | LX_MOUNT_ATTR_NODIRATIME |       \
		    LX_MOUNT_ATTR_NOSYMFOLLOW))

/* ---- ids ---- */

void plan_put_idmaps(struct wire_out *o, const struct plan_idmaps *m)
{
	wire_put_u32(o, m->n);
	for (uint32_t i = 0; i < m->n; i++) {
		wire_put_u32(o, m->v[i].inside);
		wire_put_u32(o, m->v[i].outside);
		wire_put_u32(o, m->v[i].count);
	}
}

/* Ranges that do not wrap; whether they overlap is the user's affair, the first one counts. */
int plan_get_idmaps(struct wire_in *in, struct plan_idmaps *ret)
{
	void *v;
	int r = plan_get_count(in, PLAN_MAX_IDMAPS, sizeof(*ret->v), &ret->n, &v);

	if (r < 0)
		return r;
	ret->v = v;
	for (uint32_t i = 0; i < ret->n; i++) {
		struct plan_idmap *m = &ret->v[i];

		m->inside = wire_get_u32(in);
		m->outside = wire_get_u32(in);
		m->count = wire_get_u32(in);
		if (m->count == 0 || m->inside > UINT32_MAX - m->count ||
		    m->outside > UINT32_MAX - m->count)
			return -EBADMSG;
	}
	return 0;
}

/* ---- mounts ---- */

static size_t mount_size(const struct plan_mount *m)
{
	return plan_string_size(m->destination) + plan_string_size(m->type) +
	       plan_string_size(m->source) + plan_string_size(m->data) + 48 +
	       4 * (size_t)m->npropagation + 12 * ((size_t)m->uid_maps.n + m->gid_maps.n);
}

static void put_mount(struct wire_out *o, const struct plan_mount *m)
{
	plan_put_string(o, m->destination);
	plan_put_string(o, m->type);
	plan_put_string(o, m->source);
	plan_put_string(o, m->data);
	wire_put_u32(o, m->flags);
	wire_put_u64(o, m->set);
	wire_put_u64(o, m->clear);
	wire_put_u32(o, m->npropagation);
	for (uint32_t i = 0; i < m->npropagation; i++)
		wire_put_u32(o, m->propagation[i]);
	wire_put_u64(o, m->rec_set);
	wire_put_u64(o, m->rec_clear);
	plan_put_idmaps(o, &m->uid_maps);
	plan_put_idmaps(o, &m->gid_maps);
}

static int get_propagation(struct wire_in *in, struct plan_mount *m)
{
	void *v;
	int r = plan_get_count(in, PLAN_MAX_MOUNTS, sizeof(*m->propagation), &m->npropagation, &v);

	if (r < 0)
		return r;
	m->propagation = v;
	for (uint32_t i = 0; i < m->npropagation; i++) {
		m->propagation[i] = wire_get_u32(in);
		if (m->propagation[i] & ~PLAN_PROPAGATION_ALL)
			return -EBADMSG;
	}
	return 0;
}

static int check_mount(const struct plan_mount *m)
{
	if (m->destination[0] != '/' || !m->type[0] || m->flags & ~PLAN_MOUNT_FLAGS_ALL ||
	    (m->set | m->clear) & ~MOUNT_SET_ALL || (m->rec_set | m->rec_clear) & ~MOUNT_ATTR_ALL)
		return -EBADMSG;
	return 0;
}

static int get_mount(struct wire_in *in, struct plan_mount *m)
{
	int r = plan_get_string(in, &m->destination);

	if (r == 0)
		r = plan_get_string(in, &m->type);
	if (r == 0)
		r = plan_get_string(in, &m->source);
	if (r == 0)
		r = plan_get_string(in, &m->data);
	if (r < 0)
		return r;
	m->flags = wire_get_u32(in);
	m->set = wire_get_u64(in);
	m->clear = wire_get_u64(in);
	r = get_propagation(in, m);
	if (r < 0)
		return r;
	m->rec_set = wire_get_u64(in);
	m->rec_clear = wire_get_u64(in);
	r = plan_get_idmaps(in, &m->uid_maps);
	if (r == 0)
		r = plan_get_idmaps(in, &m->gid_maps);
	return r < 0 ? r : check_mount(m);
}

static void mount_fini(struct plan_mount *m)
{
	free(m->destination);
	free(m->type);
	free(m->source);
	free(m->data);
	free(m->propagation);
	free(m->uid_maps.v);
	free(m->gid_maps.v);
}

static int get_mounts(struct wire_in *in, struct plan *p)
{
	void *v;
	int r = plan_get_count(in, PLAN_MAX_MOUNTS, sizeof(*p->mounts), &p->nmounts, &v);

	if (r < 0)
		return r;
	p->mounts = v;
	for (uint32_t i = 0; i < p->nmounts && r == 0; i++)
		r = get_mount(in, &p->mounts[i]);
	return r;
}

/* ---- devices, sysctls ---- */

static void put_device(struct wire_out *o, const struct plan_device *d)
{
	plan_put_string(o, d->path);
	wire_put_u8(o, (uint8_t)d->type);
	wire_put_u32(o, d->major);
	wire_put_u32(o, d->minor);
	wire_put_u32(o, d->mode);
	wire_put_u32(o, d->uid);
	wire_put_u32(o, d->gid);
}

static int get_device(struct wire_in *in, struct plan_device *d)
{
	int r = plan_get_string(in, &d->path);

	if (r < 0)
		return r;
	d->type = (char)wire_get_u8(in);
	d->major = wire_get_u32(in);
	d->minor = wire_get_u32(in);
	d->mode = wire_get_u32(in);
	d->uid = wire_get_u32(in);
	d->gid = wire_get_u32(in);
	if (in->failed || d->path[0] != '/' || d->mode & ~07777u || d->major > 0xfff ||
	    d->minor > 0xfffff || (d->type != 'c' && d->type != 'b' && d->type != 'p'))
		return -EBADMSG;
	return 0;
}

static int get_devices(struct wire_in *in, struct plan *p)
{
	void *v;
	int r = plan_get_count(in, PLAN_MAX_DEVICES, sizeof(*p->devices), &p->ndevices, &v);

	if (r < 0)
		return r;
	p->devices = v;
	for (uint32_t i = 0; i < p->ndevices && r == 0; i++)
		r = get_device(in, &p->devices[i]);
	return r;
}

static int get_sysctls(struct wire_in *in, struct plan *p)
{
	void *v;
	int r = plan_get_count(in, PLAN_MAX_SYSCTLS, sizeof(*p->sysctls), &p->nsysctls, &v);

	if (r < 0)
		return r;
	p->sysctls = v;
	for (uint32_t i = 0; i < p->nsysctls && r == 0; i++) {
		r = plan_get_string(in, &p->sysctls[i].name);
		if (r == 0)
			r = plan_get_string(in, &p->sysctls[i].value);
	}
	return r;
}

/* ---- all ---- */

size_t plan_lists_size(const struct plan *p)
{
	size_t n = 12;

	for (uint32_t i = 0; i < p->nmounts; i++)
		n += mount_size(&p->mounts[i]);
	for (uint32_t i = 0; i < p->ndevices; i++)
		n += plan_string_size(p->devices[i].path) + 24;
	for (uint32_t i = 0; i < p->nsysctls; i++)
		n += plan_string_size(p->sysctls[i].name) + plan_string_size(p->sysctls[i].value);
	return n;
}

void plan_lists_put(struct wire_out *o, const struct plan *p)
{
	wire_put_u32(o, p->nmounts);
	for (uint32_t i = 0; i < p->nmounts; i++)
		put_mount(o, &p->mounts[i]);
	wire_put_u32(o, p->ndevices);
	for (uint32_t i = 0; i < p->ndevices; i++)
		put_device(o, &p->devices[i]);
	wire_put_u32(o, p->nsysctls);
	for (uint32_t i = 0; i < p->nsysctls; i++) {
		plan_put_string(o, p->sysctls[i].name);
		plan_put_string(o, p->sysctls[i].value);
	}
}

int plan_lists_get(struct wire_in *in, struct plan *p)
{
	int r = get_mounts(in, p);

	if (r == 0)
		r = get_devices(in, p);
	return r == 0 ? get_sysctls(in, p) : r;
}

void plan_lists_fini(struct plan *p)
{
	for (uint32_t i = 0; p->mounts && i < p->nmounts; i++)
		mount_fini(&p->mounts[i]);
	for (uint32_t i = 0; p->devices && i < p->ndevices; i++)
		free(p->devices[i].path);
	for (uint32_t i = 0; p->sysctls && i < p->nsysctls; i++) {
		free(p->sysctls[i].name);
		free(p->sysctls[i].value);
	}
	free(p->mounts);
	free(p->devices);
	free(p->sysctls);
}
