/* SPDX-License-Identifier: Apache-2.0 */
/* The devices of /dev, opened by their numbers as the vfs does it. */
#include "sentry/fs/dev/dev.h"

#include "abi/ioctl.h"
#include "abi/poll.h"
#include "abi/stat.h"
#include "sentry/fs/test_ctx.h"
#include "sentry/vfs/inode.h"

struct bench {
	struct test_ctx t;
	struct superblock *sb;
};

static void begin(struct bench *b)
{
	test_ctx_init(&b->t);
	EXPECT_EQ(devfs_new(&b->sb), 0);
}

static void end(struct bench *b)
{
	superblock_put(b->sb);
	test_ctx_fini(&b->t);
}

static struct inode *look_up(struct bench *b, const char *s)
{
	struct inode *dir = b->sb->root, *i;
	struct name name;

	name_init(&name, s, strlen(s));
	GUARD(&dir->dir_lock);
	EXPECT_EQ(dir->ops->lookup(&b->t.ctx, dir, &name, &i), 0);
	return i;
}

static int try_open(struct bench *b, struct inode *i, struct file **ret)
{
	struct file *f;
	vfs_open_fn fn = vfs_chrdev_find(i->rdev);
	int r = file_new_anon("device", i, NULL, FILE_SEEKABLE, LX_O_RDWR, NULL, &f);

	EXPECT_EQ(r, 0);
	r = fn ? fn(&b->t.ctx, f->inode, f) : -ENXIO;
	if (r < 0)
		file_put(f);
	else
		*ret = f;
	return r;
}

static struct file *open_device(struct bench *b, const char *name)
{
	struct file *f;

	EXPECT_EQ(try_open(b, look_up(b, name), &f), 0);
	return f;
}

TEST(null_takes_everything_and_gives_nothing)
{
	struct bench b;
	struct file *f;
	char buf[100];

	begin(&b);
	f = open_device(&b, "null");
	EXPECT_EQ(test_read(&b.t, f, buf, sizeof(buf)), 0);
	EXPECT_EQ(test_write(&b.t, f, buf, sizeof(buf)), sizeof(buf));
	EXPECT_EQ(file_seek(&b.t.ctx, f, 55, LX_SEEK_SET), 0);
	EXPECT_TRUE(f->ops->mappable == NULL);
	EXPECT_TRUE(f->ops->poll == NULL); /* epoll refuses it, as on Linux */
	file_put(f);
	end(&b);
}

TEST(zero_and_full_give_zeroes_and_full_takes_nothing)
{
	static const char zeroes[10000];
	static char buf[10000];
	struct mappable *m;
	struct bench b;
	struct file *f;

	begin(&b);
	for (int i = 0; i < 2; i++) {
		f = open_device(&b, i == 0 ? "zero" : "full");
		memset(buf, 1, sizeof(buf));
		EXPECT_EQ(test_read(&b.t, f, buf, sizeof(buf)), sizeof(buf));
		EXPECT_MEMEQ(buf, zeroes, sizeof(buf));
		EXPECT_EQ(test_write(&b.t, f, buf, 10), i == 0 ? 10 : -ENOSPC);
		if (i == 0) {
			EXPECT_EQ(f->ops->mappable(&b.t.ctx, f, &m), 0);
			EXPECT_TRUE(m == NULL); /* anonymous memory */
		}
		file_put(f);
	}
	end(&b);
}

TEST(a_signal_ends_a_long_read_after_what_was_read)
{
	static char buf[100000];
	struct bench b;
	struct file *f;

	begin(&b);
	test_ctx_interrupt(&b.t);
	f = open_device(&b, "zero");
	EXPECT_EQ(test_read(&b.t, f, buf, sizeof(buf)), 4096);
	file_put(f);
	f = open_device(&b, "urandom");
	EXPECT_EQ(test_read(&b.t, f, buf, sizeof(buf)), 4096);
	EXPECT_EQ(test_read(&b.t, f, buf, 256), 256);
	file_put(f);
	end(&b);
}

TEST(random_bytes_differ_each_time)
{
	char one[5000], two[5000];
	struct bench b;
	struct file *f;

	begin(&b);
	f = open_device(&b, "random");
	EXPECT_EQ(test_read(&b.t, f, one, sizeof(one)), sizeof(one));
	EXPECT_EQ(test_read(&b.t, f, two, sizeof(two)), sizeof(two));
	EXPECT_NE(memcmp(one, two, 16), 0);
	EXPECT_NE(memcmp(one + 4096, one, 16), 0); /* pieces are not repeated either */
	EXPECT_EQ(test_write(&b.t, f, one, sizeof(one)), sizeof(one));
	EXPECT_EQ(file_poll(f), LX_POLLIN | LX_POLLRDNORM | LX_POLLOUT | LX_POLLWRNORM);
	file_put(f);
	end(&b);
}

TEST(the_pool_is_reseeded_by_the_privileged_only)
{
	struct bench b;
	struct file *f;

	begin(&b);
	f = open_device(&b, "random");
	EXPECT_EQ(file_ioctl(&b.t.ctx, f, NULL, LX_RNDRESEEDCRNG, 0), 0);
	EXPECT_ERR(file_ioctl(&b.t.ctx, f, NULL, 0x1234, 0), EINVAL);
	cred_put(b.t.ctx.cred);
	b.t.ctx.cred = cred_new(1000, 1000, NULL, 0);
	EXPECT_ERR(file_ioctl(&b.t.ctx, f, NULL, LX_RNDRESEEDCRNG, 0), EPERM);
	EXPECT_ERR(file_ioctl(&b.t.ctx, f, NULL, LX_RNDADDENTROPY, 0), EPERM);
	file_put(f);
	end(&b);
}

TEST(numbers_without_a_device_and_a_tty_without_a_session_do_not_open)
{
	struct bench b;
	struct file *f;

	begin(&b);
	EXPECT_ERR(try_open(&b, look_up(&b, "tty"), &f), ENXIO);
	EXPECT_TRUE(vfs_chrdev_find(dev_make(1, 3)) != NULL);
	EXPECT_TRUE(vfs_chrdev_find(dev_make(240, 0)) == NULL);
	end(&b);
}

TEST(a_second_dev_has_the_same_devices)
{
	struct bench one, two;
	struct file *f;

	begin(&one);
	begin(&two);
	f = open_device(&two, "null");
	file_put(f);
	end(&one);
	end(&two);
}

TEST_MAIN()
