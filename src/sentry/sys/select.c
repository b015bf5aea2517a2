/* SPDX-License-Identifier: Apache-2.0 */
/*
 * select(2), pselect6(2). Three sets of bits, in words of 64 as the guest's longs are; each file
 * that is in any of them becomes one entry of a pollset. The sets are written back only when the
 * wait ended well.
 */
#include <errno.h>

#include "abi/errno.h"
#include "abi/poll.h"
#include "sentry/core/alloc.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/pollset.h"
#include "sentry/sys/polltime.h"
#include "sentry/sys/sys.h"
#include "sentry/sys/waitmask.h"
#include "sentry/task/task.h"
#include "sentry/vfs/fdtable.h"

enum { SET_IN, SET_OUT, SET_EX, SETS };

/* What sets a bit, and so what each set waits for. */
static const uint32_t set_events[SETS] = {
	[SET_IN] = LX_POLLIN_SET,
	[SET_OUT] = LX_POLLOUT_SET,
	[SET_EX] = LX_POLLEX_SET,
};

struct fdsets {
	uaddr_t at[SETS];     /* NULL: empty, and not wanted back */
	size_t nwords;        /* of each */
	uint64_t *bits[SETS]; /* arena, one block */
};

static bool has_bit(const struct fdsets *s, int set, size_t fd)
{
	return s->bits[set][fd / 64] >> fd % 64 & 1;
}

/* The events that fd is asked for; 0: it is in no set. */
static uint32_t events_of(const struct fdsets *s, size_t fd)
{
	uint32_t events = 0;

	for (int i = 0; i < SETS; i++) {
		if (has_bit(s, i, fd))
			events |= set_events[i];
	}
	return events;
}

static int copy_sets_in(struct fdsets *s, struct task *t)
{
	for (int i = 0; i < SETS; i++) {
		int r = uaddr_is_null(s->at[i]) ? 0
						: copy_in(t->mm, s->bits[i], s->at[i],
							  s->nwords * sizeof(uint64_t));

		if (r < 0)
			return r;
	}
	return 0;
}

static int copy_sets_out(const struct fdsets *s, struct task *t)
{
	for (int i = 0; i < SETS; i++) {
		int r = uaddr_is_null(s->at[i]) ? 0
						: copy_out(t->mm, s->at[i], s->bits[i],
							   s->nwords * sizeof(uint64_t));

		if (r < 0)
			return r;
	}
	return 0;
}

static size_t count_files(const struct fdsets *s, size_t nfds)
{
	size_t n = 0;

	for (size_t fd = 0; fd < nfds; fd++)
		n += events_of(s, fd) != 0;
	return n;
}

static int fill(struct pollset *ps, const struct fdsets *s, size_t nfds, struct task *t)
{
	struct pollset_entry *e = ps->entries;

	for (size_t fd = 0; fd < nfds; fd++) {
		uint32_t events = events_of(s, fd);
		int r = events == 0 ? 0 : pollset_set(e++, t->fds, (int)fd, events);

		if (r < 0)
			return r;
	}
	return 0;
}

/* Leave in the sets what is ready; returns the number of bits. */
static long take_results(struct fdsets *s, const struct pollset *ps)
{
	long n = 0;

	for (size_t i = 0; i < ps->n; i++) {
		const struct pollset_entry *e = &ps->entries[i];
		size_t fd = (size_t)e->fd;

		for (int set = 0; set < SETS; set++) {
			if (!has_bit(s, set, fd))
				continue;
			if (e->revents & set_events[set])
				n++;
			else
				s->bits[set][fd / 64] &= ~(1ULL << fd % 64);
		}
	}
	return n;
}

static long select_sets(struct task *t, struct fdsets *s, size_t nfds, int64_t deadline_ns)
{
	AUTO(pollset_fini) struct pollset ps;
	long n;
	int r = pollset_init(&ps, count_files(s, nfds));

	if (r == 0)
		r = fill(&ps, s, nfds, t);
	if (r < 0)
		return r;
	n = pollset_wait(&ps, &t->ctx, deadline_ns);
	if (n < 0)
		return n;
	n = take_results(s, &ps);
	r = copy_sets_out(s, t);
	return r < 0 ? r : n;
}

/* Descriptors that the table has no room for are not open; Linux does not look at their bits at
 * all. */
static long do_select(struct task *t, const struct sysargs *a, int64_t deadline_ns)
{
	struct fdsets s = {.at = {arg_uaddr(a, 1), arg_uaddr(a, 2), arg_uaddr(a, 3)}};
	AUTO(arena_free) uint64_t *block = NULL;
	int n = arg_int(a, 0), r;
	size_t nfds;

	if (n < 0)
		return -EINVAL;
	nfds = MIN((size_t)n, (size_t)fdtable_capacity(t->fds));
	s.nwords = (nfds + 63) / 64;
	block = arena_calloc(SETS * s.nwords, sizeof(uint64_t));
	if (!block)
		return -ENOMEM;
	for (int i = 0; i < SETS; i++)
		s.bits[i] = block + (size_t)i * s.nwords;
	r = copy_sets_in(&s, t);
	return r < 0 ? r : select_sets(t, &s, nfds, deadline_ns);
}

long sys_select(struct task *t, const struct sysargs *a)
{
	struct polltime time;
	int r = polltime_get(&time, t, arg_uaddr(a, 4), POLLTIME_TIMEVAL);

	return r < 0 ? r : polltime_finish(&time, t, do_select(t, a, time.deadline_ns));
}

long sys_pselect6(struct task *t, const struct sysargs *a)
{
	struct lx_sigset_argpack mask = {.p = 0};
	struct polltime time;
	int r = 0;

	if (!uaddr_is_null(arg_uaddr(a, 5)))
		r = copy_in(t->mm, &mask, arg_uaddr(a, 5), sizeof(mask));
	if (r == 0)
		r = polltime_get(&time, t, arg_uaddr(a, 4), POLLTIME_TIMESPEC);
	if (r == 0)
		r = waitmask_set(t, uaddr(mask.p), mask.size);
	return r < 0 ? r : polltime_finish(&time, t, do_select(t, a, time.deadline_ns));
}
