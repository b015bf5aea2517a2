/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The watches of one inotify file. A watch ends once, by whichever comes first; who takes it out of
 * the tree (under set_lock) says IN_IGNORED, who takes its mark off the inode (under the inode's
 * mark lock) drops the mark's reference. They may be two:
 *
 *	inotify_rm_watch                      the inode is deleted, or IN_ONESHOT has fired
 *	takes it out of the tree      (A)     the vfs takes the mark off           (B)
 *	IN_IGNORED                            ended: out of the tree already? (A) then nothing more
 * to say inotify_mark_detach: false    (B)     drops the mark's reference
 *
 * Differs: IN_UNMOUNT is never told.
 */
#include <errno.h>

#include "abi/inotify.h"
#include "base/strbuf.h"
#include "sentry/core/alloc.h"
#include "sentry/fs/inotify/inotify_priv.h"
#include "sentry/vfs/file.h"
#include "sentry/vfs/inode.h"

/* What an event shows of a mask. */
#define MASK_SHOWN (LX_IN_ALL_EVENTS | LX_IN_ISDIR | LX_IN_UNMOUNT | LX_IN_IGNORED)
#define MASK_FLAGS (LX_IN_ONESHOT | LX_IN_EXCL_UNLINK)
/* ALL_INOTIFY_BITS of Linux */
#define MASK_VALID                                                                                 \
	(LX_IN_ALL_EVENTS | LX_IN_UNMOUNT | LX_IN_Q_OVERFLOW | LX_IN_IGNORED | LX_IN_ONLYDIR |     \
	 LX_IN_DONT_FOLLOW | LX_IN_EXCL_UNLINK | LX_IN_MASK_ADD | LX_IN_MASK_CREATE |              \
	 LX_IN_ISDIR | LX_IN_ONESHOT)

static SLAB_DEFINE(watch_slab, struct in_watch);

static struct in_watch *watch_of(struct inotify_mark *m)
{
	return container_of(m, struct in_watch, mark);
}

static struct in_watch *watch_of_node(struct tree_node *n)
{
	return tree_entry(n, struct in_watch, node);
}

static void watch_put(struct in_watch *w)
{
	if (!ref_put(&w->ref))
		return;
	inode_put(w->mark.inode);
	account_watch_put(w->in->account);
	inotify_put(w->in);
	slab_free(&watch_slab, w);
}

/* ---- events ---- */

static void hear(struct inotify_mark *m, uint32_t mask, uint32_t cookie, const char *name,
		 size_t len)
{
	struct in_watch *w = watch_of(m);

	if (m->over || ((mask & INOTIFY_UNLINKED) && (w->flags & LX_IN_EXCL_UNLINK)))
		return;
	if (mask & (LX_IN_DELETE_SELF | LX_IN_MOVE_SELF))
		mask &= ~(uint32_t)LX_IN_ISDIR; /* as Linux has always told these */
	queue_add(w->in, w->wd, mask & MASK_SHOWN, cookie, name, len);
	if (w->flags & LX_IN_ONESHOT)
		m->over = true;
}

/* Out of the tree: true for the one who did it, and has that reference now. */
static bool leave_tree(struct in_watch *w)
{
	GUARD(&w->in->set_lock);
	if (!w->in_tree)
		return false;
	tree_remove(&w->in->watches, &w->node);
	w->in_tree = false;
	return true;
}

static void ended(struct inotify_mark *m)
{
	struct in_watch *w = watch_of(m);

	if (leave_tree(w)) {
		queue_add(w->in, w->wd, LX_IN_IGNORED, 0, NULL, 0);
		watch_put(w);
	}
	watch_put(w);
}

/* ---- adding ---- */

int inotify_check_mask(uint32_t mask)
{
	if (!(mask & MASK_VALID) || (mask & ~MASK_VALID))
		return -EINVAL;
	return (mask & LX_IN_MASK_ADD) && (mask & LX_IN_MASK_CREATE) ? -EINVAL : 0;
}

/* A watch of this file on the inode; in_tree means that it is alive. Our set_lock is held. */
static bool is_ours(struct inotify_mark *m, void *in)
{
	return m->event == hear && watch_of(m)->in == in && watch_of(m)->in_tree;
}

static int update(struct in_watch *w, uint32_t mask)
{
	uint32_t events = mask & LX_IN_ALL_EVENTS, flags = mask & MASK_FLAGS;

	if (mask & LX_IN_MASK_CREATE)
		return -EEXIST;
	if (mask & LX_IN_MASK_ADD) {
		events |= w->mark.mask;
		flags |= w->flags;
	}
	w->flags = flags;
	inotify_mark_set_mask(&w->mark, events);
	return w->wd;
}

static int compare(const struct tree_node *a, const struct tree_node *b)
{
	int32_t x = container_of_const(a, struct in_watch, node)->wd,
		y = container_of_const(b, struct in_watch, node)->wd;

	return (x > y) - (x < y);
}

static int compare_key(const void *key, const struct tree_node *b)
{
	const int32_t *x = key;
	int32_t y = container_of_const(b, struct in_watch, node)->wd;

	return (*x > y) - (*x < y);
}

/* The next free number, upwards and around. There are fewer watches than numbers. */
static int32_t next_wd(struct inotify *in) REQUIRES(in->set_lock);
static int32_t next_wd(struct inotify *in)
{
	do
		in->last_wd = in->last_wd == INT32_MAX ? 1 : in->last_wd + 1;
	while (tree_find(&in->watches, &in->last_wd, compare_key));
	return in->last_wd;
}

static int add_new(struct inotify *in, struct inode *inode, uint32_t mask) REQUIRES(in->set_lock);
static int add_new(struct inotify *in, struct inode *inode, uint32_t mask)
{
	struct in_watch *w;
	int r = account_watch(in->account);

	if (r < 0)
		return r;
	w = slab_alloc(&watch_slab);
	if (!w) {
		account_watch_put(in->account);
		return -ENOMEM;
	}
	ref_init(&w->ref); /* the tree's */
	ref_get(&w->ref);  /* the mark's */
	w->in = in;
	w->flags = mask & MASK_FLAGS;
	w->mark.mask = mask & LX_IN_ALL_EVENTS;
	w->mark.event = hear;
	w->mark.ended = ended;
	w->wd = next_wd(in);
	w->in_tree = true;
	r = inotify_mark_add(&w->mark, inode);
	if (r < 0) {
		account_watch_put(in->account);
		slab_free(&watch_slab, w);
		return r;
	}
	ref_get(&in->ref);
	check(tree_insert(&in->watches, &w->node, compare) == NULL);
	return w->wd;
}

int inotify_add(struct file *f, struct inode *inode, uint32_t mask)
{
	struct inotify *in = f->priv;
	struct inotify_mark *m;

	GUARD(&in->set_lock);
	LOCK_ASSERT_HELD(&in->set_lock);
	m = inotify_mark_find(inode, is_ours, in);
	return m ? update(watch_of(m), mask) : add_new(in, inode, mask);
}

/* ---- removing ---- */

/* The watch of this number, out of the tree: its reference is the caller's. NULL: none. */
static struct in_watch *take(struct inotify *in, int32_t wd)
{
	struct tree_node *n;

	GUARD(&in->set_lock);
	n = tree_find(&in->watches, &wd, compare_key);
	if (!n)
		return NULL;
	tree_remove(&in->watches, n);
	watch_of_node(n)->in_tree = false;
	return watch_of_node(n);
}

static void let_go(struct in_watch *w)
{
	if (inotify_mark_detach(&w->mark))
		watch_put(w);
	watch_put(w);
}

int inotify_remove(struct file *f, int32_t wd)
{
	struct inotify *in = f->priv;
	struct in_watch *w = take(in, wd);

	if (!w)
		return -EINVAL;
	if (inotify_mark_detach(&w->mark))
		watch_put(w);
	queue_add(in, wd, LX_IN_IGNORED, 0, NULL, 0);
	watch_put(w);
	return 0;
}

void watches_end(struct inotify *in)
{
	for (;;) {
		struct tree_node *n;

		lock_acquire(&in->set_lock);
		n = tree_first(&in->watches);
		if (n) {
			tree_remove(&in->watches, n);
			watch_of_node(n)->in_tree = false;
		}
		lock_release(&in->set_lock);
		if (!n)
			return;
		let_go(watch_of_node(n));
	}
}

void watches_show(struct inotify *in, struct strbuf *sb)
{
	GUARD(&in->set_lock);
	for (struct tree_node *n = tree_first(&in->watches); n; n = tree_next(n)) {
		struct in_watch *w = watch_of_node(n);

		strbuf_addf(sb, "inotify wd:%x ino:%llx sdev:%llx mask:%x ignored_mask:0\n",
			    (unsigned)w->wd, (unsigned long long)w->mark.inode->ino,
			    (unsigned long long)w->mark.inode->sb->dev, w->mark.mask | w->flags);
	}
}
