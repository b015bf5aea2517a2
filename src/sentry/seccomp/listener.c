/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file by which one process answers for another: seccomp_unotify(2). It keeps its filter, and
 * is the only one of its chain. Read and write say -EINVAL; everything is done by ioctl(2), each of
 * which names the ask that it is about by its number.
 *
 * Differs: SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP is kept and changes nothing; it is a hint to Linux's
 * scheduler. An ADDFD with SEND that a signal ends before it was done leaves the ask to be
 * answered; Linux answers it with 0.
 */
#include <errno.h>
#include <string.h>

#include "abi/page.h"
#include "abi/poll.h"
#include "base/check.h"
#include "host/rand.h"
#include "sentry/core/alloc.h"
#include "sentry/core/ctx.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/mm/uaccess.h"
#include "sentry/seccomp/notify_priv.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/file.h"

static uint32_t listener_poll(struct file *f);
static struct waitq *listener_waitq(struct file *f);
static long listener_ioctl(struct ctx *ctx, struct file *f, struct mm *mm, unsigned cmd,
			   uint64_t arg);
static void listener_release(struct file *f);

static const struct file_ops listener_ops = {
	.poll = listener_poll,
	.waitq = listener_waitq,
	.ioctl = listener_ioctl,
	.release = listener_release,
};

static struct seccomp_filter *filter_of(struct file *f)
{
	return f->priv;
}

static struct seccomp_listener *listener_of(struct file *f)
{
	return filter_of(f)->listener;
}

static bool is_unused(struct file *f)
{
	return ref_read(&filter_of(f)->acting) == 0;
}

static struct ask *find(struct seccomp_listener *l, uint64_t id)
{
	struct ask *a;

	list_for_each_entry(a, &l->asks, link)
		if (a->id == id)
			return a;
	return NULL;
}

/* ---- RECV ---- */

static bool count_one_off(struct seccomp_listener *l)
{
	GUARD(&l->lock);
	if (l->untaken == 0)
		return false;
	l->untaken--;
	return true;
}

/* An ask has come, or none will ever. */
static int wait_for_ask(struct ctx *ctx, struct file *f)
{
	struct seccomp_listener *l = listener_of(f);
	struct waiter w;
	int r = 0;

	waiter_init(&w, ctx, LX_POLLIN);
	waitq_add(&l->wq, &w);
	while (r == 0 && !count_one_off(l) && !is_unused(f))
		r = ctx_block(ctx, CTX_FOREVER);
	waitq_del(&w);
	return r;
}

/* -ENOENT: who asked has gone. */
static int pick(struct seccomp_listener *l, struct lx_seccomp_notif *ret)
{
	struct ask *a;

	GUARD(&l->lock);
	list_for_each_entry(a, &l->asks, link) {
		if (a->state != ASK_INIT)
			continue;
		a->state = ASK_SENT;
		*ret = (struct lx_seccomp_notif){
			.id = a->id,
			.pid = (uint32_t)a->ctx->tid,
			.data = *a->call,
		};
		waitq_wake(&l->wq, LX_POLLOUT | LX_POLLWRNORM);
		return 0;
	}
	return -ENOENT;
}

/* It could not be delivered: the next RECV gets it again. */
static void put_back(struct seccomp_listener *l, uint64_t id)
{
	struct ask *a;

	GUARD(&l->lock);
	a = find(l, id);
	if (!a || a->state != ASK_SENT)
		return;
	a->state = ASK_INIT;
	l->untaken++;
	if (l->wait_killable)
		ctx_wake(a->ctx); /* a common signal ends its sleep again */
	waitq_wake(&l->wq, LX_POLLIN | LX_POLLRDNORM);
}

static long notif_recv(struct ctx *ctx, struct file *f, struct mm *mm, uaddr_t arg)
{
	static const struct lx_seccomp_notif empty;
	struct lx_seccomp_notif n;
	int r = copy_in(mm, &n, arg, sizeof(n));

	if (r < 0)
		return r;
	if (memcmp(&n, &empty, sizeof(n)) != 0)
		return -EINVAL;
	r = wait_for_ask(ctx, f);
	if (r == 0)
		r = pick(listener_of(f), &n);
	if (r < 0)
		return r;
	r = copy_out(mm, arg, &n, sizeof(n));
	if (r < 0)
		put_back(listener_of(f), n.id);
	return r;
}

/* ---- SEND, ID_VALID, SET_FLAGS ---- */

static long notif_send(struct file *f, struct mm *mm, uaddr_t arg)
{
	struct seccomp_listener *l = listener_of(f);
	struct lx_seccomp_notif_resp resp;
	struct ask *a;
	int r = copy_in(mm, &resp, arg, sizeof(resp));

	if (r < 0)
		return r;
	if (resp.flags & ~(uint32_t)LX_SECCOMP_USER_NOTIF_FLAG_CONTINUE)
		return -EINVAL;
	if (resp.flags && (resp.error || resp.val))
		return -EINVAL;
	GUARD(&l->lock);
	a = find(l, resp.id);
	if (!a)
		return -ENOENT;
	if (a->state != ASK_SENT)
		return -EINPROGRESS;
	a->state = ASK_REPLIED;
	a->value = resp.val;
	a->error = resp.error;
	a->flags = resp.flags;
	ctx_wake(a->ctx);
	return 0;
}

static long notif_id_valid(struct file *f, struct mm *mm, uaddr_t arg)
{
	struct seccomp_listener *l = listener_of(f);
	struct ask *a;
	uint64_t id;
	int r = copy_in(mm, &id, arg, sizeof(id));

	if (r < 0)
		return r;
	GUARD(&l->lock);
	a = find(l, id);
	return a && a->state == ASK_SENT ? 0 : -ENOENT;
}

static long notif_set_flags(uint64_t flags)
{
	return flags & ~(uint64_t)LX_SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP ? -EINVAL : 0;
}

static long listener_ioctl(struct ctx *ctx, struct file *f, struct mm *mm, unsigned cmd,
			   uint64_t arg)
{
	switch (cmd) {
	case LX_SECCOMP_IOCTL_NOTIF_RECV:
		return notif_recv(ctx, f, mm, uaddr(arg));
	case LX_SECCOMP_IOCTL_NOTIF_SEND:
		return notif_send(f, mm, uaddr(arg));
	case LX_SECCOMP_IOCTL_NOTIF_ID_VALID:
	case LX_SECCOMP_IOCTL_NOTIF_ID_VALID_WRONG_DIR:
		return notif_id_valid(f, mm, uaddr(arg));
	case LX_SECCOMP_IOCTL_NOTIF_SET_FLAGS:
		return notif_set_flags(arg);
	default:
		return -EINVAL;
	}
}

/* ---- ADDFD ---- */

/* Its size, which stands in the number of the ioctl, may grow; the direction does not matter. */
#define ADDFD_SIZE_SHIFT 16
#define ADDFD_SIZE_MASK  0x3fffu
#define ADDFD_BASE       (LX_SECCOMP_IOCTL_NOTIF_ADDFD & 0xffffu)

bool seccomp_is_addfd(struct file *f, unsigned cmd)
{
	return f->ops == &listener_ops && (cmd & 0xffffu) == ADDFD_BASE;
}

static int read_addfd(struct mm *mm, unsigned cmd, uaddr_t arg, struct lx_seccomp_notif_addfd *ret)
{
	size_t size = cmd >> ADDFD_SIZE_SHIFT & ADDFD_SIZE_MASK;
	int r;

	if (size < sizeof(*ret) || size >= LX_PAGE_SIZE)
		return -EINVAL;
	r = copy_in_struct(mm, ret, sizeof(*ret), arg, size);
	if (r < 0)
		return r;
	if (ret->newfd_flags & ~(uint32_t)LX_O_CLOEXEC)
		return -EINVAL;
	if (ret->flags & ~(uint32_t)(LX_SECCOMP_ADDFD_FLAG_SETFD | LX_SECCOMP_ADDFD_FLAG_SEND))
		return -EINVAL;
	return ret->newfd && !(ret->flags & LX_SECCOMP_ADDFD_FLAG_SETFD) ? -EINVAL : 0;
}

/* Takes over file on success. Two references: the caller's and the queue's. NULL: out of memory. */
static struct gift *gift_new(struct ctx *ctx, struct file *file,
			     const struct lx_seccomp_notif_addfd *add)
{
	struct gift *g = arena_alloc(sizeof(*g));

	if (!g)
		return NULL;
	ref_init(&g->ref);
	list_init(&g->link);
	g->file = file;
	g->ctx = ctx;
	g->at = (add->flags & LX_SECCOMP_ADDFD_FLAG_SETFD) != 0;
	g->fd = add->newfd;
	g->cloexec = (add->newfd_flags & LX_O_CLOEXEC) != 0;
	g->replies = (add->flags & LX_SECCOMP_ADDFD_FLAG_SEND) != 0;
	return g;
}

static int queue_gift(struct seccomp_listener *l, uint64_t id, struct gift *g)
{
	struct ask *a;

	GUARD(&l->lock);
	a = find(l, id);
	if (!a)
		return -ENOENT;
	if (a->state != ASK_SENT)
		return -EINPROGRESS;
	if (g->replies) {
		if (!list_empty(&a->gifts))
			return -EBUSY;
		a->state = ASK_REPLIED;
	}
	ref_get(&g->ref);
	list_add_tail(&a->gifts, &g->link);
	ctx_wake(a->ctx);
	return 0;
}

static enum gift_state state_of(struct seccomp_listener *l, struct gift *g, int *ret_result)
{
	GUARD(&l->lock);
	*ret_result = g->result;
	return g->state;
}

/* A signal came. True: nobody has touched it yet, and nobody will. */
static bool take_back(struct seccomp_listener *l, uint64_t id, struct gift *g)
{
	struct ask *a;

	GUARD(&l->lock);
	if (g->state != GIFT_QUEUED)
		return false;
	list_del(&g->link);
	a = find(l, id);
	if (a && g->replies)
		a->state = ASK_SENT;
	return true;
}

static void give_up(struct seccomp_listener *l, struct gift *g)
{
	GUARD(&l->lock);
	g->ctx = NULL;
}

static int wait_for_gift(struct ctx *ctx, struct seccomp_listener *l, uint64_t id, struct gift *g)
{
	int result, r = 0;

	while (r == 0 && state_of(l, g, &result) != GIFT_DONE)
		r = ctx_block(ctx, CTX_FOREVER);
	if (r == 0)
		return result;
	if (take_back(l, id, g)) {
		gift_put(g); /* the queue's */
		return r;
	}
	/* It is being done this moment: what has come of it must be told. */
	r = 0;
	while (r == 0 && state_of(l, g, &result) != GIFT_DONE)
		r = ctx_block_killable(ctx, CTX_FOREVER);
	if (r == 0)
		return result;
	give_up(l, g);
	return r;
}

long seccomp_addfd(struct ctx *ctx, struct file *f, struct mm *mm, struct fdtable *fds,
		   unsigned cmd, uint64_t arg)
{
	struct seccomp_listener *l = listener_of(f);
	struct lx_seccomp_notif_addfd add;
	struct file *file;
	struct gift *g;
	int r = read_addfd(mm, cmd, uaddr(arg), &add);

	if (r < 0)
		return r;
	file = add.srcfd > INT32_MAX ? NULL : fdtable_get_nopath(fds, (int)add.srcfd);
	if (!file)
		return -EBADF;
	g = gift_new(ctx, file, &add);
	if (!g) {
		file_put(file);
		return -ENOMEM;
	}
	r = queue_gift(l, add.id, g);
	if (r == 0)
		r = wait_for_gift(ctx, l, add.id, g);
	gift_put(g);
	return r;
}

/* ---- the file ---- */

static uint32_t listener_poll(struct file *f)
{
	struct seccomp_listener *l = listener_of(f);
	uint32_t events = is_unused(f) ? LX_POLLHUP : 0;
	struct ask *a;

	GUARD(&l->lock);
	list_for_each_entry(a, &l->asks, link) {
		if (a->state == ASK_INIT)
			events |= LX_POLLIN | LX_POLLRDNORM;
		else if (a->state == ASK_SENT)
			events |= LX_POLLOUT | LX_POLLWRNORM;
	}
	return events;
}

static struct waitq *listener_waitq(struct file *f)
{
	return &listener_of(f)->wq;
}

/* Whoever still waits learns that there is nobody to answer. */
static void listener_release(struct file *f)
{
	struct seccomp_listener *l = listener_of(f);
	struct ask *a;

	lock_acquire(&l->lock);
	atomic_store(&l->open, false);
	list_for_each_entry(a, &l->asks, link) {
		if (a->state == ASK_REPLIED)
			continue;
		a->state = ASK_REPLIED;
		a->error = -ENOSYS;
		ctx_wake(a->ctx);
	}
	lock_release(&l->lock);
	seccomp_filter_put(filter_of(f));
}

int seccomp_listener_new(struct seccomp_filter *f, struct file **ret)
{
	struct seccomp_listener *l = arena_alloc(sizeof(*l));
	int r;

	check(!f->listener);
	if (!l)
		return -ENOMEM;
	lock_init(&l->lock, RANK_FILE, "seccomp listener");
	list_init(&l->asks);
	waitq_init(&l->wq);
	host_random(&l->next_id, sizeof(l->next_id));
	l->wait_killable = f->wait_killable;
	atomic_init(&l->open, true);
	r = file_new_anon("seccomp notify", NULL, &listener_ops, FILE_STREAM, LX_O_RDWR, f, ret);
	if (r < 0) {
		seccomp_listener_free(l);
		return r;
	}
	ref_get(&f->ref);
	f->listener = l;
	return 0;
}
