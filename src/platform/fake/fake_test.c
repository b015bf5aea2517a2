/* SPDX-License-Identifier: Apache-2.0 */
/* The fake platform keeps the contract: what tests of higher rooms rely on. */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/test.h"
#include "platform/fake/fake.h"
#include "abi/ptrace.h"

#define AT 0x10000000ULL

static const struct platform_ops *const ops = &platform_fake;

struct world {
	struct platform *p;
	struct aspace *as;
	struct pcontext *pc;
};

static void begin(struct world *w)
{
	const char *why;

	EXPECT_EQ(ops->init(&w->p, &why), 0);
	EXPECT_EQ(ops->aspace_new(w->p, &w->as), 0);
	EXPECT_EQ(ops->context_new(w->as, NULL, &w->pc), 0);
	EXPECT_EQ(ops->context_attach(w->pc), 0);
}

static void end(struct world *w)
{
	ops->context_free(w->pc);
	ops->aspace_free(w->as);
	EXPECT_EQ(fake_aspace_count(w->p), 0);
	EXPECT_EQ(fake_context_count(w->p), 0);
	ops->fini(w->p);
}

static int map(struct world *w, uint64_t addr, uint64_t len, int prot, int flags, int fd)
{
	struct plat_cmd cmd = {
		.op = PLAT_MAP, .addr = addr, .len = len, .prot = prot, .flags = flags, .fd = fd};

	return ops->run(w->pc, &cmd, 1);
}

static int command(struct world *w, struct plat_cmd cmd)
{
	return ops->run(w->pc, &cmd, 1);
}

static ssize_t get(struct world *w, uint64_t addr, void *buf, size_t len)
{
	struct plat_piece piece = {addr, buf, len};

	return ops->read(w->as, &piece, 1);
}

static ssize_t put(struct world *w, uint64_t addr, const char *text)
{
	struct plat_piece piece = {addr, (void *)(uintptr_t)text, strlen(text)};

	return ops->write(w->as, &piece, 1);
}

static struct plat_event next(struct world *w)
{
	struct plat_event ev;

	EXPECT_EQ(ops->context_switch(w->pc, &ev), 0);
	return ev;
}

TEST(script_is_played_in_order_and_results_are_recorded)
{
	struct world w;
	struct lx_user_regs regs;
	struct plat_event ev;
	int64_t result = 0;

	begin(&w);
	EXPECT_TRUE(fake_script_push_syscall(w.pc, 39, (uint64_t[6]){1, 2, 3, 4, 5, 6}));
	EXPECT_TRUE(fake_script_push_syscall(w.pc, 40, (uint64_t[6]){0}));
	ev = next(&w);
	EXPECT_EQ(ev.why, PLAT_SYSCALL);
	EXPECT_EQ(ev.sys.nr, 39);
	EXPECT_EQ(ev.sys.args[3], 4);
	EXPECT_EQ(ops->get_regs(w.pc, &regs), 0);
	EXPECT_EQ(regs.orig_rax, 39);
	EXPECT_EQ(regs.r10, 4);
	ops->set_result(w.pc, 100);
	EXPECT_EQ(next(&w).sys.nr, 40);
	ops->set_result(w.pc, -2);
	EXPECT_EQ(fake_result_count(w.pc), 2);
	EXPECT_TRUE(fake_result(w.pc, 1, &result));
	EXPECT_EQ(result, -2);
	EXPECT_FALSE(fake_result(w.pc, 2, &result));
	end(&w);
}

static bool count_down(void *arg, struct pcontext *pc UNUSED, struct plat_event *ret)
{
	int *left = arg;

	if (*left == 0)
		return false;
	ret->why = PLAT_SYSCALL;
	ret->sys.nr = (uint64_t)(*left)--;
	return true;
}

TEST(player_is_asked_when_the_script_is_empty)
{
	struct world w;
	int left = 2;

	begin(&w);
	fake_set_player(w.p, count_down, &left);
	EXPECT_TRUE(fake_script_push_syscall(w.pc, 39, (uint64_t[6]){0}));
	EXPECT_EQ(next(&w).sys.nr, 39);
	EXPECT_EQ(next(&w).sys.nr, 2);
	EXPECT_EQ(next(&w).sys.nr, 1);
	ops->context_interrupt(w.pc);
	EXPECT_EQ(next(&w).why, PLAT_INTERRUPTED);
	end(&w);
}

/* Posted before each switch: what wakes it comes then, and nothing before. */
static sem_t switching;

static void *push_and_kick(void *arg)
{
	struct world *w = arg;

	sem_wait(&switching);
	if (!fake_script_push_syscall(w->pc, 1, (uint64_t[6]){0}))
		abort();
	sem_wait(&switching);
	ops->context_interrupt(w->pc);
	sem_wait(&switching);
	fake_kill(w->as);
	return NULL;
}

TEST(blocked_switch_is_woken_by_push_kick_and_death)
{
	struct world w;
	pthread_t thread;
	char c;

	begin(&w);
	EXPECT_EQ(map(&w, AT, 4096, PROT_READ, MAP_PRIVATE, -1), 0);
	EXPECT_EQ(sem_init(&switching, 0, 0), 0);
	EXPECT_EQ(pthread_create(&thread, NULL, push_and_kick, &w), 0);
	sem_post(&switching);
	EXPECT_EQ(next(&w).why, PLAT_SYSCALL);
	sem_post(&switching);
	EXPECT_EQ(next(&w).why, PLAT_INTERRUPTED);
	sem_post(&switching);
	EXPECT_EQ(next(&w).why, PLAT_GONE);
	pthread_join(thread, NULL);
	sem_destroy(&switching);
	EXPECT_EQ(next(&w).why, PLAT_GONE);
	EXPECT_EQ(get(&w, AT, &c, 1), -ESRCH);
	EXPECT_EQ(map(&w, AT, 4096, PROT_READ, MAP_PRIVATE, -1), -ESRCH);
	end(&w);
}

TEST(access_honours_holes_and_protection)
{
	struct world w;
	char buf[8192];

	begin(&w);
	EXPECT_EQ(map(&w, AT, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, -1), 0);
	EXPECT_EQ(put(&w, AT + 4094, "four"), 4);
	EXPECT_EQ(get(&w, AT + 4094, buf, 4), 4);
	EXPECT_MEMEQ(buf, "four", 4);
	EXPECT_EQ(command(&w, (struct plat_cmd){.op = PLAT_PROTECT,
						.addr = AT + 4096,
						.len = 4096,
						.prot = PROT_READ}),
		  0);
	EXPECT_EQ(put(&w, AT + 4094, "FOUR"), 2);
	EXPECT_EQ(put(&w, AT + 4096, "x"), -EFAULT);
	EXPECT_EQ(command(&w, (struct plat_cmd){.op = PLAT_UNMAP, .addr = AT + 4096, .len = 4096}),
		  0);
	EXPECT_EQ(get(&w, AT, buf, 8192), 4096);
	EXPECT_EQ(get(&w, AT + 8192, buf, 8192), 4096);
	EXPECT_EQ(get(&w, PLAT_GUEST_TOP, buf, 1), -EFAULT);
	EXPECT_EQ(get(&w, UINT64_MAX - 1, buf, 100), -EFAULT);
	end(&w);
}

TEST(commands_refuse_what_is_not_the_guests)
{
	struct world w;

	begin(&w);
	EXPECT_EQ(map(&w, PLAT_GUEST_TOP, 4096, PROT_READ, MAP_PRIVATE, -1), -EINVAL);
	EXPECT_EQ(map(&w, AT + 1, 4096, PROT_READ, MAP_PRIVATE, -1), -EINVAL);
	EXPECT_EQ(map(&w, AT, 0, PROT_READ, MAP_PRIVATE, -1), -EINVAL);
	EXPECT_EQ(map(&w, AT, UINT64_MAX, PROT_READ, MAP_PRIVATE, -1), -EINVAL);
	EXPECT_EQ(command(&w, (struct plat_cmd){.op = PLAT_PROTECT, .addr = AT, .len = 4096}),
		  -ENOMEM);
	EXPECT_EQ(command(&w, (struct plat_cmd){.op = PLAT_MOVE,
						.addr = AT,
						.len = 4096,
						.new_addr = 2 * AT,
						.new_len = 1}),
		  -EFAULT);
	end(&w);
}

TEST(move_and_resize_keep_the_bytes)
{
	struct world w;
	char c = 0;

	begin(&w);
	EXPECT_EQ(map(&w, AT, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, -1), 0);
	EXPECT_EQ(put(&w, AT + 4096, "m"), 1);
	EXPECT_EQ(command(&w, (struct plat_cmd){.op = PLAT_MOVE,
						.addr = AT + 4096,
						.len = 4096,
						.new_addr = 2 * AT,
						.new_len = 16384}),
		  0);
	EXPECT_EQ(get(&w, AT + 4096, &c, 1), -EFAULT);
	EXPECT_EQ(get(&w, 2 * AT, &c, 1), 1);
	EXPECT_EQ(c, 'm');
	EXPECT_EQ(get(&w, 2 * AT + 16383, &c, 1), 1);
	EXPECT_EQ(c, 0);
	/* In place: not over a neighbour. */
	EXPECT_EQ(command(&w, (struct plat_cmd){.op = PLAT_MOVE,
						.addr = AT,
						.len = 4096,
						.new_addr = AT,
						.new_len = 3 * 4096}),
		  -ENOMEM);
	EXPECT_EQ(command(&w, (struct plat_cmd){.op = PLAT_MOVE,
						.addr = AT,
						.len = 4096,
						.new_addr = AT,
						.new_len = 2 * 4096}),
		  0);
	end(&w);
}

TEST(fork_copies_private_and_shares_shared)
{
	struct world w, child;
	char c = 0;

	begin(&w);
	child = w;
	EXPECT_EQ(map(&w, AT, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, -1), 0);
	EXPECT_EQ(map(&w, 2 * AT, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, -1), 0);
	EXPECT_EQ(map(&w, 3 * AT, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, -1), 0);
	EXPECT_EQ(command(&w, (struct plat_cmd){.op = PLAT_ADVISE,
						.addr = 3 * AT,
						.len = 4096,
						.flags = MADV_DONTFORK}),
		  0);
	EXPECT_EQ(put(&w, AT, "p"), 1);
	EXPECT_EQ(ops->aspace_fork(w.pc, &child.as), 0);
	EXPECT_EQ(put(&child, AT, "c"), 1);
	EXPECT_EQ(put(&child, 2 * AT, "s"), 1);
	EXPECT_EQ(get(&w, AT, &c, 1), 1);
	EXPECT_EQ(c, 'p');
	EXPECT_EQ(get(&w, 2 * AT, &c, 1), 1);
	EXPECT_EQ(c, 's');
	EXPECT_EQ(get(&child, 3 * AT, &c, 1), -EFAULT);
	ops->aspace_free(child.as);
	end(&w);
}

TEST(file_mappings_are_the_file_and_end_with_it)
{
	struct world w;
	int fd = memfd_create("test", MFD_CLOEXEC);
	uint32_t old = 0;
	char buf[6] = {0};

	begin(&w);
	EXPECT_EQ(write(fd, "hello", 5), 5);
	EXPECT_EQ(map(&w, AT, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd), 0);
	EXPECT_EQ(map(&w, 2 * AT, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd), 0);
	EXPECT_EQ(put(&w, 2 * AT, "H"), 1);
	EXPECT_EQ(put(&w, AT + 1, "E"), 1);
	EXPECT_EQ(pread(fd, buf, 5, 0), 5);
	EXPECT_STREQ(buf, "hEllo");
	EXPECT_EQ(get(&w, AT + 4096, buf, 1), -EFAULT);
	EXPECT_EQ(ops->cmpxchg32(w.pc, AT + 4096, 0, 1, &old), -EFAULT);
	EXPECT_EQ(ftruncate(fd, 0), 0);
	EXPECT_EQ(get(&w, AT, buf, 1), -EFAULT);
	close(fd);
	end(&w);
}

TEST(dontneed_zeroes_private_memory)
{
	struct world w;
	char c = 1;

	begin(&w);
	EXPECT_EQ(map(&w, AT, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, -1), 0);
	EXPECT_EQ(put(&w, AT, "x"), 1);
	EXPECT_EQ(command(&w, (struct plat_cmd){.op = PLAT_ADVISE,
						.addr = AT,
						.len = 4096,
						.flags = MADV_DONTNEED}),
		  0);
	EXPECT_EQ(get(&w, AT, &c, 1), 1);
	EXPECT_EQ(c, 0);
	end(&w);
}

TEST(compare_exchange_stores_only_what_was_expected)
{
	struct world w;
	uint32_t old = 1;

	begin(&w);
	EXPECT_EQ(map(&w, AT, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, -1), 0);
	EXPECT_EQ(ops->cmpxchg32(w.pc, AT, 0, 7, &old), 0);
	EXPECT_EQ(old, 0);
	EXPECT_EQ(ops->cmpxchg32(w.pc, AT, 0, 8, &old), 0);
	EXPECT_EQ(old, 7);
	EXPECT_EQ(ops->cmpxchg32(w.pc, AT + 2, 0, 8, &old), -EFAULT);
	EXPECT_EQ(ops->cmpxchg32(w.pc, 2 * AT, 0, 8, &old), -EFAULT);
	end(&w);
}

TEST(context_move_leaves_the_old_memory)
{
	struct world w;
	struct aspace *old;
	char c;

	begin(&w);
	old = w.as;
	EXPECT_EQ(map(&w, AT, 4096, PROT_READ, MAP_PRIVATE, -1), 0);
	EXPECT_EQ(ops->aspace_new(w.p, &w.as), 0);
	EXPECT_EQ(ops->context_move(w.pc, w.as), 0);
	ops->aspace_free(old);
	EXPECT_EQ(get(&w, AT, &c, 1), -EFAULT);
	end(&w);
}

TEST_MAIN()
