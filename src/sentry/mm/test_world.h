/* SPDX-License-Identifier: Apache-2.0 */
/* An mm over the fake platform, and a ctx that owns its one context: what every test of this room
 * stands on. */
#pragma once

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "abi/mman.h"
#include "abi/page.h"
#include "abi/types.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/core/limits.h"
#include "sentry/mm/mm.h"
#include "sentry/mm/uaccess.h"

#define PAGE LX_PAGE_SIZE
#define RW   (LX_PROT_READ | LX_PROT_WRITE)
#define RWX  (LX_PROT_READ | LX_PROT_WRITE | LX_PROT_EXEC)
#define ANON (LX_MAP_PRIVATE | LX_MAP_ANONYMOUS)

struct world {
	struct platform *p;
	struct mm *mm;
	struct ctx ctx;
	struct limits limits;
	const struct cred *cred;
};

/* uid 0: all capabilities; any other: none. */
void world_begin(struct world *w, uint32_t uid);
/* Everything is given back, or the test fails. */
void world_end(struct world *w);

/* mmap(2) of anonymous memory: the address, or a negative errno. */
int64_t world_map(struct world *w, uint64_t addr, uint64_t len, int prot, int flags);
/* As world_map, of an object with max_prot RWX. */
int64_t world_map_obj(struct world *w, uint64_t addr, uint64_t len, int prot, int flags,
		      struct mappable *m, uint64_t off);
void world_set_limit(struct world *w, int which, uint64_t soft);
