/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page that the guest's vDSO and the Sentry share: what turns the processor's time stamp
 * counter into the time. The Sentry writes it, the guest can only read it. All zero: ask the kernel
 * for everything.
 *
 *	vDSO (vdso.c)                                     Sentry (vdso_clock.c), under its lock
 *	seq, even                             (A)         seq = odd                        (C)
 *	count = time stamp counter                        take a sample: counter and host's clock
 *	read the line                                     write the line, from that sample on
 *	seq again, after the counter: same?   (B)         seq = even                       (D)
 *
 * A reader that passes (B) has read its count before (C), so before the sample: what it computes by
 * the old line is not later than what anybody computes by the new one, which starts at or above the
 * old one at the sample. Time does not run backwards. A reader that meets an odd seq asks the
 * kernel instead of spinning.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* MONOTONIC and all that is a fixed distance from it run at one speed, MONOTONIC_RAW at another. */
enum vdso_line_kind { VDSO_LINE_MONOTONIC, VDSO_LINE_RAW, VDSO_LINES };

/* ns at counter value `count`, and its slope, which holds for max_delta counts and no longer. */
struct vdso_line {
	uint64_t count;
	int64_t ns;
	uint64_t mult;      /* ns per count, 32.32 */
	uint64_t max_delta; /* 0: there is no line */
};

enum vdso_getcpu { VDSO_GETCPU_CALL, VDSO_GETCPU_RDTSCP, VDSO_GETCPU_RDPID };

#define VDSO_CLOCKS 12 /* one more than LX_CLOCK_TAI */

struct vdso_params {
	_Atomic uint32_t seq;
	uint32_t getcpu;                    /* enum vdso_getcpu; set once */
	int64_t resolution_ns[VDSO_CLOCKS]; /* set once; 0: ask the kernel */
	struct vdso_line line[VDSO_LINES];  /* [seq] */
	int64_t offset_ns[VDSO_CLOCKS];     /* [seq] from the clock's line to the clock */
};
_Static_assert(sizeof(struct vdso_params) <= 4096, "one page");

/*
 * Clocks (LX_CLOCK_) of a line: REALTIME, MONOTONIC, the two COARSE ones, BOOTTIME and TAI;
 * MONOTONIC_RAW. COARSE clocks are read as exactly as the others.
 */
#define VDSO_CLOCKS_MONOTONIC (1u << 0 | 1u << 1 | 1u << 5 | 1u << 6 | 1u << 7 | 1u << 11)
#define VDSO_CLOCKS_RAW       (1u << 4)

/* False: the clock is of no line. */
static inline bool vdso_line_of(int clock, enum vdso_line_kind *ret)
{
	uint32_t bit = (uint32_t)clock < VDSO_CLOCKS ? 1u << clock : 0;

	if (bit & VDSO_CLOCKS_MONOTONIC)
		*ret = VDSO_LINE_MONOTONIC;
	else
		*ret = VDSO_LINE_RAW;
	return (bit & (VDSO_CLOCKS_MONOTONIC | VDSO_CLOCKS_RAW)) != 0;
}

static inline int64_t vdso_line_ns(const struct vdso_line *l, uint64_t delta)
{
	return l->ns + (int64_t)(uint64_t)(((unsigned __int128)delta * l->mult) >> 32);
}

/* False: the line does not reach that far, or the counter is before its start. */
static inline bool vdso_line_read(const struct vdso_line *l, uint64_t count, int64_t *ret_ns)
{
	uint64_t delta = count - l->count;

	if (delta > l->max_delta || l->max_delta == 0)
		return false;
	*ret_ns = vdso_line_ns(l, delta);
	return true;
}
