/* SPDX-License-Identifier: Apache-2.0 */
/* POSIX message queues: mq_open(2), mq_unlink(2), mq_timedsend(2), mq_timedreceive(2),
 * mq_notify(2), mq_getsetattr(2). */
#include <errno.h>

#include "abi/fcntl.h"
#include "abi/signal.h"
#include "abi/time.h"
#include "sentry/core/alloc.h"
#include "sentry/core/clock.h"
#include "sentry/fs/mqueue/mqueue.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/sys.h"
#include "sentry/task/task.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/file.h"

/* ---- names ---- */

long sys_mq_open(struct task *t, const struct sysargs *a)
{
	unsigned flags = arg_uint(a, 1) &
			 (unsigned)(LX_O_ACCMODE | LX_O_CREAT | LX_O_EXCL | LX_O_NONBLOCK);
	uaddr_t attr_at = arg_uaddr(a, 3);
	AUTO(arena_free) char *name = NULL;
	struct lx_mq_attr attr;
	struct file *f;
	ssize_t n;
	int fd, r;

	if (!uaddr_is_null(attr_at) && copy_in(t->mm, &attr, attr_at, sizeof(attr)) < 0)
		return -EFAULT;
	name = arena_alloc(LX_PATH_MAX);
	if (!name)
		return -ENOMEM;
	n = copy_in_str(t->mm, name, arg_uaddr(a, 0), LX_PATH_MAX);
	if (n < 0)
		return n;
	if ((flags & LX_O_ACCMODE) == LX_O_ACCMODE)
		return -EINVAL;
	r = fdtable_reserve(t->fds, &t->ctx, 0, true, &fd);
	if (r < 0)
		return r;
	r = mqueue_open(&t->ctx, t->fs, name, flags, arg_uint(a, 2),
			uaddr_is_null(attr_at) ? NULL : &attr, &f);
	if (r < 0) {
		fdtable_unreserve(t->fds, fd);
		return r;
	}
	fdtable_fill(t->fds, fd, f);
	return fd;
}

long sys_mq_unlink(struct task *t, const struct sysargs *a)
{
	AUTO(arena_free) char *name = arena_alloc(LX_PATH_MAX);
	ssize_t n;

	if (!name)
		return -ENOMEM;
	n = copy_in_str(t->mm, name, arg_uaddr(a, 0), LX_PATH_MAX);
	return n < 0 ? n : mqueue_unlink(&t->ctx, t->fs, name);
}

/* ---- messages ---- */

/* An open queue. Caller owns; NULL: closed, or something else. */
static struct file *get_queue(struct task *t, int fd)
{
	AUTO(file_put) struct file *f = fdtable_get_nopath(t->fds, fd);

	return f && mqueue_is(f) ? TAKE(f) : NULL;
}

/* An absolute time of CLOCK_REALTIME. */
static int get_deadline(struct task *t, uaddr_t at, int64_t *ret)
{
	struct lx_timespec ts;
	int64_t ns;
	int r;

	*ret = CTX_FOREVER;
	if (uaddr_is_null(at))
		return 0;
	r = copy_in(t->mm, &ts, at, sizeof(ts));
	if (r == 0)
		r = timespec_to_ns(&ts, &ns);
	return r < 0 ? r : clock_to_monotonic(LX_CLOCK_REALTIME, ns, ret);
}

long sys_mq_timedsend(struct task *t, const struct sysargs *a)
{
	AUTO(mq_message_free) struct mq_message *m = NULL;
	AUTO(file_put) struct file *f = NULL;
	uint32_t priority = arg_uint(a, 3), unused;
	uint64_t size = arg_ulong(a, 2), len;
	int64_t deadline_ns;
	int r = get_deadline(t, arg_uaddr(a, 4), &deadline_ns);

	if (r < 0)
		return r;
	if (priority >= LX_MQ_PRIO_MAX)
		return -EINVAL;
	f = get_queue(t, arg_int(a, 0));
	if (!f || !file_writable(f))
		return -EBADF;
	if (size > mqueue_message_size(f))
		return -EMSGSIZE;
	m = mq_message_new(size, priority);
	if (!m)
		return -ENOMEM;
	r = copy_in(t->mm, mq_message_text(m, &len, &unused), arg_uaddr(a, 1), size);
	if (r == 0)
		r = mqueue_send(&t->ctx, f, m, deadline_ns);
	if (r == 0)
		m = NULL; /* the queue's now */
	return r;
}

long sys_mq_timedreceive(struct task *t, const struct sysargs *a)
{
	AUTO(mq_message_free) struct mq_message *m = NULL;
	AUTO(file_put) struct file *f = NULL;
	uaddr_t priority_at = arg_uaddr(a, 3);
	int64_t deadline_ns;
	uint32_t priority;
	uint64_t len;
	char *text;
	int r = get_deadline(t, arg_uaddr(a, 4), &deadline_ns);

	if (r < 0)
		return r;
	f = get_queue(t, arg_int(a, 0));
	if (!f || !file_readable(f))
		return -EBADF;
	if (arg_ulong(a, 2) < mqueue_message_size(f))
		return -EMSGSIZE;
	r = mqueue_receive(&t->ctx, f, deadline_ns, &m);
	if (r < 0)
		return r;
	text = mq_message_text(m, &len, &priority);
	if (!uaddr_is_null(priority_at) &&
	    copy_out(t->mm, priority_at, &priority, sizeof(priority)) < 0)
		return -EFAULT; /* the message is lost, as in Linux */
	r = copy_out(t->mm, arg_uaddr(a, 1), text, len);
	return r < 0 ? r : (long)len;
}

/* ---- mq_notify ---- */

/* A process that wants a signal. */
struct mq_watcher {
	struct mq_listener listener;
	struct thread_group *tg; /* owned */
	union lx_sigval value;
};

static SLAB_DEFINE(watcher_slab, struct mq_watcher);

static void watcher_tell(struct mq_listener *l, int32_t pid, uint32_t uid)
{
	struct mq_watcher *w = container_of(l, struct mq_watcher, listener);
	lx_siginfo_t info;

	if (l->notify != LX_SIGEV_SIGNAL || l->signo == 0)
		return;
	siginfo_user(&info, l->signo, LX_SI_MESGQ, pid, uid);
	info._rt._sigval = w->value;
	(void)tg_signal_send(
		w->tg, &info); /* a queue of signals that is full loses this one, as in Linux */
}

static void watcher_drop(struct mq_listener *l)
{
	struct mq_watcher *w = container_of(l, struct mq_watcher, listener);

	tg_put(w->tg);
	slab_free(&watcher_slab, w);
}

static long notify_me(struct task *t, struct file *f, const struct lx_sigevent *sev)
{
	struct mq_watcher *w = slab_alloc(&watcher_slab);
	int r;

	if (!w)
		return -ENOMEM;
	w->listener = (struct mq_listener){
		.owner = t->tg->tgid,
		.notify = sev->sigev_notify,
		.signo = sev->sigev_notify == LX_SIGEV_SIGNAL ? sev->sigev_signo : 0,
		.tell = watcher_tell,
		.drop = watcher_drop,
	};
	w->tg = tg_get(t->tg);
	w->value = sev->sigev_value;
	r = mqueue_listen(f, &w->listener);
	if (r < 0)
		watcher_drop(&w->listener);
	return r;
}

/* SIGEV_THREAD would be told by a netlink socket. */
static int check_event(const struct lx_sigevent *sev)
{
	if (sev->sigev_notify == LX_SIGEV_NONE)
		return 0;
	if (sev->sigev_notify != LX_SIGEV_SIGNAL || sev->sigev_signo < 0 ||
	    sev->sigev_signo > LX_NSIG)
		return -EINVAL;
	return 0;
}

long sys_mq_notify(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *f = NULL;
	uaddr_t at = arg_uaddr(a, 1);
	struct lx_sigevent sev;
	int r = 0;

	if (!uaddr_is_null(at)) {
		r = copy_in(t->mm, &sev, at, sizeof(sev));
		if (r == 0)
			r = check_event(&sev);
	}
	if (r < 0)
		return r;
	f = get_queue(t, arg_int(a, 0));
	if (!f)
		return -EBADF;
	if (!uaddr_is_null(at))
		return notify_me(t, f, &sev);
	mqueue_unlisten(f, t->tg->tgid);
	return 0;
}

/* ---- mq_getsetattr ---- */

long sys_mq_getsetattr(struct task *t, const struct sysargs *a)
{
	uaddr_t new_at = arg_uaddr(a, 1), old_at = arg_uaddr(a, 2);
	AUTO(file_put) struct file *f = NULL;
	struct lx_mq_attr new, old;
	unsigned flags;
	int r = 0;

	if (!uaddr_is_null(new_at)) {
		if (copy_in(t->mm, &new, new_at, sizeof(new)) < 0)
			return -EFAULT;
		if (new.mq_flags & ~(int64_t)LX_O_NONBLOCK)
			return -EINVAL;
	}
	f = get_queue(t, arg_int(a, 0));
	if (!f)
		return -EBADF;
	mqueue_attr(f, &old);
	if (!uaddr_is_null(new_at)) {
		flags = (f->flags & ~(unsigned)LX_O_NONBLOCK) | (unsigned)new.mq_flags;
		r = file_set_flags(&t->ctx, f, flags);
	}
	if (r == 0 && !uaddr_is_null(old_at))
		r = copy_out(t->mm, old_at, &old, sizeof(old));
	return r;
}
