/* SPDX-License-Identifier: Apache-2.0 */
/* The arena: what is given out, what is refused, and which misuse is caught. */
#include "sentry/core/alloc.h"

#include "base/test.h"
#include "host/thread.h"

/* Under AddressSanitizer these end in its own report instead of our panic. */
#if defined(__SANITIZE_ADDRESS__)
#define MALLOC_IS_WATCHED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MALLOC_IS_WATCHED 1
#endif
#endif

struct thing {
	uint64_t a[5];
};
struct aligned_thing {
	_Alignas(64) uint8_t bytes[72];
};
struct other {
	uint64_t a[5];
};

SLAB_DEFINE(thing_slab, struct thing);
SLAB_DEFINE(aligned_slab, struct aligned_thing);
SLAB_DEFINE(other_slab, struct other);

static bool all_zero(const void *p, size_t n)
{
	const unsigned char *b = p;

	for (size_t i = 0; i < n; i++) {
		if (b[i] != 0)
			return false;
	}
	return true;
}

TEST(objects_are_zeroed_even_after_use)
{
	for (int i = 0; i < 3; i++) {
		struct thing *t = slab_alloc(&thing_slab);

		EXPECT_TRUE(t && all_zero(t, sizeof(*t)));
		memset(t, 0xee, sizeof(*t));
		slab_free(&thing_slab, t);
	}
	EXPECT_EQ(arena_leaks_log(), 0);
}

TEST(objects_have_the_alignment_of_their_type)
{
	struct aligned_thing *t[40];

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		t[i] = slab_alloc(&aligned_slab);
		EXPECT_TRUE(t[i] && (uintptr_t)t[i] % 64 == 0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		slab_free(&aligned_slab, t[i]);
	EXPECT_EQ(arena_used(), 0);
}

TEST(thousands_of_objects_do_not_overlap_and_all_come_back)
{
	enum { N = 20000 };
	struct thing **t = arena_calloc(N, sizeof(*t));

	EXPECT_TRUE(t);
	for (size_t i = 0; i < N; i++) {
		t[i] = slab_alloc(&thing_slab);
		EXPECT_TRUE(t[i]);
		for (size_t k = 0; k < 5; k++)
			t[i]->a[k] = i;
	}
	EXPECT_EQ(arena_leaks_log(), N + 1);
	for (size_t i = 0; i < N; i += 2)
		slab_free(&thing_slab, t[i]);
	for (size_t i = 1; i < N; i += 2) {
		EXPECT_TRUE(t[i]->a[0] == i && t[i]->a[4] == i);
		slab_free(&thing_slab, t[i]);
	}
	arena_free(t);
	EXPECT_EQ(arena_leaks_log(), 0);
	EXPECT_EQ(arena_used(), 0);
}

TEST(blocks_of_every_size_are_zeroed_aligned_and_usable)
{
	for (size_t n = 0; n < 300000; n = n < 200 ? n + 1 : n + n / 3) {
		char *p = arena_alloc(n);

		EXPECT_TRUE(p && (uintptr_t)p % 16 == 0 && all_zero(p, n));
		memset(p, 0x77, n);
		arena_free(p);
	}
	EXPECT_EQ(arena_used(), 0);
}

TEST(large_blocks_read_as_zeroes_when_they_come_again)
{
	size_t n = 1 << 20;

	for (int i = 0; i < 4; i++) {
		char *p = arena_alloc(n);
		char *q = arena_alloc(n + 1);

		EXPECT_TRUE(p && q && all_zero(p, n) && all_zero(q, n + 1));
		memset(p, 1, n);
		memset(q, 2, n + 1);
		arena_free(p);
		arena_free(q);
	}
}

TEST(free_runs_join_so_that_large_blocks_fit_again)
{
	enum { N = 64 };
	void *p[N];

	for (size_t i = 0; i < N; i++)
		EXPECT_TRUE((p[i] = arena_alloc(100000 + i * 3000)));
	for (size_t i = 0; i < N; i += 2)
		arena_free(p[i]);
	for (size_t i = 1; i < N; i += 2)
		arena_free(p[i]);
	for (size_t i = 0; i < N; i++)
		EXPECT_TRUE((p[i] = arena_alloc(500000)));
	for (size_t i = 0; i < N; i++)
		arena_free(p[N - 1 - i]);
	EXPECT_EQ(arena_used(), 0);
}

TEST(realloc_keeps_the_bytes_and_zeroes_the_new_ones)
{
	static const size_t sizes[] = {10,    100,    90,     16,    5000, 4000,
				       40000, 200000, 150000, 33000, 1,    64};
	size_t have = 0;
	unsigned char *p = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		size_t n = sizes[i];

		p = arena_realloc(p, n);
		EXPECT_TRUE(p);
		for (size_t k = 0; k < MIN(n, have); k++)
			EXPECT_EQ(p[k], 0xab);
		EXPECT_TRUE(n <= have || all_zero(p + have, n - have));
		memset(p, 0xab, n);
		have = n;
	}
	arena_free(p);
	EXPECT_EQ(arena_used(), 0);
}

TEST(a_failing_realloc_leaves_the_old_block)
{
	char *p = arena_strdup("harbour");

	EXPECT_STREQ(p, "harbour");
	arena_fail_nth(1);
	EXPECT_EQ(arena_realloc(p, 100000), NULL);
	EXPECT_STREQ(p, "harbour");
	arena_free(p);
}

TEST(a_count_that_overflows_is_refused)
{
	EXPECT_EQ(arena_calloc(SIZE_MAX / 4, 8), NULL);
	EXPECT_EQ(arena_alloc(SIZE_MAX), NULL);
	EXPECT_EQ(arena_alloc(SIZE_MAX - 70000), NULL);
	EXPECT_EQ(arena_used(), 0);
}

TEST(the_nth_allocation_fails_and_only_that)
{
	struct thing *t[3];

	arena_fail_nth(2);
	for (size_t i = 0; i < 3; i++)
		t[i] = slab_alloc(&thing_slab);
	EXPECT_TRUE(t[0] && !t[1] && t[2]);
	slab_free(&thing_slab, t[0]);
	slab_free(&thing_slab, t[1]);
	slab_free(&thing_slab, t[2]);
	EXPECT_EQ(arena_used(), 0);
}

TEST(the_budget_is_kept)
{
	void *p;

	arena_set_limit(10000);
	EXPECT_EQ(arena_alloc(20000), NULL);
	EXPECT_EQ(arena_alloc(200000), NULL);
	p = arena_alloc(6000);
	EXPECT_TRUE(p);
	EXPECT_EQ(arena_alloc(6000), NULL);
	arena_free(p);
	p = arena_alloc(6000);
	EXPECT_TRUE(p);
	arena_free(p);
	arena_set_limit(0);
	EXPECT_EQ(arena_used(), 0);
}

TEST(cleanup_frees_what_was_not_taken)
{
	char *kept;
	{
		AUTO(arena_free) struct thing *a = arena_alloc(sizeof(*a));
		AUTO(arena_free_str) char *s = arena_strdup("x");

		EXPECT_TRUE(a && s);
		kept = TAKE(s);
	}
	EXPECT_EQ(arena_leaks_log(), 1);
	arena_free(kept);
}

#ifndef MALLOC_IS_WATCHED
TEST(a_double_free_panics)
{
	struct thing *t = slab_alloc(&thing_slab);

	slab_free(&thing_slab, t);
	EXPECT_PANIC(slab_free(&thing_slab, t));
}

TEST(a_pointer_into_an_object_panics)
{
	struct thing *t = slab_alloc(&thing_slab);
	char *p = arena_alloc(100000);

	EXPECT_PANIC(slab_free(&thing_slab, &t->a[1]));
	EXPECT_PANIC(arena_free(p + 65536));
	EXPECT_PANIC(arena_free(p + 16));
	slab_free(&thing_slab, t);
	arena_free(p);
}

TEST(a_stranger_panics)
{
	static uint64_t not_ours[8];

	EXPECT_PANIC(arena_free(not_ours));
	EXPECT_PANIC(slab_free(&thing_slab, not_ours));
}

#ifdef CAISSON_DEBUG
TEST(a_write_after_free_panics_at_the_next_use)
{
	struct thing *t = slab_alloc(&thing_slab);

	slab_free(&thing_slab, t);
	t->a[2] = 1;
	EXPECT_PANIC(slab_alloc(&thing_slab));
	t->a[2] = 0x5a5a5a5a5a5a5a5a;
}
#endif
#endif

TEST(an_object_freed_as_another_type_panics)
{
	struct thing *t = slab_alloc(&thing_slab);

	EXPECT_PANIC(slab_free(&other_slab, t));
	EXPECT_PANIC(arena_free(t));
	slab_free(&thing_slab, t);
}

static void churn(void *arg)
{
	uint64_t seed = (uintptr_t)arg;
	void *held[64] = {NULL};

	for (int i = 0; i < 20000; i++) {
		seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
		size_t at = seed >> 58;
		size_t n = (seed >> 20) % (i % 100 == 0 ? 100000 : 2000);

		arena_free(held[at]);
		held[at] = arena_alloc(n);
		if (held[at])
			memset(held[at], (int)at, n);
	}
	for (size_t i = 0; i < ARRAY_SIZE(held); i++)
		arena_free(held[i]);
}

TEST(threads_may_allocate_at_once)
{
	struct host_thread t[4];

	for (uintptr_t i = 0; i < ARRAY_SIZE(t); i++)
		EXPECT_EQ(host_thread_start(&t[i], "churn", churn, (void *)(i + 1)), 0);
	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		host_thread_join(&t[i]);
	EXPECT_EQ(arena_leaks_log(), 0);
	EXPECT_EQ(arena_used(), 0);
}

TEST_MAIN()
