/* SPDX-License-Identifier: Apache-2.0 */
/* New threads and processes: fork(2), vfork(2), clone(2), clone3(2), unshare(2). */
#include <errno.h>

#include "abi/capability.h"
#include "abi/page.h"
#include "abi/sched.h"
#include "base/checked.h"
#include "platform/platform.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/sys.h"
#include "sentry/task/process.h"

#define CLONE3_FLAGS (0xffffffffULL | LX_CLONE_CLEAR_SIGHAND | LX_CLONE_INTO_CGROUP)

long sys_fork(struct task *t, const struct sysargs *a UNUSED)
{
	struct clone_request req = {.exit_signal = LX_SIGCHLD};

	return task_clone(t, &req);
}

long sys_vfork(struct task *t, const struct sysargs *a UNUSED)
{
	struct clone_request req = {.flags = LX_CLONE_VFORK | LX_CLONE_VM,
				    .exit_signal = LX_SIGCHLD};

	return task_clone(t, &req);
}

long sys_clone(struct task *t, const struct sysargs *a)
{
	uint64_t flags = arg_ulong(a, 0) & 0xffffffff;
	struct clone_request req = {
		.flags = flags & ~(uint64_t)LX_CSIGNAL,
		.exit_signal = (int)(flags & LX_CSIGNAL),
		.stack = arg_ulong(a, 1),
		.parent_tid = arg_uaddr(a, 2),
		.pidfd = arg_uaddr(a, 2),
		.child_tid = arg_uaddr(a, 3),
		.tls = arg_ulong(a, 4),
	};

	return task_clone(t, &req);
}

/* The caller's wish for the child's number in the one pid namespace that there is. */
static int read_set_tid(struct task *t, const struct lx_clone_args *args, int32_t *ret)
{
	int32_t wish;
	int r;

	*ret = 0;
	if (args->set_tid_size > CLONE_SET_TID_MAX || !args->set_tid != !args->set_tid_size)
		return -EINVAL;
	if (args->set_tid_size == 0)
		return 0;
	if (args->set_tid_size > 1)
		return -EINVAL;
	r = copy_in(t->mm, &wish, uaddr(args->set_tid), sizeof(wish));
	if (r < 0)
		return r;
	if (wish < 1)
		return -EINVAL;
	if (!cred_capable(t->cred, LX_CAP_SYS_ADMIN) &&
	    !cred_capable(t->cred, LX_CAP_CHECKPOINT_RESTORE))
		return -EPERM;
	*ret = wish;
	return 0;
}

static int check_clone3(const struct lx_clone_args *args)
{
	uint64_t top;

	if (args->flags & ~CLONE3_FLAGS)
		return -EINVAL;
	if (args->flags & (LX_CLONE_DETACHED | (LX_CSIGNAL & ~(uint64_t)LX_CLONE_NEWTIME)))
		return -EINVAL;
	if (args->exit_signal & ~(uint64_t)LX_CSIGNAL || args->exit_signal > LX_NSIG)
		return -EINVAL;
	if ((args->flags & (LX_CLONE_THREAD | LX_CLONE_PARENT)) && args->exit_signal)
		return -EINVAL;
	if (!args->stack)
		return args->stack_size ? -EINVAL : 0;
	if (!args->stack_size || !add_ok(args->stack, args->stack_size, &top) ||
	    top > PLAT_GUEST_TOP)
		return -EINVAL;
	return 0;
}

long sys_clone3(struct task *t, const struct sysargs *a)
{
	struct lx_clone_args args;
	struct clone_request req = {0};
	size_t size = arg_size(a, 1);
	int r;

	if (size > LX_PAGE_SIZE)
		return -E2BIG;
	if (size < LX_CLONE_ARGS_SIZE_VER0)
		return -EINVAL;
	r = copy_in_struct(t->mm, &args, sizeof(args), arg_uaddr(a, 0), size);
	if (r < 0)
		return r;
	r = check_clone3(&args);
	if (r < 0)
		return r;
	/* No time namespaces: its bit lies where clone(2) has the signal. */
	if (args.flags & LX_CLONE_NEWTIME)
		return cred_capable(t->cred, LX_CAP_SYS_ADMIN) ? -EINVAL : -EPERM;
	r = read_set_tid(t, &args, &req.set_tid);
	if (r < 0)
		return r;
	req.flags = args.flags;
	req.exit_signal = (int)args.exit_signal;
	req.stack = args.stack ? args.stack + args.stack_size : 0;
	req.tls = args.tls;
	req.parent_tid = uaddr(args.parent_tid);
	req.pidfd = uaddr(args.pidfd);
	req.child_tid = uaddr(args.child_tid);
	return task_clone(t, &req);
}

long sys_unshare(struct task *t, const struct sysargs *a)
{
	return task_unshare(t, arg_ulong(a, 0));
}
