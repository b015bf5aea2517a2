/* SPDX-License-Identifier: Apache-2.0 */
/* That no event is lost and nothing is touched after its end, whatever the threads do. */
#include "sentry/fs/epoll/test_world.h"

#include <sched.h>

#include "abi/poll.h"
#include "host/thread.h"

enum { THREADS_MAX = 8 };

struct thread {
	struct host_thread host;
	struct test_ctx t;
	struct scene *scene;
	uint32_t id;
	uint64_t seed, count;
	bool failed;
};

struct scene {
	struct file *ep;
	struct file *files[THREADS_MAX];
	struct thread threads[THREADS_MAX];
	uint32_t rounds;
	_Atomic uint64_t total;
	_Atomic bool stop;
};

/* Vary how far the others have come. */
static void dawdle(struct thread *me)
{
	me->seed = me->seed * 6364136223846793005ULL + 1442695040888963407ULL;
	for (uint64_t n = me->seed >> 55; n > 0; n--)
		__asm__ volatile("" ::: "memory");
	if (me->seed >> 32 & 1)
		sched_yield();
}

static void start(struct scene *s, uint32_t id, void (*fn)(void *arg))
{
	struct thread *th = &s->threads[id];

	th->scene = s;
	th->id = id;
	th->seed = id;
	test_ctx_init(&th->t);
	EXPECT_EQ(host_thread_start(&th->host, "actor", fn, th), 0);
}

static void join(struct scene *s, uint32_t id)
{
	host_thread_join(&s->threads[id].host);
	test_ctx_fini(&s->threads[id].t);
	EXPECT_FALSE(s->threads[id].failed);
}

/* --- a file that lets others run between looking and answering: where an event would be lost --- */

struct slow {
	_Atomic uint64_t count;
	struct waitq wq;
};

static uint32_t slow_poll(struct file *f)
{
	static _Atomic uint32_t turns;
	struct slow *s = f->priv;
	uint32_t events = atomic_load(&s->count) > 0 ? LX_POLLIN : 0;

	if (atomic_fetch_add(&turns, 1) % 4 == 0)
		sched_yield();
	return events;
}

static struct waitq *slow_waitq(struct file *f)
{
	return &((struct slow *)f->priv)->wq;
}

static void slow_release(struct file *f)
{
	waitq_fini(slow_waitq(f));
}

static const struct file_ops slow_ops = {.poll = slow_poll,
					 .waitq = slow_waitq,
					 .release = slow_release};

static struct file *new_slow(struct slow *s)
{
	struct file *f;

	atomic_init(&s->count, 0);
	waitq_init(&s->wq);
	EXPECT_EQ(file_new_anon("slow", NULL, &slow_ops, FILE_STREAM, LX_O_RDWR, s, &f), 0);
	return f;
}

static void signal_slow(struct file *f)
{
	atomic_fetch_add(&((struct slow *)f->priv)->count, 1);
	waitq_wake(slow_waitq(f), LX_POLLIN);
}

static uint64_t drain_slow(struct file *f)
{
	return atomic_exchange(&((struct slow *)f->priv)->count, 0);
}

/* --- producers, and collectors that sleep --- */

static void produce(void *arg)
{
	struct thread *me = arg;

	for (uint32_t i = 0; i < me->scene->rounds; i++) {
		signal_slow(me->scene->files[me->id]);
		dawdle(me);
	}
}

/* Collect until `total` events were drained by all collectors together. A collector that sleeps
 * LOST has lost one. */
static void collect_all(struct thread *me, uint64_t total, uint32_t rearm)
{
	struct scene *s = me->scene;

	while (atomic_load(&s->total) < total && !me->failed) {
		struct lx_epoll_event ev;
		long n = collect_from(&me->t, s->ep, &ev, 1, test_in(LOST));
		struct file *f;

		if (n < 0 || (n == 0 && atomic_load(&s->total) < total)) {
			me->failed = true;
			break;
		}
		if (n == 0)
			break;
		f = s->files[ev.data];
		dawdle(me);
		if (atomic_fetch_add(&s->total, drain_slow(f)) >= total ||
		    atomic_load(&s->total) >= total)
			break;
		if (rearm && control(&me->t, s->ep, LX_EPOLL_CTL_MOD, f, (int)ev.data, rearm) < 0)
			me->failed = true;
	}
}

enum { PRODUCERS = 4, COLLECTORS = 3 };

static struct scene scene;
static uint32_t mode; /* the interest's events */

static void collect_until_done(void *arg)
{
	struct thread *me = arg;
	struct scene *s = me->scene;

	collect_all(me, (uint64_t)PRODUCERS * s->rounds, mode & LX_EPOLLONESHOT ? mode : 0);
	for (uint32_t i = 0; i < PRODUCERS; i++) /* the others may sleep on */
		signal_slow(s->files[i]);
}

static void run_producers(uint32_t how, uint32_t rounds)
{
	static struct slow slow[PRODUCERS];
	struct test_ctx t;

	mode = LX_EPOLLIN | how;
	scene = (struct scene){.ep = new_epoll(), .rounds = rounds};
	test_ctx_init(&t);
	for (uint32_t i = 0; i < PRODUCERS; i++) {
		scene.files[i] = new_slow(&slow[i]);
		EXPECT_EQ(control(&t, scene.ep, LX_EPOLL_CTL_ADD, scene.files[i], (int)i, mode), 0);
	}
	for (uint32_t i = 0; i < COLLECTORS; i++)
		start(&scene, PRODUCERS + i, collect_until_done);
	for (uint32_t i = 0; i < PRODUCERS; i++)
		start(&scene, i, produce);
	for (uint32_t i = 0; i < PRODUCERS + COLLECTORS; i++)
		join(&scene, i);
	EXPECT_TRUE(scene.total >= (uint64_t)PRODUCERS * rounds);
	for (uint32_t i = 0; i < PRODUCERS; i++)
		file_put(scene.files[i]);
	file_put(scene.ep);
	test_ctx_fini(&t);
}

TEST(no_level_is_lost_between_many_threads)
{
	run_producers(0, 3000);
}

TEST(no_edge_is_lost_between_many_threads)
{
	run_producers(LX_EPOLLET, 3000);
}

TEST(no_shot_is_lost_when_it_is_armed_while_events_come)
{
	run_producers(LX_EPOLLONESHOT, 3000);
	run_producers(LX_EPOLLONESHOT | LX_EPOLLET, 3000);
}

/* --- each event wakes somebody --- */

static void collect_one(void *arg)
{
	struct thread *me = arg;
	struct lx_epoll_event ev;

	me->failed = collect_from(&me->t, me->scene->ep, &ev, 1, test_in(LOST)) != 1;
}

/* The wake-ups of both events may reach the same sleeper, who takes one: he must pass the other on.
 */
TEST(who_leaves_an_event_behind_wakes_another)
{
	enum { N = 3 };
	struct test_ctx t;

	test_ctx_init(&t);
	for (uint32_t round = 0; round < 200; round++) {
		scene = (struct scene){.ep = new_epoll()};
		for (uint32_t i = 0; i < N; i++) {
			scene.files[i] = new_event();
			EXPECT_EQ(control(&t, scene.ep, LX_EPOLL_CTL_ADD, scene.files[i], (int)i,
					  LX_EPOLLIN | LX_EPOLLET),
				  0);
			start(&scene, i, collect_one);
		}
		(void)!ctx_block(&t.ctx, test_in(MSEC / 5)); /* most of them sleep by now */
		for (uint32_t i = 0; i < N; i++)
			EXPECT_TRUE(signal_event(&t, scene.files[i]));
		for (uint32_t i = 0; i < N; i++)
			join(&scene, i);
		for (uint32_t i = 0; i < N; i++)
			file_put(scene.files[i]);
		file_put(scene.ep);
	}
	test_ctx_fini(&t);
}

TEST(an_exclusive_event_goes_where_somebody_sleeps)
{
	static struct slow slow;
	struct lx_epoll_event ev;
	struct file *busy;
	struct test_ctx t;

	test_ctx_init(&t);
	for (uint32_t round = 0; round < 200; round++) {
		scene = (struct scene){.ep = new_epoll()};
		scene.files[0] = new_slow(&slow);
		busy = new_epoll();
		EXPECT_EQ(control(&t, busy, LX_EPOLL_CTL_ADD, scene.files[0], 0,
				  LX_EPOLLIN | LX_EPOLLEXCLUSIVE),
			  0);
		EXPECT_EQ(control(&t, scene.ep, LX_EPOLL_CTL_ADD, scene.files[0], 0,
				  LX_EPOLLIN | LX_EPOLLEXCLUSIVE),
			  0);
		start(&scene, 0, collect_one);
		(void)!ctx_block(&t.ctx, test_in(round % 2 ? MSEC / 5 : 1000));
		atomic_fetch_add(&slow.count, 1);
		waitq_wake_one(&slow.wq, LX_POLLOUT); /* nothing that they asked for */
		waitq_wake_one(&slow.wq, LX_POLLIN);
		join(&scene, 0);
		EXPECT_EQ(collect_from(&t, busy, &ev, 1, EPOLL_NOW), 1); /* it holds here as well */
		file_put(busy);
		file_put(scene.files[0]);
		file_put(scene.ep);
	}
	test_ctx_fini(&t);
}

/* --- one shot is for one --- */

static void take_shots(void *arg)
{
	struct thread *me = arg;
	struct lx_epoll_event ev;

	while (!atomic_load(&me->scene->stop)) {
		if (collect_from(&me->t, me->scene->ep, &ev, 1, test_in(MSEC)) == 1) {
			me->count++;
			atomic_fetch_add(&me->scene->total, 1);
		}
	}
}

TEST(one_shot_reaches_one_collector)
{
	enum { SHOTS = 500 };
	struct test_ctx t;

	scene = (struct scene){.ep = new_epoll()};
	scene.files[0] = new_event();
	test_ctx_init(&t);
	EXPECT_TRUE(signal_event(&t, scene.files[0]));
	EXPECT_EQ(control(&t, scene.ep, LX_EPOLL_CTL_ADD, scene.files[0], 0,
			  LX_EPOLLIN | LX_EPOLLONESHOT),
		  0);
	for (uint32_t i = 0; i < COLLECTORS; i++)
		start(&scene, i, take_shots);
	for (uint64_t shot = 1; shot <= SHOTS; shot++) {
		while (atomic_load(&scene.total) < shot)
			sched_yield();
		(void)!signal_event(&t, scene.files[0]);
		if (shot < SHOTS)
			EXPECT_EQ(control(&t, scene.ep, LX_EPOLL_CTL_MOD, scene.files[0], 0,
					  LX_EPOLLIN | LX_EPOLLONESHOT),
				  0);
	}
	(void)!ctx_block(&t.ctx, test_in(5 * MSEC));
	EXPECT_EQ(scene.total, SHOTS);
	atomic_store(&scene.stop, true);
	for (uint32_t i = 0; i < COLLECTORS; i++)
		join(&scene, i);
	file_put(scene.files[0]);
	file_put(scene.ep);
	test_ctx_fini(&t);
}

/* --- everything ends while it is used --- */

/* Add, change and remove at random in a set of epolls that others collect from, and let files and
 * epolls go. */
static void churn(void *arg)
{
	struct thread *me = arg;
	struct scene *s = me->scene;

	for (uint32_t i = 0; i < s->rounds; i++) {
		struct file *mine = new_event(), *inner = new_epoll();
		struct lx_epoll_event ev[4];

		(void)!control(&me->t, s->ep, LX_EPOLL_CTL_ADD, mine, (int)me->id,
			       LX_EPOLLIN | LX_EPOLLET);
		(void)!control(&me->t, inner, LX_EPOLL_CTL_ADD, mine, 1, LX_EPOLLIN);
		(void)!control(&me->t, inner, LX_EPOLL_CTL_ADD, s->files[0], 2, LX_EPOLLIN);
		(void)!control(&me->t, s->ep, LX_EPOLL_CTL_ADD, inner, (int)me->id, LX_EPOLLIN);
		(void)!signal_event(&me->t, s->files[0]);
		(void)!signal_event(&me->t, mine);
		dawdle(me);
		(void)!collect_from(&me->t, s->ep, ev, 4, EPOLL_NOW);
		if (me->seed >> 40 & 1)
			(void)!control(&me->t, s->ep, LX_EPOLL_CTL_DEL, mine, (int)me->id, 0);
		(void)!control(&me->t, s->ep, LX_EPOLL_CTL_MOD, inner, (int)me->id,
			       LX_EPOLLIN | LX_EPOLLET);
		if (me->seed >> 41 & 1) {
			file_put(mine);
			file_put(inner);
		} else {
			file_put(inner);
			file_put(mine);
		}
		(void)!drain_event(&me->t, s->files[0]);
	}
}

TEST(files_and_epolls_end_while_others_use_them)
{
	enum { CHURNERS = 4 };
	struct test_ctx t;
	struct lx_epoll_event ev[4];

	scene = (struct scene){.ep = new_epoll(), .rounds = 1500};
	scene.files[0] = new_event();
	test_ctx_init(&t);
	for (uint32_t i = 0; i < CHURNERS; i++)
		start(&scene, i, churn);
	for (uint32_t i = 0; i < CHURNERS; i++)
		join(&scene, i);
	EXPECT_EQ(collect_from(&t, scene.ep, ev, 4, EPOLL_NOW), 0); /* every file is gone */
	EXPECT_TRUE(scene.files[0]->epoll_links == NULL);
	file_put(scene.files[0]);
	file_put(scene.ep);
	test_ctx_fini(&t);
}

/* The last references to a file and to the epoll that watches it go at the same moment. */
static _Atomic uint32_t gate;

static void put_at_gate(void *arg)
{
	struct thread *me = arg;
	struct scene *s = me->scene;

	atomic_fetch_add(&gate, 1);
	while (atomic_load(&gate) < 2)
		;
	dawdle(me);
	file_put(me->id == 0 ? s->ep : s->files[0]);
}

TEST(a_file_and_its_epoll_end_at_the_same_moment)
{
	struct test_ctx t;

	test_ctx_init(&t);
	for (uint32_t i = 0; i < 300; i++) {
		scene = (struct scene){.ep = new_epoll()};
		scene.files[0] = new_event();
		atomic_store(&gate, 0);
		for (int fd = 0; fd < 3; fd++)
			EXPECT_EQ(control(&t, scene.ep, LX_EPOLL_CTL_ADD, scene.files[0], fd,
					  LX_EPOLLIN),
				  0);
		start(&scene, 0, put_at_gate);
		start(&scene, 1, put_at_gate);
		join(&scene, 0);
		join(&scene, 1);
	}
	test_ctx_fini(&t);
}

TEST_MAIN()
