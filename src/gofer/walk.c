/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From names to files: attach, walk, open. Every step is one name relative to a descriptor, never
 * through a symlink and never up. A file is opened only after its O_PATH descriptor showed it to be
 * a regular file on a file system for files: nothing that could act on being opened (device, FIFO,
 * socket, a file of the kernel's) ever is.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/check.h"
#include "gofer/gofer_priv.h"
#include "host/fd.h"
#include "host/path.h"

void copy_str(char *buf, size_t max, struct p9_str s)
{
	check(s.n < max);
	if (s.n > 0)
		memcpy(buf, s.s, s.n);
	buf[s.n] = '\0';
}

int node_of_fid(struct server *s, uint32_t id, struct node **ret)
{
	struct fid *f = fid_find(s, id);
	int r;

	if (!f)
		return -EBADF;
	r = node_hold(s, f->node);
	if (r < 0)
		return r;
	*ret = node_get(f->node);
	return 0;
}

void node_done(struct server *s, struct node *n)
{
	node_unhold(n);
	node_put(s, n);
}

static int find_at(struct server *s, int dirfd, const char *name, int *ret_fd,
		   struct host_stat *ret)
{
	int fd, r;

	fds_make_room(s);
	do {
		fd = host_find(dirfd, name);
	} while (fds_try_again(s, fd));
	if (fd < 0)
		return fd;
	r = host_fstat(fd, ret);
	if (r < 0) {
		host_close(fd);
		return r;
	}
	*ret_fd = fd;
	return 0;
}

int find_in(struct server *s, struct node *dir, const char *name, int *ret_fd,
	    struct host_stat *ret)
{
	return find_at(s, dir->fd, name, ret_fd, ret);
}

int reopen(struct server *s, int fd, int flags)
{
	int r;

	do {
		r = host_reopen(s->proc, fd, flags);
	} while (fds_try_again(s, r));
	return r;
}

int req_attach(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd UNUSED)
{
	for (size_t i = 0; i < s->nroots; i++) {
		struct node *n = s->roots[i].node;
		int err;

		if (strlen(s->roots[i].name) != t->text.n ||
		    memcmp(s->roots[i].name, t->text.s, t->text.n) != 0)
			continue;
		err = host_fstat(n->fd, &r->attr);
		if (err < 0)
			return err;
		r->flags = n->writable ? P9_ATTACH_WRITABLE : 0;
		return fid_new(s, t->fid, n);
	}
	return -ENOENT;
}

int req_clunk(struct server *s, const struct p9_msg *t, struct p9_msg *r UNUSED, int *ret_fd UNUSED)
{
	struct fid *f = fid_find(s, t->fid);

	if (!f)
		return -EBADF;
	fid_free(s, f);
	return 0;
}

/* --- walk --- */

/* One walk on its way. */
struct walk {
	struct server *s;
	const struct p9_msg *t;
	struct p9_msg *r;
	size_t scratch; /* bytes of s->scratch in use */
};

static bool wants_fid(const struct walk *w, uint32_t mode)
{
	return w->t->blob.n > 0 && (S_ISDIR(mode) || w->t->flags & P9_WALK_ANY);
}

/* What a symlink says, if we may know. */
static void add_target(struct walk *w, int dirfd, const char *name, struct p9_step *step)
{
	char *to = w->s->scratch + w->scratch;
	ssize_t n;

	step->target = (struct p9_str){to, 0};
	if (!S_ISLNK(step->attr.mode))
		return;
	n = host_readlink_at(dirfd, name, to, P9_TEXT_MAX + 1);
	if (n <= 0)
		return;
	step->target.n = (size_t)n;
	w->scratch += (size_t)n;
}

/*
 * Step i: look at name in dir; *ret_next is the node of a directory that the walk can go on from,
 * or that becomes a fid. The last step, if nobody wants a fid of it, is looked at without a
 * descriptor.
 */
static int step(struct walk *w, struct node *dir, const char *name, size_t i,
		struct node **ret_next)
{
	struct p9_step *step = &w->r->steps[i];
	bool last = i + 1 == w->t->nnames;
	int fd = -1, r;

	*ret_next = NULL;
	if (last) {
		r = host_stat_at(dir->fd, name, &step->attr);
		if (r < 0)
			return r;
		if (!wants_fid(w, step->attr.mode)) {
			add_target(w, dir->fd, name, step);
			return 0;
		}
	}
	r = find_in(w->s, dir, name, &fd, &step->attr);
	if (r < 0)
		return r;
	add_target(w, fd, "", step);
	if (!S_ISDIR(step->attr.mode) && !wants_fid(w, step->attr.mode)) {
		host_close(fd);
		return 0;
	}
	*ret_next = node_child(w->s, dir, name, fd, &step->attr);
	return *ret_next ? 0 : -ENOMEM;
}

/* Take over dir (held); ends with whatever the walk came to released. */
static int walk_names(struct walk *w, struct node *dir)
{
	struct server *s = w->s;
	char name[P9_NAME_MAX + 1];
	int r = 0;

	for (size_t i = 0; i < w->t->nnames; i++) {
		struct node *next = NULL;

		copy_str(name, sizeof(name), w->t->names[i]);
		r = check_kernel_fs_known(s, dir->fd, dir->id.dev);
		if (r == 0)
			r = step(w, dir, name, i, &next);
		if (r < 0)
			break;
		w->r->nsteps++;
		if (!next)
			break;
		if (wants_fid(w, next->id.mode))
			r = fid_new(s, p9_fid(w->t, i), next);
		if (r == 0)
			r = node_hold(s, next);
		if (r < 0) {
			node_put(s, next);
			w->r->nsteps--;
			break;
		}
		node_done(s, dir);
		dir = next;
		if (!S_ISDIR(dir->id.mode))
			break;
	}
	node_done(s, dir);
	return r;
}

int req_walk(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd UNUSED)
{
	struct walk w = {.s = s, .t = t, .r = r};
	struct node *n;
	int err;

	if (t->nnames == 0 || (t->blob.n > 0 && p9_nfids(t) != t->nnames) ||
	    (t->flags & ~P9_WALK_ANY) != 0)
		return -EINVAL;
	err = node_of_fid(s, t->fid, &n);
	if (err < 0)
		return err;
	if (!S_ISDIR(n->id.mode)) {
		node_done(s, n);
		return -ENOTDIR;
	}
	err = walk_names(&w, n);
	r->ecode = (uint32_t)-err;
	return 0;
}

/* --- open --- */

/* The O_PATH descriptor at the end of t->names from n. Symlinks in the middle are no directories. */
static int resolve(struct server *s, struct node *n, const struct p9_msg *t, int *ret_fd,
		   struct host_stat *ret)
{
	char name[P9_NAME_MAX + 1];
	int at = -1;

	for (size_t i = 0; i < t->nnames; i++) {
		int next, r;

		copy_str(name, sizeof(name), t->names[i]);
		r = find_at(s, at < 0 ? n->fd : at, name, &next, ret);
		host_close(at);
		if (r < 0)
			return r;
		at = next;
	}
	*ret_fd = at;
	return 0;
}

static int may_open(const struct host_stat *st, bool write)
{
	switch (st->mode & S_IFMT) {
	case S_IFREG:
		return 0;
	case S_IFDIR:
		return write ? -EISDIR : -EINVAL;
	case S_IFLNK:
		return -ELOOP;
	case S_IFIFO:
	case S_IFSOCK:
		return -ENXIO;
	default:
		return -EACCES; /* as on a mount with nodev */
	}
}

static int open_as_asked(struct server *s, int fd, uint32_t *flags)
{
	uint32_t f = *flags;
	int r;

	if (!(f & P9_OPEN_WRITE)) {
		*flags = P9_OPEN_READ;
		return reopen(s, fd, O_RDONLY);
	}
	if (f & (P9_OPEN_READ | P9_OPEN_READ_IF_ALLOWED)) {
		*flags = P9_OPEN_READ | P9_OPEN_WRITE;
		r = reopen(s, fd, O_RDWR);
		if (r >= 0 || r != -EACCES || f & P9_OPEN_READ)
			return r;
	}
	*flags = P9_OPEN_WRITE;
	return reopen(s, fd, O_WRONLY);
}

static int open_found(struct server *s, const struct node *n, int fd, const struct p9_msg *t,
		      struct p9_msg *r)
{
	bool write = t->flags & P9_OPEN_WRITE;
	int err = may_open(&r->attr, write);

	if (err == 0)
		err = check_kernel_fs(fd);
	if (err < 0)
		return err;
	if (write && !n->writable)
		return -EROFS;
	r->flags = t->flags;
	return open_as_asked(s, fd, &r->flags);
}

int req_open(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd)
{
	AUTO(host_close_fd) int found = -1;
	struct node *n;
	int err;

	if ((t->flags & ~P9_OPEN_ALL) != 0 || !(t->flags & (P9_OPEN_READ | P9_OPEN_WRITE)))
		return -EINVAL;
	err = node_of_fid(s, t->fid, &n);
	if (err < 0)
		return err;
	err = t->nnames > 0 ? resolve(s, n, t, &found, &r->attr) : host_fstat(n->fd, &r->attr);
	if (err == 0)
		err = open_found(s, n, found >= 0 ? found : n->fd, t, r);
	node_done(s, n);
	if (err < 0)
		return err;
	*ret_fd = err;
	return 0;
}
