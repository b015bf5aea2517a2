/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RET_KILL_THREAD ends one thread, the last one's end is the process's as by SIGSYS;
 * RET_KILL_PROCESS and actions that nobody knows end the whole process. No handler helps.
 */
#include "filters.h"

static void handler(int sig)
{
	(void)sig;
	_exit(3);
}

static void die_alone(void)
{
	signal(SIGSYS, handler);
	EXPECT_OK(filter_one(0, SYS_sysinfo, SECCOMP_RET_KILL_THREAD));
	syscall(SYS_sysinfo, NULL);
}

static void die_as_process(void)
{
	signal(SIGSYS, handler);
	EXPECT_OK(filter_one(0, SYS_sysinfo, SECCOMP_RET_KILL_PROCESS));
	syscall(SYS_sysinfo, NULL);
}

static void die_of_the_unknown(void)
{
	signal(SIGSYS, SIG_IGN);
	EXPECT_OK(filter_one(0, SYS_sysinfo, 0x00010000));
	syscall(SYS_sysinfo, NULL);
}

static void *killed_thread(void *arg)
{
	(void)arg;
	syscall(SYS_sysinfo, NULL);
	_exit(4);
}

static void one_of_two(void)
{
	pthread_t thread;

	EXPECT_OK(filter_one(0, SYS_sysinfo, SECCOMP_RET_KILL_THREAD));
	EXPECT_EQ(pthread_create(&thread, NULL, killed_thread, NULL), 0);
	while (filter_status("Threads") != 1)
		guest_pause_ms(1);
	_exit(5);
}

static void *process_killer(void *arg)
{
	(void)arg;
	EXPECT_OK(filter_one(0, SYS_sysinfo, SECCOMP_RET_KILL_PROCESS));
	syscall(SYS_sysinfo, NULL);
	return NULL;
}

static void all_of_two(void)
{
	pthread_t thread;

	EXPECT_EQ(pthread_create(&thread, NULL, process_killer, NULL), 0);
	for (;;)
		pause();
}

static char state_of_leader(void)
{
	char buf[512];
	const char *at;

	guest_read_file("/proc/self/stat", buf, sizeof(buf));
	at = strrchr(buf, ')');
	return at ? at[2] : '?';
}

static void *outlives_leader(void *arg)
{
	(void)arg;
	while (state_of_leader() != 'Z')
		guest_pause_ms(1);
	syscall(SYS_exit, 8);
	return NULL;
}

/* The last thread's end is what wait tells. (Before Linux 5.19, the leader's.) */
static void leader_first(void)
{
	pthread_t thread;

	EXPECT_EQ(pthread_create(&thread, NULL, outlives_leader, NULL), 0);
	EXPECT_OK(filter_one(0, SYS_sysinfo, SECCOMP_RET_KILL_THREAD));
	syscall(SYS_sysinfo, NULL);
}

static void *outlives_and_exits(void *arg)
{
	(void)arg;
	while (state_of_leader() != 'Z')
		guest_pause_ms(1);
	_exit(6);
}

static void leader_then_exit_group(void)
{
	pthread_t thread;

	EXPECT_EQ(pthread_create(&thread, NULL, outlives_and_exits, NULL), 0);
	EXPECT_OK(filter_one(0, SYS_sysinfo, SECCOMP_RET_KILL_THREAD));
	syscall(SYS_sysinfo, NULL);
}

int main(void)
{
	int status;

	EXPECT_STATUS_KILLED(filter_child(die_alone), SIGSYS);
	EXPECT_STATUS_KILLED(filter_child(die_as_process), SIGSYS);
	EXPECT_STATUS_KILLED(filter_child(die_of_the_unknown), SIGSYS);
	status = filter_child(one_of_two);
	EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 5);
	EXPECT_STATUS_KILLED(filter_child(all_of_two), SIGSYS);
	status = filter_child(leader_first);
	EXPECT((WIFEXITED(status) && WEXITSTATUS(status) == 8) ||
	       (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS));
	status = filter_child(leader_then_exit_group);
	EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 6);
	return 0;
}
