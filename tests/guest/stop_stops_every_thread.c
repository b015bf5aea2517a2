/* SPDX-License-Identifier: Apache-2.0 */
/* SIGSTOP stops all threads of a process, SIGCONT sets all of them going again. */
#include "guest.h"

static volatile unsigned long *counters;

static void *count(void *arg)
{
	volatile unsigned long *n = arg;

	for (;;) {
		++*n;
		sched_yield();
	}
	return NULL;
}

static unsigned long sum(void)
{
	return counters[0] + counters[1] + counters[2];
}

int main(void)
{
	int status;

	counters = EXPECT_OK(
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	pid_t pid = guest_fork();
	if (pid == 0) {
		pthread_t t;

		for (int i = 0; i < 2; i++)
			EXPECT_EQ(pthread_create(&t, NULL, count, (void *)&counters[i]), 0);
		count((void *)&counters[2]);
	}
	while (!counters[0] || !counters[1] || !counters[2])
		sched_yield();
	EXPECT_OK(kill(pid, SIGSTOP));
	EXPECT_EQ(waitpid(pid, &status, WUNTRACED), pid);
	EXPECT(WIFSTOPPED(status));
	unsigned long before = sum();
	guest_pause_ms(50);
	EXPECT_EQ(sum(), before);

	unsigned long old[3] = {counters[0], counters[1], counters[2]};
	EXPECT_OK(kill(pid, SIGCONT));
	for (int i = 0; i < 3; i++)
		while (counters[i] == old[i])
			sched_yield();
	EXPECT_OK(kill(pid, SIGKILL));
	EXPECT_KILLED(pid, SIGKILL);
	return 0;
}
