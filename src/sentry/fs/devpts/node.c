/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers, and the nodes that have them. A number is in use until both sides of its pair are
 * closed; its name is there only while the master is open.
 */
#include <errno.h>

#include "base/check.h"
#include "sentry/core/alloc.h"
#include "sentry/fs/devpts/devpts_priv.h"
#include "sentry/fs/tty/ctty.h"
#include "sentry/fs/tty/pty.h"
#include "sentry/vfs/special.h"

#define PTMX_INO   2u
#define SLAVE_INO  3u /* and its number */
#define PTMX_MAJOR 5u
#define PTMX_MINOR 2u

static SLAB_DEFINE(node_slab, struct devpts_node);
static SLAB_DEFINE(slot_slab, struct devpts_slot);
static _Atomic uint32_t nptys;

uint32_t devpts_count(void)
{
	return atomic_load(&nptys);
}

/* ---- nodes ---- */

static struct devpts_node *node_of(struct inode *i)
{
	return container_of(i, struct devpts_node, inode);
}

static void node_release(struct inode *i)
{
	struct ctty *c = node_of(i)->ctty;

	slab_free(&node_slab, node_of(i));
	if (c)
		c->ops->put(c);
}

/* Opening goes by device number, see super.c. */
static const struct inode_ops node_ops = {.release = node_release};

static int node_new(struct superblock *sb, uint64_t ino, uint32_t mode, uint64_t rdev,
		    struct inode **ret)
{
	struct devpts_node *n = slab_alloc(&node_slab);

	if (!n)
		return -ENOMEM;
	inode_init(&n->inode, sb, &node_ops, ino, LX_S_IFCHR | mode, NULL);
	n->inode.rdev = rdev;
	n->inode.nlink = 1;
	*ret = &n->inode;
	return 0;
}

int devpts_ptmx_new(struct devpts *fs, struct inode **ret)
{
	return node_new(fs->sb, PTMX_INO, fs->options.ptmxmode, dev_make(PTMX_MAJOR, PTMX_MINOR),
			ret);
}

/* ---- numbers ---- */

static struct devpts_slot *find(struct devpts *fs, uint32_t index) REQUIRES(fs->lock);
static struct devpts_slot *find(struct devpts *fs, uint32_t index)
{
	struct devpts_slot *s;

	list_for_each_entry(s, &fs->slots, link)
		if (s->index == index)
			return s;
	return NULL;
}

/* The slots are in order: the first gap. */
static int place(struct devpts *fs, struct devpts_slot *new) REQUIRES(fs->lock);
static int place(struct devpts *fs, struct devpts_slot *new)
{
	struct devpts_slot *s;
	struct list *before = &fs->slots;

	list_for_each_entry(s, &fs->slots, link) {
		if (s->index != new->index) {
			before = &s->link;
			break;
		}
		new->index++;
	}
	if (new->index >= fs->options.max)
		return -ENOSPC;
	list_add_tail(before, &new->link);
	return 0;
}

int devpts_number_take(struct devpts *fs, uint32_t *ret)
{
	struct devpts_slot *s;
	int r = -ENOSPC;

	if (atomic_fetch_add(&nptys, 1) + 1 >= DEVPTS_PTYS_MAX - DEVPTS_PTYS_RESERVED) {
		atomic_fetch_sub(&nptys, 1);
		return r;
	}
	s = slab_alloc(&slot_slab);
	if (s) {
		lock_acquire(&fs->lock);
		r = place(fs, s);
		lock_release(&fs->lock);
	}
	if (!s || r < 0) {
		slab_free(&slot_slab, s);
		atomic_fetch_sub(&nptys, 1);
		return s ? r : -ENOMEM;
	}
	*ret = s->index;
	return 0;
}

void devpts_number_give(struct devpts *fs, uint32_t index)
{
	struct devpts_slot *s;

	lock_acquire(&fs->lock);
	s = find(fs, index);
	check(s && !s->inode);
	list_del(&s->link);
	lock_release(&fs->lock);
	slab_free(&slot_slab, s);
	atomic_fetch_sub(&nptys, 1);
}

/* ---- both ---- */

int devpts_slave_add(struct devpts *fs, struct ctty *c, uint32_t index, uint32_t uid, uint32_t gid)
{
	struct devpts_slot *s;
	struct inode *i;
	int r = node_new(fs->sb, SLAVE_INO + index, 0, dev_make(PTY_SLAVE_MAJOR, index), &i);

	if (r < 0)
		return r;
	c->ops->get(c);
	node_of(i)->ctty = c;
	GUARD(&fs->lock);
	i->mode = LX_S_IFCHR | fs->options.mode;
	i->uid = fs->options.has_uid ? fs->options.uid : uid;
	i->gid = fs->options.has_gid ? fs->options.gid : gid;
	s = find(fs, index);
	check(s && !s->inode);
	s->inode = i;
	return 0;
}

int devpts_add_terminal(struct superblock *sb, struct ctty *c, uint32_t uid, uint32_t gid,
			uint32_t *ret_index)
{
	struct devpts *fs = devpts_of(sb);
	uint32_t index;
	int r = devpts_number_take(fs, &index);

	if (r < 0)
		return r;
	c->rdev = dev_make(PTY_SLAVE_MAJOR, index);
	r = devpts_slave_add(fs, c, index, uid, gid);
	if (r < 0)
		devpts_number_give(fs, index);
	else
		*ret_index = index;
	return r;
}

void devpts_remove_terminal(struct superblock *sb, struct ctty *c, uint32_t index)
{
	struct devpts *fs = devpts_of(sb);
	struct devpts_slot *s;
	struct inode *i = NULL;

	lock_acquire(&fs->lock);
	s = find(fs, index);
	if (s && s->inode && node_of(s->inode)->ctty == c)
		i = TAKE(s->inode);
	lock_release(&fs->lock);
	if (!i)
		return;
	i->nlink = 0;
	inode_put(i);
	devpts_number_give(fs, index);
}

static struct devpts_slot *first_named(struct devpts *fs) REQUIRES(fs->lock);
static struct devpts_slot *first_named(struct devpts *fs)
{
	struct devpts_slot *s;

	list_for_each_entry(s, &fs->slots, link)
		if (s->inode)
			return s;
	return NULL;
}

/* Pairs that are open keep the instance, so that what is left are terminals added from outside. */
void devpts_forget(struct devpts *fs)
{
	struct devpts_slot *s;
	struct inode *ptmx;

	lock_acquire(&fs->lock);
	ptmx = TAKE(fs->ptmx);
	while ((s = first_named(fs)) != NULL) {
		struct inode *i = TAKE(s->inode);
		uint32_t index = s->index;

		lock_release(&fs->lock);
		inode_put(i);
		devpts_number_give(fs, index);
		lock_acquire(&fs->lock);
	}
	lock_release(&fs->lock);
	inode_put(ptmx);
}
