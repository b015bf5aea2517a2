/* SPDX-License-Identifier: Apache-2.0 */
#include "sentry/sys/waitmask.h"

#include <errno.h>

#include "sentry/mm/uaccess.h"
#include "sentry/task/task.h"

int waitmask_set(struct task *t, uaddr_t mask, size_t size)
{
	lx_sigset_t set;
	int r;

	if (uaddr_is_null(mask))
		return 0;
	if (size != sizeof(set))
		return -EINVAL;
	r = copy_in(t->mm, &set, mask, sizeof(set));
	if (r < 0)
		return r;
	task_set_blocked_temporarily(t, set);
	return 0;
}
