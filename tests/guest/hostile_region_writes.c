/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads that write over all that they can of what a platform keeps in their address space, while
 * others make calls, take signals, fault, and make threads and children: the process may break in
 * any way that a process can, and dies of SIGKILL if it is still there. Nobody else notices.
 */
#include "region.h"

#include <stdatomic.h>

#define ROUNDS   24
#define LIFE_MS  60
#define OWN_SIZE 0x10000UL

static struct region reg;
static uint64_t chance;

static uint64_t rnd(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s * 0x2545F4914F6CDD1DULL;
}

/* A word that might be believed: small, an address of the region, a copy of what stands there. */
static uint64_t word_for(uint64_t *s, uint64_t at)
{
	switch (rnd(s) % 6) {
	case 0:
		return 0;
	case 1:
		return rnd(s) % 300;
	case 2:
		return reg.ranges[0].lo + rnd(s) % (1 << 20);
	case 3:
		return *(volatile uint64_t *)(at ^ 0x10000 * (1 + rnd(s) % 8));
	case 4:
		return ~0UL >> rnd(s) % 64;
	default:
		return rnd(s);
	}
}

/* All of it, again and again; or only a few words here and there, where slots are in use. */
static void *write_over(void *arg)
{
	uint64_t s = (uint64_t)arg * 0x9E3779B97F4A7C15ULL + chance;
	const struct region_range *r = NULL;

	for (size_t i = 0; i < reg.n; i++)
		r = reg.ranges[i].can_write ? &reg.ranges[i] : r;
	while (r) {
		uint64_t slot = r->lo + rnd(&s) % 12 * OWN_SIZE;
		uint64_t at = slot + (chance & 1 ? rnd(&s) % OWN_SIZE : OWN_SIZE - rnd(&s) % 8192);

		at -= at % 8;
		if (at < r->lo || at + 8 > r->hi)
			at = r->lo + (rnd(&s) % (r->hi - r->lo)) / 8 * 8;
		*(volatile uint64_t *)at = word_for(&s, at);
		if (chance & 2 && at + 4096 <= r->hi)
			memset((void *)at, (int)rnd(&s), rnd(&s) % 4096);
		if (!(chance & 4))
			sched_yield();
	}
	return arg;
}

static void *call(void *arg)
{
	char buf[64];
	int fd[2];

	if (pipe(fd) < 0)
		_exit(1);
	for (;;) {
		getppid();
		if (write(fd[1], buf, sizeof(buf)) < 0 || read(fd[0], buf, sizeof(buf)) < 0)
			sched_yield();
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &(struct timespec){0});
	}
	return arg;
}

static void on_signal(int sig)
{
	(void)sig;
	getppid();
}

static void *raise_signals(void *arg)
{
	for (;;)
		raise(SIGUSR1);
	return arg;
}

static void *nothing(void *arg)
{
	return arg;
}

static void *make(void *arg)
{
	pthread_t t;

	for (;;) {
		if (pthread_create(&t, NULL, nothing, NULL) == 0)
			pthread_join(t, NULL);
		pid_t pid = fork();
		if (pid == 0)
			_exit(0);
		while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	return arg;
}

static void *fault(void *arg)
{
	for (;;) {
		char *p = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (p != MAP_FAILED && !sigsetjmp(region_jump, 1))
			*(volatile char *)p = 1;
		munmap(p, 4096);
	}
	return arg;
}

static _Noreturn void attack(void)
{
	static void *(*const work[])(void *) = {call, raise_signals, make, fault, write_over};
	struct sigaction sa = {.sa_handler = on_signal};
	pthread_t t;

	setpgid(0, 0);
	close_range(0, 2, 0); /* libraries that find themselves broken say so */
	sigaction(SIGUSR1, &sa, NULL);
	sa.sa_handler = region_fault;
	sigaction(SIGSEGV, &sa, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(work); i++)
		pthread_create(&t, NULL, work[i], (void *)(i + 1));
	if (reg.n > 0)
		write_over((void *)99);
	for (;;)
		pause();
}

int main(void)
{
	struct witness w;

	witness_start(&w);
	region_find(&reg);
	for (chance = 0; chance < ROUNDS; chance++) {
		pid_t pid = attacker_fork();
		if (pid == 0)
			attack();
		setpgid(pid, pid);
		int64_t end = guest_now_ns() + LIFE_MS * 1000000L;
		while (guest_now_ns() < end)
			witness_expect(&w);
		kill(-pid, SIGKILL);
		attacker_kill(pid, 20000);
	}
	witness_end(&w);
	while (waitpid(-1, NULL, 0) > 0)
		;
	return 0;
}
