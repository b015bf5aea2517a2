/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.json as the Sentry and the Gofer are told it: the plan (wire/plan.h) and the exports. What
 * the guest's kernel cannot carry out is refused here, with the name of the property.
 */
#pragma once

#include "base/compiler.h"
#include "gofer/gofer.h"
#include "oci/oci.h"
#include "wire/plan.h"

/* Strings lie in the spec, the rest is malloc'd and listed in `blocks`. */
struct blueprint {
	struct plan plan;
	struct gofer_export *exports; /* the first one is the root */
	size_t nexports;
	void **blocks;
	size_t nblocks;
};

void blueprint_fini(struct blueprint *b);
DEFINE_AUTO_INPLACE(struct blueprint, blueprint_fini)

struct blueprint_request {
	const struct oci_spec *spec;
	const char *bundle, *rootfs; /* absolute */
	uint32_t listen_fds;
	bool overlay; /* writes to the root stay in memory */
};

/* Tells; -EINVAL, -ENOMEM, or why a source of a bind mount cannot be looked at. */
MUST_CHECK int blueprint_draw(const struct blueprint_request *q, struct blueprint *ret);

/* A process alone, for `exec`; caps_of (may be NULL) gives the capability sets that p does not say.
 * seccomp may be NULL. home: of the user, for an environment that does not say it; NULL. */
struct process_request {
	const struct oci_process *process;
	const struct oci_capabilities *default_caps;
	const struct oci_seccomp *seccomp;
	const struct oci_personality *personality;
	const char *rootfs;
	uint32_t listen_fds; /* told in the environment */
};
MUST_CHECK int blueprint_process(struct blueprint *b, const struct process_request *q,
				 struct plan_process *ret);

/* n zeroed elements that live as long as b; NULL. */
void *blueprint_alloc(struct blueprint *b, size_t n, size_t size);
char *blueprint_format(struct blueprint *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* For members of the plan that are never written through. */
char *blueprint_borrow(const char *s);
