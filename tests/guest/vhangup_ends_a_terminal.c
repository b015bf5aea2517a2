/* SPDX-License-Identifier: Apache-2.0 */
/* vhangup(2) puts everybody who has the caller's terminal open at its end; the terminal itself goes
 * on as a new one. */
#include "terminal.h"

static struct terminal t;

static void leader(void)
{
	sigset_t hup;
	char c;

	sigemptyset(&hup);
	sigaddset(&hup, SIGHUP);
	EXPECT_OK(sigprocmask(SIG_BLOCK, &hup, NULL));
	EXPECT_EQ(setsid(), getpid());
	EXPECT_EQ(vhangup(), 0); /* nothing to hang up */
	int fd = EXPECT_OK(open(t.name, O_RDWR));
	terminal_set(fd, 0, 0, 0);
	EXPECT_EQ(vhangup(), 0);
	EXPECT_EQ(sigwaitinfo(&hup, NULL), SIGHUP);
	EXPECT_EQ(read(fd, &c, 1), 0);
	EXPECT_ERRNO(write(fd, "x", 1), EIO);
	EXPECT_EQ(read(t.slave, &c, 1), 0); /* whoever opened it */
	EXPECT_ERRNO(open("/dev/tty", O_RDWR), ENXIO);

	fd = EXPECT_OK(open(t.name, O_RDWR)); /* and again */
	EXPECT_EQ(tcgetsid(fd), getpid());
	terminal_write(t.master, "new\r");
	terminal_expect_read(fd, "new\n"); /* its settings are new */
	_exit(0);
}

static void without_privilege(void)
{
	EXPECT_OK(setresuid(1000, 1000, 1000));
	EXPECT_ERRNO(vhangup(), EPERM);
	_exit(0);
}

int main(void)
{
	terminal_open(&t);
	pid_t pid = guest_fork();
	if (pid == 0)
		leader();
	EXPECT_EXIT(pid, 0);
	pid = guest_fork();
	if (pid == 0)
		without_privilege();
	EXPECT_EXIT(pid, 0);
	return 0;
}
