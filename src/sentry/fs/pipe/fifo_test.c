/* SPDX-License-Identifier: Apache-2.0 */
/* Opening FIFOs: who waits for whom, and openers and closers that race for the ring. */
#include "sentry/vfs/special.h"

#include <sched.h>

#include "abi/errno.h"
#include "abi/poll.h"
#include "abi/stat.h"
#include "host/thread.h"
#include "sentry/fs/pipe/pipe.h"
#include "sentry/fs/test_ctx.h"
#include "sentry/fs/tmpfs/tmpfs.h"
#include "sentry/vfs/inode.h"

/* A FIFO in a tmpfs; files are opened as the vfs does it. */
struct bench {
	struct test_ctx t;
	struct superblock *sb;
	struct inode *fifo;
};

static void begin(struct bench *b)
{
	const struct tmpfs_options o = TMPFS_OPTIONS_DEFAULT;

	pipe_register();
	test_ctx_init(&b->t);
	EXPECT_EQ(tmpfs_new(&o, &b->sb), 0);
	EXPECT_EQ(tmpfs_add_node(b->sb, NULL, "fifo", LX_S_IFIFO | 0600, 0, NULL, &b->fifo), 0);
}

static void end(struct bench *b)
{
	EXPECT_TRUE(b->fifo->fifo == NULL);
	inode_put(b->fifo);
	superblock_put(b->sb);
	test_ctx_fini(&b->t);
}

static int open_fifo(struct test_ctx *t, struct inode *fifo, unsigned flags, struct file **ret)
{
	struct file *f;
	int r = file_new_anon("fifo", inode_get(fifo), NULL, FILE_STREAM, flags, NULL, &f);

	if (r < 0) {
		inode_put(fifo);
		return r;
	}
	r = vfs_fifo_open(&t->ctx, fifo, f);
	if (r < 0)
		file_put(f);
	else
		*ret = f;
	return r;
}

TEST(who_does_not_wait_reads_nothing_or_is_refused)
{
	struct file *rd, *wr;
	struct bench b;
	char c;

	begin(&b);
	EXPECT_ERR(open_fifo(&b.t, b.fifo, LX_O_WRONLY | LX_O_NONBLOCK, &wr), ENXIO);
	EXPECT_EQ(open_fifo(&b.t, b.fifo, LX_O_RDONLY | LX_O_NONBLOCK, &rd), 0);
	EXPECT_EQ(test_read(&b.t, rd, &c, 1), 0);
	EXPECT_EQ(open_fifo(&b.t, b.fifo, LX_O_WRONLY | LX_O_NONBLOCK, &wr), 0);
	EXPECT_ERR(test_read(&b.t, rd, &c, 1), EAGAIN);
	EXPECT_EQ(test_write(&b.t, wr, "x", 1), 1);
	EXPECT_EQ(test_read(&b.t, rd, &c, 1), 1);
	file_put(wr);
	file_put(rd);
	end(&b);
}

TEST(a_hang_up_is_told_once_a_writer_came_and_went_not_before)
{
	struct file *rd, *again, *wr;
	struct bench b;

	begin(&b);
	EXPECT_EQ(open_fifo(&b.t, b.fifo, LX_O_RDONLY | LX_O_NONBLOCK, &rd), 0);
	EXPECT_EQ(file_poll(rd), 0);
	EXPECT_EQ(open_fifo(&b.t, b.fifo, LX_O_WRONLY | LX_O_NONBLOCK, &wr), 0);
	file_put(wr);
	EXPECT_EQ(file_poll(rd), LX_POLLHUP);
	EXPECT_EQ(open_fifo(&b.t, b.fifo, LX_O_RDONLY | LX_O_NONBLOCK, &again), 0);
	EXPECT_EQ(file_poll(again), 0); /* that writer was before its time */
	EXPECT_EQ(open_fifo(&b.t, b.fifo, LX_O_WRONLY | LX_O_NONBLOCK, &wr), 0);
	file_put(wr);
	EXPECT_EQ(file_poll(again), LX_POLLHUP);
	file_put(rd);
	file_put(again);
	end(&b);
}

TEST(what_nobody_read_is_gone_with_the_last_opener)
{
	struct file *both, *rd;
	struct bench b;
	char c;

	begin(&b);
	EXPECT_EQ(open_fifo(&b.t, b.fifo, LX_O_RDWR, &both), 0);
	EXPECT_EQ(test_write(&b.t, both, "x", 1), 1);
	file_put(both);
	EXPECT_EQ(open_fifo(&b.t, b.fifo, LX_O_RDONLY | LX_O_NONBLOCK, &rd), 0);
	EXPECT_EQ(test_read(&b.t, rd, &c, 1), 0);
	file_put(rd);
	end(&b);
}

TEST(a_wait_for_a_partner_is_ended_by_a_signal)
{
	struct file *f;
	struct bench b;

	begin(&b);
	test_ctx_interrupt(&b.t);
	EXPECT_ERR(open_fifo(&b.t, b.fifo, LX_O_RDONLY, &f), LX_ERESTARTSYS);
	EXPECT_ERR(open_fifo(&b.t, b.fifo, LX_O_WRONLY, &f), LX_ERESTARTSYS);
	EXPECT_ERR(open_fifo(&b.t, b.fifo, LX_O_WRONLY | LX_O_NONBLOCK, &f),
		   ENXIO); /* it left nothing behind */
	end(&b);
}

/* --- races --- */

enum { ROUNDS = 3000 };

struct opener {
	struct host_thread host;
	struct test_ctx t;
	struct inode *fifo;
	unsigned flags;
	_Atomic uint32_t rounds;
	bool failed;
};

static _Atomic bool stop;

static void open_and_close(void *arg)
{
	struct opener *o = arg;

	while (!atomic_load(&stop) && !o->failed) {
		struct file *f;

		o->failed = open_fifo(&o->t, o->fifo, o->flags, &f) != 0;
		if (!o->failed)
			file_put(f);
		atomic_fetch_add(&o->rounds, 1);
	}
}

static void start(struct opener *o, struct bench *b, unsigned flags)
{
	*o = (struct opener){.fifo = b->fifo, .flags = flags};
	test_ctx_init(&o->t);
	EXPECT_EQ(host_thread_start(&o->host, "opener", open_and_close, o), 0);
}

static void join(struct opener *o)
{
	host_thread_join(&o->host);
	EXPECT_FALSE(o->failed);
	test_ctx_fini(&o->t);
}

TEST(openers_and_closers_never_miss_each_other_nor_leave_a_ring_behind)
{
	static struct opener hasty[2];
	struct bench b;

	begin(&b);
	atomic_store(&stop, false);
	start(&hasty[0], &b, LX_O_RDWR);
	start(&hasty[1], &b, LX_O_RDONLY | LX_O_NONBLOCK);
	for (int i = 0; i < 50; i++) {
		struct file *f;

		for (int k = 0; k < 100; k++) {
			EXPECT_EQ(open_fifo(&b.t, b.fifo, LX_O_RDWR | LX_O_NONBLOCK, &f), 0);
			file_put(f);
		}
	}
	atomic_store(&stop, true);
	join(&hasty[0]);
	join(&hasty[1]);
	end(&b);
}

/* Each opening waits for the other side, which comes again and again: whoever is left alone has
 * missed it. */
TEST(a_reader_and_a_writer_meet_each_time)
{
	static struct opener rd, wr;
	struct bench b;
	struct file *f;

	begin(&b);
	atomic_store(&stop, false);
	start(&rd, &b, LX_O_RDONLY);
	start(&wr, &b, LX_O_WRONLY);
	while (atomic_load(&rd.rounds) < ROUNDS || atomic_load(&wr.rounds) < ROUNDS)
		sched_yield();
	atomic_store(&stop, true);
	EXPECT_EQ(open_fifo(&b.t, b.fifo, LX_O_RDWR, &f),
		  0); /* a partner for the one that waits at the end */
	join(&rd);
	join(&wr);
	file_put(f);
	end(&b);
}

TEST_MAIN()
