/* SPDX-License-Identifier: Apache-2.0 */
/* Who is in the background of its terminal is stopped when it reads, writes with TOSTOP, or changes
 * it; who does not want to hear gets EIO, and so do orphans. */
#include "terminal.h"

static struct terminal t;
static int tty;

static int try_read(void)
{
	char c;

	return (int)read(tty, &c, 1);
}

static int try_write(void)
{
	return (int)write(tty, "x", 1);
}

static int try_set(void)
{
	struct termios tio;

	EXPECT_OK(tcgetattr(tty, &tio)); /* looking is free */
	return tcsetattr(tty, TCSANOW, &tio);
}

static int try_take(void)
{
	return tcsetpgrp(tty, getpgrp());
}

static int try_flush(void)
{
	return tcflush(tty, TCIFLUSH);
}

/* In a group of its own: fn stops the child with signo; in the foreground it goes on. */
static void stops(int (*fn)(void), int signo)
{
	int status;

	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_OK(setpgid(0, 0));
		EXPECT(fn() >= 0);
		_exit(0);
	}
	EXPECT_EQ(waitpid(pid, &status, WUNTRACED), pid);
	EXPECT(WIFSTOPPED(status));
	EXPECT_EQ(WSTOPSIG(status), signo);
	EXPECT_OK(tcsetpgrp(tty, pid));
	terminal_write(t.master, "x\n"); /* for the reader */
	EXPECT_OK(kill(pid, SIGCONT));
	EXPECT_EXIT(pid, 0);
	signal(SIGTTOU, SIG_IGN);
	EXPECT_OK(tcsetpgrp(tty, getpgrp()));
	EXPECT_OK(tcflush(tty, TCIOFLUSH));
	signal(SIGTTOU, SIG_DFL);
}

/* SIG_IGN, or blocked. */
static void who_does_not_hear(bool block)
{
	pid_t pid = guest_fork();

	if (pid == 0) {
		sigset_t set;

		EXPECT_OK(setpgid(0, 0));
		sigemptyset(&set);
		sigaddset(&set, SIGTTIN);
		sigaddset(&set, SIGTTOU);
		if (block) {
			EXPECT_OK(sigprocmask(SIG_BLOCK, &set, NULL));
		} else {
			signal(SIGTTIN, SIG_IGN);
			signal(SIGTTOU, SIG_IGN);
		}
		EXPECT_ERRNO(try_read(), EIO);
		EXPECT_EQ(try_write(), 1);
		EXPECT_EQ(try_set(), 0);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
}

/* Its parent is gone, and nobody else of the session could continue it. */
static void orphans(void)
{
	int p[2], gone[2];
	char c;

	EXPECT_OK(pipe(p));
	EXPECT_OK(pipe(gone));
	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_OK(setpgid(0, 0));
		if (guest_fork())
			_exit(0);
		EXPECT_OK(close(gone[1]));
		EXPECT_EQ(read(gone[0], &c, 1), 0);
		EXPECT_ERRNO(try_read(), EIO);
		EXPECT_ERRNO(try_write(), EIO);
		EXPECT_ERRNO(try_set(), EIO);
		EXPECT_ERRNO(try_take(), ENOTTY);
		EXPECT_EQ(write(p[1], "k", 1), 1);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	EXPECT_OK(close(gone[1]));
	EXPECT_OK(close(p[1]));
	EXPECT_EQ(read(p[0], &c, 1), 1);
}

int main(void)
{
	terminal_open(&t);
	pid_t pid = guest_fork();
	if (pid == 0) {
		tty = terminal_take(&t);
		stops(try_read, SIGTTIN);
		stops(try_set, SIGTTOU);
		stops(try_take, SIGTTOU);
		stops(try_flush, SIGTTOU);
		terminal_set(tty, ICRNL, 0, ICANON | TOSTOP);
		stops(try_write, SIGTTOU);
		who_does_not_hear(false);
		who_does_not_hear(true);
		orphans();
		terminal_set(tty, ICRNL, 0, ICANON);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	return 0;
}
