/* SPDX-License-Identifier: Apache-2.0 */
/* Output stops and goes on by keys and by tcflow. */
#include "terminal.h"

static struct terminal t;

static bool blocked(void)
{
	struct pollfd p = {.fd = t.slave, .events = POLLOUT};

	EXPECT(poll(&p, 1, 0) >= 0);
	return p.revents == 0;
}

static void wait_blocked(bool is)
{
	while (blocked() != is)
		guest_pause_ms(1);
}

/* A writer that sleeps meanwhile goes on with what it has. */
static void goes_on(const char *key)
{
	pid_t pid = guest_fork();

	if (pid == 0) {
		terminal_write(t.slave, "out");
		_exit(0);
	}
	guest_pause_ms(10);
	EXPECT_EQ(waitpid(pid, NULL, WNOHANG), 0);
	terminal_write(t.master, key);
	terminal_expect(t.master, "out");
	EXPECT_EXIT(pid, 0);
}

int main(void)
{
	terminal_open(&t);
	terminal_set(t.slave, IXON, 0, 0);
	terminal_write(t.master, "\023");
	wait_blocked(true);
	int fl = fcntl(t.slave, F_GETFL);
	EXPECT_OK(fcntl(t.slave, F_SETFL, fl | O_NONBLOCK));
	EXPECT_ERRNO(write(t.slave, "x", 1), EAGAIN);
	EXPECT_OK(fcntl(t.slave, F_SETFL, fl));
	terminal_write(t.master, "a"); /* no IXANY: only data */
	terminal_expect(t.slave, "a");
	EXPECT(blocked());
	goes_on("\021");

	terminal_set(t.slave, IXON | IXANY, 0, 0);
	terminal_write(t.master, "\023");
	wait_blocked(true);
	goes_on("b");
	terminal_expect(t.slave, "b");

	terminal_write(t.master, "\023");
	wait_blocked(true);
	terminal_set(t.slave, 0, 0, 0); /* nobody could type the key */
	EXPECT(!blocked());
	terminal_write(t.master, "\023\021");
	terminal_expect(t.slave, "\023\021");

	terminal_set(t.slave, IXON, 0, 0);
	EXPECT_OK(tcflow(t.slave, TCOOFF));
	EXPECT(blocked());
	terminal_write(t.master, "\021c");
	terminal_expect(t.slave, "c");
	EXPECT(blocked()); /* held by tcflow, not by the key */
	EXPECT_OK(tcflow(t.slave, TCOON));
	EXPECT(!blocked());

	EXPECT_OK(tcflow(t.slave, TCIOFF)); /* asks the other side */
	terminal_expect(t.master, "\023");
	EXPECT_OK(tcflow(t.slave, TCION));
	terminal_expect(t.master, "\021");
	EXPECT_ERRNO(ioctl(t.slave, TCXONC, 4), EINVAL);

	EXPECT_OK(tcflow(t.master, TCOOFF)); /* the master's own output: what it types */
	struct pollfd p = {.fd = t.master, .events = POLLOUT};
	EXPECT_EQ(poll(&p, 1, 0), 0);
	EXPECT_OK(tcflow(t.master, TCOON));
	terminal_write(t.master, "d");
	terminal_expect(t.slave, "d");
	terminal_close(&t);
	return 0;
}
