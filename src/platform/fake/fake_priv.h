/* SPDX-License-Identifier: Apache-2.0 */
/* The two halves of the fake platform: memory.c holds what guests have mapped, fake.c plays
 * contexts. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

#include "abi/ptrace.h"
#include "base/list.h"
#include "base/rangemap.h"
#include "platform/fake/fake.h"

#define FAKE_PAGE     4096ULL
#define FAKE_FPU_SIZE 576 /* legacy area and header */

struct platform {
	pthread_mutex_t mutex;
	fake_player_fn player; /* [mutex] */
	void *player_arg;      /* [mutex] */
	atomic_size_t naspaces, ncontexts;
};

/* Key: [m] as->mutex */
struct aspace {
	struct platform *p;
	pthread_mutex_t mutex;
	struct rangemap maps; /* [m] struct fake_map */
	bool dead;            /* [m] */
	struct list contexts; /* [m] those in this address space, to be woken when it dies */
};

/* Key: [c] pc->mutex (below as->mutex); [t] the owner thread */
struct pcontext {
	struct aspace *as; /* [t], and [m] of the aspace for its list */
	struct list in_as; /* [m] */
	bool attached;     /* [t] */
	pthread_mutex_t mutex;
	pthread_cond_t cond;              /* script, kicked or gone has changed */
	struct list script;               /* [c] struct fake_step */
	bool kicked;                      /* [c] */
	bool gone;                        /* [c] */
	int64_t *results;                 /* [c] */
	size_t nresults;                  /* [c] */
	uint64_t cpu_time;                /* [c] */
	bool step;                        /* [t] */
	bool in_syscall;                  /* [t] */
	uint64_t nr;                      /* [t] */
	struct lx_user_regs regs;         /* [t] */
	unsigned char fpu[FAKE_FPU_SIZE]; /* [t] */
};

/* memory.c. All take as->mutex. */
void memory_init(struct aspace *as);
void memory_fini(struct aspace *as);
/* A copy of everything in `from`, for an empty `to` that nobody else knows. */
MUST_CHECK int memory_copy(struct aspace *from, struct aspace *to);
MUST_CHECK int memory_run(struct aspace *as, struct plat_cmd *cmds, size_t n);
MUST_CHECK ssize_t memory_read(struct aspace *as, const struct plat_piece *v, size_t n);
MUST_CHECK ssize_t memory_write(struct aspace *as, const struct plat_piece *v, size_t n);
MUST_CHECK int memory_cmpxchg32(struct aspace *as, uint64_t addr, uint32_t expect, uint32_t value,
				uint32_t *ret_old);
