/* SPDX-License-Identifier: Apache-2.0 */
/* Names and numbers of pseudo-terminals. */
#include "sentry/fs/devpts/devpts.h"

#include "abi/mount.h"
#include "base/strbuf.h"
#include "sentry/fs/test_ctx.h"
#include "sentry/fs/tty/ctty.h"
#include "sentry/fs/tty/pty.h"
#include "sentry/vfs/inode.h"
#include "sentry/vfs/mount.h"
#include "sentry/vfs/namei.h"

struct bench {
	struct test_ctx t;
	struct mnt_ns *ns;
	struct path root;
};

static void begin(struct bench *b, const char *options)
{
	struct superblock *sb;

	test_ctx_init(&b->t);
	EXPECT_EQ(devpts_register(), 0);
	EXPECT_EQ(devpts_new(options, &sb), 0);
	EXPECT_EQ(mnt_ns_new(sb, "devpts", 0, &b->ns), 0);
	superblock_put(sb);
	b->root = mnt_ns_root(b->ns);
}

static void end(struct bench *b)
{
	path_put(&b->root);
	mnt_ns_put(b->ns);
	test_ctx_fini(&b->t);
}

static int try_open(struct bench *b, const char *name, struct file **ret)
{
	struct path p;
	int r = vfs_walk(&b->t.ctx, NULL, &b->root, name, 0, &p);

	if (r < 0)
		return r;
	r = vfs_open_path(&b->t.ctx, &p, LX_O_RDWR | LX_O_NONBLOCK | LX_O_NOCTTY, ret);
	path_put(&p);
	return r;
}

static struct file *must_open(struct bench *b, const char *name)
{
	struct file *f = NULL;

	EXPECT_EQ(try_open(b, name, &f), 0);
	return f;
}

/* TIOCSPTLCK takes its argument from guest memory, which is not there. */
static void unlock(struct bench *b UNUSED, struct file *m)
{
	struct pty *p = pty_of_master(m);

	pty_unlock(p);
	pty_put(p);
}

TEST(a_name_lives_as_long_as_its_master_and_a_number_as_long_as_both_sides)
{
	struct bench b;
	struct file *m0, *m1, *s0, *m2;

	begin(&b, "ptmxmode=0666,mode=0620,gid=5");
	EXPECT_ERR(try_open(&b, "0", &m0), ENOENT);
	m0 = must_open(&b, "ptmx");
	m1 = must_open(&b, "ptmx");
	EXPECT_ERR(try_open(&b, "0", &s0), EIO); /* locked */
	EXPECT_ERR(try_open(&b, "00", &s0), ENOENT);
	EXPECT_ERR(try_open(&b, "2", &s0), ENOENT);
	EXPECT_EQ(devpts_open_peer(&b.t.ctx, m0, LX_O_RDWR, &s0), -EIO);
	unlock(&b, m0);
	EXPECT_EQ(devpts_open_peer(&b.t.ctx, m0, LX_O_RDWR, &s0), 0);
	EXPECT_EQ(try_open(&b, "0/x", &m2), -ENOTDIR);
	file_put(m0);
	EXPECT_ERR(try_open(&b, "0", &m2), ENOENT);
	m2 = must_open(&b, "ptmx"); /* 0 is still in use */
	EXPECT_ERR(try_open(&b, "2", &m0), EIO);
	file_put(s0);
	m0 = must_open(&b, "ptmx");
	EXPECT_ERR(try_open(&b, "0", &s0), EIO);
	file_put(m0);
	file_put(m1);
	file_put(m2);
	end(&b);
}

TEST(owner_and_mode_are_the_options)
{
	struct bench b;
	struct file *m;
	struct path p;
	struct kstat st;

	begin(&b, "mode=0640,uid=11,gid=12");
	m = must_open(&b, "ptmx");
	EXPECT_EQ(vfs_walk(&b.t.ctx, NULL, &b.root, "0", 0, &p), 0);
	EXPECT_EQ(vfs_getattr(&b.t.ctx, &p, &st), 0);
	EXPECT_EQ(st.mode, LX_S_IFCHR | 0640);
	EXPECT_EQ(st.uid, 11);
	EXPECT_EQ(st.gid, 12);
	EXPECT_EQ(st.rdev, 0x8800);
	path_put(&p);
	EXPECT_EQ(vfs_walk(&b.t.ctx, NULL, &b.root, "ptmx", 0, &p), 0);
	EXPECT_EQ(vfs_getattr(&b.t.ctx, &p, &st), 0);
	EXPECT_EQ(st.mode, LX_S_IFCHR);
	EXPECT_EQ(st.rdev, 0x502);
	path_put(&p);
	file_put(m);
	end(&b);
}

TEST(there_are_at_most_max_numbers_and_the_lowest_is_taken)
{
	struct bench b;
	struct file *m0, *m1, *none;

	begin(&b, "max=2");
	m0 = must_open(&b, "ptmx");
	m1 = must_open(&b, "ptmx");
	EXPECT_ERR(try_open(&b, "ptmx", &none), ENOSPC);
	file_put(m0);
	m0 = must_open(&b, "ptmx");
	EXPECT_ERR(try_open(&b, "1", &none), EIO);
	EXPECT_ERR(try_open(&b, "0", &none), EIO);
	file_put(m1);
	EXPECT_ERR(try_open(&b, "1", &none), ENOENT);
	file_put(m0);
	end(&b);
}

TEST(options_are_checked_and_shown)
{
	struct strbuf s = STRBUF_INIT;
	struct superblock *sb;

	EXPECT_ERR(devpts_new("mode=9", &sb), EINVAL);
	EXPECT_ERR(devpts_new("max=2000000", &sb), EINVAL);
	EXPECT_ERR(devpts_new("nonsense", &sb), EINVAL);
	EXPECT_ERR(devpts_new("uid=4294967295", &sb), EINVAL);
	EXPECT_ERR(devpts_new("uid=", &sb), EINVAL);
	EXPECT_EQ(devpts_new("newinstance,gid=5,mode=620,ptmxmode=666,max=9", &sb), 0);
	sb->ops->show_options(sb, &s);
	EXPECT_EQ(strcmp(strbuf_str(&s), ",gid=5,mode=620,ptmxmode=666,max=9"), 0);
	strbuf_fini(&s);
	superblock_put(sb);
}

/* A terminal of somebody else's, as a container's console. */
static int opened;

static void ctty_nothing(struct ctty *c UNUSED)
{
}

static int ctty_open_it(struct ctx *ctx UNUSED, struct ctty *c UNUSED, struct file *f UNUSED)
{
	opened++;
	return -EBUSY;
}

static const struct ctty_ops some_ops = {
	.get = ctty_nothing,
	.put = ctty_nothing,
	.open = ctty_open_it,
	.hangup = ctty_nothing,
};

TEST(a_terminal_from_outside_has_a_number_among_the_others)
{
	struct bench b;
	struct ctty c;
	struct file *m, *none;
	uint32_t index;

	begin(&b, NULL);
	m = must_open(&b, "ptmx");
	ctty_init(&c, &some_ops, 0);
	EXPECT_EQ(devpts_add_terminal(mount_sb(b.root.mnt), &c, 0, 0, &index), 0);
	EXPECT_EQ(index, 1);
	EXPECT_EQ(c.rdev, 0x8801);
	EXPECT_ERR(try_open(&b, "1", &none), EBUSY);
	EXPECT_EQ(opened, 1);
	file_put(m);
	end(&b);
}

TEST_MAIN()
