/* SPDX-License-Identifier: Apache-2.0 */
/* A log line: its shape, what is cut, what is hidden, and that nothing goes anywhere by default. */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>

#include "base/test.h"

static int fds[2];
static char text[4096];

static void open_log(void)
{
	EXPECT_EQ(pipe2(fds, O_NONBLOCK), 0);
	log_set_fd(fds[1]);
	log_set_level(LOG_INFO);
}

/* What was logged since the last look. */
static const char *logged(void)
{
	ssize_t n = read(fds[0], text, sizeof(text) - 1);

	text[n < 0 ? 0 : n] = '\0';
	return text;
}

static void close_log(void)
{
	log_set_fd(-1);
	close(fds[0]);
	close(fds[1]);
}

TEST(a_line_has_time_level_thread_and_text)
{
	const char *line;

	open_log();
	log_set_thread_name("task 7");
	log_warn("slow %d", 42);
	line = logged();
	EXPECT_EQ(line[10], 'T');
	EXPECT_EQ(line[26], 'Z');
	EXPECT_STREQ(line + 27, " WARN  [task 7] slow 42\n");
	close_log();
}

TEST(the_time_is_the_clock_s)
{
	char now[32];
	struct timespec t, after; /* time(2) lags behind the clock by up to a tick */
	struct tm tm;

	open_log();
	do { /* again if the second turns in between */
		clock_gettime(CLOCK_REALTIME, &t);
		log_info("x");
		clock_gettime(CLOCK_REALTIME, &after);
		gmtime_r(&t.tv_sec, &tm);
	} while (t.tv_sec != after.tv_sec && logged());
	strftime(now, sizeof(now), "%Y-%m-%dT%H:%M:%S", &tm);
	logged();
	text[19] = '\0';
	EXPECT_STREQ(text, now);
	close_log();
}

TEST(lower_levels_are_silent_and_evaluate_nothing)
{
	int evaluated = 0;

	open_log();
	log_debug("%d", ++evaluated);
	EXPECT_EQ(evaluated, 0);
	EXPECT_STREQ(logged(), "");
	log_set_level(LOG_DEBUG);
	log_debug("%d", ++evaluated);
	EXPECT_EQ(evaluated, 1);
	EXPECT_TRUE(strstr(logged(), "DEBUG") != NULL);
	close_log();
}

TEST(a_guest_string_cannot_forge_a_line)
{
	open_log();
	log_info("name %s", "a\nb\033[2J");
	EXPECT_TRUE(strstr(logged(), "name a?b?[2J\n") != NULL);
	close_log();
}

TEST(a_long_line_is_cut_and_says_so)
{
	char big[3000];

	open_log();
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	log_info("%s", big);
	logged();
	EXPECT_EQ(strlen(text), LOG_LINE_MAX);
	EXPECT_STREQ(text + LOG_LINE_MAX - 5, "x...\n");
	close_log();
}

TEST(errno_survives_and_a_closed_sink_is_no_error)
{
	open_log();
	close(fds[1]);
	errno = ENOENT;
	log_error("nobody reads this");
	EXPECT_EQ(errno, ENOENT);
	close_log();
}

TEST_MAIN()
