/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that only ask who the caller is, answered without the Sentry: which sites are patched for
 * it, and what the platform answers there. Each call below is the task's own thread's.
 */
#pragma once

struct plat_sys;
struct task;

enum run_fast_mode {
	RUN_FAST_AUTO,   /* sites that are hot */
	RUN_FAST_OFF,    /* never */
	RUN_FAST_ALWAYS, /* from the first call of a site on; for tests */
};

/* Before any task runs. */
void run_fast_set_mode(enum run_fast_mode mode);

/* The thread is about to run for the first time. */
void run_fast_begin(struct task *t);
/* It made a call, which has been carried out. */
void run_fast_note(struct task *t, const struct plat_sys *sys);
/* It is about to go on in the guest: what is answered there must be true. */
void run_fast_keep(struct task *t);
