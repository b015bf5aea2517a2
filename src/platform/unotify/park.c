/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread that waits in a notification that we have received is asleep for death alone: a freezer
 * cannot freeze it, nor can the host suspend. To be parked is to sleep on a futex in its slot
 * instead. Agents do that as one of their calls, guest threads by an answer to their ring; either
 * rings again when woken. The word is the guest's to write, who can wake a parked thread, but only
 * into its next notification.
 */
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/futex.h>

#include "platform/unotify/unotify_priv.h"

int thread_park(struct aspace *as, struct stub_thread *th)
{
	struct stub_ctl *ctl = as_ctl(as, th->slot);
	uint64_t where = slot_address(as->p, th->slot) + SLOT_CTL;
	int64_t value = 1;

	atomic_store(&ctl->word, 1);
	ctl->then = STUB_THEN_PARK;
	if (th == as->agent)
		as_orders(as)->calls[0] =
			(struct stub_call){SYS_futex, {where, FUTEX_WAIT, 1, 0, 0, 0}};
	else
		value = (int64_t)where;
	th->parked = true;
	return thread_answer(as, th, value);
}

int thread_unpark(struct aspace *as, struct stub_thread *th, struct seccomp_notif *ret)
{
	struct stub_ctl *ctl = as_ctl(as, th->slot);
	int r;

	atomic_store(&ctl->word, 0);
	syscall(SYS_futex, &ctl->word, FUTEX_WAKE, 1, NULL, NULL, 0);
	r = listener_recv(as, th->listener, ret);
	if (r < 0)
		return r;
	if (ret->data.nr != STUB_RING)
		return -ESRCH;
	th->id = ret->id;
	th->parked = false;
	return 0;
}
