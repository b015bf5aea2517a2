/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the vDSO: the clock (vdso_clock.c), apart from files and mappings (vdso.c), so that tests
 * can give it a host of their own.
 */
#pragma once

#include "base/lock.h"
#include "guest/vdso_params.h"
#include "sentry/loader/vdso.h"

/* Where counts and times come from. */
struct vdso_source {
	uint64_t (*count)(void);
	int (*clock)(int id, int64_t *ret_ns);
};

/* The counter, the host's clock at that moment, and how many counts lay around the look at it. */
struct vdso_sample {
	uint64_t count, width;
	int64_t ns;
};

/* How one line came to be. */
struct vdso_history {
	struct vdso_sample far,
		near;     /* far is what the slope is measured from, near its successor */
	int64_t floor_ns; /* nobody was told more than this before the last sample */
	bool begun;
};

/* Key: [I] immutable; [l] lock */
struct vdso_clock {
	struct lock lock;              /* RANK_LEAF */
	const struct vdso_source *src; /* [I] */
	struct vdso_params *page;      /* [I] lines and offsets [l] */
	bool steady;                   /* [l] the counter can be trusted */
	bool offsets_known;            /* [l] */
	uint32_t surprises; /* [l] times that the host's clock was not where it had to be */
	struct vdso_history history[VDSO_LINES]; /* [l] */
};

/*
 * page: zeroed, shared with the guest. steady false: the page stays empty and the guest asks for
 * everything.
 */
void vdso_clock_init(struct vdso_clock *c, struct vdso_params *page, const struct vdso_source *src,
		     bool steady);
MUST_CHECK int vdso_clock_get(struct vdso_clock *c, int id, int64_t *ret_ns);

/* The two files that every program maps, for the test. -1: vdso_start was not called. */
int vdso_page_fd(void);
int vdso_image_fd(void);
