/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names against a table, by random operations as the vfs calls them: locks held, existence known.
 * And reading a directory while it changes, options, extended attributes.
 */
#include <stdio.h>

#include "abi/fcntl.h"
#include "abi/xattr.h"
#include "sentry/fs/test_ctx.h"
#include "sentry/fs/tmpfs/tmpfs_priv.h"

/*
 * The order of two directories follows the tree, which renames change under the filesystem's rename
 * lock (ours: one thread): an order by lock alone is not what holds here.
 */
const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
	return "detect_deadlocks=0";
}

enum { DIRS = 4, NAMES = 10, FILES_MAX = 64 };

struct bench {
	struct test_ctx t;
	struct superblock *sb;
	struct inode *dirs[DIRS]; /* the root, and three below it */
};

static struct name name_of(const char *s)
{
	struct name n;

	name_init(&n, s, strlen(s));
	return n;
}

static int make_dir(struct bench *b, struct inode *dir, const char *s, struct inode **ret)
{
	struct name n = name_of(s);

	GUARD(&dir->dir_lock);
	return dir->ops->mkdir(&b->t.ctx, dir, &n, 0755, ret);
}

static void begin(struct bench *b)
{
	const struct tmpfs_options o = TMPFS_OPTIONS_DEFAULT;
	static const char *const names[] = {NULL, "a", "b", "c"};

	test_ctx_init(&b->t);
	EXPECT_EQ(tmpfs_new(&o, &b->sb), 0);
	b->dirs[0] = inode_get(b->sb->root);
	for (int i = 1; i < DIRS; i++)
		EXPECT_EQ(make_dir(b, b->sb->root, names[i], &b->dirs[i]), 0);
}

static void end(struct bench *b)
{
	for (int i = 0; i < DIRS; i++)
		inode_put(b->dirs[i]);
	superblock_put(b->sb);
	test_ctx_fini(&b->t);
}

static int look_up(struct bench *b, struct inode *dir, const char *s, struct inode **ret)
{
	struct name n = name_of(s);

	GUARD(&dir->dir_lock);
	return dir->ops->lookup(&b->t.ctx, dir, &n, ret);
}

/* ---- the model: which file a name means; inodes are borrowed from the filesystem ---- */

struct model {
	uint64_t seed;
	struct inode *meant[DIRS][NAMES]; /* NULL: not there */
};

static uint64_t draw(struct model *m, uint64_t below)
{
	m->seed = m->seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (m->seed >> 33) % below;
}

static struct name draw_name(struct model *m, size_t *ret_d, size_t *ret_n)
{
	static const char *const names[NAMES] = {"n0", "n1", "n2",  "name", "longer name",
						 "x",  "xx", "xxx", "\xff", "n9"};

	*ret_d = draw(m, DIRS);
	*ret_n = draw(m, NAMES);
	return name_of(names[*ret_n]);
}

static void do_create(struct bench *b, struct model *m)
{
	size_t d, n;
	struct name name = draw_name(m, &d, &n);
	struct inode *dir = b->dirs[d], *i = NULL;
	int r;

	lock_acquire(&dir->dir_lock);
	r = dir->ops->create(&b->t.ctx, dir, &name, 0644, &i);
	lock_release(&dir->dir_lock);
	EXPECT_EQ(r, m->meant[d][n] ? -EEXIST : 0);
	if (r == 0) {
		m->meant[d][n] = i;
		inode_put(i);
	}
}

static void do_link(struct bench *b, struct model *m)
{
	size_t d, n, from_d, from_n;
	struct name name = draw_name(m, &d, &n);
	struct inode *dir = b->dirs[d], *i;

	(void)draw_name(m, &from_d, &from_n);
	i = m->meant[from_d][from_n];
	if (!i || m->meant[d][n])
		return;
	GUARD(&dir->dir_lock);
	EXPECT_EQ(dir->ops->link(&b->t.ctx, dir, &name, i), 0);
	m->meant[d][n] = i;
}

static void do_unlink(struct bench *b, struct model *m)
{
	size_t d, n;
	struct name name = draw_name(m, &d, &n);
	struct inode *dir = b->dirs[d];

	if (!m->meant[d][n])
		return;
	GUARD(&dir->dir_lock);
	EXPECT_EQ(dir->ops->unlink(&b->t.ctx, dir, &name, m->meant[d][n]), 0);
	m->meant[d][n] = NULL;
}

NO_THREAD_SAFETY static void lock_two(struct inode *a, struct inode *b)
{
	lock_acquire(&a->dir_lock);
	if (a != b)
		lock_acquire_nested(&b->dir_lock, 1);
}

NO_THREAD_SAFETY static void unlock_two(struct inode *a, struct inode *b)
{
	if (a != b)
		lock_release(&b->dir_lock);
	lock_release(&a->dir_lock);
}

static void do_rename(struct bench *b, struct model *m)
{
	size_t d, n, to_d, to_n;
	struct name from = draw_name(m, &d, &n), to = draw_name(m, &to_d, &to_n);
	unsigned flags = draw(m, 2) ? LX_RENAME_EXCHANGE : 0;
	struct inode *moved = m->meant[d][n], *there = m->meant[to_d][to_n];
	int r;

	if (!moved || moved == there || (flags && !there))
		return; /* the vfs has nothing to ask for */
	lock_two(b->dirs[d], b->dirs[to_d]);
	r = b->dirs[d]->ops->rename(&b->t.ctx, b->dirs[d], &from, moved, b->dirs[to_d], &to, there,
				    flags);
	unlock_two(b->dirs[d], b->dirs[to_d]);
	EXPECT_EQ(r, 0);
	m->meant[to_d][to_n] = moved;
	m->meant[d][n] = flags ? there : NULL;
}

static uint32_t links_to(const struct model *m, const struct inode *i)
{
	uint32_t links = 0;

	for (size_t d = 0; d < DIRS; d++) {
		for (size_t n = 0; n < NAMES; n++)
			links += m->meant[d][n] == i;
	}
	return links;
}

static void do_look_up(struct bench *b, struct model *m)
{
	size_t d, n;
	struct name name = draw_name(m, &d, &n);
	struct inode *dir = b->dirs[d], *i;
	int r;

	lock_acquire(&dir->dir_lock);
	r = dir->ops->lookup(&b->t.ctx, dir, &name, &i);
	lock_release(&dir->dir_lock);
	EXPECT_EQ(r, m->meant[d][n] ? 0 : -ENOENT);
	if (r < 0)
		return;
	EXPECT_TRUE(i == m->meant[d][n]);
	EXPECT_EQ(i->nlink, links_to(m, i));
	inode_put(i);
}

TEST(random_operations_leave_the_names_that_a_table_would_hold)
{
	static void (*const ops[])(struct bench * b, struct model * m) = {do_create,  do_create,
									  do_link,    do_unlink,
									  do_rename,  do_rename,
									  do_look_up, do_look_up};

	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct model m = {.seed = seed};
		struct bench b;

		begin(&b);
		for (int i = 0; i < 3000; i++)
			ops[draw(&m, ARRAY_SIZE(ops))](&b, &m);
		for (size_t d = 0; d < DIRS; d++)
			EXPECT_EQ(b.dirs[d]->nlink, d == 0 ? 2 + DIRS - 1 : 2);
		end(&b);
	}
}

TEST(directories_count_the_directories_in_them)
{
	struct name a = name_of("a"), x = name_of("x"), y = name_of("y");
	struct inode *moved, *root;
	struct bench b;

	begin(&b);
	root = b.sb->root;
	EXPECT_EQ(make_dir(&b, b.dirs[1], "x", &moved), 0);
	EXPECT_EQ(b.dirs[1]->nlink, 3);
	lock_two(b.dirs[1], b.dirs[2]);
	EXPECT_EQ(root->ops->rename(&b.t.ctx, b.dirs[1], &x, moved, b.dirs[2], &y, NULL, 0), 0);
	unlock_two(b.dirs[1], b.dirs[2]);
	EXPECT_EQ(b.dirs[1]->nlink, 2);
	EXPECT_EQ(b.dirs[2]->nlink, 3);
	lock_acquire(&root->dir_lock);
	EXPECT_ERR(root->ops->rename(&b.t.ctx, root, &a, b.dirs[1], root, &(struct name){"b", 1, 0},
				     b.dirs[2], 0),
		   ENOTEMPTY);
	EXPECT_ERR(root->ops->rmdir(&b.t.ctx, root, &(struct name){"b", 1, 0}, b.dirs[2]),
		   ENOTEMPTY);
	EXPECT_EQ(root->ops->rename(&b.t.ctx, root, &(struct name){"c", 1, 0}, b.dirs[3], root, &a,
				    b.dirs[1], 0),
		  0);
	EXPECT_EQ(root->nlink, 4);
	EXPECT_EQ(b.dirs[1]->nlink, 0);
	EXPECT_ERR(root->ops->rename(&b.t.ctx, root, &a, b.dirs[3], root, &x, NULL,
				     LX_RENAME_WHITEOUT),
		   EINVAL);
	lock_release(&root->dir_lock);
	inode_put(moved);
	end(&b);
}

/* ---- reading ---- */

struct listing {
	struct dir_sink sink;
	size_t room, n;
	char names[FILES_MAX][8];
};

static bool take(struct dir_sink *s, const char *name, size_t len, uint64_t ino UNUSED,
		 uint8_t d_type UNUSED, int64_t next_pos UNUSED)
{
	struct listing *l = container_of(s, struct listing, sink);

	if (l->room == 0)
		return false;
	l->room--;
	EXPECT_TRUE(len < sizeof(l->names[0]) && l->n < FILES_MAX);
	memcpy(l->names[l->n], name, len);
	l->names[l->n++][len] = 0;
	return true;
}

static size_t times_listed(const struct listing *l, const char *name)
{
	size_t times = 0;

	for (size_t i = 0; i < l->n; i++)
		times += strcmp(l->names[i], name) == 0;
	return times;
}

static void create(struct bench *b, struct inode *dir, const char *s)
{
	struct name n = name_of(s);
	struct inode *i;

	lock_acquire(&dir->dir_lock);
	EXPECT_EQ(dir->ops->create(&b->t.ctx, dir, &n, 0644, &i), 0);
	lock_release(&dir->dir_lock);
	inode_put(i);
}

static void unlink_name(struct bench *b, struct inode *dir, const char *s)
{
	struct name n = name_of(s);
	struct inode *i;

	EXPECT_EQ(look_up(b, dir, s, &i), 0);
	lock_acquire(&dir->dir_lock);
	EXPECT_EQ(dir->ops->unlink(&b->t.ctx, dir, &n, i), 0);
	lock_release(&dir->dir_lock);
	inode_put(i);
}

static void read_some(struct bench *b, struct file *f, struct listing *l, size_t room)
{
	int64_t pos = f->pos;

	l->room = room;
	GUARD(&f->inode->dir_lock);
	EXPECT_EQ(f->ops->iterate(&b->t.ctx, f, &l->sink, &pos), 0);
	f->pos = pos;
}

TEST(a_directory_is_read_whole_while_it_changes)
{
	static struct listing l;
	struct inode *dir;
	struct file *f;
	struct bench b;
	char s[16];

	begin(&b);
	dir = b.dirs[1];
	l = (struct listing){.sink.emit = take};
	for (int i = 0; i < 20; i++) {
		(void)snprintf(s, sizeof(s), "f%d", i);
		create(&b, dir, s);
	}
	EXPECT_EQ(file_new_anon("dir", inode_get(dir), NULL, FILE_SEEKABLE, LX_O_RDONLY, NULL, &f),
		  0);
	EXPECT_EQ(dir->ops->open(&b.t.ctx, dir, f), 0);
	read_some(&b, f, &l, 1);
	EXPECT_STREQ(l.names[0], ".");
	read_some(&b, f, &l, 8);
	EXPECT_STREQ(l.names[1], "..");
	EXPECT_STREQ(l.names[8], "f6");
	unlink_name(&b, dir, "f2");  /* was read */
	unlink_name(&b, dir, "f10"); /* was not */
	unlink_name(&b, dir, "f7");  /* is next */
	create(&b, dir, "new");
	read_some(&b, f, &l, FILES_MAX);
	for (int i = 0; i < 20; i++) {
		(void)snprintf(s, sizeof(s), "f%d", i);
		EXPECT_EQ(times_listed(&l, s), i == 10 || i == 7 ? 0 : 1);
	}
	EXPECT_EQ(times_listed(&l, "new"), 1);
	read_some(&b, f, &l, FILES_MAX);
	EXPECT_EQ(l.n, 2 + 18 + 1); /* the end stays the end */
	file_put(f);
	end(&b);
}

/* ---- options ---- */

TEST(options_are_those_of_tmpfs)
{
	struct tmpfs_options o = TMPFS_OPTIONS_DEFAULT;

	EXPECT_EQ(tmpfs_parse("size=1m,mode=755,uid=3,gid=4,nr_inodes=10k", &o), 0);
	EXPECT_EQ(o.size, 1 << 20);
	EXPECT_EQ(o.mode, 0755);
	EXPECT_EQ(o.uid, 3);
	EXPECT_EQ(o.gid, 4);
	EXPECT_EQ(o.nr_inodes, 10240);
	EXPECT_EQ(tmpfs_parse("", &o), 0);
	EXPECT_ERR(tmpfs_parse("size", &o), EINVAL);
	EXPECT_ERR(tmpfs_parse("size=", &o), EINVAL);
	EXPECT_ERR(tmpfs_parse("size=1x", &o), EINVAL);
	EXPECT_ERR(tmpfs_parse("size=99999999999999999999g", &o), EINVAL);
	EXPECT_ERR(tmpfs_parse("mode=999", &o), EINVAL);
	EXPECT_ERR(tmpfs_parse("colour=red", &o), EINVAL);
}

/* ---- extended attributes ---- */

TEST(extended_attributes_are_kept_listed_and_removed)
{
	const struct inode_ops *ops;
	struct bench b;
	struct inode *i;
	char buf[64];

	begin(&b);
	create(&b, b.sb->root, "f");
	EXPECT_EQ(look_up(&b, b.sb->root, "f", &i), 0);
	ops = i->ops;
	EXPECT_ERR(ops->getxattr(&b.t.ctx, i, "user.x", buf, sizeof(buf)), ENODATA);
	EXPECT_ERR(ops->setxattr(&b.t.ctx, i, "user.x", "v", 1, LX_XATTR_REPLACE), ENODATA);
	EXPECT_EQ(ops->setxattr(&b.t.ctx, i, "user.x", "value", 5, LX_XATTR_CREATE), 0);
	EXPECT_ERR(ops->setxattr(&b.t.ctx, i, "user.x", "v", 1, LX_XATTR_CREATE), EEXIST);
	EXPECT_EQ(ops->setxattr(&b.t.ctx, i, "trusted.y", "", 0, 0), 0);
	EXPECT_EQ(ops->getxattr(&b.t.ctx, i, "user.x", NULL, 0), 5);
	EXPECT_ERR(ops->getxattr(&b.t.ctx, i, "user.x", buf, 4), ERANGE);
	EXPECT_EQ(ops->getxattr(&b.t.ctx, i, "user.x", buf, 5), 5);
	EXPECT_MEMEQ(buf, "value", 5);
	EXPECT_EQ(ops->listxattr(&b.t.ctx, i, NULL, 0), sizeof("user.x") + sizeof("trusted.y"));
	EXPECT_EQ(ops->removexattr(&b.t.ctx, i, "user.x"), 0);
	EXPECT_ERR(ops->removexattr(&b.t.ctx, i, "user.x"), ENODATA);
	inode_put(i);
	end(&b);
}

TEST(a_deep_tree_goes_without_a_deep_stack)
{
	const struct tmpfs_options o = TMPFS_OPTIONS_DEFAULT;
	struct inode *at = NULL, *made;
	struct superblock *sb;

	EXPECT_EQ(tmpfs_new(&o, &sb), 0);
	for (int i = 0; i < 100000; i++) {
		EXPECT_EQ(tmpfs_add_node(sb, at, "d", LX_S_IFDIR | 0755, 0, NULL, &made), 0);
		inode_put(at);
		at = made;
	}
	inode_put(at);
	superblock_put(sb);
}

TEST_MAIN()
