/* SPDX-License-Identifier: Apache-2.0 */
/* A process on the wire: part of a plan, and of the request to run one more beside init. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "abi/capability.h"
#include "abi/sched.h"
#include "wire/plan_priv.h"

#define CAPS_ALL                                                                                   \
	(UINT64_MAX >> (63 - LX_CAP_LAST_CAP)) /* sets may not name what is no capability */
#define SECCOMP_FLAGS_ALL                                                                          \
	((uint32_t)(LX_SECCOMP_FILTER_FLAG_TSYNC | LX_SECCOMP_FILTER_FLAG_LOG |                    \
		    LX_SECCOMP_FILTER_FLAG_SPEC_ALLOW | LX_SECCOMP_FILTER_FLAG_TSYNC_ESRCH |       \
		    LX_SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV))

size_t plan_process_size(const struct plan_process *p)
{
	size_t n = 512 + plan_strings_size(&p->argv) + plan_strings_size(&p->envp) +
		   plan_string_size(p->cwd) + 4 * (size_t)p->ngroups;

	for (uint32_t i = 0; i < p->nseccomp; i++)
		n += 8 + 8 * (size_t)p->seccomp[i].n;
	return n;
}

static void put_caps(struct wire_out *o, const struct plan_caps *c)
{
	wire_put_u64(o, c->bounding);
	wire_put_u64(o, c->effective);
	wire_put_u64(o, c->inheritable);
	wire_put_u64(o, c->permitted);
	wire_put_u64(o, c->ambient);
}

static void put_bpf(struct wire_out *o, const struct plan_bpf *b)
{
	wire_put_u32(o, b->flags);
	wire_put_u32(o, b->n);
	for (uint32_t i = 0; i < b->n; i++) {
		wire_put_u16(o, b->insns[i].code);
		wire_put_u8(o, b->insns[i].jt);
		wire_put_u8(o, b->insns[i].jf);
		wire_put_u32(o, b->insns[i].k);
	}
}

void plan_process_put(struct wire_out *o, const struct plan_process *p)
{
	wire_put_u32(o, p->flags);
	plan_put_strings(o, &p->argv);
	plan_put_strings(o, &p->envp);
	plan_put_string(o, p->cwd);
	wire_put_u32(o, p->uid);
	wire_put_u32(o, p->gid);
	wire_put_u32(o, p->umask);
	wire_put_u32(o, p->ngroups);
	for (uint32_t i = 0; i < p->ngroups; i++)
		wire_put_u32(o, p->groups[i]);
	put_caps(o, &p->caps);
	for (size_t i = 0; i < LX_RLIM_NLIMITS; i++) {
		wire_put_u64(o, p->rlimits[i].rlim_cur);
		wire_put_u64(o, p->rlimits[i].rlim_max);
	}
	wire_put_u32(o, (uint32_t)p->oom_score_adj);
	wire_put_u32(o, p->personality);
	wire_put_u32(o, p->policy);
	wire_put_u32(o, (uint32_t)p->nice);
	wire_put_u32(o, p->rt_priority);
	wire_put_u32(o, p->ioprio);
	wire_put_u16(o, p->rows);
	wire_put_u16(o, p->cols);
	wire_put_u32(o, p->nfds);
	wire_put_u32(o, p->nseccomp);
	for (uint32_t i = 0; i < p->nseccomp; i++)
		put_bpf(o, &p->seccomp[i]);
}

static int get_texts(struct wire_in *in, struct plan_process *p)
{
	int r = plan_get_strings(in, &p->argv);

	if (r == 0)
		r = plan_get_strings(in, &p->envp);
	if (r == 0)
		r = plan_get_string(in, &p->cwd);
	return r;
}

static int get_groups(struct wire_in *in, struct plan_process *p)
{
	void *v;
	int r = plan_get_count(in, PLAN_MAX_GROUPS, sizeof(*p->groups), &p->ngroups, &v);

	if (r < 0)
		return r;
	p->groups = v;
	for (uint32_t i = 0; i < p->ngroups; i++)
		p->groups[i] = wire_get_u32(in);
	return 0;
}

static void get_numbers(struct wire_in *in, struct plan_process *p)
{
	p->caps.bounding = wire_get_u64(in);
	p->caps.effective = wire_get_u64(in);
	p->caps.inheritable = wire_get_u64(in);
	p->caps.permitted = wire_get_u64(in);
	p->caps.ambient = wire_get_u64(in);
	for (size_t i = 0; i < LX_RLIM_NLIMITS; i++) {
		p->rlimits[i].rlim_cur = wire_get_u64(in);
		p->rlimits[i].rlim_max = wire_get_u64(in);
	}
	p->oom_score_adj = (int32_t)wire_get_u32(in);
	p->personality = wire_get_u32(in);
	p->policy = wire_get_u32(in);
	p->nice = (int32_t)wire_get_u32(in);
	p->rt_priority = wire_get_u32(in);
	p->ioprio = wire_get_u32(in);
	p->rows = wire_get_u16(in);
	p->cols = wire_get_u16(in);
	p->nfds = wire_get_u32(in);
}

static int get_bpf(struct wire_in *in, struct plan_bpf *b)
{
	void *v;
	int r;

	b->flags = wire_get_u32(in);
	r = plan_get_count(in, LX_BPF_MAXINSNS, sizeof(*b->insns), &b->n, &v);
	if (r < 0)
		return r;
	b->insns = v;
	for (uint32_t i = 0; i < b->n; i++) {
		b->insns[i].code = wire_get_u16(in);
		b->insns[i].jt = wire_get_u8(in);
		b->insns[i].jf = wire_get_u8(in);
		b->insns[i].k = wire_get_u32(in);
	}
	return in->failed || b->n == 0 || b->flags & ~SECCOMP_FLAGS_ALL ? -EBADMSG : 0;
}

static int get_seccomp(struct wire_in *in, struct plan_process *p)
{
	void *v;
	int r = plan_get_count(in, PLAN_MAX_SECCOMP, sizeof(*p->seccomp), &p->nseccomp, &v);

	if (r < 0)
		return r;
	p->seccomp = v;
	for (uint32_t i = 0; i < p->nseccomp && r == 0; i++)
		r = get_bpf(in, &p->seccomp[i]);
	return r;
}

static bool caps_known(const struct plan_caps *c)
{
	return ((c->bounding | c->effective | c->inheritable | c->permitted | c->ambient) &
		~CAPS_ALL) == 0;
}

static int check_process(const struct plan_process *p)
{
	if (p->flags & ~PLAN_PROCESS_FLAGS_ALL || p->argv.n == 0 || p->cwd[0] != '/' ||
	    p->umask & ~07777u || !caps_known(&p->caps) || p->oom_score_adj < -1000 ||
	    p->oom_score_adj > 1000 || p->nfds > PLAN_MAX_FDS)
		return -EBADMSG;
	if (p->flags & PLAN_SCHEDULER &&
	    (p->policy > LX_SCHED_EXT || p->nice < -20 || p->nice > 19 || p->rt_priority > 99))
		return -EBADMSG;
	for (size_t i = 0; i < LX_RLIM_NLIMITS; i++)
		if (p->rlimits[i].rlim_cur > p->rlimits[i].rlim_max)
			return -EBADMSG;
	return 0;
}

int plan_process_get(struct wire_in *in, struct plan_process *ret)
{
	int r;

	*ret = (struct plan_process){.flags = wire_get_u32(in)};
	r = get_texts(in, ret);
	if (r < 0)
		return r;
	ret->uid = wire_get_u32(in);
	ret->gid = wire_get_u32(in);
	ret->umask = wire_get_u32(in);
	r = get_groups(in, ret);
	if (r < 0)
		return r;
	get_numbers(in, ret);
	r = get_seccomp(in, ret);
	if (r < 0)
		return r;
	return in->failed ? -EBADMSG : check_process(ret);
}

void plan_process_fini(struct plan_process *p)
{
	plan_strings_fini(&p->argv);
	plan_strings_fini(&p->envp);
	for (uint32_t i = 0; p->seccomp && i < p->nseccomp; i++)
		free(p->seccomp[i].insns);
	free(p->seccomp);
	free(p->cwd);
	free(p->groups);
	*p = (struct plan_process){0};
}
