/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of the host, reached through a Gofer: one connection, one superblock per export.
 *
 *	AUTO(gofer_client_put) struct gofer_client *c = NULL;
 *	r = gofer_connect(fd, &c);
 *	r = gofer_mount(c, "/", GOFER_EXCLUSIVE, &root);
 */
#pragma once

#include <stdint.h>

#include "base/compiler.h"

struct gofer_client;
struct superblock;

/* Who else changes what is in an export, and hence how long names and attributes may be remembered.
 */
enum gofer_cache {
	/*
	 * Nobody who matters: names, missing names and attributes are kept. The guest sees an
	 * export as it was when it first looked; data, and attributes of files that are open, are
	 * the host's of now. For read-only roots.
	 */
	GOFER_EXCLUSIVE,
	/* Others too: names and attributes are asked again. For writable exports. */
	GOFER_SHARED,
};

/* Takes over fd (also on failure) and greets the Gofer. Caller owns. -EPROTO: not a Gofer of ours;
 * -EIO: it is gone. */
MUST_CHECK int gofer_connect(int fd, struct gofer_client **ret);
struct gofer_client *gofer_client_get(struct gofer_client *c);
/* The superblocks hold references of their own. */
void gofer_client_put(struct gofer_client *c);
DEFINE_AUTO(struct gofer_client *, gofer_client_put)

/* The superblock of an export, ready to be mounted. Caller owns. -ENOENT: no export of that name;
 * -EIO, -ENOMEM. */
MUST_CHECK int gofer_mount(struct gofer_client *c, const char *export_name, enum gofer_cache cache,
			   struct superblock **ret);

/* Owners whose numbers differ: the guest's `guest` on is the host's `host` on. No range wraps. */
struct gofer_idmap {
	uint32_t guest, host, count;
};
struct gofer_ids {
	struct gofer_idmap *uid, *gid;
	uint32_t nuid, ngid; /* 0: they are the same */
};
/* As gofer_mount; ids are copied. Owners that the guest has no number for are nobody's; chown(2)
 * to, or making a file as, one that the host has none for answers -EOVERFLOW. */
MUST_CHECK int gofer_mount_mapped(struct gofer_client *c, const char *export_name,
				  enum gofer_cache cache, const struct gofer_ids *ids,
				  struct superblock **ret);
