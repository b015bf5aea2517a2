/* SPDX-License-Identifier: Apache-2.0 */
/* Between the threads that serve connections (serve.c), what is asked (requests.c), and processes
 * that were started from outside (exec.c). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sentry/boot/boot_priv.h"
#include "sentry/boot/serve.h"
#include "wire/request.h"

/* ---- exec.c ---- */

/*
 * Start one more process; takes over the descriptors that it uses (set to -1). One at a time: the
 * others wait. Its end is kept, until there are many, for whoever asks.
 */
MUST_CHECK int exec_start(const struct serve_config *c, const struct plan_process *p, int *fds,
			  size_t nfds, int32_t *ret_pid, struct boot_error *e);
/* Take the ended ones; their terminals lose their names. */
void exec_reap(struct kernel *k);
/* 1: it has ended, so; 0: it lives; -ESRCH: never started, or long ago. */
MUST_CHECK int exec_status(int32_t pid, int *ret_wait_status);

/* ---- requests.c ---- */

/* All but WAIT. *a has tag and op; text, if any, is malloc'd. fds as exec_start's. */
void request_carry_out(const struct serve_config *c, const struct request *q, int *fds, size_t nfds,
		       struct answer *a);
/* An answer that says no. */
void answer_error(struct answer *a, int err, enum control_failure why, const char *text);

/* ---- serve.c ---- */

/* True: init has ended, so. */
bool serve_init_ended(int *ret_wait_status);
/* Somebody may have ended: look. */
void serve_look(void);
