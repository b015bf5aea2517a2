/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thread that asks. It queues its ask, wakes who listens, and sleeps until there is an answer,
 * doing meanwhile what can only be done here: taking descriptors into its own table.
 */
#include <errno.h>

#include "abi/poll.h"
#include "base/check.h"
#include "sentry/core/alloc.h"
#include "sentry/core/ctx.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/seccomp/notify_priv.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/file.h"

/* ---- descriptors ---- */

void gift_put(struct gift *g)
{
	if (!g || !ref_put(&g->ref))
		return;
	file_put(g->file);
	arena_free(g);
}

static void gift_done_locked(struct gift *g, int result)
{
	g->state = GIFT_DONE;
	g->result = result;
	if (g->ctx)
		ctx_wake(g->ctx);
}

void gift_refuse_locked(struct gift *g, int result)
{
	list_del(&g->link);
	gift_done_locked(g, result);
}

/* The number that the file got, or -errno. No lock is held: what was there before may be closed. */
static int take_file(struct ctx *ctx, struct fdtable *fds, struct gift *g)
{
	struct file *f = file_get(g->file);
	int fd = (int)g->fd, r;

	if (g->at)
		r = fdtable_install_at(fds, ctx, f, fd, g->cloexec);
	else
		r = fdtable_install(fds, ctx, f, 0, g->cloexec, &fd);
	if (r < 0) {
		file_put(f);
		return r;
	}
	return fd;
}

static void gift_taken(struct seccomp_listener *l, struct ask *a, struct gift *g, int result)
{
	GUARD(&l->lock);
	if (g->replies && result < 0) {
		if (atomic_load(&l->open))
			a->state = ASK_SENT;
	} else if (g->replies) {
		a->value = result;
		a->error = 0;
		a->flags = 0;
	}
	gift_done_locked(g, result);
}

static struct gift *next_gift(struct seccomp_listener *l, struct ask *a)
{
	struct gift *g;

	GUARD(&l->lock);
	if (list_empty(&a->gifts))
		return NULL;
	g = list_first_entry(&a->gifts, struct gift, link);
	list_del(&g->link);
	g->state = GIFT_TAKEN;
	return g;
}

static void take_gifts(struct ctx *ctx, struct fdtable *fds, struct seccomp_listener *l,
		       struct ask *a)
{
	struct gift *g;

	while ((g = next_gift(l, a)) != NULL) {
		gift_taken(l, a, g, take_file(ctx, fds, g));
		gift_put(g);
	}
}

/* ---- the ask ---- */

static bool begin(struct seccomp_listener *l, struct ask *a)
{
	GUARD(&l->lock);
	if (!atomic_load(&l->open))
		return false;
	a->id = l->next_id++;
	list_add_tail(&l->asks, &a->link);
	l->untaken++;
	waitq_wake(&l->wq, LX_POLLIN | LX_POLLRDNORM);
	return true;
}

/* What is there to sleep for? */
struct outlook {
	bool replied;
	bool killable;
};

static struct outlook look(struct seccomp_listener *l, struct ask *a)
{
	GUARD(&l->lock);
	return (struct outlook){
		.replied = a->state == ASK_REPLIED && list_empty(&a->gifts),
		.killable = l->wait_killable && a->state >= ASK_SENT,
	};
}

static int wait_for_answer(struct ctx *ctx, struct fdtable *fds, struct seccomp_listener *l,
			   struct ask *a)
{
	for (;;) {
		struct outlook now;
		int r;

		take_gifts(ctx, fds, l, a);
		now = look(l, a);
		if (now.replied)
			return 0;
		r = now.killable ? ctx_block_killable(ctx, CTX_FOREVER)
				 : ctx_block(ctx, CTX_FOREVER);
		if (r == 0)
			continue;
		/* It may have been picked up while we slept: from then on no common signal counts. */
		if (now.killable || !look(l, a).killable)
			return r;
	}
}

static void end(struct seccomp_listener *l, struct ask *a, struct seccomp_answer *ret)
{
	GUARD(&l->lock);
	while (!list_empty(&a->gifts)) {
		struct gift *g = list_first_entry(&a->gifts, struct gift, link);

		gift_refuse_locked(g, -ESRCH);
		gift_put(g);
	}
	list_del(&a->link);
	ret->go_on = (a->flags & LX_SECCOMP_USER_NOTIF_FLAG_CONTINUE) != 0;
	ret->value = a->error ? a->error : a->value;
}

int seccomp_ask(struct ctx *ctx, struct fdtable *fds, struct seccomp_filter *by,
		const struct lx_seccomp_data *call, struct seccomp_answer *ret)
{
	struct seccomp_listener *l = by->listener;
	struct seccomp_answer answer;
	struct ask a = {.ctx = ctx, .call = call, .state = ASK_INIT};
	int r;

	list_init(&a.link);
	list_init(&a.gifts);
	if (!l || !begin(l, &a)) {
		*ret = (struct seccomp_answer){.value = -ENOSYS};
		return 0;
	}
	r = wait_for_answer(ctx, fds, l, &a);
	end(l, &a, &answer);
	if (r == 0)
		*ret = answer;
	return r;
}

/* ---- the listener's life, which is the filter's ---- */

void seccomp_listener_free(struct seccomp_listener *l)
{
	if (!l)
		return;
	check(list_empty(&l->asks));
	waitq_fini(&l->wq);
	lock_fini(&l->lock);
	arena_free(l);
}

bool seccomp_listener_is_open(struct seccomp_listener *l)
{
	return atomic_load(&l->open);
}

void seccomp_listener_hang_up(struct seccomp_listener *l)
{
	if (l)
		waitq_wake(&l->wq, LX_POLLHUP);
}
