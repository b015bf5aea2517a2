/* SPDX-License-Identifier: Apache-2.0 */
/* Who asks and who answers: every ask gets its own answer, whatever comes in between. */
#include <pthread.h>

#include "base/test.h"
#include "abi/errno.h"
#include "abi/poll.h"
#include "sentry/core/alloc.h"
#include "sentry/mm/test_world.h"
#include "sentry/seccomp/seccomp_priv.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/file.h"

#define ASKERS 4
#define ROUNDS 1500

/* A guest thread whose calls a supervisor decides. */
struct asker {
	struct ctx ctx;
	struct limits limits;
	_Atomic bool signal;
	struct fdtable *fds;
	pthread_t thread;
	long answer; /* of the last ask, or what ended it */
	bool went_on;
	int wrong, interrupted;
};

static struct world w;
static uint64_t mem; /* one page per supervisor */
static struct seccomp_filter *filter;
static struct file *listener;
static struct asker askers[ASKERS];

static bool has_signal(struct ctx *ctx)
{
	return atomic_load(&container_of(ctx, struct asker, ctx)->signal);
}

static bool never(struct ctx *ctx UNUSED)
{
	return false;
}

static const struct ctx_ops ops = {.interrupted = has_signal, .killed = never};

static void begin(unsigned flags)
{
	struct lx_sock_filter code = {.code = LX_BPF_RET, .k = LX_SECCOMP_RET_USER_NOTIF};
	struct seccomp_program p = {.code = &code, .ninsns = 1, .flags = flags};

	world_begin(&w, 0);
	w.ctx.ops = &ctx_kernel_ops;
	mem = (uint64_t)world_map(&w, 0, 4 * PAGE, RW, ANON);
	EXPECT_EQ(seccomp_filter_new(&p, &filter), 0);
	EXPECT_EQ(seccomp_listener_new(filter, &listener), 0);
	for (int i = 0; i < ASKERS; i++) {
		struct asker *a = &askers[i];

		*a = (struct asker){.fds = fdtable_new()};
		ctx_init(&a->ctx, &ops);
		limits_init(&a->limits);
		a->ctx.limits = &a->limits;
		a->ctx.tid = 100 + i;
		EXPECT_TRUE(a->fds != NULL);
	}
}

static void end(void)
{
	for (int i = 0; i < ASKERS; i++)
		fdtable_put(askers[i].fds, &askers[i].ctx);
	file_put(listener);
	seccomp_filter_drop(filter);
	world_end(&w);
}

/* What the vfs keeps for ever is there after the first time. */
static void expect_no_leaks(void)
{
	static uint64_t kept;

	if (!kept)
		kept = arena_leaks_log();
	EXPECT_EQ(arena_leaks_log(), kept);
}

static void *ask_once(void *arg)
{
	struct asker *a = arg;
	struct lx_seccomp_data call = {.nr = 39, .args = {(uint64_t)a->ctx.tid}};
	struct seccomp_answer answer;
	int r = seccomp_ask(&a->ctx, a->fds, filter, &call, &answer);

	a->answer = r < 0 ? r : answer.value;
	a->went_on = r == 0 && answer.go_on;
	return NULL;
}

static void start(struct asker *a, void *(*fn)(void *))
{
	EXPECT_EQ(pthread_create(&a->thread, NULL, fn, a), 0);
}

static void join(struct asker *a)
{
	EXPECT_EQ(pthread_join(a->thread, NULL), 0);
}

static long request(struct ctx *ctx, unsigned cmd, uint64_t at)
{
	if (seccomp_is_addfd(listener, cmd))
		return seccomp_addfd(ctx, listener, w.mm, askers[0].fds, cmd, at);
	return file_ioctl(ctx, listener, w.mm, cmd, at);
}

static int receive(struct ctx *ctx, uint64_t at, struct lx_seccomp_notif *ret)
{
	int r;

	memset(ret, 0, sizeof(*ret));
	if (copy_out(w.mm, uaddr(at), ret, sizeof(*ret)) < 0)
		return -EFAULT;
	r = (int)request(ctx, LX_SECCOMP_IOCTL_NOTIF_RECV, at);
	return r < 0 ? r : copy_in(w.mm, ret, uaddr(at), sizeof(*ret));
}

static int answer(struct ctx *ctx, uint64_t at, const struct lx_seccomp_notif_resp *resp)
{
	int r = copy_out(w.mm, uaddr(at), resp, sizeof(*resp));

	return r < 0 ? r : (int)request(ctx, LX_SECCOMP_IOCTL_NOTIF_SEND, at);
}

TEST(an_ask_is_received_and_answered_once)
{
	struct lx_seccomp_notif n;
	struct lx_seccomp_notif_resp resp = {.val = 77};

	begin(0);
	EXPECT_EQ(file_poll(listener), 0);
	start(&askers[0], ask_once);
	EXPECT_EQ(receive(&w.ctx, mem, &n), 0);
	EXPECT_EQ(n.pid, 100);
	EXPECT_EQ(n.data.args[0], 100);
	EXPECT_EQ(file_poll(listener), LX_POLLOUT | LX_POLLWRNORM);
	resp.id = n.id;
	EXPECT_EQ(answer(&w.ctx, mem, &resp), 0);
	join(&askers[0]);
	EXPECT_EQ(askers[0].answer, 77);
	EXPECT_FALSE(askers[0].went_on);
	EXPECT_ERR(answer(&w.ctx, mem, &resp), ENOENT);
	end();
	expect_no_leaks();
}

TEST(who_asks_nobody_is_told_that_there_is_no_such_call)
{
	begin(0);
	file_put(listener);
	ask_once(&askers[0]);
	EXPECT_EQ(askers[0].answer, -ENOSYS);
	listener = NULL;
	end();
}

TEST(closing_the_file_ends_all_asks)
{
	struct lx_seccomp_notif n;

	begin(0);
	start(&askers[0], ask_once);
	start(&askers[1], ask_once);
	EXPECT_EQ(receive(&w.ctx, mem, &n), 0);
	file_put(listener);
	listener = NULL;
	join(&askers[0]);
	join(&askers[1]);
	EXPECT_EQ(askers[0].answer, -ENOSYS);
	EXPECT_EQ(askers[1].answer, -ENOSYS);
	end();
}

TEST(a_notification_that_cannot_be_delivered_is_not_lost)
{
	struct lx_seccomp_notif n, zero = {0};
	struct lx_seccomp_notif_resp resp = {.flags = LX_SECCOMP_USER_NOTIF_FLAG_CONTINUE};

	begin(0);
	start(&askers[0], ask_once);
	EXPECT_EQ(copy_out(w.mm, uaddr(mem), &zero, sizeof(zero)), 0);
	EXPECT_EQ(mm_protect(w.mm, &w.ctx, uaddr(mem), PAGE, LX_PROT_READ), 0);
	EXPECT_ERR(request(&w.ctx, LX_SECCOMP_IOCTL_NOTIF_RECV, mem), EFAULT);
	EXPECT_EQ(receive(&w.ctx, mem + PAGE, &n), 0);
	resp.id = n.id;
	EXPECT_EQ(answer(&w.ctx, mem + PAGE, &resp), 0);
	join(&askers[0]);
	EXPECT_TRUE(askers[0].went_on);
	end();
}

TEST(a_filter_without_users_hangs_up)
{
	struct lx_seccomp_notif n;

	begin(0);
	seccomp_filter_drop(filter);
	filter = NULL;
	EXPECT_EQ(file_poll(listener), LX_POLLHUP);
	EXPECT_ERR(receive(&w.ctx, mem, &n), ENOENT);
	end();
	expect_no_leaks();
}

/* ---- many at once ---- */

static void *ask_much(void *arg)
{
	struct asker *a = arg;

	for (int i = 0; i < ROUNDS; i++) {
		ask_once(a);
		if (a->answer == -LX_ERESTARTSYS) {
			a->interrupted++;
			atomic_store(&a->signal, false);
		} else if (a->answer != 2 * a->ctx.tid && a->answer != 0) {
			a->wrong++; /* 0: the descriptor that it was given */
		}
	}
	return NULL;
}

struct supervisor {
	struct ctx ctx;
	uint64_t at;
	pthread_t thread;
	int wrong;
};

/* ESRCH: the asker was interrupted while a descriptor was on its way to it, as on Linux. */
static bool is_expected(long r)
{
	return r >= 0 || r == -ENOENT || r == -EINPROGRESS || r == -EBUSY || r == -ESRCH;
}

/* A descriptor that replaces number 0, as the answer. */
static long give(struct supervisor *s, uint64_t id)
{
	struct lx_seccomp_notif_addfd add = {
		.id = id,
		.flags = LX_SECCOMP_ADDFD_FLAG_SETFD | LX_SECCOMP_ADDFD_FLAG_SEND,
	};
	int r = copy_out(w.mm, uaddr(s->at), &add, sizeof(add));

	return r < 0 ? r : request(&s->ctx, LX_SECCOMP_IOCTL_NOTIF_ADDFD, s->at);
}

static void *answer_much(void *arg)
{
	struct supervisor *s = arg;
	struct lx_seccomp_notif n;

	for (int round = 0;; round++) {
		long r = receive(&s->ctx, s->at, &n);

		if (r == -ENOENT && ref_read(&filter->acting) == 0)
			return NULL;
		if (r == 0 && round % 5 == 0) {
			r = give(s, n.id);
		} else if (r == 0) {
			struct lx_seccomp_notif_resp resp = {.id = n.id, .val = 2 * n.pid};

			r = answer(&s->ctx, s->at, &resp);
		}
		s->wrong += !is_expected(r);
		if (round % 7 == 0) {
			struct asker *a = &askers[round / 7 % ASKERS];

			atomic_store(&a->signal, true);
			ctx_wake(&a->ctx);
		}
	}
}

TEST(every_ask_gets_its_own_answer)
{
	struct supervisor s[2];

	begin(0);
	EXPECT_EQ(fdtable_install_at(askers[0].fds, &askers[0].ctx, file_get(listener), 0, false),
		  0);
	for (int i = 0; i < 2; i++) {
		s[i] = (struct supervisor){.at = mem + (uint64_t)i * PAGE};
		ctx_init(&s[i].ctx, &ctx_kernel_ops);
		EXPECT_EQ(pthread_create(&s[i].thread, NULL, answer_much, &s[i]), 0);
	}
	for (int i = 0; i < ASKERS; i++)
		start(&askers[i], ask_much);
	for (int i = 0; i < ASKERS; i++) {
		join(&askers[i]);
		EXPECT_EQ(askers[i].wrong, 0);
	}
	ref_get(&filter->ref); /* the test looks at it until the end */
	seccomp_filter_drop(filter);
	for (int i = 0; i < 2; i++) {
		EXPECT_EQ(pthread_join(s[i].thread, NULL), 0);
		EXPECT_EQ(s[i].wrong, 0);
	}
	seccomp_filter_put(filter);
	filter = NULL;
	end();
	expect_no_leaks();
}

TEST_MAIN()
