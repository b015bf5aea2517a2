/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pseudo-terminal carries lines both ways, echoes, turns ^C into SIGINT for its foreground
 * group, and hangs up.
 */
#include "guest.h"

#include <sys/ioctl.h>
#include <termios.h>

static size_t read_until(int fd, char *buf, size_t n, const char *end)
{
	size_t len = 0;

	while (len < n - 1) {
		len += (size_t)EXPECT_OK(read(fd, buf + len, 1));
		buf[len] = 0;
		if (len >= strlen(end) && strcmp(buf + len - strlen(end), end) == 0)
			break;
	}
	return len;
}

static void on_hup(int sig)
{
	_exit(sig == SIGHUP ? 7 : 1);
}

static void on_int(int sig)
{
	EXPECT_EQ(sig, SIGINT);
	EXPECT_EQ(write(1, "int\n", 4), 4);
}

static void inside(const char *name, int m)
{
	char buf[64];

	EXPECT_OK(close(m)); /* the parent alone holds the other side */
	EXPECT_EQ(setsid(), getpid());
	int tty = EXPECT_OK(open(name, O_RDWR)); /* becomes the controlling terminal */
	EXPECT_EQ(tcgetpgrp(tty), getpgrp());
	EXPECT_OK(open("/dev/tty", O_RDWR));
	EXPECT_OK(dup2(tty, 1));
	EXPECT_EQ(isatty(1), 1);
	signal(SIGHUP, on_hup);
	struct sigaction sa = {.sa_handler = on_int, .sa_flags = SA_RESTART};
	EXPECT_OK(sigaction(SIGINT, &sa, NULL));
	EXPECT_EQ(read(tty, buf, sizeof(buf)), 6); /* one line, as edited */
	EXPECT(memcmp(buf, "hellO\n", 6) == 0);
	EXPECT_EQ(write(tty, "ready\n", 6), 6);
	for (;;)
		pause();
}

int main(void)
{
	struct winsize ws = {.ws_row = 33, .ws_col = 77}, got;
	char buf[128], name[64];

	int m = posix_openpt(O_RDWR | O_NOCTTY);
	if (m == -1 && (errno == ENOENT || errno == ENODEV || errno == EPERM))
		SKIP("no /dev/ptmx here");
	EXPECT_OK(m);
	EXPECT_OK(grantpt(m));
	EXPECT_OK(unlockpt(m));
	EXPECT_EQ(ptsname_r(m, name, sizeof(name)), 0);
	EXPECT_OK(ioctl(m, TIOCSWINSZ, &ws));
	EXPECT_OK(ioctl(m, TIOCGWINSZ, &got));
	EXPECT_EQ(got.ws_col, 77);

	pid_t pid = guest_fork();
	if (pid == 0)
		inside(name, m);
	EXPECT_EQ(write(m, "hello\177O\n", 8), 8);    /* with one rubout */
	read_until(m, buf, sizeof(buf), "ready\r\n"); /* echo, then the answer, NL as CR NL */
	EXPECT(strncmp(buf, "hello\b \bO\r\n", 11) == 0);
	EXPECT_EQ(write(m, "\003", 1), 1);
	read_until(m, buf, sizeof(buf), "int\r\n");
	EXPECT_OK(close(m)); /* hang up */
	EXPECT_EXIT(pid, 7);
	return 0;
}
