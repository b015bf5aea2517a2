/* SPDX-License-Identifier: Apache-2.0 */
/* From bytes to a tree of values, within the limits of oci.h. */
#ifndef CAISSON_OCI_TEXT_PRIV_H
#define CAISSON_OCI_TEXT_PRIV_H

#include <json-c/json.h>

#include "base/compiler.h"
#include "base/strbuf.h"

static inline UNUSED void oci_json_put(struct json_object *j)
{
	(void)json_object_put(j);
}
DEFINE_AUTO(struct json_object *, oci_json_put)

/* Caller owns the tree. -EINVAL, -E2BIG or -ENOMEM, and why. */
MUST_CHECK int oci_text_parse(const char *text, size_t len, struct json_object **ret_tree,
			      struct strbuf *why);

#endif
