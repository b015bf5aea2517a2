/* SPDX-License-Identifier: Apache-2.0 */
/* Address spaces: a stub process each, reached through the pid of its cloner. */
#include <errno.h>

#include "base/check.h"
#include "base/log.h"
#include "platform/unotify/unotify_priv.h"
#include "platform/vm_access.h"

int unotify_aspace_new(struct platform *p, struct aspace **ret)
{
	int r;

	GUARD(&p->first->stub_lock);
	r = birth_process(p->first, p->first->agent, ret);
	if (r == 0)
		atomic_fetch_add(&p->naspaces, 1);
	else if (atomic_load(&p->first->gone))
		log_error("unotify: the first stub is dead, killed from outside: no address space "
			  "can be made any more");
	return r;
}

int unotify_aspace_fork(struct pcontext *by, struct aspace **ret)
{
	struct aspace *as = by->as;
	int r;

	check(by->attached);
	if (by->gone)
		return -ESRCH;
	GUARD(&as->stub_lock);
	r = birth_process(as, by->th, ret);
	if (r == 0)
		atomic_fetch_add(&as->p->naspaces, 1);
	return r;
}

void unotify_aspace_free(struct aspace *as)
{
	struct platform *p;

	if (!as)
		return;
	check(atomic_load(&as->ncontexts) == 0);
	p = as->p;
	aspace_dealloc(as);
	atomic_fetch_sub(&p->naspaces, 1);
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
