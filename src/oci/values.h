/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shapes that properties of a configuration have once they are parsed. A property that may be
 * missing, and whose absence is not the same as zero, is one of the oci_opt types or a pointer that
 * may be NULL. Everything belongs to the document it was read from and lives as long as it does.
 */
#ifndef CAISSON_OCI_VALUES_H
#define CAISSON_OCI_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

/* n elements; v is NULL if n is 0. */
#define OCI_ARRAY(type)                                                                            \
	struct {                                                                                   \
		type *v;                                                                           \
		size_t n;                                                                          \
	}

#define OCI_ARRAY_NAMED(name, type)                                                                \
	struct name {                                                                              \
		type *v;                                                                           \
		size_t n;                                                                          \
	}

struct oci_strv {
	const char **v;
	size_t n;
};

struct oci_pair {
	const char *key, *value;
};

/* In the order of the text. Where a key stands twice, the last one counts. */
struct oci_map {
	struct oci_pair *v;
	size_t n;
};

struct oci_u32v {
	uint32_t *v;
	size_t n;
};

struct oci_opt_bool {
	bool set, v;
};

struct oci_opt_u32 {
	bool set;
	uint32_t v;
};

struct oci_opt_u64 {
	bool set;
	uint64_t v;
};

struct oci_opt_i64 {
	bool set;
	int64_t v;
};

/* The value of a key; NULL: not there. */
const char *oci_map_get(const struct oci_map *m, const char *key);

/* Is s one of them? */
bool oci_strv_has(const struct oci_strv *v, const char *s);

#endif
