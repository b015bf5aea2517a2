/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A POSIX queue (its attributes by mq_getsetattr) gives the highest priority first, blocks or is
 * EAGAIN when full or empty, and notifies once.
 */
#include "guest.h"

#include <mqueue.h>

int main(void)
{
	struct mq_attr attr = {.mq_maxmsg = 3, .mq_msgsize = 32}, got;
	struct timespec past = {1, 0}, zero = {5, 0};
	char name[64], buf[32];
	unsigned int prio;
	sigset_t set;

	snprintf(name, sizeof(name), "/caisson-guest-%d", getpid());
	mqd_t q = mq_open(name, O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK, 0600, &attr);
	if (q == -1 && errno == ENOSYS)
		SKIP("no POSIX message queues here");
	EXPECT_OK(q);
	EXPECT_ERRNO(mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attr), EEXIST);
	EXPECT_OK(mq_send(q, "low", 3, 1));
	EXPECT_OK(mq_send(q, "high", 4, 9));
	EXPECT_OK(mq_send(q, "high2", 5, 9));
	EXPECT_ERRNO(mq_send(q, "more", 4, 9), EAGAIN);
	EXPECT_OK(mq_getattr(q, &got));
	EXPECT_EQ(got.mq_curmsgs, 3);
	EXPECT_EQ(got.mq_maxmsg, 3);
	EXPECT_EQ(mq_receive(q, buf, sizeof(buf), &prio), 4);
	EXPECT_EQ(prio, 9);
	EXPECT_EQ(mq_receive(q, buf, sizeof(buf), &prio), 5); /* equal: the older first */
	EXPECT_EQ(mq_receive(q, buf, sizeof(buf), &prio), 3);
	EXPECT_EQ(prio, 1);
	EXPECT_ERRNO(mq_receive(q, buf, sizeof(buf), &prio), EAGAIN);
	EXPECT_ERRNO(mq_receive(q, buf, 31, &prio), EMSGSIZE);
	EXPECT_ERRNO(mq_send(q, buf, 33, 0), EMSGSIZE);
	EXPECT_ERRNO(mq_send(q, buf, 1, 1 << 20), EINVAL);

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	EXPECT_OK(sigprocmask(SIG_BLOCK, &set, NULL));
	struct sigevent sev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
	siginfo_t si;
	EXPECT_OK(mq_notify(q, &sev));
	EXPECT_ERRNO(mq_notify(q, &sev), EBUSY);
	EXPECT_OK(mq_send(q, "n", 1, 0));
	EXPECT_EQ(sigtimedwait(&set, &si, &zero), SIGUSR1);
	EXPECT_EQ(si.si_code, SI_MESGQ);

	mqd_t block = EXPECT_OK(mq_open(name, O_RDWR));
	EXPECT_EQ(mq_receive(block, buf, sizeof(buf), NULL), 1);
	EXPECT_ERRNO(mq_timedreceive(block, buf, sizeof(buf), NULL, &past), ETIMEDOUT);
	pid_t pid = guest_fork();
	if (pid == 0) {
		guest_pause_ms(10);
		EXPECT_OK(mq_send(block, "child", 5, 0));
		_exit(0);
	}
	EXPECT_EQ(mq_receive(block, buf, sizeof(buf), NULL), 5);
	EXPECT_EXIT(pid, 0);
	EXPECT_OK(mq_unlink(name));
	EXPECT_ERRNO(mq_unlink(name), ENOENT);
	EXPECT_ERRNO(mq_open("/no/slashes", O_RDWR | O_CREAT, 0600, NULL), EACCES);
	EXPECT_ERRNO(mq_open(name, O_RDWR), ENOENT);
	return 0;
}
