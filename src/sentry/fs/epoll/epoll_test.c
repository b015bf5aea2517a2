/* SPDX-License-Identifier: Apache-2.0 */
/* What an epoll tells and when, seen by one thread: level, edge, one-shot, control, nesting, and
 * the end of what is watched. */
#include "sentry/fs/epoll/test_world.h"

#include "abi/poll.h"

TEST(a_level_is_told_as_long_as_it_holds)
{
	struct lx_epoll_event ev[4];
	struct file *f = new_event();
	struct world w;

	world_init(&w);
	EXPECT_EQ(add(&w, f, 7, LX_EPOLLIN), 0);
	EXPECT_EQ(collect_now(&w, ev, 4), 0);
	EXPECT_TRUE(signal_event(&w.t, f));
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(collect_now(&w, ev, 4), 1);
		EXPECT_EQ(ev[0].events, LX_EPOLLIN);
		EXPECT_EQ(ev[0].data, 7);
	}
	EXPECT_EQ(drain_event(&w.t, f), 1);
	EXPECT_EQ(collect_now(&w, ev, 4), 0);
	file_put(f);
	world_fini(&w);
}

TEST(what_holds_already_is_told_when_it_is_added_and_when_it_is_modified)
{
	struct lx_epoll_event ev[4];
	struct file *f = new_event();
	struct world w;

	world_init(&w);
	EXPECT_TRUE(signal_event(&w.t, f));
	EXPECT_EQ(add(&w, f, 1, LX_EPOLLIN | LX_EPOLLET), 0);
	EXPECT_EQ(collect_now(&w, ev, 4), 1);
	EXPECT_EQ(collect_now(&w, ev, 4), 0);
	EXPECT_EQ(modify(&w, f, 1, LX_EPOLLOUT | LX_EPOLLET), 0);
	EXPECT_EQ(collect_now(&w, ev, 4), 1);
	EXPECT_EQ(ev[0].events, LX_EPOLLOUT);
	EXPECT_EQ(modify(&w, f, 1, 0), 0);
	EXPECT_EQ(collect_now(&w, ev, 4), 0);
	file_put(f);
	world_fini(&w);
}

TEST(an_edge_is_told_once_each_time_it_comes)
{
	struct lx_epoll_event ev[4];
	struct file *f = new_event();
	struct world w;

	world_init(&w);
	EXPECT_EQ(add(&w, f, 1, LX_EPOLLIN | LX_EPOLLOUT | LX_EPOLLET), 0);
	EXPECT_EQ(collect_now(&w, ev, 4), 1); /* writable */
	EXPECT_EQ(collect_now(&w, ev, 4), 0);
	for (int i = 0; i < 3; i++) {
		EXPECT_TRUE(signal_event(&w.t, f));
		EXPECT_EQ(collect_now(&w, ev, 4), 1);
		EXPECT_EQ(ev[0].events, LX_EPOLLIN | LX_EPOLLOUT);
		EXPECT_EQ(collect_now(&w, ev, 4), 0);
	}
	/* An edge whose cause is gone is not told. */
	EXPECT_EQ(modify(&w, f, 1, LX_EPOLLIN | LX_EPOLLET), 0);
	EXPECT_EQ(drain_event(&w.t, f), 3);
	EXPECT_EQ(collect_now(&w, ev, 4), 0);
	file_put(f);
	world_fini(&w);
}

TEST(one_shot_is_silent_until_it_is_armed_again)
{
	struct lx_epoll_event ev[4];
	struct file *f = new_event();
	struct world w;

	world_init(&w);
	EXPECT_EQ(add(&w, f, 1, LX_EPOLLIN | LX_EPOLLONESHOT), 0);
	EXPECT_TRUE(signal_event(&w.t, f));
	EXPECT_EQ(collect_now(&w, ev, 4), 1);
	EXPECT_TRUE(signal_event(&w.t, f));
	EXPECT_EQ(collect_now(&w, ev, 4), 0);
	EXPECT_EQ(file_poll(w.ep), 0);
	EXPECT_EQ(modify(&w, f, 1, LX_EPOLLIN | LX_EPOLLONESHOT), 0);
	EXPECT_EQ(collect_now(&w, ev, 4), 1);
	EXPECT_EQ(collect_now(&w, ev, 4), 0);
	file_put(f);
	world_fini(&w);
}

TEST(more_than_fits_comes_in_turns)
{
	enum { N = 100 };
	struct file *files[N];
	struct lx_epoll_event ev[N];
	bool seen[N] = {false};
	struct world w;

	world_init(&w);
	for (int i = 0; i < N; i++) {
		files[i] = new_event();
		EXPECT_EQ(add(&w, files[i], i, LX_EPOLLIN), 0);
		EXPECT_TRUE(signal_event(&w.t, files[i]));
	}
	EXPECT_EQ(collect_now(&w, ev, N), N); /* several batches, each file once */
	for (int i = 0; i < N; i++) {
		EXPECT_FALSE(seen[ev[i].data]);
		seen[ev[i].data] = true;
	}
	memset(seen, 0, sizeof(seen));
	for (int i = 0; i < N; i++) { /* one at a time: still everybody has a turn */
		EXPECT_EQ(collect_now(&w, ev, 1), 1);
		EXPECT_FALSE(seen[ev[0].data]);
		seen[ev[0].data] = true;
	}
	for (int i = 0; i < N; i++)
		file_put(files[i]);
	EXPECT_EQ(collect_now(&w, ev, N), 0);
	world_fini(&w);
}

/* --- control --- */

TEST(an_interest_is_one_file_under_one_number)
{
	struct lx_epoll_event ev[4];
	struct file *f = new_event();
	struct world w;

	world_init(&w);
	EXPECT_EQ(add(&w, f, 1, LX_EPOLLIN), 0);
	EXPECT_ERR(add(&w, f, 1, LX_EPOLLOUT), EEXIST);
	EXPECT_EQ(add(&w, f, 2, LX_EPOLLIN), 0);
	EXPECT_TRUE(signal_event(&w.t, f));
	EXPECT_EQ(collect_now(&w, ev, 4), 2);
	EXPECT_EQ(del(&w, f, 1), 0);
	EXPECT_ERR(del(&w, f, 1), ENOENT);
	EXPECT_ERR(modify(&w, f, 1, LX_EPOLLIN), ENOENT);
	EXPECT_EQ(collect_now(&w, ev, 4), 1);
	EXPECT_EQ(ev[0].data, 2);
	file_put(f);
	world_fini(&w);
}

static const struct file_ops no_ops;

TEST(what_cannot_be_watched_is_refused)
{
	struct lx_epoll_event ev[1];
	struct file *f = new_event(), *plain, *inner = new_epoll(), *none;
	struct world w;

	world_init(&w);
	EXPECT_EQ(file_new_anon("x", NULL, &no_ops, FILE_STREAM, LX_O_RDWR, NULL, &plain), 0);
	EXPECT_ERR(add(&w, plain, 1, LX_EPOLLIN), EPERM);
	EXPECT_ERR(add(&w, w.ep, 1, LX_EPOLLIN), EINVAL);
	EXPECT_ERR(control(&w.t, f, LX_EPOLL_CTL_ADD, inner, 1, LX_EPOLLIN), EINVAL);
	EXPECT_ERR(control(&w.t, w.ep, 9, f, 1, LX_EPOLLIN), EINVAL);
	EXPECT_ERR(epoll_new(1, &none), EINVAL);
	EXPECT_ERR(collect_from(&w.t, f, ev, 1, EPOLL_NOW), EINVAL);
	file_put(f);
	file_put(plain);
	file_put(inner);
	world_fini(&w);
}

TEST(exclusive_interests_are_few_in_kind_and_never_change)
{
	struct file *f = new_event(), *inner = new_epoll();
	struct world w;

	world_init(&w);
	EXPECT_ERR(add(&w, f, 1, LX_EPOLLIN | LX_EPOLLONESHOT | LX_EPOLLEXCLUSIVE), EINVAL);
	EXPECT_ERR(add(&w, inner, 1, LX_EPOLLIN | LX_EPOLLEXCLUSIVE), EINVAL);
	EXPECT_EQ(add(&w, f, 1, LX_EPOLLIN | LX_EPOLLET | LX_EPOLLEXCLUSIVE), 0);
	EXPECT_ERR(modify(&w, f, 1, LX_EPOLLIN), EINVAL);
	EXPECT_EQ(add(&w, f, 2, LX_EPOLLIN), 0);
	EXPECT_ERR(modify(&w, f, 2, LX_EPOLLIN | LX_EPOLLEXCLUSIVE), EINVAL);
	EXPECT_EQ(del(&w, f, 1), 0);
	file_put(f);
	file_put(inner);
	world_fini(&w);
}

/* --- the end of what is watched, and of who watches --- */

TEST(an_interest_ends_with_the_last_reference_to_its_file)
{
	struct lx_epoll_event ev[4];
	struct file *f = new_event(), *dup = file_get(f);
	struct world w;

	world_init(&w);
	EXPECT_TRUE(signal_event(&w.t, f));
	EXPECT_EQ(add(&w, f, 1, LX_EPOLLIN), 0);
	file_put(f);
	EXPECT_EQ(collect_now(&w, ev, 4), 1); /* the description lives on */
	file_put(dup);
	EXPECT_EQ(collect_now(&w, ev, 4), 0);
	world_fini(&w);
}

TEST(an_epoll_that_ends_leaves_the_files_alone)
{
	struct file *f = new_event();
	struct world w, other;

	world_init(&w);
	world_init(&other);
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(add(&w, f, i, LX_EPOLLIN), 0);
		EXPECT_EQ(add(&other, f, i, LX_EPOLLIN), 0);
	}
	EXPECT_TRUE(f->epoll_links != NULL);
	world_fini(&other);
	EXPECT_TRUE(f->epoll_links != NULL);
	world_fini(&w);
	EXPECT_TRUE(f->epoll_links == NULL);
	file_put(f);
}

/* --- copying out --- */

/* Takes `room` bytes, then there is no more memory. */
static size_t room;

static ssize_t put_some(struct uio *u, const void *src UNUSED, size_t n)
{
	size_t fits = MIN(n, room);

	if (fits == 0)
		return -EFAULT;
	room -= fits;
	uio_advance(u, fits);
	return (ssize_t)fits;
}

static const struct uio_ops short_ops = {.put = put_some};

static long collect_short(struct world *w, size_t bytes)
{
	struct uio u;

	room = bytes;
	uio_init(&u, &short_ops, NULL, u.inline_pieces, 1, 4 * sizeof(struct lx_epoll_event));
	u.inline_pieces[0] =
		(struct uio_piece){.addr = 0, .len = 4 * sizeof(struct lx_epoll_event)};
	return epoll_collect(&w->t.ctx, w->ep, &u, 4, EPOLL_NOW);
}

TEST(an_event_that_did_not_reach_the_guest_is_not_lost)
{
	struct lx_epoll_event ev[4];
	struct file *f[3];
	struct world w;

	world_init(&w);
	for (int i = 0; i < 3; i++) {
		f[i] = new_event();
		EXPECT_EQ(add(&w, f[i], i, LX_EPOLLIN | (i == 1 ? LX_EPOLLONESHOT : LX_EPOLLET)),
			  0);
		EXPECT_TRUE(signal_event(&w.t, f[i]));
	}
	EXPECT_EQ(collect_short(&w, 0), -EFAULT);
	EXPECT_EQ(collect_short(&w, sizeof(ev[0]) + 5), 1);
	EXPECT_EQ(collect_now(&w, ev, 4), 2);
	EXPECT_EQ(ev[0].data, 1);
	EXPECT_EQ(ev[1].data, 2);
	EXPECT_EQ(collect_now(&w, ev, 4), 0);
	for (int i = 0; i < 3; i++)
		file_put(f[i]);
	world_fini(&w);
}

/* --- epolls that watch epolls --- */

TEST(an_epoll_is_readable_while_something_in_it_is)
{
	struct lx_epoll_event ev[4];
	struct file *f = new_event(), *inner = new_epoll();
	struct world w;

	world_init(&w);
	EXPECT_EQ(control(&w.t, inner, LX_EPOLL_CTL_ADD, f, 1, LX_EPOLLIN), 0);
	EXPECT_EQ(add(&w, inner, 2, LX_EPOLLIN), 0);
	EXPECT_EQ(collect_now(&w, ev, 4), 0);
	EXPECT_TRUE(signal_event(&w.t, f));
	EXPECT_EQ(collect_now(&w, ev, 4), 1);
	EXPECT_EQ(ev[0].data, 2);
	EXPECT_EQ(file_poll(w.ep), LX_POLLIN | LX_POLLRDNORM);
	EXPECT_EQ(collect_from(&w.t, inner, ev, 4, EPOLL_NOW), 1);
	EXPECT_EQ(drain_event(&w.t, f), 1);
	EXPECT_EQ(collect_now(&w, ev, 4), 0);
	EXPECT_EQ(file_poll(w.ep), 0);
	file_put(inner); /* before what it watches, while it is watched */
	file_put(f);
	world_fini(&w);
}

TEST(rings_of_epolls_are_refused)
{
	struct file *a = new_epoll(), *b = new_epoll(), *c = new_epoll();
	struct world w;

	world_init(&w);
	EXPECT_EQ(control(&w.t, a, LX_EPOLL_CTL_ADD, b, 1, LX_EPOLLIN), 0);
	EXPECT_EQ(control(&w.t, b, LX_EPOLL_CTL_ADD, c, 1, LX_EPOLLIN), 0);
	EXPECT_ERR(control(&w.t, b, LX_EPOLL_CTL_ADD, a, 1, LX_EPOLLIN), ELOOP);
	EXPECT_ERR(control(&w.t, c, LX_EPOLL_CTL_ADD, a, 1, LX_EPOLLIN), ELOOP);
	EXPECT_EQ(control(&w.t, a, LX_EPOLL_CTL_ADD, c, 1, LX_EPOLLIN),
		  0); /* two ways down are no ring */
	EXPECT_EQ(control(&w.t, a, LX_EPOLL_CTL_DEL, b, 1, 0), 0);
	EXPECT_EQ(control(&w.t, b, LX_EPOLL_CTL_ADD, a, 1, LX_EPOLLIN), 0);
	file_put(a);
	file_put(b);
	file_put(c);
	world_fini(&w);
}

/* The host's kernel refuses the sixth in a row, from whichever end it is made. */
TEST(five_epolls_in_a_row_are_enough)
{
	enum { N = 6 };
	struct file *up[N], *down[N];
	struct world w;

	world_init(&w);
	for (int i = 0; i < N; i++) {
		int want = i == N - 1 ? -ELOOP : 0;

		up[i] = new_epoll();
		down[i] = new_epoll();
		if (i == 0)
			continue;
		EXPECT_EQ(control(&w.t, up[i], LX_EPOLL_CTL_ADD, up[i - 1], 1, LX_EPOLLIN), want);
		EXPECT_EQ(control(&w.t, down[i - 1], LX_EPOLL_CTL_ADD, down[i], 1, LX_EPOLLIN),
			  want);
	}
	EXPECT_ERR(control(&w.t, down[N - 2], LX_EPOLL_CTL_ADD, up[1], 1, LX_EPOLLIN),
		   ELOOP); /* in the middle */
	for (int i = 0; i < N; i++) {
		file_put(up[i]);
		file_put(down[i]);
	}
	world_fini(&w);
}

TEST(an_event_climbs_through_five_epolls)
{
	enum { N = 5 };
	struct lx_epoll_event ev[1];
	struct file *f = new_event(), *eps[N];
	struct world w;

	world_init(&w);
	for (int i = 0; i < N; i++) {
		eps[i] = new_epoll();
		EXPECT_EQ(control(&w.t, eps[i], LX_EPOLL_CTL_ADD, i == 0 ? f : eps[i - 1], 1,
				  LX_EPOLLIN | LX_EPOLLET),
			  0);
	}
	for (int round = 0; round < 3; round++) {
		EXPECT_TRUE(signal_event(&w.t, f));
		EXPECT_EQ(collect_from(&w.t, eps[N - 1], ev, 1, EPOLL_NOW), 1);
		EXPECT_EQ(collect_from(&w.t, eps[N - 1], ev, 1, EPOLL_NOW), 0);
	}
	for (int i = 0; i < N; i++)
		file_put(eps[i]);
	file_put(f);
	world_fini(&w);
}

/* --- sleeping --- */

TEST(a_wait_ends_at_its_deadline_or_by_a_signal)
{
	struct lx_epoll_event ev[1];
	int64_t start = clock_monotonic_ns();
	struct world w;

	world_init(&w);
	EXPECT_EQ(collect_from(&w.t, w.ep, ev, 1, test_in(5 * MSEC)), 0);
	EXPECT_TRUE(clock_monotonic_ns() - start >= 5 * MSEC);
	test_ctx_interrupt(&w.t);
	EXPECT_EQ(collect_now(&w, ev, 1), 0); /* who does not sleep is not interrupted */
	EXPECT_ERR(collect_from(&w.t, w.ep, ev, 1, CTX_FOREVER), EINTR);
	world_fini(&w);
}

TEST_MAIN()
