/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of address spaces: what is in them, and in which state they can be made. */
#include "platform/conformance/test_conformance.h"

static struct plat_cmd map_shared(void)
{
	return (struct plat_cmd){.op = PLAT_MAP,
				 .addr = MORE,
				 .len = 4096,
				 .prot = PROT_READ | PROT_WRITE,
				 .flags = MAP_SHARED,
				 .fd = -1};
}

CONFORMANCE(fork_copies_private_memory_and_shares_shared)
{
	struct guest parent, child;

	guest_start(&parent, ops, code_getpid_loop);
	EXPECT_EQ(guest_run(&parent, map_shared()), 0);
	EXPECT_EQ(guest_write(&parent, DATA, "p", 1), 1);
	EXPECT_EQ(guest_switch(&parent).why, PLAT_SYSCALL);
	child = guest_fork(&parent);

	EXPECT_EQ(guest_write(&child, DATA, "c", 1), 1);
	EXPECT_EQ(guest_word(&parent, DATA), 'p');
	EXPECT_EQ(guest_write(&child, MORE, "s", 1), 1);
	EXPECT_EQ(guest_word(&parent, MORE), 's');

	child.ops->set_result(child.pc, 0);
	parent.ops->set_result(parent.pc, 1);
	EXPECT_EQ(guest_switch(&child).why, PLAT_SYSCALL);
	EXPECT_EQ(guest_switch(&parent).why, PLAT_SYSCALL);
	guest_leave(&child);
	guest_end(&parent);
}

/* The guest's own stores, each side seeing its own. */
CONFORMANCE(both_sides_write_without_the_other_seeing_it)
{
	struct guest parent, child;

	guest_start(&parent, ops, code_counted_call);
	for (int i = 0; i < 5; i++)
		EXPECT_EQ(guest_switch(&parent).why, PLAT_SYSCALL);
	child = guest_fork(&parent);
	EXPECT_EQ(guest_word(&child, DATA), 5);
	for (int i = 0; i < 10; i++)
		EXPECT_EQ(guest_switch(&child).why, PLAT_SYSCALL);
	EXPECT_EQ(guest_switch(&parent).why, PLAT_SYSCALL);
	EXPECT_EQ(guest_word(&child, DATA), 15);
	EXPECT_EQ(guest_word(&parent, DATA), 6);
	guest_leave(&child);
	guest_end(&parent);
}

CONFORMANCE(mappings_of_one_side_are_not_the_others)
{
	struct guest parent, child;

	guest_start(&parent, ops, code_getpid_loop);
	child = guest_fork(&parent);
	EXPECT_EQ(guest_map(&child, MORE, 4096, PROT_READ | PROT_WRITE), 0);
	EXPECT_EQ(guest_read(&parent, MORE, &(char){0}, 1), -EFAULT);
	EXPECT_EQ(guest_unmap(&parent, DATA, DATA_LEN), 0);
	EXPECT_EQ(guest_read(&child, DATA, &(char){0}, 1), 1);
	EXPECT_EQ(guest_protect(&child, CODE, 4096, PROT_NONE), 0);
	EXPECT_EQ(guest_switch(&parent).why, PLAT_SYSCALL);
	EXPECT_EQ(guest_switch(&child).why, PLAT_FAULT);
	guest_leave(&child);
	guest_end(&parent);
}

CONFORMANCE(fork_works_wherever_the_parent_rests)
{
	struct guest parent, child;
	struct lx_user_regs regs = guest_regs_at(CODE);

	guest_start(&parent, ops, code_getpid_loop);
	child = guest_fork(&parent); /* it never ran */
	EXPECT_EQ(guest_switch(&child).why, PLAT_SYSCALL);
	guest_leave(&child);

	parent.ops->context_interrupt(parent.pc);
	EXPECT_EQ(guest_switch(&parent).why, PLAT_INTERRUPTED);
	child = guest_fork(&parent);
	EXPECT_EQ(guest_switch(&child).why, PLAT_SYSCALL);
	guest_leave(&child);

	regs.rip = DATA; /* no code */
	EXPECT_EQ(parent.ops->set_regs(parent.pc, &regs), 0);
	EXPECT_EQ(guest_switch(&parent).why, PLAT_FAULT);
	child = guest_fork(&parent);
	EXPECT_EQ(guest_switch(&child).why, PLAT_FAULT);
	guest_leave(&child);

	regs.rip = CODE;
	EXPECT_EQ(parent.ops->set_regs(parent.pc, &regs), 0);
	parent.ops->set_step(parent.pc, true);
	EXPECT_EQ(guest_switch(&parent).why, PLAT_FAULT);
	child = guest_fork(&parent);
	EXPECT_EQ(guest_switch(&child).why, PLAT_SYSCALL); /* steps are not inherited */
	EXPECT_EQ(guest_switch(&parent).why, PLAT_SYSCALL);
	guest_leave(&child);
	guest_end(&parent);
}

/* An interrupt of the parent is none of its copy's. */
CONFORMANCE(interrupts_are_not_inherited)
{
	struct guest parent, child;

	guest_start(&parent, ops, code_getpid_loop);
	for (int i = 0; i < 20; i++) {
		parent.ops->context_interrupt(parent.pc);
		child = guest_fork(&parent);
		EXPECT_EQ(guest_switch(&child).why, PLAT_SYSCALL);
		EXPECT_EQ(guest_switch(&parent).why, PLAT_INTERRUPTED);
		guest_leave(&child);
	}
	guest_end(&parent);
}

CONFORMANCE(copy_outlives_its_original)
{
	struct guest parent, child, grandchild;

	guest_start(&parent, ops, code_counted_call);
	EXPECT_EQ(guest_switch(&parent).why, PLAT_SYSCALL);
	child = guest_fork(&parent);
	guest_leave(&parent);
	EXPECT_EQ(guest_switch(&child).why, PLAT_SYSCALL);
	grandchild = guest_fork(&child);
	guest_leave(&child);
	EXPECT_EQ(guest_switch(&grandchild).why, PLAT_SYSCALL);
	EXPECT_EQ(guest_word(&grandchild, DATA), 3);
	EXPECT_EQ(guest_map(&grandchild, MORE, 4096, PROT_READ), 0);
	guest_end(&grandchild);
}

CONFORMANCE(copy_without_a_context_can_be_read_and_freed)
{
	struct guest parent;
	struct guest copy;

	guest_start(&parent, ops, code_spin);
	EXPECT_EQ(guest_write(&parent, DATA, "x", 1), 1);
	copy = parent;
	for (int i = 0; i < 50; i++) {
		EXPECT_EQ(parent.ops->aspace_fork(parent.pc, &copy.as), 0);
		EXPECT_EQ(guest_word(&copy, DATA), 'x');
		EXPECT_EQ(guest_write(&copy, DATA, "y", 1), 1);
		EXPECT_EQ(guest_word(&parent, DATA), 'x');
		copy.ops->aspace_free(copy.as);
	}
	guest_end(&parent);
}

enum { CHAIN = 200 };

static void expect_no_zombie(void)
{
	struct children *all = calloc(1, sizeof(*all));

	EXPECT_TRUE(all != NULL);
	list_children(getpid(), all);
	EXPECT_EQ(all->zombies, 0);
	free(all);
}

/* Each is a copy of the one before it, and all live. */
CONFORMANCE(two_hundred_forks_in_a_chain)
{
	static struct guest g[CHAIN];

	guest_start(&g[0], ops, code_counted_call);
	EXPECT_EQ(guest_switch(&g[0]).why, PLAT_SYSCALL);
	for (size_t i = 1; i < CHAIN; i++) {
		g[i] = guest_fork(&g[i - 1]);
		EXPECT_EQ(guest_switch(&g[i]).why, PLAT_SYSCALL);
		EXPECT_EQ(guest_word(&g[i], DATA), i + 1);
	}
	for (size_t i = 0; i < CHAIN; i++)
		EXPECT_EQ(guest_word(&g[i], DATA), i + 1);
	for (size_t i = 1; i < CHAIN; i += 2)
		guest_leave(&g[i]);
	expect_no_zombie();
	for (size_t i = 2; i < CHAIN; i += 2) {
		EXPECT_EQ(guest_switch(&g[i]).why, PLAT_SYSCALL);
		EXPECT_EQ(guest_word(&g[i], DATA), i + 2);
		guest_leave(&g[i]);
	}
	expect_no_zombie();
	guest_end(&g[0]);
}

/* The same, each original gone before the next copy is made. */
CONFORMANCE(two_hundred_generations)
{
	struct guest g, next;

	guest_start(&g, ops, code_counted_call);
	for (uint64_t i = 1; i <= CHAIN; i++) {
		EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
		EXPECT_EQ(guest_word(&g, DATA), i);
		next = guest_fork(&g);
		guest_leave(&g);
		g = next;
	}
	expect_no_zombie();
	guest_end(&g);
}

struct sibling {
	struct guest g;
	uint64_t slot;
	atomic_bool *stop;
	uint64_t calls;
	long bad;
};

/* Calls all the time, counting in a word of its own. */
static void *run_sibling(void *arg)
{
	struct sibling *s = arg;
	struct lx_user_regs regs = guest_regs_at(CODE);
	struct plat_event ev = {0};

	regs.rdi = DATA + 8 * s->slot;
	s->bad += s->g.ops->context_attach(s->g.pc) < 0 || s->g.ops->set_regs(s->g.pc, &regs) < 0;
	while (!atomic_load(s->stop)) {
		s->bad += s->g.ops->context_switch(s->g.pc, &ev) < 0 || ev.why != PLAT_SYSCALL;
		s->g.ops->set_result(s->g.pc, 0);
		s->calls++;
	}
	s->g.ops->context_free(s->g.pc);
	return NULL;
}

/* The copy has the calling context only: the words of the others stand still in it. */
CONFORMANCE(fork_while_siblings_run)
{
	enum { SIBLINGS = 6 };
	struct sibling siblings[SIBLINGS];
	pthread_t threads[SIBLINGS];
	atomic_bool stop = false;
	struct guest g;

	guest_start(&g, ops, code_counted_call);
	for (size_t i = 0; i < SIBLINGS; i++) {
		siblings[i] = (struct sibling){.g = g, .slot = i + 1, .stop = &stop};
		siblings[i].g.pc = guest_new_context(&g);
		threads[i] = start_thread(run_sibling, &siblings[i]);
	}
	for (uint64_t n = 1; n <= 60; n++) {
		uint64_t before[SIBLINGS + 1], after[SIBLINGS + 1];
		struct guest child;

		EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
		child = guest_fork(&g);
		EXPECT_EQ(guest_read(&child, DATA, before, sizeof(before)), sizeof(before));
		EXPECT_EQ(before[0], n);
		for (int i = 0; i < 5; i++)
			EXPECT_EQ(guest_switch(&child).why, PLAT_SYSCALL);
		EXPECT_EQ(guest_read(&child, DATA, after, sizeof(after)), sizeof(after));
		EXPECT_EQ(after[0], n + 5);
		EXPECT_MEMEQ(before + 1, after + 1, sizeof(before) - 8);
		guest_leave(&child);
	}
	atomic_store(&stop, true);
	for (size_t i = 0; i < SIBLINGS; i++) {
		pthread_join(threads[i], NULL);
		EXPECT_EQ(siblings[i].bad, 0);
		EXPECT_EQ(guest_word(&g, DATA + 8 * (i + 1)), siblings[i].calls);
	}
	guest_end(&g);
}

struct forker {
	struct guest g;
	long bad;
};

static void *fork_always(void *arg)
{
	struct forker *f = arg;
	struct lx_user_regs regs = guest_regs_at(CODE);
	struct plat_event ev = {0};

	f->bad += f->g.ops->context_attach(f->g.pc) < 0 || f->g.ops->set_regs(f->g.pc, &regs) < 0;
	for (int i = 0; i < 20; i++) {
		struct aspace *copy;

		f->bad += f->g.ops->context_switch(f->g.pc, &ev) < 0 || ev.why != PLAT_SYSCALL;
		if (f->g.ops->aspace_fork(f->g.pc, &copy) < 0)
			f->bad++;
		else
			f->g.ops->aspace_free(copy);
	}
	f->g.ops->context_free(f->g.pc);
	return NULL;
}

CONFORMANCE(siblings_fork_at_the_same_time)
{
	struct forker forkers[8];
	pthread_t threads[8];
	struct guest g;

	guest_start(&g, ops, code_counted_call);
	for (size_t i = 0; i < ARRAY_SIZE(forkers); i++) {
		forkers[i] = (struct forker){.g = g};
		forkers[i].g.pc = guest_new_context(&g);
	}
	for (size_t i = 0; i < ARRAY_SIZE(forkers); i++)
		threads[i] = start_thread(fork_always, &forkers[i]);
	for (size_t i = 0; i < ARRAY_SIZE(forkers); i++) {
		pthread_join(threads[i], NULL);
		EXPECT_EQ(forkers[i].bad, 0);
	}
	EXPECT_EQ(guest_word(&g, DATA), 8 * 20);
	guest_end(&g);
}

CONFORMANCE_MAIN()
