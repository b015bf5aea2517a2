/* SPDX-License-Identifier: Apache-2.0 */
/* Keys send signals to the foreground group, and what was on its way is dropped unless NOFLSH. */
#include "terminal.h"

static struct terminal t;
static int tty;

static void expect_signal(const char *typed, int signo)
{
	sigset_t all;
	siginfo_t info;

	sigfillset(&all);
	sigdelset(&all, SIGALRM);
	terminal_write(t.master, typed);
	EXPECT_EQ(sigwaitinfo(&all, &info), signo);
	EXPECT_EQ(info.si_code, SI_KERNEL);
	EXPECT_EQ(info.si_pid, 0);
}

static void keys(void)
{
	terminal_write(t.master, "half");
	terminal_expect(t.master, "half");
	expect_signal("\003", SIGINT);
	terminal_expect(t.master, "^C");
	expect_signal("\034", SIGQUIT);
	terminal_expect(t.master, "^\\");
	expect_signal("\032", SIGTSTP);
	terminal_expect(t.master, "^Z");
	terminal_write(t.master, "line\n");
	terminal_expect_read(tty, "line\n"); /* "half" is gone */
	terminal_expect(t.master, "line\r\n");
	terminal_set_cc(tty, VINTR, 'q');
	expect_signal("q", SIGINT);
	terminal_expect(t.master, "q");
	terminal_write(t.master, "\003\n");
	terminal_expect_read(tty, "\003\n");
	terminal_expect(t.master, "^C\r\n");
	terminal_set_cc(tty, VINTR, 3);
}

static void noflsh(void)
{
	terminal_set(tty, ICRNL, 0, ISIG | ICANON | NOFLSH);
	expect_signal("ab\003", SIGINT);
	terminal_write(t.master, "c\n");
	terminal_expect_read(tty, "abc\n");
	terminal_set(tty, 0, 0, ISIG);
	expect_signal("ab\003", SIGINT); /* lines or not */
	terminal_write(t.master, "c");
	terminal_expect_read(tty, "c");
	terminal_set(tty, 0, 0, ICANON);
	terminal_write(t.master, "a\003\n");
	terminal_expect_read(tty, "a\003\n");
}

/* The same from the master's side, by ioctl. */
static void asked(void)
{
	sigset_t all;

	sigfillset(&all);
	sigdelset(&all, SIGALRM);
	EXPECT_OK(ioctl(t.master, TIOCSIG, SIGQUIT));
	EXPECT_EQ(sigwaitinfo(&all, NULL), SIGQUIT);
	EXPECT_ERRNO(ioctl(t.master, TIOCSIG, SIGKILL), EINVAL);
	EXPECT_ERRNO(ioctl(t.slave, TIOCSIG, SIGINT), ENOTTY);
}

int main(void)
{
	terminal_open(&t);
	pid_t pid = guest_fork();
	if (pid == 0) {
		sigset_t all;

		sigfillset(&all);
		sigdelset(&all, SIGALRM);
		EXPECT_OK(sigprocmask(SIG_SETMASK, &all, NULL));
		tty = terminal_take(&t);
		keys();
		noflsh();
		asked();
		/* Who is not in the foreground hears nothing. */
		pid_t fg = guest_fork();
		if (fg == 0) {
			EXPECT_OK(setpgid(0, 0));
			EXPECT_OK(tcsetpgrp(tty, getpid()));
			terminal_set(tty, 0, 0, ISIG);
			expect_signal("\003", SIGINT);
			EXPECT_OK(tcsetpgrp(tty, getppid()));
			_exit(0);
		}
		EXPECT_EXIT(fg, 0);
		sigset_t pending;
		EXPECT_OK(sigpending(&pending));
		EXPECT_EQ(sigismember(&pending, SIGINT), 0);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	return 0;
}
