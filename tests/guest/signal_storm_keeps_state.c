/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals at a fast timer never disturb arithmetic, floating point or system calls of the
 * interrupted code.
 */
#include "guest.h"

#include <sys/time.h>

static volatile unsigned int calls;
static volatile double noise;

static void handler(int sig)
{
	(void)sig;
	calls++;
	noise = noise * 1.5 + calls;
	if (noise > 1e100)
		noise = 0;
	errno = 4711;
}

__attribute__((noinline)) static uint64_t compute(double *ret_sum)
{
	uint64_t x = 1;
	double d = 0;

	for (uint64_t i = 1; i <= 1000; i++) {
		x = x * 6364136223846793005ULL + i;
		d += 1.0 / (double)i;
	}
	*ret_sum = d;
	return x;
}

int main(void)
{
	struct itimerval it = {.it_interval = {0, 500}, .it_value = {0, 500}}, zero = {0};
	struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_RESTART};
	double quiet_d;
	uint64_t quiet = compute(&quiet_d);
	int p[2];
	char c;

	EXPECT_OK(pipe(p));
	EXPECT_OK(sigaction(SIGALRM, &sa, NULL));
	EXPECT_OK(setitimer(ITIMER_REAL, &it, NULL));
	while (calls < 300) {
		double d;
		uint64_t x = compute(&d);

		EXPECT_EQ(x, quiet);
		EXPECT(d == quiet_d);
		EXPECT_EQ(write(p[1], "z", 1), 1);
		EXPECT_EQ(read(p[0], &c, 1), 1);
		EXPECT_EQ(c, 'z');
		EXPECT(getpid() > 0);
	}
	EXPECT_OK(setitimer(ITIMER_REAL, &zero, NULL));
	signal(SIGALRM, guest_timeout);
	alarm(GUEST_SECONDS);
	return 0;
}
