/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of the Gofer share. One thread, so no locks.
 *
 * A node is a file that the client holds a fid of, or a directory on the way to one. Nodes form a
 * tree by (parent, name), so a node whose descriptor was closed to save descriptors can be found
 * again. Invariants: (1) a node with a name is in server.names, and its parent is referenced by it;
 *  (2) at most one node per (parent, name);
 *  (3) fd is an O_PATH descriptor of the file that `id` describes; a file found again under the
 * name must be the same one; (4) on the lru are exactly the nodes with a name and an open
 * descriptor: only those can be closed and found again; (5) roots have no name, and their
 * descriptors stay open; so do those of nodes that lost their name (removed files).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/htab.h"
#include "base/list.h"
#include "gofer/gofer.h"
#include "host/stat.h"
#include "wire/9p.h"

/* What a hostile client can make us hold. */
#define GOFER_FIDS_MAX (1u << 20)
/* Descriptors that are not nodes': stdio, log, connection, /proc/self/fd, and those of the request
 * at work. */
#define GOFER_FDS_RESERVED 24u
#define GOFER_FDS_MAX      8192u

#define ENTRIES_MAX ((size_t)32 << 10)
#define SCRATCH_MAX ((size_t)P9_MSIZE)
_Static_assert(SCRATCH_MAX >= P9_WALK_MAX * ((size_t)P9_TEXT_MAX + 1), "a walk over symlinks fits");

struct node {
	struct htab_node by_name;
	struct node *parent; /* referenced; NULL: no name */
	char *name;
	struct node *closed_below; /* scratch of node_hold */
	uint64_t refs;             /* fids, children, roots, and the request at work */
	uint32_t busy;             /* descriptors are in use by the request at work */
	int fd;                    /* O_PATH; -1: closed, or lost */
	int dirfd;                 /* open for reading entries; -1 */
	uint64_t dirpos;           /* where dirfd stands */
	struct list lru;
	struct host_stat id;
	bool writable;
};

struct fid {
	struct htab_node by_id;
	uint32_t id;
	struct node *node;
};

struct root {
	const char *name;
	struct node *node;
};

struct server {
	int conn, proc;
	size_t msize; /* 0: no Tversion yet */
	bool any_writable;
	uint32_t uid; /* who we are for files that we make */
	struct root *roots;
	size_t nroots;
	struct htab names, fids;
	uint32_t nfids;
	uint64_t seed;
	struct list lru; /* oldest first */
	size_t nfds, max_fds;
	uint64_t good_devs[32]; /* devices that hold plain files, kernelfs.c */
	size_t next_good_dev;
	uint8_t *in, *out; /* P9_MSIZE each */
	char *entries;     /* ENTRIES_MAX */
	char *scratch;     /* SCRATCH_MAX: strings of the reply */
};

/* --- node.c --- */

/* A node without a name; takes over fd. Caller owns; NULL: no memory, fd is closed. */
struct node *node_new_root(struct server *s, int fd, const struct host_stat *id, bool writable);
/*
 * The node that `name` of dir is, which now is the file that id describes. Takes over fd (-1: not
 * open). Caller owns; NULL: no memory.
 */
struct node *node_child(struct server *s, struct node *dir, const char *name, int fd,
			const struct host_stat *id);
/* The node that is known under a name, whatever the host says. Borrowed; NULL: none. */
struct node *node_known(struct server *s, struct node *dir, const char *name);
struct node *node_get(struct node *n);
void node_put(struct server *s, struct node *n);
/*
 * n->fd is open until node_unhold. -ESTALE: its name is gone or means another file now; -errno of
 * looking for it.
 */
MUST_CHECK int node_hold(struct server *s, struct node *n);
void node_unhold(struct node *n);
/* n->dirfd is open, at offset. n is held. */
MUST_CHECK int node_open_dir(struct server *s, struct node *n, uint64_t offset);
void node_close_dir(struct server *s, struct node *n);
/* The name is gone. What was not open is lost. */
void node_detach(struct server *s, struct node *n);
/* The name is another one now. -ENOMEM: the node is detached instead. */
MUST_CHECK int node_move(struct server *s, struct node *n, struct node *dir, const char *name);

/* Before a descriptor is made: close the least recently used if there are many. */
void fds_make_room(struct server *s);
/* After fd < 0: was it for want of descriptors, and could another one be closed? Then try again. */
bool fds_try_again(struct server *s, int fd);

struct fid *fid_find(struct server *s, uint32_t id);
/* A new fid for n, which gets a reference. -EBADF: in use or P9_NOFID; -ENOMEM; -EMFILE: too many. */
MUST_CHECK int fid_new(struct server *s, uint32_t id, struct node *n);
void fid_free(struct server *s, struct fid *f);

/* --- requests; t is decoded and valid, r is initialised as its answer. 0, or -errno: Rlerror.
 * *ret_fd is donated, then closed. --- */

typedef int (*request_fn)(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd);

/* walk.c */
int req_attach(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd);
int req_walk(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd);
int req_open(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd);
int req_clunk(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd);

/* look.c */
int req_getattr(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd);
int req_readlink(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd);
int req_readdir(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd);
int req_statfs(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd);
int req_getxattr(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd);
int req_listxattr(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd);

/* change.c */
int req_create(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd);
int req_mkdir(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd);
int req_mknod(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd);
int req_symlink(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd);
int req_link(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd);
int req_unlink(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd);
int req_rename(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd);
int req_setattr(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd);
int req_fsync(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd);
int req_setxattr(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd);
int req_removexattr(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd);

/* A fid's node, held and referenced: until node_done. -EBADF: no such fid. */
MUST_CHECK int node_of_fid(struct server *s, uint32_t id, struct node **ret);
void node_done(struct server *s, struct node *n);
/* One name in a held directory, found (O_PATH) and looked at. */
MUST_CHECK int find_in(struct server *s, struct node *dir, const char *name, int *ret_fd,
		       struct host_stat *ret);
/* A terminated copy; s is at most max - 1 bytes. */
void copy_str(char *buf, size_t max, struct p9_str s);
/* An open descriptor, for reading, of a regular file or directory. -EOPNOTSUPP: it is none. look.c */
MUST_CHECK int open_plain(struct server *s, const struct node *n);
/* An open descriptor of what fd (O_PATH) is, which the caller knows to be a regular file or
 * directory. */
MUST_CHECK int reopen(struct server *s, int fd, int flags);

/* --- kernelfs.c --- */

/* 0: fd (O_PATH too) lies on a file system for files; -EACCES: it is a door into the kernel;
 * -errno. */
MUST_CHECK int check_kernel_fs(int fd);
/* The same for a directory of device dev on the way, remembered. */
MUST_CHECK int check_kernel_fs_known(struct server *s, int fd, uint64_t dev);

/* --- serve.c --- */

/* Until the client is gone: 0; -EBADMSG: it sent nonsense; -errno of the connection. */
MUST_CHECK int serve(struct server *s);

/* --- lockdown.c --- */

/* The numbers that the filter knows. */
enum { GOFER_FD_CONN = 3, GOFER_FD_PROC = 4, GOFER_FD_LOG = 5 };

/*
 * An empty stdio, and the connection and the log where the filter expects them. What else stood
 * there is lost.
 */
MUST_CHECK int lockdown_place(const struct gofer_config *config);
/* fd gets this number, close-on-exec; takes over fd. What stood there is lost. */
MUST_CHECK int lockdown_put(int fd, int number);
/*
 * Nothing can be reached but the roots, no privileges to gain, nothing open but what s needs, only
 * the host calls that serving takes. `own_trees`: the roots are mounts of our own. -EACCES: it is
 * less than config->required.
 */
MUST_CHECK int lockdown(struct server *s, const struct gofer_config *config, bool own_trees);
