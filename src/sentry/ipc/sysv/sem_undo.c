/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SEM_UNDO: what a process did to semaphores and takes back when it ends, semop(2). A list is
 * shared by the threads that clone with CLONE_SYSVSEM; the last of them pays. A set that is
 * removed, or whose values are set, forgives.
 */
#include <errno.h>

#include "sentry/core/alloc.h"
#include "sentry/core/ctx.h"
#include "sentry/ipc/sysv/sysv_priv.h"

struct sem_undo_list {
	struct ref ref;
	struct list undos; /* [l] struct sem_undo.list_link */
};

static SLAB_DEFINE(sem_undo_list_slab, struct sem_undo_list);

static struct sem_undo_list *need_list(struct sem_undo_list **own)
{
	if (!*own) {
		*own = slab_alloc(&sem_undo_list_slab);
		if (!*own)
			return NULL;
		ref_init(&(*own)->ref);
		list_init(&(*own)->undos);
	}
	return *own;
}

int sysv_sem_undo_share(struct sem_undo_list **own, struct sem_undo_list **ret)
{
	struct sem_undo_list *l = need_list(own);

	if (!l)
		return -ENOMEM;
	ref_get(&l->ref);
	*ret = l;
	return 0;
}

int sem_undo_need(struct sem_undo_list **undos, struct sem_set *s, struct sem_undo **ret)
{
	struct sem_undo_list *l = need_list(undos);
	struct sem_undo *u;

	if (!l)
		return -ENOMEM;
	list_for_each_entry(u, &l->undos, list_link) {
		if (u->set == s) {
			*ret = u;
			return 0;
		}
	}
	u = arena_alloc(sizeof(*u) + s->nsems * sizeof(u->adj[0]));
	if (!u)
		return -ENOMEM;
	u->set = s;
	list_add_tail(&s->undos, &u->set_link);
	list_add_tail(&l->undos, &u->list_link);
	*ret = u;
	return 0;
}

void sem_undo_free(struct sem_undo *u)
{
	list_del(&u->set_link);
	list_del(&u->list_link);
	arena_free(u);
}

/* A value that cannot be taken back wholly is taken back as far as it goes. */
static void pay(struct sem_undo *u, int32_t pid) REQUIRES(sem_table.lock);
static void pay(struct sem_undo *u, int32_t pid)
{
	struct sem_set *s = u->set;
	bool changed = false;

	for (uint32_t i = 0; i < s->nsems; i++) {
		int32_t value = s->sems[i].value + u->adj[i];

		if (u->adj[i] == 0)
			continue;
		s->sems[i].value = MAX(0, MIN(value, LX_SEMVMX));
		s->sems[i].pid = pid;
		changed = true;
	}
	sem_undo_free(u);
	if (changed)
		sem_run_waiting(s);
}

void sysv_sem_undo_put(struct sem_undo_list *l, int32_t pid)
{
	struct sem_undo *u, *tmp;

	if (!l || !ref_put(&l->ref))
		return;
	lock_acquire(&sem_table.lock);
	LOCK_ASSERT_HELD(&sem_table.lock);
	list_for_each_entry_safe(u, tmp, &l->undos, list_link)
		pay(u, pid);
	lock_release(&sem_table.lock);
	slab_free(&sem_undo_list_slab, l);
}
