/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container as commands find it: one directory below the root (--root), named by its id.
 *
 *	ROOT/ID/state.json   the record (record.h)
 *	ROOT/ID/config.json  what it was made from, as it was then
 *	ROOT/ID/control      the Sentry's socket
 *
 * Who changes a container holds a flock(2) on its directory; who only looks takes none. A directory
 * is removed under the lock, so who waited for it finds out that it waited for nothing.
 */
#pragma once

#include "base/compiler.h"
#include "oci/state.h"
#include "runtime/record.h"

struct globals;
struct oci_spec;

struct container {
	char *dir; /* malloc'd, absolute */
	int dirfd; /* -1: none */
	struct record record;
	struct oci_spec *spec; /* NULL: not read yet */
};

enum container_lock { CONTAINER_LOOK, CONTAINER_CHANGE };

/* Every function but the last group tells what is wrong, and returns -errno. */

/* A new directory, locked, without a record. -EEXIST. */
MUST_CHECK int container_make(const struct globals *g, const char *id, struct container *ret);
/* An existing one with its record. -ENOENT: "container does not exist". */
MUST_CHECK int container_open(const struct globals *g, const char *id, enum container_lock lock,
			      struct container *ret);
/* As container_open without telling, and whatever is there: a directory without a record, or
 * with a damaged one, has record.id NULL. For who cleans up. */
MUST_CHECK int container_find(const struct globals *g, const char *id, struct container *ret);
MUST_CHECK int container_save(struct container *c);
/* Keep the text as config.json; parse it into c->spec. */
MUST_CHECK int container_keep_config(struct container *c, const char *text, size_t len);
MUST_CHECK int container_read_config(struct container *c);
/* The directory and what is in it. What is gone already is fine. */
MUST_CHECK int container_remove(struct container *c);

/* For who holds a container over its life: let others change it meanwhile. -ENOENT: they removed
 * it; not told. */
void container_unlock(struct container *c);
MUST_CHECK int container_lock_again(struct container *c);

/* A connection to the Sentry; a listening socket for it. -errno, not told. */
MUST_CHECK int container_connect(const struct container *c);
MUST_CHECK int container_listen(const struct container *c);

void container_fini(struct container *c);
DEFINE_AUTO_INPLACE(struct container, container_fini)

enum oci_status container_status(const struct container *c);
/* What `state` and hooks are told; borrows from c, which has read its configuration. */
void container_state(const struct container *c, struct oci_state *ret);

/* Where containers are kept. -ENOENT: no place for this user; told. */
MUST_CHECK int container_root(const struct globals *g, struct strbuf *ret);
/* Call fn with each id, in alphabetical order, until it is not 0. */
MUST_CHECK int container_each(const struct globals *g, int (*fn)(void *arg, const char *id),
			      void *arg);
bool container_rootless(const struct globals *g);
