/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan on the wire: fields in the order of struct plan, strings with 32-bit lengths. Decoding
 * copies everything, so the message buffer may go away, and refuses strings that hold a NUL.
 */
#include "wire/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wire/buf.h"

#define PLAN_MAGIC   0x6e6c7043u /* "Cpln" */
#define PLAN_VERSION 1u

static void put_string(struct wire_out *o, const char *s)
{
	wire_put_str32(o, s, strlen(s));
}

static void put_strings(struct wire_out *o, const struct plan_strings *s)
{
	wire_put_u32(o, s->n);
	for (uint32_t i = 0; i < s->n; i++)
		put_string(o, s->v[i]);
}

static size_t strings_size(const struct plan_strings *s)
{
	size_t n = 4;

	for (uint32_t i = 0; i < s->n; i++)
		n += 4 + strlen(s->v[i]);
	return n;
}

static size_t plan_size(const struct plan *p)
{
	return 64 + strings_size(&p->argv) + strings_size(&p->envp) + strings_size(&p->rw) +
	       strlen(p->cwd) + strlen(p->hostname) + 4 * (size_t)p->ngroups + sizeof(p->rlimits);
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
	wire_put_u32(&o, PLAN_MAGIC);
	wire_put_u32(&o, PLAN_VERSION);
	wire_put_u32(&o, p->flags);
	put_strings(&o, &p->argv);
	put_strings(&o, &p->envp);
	put_strings(&o, &p->rw);
	put_string(&o, p->cwd);
	put_string(&o, p->hostname);
	wire_put_u32(&o, p->uid);
	wire_put_u32(&o, p->gid);
	wire_put_u32(&o, p->umask);
	wire_put_u32(&o, p->ngroups);
	for (uint32_t i = 0; i < p->ngroups; i++)
		wire_put_u32(&o, p->groups[i]);
	for (size_t i = 0; i < LX_RLIM_NLIMITS; i++) {
		wire_put_u64(&o, p->rlimits[i].rlim_cur);
		wire_put_u64(&o, p->rlimits[i].rlim_max);
	}
	if (o.failed) {
		free(buf);
		return -E2BIG;
	}
	*ret = buf;
	*ret_len = o.len;
	return 0;
}

static int get_string(struct wire_in *in, char **ret)
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

static int get_strings(struct wire_in *in, struct plan_strings *ret)
{
	uint32_t n = wire_get_u32(in);

	if (in->failed || n > PLAN_MAX_STRINGS)
		return -EBADMSG;
	ret->v = calloc((size_t)n + 1, sizeof(*ret->v));
	if (!ret->v)
		return -ENOMEM;
	for (; ret->n < n; ret->n++) {
		int r = get_string(in, &ret->v[ret->n]);

		if (r < 0)
			return r;
	}
	return 0;
}

static int get_groups(struct wire_in *in, struct plan *p)
{
	uint32_t n = wire_get_u32(in);

	if (in->failed || n > PLAN_MAX_GROUPS)
		return -EBADMSG;
	p->groups = calloc((size_t)n + 1, sizeof(*p->groups));
	if (!p->groups)
		return -ENOMEM;
	p->ngroups = n;
	for (uint32_t i = 0; i < n; i++)
		p->groups[i] = wire_get_u32(in);
	return 0;
}

static int get_all_strings(struct wire_in *in, struct plan *p)
{
	int r = get_strings(in, &p->argv);

	if (r == 0)
		r = get_strings(in, &p->envp);
	if (r == 0)
		r = get_strings(in, &p->rw);
	if (r == 0)
		r = get_string(in, &p->cwd);
	if (r == 0)
		r = get_string(in, &p->hostname);
	return r;
}

static int plan_validate(const struct plan *p)
{
	if (p->flags & ~PLAN_FLAGS_ALL || p->argv.n == 0 || p->cwd[0] != '/' ||
	    strlen(p->hostname) > 64)
		return -EBADMSG;
	for (uint32_t i = 0; i < p->rw.n; i++)
		if (p->rw.v[i][0] != '/')
			return -EBADMSG;
	for (size_t i = 0; i < LX_RLIM_NLIMITS; i++)
		if (p->rlimits[i].rlim_cur > p->rlimits[i].rlim_max)
			return -EBADMSG;
	return 0;
}

static int decode_into(struct wire_in *in, struct plan *p)
{
	int r;

	if (wire_get_u32(in) != PLAN_MAGIC || wire_get_u32(in) != PLAN_VERSION)
		return -EBADMSG;
	p->flags = wire_get_u32(in);
	r = get_all_strings(in, p);
	if (r < 0)
		return r;
	p->uid = wire_get_u32(in);
	p->gid = wire_get_u32(in);
	p->umask = wire_get_u32(in);
	r = get_groups(in, p);
	if (r < 0)
		return r;
	for (size_t i = 0; i < LX_RLIM_NLIMITS; i++) {
		p->rlimits[i].rlim_cur = wire_get_u64(in);
		p->rlimits[i].rlim_max = wire_get_u64(in);
	}
	r = wire_in_done(in);
	return r < 0 ? r : plan_validate(p);
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

static void strings_fini(struct plan_strings *s)
{
	for (uint32_t i = 0; s->v && i < s->n; i++)
		free(s->v[i]);
	free(s->v);
	*s = (struct plan_strings){0};
}

void plan_fini(struct plan *p)
{
	strings_fini(&p->argv);
	strings_fini(&p->envp);
	strings_fini(&p->rw);
	free(p->cwd);
	free(p->hostname);
	free(p->groups);
	*p = (struct plan){0};
}
