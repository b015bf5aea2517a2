/* SPDX-License-Identifier: Apache-2.0 */
/* The disposition table of sigaction(2): what a process wants done with each signal. */
#include <string.h>

#include "base/check.h"
#include "sentry/core/alloc.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/signal/signal.h"

SLAB_DEFINE(sighand_slab, struct sighand);

#define SUBCLASS 1

static struct sighand *sighand_alloc(void)
{
	struct sighand *sh = slab_alloc(&sighand_slab);

	if (!sh)
		return NULL;
	ref_init(&sh->ref);
	lock_init(&sh->lock, RANK_SIGHAND, "sighand");
	return sh;
}

struct sighand *sighand_new(void)
{
	return sighand_alloc(); /* zeroed: SIG_DFL is 0 */
}

struct sighand *sighand_copy(struct sighand *sh)
{
	struct sighand *copy = sighand_alloc();

	if (!copy)
		return NULL;
	lock_acquire_nested(&sh->lock, SUBCLASS);
	memcpy(copy->action, sh->action, sizeof(copy->action));
	lock_release(&sh->lock);
	return copy;
}

struct sighand *sighand_get(struct sighand *sh)
{
	ref_get(&sh->ref);
	return sh;
}

void sighand_put(struct sighand *sh)
{
	if (!sh || !ref_put(&sh->ref))
		return;
	lock_fini(&sh->lock);
	slab_free(&sighand_slab, sh);
}

bool sighand_is_shared(struct sighand *sh)
{
	return ref_read(&sh->ref) > 1;
}

struct lx_sigaction sighand_action(struct sighand *sh, int signo)
{
	struct lx_sigaction act;

	check(signal_valid(signo));
	lock_acquire_nested(&sh->lock, SUBCLASS);
	act = sh->action[signo - 1];
	lock_release(&sh->lock);
	return act;
}

struct lx_sigaction sighand_set_action(struct sighand *sh, int signo,
				       const struct lx_sigaction *act)
{
	struct lx_sigaction old, new = *act;

	check(signal_valid(signo));
	new.sa_flags &= LX_UAPI_SA_FLAGS;
	new.sa_mask &= ~SIGMASK_KERNEL_ONLY;
	lock_acquire_nested(&sh->lock, SUBCLASS);
	old = sh->action[signo - 1];
	sh->action[signo - 1] = new;
	lock_release(&sh->lock);
	return old;
}

void sighand_reset(struct sighand *sh)
{
	lock_acquire_nested(&sh->lock, SUBCLASS);
	for (int i = 0; i < LX_NSIG; i++) {
		uint64_t handler = sh->action[i].k_sa_handler == LX_SIG_IGN ? LX_SIG_IGN
									    : LX_SIG_DFL;

		sh->action[i] = (struct lx_sigaction){.k_sa_handler = handler};
	}
	lock_release(&sh->lock);
}

bool sighand_ignores(struct sighand *sh, int signo)
{
	uint64_t handler = sighand_action(sh, signo).k_sa_handler;

	return handler == LX_SIG_IGN ||
	       (handler == LX_SIG_DFL && signal_default(signo) == SIG_DO_IGNORE);
}

void sighand_sets(struct sighand *sh, lx_sigset_t *ret_ignored, lx_sigset_t *ret_caught)
{
	lx_sigset_t ignored = 0, caught = 0;

	lock_acquire_nested(&sh->lock, SUBCLASS);
	for (int signo = 1; signo <= LX_NSIG; signo++) {
		uint64_t handler = sh->action[signo - 1].k_sa_handler;

		if (handler == LX_SIG_IGN)
			ignored |= LX_SIGMASK(signo);
		else if (handler != LX_SIG_DFL)
			caught |= LX_SIGMASK(signo);
	}
	lock_release(&sh->lock);
	*ret_ignored = ignored;
	*ret_caught = caught;
}
