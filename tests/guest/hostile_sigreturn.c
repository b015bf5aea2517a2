/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rt_sigreturn with any bytes for a frame, and an alternate stack that is not there, end at worst
 * the process that did it. (On a real frame's place: half of the frames are real ones with rubbish
 * strewn in.)
 */
#include "guest.h"

#include <ucontext.h>

static uint64_t state;

static uint64_t rnd(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state * 0x2545F4914F6CDD1DULL;
}

/* sigreturn with the stack pointer at `frame`. */
static void sigreturn_at(void *frame)
{
	__asm__ volatile("mov %0, %%rsp\n mov $15, %%eax\n syscall\n ud2"
			 :
			 : "r"(frame)
			 : "memory");
}

static void rubbish_frame(void)
{
	char *top = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t *word = (uint64_t *)(void *)(top + 16384);

	for (size_t i = 0; i < 1000; i++)
		word[i] = rnd() % 3 ? rnd() : rnd() % 16 << 60;
	sigreturn_at(rnd() % 4 ? (void *)word : (void *)(rnd() % 2 ? rnd() : rnd() % (1UL << 47)));
}

static void spoil(int sig, siginfo_t *si, void *uc)
{
	uint64_t *word = uc;
	size_t n = 1 + rnd() % 4;

	(void)sig;
	(void)si;
	while (n-- > 0)
		word[rnd() % (sizeof(ucontext_t) / 8)] = rnd() % 2 ? rnd()
								   : (uint64_t)-1 >> rnd() % 64;
	if (rnd() % 2) { /* the floating point image, too */
		ucontext_t *u = uc;
		uint64_t *fp = (uint64_t *)(void *)u->uc_mcontext.fpregs;

		fp[rnd() % 64] = rnd();
		fp[58 + rnd() % 6] = rnd() % 2 ? rnd() : rnd() % 4096; /* magic, sizes, features */
		fp[64 + rnd() % 8] = rnd();
	}
}

static void spoiled_frame(void)
{
	struct sigaction sa = {.sa_sigaction = spoil, .sa_flags = SA_SIGINFO};

	sigaction(SIGUSR1, &sa, NULL);
	raise(SIGUSR1);
}

static void absent_stack(void)
{
	static const uint64_t where[] = {4096, 0x7fffefffe000, 0x7ffff0000000, 0x7fffffffe000,
					 0xffff800000000000};
	stack_t ss = {.ss_sp = (void *)where[rnd() % ARRAY_SIZE(where)], .ss_size = 65536};
	struct sigaction sa = {.sa_sigaction = spoil, .sa_flags = SA_SIGINFO | SA_ONSTACK};

	sigaltstack(&ss, NULL);
	sigaction(SIGUSR1, &sa, NULL);
	raise(SIGUSR1);
}

int main(void)
{
	static void (*const ways[])(void) = {rubbish_frame, spoiled_frame, spoiled_frame,
					     absent_stack};

	for (uint64_t seed = 1; seed <= 400; seed++) {
		pid_t pid = guest_fork();
		if (pid == 0) {
			struct rlimit cpu = {1, 1}, none = {0, 0};

			setrlimit(RLIMIT_CPU, &cpu);
			setrlimit(RLIMIT_CORE, &none);
			alarm(1);
			state = seed * 0x9E3779B97F4A7C15ULL;
			ways[rnd() % ARRAY_SIZE(ways)]();
			_exit(0);
		}
		guest_wait(pid);
	}
	pid_t pid = guest_fork();
	if (pid == 0)
		_exit(42);
	EXPECT_EXIT(pid, 42);
	return 0;
}
