/* SPDX-License-Identifier: Apache-2.0 */
/* tgkill reaches exactly the named thread with SI_TKILL, and checks group and thread ids. */
#include "guest.h"

static volatile siginfo_t seen;
static volatile pid_t ran_on;
static volatile pid_t tid;

static void handler(int sig, siginfo_t *si, void *uc)
{
	(void)sig;
	(void)uc;
	*(siginfo_t *)&seen = *si;
	ran_on = gettid();
}

static void *thread(void *arg)
{
	(void)arg;
	tid = gettid();
	while (!ran_on)
		sched_yield();
	return NULL;
}

int main(void)
{
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
	pthread_t t;

	EXPECT_OK(sigaction(SIGUSR1, &sa, NULL));
	EXPECT_EQ(pthread_create(&t, NULL, thread, NULL), 0);
	while (!tid)
		sched_yield();
	EXPECT_OK(tgkill(getpid(), tid, SIGUSR1));
	EXPECT_EQ(pthread_join(t, NULL), 0);
	EXPECT_EQ(ran_on, tid);
	EXPECT_EQ(seen.si_code, SI_TKILL);
	EXPECT_EQ(seen.si_pid, getpid());
	EXPECT_EQ(seen.si_uid, getuid());

	EXPECT_OK(tgkill(getpid(), gettid(), SIGUSR1));
	EXPECT_EQ(ran_on, gettid());
	EXPECT_ERRNO(tgkill(getpid(), 1 << 30, SIGUSR1), ESRCH);
	EXPECT_ERRNO(tgkill(1 << 29, gettid(), SIGUSR1), ESRCH); /* not in that group */
	EXPECT_ERRNO(tgkill(-1, gettid(), SIGUSR1), EINVAL);
	EXPECT_ERRNO(tgkill(getpid(), 0, SIGUSR1), EINVAL);
	EXPECT_ERRNO(tgkill(getpid(), gettid(), 65), EINVAL);
	EXPECT_ERRNO(syscall(SYS_tkill, -1, SIGUSR1), EINVAL);
	return 0;
}
