/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processor time grows with work, shows in times and getrusage, and a waited-for child's is added
 * up.
 */
#include "guest.h"

#include <sys/times.h>

static int64_t cpu_ns(int who)
{
	struct rusage ru;

	EXPECT_OK(getrusage(who, &ru));
	return (ru.ru_utime.tv_sec + ru.ru_stime.tv_sec) * 1000000000LL +
	       (ru.ru_utime.tv_usec + ru.ru_stime.tv_usec) * 1000LL;
}

static void burn(int64_t ns)
{
	struct timespec ts;
	int64_t end = 0, now;

	do {
		EXPECT_OK(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts));
		now = ts.tv_sec * 1000000000LL + ts.tv_nsec;
		if (!end)
			end = now + ns;
	} while (now < end);
}

int main(void)
{
	struct tms t;
	struct rusage ru;
	clock_t c0 = EXPECT_OK(times(&t));
	int64_t before = cpu_ns(RUSAGE_SELF);

	EXPECT_EQ(cpu_ns(RUSAGE_CHILDREN), 0);
	burn(60000000);
	EXPECT(cpu_ns(RUSAGE_SELF) - before >= 30000000);
	EXPECT(cpu_ns(RUSAGE_THREAD) >= 30000000);
	clock_t c1 = EXPECT_OK(times(&t));
	EXPECT(c1 >= c0);
	EXPECT(t.tms_utime + t.tms_stime >= 3);
	EXPECT_EQ(t.tms_cutime + t.tms_cstime, 0);

	pid_t pid = guest_fork();
	if (pid == 0) {
		burn(60000000);
		_exit(0);
	}
	EXPECT_EQ(wait4(pid, NULL, 0, &ru), pid);
	EXPECT(ru.ru_utime.tv_usec + ru.ru_stime.tv_usec + ru.ru_utime.tv_sec * 1000000 >= 30000);
	EXPECT(cpu_ns(RUSAGE_CHILDREN) >= 30000000);
	EXPECT_OK(times(&t));
	EXPECT(t.tms_cutime + t.tms_cstime >= 3);
	EXPECT_OK(getrusage(RUSAGE_SELF, &ru));
	EXPECT(ru.ru_maxrss > 0);
	EXPECT_ERRNO(getrusage(77, &ru), EINVAL);
	EXPECT_ERRNO(getrusage(RUSAGE_SELF, BAD_PTR), EFAULT);
	return 0;
}
