/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main() of the file proxy. It opens the root of each export, locks itself down, and from then on
 * lives by descriptors: whatever the client names is found relative to one of those roots. It has
 * no more rights than the user who started it, and ends when the connection does.
 */
#include "gofer/gofer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "gofer/gofer_priv.h"
#include "host/fd.h"
#include "host/file.h"
#include "host/ns.h"
#include "host/path.h"
#include "host/rand.h"

/* A tree of our own where we have a mount namespace, so that nothing above it can be reached. */
static int open_root(const struct gofer_export *e, bool *own_trees)
{
	int fd = -ENOTSUP;

	if (*own_trees)
		fd = host_copy_tree(e->host_path,
				    e->writable ? HOST_TREE_WRITABLE : HOST_TREE_READONLY);
	if (fd >= 0)
		return fd;
	*own_trees = false;
	return host_open(AT_FDCWD, e->host_path, O_PATH, 0);
}

static int add_root(struct server *s, const struct gofer_export *e, bool *own_trees)
{
	AUTO(host_close_fd) int fd = open_root(e, own_trees);
	struct host_stat st;
	struct node *n;
	int r = fd < 0 ? fd : host_fstat(fd, &st);

	if (r == 0 && !S_ISDIR(st.mode) && !S_ISREG(st.mode))
		r = -ENOTDIR;
	if (r < 0) {
		log_error(
			"cannot open %s for the sandbox: %s; name a directory or a regular file that you may reach",
			e->host_path, strerror(-r));
		return r;
	}
	n = node_new_root(s, host_take_fd(&fd), &st, e->writable);
	if (!n)
		return -ENOMEM;
	s->roots[s->nroots++] = (struct root){.name = e->name, .node = n};
	s->any_writable |= e->writable;
	return 0;
}

static int add_roots(struct server *s, const struct gofer_config *config, bool *own_trees)
{
	s->roots = calloc(config->n ? config->n : 1, sizeof(*s->roots));
	if (!s->roots)
		return -ENOMEM;
	for (size_t i = 0; i < config->n; i++) {
		int r = add_root(s, &config->exports[i], own_trees);

		if (r < 0)
			return r;
	}
	return 0;
}

/* A /proc of our own shows nobody else. */
static int open_proc(bool in_namespaces)
{
	int fd = -ENOTSUP;

	if (in_namespaces)
		fd = host_open_own_proc_fds();
	if (fd < 0)
		fd = host_open_proc_fds();
	if (fd < 0) {
		log_error(
			"cannot open /proc/self/fd: %s; the Gofer needs /proc of the host to open files that it has looked at",
			strerror(-fd));
		return fd;
	}
	return lockdown_put(fd, GOFER_FD_PROC);
}

static int server_init(struct server *s, bool in_namespaces)
{
	uint64_t most;

	*s = (struct server){
		.conn = GOFER_FD_CONN, .proc = GOFER_FD_PROC, .uid = (uint32_t)geteuid()};
	list_init(&s->lru);
	htab_init(&s->names, NULL);
	htab_init(&s->fids, NULL);
	host_random(&s->seed, sizeof(s->seed));
	most = host_raise_fd_limit();
	s->max_fds = (size_t)(most > 2 * GOFER_FDS_RESERVED
				      ? MIN(most - GOFER_FDS_RESERVED, GOFER_FDS_MAX)
				      : most / 2);
	s->in = malloc(P9_MSIZE);
	s->out = malloc(P9_MSIZE);
	s->entries = malloc(ENTRIES_MAX);
	s->scratch = malloc(SCRATCH_MAX);
	if (!s->in || !s->out || !s->entries || !s->scratch)
		return -ENOMEM;
	return open_proc(in_namespaces);
}

void gofer_main(const struct gofer_config *config)
{
	struct server s;
	bool own_trees = config->in_namespaces;
	int r = lockdown_place(config);

	host_clear_umask();
	if (r == 0)
		r = server_init(&s, config->in_namespaces);
	if (r == 0)
		r = add_roots(&s, config, &own_trees);
	if (r == 0)
		r = lockdown(&s, config, own_trees);
	if (r < 0) {
		log_error("the file proxy does not start: %s", strerror(-r));
		_exit(r == -EACCES ? GOFER_EXIT_UNCONFINED : 1);
	}
	r = serve(&s);
	if (r < 0) {
		log_error("the file proxy ends: %s",
			  r == -EBADMSG ? "malformed message from the Sentry" : strerror(-r));
		_exit(1);
	}
	_exit(0);
}
