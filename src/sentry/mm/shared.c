/* SPDX-License-Identifier: Apache-2.0 */
/* Shared memory without a name in any filesystem: one memfd each, for MAP_SHARED|MAP_ANONYMOUS and
 * System V segments. */
#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "base/strbuf.h"
#include "sentry/core/alloc.h"
#include "sentry/core/hostfd.h"
#include "sentry/mm/mappable.h"

/* The device that Linux gives to its internal tmpfs: 0:1. Its low inode numbers are the ids of
 * System V segments. */
#define SHARED_DEV       1
#define SHARED_FIRST_INO (1ull << 32)

struct shared {
	struct mappable base;
	struct hostfd *h; /* [I] owned */
	char *name;       /* [I] owned */
	uint64_t ino;     /* [I] unique in the sandbox */
};

static SLAB_DEFINE(shared_slab, struct shared);
static _Atomic uint64_t shared_next_ino = SHARED_FIRST_INO;

static struct shared *shared_of(struct mappable *m)
{
	return container_of(m, struct shared, base);
}

static int shared_hostfd(struct mappable *m, struct ctx *ctx UNUSED, bool writable UNUSED,
			 struct hostfd **ret, uint64_t *ret_delta)
{
	*ret = hostfd_get(shared_of(m)->h);
	*ret_delta = 0;
	return 0;
}

static void shared_ident(struct mappable *m, uint64_t *ret_dev, uint64_t *ret_ino)
{
	*ret_dev = SHARED_DEV;
	*ret_ino = shared_of(m)->ino;
}

static void shared_path(struct mappable *m, struct strbuf *sb)
{
	strbuf_addf(sb, "/%s (deleted)", shared_of(m)->name);
}

static void shared_release(struct mappable *m)
{
	struct shared *s = shared_of(m);

	hostfd_put(s->h);
	arena_free(s->name);
	slab_free(&shared_slab, s);
}

static const struct mappable_ops shared_ops = {
	.hostfd = shared_hostfd,
	.ident = shared_ident,
	.path = shared_path,
	.release = shared_release,
};

int mappable_new_shared(const char *name, uint64_t size, struct mappable **ret)
{
	struct shared *s = slab_alloc(&shared_slab);
	int r;

	if (!s)
		return -ENOMEM;
	s->name = arena_strdup(name);
	if (!s->name) {
		slab_free(&shared_slab, s);
		return -ENOMEM;
	}
	r = hostfd_new_memory(name, size, &s->h);
	if (r < 0) {
		arena_free(s->name);
		slab_free(&shared_slab, s);
		return r;
	}
	s->base.ops = &shared_ops;
	ref_init(&s->base.ref);
	s->ino = atomic_fetch_add(&shared_next_ino, 1);
	*ret = &s->base;
	return 0;
}
