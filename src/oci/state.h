/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is told about a container: by the verbs `state` and `list`, and to hooks on their standard
 * input. Source: runtime-spec, runtime.md; the last three properties are runc's.
 */
#ifndef CAISSON_OCI_STATE_H
#define CAISSON_OCI_STATE_H

#include "base/strbuf.h"
#include "oci/values.h"

enum oci_status {
	OCI_CREATING,
	OCI_CREATED,
	OCI_RUNNING,
	OCI_STOPPED,
	OCI_PAUSED,
};

struct oci_state {
	const char *oci_version;
	const char *id;
	uint32_t status;     /* enum oci_status */
	uint64_t pid;        /* 0 once stopped: written all the same, as runc does */
	const char *bundle;  /* absolute */
	const char *rootfs;  /* NULL: left out (a hook is not told) */
	const char *created; /* RFC 3339 with nanoseconds; NULL: left out */
	const char *owner;   /* a user's name; NULL: left out */
	struct oci_map annotations;
};

/* "running" */
const char *oci_status_name(enum oci_status status);

/* As JSON: the first as `state` and hooks have it (indented by two blanks, no newline at the end),
 * the other an array on one line as `list --format=json` has it. A failure is in out
 * (strbuf_result). */
void oci_state_encode(const struct oci_state *s, struct strbuf *out);
void oci_state_list_encode(const struct oci_state *v, size_t n, struct strbuf *out);

#endif
