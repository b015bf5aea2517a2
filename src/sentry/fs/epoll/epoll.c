/* SPDX-License-Identifier: Apache-2.0 */
/* The epoll as a file, and epoll_ctl(2). */
#include "sentry/fs/epoll/epoll.h"

#include <errno.h>

#include "abi/poll.h"
#include "base/strbuf.h"
#include "sentry/core/alloc.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/fs/epoll/epoll_priv.h"
#include "sentry/vfs/inode.h"

static SLAB_DEFINE(epoll_slab, struct epoll);

/* ---- the file ---- */

static int64_t epoll_seek(struct ctx *ctx UNUSED, struct file *f UNUSED, int64_t off UNUSED,
			  int whence UNUSED)
{
	return 0;
}

static uint32_t epoll_poll_for(struct ctx *ctx, struct file *f)
{
	return ready_any(epoll_of(f), ctx) ? LX_POLLIN | LX_POLLRDNORM : 0;
}

static uint32_t epoll_poll(struct file *f)
{
	return epoll_poll_for(NULL, f);
}

static struct waitq *epoll_waitq(struct file *f)
{
	return &epoll_of(f)->watchers;
}

static void show_item(const struct item *it, struct strbuf *sb)
{
	strbuf_addf(sb, "tfd: %8d events: %8x data: %16llx  pos:%lli ino:%llx sdev:%llx\n", it->fd,
		    atomic_load(&it->events), (unsigned long long)it->data,
		    (long long)it->file->pos, (unsigned long long)it->file->inode->ino,
		    (unsigned long long)it->file->inode->sb->dev);
}

static void epoll_show(struct file *f, struct strbuf *sb)
{
	struct epoll *ep = epoll_of(f);
	struct item *it;

	GUARD(&ep->lock);
	tree_for_each_entry(it, &ep->items, node)
		show_item(it, sb);
}

void epoll_put(struct epoll *ep)
{
	if (!ref_put(&ep->ref))
		return;
	waitq_fini(&ep->sleepers);
	waitq_fini(&ep->watchers);
	lock_fini(&ep->ready_lock);
	lock_fini(&ep->lock);
	slab_free(&epoll_slab, ep);
}

static void epoll_release(struct file *f)
{
	struct epoll *ep = epoll_of(f);
	struct item *it, *next;

	lock_acquire(&ep->lock);
	tree_for_each_entry_safe(it, next, &ep->items, node)
		item_kill(it);
	lock_release(&ep->lock);
	epoll_put(ep);
}

const struct file_ops epoll_ops = {
	.seek = epoll_seek,
	.poll = epoll_poll,
	.poll_for = epoll_poll_for,
	.waitq = epoll_waitq,
	.show_fdinfo = epoll_show,
	.release = epoll_release,
};

bool epoll_is(struct file *f)
{
	return f->ops == &epoll_ops;
}

/*
 * The last reference to a file is gone. An item found here is alive or being killed by the end of
 * its epoll on another thread, which takes it off the file's ring under the lock that is waited for.
 */
static void end_interests(struct file *f)
{
	struct item *it;

	while ((it = links_first(f))) {
		lock_acquire(&it->ep->lock);
		if (!it->dead)
			item_kill(it);
		lock_release(&it->ep->lock);
		item_put(it);
	}
}

int epoll_new(unsigned flags, struct file **ret)
{
	struct epoll *ep;
	int r;

	if (flags & ~(unsigned)LX_EPOLL_CLOEXEC)
		return -EINVAL;
	ep = slab_alloc(&epoll_slab);
	if (!ep)
		return -ENOMEM;
	ref_init(&ep->ref);
	lock_init(&ep->lock, RANK_EPOLL, "epoll");
	lock_init(&ep->ready_lock, RANK_EPOLL_READY, "epoll ready list");
	tree_init(&ep->items);
	list_init(&ep->ready);
	list_init(&ep->nested);
	waitq_init(&ep->sleepers);
	waitq_init(&ep->watchers);
	r = file_new_anon("eventpoll", NULL, &epoll_ops, FILE_STREAM, LX_O_RDWR, ep, ret);
	if (r < 0) {
		epoll_put(ep);
		return r;
	}
	ep->file = *ret;
	atomic_store(&file_epoll_release, end_interests);
	return 0;
}

/* ---- epoll_ctl ---- */

#define EXCLUSIVE_MAY                                                                              \
	(LX_EPOLLIN | LX_EPOLLOUT | LX_EPOLLERR | LX_EPOLLHUP | LX_EPOLLWAKEUP | LX_EPOLLET |      \
	 LX_EPOLLEXCLUSIVE)

static int check_exclusive(int op, struct file *f, uint32_t events)
{
	if (op == LX_EPOLL_CTL_DEL || !(events & LX_EPOLLEXCLUSIVE))
		return 0;
	if (op == LX_EPOLL_CTL_MOD)
		return -EINVAL;
	return op == LX_EPOLL_CTL_ADD && (epoll_is(f) || (events & ~EXCLUSIVE_MAY)) ? -EINVAL : 0;
}

static int check_files(struct file *ep, struct file *f)
{
	if (!f->ops || !f->ops->poll)
		return -EPERM;
	return ep == f || !epoll_is(ep) ? -EINVAL : 0;
}

/* Errors and hang-ups are always told. */
static struct lx_epoll_event with_errors(const struct lx_epoll_event *ev)
{
	return (struct lx_epoll_event){.events = ev->events | LX_EPOLLERR | LX_EPOLLHUP,
				       .data = ev->data};
}

static int add(struct epoll *ep, struct ctx *ctx, struct file *f, int fd,
	       const struct lx_epoll_event *ev) REQUIRES(ep->lock);
static int add(struct epoll *ep, struct ctx *ctx, struct file *f, int fd,
	       const struct lx_epoll_event *ev)
{
	struct lx_epoll_event want = with_errors(ev);

	return item_find(ep, f, fd) ? -EEXIST : item_new(ep, ctx, f, fd, &want);
}

static int modify(struct item *it, struct ctx *ctx, const struct lx_epoll_event *ev)
{
	struct lx_epoll_event want = with_errors(ev);

	LOCK_ASSERT_HELD(&it->ep->lock);
	if (atomic_load(&it->events) & LX_EPOLLEXCLUSIVE)
		return -EINVAL;
	it->data = want.data;
	atomic_store(&it->events, want.events); /* (H) */
	if (item_poll(it, ctx))
		ready_add(it);
	return 0;
}

int epoll_control(struct ctx *ctx, struct file *ep_file, int op, struct file *f, int fd,
		  const struct lx_epoll_event *ev)
{
	struct epoll *ep;
	struct item *it;
	int r = check_files(ep_file, f);

	if (r == 0)
		r = check_exclusive(op, f, ev->events);
	if (r < 0)
		return r;
	ep = epoll_of(ep_file);
	GUARD(&ep->lock);
	if (op == LX_EPOLL_CTL_ADD)
		return add(ep, ctx, f, fd, ev);
	if (op != LX_EPOLL_CTL_DEL && op != LX_EPOLL_CTL_MOD)
		return -EINVAL;
	it = item_find(ep, f, fd);
	if (!it)
		return -ENOENT;
	if (op == LX_EPOLL_CTL_MOD)
		return modify(it, ctx, ev);
	item_kill(it);
	return 0;
}
