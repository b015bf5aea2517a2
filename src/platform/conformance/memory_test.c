/* SPDX-License-Identifier: Apache-2.0 */
/* Guest memory as the Sentry reaches it: read, write, compare-exchange. */
#include "platform/conformance/test_conformance.h"

#include "base/checked.h"

/* rcx times */
SNIPPET(code_add_ones, "1: lock incl (%rdi)\n dec %rcx\n jnz 1b\n ud2");
SNIPPET(code_flip, "1: mov $0x11111111, %eax\n mov %rax, (%rdi)\n mov $0x22222222, %eax\n"
		   "mov %rax, (%rdi)\n jmp 1b");

CONFORMANCE(access_stops_at_the_first_page_that_is_not_there)
{
	struct guest g;
	char buf[3 * 4096], one;
	struct plat_piece two[2] = {{DATA, &one, 1}, {DATA + DATA_LEN - 4096, buf, sizeof(buf)}};

	guest_start(&g, ops, code_spin);
	EXPECT_EQ(guest_read(&g, DATA + DATA_LEN - 4096, buf, sizeof(buf)), 4096);
	EXPECT_EQ(g.ops->read(g.as, two, 2), 4097);
	EXPECT_EQ(guest_read(&g, DATA + DATA_LEN, buf, 1), -EFAULT);
	EXPECT_EQ(guest_read(&g, 0, buf, 1), -EFAULT);
	EXPECT_EQ(guest_read(&g, DATA, buf, 0), 0);
	EXPECT_EQ(g.ops->read(g.as, two, 0), 0);
	guest_end(&g);
}

/* Pages in even places only; each piece begins in one and ends in a hole, or the other way round. */
CONFORMANCE(transfer_ends_at_each_hole)
{
	enum { PAGES = 8 };
	struct guest g;
	char buf[2 * 4096];

	guest_start(&g, ops, code_spin);
	for (uint64_t i = 0; i < PAGES; i += 2)
		EXPECT_EQ(guest_map(&g, MORE + i * 4096, 4096, PROT_READ | PROT_WRITE), 0);
	memset(buf, 'h', sizeof(buf));
	for (uint64_t i = 0; i < PAGES; i++) {
		uint64_t at = MORE + i * 4096 + 4000;
		bool there = i % 2 == 0;

		EXPECT_EQ(guest_write(&g, at, buf, 200), there ? 96 : -EFAULT);
		EXPECT_EQ(guest_read(&g, at, buf, 200), there ? 96 : -EFAULT);
		EXPECT_EQ(guest_write(&g, at, buf, 96), there ? 96 : -EFAULT);
		EXPECT_EQ(guest_read(&g, at, buf, 97), there ? 96 : -EFAULT);
	}
	guest_end(&g);
}

CONFORMANCE(pieces_behind_a_hole_are_not_touched)
{
	struct guest g;
	char a[8] = "aaaaaaa", b[8] = "bbbbbbb", c[8] = "ccccccc", got[8] = "";
	struct plat_piece pieces[3] = {{DATA, a, 8}, {MORE, b, 8}, {DATA + 64, c, 8}};

	guest_start(&g, ops, code_spin);
	EXPECT_EQ(g.ops->write(g.as, pieces, 3), 8);
	EXPECT_EQ(guest_read(&g, DATA + 64, got, 8), 8);
	EXPECT_STREQ(got, "");
	EXPECT_EQ(g.ops->read(g.as, pieces + 1, 2), -EFAULT);
	EXPECT_STREQ(c, "ccccccc");

	pieces[0].len = 0; /* an empty piece at a bad address is nothing at all */
	pieces[0].addr = UINT64_MAX;
	pieces[1].addr = DATA + 128;
	EXPECT_EQ(g.ops->write(g.as, pieces, 3), 16);
	EXPECT_EQ(guest_read(&g, DATA + 64, got, 8), 8);
	EXPECT_STREQ(got, "ccccccc");
	guest_end(&g);
}

CONFORMANCE(access_never_reaches_the_stub)
{
	static const uint64_t bad[] = {PLAT_GUEST_TOP,
				       PLAT_GUEST_TOP + 1,
				       PLAT_GUEST_TOP + 4096,
				       PLAT_GUEST_TOP + 8192,
				       0x7fffffffe000,
				       0x7fffffffefff,
				       1ULL << 47,
				       1ULL << 63,
				       0xffffffffff600000,
				       UINT64_MAX};
	struct guest g;
	char buf[8192];
	struct plat_piece wrap = {UINT64_MAX - 10, buf, 100};

	guest_start(&g, ops, code_spin);
	EXPECT_EQ(guest_map(&g, PLAT_GUEST_TOP - 4096, 4096, PROT_READ | PROT_WRITE), 0);
	EXPECT_EQ(guest_read(&g, PLAT_GUEST_TOP - 4096, buf, sizeof(buf)), 4096);
	EXPECT_EQ(guest_write(&g, PLAT_GUEST_TOP - 4096, buf, sizeof(buf)), 4096);
	EXPECT_EQ(guest_read(&g, PLAT_GUEST_TOP - 1, buf, 2), 1);
	EXPECT_EQ(guest_write(&g, PLAT_GUEST_TOP - 1, buf, 2), 1);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		uint32_t old;

		EXPECT_EQ(guest_read(&g, bad[i], buf, 1), -EFAULT);
		EXPECT_EQ(guest_write(&g, bad[i], buf, 1), -EFAULT);
		EXPECT_EQ(g.ops->cmpxchg32(g.pc, align_down(bad[i], 4), 0, 0, &old), -EFAULT);
	}
	EXPECT_EQ(g.ops->read(g.as, &wrap, 1), -EFAULT);
	EXPECT_EQ(g.ops->write(g.as, &wrap, 1), -EFAULT);
	guest_end(&g);
}

CONFORMANCE(lowest_page_of_the_guest_works)
{
	struct guest g;
	char c = 0;
	uint32_t old = 1;

	guest_start(&g, ops, code_spin);
	EXPECT_EQ(guest_map(&g, PLAT_GUEST_BOTTOM, 4096, PROT_READ | PROT_WRITE), 0);
	EXPECT_EQ(g.ops->cmpxchg32(g.pc, PLAT_GUEST_BOTTOM, 0, 'z', &old), 0);
	EXPECT_EQ(old, 0);
	EXPECT_EQ(guest_read(&g, PLAT_GUEST_BOTTOM, &c, 1), 1);
	EXPECT_EQ(c, 'z');
	guest_end(&g);
}

CONFORMANCE(access_in_many_pieces_moves_them_all)
{
	struct guest g;
	enum { N = 1500 };
	uint64_t words[N];
	struct plat_piece pieces[N];

	guest_start(&g, ops, code_spin);
	for (uint64_t i = 0; i < N; i++) {
		words[i] = i * i;
		pieces[i] = (struct plat_piece){DATA + i * 8, &words[i], 8};
	}
	EXPECT_EQ(g.ops->write(g.as, pieces, N), sizeof(words));
	memset(words, 0, sizeof(words));
	EXPECT_EQ(g.ops->read(g.as, pieces, N), sizeof(words));
	for (uint64_t i = 0; i < N; i++)
		EXPECT_EQ(words[i], i * i);
	guest_end(&g);
}

CONFORMANCE(large_transfers_are_whole)
{
	const size_t len = 8UL << 20;
	unsigned char *out = malloc(len), *in = malloc(len);
	struct guest g;

	EXPECT_TRUE(out && in);
	guest_start(&g, ops, code_spin);
	for (size_t i = 0; i < len; i++)
		out[i] = (unsigned char)(i * 31 >> 3);
	EXPECT_EQ(guest_map(&g, MORE, len + 4096, PROT_READ | PROT_WRITE), 0);
	EXPECT_EQ(guest_write(&g, MORE + 7, out, len), len);
	EXPECT_EQ(guest_read(&g, MORE + 7, in, len), len);
	EXPECT_MEMEQ(out, in, len);
	guest_end(&g);
	free(in);
	free(out);
}

CONFORMANCE(write_respects_protection)
{
	struct guest g;
	char buf[8] = "1234567";

	guest_start(&g, ops, code_spin);
	EXPECT_EQ(guest_write(&g, CODE, "x", 1), -EFAULT);
	EXPECT_EQ(guest_map(&g, MORE, 4096, PROT_NONE), 0);
	EXPECT_EQ(guest_read(&g, MORE, &(char){0}, 1), -EFAULT);
	EXPECT_EQ(guest_write(&g, MORE, "x", 1), -EFAULT);
	EXPECT_EQ(guest_protect(&g, DATA + 4096, 4096, PROT_READ), 0);
	EXPECT_EQ(guest_write(&g, DATA + 4092, buf, 8), 4);
	EXPECT_EQ(guest_read(&g, DATA + 4092, buf, 8), 8);
	EXPECT_MEMEQ(buf, "1234\0\0\0\0", 8);
	guest_end(&g);
}

CONFORMANCE(compare_exchange_stores_only_what_was_expected)
{
	struct guest g;
	uint32_t word = 5, old = 0;

	guest_start(&g, ops, code_spin);
	EXPECT_EQ(guest_write(&g, DATA, &word, 4), 4);
	EXPECT_EQ(g.ops->cmpxchg32(g.pc, DATA, 4, 9, &old), 0);
	EXPECT_EQ(old, 5);
	EXPECT_EQ(guest_word(&g, DATA), 5);
	EXPECT_EQ(g.ops->cmpxchg32(g.pc, DATA, 5, 0xfffffffe, &old), 0);
	EXPECT_EQ(old, 5);
	EXPECT_EQ(guest_word(&g, DATA), 0xfffffffe);
	EXPECT_EQ(g.ops->cmpxchg32(g.pc, DATA + DATA_LEN - 4, 0, 1, &old), 0);
	EXPECT_EQ(old, 0);
	EXPECT_EQ(g.ops->cmpxchg32(g.pc, DATA + DATA_LEN, 0, 1, &old), -EFAULT);
	EXPECT_EQ(g.ops->cmpxchg32(g.pc, 0, 0, 0, &old), -EFAULT);
	guest_end(&g);
}

/* Not even where it would store nothing: Linux asks for a writable page first. */
CONFORMANCE(compare_exchange_of_a_read_only_page_is_a_fault)
{
	struct guest g;
	uint32_t word = 0x90;
	uint32_t old;

	guest_start(&g, ops, code_spin);
	EXPECT_EQ(g.ops->cmpxchg32(g.pc, CODE, 0, 0, &old), -EFAULT);
	EXPECT_EQ(g.ops->cmpxchg32(g.pc, CODE, word, word, &old), -EFAULT);
	EXPECT_EQ(guest_map(&g, MORE, 4096, PROT_READ), 0);
	EXPECT_EQ(g.ops->cmpxchg32(g.pc, MORE, 0, 1, &old), -EFAULT);
	EXPECT_EQ(guest_map(&g, MORE, 4096, PROT_NONE), 0);
	EXPECT_EQ(g.ops->cmpxchg32(g.pc, MORE, 0, 1, &old), -EFAULT);
	EXPECT_EQ(guest_protect(&g, MORE, 4096, PROT_READ | PROT_WRITE), 0);
	EXPECT_EQ(g.ops->cmpxchg32(g.pc, MORE, 0, 1, &old), 0);
	EXPECT_EQ(old, 0);
	guest_end(&g);
}

/* A page of a copy that neither side has written yet. */
CONFORMANCE(compare_exchange_after_fork_is_private)
{
	struct guest parent, child;
	uint32_t word = 7, old;

	guest_start(&parent, ops, code_spin);
	EXPECT_EQ(guest_write(&parent, DATA, &word, 4), 4);
	child = guest_fork(&parent);
	EXPECT_EQ(child.ops->cmpxchg32(child.pc, DATA, 7, 8, &old), 0);
	EXPECT_EQ(old, 7);
	EXPECT_EQ(guest_word(&parent, DATA), 7);
	EXPECT_EQ(guest_word(&child, DATA), 8);
	guest_leave(&child);
	guest_end(&parent);
}

struct adder {
	struct guest g;
	uint64_t rounds;
	atomic_int bad;
};

/* The guest adds ones until it is through. */
static void *let_it_add(void *arg)
{
	struct adder *a = arg;
	struct lx_user_regs regs = guest_regs_at(CODE);
	struct plat_event ev = {0};

	regs.rcx = a->rounds;
	if (a->g.ops->context_attach(a->g.pc) < 0 || a->g.ops->set_regs(a->g.pc, &regs) < 0 ||
	    a->g.ops->context_switch(a->g.pc, &ev) < 0 || ev.why != PLAT_FAULT)
		atomic_fetch_add(&a->bad, 1);
	a->g.ops->context_free(a->g.pc);
	return NULL;
}

/* One that is stored counts; one that is not stores nothing. */
static uint32_t add_ones(struct guest *g, uint64_t addr, int tries)
{
	uint32_t seen = 0, done = 0;

	for (int i = 0; i < tries; i++) {
		uint32_t old = 0;

		EXPECT_EQ(g->ops->cmpxchg32(g->pc, addr, seen, seen + 1, &old), 0);
		done += old == seen;
		seen = old == seen ? seen + 1 : old;
	}
	return done;
}

CONFORMANCE(compare_exchange_is_atomic_against_a_racing_guest)
{
	struct guest g;
	struct adder a = {.rounds = 3000000};
	pthread_t thread;
	uint32_t ours;

	guest_start(&g, ops, code_add_ones);
	a.g = g;
	a.g.pc = guest_new_context(&g);
	thread = start_thread(let_it_add, &a);
	ours = add_ones(&g, DATA, 3000);
	pthread_join(thread, NULL);
	EXPECT_EQ(atomic_load(&a.bad), 0);
	ours += add_ones(&g, DATA, 2); /* the second at the latest */
	EXPECT_TRUE(ours > 0);
	EXPECT_EQ(guest_word(&g, DATA), a.rounds + ours);
	guest_end(&g);
}

struct runner {
	struct guest g;
	enum plat_why why;
	atomic_bool may_free; /* nobody interrupts any more */
};

static void *let_it_run(void *arg)
{
	struct runner *r = arg;
	struct lx_user_regs regs = guest_regs_at(CODE);
	struct plat_event ev = {0};

	check(r->g.ops->context_attach(r->g.pc) == 0);
	check(r->g.ops->set_regs(r->g.pc, &regs) == 0);
	check(r->g.ops->context_switch(r->g.pc, &ev) == 0);
	r->why = ev.why;
	while (!atomic_load(&r->may_free))
		sched_yield();
	r->g.ops->context_free(r->g.pc);
	return NULL;
}

/* Any thread may read while the guest runs; an aligned word is never half of two. */
CONFORMANCE(words_are_read_whole_while_the_guest_writes_them)
{
	struct guest g;
	struct runner r = {0};
	pthread_t thread;

	guest_start(&g, ops, code_flip);
	r.g = g;
	r.g.pc = guest_new_context(&g);
	thread = start_thread(let_it_run, &r);
	for (uint64_t word = 0; word == 0;)
		word = guest_word(&g, DATA);
	for (int i = 0; i < 20000; i++) {
		uint64_t word = guest_word(&g, DATA);

		EXPECT_TRUE(word == 0x11111111 || word == 0x22222222);
	}
	g.ops->context_interrupt(r.g.pc);
	atomic_store(&r.may_free, true);
	pthread_join(thread, NULL);
	EXPECT_EQ(r.why, PLAT_INTERRUPTED);
	guest_end(&g);
}

struct reader {
	struct guest g;
	atomic_int stop;
	atomic_long bad;
};

static void *read_always(void *arg)
{
	struct reader *r = arg;
	char buf[8192];

	while (!atomic_load(&r->stop)) {
		struct plat_piece piece = {MORE, buf, sizeof(buf)};
		ssize_t n = r->g.ops->read(r->g.as, &piece, 1);

		r->bad += n != -EFAULT && n != 4096 && n != 8192;
		n = r->g.ops->write(r->g.as, &piece, 1);
		r->bad += n != -EFAULT && n != 4096 && n != 8192;
	}
	return NULL;
}

CONFORMANCE(access_races_with_commands_and_breaks_nothing)
{
	struct guest g;
	struct reader r = {0};
	pthread_t threads[2];

	guest_start(&g, ops, code_getpid_loop);
	r.g = g;
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		threads[i] = start_thread(read_always, &r);
	for (int i = 0; i < 500; i++) {
		EXPECT_EQ(guest_map(&g, MORE, 8192, PROT_READ | PROT_WRITE), 0);
		EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
		EXPECT_EQ(guest_unmap(&g, MORE + 4096 * (uint64_t)(i % 2), 4096), 0);
		EXPECT_EQ(guest_unmap(&g, MORE, 8192), 0);
	}
	atomic_store(&r.stop, 1);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_join(threads[i], NULL);
	EXPECT_EQ(r.bad, 0);
	guest_end(&g);
}

CONFORMANCE_MAIN()
