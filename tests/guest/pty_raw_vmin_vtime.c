/* SPDX-License-Identifier: Apache-2.0 */
/* Without lines, VMIN and VTIME decide when a read returns. */
#include "terminal.h"

#define TENTH 100000000LL

static struct terminal t;

static void set(int vmin, int vtime)
{
	terminal_set_cc(t.slave, VMIN, vmin);
	terminal_set_cc(t.slave, VTIME, vtime);
}

/* A byte for each pause, from a child. */
static pid_t type_slowly(int n, long pause_ms)
{
	pid_t pid = guest_fork();

	if (pid)
		return pid;
	for (int i = 0; i < n; i++) {
		guest_pause_ms(pause_ms);
		terminal_write(t.master, "x");
	}
	_exit(0);
}

static void counting(void)
{
	char buf[16];

	set(3, 0);
	pid_t pid = type_slowly(5, 20);
	EXPECT(read(t.slave, buf, 16) >= 3);
	EXPECT_EXIT(pid, 0);
	EXPECT_OK(tcflush(t.slave, TCIFLUSH));
	terminal_write(t.master, "ab");
	EXPECT_EQ(read(t.slave, buf, 2), 2); /* VMIN is more than was asked for */
	struct pollfd p = {.fd = t.slave, .events = POLLIN};
	terminal_write(t.master, "ab");
	terminal_wait_in(t.slave, 2);
	EXPECT_EQ(poll(&p, 1, 0), 0); /* fewer than VMIN */
	terminal_write(t.master, "c");
	EXPECT_EQ(poll(&p, 1, -1), 1);
	EXPECT_EQ(read(t.slave, buf, 16), 3);
}

static void polling(void)
{
	char buf[16];

	set(0, 0);
	EXPECT_EQ(read(t.slave, buf, 16), 0);
	terminal_write(t.master, "ab");
	terminal_wait_in(t.slave, 2);
	EXPECT_EQ(read(t.slave, buf, 16), 2);
}

static void timed(void)
{
	char buf[16];
	int64_t t0 = guest_now_ns();

	set(0, 2);
	EXPECT_EQ(read(t.slave, buf, 16), 0);
	EXPECT(guest_now_ns() - t0 >= 2 * TENTH - 20000000); /* in ticks of the kernel */
	terminal_write(t.master, "ab");
	terminal_wait_in(t.slave, 2);
	EXPECT_EQ(read(t.slave, buf, 16), 2);
}

static void between_bytes(void)
{
	char buf[16];

	set(10, 2);
	terminal_write(t.master, "abc");
	terminal_wait_in(t.slave, 3);
	int64_t t0 = guest_now_ns();
	EXPECT_EQ(read(t.slave, buf, 16), 3); /* no more came in the time after the last */
	EXPECT(guest_now_ns() - t0 >= 2 * TENTH - 20000000);
	pid_t pid = type_slowly(1, 400);
	EXPECT_EQ(read(t.slave, buf, 16), 1); /* the time runs from the first byte on */
	EXPECT_EXIT(pid, 0);
}

static void nonblocking(void)
{
	char buf[16];
	int fl = fcntl(t.slave, F_GETFL);

	EXPECT_OK(fcntl(t.slave, F_SETFL, fl | O_NONBLOCK));
	set(1, 0);
	EXPECT_ERRNO(read(t.slave, buf, 16), EAGAIN);
	set(0, 1);
	EXPECT_ERRNO(read(t.slave, buf, 16), EAGAIN);
	set(0, 0);
	EXPECT_EQ(read(t.slave, buf, 16), 0);
	set(5, 0);
	terminal_write(t.master, "ab");
	terminal_wait_in(t.slave, 2);
	EXPECT_EQ(read(t.slave, buf, 16), 2);
	EXPECT_OK(fcntl(t.slave, F_SETFL, fl));
}

int main(void)
{
	terminal_open(&t);
	terminal_raw(t.slave);
	counting();
	polling();
	timed();
	between_bytes();
	nonblocking();
	terminal_close(&t);
	return 0;
}
