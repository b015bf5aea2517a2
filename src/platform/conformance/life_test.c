/* SPDX-License-Identifier: Apache-2.0 */
/* Birth and end of platforms, address spaces and contexts, and the way from one to another. */
#include "platform/conformance/test_conformance.h"

#include <sys/prctl.h>

CONFORMANCE(init_and_fini_leave_nothing_behind)
{
	for (int i = 0; i < 20; i++) {
		struct guest g;

		guest_platform(&g, ops);
		guest_platform_end(&g);
	}
}

CONFORMANCE(platform_has_a_name_and_abilities)
{
	struct guest g;
	struct plat_abilities able;

	guest_platform(&g, ops);
	EXPECT_TRUE(platform_find(ops->name) == ops);
	EXPECT_TRUE(platform_find("no such platform") == NULL);
	g.ops->abilities(g.p, &able);
	EXPECT_TRUE(able.fpu_size >= 576 && able.fpu_size <= PLAT_FPU_MAX);
	EXPECT_TRUE(able.largest_map >= 4096);
	guest_platform_end(&g);
}

CONFORMANCE(fresh_address_space_is_empty)
{
	struct guest g;
	char c;

	guest_platform(&g, ops);
	EXPECT_EQ(g.ops->aspace_new(g.p, &g.as), 0);
	EXPECT_EQ(guest_read(&g, CODE, &c, 1), -EFAULT);
	EXPECT_EQ(guest_read(&g, 0x400000, &c, 1), -EFAULT);
	EXPECT_EQ(guest_read(&g, (uint64_t)(uintptr_t)&c, &c, 1), -EFAULT);
	EXPECT_EQ(guest_read(&g, (uint64_t)(uintptr_t)ops, &c, 1), -EFAULT);
	g.ops->aspace_free(g.as);
	g.ops->aspace_free(NULL);
	guest_platform_end(&g);
}

/* Nothing of our process is mapped in a stub: its own pages lie above the guest's. */
CONFORMANCE(stub_keeps_nothing_of_ours)
{
	struct guest g;
	struct region own[REGIONS_MAX];
	char path[64];
	FILE *f;
	size_t lines = 0;
	pid_t stub;

	guest_start(&g, ops, code_spin);
	stub = need_stub(&g);
	EXPECT_TRUE(stub_regions(stub, own) > 0);
	EXPECT_EQ(guest_unmap(&g, 0, PLAT_GUEST_TOP), 0);
	snprintf(path, sizeof(path), "/proc/%d/maps", stub);
	f = fopen(path, "re");
	EXPECT_TRUE(f != NULL);
	for (char line[512]; fgets(line, sizeof(line), f);)
		lines += !strstr(line, "[vsyscall]");
	fclose(f);
	EXPECT_EQ(lines, stub_regions(stub, own));
	for (size_t i = 0; i < lines; i++) /* and nowhere can code be written */
		EXPECT_FALSE(own[i].perms[1] == 'w' && own[i].perms[2] == 'x');
	guest_end(&g);
}

static void *make_and_break(void *arg)
{
	struct guest g = *(struct guest *)arg;
	struct lx_user_regs regs = guest_regs_at(CODE);
	long bad = 0;

	for (int i = 0; i < 20; i++) {
		struct plat_event ev = {0};

		check(g.ops->aspace_new(g.p, &g.as) == 0);
		check(g.ops->context_new(g.as, NULL, &g.pc) == 0);
		check(g.ops->context_attach(g.pc) == 0);
		bad += g.ops->set_regs(g.pc, &regs) < 0;
		bad += g.ops->context_switch(g.pc, &ev) < 0 || ev.why != PLAT_FAULT;
		g.ops->context_free(g.pc);
		g.ops->aspace_free(g.as);
	}
	return (void *)bad;
}

CONFORMANCE(address_spaces_are_made_by_many_threads_at_once)
{
	struct guest g;
	pthread_t threads[8];

	guest_platform(&g, ops);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		threads[i] = start_thread(make_and_break, &g);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
		void *bad;

		pthread_join(threads[i], &bad);
		EXPECT_EQ((long)bad, 0);
	}
	guest_platform_end(&g);
}

CONFORMANCE(many_address_spaces_live_side_by_side)
{
	enum { N = 100 };
	static struct guest g[N];

	guest_platform(&g[0], ops);
	for (size_t i = 0; i < N; i++) {
		g[i] = g[0];
		guest_enter(&g[i], code_counted_call);
	}
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < N; i++)
			EXPECT_EQ(guest_switch(&g[i]).why, PLAT_SYSCALL);
	}
	for (size_t i = 0; i < N; i++) {
		EXPECT_EQ(guest_word(&g[i], DATA), 3);
		guest_leave(&g[i]);
	}
	guest_platform_end(&g[0]);
}

/* The first context leaves first; its address space stays readable, and serves a new first context.
 */
CONFORMANCE(address_space_outlives_its_first_context)
{
	struct guest g;
	struct pcontext *second;
	struct lx_user_regs regs = guest_regs_at(CODE);
	struct plat_event ev;
	char c;

	guest_start(&g, ops, code_getpid_loop);
	for (int i = 0; i < 10; i++) {
		second = guest_new_context(&g);
		EXPECT_EQ(g.ops->context_attach(second), 0);
		g.ops->context_free(g.pc);
		EXPECT_EQ(guest_read(&g, DATA, &c, 1), 1);
		EXPECT_EQ(g.ops->set_regs(second, &regs), 0);
		EXPECT_EQ(g.ops->context_switch(second, &ev), 0);
		EXPECT_EQ(ev.why, PLAT_SYSCALL);
		g.pc = second;
		EXPECT_EQ(guest_map(&g, MORE, 4096, PROT_READ), 0);
	}
	guest_end(&g);
}

CONFORMANCE(context_moves_to_a_fresh_address_space)
{
	struct guest g;
	struct aspace *old;
	char c;

	guest_start(&g, ops, code_getpid_loop);
	for (int i = 0; i < 20; i++) {
		EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
		old = g.as;
		EXPECT_EQ(g.ops->aspace_new(g.p, &g.as), 0);
		EXPECT_EQ(g.ops->context_move(g.pc, g.as), 0);
		g.ops->aspace_free(old);
		EXPECT_EQ(guest_read(&g, DATA, &c, 1), -EFAULT);
		guest_load(&g, code_getpid_loop, code_getpid_loop_end);
	}
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	guest_end(&g);
}

/* As execve of a vfork child does: the old address space goes on without it. */
CONFORMANCE(address_space_goes_on_when_a_context_moves_away)
{
	struct guest g, mover;
	struct lx_user_regs regs = guest_regs_at(CODE);

	guest_start(&g, ops, code_counted_call);
	mover = g;
	mover.pc = guest_new_context(&g);
	EXPECT_EQ(g.ops->context_attach(mover.pc), 0);
	EXPECT_EQ(g.ops->set_regs(mover.pc, &regs), 0);
	EXPECT_EQ(guest_switch(&mover).why, PLAT_SYSCALL);
	EXPECT_EQ(g.ops->aspace_new(g.p, &mover.as), 0);
	EXPECT_EQ(g.ops->context_move(mover.pc, mover.as), 0);
	guest_load(&mover, code_counted_call, code_counted_call_end);
	EXPECT_EQ(guest_switch(&mover).why, PLAT_SYSCALL);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	EXPECT_EQ(guest_word(&g, DATA), 2);
	EXPECT_EQ(guest_word(&mover, DATA), 1);
	guest_leave(&mover);
	guest_end(&g);
}

/* The first context, which others were made from, moves; they stay. */
CONFORMANCE(address_space_goes_on_when_its_first_context_moves_away)
{
	struct guest g, other;
	struct lx_user_regs regs = guest_regs_at(CODE);

	guest_start(&g, ops, code_counted_call);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	other = g;
	other.pc = guest_new_context(&g);
	EXPECT_EQ(g.ops->context_attach(other.pc), 0);
	EXPECT_EQ(g.ops->set_regs(other.pc, &regs), 0);
	EXPECT_EQ(g.ops->aspace_new(g.p, &g.as), 0);
	EXPECT_EQ(g.ops->context_move(g.pc, g.as), 0);
	guest_load(&g, code_counted_call, code_counted_call_end);
	for (int i = 0; i < 10; i++) {
		EXPECT_EQ(guest_switch(&other).why, PLAT_SYSCALL);
		EXPECT_EQ(guest_map(&other, MORE, 4096, PROT_READ), 0);
		EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	}
	guest_leave(&other);
	guest_end(&g);
}

CONFORMANCE(interrupt_and_processor_time_move_along)
{
	struct guest g;
	struct aspace *old;
	uint64_t before;

	guest_start(&g, ops, code_getpid_loop);
	for (int i = 0; i < 200; i++)
		EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	before = g.ops->cpu_time_ns(g.pc);
	g.ops->context_interrupt(g.pc);
	old = g.as;
	EXPECT_EQ(g.ops->aspace_new(g.p, &g.as), 0);
	EXPECT_EQ(g.ops->context_move(g.pc, g.as), 0);
	g.ops->aspace_free(old);
	EXPECT_TRUE(g.ops->cpu_time_ns(g.pc) >= before);
	guest_load(&g, code_getpid_loop, code_getpid_loop_end);
	EXPECT_EQ(guest_switch(&g).why, PLAT_INTERRUPTED);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	guest_end(&g);
}

struct kicker {
	const struct guest *g;
	atomic_int stop;
};

static void *kick_always(void *arg)
{
	struct kicker *k = arg;

	while (!atomic_load(&k->stop))
		k->g->ops->context_interrupt(k->g->pc);
	return NULL;
}

CONFORMANCE(interrupts_meet_a_context_that_moves)
{
	struct guest g;
	struct kicker k = {.g = &g};
	pthread_t thread;

	guest_start(&g, ops, code_getpid_loop);
	thread = start_thread(kick_always, &k);
	for (int i = 0; i < 50; i++) {
		struct aspace *old = g.as;
		struct plat_event ev;

		EXPECT_EQ(g.ops->aspace_new(g.p, &g.as), 0);
		EXPECT_EQ(g.ops->context_move(g.pc, g.as), 0);
		g.ops->aspace_free(old);
		guest_load(&g, code_getpid_loop, code_getpid_loop_end);
		do {
			ev = guest_switch(&g);
		} while (ev.why == PLAT_INTERRUPTED);
		EXPECT_EQ(ev.why, PLAT_SYSCALL);
	}
	atomic_store(&k.stop, 1);
	pthread_join(thread, NULL);
	guest_end(&g);
}

CONFORMANCE(context_that_was_never_attached_is_freed)
{
	struct guest g;
	struct aspace *as;
	struct pcontext *pc;

	guest_start(&g, ops, code_getpid_loop);
	for (int i = 0; i < 20; i++)
		g.ops->context_free(guest_new_context(&g));
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);

	EXPECT_EQ(g.ops->aspace_new(g.p, &as), 0);
	EXPECT_EQ(g.ops->context_new(as, NULL, &pc), 0);
	g.ops->context_free(pc);
	g.ops->context_free(NULL);
	g.ops->aspace_free(as);
	guest_end(&g);
}

/* A maker that is killed takes every stub along: running, resting and parked ones. */
static void be_maker(const struct platform_ops *ops, int report)
{
	static struct children all;
	struct plat_event ev;
	struct aspace *parked;
	struct guest g, rests;

	guest_start(&g, ops, code_spin);
	check(g.ops->aspace_fork(g.pc, &parked) == 0);
	rests = g;
	guest_enter(&rests, code_getpid_loop);
	check(guest_switch(&rests).why == PLAT_SYSCALL);
	list_children(getpid(), &all);
	check(write(report, &all, sizeof(all)) == sizeof(all));
	check(g.ops->context_switch(g.pc, &ev) < 0);
}

CONFORMANCE(stubs_die_with_their_maker)
{
	static struct children all;
	int pipes[2];
	pid_t maker;

	EXPECT_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0); /* the orphans come to us */
	EXPECT_EQ(pipe(pipes), 0);
	maker = fork();
	if (maker == 0) {
		be_maker(ops, pipes[1]);
		_exit(1);
	}
	close(pipes[1]);
	for (size_t got = 0; got < sizeof(all);) {
		ssize_t n = read(pipes[0], (char *)&all + got, sizeof(all) - got);

		EXPECT_TRUE(n > 0);
		got += (size_t)n;
	}
	kill(maker, SIGKILL);
	EXPECT_EQ(waitpid(maker, NULL, 0), maker);
	for (size_t i = 0; i < all.n; i++)
		EXPECT_EQ(waitpid(all.pids[i], NULL, __WALL), all.pids[i]);
	EXPECT_EQ(waitpid(-1, NULL, __WALL | WNOHANG), -1);
	EXPECT_EQ(prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0), 0);
	close(pipes[0]);
}

CONFORMANCE_MAIN()
