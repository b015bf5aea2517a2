/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ring of a pipe. Guest memory is copied under the pipe's lock: FILE stands above MM_MAP.
 * Nothing is lost by a bad address: a slot is shortened by what really reached the reader, and a
 * page that the writer could not fill is given back.
 */
#include <errno.h>
#include <string.h>

#include "abi/poll.h"
#include "sentry/core/alloc.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/fs/pipe/pipe_priv.h"

static SLAB_DEFINE(pipe_slab, struct pipe);

struct pipe *pipe_ring_new(void)
{
	struct pipe *p = slab_alloc(&pipe_slab);

	if (!p)
		return NULL;
	p->slots = arena_calloc(PIPE_DEFAULT_SLOTS, sizeof(*p->slots));
	if (!p->slots) {
		slab_free(&pipe_slab, p);
		return NULL;
	}
	p->nslots = PIPE_DEFAULT_SLOTS;
	ref_init(&p->ref);
	lock_init(&p->lock, RANK_FILE, "pipe");
	waitq_init(&p->wq);
	return p;
}

static struct pipe_slot *slot_at(struct pipe *p, uint32_t i)
{
	return &p->slots[(p->head + i) % p->nslots];
}

void pipe_ring_put(struct pipe *p)
{
	if (!ref_put(&p->ref))
		return;
	for (uint32_t i = 0; i < p->used; i++)
		arena_free(slot_at(p, i)->page);
	arena_free(p->slots);
	waitq_fini(&p->wq);
	lock_fini(&p->lock);
	slab_free(&pipe_slab, p);
}

uint64_t pipe_ring_bytes(struct pipe *p)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < p->used; i++)
		n += slot_at(p, i)->len;
	return n;
}

static void drop_first(struct pipe *p)
{
	struct pipe_slot *s = slot_at(p, 0);

	arena_free(s->page);
	*s = (struct pipe_slot){0};
	p->head = (p->head + 1) % p->nslots;
	p->used--;
}

/* From the oldest slot. What a packet's reader has no room for is lost, as pipe(2) says. */
static ssize_t take_slot(struct pipe *p, struct uio *dst)
{
	struct pipe_slot *s = slot_at(p, 0);
	ssize_t n = uio_put(dst, s->page + s->off, MIN((size_t)s->len, dst->resid));

	if (n < 0)
		return n;
	s->off += (uint32_t)n;
	s->len -= (uint32_t)n;
	if (s->len == 0 || s->packet)
		drop_first(p);
	return n;
}

ssize_t pipe_ring_take(struct pipe *p, struct uio *dst)
{
	ssize_t total = 0;

	while (p->used > 0 && dst->resid > 0) {
		bool packet = slot_at(p, 0)->packet;
		ssize_t n = take_slot(p, dst);

		if (n < 0)
			return total > 0 ? total : n;
		total += n;
		if (packet)
			break;
	}
	return total;
}

/* Add to the newest slot what fits behind its bytes. */
static ssize_t merge(struct pipe *p, struct uio *src)
{
	struct pipe_slot *s = p->used > 0 ? slot_at(p, p->used - 1) : NULL;
	uint32_t end;
	ssize_t n;

	if (!s || s->packet)
		return 0;
	end = s->off + s->len;
	if (end == PIPE_BUF_SIZE || (src->resid <= PIPE_BUF_SIZE &&
				     src->resid > PIPE_BUF_SIZE - end && p->used == p->nslots))
		return 0; /* an atomic write goes in whole or not at all */
	n = uio_get(src, s->page + end, MIN((size_t)(PIPE_BUF_SIZE - end), src->resid));
	if (n > 0)
		s->len += (uint32_t)n;
	return n;
}

static ssize_t add_slot(struct pipe *p, struct uio *src, bool packet)
{
	char *page = arena_alloc(PIPE_BUF_SIZE);
	ssize_t n = page ? uio_get(src, page, MIN((size_t)PIPE_BUF_SIZE, src->resid)) : -ENOMEM;

	if (n <= 0) {
		arena_free(page);
		return n;
	}
	*slot_at(p, p->used) =
		(struct pipe_slot){.page = page, .len = (uint32_t)n, .packet = packet};
	p->used++;
	return n;
}

ssize_t pipe_ring_put_bytes(struct pipe *p, struct uio *src, bool packet)
{
	ssize_t total = packet ? 0 : merge(p, src);

	while (total >= 0 && src->resid > 0 && p->used < p->nslots) {
		ssize_t n = add_slot(p, src, packet);

		if (n <= 0)
			return total > 0 ? total : n;
		total += n;
	}
	return total;
}

static uint32_t slots_for(uint64_t size)
{
	uint32_t n = 1;

	while ((uint64_t)n * PIPE_BUF_SIZE < size)
		n *= 2;
	return n;
}

long pipe_ring_resize(struct pipe *p, uint64_t size, bool privileged)
{
	struct pipe_slot *slots;
	uint32_t n;

	if (size > (1u << 31))
		return -EINVAL;
	n = slots_for(size);
	if ((uint64_t)n * PIPE_BUF_SIZE > PIPE_MAX_SIZE && !privileged)
		return -EPERM;
	if (n < p->used)
		return -EBUSY;
	slots = arena_calloc(n, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	for (uint32_t i = 0; i < p->used; i++)
		slots[i] = *slot_at(p, i);
	arena_free(p->slots);
	p->slots = slots;
	p->nslots = n;
	p->head = 0;
	return (long)n * PIPE_BUF_SIZE;
}

long pipe_ring_copy(struct pipe *from, struct pipe *to, size_t len)
{
	size_t done = 0;

	for (uint32_t i = 0; i < from->used && done < len && to->used < to->nslots; i++) {
		struct pipe_slot *s = slot_at(from, i);
		size_t n = MIN((size_t)s->len, len - done);
		char *page = arena_alloc(PIPE_BUF_SIZE);

		if (!page)
			return done > 0 ? (long)done : -ENOMEM;
		memcpy(page, s->page + s->off, n);
		*slot_at(to, to->used) =
			(struct pipe_slot){.page = page, .len = (uint32_t)n, .packet = s->packet};
		to->used++;
		done += n;
	}
	return (long)done;
}

void pipe_count_in(struct pipe *p, struct file *f)
{
	if (file_readable(f)) {
		p->readers++;
		p->readers_ever++;
	}
	if (file_writable(f)) {
		p->writers++;
		p->writers_ever++;
	}
}

uint32_t pipe_count_out(struct pipe *p, struct file *f)
{
	uint32_t ev = 0;

	if (file_readable(f) && --p->readers == 0)
		ev |= LX_POLLOUT | LX_POLLERR;
	if (file_writable(f) && --p->writers == 0)
		ev |= LX_POLLIN | LX_POLLHUP;
	return ev;
}

NO_THREAD_SAFETY void pipe_lock_two(struct pipe *a, struct pipe *b)
{
	struct pipe *first = a < b ? a : b;

	lock_acquire(&first->lock);
	lock_acquire_nested(&(first == a ? b : a)->lock, 1);
}

NO_THREAD_SAFETY void pipe_unlock_two(struct pipe *a, struct pipe *b)
{
	LOCK_ASSERT_HELD(&a->lock);
	LOCK_ASSERT_HELD(&b->lock);
	lock_release(&a->lock);
	lock_release(&b->lock);
}
