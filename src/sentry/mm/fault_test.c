/* SPDX-License-Identifier: Apache-2.0 */
/* Faults, growth of stacks, fork, futex identity, and a platform that fails. */
#include <sys/mman.h>

#include <signal.h>

#include "base/test.h"
#include "platform/fake/fake.h"
#include "sentry/core/alloc.h"
#include "sentry/mm/test_world.h"

#define AT    0x100000000ull
#define USER  4u
#define WRITE (USER | 2u)
#define EXEC  (USER | 16u)

/* mm_fault of a page fault at addr: 0, or the si_code. */
static int fault(struct world *w, uint64_t addr, uint64_t error)
{
	struct plat_fault f = {.signo = SIGSEGV,
			       .code = SEGV_MAPERR,
			       .addr = addr,
			       .error_code = error,
			       .is_access = true};
	int signo = 0, code = 0;
	int r = mm_fault(w->mm, &w->ctx, &f, 0, &signo, &code);

	if (r == 0)
		return 0;
	EXPECT_EQ(signo, SIGSEGV);
	return code;
}

TEST(the_vmas_say_what_a_fault_was)
{
	struct world w;

	world_begin(&w, 0);
	EXPECT_EQ(world_map(&w, AT, PAGE, LX_PROT_READ, ANON | LX_MAP_FIXED), AT);
	EXPECT_EQ(world_map(&w, AT + PAGE, PAGE, LX_PROT_NONE, ANON | LX_MAP_FIXED), AT + PAGE);
	EXPECT_EQ(fault(&w, AT + 8, WRITE), SEGV_ACCERR);
	EXPECT_EQ(fault(&w, AT + 8, EXEC), SEGV_ACCERR);
	EXPECT_EQ(fault(&w, AT + 8, USER), 0); /* somebody was quicker: try again */
	EXPECT_EQ(fault(&w, AT + PAGE, USER), SEGV_ACCERR);
	EXPECT_EQ(fault(&w, AT + 2 * PAGE, USER), SEGV_MAPERR);
	EXPECT_EQ(fault(&w, UINT64_MAX, USER), SEGV_MAPERR);
	EXPECT_EQ(fault(&w, PLAT_GUEST_TOP, USER), SEGV_MAPERR);
	world_end(&w);
}

TEST(what_is_no_page_fault_passes)
{
	struct world w;
	struct plat_fault f = {.signo = SIGBUS, .code = BUS_ADRERR, .addr = AT, .is_access = true};
	int signo, code;

	world_begin(&w, 0);
	EXPECT_EQ(mm_fault(w.mm, &w.ctx, &f, 0, &signo, &code), 1);
	EXPECT_EQ(signo, SIGBUS);
	EXPECT_EQ(code, BUS_ADRERR);
	f = (struct plat_fault){.signo = SIGSEGV, .code = 0x80};
	EXPECT_EQ(mm_fault(w.mm, &w.ctx, &f, 0, &signo, &code), 1);
	EXPECT_EQ(code, 0x80);
	world_end(&w);
}

TEST(a_stack_grows_down_to_its_limit)
{
	struct world w;
	char byte = 1;

	world_begin(&w, 1000);
	EXPECT_EQ(world_map(&w, AT, PAGE, RW, ANON | LX_MAP_FIXED | LX_MAP_GROWSDOWN), AT);
	world_set_limit(&w, LX_RLIMIT_STACK, 16 * PAGE);
	EXPECT_EQ(fault(&w, AT - 1, WRITE), 0);
	EXPECT_EQ(copy_out(w.mm, uaddr(AT - PAGE), &byte, 1), 0);
	EXPECT_EQ(fault(&w, AT - 14 * PAGE, WRITE), 0);
	EXPECT_EQ(fault(&w, AT - 16 * PAGE, WRITE), SEGV_MAPERR);
	EXPECT_EQ(fault(&w, AT - 15 * PAGE, WRITE), 0);
	world_end(&w);
}

TEST(a_stack_keeps_256_pages_from_what_is_below)
{
	struct world w;

	world_begin(&w, 1000);
	EXPECT_EQ(world_map(&w, AT, PAGE, RW, ANON | LX_MAP_FIXED | LX_MAP_GROWSDOWN), AT);
	EXPECT_EQ(world_map(&w, AT - 260 * PAGE, PAGE, RW, ANON | LX_MAP_FIXED), AT - 260 * PAGE);
	EXPECT_EQ(fault(&w, AT - 3 * PAGE, WRITE), 0);
	EXPECT_EQ(fault(&w, AT - 4 * PAGE, WRITE), SEGV_MAPERR);
	/* mmap keeps away from it as well, unless it is told the place. */
	EXPECT_NE(world_map(&w, AT - 100 * PAGE, PAGE, RW, ANON), AT - 100 * PAGE);
	/* What cannot be touched is as good as a gap. */
	EXPECT_EQ(mm_protect(w.mm, &w.ctx, uaddr(AT - 260 * PAGE), PAGE, LX_PROT_NONE), 0);
	EXPECT_EQ(fault(&w, AT - 4 * PAGE, WRITE), 0);
	world_end(&w);
}

static int count_vma(void *arg, const struct mm_vma_info *v)
{
	struct mm_vma_info *last = arg;

	*last = *v;
	return 0;
}

TEST(a_child_has_what_its_parent_had_but_for_what_must_not_be_inherited)
{
	struct world w;
	struct mm *child;
	struct mm_vma_info last;
	struct mm_counts c;
	char byte = 7;

	world_begin(&w, 0);
	EXPECT_EQ(world_map(&w, AT, 3 * PAGE, RW, ANON | LX_MAP_FIXED), AT);
	for (unsigned i = 0; i < 3; i++)
		EXPECT_EQ(copy_out(w.mm, uaddr(AT + i * PAGE), &byte, 1), 0);
	EXPECT_EQ(mm_advise(w.mm, &w.ctx, uaddr(AT + PAGE), PAGE, LX_MADV_WIPEONFORK), 0);
	EXPECT_EQ(mm_advise(w.mm, &w.ctx, uaddr(AT + 2 * PAGE), PAGE, LX_MADV_DONTFORK), 0);
	EXPECT_EQ(mm_lock(w.mm, &w.ctx, uaddr(AT), PAGE, 0), 0);
	mm_set_brk(w.mm, AT + (1 << 20));
	EXPECT_EQ(mm_fork(w.mm, &w.ctx, &child), 0);

	EXPECT_EQ(copy_in(child, &byte, uaddr(AT), 1), 0);
	EXPECT_EQ(byte, 7);
	EXPECT_EQ(copy_in(child, &byte, uaddr(AT + PAGE), 1), 0);
	EXPECT_EQ(byte, 0);
	EXPECT_ERR(copy_in(child, &byte, uaddr(AT + 2 * PAGE), 1), EFAULT);
	byte = 9;
	EXPECT_EQ(copy_out(child, uaddr(AT), &byte, 1), 0);
	EXPECT_EQ(copy_in(w.mm, &byte, uaddr(AT), 1), 0);
	EXPECT_EQ(byte, 7);
	mm_get_counts(child, &c);
	EXPECT_EQ(c.total, 2 * PAGE);
	EXPECT_EQ(c.locked, 0);
	EXPECT_EQ(mm_for_each_vma(child, count_vma, &last), 0);
	EXPECT_EQ(last.hi, AT + 2 * PAGE);
	EXPECT_EQ(mm_brk(child, &w.ctx, uaddr(0)).va, AT + (1 << 20));
	mm_put(child);
	world_end(&w);
}

TEST(shared_memory_is_shared_and_its_futexes_are_one)
{
	struct world w;
	struct mm *child;
	struct mm_futex_key a, b;
	uaddr_t twice;
	int64_t at;
	char byte = 3;

	world_begin(&w, 0);
	at = world_map(&w, 0, 4 * PAGE, RW, LX_MAP_SHARED | LX_MAP_ANONYMOUS);
	EXPECT_TRUE(at > 0);
	EXPECT_EQ(mm_fork(w.mm, &w.ctx, &child), 0);
	EXPECT_EQ(copy_out(w.mm, uaddr((uint64_t)at + PAGE), &byte, 1), 0);
	byte = 0;
	EXPECT_EQ(copy_in(child, &byte, uaddr((uint64_t)at + PAGE), 1), 0);
	EXPECT_EQ(byte, 3);
	EXPECT_EQ(mm_futex_key(w.mm, uaddr((uint64_t)at + 8), true, &a), 0);
	EXPECT_EQ(mm_futex_key(child, uaddr((uint64_t)at + 8), true, &b), 0);
	EXPECT_MEMEQ(&a, &b, sizeof(a));
	EXPECT_EQ(mm_futex_key(child, uaddr((uint64_t)at + 8), false, &b), 0);
	EXPECT_TRUE(memcmp(&a, &b, sizeof(a)) != 0);
	/* mremap with old length 0: the same pages once more. */
	EXPECT_EQ(mm_remap(w.mm, &w.ctx, uaddr((uint64_t)at + PAGE), 0, 2 * PAGE, LX_MREMAP_MAYMOVE,
			   uaddr(0), &twice),
		  0);
	byte = 0;
	EXPECT_EQ(copy_in(w.mm, &byte, twice, 1), 0);
	EXPECT_EQ(byte, 3);
	EXPECT_EQ(mm_futex_key(w.mm, uaddr((uint64_t)at + PAGE + 4), true, &a), 0);
	EXPECT_EQ(mm_futex_key(w.mm, uaddr(twice.va + 4), true, &b), 0);
	EXPECT_MEMEQ(&a, &b, sizeof(a));
	EXPECT_ERR(mm_futex_key(w.mm, uaddr((uint64_t)at + 2), true, &a), EINVAL);
	EXPECT_ERR(mm_futex_key(w.mm, uaddr(AT), true, &a), EFAULT);
	mm_put(child);
	world_end(&w);
}

TEST(dontunmap_leaves_fresh_memory_behind)
{
	struct world w;
	uaddr_t to;
	char byte = 5;

	world_begin(&w, 0);
	EXPECT_EQ(world_map(&w, AT, 2 * PAGE, RW, ANON | LX_MAP_FIXED), AT);
	EXPECT_EQ(copy_out(w.mm, uaddr(AT), &byte, 1), 0);
	EXPECT_EQ(mm_remap(w.mm, &w.ctx, uaddr(AT), 2 * PAGE, 2 * PAGE,
			   LX_MREMAP_MAYMOVE | LX_MREMAP_DONTUNMAP, uaddr(0), &to),
		  0);
	byte = 0;
	EXPECT_EQ(copy_in(w.mm, &byte, to, 1), 0);
	EXPECT_EQ(byte, 5);
	EXPECT_EQ(copy_in(w.mm, &byte, uaddr(AT), 1), 0);
	EXPECT_EQ(byte, 0);
	world_end(&w);
}

TEST(a_dead_stub_is_an_error_and_no_more)
{
	struct world w;
	char byte;

	world_begin(&w, 0);
	EXPECT_EQ(world_map(&w, AT, PAGE, RW, ANON | LX_MAP_FIXED), AT);
	fake_kill(mm_aspace(w.mm));
	EXPECT_ERR(copy_in(w.mm, &byte, uaddr(AT), 1), EFAULT);
	EXPECT_TRUE(world_map(&w, 0, PAGE, RW, ANON) < 0);
	EXPECT_TRUE(mm_unmap(w.mm, &w.ctx, uaddr(AT), PAGE) < 0);
	EXPECT_EQ(fault(&w, AT, USER), SEGV_MAPERR);
	world_end(&w);
}

/* Each allocation in turn fails: the call says -ENOMEM and the mm is as before, or it succeeds. */
TEST(running_out_of_memory_leaves_things_as_they_were)
{
	struct world w;
	struct mm_counts before, after;
	uaddr_t to;

	world_begin(&w, 0);
	EXPECT_EQ(world_map(&w, AT, 8 * PAGE, RW, ANON | LX_MAP_FIXED), AT);
	for (uint64_t n = 1; n < 12; n++) {
		int r[5];

		mm_get_counts(w.mm, &before);
		arena_fail_nth(n);
		r[0] = (int)MIN(world_map(&w, AT + 2 * PAGE, PAGE, LX_PROT_READ,
					  ANON | LX_MAP_FIXED),
				(int64_t)0);
		arena_fail_nth(n);
		r[1] = mm_protect(w.mm, &w.ctx, uaddr(AT + 4 * PAGE), PAGE, LX_PROT_NONE);
		arena_fail_nth(n);
		r[2] = mm_advise(w.mm, &w.ctx, uaddr(AT + 5 * PAGE), PAGE, LX_MADV_DONTDUMP);
		arena_fail_nth(n);
		r[3] = mm_remap(w.mm, &w.ctx, uaddr(AT + 7 * PAGE), PAGE, PAGE,
				LX_MREMAP_MAYMOVE | LX_MREMAP_DONTUNMAP, uaddr(0), &to);
		arena_fail_nth(n);
		r[4] = (int)MIN(world_map(&w, 0, PAGE, RW, LX_MAP_SHARED | LX_MAP_ANONYMOUS),
				(int64_t)0);
		arena_fail_nth(0);
		for (unsigned i = 0; i < ARRAY_SIZE(r); i++)
			EXPECT_TRUE(r[i] == 0 || r[i] == -ENOMEM);
		mm_get_counts(w.mm, &after);
		EXPECT_EQ(after.total,
			  before.total + (r[3] == 0 ? PAGE : 0) + (r[4] == 0 ? PAGE : 0));
	}
	world_end(&w);
}

TEST_MAIN()
