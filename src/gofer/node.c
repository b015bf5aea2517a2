/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes, fids, and how few descriptors suffice for many of them. Invariants stand in gofer_priv.h. */
#include <errno.h>
#include <unistd.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/hash.h"
#include "gofer/gofer_priv.h"
#include "host/fd.h"
#include "host/file.h"
#include "host/path.h"

/* --- descriptors --- */

static void close_fds(struct server *s, struct node *n)
{
	node_close_dir(s, n);
	if (n->fd >= 0) {
		host_close(host_take_fd(&n->fd));
		s->nfds--;
	}
	list_del(&n->lru);
}

/* False: all that could be closed is in use. */
static bool close_oldest(struct server *s)
{
	struct node *n;

	list_for_each_entry(n, &s->lru, lru) {
		if (n->busy == 0) {
			close_fds(s, n);
			return true;
		}
	}
	return false;
}

void fds_make_room(struct server *s)
{
	while (s->nfds >= s->max_fds && close_oldest(s))
		;
}

bool fds_try_again(struct server *s, int fd)
{
	return (fd == -EMFILE || fd == -ENFILE) && close_oldest(s);
}

static void touch(struct server *s, struct node *n)
{
	if (n->name && n->fd >= 0)
		list_move_tail(&s->lru, &n->lru);
}

/* --- life --- */

static struct node *node_alloc(struct server *s, int fd, const struct host_stat *id, bool writable)
{
	struct node *n = calloc(1, sizeof(*n));

	if (!n) {
		host_close(fd);
		return NULL;
	}
	n->refs = 1;
	n->fd = fd;
	n->dirfd = -1;
	n->id = *id;
	n->writable = writable;
	list_init(&n->lru);
	if (fd >= 0)
		s->nfds++;
	return n;
}

struct node *node_new_root(struct server *s, int fd, const struct host_stat *id, bool writable)
{
	return node_alloc(s, fd, id, writable);
}

struct node *node_get(struct node *n)
{
	n->refs++;
	return n;
}

/* Forget the name; the parent's reference is the caller's to drop. */
static struct node *drop_name(struct server *s, struct node *n)
{
	struct node *parent = n->parent;

	if (!n->name)
		return NULL;
	htab_remove(&s->names, &n->by_name);
	free(n->name);
	n->name = NULL;
	n->parent = NULL;
	list_del(&n->lru);
	return parent;
}

void node_put(struct server *s, struct node *n)
{
	while (n && --n->refs == 0) {
		struct node *parent = drop_name(s, n);

		check(n->busy == 0);
		close_fds(s, n);
		free(n);
		n = parent;
	}
}

void node_detach(struct server *s, struct node *n)
{
	node_put(s, drop_name(s, n));
}

/* --- names --- */

static uint64_t name_hash(const struct server *s, const struct node *dir, const char *name)
{
	return hash_bytes(hash_u64(s->seed, (uint64_t)(uintptr_t)dir), name, strlen(name));
}

struct node *node_known(struct server *s, struct node *dir, const char *name)
{
	uint64_t hash = name_hash(s, dir, name);
	struct htab_node *h;

	htab_for_each_possible(&s->names, h, hash) {
		struct node *n = htab_entry(h, struct node, by_name);

		if (n->parent == dir && strcmp(n->name, name) == 0)
			return n;
	}
	return NULL;
}

static int set_name(struct server *s, struct node *n, struct node *dir, const char *name)
{
	n->name = strdup(name);
	if (!n->name)
		return -ENOMEM;
	n->parent = node_get(dir);
	htab_insert(&s->names, &n->by_name, name_hash(s, dir, name));
	touch(s, n);
	return 0;
}

int node_move(struct server *s, struct node *n, struct node *dir, const char *name)
{
	struct node *old_parent = drop_name(s, n);
	int r = set_name(s, n, dir, name);

	node_put(s, old_parent);
	return r;
}

struct node *node_child(struct server *s, struct node *dir, const char *name, int fd,
			const struct host_stat *id)
{
	struct node *n = node_known(s, dir, name);

	if (n && host_stat_same(&n->id, id)) {
		if (n->fd < 0 && fd >= 0) {
			n->fd = fd;
			s->nfds++;
		} else {
			host_close(fd);
		}
		touch(s, n);
		return node_get(n);
	}
	if (n)
		node_detach(s, n);
	n = node_alloc(s, fd, id, dir->writable);
	if (n && set_name(s, n, dir, name) < 0) {
		node_put(s, n);
		return NULL;
	}
	return n;
}

/* --- finding again --- */

/* The parent is open and busy. */
static int find_again(struct server *s, struct node *n)
{
	struct host_stat now;
	int r, fd;

	fds_make_room(s);
	do {
		fd = host_find(n->parent->fd, n->name);
	} while (fds_try_again(s, fd));
	if (fd < 0)
		return fd == -ENOENT ? -ESTALE : fd;
	r = host_fstat(fd, &now);
	if (r == 0 && !host_stat_same(&now, &n->id))
		r = -ESTALE;
	if (r < 0) {
		host_close(fd);
		return r;
	}
	n->fd = fd;
	s->nfds++;
	touch(s, n);
	return 0;
}

int node_hold(struct server *s, struct node *n)
{
	struct node *chain = NULL, *p = n;
	int r = 0;

	for (; p->fd < 0; p = p->parent) {
		if (!p->parent)
			return -ESTALE;
		p->closed_below = chain;
		chain = p;
	}
	for (; chain && r == 0; chain = chain->closed_below) {
		chain->parent->busy++;
		r = find_again(s, chain);
		chain->parent->busy--;
	}
	if (r < 0)
		return r;
	touch(s, n);
	n->busy++;
	return 0;
}

void node_unhold(struct node *n)
{
	check(n->busy > 0);
	n->busy--;
}

/* --- reading directories --- */

void node_close_dir(struct server *s, struct node *n)
{
	if (n->dirfd >= 0) {
		host_close(host_take_fd(&n->dirfd));
		s->nfds--;
	}
}

int node_open_dir(struct server *s, struct node *n, uint64_t offset)
{
	int64_t at;

	if (offset > INT64_MAX)
		return -EINVAL;
	if (n->dirfd < 0) {
		int fd;

		fds_make_room(s);
		do {
			fd = host_reopen_dir(n->fd);
		} while (fds_try_again(s, fd));
		if (fd < 0)
			return fd;
		n->dirfd = fd;
		n->dirpos = 0;
		s->nfds++;
	}
	if (n->dirpos == offset && offset != 0)
		return 0;
	at = host_seek(n->dirfd, (int64_t)offset, SEEK_SET);
	if (at < 0)
		return (int)at;
	n->dirpos = offset;
	return 0;
}

/* --- fids --- */

struct fid *fid_find(struct server *s, uint32_t id)
{
	struct htab_node *h;
	uint64_t hash = hash_u64(s->seed, id);

	htab_for_each_possible(&s->fids, h, hash) {
		struct fid *f = htab_entry(h, struct fid, by_id);

		if (f->id == id)
			return f;
	}
	return NULL;
}

int fid_new(struct server *s, uint32_t id, struct node *n)
{
	struct fid *f;

	if (id == P9_NOFID || fid_find(s, id))
		return -EBADF;
	if (s->nfids >= GOFER_FIDS_MAX)
		return -EMFILE;
	f = calloc(1, sizeof(*f));
	if (!f)
		return -ENOMEM;
	f->id = id;
	f->node = node_get(n);
	htab_insert(&s->fids, &f->by_id, hash_u64(s->seed, id));
	s->nfids++;
	return 0;
}

void fid_free(struct server *s, struct fid *f)
{
	htab_remove(&s->fids, &f->by_id);
	node_put(s, f->node);
	free(f);
	s->nfids--;
}
