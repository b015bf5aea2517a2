/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers of threads, process groups and sessions. One struct pid per number in use; it goes when
 * no thread, no group and no session has it, so a number is not given out again while a process
 * group of that name has members.
 *
 * Numbers are given out upwards, around pid_max, skipping those in use and, after the first round,
 * those below RESERVED_PIDS, as Linux does. Everything here is guarded by kernel->tasklist.
 */
#include <errno.h>

#include "base/check.h"
#include "sentry/core/alloc.h"
#include "sentry/task/task_priv.h"

SLAB_DEFINE(pid_slab, struct pid);

#define RESERVED_PIDS 300

static int compare(const struct tree_node *a, const struct tree_node *b)
{
	const struct pid *x = container_of_const(a, struct pid, node);
	const struct pid *y = container_of_const(b, struct pid, node);

	return (x->nr > y->nr) - (x->nr < y->nr);
}

static int compare_key(const void *key, const struct tree_node *b)
{
	int32_t nr = *(const int32_t *)key;
	const struct pid *y = container_of_const(b, struct pid, node);

	return (nr > y->nr) - (nr < y->nr);
}

struct pid *pid_find(struct kernel *k, int32_t nr)
{
	struct tree_node *node = tree_find(&k->pids, &nr, compare_key);

	return node ? tree_entry(node, struct pid, node) : NULL;
}

struct pid *pid_next(struct kernel *k, int32_t from)
{
	struct tree_node *at = k->pids.root, *best = NULL;

	while (at) {
		struct pid *p = tree_entry(at, struct pid, node);

		if (p->nr >= from) {
			best = at;
			at = at->left;
		} else {
			at = at->right;
		}
	}
	return best ? tree_entry(best, struct pid, node) : NULL;
}

static struct pid *insert(struct kernel *k, struct pid *p, int32_t nr)
{
	p->nr = nr;
	list_init(&p->pgrp);
	list_init(&p->session);
	check(tree_insert(&k->pids, &p->node, compare) == NULL);
	return p;
}

/* The lowest free number in [lo, hi), or 0. */
static int32_t free_between(struct kernel *k, int32_t lo, int32_t hi) REQUIRES(k->tasklist);
static int32_t free_between(struct kernel *k, int32_t lo, int32_t hi)
{
	struct pid *p = pid_next(k, lo);

	while (lo < hi && p && p->nr == lo) {
		struct tree_node *next = tree_next(&p->node);

		p = next ? tree_entry(next, struct pid, node) : NULL;
		lo++;
	}
	return lo < hi ? lo : 0;
}

int pid_alloc(struct kernel *k, int32_t wish, struct pid **ret)
{
	struct pid *p;
	int32_t nr = wish;

	if (wish > 0) {
		if (wish >= k->pid_max)
			return -EINVAL;
		if (pid_find(k, wish))
			return -EEXIST;
	} else {
		nr = free_between(k, k->last_pid + 1, k->pid_max);
		if (nr == 0)
			nr = free_between(k, RESERVED_PIDS, k->pid_max);
		if (nr == 0)
			return -EAGAIN;
	}
	p = slab_alloc(&pid_slab);
	if (!p)
		return -ENOMEM;
	if (wish <= 0)
		k->last_pid = nr;
	*ret = insert(k, p, nr);
	return 0;
}

void pid_release(struct kernel *k, struct pid *p)
{
	if (p->task || p->session_obj || !list_empty(&p->pgrp) || !list_empty(&p->session))
		return;
	tree_remove(&k->pids, &p->node);
	slab_free(&pid_slab, p);
}

struct task *task_find(struct kernel *k, int32_t tid)
{
	GUARD(&k->tasklist);
	struct pid *p = pid_find(k, tid);

	return p && p->task ? task_get(p->task) : NULL;
}

struct thread_group *tg_find(struct kernel *k, int32_t tgid)
{
	GUARD(&k->tasklist);
	struct pid *p = pid_find(k, tgid);

	return p && p->task && p->task->tg->tgid == tgid ? tg_get(p->task->tg) : NULL;
}

struct thread_group *tg_next(struct kernel *k, int32_t from)
{
	struct tree_node *node;

	GUARD(&k->tasklist);
	struct pid *p = pid_next(k, from);

	while (p && !(p->task && p->task->tg->tgid == p->nr)) {
		node = tree_next(&p->node);
		p = node ? tree_entry(node, struct pid, node) : NULL;
	}
	return p ? tg_get(p->task->tg) : NULL;
}

struct task *tg_next_thread(struct thread_group *tg, int32_t from)
{
	struct task *t, *best = NULL;

	GUARD(&tg->kernel->tasklist);
	list_for_each_entry(t, &tg->threads, thread_link)
		if (t->tid >= from && (!best || t->tid < best->tid))
			best = t;
	return best ? task_get(best) : NULL;
}
