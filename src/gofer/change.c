/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests that change something. Each asks first whether the export may be written (EROFS), then
 * changes the host, then makes the nodes follow: a name that is gone or moved takes its node along.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "gofer/gofer_priv.h"
#include "host/fd.h"
#include "host/file.h"
#include "host/path.h"

#define XATTR_NAME_BYTES 256u

/* A writable directory, held: until node_done. */
static int dir_to_change(struct server *s, uint32_t id, struct node **ret)
{
	struct node *n;
	int err = node_of_fid(s, id, &n);

	if (err < 0)
		return err;
	err = check_kernel_fs_known(s, n->fd, n->id.dev);
	if (!n->writable || !S_ISDIR(n->id.mode))
		err = n->writable ? -ENOTDIR : -EROFS;
	if (err < 0) {
		node_done(s, n);
		return err;
	}
	*ret = n;
	return 0;
}

/* Anything writable, held. */
static int node_to_change(struct server *s, uint32_t id, struct node **ret)
{
	struct node *n;
	int err = node_of_fid(s, id, &n);

	if (err < 0)
		return err;
	err = n->writable ? check_kernel_fs(n->fd) : -EROFS;
	if (err < 0) {
		node_done(s, n);
		return err;
	}
	*ret = n;
	return 0;
}

/* --- new files --- */

/*
 * What was just made belongs to us; give it to whom the client names, if we may. A host that does
 * not let us is no error: files that a Gofer without privileges makes belong to its user. chown(2)
 * clears set-id bits, so they are set again.
 */
static int give_away(struct server *s, int fd, const struct p9_msg *t, struct host_stat *st)
{
	uint32_t uid = t->uid == st->uid ? P9_NOID : t->uid;
	uint32_t gid = t->gid == st->gid || st->mode & S_ISGID ? P9_NOID : t->gid;

	if ((uid == P9_NOID && gid == P9_NOID) || st->uid != s->uid)
		return 0;
	if (host_chown_fd(fd, uid, gid) < 0)
		return 0;
	if (!S_ISLNK(st->mode) && t->mode & (S_ISUID | S_ISGID)) {
		int r = host_chmod_fd(s->proc, fd, t->mode & ALLPERMS);

		if (r < 0)
			return r;
	}
	return host_fstat(fd, st);
}

/* Look at what was just made under name. */
static int made(struct server *s, struct node *dir, const char *name, const struct p9_msg *t,
		struct host_stat *ret)
{
	AUTO(host_close_fd) int fd = -1;
	int r = find_in(s, dir, name, &fd, ret);

	return r < 0 ? r : give_away(s, fd, t, ret);
}

int req_create(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd)
{
	char name[P9_NAME_MAX + 1];
	struct node *dir;
	int fd, err = dir_to_change(s, t->fid, &dir);

	if (err < 0)
		return err;
	copy_str(name, sizeof(name), t->name);
	fds_make_room(s);
	do {
		fd = host_open_beneath(dir->fd, name, O_RDWR | O_CREAT | O_EXCL,
				       t->mode & ALLPERMS);
	} while (fds_try_again(s, fd));
	node_done(s, dir);
	if (fd < 0)
		return fd;
	*ret_fd = fd;
	r->flags = P9_OPEN_READ | P9_OPEN_WRITE;
	err = host_fstat(fd, &r->attr);
	return err < 0 ? err : give_away(s, fd, t, &r->attr);
}

int req_mkdir(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd UNUSED)
{
	char name[P9_NAME_MAX + 1];
	struct node *dir;
	int err = dir_to_change(s, t->fid, &dir);

	if (err < 0)
		return err;
	copy_str(name, sizeof(name), t->name);
	err = host_mkdir_at(dir->fd, name, t->mode & ALLPERMS);
	if (err == 0)
		err = made(s, dir, name, t, &r->attr);
	node_done(s, dir);
	return err;
}

int req_mknod(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd UNUSED)
{
	char name[P9_NAME_MAX + 1];
	struct node *dir;
	int err = dir_to_change(s, t->fid, &dir);

	if (err < 0)
		return err;
	copy_str(name, sizeof(name), t->name);
	err = host_mknod_at(dir->fd, name, t->mode & (S_IFMT | ALLPERMS));
	if (err == 0)
		err = made(s, dir, name, t, &r->attr);
	node_done(s, dir);
	return err;
}

int req_symlink(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd UNUSED)
{
	char name[P9_NAME_MAX + 1];
	char target[P9_TEXT_MAX + 1];
	struct node *dir;
	int err = dir_to_change(s, t->fid, &dir);

	if (err < 0)
		return err;
	copy_str(name, sizeof(name), t->name);
	copy_str(target, sizeof(target), t->text);
	err = host_symlink_at(target, dir->fd, name);
	if (err == 0)
		err = made(s, dir, name, t, &r->attr);
	node_done(s, dir);
	return err;
}

int req_link(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd UNUSED)
{
	char name[P9_NAME_MAX + 1];
	struct node *dir, *n;
	int err = dir_to_change(s, t->fid, &dir);

	if (err < 0)
		return err;
	err = node_to_change(s, t->fid2, &n);
	if (err < 0) {
		node_done(s, dir);
		return err;
	}
	copy_str(name, sizeof(name), t->name);
	err = S_ISDIR(n->id.mode) ? -EPERM : host_link_at(s->proc, n->fd, dir->fd, name);
	if (err == 0)
		err = host_fstat(n->fd, &r->attr);
	node_done(s, n);
	node_done(s, dir);
	return err;
}

/* --- names that go --- */

/* What the name means becomes a fid, so that it lives on without the name. */
static int keep(struct server *s, struct node *dir, const char *name, uint32_t newfid)
{
	struct host_stat st;
	struct node *n;
	int fd, err = find_in(s, dir, name, &fd, &st);

	if (err < 0)
		return err;
	n = node_child(s, dir, name, fd, &st);
	if (!n)
		return -ENOMEM;
	err = fid_new(s, newfid, n);
	node_put(s, n);
	return err;
}

/* A node that is about to lose its name must be open, or it is lost. What cannot be opened is lost.
 */
static struct node *open_before_loss(struct server *s, struct node *dir, const char *name)
{
	struct node *n = node_known(s, dir, name);

	return n && node_hold(s, n) == 0 ? node_get(n) : NULL;
}

int req_unlink(struct server *s, const struct p9_msg *t, struct p9_msg *r UNUSED,
	       int *ret_fd UNUSED)
{
	char name[P9_NAME_MAX + 1];
	struct node *dir, *held, *known;
	bool kept = false;
	int err;

	if ((t->flags & ~P9_UNLINK_DIR) != 0)
		return -EINVAL;
	err = dir_to_change(s, t->fid, &dir);
	if (err < 0)
		return err;
	copy_str(name, sizeof(name), t->name);
	if (t->newfid != P9_NOFID) {
		err = keep(s, dir, name, t->newfid);
		kept = err == 0;
	}
	held = open_before_loss(s, dir, name);
	if (err == 0)
		err = host_unlink_at(dir->fd, name, t->flags & P9_UNLINK_DIR ? AT_REMOVEDIR : 0);
	known = node_known(s, dir, name);
	if (err == 0 && known)
		node_detach(s, known);
	if (held)
		node_done(s, held);
	node_done(s, dir);
	if (err < 0 && kept)
		fid_free(s, fid_find(s, t->newfid));
	return err;
}

/* The nodes after a rename that went well. No memory for a name: that node is lost, and found again
 * by a new walk. */
static void follow_rename(struct server *s, struct node *dir, const char *name, struct node *dir2,
			  const char *name2, bool exchange)
{
	struct node *n = node_known(s, dir, name);
	struct node *n2 = node_known(s, dir2, name2);

	if (n == n2)
		return;
	if (n)
		node_get(n);
	if (n2) {
		node_get(n2);
		node_detach(s, n2);
	}
	if (n)
		(void)!node_move(s, n, dir2, name2);
	if (n2 && exchange)
		(void)!node_move(s, n2, dir, name);
	node_put(s, n);
	node_put(s, n2);
}

int req_rename(struct server *s, const struct p9_msg *t, struct p9_msg *r UNUSED,
	       int *ret_fd UNUSED)
{
	char name[P9_NAME_MAX + 1], name2[P9_NAME_MAX + 1];
	struct node *dir, *dir2, *held;
	int err;

	if (t->flags != 0 && t->flags != RENAME_NOREPLACE && t->flags != RENAME_EXCHANGE)
		return -EINVAL;
	err = dir_to_change(s, t->fid, &dir);
	if (err < 0)
		return err;
	err = dir_to_change(s, t->fid2, &dir2);
	if (err < 0) {
		node_done(s, dir);
		return err;
	}
	copy_str(name, sizeof(name), t->name);
	copy_str(name2, sizeof(name2), t->name2);
	held = open_before_loss(s, dir2, name2);
	err = host_rename_at(dir->fd, name, dir2->fd, name2, t->flags);
	if (err == 0)
		follow_rename(s, dir, name, dir2, name2, t->flags == RENAME_EXCHANGE);
	if (held)
		node_done(s, held);
	node_done(s, dir2);
	node_done(s, dir);
	return err;
}

/* --- attributes --- */

static int set_size(struct server *s, struct node *n, uint64_t size)
{
	AUTO(host_close_fd) int fd = -1;

	if (!S_ISREG(n->id.mode))
		return S_ISDIR(n->id.mode) ? -EISDIR : -EINVAL;
	if (size > INT64_MAX)
		return -EINVAL;
	fd = reopen(s, n->fd, O_WRONLY);
	return fd < 0 ? fd : host_set_size(fd, size);
}

/* chown before chmod: it clears set-id bits. Size before times: it sets them. */
static int set_attr(struct server *s, struct node *n, const struct p9_msg *t)
{
	uint32_t v = t->valid;
	int r = 0;

	if (v & (P9_SET_UID | P9_SET_GID))
		r = host_chown_fd(n->fd, v & P9_SET_UID ? t->uid : P9_NOID,
				  v & P9_SET_GID ? t->gid : P9_NOID);
	if (r == 0 && v & P9_SET_SIZE)
		r = set_size(s, n, t->size);
	if (r == 0 && v & P9_SET_MODE)
		r = S_ISLNK(n->id.mode) ? -EOPNOTSUPP
					: host_chmod_fd(s->proc, n->fd, t->mode & ALLPERMS);
	if (r == 0 && v & (P9_SET_ATIME | P9_SET_MTIME))
		r = host_utimes_fd(s->proc, n->fd, v & P9_SET_ATIME ? t->atime : HOST_TIME_OMIT,
				   v & P9_SET_MTIME ? t->mtime : HOST_TIME_OMIT);
	return r;
}

int req_setattr(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd UNUSED)
{
	struct node *n;
	int err;

	if ((t->valid & ~P9_SET_ALL) != 0)
		return -EINVAL;
	err = node_to_change(s, t->fid, &n);
	if (err < 0)
		return err;
	err = set_attr(s, n, t);
	if (err == 0)
		err = host_fstat(n->fd, &r->attr);
	node_done(s, n);
	return err;
}

/* An open descriptor for what acts on open files only. */
static int open_for_change(struct server *s, uint32_t id)
{
	struct node *n;
	int fd = node_to_change(s, id, &n);

	if (fd < 0)
		return fd;
	fd = open_plain(s, n);
	node_done(s, n);
	return fd;
}

int req_fsync(struct server *s, const struct p9_msg *t, struct p9_msg *r UNUSED, int *ret_fd UNUSED)
{
	AUTO(host_close_fd) int fd = open_for_change(s, t->fid);

	return fd < 0 ? fd : host_sync(fd, t->flags != 0);
}

/* Only what users may say about their files: nothing that the host takes for a privilege. */
static int xattr_name(struct p9_str text, char name[XATTR_NAME_BYTES])
{
	static const char user[] = "user.";

	if (text.n >= XATTR_NAME_BYTES)
		return -ERANGE;
	copy_str(name, XATTR_NAME_BYTES, text);
	return memcmp(name, user, MIN(sizeof(user) - 1, text.n + 1)) == 0 ? 0 : -EOPNOTSUPP;
}

int req_setxattr(struct server *s, const struct p9_msg *t, struct p9_msg *r UNUSED,
		 int *ret_fd UNUSED)
{
	char name[XATTR_NAME_BYTES];
	AUTO(host_close_fd) int fd = -1;
	int err = xattr_name(t->text, name);

	if (err < 0)
		return err;
	fd = open_for_change(s, t->fid);
	return fd < 0 ? fd : host_setxattr(fd, name, t->blob.s, t->blob.n, (int)t->flags);
}

int req_removexattr(struct server *s, const struct p9_msg *t, struct p9_msg *r UNUSED,
		    int *ret_fd UNUSED)
{
	char name[XATTR_NAME_BYTES];
	AUTO(host_close_fd) int fd = -1;
	int err = xattr_name(t->text, name);

	if (err < 0)
		return err;
	fd = open_for_change(s, t->fid);
	return fd < 0 ? fd : host_removexattr(fd, name);
}
