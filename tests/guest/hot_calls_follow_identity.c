/* SPDX-License-Identifier: Apache-2.0 */
/* However often they were asked before, getpid and its kin tell the truth after each call that
 * changes it, in every thread and child. */
#include "guest.h"

#include <sys/fsuid.h>

enum { HOT = 200 };

/* Ask often, by the libc's functions and by the raw call. */
static void expect_ids(pid_t pid, pid_t tid, uid_t uid, uid_t euid, gid_t gid, gid_t egid)
{
	for (int i = 0; i < HOT; i++) {
		EXPECT_EQ(getpid(), pid);
		EXPECT_EQ(gettid(), tid);
		EXPECT_EQ(getuid(), uid);
		EXPECT_EQ(geteuid(), euid);
		EXPECT_EQ(getgid(), gid);
		EXPECT_EQ(getegid(), egid);
		EXPECT_EQ(syscall(SYS_getpid), pid);
		EXPECT_EQ(syscall(SYS_gettid), tid);
		EXPECT_EQ(syscall(SYS_getuid), uid);
		EXPECT_EQ(syscall(SYS_getegid), egid);
	}
}

static pid_t process;

static void *thread(void *arg)
{
	pid_t tid = (pid_t)syscall(SYS_gettid);

	(void)arg;
	EXPECT(tid != process);
	expect_ids(process, tid, 0, 0, 0, 0);
	EXPECT_OK(syscall(SYS_setresuid, 7, 8, -1)); /* this thread alone */
	expect_ids(process, tid, 7, 8, 0, 0);
	return NULL;
}

static void child(pid_t parent)
{
	pid_t pid = getpid();

	EXPECT(pid != parent);
	expect_ids(pid, pid, 0, 0, 0, 0);
	EXPECT_OK(setresgid(5, 6, 6));
	expect_ids(pid, pid, 0, 0, 5, 6);
	EXPECT_OK(setresuid(0, 9, 0));
	expect_ids(pid, pid, 0, 9, 5, 6);
	EXPECT_OK(setresuid(-1, 0, -1));
	setfsuid(77); /* nobody asks for that */
	expect_ids(pid, pid, 0, 0, 5, 6);
}

/* Another process in the same memory. */
static void vforked(void)
{
	pid_t me = getpid(), pid = vfork();
	int status;

	if (pid == 0) {
		pid_t own = (pid_t)syscall(SYS_getpid);

		for (int i = 0; i < HOT; i++) {
			if (syscall(SYS_getpid) != own || syscall(SYS_gettid) != own || own == me)
				_exit(1);
		}
		_exit(0);
	}
	EXPECT(pid > 0);
	EXPECT_EQ(waitpid(pid, &status, 0), pid);
	EXPECT_EQ(status, 0);
	expect_ids(me, me, 0, 0, 0, 0);
}

static void *executes(void *arg)
{
	char pid[16];

	expect_ids(process, gettid(), 0, 0, 0, 0);
	snprintf(pid, sizeof(pid), "%d", getpid());
	execl(guest_self(), "again", pid, (char *)NULL);
	return arg;
}

int main(int argc, char **argv)
{
	pthread_t threads[3];
	pid_t pid;

	if (argc > 1) { /* executed by a thread that was not the first */
		pid = (pid_t)strtol(argv[1], NULL, 10);
		expect_ids(pid, pid, 0, 0, 0, 0);
		return 0;
	}
	process = getpid();
	expect_ids(process, process, 0, 0, 0, 0);
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(pthread_create(&threads[i], NULL, thread, NULL), 0);
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(pthread_join(threads[i], NULL), 0);
	expect_ids(process, process, 0, 0, 0, 0);
	pid = guest_fork();
	if (pid == 0) {
		child(process);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	vforked();
	pid = guest_fork();
	if (pid == 0) {
		process = getpid();
		EXPECT_EQ(pthread_create(&threads[0], NULL, executes, NULL), 0);
		for (;;)
			pause();
	}
	EXPECT_EXIT(pid, 0);
	return 0;
}
