/* SPDX-License-Identifier: Apache-2.0 */
/* In packet mode each read of the master begins with a byte that says what happened. */
#include "terminal.h"

static struct terminal t;

static void expect_packet(const char *want, size_t n, int line)
{
	char got[100];
	ssize_t r = read(t.master, got, sizeof(got));

	if (r != (ssize_t)n || memcmp(got, want, n) != 0)
		FAIL("line %d: expected %zu bytes beginning with %d, got %zd beginning with %d",
		     line, n, want[0], r, got[0]);
}
#define PACKET(s) expect_packet(s, sizeof(s) - 1, __LINE__)

static void status(int want, int line)
{
	char c;
	struct pollfd p = {.fd = t.master, .events = POLLPRI};

	EXPECT_EQ(poll(&p, 1, -1), 1);
	EXPECT_EQ(p.revents, POLLPRI);
	EXPECT_EQ(read(t.master, &c, 1), 1);
	if (c != want)
		FAIL("line %d: expected status %#x, got %#x", line, want, c);
}
#define STATUS(c) status(c, __LINE__)

int main(void)
{
	int on = 1, off = 0, got;
	char c;

	terminal_open(&t);
	EXPECT_OK(ioctl(t.master, TIOCGPKT, &got));
	EXPECT_EQ(got, 0);
	EXPECT_ERRNO(ioctl(t.slave, TIOCPKT, &on), ENOTTY);
	EXPECT_ERRNO(ioctl(t.master, TIOCPKT, BAD_PTR), EFAULT);
	EXPECT_OK(ioctl(t.master, TIOCPKT, &on));
	EXPECT_OK(ioctl(t.master, TIOCGPKT, &got));
	EXPECT_EQ(got, 1);

	terminal_write(t.slave, "ab");
	PACKET("\0ab");
	terminal_write(t.slave, "x");
	EXPECT_EQ(read(t.master, &c, 1), 1); /* no room for more than the mark */
	EXPECT_EQ(c, 0);
	PACKET("\0x");

	EXPECT_OK(tcflow(t.slave, TCOOFF));
	STATUS(TIOCPKT_STOP);
	EXPECT_OK(tcflow(t.slave, TCOON));
	STATUS(TIOCPKT_START);
	EXPECT_OK(tcflush(t.slave, TCIFLUSH));
	STATUS(TIOCPKT_FLUSHREAD);
	EXPECT_OK(tcflush(t.slave, TCOFLUSH));
	STATUS(TIOCPKT_FLUSHWRITE);
	terminal_set(t.slave, 0, 0, 0); /* no IXON */
	STATUS(TIOCPKT_NOSTOP);
	terminal_set(t.slave, IXON, 0, 0);
	STATUS(TIOCPKT_DOSTOP);
	terminal_set_cc(t.slave, VSTOP, 'x'); /* not the usual keys */
	STATUS(TIOCPKT_NOSTOP);
	terminal_set(t.slave, IXON, 0, EXTPROC);
	STATUS(TIOCPKT_IOCTL);
	terminal_set(t.slave, ICRNL, 0, ICANON | ECHO | EXTPROC);
	STATUS(TIOCPKT_IOCTL);
	terminal_write(t.master, "a\003\n"); /* edited on the other side: bytes as they are */
	terminal_expect_read(t.slave, "a\003\n");
	terminal_write(t.master, "\004");
	EXPECT_EQ(read(t.slave, &c, 1), 0); /* but an end of file is one */

	EXPECT_OK(ioctl(t.master, TIOCPKT, &off));
	terminal_write(t.slave, "y");
	terminal_expect_read(t.master, "y");
	terminal_close(&t);
	return 0;
}
