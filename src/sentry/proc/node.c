/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes: made when a name is looked up, owned by whom the process belongs to, asked again at each
 * walk. */
#include <errno.h>
#include <string.h>

#include "abi/capability.h"
#include "base/hash.h"
#include "sentry/core/alloc.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/mm/mm.h"
#include "sentry/proc/proc_priv.h"
#include "sentry/vfs/path.h"

static SLAB_DEFINE(proc_node_slab, struct proc_node);

#define ROOT_INO 1
#define INO_MASK ((1ULL << 48) - 1)

struct task *proc_caller(struct ctx *ctx)
{
	return ctx->tid > 0 ? ctx_task(ctx) : NULL;
}

/* Stable, and without a trace of our own addresses. */
uint64_t proc_child_ino(uint64_t parent, const char *name, size_t len)
{
	uint64_t ino = hash_bytes(parent, name, len) & INO_MASK;

	return ino > ROOT_INO ? ino : ROOT_INO + 1;
}

/*
 * Files of a process that may not be dumped belong to root, but its directory itself does not:
 * proc(5). Without references to the mm, since a last one must not be dropped under the locks of a
 * lookup.
 */
static void set_owner(struct proc_node *n, struct task *t)
{
	bool open_to_all = (n->inode.mode & 07777u) == 0555 && inode_type(&n->inode) == LX_S_IFDIR;
	bool theirs;

	GUARD(&t->tg->lock);
	theirs = open_to_all || !t->mm || atomic_load(mm_dumpable(t->mm)) == 1;
	atomic_store(&n->inode.uid, theirs ? t->cred->euid : 0);
	atomic_store(&n->inode.gid, theirs ? t->cred->egid : 0);
}

/* ---- who looks at what ---- */

int proc_at_init(struct proc_at *at, struct ctx *ctx, struct inode *i)
{
	struct proc_node *n = proc_node_of(i);
	struct procfs *fs = i->sb->priv;

	*at = (struct proc_at){.ctx = ctx, .k = fs->k, .fs = fs, .number = n->number};
	if (!n->tg)
		return 0;
	at->task = task_find(fs->k, n->tid);
	return at->task && at->task->tg == n->tg ? 0 : -ESRCH;
}

void proc_at_fini(struct proc_at *at)
{
	task_put(TAKE(at->task));
}

int proc_check_rule(const struct proc_at *at, const struct proc_entry *e)
{
	struct task *me = proc_caller(at->ctx);

	if (e->rule != PROC_PTRACE || !me)
		return 0;
	return task_may_access(me, at->task, TASK_ACCESS_FSCREDS) ? 0 : -EACCES;
}

int proc_text(const struct proc_at *at, const struct proc_entry *e, struct strbuf *sb)
{
	int r;

	if (e->text) {
		strbuf_adds(sb, e->text);
		return strbuf_result(sb);
	}
	r = e->show(at, sb);
	return r < 0 ? r : strbuf_result(sb);
}

/* ---- files and links ---- */

static int node_getattr(struct ctx *ctx, struct inode *i, struct kstat *ret)
{
	AUTO(proc_at_fini) struct proc_at at;

	/* Of a process that has gone, what was true last. */
	if (proc_at_init(&at, ctx, i) == 0 && at.task)
		set_owner(proc_node_of(i), at.task);
	inode_fill_stat(i, ret);
	ret->blksize = inode_type(i) == LX_S_IFREG ? 1024 : 4096;
	ret->blocks = 0;
	return 0;
}

/* A directory that only those may look into who may trace; a process that has gone has nothing in
 * it. */
static int trace_permission(struct ctx *ctx, struct inode *i)
{
	AUTO(proc_at_fini) struct proc_at at;
	int r = proc_at_init(&at, ctx, i);

	return r < 0 ? r : proc_check_rule(&at, proc_node_of(i)->entry);
}

static int node_permission(struct ctx *ctx, struct inode *i, unsigned mask)
{
	const struct proc_entry *e = proc_node_of(i)->entry;
	bool writes = (mask & VFS_MAY_WRITE) && inode_type(i) == LX_S_IFREG;
	int r = inode_permission_generic(ctx, i, mask);

	/* Differs: what Linux lets root tune and we do not is read-only, as in a container. */
	if (r == 0 && writes && (i->mode & 0222u) && !e->store && !e->open)
		return -EROFS;
	if (r == 0 && e->dir && e->rule == PROC_PTRACE)
		return trace_permission(ctx, i);
	if (r < 0 && e->rule == PROC_OWN_GROUP) {
		struct task *me = proc_caller(ctx);

		return me && me->tg == proc_node_of(i)->tg ? 0 : r;
	}
	return r;
}

static int node_setattr(struct ctx *ctx, struct inode *i, const struct iattr *attr)
{
	(void)ctx;
	/* Cutting a file that O_TRUNC was asked for changes nothing, as on Linux. */
	if (attr->valid & (IATTR_MODE | IATTR_UID | IATTR_GID))
		return -EPERM;
	(void)i;
	return 0;
}

static int node_readlink(struct ctx *ctx, struct inode *i, struct strbuf *sb)
{
	const struct proc_entry *e = proc_node_of(i)->entry;
	AUTO(proc_at_fini) struct proc_at at;
	int r = proc_at_init(&at, ctx, i);

	if (r < 0)
		return -ENOENT;
	r = proc_check_rule(&at, e);
	return r < 0 ? r : proc_text(&at, e, sb);
}

static int node_follow(struct ctx *ctx, struct inode *i, struct path *ret)
{
	const struct proc_entry *e = proc_node_of(i)->entry;
	AUTO(proc_at_fini) struct proc_at at;
	int r = proc_at_init(&at, ctx, i);

	if (r < 0)
		return -ENOENT;
	r = proc_check_rule(&at, e);
	return r < 0 ? r : e->follow(&at, ret);
}

static void node_release(struct inode *i)
{
	struct proc_node *n = proc_node_of(i);

	tg_put(n->tg);
	slab_free(&proc_node_slab, n);
}

static const struct inode_ops file_node_ops = {
	.getattr = node_getattr,
	.setattr = node_setattr,
	.permission = node_permission,
	.open = proc_file_open,
	.release = node_release,
};

static const struct inode_ops link_node_ops = {
	.readlink = node_readlink,
	.getattr = node_getattr,
	.setattr = node_setattr,
	.release = node_release,
};

static const struct inode_ops magic_node_ops = {
	.readlink = node_readlink,
	.follow = node_follow,
	.getattr = node_getattr,
	.setattr = node_setattr,
	.release = node_release,
};

/* ---- directories: names ---- */

static const struct proc_entry *find_entry(const struct proc_dir *d, const struct name *name)
{
	for (size_t i = 0; i < d->n; i++) {
		const char *s = d->entries[i].name;

		if (strlen(s) == name->len && memcmp(s, name->s, name->len) == 0)
			return &d->entries[i];
	}
	return NULL;
}

/* A number as we write it: no sign, no leading zero. */
static bool parse_number(const char *prefix, const struct name *name, uint64_t *ret)
{
	size_t skip = strlen(prefix);
	uint64_t v = 0;

	if (name->len <= skip || name->len - skip > 10 || memcmp(name->s, prefix, skip) != 0)
		return false;
	if (name->s[skip] == '0' && name->len - skip > 1)
		return false;
	for (size_t i = skip; i < name->len; i++) {
		if (name->s[i] < '0' || name->s[i] > '9')
			return false;
		v = v * 10 + (uint64_t)(name->s[i] - '0');
	}
	*ret = v;
	return v <= INT32_MAX;
}

static int lookup_number(const struct proc_at *at, struct inode *dir, const struct name *name,
			 struct inode **ret)
{
	const struct proc_numbers *numbers = proc_node_of(dir)->entry->dir->numbers;
	struct proc_found found = {NULL, 0};
	uint64_t nr;
	int r;

	if (!numbers || !parse_number(numbers->prefix, name, &nr) || !numbers->find(at, nr, &found))
		return -ENOENT;
	r = proc_node_new(dir->sb, dir, numbers->entry, name, found.task ? found.task : at->task,
			  nr, ret);
	task_put(found.task);
	if (r == 0 && found.perm)
		(*ret)->mode = inode_type(*ret) | found.perm;
	return r;
}

static int dir_lookup(struct ctx *ctx, struct inode *dir, const struct name *name,
		      struct inode **ret)
{
	AUTO(proc_at_fini) struct proc_at at;
	const struct proc_entry *e;

	if (proc_at_init(&at, ctx, dir) < 0)
		return -ENOENT;
	e = find_entry(proc_node_of(dir)->entry->dir, name);
	if (e)
		return proc_node_new(dir->sb, dir, e, name, at.task, at.number, ret);
	return lookup_number(&at, dir, name, ret);
}

/* Does a number still mean what it meant? */
static bool number_holds(const struct proc_at *at, struct inode *dir, struct inode *i)
{
	const struct proc_numbers *numbers = proc_node_of(dir)->entry->dir->numbers;
	struct proc_found found = {NULL, 0};
	bool same;

	if (!numbers->find(at, proc_node_of(i)->number, &found))
		return false;
	same = !found.task || found.task->tg == proc_node_of(i)->tg;
	task_put(found.task);
	return same && (!found.perm || found.perm == (i->mode & 07777u));
}

static int dir_revalidate(struct ctx *ctx, struct inode *dir, const struct name *name,
			  struct inode *i)
{
	AUTO(proc_at_fini) struct proc_at at, in_dir;

	(void)name;
	in_dir = (struct proc_at){.ctx = ctx};
	if (proc_at_init(&at, ctx, i) < 0 || proc_at_init(&in_dir, ctx, dir) < 0)
		return 0;
	if (!proc_node_of(i)->entry->name && !number_holds(&in_dir, dir, i))
		return 0;
	if (at.task)
		set_owner(proc_node_of(i), at.task);
	return 1;
}

static int dir_open(struct ctx *ctx, struct inode *i, struct file *f)
{
	(void)ctx;
	(void)i;
	return proc_dir_open(f);
}

static const struct inode_ops dir_node_ops = {
	.lookup = dir_lookup,
	.revalidate = dir_revalidate,
	.getattr = node_getattr,
	.setattr = node_setattr,
	.permission = node_permission,
	.open = dir_open,
	.release = node_release,
};

/* ---- making them ---- */

static const struct inode_ops *ops_of(const struct proc_entry *e)
{
	if (e->dir)
		return &dir_node_ops;
	if ((e->mode & LX_S_IFMT) == LX_S_IFLNK)
		return e->follow ? &magic_node_ops : &link_node_ops;
	return &file_node_ops;
}

int proc_node_new(struct superblock *sb, struct inode *parent, const struct proc_entry *e,
		  const struct name *name, struct task *t, uint64_t number, struct inode **ret)
{
	struct proc_node *n = slab_alloc(&proc_node_slab);
	struct procfs *fs = sb->priv;

	if (!n)
		return -ENOMEM;
	n->entry = e;
	n->number = number;
	inode_init(&n->inode, sb, ops_of(e),
		   parent ? proc_child_ino(parent->ino, name->s, name->len) : ROOT_INO, e->mode,
		   NULL);
	if ((e->mode & LX_S_IFMT) == LX_S_IFREG)
		n->inode.size = fs->file_size;
	if (t) {
		n->tg = tg_get(t->tg);
		n->tid = t->tid;
		set_owner(n, t);
	}
	*ret = &n->inode;
	return 0;
}
