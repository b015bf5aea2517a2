/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that look and change nothing: attributes, targets, entries of directories, sizes of file
 * systems, xattrs. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "gofer/gofer_priv.h"
#include "host/fd.h"
#include "host/file.h"
#include "host/path.h"

/* What Rreaddir needs beside its entries. */
#define READDIR_OVERHEAD 160u
#define DIRPOS_UNKNOWN   UINT64_MAX

int req_getattr(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd UNUSED)
{
	struct node *n;
	int err = node_of_fid(s, t->fid, &n);

	if (err < 0)
		return err;
	err = host_fstat(n->fd, &r->attr);
	node_done(s, n);
	return err;
}

int req_readlink(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd UNUSED)
{
	struct node *n;
	ssize_t len;
	int err = node_of_fid(s, t->fid, &n);

	if (err < 0)
		return err;
	len = S_ISLNK(n->id.mode) ? host_readlink_at(n->fd, "", s->scratch, P9_TEXT_MAX + 1)
				  : -EINVAL;
	node_done(s, n);
	if (len < 0)
		return (int)len;
	r->text = (struct p9_str){s->scratch, (size_t)len};
	return 0;
}

int req_statfs(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd UNUSED)
{
	struct statfs st;
	uint32_t fsid[2];
	struct node *n;
	int err = node_of_fid(s, t->fid, &n);

	if (err < 0)
		return err;
	err = host_statfs(n->fd, &st);
	node_done(s, n);
	if (err < 0)
		return err;
	memcpy(fsid, &st.f_fsid, sizeof(fsid));
	r->statfs = (struct p9_statfs){
		.type = (uint32_t)st.f_type,
		.bsize = (uint32_t)st.f_bsize,
		.blocks = st.f_blocks,
		.bfree = st.f_bfree,
		.bavail = st.f_bavail,
		.files = st.f_files,
		.ffree = st.f_ffree,
		.fsid = fsid[0] | (uint64_t)fsid[1] << 32,
		.namelen = (uint32_t)st.f_namelen,
	};
	return 0;
}

/* --- readdir --- */

static uint8_t known_type(uint8_t type)
{
	switch (type) {
	case DT_FIFO:
	case DT_CHR:
	case DT_DIR:
	case DT_BLK:
	case DT_REG:
	case DT_LNK:
	case DT_SOCK:
		return type;
	default:
		return DT_UNKNOWN;
	}
}

/* False: no room. A name that vanished meanwhile still was there when the directory was read. */
static bool put_entry(const struct node *n, const struct dirent64 *d, struct wire_out *o)
{
	struct p9_entry e = {.next = (uint64_t)d->d_off,
			     .ino = d->d_ino,
			     .type = known_type(d->d_type),
			     .name = p9_str(d->d_name)};

	if (!p9_name_ok(e.name.s, e.name.n)) /* "." and ".." among them */
		return true;
	e.has_attr = host_stat_at(n->fd, d->d_name, &e.attr) == 0;
	if (e.has_attr) {
		e.ino = e.attr.ino;
		e.type = (uint8_t)IFTODT(e.attr.mode);
	}
	return p9_entry_put(o, &e);
}

/* Put what lies in s->entries. 1: all; 0: no room for more. */
static int put_entries(const struct server *s, struct node *n, size_t bytes, struct wire_out *o)
{
	for (size_t at = 0; at < bytes;) {
		struct dirent64 *d = (struct dirent64 *)(void *)(s->entries + at);

		if (!put_entry(n, d, o)) {
			n->dirpos = DIRPOS_UNKNOWN;
			return 0;
		}
		n->dirpos = (uint64_t)d->d_off;
		at += d->d_reclen;
	}
	return 1;
}

static int read_entries(struct server *s, struct node *n, const struct p9_msg *t, struct p9_msg *r,
			struct wire_out *o)
{
	int err = check_kernel_fs_known(s, n->fd, n->id.dev);

	if (err == 0)
		err = node_open_dir(s, n, t->offset);
	while (err == 0) {
		ssize_t got = host_getdents(n->dirfd, s->entries, ENTRIES_MAX);

		if (got < 0) {
			n->dirpos = DIRPOS_UNKNOWN;
			return (int)got;
		}
		if (got == 0) {
			r->flags = P9_READDIR_END;
			node_close_dir(s, n);
			return 0;
		}
		if (put_entries(s, n, (size_t)got, o) == 0)
			return o->len > 0 ? 0 : -EINVAL;
	}
	return err;
}

static int step_into(struct server *s, const struct p9_msg *t, struct node **n)
{
	char name[P9_NAME_MAX + 1];
	struct host_stat st;
	struct node *child;
	int fd, err = check_kernel_fs_known(s, (*n)->fd, (*n)->id.dev);

	if (err < 0)
		return err;
	copy_str(name, sizeof(name), t->name);
	err = find_in(s, *n, name, &fd, &st);
	if (err < 0)
		return err;
	child = node_child(s, *n, name, fd, &st);
	if (!child)
		return -ENOMEM;
	err = S_ISDIR(st.mode) ? node_hold(s, child) : -ENOTDIR;
	if (err == 0) {
		err = fid_new(s, t->newfid, child);
		if (err < 0)
			node_unhold(child);
	}
	if (err < 0) {
		node_put(s, child);
		return err;
	}
	node_done(s, *n);
	*n = child;
	return 0;
}

int req_readdir(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd UNUSED)
{
	struct wire_out o;
	struct node *n;
	bool stepped = false;
	int err = node_of_fid(s, t->fid, &n);

	if (err < 0)
		return err;
	wire_out_init(&o, s->scratch,
		      MIN((size_t)t->count, MIN(SCRATCH_MAX, s->msize - READDIR_OVERHEAD)));
	if (t->name.n > 0) {
		err = step_into(s, t, &n);
		stepped = err == 0;
	}
	if (err == 0)
		err = S_ISDIR(n->id.mode) ? read_entries(s, n, t, r, &o) : -ENOTDIR;
	if (err == 0)
		err = host_fstat(n->fd, &r->attr);
	node_done(s, n);
	r->blob = (struct p9_str){s->scratch, o.len};
	if (err < 0 && stepped)
		fid_free(s, fid_find(s, t->newfid));
	return err;
}

/* --- xattrs --- */

int open_plain(struct server *s, const struct node *n)
{
	int r = check_kernel_fs(n->fd);

	if (r < 0)
		return r;
	if (S_ISDIR(n->id.mode))
		return host_reopen_dir(n->fd);
	return S_ISREG(n->id.mode) ? reopen(s, n->fd, O_RDONLY) : -EOPNOTSUPP;
}

/* O_PATH descriptors have none; only what is safe to open can be asked. */
static int open_for_xattr(struct server *s, uint32_t id)
{
	struct node *n;
	int fd = node_of_fid(s, id, &n);

	if (fd < 0)
		return fd;
	fd = open_plain(s, n);
	node_done(s, n);
	return fd;
}

int req_getxattr(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd UNUSED)
{
	AUTO(host_close_fd) int fd = open_for_xattr(s, t->fid);
	char name[P9_TEXT_MAX + 1];
	ssize_t n;

	if (fd < 0)
		return fd;
	copy_str(name, sizeof(name), t->text);
	n = host_getxattr(fd, name, s->scratch, SCRATCH_MAX);
	if (n < 0)
		return (int)n;
	if ((size_t)n > t->count)
		return -ERANGE;
	r->blob = (struct p9_str){s->scratch, (size_t)n};
	return 0;
}

int req_listxattr(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd UNUSED)
{
	AUTO(host_close_fd) int fd = open_for_xattr(s, t->fid);
	ssize_t n;

	if (fd < 0)
		return fd;
	n = host_listxattr(fd, s->scratch, SCRATCH_MAX);
	if (n < 0)
		return (int)n;
	if ((size_t)n > t->count)
		return -ERANGE;
	r->blob = (struct p9_str){s->scratch, (size_t)n};
	return 0;
}
