/* SPDX-License-Identifier: Apache-2.0 */
/* Advisory locks: what conflicts, how ranges split and join, who waits, and when waiting would
 * never end. */
#include "sentry/vfs/locks.h"

#include <errno.h>
#include <pthread.h>

#include "abi/fcntl.h"
#include "base/test.h"
#include "sentry/vfs/testfs.h"

/* Two processes with a descriptor each on one file. */
struct pair {
	struct world w;
	struct fdtable *p1, *p2;
	struct file *f1, *f2;
};

static void pair_init(struct pair *p)
{
	world_init(&p->w, testfs_new());
	EXPECT_EQ(w_file(&p->w, "f", 0644), 0);
	EXPECT_EQ(w_open(&p->w, "f", LX_O_RDWR, 0, &p->f1), 0);
	EXPECT_EQ(w_open(&p->w, "f", LX_O_RDWR, 0, &p->f2), 0);
	p->p1 = fdtable_new();
	p->p2 = fdtable_new();
}

static void pair_fini(struct pair *p)
{
	file_locks_close(p->f1, p->p1);
	file_locks_close(p->f1, p->p2);
	file_put(p->f1);
	file_put(p->f2);
	fdtable_put(p->p1, NULL);
	fdtable_put(p->p2, NULL);
	world_fini(&p->w);
}

static int set(struct pair *p, struct file *f, struct fdtable *fds, int type, int64_t start,
	       int64_t len)
{
	struct lx_flock fl = {.l_type = (int16_t)type, .l_start = start, .l_len = len};

	return file_lock_set(&p->w.ctx, f, fds, &fl, LOCK_NOWAIT);
}

/* What is in the way of a write lock of process 2: its start and length, or -1. */
static void expect_way(struct pair *p, int64_t start, int64_t len, int64_t want_start,
		       int64_t want_len)
{
	struct lx_flock fl = {.l_type = LX_F_WRLCK, .l_start = start, .l_len = len};

	EXPECT_EQ(file_lock_get(&p->w.ctx, p->f2, p->p2, &fl), 0);
	if (want_start < 0) {
		EXPECT_EQ(fl.l_type, LX_F_UNLCK);
		return;
	}
	EXPECT_EQ(fl.l_start, want_start);
	EXPECT_EQ(fl.l_len, want_len);
}

TEST(readers_share_and_writers_do_not)
{
	struct pair p;

	pair_init(&p);
	EXPECT_EQ(set(&p, p.f1, p.p1, LX_F_RDLCK, 0, 10), 0);
	EXPECT_EQ(set(&p, p.f2, p.p2, LX_F_RDLCK, 5, 10), 0);
	EXPECT_ERR(set(&p, p.f2, p.p2, LX_F_WRLCK, 5, 10), EAGAIN);
	EXPECT_EQ(set(&p, p.f2, p.p2, LX_F_WRLCK, 10, 10), 0);
	EXPECT_ERR(set(&p, p.f1, p.p1, LX_F_RDLCK, 0, 0), EAGAIN);
	pair_fini(&p);
}

TEST(ranges_split_join_and_change_type)
{
	struct pair p;

	pair_init(&p);
	EXPECT_EQ(set(&p, p.f1, p.p1, LX_F_WRLCK, 0, 30), 0);
	EXPECT_EQ(set(&p, p.f1, p.p1, LX_F_UNLCK, 10, 10), 0);
	expect_way(&p, 0, 0, 0, 10);
	expect_way(&p, 10, 10, -1, 0);
	expect_way(&p, 15, 0, 20, 10);
	EXPECT_EQ(set(&p, p.f1, p.p1, LX_F_WRLCK, 10, 10), 0);
	expect_way(&p, 0, 0, 0, 30);
	EXPECT_EQ(set(&p, p.f1, p.p1, LX_F_RDLCK, 5, 5), 0);
	expect_way(&p, 0, 0, 0, 5);
	expect_way(&p, 5, 1, 5, 5);
	EXPECT_EQ(set(&p, p.f1, p.p1, LX_F_WRLCK, 25, 0), 0);
	expect_way(&p, 12, 0, 10, 0);
	EXPECT_EQ(set(&p, p.f1, p.p1, LX_F_UNLCK, 0, 0), 0);
	expect_way(&p, 0, 0, -1, 0);
	pair_fini(&p);
}

TEST(bad_ranges_are_refused)
{
	struct lx_flock fl = {.l_type = LX_F_WRLCK, .l_start = INT64_MAX, .l_len = 2};
	struct pair p;

	pair_init(&p);
	EXPECT_ERR(file_lock_set(&p.w.ctx, p.f1, p.p1, &fl, LOCK_NOWAIT), EOVERFLOW);
	EXPECT_ERR(set(&p, p.f1, p.p1, LX_F_WRLCK, -1, 0), EINVAL);
	EXPECT_ERR(set(&p, p.f1, p.p1, LX_F_WRLCK, 5, -6), EINVAL);
	EXPECT_ERR(set(&p, p.f1, p.p1, 7, 0, 0), EINVAL);
	fl = (struct lx_flock){.l_type = LX_F_WRLCK, .l_whence = 9};
	EXPECT_ERR(file_lock_set(&p.w.ctx, p.f1, p.p1, &fl, LOCK_NOWAIT), EINVAL);
	EXPECT_EQ(set(&p, p.f1, p.p1, LX_F_WRLCK, 10, -5), 0);
	expect_way(&p, 0, 0, 5, 5);
	pair_fini(&p);
}

TEST(closing_any_descriptor_drops_the_process_locks_but_not_the_files)
{
	struct pair p;

	pair_init(&p);
	EXPECT_EQ(set(&p, p.f1, p.p1, LX_F_WRLCK, 0, 1), 0);
	EXPECT_EQ(set(&p, p.f1, NULL, LX_F_WRLCK, 5, 1), 0);
	EXPECT_ERR(set(&p, p.f1, p.p1, LX_F_WRLCK, 5, 1), EAGAIN);
	file_locks_close(p.f2, p.p1);
	expect_way(&p, 0, 0, 5, 1);
	file_locks_release(p.f1);
	expect_way(&p, 0, 0, -1, 0);
	pair_fini(&p);
}

TEST(flock_belongs_to_the_open_file)
{
	struct pair p;

	pair_init(&p);
	EXPECT_EQ(file_flock(&p.w.ctx, p.f1, LX_LOCK_SH), 0);
	EXPECT_EQ(file_flock(&p.w.ctx, p.f2, LX_LOCK_SH | LX_LOCK_NB), 0);
	EXPECT_ERR(file_flock(&p.w.ctx, p.f1, LX_LOCK_EX | LX_LOCK_NB), EAGAIN);
	EXPECT_EQ(file_flock(&p.w.ctx, p.f2, LX_LOCK_EX | LX_LOCK_NB),
		  0); /* the failed conversion lost its lock */
	EXPECT_EQ(file_flock(&p.w.ctx, p.f2, LX_LOCK_UN), 0);
	EXPECT_EQ(file_flock(&p.w.ctx, p.f1, LX_LOCK_EX | LX_LOCK_NB), 0);
	EXPECT_ERR(file_flock(&p.w.ctx, p.f2, LX_LOCK_SH | LX_LOCK_NB), EAGAIN);
	EXPECT_ERR(file_flock(&p.w.ctx, p.f1, 0), EINVAL);
	EXPECT_EQ(set(&p, p.f2, p.p2, LX_F_WRLCK, 0, 0), 0); /* another kind of lock altogether */
	pair_fini(&p);
}

/* --- waiting --- */

struct sleeper {
	pthread_t thread;
	struct pair *p;
	struct ctx ctx;
	struct fdtable *fds;
	struct file *f;
	int64_t start;
	int result;
};

static void *sleep_for_lock(void *arg)
{
	struct sleeper *s = arg;
	struct lx_flock fl = {.l_type = LX_F_WRLCK, .l_start = s->start, .l_len = 1};

	s->result = file_lock_set(&s->ctx, s->f, s->fds, &fl, LOCK_WAIT);
	if (s->result == -EDEADLK)
		file_locks_close(s->f, s->fds);
	return NULL;
}

static void sleeper_start(struct sleeper *s, struct pair *p, struct file *f, struct fdtable *fds,
			  int64_t start)
{
	*s = (struct sleeper){.p = p, .f = f, .fds = fds, .start = start};
	ctx_init(&s->ctx, &ctx_kernel_ops);
	s->ctx.tgid = 2;
	EXPECT_EQ(pthread_create(&s->thread, NULL, sleep_for_lock, s), 0);
}

TEST(an_unlock_wakes_who_waits)
{
	struct sleeper s;
	struct pair p;

	pair_init(&p);
	EXPECT_EQ(set(&p, p.f1, p.p1, LX_F_WRLCK, 0, 1), 0);
	sleeper_start(&s, &p, p.f2, p.p2, 0);
	EXPECT_EQ(set(&p, p.f1, p.p1, LX_F_UNLCK, 0, 1), 0);
	pthread_join(s.thread, NULL);
	EXPECT_EQ(s.result, 0);
	EXPECT_ERR(set(&p, p.f1, p.p1, LX_F_WRLCK, 0, 1), EAGAIN);
	pair_fini(&p);
}

/* Each holds one and wants the other's: exactly one of them is told, gives way, and the other gets
 * both. */
TEST(a_circle_of_waiting_is_refused)
{
	struct lx_flock fl = {.l_type = LX_F_WRLCK, .l_start = 1, .l_len = 1};
	struct sleeper s;
	struct pair p;
	int r;

	pair_init(&p);
	EXPECT_EQ(set(&p, p.f1, p.p1, LX_F_WRLCK, 0, 1), 0);
	EXPECT_EQ(set(&p, p.f2, p.p2, LX_F_WRLCK, 1, 1), 0);
	sleeper_start(&s, &p, p.f2, p.p2, 0);
	r = file_lock_set(&p.w.ctx, p.f1, p.p1, &fl, LOCK_WAIT);
	if (r == -EDEADLK)
		file_locks_close(p.f1, p.p1);
	pthread_join(s.thread, NULL);
	EXPECT_TRUE((r == -EDEADLK && s.result == 0) || (r == 0 && s.result == -EDEADLK));
	pair_fini(&p);
}

TEST_MAIN()
