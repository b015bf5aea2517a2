/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unit tests, a thin layer over cmocka. A test file is
 *
 *     #include "base/test.h"
 *     TEST(unmap_rejects_a_range_that_wraps) { EXPECT_EQ(f(), -EINVAL); }
 *     TEST_MAIN()
 *
 * TEST registers itself, in the order of the file; TEST_MAIN runs all of them, or those that match
 * the first argument of the program (with * and ?). An expectation that fails ends its test. For
 * *_test.c only.
 */
#ifndef CAISSON_BASE_TEST_H
#define CAISSON_BASE_TEST_H

#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/compiler.h"

#define TEST_MAX 256

/* One file, one program: each translation unit has its own table. */
static UNUSED struct CMUnitTest test_table[TEST_MAX];
static UNUSED size_t test_count;

static inline UNUSED void test_register(const char *name, CMUnitTestFunction fn)
{
	if (test_count == TEST_MAX)
		abort();
	test_table[test_count].name = name;
	test_table[test_count++].test_func = fn;
}

#define TEST(name)                                                                                 \
	static void test_##name(void **state);                                                     \
	__attribute__((constructor)) static void test_register_##name(void)                        \
	{                                                                                          \
		test_register(#name, test_##name);                                                 \
	}                                                                                          \
	static void test_##name(void **state UNUSED)

#define TEST_MAIN()                                                                                \
	int main(int argc, char **argv)                                                            \
	{                                                                                          \
		if (argc > 1)                                                                      \
			cmocka_set_test_filter(argv[1]);                                           \
		return _cmocka_run_group_tests(__FILE__, test_table, test_count, NULL, NULL);      \
	}

/* End this test as skipped; the reason goes to stdout. */
#define TEST_SKIP(reason)                                                                          \
	do {                                                                                       \
		print_message("skipped: %s\n", reason);                                            \
		skip();                                                                            \
	} while (0)

/* Integers of any type, and pointers. */
#define EXPECT_EQ(a, b)                                                                            \
	test_compare((uintmax_t)(a), (uintmax_t)(b), true, #a " == " #b, __FILE__, __LINE__)
#define EXPECT_NE(a, b)                                                                            \
	test_compare((uintmax_t)(a), (uintmax_t)(b), false, #a " != " #b, __FILE__, __LINE__)
#define EXPECT_TRUE(cond)  test_true(!!(cond), #cond, __FILE__, __LINE__)
#define EXPECT_FALSE(cond) test_true(!(cond), "!(" #cond ")", __FILE__, __LINE__)

/* The call failed with this errno: EXPECT_ERR(mm_unmap(...), EINVAL). */
#define EXPECT_ERR(call, err) EXPECT_EQ(call, -(err))

#define EXPECT_STREQ(a, b)    test_streq(a, b, #a " == " #b, __FILE__, __LINE__)
#define EXPECT_MEMEQ(a, b, n) _assert_memory_equal(a, b, n, __FILE__, __LINE__)

/* The statement ends in panic() or a failed check(). It runs in a child, with stderr closed. */
#define EXPECT_PANIC(statement)                                                                    \
	do {                                                                                       \
		pid_t test_pid = fork();                                                           \
		if (test_pid == 0) {                                                               \
			test_prepare_to_die();                                                     \
			statement;                                                                 \
			_exit(0);                                                                  \
		}                                                                                  \
		test_true(test_died_of(test_pid, SIGABRT), #statement " panics", __FILE__,         \
			  __LINE__);                                                               \
	} while (0)

static inline UNUSED void test_compare(uintmax_t a, uintmax_t b, bool equal, const char *text,
				       const char *file, int line)
{
	if ((a == b) == equal)
		return;
	print_error("%s\n\tleft %" PRIdMAX " (0x%" PRIxMAX "), right %" PRIdMAX " (0x%" PRIxMAX
		    ")\n",
		    text, (intmax_t)a, a, (intmax_t)b, b);
	_fail(file, line);
}

static inline UNUSED void test_true(bool is_true, const char *text, const char *file, int line)
{
	if (is_true)
		return;
	print_error("not so: %s\n", text);
	_fail(file, line);
}

static inline UNUSED void test_streq(const char *a, const char *b, const char *text,
				     const char *file, int line)
{
	if (a && b && strcmp(a, b) == 0)
		return;
	print_error("%s\n\tleft  \"%s\"\n\tright \"%s\"\n", text, a ? a : "(null)",
		    b ? b : "(null)");
	_fail(file, line);
}

static inline UNUSED void test_prepare_to_die(void)
{
	signal(SIGABRT, SIG_DFL);
	close(STDERR_FILENO);
}

static inline UNUSED bool test_died_of(pid_t pid, int signo)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return false;
	return WIFSIGNALED(status) && WTERMSIG(status) == signo;
}

#endif
