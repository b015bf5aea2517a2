/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strict mode leaves a thread read, write, exit and rt_sigreturn; anything else ends the thread as
 * SIGKILL does. It takes no filter, and no filter lets it be entered.
 */
#include "filters.h"

static int pipe_fds[2];

static void allowed(void)
{
	char c = 'x';

	EXPECT_OK(
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0x1234)); /* the rest is not looked at */
	if (write(pipe_fds[1], &c, 1) != 1 || read(pipe_fds[0], &c, 1) != 1)
		syscall(SYS_exit, 2);
	syscall(SYS_exit, 7);
}

static void forbidden(void)
{
	EXPECT_OK(syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, NULL));
	syscall(SYS_getpid);
	syscall(SYS_exit, 2);
}

static void exit_group_too(void)
{
	EXPECT_OK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT));
	syscall(SYS_exit_group, 3);
}

static void asking_kills(void)
{
	EXPECT_OK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT));
	prctl(PR_GET_SECCOMP);
	syscall(SYS_exit, 2);
}

static void after_a_filter(void)
{
	EXPECT_OK(SECCOMP_INSTALL(0, RET(SECCOMP_RET_ALLOW)));
	EXPECT_ERRNO(syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, NULL), EINVAL);
	EXPECT_ERRNO(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT), EINVAL);
	EXPECT_EQ(prctl(PR_GET_SECCOMP), 2);
}

static void *strict_thread(void *arg)
{
	(void)arg;
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
	syscall(SYS_getpid);
	return NULL;
}

/* The other thread dies alone. */
static void one_thread(void)
{
	pthread_t thread;

	EXPECT_EQ(pthread_create(&thread, NULL, strict_thread, NULL), 0);
	while (filter_status("Threads") != 1)
		guest_pause_ms(1);
	_exit(9);
}

/* A child of a strict thread cannot be made. */
static void inherited(void)
{
	pid_t pid;

	EXPECT_OK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT));
	pid = (pid_t)syscall(SYS_fork);
	syscall(SYS_exit, pid >= 0 ? 2 : 3);
}

int main(void)
{
	int status;

	EXPECT_EQ(prctl(PR_GET_SECCOMP), 0);
	EXPECT_OK(pipe(pipe_fds));
	EXPECT_ERRNO(syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 1, NULL), EINVAL);
	EXPECT_ERRNO(syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, BAD_PTR), EINVAL);
	EXPECT_ERRNO(prctl(PR_SET_SECCOMP, 7, 0), EINVAL);
	EXPECT_ERRNO(prctl(PR_SET_SECCOMP, 0, 0), EINVAL);

	status = filter_child(allowed);
	EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	EXPECT_STATUS_KILLED(filter_child(forbidden), SIGKILL);
	EXPECT_STATUS_KILLED(filter_child(exit_group_too), SIGKILL);
	EXPECT_STATUS_KILLED(filter_child(asking_kills), SIGKILL);
	EXPECT_STATUS_KILLED(filter_child(inherited), SIGKILL);
	EXPECT_EQ(filter_child(after_a_filter), 0);
	status = filter_child(one_thread);
	EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 9);
	return 0;
}
