/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connection to a Gofer: one request in the air, under the connection's lock. The Gofer touches
 * regular files, directories and links only, so an answer takes as long as the host's disk does; a
 * request cannot be interrupted.
 *
 * What the Gofer says is checked as what a guest says: an answer that is malformed, of the wrong
 * type or with the wrong number of descriptors ends the connection, and every later call is -EIO.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/check.h"
#include "base/log.h"
#include "host/fd.h"
#include "sentry/core/alloc.h"
#include "sentry/core/hostfd.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/fs/gofer/gofer_priv.h"

static SLAB_DEFINE(client_slab, struct gofer_client);

/* --- bytes --- */

static int broken(struct gofer_client *c, const char *how, int err)
{
	if (!atomic_exchange(&c->dead, true))
		log_error(
			"the connection to the file proxy is lost: %s: %s; files of the host answer EIO from now on",
			how, strerror(-err));
	return -EIO;
}

static int send_all(struct gofer_client *c, size_t n)
{
	int sock = hostfd_fd(c->conn);

	for (size_t sent = 0; sent < n;) {
		ssize_t r = host_send_fds(sock, c->out + sent, n - sent, NULL, 0, 0);

		if (r < 0)
			return broken(c, "sending a request", (int)r);
		sent += (size_t)r;
	}
	return 0;
}

/* One whole message into c->in; *fd is the descriptor that came, or -1. */
static int receive(struct gofer_client *c, size_t *ret_n, int *fd)
{
	int sock = hostfd_fd(c->conn);
	size_t have = 0, nfds = 0;

	for (;;) {
		int64_t size = p9_frame(c->in, have, c->msize);
		int got[1];
		ssize_t r;

		if (size < 0 || (size > 0 && have > (size_t)size))
			return broken(c, "bad framing", -EBADMSG);
		if (size > 0 && have == (size_t)size) {
			*ret_n = have;
			return 0;
		}
		r = host_recv_fds(sock, c->in + have, P9_MSIZE - have, got, 1, &nfds, 0);
		if (r <= 0)
			return broken(c, "receiving an answer", r < 0 ? (int)r : -EPIPE);
		if (nfds > 0 && *fd >= 0) {
			host_close(got[0]);
			return broken(c, "two descriptors", -EBADMSG);
		}
		if (nfds > 0)
			*fd = got[0];
		have += (size_t)r;
	}
}

static bool forget_encode(struct gofer_client *c, struct wire_out *o)
{
	uint8_t fids[4 * GOFER_FORGET_MAX];
	struct wire_out list;
	struct p9_msg m;

	if (c->nforget == 0)
		return true;
	wire_out_init(&list, fids, sizeof(fids));
	for (size_t i = 0; i < c->nforget; i++)
		wire_put_u32(&list, c->forget[i]);
	p9_msg_init(&m, P9_TFORGET, P9_NOTAG);
	m.blob = (struct p9_str){(const char *)fids, list.len};
	if (p9_encode(&m, o) < 0)
		return false;
	c->nforget = 0;
	return true;
}

static int forget_flush(struct gofer_client *c)
{
	struct wire_out o;

	wire_out_init(&o, c->out, c->msize);
	if (!forget_encode(c, &o))
		return -EMSGSIZE;
	return send_all(c, o.len);
}

/* --- requests --- */

/* The fids to forget go first, in the same piece if there is room. */
static int send_request(struct gofer_client *c, const struct p9_msg *m)
{
	struct wire_out o;
	int r;

	wire_out_init(&o, c->out, c->msize);
	if (!forget_encode(c, &o))
		return -EMSGSIZE;
	r = p9_encode(m, &o);
	if (r == -EMSGSIZE && o.len > 0) {
		r = send_all(c, o.len);
		wire_out_init(&o, c->out, c->msize);
		if (r == 0)
			r = p9_encode(m, &o);
	} else if (r < 0 && o.len > 0) {
		int sent = send_all(c, o.len);

		return sent < 0 ? sent : r;
	}
	return r < 0 ? r : send_all(c, o.len);
}

/* An errno of the host is one of the guest; what is none is nonsense. */
static int host_error(struct gofer_client *c, uint32_t ecode)
{
	return ecode >= 1 && ecode < 4096 ? -(int)ecode : broken(c, "bad error code", -EBADMSG);
}

static int check_answer(struct gofer_client *c, uint8_t asked, uint16_t tag, const struct p9_msg *m,
			bool has_fd, bool wants_fd)
{
	if (m->tag != tag)
		return broken(c, "an answer to another request", -EBADMSG);
	if (m->type == P9_RLERROR && !has_fd)
		return host_error(c, m->ecode);
	if (m->type != asked + 1)
		return broken(c, "an answer of another type", -EBADMSG);
	if (has_fd != wants_fd)
		return broken(c, "an answer with too few or too many descriptors", -EBADMSG);
	return 0;
}

int gofer_call(struct gofer_client *c, struct p9_msg *m, int *ret_fd)
{
	AUTO(host_close_fd) int fd = -1;
	uint8_t asked = m->type;
	uint16_t tag = c->next_tag++;
	size_t n = 0;
	int r;

	if (atomic_load(&c->dead))
		return -EIO;
	if (c->next_tag == P9_NOTAG)
		c->next_tag = 0;
	m->tag = tag;
	r = send_request(c, m);
	if (r < 0)
		return r;
	r = receive(c, &n, &fd);
	if (r < 0)
		return r;
	if (p9_decode(c->in, n, m) < 0)
		return broken(c, "a malformed answer", -EBADMSG);
	r = check_answer(c, asked, tag, m, fd >= 0, ret_fd != NULL);
	if (r == 0 && ret_fd)
		*ret_fd = host_take_fd(&fd);
	return r;
}

/* --- fids --- */

static int grow_free(struct gofer_client *c)
{
	size_t cap = c->cap_free ? 2 * c->cap_free : 256;
	uint32_t *p = arena_realloc(c->free_fids, cap * sizeof(*p));

	if (!p)
		return -ENOMEM;
	c->free_fids = p;
	c->cap_free = cap;
	return 0;
}

int gofer_fid_take(struct gofer_client *c, uint32_t *ret)
{
	if (c->nfree > 0) {
		*ret = c->free_fids[--c->nfree];
		return 0;
	}
	if (c->next_fid >= GOFER_FIDS_MAX)
		return -EMFILE;
	/* So that giving it back cannot fail. */
	if (c->next_fid >= c->cap_free && grow_free(c) < 0)
		return -ENOMEM;
	*ret = c->next_fid++;
	return 0;
}

void gofer_fid_give(struct gofer_client *c, uint32_t fid)
{
	check(c->nfree < c->cap_free);
	c->free_fids[c->nfree++] = fid;
}

/* The number may be used again at once: the Gofer hears of the end before it hears of the new use. */
void gofer_forget(struct gofer_client *c, uint32_t fid, enum forget_when when)
{
	if (fid == P9_NOFID)
		return;
	GUARD(&c->lock);
	c->forget[c->nforget++] = fid;
	gofer_fid_give(c, fid);
	if ((when == FORGET_NOW || c->nforget == GOFER_FORGET_MAX) &&
	    (atomic_load(&c->dead) || forget_flush(c) < 0))
		c->nforget = 0; /* nobody is there to be told */
}

/* --- life --- */

static int greet(struct gofer_client *c)
{
	struct p9_msg m;
	int r;

	GUARD(&c->lock);
	p9_msg_init(&m, P9_TVERSION, 0);
	m.msize = P9_MSIZE;
	m.text = p9_str(P9_VERSION);
	r = gofer_call(c, &m, NULL);
	if (r < 0)
		return r;
	if (m.msize < P9_MSIZE_MIN || m.msize > P9_MSIZE || m.text.n != sizeof(P9_VERSION) - 1 ||
	    memcmp(m.text.s, P9_VERSION, m.text.n) != 0)
		return -EPROTO;
	c->msize = m.msize;
	return 0;
}

int gofer_connect(int fd, struct gofer_client **ret)
{
	AUTO(hostfd_put) struct hostfd *conn = hostfd_new(fd, HOSTFD_STREAM);
	AUTO(gofer_client_put) struct gofer_client *c = NULL;
	int r;

	if (!conn)
		return -ENOMEM;
	c = slab_alloc(&client_slab);
	if (!c)
		return -ENOMEM;
	ref_init(&c->ref);
	lock_init(&c->lock, RANK_GOFER, "gofer connection");
	c->conn = TAKE(conn);
	c->msize = P9_MSIZE;
	c->out = arena_alloc(P9_MSIZE);
	c->in = arena_alloc(P9_MSIZE);
	if (!c->out || !c->in)
		return -ENOMEM;
	r = greet(c);
	if (r < 0)
		return r;
	*ret = TAKE(c);
	return 0;
}

struct gofer_client *gofer_client_get(struct gofer_client *c)
{
	ref_get(&c->ref);
	return c;
}

void gofer_client_put(struct gofer_client *c)
{
	if (!c || !ref_put(&c->ref))
		return;
	hostfd_put(c->conn);
	arena_free(c->out);
	arena_free(c->in);
	arena_free(c->free_fids);
	lock_fini(&c->lock);
	slab_free(&client_slab, c);
}
