/* SPDX-License-Identifier: Apache-2.0 */
/* A session has at most one terminal, a terminal at most one session, and its leader decides. */
#include "terminal.h"

static struct terminal t, other;

static void tty_of_self(long *nr, long *tpgid)
{
	char buf[1024], *p;

	guest_read_file("/proc/self/stat", buf, sizeof(buf));
	p = strrchr(buf, ')');
	EXPECT(p && sscanf(p, ") %*c %*d %*d %*d %ld %ld", nr, tpgid) == 2);
}

static void expect_tty(int fd)
{
	long nr, tpgid;
	struct stat st;

	tty_of_self(&nr, &tpgid);
	if (fd < 0) {
		EXPECT_EQ(nr, 0);
		EXPECT_EQ(tpgid, -1);
		EXPECT_ERRNO(open("/dev/tty", O_RDWR), ENXIO);
		return;
	}
	EXPECT_OK(fstat(fd, &st));
	EXPECT_EQ(nr, st.st_rdev);
	EXPECT_EQ(tpgid, tcgetpgrp(fd));
	EXPECT_OK(close(EXPECT_OK(open("/dev/tty", O_RDWR))));
}

static void foreground(int fd)
{
	int pgrp = 0x7ffffff;

	EXPECT_EQ(tcgetsid(fd), getpid());
	EXPECT_EQ(tcgetpgrp(t.master), getpid()); /* the master may ask too */
	EXPECT_ERRNO(ioctl(fd, TIOCSPGRP, &pgrp), ESRCH);
	pgrp = -1;
	EXPECT_ERRNO(ioctl(fd, TIOCSPGRP, &pgrp), EINVAL);
	pgrp = getppid() ? getppid() : 1; /* of another session */
	EXPECT(ioctl(fd, TIOCSPGRP, &pgrp) == -1 && (errno == EPERM || errno == ESRCH));
	EXPECT_ERRNO(ioctl(fd, TIOCSPGRP, BAD_PTR), EFAULT);
	EXPECT_ERRNO(tcsetpgrp(other.slave, getpid()), ENOTTY);
	EXPECT_ERRNO(tcgetpgrp(other.slave), ENOTTY);
	EXPECT_ERRNO(tcgetsid(other.slave), ENOTTY);
}

/* Gives up what it has; the others of the session lose nothing by that. */
static void a_member(int fd)
{
	pid_t pid = guest_fork();

	if (pid == 0) {
		expect_tty(fd);
		EXPECT_ERRNO(ioctl(fd, TIOCSCTTY, 0), EPERM);
		EXPECT_ERRNO(ioctl(other.slave, TIOCNOTTY, 0), ENOTTY);
		EXPECT_OK(ioctl(fd, TIOCNOTTY, 0));
		expect_tty(-1);
		EXPECT_ERRNO(ioctl(fd, TIOCNOTTY, 0), ENOTTY);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	expect_tty(fd);
}

static void leader(void)
{
	EXPECT_EQ(setsid(), getpid());
	expect_tty(-1);
	EXPECT_OK(close(EXPECT_OK(open(t.name, O_RDWR | O_NOCTTY))));
	EXPECT_OK(close(EXPECT_OK(open(t.name, O_WRONLY))));
	expect_tty(-1);
	int fd = EXPECT_OK(open(t.name, O_RDWR));
	expect_tty(fd);
	EXPECT_EQ(fcntl(fd, F_GETFL), O_RDWR | (fcntl(fd, F_GETFL) & 0100000));
	EXPECT_OK(ioctl(fd, TIOCSCTTY, 0)); /* it is already */
	EXPECT_ERRNO(ioctl(other.slave, TIOCSCTTY, 0), EPERM);
	foreground(fd);
	a_member(fd);
	signal(SIGHUP, SIG_IGN);
	EXPECT_OK(ioctl(fd, TIOCNOTTY, 0));
	expect_tty(-1);
	EXPECT_OK(ioctl(t.master, TIOCSCTTY, 0)); /* means the slave */
	expect_tty(fd);
	_exit(0);
}

/* Another session's, with privilege only. */
static void thief(void)
{
	int p[2], q[2];
	char c;

	EXPECT_OK(pipe(p));
	EXPECT_OK(pipe(q));
	pid_t victim = guest_fork();
	if (victim == 0) {
		int fd = terminal_take(&t);

		EXPECT_EQ(write(p[1], "r", 1), 1);
		EXPECT_EQ(read(q[0], &c, 1), 1);
		expect_tty(-1);
		EXPECT_OK(close(fd));
		_exit(0);
	}
	EXPECT_EQ(read(p[0], &c, 1), 1);
	EXPECT_EQ(setsid(), getpid());
	EXPECT_ERRNO(ioctl(t.slave, TIOCSCTTY, 0), EPERM);
	EXPECT_OK(close(EXPECT_OK(open(t.name, O_RDWR))));
	expect_tty(-1);
	EXPECT_OK(ioctl(t.slave, TIOCSCTTY, 1));
	expect_tty(t.slave);
	EXPECT_EQ(write(q[1], "g", 1), 1);
	EXPECT_EXIT(victim, 0);
	_exit(0);
}

int main(void)
{
	terminal_open(&t);
	terminal_open(&other);
	pid_t pid = guest_fork();
	if (pid == 0)
		leader();
	EXPECT_EXIT(pid, 0);
	pid = guest_fork();
	if (pid == 0)
		thief();
	EXPECT_EXIT(pid, 0);
	return 0;
}
