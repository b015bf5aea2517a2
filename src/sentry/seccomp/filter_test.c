/* SPDX-License-Identifier: Apache-2.0 */
/* Chains and verdicts: who counts, what is remembered, what threads share, when filters go. */
#include <errno.h>

#include "base/test.h"
#include "sentry/core/alloc.h"
#include "sentry/seccomp/seccomp_priv.h"
#include "sentry/seccomp/test_programs.h"

#define ROUNDS 4000

static struct seccomp_filter *make(const struct lx_sock_filter *code, uint32_t n)
{
	struct seccomp_program p = {.code = code, .ninsns = n};
	struct seccomp_filter *f = NULL;

	EXPECT_EQ(seccomp_filter_new(&p, &f), 0);
	return f;
}

static struct seccomp_filter *says(uint32_t what)
{
	struct lx_sock_filter code = {.code = LX_BPF_RET, .k = what};

	return make(&code, 1);
}

static void attach(struct seccomp_state *s, struct seccomp_filter *f)
{
	EXPECT_EQ(seccomp_may_attach(s, f), 0);
	seccomp_attach(s, f);
}

static struct seccomp_verdict judge(const struct seccomp_state *s, int32_t nr)
{
	struct lx_seccomp_data call = {.nr = nr, .arch = LX_AUDIT_ARCH_X86_64};
	struct seccomp_verdict v;

	seccomp_judge(s, &call, &v);
	return v;
}

TEST(the_most_severe_answer_counts_and_the_newest_of_equal_ones)
{
	static const uint32_t order[] = {
		LX_SECCOMP_RET_KILL_PROCESS, LX_SECCOMP_RET_KILL_THREAD, LX_SECCOMP_RET_TRAP,
		LX_SECCOMP_RET_ERRNO,        LX_SECCOMP_RET_USER_NOTIF,  LX_SECCOMP_RET_TRACE,
		LX_SECCOMP_RET_LOG,          LX_SECCOMP_RET_ALLOW,
	};

	for (size_t a = 0; a < ARRAY_SIZE(order); a++) {
		for (size_t b = 0; b < ARRAY_SIZE(order); b++) {
			struct seccomp_state s = {0};
			struct seccomp_verdict v;

			attach(&s, says(order[a] | 1));
			attach(&s, says(order[b] | 2));
			v = judge(&s, 5);
			EXPECT_EQ(v.action, order[MIN(a, b)]);
			if (v.action != LX_SECCOMP_RET_ALLOW)
				EXPECT_EQ(v.data, b <= a ? 2u : 1u);
			seccomp_drop(&s);
		}
	}
	EXPECT_EQ(arena_leaks_log(), 0);
}

TEST(what_nobody_knows_kills_the_process)
{
	struct seccomp_state s = {0};

	attach(&s, says(0x00010000));
	EXPECT_EQ(judge(&s, 1).action, LX_SECCOMP_RET_KILL_PROCESS);
	seccomp_drop(&s);
}

TEST(strict_mode_allows_four_calls_and_takes_no_filter)
{
	struct seccomp_state s = {0}, child = {0};
	struct seccomp_filter *f = says(LX_SECCOMP_RET_ALLOW);

	EXPECT_TRUE(seccomp_lets_pass(&s, 39));
	EXPECT_EQ(seccomp_set_strict(&s), 0);
	EXPECT_EQ(seccomp_set_strict(&s), 0);
	EXPECT_ERR(seccomp_may_attach(&s, f), EINVAL);
	seccomp_inherit(&child, &s);
	EXPECT_FALSE(seccomp_lets_pass(&child, 0));
	EXPECT_EQ(judge(&child, 0).action, LX_SECCOMP_RET_ALLOW);
	EXPECT_EQ(judge(&child, 1).action, LX_SECCOMP_RET_ALLOW);
	EXPECT_EQ(judge(&child, 15).action, LX_SECCOMP_RET_ALLOW);
	EXPECT_EQ(judge(&child, 60).action, LX_SECCOMP_RET_ALLOW);
	EXPECT_EQ(judge(&child, 231).action, LX_SECCOMP_RET_KILL_THREAD);
	seccomp_filter_drop(f);
}

TEST(filters_bar_strict_mode)
{
	struct seccomp_state s = {0};

	attach(&s, says(LX_SECCOMP_RET_ALLOW));
	EXPECT_ERR(seccomp_set_strict(&s), EINVAL);
	seccomp_drop(&s);
}

TEST(a_chain_has_a_greatest_length)
{
	struct seccomp_state s = {0};
	struct seccomp_filter *f;
	int n = 0;

	while (seccomp_may_attach(&s, f = says(LX_SECCOMP_RET_ALLOW)) == 0) {
		seccomp_attach(&s, f);
		n++;
	}
	EXPECT_ERR(seccomp_may_attach(&s, f), ENOMEM);
	seccomp_filter_drop(f);
	EXPECT_EQ(n, 1 + (SECCOMP_PATH_MAX - 5) / 9);
	EXPECT_EQ(atomic_load(&s.nfilters), n);
	seccomp_drop(&s);
	EXPECT_EQ(atomic_load(&s.nfilters), n); /* a zombie still tells */
	EXPECT_EQ(arena_leaks_log(), 0);
}

TEST(a_thread_follows_only_who_has_all_of_its_filters)
{
	struct seccomp_state caller = {0}, behind = {0}, fresh = {0}, astray = {0};

	attach(&caller, says(LX_SECCOMP_RET_ALLOW));
	seccomp_inherit(&behind, &caller);
	seccomp_inherit(&astray, &caller);
	attach(&caller, says(LX_SECCOMP_RET_ERRNO | 3));
	attach(&astray, says(LX_SECCOMP_RET_ALLOW));
	EXPECT_TRUE(seccomp_may_sync(&behind, &caller));
	EXPECT_TRUE(seccomp_may_sync(&fresh, &caller));
	EXPECT_FALSE(seccomp_may_sync(&astray, &caller));
	seccomp_sync(&behind, &caller);
	seccomp_sync(&fresh, &caller);
	seccomp_drop(&caller);
	EXPECT_EQ(judge(&behind, 1).data, 3);
	EXPECT_EQ(judge(&fresh, 1).data, 3);
	EXPECT_EQ(atomic_load(&fresh.nfilters), 2);
	seccomp_drop(&behind);
	seccomp_drop(&fresh);
	seccomp_drop(&astray);
	EXPECT_EQ(arena_leaks_log(), 0);
}

TEST(a_chain_for_a_process_from_outside_begins_with_the_oldest)
{
	struct lx_sock_filter code[] = {{.code = LX_BPF_RET, .k = LX_SECCOMP_RET_ERRNO | 1},
					{.code = LX_BPF_RET, .k = LX_SECCOMP_RET_ERRNO | 2},
					{.code = LX_BPF_LD}};
	struct seccomp_program p[] = {{.code = &code[0], .ninsns = 1},
				      {.code = &code[1], .ninsns = 1},
				      {.code = &code[2], .ninsns = 1}};
	struct seccomp_state s = {0};
	struct seccomp_filter *f;

	EXPECT_ERR(seccomp_chain_new(p, 0, &f), EINVAL);
	EXPECT_ERR(seccomp_chain_new(p, 3, &f), EINVAL);
	for (uint64_t nth = 1; nth <= 4; nth++) {
		arena_fail_nth(nth);
		EXPECT_ERR(seccomp_chain_new(p, 2, &f), ENOMEM);
	}
	arena_fail_nth(0);
	EXPECT_EQ(seccomp_chain_new(p, 2, &f), 0);
	seccomp_attach_chain(&s, f);
	seccomp_filter_drop(f);
	EXPECT_EQ(judge(&s, 1).data, 2);
	EXPECT_EQ(atomic_load(&s.nfilters), 2);
	seccomp_drop(&s);
	EXPECT_EQ(arena_leaks_log(), 0);
}

/* ---- what is remembered ---- */

static void try_numbers(const struct seccomp_state *s)
{
	for (int32_t nr = 0; nr < SECCOMP_CACHED_CALLS; nr += 1 + (int32_t)test_random(8)) {
		struct lx_seccomp_data call = test_call(nr);
		struct seccomp_verdict v;

		if (!seccomp_lets_pass(s, (uint64_t)nr))
			continue;
		seccomp_judge(s, &call, &v);
		EXPECT_EQ(v.action, LX_SECCOMP_RET_ALLOW);
	}
}

TEST(what_passes_unseen_would_pass_when_asked)
{
	struct lx_sock_filter code[TEST_CODE_MAX];
	int passing = 0;

	for (int i = 0; i < ROUNDS; i++) {
		struct seccomp_state s = {0};

		for (int depth = 0; depth < 3; depth++) {
			struct seccomp_program p = {.code = code, .ninsns = test_program(code)};
			struct seccomp_filter *f;

			if (seccomp_filter_new(&p, &f) == 0)
				attach(&s, f);
		}
		passing += seccomp_lets_pass(&s, 60) &&
			   atomic_load(&s.mode) == LX_SECCOMP_MODE_FILTER;
		try_numbers(&s);
		seccomp_drop(&s);
	}
	EXPECT_TRUE(passing > ROUNDS / 100);
}

TEST(numbers_beyond_those_remembered_are_always_asked_about)
{
	struct seccomp_state s = {0};

	attach(&s, says(LX_SECCOMP_RET_ALLOW));
	EXPECT_TRUE(seccomp_lets_pass(&s, SECCOMP_CACHED_CALLS - 1));
	EXPECT_FALSE(seccomp_lets_pass(&s, SECCOMP_CACHED_CALLS));
	EXPECT_FALSE(seccomp_lets_pass(&s, UINT64_MAX));
	EXPECT_FALSE(seccomp_lets_pass(&s, 1ull << 32));
	seccomp_drop(&s);
}

TEST_MAIN()
