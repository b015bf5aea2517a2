/* SPDX-License-Identifier: Apache-2.0 */
/* Address spaces: a stub process each, reached through the pid of its cloner. */
#include <errno.h>

#include "base/check.h"
#include "base/log.h"
#include "platform/unotify/unotify_priv.h"
#include "platform/vm_access.h"

static void aspace_list(struct platform *p, struct aspace *as)
{
	atomic_fetch_add(&p->naspaces, 1);
	GUARD(&p->list_lock);
	list_add_tail(&p->aspaces, &as->node);
}

static int copy_first(struct platform *p, struct aspace **ret)
{
	struct aspace *first = p->first;
	int r;

	GUARD(&first->stub_lock);
	r = agent_need(first);
	if (r == 0)
		r = birth_process(first, first->agent, ret);
	return r;
}

/* The first time, and after each replacement, the spare is made as well; where the host allows
 * none, the next call tries. */
int unotify_aspace_new(struct platform *p, struct aspace **ret)
{
	int r;

	GUARD(&p->first_lock);
	r = copy_first(p, ret);
	while (r < 0 && atomic_load(&p->first->gone) && p->spare) {
		log_warn("unotify: the first stub (process %d) is dead, killed from outside",
			 p->first->pid);
		aspace_dealloc(p->first);
		p->first = TAKE(p->spare);
		r = copy_first(p, ret);
	}
	if (r < 0) {
		if (atomic_load(&p->first->gone))
			log_error("unotify: the first stub is dead, and so is its spare: no "
				  "address space can be made any more");
		return r == -ENOMEM ? r : -EAGAIN;
	}
	if (!p->spare && copy_first(p, &p->spare) < 0)
		p->spare = NULL;
	aspace_list(p, *ret);
	return 0;
}

int unotify_aspace_fork(struct pcontext *by, struct aspace **ret)
{
	struct aspace *as = by->as;
	int r;

	check(by->attached);
	if (by->gone)
		return -ESRCH;
	r = context_unpark(by);
	if (r < 0)
		return r;
	lock_acquire(&as->stub_lock);
	r = birth_process(as, by->th, ret);
	lock_release(&as->stub_lock);
	if (r == 0)
		aspace_list(as->p, *ret);
	return r;
}

/* The stub is told to die; that it has is seen to by whoever has the time. */
void unotify_aspace_free(struct aspace *as)
{
	struct platform *p;

	if (!as)
		return;
	check(atomic_load(&as->ncontexts) == 0);
	p = as->p;
	aspace_lose(as);
	GUARD(&p->list_lock);
	list_del(&as->node);
	list_add_tail(&p->dying, &as->node);
}

static struct aspace *next_dying(struct platform *p)
{
	struct aspace *as;

	GUARD(&p->list_lock);
	if (list_empty(&p->dying))
		return NULL;
	as = list_first_entry(&p->dying, struct aspace, node);
	list_del(&as->node);
	return as;
}

void unotify_bury(struct platform *p)
{
	struct aspace *as;

	while ((as = next_dying(p))) {
		aspace_dealloc(as);
		atomic_fetch_sub(&p->naspaces, 1);
	}
}

ssize_t unotify_read(struct aspace *as, const struct plat_piece *v, size_t n)
{
	if (as->p->lacks & LACK_VM)
		return agent_transfer(as, v, n, false);
	return vm_transfer(as->pid, v, n, VM_FROM_GUEST);
}

ssize_t unotify_write(struct aspace *as, const struct plat_piece *v, size_t n)
{
	if (as->p->lacks & LACK_VM)
		return agent_transfer(as, v, n, true);
	return vm_transfer(as->pid, v, n, VM_TO_GUEST);
}

/* The agent and the idle threads of every stub; who needs one wakes it. */
static void settle_stub(struct aspace *as)
{
	struct stub_thread *th;

	GUARD(&as->stub_lock);
	if (atomic_load(&as->gone))
		return;
	if (as->agent && !as->agent->parked && thread_park(as, as->agent) < 0)
		aspace_lose(as);
	list_for_each_entry(th, &as->idle, node) {
		if (!th->parked && thread_park(as, th) < 0)
			aspace_lose(as);
	}
}

void unotify_settle(struct platform *p)
{
	struct aspace *as;

	lock_acquire(&p->first_lock);
	settle_stub(p->first);
	if (p->spare)
		settle_stub(p->spare);
	lock_release(&p->first_lock);
	GUARD(&p->list_lock);
	list_for_each_entry(as, &p->aspaces, node)
		settle_stub(as);
}
