/* SPDX-License-Identifier: Apache-2.0 */
/* What programs about pseudo-terminals share. Linux hands bytes over by a worker of its own, so
 * what is expected is waited for, never looked for. */
#ifndef CAISSON_TESTS_TERMINAL_H
#define CAISSON_TESTS_TERMINAL_H

#include "guest.h"

#include <sys/ioctl.h>
#include <termios.h>

struct terminal {
	int master, slave;
	char name[64];
};

/* A fresh pair, controlling nobody; its settings are those of a new terminal. */
GUEST_FN void terminal_open(struct terminal *t)
{
	t->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (t->master == -1 && (errno == ENOENT || errno == ENODEV || errno == EPERM))
		SKIP("no /dev/ptmx here");
	EXPECT_OK(t->master);
	EXPECT_OK(unlockpt(t->master));
	EXPECT_EQ(ptsname_r(t->master, t->name, sizeof(t->name)), 0);
	t->slave = EXPECT_OK(open(t->name, O_RDWR | O_NOCTTY | O_CLOEXEC));
}

GUEST_FN void terminal_close(struct terminal *t)
{
	EXPECT_OK(close(t->slave));
	EXPECT_OK(close(t->master));
}

GUEST_FN void terminal_set(int fd, tcflag_t i, tcflag_t o, tcflag_t l)
{
	struct termios tio;

	EXPECT_OK(tcgetattr(fd, &tio));
	tio.c_iflag = i;
	tio.c_oflag = o;
	tio.c_lflag = l;
	EXPECT_OK(tcsetattr(fd, TCSANOW, &tio));
}

GUEST_FN void terminal_set_cc(int fd, int which, int c)
{
	struct termios tio;

	EXPECT_OK(tcgetattr(fd, &tio));
	tio.c_cc[which] = (cc_t)c;
	EXPECT_OK(tcsetattr(fd, TCSANOW, &tio));
}

GUEST_FN void terminal_raw(int fd)
{
	terminal_set(fd, 0, 0, 0);
}

GUEST_FN void terminal_write(int fd, const char *s)
{
	EXPECT_EQ(write(fd, s, strlen(s)), strlen(s));
}

GUEST_FN void terminal_show(const char *s, size_t n, char *to, size_t room)
{
	size_t at = 0;

	for (size_t i = 0; i < n && at + 5 < room; i++)
		at += (size_t)snprintf(to + at, room - at,
				       s[i] >= ' ' && s[i] < 127 ? "%c" : "\\%03o",
				       (unsigned char)s[i]);
	to[at] = 0;
}

/* Exactly these bytes come from fd, in as many reads as it takes. */
#define terminal_expect(fd, want) terminal_expect_n((fd), (want), strlen(want), __LINE__)

GUEST_FN void terminal_expect_n(int fd, const char *want, size_t n, int line)
{
	char got[8192], a[1000], b[1000];
	size_t len = 0;

	while (len < n) {
		ssize_t r = read(fd, got + len, n - len);

		if (r <= 0)
			FAIL("line %d: read says %zd (errno %d) after %zu of %zu bytes", line, r,
			     errno, len, n);
		len += (size_t)r;
	}
	if (memcmp(got, want, n) == 0)
		return;
	terminal_show(want, n, a, sizeof(a));
	terminal_show(got, n, b, sizeof(b));
	FAIL("line %d: expected \"%s\", got \"%s\"", line, a, b);
}

/* One read gives exactly this. */
#define terminal_expect_read(fd, want) terminal_expect_one((fd), (want), __LINE__)

GUEST_FN void terminal_expect_one(int fd, const char *want, int line)
{
	char got[8192], a[1000], b[1000];
	ssize_t n = read(fd, got, sizeof(got));

	if (n == (ssize_t)strlen(want) && memcmp(got, want, (size_t)n) == 0)
		return;
	terminal_show(want, strlen(want), a, sizeof(a));
	terminal_show(got, n > 0 ? (size_t)n : 0, b, sizeof(b));
	FAIL("line %d: expected to read \"%s\", got %zd \"%s\" (errno %d)", line, a, n, b, errno);
}

/* Nothing is on its way any more: what is typed last has been seen and read. Raw mode only. */
GUEST_FN void terminal_wait_in(int fd, int n)
{
	for (int got = -1; got < n; guest_pause_ms(1))
		EXPECT_OK(ioctl(fd, FIONREAD, &got));
}

/* In a child: lead a session whose terminal is this one; the caller's group is in the foreground. */
GUEST_FN int terminal_take(const struct terminal *t)
{
	EXPECT_EQ(setsid(), getpid());
	int fd = EXPECT_OK(open(t->name, O_RDWR | O_CLOEXEC));

	EXPECT_EQ(tcgetpgrp(fd), getpgrp());
	return fd;
}

#endif
