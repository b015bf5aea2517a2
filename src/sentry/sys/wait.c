/* SPDX-License-Identifier: Apache-2.0 */
/* wait4(2), waitid(2), getrusage(2), times(2). */
#include <errno.h>
#include <string.h>

#include "abi/sched.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/sys.h"
#include "sentry/task/pidfd.h"
#include "sentry/task/process.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/file.h"

#define NS_PER_TICK (NSEC_PER_SEC / LX_USER_HZ)

static struct lx_timeval to_timeval(uint64_t ns)
{
	return (struct lx_timeval){
		.tv_sec = (int64_t)(ns / (uint64_t)NSEC_PER_SEC),
		.tv_usec = (int64_t)(ns % (uint64_t)NSEC_PER_SEC / 1000),
	};
}

static int put_rusage(struct task *t, uaddr_t to, const struct usage *u)
{
	struct lx_rusage ru = {
		.ru_utime = to_timeval(u->utime_ns),
		.ru_stime = to_timeval(u->stime_ns),
		.ru_maxrss = (int64_t)u->maxrss_kib,
		.ru_minflt = (int64_t)u->minflt,
		.ru_majflt = (int64_t)u->majflt,
		.ru_inblock = (int64_t)u->inblock,
		.ru_oublock = (int64_t)u->oublock,
		.ru_nvcsw = (int64_t)u->nvcsw,
		.ru_nivcsw = (int64_t)u->nivcsw,
	};

	return copy_out(t->mm, to, &ru, sizeof(ru));
}

/* wait4's pid: > 0 that child, 0 own group, -1 all, < -1 that group. */
static int decode_pid(struct task *t, int32_t pid, struct wait_request *req)
{
	if (pid == INT32_MIN)
		return -ESRCH;
	if (pid == -1) {
		req->type = LX_P_ALL;
	} else if (pid > 0) {
		req->type = LX_P_PID;
		req->id = pid;
	} else {
		req->type = LX_P_PGID;
		req->id = pid ? -pid : (int32_t)task_getpgid(t, 0);
	}
	return 0;
}

long sys_wait4(struct task *t, const struct sysargs *a)
{
	uaddr_t status = arg_uaddr(a, 1), rusage = arg_uaddr(a, 3);
	unsigned options = arg_uint(a, 2);
	struct wait_request req = {.options = options | LX_WEXITED};
	struct wait_result res;
	int r;

	if (options & ~(unsigned)(LX_WNOHANG | LX_WUNTRACED | LX_WCONTINUED | LX___WNOTHREAD |
				  LX___WCLONE | LX___WALL))
		return -EINVAL;
	r = decode_pid(t, arg_int(a, 0), &req);
	if (r == 0)
		r = task_wait(t, &req, &res);
	if (r < 0)
		return r;
	if (res.pid && !uaddr_is_null(status)) {
		r = copy_out(t->mm, status, &res.wait_status, sizeof(res.wait_status));
		if (r < 0)
			return r;
	}
	if (res.pid && !uaddr_is_null(rusage)) {
		r = put_rusage(t, rusage, &res.usage);
		if (r < 0)
			return r;
	}
	return res.pid;
}

static int decode_idtype(struct task *t, int type, int32_t id, struct wait_request *req)
{
	req->type = type;
	req->id = id;
	switch (type) {
	case LX_P_ALL:
		return 0;
	case LX_P_PID:
		return id > 0 ? 0 : -EINVAL;
	case LX_P_PGID:
		if (id < 0)
			return -EINVAL;
		if (id == 0)
			req->id = (int32_t)task_getpgid(t, 0);
		return 0;
	case LX_P_PIDFD:
		return id < 0 ? -EINVAL : 0;
	default:
		return -EINVAL;
	}
}

/* Wait for the process that descriptor req->id stands for. A thread that is no process is nobody's
 * child. */
static int wait_pidfd(struct task *t, struct wait_request *req, struct wait_result *ret)
{
	AUTO(file_put) struct file *f = fdtable_get_nopath(t->fds, req->id);
	AUTO(tg_put) struct thread_group *tg = NULL;
	bool nonblocking;
	int r;

	if (!f || !pidfd_is(f))
		return -EBADF;
	if (pidfd_kind(f) == PIDFD_THREAD) {
		AUTO(task_put) struct task *thread = pidfd_task(f);

		if (thread && thread->tid != thread->tg->tgid)
			return -ECHILD;
	}
	tg = pidfd_group(f);
	req->tg = tg;
	nonblocking = file_nonblocking(f) && !(req->options & LX_WNOHANG);
	if (nonblocking)
		req->options |= LX_WNOHANG;
	r = task_wait(t, req, ret);
	return r == 0 && ret->pid == 0 && nonblocking ? -EAGAIN : r;
}

static int put_siginfo(struct task *t, uaddr_t to, const struct wait_result *res)
{
	lx_siginfo_t info;

	memset(&info, 0, sizeof(info));
	if (res->pid) {
		info.si_signo = LX_SIGCHLD;
		info.si_code = res->code;
		info._sigchld._pid = res->pid;
		info._sigchld._uid = res->uid;
		info._sigchld._status = res->status;
	}
	/* Linux writes these fields and no others. */
	return copy_out(t->mm, to, &info,
			offsetof(lx_siginfo_t, _sigchld._status) + sizeof(info._sigchld._status));
}

long sys_waitid(struct task *t, const struct sysargs *a)
{
	uaddr_t infop = arg_uaddr(a, 2), rusage = arg_uaddr(a, 4);
	unsigned options = arg_uint(a, 3);
	struct wait_request req = {.options = options};
	struct wait_result res;
	int r;

	if (options & ~(unsigned)(LX_WNOHANG | LX_WNOWAIT | LX_WEXITED | LX_WSTOPPED |
				  LX_WCONTINUED | LX___WNOTHREAD | LX___WCLONE | LX___WALL))
		return -EINVAL;
	if (!(options & (LX_WEXITED | LX_WSTOPPED | LX_WCONTINUED)))
		return -EINVAL;
	r = decode_idtype(t, arg_int(a, 0), arg_int(a, 1), &req);
	if (r == 0)
		r = req.type == LX_P_PIDFD ? wait_pidfd(t, &req, &res) : task_wait(t, &req, &res);
	if (r < 0)
		return r;
	if (res.pid && !uaddr_is_null(rusage)) {
		r = put_rusage(t, rusage, &res.usage);
		if (r < 0)
			return r;
	}
	return uaddr_is_null(infop) ? 0 : put_siginfo(t, infop, &res);
}

long sys_getrusage(struct task *t, const struct sysargs *a)
{
	struct usage u;

	task_usage_refresh(t);
	switch (arg_int(a, 0)) {
	case LX_RUSAGE_SELF:
		tg_usage(t->tg, &u);
		break;
	case LX_RUSAGE_CHILDREN:
		tg_children_usage(t->tg, &u);
		break;
	case LX_RUSAGE_THREAD:
		task_usage(t, &u);
		break;
	default:
		return -EINVAL;
	}
	return put_rusage(t, arg_uaddr(a, 1), &u);
}

static int64_t ticks(uint64_t ns)
{
	return (int64_t)(ns / (uint64_t)NS_PER_TICK);
}

long sys_times(struct task *t, const struct sysargs *a)
{
	uaddr_t buf = arg_uaddr(a, 0);
	struct usage self, children;

	if (!uaddr_is_null(buf)) {
		task_usage_refresh(t);
		tg_usage(t->tg, &self);
		tg_children_usage(t->tg, &children);

		struct lx_tms tms = {
			.tms_utime = ticks(self.utime_ns),
			.tms_stime = ticks(self.stime_ns),
			.tms_cutime = ticks(children.utime_ns),
			.tms_cstime = ticks(children.stime_ns),
		};
		int r = copy_out(t->mm, buf, &tms, sizeof(tms));

		if (r < 0)
			return r;
	}
	return ticks((uint64_t)clock_monotonic_ns());
}
