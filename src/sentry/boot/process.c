/* SPDX-License-Identifier: Apache-2.0 */
/* A process from outside, as the plan says it, in the terms of the task room. */
#include <errno.h>
#include <string.h>

#include "sentry/boot/boot_priv.h"
#include "sentry/core/alloc.h"
#include "sentry/core/cred.h"
#include "sentry/core/limits.h"
#include "sentry/task/task.h"
#include "sentry/vfs/fdtable.h"

static int add_strings(struct loader_strings *to, const struct plan_strings *from)
{
	int r = 0;

	for (uint32_t i = 0; i < from->n && r == 0; i++)
		r = loader_strings_add(to, from->v[i], strlen(from->v[i]));
	return r;
}

static void fill_limits(const struct plan_process *p, struct limits *ret)
{
	limits_init(ret);
	for (size_t i = 0; i < LX_RLIM_NLIMITS; i++) {
		ret->soft[i] = p->rlimits[i].rlim_cur;
		ret->hard[i] = p->rlimits[i].rlim_max;
	}
}

/* As a runtime leaves them before it executes the program; that then is the exec's affair. */
static int make_cred(const struct plan_process *p, const struct cred **ret)
{
	struct cred *c = cred_new(p->uid, p->gid, p->groups, p->ngroups);

	if (!c)
		return -ENOMEM;
	c->no_new_privs = (p->flags & PLAN_NO_NEW_PRIVS) != 0;
	if (p->flags & PLAN_CAPS) {
		c->cap_bounding = p->caps.bounding;
		c->cap_permitted = p->caps.permitted;
		c->cap_effective = p->caps.effective & p->caps.permitted;
		c->cap_inheritable = p->caps.inheritable;
		c->cap_ambient = p->caps.ambient & p->caps.permitted & p->caps.inheritable;
	}
	*ret = c;
	return 0;
}

static int make_filters(const struct plan_process *p, struct seccomp_filter **ret)
{
	struct seccomp_program *programs;
	int r;

	if (p->nseccomp == 0)
		return 0;
	programs = arena_alloc(p->nseccomp * sizeof(*programs));
	if (!programs)
		return -ENOMEM;
	for (uint32_t i = 0; i < p->nseccomp; i++)
		programs[i] = (struct seccomp_program){.code = p->seccomp[i].insns,
						       .ninsns = p->seccomp[i].n,
						       .flags = p->seccomp[i].flags};
	r = seccomp_chain_new(programs, p->nseccomp, ret);
	arena_free(programs);
	return r;
}

static void fill_scheduling(const struct plan_process *p, struct task_plan *t)
{
	if (p->flags & PLAN_SCHEDULER) {
		t->policy = (int)p->policy;
		t->nice = p->nice;
		t->rt_priority = p->rt_priority;
	}
	if (p->flags & PLAN_IOPRIO)
		t->ioprio = (int)p->ioprio;
	if (p->flags & PLAN_OOM_SCORE_ADJ)
		t->oom_score_adj = p->oom_score_adj;
}

int boot_process_init(struct boot_process *b, const struct plan_process *p, const char *program,
		      struct boot_stdio *io)
{
	const struct cred *cred = NULL;
	int r = make_cred(p, &cred);

	*b = (struct boot_process){.cred = cred};
	fill_limits(p, &b->limits);
	b->task = (struct task_plan){.file = program,
				     .cwd_path = p->cwd,
				     .cred = cred,
				     .limits = &b->limits,
				     .umask = p->umask,
				     .ctty = io->tty,
				     .new_session = true,
				     .killable_init = (p->flags & PLAN_KILLABLE) != 0,
				     .held = (p->flags & PLAN_HELD) != 0,
				     .personality = p->personality};
	fill_scheduling(p, &b->task);
	if (r == 0)
		r = make_filters(p, &b->filters);
	b->task.seccomp = b->filters;
	if (r == 0)
		r = add_strings(&b->task.argv, &p->argv);
	if (r == 0)
		r = add_strings(&b->task.envp, &p->envp);
	if (r < 0) {
		boot_process_fini(b);
		return r;
	}
	b->task.fds = TAKE(io->fds);
	return 0;
}

void boot_process_fini(struct boot_process *b)
{
	loader_strings_fini(&b->task.argv);
	loader_strings_fini(&b->task.envp);
	if (b->task.fds)
		fdtable_put(TAKE(b->task.fds), boot_ctx());
	seccomp_filter_drop(TAKE(b->filters));
	cred_put(TAKE(b->cred));
}

/* ---- limits of the sandbox ---- */

_Static_assert(sizeof(((struct plan_limits *)0)->cpus) ==
		       sizeof(((struct sandbox_limits *)0)->cpus),
	       "both are one set of processors");

static uint64_t limit_or_none(uint64_t v)
{
	return v == PLAN_UNLIMITED ? 0 : v;
}

void boot_limits(const struct plan_limits *p, struct sandbox_limits *ret)
{
	*ret = (struct sandbox_limits){.memory_max = limit_or_none(p->memory_max),
				       .memory_low = p->memory_low,
				       .swap_max = limit_or_none(p->swap_max),
				       .no_swap = p->swap_max == 0,
				       .memory_by_host = !p->enforce_memory,
				       .cpu_quota_us = limit_or_none(p->cpu_quota_us),
				       .cpu_period_us = p->cpu_period_us,
				       .cpu_weight = p->cpu_weight,
				       .pids_max = limit_or_none(p->pids_max)};
	memcpy(ret->cpus, p->cpus, sizeof(ret->cpus));
}
