/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timer_create sends its signal with SI_TIMER, value and overruns, or to one thread; timers are
 * deleted and checked.
 */
#include "guest.h"

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

int main(void)
{
	struct itimerspec its = {.it_value = {0, 10000000}}, cur;
	struct timespec ten = {10, 0};
	struct sigevent sev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};
	timer_t id;
	sigset_t set;
	siginfo_t si;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	EXPECT_OK(sigprocmask(SIG_BLOCK, &set, NULL));
	sev.sigev_value.sival_int = 4711;
	EXPECT_OK(timer_create(CLOCK_MONOTONIC, &sev, &id));
	EXPECT_OK(timer_settime(id, 0, &its, NULL));
	EXPECT_EQ(sigtimedwait(&set, &si, &ten), SIGRTMIN);
	EXPECT_EQ(si.si_code, SI_TIMER);
	EXPECT_EQ(si.si_int, 4711);
	EXPECT_EQ(si.si_overrun, 0);

	its.it_interval.tv_nsec = 2000000;
	EXPECT_OK(timer_settime(id, 0, &its, NULL));
	guest_pause_ms(50);
	EXPECT_EQ(sigtimedwait(&set, &si, &ten), SIGRTMIN); /* one signal for all */
	EXPECT(si.si_overrun >= 10);
	EXPECT(timer_getoverrun(id) >= 10);
	EXPECT_OK(timer_gettime(id, &cur));
	EXPECT_EQ(cur.it_interval.tv_nsec, 2000000);
	EXPECT_OK(timer_delete(id));

	sev.sigev_notify = SIGEV_THREAD_ID;
	sev.sigev_notify_thread_id = gettid();
	EXPECT_OK(timer_create(CLOCK_REALTIME, &sev, &id));
	its.it_interval.tv_nsec = 0;
	EXPECT_OK(timer_settime(id, 0, &its, NULL));
	while (EXPECT_OK(sigtimedwait(&set, &si, &ten)) != SIGRTMIN || si.si_overrun)
		;
	EXPECT_EQ(si.si_code, SI_TIMER);

	int raw = 12345;
	EXPECT_ERRNO(syscall(SYS_timer_create, 77, NULL, &raw), EINVAL);
	sev.sigev_notify = SIGEV_SIGNAL;
	sev.sigev_signo = 65;
	EXPECT_ERRNO(syscall(SYS_timer_create, CLOCK_MONOTONIC, &sev, &raw), EINVAL);
	EXPECT_ERRNO(syscall(SYS_timer_create, CLOCK_MONOTONIC, NULL, BAD_PTR), EFAULT);
	EXPECT_ERRNO(syscall(SYS_timer_settime, 12345, 0, &its, NULL), EINVAL);
	EXPECT_ERRNO(syscall(SYS_timer_delete, 12345), EINVAL);
	return 0;
}
