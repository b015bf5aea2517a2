/* SPDX-License-Identifier: Apache-2.0 */
/* The size of the window is one for both sides; a change is told to the foreground. */
#include "terminal.h"

static struct terminal t;

static void set(int fd, int rows)
{
	struct winsize ws = {.ws_row = (unsigned short)rows, .ws_col = 80, .ws_xpixel = 3};

	EXPECT_OK(ioctl(fd, TIOCSWINSZ, &ws));
}

static void child(void)
{
	sigset_t winch, pending;
	struct winsize ws;

	sigemptyset(&winch);
	sigaddset(&winch, SIGWINCH);
	EXPECT_OK(sigprocmask(SIG_BLOCK, &winch, NULL));
	signal(SIGWINCH, guest_timeout); /* ignored by default, which would drop it */
	int tty = terminal_take(&t);
	set(t.master, 25);
	EXPECT_EQ(sigwaitinfo(&winch, NULL), SIGWINCH);
	set(tty, 26); /* whoever does it */
	EXPECT_EQ(sigwaitinfo(&winch, NULL), SIGWINCH);
	EXPECT_OK(ioctl(t.master, TIOCGWINSZ, &ws));
	EXPECT_EQ(ws.ws_row, 26);
	EXPECT_EQ(ws.ws_col, 80);
	EXPECT_EQ(ws.ws_xpixel, 3);
	set(t.master, 26); /* no change */
	EXPECT_OK(sigpending(&pending));
	EXPECT_EQ(sigismember(&pending, SIGWINCH), 0);
	_exit(0);
}

int main(void)
{
	struct winsize ws = {.ws_row = 9};

	terminal_open(&t);
	EXPECT_OK(ioctl(t.slave, TIOCGWINSZ, &ws));
	EXPECT_EQ(ws.ws_row, 0);
	EXPECT_ERRNO(ioctl(t.master, TIOCGWINSZ, BAD_PTR), EFAULT);
	EXPECT_ERRNO(ioctl(t.slave, TIOCSWINSZ, BAD_PTR), EFAULT);
	pid_t pid = guest_fork();
	if (pid == 0)
		child();
	EXPECT_EXIT(pid, 0);
	return 0;
}
