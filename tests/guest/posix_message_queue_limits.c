/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POSIX queues are files: poll, stat, permission and read tell of them; mq_notify ends with the
 * descriptor; attributes and RLIMIT_MSGQUEUE limit them; a blocked sender gets its place when
 * somebody receives.
 */
#include "guest.h"

#include <mqueue.h>

static char name[64];

static mqd_t make(int flags, long maxmsg, long msgsize)
{
	struct mq_attr attr = {.mq_maxmsg = maxmsg, .mq_msgsize = msgsize};

	return mq_open(name, O_RDWR | O_CREAT | O_EXCL | flags, 0600, &attr);
}

static void attributes(void)
{
	struct mq_attr got, want = {.mq_flags = O_NONBLOCK}, bad = {.mq_flags = O_APPEND};

	EXPECT_ERRNO(make(0, 0, 8), EINVAL);
	EXPECT_ERRNO(make(0, 8, -1), EINVAL);
	EXPECT_ERRNO(mq_open(name, O_RDWR), ENOENT);
	mqd_t q = EXPECT_OK(mq_open(name, O_RDWR | O_CREAT, 0600, NULL));
	EXPECT_EQ(fcntl(q, F_GETFD), FD_CLOEXEC);
	EXPECT_OK(mq_getattr(q, &got));
	EXPECT_EQ(got.mq_maxmsg, 10);
	EXPECT_EQ(got.mq_msgsize, 8192);
	EXPECT_EQ(got.mq_flags, 0);
	EXPECT_OK(mq_setattr(q, &want, &got));
	EXPECT_EQ(got.mq_flags, 0);
	EXPECT_ERRNO(mq_setattr(q, &bad, NULL), EINVAL);
	EXPECT_EQ(fcntl(q, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
	EXPECT_OK(mq_close(q));
	EXPECT_OK(mq_unlink(name));
}

static void as_a_file(void)
{
	char text[100] = "";
	struct stat st;
	mqd_t q = EXPECT_OK(make(O_NONBLOCK, 1, 16));
	struct pollfd p = {.fd = q, .events = POLLIN | POLLOUT};

	EXPECT_EQ(poll(&p, 1, 0), 1);
	EXPECT_EQ(p.revents, POLLOUT);
	EXPECT_OK(mq_send(q, "hello", 5, 0));
	EXPECT_EQ(poll(&p, 1, 0), 1);
	EXPECT_EQ(p.revents, POLLIN);
	EXPECT(read(q, text, sizeof(text) - 1) > 0);
	EXPECT(strncmp(text, "QSIZE:5 ", 8) == 0);
	EXPECT_ERRNO(write(q, "x", 1), EINVAL);
	EXPECT_OK(fstat(q, &st));
	EXPECT(S_ISREG(st.st_mode));
	EXPECT_EQ(st.st_mode & 07777, 0600);
	EXPECT_EQ(st.st_size, 80);

	mqd_t rd = EXPECT_OK(mq_open(name, O_RDONLY)), wr = EXPECT_OK(mq_open(name, O_WRONLY));
	EXPECT_ERRNO(mq_send(rd, "x", 1, 0), EBADF);
	EXPECT_ERRNO(mq_receive(wr, text, 16, NULL), EBADF);
	EXPECT_ERRNO(mq_send(0, "x", 1, 0), EBADF);
	EXPECT_OK(mq_unlink(name)); /* lives on */
	EXPECT_EQ(mq_receive(rd, text, 16, NULL), 5);
	EXPECT_OK(mq_close(rd));
	EXPECT_OK(mq_close(wr));
	EXPECT_OK(mq_close(q));
}

static void names(void)
{
	EXPECT_ERRNO(syscall(SYS_mq_open, "", O_RDWR | O_CREAT, 0600, NULL), ENOENT);
	EXPECT_ERRNO(syscall(SYS_mq_open, ".", O_RDWR | O_CREAT, 0600, NULL), EACCES);
	EXPECT_ERRNO(syscall(SYS_mq_open, "a/b", O_RDWR | O_CREAT, 0600, NULL), EACCES);
	EXPECT_ERRNO(syscall(SYS_mq_open, BAD_PTR, O_RDWR, 0, NULL), EFAULT);
	EXPECT_ERRNO(syscall(SYS_mq_open, "a", O_RDWR | O_CREAT, 0600, BAD_PTR), EFAULT);
	EXPECT_ERRNO(syscall(SYS_mq_unlink, "a/b"), EACCES);
	if (geteuid() != 0)
		return;
	mqd_t q = EXPECT_OK(make(0, 1, 1));
	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_OK(setuid(12345));
		EXPECT_ERRNO(mq_open(name, O_RDONLY), EACCES);
		EXPECT_EQ(mq_unlink(name), -1);
		EXPECT(errno == EACCES || errno == EPERM);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	EXPECT_OK(mq_close(q));
	EXPECT_OK(mq_unlink(name));
}

static void limits(void)
{
	struct rlimit rl = {4096, 4096};
	pid_t pid = guest_fork();

	if (pid == 0) {
		EXPECT_OK(setrlimit(RLIMIT_MSGQUEUE, &rl));
		EXPECT_ERRNO(make(0, 1, 4096), EMFILE);
		EXPECT_OK(setuid(54321));
		EXPECT_ERRNO(make(0, 11, 8), EINVAL);
		EXPECT_ERRNO(make(0, 1, 8193), EINVAL);
		EXPECT_OK(make(0, 1, 1024));
		EXPECT_OK(mq_unlink(name));
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
}

static void notification_ends_with_close(void)
{
	struct sigevent sev = {.sigev_notify = SIGEV_NONE}, bad = {.sigev_notify = 77};
	mqd_t q = EXPECT_OK(make(0, 1, 1));
	mqd_t again = EXPECT_OK(mq_open(name, O_RDWR));

	EXPECT_ERRNO(mq_notify(q, &bad), EINVAL);
	EXPECT_OK(mq_notify(q, &sev));
	EXPECT_ERRNO(mq_notify(again, &sev), EBUSY);
	EXPECT_OK(mq_notify(again, NULL)); /* by process, not by descriptor */
	EXPECT_OK(mq_notify(again, &sev));
	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_OK(mq_notify(q, NULL)); /* not ours to take back */
		EXPECT_OK(mq_close(q));
		EXPECT_ERRNO(mq_notify(again, &sev), EBUSY);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	EXPECT_ERRNO(mq_notify(q, &sev), EBUSY);
	EXPECT_OK(mq_close(again));
	EXPECT_OK(mq_notify(q, &sev));
	EXPECT_OK(mq_close(q));
	EXPECT_OK(mq_unlink(name));
}

static void blocked_sender(void)
{
	mqd_t q = EXPECT_OK(make(0, 1, 8));
	struct timespec bad = {0, 1000000000};
	unsigned prio;
	char buf[8];

	EXPECT_OK(mq_send(q, "one", 3, 1));
	EXPECT_ERRNO(mq_timedsend(q, "x", 1, 0, &bad), EINVAL);
	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_OK(mq_send(q, "two", 3, 9));
		_exit(0);
	}
	guest_pause_ms(20);
	EXPECT_EQ(mq_receive(q, buf, 8, NULL), 3);
	EXPECT_EQ(mq_receive(q, buf, 8, &prio), 3);
	EXPECT_EXIT(pid, 0);
	EXPECT_EQ(prio, 9);
	EXPECT_OK(mq_close(q));
	EXPECT_OK(mq_unlink(name));
}

int main(void)
{
	snprintf(name, sizeof(name), "/caisson-limits-%d", getpid());
	mqd_t q = make(0, 1, 1);
	if (q == -1 && errno == ENOSYS)
		SKIP("no POSIX message queues here");
	EXPECT_OK(q);
	EXPECT_OK(mq_close(q));
	EXPECT_OK(mq_unlink(name));
	umask(0);
	attributes();
	as_a_file();
	names();
	if (geteuid() == 0)
		limits();
	notification_ends_with_close();
	blocked_sender();
	return 0;
}
