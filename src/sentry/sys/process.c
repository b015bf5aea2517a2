/* SPDX-License-Identifier: Apache-2.0 */
/* Who a process is, where it belongs, and how it ends: getpid(2), setpgid(2), setsid(2), _exit(2),
 * set_tid_address(2). */
#include <errno.h>

#include "abi/capability.h"
#include "abi/futex.h"
#include "sentry/fs/tty/ctty.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/sys.h"
#include "sentry/task/process.h"

long sys_getpid(struct task *t, const struct sysargs *a UNUSED)
{
	return t->tg->tgid;
}

long sys_gettid(struct task *t, const struct sysargs *a UNUSED)
{
	return t->tid;
}

long sys_getppid(struct task *t, const struct sysargs *a UNUSED)
{
	return task_getppid(t);
}

long sys_getpgrp(struct task *t, const struct sysargs *a UNUSED)
{
	return task_getpgid(t, 0);
}

long sys_getpgid(struct task *t, const struct sysargs *a)
{
	return task_getpgid(t, arg_int(a, 0));
}

long sys_getsid(struct task *t, const struct sysargs *a)
{
	return task_getsid(t, arg_int(a, 0));
}

long sys_setpgid(struct task *t, const struct sysargs *a)
{
	return task_setpgid(t, arg_int(a, 0), arg_int(a, 1));
}

long sys_setsid(struct task *t, const struct sysargs *a UNUSED)
{
	return task_setsid(t);
}

long sys_vhangup(struct task *t, const struct sysargs *a UNUSED)
{
	return ctty_vhangup(&t->ctx);
}

long sys_exit(struct task *t, const struct sysargs *a)
{
	task_exit(t, (arg_int(a, 0) & 0xff) << 8);
	return 0;
}

long sys_exit_group(struct task *t, const struct sysargs *a)
{
	tg_exit(t, (arg_int(a, 0) & 0xff) << 8);
	return 0;
}

long sys_set_tid_address(struct task *t, const struct sysargs *a)
{
	t->clear_tid = arg_uaddr(a, 0);
	return t->tid;
}

long sys_set_robust_list(struct task *t, const struct sysargs *a)
{
	if (arg_ulong(a, 1) != sizeof(struct lx_robust_list_head))
		return -EINVAL;
	t->robust_list = arg_uaddr(a, 0);
	t->robust_list_len = arg_ulong(a, 1);
	return 0;
}

long sys_get_robust_list(struct task *t, const struct sysargs *a)
{
	int32_t tid = arg_int(a, 0);
	AUTO(task_put) struct task *of = task_find(t->kernel, tid ? tid : t->tid);
	uint64_t len = sizeof(struct lx_robust_list_head), head;
	int r;

	if (!of)
		return -ESRCH;
	if (!task_may_access(t, of, TASK_ACCESS_REALCREDS))
		return -EPERM;
	head = of->robust_list.va;
	r = copy_out(t->mm, arg_uaddr(a, 2), &len, sizeof(len));
	return r < 0 ? r : copy_out(t->mm, arg_uaddr(a, 1), &head, sizeof(head));
}

long sys_restart_syscall(struct task *t, const struct sysargs *a UNUSED)
{
	return t->restart.fn ? t->restart.fn(t, &t->restart) : -EINTR;
}
