/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of plans, shared by plan.c, plan_lists.c and plan_process.c. Sizes are upper bounds on the
 * wire. */
#pragma once

#include "abi/mount.h"
#include "wire/buf.h"
#include "wire/plan.h"

/* NULL is "". */
void plan_put_string(struct wire_out *o, const char *s);
void plan_put_strings(struct wire_out *o, const struct plan_strings *s);
size_t plan_string_size(const char *s);
size_t plan_strings_size(const struct plan_strings *s);

/* All: 0, -EBADMSG, -ENOMEM. */
MUST_CHECK int plan_get_string(struct wire_in *in, char **ret);
/* What was read before a failure stands in *ret. */
MUST_CHECK int plan_get_strings(struct wire_in *in, struct plan_strings *ret);
/* A count of at most max, and that many zeroed things of this size (never NULL). */
MUST_CHECK int plan_get_count(struct wire_in *in, uint32_t max, size_t size, uint32_t *ret_n,
			      void **ret);
void plan_strings_fini(struct plan_strings *s);

#define PLAN_PROPAGATION_ALL                                                                       \
	((uint32_t)(LX_MS_SHARED | LX_MS_PRIVATE | LX_MS_SLAVE | LX_MS_UNBINDABLE | LX_MS_REC))

/* plan_lists.c */
void plan_put_idmaps(struct wire_out *o, const struct plan_idmaps *m);
MUST_CHECK int plan_get_idmaps(struct wire_in *in, struct plan_idmaps *ret);
size_t plan_lists_size(const struct plan *p);
void plan_lists_put(struct wire_out *o, const struct plan *p);
MUST_CHECK int plan_lists_get(struct wire_in *in, struct plan *p);
void plan_lists_fini(struct plan *p);
