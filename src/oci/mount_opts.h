/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The options of a mount, sorted into what the kernel takes apart: flags of mount(2), changes of
 * propagation, recursive attributes of mount_setattr(2), what a runtime does itself, and the rest,
 * which goes to the filesystem as a string. A later option overrides an earlier one.
 */
#ifndef CAISSON_OCI_MOUNT_OPTS_H
#define CAISSON_OCI_MOUNT_OPTS_H

#include "base/strbuf.h"
#include "oci/values.h"

enum oci_idmap_mode {
	OCI_IDMAP_NONE,
	OCI_IDMAP,           /* this mount alone */
	OCI_IDMAP_RECURSIVE, /* and what is mounted below it */
};

struct oci_mount_opts {
	uint64_t set;                /* LX_MS_*: asked for, LX_MS_BIND among them */
	uint64_t clear;              /* LX_MS_*: asked not to be ("rw", "dev"); none is in set */
	struct oci_u32v propagation; /* LX_MS_SHARED ..., each with or without LX_MS_REC; in order */
	uint64_t rec_set, rec_clear; /* LX_MOUNT_ATTR_*, for the whole tree ("rro") */
	bool tmpcopyup;              /* a tmpfs starts with what was there */
	uint32_t idmap;              /* enum oci_idmap_mode */
	const char *data;            /* the other options with commas between; "" if none */
};

/* Is this one of the options that have a meaning of their own? */
bool oci_mount_option_known(const char *option);

/* The names of those options, in alphabetical order (for `features`); NULL past the last. */
const char *oci_mount_option_name(size_t i);

#endif
