/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which programs are taken. The host kernel is the oracle: a process that has a listener already is
 * told EBUSY for each further one with a right program, and EINVAL for a wrong one, so that many
 * programs can be tried without obeying any.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "base/test.h"
#include "sentry/core/alloc.h"
#include "sentry/seccomp/seccomp_priv.h"
#include "sentry/seccomp/test_programs.h"

#define ROUNDS 60000

#define I(c, k_)                                                                                   \
	{                                                                                          \
		.code = (c), .k = (k_)                                                             \
	}
#define J(c, k_, jt_, jf_)                                                                         \
	{                                                                                          \
		.code = (c), .jt = (jt_), .jf = (jf_), .k = (k_)                                   \
	}
#define ALLOW I(LX_BPF_RET, LX_SECCOMP_RET_ALLOW)

static int check_code(const struct lx_sock_filter *code, uint32_t n)
{
	uint32_t cost;

	return seccomp_check(code, n, &cost);
}

#define CHECK(...)                                                                                 \
	check_code((struct lx_sock_filter[]){__VA_ARGS__},                                         \
		   sizeof((struct lx_sock_filter[]){__VA_ARGS__}) / sizeof(struct lx_sock_filter))

TEST(a_program_must_end_with_a_return)
{
	EXPECT_EQ(CHECK(ALLOW), 0);
	EXPECT_EQ(CHECK(I(LX_BPF_RET | LX_BPF_A, 0)), 0);
	EXPECT_ERR(CHECK(I(LX_BPF_LD, 0)), EINVAL);
	EXPECT_ERR(CHECK(ALLOW, I(LX_BPF_LD, 0)), EINVAL);
}

TEST(lengths_are_bounded)
{
	static struct lx_sock_filter code[LX_BPF_MAXINSNS + 1];

	for (size_t i = 0; i < ARRAY_SIZE(code); i++)
		code[i] = (struct lx_sock_filter)ALLOW;
	EXPECT_ERR(check_code(code, 0), EINVAL);
	EXPECT_EQ(check_code(code, LX_BPF_MAXINSNS), 0);
	EXPECT_ERR(check_code(code, LX_BPF_MAXINSNS + 1), EINVAL);
}

TEST(loads_reach_the_call_and_nothing_else)
{
	EXPECT_EQ(CHECK(I(0x20, 60), ALLOW), 0);
	EXPECT_ERR(CHECK(I(0x20, 64), ALLOW), EINVAL);
	EXPECT_ERR(CHECK(I(0x20, 3), ALLOW), EINVAL);
	EXPECT_ERR(CHECK(I(0x20, 0xfffffffc), ALLOW), EINVAL);
	EXPECT_ERR(CHECK(I(0x28, 0), ALLOW), EINVAL);
	EXPECT_ERR(CHECK(I(0x40, 0), ALLOW), EINVAL);
}

TEST(jumps_stay_inside)
{
	EXPECT_ERR(CHECK(I(0x05, 1), ALLOW), EINVAL);
	EXPECT_ERR(CHECK(I(0x05, UINT32_MAX), ALLOW), EINVAL);
	EXPECT_ERR(CHECK(J(0x15, 0, 1, 0), ALLOW), EINVAL);
	EXPECT_ERR(CHECK(J(0x15, 0, 0, 1), ALLOW), EINVAL);
	EXPECT_EQ(CHECK(J(0x15, 0, 1, 0), ALLOW, ALLOW), 0);
}

TEST(words_are_written_before_they_are_read)
{
	EXPECT_ERR(CHECK(I(0x60, 0), ALLOW), EINVAL);
	EXPECT_EQ(CHECK(I(0x02, 0), I(0x60, 0), ALLOW), 0);
	EXPECT_ERR(CHECK(J(0x15, 0, 0, 1), I(0x02, 0), I(0x60, 0), ALLOW), EINVAL);
	EXPECT_EQ(CHECK(J(0x15, 0, 0, 2), I(0x02, 0), I(0x05, 1), I(0x03, 0), I(0x60, 0), ALLOW),
		  0);
	EXPECT_ERR(CHECK(I(0x02, 16), ALLOW), EINVAL);
}

/* -EBUSY: right; -EINVAL: wrong. */
static int ask_host(struct lx_sock_filter *code, uint32_t n)
{
	struct lx_sock_fprog p = {.len = (uint16_t)n, .filter = (uint64_t)(uintptr_t)code};
	long r = syscall(SYS_seccomp, LX_SECCOMP_SET_MODE_FILTER,
			 LX_SECCOMP_FILTER_FLAG_NEW_LISTENER, &p);

	return r < 0 ? -errno : (int)r;
}

static void show(const struct lx_sock_filter *code, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		fprintf(stderr, "%3u: %#06x jt %u jf %u k %#x\n", i, code[i].code, code[i].jt,
			code[i].jf, code[i].k);
}

/* Exit status: 0 the same answers, 1 not, 77 the host does not let us ask. */
static int compare_all(void)
{
	struct lx_sock_filter code[TEST_CODE_MAX] = {ALLOW};
	int taken = 0;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || ask_host(code, 1) < 0)
		return 77;
	for (int i = 0; i < ROUNDS; i++) {
		uint32_t n = test_program(code);
		int host = ask_host(code, n), ours = check_code(code, n);

		if ((host != -EBUSY && host != -EINVAL) || (host == -EBUSY) != (ours == 0)) {
			fprintf(stderr, "host %d, ours %d\n", host, ours);
			show(code, n);
			return 1;
		}
		taken += ours == 0;
	}
	return taken > ROUNDS / 20 && taken < ROUNDS - ROUNDS / 20 ? 0 : 2;
}

TEST(the_host_takes_the_same_programs)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(compare_all());
	EXPECT_EQ(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		TEST_SKIP("the host lets nobody listen here");
	EXPECT_EQ(status, 0);
}

TEST(no_memory_is_told)
{
	arena_fail_nth(1);
	EXPECT_ERR(CHECK(ALLOW), ENOMEM);
	arena_fail_nth(0);
}

TEST_MAIN()
