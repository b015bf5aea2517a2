/* SPDX-License-Identifier: Apache-2.0 */
/* Lines and queues end somewhere; who writes then waits, or is told. */
#include "terminal.h"

static char big[65536], got[65536];

static void a_long_line(void)
{
	struct terminal t;

	terminal_open(&t);
	terminal_set(t.slave, ICRNL, 0, ICANON);
	memset(big, 'a', sizeof(big));
	EXPECT_EQ(write(t.master, big, 5000), 5000);
	terminal_write(t.master, "\nnext\n");
	EXPECT_EQ(read(t.slave, got, sizeof(got)), 4096);
	EXPECT_EQ(got[4095], '\n');
	EXPECT_EQ(got[4094], 'a');
	terminal_expect_read(t.slave, "next\n");
	terminal_close(&t);
}

static void fill(int fd)
{
	int fl = fcntl(fd, F_GETFL);
	ssize_t n;
	size_t total = 0;

	EXPECT_OK(fcntl(fd, F_SETFL, fl | O_NONBLOCK));
	/* Linux's worker makes room for a while. */
	for (int idle = 0; idle < 20; idle++) {
		while ((n = write(fd, big, 1000)) > 0) {
			total += (size_t)n;
			idle = 0;
		}
		EXPECT_EQ(errno, EAGAIN);
		guest_pause_ms(1);
	}
	EXPECT(total >= 4095);
	struct pollfd p = {.fd = fd, .events = POLLOUT};
	EXPECT_EQ(poll(&p, 1, 0), 0);
	EXPECT_OK(fcntl(fd, F_SETFL, fl));
}

/* A writer sleeps until the other side reads. */
static void a_full_queue(bool from_master)
{
	struct terminal t;
	int n;

	terminal_open(&t);
	terminal_raw(t.slave);
	int from = from_master ? t.master : t.slave, to = from_master ? t.slave : t.master;
	fill(from);
	EXPECT_OK(ioctl(to, FIONREAD, &n));
	EXPECT_EQ(n, 4095);
	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_EQ(write(from, big, sizeof(big)), sizeof(big));
		EXPECT_EQ(write(from, "END", 3), 3);
		_exit(0);
	}
	for (size_t len = 0; len < 3 || memcmp(got + len - 3, "END", 3) != 0;) {
		size_t keep = len < 3 ? len : 3;

		memmove(got, got + len - keep, keep);
		len = keep + (size_t)EXPECT_OK(read(to, got + keep, 5000));
	}
	EXPECT_EXIT(pid, 0);
	terminal_close(&t);
}

static void flushing(void)
{
	struct terminal t;
	int n;

	terminal_open(&t);
	terminal_raw(t.slave);
	terminal_write(t.master, "typed");
	terminal_wait_in(t.slave, 5);
	EXPECT_OK(tcflush(t.slave, TCIFLUSH));
	EXPECT_OK(ioctl(t.slave, FIONREAD, &n));
	EXPECT_EQ(n, 0);
	terminal_write(t.slave, "shown");
	terminal_wait_in(t.master, 5);
	EXPECT_OK(ioctl(t.slave, TIOCOUTQ, &n));
	EXPECT_EQ(n, 0);
	EXPECT_OK(tcflush(t.slave, TCOFLUSH)); /* too late: the master has it */
	terminal_expect(t.master, "shown");
	terminal_write(t.slave, "shown");
	terminal_wait_in(t.master, 5);
	EXPECT_OK(tcflush(t.master, TCIFLUSH));
	EXPECT_OK(ioctl(t.master, FIONREAD, &n));
	EXPECT_EQ(n, 0);
	EXPECT_ERRNO(ioctl(t.slave, TCFLSH, 3), EINVAL);
	EXPECT_OK(tcdrain(t.slave));
	/* Lines: what can be read counts, an end of file does not. */
	terminal_set(t.slave, ICRNL, 0, ICANON);
	terminal_write(t.master, "ab\ncd\004ef");
	terminal_wait_in(t.slave, 5);
	terminal_close(&t);
}

int main(void)
{
	a_long_line();
	a_full_queue(true);
	a_full_queue(false);
	flushing();
	return 0;
}
