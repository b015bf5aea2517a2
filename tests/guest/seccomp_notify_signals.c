/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread that waits for a supervisor's answer can be interrupted: the notification is gone, and
 * the call begins again or fails as the handler says. With WAIT_KILLABLE_RECV only a deadly signal
 * does that once the supervisor has it.
 */
#include "supervisor.h"

static volatile int handled;

static void handler(int sig)
{
	(void)sig;
	handled++;
}

static void with_flags(int flags)
{
	struct sigaction sa = {.sa_handler = handler, .sa_flags = flags};

	EXPECT_OK(sigaction(SIGUSR1, &sa, NULL));
}

static void interrupted(int sock)
{
	with_flags(0);
	release(sock);
	EXPECT_ERRNO(syscall(SYS_getppid), EINTR);
	EXPECT_EQ(handled, 1);
}

static void restarted(int sock)
{
	with_flags(SA_RESTART);
	release(sock);
	EXPECT_EQ(syscall(SYS_getppid), 77);
	EXPECT_EQ(handled, 1);
}

static void wait_ready(int sock)
{
	EXPECT_EQ(read(sock, (char[1]){0}, 1), 1);
}

/* Wait until the number means nothing any more. */
static void until_gone(int listener, uint64_t id)
{
	while (ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0)
		guest_pause_ms(1);
	EXPECT_EQ(errno, ENOENT);
}

static void after_receive(void)
{
	int listener, sock;
	struct seccomp_notif n;
	pid_t pid = supervise(0, interrupted, &listener, &sock);

	release(sock);
	wait_ready(sock);
	n = notif_receive(listener);
	EXPECT_OK(kill(pid, SIGUSR1));
	until_gone(listener, n.id);
	EXPECT_ERRNO(notif_answer(listener, n.id, 0, 5, 0), ENOENT);
	EXPECT_EXIT(pid, 0);
}

static void asked_again(void)
{
	int listener, sock;
	struct seccomp_notif n, again;
	pid_t pid = supervise(0, restarted, &listener, &sock);

	release(sock);
	wait_ready(sock);
	n = notif_receive(listener);
	EXPECT_OK(kill(pid, SIGUSR1));
	again = notif_receive(listener);
	EXPECT(again.id != n.id);
	EXPECT_ERRNO(notif_answer(listener, n.id, 0, 5, 0), ENOENT);
	EXPECT_OK(notif_answer(listener, again.id, 0, 77, 0));
	EXPECT_EXIT(pid, 0);
}

/* The signal comes before anybody has received: the next RECV finds nobody. */
static void before_receive(void)
{
	int listener, sock;
	struct seccomp_notif n = {0};
	pid_t pid = supervise(0, interrupted, &listener, &sock);

	release(sock);
	wait_ready(sock);
	EXPECT_EQ(notif_poll(listener, -1), POLLIN);
	EXPECT_OK(kill(pid, SIGUSR1));
	EXPECT_EXIT(pid, 0);
	EXPECT_ERRNO(ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &n), ENOENT);
}

static void killable(void)
{
	int listener, sock;
	struct seccomp_notif n;
	pid_t pid = supervise(SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, restarted, &listener, &sock);

	release(sock);
	wait_ready(sock);
	n = notif_receive(listener);
	EXPECT_OK(kill(pid, SIGUSR1));
	for (int i = 0; i < 20; i++) {
		EXPECT_OK(ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &n.id));
		guest_pause_ms(1);
	}
	EXPECT_OK(notif_answer(listener, n.id, 0, 77, 0));
	EXPECT_EXIT(pid, 0);
}

static void killed(void)
{
	int listener, sock;
	struct seccomp_notif n;
	pid_t pid = supervise(SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, restarted, &listener, &sock);

	release(sock);
	wait_ready(sock);
	n = notif_receive(listener);
	EXPECT_OK(kill(pid, SIGKILL));
	EXPECT_KILLED(pid, SIGKILL);
	EXPECT_ERRNO(notif_answer(listener, n.id, 0, 5, 0), ENOENT);
	EXPECT(notif_poll(listener, -1) & POLLHUP);
}

int main(void)
{
	after_receive();
	asked_again();
	before_receive();
	killable();
	killed();
	return 0;
}
