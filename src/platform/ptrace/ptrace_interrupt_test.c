/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupting guests on the ptrace platform: kicks of ours, signals of others, and the time that
 * guests use meanwhile. */
#include "platform/test_guest.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>

#include "platform/ptrace/ptrace_priv.h"

SNIPPET(code_counted_call, "1: lock incq (%rdi)\n mov $39, %eax\n syscall\n jmp 1b");

struct kicker {
	const struct platform_ops *ops;
	struct pcontext *pc;
	atomic_uint go, done;
};

/* One kick for each increment of go, at a moment that wanders. */
static void *kick_on_demand(void *arg)
{
	struct kicker *k = arg;

	for (unsigned int n = 1;; n++) {
		while (atomic_load(&k->go) < n)
			sched_yield();
		if (atomic_load(&k->go) == UINT32_MAX)
			return NULL;
		for (volatile unsigned int i = 0; i < n % 512; i++)
			;
		k->ops->context_interrupt(k->pc);
		atomic_store(&k->done, n);
	}
}

TEST(no_interrupt_of_a_spinning_guest_is_lost)
{
	enum { KICKS = 10000 };
	struct guest g;
	struct kicker k = {.ops = &platform_ptrace};
	pthread_t thread;

	guest_start(&g, &platform_ptrace, code_spin);
	k.pc = g.pc;
	EXPECT_EQ(pthread_create(&thread, NULL, kick_on_demand, &k), 0);
	for (unsigned int i = 1; i <= KICKS; i++) {
		atomic_store(&k.go, i);
		EXPECT_EQ(guest_switch(&g).why, PLAT_INTERRUPTED);
	}
	atomic_store(&k.go, UINT32_MAX);
	pthread_join(thread, NULL);
	guest_end(&g);
}

static void *kick_always(void *arg)
{
	struct kicker *k = arg;

	while (atomic_load(&k->go) == 0) {
		k->ops->context_interrupt(k->pc);
		atomic_fetch_add(&k->done, 1);
	}
	return NULL;
}

/* Kicks that come while calls are answered and commands run break neither. */
TEST(interrupts_break_no_call_and_no_command)
{
	struct guest g;
	struct kicker k = {.ops = &platform_ptrace};
	pthread_t thread;
	uint64_t calls = 0, counted = 0;

	guest_start(&g, &platform_ptrace, code_counted_call);
	k.pc = g.pc;
	EXPECT_EQ(pthread_create(&thread, NULL, kick_always, &k), 0);
	while (calls < 2000) {
		struct plat_event ev = guest_switch(&g);

		EXPECT_TRUE(ev.why == PLAT_SYSCALL || ev.why == PLAT_INTERRUPTED);
		if (ev.why != PLAT_SYSCALL)
			continue;
		calls++;
		g.ops->set_result(g.pc, 0);
		if (calls % 8 == 0)
			EXPECT_EQ(guest_map(&g, 0x30000000 + calls * 4096, 4096, PROT_READ), 0);
		if (calls % 100 == 0) {
			struct aspace *copy;

			EXPECT_EQ(g.ops->aspace_fork(g.pc, &copy), 0);
			g.ops->aspace_free(copy);
		}
	}
	EXPECT_EQ(guest_read(&g, DATA, &counted, 8), 8);
	EXPECT_EQ(counted, calls);
	atomic_store(&k.go, 1);
	pthread_join(thread, NULL);
	guest_end(&g);
}

TEST(interrupt_before_the_switch_counts_once)
{
	struct guest g;

	guest_start(&g, &platform_ptrace, code_getpid_loop);
	g.ops->context_interrupt(g.pc);
	g.ops->context_interrupt(g.pc);
	EXPECT_EQ(guest_switch(&g).why, PLAT_INTERRUPTED);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	guest_end(&g);
}

/* Only processor time that was used moves this clock: until then, kick again. */
TEST(cpu_time_grows_with_work_and_never_shrinks)
{
	struct guest g;
	struct kicker k = {.ops = &platform_ptrace};
	uint64_t before, after;
	struct pcontext *second;
	pthread_t thread;

	guest_start(&g, &platform_ptrace, code_spin);
	before = g.ops->cpu_time_ns(g.pc);
	k.pc = g.pc;
	EXPECT_EQ(pthread_create(&thread, NULL, kick_always, &k), 0);
	do {
		EXPECT_EQ(guest_switch(&g).why, PLAT_INTERRUPTED);
	} while (g.ops->cpu_time_ns(g.pc) < before + 1000000);
	atomic_store(&k.go, 1);
	pthread_join(thread, NULL);
	after = g.ops->cpu_time_ns(g.pc);
	EXPECT_TRUE(after > before);

	/* With a second context the thread's own clock is read. */
	EXPECT_EQ(g.ops->context_new(g.as, g.pc, &second), 0);
	EXPECT_EQ(g.ops->context_attach(second), 0);
	EXPECT_TRUE(g.ops->cpu_time_ns(g.pc) >= after);
	EXPECT_TRUE(g.ops->cpu_time_ns(second) < after);
	g.ops->context_free(second);
	guest_end(&g);
}

struct target {
	struct guest g;
	atomic_int wake;
};

static void *send_signals(void *arg)
{
	static const int signals[] = {SIGTERM, SIGINT,  SIGTRAP, SIGSEGV,
				      SIGSTOP, SIGCONT, SIGUSR1, SIGTSTP};
	struct target *s = arg;

	for (int i = 0; i < 2000 && !atomic_load(&s->wake); i++) {
		kill(s->g.as->pid, signals[(size_t)i % ARRAY_SIZE(signals)]);
		if (i % 16 == 0)
			usleep(1000);
	}
	kill(s->g.as->pid, SIGCONT);
	return NULL;
}

TEST(signals_from_outside_change_nothing)
{
	struct target s = {0};
	pthread_t thread;
	uint64_t calls = 0, counted = 0;

	guest_start(&s.g, &platform_ptrace, code_counted_call);
	EXPECT_EQ(pthread_create(&thread, NULL, send_signals, &s), 0);
	while (calls < 5000) {
		EXPECT_EQ(guest_switch(&s.g).why, PLAT_SYSCALL);
		s.g.ops->set_result(s.g.pc, 0);
		if (++calls % 50 == 0)
			EXPECT_EQ(guest_map(&s.g, 0x30000000, 4096, PROT_READ), 0);
	}
	atomic_store(&s.wake, 1);
	pthread_join(thread, NULL);
	EXPECT_EQ(guest_read(&s.g, DATA, &counted, 8), 8);
	EXPECT_EQ(counted, calls);
	guest_end(&s.g);
}

TEST_MAIN()
