/* SPDX-License-Identifier: Apache-2.0 */
/* exit runs atexit handlers and flushes stdio; _exit does neither. */
#include "guest.h"

static int mark;

static void on_exit_mark(void)
{
	if (write(mark, "A", 1) != 1)
		_exit(9);
}

static size_t run(bool polite, char *buf, size_t n)
{
	int p[2];
	size_t len = 0;
	ssize_t r;

	EXPECT_OK(pipe(p));
	pid_t pid = guest_fork();
	if (pid == 0) {
		mark = p[1];
		EXPECT_OK(dup2(p[1], 1));
		atexit(on_exit_mark);
		printf("S");
		if (polite)
			exit(3);
		_exit(3);
	}
	EXPECT_OK(close(p[1]));
	while ((r = EXPECT_OK(read(p[0], buf + len, n - len))) > 0)
		len += (size_t)r;
	EXPECT_OK(close(p[0]));
	EXPECT_EXIT(pid, 3);
	return len;
}

int main(void)
{
	char buf[16];

	EXPECT_EQ(run(true, buf, sizeof(buf)), 2);
	EXPECT(memcmp(buf, "AS", 2) == 0);
	EXPECT_EQ(run(false, buf, sizeof(buf)), 0);
	return 0;
}
