/* SPDX-License-Identifier: Apache-2.0 */
#include "sentry/ipc/futex/test_peers.h"

struct world w;
uint64_t mem;
struct peer peers[PEERS];

static bool peer_interrupted(struct ctx *ctx)
{
	return atomic_load(&container_of(ctx, struct peer, ctx)->signal);
}

static bool peer_killed(struct ctx *ctx UNUSED)
{
	return false;
}

static const struct ctx_ops peer_ops = {.interrupted = peer_interrupted, .killed = peer_killed};

void begin(void)
{
	int64_t at;

	world_begin(&w, 1000);
	at = world_map(&w, 0, 2 * PAGE, RW, ANON);
	EXPECT_TRUE(at > 0);
	mem = (uint64_t)at;
	for (int i = 0; i < PEERS; i++) {
		struct peer *p = &peers[i];

		memset(p, 0, sizeof(*p));
		ctx_init(&p->ctx, &peer_ops);
		p->ctx.tid = p->ctx.tgid = 100 + i;
		p->index = i;
		EXPECT_EQ(mm_platform(w.mm)->context_new(mm_aspace(w.mm), w.ctx.pc, &p->ctx.pc), 0);
		EXPECT_EQ(mm_platform(w.mm)->context_attach(p->ctx.pc), 0);
	}
}

void end(void)
{
	for (int i = 0; i < PEERS; i++)
		mm_platform(w.mm)->context_free(peers[i].ctx.pc);
	world_end(&w);
}

struct futex_word word(uint64_t off)
{
	return (struct futex_word){.mm = w.mm, .addr = uaddr(mem + off), .scope = FUTEX_PRIVATE};
}

void put32(uint64_t off, uint32_t v)
{
	EXPECT_EQ(copy_out(w.mm, uaddr(mem + off), &v, sizeof(v)), 0);
}

void put64(uint64_t off, uint64_t v)
{
	EXPECT_EQ(copy_out(w.mm, uaddr(mem + off), &v, sizeof(v)), 0);
}

uint32_t get32(uint64_t off)
{
	uint32_t v = 0;

	EXPECT_EQ(load_u32(w.mm, uaddr(mem + off), &v), 0);
	return v;
}

int wait_on(struct peer *p, uint64_t off, uint32_t val, int64_t timeout_ns)
{
	struct futex_word at = word(off);
	struct futex_deadline until = FUTEX_NO_DEADLINE;

	if (timeout_ns >= 0)
		until.at_ns = clock_monotonic_ns() + timeout_ns;
	return futex_wait(&p->ctx, &at, val, LX_FUTEX_BITSET_MATCH_ANY, until);
}

int wake(uint64_t off, int n)
{
	struct futex_word at = word(off);

	return futex_wake(&at, n, LX_FUTEX_BITSET_MATCH_ANY);
}

uint32_t swap(struct peer *p, uint64_t off, uint32_t expect, uint32_t value)
{
	uint32_t old = 0;

	EXPECT_EQ(cmpxchg_u32(w.mm, &p->ctx, uaddr(mem + off), expect, value, &old), 0);
	return old;
}

void start(void *(*fn)(void *), int n)
{
	for (int i = 0; i < n; i++)
		EXPECT_EQ(pthread_create(&peers[i].id, NULL, fn, &peers[i]), 0);
}

void join(int n)
{
	for (int i = 0; i < n; i++)
		EXPECT_EQ(pthread_join(peers[i].id, NULL), 0);
}
