/* SPDX-License-Identifier: Apache-2.0 */
/* Who is in a group: cgroup.procs of it and of all groups below, each process once. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "runtime/cgroup/cgroup_priv.h"

#define PIDS_MAX ((size_t)4 << 20) /* the kernel's PID_MAX_LIMIT */

static int add_pid(struct cg_pidlist *l, pid_t pid)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 64;
		pid_t *v = cap <= PIDS_MAX ? realloc(l->v, cap * sizeof(*v)) : NULL;

		if (!v)
			return -ENOMEM;
		l->v = v;
		l->cap = cap;
	}
	l->v[l->n++] = pid;
	return 0;
}

/* 0 is a process of another pid namespace that we cannot name. */
static int pid_line(void *arg, char *line)
{
	uint64_t pid;

	if (!cg_parse_u64(line, &pid) || pid > INT32_MAX)
		return -EINVAL;
	return pid == 0 ? 0 : add_pid(arg, (pid_t)pid);
}

static int dir_pids(void *arg, const char *dir)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	int r = cg_read(dir, "cgroup.procs", &sb);

	/* A threaded group of v2 cannot tell; its processes are told by the one above. */
	if (r == -EOPNOTSUPP || r == -ENOENT || r == -ENODEV)
		return 0;
	return r < 0 || sb.len == 0 ? r : cg_for_each_line(sb.s, pid_line, arg);
}

static int by_number(const void *a, const void *b)
{
	const pid_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int cg_pids_below(const char *dir, struct cg_pidlist *ret, struct cgroup_error *err)
{
	size_t n = 0;
	int r;

	ret->n = 0;
	r = cg_for_each_dir(dir, dir_pids, ret);
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return cgroup_fail(err, r, "listing the processes of %s", dir);
	if (ret->n > 0)
		qsort(ret->v, ret->n, sizeof(*ret->v), by_number);
	/* Who moved while we looked may stand twice. */
	for (size_t i = 0; i < ret->n; i++)
		if (n == 0 || ret->v[n - 1] != ret->v[i])
			ret->v[n++] = ret->v[i];
	ret->n = n;
	return 0;
}

void cg_pidlist_fini(struct cg_pidlist *l)
{
	free(l->v);
	*l = (struct cg_pidlist){NULL, 0, 0};
}

int cgroup_pids(struct cgroup *cg, enum cgroup_part part, pid_t **ret, size_t *ret_n,
		struct cgroup_error *err)
{
	const struct cgroup_place *p = cg_any_place(cg);
	AUTO(strbuf_fini) struct strbuf dir = STRBUF_INIT;
	AUTO(cg_pidlist_fini) struct cg_pidlist l = {NULL, 0, 0};
	int r = 0;

	if (p) {
		r = cg_part_dir(p, part, &dir);
		if (r < 0)
			return cgroup_fail(err, r, "listing the processes of %s", p->dir);
		r = cg_pids_below(dir.s, &l, err);
	}
	if (r < 0)
		return r;
	*ret = TAKE(l.v);
	*ret_n = l.n;
	return 0;
}
