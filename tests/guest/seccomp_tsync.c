/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TSYNC makes all threads of a process obey the caller's filters, and gives them its no_new_privs;
 * a thread whose filters are not a beginning of the caller's stops it, and is named.
 */
#include "filters.h"

static int go[2], done[2];
static volatile pid_t other_tid;
static volatile uint32_t other_first; /* a filter of its own; 0: none */

static void tell(int fd)
{
	EXPECT_EQ(write(fd, "x", 1), 1);
}

static void hear(int fd)
{
	char c;

	EXPECT_EQ(read(fd, &c, 1), 1);
}

/* Installs what it should, waits, and says what getppid does. */
static void *other(void *arg)
{
	long r;

	(void)arg;
	other_tid = (pid_t)syscall(SYS_gettid);
	if (other_first)
		EXPECT_OK(filter_one(0, SYS_getsid, other_first));
	tell(done[1]);
	hear(go[0]);
	r = syscall(SYS_getppid);
	return (void *)(r == -1 ? (intptr_t)errno : 0);
}

static pthread_t start_other(void)
{
	pthread_t thread;

	EXPECT_OK(pipe(go));
	EXPECT_OK(pipe(done));
	EXPECT_EQ(pthread_create(&thread, NULL, other, NULL), 0);
	hear(done[0]);
	return thread;
}

static intptr_t end_other(pthread_t thread)
{
	void *ret;

	tell(go[1]);
	EXPECT_EQ(pthread_join(thread, &ret), 0);
	return (intptr_t)ret;
}

static void without(void)
{
	pthread_t thread = start_other();

	EXPECT_EQ(filter_one(0, SYS_getppid, SECCOMP_RET_ERRNO | 40), 0);
	EXPECT_ERRNO(syscall(SYS_getppid), 40);
	EXPECT_EQ(end_other(thread), 0);
}

static void with(void)
{
	pthread_t thread;

	EXPECT_EQ(filter_one(0, SYS_getsid, SECCOMP_RET_ERRNO | 41), 0); /* both have it */
	thread = start_other();
	EXPECT_EQ(filter_one(0, SYS_getpgid, SECCOMP_RET_ERRNO | 42), 0); /* the caller alone */
	EXPECT_EQ(filter_one(SECCOMP_FILTER_FLAG_TSYNC, SYS_getppid, SECCOMP_RET_ERRNO | 43), 0);
	EXPECT_EQ(end_other(thread), 43);
	EXPECT_EQ(filter_status("Seccomp_filters"), 3);
}

static void strayed(void)
{
	pthread_t thread;

	other_first = SECCOMP_RET_ERRNO | 1;
	thread = start_other();
	EXPECT_EQ(filter_one(SECCOMP_FILTER_FLAG_TSYNC, SYS_getppid, SECCOMP_RET_ERRNO | 44),
		  other_tid);
	EXPECT_ERRNO(filter_one(SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_TSYNC_ESRCH,
				SYS_getppid, SECCOMP_RET_ERRNO | 44),
		     ESRCH);
	EXPECT_ERRNO(filter_one(SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_TSYNC_ESRCH |
					SECCOMP_FILTER_FLAG_NEW_LISTENER,
				SYS_getppid, SECCOMP_RET_ERRNO | 44),
		     ESRCH);
	EXPECT_EQ(prctl(PR_GET_SECCOMP), 0);
	EXPECT_OK(syscall(SYS_getppid));
	EXPECT_EQ(end_other(thread), 0);
}

static void *waits_for_privs(void *arg)
{
	(void)arg;
	tell(done[1]);
	hear(go[0]);
	return (void *)(intptr_t)prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
}

/* Only one thread has no_new_privs; then all have. */
static void privileges(void)
{
	pthread_t thread;
	void *ret;

	EXPECT_OK(pipe(go));
	EXPECT_OK(pipe(done));
	EXPECT_EQ(pthread_create(&thread, NULL, waits_for_privs, NULL), 0);
	hear(done[0]);
	EXPECT_OK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	EXPECT_EQ(SECCOMP_INSTALL(SECCOMP_FILTER_FLAG_TSYNC, RET(SECCOMP_RET_ALLOW)), 0);
	tell(go[1]);
	EXPECT_EQ(pthread_join(thread, &ret), 0);
	EXPECT_EQ((intptr_t)ret, 1);
}

int main(void)
{
	pid_t pid;

	EXPECT_EQ(filter_child(without), 0);
	EXPECT_EQ(filter_child(with), 0);
	EXPECT_EQ(filter_child(strayed), 0);
	pid = guest_fork();
	if (pid == 0) {
		privileges();
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	return 0;
}
