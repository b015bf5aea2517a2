/* SPDX-License-Identifier: Apache-2.0 */
/* What programs compute, and what one that runs blind may not see. */
#include "base/test.h"
#include "sentry/seccomp/seccomp_priv.h"

#define I(c, k_)                                                                                   \
	{                                                                                          \
		.code = (c), .k = (k_)                                                             \
	}
#define J(c, k_, jt_, jf_)                                                                         \
	{                                                                                          \
		.code = (c), .jt = (jt_), .jf = (jf_), .k = (k_)                                   \
	}
#define RETURN_A I(LX_BPF_RET | LX_BPF_A, 0)

static const struct lx_seccomp_data call = {
	.nr = 39,
	.arch = LX_AUDIT_ARCH_X86_64,
	.instruction_pointer = 0x1111222233334444,
	.args = {0x5555666677778888, 1, 2, 3, 4, 0x9999aaaabbbbcccc},
};

static uint32_t run_checked(const struct lx_sock_filter *code, uint32_t n)
{
	uint32_t cost;

	EXPECT_EQ(seccomp_check(code, n, &cost), 0);
	return seccomp_run(code, &call);
}

#define RUN(...)                                                                                   \
	run_checked((struct lx_sock_filter[]){__VA_ARGS__},                                        \
		    sizeof((struct lx_sock_filter[]){__VA_ARGS__}) /                               \
			    sizeof(struct lx_sock_filter))

TEST(every_word_of_the_call_can_be_loaded)
{
	EXPECT_EQ(RUN(I(0x20, 0), RETURN_A), 39);
	EXPECT_EQ(RUN(I(0x20, 4), RETURN_A), LX_AUDIT_ARCH_X86_64);
	EXPECT_EQ(RUN(I(0x20, 8), RETURN_A), 0x33334444);
	EXPECT_EQ(RUN(I(0x20, 12), RETURN_A), 0x11112222);
	EXPECT_EQ(RUN(I(0x20, 16), RETURN_A), 0x77778888);
	EXPECT_EQ(RUN(I(0x20, 60), RETURN_A), 0x9999aaaa);
	EXPECT_EQ(RUN(I(0x80, 0), RETURN_A), 64);
}

TEST(arithmetic_wraps_and_shifts_count_modulo_32)
{
	EXPECT_EQ(RUN(I(0x00, 1), I(0x14, 2), RETURN_A), UINT32_MAX);
	EXPECT_EQ(RUN(I(0x00, 0x80000001), I(0x24, 2), RETURN_A), 2);
	EXPECT_EQ(RUN(I(0x00, 1), I(0x01, 33), I(0x6c, 0), RETURN_A), 2);
	EXPECT_EQ(RUN(I(0x00, 4), I(0x01, 33), I(0x7c, 0), RETURN_A), 2);
	EXPECT_EQ(RUN(I(0x00, 5), I(0x84, 0), RETURN_A), (uint32_t)-5);
}

TEST(a_division_by_zero_kills)
{
	EXPECT_EQ(RUN(I(0x00, 5), I(0x3c, 0), I(LX_BPF_RET, LX_SECCOMP_RET_ALLOW)),
		  LX_SECCOMP_RET_KILL_THREAD);
}

TEST(comparisons_are_unsigned)
{
	EXPECT_EQ(RUN(I(0x00, 0x80000000), J(0x25, 1, 0, 1), I(LX_BPF_RET, 1), I(LX_BPF_RET, 2)),
		  1);
	EXPECT_EQ(RUN(I(0x00, 1), J(0x35, 0x80000000, 0, 1), I(LX_BPF_RET, 1), I(LX_BPF_RET, 2)),
		  2);
}

TEST(who_runs_blind_sees_number_and_architecture_only)
{
	static const struct lx_sock_filter number[] = {I(0x20, 0), RETURN_A};
	static const struct lx_sock_filter arch[] = {I(0x20, 4), RETURN_A};
	static const struct lx_sock_filter pointer[] = {I(0x20, 8), RETURN_A};
	static const struct lx_sock_filter one_way[] = {I(0x20, 0), J(0x15, 7, 0, 1),
							I(LX_BPF_RET, 1), I(0x20, 16), RETURN_A};
	uint32_t said;

	EXPECT_TRUE(seccomp_run_blind(number, 5, 6, &said));
	EXPECT_EQ(said, 5);
	EXPECT_TRUE(seccomp_run_blind(arch, 5, 6, &said));
	EXPECT_EQ(said, 6);
	EXPECT_FALSE(seccomp_run_blind(pointer, 5, 6, &said));
	EXPECT_TRUE(seccomp_run_blind(one_way, 7, 6, &said));
	EXPECT_FALSE(seccomp_run_blind(one_way, 8, 6, &said));
}

TEST_MAIN()
