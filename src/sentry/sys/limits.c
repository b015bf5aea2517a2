/* SPDX-License-Identifier: Apache-2.0 */
/* getrlimit(2), setrlimit(2), prlimit(2). */
#include <errno.h>

#include "sentry/mm/uaccess.h"
#include "sentry/sys/sys.h"
#include "sentry/task/process.h"

long sys_getrlimit(struct task *t, const struct sysargs *a)
{
	struct lx_rlimit old;
	int r = task_prlimit(t, t, arg_int(a, 0), NULL, &old);

	return r < 0 ? r : copy_out(t->mm, arg_uaddr(a, 1), &old, sizeof(old));
}

long sys_setrlimit(struct task *t, const struct sysargs *a)
{
	struct lx_rlimit new;
	int r = copy_in(t->mm, &new, arg_uaddr(a, 1), sizeof(new));

	return r < 0 ? r : task_prlimit(t, t, arg_int(a, 0), &new, NULL);
}

long sys_prlimit64(struct task *t, const struct sysargs *a)
{
	uaddr_t from = arg_uaddr(a, 2), to = arg_uaddr(a, 3);
	struct lx_rlimit new, old;
	int32_t pid = arg_int(a, 0);
	int r;

	if (!uaddr_is_null(from)) {
		r = copy_in(t->mm, &new, from, sizeof(new));
		if (r < 0)
			return r;
	}
	AUTO(task_put) struct task *of = task_find(t->kernel, pid ? pid : t->tid);
	if (!of)
		return -ESRCH;
	r = task_prlimit(t, of, arg_int(a, 1), uaddr_is_null(from) ? NULL : &new, &old);
	if (r < 0 || uaddr_is_null(to))
		return r;
	return copy_out(t->mm, to, &old, sizeof(old));
}
