/* SPDX-License-Identifier: Apache-2.0 */
/* The lock ranks of the Sentry as an enum, from lock_ranks.def. Pass RANK_x to lock_init. */
#pragma once

enum lock_rank {
	RANK_NONE = 0,
#define RANK(name, what) RANK_##name,
#include "sentry/core/lock_ranks.def"
#undef RANK
	RANK_COUNT
};
