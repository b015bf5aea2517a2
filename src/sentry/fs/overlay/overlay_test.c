/* SPDX-License-Identifier: Apache-2.0 */
/* What the guest sees of an overlay whose lower and store are tmpfs; and that the lower is never
 * changed. */
#include <errno.h>
#include <string.h>

#include "abi/fcntl.h"
#include "base/test.h"
#include "sentry/core/uio.h"
#include "sentry/fs/overlay/overlay.h"
#include "sentry/fs/tmpfs/tmpfs.h"
#include "sentry/vfs/testfs.h"

struct bench {
	struct world low; /* the lower, seen by itself */
	struct world w;   /* the overlay */
};

static void write_at(struct world *w, const char *name, unsigned flags, const char *text)
{
	struct file *f;
	struct uio u;
	char copy[64];
	size_t n = strlen(text);

	memcpy(copy, text, n);
	uio_kernel(&u, copy, n);
	EXPECT_EQ(w_open(w, name, flags, 0644, &f), 0);
	EXPECT_EQ(file_pwrite(&w->ctx, f, &u, 0), (ssize_t)n);
	file_put(f);
}

static void expect_text(struct world *w, const char *name, const char *text)
{
	char buf[64] = {0};
	struct file *f;
	struct uio u;

	uio_kernel(&u, buf, sizeof(buf) - 1);
	EXPECT_EQ(w_open(w, name, LX_O_RDONLY, 0, &f), 0);
	EXPECT_EQ(file_pread(&w->ctx, f, &u, 0), (ssize_t)strlen(text));
	EXPECT_STREQ(buf, text);
	file_put(f);
}

static struct kstat stat_of(struct world *w, const char *name)
{
	struct kstat st = {0};
	struct path p;

	EXPECT_EQ(vfs_walk(&w->ctx, w->fs, NULL, name, 0, &p), 0);
	EXPECT_EQ(inode_getattr(&w->ctx, path_inode(&p), &st), 0);
	path_put(&p);
	return st;
}

static void link_names(struct world *w, const char *old, const char *new)
{
	struct path p;

	EXPECT_EQ(vfs_walk(&w->ctx, w->fs, NULL, old, 0, &p), 0);
	EXPECT_EQ(vfs_link(&w->ctx, w->fs, &p, NULL, new), 0);
	path_put(&p);
}

static int ren(struct bench *b, const char *old, const char *new, unsigned flags)
{
	return vfs_rename(&b->w.ctx, b->w.fs, NULL, old, NULL, new, flags);
}

/* f ("lower f"), hard links h1 and h2 ("linked"), d/x, d/y, empty. */
static void begin(struct bench *b)
{
	const struct tmpfs_options o = TMPFS_OPTIONS_DEFAULT;
	struct superblock *lower, *store, *sb;

	EXPECT_EQ(tmpfs_new(&o, &lower), 0);
	world_init(&b->low, lower);
	write_at(&b->low, "f", LX_O_CREAT | LX_O_WRONLY, "lower f");
	write_at(&b->low, "h1", LX_O_CREAT | LX_O_WRONLY, "linked");
	link_names(&b->low, "h1", "h2");
	EXPECT_EQ(w_mkdir(&b->low, "d", 0755), 0);
	EXPECT_EQ(w_mkdir(&b->low, "empty", 0755), 0);
	EXPECT_EQ(w_file(&b->low, "d/x", 0644), 0);
	EXPECT_EQ(w_file(&b->low, "d/y", 0644), 0);
	EXPECT_EQ(tmpfs_new(&o, &store), 0);
	EXPECT_EQ(overlay_new(&b->low.ctx, lower, store, &sb), 0);
	superblock_put(store);
	world_init(&b->w, sb);
}

/* Whatever was done, the lower is as begin() made it. */
static void end(struct bench *b)
{
	expect_text(&b->low, "f", "lower f");
	expect_text(&b->low, "h1", "linked");
	EXPECT_EQ(stat_of(&b->low, "h2").nlink, 2);
	EXPECT_EQ(stat_of(&b->low, "f").mode & 07777u, 0644);
	EXPECT_NE(w_ino(&b->low, "d/x"), 0);
	EXPECT_NE(w_ino(&b->low, "d/y"), 0);
	EXPECT_NE(w_ino(&b->low, "empty"), 0);
	world_fini(&b->w);
	world_fini(&b->low);
}

TEST(a_write_copies_up_and_every_open_file_sees_it)
{
	struct file *early;
	struct bench b;
	struct kstat before, after;
	char buf[8] = {0};
	struct uio u;

	begin(&b);
	before = stat_of(&b.w, "f");
	EXPECT_EQ(w_open(&b.w, "f", LX_O_RDONLY, 0, &early), 0);
	write_at(&b.w, "f", LX_O_WRONLY, "UPPER");
	expect_text(&b.w, "f", "UPPER f");
	uio_kernel(&u, buf, 7);
	EXPECT_EQ(file_pread(&b.w.ctx, early, &u, 0), 7);
	EXPECT_MEMEQ(buf, "UPPER f", 7);
	file_put(early);
	after = stat_of(&b.w, "f");
	EXPECT_EQ(before.ino, after.ino);
	EXPECT_EQ(before.mode, after.mode);
	EXPECT_EQ(after.size, 7);
	EXPECT_EQ(w_try_open(&b.w, "f", LX_O_WRONLY | LX_O_TRUNC), 0);
	EXPECT_EQ(stat_of(&b.w, "f").size, 0);
	end(&b);
}

TEST(names_go_and_come_back)
{
	struct bench b;

	begin(&b);
	EXPECT_EQ(vfs_unlink(&b.w.ctx, b.w.fs, NULL, "f"), 0);
	EXPECT_EQ(w_ino(&b.w, "f"), 0);
	EXPECT_ERR(w_try_open(&b.w, "f", LX_O_RDONLY), ENOENT);
	write_at(&b.w, "f", LX_O_CREAT | LX_O_EXCL | LX_O_WRONLY, "new");
	expect_text(&b.w, "f", "new");
	EXPECT_EQ(vfs_unlink(&b.w.ctx, b.w.fs, NULL, "f"), 0);
	EXPECT_ERR(w_try_open(&b.w, "f", LX_O_RDONLY), ENOENT);
	EXPECT_ERR(vfs_rmdir(&b.w.ctx, b.w.fs, NULL, "d"), ENOTEMPTY);
	EXPECT_EQ(vfs_unlink(&b.w.ctx, b.w.fs, NULL, "d/x"), 0);
	EXPECT_ERR(vfs_rmdir(&b.w.ctx, b.w.fs, NULL, "d"), ENOTEMPTY);
	EXPECT_EQ(vfs_unlink(&b.w.ctx, b.w.fs, NULL, "d/y"), 0);
	EXPECT_EQ(vfs_rmdir(&b.w.ctx, b.w.fs, NULL, "d"), 0);
	EXPECT_EQ(w_mkdir(&b.w, "d", 0700), 0);
	EXPECT_EQ(w_ino(&b.w, "d/x"), 0); /* the new one hides the lower's */
	EXPECT_EQ(stat_of(&b.w, "d").nlink, 2);
	end(&b);
}

TEST(hard_links_of_the_lower_stay_links)
{
	struct bench b;

	begin(&b);
	write_at(&b.w, "h1", LX_O_WRONLY, "LINK");
	expect_text(&b.w, "h2", "LINKed");
	EXPECT_EQ(vfs_unlink(&b.w.ctx, b.w.fs, NULL, "h1"), 0);
	EXPECT_EQ(stat_of(&b.w, "h2").nlink, 1);
	expect_text(&b.w, "h2", "LINKed");
	link_names(&b.w, "h2", "h3");
	EXPECT_EQ(stat_of(&b.w, "h2").nlink, 2);
	EXPECT_EQ(vfs_unlink(&b.w.ctx, b.w.fs, NULL, "h2"), 0);
	expect_text(&b.w, "h3", "LINKed");
	EXPECT_EQ(vfs_unlink(&b.w.ctx, b.w.fs, NULL, "h3"), 0);
	end(&b);
}

TEST(renames_move_entries_and_refuse_what_linux_refuses)
{
	struct bench b;
	uint64_t d, e;

	begin(&b);
	d = w_ino(&b.w, "d");
	e = w_ino(&b.w, "empty");
	EXPECT_ERR(ren(&b, "empty", "d", 0), ENOTEMPTY);
	EXPECT_ERR(ren(&b, "f", "h1", LX_RENAME_NOREPLACE), EEXIST);
	EXPECT_ERR(ren(&b, "f", "empty", 0), EISDIR);
	EXPECT_ERR(ren(&b, "empty", "f", 0), ENOTDIR);
	EXPECT_EQ(ren(&b, "d", "empty", 0), 0);
	EXPECT_EQ(w_ino(&b.w, "empty"), d);
	EXPECT_EQ(w_ino(&b.w, "d"), 0);
	EXPECT_NE(w_ino(&b.w, "empty/x"), 0);
	EXPECT_EQ(stat_of(&b.w, "/").nlink, 3);
	EXPECT_NE(e, d);
	EXPECT_EQ(ren(&b, "f", "empty", LX_RENAME_EXCHANGE), 0);
	expect_text(&b.w, "empty", "lower f");
	EXPECT_NE(w_ino(&b.w, "f/y"), 0);
	EXPECT_EQ(ren(&b, "empty", "f/y", 0), 0);
	expect_text(&b.w, "f/y", "lower f");
	EXPECT_EQ(w_ino(&b.w, "empty"), 0);
	end(&b);
}

TEST(attributes_change_without_data)
{
	const struct iattr chmod = {.valid = IATTR_MODE, .mode = 0751};
	struct bench b;
	struct path p;

	begin(&b);
	EXPECT_EQ(vfs_walk(&b.w.ctx, b.w.fs, NULL, "f", 0, &p), 0);
	EXPECT_EQ(inode_setattr(&b.w.ctx, path_inode(&p), &chmod), 0);
	path_put(&p);
	EXPECT_EQ(stat_of(&b.w, "f").mode & 07777u, 0751);
	EXPECT_EQ(stat_of(&b.w, "f").size, 7);
	expect_text(&b.w, "f", "lower f");
	end(&b);
}

struct names {
	struct dir_sink sink;
	char text[256];
};

static bool collect(struct dir_sink *s, const char *name, size_t len, uint64_t ino UNUSED,
		    uint8_t type UNUSED, int64_t next UNUSED)
{
	struct names *n = container_of(s, struct names, sink);
	size_t at = strlen(n->text);

	memcpy(n->text + at, name, len);
	n->text[at + len] = ' ';
	return true;
}

TEST(a_directory_shows_both_and_each_name_once)
{
	struct names n = {.sink = {.emit = collect}, .text = " "};
	struct bench b;
	struct file *f;
	int64_t pos = 0;

	begin(&b);
	EXPECT_EQ(vfs_unlink(&b.w.ctx, b.w.fs, NULL, "d/x"), 0);
	write_at(&b.w, "d/y", LX_O_WRONLY, "y");
	EXPECT_EQ(w_file(&b.w, "d/z", 0644), 0);
	EXPECT_EQ(w_open(&b.w, "d", LX_O_RDONLY | LX_O_DIRECTORY, 0, &f), 0);
	lock_acquire(&f->inode->dir_lock);
	EXPECT_EQ(f->ops->iterate(&b.w.ctx, f, &n.sink, &pos), 0);
	lock_release(&f->inode->dir_lock);
	file_put(f);
	EXPECT_TRUE(strstr(n.text, " y ") && strstr(n.text, " z ") && !strstr(n.text, " x "));
	EXPECT_EQ(strlen(n.text), strlen(" . .. y z "));
	end(&b);
}

TEST_MAIN()
