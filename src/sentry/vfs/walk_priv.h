/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the vfs: a walk in progress. Calls that create, remove or open step through it themselves:
 *
 *	walk_start        where does it begin
 *	walk_to_last      up to, but not through, the last component: w->cur is its directory
 *	walk_step         through the last one; WALK_AGAIN: it was a link, and there is a new last
 * component walk_fini
 */
#pragma once

#include <stdbool.h>

#include "sentry/vfs/dentry.h"
#include "sentry/vfs/namei.h"

#define WALK_LINKS_MAX 40

enum last_type {
	LAST_NAME,
	LAST_DOT,
	LAST_DOTDOT,
	LAST_NONE, /* nothing is left: w->cur is the result ("/", or where a magic link went) */
};

/* Texts that still have components, innermost last. text: owned, NULL for the caller's own. */
struct walk_frame {
	char *text;
	const char *rest;
};

struct walk {
	struct ctx *ctx;
	struct path root; /* owned: `..` does not go above */
	struct path cur;  /* owned */
	unsigned flags;   /* enum walk_flags */
	unsigned nlinks;  /* symlinks followed */
	unsigned depth;   /* frames in use below `top` */
	struct walk_frame top;
	struct walk_frame outer[WALK_LINKS_MAX];
	struct name last; /* within top.text */
	enum last_type last_type;
	bool trailing_slash; /* after the last component */
};

/* After walk_step: 0 w->cur is the result; WALK_AGAIN; -errno. */
#define WALK_AGAIN 1

MUST_CHECK int walk_start(struct walk *w, struct ctx *ctx, struct fs_info *fs,
			  const struct path *at, const char *name, unsigned flags);
MUST_CHECK int walk_to_last(struct walk *w);
MUST_CHECK int walk_step(struct walk *w);
/* Follow the symlink at `link` (in directory w->cur), as walk_step does. */
MUST_CHECK int walk_follow(struct walk *w, const struct path *link);
void walk_fini(struct walk *w);
/* Walk to the end, from a walk that was started. */
MUST_CHECK int walk_finish(struct walk *w, struct path *ret);
/* For calls that make, remove or rename one entry: start and walk to the last component, a name.
 * Walks of one call share fs. */
MUST_CHECK int walk_parent(struct walk *w, struct ctx *ctx, struct fs_info *fs,
			   const struct path *at, const char *name);
