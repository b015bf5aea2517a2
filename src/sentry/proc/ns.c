/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /proc/[pid]/ns. There is one namespace of each kind but of mounts; they have the numbers that
 * Linux gives the first ones. A link leads to a file without a name that has the namespace's inode
 * number, to be compared and kept open.
 */
#include <errno.h>
#include <stdatomic.h>

#include "sentry/core/alloc.h"
#include "sentry/core/ctx.h"
#include "sentry/proc/pid_priv.h"
#include "sentry/vfs/file.h"

#define FIRST_MNT_NS 4026531841u
#define LATER_MNT_NS 4026532000u

static SLAB_DEFINE(ns_inode_slab, struct inode);

/* ---- the files behind the links ---- */

static const struct file_ops ns_file_ops = {0};

static int ns_open(struct ctx *ctx, struct inode *i, struct file *f)
{
	(void)ctx;
	(void)i;
	f->ops = &ns_file_ops;
	return 0;
}

static void ns_release(struct inode *i)
{
	slab_free(&ns_inode_slab, i);
}

static const struct inode_ops ns_inode_ops = {.open = ns_open, .release = ns_release};
static const struct fs_ops nsfs_ops = {.name = "nsfs"};

/* One for all, made on first use, for ever. NULL: out of memory. */
static struct superblock *nsfs(void)
{
	static struct superblock *_Atomic the_one;
	struct superblock *sb = atomic_load(&the_one), *none = NULL;

	if (sb)
		return sb;
	sb = superblock_new(&nsfs_ops, LX_NSFS_MAGIC, NULL);
	if (sb && !atomic_compare_exchange_strong(&the_one, &none, sb)) {
		superblock_put(sb);
		sb = none;
	}
	return sb;
}

/* The place of a namespace called `kind` with this number. Caller owns. */
static int ns_place(const char *kind, uint32_t number, struct path *ret)
{
	struct superblock *sb = nsfs();
	AUTO(inode_put) struct inode *i = NULL;
	AUTO(file_put) struct file *f = NULL;
	AUTO(strbuf_fini) struct strbuf name = STRBUF_INIT;
	int r;

	strbuf_addf(&name, "%s:[%u]", kind, number);
	i = sb ? slab_alloc(&ns_inode_slab) : NULL;
	if (!i)
		return -ENOMEM;
	inode_init(i, sb, &ns_inode_ops, number, LX_S_IFREG | 0444, NULL);
	r = strbuf_result(&name);
	if (r == 0)
		r = file_new_anon(strbuf_str(&name), i, &ns_file_ops, FILE_STREAM, 0, NULL, &f);
	if (r < 0)
		return r;
	i = NULL; /* the file has it */
	*ret = path_get(&f->path);
	return 0;
}

/* ---- the links ---- */

/* Differs: a later namespace of mounts is numbered by the process that is asked, so two that share
 * one may tell two numbers. */
static uint32_t mnt_number(const struct proc_at *at)
{
	GUARD(&at->task->tg->lock);
	return at->task->mnt_ns == at->k->mnt_ns ? FIRST_MNT_NS
						 : LATER_MNT_NS + (uint32_t)at->task->tg->tgid;
}

static int show_mnt(const struct proc_at *at, struct strbuf *sb)
{
	strbuf_addf(sb, "mnt:[%u]", mnt_number(at));
	return 0;
}

static int follow_mnt(const struct proc_at *at, struct path *ret)
{
	return ns_place("mnt", mnt_number(at), ret);
}

#define FOLLOW(kind, number)                                                                       \
	static int follow_##kind(const struct proc_at *at, struct path *ret)                       \
	{                                                                                          \
		(void)at;                                                                          \
		return ns_place(#kind, number, ret);                                               \
	}                                                                                          \
	static int show_##kind(const struct proc_at *at, struct strbuf *sb)                        \
	{                                                                                          \
		(void)at;                                                                          \
		strbuf_addf(sb, "%s:[%u]", #kind, number);                                         \
		return 0;                                                                          \
	}
FOLLOW(time, 4026531834u)
FOLLOW(cgroup, 4026531835u)
FOLLOW(pid, 4026531836u)
FOLLOW(user, 4026531837u)
FOLLOW(uts, 4026531838u)
FOLLOW(ipc, 4026531839u)
FOLLOW(net, 4026531840u)

#define NS(name_, kind)                                                                            \
	{                                                                                          \
		.name = (name_), .mode = LX_S_IFLNK | 0777, .rule = PROC_PTRACE,                   \
		.show = show_##kind, .follow = follow_##kind                                       \
	}

static const struct proc_entry entries[] = {
	NS("cgroup", cgroup), NS("ipc", ipc),
	NS("mnt", mnt),       NS("net", net),
	NS("pid", pid),       NS("pid_for_children", pid),
	NS("time", time),     NS("time_for_children", time),
	NS("user", user),     NS("uts", uts),
};

const struct proc_dir proc_ns_dir = PROC_DIR(entries, NULL);
