/* SPDX-License-Identifier: Apache-2.0 */
/* Pipes: order, ends, packets, capacity, readiness; and that writes up to PIPE_BUF stay whole among
 * many writers. */
#include "sentry/fs/pipe/pipe.h"

#include "abi/errno.h"
#include "abi/poll.h"
#include "abi/signal.h"
#include "host/thread.h"
#include "sentry/fs/pipe/pipe_priv.h"
#include "sentry/fs/test_ctx.h"

struct bench {
	struct test_ctx t;
	struct file *rd, *wr;
};

static void begin(struct bench *b, unsigned flags)
{
	pipe_register();
	test_ctx_init(&b->t);
	EXPECT_EQ(pipe_new(&b->t.ctx, flags, &b->rd, &b->wr), 0);
}

static void end(struct bench *b)
{
	file_put(b->rd);
	file_put(b->wr);
	test_ctx_fini(&b->t);
}

static void fill(char *buf, size_t n, uint32_t seed)
{
	for (size_t i = 0; i < n; i++)
		buf[i] = (char)(seed + i * 7 + i / 251);
}

TEST(bytes_come_out_in_order_whatever_the_sizes)
{
	enum { SIZE = 300000 };
	char *in = malloc(SIZE), *out = malloc(SIZE);
	size_t put = 0, got = 0;
	uint64_t seed = 1;
	struct bench b;

	begin(&b, LX_O_NONBLOCK);
	fill(in, SIZE, 3);
	while (got < SIZE) {
		ssize_t n;

		seed = seed * 6364136223846793005ULL + 1;
		n = test_write(&b.t, b.wr, in + put, MIN((size_t)SIZE - put, (size_t)(seed >> 50)));
		EXPECT_TRUE(n >= 0 || n == -EAGAIN);
		put += n > 0 ? (size_t)n : 0;
		n = test_read(&b.t, b.rd, out + got,
			      MIN((size_t)SIZE - got, (size_t)(seed >> 20 & 0x3fff)));
		EXPECT_TRUE(n >= 0 || n == -EAGAIN);
		got += n > 0 ? (size_t)n : 0;
	}
	EXPECT_MEMEQ(in, out, SIZE);
	free(in);
	free(out);
	end(&b);
}

TEST(a_small_write_goes_in_whole_or_not_at_all)
{
	static char buf[PIPE_BUF_SIZE * PIPE_DEFAULT_SLOTS];
	struct bench b;

	begin(&b, LX_O_NONBLOCK);
	EXPECT_EQ(test_write(&b.t, b.wr, buf, sizeof(buf) - 100), sizeof(buf) - 100);
	EXPECT_ERR(test_write(&b.t, b.wr, buf, 200), EAGAIN);
	EXPECT_EQ(test_write(&b.t, b.wr, buf, 100), 100);
	EXPECT_ERR(test_write(&b.t, b.wr, buf, 1), EAGAIN);
	EXPECT_EQ(test_read(&b.t, b.rd, buf, PIPE_BUF_SIZE), PIPE_BUF_SIZE);
	EXPECT_EQ(test_write(&b.t, b.wr, buf, sizeof(buf)),
		  PIPE_BUF_SIZE); /* a long one goes in as far as it can */
	end(&b);
}

TEST(the_end_comes_after_the_last_byte)
{
	struct bench b;
	char c;

	begin(&b, 0);
	EXPECT_EQ(test_write(&b.t, b.wr, "x", 1), 1);
	file_put(TAKE(b.wr));
	EXPECT_EQ(file_poll(b.rd), LX_POLLIN | LX_POLLRDNORM | LX_POLLHUP);
	EXPECT_EQ(test_read(&b.t, b.rd, &c, 1), 1);
	EXPECT_EQ(test_read(&b.t, b.rd, &c, 1), 0);
	EXPECT_EQ(file_poll(b.rd), LX_POLLHUP);
	end(&b);
}

TEST(without_a_reader_writing_is_a_broken_pipe)
{
	struct bench b;

	begin(&b, 0);
	EXPECT_EQ(file_poll(b.wr), LX_POLLOUT | LX_POLLWRNORM);
	file_put(TAKE(b.rd));
	EXPECT_EQ(file_poll(b.wr), LX_POLLOUT | LX_POLLWRNORM | LX_POLLERR);
	EXPECT_EQ(test_write(&b.t, b.wr, "x", 0), 0);
	EXPECT_EQ(b.t.signalled, 0);
	EXPECT_ERR(test_write(&b.t, b.wr, "x", 1), EPIPE);
	EXPECT_EQ(b.t.signalled, LX_SIGPIPE);
	end(&b);
}

TEST(a_packet_is_read_alone_and_its_rest_is_lost)
{
	struct bench b;
	char buf[16];

	begin(&b, LX_O_DIRECT | LX_O_NONBLOCK);
	EXPECT_EQ(test_write(&b.t, b.wr, "hello", 5), 5);
	EXPECT_EQ(test_write(&b.t, b.wr, "world", 5), 5);
	EXPECT_EQ(test_read(&b.t, b.rd, buf, 2), 2);
	EXPECT_EQ(test_read(&b.t, b.rd, buf, sizeof(buf)), 5);
	EXPECT_MEMEQ(buf, "world", 5);
	EXPECT_ERR(test_read(&b.t, b.rd, buf, 1), EAGAIN);
	end(&b);
}

TEST(the_size_changes_but_never_below_what_is_inside)
{
	static char buf[3 * PIPE_BUF_SIZE];
	struct bench b;
	struct ctx *ctx = &b.t.ctx;

	begin(&b, LX_O_NONBLOCK);
	EXPECT_EQ(b.rd->ops->fcntl(ctx, b.rd, LX_F_GETPIPE_SZ, 0),
		  PIPE_BUF_SIZE * PIPE_DEFAULT_SLOTS);
	EXPECT_EQ(test_write(&b.t, b.wr, buf, sizeof(buf)), sizeof(buf));
	EXPECT_ERR(b.rd->ops->fcntl(ctx, b.rd, LX_F_SETPIPE_SZ, 2 * PIPE_BUF_SIZE), EBUSY);
	EXPECT_EQ(b.rd->ops->fcntl(ctx, b.rd, LX_F_SETPIPE_SZ, 3 * PIPE_BUF_SIZE),
		  4 * PIPE_BUF_SIZE);
	EXPECT_ERR(b.rd->ops->fcntl(ctx, b.rd, LX_F_SETPIPE_SZ, (1ULL << 31) + 1), EINVAL);
	EXPECT_EQ(test_read(&b.t, b.rd, buf, sizeof(buf)), sizeof(buf));
	EXPECT_EQ(b.rd->ops->fcntl(ctx, b.rd, LX_F_SETPIPE_SZ, 1), PIPE_BUF_SIZE);
	end(&b);
}

TEST(sleepers_are_ended_by_a_signal_and_keep_what_was_moved)
{
	static char buf[PIPE_BUF_SIZE * PIPE_DEFAULT_SLOTS + 100];
	struct bench b;

	begin(&b, 0);
	test_ctx_interrupt(&b.t);
	EXPECT_ERR(test_read(&b.t, b.rd, buf, 1), LX_ERESTARTSYS);
	EXPECT_EQ(test_write(&b.t, b.wr, buf, sizeof(buf)), sizeof(buf) - 100);
	EXPECT_ERR(test_write(&b.t, b.wr, buf, 1), LX_ERESTARTSYS);
	end(&b);
}

/* --- memory that ends early --- */

static size_t left;

static ssize_t get_some(struct uio *u, void *dst, size_t n)
{
	size_t fits = MIN(n, left);

	if (fits == 0)
		return -EFAULT;
	memset(dst, 'x', fits);
	left -= fits;
	uio_advance(u, fits);
	return (ssize_t)fits;
}

static const struct uio_ops short_ops = {.get = get_some};

static ssize_t write_short(struct bench *b, size_t n, size_t really)
{
	struct uio u;

	left = really;
	uio_init(&u, &short_ops, NULL, u.inline_pieces, 1, n);
	u.inline_pieces[0] = (struct uio_piece){.addr = 0, .len = n};
	return file_write(&b->t.ctx, b->wr, &u);
}

TEST(a_bad_address_leaves_no_bytes_that_were_not_written)
{
	struct bench b;
	char buf[64];

	begin(&b, LX_O_NONBLOCK);
	EXPECT_ERR(write_short(&b, 10, 0), EFAULT);
	EXPECT_EQ(write_short(&b, 10, 4), 4);
	EXPECT_EQ(write_short(&b, 3 * PIPE_BUF_SIZE, 5), 5);
	EXPECT_EQ(test_read(&b.t, b.rd, buf, sizeof(buf)), 9);
	EXPECT_ERR(test_read(&b.t, b.rd, buf, sizeof(buf)), EAGAIN);
	end(&b);
}

/* --- tee --- */

TEST(tee_copies_without_taking)
{
	struct bench from, to;
	char buf[16];

	begin(&from, LX_O_NONBLOCK);
	begin(&to, LX_O_NONBLOCK);
	EXPECT_ERR(pipe_tee(&from.t.ctx, from.rd, to.wr, 10, LX_SPLICE_F_NONBLOCK), EAGAIN);
	EXPECT_EQ(test_write(&from.t, from.wr, "hello", 5), 5);
	EXPECT_EQ(pipe_tee(&from.t.ctx, from.rd, to.wr, 3, 0), 3);
	EXPECT_EQ(pipe_tee(&from.t.ctx, from.rd, to.wr, 10, 0), 5);
	EXPECT_EQ(test_read(&to.t, to.rd, buf, sizeof(buf)), 8);
	EXPECT_MEMEQ(buf, "helhello", 8);
	EXPECT_EQ(test_read(&from.t, from.rd, buf, sizeof(buf)), 5);
	EXPECT_ERR(pipe_tee(&from.t.ctx, from.rd, from.wr, 1, 0), EINVAL);
	file_put(TAKE(from.wr));
	EXPECT_EQ(pipe_tee(&from.t.ctx, from.rd, to.wr, 10, 0), 0);
	end(&from);
	end(&to);
}

/* --- many writers --- */

enum { WRITERS = 6, ROUNDS = 400 };

struct record {
	uint32_t writer, round, len;
};

struct writer {
	struct host_thread host;
	struct test_ctx t;
	struct file *f;
	uint32_t id;
	bool failed;
};

static uint32_t record_len(uint32_t writer, uint32_t round)
{
	return (uint32_t)sizeof(struct record) +
	       (writer * 977 + round * 131) % (PIPE_BUF_SIZE - (uint32_t)sizeof(struct record) + 1);
}

static void write_records(void *arg)
{
	struct writer *w = arg;
	char buf[PIPE_BUF_SIZE];

	for (uint32_t i = 0; i < ROUNDS && !w->failed; i++) {
		struct record head = {w->id, i, record_len(w->id, i)};

		memset(buf, (int)(w->id + i), sizeof(buf));
		memcpy(buf, &head, sizeof(head));
		w->failed = test_write(&w->t, w->f, buf, head.len) != (ssize_t)head.len;
	}
}

static bool read_all(struct bench *b, char *buf, size_t n)
{
	for (size_t got = 0; got < n;) {
		ssize_t r = test_read(&b->t, b->rd, buf + got, n - got);

		if (r <= 0)
			return false;
		got += (size_t)r;
	}
	return true;
}

TEST(writes_up_to_pipe_buf_are_not_mixed_and_those_of_one_writer_stay_in_order)
{
	static struct writer writers[WRITERS];
	uint32_t next[WRITERS] = {0};
	char buf[PIPE_BUF_SIZE];
	struct bench b;

	begin(&b, 0);
	for (uint32_t i = 0; i < WRITERS; i++) {
		writers[i] = (struct writer){.f = b.wr, .id = i};
		test_ctx_init(&writers[i].t);
		EXPECT_EQ(host_thread_start(&writers[i].host, "writer", write_records, &writers[i]),
			  0);
	}
	for (uint32_t n = 0; n < WRITERS * ROUNDS; n++) {
		struct record head;

		EXPECT_TRUE(read_all(&b, buf, sizeof(head)));
		memcpy(&head, buf, sizeof(head));
		EXPECT_TRUE(head.writer < WRITERS);
		EXPECT_EQ(head.round, next[head.writer]++);
		EXPECT_EQ(head.len, record_len(head.writer, head.round));
		EXPECT_TRUE(read_all(&b, buf, head.len - sizeof(head)));
		for (size_t i = 0; i < head.len - sizeof(head); i++)
			EXPECT_EQ((unsigned char)buf[i], (unsigned char)(head.writer + head.round));
	}
	for (uint32_t i = 0; i < WRITERS; i++) {
		host_thread_join(&writers[i].host);
		EXPECT_FALSE(writers[i].failed);
		test_ctx_fini(&writers[i].t);
	}
	end(&b);
}

TEST_MAIN()
