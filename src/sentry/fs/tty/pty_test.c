/* SPDX-License-Identifier: Apache-2.0 */
/* A pair without names and without sessions: bytes, blocking, the end of either side. */
#include "sentry/fs/tty/pty.h"

#include "abi/ioctl.h"
#include "abi/poll.h"
#include "sentry/fs/test_ctx.h"
#include "sentry/fs/tty/pty_priv.h"
#include "sentry/vfs/inode.h"

struct bench {
	struct test_ctx t;
	struct pty *p;
	struct file *m, *s;
	int masters_closed, closed;
};

static void on_master_closed(void *owner, struct pty *p)
{
	struct bench *b = owner;

	EXPECT_EQ(pty_index(p), 7);
	b->masters_closed++;
}

static void on_closed(void *owner, uint32_t index)
{
	struct bench *b = owner;

	EXPECT_EQ(index, 7);
	b->closed++;
}

static const struct pty_owner_ops owner_ops = {
	.master_closed = on_master_closed,
	.closed = on_closed,
};

static struct file *blank(unsigned flags)
{
	struct file *f;

	EXPECT_EQ(file_new_anon("pty", NULL, NULL, FILE_STREAM, flags, NULL, &f), 0);
	return f;
}

static int open_slave(struct bench *b, struct file **ret)
{
	struct file *f = blank(LX_O_RDWR | LX_O_NONBLOCK);
	int r = pty_open_slave(&b->t.ctx, b->p, f);

	if (r < 0)
		file_put(f);
	else
		*ret = f;
	return r;
}

static void begin(struct bench *b)
{
	*b = (struct bench){.closed = 0};
	test_ctx_init(&b->t);
	b->p = pty_new(7, &owner_ops, b);
	b->m = blank(LX_O_RDWR | LX_O_NONBLOCK);
	pty_open_master(b->p, b->m);
	EXPECT_ERR(open_slave(b, &b->s), EIO); /* locked */
	b->p->locked = false;
	EXPECT_EQ(open_slave(b, &b->s), 0);
}

static void end(struct bench *b)
{
	file_put(b->m);
	file_put(b->s);
	pty_put(b->p);
	EXPECT_EQ(b->masters_closed, 1);
	EXPECT_EQ(b->closed, 1);
	test_ctx_fini(&b->t);
}

static void expect(struct bench *b, struct file *f, const char *want)
{
	char buf[200];

	EXPECT_EQ(test_read(&b->t, f, buf, sizeof(buf)), strlen(want));
	EXPECT_MEMEQ(buf, want, strlen(want));
}

TEST(bytes_go_both_ways)
{
	struct bench b;
	char c;

	begin(&b);
	EXPECT_ERR(test_read(&b.t, b.s, &c, 1), EAGAIN);
	EXPECT_EQ(test_write(&b.t, b.m, "hi\n", 3), 3);
	expect(&b, b.s, "hi\n");
	expect(&b, b.m, "hi\r\n");
	EXPECT_EQ(test_write(&b.t, b.s, "x\n", 2), 2);
	expect(&b, b.m, "x\r\n");
	EXPECT_ERR(test_read(&b.t, b.m, &c, 1), EAGAIN);
	end(&b);
}

TEST(the_master_reads_eio_while_no_slave_is_open_any_more)
{
	struct bench b;
	char c;

	begin(&b);
	EXPECT_EQ(test_write(&b.t, b.s, "last", 4), 4);
	file_put(b.s);
	EXPECT_EQ(file_poll(b.m) & (LX_POLLIN | LX_POLLHUP), LX_POLLIN | LX_POLLHUP);
	expect(&b, b.m, "last");
	EXPECT_ERR(test_read(&b.t, b.m, &c, 1), EIO);
	EXPECT_EQ(open_slave(&b, &b.s), 0);
	EXPECT_ERR(test_read(&b.t, b.m, &c, 1), EAGAIN);
	EXPECT_EQ(file_poll(b.m), LX_POLLOUT | LX_POLLWRNORM);
	end(&b);
}

TEST(a_slave_whose_master_is_gone_is_at_its_end)
{
	struct bench b;
	struct file *f;
	char c;

	begin(&b);
	file_put(b.m);
	b.m = NULL;
	EXPECT_EQ(b.masters_closed, 1);
	EXPECT_EQ(b.closed, 0);
	EXPECT_EQ(test_read(&b.t, b.s, &c, 1), 0);
	EXPECT_ERR(test_write(&b.t, b.s, "x", 1), EIO);
	EXPECT_EQ(file_poll(b.s) & (LX_POLLHUP | LX_POLLERR), LX_POLLHUP | LX_POLLERR);
	EXPECT_ERR(file_ioctl(&b.t.ctx, b.s, NULL, LX_TCFLSH, 0), EIO);
	EXPECT_ERR(open_slave(&b, &f), EIO);
	end(&b);
}

TEST(a_full_pair_takes_what_fits)
{
	static char big[40000];
	struct bench b;
	ssize_t n;

	begin(&b);
	memset(big, 'a', sizeof(big));
	n = test_write(&b.t, b.s, big, sizeof(big));
	EXPECT_TRUE(n > 4096 && n < (ssize_t)sizeof(big));
	EXPECT_ERR(test_write(&b.t, b.s, big, 1), EAGAIN);
	EXPECT_EQ(file_poll(b.s) & LX_POLLOUT, 0);
	EXPECT_EQ(test_read(&b.t, b.m, big, sizeof(big)), 4095);
	EXPECT_EQ(file_poll(b.s) & LX_POLLOUT, LX_POLLOUT);
	EXPECT_EQ(file_ioctl(&b.t.ctx, b.s, NULL, LX_TCFLSH, LX_TCOFLUSH), 0);
	b.p->ld.termios.c_lflag = 0;
	n = test_write(&b.t, b.m, big, sizeof(big));
	EXPECT_EQ(n, 4095 + PTY_TYPED_SIZE);
	EXPECT_EQ(test_read(&b.t, b.s, big, 100), 100); /* then more of it is taken */
	EXPECT_EQ(byteq_len(&b.p->typed), PTY_TYPED_SIZE - 100);
	end(&b);
}

TEST(vmin_and_vtime_decide_how_long_a_read_waits)
{
	struct bench b;
	char buf[10];
	int64_t t0;

	begin(&b);
	b.s->flags = LX_O_RDWR;
	b.p->ld.termios.c_lflag = 0;
	b.p->ld.termios.c_cc[LX_VMIN] = 0;
	EXPECT_EQ(test_read(&b.t, b.s, buf, 10), 0);
	b.p->ld.termios.c_cc[LX_VTIME] = 1;
	t0 = clock_monotonic_ns();
	EXPECT_EQ(test_read(&b.t, b.s, buf, 10), 0);
	EXPECT_TRUE(clock_monotonic_ns() - t0 >= 100 * MSEC);
	b.p->ld.termios.c_cc[LX_VMIN] = 5;
	EXPECT_EQ(test_write(&b.t, b.m, "abc", 3), 3);
	t0 = clock_monotonic_ns();
	EXPECT_EQ(test_read(&b.t, b.s, buf, 10), 3); /* the time after a byte has passed */
	EXPECT_TRUE(clock_monotonic_ns() - t0 >= 100 * MSEC);
	EXPECT_EQ(test_write(&b.t, b.m, "abcde", 5), 5);
	EXPECT_EQ(test_read(&b.t, b.s, buf, 10), 5);
	EXPECT_EQ(test_write(&b.t, b.m, "ab", 2), 2);
	EXPECT_EQ(test_read(&b.t, b.s, buf, 2), 2); /* all that was asked for */
	end(&b);
}

TEST(a_signal_ends_a_read_and_a_write)
{
	static char big[40000];
	struct bench b;

	begin(&b);
	b.s->flags = LX_O_RDWR;
	test_ctx_interrupt(&b.t);
	EXPECT_TRUE(test_read(&b.t, b.s, big, 1) < 0);
	EXPECT_EQ(test_write(&b.t, b.s, big, sizeof(big)), 4096); /* looks after each chunk */
	end(&b);
}

TEST(packet_mode_marks_data_and_tells_events)
{
	struct bench b;

	begin(&b);
	b.p->ld.packet = true;
	EXPECT_EQ(test_write(&b.t, b.s, "x", 1), 1);
	EXPECT_EQ(test_write(&b.t, b.m, "\023", 1), 1);
	EXPECT_EQ(file_poll(b.m) & LX_POLLPRI, LX_POLLPRI);
	expect(&b, b.m, "\004"); /* TIOCPKT_STOP */
	char buf[10];
	EXPECT_EQ(test_read(&b.t, b.m, buf, 10), 2);
	EXPECT_MEMEQ(buf, "\0x", 2);
	end(&b);
}

TEST_MAIN()
