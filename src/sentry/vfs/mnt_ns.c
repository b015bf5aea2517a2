/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mount namespaces: their life, their copies, and the texts of /proc/pid/mounts and mountinfo
 * (proc(5)).
 */
#include <errno.h>
#include <string.h>

#include "abi/mount.h"
#include "base/strbuf.h"
#include "sentry/core/alloc.h"
#include "sentry/vfs/dentry.h"
#include "sentry/vfs/mount_priv.h"
#include "sentry/vfs/namei.h"
#include "sentry/vfs/path_priv.h"
#include "sentry/vfs/special.h"
#include "base/strbuf.h"

static SLAB_DEFINE(ns_slab, struct mnt_ns);

/* A namespace of one mount, which is taken over. NULL: out of memory. */
static struct mnt_ns *ns_new(struct mount *root)
{
	struct mnt_ns *ns = slab_alloc(&ns_slab);

	if (!ns)
		return NULL;
	ref_init(&ns->ref);
	list_init(&ns->mounts);
	ns->root = mount_get(root);
	GUARD(&mounts_lock);
	mount_attach(ns, root, NULL, NULL);
	return ns;
}

int mnt_ns_new(struct superblock *sb, const char *source, uint64_t ms_flags, struct mnt_ns **ret)
{
	AUTO(dentry_put) struct dentry *root = superblock_root_dentry(sb);
	struct mount *m = root ? mount_new(sb, root, source, ms_flags) : NULL;

	if (!m)
		return -ENOMEM;
	*ret = ns_new(m);
	if (*ret)
		return 0;
	mount_put(m);
	return -ENOMEM;
}

struct mnt_ns *mnt_ns_get(struct mnt_ns *ns)
{
	ref_get(&ns->ref);
	return ns;
}

void mnt_ns_put(struct mnt_ns *ns)
{
	struct mount *m, *tmp;
	struct list gone;

	if (!ns || !ref_put(&ns->ref))
		return;
	list_init(&gone);
	lock_acquire(&mounts_lock);
	list_for_each_entry_safe(m, tmp, &ns->mounts, ns_link)
		mount_detach(m, &gone);
	lock_release(&mounts_lock);
	mount_put(ns->root);
	mounts_release(&gone);
	slab_free(&ns_slab, ns);
}

struct path mnt_ns_root(struct mnt_ns *ns)
{
	struct path p = {mount_get(ns->root), dentry_get(ns->root->root)};

	mount_cross(&p);
	return p;
}

/* --- copies --- */

/* The copy in ns of m, which is of the namespace that ns was copied from: both lists have the same
 * order. */
static struct mount *counterpart(struct mnt_ns *old, struct mnt_ns *ns, struct mount *m)
	REQUIRES(mounts_lock)
{
	struct list *a = old->mounts.next, *b = ns->mounts.next;

	for (; a != &old->mounts && b != &ns->mounts; a = a->next, b = b->next) {
		if (list_entry(a, struct mount, ns_link) == m)
			return list_entry(b, struct mount, ns_link);
	}
	return NULL;
}

/* Parents come before their children on old->mounts. */
static int copy_mounts(struct mnt_ns *old, struct mnt_ns *ns) REQUIRES(mounts_lock)
{
	struct mount *m;

	list_for_each_entry(m, &old->mounts, ns_link) {
		struct mount *copy, *parent;

		if (m == old->root)
			continue;
		parent = counterpart(old, ns, m->parent);
		copy = parent ? mount_new(m->sb, m->root, m->source, mount_flags(m)) : NULL;
		if (!copy)
			return -ENOMEM;
		mount_attach(ns, copy, parent, m->point);
	}
	return 0;
}

/* p in the copied namespace, owned; empty: its mount is not part of the old one. */
static struct path move_path(struct mnt_ns *old, struct mnt_ns *ns, struct path p)
{
	struct path to = {NULL, NULL};
	struct mount *m;

	lock_acquire(&mounts_lock);
	m = counterpart(old, ns, p.mnt);
	if (m)
		to = (struct path){mount_get(m), dentry_get(p.dentry)};
	lock_release(&mounts_lock);
	path_put(&p);
	return to;
}

static void move_fs(struct mnt_ns *old, struct mnt_ns *ns, struct fs_info *fs)
{
	AUTO(path_put) struct path root = move_path(old, ns, fs_info_root(fs));
	AUTO(path_put) struct path cwd = move_path(old, ns, fs_info_cwd(fs));

	if (root.mnt)
		fs_info_set_root(fs, &root);
	if (cwd.mnt)
		fs_info_set_cwd(fs, &cwd);
}

int mnt_ns_copy(struct mnt_ns *old, struct fs_info *fs, struct mnt_ns **ret)
{
	struct mount *root = mount_new(old->root->sb, old->root->root, old->root->source,
				       mount_flags(old->root));
	struct mnt_ns *ns = root ? ns_new(root) : NULL;
	int r;

	if (!ns) {
		mount_put(root);
		return -ENOMEM;
	}
	lock_acquire(&mounts_lock);
	r = copy_mounts(old, ns);
	lock_release(&mounts_lock);
	if (r < 0) {
		mnt_ns_put(ns);
		return r;
	}
	if (fs)
		move_fs(old, ns, fs);
	*ret = ns;
	return 0;
}

/* --- /proc --- */

/* Blank, tab, newline, backslash and # as octal. */
static void add_escaped(struct strbuf *sb, const char *s)
{
	for (; *s; s++) {
		if (strchr(" \t\n\\#", *s))
			strbuf_addf(sb, "\\%03o", (unsigned)(unsigned char)*s);
		else
			strbuf_addc(sb, *s);
	}
}

static void add_mount_options(struct strbuf *sb, uint64_t flags)
{
	static const struct {
		uint64_t flag;
		const char *text;
	} map[] = {
		{LX_MS_NOSUID, ",nosuid"},           {LX_MS_NODEV, ",nodev"},
		{LX_MS_NOEXEC, ",noexec"},           {LX_MS_NOATIME, ",noatime"},
		{LX_MS_NODIRATIME, ",nodiratime"},   {LX_MS_RELATIME, ",relatime"},
		{LX_MS_NOSYMFOLLOW, ",nosymfollow"},
	};

	strbuf_adds(sb, flags & LX_MS_RDONLY ? "ro" : "rw");
	for (size_t i = 0; i < ARRAY_SIZE(map); i++) {
		if (flags & map[i].flag)
			strbuf_adds(sb, map[i].text);
	}
}

/* /proc/mounts: source, place, type, options of mount and filesystem in one. */
static void show_mount(struct mount *m, const char *place, struct strbuf *sb)
{
	add_escaped(sb, m->source);
	strbuf_addc(sb, ' ');
	add_escaped(sb, place);
	strbuf_addf(sb, " %s ", m->sb->ops->name);
	add_mount_options(sb, mount_flags(m) | (m->sb->flags & LX_MS_RDONLY));
	if (m->sb->ops->show_options)
		m->sb->ops->show_options(m->sb, sb);
	strbuf_adds(sb, " 0 0\n");
}

static void show_mountinfo(struct mount *m, const char *place, struct strbuf *sb)
{
	AUTO(strbuf_fini) struct strbuf root = STRBUF_INIT;

	dentry_text(m->root, &root);
	strbuf_addf(sb, "%d %d %u:%u ", m->id, m->parent ? m->parent->id : m->id,
		    dev_major(m->sb->dev), dev_minor(m->sb->dev));
	add_escaped(sb, strbuf_str(&root));
	strbuf_addc(sb, ' ');
	add_escaped(sb, place);
	strbuf_addc(sb, ' ');
	add_mount_options(sb, mount_flags(m));
	strbuf_addf(sb, " - %s ", m->sb->ops->name);
	add_escaped(sb, m->source);
	strbuf_adds(sb, m->sb->flags & LX_MS_RDONLY ? " ro" : " rw");
	if (m->sb->ops->show_options)
		m->sb->ops->show_options(m->sb, sb);
	strbuf_addc(sb, '\n');
}

/* Every mount that can be reached from root. */
static int show_all(struct mnt_ns *ns, const struct path *root, struct strbuf *sb,
		    void (*show)(struct mount *m, const char *place, struct strbuf *sb))
{
	struct mount *m;

	GUARD(&mounts_lock);
	list_for_each_entry(m, &ns->mounts, ns_link) {
		AUTO(strbuf_fini) struct strbuf place = STRBUF_INIT;
		struct path p = {m, m->root};

		if (path_text_locked(&p, root, &place) == 0)
			show(m, strbuf_str(&place), sb);
	}
	return strbuf_result(sb);
}

int mnt_ns_show_mounts(struct mnt_ns *ns, const struct path *root, struct strbuf *sb)
{
	return show_all(ns, root, sb, show_mount);
}

int mnt_ns_show_mountinfo(struct mnt_ns *ns, const struct path *root, struct strbuf *sb)
{
	return show_all(ns, root, sb, show_mountinfo);
}
