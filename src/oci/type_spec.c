/* SPDX-License-Identifier: Apache-2.0 */
/* The whole of config.json. */
#include <string.h>

#include "oci/types_priv.h"

/* sethostname(2), setdomainname(2): __NEW_UTS_LEN */
#define NODE_NAME_MAX 64

static const struct oci_field root_fields[] = {
	F_STR(struct oci_root, path, "path", OCI_REQUIRED | OCI_NONEMPTY | OCI_PATH),
	F_BOOL(struct oci_root, readonly, "readonly", 0),
};
static const struct oci_type root_type = OCI_TYPE(struct oci_root, root_fields, NULL);

/* ---- hooks ---- */

static int verify_hook(struct oci_reader *r, void *obj)
{
	const struct oci_hook *h = obj;

	if (h->timeout.set && h->timeout.v <= 0)
		return oci_refuse(r, "timeout", "must be above 0");
	return 0;
}

static const struct oci_field hook_fields[] = {
	F_STR(struct oci_hook, path, "path", OCI_REQUIRED | OCI_ABSOLUTE),
	F_STRV(struct oci_hook, args, "args", 0),
	F_STRV(struct oci_hook, env, "env", 0),
	F_OPT_I64(struct oci_hook, timeout, "timeout"),
};
static const struct oci_type hook_type = OCI_TYPE(struct oci_hook, hook_fields, verify_hook);

#define HOOKS(member, text) F_LIST(struct oci_hooks, member, text, 0, struct oci_hook, &hook_type)

static const struct oci_field hooks_fields[] = {
	HOOKS(prestart, "prestart"),
	HOOKS(create_runtime, "createRuntime"),
	HOOKS(create_container, "createContainer"),
	HOOKS(start_container, "startContainer"),
	HOOKS(poststart, "poststart"),
	HOOKS(poststop, "poststop"),
};
static const struct oci_type hooks_type = OCI_TYPE(struct oci_hooks, hooks_fields, NULL);

/* ---- spec ---- */

/* Version 1 of the specification in any minor version: what is new in one is a property that older
 * runtimes ignore. */
static int verify_version(struct oci_reader *r, const char *version)
{
	size_t minor = strncmp(version, "1.", 2) == 0 ? strspn(version + 2, "0123456789") : 0;

	if (minor == 0 || version[2 + minor] != '.')
		return oci_refuse(r, "ociVersion", "\"%.40s\" is not known; 1.x.y is", version);
	return 0;
}

static int verify_node_name(struct oci_reader *r, const char *property, const char *name)
{
	if (name && strlen(name) > NODE_NAME_MAX)
		return oci_refuse(r, property, "is longer than %d bytes", NODE_NAME_MAX);
	return 0;
}

static int verify_spec(struct oci_reader *r, void *obj)
{
	const struct oci_spec *s = obj;
	int res = verify_version(r, s->oci_version);

	if (res == 0)
		res = verify_node_name(r, "hostname", s->hostname);
	if (res == 0)
		res = verify_node_name(r, "domainname", s->domainname);
	if (res < 0)
		return res;
	for (size_t i = 0; i < s->annotations.n; i++) {
		if (s->annotations.v[i].key[0] == '\0')
			return oci_refuse(r, "annotations", "a key is empty");
	}
	return oci_validate(r, s);
}

static const struct oci_field spec_fields[] = {
	F_STR(struct oci_spec, oci_version, "ociVersion", OCI_REQUIRED),
	F_PTR(struct oci_spec, process, "process", struct oci_process, &oci_type_process),
	F_OBJECT(struct oci_spec, root, "root", OCI_REQUIRED, struct oci_root, &root_type),
	F_STR(struct oci_spec, hostname, "hostname", 0),
	F_STR(struct oci_spec, domainname, "domainname", 0),
	F_LIST(struct oci_spec, mounts, "mounts", 0, struct oci_mount, &oci_type_mount),
	F_OBJECT(struct oci_spec, hooks, "hooks", 0, struct oci_hooks, &hooks_type),
	F_MAP(struct oci_spec, annotations, "annotations"),
	F_OBJECT(struct oci_spec, lx, "linux", 0, struct oci_linux, &oci_type_linux),
};
const struct oci_type oci_type_spec = OCI_TYPE(struct oci_spec, spec_fields, verify_spec);
