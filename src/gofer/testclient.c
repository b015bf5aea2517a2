/* SPDX-License-Identifier: Apache-2.0 */
/* The raw client of the tests; see testclient.h. */
#include "gofer/testclient.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "host/fd.h"

#define PATH_BYTES 256

char gt_top[64];
int gt_conn = -1;
pid_t gt_pid;
rlim_t gt_fd_limit;
static uint8_t in[P9_MSIZE], out[P9_MSIZE];

const char *gt_at(const char *name)
{
	static char path[4][PATH_BYTES];
	static unsigned next;
	char *p = path[next++ % 4];

	snprintf(p, PATH_BYTES, "%s/%s", gt_top, name);
	return p;
}

void gt_put_file(const char *name, const char *text)
{
	int fd = open(gt_at(name), O_WRONLY | O_CREAT | O_TRUNC, 0644);

	check(fd >= 0);
	check(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

/* --- the client --- */

void gt_send(const void *p, size_t n)
{
	check(host_send_fds(gt_conn, p, n, NULL, 0, 0) == (ssize_t)n);
}

int gt_receive(struct p9_msg *m, int *fd)
{
	size_t have = 0, nfds = 0;
	int64_t size;

	*fd = -1;
	while ((size = p9_frame(in, have, P9_MSIZE)) == 0 || (size_t)size > have) {
		int got[1];
		ssize_t n = host_recv_fds(gt_conn, in + have, P9_MSIZE - have, got, 1, &nfds, 0);

		if (n <= 0)
			return -EPIPE;
		if (nfds > 0)
			*fd = got[0];
		have += (size_t)n;
	}
	check((size_t)size == have);
	check(p9_decode(in, have, m) == 0);
	return m->type == P9_RLERROR ? -(int)m->ecode : 0;
}

int gt_ask_fd(struct p9_msg *m, int *fd)
{
	struct wire_out o;
	uint8_t type = m->type;
	int r;

	wire_out_init(&o, out, sizeof(out));
	check(p9_encode(m, &o) == 0);
	gt_send(out, o.len);
	r = gt_receive(m, fd);
	if (r == 0)
		check(m->type == type + 1);
	return r;
}

int gt_ask(struct p9_msg *m)
{
	int fd, r = gt_ask_fd(m, &fd);

	check(fd == -1);
	return r;
}

int gt_attach(uint32_t fid, const char *name)
{
	struct p9_msg m;

	p9_msg_init(&m, P9_TATTACH, 0);
	m.fid = fid;
	m.text = p9_str(name);
	return gt_ask(&m);
}

int gt_hello(void)
{
	struct p9_msg m;

	p9_msg_init(&m, P9_TVERSION, P9_NOTAG);
	m.msize = P9_MSIZE;
	m.text = p9_str(P9_VERSION);
	return gt_ask(&m);
}

void gt_start_type(int socket_type)
{
	int pair[2];

	snprintf(gt_top, sizeof(gt_top), "/tmp/gofer-test-XXXXXX");
	check(mkdtemp(gt_top) != NULL);
	check(host_socketpair(socket_type, pair) == 0);
	gt_pid = fork();
	if (gt_pid == 0) {
		struct gofer_export exports[] = {{gt_top, "rw", true}, {gt_top, "ro", false}};
		struct gofer_config config = {
			.conn_fd = pair[1], .exports = exports, .n = 2, .log_fd = -1};
		struct rlimit limit = {gt_fd_limit, gt_fd_limit};

		close(pair[0]);
		if (gt_fd_limit > 0 && setrlimit(RLIMIT_NOFILE, &limit) < 0)
			_exit(2);
		gofer_main(&config);
	}
	check(gt_pid > 0);
	close(pair[1]);
	gt_conn = pair[0];
	check(gt_hello() == 0);
	check(gt_attach(GT_ROOT, "rw") == 0);
	check(gt_attach(GT_RO_ROOT, "ro") == 0);
}

void gt_start(void)
{
	gt_start_type(SOCK_STREAM);
}

int gt_finish(void)
{
	pid_t rm;
	int status;

	close(gt_conn);
	gt_conn = -1;
	check(waitpid(gt_pid, &status, 0) == gt_pid);
	rm = fork();
	if (rm == 0) {
		execlp("rm", "rm", "-rf", "--", gt_top, (char *)NULL);
		_exit(127);
	}
	check(waitpid(rm, NULL, 0) == rm);
	return status;
}

int gt_walk(uint32_t fid, const char *path, uint32_t newfid, struct p9_msg *m)
{
	uint8_t fids[4 * P9_WALK_MAX];
	struct wire_out o;
	int r;

	p9_msg_init(m, P9_TWALK, 0);
	m->fid = fid;
	for (const char *s = path; *s; m->nnames++) {
		size_t n = strcspn(s, "/");

		m->names[m->nnames] = (struct p9_str){s, n};
		s += n + (s[n] == '/');
	}
	wire_out_init(&o, fids, sizeof(fids));
	for (uint32_t i = 0; newfid != P9_NOFID && i < m->nnames; i++)
		wire_put_u32(&o, newfid + 1000000 * (m->nnames - 1 - i));
	m->blob = (struct p9_str){(const char *)fids, o.len};
	m->flags = P9_WALK_ANY;
	r = gt_ask(m);
	return r < 0 ? r : -(int)m->ecode;
}

int gt_open(uint32_t fid, const char *name, uint32_t flags, int *fd)
{
	struct p9_msg m;

	p9_msg_init(&m, P9_TOPEN, 0);
	m.fid = fid;
	m.flags = flags;
	if (name) {
		m.names[0] = p9_str(name);
		m.nnames = 1;
	}
	return gt_ask_fd(&m, fd);
}

int gt_getattr(uint32_t fid, struct host_stat *ret)
{
	struct p9_msg m;
	int r;

	p9_msg_init(&m, P9_TGETATTR, 0);
	m.fid = fid;
	r = gt_ask(&m);
	*ret = m.attr;
	return r;
}

int gt_change(uint8_t type, uint32_t fid, const char *name)
{
	struct p9_msg m;
	int fd, r;

	p9_msg_init(&m, type, 0);
	m.fid = fid;
	m.fid2 = fid;
	m.newfid = P9_NOFID;
	m.mode = type == P9_TMKNOD ? S_IFIFO | 0644 : 0755;
	m.uid = m.gid = P9_NOID;
	m.name = p9_str(name);
	m.name2 = p9_str("renamed");
	m.text = p9_str("user.x");
	r = gt_ask_fd(&m, &fd);
	host_close(fd);
	return r;
}
