/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What patched call sites find in their thread's slot: who the thread is, for the calls that ask
 * nothing else. The slot is the guest's to write, which can lie to itself there.
 *
 * The stub finds the slot by the gs base, which is ours as long as the guest's own is 0. A guest
 * that loads another by itself, or asks for one, gets it, and its calls are answered by us again.
 */
#include <string.h>

#include "base/check.h"
#include "platform/unotify/unotify_priv.h"

_Static_assert(sizeof(((struct stub_ctl *)NULL)->who) == sizeof(struct plat_identity),
	       "one word each");

uint64_t unotify_fast_entry(struct platform *p)
{
	return p->can_fast ? region_address(p, unotify_stub_fast) : 0;
}

/* Let gs be the thread's stub_ctl when it goes on. */
static bool take_gs(struct pcontext *pc)
{
	if (context_to_frame(pc) < 0)
		return false;
	if (pc->gs_is_ours)
		return true;
	frame_load_regs(pc);
	if (pc->regs.gs_base != 0)
		return false;
	pc->fast = true;
	pc->gs_is_ours = true;
	pc->regs_dirty = pc->bases_dirty = true;
	return true;
}

bool unotify_set_identity(struct pcontext *pc, const struct plat_identity *who)
{
	struct stub_ctl *ctl;

	check(pc->attached);
	if (!pc->fast && !take_gs(pc))
		return false;
	ctl = as_ctl(pc->as, pc->th->slot);
	memcpy(ctl->who, who, sizeof(ctl->who));
	atomic_store(&ctl->fast, 1);
	return true;
}

void unotify_clear_identity(struct pcontext *pc)
{
	GUARD(&pc->kick_lock);
	if (pc->th)
		atomic_store(&as_ctl(pc->as, pc->th->slot)->fast, 0);
}
