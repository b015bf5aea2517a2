/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a test does to contexts of the fake platform: it plays the guest. A context's events come
 * from its script, or, while that is empty, from the platform's player; with neither,
 * context_switch blocks until it is interrupted, something is pushed, or the stub is killed. All
 * functions may be called by any thread while the context lives.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/platform.h"

/*
 * The guest of all contexts that have nothing in their scripts. Called by the owner thread in
 * context_switch, without locks; it may use everything of the contract that the owner may use
 * between two switches. True: *ret is what happened; false: nothing happens until the context is
 * interrupted or pushed.
 */
typedef bool (*fake_player_fn)(void *arg, struct pcontext *pc, struct plat_event *ret);
void fake_set_player(struct platform *p, fake_player_fn player, void *arg);

/*
 * Append an event to the script. PLAT_SYSCALL loads the arguments into their registers; ip and sp
 * too if they are not 0, else they are filled from the registers. False: no memory.
 */
MUST_CHECK bool fake_script_push(struct pcontext *pc, const struct plat_event *ev);
MUST_CHECK bool fake_script_push_syscall(struct pcontext *pc, uint64_t nr, const uint64_t args[6]);

/* The values of all set_result calls so far, first one first. Out of range: false. */
size_t fake_result_count(struct pcontext *pc);
MUST_CHECK bool fake_result(struct pcontext *pc, size_t i, int64_t *ret);

/* What cpu_time_ns says from now on. */
void fake_set_cpu_time(struct pcontext *pc, uint64_t ns);

/* As if the host had killed the stub: its contexts are PLAT_GONE, its memory is -ESRCH. */
void fake_kill(struct aspace *as);

/* How many address spaces and contexts are alive: leaks show here. */
size_t fake_aspace_count(struct platform *p);
size_t fake_context_count(struct platform *p);
