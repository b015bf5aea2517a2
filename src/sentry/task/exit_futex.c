/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a thread leaves behind in memory when it leaves its mm: robust locks become owner-died, the word of set_tid_address(2)
 * becomes 0 and one waiter on it is woken (that is how pthread_join learns). get_robust_list(2), set_tid_address(2).
 *
 * Missing until there is a futex room (ipc/futex: futex_robust_exit, futex_wake_key): the walk over the robust list, and the
 * wake-ups. Nobody can sleep on a futex before, so nobody is left asleep; a robust lock of a dead owner stays taken.
 */
#include "sentry/mm/mm.h"
#include "sentry/mm/uaccess.h"
#include "sentry/task/task_priv.h"

static void clear_tid(struct task *t)
{
	static const int32_t zero;
	int r = copy_out(t->mm, t->clear_tid, &zero, sizeof(zero));

	(void)r; /* as Linux: who gave a bad address learns nothing */
}

void exit_futexes(struct task *t)
{
	if (!t->mm)
		return;
	t->robust_list = uaddr(0);
	if (!uaddr_is_null(t->clear_tid))
		clear_tid(t);
	t->clear_tid = uaddr(0);
}
