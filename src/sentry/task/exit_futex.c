/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a thread leaves behind in memory when it leaves its mm: robust locks become owner-died, the
 * word of set_tid_address(2) becomes 0 and one waiter on it is woken (that is how pthread_join
 * learns). get_robust_list(2), set_tid_address(2).
 */
#include "sentry/ipc/futex/futex.h"
#include "sentry/mm/uaccess.h"
#include "sentry/task/task_priv.h"

static void clear_tid(struct task *t)
{
	static const int32_t zero;
	int r = copy_out(t->mm, t->clear_tid, &zero, sizeof(zero));

	(void)r; /* as Linux: who gave a bad address learns nothing, but whoever waits there is
		    woken */
	futex_wake_addr(&t->ctx, t->mm, t->clear_tid, 1);
}

void exit_futexes(struct task *t)
{
	if (!t->mm)
		return;
	if (!uaddr_is_null(t->robust_list))
		futex_robust_exit(&t->ctx, t->mm, t->robust_list, t->robust_list_len);
	t->robust_list = uaddr(0);
	futex_pi_exit(&t->ctx, t->exiting ? FUTEX_LEAVES_BY_EXIT : FUTEX_LEAVES_BY_EXEC);
	if (!uaddr_is_null(t->clear_tid))
		clear_tid(t);
	t->clear_tid = uaddr(0);
}
