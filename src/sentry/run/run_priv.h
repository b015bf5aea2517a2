/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the trap loop. */
#pragma once

#include <stdint.h>

struct plat_sys;
struct task;

/* What is to become of a call that a filter of the thread has an opinion on. */
enum seccomp_outcome {
	SECCOMP_CARRY_OUT,   /* nobody objects */
	SECCOMP_ANSWERED,    /* *ret is what the guest sees, even if it looks like a restart */
	SECCOMP_INTERRUPTED, /* *ret is an LX_ERESTART code of our own */
};

/*
 * Judge the call number nr of t, which seccomp_lets_pass left open, and do what the verdict says:
 * raise a signal, ask a supervisor, end the thread or the process.
 */
enum seccomp_outcome run_seccomp(struct task *t, uint64_t nr, const struct plat_sys *sys,
				 long *ret);
