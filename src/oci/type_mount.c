/* SPDX-License-Identifier: Apache-2.0 */
/* An element of the property "mounts", and the mappings of ids that mounts and namespaces have. */
#include <stdio.h>
#include <string.h>

#include "abi/fcntl.h"
#include "abi/mount.h"
#include "oci/types_priv.h"

static int verify_mapping(struct oci_reader *r, void *obj)
{
	const struct oci_id_mapping *m = obj;
	uint64_t top = (uint64_t)UINT32_MAX + 1;

	if (m->size == 0)
		return oci_refuse(r, "size", "must be at least 1");
	if (m->size > top - m->container_id || m->size > top - m->host_id)
		return oci_refuse(r, "size", "reaches beyond the last id");
	return 0;
}

static const struct oci_field mapping_fields[] = {
	F_U32(struct oci_id_mapping, container_id, "containerID", OCI_REQUIRED, 0),
	F_U32(struct oci_id_mapping, host_id, "hostID", OCI_REQUIRED, 0),
	F_U32(struct oci_id_mapping, size, "size", OCI_REQUIRED, 0),
};
const struct oci_type oci_type_id_mapping =
	OCI_TYPE(struct oci_id_mapping, mapping_fields, verify_mapping);

/* Relative ones were allowed once, and meant: below the root. */
static int complete_destination(struct oci_reader *r, struct oci_mount *m)
{
	char path[LX_PATH_MAX];
	int n;

	if (m->destination[0] == '/')
		return 0;
	n = snprintf(path, sizeof(path), "/%s", m->destination);
	if (n < 0 || (size_t)n >= sizeof(path))
		return oci_refuse(r, "destination", "is longer than a path may be");
	m->destination = oci_doc_string(oci_reader_doc(r), path, (size_t)n);
	if (!m->destination)
		return oci_refuse_memory(r);
	return oci_warn(r, "destination", "is relative; taken for \"%.200s\"", m->destination);
}

static int verify_mount(struct oci_reader *r, void *obj)
{
	struct oci_mount *m = obj;
	int res = complete_destination(r, m);

	if (res == 0)
		res = oci_mount_opts_read(r, &m->options, &m->opts);
	if (res < 0)
		return res;
	if (m->type && strcmp(m->type, "bind") == 0)
		m->opts.set |= LX_MS_BIND;
	if ((m->uid_mappings.n == 0) != (m->gid_mappings.n == 0))
		return oci_refuse(r, NULL, "has only one of uidMappings and gidMappings");
	if (m->uid_mappings.n > 0 && m->opts.idmap == OCI_IDMAP_NONE)
		m->opts.idmap = OCI_IDMAP;
	if (m->opts.idmap != OCI_IDMAP_NONE && !(m->opts.set & LX_MS_BIND))
		return oci_refuse(r, NULL, "ids can be mapped in bind mounts only");
	if ((m->opts.set & LX_MS_BIND) && !m->source)
		return oci_refuse(r, "source", "is missing, though this is a bind mount");
	return 0;
}

#define MAPPINGS(member, text)                                                                     \
	F_LIST(struct oci_mount, member, text, 0, struct oci_id_mapping, &oci_type_id_mapping)

static const struct oci_field mount_fields[] = {
	F_STR(struct oci_mount, destination, "destination", OCI_REQUIRED | OCI_NONEMPTY | OCI_PATH),
	F_STR(struct oci_mount, type, "type", 0),
	F_STR(struct oci_mount, source, "source", OCI_PATH),
	F_STRV(struct oci_mount, options, "options", 0),
	MAPPINGS(uid_mappings, "uidMappings"),
	MAPPINGS(gid_mappings, "gidMappings"),
};
const struct oci_type oci_type_mount = OCI_TYPE(struct oci_mount, mount_fields, verify_mount);
