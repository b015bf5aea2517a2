/* SPDX-License-Identifier: Apache-2.0 */
/*
 * poll(2), ppoll(2). An interrupted poll goes on to its first deadline by restart_syscall(2); an
 * interrupted ppoll is called again with the time that is left, which it has written back.
 */
#include <errno.h>

#include "abi/errno.h"
#include "abi/poll.h"
#include "abi/time.h"
#include "sentry/core/alloc.h"
#include "sentry/core/limits.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/pollset.h"
#include "sentry/sys/polltime.h"
#include "sentry/sys/sys.h"
#include "sentry/sys/waitmask.h"
#include "sentry/task/task.h"

static void watch(struct task *t, struct pollset_entry *e, const struct lx_pollfd *p)
{
	if (p->fd < 0)
		return;
	if (pollset_set(e, t->fds, p->fd, (uint16_t)p->events | LX_POLLERR | LX_POLLHUP) < 0)
		e->revents = LX_POLLNVAL;
}

/*
 * Differs: the whole array is written back, not revents alone; only a thread that changes fd or
 * events meanwhile could tell.
 */
static long poll_array(struct task *t, uaddr_t array, struct lx_pollfd *fds, unsigned n,
		       int64_t deadline_ns)
{
	AUTO(pollset_fini) struct pollset ps;
	long ready;
	int r = pollset_init(&ps, n);

	if (r == 0)
		r = copy_in(t->mm, fds, array, n * sizeof(*fds));
	if (r < 0)
		return r;
	for (unsigned i = 0; i < n; i++)
		watch(t, &ps.entries[i], &fds[i]);
	ready = pollset_wait(&ps, &t->ctx, deadline_ns);
	for (unsigned i = 0; i < n; i++)
		fds[i].revents = (int16_t)ps.entries[i].revents;
	r = copy_out(t->mm, array, fds, n * sizeof(*fds));
	return r < 0 ? r : ready;
}

static long do_poll(struct task *t, uaddr_t array, unsigned n, int64_t deadline_ns)
{
	struct lx_pollfd fast[POLLSET_FAST];
	AUTO(arena_free) struct lx_pollfd *big = NULL;

	if (n > limit_soft(t->ctx.limits, LX_RLIMIT_NOFILE))
		return -EINVAL;
	if (n <= POLLSET_FAST)
		return poll_array(t, array, fast, n, deadline_ns);
	big = arena_calloc(n, sizeof(*big));
	return big ? poll_array(t, array, big, n, deadline_ns) : -ENOMEM;
}

/* ---- poll ---- */

enum { ARG_ARRAY, ARG_N, ARG_DEADLINE, ARGS };

static long poll_or_restart(struct task *t, uaddr_t array, unsigned n, int64_t deadline_ns);

static long poll_restart(struct task *t, struct restart_block *rb)
{
	return poll_or_restart(t, uaddr(rb->arg[ARG_ARRAY]), (unsigned)rb->arg[ARG_N],
			       (int64_t)rb->arg[ARG_DEADLINE]);
}

static long poll_or_restart(struct task *t, uaddr_t array, unsigned n, int64_t deadline_ns)
{
	long r = do_poll(t, array, n, deadline_ns);
	const uint64_t args[ARGS] = {
		[ARG_ARRAY] = array.va,
		[ARG_N] = n,
		[ARG_DEADLINE] = (uint64_t)deadline_ns,
	};

	return r == -LX_ERESTARTNOHAND ? task_set_restart(t, poll_restart, args, ARGS) : r;
}

long sys_poll(struct task *t, const struct sysargs *a)
{
	int timeout_ms = arg_int(a, 2);
	int64_t deadline = timeout_ms < 0 ? CTX_FOREVER
					  : pollset_deadline((int64_t)timeout_ms * 1000000);

	return poll_or_restart(t, arg_uaddr(a, 0), arg_uint(a, 1), deadline);
}

/* ---- ppoll ---- */

long sys_ppoll(struct task *t, const struct sysargs *a)
{
	struct polltime time;
	int r = polltime_get(&time, t, arg_uaddr(a, 2), POLLTIME_TIMESPEC);

	if (r == 0)
		r = waitmask_set(t, arg_uaddr(a, 3), arg_size(a, 4));
	if (r < 0)
		return r;
	return polltime_finish(&time, t,
			       do_poll(t, arg_uaddr(a, 0), arg_uint(a, 1), time.deadline_ns));
}
