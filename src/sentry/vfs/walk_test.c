/* SPDX-License-Identifier: Apache-2.0 */
/* Path resolution: components, links, mounts, scopes, and what is asked of the filesystem. */
#include <errno.h>
#include <stdio.h>

#include "abi/fcntl.h"
#include "abi/mount.h"
#include "base/strbuf.h"
#include "base/test.h"
#include "sentry/core/alloc.h"
#include "sentry/vfs/dentry.h"
#include "sentry/vfs/testfs.h"

static void make_tree(struct world *w)
{
	world_init(w, testfs_new());
	EXPECT_EQ(w_mkdir(w, "a", 0755), 0);
	EXPECT_EQ(w_mkdir(w, "a/b", 0755), 0);
	EXPECT_EQ(w_file(w, "a/b/f", 0644), 0);
}

TEST(slashes_and_dots_mean_nothing)
{
	struct world w;

	make_tree(&w);
	EXPECT_EQ(w_ino(&w, "/a/b/f"), w_ino(&w, "//a/./b//f"));
	EXPECT_EQ(w_ino(&w, "a/b/../b/f"), w_ino(&w, "a/b/f"));
	EXPECT_EQ(w_ino(&w, "a/b/"), w_ino(&w, "a/b/."));
	EXPECT_EQ(w_ino(&w, "/.."), w_ino(&w, "/"));
	world_fini(&w);
}

TEST(what_is_not_a_directory_ends_a_walk)
{
	struct world w;

	make_tree(&w);
	EXPECT_ERR(w_walk(&w, "", 0), ENOENT);
	EXPECT_ERR(w_walk(&w, "a/x", 0), ENOENT);
	EXPECT_ERR(w_walk(&w, "a/x/y", 0), ENOENT);
	EXPECT_ERR(w_walk(&w, "a/b/f/x", 0), ENOTDIR);
	EXPECT_ERR(w_walk(&w, "a/b/f/", 0), ENOTDIR);
	EXPECT_ERR(w_walk(&w, "a/b/f/.", 0), ENOTDIR);
	EXPECT_ERR(w_walk(&w, "a/b/f", WALK_DIRECTORY), ENOTDIR);
	EXPECT_EQ(w_walk(&w, "", WALK_EMPTY), 0);
	world_fini(&w);
}

TEST(a_name_has_255_bytes_at_most)
{
	char name[258];
	struct world w;

	make_tree(&w);
	memset(name, 'n', sizeof(name));
	name[255] = '\0';
	EXPECT_EQ(w_file(&w, name, 0644), 0);
	EXPECT_EQ(w_walk(&w, name, 0), 0);
	name[255] = 'n';
	name[256] = '\0';
	EXPECT_ERR(w_walk(&w, name, 0), ENAMETOOLONG);
	EXPECT_ERR(w_file(&w, name, 0644), ENAMETOOLONG);
	world_fini(&w);
}

static int link_to(struct world *w, const char *target, const char *name)
{
	return vfs_symlink(&w->ctx, w->fs, target, NULL, name);
}

TEST(links_are_followed_where_they_stand)
{
	struct world w;

	make_tree(&w);
	EXPECT_EQ(link_to(&w, "b/f", "a/rel"), 0);
	EXPECT_EQ(link_to(&w, "/a/b", "abs"), 0);
	EXPECT_EQ(link_to(&w, "nowhere", "dangling"), 0);
	EXPECT_EQ(w_ino(&w, "a/rel"), w_ino(&w, "a/b/f"));
	EXPECT_EQ(w_ino(&w, "abs/f"), w_ino(&w, "a/b/f"));
	EXPECT_EQ(w_ino(&w, "abs/../rel"), w_ino(&w, "a/b/f"));
	EXPECT_ERR(w_walk(&w, "dangling", WALK_FOLLOW), ENOENT);
	EXPECT_EQ(w_walk(&w, "dangling", 0), 0);
	EXPECT_ERR(w_walk(&w, "dangling/", 0), ENOENT);
	EXPECT_EQ(w_walk(&w, "abs/", 0), 0);
	EXPECT_ERR(w_walk(&w, "abs", WALK_FOLLOW | WALK_NO_SYMLINKS), ELOOP);
	world_fini(&w);
}

/* l1 -> f, l2 -> l1, ... */
TEST(forty_links_are_followed_and_no_more)
{
	char name[16], target[16] = "f";
	struct world w;

	world_init(&w, testfs_new());
	EXPECT_EQ(w_file(&w, "f", 0644), 0);
	for (int i = 1; i <= 41; i++) {
		snprintf(name, sizeof(name), "l%d", i);
		EXPECT_EQ(link_to(&w, target, name), 0);
		memcpy(target, name, sizeof(target));
	}
	EXPECT_EQ(w_walk(&w, "l40", WALK_FOLLOW), 0);
	EXPECT_ERR(w_walk(&w, "l41", WALK_FOLLOW), ELOOP);
	EXPECT_EQ(link_to(&w, "self/x", "self"), 0);
	EXPECT_ERR(w_walk(&w, "self", WALK_FOLLOW), ELOOP);
	world_fini(&w);
}

TEST(links_in_links_in_the_middle_of_paths)
{
	struct world w;

	make_tree(&w);
	EXPECT_EQ(link_to(&w, "a", "one"), 0);
	EXPECT_EQ(link_to(&w, "one/b/", "two"), 0);
	EXPECT_EQ(link_to(&w, "two/../../two/./", "three"), 0);
	EXPECT_EQ(w_ino(&w, "three/f"), w_ino(&w, "a/b/f"));
	EXPECT_EQ(w_ino(&w, "three//"), w_ino(&w, "a/b"));
	world_fini(&w);
}

TEST(searching_needs_execute_permission)
{
	struct world w;

	make_tree(&w);
	EXPECT_EQ(w_mkdir(&w, "closed", 0700), 0);
	EXPECT_EQ(w_file(&w, "closed/f", 0666), 0);
	world_become(&w, 1000, 1000);
	EXPECT_ERR(w_walk(&w, "closed/f", 0), EACCES);
	EXPECT_ERR(w_walk(&w, "closed/missing", 0), EACCES);
	EXPECT_ERR(w_walk(&w, "closed/..", 0), EACCES);
	EXPECT_EQ(w_walk(&w, "closed", 0), 0);
	world_fini(&w);
}

TEST(scopes_are_not_left)
{
	struct path a;
	struct path p;
	struct world w;

	make_tree(&w);
	EXPECT_EQ(link_to(&w, "/a/b/f", "a/abs"), 0);
	EXPECT_EQ(link_to(&w, "/b/f", "a/inside"), 0);
	EXPECT_EQ(link_to(&w, "../a/b", "a/out"), 0);
	EXPECT_EQ(vfs_walk(&w.ctx, w.fs, NULL, "a", 0, &a), 0);
	EXPECT_ERR(vfs_walk(&w.ctx, w.fs, &a, "..", WALK_BENEATH, &p), EXDEV);
	EXPECT_ERR(vfs_walk(&w.ctx, w.fs, &a, "/a", WALK_BENEATH, &p), EXDEV);
	EXPECT_ERR(vfs_walk(&w.ctx, w.fs, &a, "abs", WALK_BENEATH | WALK_FOLLOW, &p), EXDEV);
	EXPECT_ERR(vfs_walk(&w.ctx, w.fs, &a, "out", WALK_BENEATH | WALK_FOLLOW, &p), EXDEV);
	EXPECT_EQ(vfs_walk(&w.ctx, w.fs, &a, "b/../b/f", WALK_BENEATH, &p), 0);
	path_put(&p);
	EXPECT_EQ(vfs_walk(&w.ctx, w.fs, &a, "inside", WALK_IN_ROOT | WALK_FOLLOW, &p), 0);
	EXPECT_EQ(path_inode(&p)->ino, w_ino(&w, "a/b/f"));
	path_put(&p);
	EXPECT_EQ(vfs_walk(&w.ctx, w.fs, &a, "../../b", WALK_IN_ROOT, &p), 0);
	path_put(&p);
	path_put(&a);
	world_fini(&w);
}

/* --- the cache --- */

TEST(a_name_is_asked_for_once)
{
	struct world w;

	make_tree(&w);
	dcache_set_limit(0);
	dcache_set_limit(1000);
	testfs.lookups = 0;
	EXPECT_EQ(w_walk(&w, "a/b/f", 0), 0);
	EXPECT_EQ(testfs.lookups, 3);
	EXPECT_EQ(w_walk(&w, "a/b/f", 0), 0);
	EXPECT_EQ(testfs.lookups, 3);
	EXPECT_ERR(w_walk(&w, "a/missing", 0), ENOENT);
	EXPECT_ERR(w_walk(&w, "a/missing", 0), ENOENT);
	EXPECT_EQ(testfs.lookups, 4);
	world_fini(&w);
}

TEST(missing_names_are_asked_again_where_they_may_appear)
{
	struct world w;

	make_tree(&w);
	w.sb->no_negative = true;
	testfs.lookups = 0;
	EXPECT_ERR(w_walk(&w, "a/missing", 0), ENOENT);
	EXPECT_ERR(w_walk(&w, "a/missing", 0), ENOENT);
	EXPECT_EQ(testfs.lookups, 2);
	world_fini(&w);
}

TEST(a_stale_name_is_looked_up_again)
{
	struct world w;

	make_tree(&w);
	w.sb->revalidate = true;
	testfs.lookups = 0;
	EXPECT_EQ(w_walk(&w, "a", 0), 0);
	EXPECT_EQ(testfs.revalidates, 1);
	EXPECT_EQ(testfs.lookups, 0);
	testfs.stale = true;
	EXPECT_EQ(w_walk(&w, "a", 0), 0);
	EXPECT_EQ(testfs.lookups, 1);
	world_fini(&w);
}

TEST(a_cold_path_is_one_round_trip)
{
	struct world w;

	world_init(&w, testfs_new_walking());
	EXPECT_EQ(w_mkdir(&w, "a", 0755), 0);
	EXPECT_EQ(w_mkdir(&w, "a/b", 0755), 0);
	EXPECT_EQ(w_mkdir(&w, "a/b/c", 0755), 0);
	EXPECT_EQ(w_file(&w, "a/b/c/f", 0644), 0);
	dcache_set_limit(0);
	dcache_set_limit(1000);
	memset(&testfs, 0, sizeof(testfs));
	EXPECT_EQ(w_walk(&w, "a/b/c/f", 0), 0);
	EXPECT_EQ(testfs.walks, 1);
	EXPECT_EQ(testfs.lookups, 0);
	EXPECT_ERR(w_walk(&w, "a/b/x/y", 0), ENOENT);
	world_fini(&w);
}

TEST(the_cache_keeps_to_its_limit)
{
	char name[16];
	struct world w;

	world_init(&w, testfs_new());
	dcache_set_limit(10);
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		EXPECT_EQ(w_file(&w, name, 0644), 0);
	}
	EXPECT_TRUE(dcache_unused() <= 10);
	EXPECT_EQ(w_walk(&w, "f0", 0), 0);
	dcache_set_limit(16384);
	world_fini(&w);
}

/* --- mounts --- */

static int mount_on(struct world *w, const char *where, struct superblock *sb)
{
	struct path p;
	int r = vfs_walk(&w->ctx, w->fs, NULL, where, WALK_FOLLOW, &p);

	if (r == 0) {
		r = vfs_mount(&w->ctx, &p, sb, "test", LX_MS_NOSUID);
		path_put(&p);
	}
	superblock_put(sb);
	return r;
}

static int umount(struct world *w, const char *where, int flags)
{
	struct path p;
	int r = vfs_walk(&w->ctx, w->fs, NULL, where, WALK_FOLLOW, &p);

	if (r == 0) {
		r = vfs_umount(&w->ctx, &p, flags);
		path_put(&p);
	}
	return r;
}

TEST(a_mount_hides_and_dotdot_leaves_it)
{
	struct world w;
	uint64_t before;

	make_tree(&w);
	before = w_ino(&w, "a/b");
	EXPECT_EQ(mount_on(&w, "a/b", testfs_new()), 0);
	EXPECT_NE(w_ino(&w, "a/b"), before);
	EXPECT_ERR(w_walk(&w, "a/b/f", 0), ENOENT);
	EXPECT_EQ(w_ino(&w, "a/b/.."), w_ino(&w, "a"));
	EXPECT_ERR(w_walk(&w, "a/b", WALK_NO_XDEV), EXDEV);
	EXPECT_EQ(mount_on(&w, "a/b", testfs_new()), 0);
	EXPECT_EQ(w_ino(&w, "a/b/.."), w_ino(&w, "a"));
	EXPECT_EQ(umount(&w, "a/b", 0), 0);
	EXPECT_EQ(umount(&w, "a/b", 0), 0);
	EXPECT_EQ(w_ino(&w, "a/b"), before);
	EXPECT_ERR(umount(&w, "a/b", 0), EINVAL);
	world_fini(&w);
}

TEST(a_mount_in_use_is_busy_unless_detached)
{
	struct file *f;
	struct world w;

	make_tree(&w);
	EXPECT_EQ(mount_on(&w, "a", testfs_new()), 0);
	EXPECT_EQ(w_mkdir(&w, "a/m", 0755), 0);
	EXPECT_EQ(mount_on(&w, "a/m", testfs_new()), 0);
	EXPECT_ERR(umount(&w, "a", 0), EBUSY);
	EXPECT_EQ(umount(&w, "a/m", 0), 0);
	EXPECT_EQ(w_open(&w, "a", LX_O_RDONLY | LX_O_DIRECTORY, 0, &f), 0);
	EXPECT_ERR(umount(&w, "a", 0), EBUSY);
	EXPECT_EQ(umount(&w, "a", LX_MNT_DETACH), 0);
	EXPECT_EQ(w_walk(&w, "a/b/f", 0), 0);
	file_put(f);
	EXPECT_ERR(umount(&w, "/", 0), EBUSY);
	world_fini(&w);
}

static int bind(struct world *w, const char *from, const char *to, uint64_t flags)
{
	struct path a, b;
	int r;

	EXPECT_EQ(vfs_walk(&w->ctx, w->fs, NULL, from, WALK_FOLLOW, &a), 0);
	EXPECT_EQ(vfs_walk(&w->ctx, w->fs, NULL, to, WALK_FOLLOW, &b), 0);
	r = vfs_bind(&w->ctx, &a, &b, flags);
	path_put(&a);
	path_put(&b);
	return r;
}

TEST(bind_mounts_show_the_same_files)
{
	struct world w;

	make_tree(&w);
	EXPECT_EQ(w_mkdir(&w, "c", 0755), 0);
	EXPECT_EQ(bind(&w, "a", "c", 0), 0);
	EXPECT_EQ(w_ino(&w, "c/b/f"), w_ino(&w, "a/b/f"));
	EXPECT_ERR(bind(&w, "a/b/f", "c", 0), ENOTDIR);
	EXPECT_EQ(umount(&w, "c", 0), 0);
	EXPECT_EQ(mount_on(&w, "a/b", testfs_new()), 0);
	EXPECT_EQ(w_mkdir(&w, "a/b/deep", 0755), 0);
	EXPECT_EQ(bind(&w, "a", "c", 0), 0);
	EXPECT_ERR(w_walk(&w, "c/b/deep", 0), ENOENT);
	EXPECT_EQ(umount(&w, "c", 0), 0);
	EXPECT_EQ(bind(&w, "/", "c", LX_MS_REC), 0);
	EXPECT_EQ(w_ino(&w, "c/a/b/deep"), w_ino(&w, "a/b/deep"));
	EXPECT_EQ(w_walk(&w, "c/c", 0), 0);
	EXPECT_EQ(umount(&w, "c", LX_MNT_DETACH), 0);
	world_fini(&w);
}

static void expect_text(struct world *w, const char *name, const char *want)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	AUTO(path_put) struct path root = fs_info_root(w->fs);
	struct path p;

	EXPECT_EQ(vfs_walk(&w->ctx, w->fs, NULL, name, 0, &p), 0);
	EXPECT_EQ(path_text(&p, &root, &sb), 0);
	EXPECT_STREQ(strbuf_str(&sb), want);
	path_put(&p);
}

TEST(places_have_names)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	struct path root, f;
	struct world w;

	make_tree(&w);
	EXPECT_EQ(mount_on(&w, "a/b", testfs_new()), 0);
	EXPECT_EQ(w_mkdir(&w, "a/b/with blank", 0755), 0);
	expect_text(&w, "/", "/");
	expect_text(&w, "a/b", "/a/b");
	expect_text(&w, "a/b/with blank", "/a/b/with blank");
	root = fs_info_root(w.fs);
	EXPECT_EQ(mount_on(&w, "a/b/with blank", testfs_new()), 0);
	EXPECT_EQ(mnt_ns_show_mounts(w.ns, &root, &sb), 0);
	EXPECT_STREQ(strbuf_str(&sb), "test / testfs rw 0 0\ntest /a/b testfs rw,nosuid 0 0\n"
				      "test /a/b/with\\040blank testfs rw,nosuid 0 0\n");
	EXPECT_EQ(w_file(&w, "a/gone", 0644), 0);
	EXPECT_EQ(vfs_walk(&w.ctx, w.fs, NULL, "a/gone", 0, &f), 0);
	EXPECT_EQ(vfs_unlink(&w.ctx, w.fs, NULL, "a/gone"), 0);
	strbuf_reset(&sb);
	EXPECT_EQ(path_text(&f, &root, &sb), 0);
	EXPECT_STREQ(strbuf_str(&sb), "/a/gone (deleted)");
	path_put(&f);
	path_put(&root);
	world_fini(&w);
}

TEST(a_copied_namespace_changes_alone)
{
	struct fs_info *fs;
	struct mnt_ns *copy;
	struct world w;

	make_tree(&w);
	EXPECT_EQ(mount_on(&w, "a/b", testfs_new()), 0);
	EXPECT_EQ(w_file(&w, "a/b/inside", 0644), 0);
	fs = fs_info_copy(w.fs);
	EXPECT_EQ(mnt_ns_copy(w.ns, fs, &copy), 0);
	EXPECT_EQ(umount(&w, "a/b", 0), 0);
	EXPECT_ERR(w_walk(&w, "a/b/inside", 0), ENOENT);
	{
		struct path p;

		EXPECT_EQ(vfs_walk(&w.ctx, fs, NULL, "a/b/inside", 0, &p), 0);
		path_put(&p);
	}
	fs_info_put(fs);
	mnt_ns_put(copy);
	world_fini(&w);
}

TEST(chroot_confines_dotdot)
{
	struct path p;
	struct world w;

	make_tree(&w);
	EXPECT_EQ(vfs_walk(&w.ctx, w.fs, NULL, "a", 0, &p), 0);
	EXPECT_EQ(vfs_chroot(&w.ctx, w.fs, &p), 0);
	EXPECT_EQ(vfs_chdir(&w.ctx, w.fs, &p), 0);
	path_put(&p);
	EXPECT_EQ(w_ino(&w, "../../b/f"), w_ino(&w, "/b/f"));
	EXPECT_NE(w_ino(&w, "/b/f"), 0);
	EXPECT_EQ(w_ino(&w, ".."), w_ino(&w, "/"));
	world_become(&w, 1000, 1000);
	EXPECT_EQ(vfs_walk(&w.ctx, w.fs, NULL, "b", 0, &p), 0);
	EXPECT_ERR(vfs_chroot(&w.ctx, w.fs, &p), EPERM);
	path_put(&p);
	world_fini(&w);
}

TEST(nothing_is_left_when_the_last_user_goes)
{
	uint64_t before;
	struct world w;

	make_tree(&w); /* makes what is made once */
	world_fini(&w);
	before = arena_leaks_log();
	make_tree(&w);
	EXPECT_EQ(mount_on(&w, "a/b", testfs_new()), 0);
	EXPECT_EQ(w_file(&w, "a/b/x", 0644), 0);
	world_fini(&w);
	EXPECT_EQ(arena_leaks_log(), before);
}

TEST_MAIN()
