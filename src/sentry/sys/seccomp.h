/* SPDX-License-Identifier: Apache-2.0 */
/* What seccomp(2) and prctl(2) have in common. */
#pragma once

#include <stdint.h>

#include "sentry/core/uaddr.h"

struct task;

/* seccomp(2) with its arguments decoded. */
long seccomp_call(struct task *t, unsigned op, unsigned flags, uaddr_t args);
/* PR_SET_SECCOMP, PR_GET_SECCOMP. */
long prctl_set_seccomp(struct task *t, uint64_t mode, uaddr_t program);
long prctl_get_seccomp(struct task *t);
