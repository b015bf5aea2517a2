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
#include "host/path.h"
#include "host/rand.h"

static int add_root(struct server *s, const struct gofer_export *e)
{
	AUTO(host_close_fd) int fd = host_open(AT_FDCWD, e->host_path, O_PATH, 0);
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

static int add_roots(struct server *s, const struct gofer_config *config)
{
	s->roots = calloc(config->n ? config->n : 1, sizeof(*s->roots));
	if (!s->roots)
		return -ENOMEM;
	for (size_t i = 0; i < config->n; i++) {
		int r = add_root(s, &config->exports[i]);

		if (r < 0)
			return r;
	}
	return 0;
}

static int server_init(struct server *s, int conn_fd)
{
	uint64_t most;

	*s = (struct server){.conn = conn_fd, .uid = (uint32_t)geteuid()};
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
	s->proc = host_open_proc_fds();
	if (s->proc < 0) {
		log_error(
			"cannot open /proc/self/fd: %s; the Gofer needs /proc of the host to open files that it has looked at",
			strerror(-s->proc));
		return s->proc;
	}
	return 0;
}

/* 0, 1 and 2 lead nowhere: a library that complains there must not write into a file of the host. */
static int empty_stdio(void)
{
	AUTO(host_close_fd) int null = host_open(AT_FDCWD, "/dev/null", O_RDWR, 0);

	if (null < 0)
		return null;
	for (int i = 0; i < 3; i++) {
		int r = host_dup_to(null, i);

		if (r < 0)
			return r;
	}
	if (null < 3)
		null = -1;
	return 0;
}

/* Descriptors below 3 make room for an empty stdio. */
static int above_stdio(int fd)
{
	return fd < 0 || fd > 2 ? fd : host_dup(fd, 3);
}

void gofer_main(const struct gofer_config *config)
{
	struct server s;
	int conn = above_stdio(config->conn_fd), log = above_stdio(config->log_fd);
	int r;

	log_set_fd(log);
	host_clear_umask();
	r = conn < 0 ? conn : empty_stdio();
	if (r == 0)
		r = server_init(&s, conn);
	if (r == 0)
		r = add_roots(&s, config);
	if (r == 0)
		r = lockdown(&s, log);
	if (r < 0) {
		log_error("the file proxy does not start: %s", strerror(-r));
		_exit(1);
	}
	r = serve(&s);
	if (r < 0) {
		log_error("the file proxy ends: %s",
			  r == -EBADMSG ? "malformed message from the Sentry" : strerror(-r));
		_exit(1);
	}
	_exit(0);
}
