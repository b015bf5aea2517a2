/* SPDX-License-Identifier: Apache-2.0 */
/* Names, listeners and peers; connect against accept and close. */
#include <pthread.h>
#include <sched.h>

#include "abi/stat.h"
#include "base/strbuf.h"
#include "sentry/fs/tmpfs/tmpfs.h"
#include "sentry/socket/unix/test_people.h"
#include "sentry/vfs/inode.h"
#include "sentry/vfs/mount.h"
#include "sentry/vfs/namei.h"

static struct person p;

static void start(void)
{
	begin();
	person_init(&p, 0, 1);
}

static void finish(void)
{
	person_fini(&p);
	end();
}

TEST(a_listener_gives_out_connections_in_order)
{
	struct file *l, *a, *b, *in;
	char c;

	start();
	l = new_listener(&p, LX_SOCK_STREAM, "order", 5);
	a = new_socket(&p, LX_SOCK_STREAM);
	b = new_socket(&p, LX_SOCK_STREAM);
	EXPECT_ERR(accept_from(&p, l, true, &in), EAGAIN);
	EXPECT_EQ(connect_to(&p, a, "order", false), 0);
	EXPECT_EQ(connect_to(&p, b, "order", false), 0);
	EXPECT_ERR(connect_to(&p, b, "order", false), EISCONN);
	EXPECT_EQ(poll_of(l), LX_POLLIN | LX_POLLRDNORM);
	EXPECT_EQ(send_text(&p, a, "a"), 1); /* before anybody has accepted */
	EXPECT_EQ(accept_from(&p, l, true, &in), 0);
	EXPECT_EQ(recv_bytes(&p, in, &c, 1, 0), 1);
	EXPECT_EQ(c, 'a');
	file_put(l);
	EXPECT_EQ(send_text(&p, in, "i"), 1); /* a connection outlives its listener */
	EXPECT_ERR(recv_bytes(&p, b, &c, 1, 0), ECONNRESET); /* but not before it is accepted */
	file_put(in);
	file_put(a);
	file_put(b);
	finish();
}

TEST(a_full_backlog_makes_wait)
{
	struct file *l, *c[3], *in;

	start();
	l = new_listener(&p, LX_SOCK_SEQPACKET, "full", 0);
	for (int i = 0; i < 3; i++)
		c[i] = new_socket(&p, LX_SOCK_SEQPACKET);
	EXPECT_EQ(connect_to(&p, c[0], "full", true), 0);
	EXPECT_ERR(connect_to(&p, c[1], "full", true), EAGAIN);
	sock(c[1])->opt.snd_timeout = 1000000;
	EXPECT_ERR(connect_to(&p, c[1], "full", false), EAGAIN);
	p.interrupted = true;
	EXPECT_ERR(connect_to(&p, c[1], "full", false), EINTR);
	EXPECT_EQ(connect_to(&p, c[2], "full", false), -LX_ERESTARTSYS);
	p.interrupted = false;
	EXPECT_EQ(accept_from(&p, l, true, &in), 0);
	EXPECT_EQ(connect_to(&p, c[1], "full", true), 0);
	file_put(in);
	file_put(l);
	for (int i = 0; i < 3; i++)
		file_put(c[i]);
	finish();
}

TEST(abstract_names_are_bytes_of_one_type)
{
	struct sock_addr longer = name("name"), got;
	struct file *l, *other, *dgram;

	start();
	l = new_listener(&p, LX_SOCK_STREAM, "name", 5);
	other = new_socket(&p, LX_SOCK_STREAM);
	dgram = new_socket(&p, LX_SOCK_DGRAM);
	EXPECT_ERR(unix_ops.bind(&p.ctx, sock(other), &longer, NULL), EADDRINUSE);
	EXPECT_ERR(unix_ops.bind(&p.ctx, sock(l), &longer, NULL), EINVAL);
	longer.len++;
	EXPECT_ERR(unix_ops.connect(&p.ctx, sock(other), &longer, NULL, true), ECONNREFUSED);
	longer.len--;
	EXPECT_EQ(unix_ops.bind(&p.ctx, sock(dgram), &longer, NULL), 0);
	EXPECT_EQ(unix_ops.getname(sock(dgram), SOCK_SIDE_OWN, &got), 0);
	EXPECT_EQ(got.len, longer.len);
	EXPECT_MEMEQ(got.bytes, longer.bytes, got.len);
	file_put(l);
	EXPECT_EQ(unix_ops.bind(&p.ctx, sock(other), &longer, NULL), 0); /* free again */
	file_put(other);
	file_put(dgram);
	finish();
}

TEST(autobind_finds_a_free_name)
{
	struct sock_addr none = {.len = UNIX_NAME_OFF, .family = LX_AF_UNIX}, a, b;
	struct file *f[2];

	start();
	for (int i = 0; i < 2; i++) {
		f[i] = new_socket(&p, LX_SOCK_DGRAM);
		EXPECT_EQ(unix_ops.bind(&p.ctx, sock(f[i]), &none, NULL), 0);
	}
	EXPECT_EQ(unix_ops.bind(&p.ctx, sock(f[0]), &none, NULL), 0); /* has one */
	EXPECT_EQ(unix_ops.getname(sock(f[0]), SOCK_SIDE_OWN, &a), 0);
	EXPECT_EQ(unix_ops.getname(sock(f[1]), SOCK_SIDE_OWN, &b), 0);
	EXPECT_EQ(a.len, UNIX_NAME_OFF + 6);
	EXPECT_TRUE(memcmp(a.bytes, b.bytes, a.len) != 0);
	file_put(f[0]);
	file_put(f[1]);
	finish();
}

TEST(addresses_of_other_shapes_are_refused)
{
	struct sock_addr a = name("x");
	struct file *f;

	start();
	f = new_socket(&p, LX_SOCK_STREAM);
	a.family = LX_AF_INET;
	EXPECT_ERR(unix_ops.bind(&p.ctx, sock(f), &a, NULL), EINVAL);
	EXPECT_ERR(unix_ops.connect(&p.ctx, sock(f), &a, NULL, true), EINVAL);
	a = name("x");
	a.len = sizeof(struct lx_sockaddr_un) + 1;
	EXPECT_ERR(unix_ops.bind(&p.ctx, sock(f), &a, NULL), EINVAL);
	a.len = 0;
	EXPECT_ERR(unix_ops.connect(&p.ctx, sock(f), &a, NULL, true), EINVAL);
	EXPECT_ERR(unix_ops.listen(&p.ctx, sock(f), 1), EINVAL);
	EXPECT_ERR(unix_ops.getname(sock(f), SOCK_SIDE_PEER, &a), ENOTCONN);
	file_put(f);
	finish();
}

/* ---- paths ---- */

static void bind_and_connect_by_path(void)
{
	struct tmpfs_options o = TMPFS_OPTIONS_DEFAULT;
	struct sock_addr a = name("./sock");
	struct superblock *sb;
	struct mnt_ns *ns;
	struct path root, at;
	struct file *l, *c, *d;

	EXPECT_EQ(tmpfs_new(&o, &sb), 0);
	EXPECT_EQ(mnt_ns_new(sb, "test", 0, &ns), 0);
	root = mnt_ns_root(ns);
	p.fs = fs_info_new(&root, &root, 022);
	l = new_listener(&p, LX_SOCK_STREAM, "./sock", 5);
	EXPECT_EQ(vfs_walk(&p.ctx, p.fs, NULL, "sock", 0, &at), 0);
	EXPECT_EQ(path_inode(&at)->mode, LX_S_IFSOCK | 0755);
	c = new_socket(&p, LX_SOCK_STREAM);
	d = new_socket(&p, LX_SOCK_DGRAM);
	EXPECT_ERR(unix_ops.bind(&p.ctx, sock(c), &a, p.fs), EADDRINUSE);
	EXPECT_ERR(connect_to(&p, d, "./sock", true), EPROTOTYPE);
	EXPECT_ERR(connect_to(&p, c, "./none", true), ENOENT);
	EXPECT_EQ(connect_to(&p, c, "./sock", true), 0);
	file_put(l);
	EXPECT_EQ(path_inode(&at)->socket, NULL);
	path_put(&at);
	file_put(c);
	c = new_socket(&p, LX_SOCK_STREAM);
	EXPECT_ERR(connect_to(&p, c, "./sock", true), ECONNREFUSED);
	EXPECT_EQ(vfs_unlink(&p.ctx, p.fs, NULL, "sock"), 0);
	file_put(c);
	file_put(d);
	fs_info_put(p.fs);
	path_put(&root);
	mnt_ns_put(ns);
	superblock_put(sb);
}

TEST(a_path_is_a_file_that_outlives_its_socket)
{
	start();
	bind_and_connect_by_path(); /* the table of cached names grows, for ever */
	person_fini(&p);
	start();
	bind_and_connect_by_path();
	finish();
}

/* ---- datagrams ---- */

static struct file *new_named(const char *at)
{
	struct sock_addr a = name(at);
	struct file *f = new_socket(&p, LX_SOCK_DGRAM);

	EXPECT_EQ(unix_ops.bind(&p.ctx, sock(f), &a, NULL), 0);
	return f;
}

TEST(strangers_wait_behind_a_long_queue_and_hear_of_room)
{
	struct file *to, *from;
	int n = 0;
	char c;

	start();
	to = new_named("to");
	from = new_socket(&p, LX_SOCK_DGRAM);
	EXPECT_EQ(connect_to(&p, from, "to", true), 0);
	while (send_text(&p, from, "x") == 1)
		n++;
	EXPECT_EQ(n, UNIX_DGRAM_QUEUE + 1);
	EXPECT_EQ(poll_of(from) & LX_POLLOUT, 0);
	EXPECT_EQ(recv_bytes(&p, to, &c, 1, 0), 1);
	EXPECT_EQ(poll_of(from) & LX_POLLOUT, LX_POLLOUT);
	file_put(to);
	EXPECT_ERR(send_text(&p, from, "x"), ECONNREFUSED);
	EXPECT_ERR(send_text(&p, from, "x"), ENOTCONN);
	file_put(from);
	finish();
}

TEST(a_connected_socket_hears_its_peer_alone)
{
	struct file *a, *b, *c;
	char buf[4];

	start();
	a = new_named("a");
	b = new_named("b");
	c = new_named("c");
	EXPECT_EQ(connect_to(&p, a, "b", true), 0);
	EXPECT_ERR(send_text_to(&p, c, "x", "a"), EPERM);
	EXPECT_ERR(connect_to(&p, c, "a", true), EPERM);
	EXPECT_EQ(send_text_to(&p, b, "yes", "a"), 3);
	EXPECT_EQ(recv_bytes(&p, a, buf, 4, 0), 3);
	EXPECT_EQ(send_text_to(&p, b, "lost", "a"), 4);
	EXPECT_EQ(connect_to(&p, a, "c", true), 0); /* another peer: what waits is lost */
	EXPECT_ERR(recv_bytes(&p, a, buf, 4, LX_MSG_DONTWAIT), EAGAIN);
	EXPECT_EQ(send_text(&p, a, "long"), 4);
	EXPECT_EQ(recv_bytes(&p, c, buf, 2, LX_MSG_TRUNC), 4);
	file_put(a);
	file_put(b);
	file_put(c);
	finish();
}

TEST(proc_lists_every_socket)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	struct file *f, *pair[2];

	start();
	f = new_listener(&p, LX_SOCK_STREAM, "shown", 5);
	new_pair(&p, LX_SOCK_DGRAM, pair);
	unix_show(&sb);
	EXPECT_TRUE(strstr(strbuf_str(&sb), "00010000 0001 01"));
	EXPECT_TRUE(strstr(strbuf_str(&sb), " @shown\n"));
	file_put(f);
	file_put(pair[0]);
	file_put(pair[1]);
	finish();
}

/* ---- threads ---- */

enum { CLIENTS = 3, SERVERS = 2, ROUNDS = 300 };

static void *be_client(void *arg UNUSED)
{
	struct person me;
	char c;

	person_init(&me, 0, 5);
	for (int i = 0; i < ROUNDS; i++) {
		struct file *f = new_socket(&me, LX_SOCK_STREAM);

		check(connect_to(&me, f, "busy", false) == 0);
		check(send_bytes(&me, f, "q", 1, 0) == 1);
		check(recv_bytes(&me, f, &c, 1, 0) == 1);
		file_put(f);
	}
	person_fini(&me);
	return NULL;
}

static void *be_server(void *arg)
{
	struct person me;
	struct file *in;
	char c;
	int r;

	person_init(&me, 0, 6);
	while ((r = accept_from(&me, arg, false, &in)) == 0) {
		check(recv_bytes(&me, in, &c, 1, 0) == 1);
		check(send_bytes(&me, in, "a", 1, 0) == 1);
		file_put(in);
	}
	check(r == -EINVAL); /* shut down */
	person_fini(&me);
	return NULL;
}

TEST(connect_and_accept_meet_always)
{
	pthread_t id[CLIENTS + SERVERS];
	struct file *l;

	start();
	l = new_listener(&p, LX_SOCK_STREAM, "busy", 1);
	for (int i = 0; i < CLIENTS + SERVERS; i++)
		EXPECT_EQ(pthread_create(&id[i], NULL, i < CLIENTS ? be_client : be_server, l), 0);
	for (int i = 0; i < CLIENTS; i++)
		EXPECT_EQ(pthread_join(id[i], NULL), 0);
	EXPECT_EQ(unix_ops.shutdown(&p.ctx, sock(l), SOCK_SHUT_RD), 0);
	for (int i = CLIENTS; i < CLIENTS + SERVERS; i++)
		EXPECT_EQ(pthread_join(id[i], NULL), 0);
	file_put(l);
	finish();
}

static _Atomic bool stop;

static void *connect_for_ever(void *arg UNUSED)
{
	struct person me;
	char c;

	person_init(&me, 0, 5);
	while (!stop) {
		struct file *f = new_socket(&me, LX_SOCK_SEQPACKET);
		int r = connect_to(&me, f, "brief", false);

		check(r == 0 || r == -ECONNREFUSED);
		if (r == 0)
			check(recv_bytes(&me, f, &c, 1, 0) <= 0);
		file_put(f);
	}
	person_fini(&me);
	return NULL;
}

TEST(a_listener_may_go_while_others_connect)
{
	pthread_t id[CLIENTS];

	start();
	stop = false;
	for (int i = 0; i < CLIENTS; i++)
		EXPECT_EQ(pthread_create(&id[i], NULL, connect_for_ever, NULL), 0);
	for (int i = 0; i < ROUNDS; i++) {
		struct file *l = new_listener(&p, LX_SOCK_SEQPACKET, "brief", 0), *in;

		if (accept_from(&p, l, true, &in) == 0)
			file_put(in);
		file_put(l);
	}
	stop = true;
	for (int i = 0; i < CLIENTS; i++)
		EXPECT_EQ(pthread_join(id[i], NULL), 0);
	finish();
}

enum { SENDERS = 3 };

static void *send_numbers(void *arg UNUSED)
{
	struct person me;
	struct file *f;

	person_init(&me, 0, 5);
	f = new_socket(&me, LX_SOCK_DGRAM);
	check(connect_to(&me, f, "sink", true) == 0);
	for (int i = 0; i < ROUNDS; i++)
		check(send_bytes(&me, f, &i, sizeof(i), 0) == sizeof(i));
	file_put(f);
	person_fini(&me);
	return NULL;
}

static _Atomic int received;

static void *receive_numbers(void *arg)
{
	struct person me;
	int i;

	person_init(&me, 0, 5);
	while (recv_bytes(&me, arg, &i, sizeof(i), 0) == sizeof(i))
		received++;
	person_fini(&me);
	return NULL;
}

TEST(every_datagram_wakes_a_reader)
{
	pthread_t id[SENDERS], reader[2];
	struct file *sink;

	start();
	received = 0;
	sink = new_named("sink");
	for (int i = 0; i < 2; i++)
		EXPECT_EQ(pthread_create(&reader[i], NULL, receive_numbers, sink), 0);
	for (int i = 0; i < SENDERS; i++)
		EXPECT_EQ(pthread_create(&id[i], NULL, send_numbers, NULL), 0);
	for (int i = 0; i < SENDERS; i++)
		EXPECT_EQ(pthread_join(id[i], NULL), 0);
	while (received < SENDERS * ROUNDS)
		sched_yield();
	EXPECT_EQ(unix_ops.shutdown(&p.ctx, sock(sink), SOCK_SHUT_RD), 0);
	for (int i = 0; i < 2; i++)
		EXPECT_EQ(pthread_join(reader[i], NULL), 0);
	file_put(sink);
	finish();
}

TEST_MAIN()
