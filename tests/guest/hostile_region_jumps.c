/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A jump to any byte of the code that a platform keeps in the process's address space, with any
 * registers, hurts at most the process that did it: it ends, or is killed like any other, and
 * nothing is made, mapped, read or written that was not there.
 */
#include "region.h"

#define FORBIDDEN 0x50000000UL /* nobody maps this */
#define AT_ONCE   8

/* What is asked of the host if a jump reaches a call with these registers; 0 behind rdi: an address
 * of ours. */
static const uint64_t sets[][7] = {
	/* rax, rdi, rsi, rdx, r10, r8, r9 */
	{9, FORBIDDEN, 4096, 3, 0x32, ~0UL, 0},     /* mmap */
	{1, 99, 0, 64, 0, 0, 0},                    /* write */
	{56, 0x11, 0, 0, 0, 0, 0},                  /* clone */
	{59, 0, 0, 0, 0, 0, 0},                     /* execve */
	{15, 0, 0, 0, 0, 0, 0},                     /* rt_sigreturn */
	{0x43534e, 11, 0, 0, 0, 0, 0},              /* ring: SIGSEGV */
	{0x43534e, 0, ~0UL, ~0UL, ~0UL, 0, 0},      /* ring: as new */
	{0x43534e, 256, 7, 0, 0, 0, 0},             /* ring: exchanged */
	{202, 0, 0, 0, 0, 0, 0},                    /* futex */
	{231, 0, 0, 0, 0, 0, 0},                    /* exit_group */
	{0, 1, 1, 1, 1, 1, 1},                      /* small */
	{~0UL, ~0UL, ~0UL, ~0UL, ~0UL, ~0UL, ~0UL}, /* huge */
	{317, 1, 0, 0, 0, 0, 0},                    /* seccomp */
};

/* All registers are set from the list, the stack is memory of ours full of a pattern. */
static _Noreturn void jump(uint64_t at, size_t set, uint64_t *memory)
{
	uint64_t v[7];

	memcpy(v, sets[set], sizeof(v));
	for (size_t i = 0; i < 512; i++)
		memory[i] = (uint64_t)memory + 8 * (i * 7 % 512);
	for (size_t i = 0; i < 7; i++) {
		if (v[i] == 0 && i > 1)
			v[i] = (uint64_t)(memory + 256);
	}
	register uint64_t r10 __asm__("r10") = v[4];
	register uint64_t r8 __asm__("r8") = v[5];
	register uint64_t r9 __asm__("r9") = v[6];
	register uint64_t target __asm__("r11") = at;
	register uint64_t r12 __asm__("r12") = 1;
	register uint64_t r13 __asm__("r13") = (uint64_t)(memory + 128);
	register uint64_t r14 __asm__("r14") = (uint64_t)(memory + 192);
	register uint64_t rbx __asm__("rbx") = (uint64_t)(memory + 64);
	register uint64_t stack __asm__("rcx") = (uint64_t)(memory + 256);

	__asm__ volatile("mov %[stack], %%rsp\n mov %[stack], %%rbp\n jmp *%[target]"
			 :
			 : "a"(v[0]), "D"(v[1]), "S"(v[2]), "d"(v[3]), "r"(r10), "r"(r8), "r"(r9),
			   "r"(r12), "r"(r13), "r"(r14),
			   "r"(rbx), [stack] "r"(stack), [target] "r"(target)
			 : "memory");
	__builtin_unreachable();
}

struct attack {
	pid_t pid;
	int64_t until;
};

static uint64_t *memory;
static struct attack running[AT_ONCE];

/* A jump into a clone makes children, which are killed with the group. */
static void attack_end(struct attack *a)
{
	siginfo_t si;

	if (!a->pid)
		return;
	do {
		si.si_pid = 0;
		EXPECT_OK(waitid(P_PID, (id_t)a->pid, &si, WEXITED | WNOHANG | WNOWAIT));
	} while (si.si_pid == 0 && guest_now_ns() < a->until && sched_yield() == 0);
	kill(-a->pid, SIGKILL);
	attacker_kill(a->pid, 20000);
	a->pid = 0;
}

static void attack_start(struct attack *a, uint64_t at, size_t set)
{
	attack_end(a);
	a->pid = attacker_fork();
	if (a->pid == 0) {
		EXPECT_OK(setpgid(0, 0));
		EXPECT_OK(close_range(0, 1000, 0));
		jump(at, set, memory);
	}
	setpgid(a->pid, a->pid);
	a->until = guest_now_ns() + 2000000;
}

int main(void)
{
	unsigned int n = 0;
	struct witness w;
	struct region r;

	memory = EXPECT_OK(
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	witness_start(&w);
	region_find(&r);
	for (uint64_t at = r.text; at < r.text_end; at++) {
		for (size_t set = at % 4; set < ARRAY_SIZE(sets); set += 4) {
			attack_start(&running[n % AT_ONCE], at, set);
			if (++n % 64 == 0)
				witness_expect(&w);
		}
	}
	for (size_t i = 0; i < AT_ONCE; i++)
		attack_end(&running[i]);
	EXPECT_ERRNO(mprotect((void *)FORBIDDEN, 4096, PROT_READ), ENOMEM);
	witness_end(&w);
	while (waitpid(-1, NULL, 0) > 0)
		; /* orphans, if we are the first process */
	return 0;
}
