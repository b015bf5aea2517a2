/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of options that a runtime takes apart, and the walk over the options of one mount. What
 * the table does not know belongs to the filesystem. Source: runtime-spec, config.md, "Linux mount
 * options"; mount(8), mount_setattr(2).
 */
#include <string.h>

#include "abi/mount.h"
#include "oci/types_priv.h"

enum action {
	SET,         /* a flag of mount(2) */
	CLEAR,       /* the opposite of one */
	PROPAGATE,   /* a change of propagation */
	REC_SET,     /* an attribute of the whole tree */
	REC_CLEAR,   /* the opposite of one */
	TMPCOPYUP,   /* what was there is copied into the new filesystem */
	IDMAP,       /* ids are mapped in this mount */
	IDMAP_BELOW, /* and in all below */
	NOTHING,     /* "defaults" */
};

/* In alphabetical order: oci_mount_option_name shows it to people. */
static const struct option {
	const char *name;
	enum action action;
	uint64_t flag;
} options[] = {
	{"acl", SET, LX_MS_POSIXACL},
	{"async", CLEAR, LX_MS_SYNCHRONOUS},
	{"atime", CLEAR, LX_MS_NOATIME},
	{"bind", SET, LX_MS_BIND},
	{"defaults", NOTHING, 0},
	{"dev", CLEAR, LX_MS_NODEV},
	{"diratime", CLEAR, LX_MS_NODIRATIME},
	{"dirsync", SET, LX_MS_DIRSYNC},
	{"exec", CLEAR, LX_MS_NOEXEC},
	{"idmap", IDMAP, 0},
	{"iversion", SET, LX_MS_I_VERSION},
	{"lazytime", SET, LX_MS_LAZYTIME},
	{"loud", CLEAR, LX_MS_SILENT},
	{"mand", SET, LX_MS_MANDLOCK},
	{"noacl", CLEAR, LX_MS_POSIXACL},
	{"noatime", SET, LX_MS_NOATIME},
	{"nodev", SET, LX_MS_NODEV},
	{"nodiratime", SET, LX_MS_NODIRATIME},
	{"noexec", SET, LX_MS_NOEXEC},
	{"noiversion", CLEAR, LX_MS_I_VERSION},
	{"nolazytime", CLEAR, LX_MS_LAZYTIME},
	{"nomand", CLEAR, LX_MS_MANDLOCK},
	{"norelatime", CLEAR, LX_MS_RELATIME},
	{"nostrictatime", CLEAR, LX_MS_STRICTATIME},
	{"nosuid", SET, LX_MS_NOSUID},
	{"nosymfollow", SET, LX_MS_NOSYMFOLLOW},
	{"private", PROPAGATE, LX_MS_PRIVATE},
	{"ratime", REC_CLEAR, LX_MOUNT_ATTR_NOATIME},
	{"rbind", SET, LX_MS_BIND | LX_MS_REC},
	{"rdev", REC_CLEAR, LX_MOUNT_ATTR_NODEV},
	{"rdiratime", REC_CLEAR, LX_MOUNT_ATTR_NODIRATIME},
	{"relatime", SET, LX_MS_RELATIME},
	{"remount", SET, LX_MS_REMOUNT},
	{"rexec", REC_CLEAR, LX_MOUNT_ATTR_NOEXEC},
	{"ridmap", IDMAP_BELOW, 0},
	{"rnoatime", REC_SET, LX_MOUNT_ATTR_NOATIME},
	{"rnodev", REC_SET, LX_MOUNT_ATTR_NODEV},
	{"rnodiratime", REC_SET, LX_MOUNT_ATTR_NODIRATIME},
	{"rnoexec", REC_SET, LX_MOUNT_ATTR_NOEXEC},
	{"rnorelatime", REC_CLEAR, LX_MOUNT_ATTR_RELATIME},
	{"rnostrictatime", REC_CLEAR, LX_MOUNT_ATTR_STRICTATIME},
	{"rnosuid", REC_SET, LX_MOUNT_ATTR_NOSUID},
	{"rnosymfollow", REC_SET, LX_MOUNT_ATTR_NOSYMFOLLOW},
	{"ro", SET, LX_MS_RDONLY},
	{"rprivate", PROPAGATE, LX_MS_PRIVATE | LX_MS_REC},
	{"rrelatime", REC_SET, LX_MOUNT_ATTR_RELATIME},
	{"rro", REC_SET, LX_MOUNT_ATTR_RDONLY},
	{"rrw", REC_CLEAR, LX_MOUNT_ATTR_RDONLY},
	{"rshared", PROPAGATE, LX_MS_SHARED | LX_MS_REC},
	{"rslave", PROPAGATE, LX_MS_SLAVE | LX_MS_REC},
	{"rstrictatime", REC_SET, LX_MOUNT_ATTR_STRICTATIME},
	{"rsuid", REC_CLEAR, LX_MOUNT_ATTR_NOSUID},
	{"rsymfollow", REC_CLEAR, LX_MOUNT_ATTR_NOSYMFOLLOW},
	{"runbindable", PROPAGATE, LX_MS_UNBINDABLE | LX_MS_REC},
	{"rw", CLEAR, LX_MS_RDONLY},
	{"shared", PROPAGATE, LX_MS_SHARED},
	{"silent", SET, LX_MS_SILENT},
	{"slave", PROPAGATE, LX_MS_SLAVE},
	{"strictatime", SET, LX_MS_STRICTATIME},
	{"suid", CLEAR, LX_MS_NOSUID},
	{"symfollow", CLEAR, LX_MS_NOSYMFOLLOW},
	{"sync", SET, LX_MS_SYNCHRONOUS},
	{"tmpcopyup", TMPCOPYUP, 0},
	{"unbindable", PROPAGATE, LX_MS_UNBINDABLE},
};

static const struct option *find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		if (strcmp(options[i].name, name) == 0)
			return &options[i];
	}
	return NULL;
}

bool oci_mount_option_known(const char *option)
{
	return find(option) != NULL;
}

const char *oci_mount_option_name(size_t i)
{
	return i < ARRAY_SIZE(options) ? options[i].name : NULL;
}

/* mount_setattr(2): the three ways to keep access times are one field of two bits, of which all
 * must be cleared to set one. */
static void set_attr(struct oci_mount_opts *o, uint64_t attr)
{
	if ((attr & LX_MOUNT_ATTR__ATIME) == attr) {
		o->rec_set &= ~(uint64_t)LX_MOUNT_ATTR__ATIME;
		o->rec_clear |= LX_MOUNT_ATTR__ATIME;
	} else {
		o->rec_clear &= ~attr;
	}
	o->rec_set |= attr;
}

/* "The opposite" of a way to keep access times is the kernel's own way, which is 0. */
static void clear_attr(struct oci_mount_opts *o, uint64_t attr)
{
	if ((attr & LX_MOUNT_ATTR__ATIME) == attr) {
		if (attr == 0 || (o->rec_set & LX_MOUNT_ATTR__ATIME) != attr)
			return;
		attr = LX_MOUNT_ATTR__ATIME;
	}
	o->rec_set &= ~attr;
	o->rec_clear |= attr;
}

static void apply(struct oci_mount_opts *o, const struct option *opt)
{
	switch (opt->action) {
	case SET:
		o->set |= opt->flag;
		o->clear &= ~opt->flag;
		break;
	case CLEAR:
		o->set &= ~opt->flag;
		o->clear |= opt->flag;
		break;
	case PROPAGATE:
		o->propagation.v[o->propagation.n++] = (uint32_t)opt->flag;
		break;
	case REC_SET:
		set_attr(o, opt->flag);
		break;
	case REC_CLEAR:
		clear_attr(o, opt->flag);
		break;
	case TMPCOPYUP:
		o->tmpcopyup = true;
		break;
	case IDMAP:
		o->idmap = OCI_IDMAP;
		break;
	case IDMAP_BELOW:
		o->idmap = OCI_IDMAP_RECURSIVE;
		break;
	case NOTHING:
		break;
	}
}

int oci_mount_opts_read(struct oci_reader *r, const struct oci_strv *v,
			struct oci_mount_opts *ret_opts)
{
	AUTO(strbuf_fini) struct strbuf data = STRBUF_INIT;
	struct oci_mount_opts o = {0};

	o.propagation.v = oci_doc_alloc(oci_reader_doc(r), v->n, sizeof(uint32_t));
	if (!o.propagation.v)
		return oci_refuse_memory(r);
	for (size_t i = 0; i < v->n; i++) {
		const struct option *opt = find(v->v[i]);

		if (opt)
			apply(&o, opt);
		else if (v->v[i][0] != '\0')
			strbuf_addf(&data, "%s%s", data.len > 0 ? "," : "", v->v[i]);
	}
	if (strbuf_result(&data) < 0)
		return oci_refuse_memory(r);
	if (o.propagation.n == 0)
		o.propagation.v = NULL;
	o.data = oci_doc_string(oci_reader_doc(r), strbuf_str(&data), data.len);
	if (!o.data)
		return oci_refuse_memory(r);
	*ret_opts = o;
	return 0;
}
