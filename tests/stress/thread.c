/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs of threads that work together, and of one that only computes. */
#include "stress.h"

#define AT_ONCE 6
#define RT      (SIGRTMIN + 3)

static void *add_up(void *arg)
{
	uintptr_t n = (uintptr_t)arg, s = 0;

	for (uintptr_t i = 1; i <= n; i++) {
		s += i;
		if (i % 64 == 0)
			sched_yield();
	}
	return (void *)s;
}

void job_threads(struct job *j)
{
	pthread_t t[AT_ONCE];
	uintptr_t n[AT_ONCE];

	for (int i = 0; i < AT_ONCE; i++) {
		n[i] = job_random(j) % 1000;
		EXPECT_EQ(pthread_create(&t[i], NULL, add_up, (void *)n[i]), 0);
	}
	for (int i = 0; i < AT_ONCE; i++) {
		void *ret;

		EXPECT_EQ(pthread_join(t[i], &ret), 0);
		EXPECT_EQ((uintptr_t)ret, n[i] * (n[i] + 1) / 2);
	}
}

struct pipes {
	int there[2], back[2];
};

static void read_whole(int fd, uint64_t *ret)
{
	ssize_t n;

	do
		n = read(fd, ret, sizeof(*ret));
	while (n < 0 && errno == EINTR);
	EXPECT_EQ(n, sizeof(*ret));
}

static void write_whole(int fd, uint64_t word)
{
	ssize_t n;

	do
		n = write(fd, &word, sizeof(word));
	while (n < 0 && errno == EINTR);
	EXPECT_EQ(n, sizeof(word));
}

static void *echo(void *arg)
{
	const struct pipes *p = arg;
	uint64_t word;

	do {
		read_whole(p->there[0], &word);
		write_whole(p->back[1], word + 1);
	} while (word != 0);
	return arg;
}

/* Words back and forth; signals in the middle of the calls double and lose none. */
void job_pipe(struct job *j)
{
	struct pipes p;
	pthread_t t;
	uint64_t word;

	EXPECT_OK(pipe2(p.there, O_CLOEXEC));
	EXPECT_OK(pipe2(p.back, O_CLOEXEC));
	EXPECT_EQ(pthread_create(&t, NULL, echo, &p), 0);
	for (int i = 0; i < 100; i++) {
		uint64_t say = job_random(j) | 1;

		write_whole(p.there[1], say);
		read_whole(p.back[0], &word);
		EXPECT_EQ(word, say + 1);
	}
	write_whole(p.there[1], 0);
	read_whole(p.back[0], &word);
	EXPECT_EQ(word, 1);
	EXPECT_EQ(pthread_join(t, NULL), 0);
	for (int i = 0; i < 2; i++) {
		EXPECT_OK(close(p.there[i]));
		EXPECT_OK(close(p.back[i]));
	}
}

/* Long computations in registers, interrupted all the time, come out the same each time. */
void job_float(struct job *j)
{
	double x[8], want = 0, got = 0;
	uint64_t seed = job_random(j);

	for (int pass = 0; pass < 2; pass++) {
		double s = 0;

		for (int k = 0; k < 8; k++)
			x[k] = (double)(seed >> (8 * k) & 0xff) / 256;
		for (int i = 0; i < 20000; i++) {
			for (int k = 0; k < 8; k++)
				x[k] = 3.7 * x[k] * (1 - x[k]);
		}
		for (int k = 0; k < 8; k++)
			s += x[k];
		*(pass ? &got : &want) = s;
	}
	EXPECT(memcmp(&got, &want, sizeof(got)) == 0);
}

/* Queued signals to oneself come all, in order, each with its value. */
void job_queue(struct job *j)
{
	int base = (int)(job_random(j) % 100000);
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, RT);
	EXPECT_EQ(pthread_sigmask(SIG_BLOCK, &set, NULL), 0);
	for (int i = 0; i < 20; i++)
		EXPECT_EQ(pthread_sigqueue(pthread_self(), RT,
					   (union sigval){.sival_int = base + i}),
			  0);
	for (int i = 0; i < 20; i++) {
		siginfo_t si;
		int r;

		do
			r = sigwaitinfo(&set, &si);
		while (r < 0 && errno == EINTR);
		EXPECT_EQ(r, RT);
		EXPECT_EQ(si.si_value.sival_int, base + i);
	}
}
