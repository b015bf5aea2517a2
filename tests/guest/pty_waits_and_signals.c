/* SPDX-License-Identifier: Apache-2.0 */
/* poll, epoll and sleeping reads hear of what comes; signals end a sleep. */
#include "terminal.h"

#include <sys/epoll.h>

static struct terminal t;

static void on_usr1(int sig)
{
	(void)sig;
}

static void interrupted(int fd)
{
	struct sigaction sa = {.sa_handler = on_usr1};
	char c;

	EXPECT_OK(sigaction(SIGUSR1, &sa, NULL));
	pid_t me = getpid(), pid = guest_fork();
	if (pid == 0)
		for (;;) { /* until the sleep has begun */
			guest_pause_ms(5);
			if (kill(me, SIGUSR1) == -1)
				_exit(0);
		}
	EXPECT_ERRNO(read(fd, &c, 1), EINTR);
	EXPECT_OK(kill(pid, SIGKILL));
	EXPECT_KILLED(pid, SIGKILL);
}

static void edges(void)
{
	struct epoll_event e = {.events = EPOLLIN | EPOLLET};
	int ep = EXPECT_OK(epoll_create1(EPOLL_CLOEXEC));

	EXPECT_OK(epoll_ctl(ep, EPOLL_CTL_ADD, t.slave, &e));
	EXPECT_EQ(epoll_wait(ep, &e, 1, 0), 0);
	terminal_write(t.master, "half");
	terminal_expect(t.master, "half");
	EXPECT_EQ(epoll_wait(ep, &e, 1, 0), 0); /* no line yet */
	terminal_write(t.master, "\n");
	EXPECT_EQ(epoll_wait(ep, &e, 1, -1), 1);
	EXPECT_EQ(e.events, EPOLLIN);
	EXPECT_EQ(epoll_wait(ep, &e, 1, 0), 0);
	terminal_expect_read(t.slave, "half\n");
	terminal_expect(t.master, "\r\n");
	EXPECT_OK(close(ep));
}

static void all_bits(void)
{
	struct pollfd p = {.fd = t.slave, .events = 0x3ff};

	EXPECT_EQ(poll(&p, 1, -1), 1);
	EXPECT_EQ(p.revents, POLLOUT | POLLWRNORM);
	terminal_write(t.master, "a\n");
	p.events = POLLIN | POLLRDNORM;
	EXPECT_EQ(poll(&p, 1, -1), 1);
	EXPECT_EQ(p.revents, POLLIN | POLLRDNORM);
	terminal_expect(t.master, "a\r\n");
	terminal_expect_read(t.slave, "a\n");
}

int main(void)
{
	terminal_open(&t);
	interrupted(t.slave);
	interrupted(t.master);
	all_bits();
	edges();
	pid_t pid = guest_fork();
	if (pid == 0) {
		terminal_expect_read(t.slave, "wake\n");
		_exit(0);
	}
	guest_pause_ms(10);
	terminal_write(t.master, "wake\n");
	EXPECT_EXIT(pid, 0);
	terminal_close(&t);
	return 0;
}
