/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The events that wait to be read. One that says the same as the last is not added, as in Linux;
 * when there are too many, or no memory, one IN_Q_OVERFLOW is added instead, and nothing until that
 * was read.
 */
#include <errno.h>
#include <string.h>

#include "abi/inotify.h"
#include "abi/poll.h"
#include "sentry/core/alloc.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/fs/inotify/inotify_priv.h"

void queue_init(struct inotify *in)
{
	lock_init(&in->queue_lock, RANK_FILE, "inotify");
	list_init(&in->events);
	list_init(&in->overflow.link);
	in->overflow.wd = -1;
	in->overflow.mask = LX_IN_Q_OVERFLOW;
	waitq_init(&in->wq);
}

void event_free(struct inotify *in, struct in_event *e)
{
	if (e != &in->overflow)
		arena_free(e);
}

void queue_fini(struct inotify *in)
{
	struct in_event *e, *tmp;

	list_for_each_entry_safe(e, tmp, &in->events, link) {
		list_del(&e->link);
		event_free(in, e);
	}
	waitq_fini(&in->wq);
	lock_fini(&in->queue_lock);
}

/* The name is ended by a zero, and filled up with zeros to a multiple of the struct. */
size_t event_size(const struct in_event *e)
{
	size_t unit = sizeof(struct lx_inotify_event);

	return unit + (e->name_len ? (e->name_len + unit) / unit * unit : 0);
}

static bool same_as_last(struct inotify *in, const struct in_event *e)
{
	struct in_event *last;

	if (list_empty(&in->events))
		return false;
	last = list_last_entry(&in->events, struct in_event, link);
	return !(last->mask & LX_IN_IGNORED) && last->mask == e->mask && last->wd == e->wd &&
	       last->name_len == e->name_len && memcmp(last->name, e->name, e->name_len) == 0;
}

static struct in_event *event_new(int32_t wd, uint32_t mask, uint32_t cookie, const char *name,
				  size_t len)
{
	struct in_event *e = arena_alloc(sizeof(*e) + len);

	if (!e)
		return NULL;
	list_init(&e->link);
	e->wd = wd;
	e->mask = mask;
	e->cookie = cookie;
	e->name_len = len;
	memcpy(e->name, name, len);
	return e;
}

/* Takes over e; NULL: there was no memory. True: something is new. */
static bool add(struct inotify *in, struct in_event *e)
{
	GUARD(&in->queue_lock);
	if (in->closed || (e && same_as_last(in, e))) {
		arena_free(e);
		return false;
	}
	if (!e || in->nevents >= INOTIFY_MAX_QUEUED) {
		arena_free(e);
		if (!list_empty(&in->overflow.link))
			return false;
		e = &in->overflow;
	}
	list_add_tail(&in->events, &e->link);
	in->nevents++;
	in->nbytes += event_size(e);
	return true;
}

void queue_add(struct inotify *in, int32_t wd, uint32_t mask, uint32_t cookie, const char *name,
	       size_t len)
{
	if (add(in, event_new(wd, mask, cookie, name ? name : "", name ? len : 0)))
		waitq_wake(&in->wq, LX_POLLIN);
}

int queue_take(struct inotify *in, size_t max, struct in_event **ret)
{
	struct in_event *e;

	GUARD(&in->queue_lock);
	e = list_first_entry_or_null(&in->events, struct in_event, link);
	if (!e)
		return 0;
	if (event_size(e) > max)
		return -EINVAL;
	list_del(&e->link);
	in->nevents--;
	in->nbytes -= event_size(e);
	*ret = e;
	return 1;
}
