/* SPDX-License-Identifier: Apache-2.0 */
#include "abi/signal.h"
#include "base/test.h"
#include "sentry/core/alloc.h"
#include "sentry/signal/signal.h"

struct fixture {
	struct user_table users;
	struct user *user;
	struct sigpending p;
};

static void begin(struct fixture *f)
{
	user_table_init(&f->users);
	f->user = user_find(&f->users, 1000);
	EXPECT_TRUE(f->user != NULL);
	sigpending_init(&f->p);
}

static void end(struct fixture *f)
{
	sigpending_flush(&f->p);
	EXPECT_EQ(atomic_load(&f->user->nsigqueue), 0);
	user_put(f->user);
	user_table_fini(&f->users);
}

static enum sigpending_result add(struct fixture *f, int signo, int code, int value, uint64_t limit)
{
	lx_siginfo_t info;

	siginfo_user(&info, signo, code, 7, 1000);
	info._rt._sigval.sival_int = value;
	return sigpending_add(&f->p, &info, f->user, limit, false);
}

TEST(a_standard_signal_is_pending_once_and_keeps_the_first_siginfo)
{
	struct fixture f;
	lx_siginfo_t info;

	begin(&f);
	EXPECT_EQ(add(&f, LX_SIGUSR1, LX_SI_QUEUE, 1, 100), SIGPENDING_QUEUED);
	EXPECT_EQ(add(&f, LX_SIGUSR1, LX_SI_QUEUE, 2, 100), SIGPENDING_ALREADY);
	EXPECT_EQ(sigpending_next(&f.p, 0), LX_SIGUSR1);
	sigpending_take(&f.p, LX_SIGUSR1, &info);
	EXPECT_EQ(info._rt._sigval.sival_int, 1);
	EXPECT_EQ(sigpending_next(&f.p, 0), 0);
	end(&f);
}

TEST(real_time_signals_queue_in_order_and_lowest_number_first)
{
	struct fixture f;
	lx_siginfo_t info;

	begin(&f);
	EXPECT_EQ(add(&f, LX_SIGRTMIN + 1, LX_SI_QUEUE, 9, 100), SIGPENDING_QUEUED);
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(add(&f, LX_SIGRTMIN, LX_SI_QUEUE, i, 100), SIGPENDING_QUEUED);
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(sigpending_next(&f.p, 0), LX_SIGRTMIN);
		sigpending_take(&f.p, LX_SIGRTMIN, &info);
		EXPECT_EQ(info._rt._sigval.sival_int, i);
	}
	EXPECT_EQ(sigpending_next(&f.p, 0), LX_SIGRTMIN + 1);
	end(&f);
}

TEST(what_the_thread_raised_itself_goes_before_lower_numbers)
{
	struct fixture f;

	begin(&f);
	EXPECT_EQ(add(&f, LX_SIGHUP, LX_SI_USER, 0, 100), SIGPENDING_QUEUED);
	EXPECT_EQ(add(&f, LX_SIGSEGV, LX_SI_KERNEL, 0, 100), SIGPENDING_QUEUED);
	EXPECT_EQ(sigpending_next(&f.p, 0), LX_SIGSEGV);
	EXPECT_EQ(sigpending_next(&f.p, LX_SIGMASK(LX_SIGSEGV)), LX_SIGHUP);
	EXPECT_EQ(sigpending_next(&f.p, ~0ULL), 0);
	end(&f);
}

TEST(over_the_limit_sigqueue_is_refused_and_kill_loses_its_siginfo)
{
	struct fixture f;
	lx_siginfo_t info;

	begin(&f);
	EXPECT_EQ(add(&f, LX_SIGRTMIN, LX_SI_QUEUE, 0, 1), SIGPENDING_QUEUED);
	EXPECT_EQ(add(&f, LX_SIGRTMIN, LX_SI_QUEUE, 1, 1), SIGPENDING_FULL);
	EXPECT_EQ(add(&f, LX_SIGRTMIN + 2, LX_SI_QUEUE, 1, 1), SIGPENDING_FULL);
	EXPECT_EQ(sigpending_next(&f.p, LX_SIGMASK(LX_SIGRTMIN)), 0);
	EXPECT_EQ(add(&f, LX_SIGRTMIN + 2, LX_SI_USER, 1, 1), SIGPENDING_QUEUED);
	sigpending_take(&f.p, LX_SIGRTMIN + 2, &info);
	EXPECT_EQ(info.si_code, LX_SI_USER);
	EXPECT_EQ(info._kill._pid, 0);
	/* kill(2)'s own standard signals are never over it. */
	EXPECT_EQ(add(&f, LX_SIGTERM, LX_SI_USER, 1, 1), SIGPENDING_QUEUED);
	sigpending_take(&f.p, LX_SIGTERM, &info);
	EXPECT_EQ(info._kill._pid, 7);
	end(&f);
}

TEST(without_memory_a_signal_is_pending_all_the_same)
{
	struct fixture f;
	lx_siginfo_t info;

	begin(&f);
	arena_fail_nth(1);
	EXPECT_EQ(add(&f, LX_SIGTERM, LX_SI_USER, 0, 100), SIGPENDING_QUEUED);
	arena_fail_nth(0);
	EXPECT_EQ(atomic_load(&f.user->nsigqueue), 0);
	EXPECT_EQ(sigpending_next(&f.p, 0), LX_SIGTERM);
	sigpending_take(&f.p, LX_SIGTERM, &info);
	EXPECT_EQ(info.si_signo, LX_SIGTERM);
	end(&f);
}

TEST(flushing_a_mask_leaves_the_others)
{
	struct fixture f;

	begin(&f);
	EXPECT_EQ(add(&f, LX_SIGCONT, LX_SI_USER, 0, 100), SIGPENDING_QUEUED);
	EXPECT_EQ(add(&f, LX_SIGTSTP, LX_SI_USER, 0, 100), SIGPENDING_QUEUED);
	sigpending_flush_mask(&f.p, SIGMASK_STOP);
	EXPECT_EQ(f.p.set, LX_SIGMASK(LX_SIGCONT));
	EXPECT_EQ(atomic_load(&f.user->nsigqueue), 1);
	end(&f);
}

static int taken;

static void count_taken(struct sigqueue *q UNUSED, lx_siginfo_t *info)
{
	taken++;
	info->_timer._overrun = 5;
}

TEST(an_embedded_entry_is_told_when_it_is_taken_and_not_when_it_is_removed)
{
	struct fixture f;
	struct sigqueue q;
	lx_siginfo_t info;

	begin(&f);
	taken = 0;
	sigqueue_init_embedded(&q, count_taken);
	siginfo_user(&q.info, LX_SIGALRM, LX_SI_TIMER, 0, 0);
	sigpending_add_embedded(&f.p, &q);
	EXPECT_TRUE(sigqueue_is_queued(&q));
	sigpending_take(&f.p, LX_SIGALRM, &info);
	EXPECT_EQ(taken, 1);
	EXPECT_EQ(info._timer._overrun, 5);
	EXPECT_FALSE(sigqueue_is_queued(&q));
	sigpending_add_embedded(&f.p, &q);
	sigpending_remove_embedded(&f.p, &q);
	EXPECT_EQ(taken, 1);
	EXPECT_EQ(f.p.set, 0);
	end(&f);
}

TEST(users_are_shared_by_uid_and_vanish_with_the_last_holder)
{
	struct user_table t;
	struct user *a, *b, *c;

	user_table_init(&t);
	a = user_find(&t, 1);
	b = user_find(&t, 2);
	c = user_find(&t, 1);
	EXPECT_TRUE(a == c && a != b);
	user_put(a);
	user_put(b);
	EXPECT_TRUE(user_find(&t, 1) == c);
	user_put(c);
	user_put(c);
	user_table_fini(&t);
}

TEST(exec_resets_handlers_but_not_what_is_ignored)
{
	struct sighand *sh = sighand_new(), *copy;
	struct lx_sigaction act = {
		.k_sa_handler = 0x1234, .sa_flags = LX_SA_RESTART | 0x40, .sa_mask = ~0ULL};
	lx_sigset_t ignored, caught;

	EXPECT_TRUE(sh != NULL);
	(void)sighand_set_action(sh, LX_SIGUSR1, &act);
	EXPECT_EQ(sighand_action(sh, LX_SIGUSR1).sa_flags,
		  LX_SA_RESTART); /* unknown flags are dropped */
	EXPECT_EQ(sighand_action(sh, LX_SIGUSR1).sa_mask, ~SIGMASK_KERNEL_ONLY);
	act.k_sa_handler = LX_SIG_IGN;
	(void)sighand_set_action(sh, LX_SIGUSR2, &act);
	copy = sighand_copy(sh);
	EXPECT_TRUE(copy != NULL);
	sighand_reset(copy);
	sighand_sets(copy, &ignored, &caught);
	EXPECT_EQ(ignored, LX_SIGMASK(LX_SIGUSR2));
	EXPECT_EQ(caught, 0);
	sighand_sets(sh, &ignored, &caught);
	EXPECT_EQ(caught, LX_SIGMASK(LX_SIGUSR1));
	EXPECT_TRUE(sighand_ignores(sh, LX_SIGCHLD));
	EXPECT_FALSE(sighand_ignores(sh, LX_SIGTERM));
	sighand_put(sh);
	sighand_put(copy);
}

TEST_MAIN()
