/* SPDX-License-Identifier: Apache-2.0 */
/* When one side is closed the other one is at its end: EIO, POLLHUP, SIGHUP. */
#include "terminal.h"

static int revents(int fd, int events)
{
	struct pollfd p = {.fd = fd, .events = (short)events};

	EXPECT(poll(&p, 1, 0) >= 0);
	return p.revents;
}

static void slaves_go_and_come_back(void)
{
	struct terminal t;
	char c;

	terminal_open(&t);
	terminal_write(t.slave, "last");
	EXPECT_OK(close(t.slave));
	EXPECT_EQ(revents(t.master, POLLIN | POLLOUT), POLLIN | POLLOUT | POLLHUP);
	terminal_expect(t.master, "last");
	EXPECT_ERRNO(read(t.master, &c, 1), EIO);
	EXPECT_EQ(revents(t.master, POLLIN), POLLHUP);
	terminal_write(t.master, "x\n"); /* typed ahead */
	t.slave = EXPECT_OK(open(t.name, O_RDWR | O_NOCTTY));
	terminal_expect_read(t.slave, "x\n");
	terminal_expect(t.master, "x\r\n");
	EXPECT_EQ(revents(t.master, POLLIN), 0);
	terminal_close(&t);
}

static void master_goes(void)
{
	struct terminal t;
	struct winsize ws;
	char c;

	terminal_open(&t);
	terminal_write(t.master, "never read\n");
	EXPECT_OK(close(t.master));
	EXPECT_EQ(read(t.slave, &c, 1), 0);
	EXPECT_ERRNO(write(t.slave, "x", 1), EIO);
	EXPECT_EQ(revents(t.slave, POLLIN | POLLOUT), POLLIN | POLLOUT | POLLERR | POLLHUP);
	EXPECT_ERRNO(ioctl(t.slave, TIOCGWINSZ, &ws), EIO);
	EXPECT_ERRNO(tcsetpgrp(t.slave, getpgrp()), ENOTTY);
	EXPECT_EQ(isatty(t.slave), 0);
	EXPECT_ERRNO(open(t.name, O_RDWR | O_NOCTTY), ENOENT);
	EXPECT_OK(close(t.slave));
}

/* A reader that sleeps hears of it too. */
static void sleepers_wake(void)
{
	struct terminal t;
	char c;

	terminal_open(&t);
	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_OK(close(t.master));
		int r = (int)read(t.slave, &c, 1);
		EXPECT(r == 0 || errno == EIO); /* EIO if it slept already */
		EXPECT_EQ(read(t.slave, &c, 1), 0);
		_exit(0);
	}
	guest_pause_ms(20);
	EXPECT_OK(close(t.master));
	EXPECT_EXIT(pid, 0);
	EXPECT_OK(close(t.slave));
}

/* The leader gets SIGHUP and SIGCONT; the others keep going until the leader ends. */
static void session_hears(void)
{
	struct terminal t;
	int ready[2];
	char c;

	terminal_open(&t);
	EXPECT_OK(pipe(ready));
	pid_t leader = guest_fork();
	if (leader == 0) {
		sigset_t set;

		EXPECT_OK(close(t.master));
		sigemptyset(&set);
		sigaddset(&set, SIGHUP);
		sigaddset(&set, SIGCONT);
		EXPECT_OK(sigprocmask(SIG_BLOCK, &set, NULL));
		signal(SIGCONT, guest_timeout);
		int tty = terminal_take(&t);
		pid_t job = guest_fork();
		if (job == 0) {
			EXPECT_OK(setpgid(0, 0));
			EXPECT_OK(sigprocmask(SIG_UNBLOCK, &set, NULL));
			signal(SIGTTOU, SIG_IGN);
			EXPECT_OK(tcsetpgrp(tty, getpid()));
			EXPECT_EQ(write(ready[1], "r", 1), 1);
			for (;;)
				pause();
		}
		EXPECT_EQ(sigwaitinfo(&set, NULL), SIGHUP);
		EXPECT_EQ(sigwaitinfo(&set, NULL), SIGCONT);
		EXPECT_EQ(waitpid(job, NULL, WNOHANG), 0); /* it heard nothing yet */
		EXPECT_ERRNO(open("/dev/tty", O_RDWR), ENXIO);
		EXPECT_EQ(write(ready[1], "h", 1), 1);
		_exit(0);
	}
	EXPECT_EQ(read(ready[0], &c, 1), 1);
	EXPECT_OK(close(ready[1]));
	EXPECT_OK(close(t.master));
	EXPECT_EQ(read(ready[0], &c, 1), 1);
	EXPECT_EQ(c, 'h');
	EXPECT_EXIT(leader, 0);
	EXPECT_EQ(read(ready[0], &c, 1), 0); /* now SIGHUP ended the job, which held the pipe */
	EXPECT_OK(close(t.slave));
}

/* A leader that ends hangs its foreground up, though the terminal stays. */
static void leader_ends(void)
{
	struct terminal t;
	int p[2];
	char c;

	terminal_open(&t);
	EXPECT_OK(pipe(p));
	pid_t leader = guest_fork();
	if (leader == 0) {
		terminal_take(&t);
		if (guest_fork() == 0) {
			EXPECT_EQ(write(p[1], "r", 1), 1);
			for (;;)
				pause();
		}
		EXPECT_EQ(read(p[0], &c, 1), 1);
		signal(SIGHUP, SIG_IGN);
		_exit(0);
	}
	EXPECT_OK(close(p[1]));
	EXPECT_EXIT(leader, 0);
	EXPECT_EQ(read(p[0], &c, 1), 0);
	terminal_write(t.slave, "still there");
	terminal_expect(t.master, "still there");
	terminal_close(&t);
}

int main(void)
{
	slaves_go_and_come_back();
	master_goes();
	sleepers_wake();
	session_hears();
	leader_ends();
	return 0;
}
