/* SPDX-License-Identifier: Apache-2.0 */
/* Files in flight: they live in messages, are limited, and circles of them are found and closed. */
#include <pthread.h>

#include "sentry/socket/unix/test_people.h"

static struct person p;

static void start(uint32_t uid)
{
	begin();
	person_init(&p, uid, 1);
}

static void finish(void)
{
	person_fini(&p);
	end();
}

TEST(a_file_lives_in_its_message)
{
	struct file *f[2], *g[2];
	struct sock_control c;
	char buf[2];

	start(0);
	new_pair(&p, LX_SOCK_STREAM, f);
	new_pair(&p, LX_SOCK_STREAM, g);
	EXPECT_EQ(send_files(&p, f[0], &g[0], 1), 1);
	file_put(g[0]);
	EXPECT_EQ(send_text(&p, g[1], "hi"), 2);
	EXPECT_EQ(recv_control(&p, f[1], LX_MSG_PEEK, &c), 1); /* a copy */
	EXPECT_EQ(c.rights->n, 1);
	sock_control_fini(&c);
	EXPECT_EQ(recv_control(&p, f[1], 0, &c), 1);
	EXPECT_EQ(c.rights->n, 1);
	EXPECT_EQ(recv_bytes(&p, c.rights->files[0], buf, 2, 0), 2);
	sock_control_fini(&c);
	EXPECT_EQ(poll_of(g[1]) & LX_POLLHUP, LX_POLLHUP); /* nobody has it now */
	file_put(g[1]);
	file_put(f[0]);
	file_put(f[1]);
	finish();
}

TEST(unread_files_go_with_the_receiver)
{
	struct file *f[2], *g[2];

	start(0);
	new_pair(&p, LX_SOCK_DGRAM, f);
	new_pair(&p, LX_SOCK_STREAM, g);
	EXPECT_EQ(send_files(&p, f[0], g, 2), 1);
	file_put(g[0]);
	file_put(g[1]);
	file_put(f[1]);
	EXPECT_ERR(send_files(&p, f[0], f, 1), ECONNREFUSED);
	file_put(f[0]);
	finish();
}

TEST(a_socket_in_its_own_queue_is_collected)
{
	struct file *f[2];

	start(0);
	new_pair(&p, LX_SOCK_STREAM, f);
	EXPECT_EQ(send_files(&p, f[1], &f[0], 1), 1); /* f[0] lies in its own queue */
	file_put(f[0]);
	unix_collect();
	EXPECT_EQ(poll_of(f[1]) & LX_POLLHUP, LX_POLLHUP);
	file_put(f[1]);
	finish();
}

TEST(circles_are_collected_and_what_hangs_on_them)
{
	struct file *a[2], *b[2], *c[2];

	start(0);
	new_pair(&p, LX_SOCK_STREAM, a);
	new_pair(&p, LX_SOCK_DGRAM, b);
	new_pair(&p, LX_SOCK_SEQPACKET, c);
	EXPECT_EQ(send_files(&p, a[0], b, 2), 1); /* into a[1]: both of b */
	EXPECT_EQ(send_files(&p, b[0], a, 2), 1); /* into b[1]: both of a */
	EXPECT_EQ(send_files(&p, b[1], &c[0], 1), 1);
	for (int i = 0; i < 2; i++) {
		file_put(a[i]);
		file_put(b[i]);
	}
	file_put(c[0]);
	EXPECT_EQ(poll_of(c[1]) & LX_POLLHUP, 0);
	unix_collect();
	EXPECT_EQ(poll_of(c[1]) & LX_POLLHUP, LX_POLLHUP);
	file_put(c[1]);
	finish();
}

TEST(what_somebody_can_still_read_is_kept)
{
	struct file *a[2], *b[2], *d[2];
	struct sock_control got, deeper;

	start(0);
	new_pair(&p, LX_SOCK_STREAM, a);
	new_pair(&p, LX_SOCK_STREAM, b);
	new_pair(&p, LX_SOCK_STREAM, d);
	EXPECT_EQ(send_files(&p, b[0], d, 2), 1);     /* d lies in b[1] */
	EXPECT_EQ(send_files(&p, d[0], &b[1], 1), 1); /* and b[1] in d[1]: a circle */
	EXPECT_EQ(send_files(&p, a[0], &b[1], 1), 1); /* which a[1] can reach */
	file_put(d[0]);
	file_put(d[1]);
	file_put(b[1]);
	unix_collect();
	EXPECT_EQ(recv_control(&p, a[1], 0, &got), 1);
	EXPECT_EQ(recv_control(&p, got.rights->files[0], 0, &deeper), 1);
	EXPECT_EQ(deeper.rights->n, 2);
	sock_control_fini(&deeper);
	sock_control_fini(&got);
	unix_collect();
	file_put(a[0]);
	file_put(a[1]);
	file_put(b[0]);
	finish();
}

TEST(a_listener_in_the_queue_of_its_embryo_is_collected)
{
	struct file *l, *c;

	start(0);
	l = new_listener(&p, LX_SOCK_STREAM, "l", 5);
	c = new_socket(&p, LX_SOCK_STREAM);
	EXPECT_EQ(connect_to(&p, c, "l", true), 0);
	EXPECT_EQ(send_files(&p, c, &l, 1), 1);
	file_put(l);
	unix_collect();
	EXPECT_EQ(poll_of(c) & LX_POLLHUP, LX_POLLHUP);
	EXPECT_ERR(recv_bytes(&p, c, &(char){0}, 1, 0), ECONNRESET);
	file_put(c);
	finish();
}

/* Each socket holds the last reference of the next in its queue: one stack must do. */
TEST(a_long_chain_goes_without_recursion)
{
	enum { LENGTH = 20000 };
	struct file *before = NULL, *f[2];

	start(0);
	for (int i = 0; i < LENGTH; i++) {
		new_pair(&p, LX_SOCK_STREAM, f);
		if (before)
			EXPECT_EQ(send_files(&p, f[0], &before, 1), 1);
		if (before)
			file_put(before);
		before = f[1];
		/* The other end stays in flight too, for the collector to look at. */
		file_put(f[0]);
	}
	file_put(before);
	finish();
}

TEST(a_user_has_so_many_in_flight_as_he_may_open)
{
	struct file *f[2];
	int sent = 0;
	ssize_t n;

	start(1000);
	p.limits.soft[LX_RLIMIT_NOFILE] = 5;
	new_pair(&p, LX_SOCK_DGRAM, f);
	while ((n = send_files(&p, f[0], f, 2)) == 1)
		sent++;
	EXPECT_ERR(n, ETOOMANYREFS);
	EXPECT_EQ(sent, 3);
	file_put(f[0]);
	file_put(f[1]);
	unix_collect();
	finish();
}

/* ---- threads ---- */

enum { ROUNDS = 400 };

static void *make_circles(void *arg UNUSED)
{
	struct person me;

	person_init(&me, 0, 7);
	for (int i = 0; i < ROUNDS; i++) {
		struct file *a[2], *b[2];

		new_pair(&me, LX_SOCK_STREAM, a);
		new_pair(&me, LX_SOCK_DGRAM, b);
		(void)!send_files(&me, a[0], b, 2);
		(void)!send_files(&me, b[1], a, 2);
		for (int k = 0; k < 2; k++) {
			file_put(a[k]);
			file_put(b[k]);
		}
	}
	person_fini(&me);
	return NULL;
}

/* Files travel round and round through two pairs; none may be lost or collected. */
static void *juggle(void *arg UNUSED)
{
	struct file *f[2], *ball[2];
	struct person me;
	char byte;

	person_init(&me, 0, 8);
	new_pair(&me, LX_SOCK_STREAM, f);
	new_pair(&me, LX_SOCK_STREAM, ball);
	for (int i = 0; i < ROUNDS; i++) {
		struct sock_control c, peeked;

		check(send_files(&me, f[0], &ball[0], 1) == 1);
		file_put(ball[0]);
		check(recv_control(&me, f[1], LX_MSG_PEEK, &peeked) == 1);
		check(recv_control(&me, f[1], 0, &c) == 1);
		ball[0] = file_get(c.rights->files[0]);
		sock_control_fini(&peeked);
		sock_control_fini(&c);
		check(send_text(&me, ball[0], "b") == 1);
		check(recv_bytes(&me, ball[1], &byte, 1, 0) == 1);
	}
	for (int k = 0; k < 2; k++) {
		file_put(f[k]);
		file_put(ball[k]);
	}
	person_fini(&me);
	return NULL;
}

TEST(circles_come_and_go_while_files_travel)
{
	pthread_t id[4];

	start(0);
	for (int i = 0; i < 4; i++)
		EXPECT_EQ(pthread_create(&id[i], NULL, i % 2 ? juggle : make_circles, NULL), 0);
	for (int i = 0; i < 4; i++)
		EXPECT_EQ(pthread_join(id[i], NULL), 0);
	unix_collect();
	finish();
}

TEST_MAIN()
