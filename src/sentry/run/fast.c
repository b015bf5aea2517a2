/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who looks from outside at a call must see it, so nothing is answered while calls are logged, nor
 * while a filter of the thread's has an opinion on one of the six. A filter may come from a sibling
 * (SECCOMP_FILTER_FLAG_TSYNC) while the thread runs:
 *
 *	the sibling                               the thread
 *	its filters are in force        (A)       set_identity: answers         (B)
 *	clear_identity: no answers                do my filters let all pass?
 *
 * (A) and (B) are sequentially consistent, as are the accesses after them: either the thread sees
 * the filters and takes its answers back, or the sibling's clearing comes after them.
 *
 * All else that changes the answers is the thread's own doing, in a call that is not answered.
 */
#include "sentry/run/fast.h"

#include <string.h>

#include "abi/unistd.h"
#include "sentry/mm/mm.h"
#include "sentry/mm/patch.h"
#include "sentry/task/task.h"

/* So many calls of a site make it hot; so many of a patched one that were not answered make it
 * worth while to let the thread have its answers. */
enum { HOT = 32, LANDED = 4 };

static enum run_fast_mode fast_mode; /* [I] */

void run_fast_set_mode(enum run_fast_mode mode)
{
	fast_mode = mode;
}

static const uint64_t fast_calls[] = {
	LX_SYS_getpid, LX_SYS_gettid, LX_SYS_getuid, LX_SYS_geteuid, LX_SYS_getgid, LX_SYS_getegid,
};

static bool is_fast_call(uint64_t nr)
{
	for (size_t i = 0; i < ARRAY_SIZE(fast_calls); i++) {
		if (fast_calls[i] == nr)
			return true;
	}
	return false;
}

static bool is_watched(struct task *t)
{
	const struct kernel_trace *trace = t->kernel->trace;

	if (trace && (trace->strace_enter || trace->strace_exit))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(fast_calls); i++) {
		if (!seccomp_lets_pass(&t->seccomp, fast_calls[i]))
			return true;
	}
	return false;
}

static bool is_possible(struct task *t)
{
	const struct platform_ops *pops = t->kernel->pops;

	return fast_mode != RUN_FAST_OFF && pops->fast_entry && !t->fast.refused &&
	       pops->fast_entry(t->kernel->platform) != 0 && !is_watched(t);
}

static struct plat_identity identity_of(const struct task *t)
{
	return (struct plat_identity){
		.tgid = (uint32_t)t->tg->tgid,
		.tid = (uint32_t)t->tid,
		.uid = t->cred->uid,
		.euid = t->cred->euid,
		.gid = t->cred->gid,
		.egid = t->cred->egid,
	};
}

static void answer(struct task *t)
{
	const struct platform_ops *pops = t->kernel->pops;

	t->fast.who = identity_of(t);
	t->fast.mm = t->mm;
	t->fast.on = pops->set_identity(t->ctx.pc, &t->fast.who); /* (B) */
	t->fast.refused = !t->fast.on;
	atomic_thread_fence(memory_order_seq_cst);
	if (t->fast.on && is_watched(t)) {
		pops->clear_identity(t->ctx.pc);
		t->fast.on = false;
	}
}

void run_fast_begin(struct task *t)
{
	t->fast = (struct task_fast){0};
	if (is_possible(t) && mm_is_patched(t->mm))
		answer(t);
}

void run_fast_note(struct task *t, const struct plat_sys *sys)
{
	if (!is_fast_call(sys->nr) || t->exited || !is_possible(t))
		return;
	if (mm_patch_true_ip(t->mm, sys->ip) != sys->ip) {
		if (++t->fast.landed >= LANDED || fast_mode == RUN_FAST_ALWAYS)
			answer(t);
		return;
	}
	if (mm_patch_count(t->mm, &t->ctx, sys->ip, fast_mode == RUN_FAST_ALWAYS ? 1 : HOT) ==
	    PATCH_DONE)
		answer(t);
}

void run_fast_keep(struct task *t)
{
	struct plat_identity now;

	if (!t->fast.on)
		return;
	if (t->fast.mm != t->mm) {
		t->fast = (struct task_fast){0}; /* execve: the platform has forgotten, too */
		return;
	}
	if (is_watched(t)) {
		t->kernel->pops->clear_identity(t->ctx.pc);
		t->fast.on = false;
		return;
	}
	now = identity_of(t);
	if (memcmp(&now, &t->fast.who, sizeof(now)) != 0)
		answer(t);
}
