/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of guest memory in batches that one host call can move. */
#include "platform/vm_access.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/uio.h>

#include "base/checked.h"

enum { PIECES_AT_ONCE = 32 };
#define BYTES_AT_ONCE ((size_t)1 << 30) /* the host moves at most 2 GiB per call */

/* Where in a list of pieces a transfer has come to. */
struct cursor {
	const struct plat_piece *v;
	size_t n;
	size_t off; /* into v[0] */
};

struct batch {
	struct iovec ours[PIECES_AT_ONCE], theirs[PIECES_AT_ONCE];
	size_t n;
	size_t len;
	bool ends; /* what follows is not the guest's */
};

/* The next pieces that one host call can move. */
static void batch_fill(struct batch *b, const struct cursor *at)
{
	size_t off = at->off;

	b->n = b->len = 0;
	b->ends = false;
	for (size_t i = 0; i < at->n && b->n < PIECES_AT_ONCE && b->len < BYTES_AT_ONCE && !b->ends;
	     i++) {
		const struct plat_piece *piece = &at->v[i];
		uint64_t addr;
		size_t len = piece->len - off;

		if (len > 0) {
			if (!add_ok(piece->addr, off, &addr) || addr >= PLAT_GUEST_TOP) {
				b->ends = true;
				return;
			}
			b->ends = len > PLAT_GUEST_TOP - addr;
			len = MIN(len, (size_t)(PLAT_GUEST_TOP - addr));
			len = MIN(len, BYTES_AT_ONCE - b->len);
			b->ours[b->n] = (struct iovec){(char *)piece->buf + off, len};
			b->theirs[b->n] = (struct iovec){(void *)(uintptr_t)addr, len};
			b->n++;
			b->len += len;
		}
		off = 0;
	}
}

static void cursor_advance(struct cursor *at, size_t moved)
{
	while (at->n > 0 && moved >= at->v->len - at->off) {
		moved -= at->v->len - at->off;
		at->off = 0;
		at->v++;
		at->n--;
	}
	at->off += moved;
}

ssize_t vm_transfer(pid_t pid, const struct plat_piece *v, size_t n, enum vm_direction dir)
{
	struct cursor at = {v, n, 0};
	struct batch b;
	ssize_t total = 0;

	for (;;) {
		ssize_t moved;

		batch_fill(&b, &at);
		if (b.n == 0)
			return total == 0 && b.ends ? -EFAULT : total;
		if (dir == VM_FROM_GUEST)
			moved = process_vm_readv(pid, b.ours, b.n, b.theirs, b.n, 0);
		else
			moved = process_vm_writev(pid, b.ours, b.n, b.theirs, b.n, 0);
		if (moved < 0)
			return total > 0 ? total : -errno;
		total += moved;
		if ((size_t)moved < b.len)
			return total;
		cursor_advance(&at, (size_t)moved);
	}
}
