/* SPDX-License-Identifier: Apache-2.0 */
/* Names that come, go and move: what is refused, with which errno, and in which order. */
#include <errno.h>

#include "abi/capability.h"
#include "abi/fcntl.h"
#include "abi/inotify.h"
#include "abi/mount.h"
#include "base/test.h"
#include "sentry/vfs/dentry.h"
#include "sentry/vfs/inotify.h"
#include "sentry/vfs/testfs.h"

static int rename_to(struct world *w, const char *from, const char *to, unsigned flags)
{
	return vfs_rename(&w->ctx, w->fs, NULL, from, NULL, to, flags);
}

static int unlink_name(struct world *w, const char *name)
{
	return vfs_unlink(&w->ctx, w->fs, NULL, name);
}

static int rmdir_name(struct world *w, const char *name)
{
	return vfs_rmdir(&w->ctx, w->fs, NULL, name);
}

static void make_tree(struct world *w)
{
	world_init(w, testfs_new());
	EXPECT_EQ(w_mkdir(w, "d", 0755), 0);
	EXPECT_EQ(w_mkdir(w, "d/sub", 0755), 0);
	EXPECT_EQ(w_file(w, "f", 0644), 0);
	EXPECT_EQ(w_file(w, "d/g", 0644), 0);
}

static void read_only(struct world *w, bool on)
{
	struct path root = fs_info_root(w->fs);

	EXPECT_EQ(vfs_remount(&w->ctx, &root, on ? LX_MS_RDONLY : 0), 0);
	path_put(&root);
}

TEST(making_refuses_in_linux_order)
{
	struct world w;

	make_tree(&w);
	EXPECT_ERR(w_mkdir(&w, "d", 0755), EEXIST);
	EXPECT_ERR(w_mkdir(&w, "f", 0755), EEXIST);
	EXPECT_ERR(w_mkdir(&w, "/", 0755), EEXIST);
	EXPECT_ERR(w_mkdir(&w, "d/..", 0755), EEXIST);
	EXPECT_ERR(w_mkdir(&w, "f/x", 0755), ENOTDIR);
	EXPECT_ERR(w_mkdir(&w, "x/y", 0755), ENOENT);
	EXPECT_EQ(w_mkdir(&w, "slash/", 0755), 0);
	EXPECT_ERR(vfs_mknod(&w.ctx, w.fs, NULL, "node/", LX_S_IFREG | 0644, 0), ENOENT);
	EXPECT_ERR(vfs_mknod(&w.ctx, w.fs, NULL, "node", LX_S_IFDIR | 0644, 0), EPERM);
	EXPECT_ERR(vfs_mknod(&w.ctx, w.fs, NULL, "node", LX_S_IFLNK | 0644, 0), EINVAL);
	EXPECT_ERR(vfs_symlink(&w.ctx, w.fs, "", NULL, "l"), ENOENT);
	read_only(&w, true);
	EXPECT_ERR(w_mkdir(&w, "d", 0755), EEXIST);
	EXPECT_ERR(w_mkdir(&w, "new", 0755), EROFS);
	read_only(&w, false);
	world_become(&w, 1000, 1000);
	EXPECT_ERR(w_mkdir(&w, "new", 0755), EACCES);
	EXPECT_ERR(w_mkdir(&w, "d", 0755), EEXIST);
	EXPECT_ERR(vfs_mknod(&w.ctx, w.fs, NULL, "dev", LX_S_IFCHR | 0644, 0x103), EPERM);
	world_fini(&w);
}

TEST(the_umask_and_set_gid_directories_shape_what_is_made)
{
	struct iattr attr = {.valid = IATTR_GID, .gid = 50};
	struct path p;
	struct world w;

	make_tree(&w);
	w.fs->umask = 022;
	EXPECT_EQ(w_mkdir(&w, "m", 0777), 0);
	EXPECT_EQ(vfs_walk(&w.ctx, w.fs, NULL, "m", 0, &p), 0);
	EXPECT_EQ(path_inode(&p)->mode, LX_S_IFDIR | 0755);
	EXPECT_EQ(vfs_setattr(&w.ctx, &p, &attr), 0);
	attr = (struct iattr){.valid = IATTR_MODE, .mode = 02777};
	EXPECT_EQ(vfs_setattr(&w.ctx, &p, &attr), 0);
	path_put(&p);
	EXPECT_EQ(w_mkdir(&w, "m/below", 0755), 0);
	EXPECT_EQ(w_file(&w, "m/file", 0666), 0);
	EXPECT_EQ(vfs_walk(&w.ctx, w.fs, NULL, "m/below", 0, &p), 0);
	EXPECT_EQ(path_inode(&p)->mode, LX_S_IFDIR | 02755);
	EXPECT_EQ(path_inode(&p)->gid, 50);
	path_put(&p);
	EXPECT_EQ(vfs_walk(&w.ctx, w.fs, NULL, "m/file", 0, &p), 0);
	EXPECT_EQ(path_inode(&p)->mode, LX_S_IFREG | 0644);
	EXPECT_EQ(path_inode(&p)->gid, 50);
	path_put(&p);
	world_fini(&w);
}

TEST(removing_refuses_in_linux_order)
{
	struct world w;

	make_tree(&w);
	EXPECT_ERR(unlink_name(&w, "d"), EISDIR);
	EXPECT_ERR(unlink_name(&w, "d/"), EISDIR);
	EXPECT_ERR(unlink_name(&w, "f/"), ENOTDIR);
	EXPECT_ERR(unlink_name(&w, "x"), ENOENT);
	EXPECT_ERR(unlink_name(&w, "."), EISDIR);
	EXPECT_ERR(rmdir_name(&w, "f"), ENOTDIR);
	EXPECT_ERR(rmdir_name(&w, "d"), ENOTEMPTY);
	EXPECT_ERR(rmdir_name(&w, "d/."), EINVAL);
	EXPECT_ERR(rmdir_name(&w, "d/.."), ENOTEMPTY);
	EXPECT_ERR(rmdir_name(&w, "/"), EBUSY);
	read_only(&w, true);
	EXPECT_ERR(unlink_name(&w, "x"), EROFS);
	read_only(&w, false);
	world_become(&w, 1000, 1000);
	EXPECT_ERR(unlink_name(&w, "f"), EACCES);
	world_fini(&w);
}

TEST(nothing_is_made_in_a_removed_directory)
{
	struct path sub;
	struct world w;

	make_tree(&w);
	EXPECT_EQ(vfs_walk(&w.ctx, w.fs, NULL, "d/sub", 0, &sub), 0);
	EXPECT_EQ(rmdir_name(&w, "d/sub"), 0);
	EXPECT_ERR(vfs_mkdir(&w.ctx, w.fs, &sub, "x", 0755), ENOENT);
	EXPECT_ERR(w_walk(&w, "d/sub", 0), ENOENT);
	EXPECT_EQ(w_mkdir(&w, "d/sub", 0755), 0);
	path_put(&sub);
	world_fini(&w);
}

TEST(sticky_directories_protect_the_files_of_others)
{
	struct world w;

	make_tree(&w);
	EXPECT_EQ(w_mkdir(&w, "tmp", 01777), 0);
	EXPECT_EQ(w_file(&w, "tmp/roots", 0666), 0);
	world_become(&w, 1000, 1000);
	EXPECT_EQ(w_file(&w, "tmp/mine", 0666), 0);
	EXPECT_ERR(unlink_name(&w, "tmp/roots"), EPERM);
	EXPECT_ERR(rename_to(&w, "tmp/roots", "tmp/x", 0), EPERM);
	EXPECT_ERR(rename_to(&w, "tmp/mine", "tmp/roots", 0), EPERM);
	EXPECT_EQ(rename_to(&w, "tmp/mine", "tmp/still", 0), 0);
	EXPECT_EQ(unlink_name(&w, "tmp/still"), 0);
	world_fini(&w);
}

/* --- rename --- */

TEST(rename_refuses_in_linux_order)
{
	struct world w;

	make_tree(&w);
	EXPECT_ERR(rename_to(&w, "x", "y", 0), ENOENT);
	EXPECT_ERR(rename_to(&w, "f", "d", 0), EISDIR);
	EXPECT_ERR(rename_to(&w, "d", "f", 0), ENOTDIR);
	EXPECT_ERR(rename_to(&w, "d", "d/sub/x", 0), EINVAL);
	EXPECT_ERR(rename_to(&w, "d", "d/x", 0), EINVAL);
	EXPECT_ERR(rename_to(&w, "d/sub", "d", 0), ENOTEMPTY);
	EXPECT_ERR(rename_to(&w, "f", "g/", 0), ENOTDIR);
	EXPECT_ERR(rename_to(&w, "f/", "g", 0), ENOTDIR);
	EXPECT_ERR(rename_to(&w, ".", "g", 0), EBUSY);
	EXPECT_ERR(rename_to(&w, "f", "d/..", 0), EBUSY);
	EXPECT_ERR(rename_to(&w, "f", "d/g", LX_RENAME_NOREPLACE), EEXIST);
	EXPECT_ERR(rename_to(&w, "f", "x", LX_RENAME_EXCHANGE), ENOENT);
	EXPECT_ERR(rename_to(&w, "f", "x", LX_RENAME_EXCHANGE | LX_RENAME_NOREPLACE), EINVAL);
	EXPECT_ERR(rename_to(&w, "f", "x", 64), EINVAL);
	world_become(&w, 1000, 1000);
	EXPECT_ERR(rename_to(&w, "f", "x", 0), EACCES);
	EXPECT_ERR(rename_to(&w, "f", "x", LX_RENAME_WHITEOUT), EPERM);
	world_fini(&w);
}

TEST(rename_moves_replaces_and_keeps_identity)
{
	uint64_t f, g, sub;
	struct world w;

	make_tree(&w);
	f = w_ino(&w, "f");
	sub = w_ino(&w, "d/sub");
	EXPECT_EQ(rename_to(&w, "f", "d/g", 0), 0);
	EXPECT_EQ(w_ino(&w, "d/g"), f);
	EXPECT_EQ(w_ino(&w, "f"), 0);
	EXPECT_EQ(rename_to(&w, "d/sub", "top", 0), 0);
	EXPECT_EQ(w_ino(&w, "top"), sub);
	EXPECT_EQ(w_ino(&w, "top/.."), w_ino(&w, "/"));
	EXPECT_EQ(w_file(&w, "top/h", 0644), 0);
	EXPECT_EQ(rename_to(&w, "d/g", "top/h", LX_RENAME_EXCHANGE), 0);
	EXPECT_EQ(w_ino(&w, "top/h"), f);
	g = w_ino(&w, "d/g");
	EXPECT_NE(g, 0);
	EXPECT_EQ(rename_to(&w, "d", "top/h", LX_RENAME_EXCHANGE), 0);
	EXPECT_EQ(w_ino(&w, "top/h/g"), g);
	EXPECT_EQ(w_ino(&w, "d"), f);
	EXPECT_ERR(rename_to(&w, "top", "top/h", LX_RENAME_EXCHANGE), EINVAL);
	EXPECT_ERR(rename_to(&w, "top/h", "top", LX_RENAME_EXCHANGE), EINVAL);
	world_fini(&w);
}

TEST(two_names_of_one_file_stay_two)
{
	struct path f;
	struct world w;

	make_tree(&w);
	EXPECT_EQ(vfs_walk(&w.ctx, w.fs, NULL, "f", 0, &f), 0);
	EXPECT_EQ(vfs_link(&w.ctx, w.fs, &f, NULL, "d/other"), 0);
	EXPECT_ERR(vfs_link(&w.ctx, w.fs, &f, NULL, "d/other"), EEXIST);
	EXPECT_EQ(path_inode(&f)->nlink, 2);
	EXPECT_EQ(rename_to(&w, "f", "d/other", 0), 0);
	EXPECT_EQ(w_ino(&w, "f"), w_ino(&w, "d/other"));
	path_put(&f);
	EXPECT_EQ(vfs_walk(&w.ctx, w.fs, NULL, "d", 0, &f), 0);
	EXPECT_ERR(vfs_link(&w.ctx, w.fs, &f, NULL, "e"), EPERM);
	path_put(&f);
	world_fini(&w);
}

TEST(moving_a_directory_writes_to_it)
{
	struct world w;

	make_tree(&w);
	EXPECT_EQ(w_mkdir(&w, "open", 0777), 0);
	EXPECT_EQ(w_mkdir(&w, "open/in", 0777), 0);
	EXPECT_EQ(w_mkdir(&w, "open/roots", 0755), 0);
	world_become(&w, 1000, 1000);
	EXPECT_EQ(rename_to(&w, "open/roots", "open/same", 0), 0);
	EXPECT_ERR(rename_to(&w, "open/same", "open/in/x", 0), EACCES);
	world_fini(&w);
}

TEST(long_names_survive_moves_and_swaps)
{
	char a[LX_NAME_MAX + 1], b[LX_NAME_MAX + 1];
	uint64_t ia, ib;
	struct world w;

	make_tree(&w);
	memset(a, 'a', LX_NAME_MAX);
	memset(b, 'b', LX_NAME_MAX);
	a[LX_NAME_MAX] = b[LX_NAME_MAX] = '\0';
	EXPECT_EQ(w_file(&w, a, 0644), 0);
	EXPECT_EQ(w_file(&w, b, 0644), 0);
	ia = w_ino(&w, a);
	ib = w_ino(&w, b);
	EXPECT_EQ(rename_to(&w, a, b, LX_RENAME_EXCHANGE), 0);
	EXPECT_EQ(w_ino(&w, a), ib);
	EXPECT_EQ(w_ino(&w, b), ia);
	EXPECT_EQ(rename_to(&w, "f", a, LX_RENAME_EXCHANGE), 0);
	EXPECT_EQ(w_ino(&w, "f"), ib);
	EXPECT_EQ(rename_to(&w, "f", b, 0), 0);
	EXPECT_EQ(w_ino(&w, b), ib);
	EXPECT_EQ(rename_to(&w, b, "short", 0), 0);
	EXPECT_EQ(w_ino(&w, "short"), ib);
	world_fini(&w);
}

/* --- events --- */

struct heard {
	struct inotify_mark mark;
	uint32_t masks[16];
	char names[16][16];
	size_t n;
};

static void hear(struct inotify_mark *m, uint32_t mask, uint32_t cookie UNUSED, const char *name,
		 size_t len)
{
	struct heard *h = container_of(m, struct heard, mark);

	EXPECT_TRUE(h->n < 16);
	h->masks[h->n] = mask;
	memcpy(h->names[h->n], name ? name : "", name ? len : 0);
	h->names[h->n][name ? len : 0] = '\0';
	h->n++;
}

TEST(watchers_hear_what_happens_in_a_directory)
{
	struct heard h = {.mark = {.mask = LX_IN_ALL_EVENTS & ~(uint32_t)(LX_IN_OPEN | LX_IN_CLOSE),
				   .event = hear}};
	struct path d;
	struct world w;

	make_tree(&w);
	EXPECT_EQ(vfs_walk(&w.ctx, w.fs, NULL, "d", 0, &d), 0);
	EXPECT_EQ(inotify_mark_add(&h.mark, path_inode(&d)), 0);
	path_put(&d);
	EXPECT_EQ(w_file(&w, "d/new", 0644), 0);
	EXPECT_EQ(w_mkdir(&w, "d/dir", 0755), 0);
	EXPECT_EQ(rename_to(&w, "d/new", "d/old", 0), 0);
	EXPECT_EQ(unlink_name(&w, "d/old"), 0);
	EXPECT_EQ(h.n, 5);
	EXPECT_EQ(h.masks[0], LX_IN_CREATE);
	EXPECT_STREQ(h.names[0], "new");
	EXPECT_EQ(h.masks[1], LX_IN_CREATE | LX_IN_ISDIR);
	EXPECT_EQ(h.masks[2], LX_IN_MOVED_FROM);
	EXPECT_EQ(h.masks[3], LX_IN_MOVED_TO);
	EXPECT_STREQ(h.names[3], "old");
	EXPECT_EQ(h.masks[4], LX_IN_DELETE);
	inotify_mark_del(&h.mark);
	world_fini(&w);
}

/* --- permission --- */

static int ask(uint32_t mode, uint32_t uid, uint32_t gid, unsigned mask)
{
	struct world w;
	struct path p;
	int r;

	world_init(&w, testfs_new());
	EXPECT_EQ(w_file(&w, "f", 0), 0);
	EXPECT_EQ(vfs_walk(&w.ctx, w.fs, NULL, "f", 0, &p), 0);
	path_inode(&p)->mode = LX_S_IFREG | mode;
	path_inode(&p)->uid = 10;
	path_inode(&p)->gid = 20;
	world_become(&w, uid, gid);
	r = vfs_access(&w.ctx, &p, mask);
	path_put(&p);
	world_fini(&w);
	return r;
}

TEST(one_class_of_bits_decides)
{
	EXPECT_EQ(ask(0400, 10, 20, VFS_MAY_READ), 0);
	EXPECT_ERR(ask(0077, 10, 20, VFS_MAY_READ), EACCES);
	EXPECT_EQ(ask(0040, 11, 20, VFS_MAY_READ), 0);
	EXPECT_ERR(ask(0707, 11, 20, VFS_MAY_READ), EACCES);
	EXPECT_EQ(ask(0004, 11, 21, VFS_MAY_READ), 0);
	EXPECT_ERR(ask(0770, 11, 21, VFS_MAY_READ), EACCES);
	EXPECT_ERR(ask(0600, 10, 20, VFS_MAY_READ | VFS_MAY_EXEC), EACCES);
	EXPECT_EQ(ask(0000, 0, 0, VFS_MAY_READ | VFS_MAY_WRITE), 0);
	EXPECT_ERR(ask(0666, 0, 0, VFS_MAY_EXEC), EACCES);
	EXPECT_EQ(ask(0001, 0, 0, VFS_MAY_EXEC), 0);
}

TEST(owners_and_groups_change_by_the_rules)
{
	struct iattr to_other = {.valid = IATTR_UID, .uid = 11},
		     to_group = {.valid = IATTR_GID, .gid = 99};
	struct iattr own_group = {.valid = IATTR_GID, .gid = 20},
		     mode = {.valid = IATTR_MODE, .mode = 02755};
	struct iattr now = {.valid = IATTR_ATIME | IATTR_MTIME | IATTR_TIMES_NOW},
		     then = {.valid = IATTR_MTIME};
	struct path p;
	struct world w;

	world_init(&w, testfs_new());
	EXPECT_EQ(w_file(&w, "f", 0), 0);
	EXPECT_EQ(vfs_walk(&w.ctx, w.fs, NULL, "f", 0, &p), 0);
	path_inode(&p)->mode = LX_S_IFREG | 06777;
	path_inode(&p)->uid = 10;
	path_inode(&p)->gid = 98;
	world_become(&w, 10, 20);
	EXPECT_ERR(vfs_setattr(&w.ctx, &p, &to_other), EPERM);
	EXPECT_ERR(vfs_setattr(&w.ctx, &p, &to_group), EPERM);
	EXPECT_EQ(vfs_setattr(&w.ctx, &p, &own_group), 0);
	EXPECT_EQ(path_inode(&p)->mode & 07777, 0777);
	path_inode(&p)->gid = 98;
	EXPECT_EQ(vfs_setattr(&w.ctx, &p, &mode), 0);
	EXPECT_EQ(path_inode(&p)->mode & 07777, 0755);
	world_become(&w, 11, 21);
	path_inode(&p)->mode = LX_S_IFREG | 0666;
	EXPECT_ERR(vfs_setattr(&w.ctx, &p, &mode), EPERM);
	EXPECT_ERR(vfs_setattr(&w.ctx, &p, &then), EPERM);
	EXPECT_EQ(vfs_setattr(&w.ctx, &p, &now), 0);
	path_inode(&p)->mode = LX_S_IFREG | 0644;
	EXPECT_ERR(vfs_setattr(&w.ctx, &p, &now), EACCES);
	world_become(&w, 0, 0);
	path_inode(&p)->mode = LX_S_IFREG | 06755;
	EXPECT_EQ(vfs_setattr(&w.ctx, &p, &to_other), 0);
	EXPECT_EQ(path_inode(&p)->mode & 07777, 0755);
	path_put(&p);
	world_fini(&w);
}

TEST_MAIN()
