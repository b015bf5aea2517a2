/* SPDX-License-Identifier: Apache-2.0 */
/* Streams: bytes in order from many writers, ends, errors, signals and time-outs. */
#include <pthread.h>

#include "sentry/socket/unix/test_people.h"

static char big[1 << 20];

TEST(bytes_come_without_borders)
{
	struct person p;
	struct file *f[2];
	char buf[16];

	begin();
	person_init(&p, 0, 1);
	new_pair(&p, LX_SOCK_STREAM, f);
	EXPECT_EQ(send_text(&p, f[0], "hello"), 5);
	EXPECT_EQ(send_text(&p, f[0], "world"), 5);
	EXPECT_EQ(recv_bytes(&p, f[1], buf, 3, LX_MSG_PEEK), 3);
	EXPECT_EQ(recv_bytes(&p, f[1], buf, 7, 0), 7);
	EXPECT_MEMEQ(buf, "hellowo", 7);
	EXPECT_EQ(recv_bytes(&p, f[1], buf, 16, LX_MSG_PEEK), 3);
	EXPECT_EQ(recv_bytes(&p, f[1], buf, 16, 0), 3);
	EXPECT_MEMEQ(buf, "rld", 3);
	EXPECT_ERR(recv_bytes(&p, f[1], buf, 16, LX_MSG_DONTWAIT), EAGAIN);
	file_put(f[0]);
	file_put(f[1]);
	person_fini(&p);
	end();
}

TEST(a_full_buffer_takes_no_more_and_is_charged_as_in_linux)
{
	struct person p;
	struct file *f[2];
	unsigned n = 0;
	char c;

	begin();
	person_init(&p, 0, 1);
	new_pair(&p, LX_SOCK_STREAM, f);
	while (send_text(&p, f[0], "x") == 1)
		n++;
	EXPECT_EQ(n, 278);
	EXPECT_EQ(poll_of(f[0]) & LX_POLLOUT, 0);
	/* Writable again once three quarters are free. */
	while (!(poll_of(f[0]) & LX_POLLOUT)) {
		EXPECT_EQ(recv_bytes(&p, f[1], &c, 1, 0), 1);
		n--;
	}
	EXPECT_EQ(n, 69);
	file_put(f[1]);
	EXPECT_EQ(unix_of_file(f[0])->charged, 0);
	file_put(f[0]);
	person_fini(&p);
	end();
}

TEST(the_end_is_epipe_with_a_signal_and_eof)
{
	struct person p;
	struct file *f[2];
	char c;

	begin();
	person_init(&p, 0, 1);
	new_pair(&p, LX_SOCK_STREAM, f);
	EXPECT_EQ(send_text(&p, f[1], "x"), 1);
	file_put(f[1]);
	EXPECT_EQ(poll_of(f[0]), LX_POLLIN | LX_POLLRDNORM | LX_POLLHUP | LX_POLLRDHUP |
					 LX_POLLOUT | LX_POLLWRNORM | LX_POLLWRBAND);
	EXPECT_EQ(recv_bytes(&p, f[0], &c, 1, 0), 1);
	EXPECT_EQ(recv_bytes(&p, f[0], &c, 1, 0), 0);
	EXPECT_ERR(send_bytes(&p, f[0], "x", 1, LX_MSG_NOSIGNAL), EPIPE);
	EXPECT_EQ(p.got_signal, 0);
	EXPECT_ERR(send_bytes(&p, f[0], "x", 1, 0), EPIPE);
	EXPECT_EQ(p.got_signal, LX_SIGPIPE);
	file_put(f[0]);
	person_fini(&p);
	end();
}

TEST(closing_with_unread_bytes_resets_the_peer)
{
	struct person p;
	struct file *f[2];
	char c;

	begin();
	person_init(&p, 0, 1);
	new_pair(&p, LX_SOCK_STREAM, f);
	EXPECT_EQ(send_text(&p, f[0], "x"), 1);
	file_put(f[1]);
	EXPECT_EQ(poll_of(f[0]) & LX_POLLERR, LX_POLLERR);
	EXPECT_ERR(recv_bytes(&p, f[0], &c, 1, 0), ECONNRESET);
	EXPECT_EQ(recv_bytes(&p, f[0], &c, 1, 0), 0); /* told once */
	file_put(f[0]);
	person_fini(&p);
	end();
}

TEST(a_bad_address_loses_nothing_of_a_stream)
{
	struct person p;
	struct file *f[2];
	struct sock_msg m = {.flags = LX_MSG_DONTWAIT};
	char buf[8];

	begin();
	person_init(&p, 0, 1);
	new_pair(&p, LX_SOCK_STREAM, f);
	EXPECT_ERR(recv_bytes(&p, f[0], buf, 0, LX_MSG_DONTWAIT), EAGAIN);
	m.addr = name("x");
	EXPECT_ERR(unix_ops.send(&p.ctx, sock(f[0]), &m, NULL), EISCONN);
	EXPECT_ERR(send_bytes(&p, f[0], "x", 1, LX_MSG_OOB), EOPNOTSUPP);
	file_put(f[0]);
	file_put(f[1]);
	person_fini(&p);
	end();
}

/* ---- threads ---- */

enum { WRITERS = 4, ROUNDS = 300, PIECE = 700 };

struct writer {
	struct person p;
	struct file *f;
	char letter;
	ssize_t result;
	pthread_t id;
};

static void *write_pieces(void *arg)
{
	struct writer *w = arg;
	char piece[PIECE];

	memset(piece, w->letter, sizeof(piece));
	for (int i = 0; i < ROUNDS; i++) {
		w->result = send_bytes(&w->p, w->f, piece, sizeof(piece), 0);
		if (w->result != PIECE)
			break;
	}
	return NULL;
}

TEST(many_writers_block_and_lose_nothing)
{
	static struct writer w[WRITERS];
	size_t counts[WRITERS] = {0}, total = 0;
	struct person p;
	struct file *f[2];

	begin();
	person_init(&p, 0, 1);
	new_pair(&p, LX_SOCK_STREAM, f);
	for (int i = 0; i < WRITERS; i++) {
		person_init(&w[i].p, 0, 2);
		w[i].f = f[0];
		w[i].letter = (char)('a' + i);
		EXPECT_EQ(pthread_create(&w[i].id, NULL, write_pieces, &w[i]), 0);
	}
	while (total < WRITERS * ROUNDS * PIECE) {
		ssize_t n = recv_bytes(&p, f[1], big, 5000, 0);

		EXPECT_TRUE(n > 0);
		for (ssize_t i = 0; i < n; i++)
			counts[big[i] - 'a']++;
		total += (size_t)n;
	}
	for (int i = 0; i < WRITERS; i++) {
		EXPECT_EQ(pthread_join(w[i].id, NULL), 0);
		EXPECT_EQ(w[i].result, PIECE);
		EXPECT_EQ(counts[i], ROUNDS * PIECE);
		person_fini(&w[i].p);
	}
	file_put(f[0]);
	file_put(f[1]);
	person_fini(&p);
	end();
}

struct reader {
	struct person p;
	struct file *f;
	size_t n;
	unsigned flags;
	ssize_t result;
	pthread_t id;
};

static void *read_once(void *arg)
{
	struct reader *r = arg;

	r->result = recv_bytes(&r->p, r->f, big, r->n, r->flags);
	return NULL;
}

static void reader_start(struct reader *r, struct file *f, size_t n, unsigned flags)
{
	person_init(&r->p, 0, 3);
	r->f = f;
	r->n = n;
	r->flags = flags;
	EXPECT_EQ(pthread_create(&r->id, NULL, read_once, r), 0);
}

static ssize_t reader_join(struct reader *r)
{
	EXPECT_EQ(pthread_join(r->id, NULL), 0);
	person_fini(&r->p);
	return r->result;
}

TEST(waitall_waits_for_all)
{
	static struct reader r;
	struct person p;
	struct file *f[2];

	begin();
	person_init(&p, 0, 1);
	new_pair(&p, LX_SOCK_STREAM, f);
	reader_start(&r, f[1], 6, LX_MSG_WAITALL);
	for (int i = 0; i < 6; i++)
		EXPECT_EQ(send_text(&p, f[0], "w"), 1);
	EXPECT_EQ(reader_join(&r), 6);
	file_put(f[0]);
	file_put(f[1]);
	person_fini(&p);
	end();
}

TEST(shutdown_wakes_a_reader)
{
	static struct reader r;
	struct person p;
	struct file *f[2];

	begin();
	person_init(&p, 0, 1);
	new_pair(&p, LX_SOCK_STREAM, f);
	reader_start(&r, f[1], 6, 0);
	EXPECT_EQ(unix_ops.shutdown(&p.ctx, sock(f[0]), SOCK_SHUT_WR), 0);
	EXPECT_EQ(reader_join(&r), 0);
	EXPECT_EQ(send_text(&p, f[1], "y"), 1); /* the other way works */
	file_put(f[0]);
	file_put(f[1]);
	person_fini(&p);
	end();
}

TEST(a_signal_restarts_or_with_a_timeout_ends_a_read)
{
	static struct reader r;
	struct person p;
	struct file *f[2];

	begin();
	person_init(&p, 0, 1);
	new_pair(&p, LX_SOCK_STREAM, f);
	reader_start(&r, f[1], 1, 0);
	person_interrupt(&r.p);
	EXPECT_EQ(reader_join(&r), -LX_ERESTARTSYS);
	sock(f[1])->opt.rcv_timeout = 3600 * NSEC_PER_SEC;
	reader_start(&r, f[1], 1, 0);
	person_interrupt(&r.p);
	EXPECT_ERR(reader_join(&r), EINTR);
	sock(f[1])->opt.rcv_timeout = 1000000;
	reader_start(&r, f[1], 1, 0);
	EXPECT_ERR(reader_join(&r), EAGAIN);
	file_put(f[0]);
	file_put(f[1]);
	person_fini(&p);
	end();
}

TEST(memory_that_runs_out_is_enobufs_or_enomem)
{
	struct person p;
	struct file *f[2];
	struct socket *s;

	begin();
	person_init(&p, 0, 1);
	new_pair(&p, LX_SOCK_STREAM, f);
	arena_fail_nth(1);
	EXPECT_ERR(send_text(&p, f[0], "x"), ENOBUFS);
	EXPECT_EQ(unix_of_file(f[0])->charged, 0);
	arena_fail_nth(1);
	EXPECT_ERR(socket_create(&p.ctx, LX_AF_UNIX, LX_SOCK_STREAM, 0, &s), ENOMEM);
	arena_fail_nth(0);
	file_put(f[0]);
	file_put(f[1]);
	person_fini(&p);
	end();
}

TEST_MAIN()
