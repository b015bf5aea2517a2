/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What can be mapped: the contract by which mm knows files without knowing the vfs. A mappable
 * stands for the data of one inode or shared object; it lends a host descriptor, and the host's own
 * page cache does the rest.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/ref.h"

struct ctx;
struct hostfd;
struct mappable;
struct strbuf;

/* Called by mm without any mm lock. Each may block through ctx. */
struct mappable_ops {
	/*
	 * The host descriptor for a mapping, opened for writing only if `writable` (a MAP_SHARED
	 * mapping that may ever become writable). Caller owns a reference. *ret_delta is added to
	 * the mapping's file offset. -ENODEV: cannot be mapped; -EACCES, -ENOMEM, ...
	 */
	int (*hostfd)(struct mappable *m, struct ctx *ctx, bool writable, struct hostfd **ret,
		      uint64_t *ret_delta);
	/* A mapping that was lent a descriptor for writing is gone. NULL: nothing to do. */
	void (*returned)(struct mappable *m);
	/* Device and inode number, which also are the identity of shared futex words, and the path
	 * (may be empty). */
	void (*ident)(struct mappable *m, uint64_t *ret_dev, uint64_t *ret_ino);
	void (*path)(struct mappable *m, struct strbuf *sb);
	/* Written pages of [off, off+len) reach the disk before this returns, msync(2) MS_SYNC.
	 * NULL: nothing to do. */
	int (*sync)(struct mappable *m, struct ctx *ctx, uint64_t off, uint64_t len);
	/*
	 * One more vma shows the object, or one fewer (System V shared memory counts them). added
	 * may run under MM_MAP: it counts and does nothing else. removed: no lock of mm. NULL:
	 * nobody counts.
	 */
	void (*vma_added)(struct mappable *m);
	void (*vma_removed)(struct mappable *m);
	/* The last reference is gone. */
	void (*release)(struct mappable *m);
};

struct mappable {
	const struct mappable_ops *ops; /* [I] */
	struct ref ref;
};

static inline struct mappable *mappable_get(struct mappable *m)
{
	if (m)
		ref_get(&m->ref);
	return m;
}

static inline void mappable_put(struct mappable *m)
{
	if (m && ref_put(&m->ref))
		m->ops->release(m);
}
DEFINE_AUTO(struct mappable *, mappable_put)

/* Anonymous shared memory of `size` bytes behind one memfd (MAP_SHARED|MAP_ANONYMOUS, System V
 * shm). Caller owns. */
MUST_CHECK int mappable_new_shared(const char *name, uint64_t size, struct mappable **ret);
