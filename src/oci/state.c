/* SPDX-License-Identifier: Apache-2.0 */
/* The table of what is told about a container. */
#include "oci/state.h"

#include "oci/bind_priv.h"

static const struct oci_name status_names[] = {
	{"creating", OCI_CREATING}, {"created", OCI_CREATED}, {"running", OCI_RUNNING},
	{"stopped", OCI_STOPPED},   {"paused", OCI_PAUSED},   {NULL, 0},
};

static const struct oci_field state_fields[] = {
	F_STR(struct oci_state, oci_version, "ociVersion", OCI_REQUIRED),
	F_STR(struct oci_state, id, "id", OCI_REQUIRED),
	F_U64(struct oci_state, pid, "pid", OCI_ALWAYS),
	F_ENUM(struct oci_state, status, "status", OCI_REQUIRED, status_names),
	F_STR(struct oci_state, bundle, "bundle", OCI_REQUIRED),
	F_STR(struct oci_state, rootfs, "rootfs", 0),
	F_STR(struct oci_state, created, "created", 0),
	F_MAP(struct oci_state, annotations, "annotations"),
	F_STR(struct oci_state, owner, "owner", 0),
};
static const struct oci_type state_type = OCI_TYPE(struct oci_state, state_fields, NULL);

const char *oci_status_name(enum oci_status status)
{
	return oci_name_of(status_names, status);
}

void oci_state_encode(const struct oci_state *s, struct strbuf *out)
{
	oci_write(&state_type, s, "  ", out);
}

void oci_state_list_encode(const struct oci_state *v, size_t n, struct strbuf *out)
{
	strbuf_addc(out, '[');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			strbuf_addc(out, ',');
		oci_write(&state_type, &v[i], NULL, out);
	}
	strbuf_addc(out, ']');
}
