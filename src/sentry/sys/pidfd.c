/* SPDX-License-Identifier: Apache-2.0 */
/* pidfd_open(2), pidfd_send_signal(2), pidfd_getfd(2). */
#include <errno.h>

#include "abi/fcntl.h"
#include "abi/sched.h"
#include "sentry/mm/uaccess.h"
#include "sentry/proc/proc.h"
#include "sentry/sys/sys.h"
#include "sentry/task/pidfd.h"
#include "sentry/task/process.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/file.h"

_Static_assert(LX_PIDFD_NONBLOCK == LX_O_NONBLOCK, "pidfd_open(2) flags are open(2)'s");

/* Takes over f. */
static long install(struct task *t, struct file *f)
{
	int fd, r = fdtable_install(t->fds, &t->ctx, f, 0, true, &fd);

	if (r < 0) {
		file_put(f);
		return r;
	}
	return fd;
}

long sys_pidfd_open(struct task *t, const struct sysargs *a)
{
	unsigned flags = arg_uint(a, 1);
	enum pidfd_kind kind = flags & LX_PIDFD_THREAD ? PIDFD_THREAD : PIDFD_PROCESS;
	int32_t nr = arg_int(a, 0);
	struct file *f;
	int r;

	if ((flags & ~(unsigned)(LX_PIDFD_NONBLOCK | LX_PIDFD_THREAD)) || nr <= 0)
		return -EINVAL;
	r = pidfd_open(t->kernel, nr, kind, flags & LX_PIDFD_NONBLOCK, &f);
	return r < 0 ? r : install(t, f);
}

/* ---- signals ---- */

/* Whom a descriptor means: a pidfd, or a directory of /proc. Caller owns *ret; -EBADF, -ESRCH. */
static int find_target(struct file *f, struct task **ret, enum pidfd_kind *ret_kind)
{
	AUTO(tg_put) struct thread_group *tg = NULL;

	*ret_kind = PIDFD_PROCESS;
	if (pidfd_is(f)) {
		*ret_kind = pidfd_kind(f);
		*ret = pidfd_task(f);
		return *ret ? 0 : -ESRCH;
	}
	tg = proc_group_of(f);
	if (!tg)
		return -EBADF;
	*ret = tg_leader(tg);
	return *ret ? 0 : -ESRCH;
}

/* The caller's own siginfo, or that of kill(2). */
static int get_siginfo(struct task *t, uaddr_t from, int signo, bool to_self, lx_siginfo_t *ret)
{
	int r;

	if (uaddr_is_null(from)) {
		siginfo_user(ret, signo, LX_SI_USER, t->tg->tgid, t->cred->uid);
		return 0;
	}
	r = copy_in(t->mm, ret, from, sizeof(*ret));
	if (r < 0)
		return r;
	if (ret->si_signo != signo)
		return -EINVAL;
	return (ret->si_code >= 0 || ret->si_code == LX_SI_TKILL) && !to_self ? -EPERM : 0;
}

static int send(struct task *t, struct task *to, const lx_siginfo_t *info, unsigned how)
{
	int r;

	if (how == LX_PIDFD_SIGNAL_PROCESS_GROUP)
		return task_kill(t, -to->tid, info);
	r = task_may_signal(t, to, info->si_signo);
	if (r < 0 || info->si_signo == 0)
		return r;
	return task_signal_send(to, info,
				how == LX_PIDFD_SIGNAL_THREAD ? SIGNAL_THREAD : SIGNAL_GROUP);
}

long sys_pidfd_send_signal(struct task *t, const struct sysargs *a)
{
	AUTO(task_put) struct task *to = NULL;
	AUTO(file_put) struct file *f = NULL;
	unsigned how = arg_uint(a, 3);
	int signo = arg_int(a, 1);
	enum pidfd_kind kind;
	lx_siginfo_t info;
	int r;

	if (how > LX_PIDFD_SIGNAL_PROCESS_GROUP || (how & (how - 1)))
		return -EINVAL;
	f = fdtable_get_nopath(t->fds, arg_int(a, 0));
	r = f ? find_target(f, &to, &kind) : -EBADF;
	if (r == -EBADF)
		return r;
	if (how == 0)
		how = kind == PIDFD_THREAD ? LX_PIDFD_SIGNAL_THREAD : LX_PIDFD_SIGNAL_THREAD_GROUP;
	if (signo < 0 || signo > LX_NSIG)
		return -EINVAL;
	if (r == 0)
		r = get_siginfo(t, arg_uaddr(a, 2), signo,
				to == t && how != LX_PIDFD_SIGNAL_PROCESS_GROUP, &info);
	return r < 0 ? r : send(t, to, &info, how);
}

/* ---- pidfd_getfd ---- */

/* A descriptor of another's, as it is now. Caller owns; NULL: closed, or its owner has ended. */
static struct file *file_of(struct task *t, struct task *other, int fd)
{
	struct fdtable *fds = task_fds_get(other);
	struct file *f = fds ? fdtable_get(fds, fd) : NULL;

	if (fds)
		fdtable_put(fds, &t->ctx);
	return f;
}

long sys_pidfd_getfd(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *f = NULL;
	AUTO(task_put) struct task *other = NULL;
	struct file *wanted;

	if (arg_uint(a, 2))
		return -EINVAL;
	f = fdtable_get_nopath(t->fds, arg_int(a, 0));
	if (!f || !pidfd_is(f))
		return -EBADF;
	other = pidfd_task(f);
	if (!other)
		return -ESRCH;
	if (!task_may_access(t, other, TASK_ACCESS_REALCREDS))
		return -EPERM;
	wanted = file_of(t, other, arg_int(a, 1));
	return wanted ? install(t, wanted) : -EBADF;
}
