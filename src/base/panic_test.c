/* SPDX-License-Identifier: Apache-2.0 */
/* A panic says why on the log, runs its hook once, and dies of SIGABRT. */
#include "base/check.h"

#include "base/log.h"
#include "base/test.h"

static int fds[2];

static void note(const char *reason UNUSED)
{
	dprintf(fds[1], "hook\n");
	panic("again, inside the hook");
}

/* Everything that the dying child wrote. */
static void read_all(char *text, size_t size)
{
	ssize_t n;

	close(fds[1]);
	n = read(fds[0], text, size - 1);
	text[n < 0 ? 0 : n] = '\0';
	close(fds[0]);
}

TEST(a_true_check_is_nothing)
{
	check(1 + 1 == 2);
}

TEST(a_failed_check_names_condition_and_place)
{
	char text[1024];

	EXPECT_EQ(pipe(fds), 0);
	EXPECT_PANIC({
		log_set_fd(fds[1]);
		check(fds[0] == -5);
	});
	read_all(text, sizeof(text));
	EXPECT_TRUE(strstr(text, "ERROR") != NULL);
	EXPECT_TRUE(strstr(text, "check(fds[0] == -5) failed at ") != NULL);
	EXPECT_TRUE(strstr(text, "panic_test.c:") != NULL);
}

TEST(the_hook_runs_once_even_if_it_panics)
{
	char text[1024];

	EXPECT_EQ(pipe(fds), 0);
	EXPECT_PANIC({
		log_set_fd(fds[1]);
		panic_set_hook(note);
		panic("first %d", 1);
	});
	read_all(text, sizeof(text));
	EXPECT_TRUE(strstr(text, "panic: first 1\nhook\n") != NULL);
	EXPECT_TRUE(strstr(text, "again") == NULL);
}

TEST_MAIN()
