/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A timer of processor time and ITIMER_PROF go off while the process works and not while it sleeps;
 * timers are of one process and one program; an ignored signal stops nothing.
 */
#include "guest.h"

#include <sys/time.h>

static volatile sig_atomic_t rung;

static void handler(int sig)
{
	(void)sig;
	rung++;
}

static int64_t used_ns(void)
{
	struct timespec ts;

	EXPECT_OK(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts));
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static void work_until_rung(int n)
{
	volatile uint64_t x = 0;

	while (rung < n)
		x = x + 1;
}

int main(void)
{
	struct itimerspec its = {.it_value = {0, 30000000}, .it_interval = {0, 10000000}}, cur;
	struct sigevent sev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
	struct itimerval it = {.it_value = {0, 20000}, .it_interval = {0, 10000}}, zero = {0};
	struct timespec pause = {0, 60000000};
	timer_t id;

	signal(SIGUSR1, handler);
	signal(SIGPROF, handler);
	EXPECT_OK(timer_create(CLOCK_PROCESS_CPUTIME_ID, &sev, &id));
	int64_t start = used_ns();
	EXPECT_OK(timer_settime(id, 0, &its, NULL));
	EXPECT_OK(nanosleep(&pause, NULL));
	EXPECT_EQ(rung, 0);
	work_until_rung(1);
	EXPECT(used_ns() - start >= 30000000);
	work_until_rung(3);
	EXPECT(used_ns() - start >= 40000000);
	EXPECT_OK(timer_gettime(id, &cur));
	EXPECT_EQ(cur.it_interval.tv_nsec, 10000000);
	EXPECT_OK(timer_delete(id));

	rung = 0;
	start = used_ns();
	EXPECT_OK(setitimer(ITIMER_PROF, &it, NULL));
	work_until_rung(2);
	EXPECT(used_ns() - start >= 20000000);
	EXPECT_OK(setitimer(ITIMER_PROF, &zero, NULL));

	/* A child has none of its parent's timers. */
	EXPECT_OK(timer_create(CLOCK_MONOTONIC, &sev, &id));
	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_ERRNO(timer_gettime(id, &cur), EINVAL);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);

	/* SIGEV_NONE counts without a signal; a value of the past is over. */
	rung = 0;
	sev.sigev_notify = SIGEV_NONE;
	EXPECT_OK(timer_create(CLOCK_MONOTONIC, &sev, &id));
	its.it_interval.tv_nsec = 0;
	its.it_value = (struct timespec){100, 0};
	EXPECT_OK(timer_settime(id, 0, &its, NULL));
	EXPECT_OK(timer_gettime(id, &cur));
	EXPECT(cur.it_value.tv_sec >= 99);
	its.it_value = (struct timespec){1, 0};
	EXPECT_OK(timer_settime(id, TIMER_ABSTIME, &its, &cur));
	EXPECT(cur.it_value.tv_sec >= 98);
	EXPECT_OK(timer_gettime(id, &cur));
	EXPECT(cur.it_value.tv_sec == 0 && cur.it_value.tv_nsec == 0);
	EXPECT_EQ(rung, 0);

	/* Ignored for a while, then wanted. */
	signal(SIGUSR1, SIG_IGN);
	sev.sigev_notify = SIGEV_SIGNAL;
	EXPECT_OK(timer_create(CLOCK_MONOTONIC, &sev, &id));
	its = (struct itimerspec){.it_value = {0, 5000000}, .it_interval = {0, 5000000}};
	EXPECT_OK(timer_settime(id, 0, &its, NULL));
	EXPECT_OK(nanosleep(&pause, NULL));
	signal(SIGUSR1, handler);
	while (rung < 2)
		guest_pause_ms(1);
	return 0;
}
