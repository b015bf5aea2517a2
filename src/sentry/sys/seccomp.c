/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seccomp(2), and its part of prctl(2).
 *
 * Differs: in strict mode the processor's time stamp counter can still be read.
 */
#include "sentry/sys/seccomp.h"

#include <errno.h>

#include "abi/capability.h"
#include "abi/seccomp.h"
#include "sentry/core/alloc.h"
#include "sentry/core/cred.h"
#include "sentry/mm/uaccess.h"
#include "sentry/seccomp/seccomp.h"
#include "sentry/sys/sys.h"
#include "sentry/task/process.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/file.h"

#define FILTER_FLAGS                                                                               \
	((unsigned)(LX_SECCOMP_FILTER_FLAG_TSYNC | LX_SECCOMP_FILTER_FLAG_LOG |                    \
		    LX_SECCOMP_FILTER_FLAG_SPEC_ALLOW | LX_SECCOMP_FILTER_FLAG_NEW_LISTENER |      \
		    LX_SECCOMP_FILTER_FLAG_TSYNC_ESRCH |                                           \
		    LX_SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV))

/* One number cannot tell a new descriptor from a thread that cannot follow. */
static bool flags_ok(unsigned flags)
{
	const unsigned both = LX_SECCOMP_FILTER_FLAG_TSYNC | LX_SECCOMP_FILTER_FLAG_NEW_LISTENER;

	if (flags & ~FILTER_FLAGS)
		return false;
	if ((flags & both) == both && !(flags & LX_SECCOMP_FILTER_FLAG_TSYNC_ESRCH))
		return false;
	return !(flags & LX_SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV) ||
	       (flags & LX_SECCOMP_FILTER_FLAG_NEW_LISTENER);
}

static int read_filter(struct task *t, unsigned flags, uaddr_t args, struct seccomp_filter **ret)
{
	struct seccomp_program p = {.flags = flags};
	struct lx_sock_fprog prog;
	int r = copy_in(t->mm, &prog, args, sizeof(prog));

	if (r < 0)
		return r;
	if (prog.len == 0 || prog.len > LX_BPF_MAXINSNS)
		return -EINVAL;
	if (!task_no_new_privs(t) && !cred_capable(t->cred, LX_CAP_SYS_ADMIN))
		return -EACCES;
	AUTO(arena_free) struct lx_sock_filter *code = arena_calloc(prog.len, sizeof(*code));
	if (!code)
		return -ENOMEM;
	r = copy_in(t->mm, code, uaddr(prog.filter), prog.len * sizeof(*code));
	if (r < 0)
		return r;
	p.code = code;
	p.ninsns = prog.len;
	return seccomp_filter_new(&p, ret);
}

/* The filter's listener has its number before the filter acts. */
static long attach_with_listener(struct task *t, struct seccomp_filter *f, unsigned flags)
{
	struct file *file;
	long r;
	int fd;

	r = fdtable_reserve(t->fds, &t->ctx, 0, true, &fd);
	if (r < 0)
		return r;
	r = seccomp_listener_new(f, &file);
	if (r == 0) {
		r = task_seccomp_attach(t, f, flags);
		if (r == 0) {
			fdtable_fill(t->fds, fd, file);
			return fd;
		}
		file_put(file);
	}
	fdtable_unreserve(t->fds, fd);
	return r;
}

static long set_filter(struct task *t, unsigned flags, uaddr_t args)
{
	struct seccomp_filter *f;
	bool attached;
	long r;

	if (!flags_ok(flags))
		return -EINVAL;
	r = read_filter(t, flags, args, &f);
	if (r < 0)
		return r;
	if (flags & LX_SECCOMP_FILTER_FLAG_NEW_LISTENER) {
		r = attach_with_listener(t, f, flags);
		attached = r >= 0;
	} else {
		r = task_seccomp_attach(t, f, flags);
		attached = r == 0; /* a thread's number is a failure too */
	}
	if (!attached)
		seccomp_filter_drop(f);
	return r;
}

static long action_avail(struct task *t, uaddr_t args)
{
	uint32_t action;
	int r = copy_in(t->mm, &action, args, sizeof(action));

	if (r < 0)
		return r;
	switch (action) {
	case LX_SECCOMP_RET_KILL_PROCESS:
	case LX_SECCOMP_RET_KILL_THREAD:
	case LX_SECCOMP_RET_TRAP:
	case LX_SECCOMP_RET_ERRNO:
	case LX_SECCOMP_RET_USER_NOTIF:
	case LX_SECCOMP_RET_TRACE:
	case LX_SECCOMP_RET_LOG:
	case LX_SECCOMP_RET_ALLOW:
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}

static long notif_sizes(struct task *t, uaddr_t args)
{
	const struct lx_seccomp_notif_sizes sizes = {
		.seccomp_notif = sizeof(struct lx_seccomp_notif),
		.seccomp_notif_resp = sizeof(struct lx_seccomp_notif_resp),
		.seccomp_data = sizeof(struct lx_seccomp_data),
	};

	return copy_out(t->mm, args, &sizes, sizeof(sizes));
}

long seccomp_call(struct task *t, unsigned op, unsigned flags, uaddr_t args)
{
	switch (op) {
	case LX_SECCOMP_SET_MODE_STRICT:
		return flags || !uaddr_is_null(args) ? -EINVAL : task_seccomp_strict(t);
	case LX_SECCOMP_SET_MODE_FILTER:
		return set_filter(t, flags, args);
	case LX_SECCOMP_GET_ACTION_AVAIL:
		return flags ? -EINVAL : action_avail(t, args);
	case LX_SECCOMP_GET_NOTIF_SIZES:
		return flags ? -EINVAL : notif_sizes(t, args);
	default:
		return -EINVAL;
	}
}

long sys_seccomp(struct task *t, const struct sysargs *a)
{
	return seccomp_call(t, arg_uint(a, 0), arg_uint(a, 1), arg_uaddr(a, 2));
}

long prctl_set_seccomp(struct task *t, uint64_t mode, uaddr_t program)
{
	switch (mode) {
	case LX_SECCOMP_MODE_STRICT: /* never looks at a program */
		return seccomp_call(t, LX_SECCOMP_SET_MODE_STRICT, 0, uaddr(0));
	case LX_SECCOMP_MODE_FILTER:
		return seccomp_call(t, LX_SECCOMP_SET_MODE_FILTER, 0, program);
	default:
		return -EINVAL;
	}
}

long prctl_get_seccomp(struct task *t)
{
	return atomic_load(&t->seccomp.mode);
}
