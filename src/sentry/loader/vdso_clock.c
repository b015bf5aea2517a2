/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest's clock. The host's clock is a line over the time stamp counter, whose slope the host's
 * time keeping bends by a little now and then. We sample it only when somebody asks the kernel for
 * the time, and draw the line from the last sample on:
 *
 *	slope     measured from a sample some seconds old to the last one
 *	reach     how far the line may be followed: as long as the error of the slope cannot grow
 *	          beyond LINE_ERROR_NS, and REACH_MAX_NS at most. A guest that reads behind it
 *	          enters the kernel, and a new line is drawn.
 *
 * So a guest that reads the clock all day enters the kernel four times a second, one that sleeps
 * costs nothing, and nothing ticks.
 *
 * Invariants: (1) a line starts where the host's clock is, or at the end of what the line before it
 * can have told, whichever is later: time does not run backwards; a line that starts ahead of the
 * host has a smaller slope, so that it meets the host's clock again;
 * (2) what the Sentry answers is on the line that stands in the page, or was there when no line
 * stood.
 */
#include <errno.h>

#include "abi/time.h"
#include "base/check.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/loader/vdso_priv.h"

#define LINE_ERROR_NS 500
#define REACH_MAX_NS  250000000
/* The slope is not measured over less than this, and from samples up to twice as old as that. */
#define BASE_MIN_NS 1000000
#define BASE_OLD_NS 8000000000
/*
 * Further from the line than the host's time keeping can have bent it: the counter or the machine
 * has jumped.
 */
#define SURPRISE_NS   1000000
#define SURPRISES_MAX 16
/*
 * Host clocks are slewed by 500 ppm at most: two measurements differ by less than one part in this.
 */
#define SLOPE_CHANGE_MAX 800
/* A line that starts ahead is slowed down by one part in this at most. */
#define SLOW_MAX 1000

#define TRIES     3
#define NARROW_NS 5000

static const int line_clock[VDSO_LINES] = {
	[VDSO_LINE_MONOTONIC] = LX_CLOCK_MONOTONIC,
	[VDSO_LINE_RAW] = LX_CLOCK_MONOTONIC_RAW,
};

static int64_t clock_of(struct vdso_clock *c, int id)
{
	int64_t ns = 0;

	check(c->src->clock(id, &ns) == 0);
	return ns;
}

/* The best of a few: one that was interrupted is wide. */
static struct vdso_sample take_sample(struct vdso_clock *c, int id)
{
	struct vdso_sample best = {.width = UINT64_MAX};
	int tries = c->steady ? TRIES : 1;

	for (int i = 0; i < tries; i++) {
		uint64_t before = c->src->count();
		int64_t ns = clock_of(c, id);
		uint64_t width = c->src->count() - before;

		if (width < best.width)
			best = (struct vdso_sample){
				.count = before + width / 2, .width = width, .ns = ns};
	}
	return best;
}

/* ---- one line ---- */

static void begin(struct vdso_history *h, const struct vdso_sample *s)
{
	h->near = h->far = *s;
	h->begun = true;
}

/* The most that the line can have told anybody before sample s. */
static int64_t told_by(const struct vdso_line *l, const struct vdso_sample *s)
{
	return vdso_line_ns(l, s->count < l->count ? l->max_delta
						   : MIN(s->count - l->count, l->max_delta));
}

/* Is the host where the line says, as far as the line could know? */
static bool is_surprise(const struct vdso_line *l, const struct vdso_sample *s)
{
	uint64_t delta = s->count - l->count;
	int64_t off;

	if (s->count < l->count)
		return true;
	if (delta > 2 * l->max_delta)
		return false;
	off = s->ns - vdso_line_ns(l, delta);
	return off > SURPRISE_NS || off < -SURPRISE_NS;
}

/* ns per count, 32.32; 0: it cannot be told yet. */
static uint64_t measure_slope(const struct vdso_sample *from, const struct vdso_sample *to)
{
	int64_t ns = to->ns - from->ns;
	unsigned __int128 slope;

	if (ns < BASE_MIN_NS || to->count <= from->count)
		return 0;
	slope = ((unsigned __int128)(uint64_t)ns << 32) / (to->count - from->count);
	return slope > UINT32_MAX * 64ull ? 0 : (uint64_t)slope;
}

/* For how many ns a slope between the two is good. */
static int64_t measure_reach(const struct vdso_sample *from, const struct vdso_sample *to,
			     uint64_t slope)
{
	uint64_t error_counts = (from->width + to->width) / 2 + 1;
	int64_t error_ns = (int64_t)(uint64_t)(((unsigned __int128)error_counts * slope) >> 32) + 1;
	__int128 reach = (__int128)(to->ns - from->ns) * LINE_ERROR_NS / error_ns;

	return reach > REACH_MAX_NS ? REACH_MAX_NS : (int64_t)reach;
}

/* A line from s on; max_delta 0 if none can be drawn. */
static struct vdso_line draw(const struct vdso_history *h, const struct vdso_sample *s)
{
	struct vdso_line l = {.count = s->count, .ns = h->floor_ns};
	uint64_t slope = measure_slope(&h->far, s);
	int64_t reach, ahead = h->floor_ns - s->ns;

	if (slope == 0)
		return l;
	reach = measure_reach(&h->far, s, slope);
	if (reach <= 0)
		return l;
	l.max_delta = (uint64_t)(((unsigned __int128)(uint64_t)reach << 32) / slope);
	l.mult = slope - (uint64_t)((unsigned __int128)slope *
				    (uint64_t)MIN(ahead, reach / SLOW_MAX) / (uint64_t)reach);
	return l;
}

static bool slope_jumped(uint64_t before, const struct vdso_line *l)
{
	uint64_t distance = l->mult > before ? l->mult - before : before - l->mult;

	return l->max_delta != 0 && before != 0 && distance > before / SLOPE_CHANGE_MAX;
}

static void grow_old(struct vdso_history *h, const struct vdso_sample *s)
{
	if (s->ns - h->near.ns < BASE_OLD_NS)
		return;
	h->far = h->near;
	h->near = *s;
}

/* After SURPRISES_MAX of them the counter is trusted no more, and the guest asks for everything. */
static struct vdso_line surprise(struct vdso_clock *c, struct vdso_history *h,
				 const struct vdso_sample *s)
{
	if (++c->surprises > SURPRISES_MAX)
		c->steady = false;
	begin(h, s);
	return (struct vdso_line){.count = s->count, .ns = h->floor_ns};
}

static void refresh_line(struct vdso_clock *c, enum vdso_line_kind kind) REQUIRES(c->lock)
{
	struct vdso_history *h = &c->history[kind];
	struct vdso_line old = c->page->line[kind], new;
	struct vdso_sample s = take_sample(c, line_clock[kind]);
	bool surprised = old.max_delta != 0 && is_surprise(&old, &s);

	if (old.max_delta != 0)
		h->floor_ns = MAX(h->floor_ns, told_by(&old, &s));
	h->floor_ns = MAX(h->floor_ns, s.ns);
	if (!h->begun)
		begin(h, &s);
	new = draw(h, &s);
	if (surprised || slope_jumped(old.mult, &new))
		new = surprise(c, h, &s);
	if (!c->steady)
		new.max_delta = 0;
	grow_old(h, &s);
	c->page->line[kind] = new;
}

/* ---- clocks beside MONOTONIC ---- */

/* All five at one moment, as nearly as can be: before and after are MONOTONIC. */
struct looks {
	int64_t before, real, boot, tai, after;
};

static struct looks take_looks(struct vdso_clock *c)
{
	struct looks l;

	for (int i = 0; i < TRIES; i++) {
		l.before = clock_of(c, LX_CLOCK_MONOTONIC);
		l.real = clock_of(c, LX_CLOCK_REALTIME);
		l.boot = clock_of(c, LX_CLOCK_BOOTTIME);
		l.tai = clock_of(c, LX_CLOCK_TAI);
		l.after = clock_of(c, LX_CLOCK_MONOTONIC);
		if (l.after - l.before < NARROW_NS)
			break;
	}
	return l;
}

/*
 * The offset lies within these bounds. It stays as it was if it can: then REALTIME is as steady as
 * MONOTONIC.
 */
static int64_t offset_within(struct vdso_clock *c, int64_t before, int64_t lo, int64_t hi)
{
	return c->offsets_known ? MAX(lo, MIN(before, hi)) : lo + (hi - lo) / 2;
}

static void refresh_offsets(struct vdso_clock *c) REQUIRES(c->lock)
{
	int64_t *off = c->page->offset_ns;
	struct looks l = take_looks(c);
	int64_t leaps = (l.tai - l.real + LX_NSEC_PER_SEC / 2) / LX_NSEC_PER_SEC;
	int64_t real =
		offset_within(c, off[LX_CLOCK_REALTIME], l.real - l.after, l.real - l.before);

	off[LX_CLOCK_BOOTTIME] =
		offset_within(c, off[LX_CLOCK_BOOTTIME], l.boot - l.after, l.boot - l.before);
	off[LX_CLOCK_REALTIME] = real;
	off[LX_CLOCK_REALTIME_COARSE] = real;
	off[LX_CLOCK_TAI] = real + leaps * LX_NSEC_PER_SEC;
	c->offsets_known = true;
}

/* ---- all of it ---- */

/* (C) and (D) of vdso_params.h. The samples are taken between them. */
static void refresh(struct vdso_clock *c) REQUIRES(c->lock)
{
	uint32_t seq = atomic_load_explicit(&c->page->seq, memory_order_relaxed);

	check(seq % 2 == 0);
	atomic_store(&c->page->seq, seq + 1); /* (C) */
	atomic_thread_fence(memory_order_seq_cst);
	for (int kind = 0; kind < VDSO_LINES; kind++)
		refresh_line(c, (enum vdso_line_kind)kind);
	refresh_offsets(c);
	atomic_store_explicit(&c->page->seq, seq + 2, memory_order_release); /* (D) */
}

int vdso_clock_get(struct vdso_clock *c, int id, int64_t *ret_ns)
{
	enum vdso_line_kind kind;
	int64_t ns;

	if (!vdso_line_of(id, &kind))
		return -EINVAL;
	GUARD(&c->lock);
	if (!vdso_line_read(&c->page->line[kind], c->src->count(), &ns)) {
		refresh(c);
		ns = c->page->line[kind].ns; /* of the sample, a moment ago */
	}
	*ret_ns = ns + c->page->offset_ns[id];
	return 0;
}

void vdso_clock_init(struct vdso_clock *c, struct vdso_params *page, const struct vdso_source *src,
		     bool steady)
{
	*c = (struct vdso_clock){.src = src, .page = page, .steady = steady};
	lock_init(&c->lock, RANK_LEAF, "vdso clock");
}
