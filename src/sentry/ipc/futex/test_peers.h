/* SPDX-License-Identifier: Apache-2.0 */
/* Guest threads over the fake platform's memory, for the tests of this room. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "base/test.h"
#include "abi/errno.h"
#include "abi/futex.h"
#include "abi/time.h"
#include "sentry/core/clock.h"
#include "sentry/ipc/futex/futex.h"
#include "sentry/mm/test_world.h"

#define PEERS 6

/*
 * One guest thread: a ctx with a context of its own, and whether a signal waits for it. Its tid is
 * 100 + index.
 */
struct peer {
	struct ctx ctx;
	_Atomic bool signal;
	_Atomic bool done;
	pthread_t id;
	int index;
	long result;
};

extern struct world w;
extern uint64_t mem; /* two pages, readable and writable */
extern struct peer peers[PEERS];

void begin(void);
void end(void);

struct futex_word word(uint64_t off);
void put32(uint64_t off, uint32_t v);
void put64(uint64_t off, uint64_t v);
uint32_t get32(uint64_t off);
/* timeout_ns < 0: none. */
int wait_on(struct peer *p, uint64_t off, uint32_t val, int64_t timeout_ns);
int wake(uint64_t off, int n);
/* cmpxchg of the guest's: what was there. */
uint32_t swap(struct peer *p, uint64_t off, uint32_t expect, uint32_t value);

/* The first n peers run fn(peer). */
void start(void *(*fn)(void *), int n);
void join(int n);
