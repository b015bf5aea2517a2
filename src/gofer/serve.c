/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connection: bytes in, whole messages out to their handler, one answer each, with at most one
 * descriptor beside it. A client sends no descriptors; whoever sends nonsense is cut off.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/check.h"
#include "base/log.h"
#include "gofer/gofer_priv.h"
#include "host/fd.h"

struct request {
	uint8_t type;
	request_fn fn;
};

static int req_version(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd);
static int req_forget(struct server *s, const struct p9_msg *t, struct p9_msg *r, int *ret_fd);

static const struct request requests[] = {
	{P9_TVERSION, req_version},
	{P9_TATTACH, req_attach},
	{P9_TWALK, req_walk},
	{P9_TOPEN, req_open},
	{P9_TCREATE, req_create},
	{P9_TMKDIR, req_mkdir},
	{P9_TMKNOD, req_mknod},
	{P9_TSYMLINK, req_symlink},
	{P9_TLINK, req_link},
	{P9_TUNLINK, req_unlink},
	{P9_TRENAME, req_rename},
	{P9_TGETATTR, req_getattr},
	{P9_TSETATTR, req_setattr},
	{P9_TREADDIR, req_readdir},
	{P9_TREADLINK, req_readlink},
	{P9_TSTATFS, req_statfs},
	{P9_TFSYNC, req_fsync},
	{P9_TGETXATTR, req_getxattr},
	{P9_TLISTXATTR, req_listxattr},
	{P9_TSETXATTR, req_setxattr},
	{P9_TREMOVEXATTR, req_removexattr},
	{P9_TCLUNK, req_clunk},
	{P9_TFORGET, req_forget},
};

/* A second Tversion begins anew, as 9P demands: all fids are gone. */
static int req_version(struct server *s, const struct p9_msg *t, struct p9_msg *r,
		       int *ret_fd UNUSED)
{
	struct htab_node *h, *tmp;

	if (t->msize < P9_MSIZE_MIN)
		return -EMSGSIZE;
	htab_for_each_safe(&s->fids, h, tmp)
		fid_free(s, htab_entry(h, struct fid, by_id));
	s->msize = MIN(t->msize, P9_MSIZE);
	r->msize = (uint32_t)s->msize;
	r->text = p9_str(t->text.n == sizeof(P9_VERSION) - 1 &&
					 memcmp(t->text.s, P9_VERSION, t->text.n) == 0
				 ? P9_VERSION
				 : "unknown");
	return 0;
}

static int req_forget(struct server *s, const struct p9_msg *t, struct p9_msg *r UNUSED,
		      int *ret_fd UNUSED)
{
	for (size_t i = 0; i < p9_nfids(t); i++) {
		struct fid *f = fid_find(s, p9_fid(t, i));

		if (f)
			fid_free(s, f);
	}
	return 0;
}

static request_fn handler(uint8_t type)
{
	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		if (requests[i].type == type)
			return requests[i].fn;
	}
	return NULL;
}

/* All of r, the descriptor (-1: none) with its first bytes. */
static int answer(struct server *s, const struct p9_msg *r, int fd)
{
	struct wire_out o;
	size_t sent = 0;
	int err;

	wire_out_init(&o, s->out, s->msize ? s->msize : P9_MSIZE);
	err = p9_encode(r, &o);
	if (err < 0)
		return err;
	while (sent < o.len) {
		bool first = sent == 0 && fd >= 0;
		ssize_t n = host_send_fds(s->conn, s->out + sent, o.len - sent, &fd, first, 0);

		if (n < 0)
			return (int)n;
		sent += (size_t)n;
	}
	return 0;
}

static int answer_error(struct server *s, uint16_t tag, int err)
{
	struct p9_msg r;

	p9_msg_init(&r, P9_RLERROR, tag);
	r.ecode = (uint32_t)-err;
	return answer(s, &r, -1);
}

/* One whole message. */
static int serve_message(struct server *s, const uint8_t *buf, size_t n)
{
	AUTO(host_close_fd) int fd = -1;
	struct p9_msg t, r;
	request_fn fn;
	int err = p9_decode(buf, n, &t);

	if (err == -EOPNOTSUPP)
		return answer_error(s, t.tag, -ENOSYS);
	if (err < 0)
		return err;
	fn = handler(t.type);
	if (!fn)
		return answer_error(s, t.tag, -EPROTO);
	if (s->msize == 0 && fn != req_version)
		return -EBADMSG;
	if (fn == req_forget)
		return req_forget(s, &t, &r, &fd);
	p9_msg_init(&r, (uint8_t)(t.type + 1), t.tag);
	err = fn(s, &t, &r, &fd);
	if (err == 0)
		err = answer(s, &r, fd);
	else
		return answer_error(s, t.tag, err);
	/* The host counts descriptors on their way per user, against our limit of open ones. */
	if (err == -ETOOMANYREFS)
		return answer_error(s, t.tag, -EMFILE);
	/* A host file that our own rules cannot say (a name, a mode) is that request's failure, not
	 * the connection's. */
	return err == -EINVAL || err == -EMSGSIZE ? answer_error(s, t.tag, -EIO) : err;
}

/* Serve the whole messages of s->in[0, have); what is left moves to the front. Its length, or
 * -errno. */
static ssize_t serve_all(struct server *s, size_t have)
{
	size_t at = 0;

	for (;;) {
		int64_t size = p9_frame(s->in + at, have - at, s->msize ? s->msize : P9_MSIZE);
		int err;

		if (size < 0)
			return size;
		if (size == 0 || (size_t)size > have - at)
			break;
		err = serve_message(s, s->in + at, (size_t)size);
		if (err < 0)
			return err;
		at += (size_t)size;
	}
	memmove(s->in, s->in + at, have - at);
	return (ssize_t)(have - at);
}

int serve(struct server *s)
{
	size_t have = 0;

	for (;;) {
		ssize_t n, left;
		size_t nfds;

		check(have < P9_MSIZE);
		n = host_recv_fds(s->conn, s->in + have, P9_MSIZE - have, NULL, 0, &nfds, 0);
		if (n == -ECONNRESET || (n == 0 && have == 0))
			return 0;
		if (n == 0 || n == -ETOOMANYREFS)
			return -EBADMSG;
		if (n < 0)
			return (int)n;
		left = serve_all(s, have + (size_t)n);
		if (left < 0)
			return left == -EPIPE || left == -ECONNRESET ? 0 : (int)left;
		have = (size_t)left;
	}
}
