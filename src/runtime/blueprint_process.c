/* SPDX-License-Identifier: Apache-2.0 */
/* A process of config.json, or of `exec`, as the Sentry is told it. */
#include "runtime/blueprint.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "abi/sched.h"
#include "host/fd.h"
#include "runtime/runtime.h"
#include "runtime/users.h"

#define DEFAULT_UMASK 0022

/* The plan's lists are not const, but nobody writes through them. */
static struct plan_strings borrow_strings(const struct oci_strv *v)
{
	struct plan_strings s = {.n = (uint32_t)v->n};

	memcpy(&s.v, &v->v, sizeof(s.v));
	return s;
}

/* Those of who runs us, as a program that is executed inherits them, and what is said over them. */
static int fill_rlimits(const struct oci_process *p, struct plan_process *ret)
{
	for (int i = 0; i < LX_RLIM_NLIMITS; i++) {
		struct rlimit l = {RLIM_INFINITY, RLIM_INFINITY};

		(void)getrlimit((__rlimit_resource_t)i, &l);
		ret->rlimits[i] =
			(struct lx_rlimit){.rlim_cur = l.rlim_cur, .rlim_max = l.rlim_max};
	}
	for (size_t i = 0; i < p->rlimits.n; i++) {
		const struct oci_rlimit *l = &p->rlimits.v[i];

		if (l->soft > l->hard) {
			tell("process.rlimits[%zu]: the soft limit is above the hard one", i);
			return -EINVAL;
		}
		ret->rlimits[l->type] =
			(struct lx_rlimit){.rlim_cur = l->soft, .rlim_max = l->hard};
	}
	return 0;
}

static void fill_user(const struct oci_user *u, struct plan_process *ret)
{
	ret->uid = u->uid;
	ret->gid = u->gid;
	ret->umask = u->umask.set ? u->umask.v : DEFAULT_UMASK;
	ret->groups = u->additional_gids.v;
	ret->ngroups = (uint32_t)u->additional_gids.n;
}

static void fill_caps(const struct oci_capabilities *c, struct plan_process *ret)
{
	ret->flags |= PLAN_CAPS;
	if (c)
		ret->caps = (struct plan_caps){.bounding = c->bounding,
					       .effective = c->effective,
					       .inheritable = c->inheritable,
					       .permitted = c->permitted,
					       .ambient = c->ambient};
}

static void fill_scheduling(const struct oci_process *p, struct plan_process *ret)
{
	if (p->scheduler) {
		ret->flags |= PLAN_SCHEDULER;
		ret->policy = p->scheduler->policy;
		ret->nice = p->scheduler->nice;
		ret->rt_priority = (uint32_t)p->scheduler->priority;
	}
	if (p->io_priority) {
		ret->flags |= PLAN_IOPRIO;
		ret->ioprio = p->io_priority->class << LX_IOPRIO_CLASS_SHIFT |
			      (uint32_t)p->io_priority->priority;
	}
	if (p->oom_score_adj.set) {
		ret->flags |= PLAN_OOM_SCORE_ADJ;
		ret->oom_score_adj = (int32_t)p->oom_score_adj.v;
	}
}

static int fill_seccomp(struct blueprint *b, const struct oci_seccomp *s, struct plan_process *ret)
{
	AUTO(strbuf_fini) struct strbuf why = STRBUF_INIT;
	AUTO(host_close_fd) int scratch = -1;
	struct oci_bpf bpf;
	int r;

	if (!s)
		return 0;
	scratch = host_memfd("profile");
	if (scratch < 0) {
		tell_errno(-scratch, "memfd_create");
		return scratch;
	}
	r = oci_seccomp_compile(s, scratch, &bpf, &why);
	if (r < 0) {
		tell("linux.seccomp: %s", strbuf_str(&why));
		return r;
	}
	if (bpf.n > 0) {
		ret->seccomp = blueprint_alloc(b, 1, sizeof(*ret->seccomp));
		if (ret->seccomp)
			ret->seccomp->insns = blueprint_alloc(b, bpf.n, sizeof(*bpf.insns));
		if (!ret->seccomp || !ret->seccomp->insns) {
			oci_bpf_fini(&bpf);
			return -ENOMEM;
		}
		memcpy(ret->seccomp->insns, bpf.insns, bpf.n * sizeof(*bpf.insns));
		ret->seccomp->n = (uint32_t)bpf.n;
		ret->seccomp->flags = (uint32_t)bpf.flags;
		ret->nseccomp = 1;
	}
	oci_bpf_fini(&bpf);
	return 0;
}

static bool says_home(const struct oci_process *p)
{
	for (size_t i = 0; i < p->env.n; i++)
		if (strncmp(p->env.v[i], "HOME=", 5) == 0 && p->env.v[i][5] != 0)
			return true;
	return false;
}

/* As runc does: HOME is the user's, if the environment does not say it. */
static int fill_env(struct blueprint *b, const struct process_request *q, struct plan_process *ret)
{
	const struct oci_process *p = q->process;
	bool home_said = says_home(p);
	AUTO(free) char *home = home_said ? NULL : user_home(q->rootfs, p->user.uid);
	char **v = blueprint_alloc(b, p->env.n + 3, sizeof(*v));
	uint32_t n = 0;

	if (!v)
		return -ENOMEM;
	for (size_t i = 0; i < p->env.n; i++)
		if (home_said || strcmp(p->env.v[i], "HOME=") != 0)
			v[n++] = blueprint_borrow(p->env.v[i]);
	if (!home_said)
		v[n++] = blueprint_format(b, "HOME=%s", home ? home : "/");
	if (q->listen_fds > 0) {
		v[n++] = blueprint_format(b, "LISTEN_FDS=%u", q->listen_fds);
		v[n++] = blueprint_borrow("LISTEN_PID=1");
	}
	for (uint32_t i = 0; i < n; i++)
		if (!v[i])
			return -ENOMEM;
	ret->envp = (struct plan_strings){v, n};
	return 0;
}

int blueprint_process(struct blueprint *b, const struct process_request *q,
		      struct plan_process *ret)
{
	const struct oci_process *p = q->process;
	int r;

	*ret = (struct plan_process){.argv = borrow_strings(&p->args),
				     .cwd = blueprint_borrow(p->cwd)};
	if (p->terminal)
		ret->flags |= PLAN_TERMINAL;
	if (p->no_new_privileges)
		ret->flags |= PLAN_NO_NEW_PRIVS;
	if (p->console_size) {
		ret->rows = (uint16_t)MIN(p->console_size->height, (uint32_t)UINT16_MAX);
		ret->cols = (uint16_t)MIN(p->console_size->width, (uint32_t)UINT16_MAX);
	}
	if (q->personality)
		ret->personality = q->personality->domain;
	fill_user(&p->user, ret);
	fill_caps(p->capabilities ? p->capabilities : q->default_caps, ret);
	fill_scheduling(p, ret);
	r = fill_rlimits(p, ret);
	if (r == 0)
		r = fill_env(b, q, ret);
	return r < 0 ? r : fill_seccomp(b, q->seccomp, ret);
}
