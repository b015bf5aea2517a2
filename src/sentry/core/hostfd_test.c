/* SPDX-License-Identifier: Apache-2.0 */
/* Host descriptors: streams never put a task to sleep, and readiness arrives as wake-ups. */
#include "sentry/core/hostfd.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <termios.h>

#include "abi/errno.h"
#include "abi/poll.h"
#include "base/test.h"
#include "host/fd.h"
#include "host/io.h"
#include "host/thread.h"
#include "sentry/core/alloc.h"
#include "sentry/core/clock.h"
#include "sentry/core/ctx.h"
#include "sentry/core/hostfd_priv.h"
#include "sentry/core/waitq.h"

#define LOST (20 * NSEC_PER_SEC)

TEST(memory_is_read_and_written_at_offsets)
{
	AUTO(hostfd_put) struct hostfd *h = NULL;
	char buf[4];

	EXPECT_EQ(hostfd_new_memory("page", 4096, &h), 0);
	EXPECT_EQ(hostfd_pwrite(h, "abc", 3, 4094), 3);
	EXPECT_EQ(hostfd_pread(h, buf, 4, 4093), 4);
	EXPECT_MEMEQ(buf, "\0abc", 4);
	EXPECT_EQ(hostfd_pread(h, buf, 4, 1 << 20), 0);
	EXPECT_ERR(hostfd_pread(h, buf, 4, UINT64_MAX), EINVAL);
	EXPECT_TRUE(hostfd_poll(h) & LX_POLLIN);
	EXPECT_ERR(hostfd_new_memory("big", UINT64_MAX, &h), EFBIG);
}

TEST(the_last_reference_closes)
{
	int fd = host_memfd("m");
	struct hostfd *h = hostfd_new(fd, HOSTFD_FILE);

	EXPECT_EQ(hostfd_fd(h), fd);
	EXPECT_EQ(hostfd_get(h), h);
	hostfd_put(h);
	EXPECT_TRUE(fcntl(fd, F_GETFD) >= 0);
	hostfd_put(h);
	EXPECT_TRUE(fcntl(fd, F_GETFD) < 0);
	hostfd_put(NULL);
}

TEST(without_memory_the_descriptor_is_closed)
{
	int fd = host_memfd("m");

	arena_fail_nth(1);
	EXPECT_EQ(hostfd_new(fd, HOSTFD_FILE), NULL);
	EXPECT_TRUE(fcntl(fd, F_GETFD) < 0);
}

/* Reading and writing never sleep, and the description that others share stays blocking. */
static void expect_never_sleeps(int rfd, int wfd, enum hostfd_way way)
{
	struct hostfd *r = hostfd_new(rfd, HOSTFD_STREAM);
	struct hostfd *w = hostfd_new(wfd, HOSTFD_STREAM);
	static char buf[100000];
	ssize_t n;
	size_t sent = 0, got = 0;

	EXPECT_TRUE(r && w);
	if (way == WAY_POLL) {
		atomic_store(&r->way, WAY_POLL);
		atomic_store(&w->way, WAY_POLL);
	}
	EXPECT_ERR(hostfd_read_now(r, buf, sizeof(buf)), EAGAIN);
	EXPECT_FALSE(hostfd_poll(r) & LX_POLLIN);
	EXPECT_TRUE(hostfd_poll(w) & LX_POLLOUT);
	while ((n = hostfd_write_now(w, buf, sizeof(buf))) > 0)
		sent += (size_t)n;
	EXPECT_EQ(n, -EAGAIN);
	EXPECT_TRUE(sent > 0);
	while ((n = hostfd_read_now(r, buf, sizeof(buf))) > 0)
		got += (size_t)n;
	EXPECT_EQ(n, -EAGAIN);
	EXPECT_EQ(got, sent);
	EXPECT_FALSE(host_get_flags(rfd) & O_NONBLOCK);
	EXPECT_FALSE(host_get_flags(wfd) & O_NONBLOCK);
	hostfd_put(w);
	EXPECT_EQ(hostfd_read_now(r, buf, 1), 0);
	EXPECT_TRUE(hostfd_poll(r) & (LX_POLLHUP | LX_POLLRDHUP));
	hostfd_put(r);
}

TEST(a_pipe_never_sleeps)
{
	int p[2];

	EXPECT_EQ(host_pipe(p), 0);
	expect_never_sleeps(p[0], p[1], WAY_NOWAIT);
}

TEST(a_pipe_of_an_old_host_never_sleeps)
{
	int p[2];

	EXPECT_EQ(host_pipe(p), 0);
	expect_never_sleeps(p[0], p[1], WAY_POLL);
}

TEST(a_socket_never_sleeps)
{
	int s[2];

	EXPECT_EQ(host_socketpair(SOCK_STREAM, s), 0);
	expect_never_sleeps(s[0], s[1], WAY_SOCKET);
}

TEST(a_socket_without_peer_is_epipe_and_no_signal)
{
	int s[2];
	struct hostfd *h;

	EXPECT_EQ(host_socketpair(SOCK_STREAM, s), 0);
	h = hostfd_new(s[0], HOSTFD_STREAM);
	host_close(s[1]);
	EXPECT_ERR(hostfd_write_now(h, "x", 1), EPIPE);
	hostfd_put(h);
}

TEST(a_terminal_never_sleeps)
{
	int master, slave;
	struct termios raw;
	struct hostfd *h;
	char buf[8];
	ssize_t n;

	if (openpty(&master, &slave, NULL, NULL, NULL) < 0)
		TEST_SKIP("no ptys");
	EXPECT_EQ(tcgetattr(slave, &raw), 0);
	cfmakeraw(&raw);
	EXPECT_EQ(tcsetattr(slave, TCSANOW, &raw), 0);
	h = hostfd_new(slave, HOSTFD_STREAM);
	EXPECT_ERR(hostfd_read_now(h, buf, sizeof(buf)), EAGAIN);
	EXPECT_EQ(host_write(master, "hi", 2), 2);
	EXPECT_EQ(host_poll_until(slave, LX_POLLIN, INT64_MAX) & LX_POLLIN, LX_POLLIN);
	EXPECT_EQ(hostfd_read_now(h, buf, sizeof(buf)), 2);
	EXPECT_ERR(hostfd_read_now(h, buf, sizeof(buf)), EAGAIN);
	for (int i = 0; i < 20; i++) {
		n = hostfd_write_now(h, "12345678", 8);
		EXPECT_EQ(n, 8);
	}
	hostfd_put(h);
	host_close(master);
}

TEST(a_file_as_a_stream_is_read_at_its_position)
{
	int fd = host_memfd("f");
	struct hostfd *h;
	char buf[4];

	EXPECT_EQ(host_write(fd, "abcdef", 6), 6);
	EXPECT_EQ(lseek(fd, 1, SEEK_SET), 1);
	h = hostfd_new(fd, HOSTFD_STREAM);
	EXPECT_EQ(hostfd_read_now(h, buf, 4), 4);
	EXPECT_MEMEQ(buf, "bcde", 4);
	EXPECT_EQ(hostfd_read_now(h, buf, 4), 1);
	EXPECT_EQ(hostfd_read_now(h, buf, 4), 0);
	hostfd_put(h);
}

/* --- the notifier --- */

struct stream {
	struct hostfd *h;
	int other;
	struct waitq q;
	struct waiter w;
	struct ctx ctx;
};

static void stream_begin(struct stream *s, uint32_t events)
{
	int p[2];

	EXPECT_EQ(host_pipe(p), 0);
	s->h = hostfd_new(p[0], HOSTFD_STREAM);
	s->other = p[1];
	waitq_init(&s->q);
	ctx_init(&s->ctx, &ctx_kernel_ops);
	waiter_init(&s->w, &s->ctx, events);
	waitq_add(&s->q, &s->w);
	EXPECT_EQ(hostfd_watch(s->h, &s->q), 0);
}

static void stream_end(struct stream *s)
{
	hostfd_unwatch(s->h);
	waitq_del(&s->w);
	waitq_fini(&s->q);
	hostfd_put(s->h);
	host_close(s->other);
}

/* As a task reads: until there are bytes or nobody can send any. */
static ssize_t read_blocking(struct stream *s, void *buf, size_t n)
{
	for (;;) {
		ssize_t r = hostfd_read_now(s->h, buf, n);

		if (r != -EAGAIN)
			return r;
		r = ctx_block(&s->ctx, clock_monotonic_ns() + LOST);
		if (r < 0)
			return r;
	}
}

static void feed(void *arg)
{
	struct stream *s = arg;
	int left = 2000;

	while (left-- > 0 && host_write(s->other, "x", 1) == 1)
		;
	host_close(host_take_fd(&s->other));
}

TEST(every_byte_from_outside_wakes_a_reader)
{
	struct stream s;
	struct host_thread t;
	size_t got = 0;
	char buf[3];
	ssize_t r;

	stream_begin(&s, LX_POLLIN);
	EXPECT_EQ(host_thread_start(&t, "feeder", feed, &s), 0);
	while ((r = read_blocking(&s, buf, sizeof(buf))) > 0)
		got += (size_t)r;
	EXPECT_EQ(r, 0);
	EXPECT_EQ(got, 2000);
	host_thread_join(&t);
	stream_end(&s);
}

TEST(what_is_ready_before_the_watch_is_told_too)
{
	struct stream s;

	stream_begin(&s, LX_POLLRDNORM);
	hostfd_unwatch(s.h);
	hostfd_unwatch(s.h);
	EXPECT_EQ(host_write(s.other, "x", 1), 1);
	while (ctx_block(&s.ctx, 1) == 0)
		;
	EXPECT_EQ(hostfd_watch(s.h, &s.q), 0);
	EXPECT_EQ(ctx_block(&s.ctx, clock_monotonic_ns() + LOST), 0);
	stream_end(&s);
}

TEST(a_regular_file_cannot_be_watched)
{
	AUTO(hostfd_put) struct hostfd *h = NULL;
	struct waitq q;

	waitq_init(&q);
	EXPECT_EQ(hostfd_new_memory("m", 10, &h), 0);
	EXPECT_ERR(hostfd_watch(h, &q), EPERM);
	waitq_fini(&q);
}

/* Events that are under way when a watch ends; sanitizers see a late touch of the queue. */
static void write_on(void *arg)
{
	struct stream *s = arg;

	while (s->other >= 0) {
		if (host_write(s->other, "x", 1) < 1)
			break;
	}
}

TEST(after_unwatch_the_queue_may_go_away)
{
	struct stream s;
	struct host_thread t;

	signal(SIGPIPE, SIG_IGN);
	for (int i = 0; i < 30; i++) {
		stream_begin(&s, LX_POLLIN);
		EXPECT_EQ(host_thread_start(&t, "writer", write_on, &s), 0);
		for (int k = 0; k < 50; k++) {
			struct waitq *q = malloc(sizeof(*q));
			char buf[64];

			EXPECT_TRUE(q);
			hostfd_unwatch(s.h);
			waitq_init(q);
			EXPECT_EQ(hostfd_watch(s.h, q), 0);
			(void)!hostfd_read_now(s.h, buf, sizeof(buf));
			hostfd_unwatch(s.h);
			waitq_fini(q);
			free(q);
		}
		waitq_del(&s.w);
		waitq_fini(&s.q);
		hostfd_put(s.h); /* the writer gets EPIPE */
		host_thread_join(&t);
		host_close(s.other);
	}
}

TEST(an_idle_notifier_does_not_run)
{
	struct stream s;
	struct rusage before, after;

	stream_begin(&s, LX_POLLIN);
	EXPECT_EQ(host_write(s.other, "x", 1), 1);
	(void)nanosleep(&(struct timespec){0, 20000000}, NULL);
	getrusage(RUSAGE_SELF, &before);
	(void)nanosleep(&(struct timespec){0, 100000000}, NULL);
	getrusage(RUSAGE_SELF, &after);
	EXPECT_TRUE(after.ru_nvcsw - before.ru_nvcsw <= 2);
	stream_end(&s);
}

TEST(the_notifier_stops_and_starts_again)
{
	struct stream s;

	notifier_stop_thread();
	notifier_stop_thread();
	stream_begin(&s, LX_POLLIN);
	notifier_stop_thread();
	EXPECT_EQ(host_write(s.other, "x", 1), 1);
	EXPECT_EQ(notifier_start_thread(), 0);
	EXPECT_EQ(ctx_block(&s.ctx, clock_monotonic_ns() + LOST), 0);
	stream_end(&s);
	notifier_stop_thread();
	EXPECT_EQ(arena_leaks_log(), 0);
}

TEST_MAIN()
