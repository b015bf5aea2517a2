/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tmpcopyup: a fresh filesystem starts with what the directory below it holds. Directories, files,
 * links and nodes with mode and owner; times are those of the copy. The image is a stranger's, so
 * depth and number are bounded.
 */
#include <errno.h>
#include <string.h>

#include "abi/fcntl.h"
#include "abi/stat.h"
#include "base/strbuf.h"
#include "sentry/boot/boot_priv.h"
#include "sentry/core/alloc.h"
#include "sentry/core/ctx.h"
#include "sentry/core/uio.h"
#include "sentry/vfs/file.h"
#include "sentry/vfs/inode.h"
#include "sentry/vfs/namei.h"

#define DEPTH_MAX   64
#define ENTRIES_MAX 1000000u
#define CHUNK       65536u

struct copy {
	struct fs_info *fs; /* umask 0 */
	uint32_t left;      /* entries that may still come */
	char *buf;          /* CHUNK bytes */
};

/* Names, each with its NUL. */
struct names {
	struct dir_sink sink;
	struct strbuf text;
};

static bool emit(struct dir_sink *s, const char *name, size_t len, uint64_t ino UNUSED,
		 uint8_t d_type UNUSED, int64_t next_pos UNUSED)
{
	struct names *n = container_of(s, struct names, sink);

	if ((len == 1 && name[0] == '.') || (len == 2 && name[0] == '.' && name[1] == '.'))
		return true;
	strbuf_add(&n->text, name, len);
	strbuf_addc(&n->text, 0);
	return true;
}

static int read_names(const struct path *dir, struct strbuf *ret)
{
	struct names n = {.sink.emit = emit, .text = STRBUF_INIT};
	AUTO(file_put) struct file *f = NULL;
	size_t before;
	int r = vfs_open_path(boot_ctx(), dir, LX_O_RDONLY | LX_O_DIRECTORY, &f);

	do {
		before = n.text.len;
		if (r == 0)
			r = file_iterate(boot_ctx(), f, &n.sink);
		if (r == 0)
			r = strbuf_result(&n.text);
	} while (r == 0 && n.text.len > before);
	if (r < 0)
		strbuf_fini(&n.text);
	else
		*ret = n.text;
	return r;
}

static int copy_data(struct copy *c, const struct path *from, const struct path *to_dir,
		     const char *name)
{
	struct open_how how = {.flags = LX_O_CREAT | LX_O_EXCL | LX_O_WRONLY, .mode = 0600};
	AUTO(file_put) struct file *in = NULL;
	AUTO(file_put) struct file *out = NULL;
	uint64_t pos = 0;
	ssize_t n = vfs_open_path(boot_ctx(), from, LX_O_RDONLY, &in);

	if (n == 0)
		n = vfs_open(boot_ctx(), c->fs, to_dir, name, &how, &out);
	while (n >= 0) {
		struct uio src;
		ssize_t written;

		n = file_read_kernel(boot_ctx(), in, c->buf, CHUNK, pos);
		if (n <= 0)
			break;
		uio_kernel(&src, c->buf, (size_t)n);
		written = file_pwrite(boot_ctx(), out, &src, (int64_t)pos);
		if (written != n)
			return written < 0 ? (int)written : -ENOSPC;
		pos += (uint64_t)n;
	}
	return (int)n;
}

static int copy_link(struct copy *c, const struct path *from, const struct path *to_dir,
		     const char *name)
{
	AUTO(strbuf_fini) struct strbuf target = STRBUF_INIT;
	int r = vfs_readlink(boot_ctx(), from, &target);

	return r < 0 ? r : vfs_symlink(boot_ctx(), c->fs, strbuf_str(&target), to_dir, name);
}

static int copy_attributes(const struct kstat *st, const struct path *to)
{
	struct iattr a = {.valid = IATTR_UID | IATTR_GID, .uid = st->uid, .gid = st->gid};
	int r = vfs_setattr(boot_ctx(), to, &a);

	if (r < 0 || (st->mode & LX_S_IFMT) == LX_S_IFLNK)
		return r;
	a = (struct iattr){.valid = IATTR_MODE, .mode = st->mode & 07777};
	return vfs_setattr(boot_ctx(), to, &a);
}

static int make_same(struct copy *c, const struct path *from, const struct kstat *st,
		     const struct path *to_dir, const char *name)
{
	switch (st->mode & LX_S_IFMT) {
	case LX_S_IFDIR:
		return vfs_mkdir(boot_ctx(), c->fs, to_dir, name, 0700);
	case LX_S_IFREG:
		return copy_data(c, from, to_dir, name);
	case LX_S_IFLNK:
		return copy_link(c, from, to_dir, name);
	default:
		return vfs_mknod(boot_ctx(), c->fs, to_dir, name, st->mode, st->rdev);
	}
}

static int copy_dir(struct copy *c, const struct path *from, const struct path *to, int depth);

static int copy_one(struct copy *c, const struct path *from_dir, const struct path *to_dir,
		    const char *name, int depth)
{
	AUTO(path_put) struct path from = {0};
	AUTO(path_put) struct path to = {0};
	struct kstat st;
	int r = c->left-- == 0 ? -EMFILE : 0;

	if (r == 0)
		r = vfs_walk(boot_ctx(), c->fs, from_dir, name, 0, &from);
	if (r == 0)
		r = vfs_getattr(boot_ctx(), &from, &st);
	if (r == 0)
		r = make_same(c, &from, &st, to_dir, name);
	if (r == 0)
		r = vfs_walk(boot_ctx(), c->fs, to_dir, name, 0, &to);
	if (r == 0 && (st.mode & LX_S_IFMT) == LX_S_IFDIR)
		r = copy_dir(c, &from, &to, depth + 1);
	return r < 0 ? r : copy_attributes(&st, &to);
}

static int copy_dir(struct copy *c, const struct path *from, const struct path *to, int depth)
{
	AUTO(strbuf_fini) struct strbuf names = STRBUF_INIT;
	int r = depth > DEPTH_MAX ? -ELOOP : read_names(from, &names);

	for (size_t at = 0; r == 0 && at < names.len; at += strlen(names.s + at) + 1)
		r = copy_one(c, from, to, names.s + at, depth);
	return r;
}

int boot_copy_up(const struct path *from, const struct path *to)
{
	AUTO(arena_free) char *buf = arena_alloc(CHUNK);
	AUTO(fs_info_put) struct fs_info *fs = fs_info_new(to, to, 0);
	struct copy c = {.fs = fs, .left = ENTRIES_MAX, .buf = buf};
	struct kstat st;
	int r;

	if (!buf || !fs)
		return -ENOMEM;
	r = copy_dir(&c, from, to, 0);
	if (r == 0)
		r = vfs_getattr(boot_ctx(), from, &st);
	return r < 0 ? r : copy_attributes(&st, to);
}
