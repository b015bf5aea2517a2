/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptor tables. A number is free, reserved (its bit is set, but there is no file yet: open for
 * everybody but its maker) or open. The lowest free number is found in a bitmap. Files are closed
 * after the lock is released, since that may block.
 */
#include "sentry/vfs/fdtable.h"

#include <errno.h>
#include <string.h>

#include "base/check.h"
#include "base/lock.h"
#include "base/ref.h"
#include "sentry/core/alloc.h"
#include "sentry/core/ctx.h"
#include "sentry/core/limits.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/vfs/file.h"
#include "sentry/vfs/locks.h"

enum {
	FIRST_CAP = 64,
	FDS_MAX = 1048576, /* /proc/sys/fs/nr_open */
};

/* Key: [F] lock */
struct fdtable {
	struct ref ref;      /* users */
	struct lock lock;    /* RANK_FDTABLE */
	struct file **files; /* [F] cap of them, each owned */
	uint64_t *used;      /* [F] bit: reserved or open */
	uint64_t *cloexec;   /* [F] */
	uint32_t cap;        /* [F] a multiple of 64 */
	uint32_t low;        /* [F] no free number is lower */
};

static SLAB_DEFINE(fdtable_slab, struct fdtable);

static bool bit_get(const uint64_t *bits, uint32_t i)
{
	return bits[i / 64] >> (i % 64) & 1;
}

static void bit_put(uint64_t *bits, uint32_t i, bool on)
{
	uint64_t bit = (uint64_t)1 << (i % 64);

	bits[i / 64] = on ? bits[i / 64] | bit : bits[i / 64] & ~bit;
}

/* The lowest number >= from with this bit (used or not), or cap. */
static uint32_t bit_find(const uint64_t *bits, uint32_t from, uint32_t cap, bool on)
{
	while (from < cap) {
		uint64_t word = (on ? bits[from / 64] : ~bits[from / 64]) >> (from % 64);

		if (word)
			return from + (uint32_t)__builtin_ctzll(word);
		from = (from / 64 + 1) * 64;
	}
	return cap;
}

/* --- life --- */

static int grow(struct fdtable *t, uint32_t cap) REQUIRES(t->lock)
{
	struct file **files = arena_calloc(cap, sizeof(*files));
	uint64_t *used = arena_calloc(cap / 64, sizeof(*used));
	uint64_t *cloexec = arena_calloc(cap / 64, sizeof(*cloexec));

	if (!files || !used || !cloexec) {
		arena_free(files);
		arena_free(used);
		arena_free(cloexec);
		return -ENOMEM;
	}
	if (t->cap > 0) {
		memcpy(files, t->files, t->cap * sizeof(*files));
		memcpy(used, t->used, t->cap / 8);
		memcpy(cloexec, t->cloexec, t->cap / 8);
	}
	arena_free(t->files);
	arena_free(t->used);
	arena_free(t->cloexec);
	t->files = files;
	t->used = used;
	t->cloexec = cloexec;
	t->cap = cap;
	return 0;
}

static void table_free(struct fdtable *t)
{
	arena_free(t->files);
	arena_free(t->used);
	arena_free(t->cloexec);
	lock_fini(&t->lock);
	slab_free(&fdtable_slab, t);
}

static struct fdtable *table_new(uint32_t cap)
{
	struct fdtable *t = slab_alloc(&fdtable_slab);
	int r;

	if (!t)
		return NULL;
	ref_init(&t->ref);
	lock_init(&t->lock, RANK_FDTABLE, "fd table");
	lock_acquire(&t->lock);
	r = grow(t, cap);
	lock_release(&t->lock);
	if (r == 0)
		return t;
	table_free(t);
	return NULL;
}

struct fdtable *fdtable_new(void)
{
	return table_new(FIRST_CAP);
}

/* As many as are needed for what is in use up to max. */
static uint32_t cap_for_copy(struct fdtable *t, uint32_t max) REQUIRES(t->lock)
{
	uint32_t top = 0;

	for (uint32_t fd = 0; (fd = bit_find(t->used, fd, t->cap, true)) < t->cap && fd <= max;
	     fd++)
		top = fd;
	return (top / FIRST_CAP + 1) * FIRST_CAP;
}

/* Of a table that nobody else sees yet; its lock is not needed. */
NO_THREAD_SAFETY static void copy_files(struct fdtable *to, struct fdtable *t, uint32_t max)
{
	for (uint32_t fd = 0; (fd = bit_find(t->used, fd, t->cap, true)) < t->cap && fd <= max;
	     fd++) {
		if (!t->files[fd])
			continue;
		to->files[fd] = file_get(t->files[fd]);
		bit_put(to->used, fd, true);
		bit_put(to->cloexec, fd, bit_get(t->cloexec, fd));
	}
}

int fdtable_copy(struct fdtable *t, uint32_t max, struct fdtable **ret)
{
	struct fdtable *copy = NULL;
	uint32_t cap;

	for (;;) {
		lock_acquire(&t->lock);
		cap = cap_for_copy(t, max);
		if (copy && copy->cap >= cap)
			break;
		lock_release(&t->lock);
		if (copy)
			table_free(copy);
		copy = table_new(cap);
		if (!copy)
			return -ENOMEM;
	}
	copy_files(copy, t, max);
	lock_release(&t->lock);
	*ret = copy;
	return 0;
}

struct fdtable *fdtable_share(struct fdtable *t)
{
	ref_get(&t->ref);
	return t;
}

bool fdtable_is_shared(struct fdtable *t)
{
	return ref_read(&t->ref) > 1;
}

/* What close(2) does with a file that is out of the table; takes over f. */
static int close_file(struct fdtable *t, struct ctx *ctx, struct file *f)
{
	int r = 0;

	if (ctx && !f->opath && f->ops->flush)
		r = f->ops->flush(ctx, f);
	if (!f->opath)
		file_locks_close(f, t);
	file_put(f);
	return r;
}

/* The first open file from *fd on leaves the table; NULL: none up to hi. */
static struct file *take_next(struct fdtable *t, uint32_t *fd, uint32_t hi, const bool cloexec_only)
{
	GUARD(&t->lock);
	for (;; ++*fd) {
		struct file *f;

		*fd = bit_find(cloexec_only ? t->cloexec : t->used, *fd, t->cap, true);
		if (*fd >= t->cap || *fd > hi)
			return NULL;
		f = t->files[*fd];
		if (!f)
			continue;
		t->files[*fd] = NULL;
		bit_put(t->used, *fd, false);
		bit_put(t->cloexec, *fd, false);
		t->low = MIN(t->low, *fd);
		return f;
	}
}

static void close_all(struct fdtable *t, struct ctx *ctx, uint32_t lo, uint32_t hi,
		      bool cloexec_only)
{
	struct file *f;

	while ((f = take_next(t, &lo, hi, cloexec_only)) != NULL) {
		int r = close_file(t, ctx, f);

		(void)r; /* nobody to tell */
	}
}

void fdtable_put(struct fdtable *t, struct ctx *ctx)
{
	if (!t || !ref_put(&t->ref))
		return;
	close_all(t, ctx, 0, UINT32_MAX, false);
	table_free(t);
}

/* --- looking up --- */

static struct file *at(struct fdtable *t, int fd) REQUIRES(t->lock)
{
	return fd >= 0 && (uint32_t)fd < t->cap ? t->files[fd] : NULL;
}

struct file *fdtable_get(struct fdtable *t, int fd)
{
	struct file *f;

	GUARD(&t->lock);
	f = at(t, fd);
	return f ? file_get(f) : NULL;
}

struct file *fdtable_get_nopath(struct fdtable *t, int fd)
{
	struct file *f;

	GUARD(&t->lock);
	f = at(t, fd);
	return f && !f->opath ? file_get(f) : NULL;
}

int fdtable_get_cloexec(struct fdtable *t, int fd)
{
	GUARD(&t->lock);
	return at(t, fd) ? bit_get(t->cloexec, (uint32_t)fd) : -EBADF;
}

int fdtable_set_cloexec(struct fdtable *t, int fd, bool on)
{
	GUARD(&t->lock);
	if (!at(t, fd))
		return -EBADF;
	bit_put(t->cloexec, (uint32_t)fd, on);
	return 0;
}

bool fdtable_peek(struct fdtable *t, int fd, unsigned *ret_flags)
{
	struct file *f;

	GUARD(&t->lock);
	f = at(t, fd);
	if (f)
		*ret_flags = f->flags | (f->opath ? LX_O_PATH : 0u);
	return f != NULL;
}

int fdtable_next(struct fdtable *t, int from)
{
	uint32_t fd = from < 0 ? 0 : (uint32_t)from;

	GUARD(&t->lock);
	for (;; fd++) {
		fd = bit_find(t->used, fd, t->cap, true);
		if (fd >= t->cap)
			return -1;
		if (t->files[fd])
			return (int)fd;
	}
}

uint32_t fdtable_capacity(struct fdtable *t)
{
	GUARD(&t->lock);
	return t->cap;
}

/* --- installing --- */

static uint32_t limit_of(struct ctx *ctx)
{
	uint64_t limit = limit_soft(ctx->limits, LX_RLIMIT_NOFILE);

	return limit < FDS_MAX ? (uint32_t)limit : FDS_MAX;
}

/* Room for fd. */
static int need_cap(struct fdtable *t, uint32_t fd) REQUIRES(t->lock)
{
	uint32_t cap = t->cap;

	if (fd < cap)
		return 0;
	while (cap <= fd)
		cap *= 2;
	return grow(t, cap);
}

static int reserve_locked(struct fdtable *t, uint32_t limit, int min, bool cloexec, int *ret_fd)
	REQUIRES(t->lock)
{
	uint32_t fd;
	int r;

	if (min < 0 || (min > 0 && (uint32_t)min >= limit))
		return -EINVAL;
	fd = bit_find(t->used, MAX((uint32_t)min, t->low), t->cap, false);
	fd = MAX(fd, (uint32_t)min);
	if (fd >= limit)
		return -EMFILE;
	r = need_cap(t, fd);
	if (r < 0)
		return r;
	if ((uint32_t)min <= t->low)
		t->low = fd + 1;
	bit_put(t->used, fd, true);
	bit_put(t->cloexec, fd, cloexec);
	*ret_fd = (int)fd;
	return 0;
}

int fdtable_reserve(struct fdtable *t, struct ctx *ctx, int min, bool cloexec, int *ret_fd)
{
	GUARD(&t->lock);
	return reserve_locked(t, limit_of(ctx), min, cloexec, ret_fd);
}

void fdtable_fill(struct fdtable *t, int fd, struct file *f)
{
	GUARD(&t->lock);
	check((uint32_t)fd < t->cap && !t->files[fd] && bit_get(t->used, (uint32_t)fd));
	t->files[fd] = f;
}

void fdtable_unreserve(struct fdtable *t, int fd)
{
	GUARD(&t->lock);
	check((uint32_t)fd < t->cap && !t->files[fd] && bit_get(t->used, (uint32_t)fd));
	bit_put(t->used, (uint32_t)fd, false);
	bit_put(t->cloexec, (uint32_t)fd, false);
	t->low = MIN(t->low, (uint32_t)fd);
}

int fdtable_install(struct fdtable *t, struct ctx *ctx, struct file *f, int min, bool cloexec,
		    int *ret_fd)
{
	int fd, r;

	GUARD(&t->lock);
	r = reserve_locked(t, limit_of(ctx), min, cloexec, &fd);
	if (r < 0)
		return r;
	t->files[fd] = f;
	*ret_fd = fd;
	return 0;
}

static int replace_locked(struct fdtable *t, struct file *f, uint32_t fd, bool cloexec,
			  struct file **ret_old) REQUIRES(t->lock)
{
	int r = need_cap(t, fd);

	if (r < 0)
		return r;
	*ret_old = t->files[fd];
	if (!*ret_old && bit_get(t->used, fd))
		return -EBUSY; /* reserved: its maker is about to fill it */
	t->files[fd] = f;
	bit_put(t->used, fd, true);
	bit_put(t->cloexec, fd, cloexec);
	return 0;
}

int fdtable_install_at(struct fdtable *t, struct ctx *ctx, struct file *f, int fd, bool cloexec)
{
	struct file *old = NULL;
	int r;

	if (fd < 0 || (uint32_t)fd >= limit_of(ctx))
		return -EBADF;
	lock_acquire(&t->lock);
	r = replace_locked(t, f, (uint32_t)fd, cloexec, &old);
	lock_release(&t->lock);
	if (r == 0 && old) {
		int ignored = close_file(t, ctx, old);

		(void)ignored; /* dup2(2) does not tell */
	}
	return r;
}

/* --- closing --- */

int fdtable_close(struct fdtable *t, struct ctx *ctx, int fd)
{
	uint32_t at_fd = (uint32_t)fd;
	struct file *f = fd < 0 ? NULL : take_next(t, &at_fd, at_fd, false);

	return f ? close_file(t, ctx, f) : -EBADF;
}

static void mark_range(struct fdtable *t, uint32_t lo, uint32_t hi)
{
	GUARD(&t->lock);
	for (; (lo = bit_find(t->used, lo, t->cap, true)) < t->cap && lo <= hi; lo++)
		bit_put(t->cloexec, lo, true);
}

void fdtable_close_range(struct fdtable *t, struct ctx *ctx, uint32_t lo, uint32_t hi,
			 bool cloexec_only)
{
	if (cloexec_only)
		mark_range(t, lo, hi);
	else
		close_all(t, ctx, lo, hi, false);
}

void fdtable_close_on_exec(struct fdtable *t, struct ctx *ctx)
{
	close_all(t, ctx, 0, UINT32_MAX, true);
}
