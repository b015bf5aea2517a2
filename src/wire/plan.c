/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan on the wire: fields in the order of struct plan, the process last, strings with 32-bit
 * lengths. Decoding copies everything, so the message buffer may go away, and refuses strings that
 * hold a NUL. Lists are in plan_lists.c, the process is in plan_process.c.
 */
#include "wire/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wire/plan_priv.h"

#define PLAN_MAGIC   0x6e6c7043u /* "Cpln" */
#define PLAN_VERSION 2u

#define NAME_MAX_BYTES 64 /* of host and domain names: uname(2) */

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

/* ---- the whole ---- */

static size_t plan_size(const struct plan *p)
{
	size_t n = 1024 + plan_lists_size(p) + plan_string_size(p->hostname) +
		   plan_string_size(p->domainname) + 12 * ((size_t)p->uid_maps.n + p->gid_maps.n) +
		   plan_strings_size(&p->masked) + plan_strings_size(&p->readonly) +
		   plan_process_size(&p->process);

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
	plan_put_idmaps(o, &p->uid_maps);
	plan_put_idmaps(o, &p->gid_maps);
	plan_lists_put(o, p);
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

static int get_rest(struct wire_in *in, struct plan *p)
{
	int r = plan_lists_get(in, p);

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
	if (p->flags & ~PLAN_FLAGS_ALL || p->propagation & ~PLAN_PROPAGATION_ALL ||
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
	r = plan_get_idmaps(in, &p->uid_maps);
	if (r == 0)
		r = plan_get_idmaps(in, &p->gid_maps);
	if (r == 0)
		r = get_rest(in, p);
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
	plan_lists_fini(p);
	free(p->uid_maps.v);
	free(p->gid_maps.v);
	free(p->hostname);
	free(p->domainname);
	plan_strings_fini(&p->masked);
	plan_strings_fini(&p->readonly);
	plan_process_fini(&p->process);
	*p = (struct plan){0};
}
