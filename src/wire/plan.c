/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan on the wire: fields in the order of struct plan, the process last, strings with 32-bit
 * lengths. Decoding copies everything, so the message buffer may go away, and refuses strings that
 * hold a NUL. The process is in plan_process.c.
 */
#include "wire/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "abi/mount.h"
#include "wire/plan_priv.h"

#define PLAN_MAGIC   0x6e6c7043u /* "Cpln" */
#define PLAN_VERSION 2u

#define NAME_MAX_BYTES 64 /* of host and domain names: uname(2) */

/* What mount(2) takes per mount, and what runtimes say beside it. */
#define MOUNT_SET_ALL                                                                              \
	((uint64_t)(LX_MS_RDONLY | LX_MS_NOSUID | LX_MS_NODEV | LX_MS_NOEXEC | LX_MS_SYNCHRONOUS | \
		    LX_MS_MANDLOCK | LX_MS_DIRSYNC | LX_MS_NOSYMFOLLOW | LX_MS_NOATIME |           \
		    LX_MS_NODIRATIME | LX_MS_BIND | LX_MS_REC | LX_MS_SILENT | LX_MS_POSIXACL |    \
		    LX_MS_RELATIME | LX_MS_I_VERSION | LX_MS_STRICTATIME | LX_MS_LAZYTIME |        \
		    LX_MS_REMOUNT))
#define PROPAGATION_ALL                                                                            \
	((uint32_t)(LX_MS_SHARED | LX_MS_PRIVATE | LX_MS_SLAVE | LX_MS_UNBINDABLE | LX_MS_REC))
#define MOUNT_ATTR_ALL                                                                             \
	((uint64_t)(LX_MOUNT_ATTR_RDONLY | LX_MOUNT_ATTR_NOSUID | LX_MOUNT_ATTR_NODEV |            \
		    LX_MOUNT_ATTR_NOEXEC | LX_MOUNT_ATTR__ATIME | LX_MOUNT_ATTR_NODIRATIME |       \
		    LX_MOUNT_ATTR_NOSYMFOLLOW))

/* ---- descriptors ---- */

int plan_fd_index(const struct plan *p, enum plan_fd which)
{
	bool strace = (p->flags & PLAN_STRACE) != 0, listen = (p->flags & PLAN_LISTEN) != 0;

	switch (which) {
	case PLAN_FD_STDIN:
	case PLAN_FD_STDOUT:
	case PLAN_FD_STDERR:
	case PLAN_FD_GOFER:
		return (int)which;
	case PLAN_FD_STRACE:
		return strace ? PLAN_FD_STRACE : -1;
	case PLAN_FD_LISTENER:
		return listen ? PLAN_FD_STRACE + strace : -1;
	case PLAN_FD_FIRST_EXTRA:
		return PLAN_FD_STRACE + strace + listen;
	}
	return -1;
}

size_t plan_nfds(const struct plan *p)
{
	return (size_t)plan_fd_index(p, PLAN_FD_FIRST_EXTRA) + p->process.nfds;
}

/* ---- pieces ---- */

void plan_put_string(struct wire_out *o, const char *s)
{
	wire_put_str32(o, s, s ? strlen(s) : 0);
}

void plan_put_strings(struct wire_out *o, const struct plan_strings *s)
{
	wire_put_u32(o, s->n);
	for (uint32_t i = 0; i < s->n; i++)
		plan_put_string(o, s->v[i]);
}

size_t plan_string_size(const char *s)
{
	return 4 + (s ? strlen(s) : 0);
}

size_t plan_strings_size(const struct plan_strings *s)
{
	size_t n = 4;

	for (uint32_t i = 0; i < s->n; i++)
		n += plan_string_size(s->v[i]);
	return n;
}

int plan_get_string(struct wire_in *in, char **ret)
{
	size_t n;
	const char *s = wire_get_str32(in, &n);
	char *copy;

	if (in->failed || (n > 0 && memchr(s, 0, n)))
		return -EBADMSG;
	copy = malloc(n + 1);
	if (!copy)
		return -ENOMEM;
	if (n > 0)
		memcpy(copy, s, n);
	copy[n] = 0;
	*ret = copy;
	return 0;
}

int plan_get_count(struct wire_in *in, uint32_t max, size_t size, uint32_t *ret_n, void **ret)
{
	uint32_t n = wire_get_u32(in);

	if (in->failed || n > max)
		return -EBADMSG;
	*ret = calloc((size_t)n + 1, size);
	if (!*ret)
		return -ENOMEM;
	*ret_n = n;
	return 0;
}

int plan_get_strings(struct wire_in *in, struct plan_strings *ret)
{
	void *v;
	uint32_t n;
	int r = plan_get_count(in, PLAN_MAX_STRINGS, sizeof(*ret->v), &n, &v);

	if (r < 0)
		return r;
	ret->v = v;
	for (; r == 0 && ret->n < n; ret->n += r == 0)
		r = plan_get_string(in, &ret->v[ret->n]);
	return r;
}

void plan_strings_fini(struct plan_strings *s)
{
	for (uint32_t i = 0; s->v && i < s->n; i++)
		free(s->v[i]);
	free(s->v);
	*s = (struct plan_strings){0};
}

static void put_idmaps(struct wire_out *o, const struct plan_idmaps *m)
{
	wire_put_u32(o, m->n);
	for (uint32_t i = 0; i < m->n; i++) {
		wire_put_u32(o, m->v[i].inside);
		wire_put_u32(o, m->v[i].outside);
		wire_put_u32(o, m->v[i].count);
	}
}

/* Ranges that do not wrap; whether they overlap is the user's affair, the first one counts. */
static int get_idmaps(struct wire_in *in, struct plan_idmaps *ret)
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

/* ---- limits ---- */

void plan_limits_none(struct plan_limits *l)
{
	*l = (struct plan_limits){
		.memory_max = PLAN_UNLIMITED,
		.swap_max = PLAN_UNLIMITED,
		.cpu_quota_us = PLAN_UNLIMITED,
		.pids_max = PLAN_UNLIMITED,
	};
}

void plan_limits_put(struct wire_out *o, const struct plan_limits *l)
{
	wire_put_u64(o, l->memory_max);
	wire_put_u64(o, l->swap_max);
	wire_put_u64(o, l->memory_low);
	wire_put_u64(o, l->cpu_quota_us);
	wire_put_u64(o, l->cpu_period_us);
	wire_put_u64(o, l->cpu_weight);
	wire_put_u64(o, l->pids_max);
	for (size_t i = 0; i < PLAN_CPU_WORDS; i++)
		wire_put_u64(o, l->cpus[i]);
	wire_put_u32(o, l->enforce_memory);
}

int plan_limits_get(struct wire_in *in, struct plan_limits *ret)
{
	struct plan_limits l;

	l.memory_max = wire_get_u64(in);
	l.swap_max = wire_get_u64(in);
	l.memory_low = wire_get_u64(in);
	l.cpu_quota_us = wire_get_u64(in);
	l.cpu_period_us = wire_get_u64(in);
	l.cpu_weight = wire_get_u64(in);
	l.pids_max = wire_get_u64(in);
	for (size_t i = 0; i < PLAN_CPU_WORDS; i++)
		l.cpus[i] = wire_get_u64(in);
	l.enforce_memory = wire_get_u32(in);
	if (in->failed || l.enforce_memory > 1 || l.cpu_weight > 10000)
		return -EBADMSG;
	*ret = l;
	return 0;
}

/* ---- mounts, devices, sysctls ---- */

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
	put_idmaps(o, &m->uid_maps);
	put_idmaps(o, &m->gid_maps);
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
		if (m->propagation[i] & ~PROPAGATION_ALL)
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
	r = get_idmaps(in, &m->uid_maps);
	if (r == 0)
		r = get_idmaps(in, &m->gid_maps);
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

/* ---- the whole ---- */

static size_t plan_size(const struct plan *p)
{
	size_t n = 1024 + plan_string_size(p->hostname) + plan_string_size(p->domainname) +
		   12 * ((size_t)p->uid_maps.n + p->gid_maps.n) + plan_strings_size(&p->masked) +
		   plan_strings_size(&p->readonly) + plan_process_size(&p->process);

	for (uint32_t i = 0; i < p->nmounts; i++)
		n += mount_size(&p->mounts[i]);
	for (uint32_t i = 0; i < p->ndevices; i++)
		n += plan_string_size(p->devices[i].path) + 24;
	for (uint32_t i = 0; i < p->nsysctls; i++)
		n += plan_string_size(p->sysctls[i].name) + plan_string_size(p->sysctls[i].value);
	return n;
}

static void put_plan(struct wire_out *o, const struct plan *p)
{
	wire_put_u32(o, PLAN_MAGIC);
	wire_put_u32(o, PLAN_VERSION);
	wire_put_u32(o, p->flags);
	wire_put_u64(o, p->namespaces);
	plan_put_string(o, p->hostname);
	plan_put_string(o, p->domainname);
	wire_put_u32(o, p->propagation);
	put_idmaps(o, &p->uid_maps);
	put_idmaps(o, &p->gid_maps);
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
	plan_put_strings(o, &p->masked);
	plan_put_strings(o, &p->readonly);
	plan_limits_put(o, &p->limits);
	plan_process_put(o, &p->process);
}

int plan_encode(const struct plan *p, void **ret, size_t *ret_len)
{
	size_t cap = plan_size(p);
	struct wire_out o;
	void *buf;

	if (cap > PLAN_MAX_BYTES)
		return -E2BIG;
	buf = malloc(cap);
	if (!buf)
		return -ENOMEM;
	wire_out_init(&o, buf, cap);
	put_plan(&o, p);
	if (o.failed) {
		free(buf);
		return -E2BIG;
	}
	*ret = buf;
	*ret_len = o.len;
	return 0;
}

static int get_lists(struct wire_in *in, struct plan *p)
{
	int r = get_mounts(in, p);

	if (r == 0)
		r = get_devices(in, p);
	if (r == 0)
		r = get_sysctls(in, p);
	if (r == 0)
		r = plan_get_strings(in, &p->masked);
	if (r == 0)
		r = plan_get_strings(in, &p->readonly);
	if (r == 0)
		r = plan_limits_get(in, &p->limits);
	return r;
}

static bool all_absolute(const struct plan_strings *s)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (s->v[i][0] != '/')
			return false;
	return true;
}

static int check_plan(const struct plan *p)
{
	if (p->flags & ~PLAN_FLAGS_ALL || p->propagation & ~PROPAGATION_ALL ||
	    strlen(p->hostname) > NAME_MAX_BYTES || strlen(p->domainname) > NAME_MAX_BYTES ||
	    !all_absolute(&p->masked) || !all_absolute(&p->readonly))
		return -EBADMSG;
	return 0;
}

static int decode_into(struct wire_in *in, struct plan *p)
{
	int r;

	if (wire_get_u32(in) != PLAN_MAGIC || wire_get_u32(in) != PLAN_VERSION)
		return -EBADMSG;
	p->flags = wire_get_u32(in);
	p->namespaces = wire_get_u64(in);
	r = plan_get_string(in, &p->hostname);
	if (r == 0)
		r = plan_get_string(in, &p->domainname);
	if (r < 0)
		return r;
	p->propagation = wire_get_u32(in);
	r = get_idmaps(in, &p->uid_maps);
	if (r == 0)
		r = get_idmaps(in, &p->gid_maps);
	if (r == 0)
		r = get_lists(in, p);
	if (r == 0)
		r = plan_process_get(in, &p->process);
	if (r == 0)
		r = wire_in_done(in);
	return r < 0 ? r : check_plan(p);
}

int plan_decode(const void *buf, size_t len, struct plan *ret)
{
	struct wire_in in;
	struct plan p = {0};
	int r;

	wire_in_init(&in, buf, len);
	r = decode_into(&in, &p);
	if (r < 0) {
		plan_fini(&p);
		return r;
	}
	*ret = p;
	return 0;
}

void plan_fini(struct plan *p)
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
	free(p->uid_maps.v);
	free(p->gid_maps.v);
	free(p->hostname);
	free(p->domainname);
	plan_strings_fini(&p->masked);
	plan_strings_fini(&p->readonly);
	plan_process_fini(&p->process);
	*p = (struct plan){0};
}
