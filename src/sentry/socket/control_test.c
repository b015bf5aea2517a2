/* SPDX-License-Identifier: Apache-2.0 */
/* Control messages of a hostile guest, and options. */
#include <errno.h>

#include "base/test.h"
#include "base/check.h"
#include "abi/types.h"
#include "sentry/core/alloc.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/core/limits.h"
#include "sentry/socket/socket_priv.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/file.h"

static struct ctx ctx;
static struct limits limits;
static struct fdtable *fds;
static uint64_t objects_before;

/* ---- a family that does nothing ---- */

static uint32_t mute_poll(struct socket *s UNUSED)
{
	return 0;
}

static void mute_close(struct socket *s UNUSED)
{
}

static SLAB_DEFINE(mute_slab, struct socket);

static void mute_free(struct socket *s)
{
	socket_fini(s);
	slab_free(&mute_slab, s);
}

static const struct sock_ops mute_ops = {
	.poll = mute_poll,
	.close = mute_close,
	.free = mute_free,
};

static int mute_create(struct ctx *c UNUSED, int type, int protocol, struct socket **ret)
{
	*ret = slab_alloc(&mute_slab);
	if (!*ret)
		return -ENOMEM;
	socket_init(*ret, &mute_ops, LX_AF_UNIX, type, protocol);
	return 0;
}

static const struct sock_family mute_family = {.domain = LX_AF_UNIX, .create = mute_create};

static struct file *new_file(void)
{
	struct socket *s;
	struct file *f;

	check(socket_create(&ctx, LX_AF_UNIX, LX_SOCK_STREAM, 0, &s) == 0);
	check(socket_file_new(&ctx, s, 0, &f) == 0);
	return f;
}

/* Descriptor 0 is a socket. */
static void start(uint32_t uid)
{
	int fd;

	sock_family_register(&mute_family);
	ctx_init(&ctx, &ctx_kernel_ops);
	limits_init(&limits);
	ctx.limits = &limits;
	ctx.cred = cred_new(uid, uid, NULL, 0);
	ctx.tid = ctx.tgid = 77;
	file_put(new_file());
	objects_before = arena_leaks_log();
	fds = fdtable_new();
	check(fds && fdtable_install(fds, &ctx, new_file(), 0, false, &fd) == 0 && fd == 0);
}

static void finish(void)
{
	fdtable_put(fds, &ctx);
	EXPECT_EQ(arena_leaks_log(), objects_before);
	cred_put(ctx.cred);
}

/* ---- parsing ---- */

struct rights_msg {
	struct lx_cmsghdr h;
	int32_t fd[256];
};

static int parse(const void *buf, size_t len, struct sock_control *c)
{
	memset(c, 0, sizeof(*c));
	return sock_control_parse(&ctx, fds, LX_AF_UNIX, buf, len, c);
}

TEST(rights_are_references_to_open_files)
{
	struct rights_msg m = {.h = {LX_CMSG_LEN(8), LX_SOL_SOCKET, LX_SCM_RIGHTS}};
	struct sock_control c;

	start(0);
	EXPECT_EQ(parse(&m, LX_CMSG_LEN(8), &c), 0);
	EXPECT_EQ(c.rights->n, 2);
	EXPECT_EQ(c.rights->files[0], c.rights->files[1]);
	sock_control_fini(&c);
	EXPECT_EQ(parse(&m, 3, &c), 0); /* no room for a header: nothing */
	EXPECT_EQ(c.rights, NULL);
	m.h.cmsg_len = LX_CMSG_LEN(3); /* not one whole number */
	EXPECT_EQ(parse(&m, LX_CMSG_LEN(4), &c), 0);
	EXPECT_EQ(c.rights, NULL);
	finish();
}

TEST(lengths_that_lie_are_refused)
{
	struct rights_msg m = {.h = {LX_CMSG_LEN(4), LX_SOL_SOCKET, LX_SCM_RIGHTS}};
	static const uint64_t lies[] = {0, 15, LX_CMSG_LEN(1024) + 1, UINT64_MAX, 1ULL << 63};
	struct sock_control c;

	start(0);
	for (size_t i = 0; i < ARRAY_SIZE(lies); i++) {
		m.h.cmsg_len = lies[i];
		EXPECT_ERR(parse(&m, sizeof(m), &c), EINVAL);
	}
	m.h.cmsg_len = LX_CMSG_LEN(254 * 4);
	EXPECT_ERR(parse(&m, sizeof(m), &c), EINVAL);
	m.h.cmsg_len = LX_CMSG_LEN(253 * 4);
	EXPECT_EQ(parse(&m, LX_CMSG_LEN(253 * 4), &c), 0);
	sock_control_fini(&c);
	m.fd[100] = 1; /* closed: nothing of the others may stay */
	EXPECT_ERR(parse(&m, LX_CMSG_LEN(253 * 4), &c), EBADF);
	EXPECT_EQ(c.rights, NULL);
	m.h.cmsg_type = 99;
	EXPECT_ERR(parse(&m, LX_CMSG_LEN(253 * 4), &c), EINVAL);
	m.h.cmsg_level = 99; /* somebody else's */
	EXPECT_EQ(parse(&m, LX_CMSG_LEN(253 * 4), &c), 0);
	finish();
}

TEST(rights_are_for_unix_sockets_alone)
{
	struct rights_msg m = {.h = {LX_CMSG_LEN(4), LX_SOL_SOCKET, LX_SCM_RIGHTS}};
	struct sock_control c = {0};

	start(0);
	EXPECT_ERR(sock_control_parse(&ctx, fds, LX_AF_INET, &m, LX_CMSG_LEN(4), &c), EINVAL);
	EXPECT_EQ(c.rights, NULL);
	finish();
}

struct cred_msg {
	struct lx_cmsghdr h;
	struct lx_ucred cred;
};

static int parse_cred(int32_t pid, uint32_t uid, uint32_t gid)
{
	struct cred_msg m = {.h = {LX_CMSG_LEN(12), LX_SOL_SOCKET, LX_SCM_CREDENTIALS},
			     .cred = {pid, uid, gid}};
	struct sock_control c;

	return parse(&m, LX_CMSG_LEN(12), &c);
}

TEST(credentials_cannot_be_forged)
{
	struct cred_msg m = {.h = {LX_CMSG_LEN(8), LX_SOL_SOCKET, LX_SCM_CREDENTIALS}};
	struct sock_control c;

	start(1000);
	EXPECT_EQ(parse_cred(77, 1000, 1000), 0);
	EXPECT_ERR(parse_cred(1, 1000, 1000), EPERM);
	EXPECT_ERR(parse_cred(77, 0, 1000), EPERM);
	EXPECT_ERR(parse_cred(77, 1000, 0), EPERM);
	EXPECT_ERR(parse_cred(77, UINT32_MAX, 1000), EINVAL);
	EXPECT_ERR(parse(&m, LX_CMSG_LEN(12), &c), EINVAL); /* too short */
	finish();
	start(0);
	EXPECT_EQ(parse_cred(1, 5, 6), 0);
	finish();
}

TEST(memory_that_runs_out_leaks_no_file)
{
	struct rights_msg m = {.h = {LX_CMSG_LEN(8), LX_SOL_SOCKET, LX_SCM_RIGHTS}};
	struct sock_control c;

	start(0);
	arena_fail_nth(1);
	EXPECT_ERR(parse(&m, LX_CMSG_LEN(8), &c), ENOMEM);
	arena_fail_nth(0);
	finish();
}

/* ---- options ---- */

static int set_int(struct socket *s, int opt, int32_t v)
{
	return socket_setsockopt(&ctx, s, LX_SOL_SOCKET, opt, &v, sizeof(v));
}

static int32_t get_int(struct socket *s, int opt)
{
	int32_t v = 0;
	size_t len;
	int r = socket_getsockopt(&ctx, s, LX_SOL_SOCKET, opt, &v, sizeof(v), &len);

	return r < 0 ? r : v;
}

TEST(buffers_are_doubled_and_bounded)
{
	struct file *f;
	struct socket *s;

	start(1000);
	f = new_file();
	s = socket_of(f);
	EXPECT_EQ(get_int(s, LX_SO_SNDBUF), SOCK_BUF_DEFAULT);
	EXPECT_EQ(set_int(s, LX_SO_SNDBUF, 10000), 0);
	EXPECT_EQ(get_int(s, LX_SO_SNDBUF), 20000);
	EXPECT_EQ(set_int(s, LX_SO_SNDBUF, -1), 0);
	EXPECT_EQ(get_int(s, LX_SO_SNDBUF), 2 * SOCK_BUF_LIMIT);
	EXPECT_EQ(set_int(s, LX_SO_SNDBUF, 0), 0);
	EXPECT_EQ(get_int(s, LX_SO_SNDBUF), SOCK_MIN_SNDBUF);
	EXPECT_ERR(set_int(s, LX_SO_SNDBUFFORCE, 1 << 30), EPERM);
	EXPECT_ERR(set_int(s, LX_SO_DEBUG, 1), EACCES);
	EXPECT_ERR(set_int(s, LX_SO_PRIORITY, 7), EPERM);
	EXPECT_ERR(set_int(s, 12345, 7), ENOPROTOOPT);
	EXPECT_ERR(get_int(s, 12345), ENOPROTOOPT);
	file_put(f);
	finish();
}

TEST(time_outs_are_in_range)
{
	struct lx_timeval tv = {.tv_sec = 1, .tv_usec = 1000000};
	struct file *f;
	struct socket *s;

	start(0);
	f = new_file();
	s = socket_of(f);
	EXPECT_ERR(socket_setsockopt(&ctx, s, LX_SOL_SOCKET, LX_SO_RCVTIMEO, &tv, sizeof(tv)),
		   EDOM);
	EXPECT_ERR(socket_setsockopt(&ctx, s, LX_SOL_SOCKET, LX_SO_RCVTIMEO, &tv, 8), EINVAL);
	tv = (struct lx_timeval){.tv_sec = INT64_MAX};
	EXPECT_EQ(socket_setsockopt(&ctx, s, LX_SOL_SOCKET, LX_SO_RCVTIMEO, &tv, sizeof(tv)), 0);
	EXPECT_EQ(s->opt.rcv_timeout, INT64_MAX);
	tv = (struct lx_timeval){.tv_sec = -1};
	EXPECT_EQ(socket_setsockopt(&ctx, s, LX_SOL_SOCKET, LX_SO_RCVTIMEO, &tv, sizeof(tv)), 0);
	EXPECT_EQ(s->opt.rcv_timeout, 0);
	EXPECT_ERR(socket_sleep(&ctx, socket_deadline(0, false)), EAGAIN);
	file_put(f);
	finish();
}

TEST_MAIN()
