/* SPDX-License-Identifier: Apache-2.0 */
#include "sentry/socket/unix/test_people.h"

#include "base/log.h"

static bool interrupted(struct ctx *ctx)
{
	return container_of(ctx, struct person, ctx)->interrupted;
}

static void signal_self(struct ctx *ctx, int signo)
{
	container_of(ctx, struct person, ctx)->got_signal = signo;
}

static void signal_to(struct ctx *ctx UNUSED, int pid UNUSED, int signo UNUSED, int code UNUSED)
{
}

static const struct ctx_ops person_ops = {
	.interrupted = interrupted,
	.killed = interrupted,
	.signal_self = signal_self,
	.signal_to = signal_to,
};

void person_init(struct person *p, uint32_t uid, int32_t pid)
{
	memset(p, 0, sizeof(*p));
	ctx_init(&p->ctx, &person_ops);
	limits_init(&p->limits);
	p->ctx.limits = &p->limits;
	p->ctx.cred = cred_new(uid, uid, NULL, 0);
	check(p->ctx.cred);
	p->ctx.tid = p->ctx.tgid = pid;
}

void person_fini(struct person *p)
{
	cred_put(p->ctx.cred);
}

void person_interrupt(struct person *p)
{
	p->interrupted = true;
	ctx_wake(&p->ctx);
}

static uint64_t objects_before;

void begin(void)
{
	static const char *const names[] = {"1", "2", "3", "4"};
	struct file *f[4];
	struct person p;

	log_set_fd(STDERR_FILENO);
	log_set_level(LOG_ERROR);
	unix_register();
	person_init(&p, 0, 1);
	for (int i = 0; i < 4; i++)
		f[i] = new_listener(&p, LX_SOCK_STREAM, names[i], 0); /* the table of names grows */
	for (int i = 0; i < 4; i++)
		file_put(f[i]);
	person_fini(&p);
	objects_before = arena_leaks_log();
}

void end(void)
{
	EXPECT_EQ(arena_leaks_log(), objects_before);
}

struct socket *sock(struct file *f)
{
	struct socket *s = socket_of(f);

	check(s);
	return s;
}

struct file *new_socket(struct person *p, int type)
{
	struct socket *s;
	struct file *f;

	check(socket_create(&p->ctx, LX_AF_UNIX, type, 0, &s) == 0);
	check(socket_file_new(&p->ctx, s, 0, &f) == 0);
	return f;
}

void new_pair(struct person *p, int type, struct file *ret[2])
{
	ret[0] = new_socket(p, type);
	ret[1] = new_socket(p, type);
	check(unix_ops.pair(&p->ctx, sock(ret[0]), sock(ret[1])) == 0);
}

struct sock_addr name(const char *text)
{
	struct sock_addr a = {.family = LX_AF_UNIX};
	uint32_t off = UNIX_NAME_OFF + (strchr(text, '/') ? 0 : 1);

	memcpy(a.bytes + off, text, strlen(text));
	a.len = off + (uint32_t)strlen(text);
	return a;
}

struct file *new_listener(struct person *p, int type, const char *at, uint32_t backlog)
{
	struct file *f = new_socket(p, type);
	struct sock_addr a = name(at);

	check(unix_ops.bind(&p->ctx, sock(f), &a, p->fs) == 0);
	check(unix_ops.listen(&p->ctx, sock(f), backlog) == 0);
	return f;
}

int connect_to(struct person *p, struct file *f, const char *to, bool nonblock)
{
	struct sock_addr a = name(to);

	return unix_ops.connect(&p->ctx, sock(f), &a, p->fs, nonblock);
}

int accept_from(struct person *p, struct file *l, bool nonblock, struct file **ret)
{
	struct socket *s;
	int r = unix_ops.accept(&p->ctx, sock(l), nonblock, &s);

	*ret = NULL;
	if (r == 0)
		check(socket_file_new(&p->ctx, s, 0, ret) == 0);
	return r;
}

ssize_t send_bytes(struct person *p, struct file *f, const void *buf, size_t n, unsigned flags)
{
	struct sock_msg m = {.flags = flags};
	struct uio src;
	void *from;

	memcpy(&from, &buf, sizeof(from)); /* only read from */
	uio_kernel(&src, from, n);
	return unix_ops.send(&p->ctx, sock(f), &m, &src);
}

ssize_t send_text(struct person *p, struct file *f, const char *text)
{
	return send_bytes(p, f, text, strlen(text), LX_MSG_DONTWAIT);
}

ssize_t send_text_to(struct person *p, struct file *f, const char *text, const char *to)
{
	struct sock_msg m = {.flags = LX_MSG_DONTWAIT, .addr = name(to), .fs = p->fs};
	char copy[64];
	struct uio src;

	check(strlen(text) < sizeof(copy));
	memcpy(copy, text, strlen(text));
	uio_kernel(&src, copy, strlen(text));
	return unix_ops.send(&p->ctx, sock(f), &m, &src);
}

ssize_t recv_bytes(struct person *p, struct file *f, void *buf, size_t n, unsigned flags)
{
	struct sock_msg m = {.flags = flags};
	struct uio dst;
	ssize_t got;

	uio_kernel(&dst, buf, n);
	got = unix_ops.recv(&p->ctx, sock(f), &m, &dst);
	sock_control_fini(&m.control);
	return got;
}

ssize_t send_files(struct person *p, struct file *f, struct file *const files[], uint32_t n)
{
	struct sock_msg m = {.flags = LX_MSG_DONTWAIT};
	struct uio src;
	char byte = 'f';
	ssize_t r;

	m.control.rights = sock_rights_new(n);
	check(m.control.rights);
	for (uint32_t i = 0; i < n; i++)
		m.control.rights->files[m.control.rights->n++] = file_get(files[i]);
	uio_kernel(&src, &byte, 1);
	r = unix_ops.send(&p->ctx, sock(f), &m, &src);
	sock_control_fini(&m.control);
	return r;
}

ssize_t recv_control(struct person *p, struct file *f, unsigned flags, struct sock_control *ret)
{
	struct sock_msg m = {.flags = flags | LX_MSG_DONTWAIT};
	struct uio dst;
	char byte;
	ssize_t n;

	uio_kernel(&dst, &byte, 1);
	n = unix_ops.recv(&p->ctx, sock(f), &m, &dst);
	*ret = m.control;
	return n;
}

uint32_t poll_of(struct file *f)
{
	return file_poll(f);
}
