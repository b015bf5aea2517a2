/* SPDX-License-Identifier: Apache-2.0 */
/* The ring behind a pipe; ring.c moves bytes, pipe.c is the file, fifo.c opens by name. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/lock.h"
#include "base/ref.h"
#include "sentry/core/uio.h"
#include "sentry/core/waitq.h"
#include "sentry/vfs/file.h"

#define PIPE_BUF_SIZE      4096u /* POSIX PIPE_BUF: writes up to this are atomic */
#define PIPE_DEFAULT_SLOTS 16u
#define PIPE_MAX_SIZE      (1u << 20) /* /proc/sys/fs/pipe-max-size */

/* One page of bytes in flight. */
struct pipe_slot {
	char *page;        /* arena, PIPE_BUF_SIZE bytes */
	uint32_t off, len; /* the bytes not read yet */
	bool packet; /* written with O_DIRECT: a read takes one slot, and nothing is added to it */
};

/*
 * Invariants: (1) slots head .. head+used-1 (modulo nslots) hold bytes, oldest first; (2) the
 * others have no page; (3) readers and writers count open descriptions of each end. Key: [l] lock
 */
struct pipe {
	struct ref ref;              /* one per open description, and one of the FIFO's inode */
	struct lock lock;            /* RANK_FILE */
	struct pipe_slot *slots;     /* [l] arena */
	uint32_t nslots, head, used; /* [l] */
	uint32_t readers, writers;   /* [l] */
	uint32_t readers_ever,
		writers_ever; /* [l] openings so far: what a FIFO's opener waits for */
	struct waitq wq;      /* POLLIN: bytes or end came; POLLOUT: room or end came */
};

extern const struct file_ops pipe_ops;

/*
 * A FIFO's reader that did not wait for a writer hears of no hang-up until one came and went. What
 * it remembers for that, the writers that had been there before, lies in a field of the file that
 * streams have no other use for; 0 for all others.
 */
static inline void pipe_set_writers_before(struct file *f, uint32_t n)
{
	f->append_pos = n;
}

static inline bool pipe_had_writer(const struct pipe *p, const struct file *f)
{
	return f->append_pos != p->writers_ever;
}

/* The filesystem of unnamed pipes; at bring-up. */
void pipe_make_fs(void);

/* An empty ring with one reference. Caller owns; NULL: out of memory. */
struct pipe *pipe_ring_new(void);
void pipe_ring_put(struct pipe *p);
uint64_t pipe_ring_bytes(struct pipe *p) REQUIRES(p->lock);

/* Bytes to dst: what is there, at most one packet. 0: empty. -EFAULT. */
MUST_CHECK ssize_t pipe_ring_take(struct pipe *p, struct uio *dst) REQUIRES(p->lock);
/* Bytes from src while there is room. 0: full, or no room for all of an atomic write. -EFAULT,
 * -ENOMEM. */
MUST_CHECK ssize_t pipe_ring_put_bytes(struct pipe *p, struct uio *src, bool packet)
	REQUIRES(p->lock);
/* F_SETPIPE_SZ: the new size in bytes; -EBUSY, -EPERM, -ENOMEM, -EINVAL. */
long pipe_ring_resize(struct pipe *p, uint64_t size, bool privileged) REQUIRES(p->lock);
/* Copy, without taking, up to len bytes to `to`, which is another ring, both locked. */
long pipe_ring_copy(struct pipe *from, struct pipe *to, size_t len);

/* An open file begins to count as reader, writer or both; or ends, and returns the LX_POLL bits to
 * wake the others with. */
void pipe_count_in(struct pipe *p, struct file *f) REQUIRES(p->lock);
MUST_CHECK uint32_t pipe_count_out(struct pipe *p, struct file *f) REQUIRES(p->lock);

/* Both locks of two different rings, by address. */
void pipe_lock_two(struct pipe *a, struct pipe *b);
void pipe_unlock_two(struct pipe *a, struct pipe *b);
