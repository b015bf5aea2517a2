/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A timer that counts its expirations until somebody reads them. States:
 *
 *	disarmed --timerfd_set--> armed --fire--> expired
 *	expired --read, get, set--> armed (periodic) or disarmed
 *
 * A periodic timer is not run at each period: it fires once, and the periods that went by are
 * counted when somebody looks. A timer that nobody reads therefore costs nothing.
 *
 * `expires` is a time on `clock`; the monotonic deadline of the ktimer is computed from it when it
 * is armed, and `fire` looks again. A function that was already under way when the setting changed
 * finds a later `expires` or a timer that is not armed, and does no harm.
 *
 * Differs: if the host's clock is set forward, an absolute real-time timer fires late, by its old
 * deadline; LX_TFD_TIMER_CANCEL_ON_SET is accepted, but as nobody in the sandbox can set the clock,
 * nothing is ever cancelled.
 */
#include "sentry/fs/timerfd/timerfd.h"

#include <errno.h>

#include "abi/capability.h"
#include "abi/poll.h"
#include "abi/time.h"
#include "base/check.h"
#include "base/checked.h"
#include "base/strbuf.h"
#include "sentry/core/alloc.h"
#include "sentry/core/clock.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/core/waitq.h"
#include "sentry/mm/uaccess.h"
#include "sentry/vfs/file.h"

_Static_assert(LX_TFD_NONBLOCK == LX_O_NONBLOCK && LX_TFD_CLOEXEC == LX_O_CLOEXEC,
	       "timerfd_create(2) flags are open(2)'s");

enum timerfd_state { TIMERFD_DISARMED, TIMERFD_ARMED, TIMERFD_EXPIRED };

/* Key: [I]; [l] lock */
struct timerfd {
	struct lock lock;         /* RANK_FILE */
	int clock_id;             /* [I] as created */
	int clock;                /* [l] what expires counts on: relative real time is monotonic */
	enum timerfd_state state; /* [l] */
	int64_t expires_ns;       /* [l] on clock; of the first period that was not counted */
	int64_t interval_ns;      /* [l] 0: once */
	uint64_t ticks; /* [l] expirations not read; in EXPIRED without those that nobody has
			   counted yet */
	unsigned settime_flags; /* [l] for fdinfo */
	struct ktimer timer;
	struct waitq wq;
};

static SLAB_DEFINE(timerfd_slab, struct timerfd);

static struct timerfd *timerfd_of(struct file *f)
{
	return f->priv;
}

/* ---- time ---- */

static int64_t now_on(int clock)
{
	int64_t ns = 0;

	check(clock_read(clock, &ns) == 0);
	return ns;
}

static void arm(struct timerfd *t) REQUIRES(t->lock);
static void arm(struct timerfd *t)
{
	int64_t left, deadline;

	if (!sub_ok(t->expires_ns, now_on(t->clock), &left) ||
	    !add_ok(clock_monotonic_ns(), left, &deadline))
		deadline = INT64_MAX;
	t->state = TIMERFD_ARMED;
	ktimer_set(&t->timer, deadline);
}

static void fire(struct ktimer *kt)
{
	struct timerfd *t = container_of(kt, struct timerfd, timer);

	lock_acquire(&t->lock);
	if (t->state == TIMERFD_ARMED) {
		if (now_on(t->clock) < t->expires_ns) {
			arm(t);
		} else {
			t->state = TIMERFD_EXPIRED;
			t->ticks++;
			waitq_wake(&t->wq, LX_POLLIN);
		}
	}
	lock_release(&t->lock);
}

/* Count the periods that went by since the timer fired, and let it run again. */
static void catch_up(struct timerfd *t) REQUIRES(t->lock);
static void catch_up(struct timerfd *t)
{
	int64_t late, missed;

	if (t->state != TIMERFD_EXPIRED)
		return;
	t->state = TIMERFD_DISARMED;
	if (t->interval_ns == 0)
		return;
	late = MAX(now_on(t->clock) - t->expires_ns, (int64_t)0);
	missed = late / t->interval_ns;
	t->ticks += (uint64_t)missed;
	/* (missed + 1) * interval is at most late + interval */
	if (!add_ok(t->expires_ns, missed * t->interval_ns, &t->expires_ns) ||
	    !add_ok(t->expires_ns, t->interval_ns, &t->expires_ns))
		t->expires_ns = INT64_MAX;
	arm(t);
}

static void get_setting(struct timerfd *t, struct timerfd_setting *ret) REQUIRES(t->lock);
static void get_setting(struct timerfd *t, struct timerfd_setting *ret)
{
	ret->interval_ns = t->interval_ns;
	ret->value_ns = 0;
	if (t->state == TIMERFD_ARMED)
		ret->value_ns = MAX(t->expires_ns - now_on(t->clock),
				    (int64_t)1); /* 0 would say disarmed */
}

/* ---- the file ---- */

static uint64_t take_ticks(struct timerfd *t)
{
	uint64_t n;

	GUARD(&t->lock);
	if (t->ticks == 0)
		return 0;
	catch_up(t);
	n = t->ticks;
	t->ticks = 0;
	return n;
}

static int wait_and_take(struct ctx *ctx, struct file *f, uint64_t *ret)
{
	struct timerfd *t = timerfd_of(f);
	struct waiter w;
	int r = 0;

	*ret = take_ticks(t);
	if (*ret != 0)
		return 0;
	if (file_nonblocking(f))
		return -EAGAIN;
	waiter_init(&w, ctx, LX_POLLIN);
	waitq_add(&t->wq, &w);
	while (r == 0 && (*ret = take_ticks(t)) == 0)
		r = ctx_block(ctx, CTX_FOREVER);
	waitq_del(&w);
	return r;
}

static ssize_t timerfd_read(struct ctx *ctx, struct file *f, struct uio *dst, int64_t pos UNUSED)
{
	uint64_t n;
	ssize_t put;
	int r;

	if (dst->resid < sizeof(n))
		return -EINVAL;
	r = wait_and_take(ctx, f, &n);
	if (r < 0)
		return r;
	put = uio_put(dst, &n, sizeof(n));
	return put == sizeof(n) ? put : -EFAULT;
}

static int64_t timerfd_seek(struct ctx *ctx UNUSED, struct file *f UNUSED, int64_t off UNUSED,
			    int whence UNUSED)
{
	return 0;
}

static uint32_t timerfd_poll(struct file *f)
{
	struct timerfd *t = timerfd_of(f);

	GUARD(&t->lock);
	return t->ticks > 0 ? LX_POLLIN : 0;
}

static struct waitq *timerfd_waitq(struct file *f)
{
	return &timerfd_of(f)->wq;
}

/* Restoring a checkpoint sets the count from outside. */
static int set_ticks(struct timerfd *t, struct mm *mm, uint64_t arg)
{
	uint64_t ticks;
	int r = copy_in(mm, &ticks, uaddr(arg), sizeof(ticks));

	if (r < 0)
		return r;
	if (ticks == 0)
		return -EINVAL;
	GUARD(&t->lock);
	t->ticks = ticks;
	waitq_wake(&t->wq, LX_POLLIN);
	return 0;
}

static long timerfd_ioctl(struct ctx *ctx UNUSED, struct file *f, struct mm *mm, unsigned cmd,
			  uint64_t arg)
{
	return cmd == LX_TFD_IOC_SET_TICKS ? set_ticks(timerfd_of(f), mm, arg) : -ENOTTY;
}

static void show_time(struct strbuf *sb, const char *name, int64_t ns)
{
	struct lx_timespec ts = ns_to_timespec(ns);

	strbuf_addf(sb, "%s: (%lld, %lld)\n", name, (long long)ts.tv_sec, (long long)ts.tv_nsec);
}

static void timerfd_show(struct file *f, struct strbuf *sb)
{
	struct timerfd *t = timerfd_of(f);
	struct timerfd_setting s;
	unsigned flags;
	uint64_t ticks;

	lock_acquire(&t->lock);
	get_setting(t, &s);
	flags = t->settime_flags;
	ticks = t->ticks;
	lock_release(&t->lock);
	strbuf_addf(sb, "clockid: %d\nticks: %llu\nsettime flags: 0%o\n", t->clock_id,
		    (unsigned long long)ticks, flags);
	show_time(sb, "it_value", s.value_ns);
	show_time(sb, "it_interval", s.interval_ns);
}

static void timerfd_free(struct timerfd *t)
{
	ktimer_cancel_sync(&t->timer);
	waitq_fini(&t->wq);
	lock_fini(&t->lock);
	slab_free(&timerfd_slab, t);
}

static void timerfd_release(struct file *f)
{
	timerfd_free(timerfd_of(f));
}

static const struct file_ops timerfd_ops = {
	.read = timerfd_read,
	.seek = timerfd_seek,
	.poll = timerfd_poll,
	.waitq = timerfd_waitq,
	.ioctl = timerfd_ioctl,
	.show_fdinfo = timerfd_show,
	.release = timerfd_release,
};

/* ---- making and setting ---- */

/* -EINVAL: a clock that timers do not run on. Alarms would wake a sleeping host; here they are as
 * the clocks without. */
static int base_clock(int clock, int *ret)
{
	switch (clock) {
	case LX_CLOCK_REALTIME:
	case LX_CLOCK_REALTIME_ALARM:
		*ret = LX_CLOCK_REALTIME;
		return 0;
	case LX_CLOCK_BOOTTIME:
	case LX_CLOCK_BOOTTIME_ALARM:
		*ret = LX_CLOCK_BOOTTIME;
		return 0;
	case LX_CLOCK_MONOTONIC:
		*ret = LX_CLOCK_MONOTONIC;
		return 0;
	default:
		return -EINVAL;
	}
}

static int check_alarm(struct ctx *ctx, int clock)
{
	bool alarm = clock == LX_CLOCK_REALTIME_ALARM || clock == LX_CLOCK_BOOTTIME_ALARM;

	return alarm && !cred_capable(ctx->cred, LX_CAP_WAKE_ALARM) ? -EPERM : 0;
}

int timerfd_new(struct ctx *ctx, int clock, unsigned flags, struct file **ret)
{
	struct timerfd *t;
	int base, r;

	if (flags & ~(unsigned)(LX_TFD_CLOEXEC | LX_TFD_NONBLOCK))
		return -EINVAL;
	r = base_clock(clock, &base);
	if (r == 0)
		r = check_alarm(ctx, clock);
	if (r < 0)
		return r;
	t = slab_alloc(&timerfd_slab);
	if (!t)
		return -ENOMEM;
	lock_init(&t->lock, RANK_FILE, "timerfd");
	waitq_init(&t->wq);
	ktimer_init(&t->timer, fire);
	t->clock_id = clock;
	t->clock = base;
	r = file_new_anon("timerfd", NULL, &timerfd_ops, FILE_STREAM,
			  LX_O_RDWR | (flags & LX_TFD_NONBLOCK), t, ret);
	if (r < 0)
		timerfd_free(t);
	return r;
}

static void start(struct timerfd *t, unsigned flags, const struct timerfd_setting *s)
	REQUIRES(t->lock);
static void start(struct timerfd *t, unsigned flags, const struct timerfd_setting *s)
{
	int64_t now;

	check(base_clock(t->clock_id, &t->clock) == 0);
	t->expires_ns = s->value_ns;
	if (!(flags & LX_TFD_TIMER_ABSTIME)) {
		if (t->clock == LX_CLOCK_REALTIME)
			t->clock = LX_CLOCK_MONOTONIC; /* setting the clock does not change a
							  duration */
		now = now_on(t->clock);
		if (!add_ok(now, s->value_ns, &t->expires_ns))
			t->expires_ns = INT64_MAX;
	}
	arm(t);
}

int timerfd_set(struct ctx *ctx, struct file *f, unsigned flags, const struct timerfd_setting *s,
		struct timerfd_setting *ret_old)
{
	struct timerfd *t;
	int r;

	if ((flags & ~(unsigned)(LX_TFD_TIMER_ABSTIME | LX_TFD_TIMER_CANCEL_ON_SET)) ||
	    f->ops != &timerfd_ops)
		return -EINVAL;
	t = timerfd_of(f);
	r = check_alarm(ctx, t->clock_id);
	if (r < 0)
		return r;
	GUARD(&t->lock);
	ktimer_cancel(&t->timer);
	catch_up(t);
	get_setting(t, ret_old);
	ktimer_cancel(&t->timer);
	t->state = TIMERFD_DISARMED;
	t->ticks = 0;
	t->interval_ns = s->interval_ns;
	t->settime_flags = flags;
	if (s->value_ns != 0)
		start(t, flags, s);
	return 0;
}

int timerfd_get(struct file *f, struct timerfd_setting *ret)
{
	struct timerfd *t;

	if (f->ops != &timerfd_ops)
		return -EINVAL;
	t = timerfd_of(f);
	GUARD(&t->lock);
	if (t->interval_ns != 0)
		catch_up(t);
	get_setting(t, ret);
	return 0;
}
