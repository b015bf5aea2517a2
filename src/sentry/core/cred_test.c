/* SPDX-License-Identifier: Apache-2.0 */
/* Credentials and limits. */
#include "sentry/core/cred.h"

#include <errno.h>

#include "abi/capability.h"
#include "base/test.h"
#include "sentry/core/alloc.h"
#include "sentry/core/limits.h"

TEST(root_has_all_capabilities_and_others_none)
{
	AUTO(cred_put) const struct cred *root = cred_new(0, 0, NULL, 0);
	AUTO(cred_put) const struct cred *user = cred_new(1000, 1000, NULL, 0);

	EXPECT_TRUE(root && user);
	for (int cap = 0; cap <= LX_CAP_LAST_CAP; cap++) {
		EXPECT_TRUE(cred_capable(root, cap));
		EXPECT_FALSE(cred_capable(user, cap));
	}
	EXPECT_EQ(root->cap_bounding, (1ULL << (LX_CAP_LAST_CAP + 1)) - 1);
	EXPECT_EQ(user->cap_bounding, root->cap_bounding);
	EXPECT_EQ(root->cap_inheritable | root->cap_ambient, 0);
	EXPECT_PANIC(cred_capable(root, LX_CAP_LAST_CAP + 1));
	EXPECT_PANIC(cred_capable(root, -1));
}

TEST(groups_are_found_by_fsgid_egid_and_supplement)
{
	static const uint32_t groups[] = {50, 7, 4000000000, 7, 20};
	AUTO(cred_put) const struct cred *c = cred_new(1, 100, groups, ARRAY_SIZE(groups));
	struct cred *changed = cred_dup(c);

	EXPECT_TRUE(c && changed);
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++)
		EXPECT_TRUE(cred_in_group(c, groups[i]) && cred_in_egroup(c, groups[i]));
	EXPECT_TRUE(cred_in_group(c, 100));
	EXPECT_FALSE(cred_in_group(c, 0) || cred_in_group(c, 8) || cred_in_group(c, UINT32_MAX));
	changed->fsgid = 300;
	EXPECT_TRUE(cred_in_group(changed, 300) && !cred_in_group(changed, 100));
	EXPECT_TRUE(cred_in_egroup(changed, 100) && !cred_in_egroup(changed, 300));
	cred_put(changed);
}

TEST(groups_are_kept_sorted)
{
	enum { N = 3000 };
	static uint32_t groups[N];
	uint32_t x = 1;

	for (size_t i = 0; i < N; i++) {
		x = x * 1664525 + 1013904223;
		groups[i] = x % 5000;
	}
	AUTO(cred_put) const struct cred *c = cred_new(1, 1, groups, N);
	EXPECT_TRUE(c);
	for (size_t i = 1; i < N; i++)
		EXPECT_TRUE(c->groups[i - 1] <= c->groups[i]);
	for (size_t i = 0; i < N; i++)
		EXPECT_TRUE(cred_in_group(c, groups[i]));
}

TEST(a_copy_shares_nothing)
{
	static const uint32_t groups[] = {3, 4};
	struct cred *a = cred_new(0, 0, groups, 2);
	struct cred *b = cred_dup(a);

	EXPECT_TRUE(a && b && a->groups != b->groups);
	EXPECT_EQ(cred_set_groups(b, NULL, 0), 0);
	b->cap_effective = 0;
	EXPECT_TRUE(cred_in_group(a, 3) && cred_capable(a, LX_CAP_SYS_ADMIN));
	EXPECT_FALSE(cred_in_group(b, 3) || cred_capable(b, LX_CAP_SYS_ADMIN));
	cred_put(a);
	cred_put(b);
	EXPECT_EQ(arena_leaks_log(), 0);
}

TEST(the_last_reference_frees)
{
	const struct cred *c = cred_new(5, 5, NULL, 0);

	EXPECT_EQ(cred_get(c), c);
	cred_put(c);
	EXPECT_EQ(c->uid, 5);
	cred_put(c);
	cred_put(NULL);
	EXPECT_EQ(arena_leaks_log(), 0);
}

TEST(too_many_groups_are_refused)
{
	AUTO(arena_free) uint32_t *groups = arena_calloc(CRED_NGROUPS_MAX + 1, sizeof(*groups));
	struct cred *c = cred_new(1, 1, NULL, 0);

	EXPECT_TRUE(groups && c);
	EXPECT_ERR(cred_set_groups(c, groups, CRED_NGROUPS_MAX + 1), EINVAL);
	EXPECT_EQ(cred_set_groups(c, groups, CRED_NGROUPS_MAX), 0);
	cred_put(c);
}

TEST(every_failing_allocation_is_survived)
{
	static const uint32_t groups[] = {1, 2, 3};
	const struct cred *c = cred_new(0, 0, groups, 3);

	for (uint64_t n = 1; n <= 2; n++) {
		arena_fail_nth(n);
		EXPECT_EQ(cred_new(0, 0, groups, 3), NULL);
		arena_fail_nth(n);
		EXPECT_EQ(cred_dup(c), NULL);
	}
	cred_put(c);
	EXPECT_EQ(arena_leaks_log(), 0);
}

TEST(a_fresh_init_has_the_limits_of_linux)
{
	struct limits l, copy;

	limits_init(&l);
	EXPECT_EQ(limit_soft(&l, LX_RLIMIT_NOFILE), 1024);
	EXPECT_EQ(atomic_load(&l.hard[LX_RLIMIT_NOFILE]), 1048576);
	EXPECT_EQ(limit_soft(&l, LX_RLIMIT_STACK), 8 << 20);
	EXPECT_EQ(limit_soft(&l, LX_RLIMIT_CORE), 0);
	EXPECT_EQ(limit_soft(&l, LX_RLIMIT_AS), LX_RLIM_INFINITY);
	for (int i = 0; i < LX_RLIM_NLIMITS; i++)
		EXPECT_TRUE(limit_soft(&l, i) <= atomic_load(&l.hard[i]));
	atomic_store(&l.soft[LX_RLIMIT_CPU], 3);
	limits_copy(&copy, &l);
	EXPECT_EQ(limit_soft(&copy, LX_RLIMIT_CPU), 3);
}

TEST_MAIN()
