/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Users in use. The table does not own them: the last user_put takes its user out. A look-up that
 * meets one whose count is already zero makes a new one in its place; the old one, on its way out,
 * sees that the node is no longer its own.
 */
#include "sentry/signal/user.h"

#include "base/check.h"
#include "sentry/core/alloc.h"
#include "sentry/core/lock_ranks.h"

SLAB_DEFINE(user_slab, struct user);

static int compare(const struct tree_node *a, const struct tree_node *b)
{
	const struct user *x = container_of_const(a, struct user, node);
	const struct user *y = container_of_const(b, struct user, node);

	return (x->uid > y->uid) - (x->uid < y->uid);
}

static int compare_key(const void *key, const struct tree_node *b)
{
	uint32_t uid = *(const uint32_t *)key;
	const struct user *y = container_of_const(b, struct user, node);

	return (uid > y->uid) - (uid < y->uid);
}

void user_table_init(struct user_table *t)
{
	lock_init(&t->lock, RANK_LEAF, "users");
	tree_init(&t->users);
}

void user_table_fini(struct user_table *t)
{
	check(tree_empty(&t->users));
	lock_fini(&t->lock);
}

static struct user *find_locked(struct user_table *t, uint32_t uid) REQUIRES(t->lock);
static struct user *find_locked(struct user_table *t, uint32_t uid)
{
	struct tree_node *node = tree_find(&t->users, &uid, compare_key);

	if (!node)
		return NULL;
	struct user *u = tree_entry(node, struct user, node);
	if (ref_get_unless_zero(&u->ref))
		return u;
	tree_remove(&t->users, &u->node);
	u->table = NULL;
	return NULL;
}

struct user *user_find(struct user_table *t, uint32_t uid)
{
	struct user *fresh, *u;

	lock_acquire(&t->lock);
	u = find_locked(t, uid);
	lock_release(&t->lock);
	if (u)
		return u;

	fresh = slab_alloc(&user_slab);
	if (!fresh)
		return NULL;
	ref_init(&fresh->ref);
	fresh->home = fresh->table = t;
	fresh->uid = uid;
	lock_acquire(&t->lock);
	u = find_locked(t, uid);
	if (!u)
		check(tree_insert(&t->users, &fresh->node, compare) == NULL);
	lock_release(&t->lock);
	if (!u)
		return fresh;
	slab_free(&user_slab, fresh);
	return u;
}

struct user *user_get(struct user *u)
{
	ref_get(&u->ref);
	return u;
}

void user_put(struct user *u)
{
	if (!u || !ref_put(&u->ref))
		return;
	/* Nobody can take a reference any more, but a look-up may be taking the node out: `table`
	 * says who did. */
	lock_acquire(&u->home->lock);
	if (u->table)
		tree_remove(&u->table->users, &u->node);
	lock_release(&u->home->lock);
	slab_free(&user_slab, u);
}
