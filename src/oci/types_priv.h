/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of the parts of a configuration, and checks that several of them need. */
#ifndef CAISSON_OCI_TYPES_PRIV_H
#define CAISSON_OCI_TYPES_PRIV_H

#include "oci/bind_priv.h"
#include "oci/oci.h"

extern const struct oci_type oci_type_process;
extern const struct oci_type oci_type_resources;
extern const struct oci_type oci_type_seccomp;
extern const struct oci_type oci_type_id_mapping;
extern const struct oci_type oci_type_mount;
extern const struct oci_type oci_type_linux;
extern const struct oci_type oci_type_spec;

/* Both in alphabetical order; namespaces are enum oci_ns, capabilities masks. */
extern const struct oci_name oci_ns_names[];
extern const struct oci_name oci_cap_names[];
/* The names of seccomp: see seccomp.h. */
extern const struct oci_name oci_action_names[];
extern const struct oci_name oci_operator_names[];
extern const struct oci_name oci_arch_names[];
extern const struct oci_name oci_filter_flag_names[];
/* LX_MPOL_* */
extern const struct oci_name oci_policy_names[];
extern const struct oci_name oci_policy_flag_names[];

/* "0-3,7": numbers, ranges and commas. NULL is well. 0, or what oci_refuse returned. */
MUST_CHECK int oci_verify_list(struct oci_reader *r, const char *property, const char *list);

/* Every string is an absolute path. */
MUST_CHECK int oci_verify_paths(struct oci_reader *r, const char *property,
				const struct oci_strv *v);

/* Sort the options; the strings of opts belong to the reader's document. */
MUST_CHECK int oci_mount_opts_read(struct oci_reader *r, const struct oci_strv *options,
				   struct oci_mount_opts *ret_opts);

/* What parts of a whole configuration say about each other. */
MUST_CHECK int oci_validate(struct oci_reader *r, const struct oci_spec *spec);

#endif
