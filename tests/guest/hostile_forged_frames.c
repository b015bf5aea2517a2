/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames of one's own making, for rt_sigreturn and for whatever code a platform keeps that does the
 * same: with odd selectors, flags, images and stacks, and with every signal blocked, so that the
 * thread cannot be told anything any more. Such a process can still be killed, ends when one of its
 * threads says so, and can be replaced by exec from another thread.
 */
#include "region.h"

#include <ucontext.h>

#define IN_TIME_MS 25000

enum then { SPIN, CALL, FAULT, RAISE, SIGRETURN, THENS, TELL };

struct frame {
	ucontext_t uc; /* at its start, as the kernel finds it behind the return address */
	siginfo_t info;
	char fpu[8192] __attribute__((aligned(64)));
};

static struct region reg;
static struct frame *frame;
static char *stack;
static uint64_t instruction; /* of a system call, after which a frame is loaded */

static void spin(void)
{
	for (;;)
		__asm__ volatile("pause");
}

static void call(void)
{
	for (;;)
		syscall(SYS_getppid);
}

static void fault(void)
{
	for (;;)
		*(volatile char *)BAD_PTR = 1;
}

static void raise_all(void)
{
	for (;;) {
		for (int sig = 1; sig < 32; sig++) {
			if (sig != SIGKILL && sig != SIGSTOP)
				syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), sig);
		}
	}
}

static void forge(enum then then);

static void sigreturn_again(void)
{
	for (;;)
		forge(SIGRETURN);
}

/* Has the guest's own mask become what the frame says? */
static void tell(void)
{
	uint64_t mask = 0;

	syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &mask, 8);
	_exit(mask ? 1 : 2);
}

static void (*const what[])(void) = {
	[SPIN] = spin,
	[CALL] = call,
	[FAULT] = fault,
	[RAISE] = raise_all,
	[SIGRETURN] = sigreturn_again,
	[TELL] = tell,
};

/* rt_sigreturn at `from`, or by our own instruction, with this frame. */
static _Noreturn void load(uint64_t from)
{
	if (from)
		__asm__ volatile("mov %0, %%rsp\n mov $15, %%eax\n jmp *%1"
				 :
				 : "r"(&frame->uc), "r"(from)
				 : "rax", "memory");
	__asm__ volatile("mov %0, %%rsp\n mov $15, %%eax\n syscall"
			 :
			 : "r"(&frame->uc)
			 : "rax", "memory");
	__builtin_unreachable();
}

/* A frame with which the host would run `then` with all its signals blocked. */
static void fill(enum then then)
{
	greg_t *r = frame->uc.uc_mcontext.gregs;

	memset(frame, 0, sizeof(*frame));
	memset(&frame->uc.uc_sigmask, 0xff, sizeof(frame->uc.uc_sigmask));
	frame->uc.uc_stack.ss_flags = SS_DISABLE;
	r[REG_RIP] = (greg_t)what[then];
	r[REG_RSP] = (greg_t)(stack + 65536 - 8);
	r[REG_EFL] = 0x202;
	r[REG_CSGSFS] = 0x33 | 0x2bLL << 48;
}

static void forge(enum then then)
{
	fill(then);
	load(instruction);
}

static pid_t forger(enum then then)
{
	pid_t pid = attacker_fork();

	if (pid == 0) {
		close_range(0, 2, 0);
		forge(then);
	}
	return pid;
}

static void *forge_in_thread(void *arg)
{
	forge((enum then)(uintptr_t)arg);
	return arg;
}

/* Beside a thread that cannot be told, another ends the process, or replaces it. */
static pid_t forger_with(enum then then, bool execs)
{
	pid_t pid = attacker_fork();
	pthread_t t;

	if (pid > 0)
		return pid;
	close_range(0, 2, 0);
	if (pthread_create(&t, NULL, forge_in_thread, (void *)(uintptr_t)then) != 0)
		_exit(1);
	for (int i = 0; i < 1000; i++)
		sched_yield();
	if (execs)
		execl(guest_self(), "again", "ended", NULL);
	_exit(77);
}

/* All at once: some are killed, in some another thread ends the process or replaces it. */
static void end_each(struct witness *w)
{
	pid_t killed[THENS], ended[2];
	int status;

	for (enum then then = 0; then < THENS; then++)
		killed[then] = forger(then);
	for (int execs = 0; execs < 2; execs++)
		ended[execs] = forger_with(SPIN, execs);
	for (int i = 0; i < 20; i++)
		witness_expect(w);
	for (enum then then = 0; then < THENS; then++)
		EXPECT_OK(kill(killed[then], SIGKILL));
	for (enum then then = 0; then < THENS; then++)
		guest_wait(killed[then]);
	for (int execs = 0; execs < 2; execs++) {
		status = guest_wait(ended[execs]);
		/* It may have been killed for not being able to be told. */
		if (!(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) &&
		    !(WIFEXITED(status) && WEXITSTATUS(status) == (execs ? 78 : 77)))
			FAIL("way %d: wait status %#x", execs, status);
	}
	witness_expect(w);
}

/* One field after the other of a good frame holds something odd. */
static void odd_fields(struct witness *w)
{
	static const uint64_t odd[] = {0,
				       ~0UL,
				       1UL << 63,
				       0x7fffffffffffUL,
				       0x800000000000UL,
				       0x7ffff0000000UL,
				       0x7ffff0010000UL,
				       0xffffffffff600000UL,
				       0x0023002b00100008UL};

	for (size_t word = 0; word < 32; word++) {
		for (size_t i = word % 3; i < ARRAY_SIZE(odd); i += 3) {
			pid_t pid = attacker_fork();
			if (pid == 0) {
				close_range(0, 2, 0);
				fill(CALL);
				memset(&frame->uc.uc_sigmask, 0, sizeof(frame->uc.uc_sigmask));
				((uint64_t *)(void *)frame)[word] = odd[i];
				load(instruction);
			}
			witness_expect(w);
			attacker_kill(pid, IN_TIME_MS);
		}
	}
}

static bool find_instruction(void)
{
	for (uint64_t at = reg.text; at < reg.text_end; at++) {
		if (memcmp((void *)at, "\x0f\x05", 2) != 0)
			continue;
		instruction = at;
		pid_t pid = forger(TELL);
		int status = guest_wait(pid);
		if (WIFEXITED(status) && WEXITSTATUS(status) == 2)
			return true;
	}
	return false;
}

int main(int argc, char **argv)
{
	struct witness w;

	(void)argv;
	if (argc > 1)
		_exit(78);
	guest_self();
	frame = EXPECT_OK(
		mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	stack = EXPECT_OK(
		mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	witness_start(&w);
	region_find(&reg);
	odd_fields(&w);
	end_each(&w);
	/* And by the instruction of the platform's own that loads a frame of the host's, if any. */
	if (find_instruction()) {
		odd_fields(&w);
		end_each(&w);
	}
	witness_end(&w);
	return 0;
}
