/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prctl(2), arch_prctl(2), personality(2). Options that concern what this kernel does not have
 * answer -EINVAL, as a kernel that was built without it.
 */
#include <errno.h>
#include <string.h>

#include "abi/capability.h"
#include "abi/personality.h"
#include "abi/prctl.h"
#include "platform/platform.h"
#include "sentry/mm/mm.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/seccomp.h"
#include "sentry/sys/sys.h"
#include "sentry/task/process.h"

static bool args_are_zero(const struct sysargs *a, int from)
{
	for (int i = from; i < 5; i++)
		if (a->v[i] != 0)
			return false;
	return true;
}

/* ---- names ---- */

static long set_name(struct task *t, uaddr_t from)
{
	char name[TASK_COMM_LEN];
	ssize_t n;

	memset(name, 0, sizeof(name));
	/* Only the first 15 bytes count; what follows them need not be there. */
	if (copy_in(t->mm, name, from, sizeof(name) - 1) < 0) {
		n = copy_in_str(t->mm, name, from, sizeof(name));
		if (n < 0)
			return n;
	}
	name[TASK_COMM_LEN - 1] = '\0';
	task_comm_set(t, name);
	return 0;
}

static long get_name(struct task *t, uaddr_t to)
{
	char name[TASK_COMM_LEN];

	task_comm_get(t, name);
	return copy_out(t->mm, to, name, sizeof(name));
}

static long put_int(struct task *t, uaddr_t to, int value)
{
	return copy_out(t->mm, to, &value, sizeof(value));
}

static long set_pdeathsig(struct task *t, uint64_t signo)
{
	if (signo > LX_NSIG)
		return -EINVAL;
	lock_acquire(&t->tg->lock);
	t->pdeath_signal = (int)signo;
	lock_release(&t->tg->lock);
	return 0;
}

static long set_dumpable(struct task *t, uint64_t value)
{
	if (value > 1)
		return -EINVAL;
	atomic_store(mm_dumpable(t->mm), (int)value);
	return 0;
}

static long set_timerslack(struct task *t, int64_t ns)
{
	t->timerslack_ns = ns <= 0 ? t->default_timerslack_ns : (uint64_t)ns;
	return 0;
}

/* ---- credentials ---- */

static long set_securebits(struct task *t, uint32_t want)
{
	const struct cred *c = t->cred;
	uint32_t was = c->securebits, locked = (was & LX_SECURE_ALL_LOCKS) >> 1;
	struct cred *new;

	if ((locked & (was ^ want)) || (was & LX_SECURE_ALL_LOCKS & ~want) ||
	    (want & ~(uint32_t)(LX_SECURE_ALL_LOCKS | LX_SECURE_ALL_BITS)) ||
	    !cred_capable(c, LX_CAP_SETPCAP))
		return -EPERM;
	new = cred_dup(c);
	if (!new)
		return -ENOMEM;
	new->securebits = want;
	new->keep_caps = (want & LX_SECBIT_KEEP_CAPS) != 0;
	return task_commit_cred(t, new);
}

static long set_keepcaps(struct task *t, uint64_t on)
{
	struct cred *new;

	if (on > 1)
		return -EINVAL;
	if (t->cred->securebits & LX_SECBIT_KEEP_CAPS_LOCKED)
		return -EPERM;
	new = cred_dup(t->cred);
	if (!new)
		return -ENOMEM;
	new->keep_caps = on;
	new->securebits &= ~(uint32_t)LX_SECBIT_KEEP_CAPS;
	if (on)
		new->securebits |= LX_SECBIT_KEEP_CAPS;
	return task_commit_cred(t, new);
}

static long drop_bounding(struct task *t, uint64_t cap)
{
	struct cred *new;

	if (!cred_capable(t->cred, LX_CAP_SETPCAP))
		return -EPERM;
	if (cap > LX_CAP_LAST_CAP)
		return -EINVAL;
	new = cred_dup(t->cred);
	if (!new)
		return -ENOMEM;
	new->cap_bounding &= ~LX_CAP_MASK(cap);
	return task_commit_cred(t, new);
}

static long change_ambient(struct task *t, uint64_t clear, uint64_t raise)
{
	struct cred *new = cred_dup(t->cred);

	if (!new)
		return -ENOMEM;
	new->cap_ambient = (new->cap_ambient & ~clear) | raise;
	return task_commit_cred(t, new);
}

static long cap_ambient(struct task *t, const struct sysargs *a)
{
	const struct cred *c = t->cred;
	uint64_t op = a->v[1], cap = a->v[2], bit;

	if (op == LX_PR_CAP_AMBIENT_CLEAR_ALL)
		return args_are_zero(a, 2) ? change_ambient(t, ~0ULL, 0) : -EINVAL;
	if (!args_are_zero(a, 3) || cap > LX_CAP_LAST_CAP)
		return -EINVAL;
	bit = LX_CAP_MASK(cap);
	switch (op) {
	case LX_PR_CAP_AMBIENT_IS_SET:
		return (c->cap_ambient & bit) != 0;
	case LX_PR_CAP_AMBIENT_LOWER:
		return change_ambient(t, bit, 0);
	case LX_PR_CAP_AMBIENT_RAISE:
		if (!(c->cap_permitted & c->cap_inheritable & bit) ||
		    (c->securebits & LX_SECBIT_NO_CAP_AMBIENT_RAISE))
			return -EPERM;
		return change_ambient(t, 0, bit);
	default:
		return -EINVAL;
	}
}

static long set_no_new_privs(struct task *t, const struct sysargs *a)
{
	struct cred *new;

	if (a->v[1] != 1 || !args_are_zero(a, 2))
		return -EINVAL;
	new = cred_dup(t->cred);
	if (!new)
		return -ENOMEM;
	new->no_new_privs = true;
	return task_commit_cred(t, new);
}

/* ---- the rest ---- */

static long get_auxv(struct task *t, const struct sysargs *a)
{
	struct mm_layout layout;
	size_t n;
	int r;

	if (!args_are_zero(a, 3))
		return -EINVAL;
	mm_get_layout(t->mm, &layout);
	n = layout.nauxv * sizeof(layout.auxv[0]);
	r = copy_out(t->mm, arg_uaddr(a, 1), layout.auxv, MIN(n, arg_size(a, 2)));
	return r < 0 ? r : (long)n;
}

static long set_thp_disable(struct task *t, const struct sysargs *a)
{
	if (!args_are_zero(a, 2))
		return -EINVAL;
	t->thp_disable = a->v[1] != 0;
	return 0;
}

static long prctl_capabilities(struct task *t, const struct sysargs *a)
{
	const struct cred *c = t->cred;

	switch (arg_int(a, 0)) {
	case LX_PR_GET_KEEPCAPS:
		return (c->securebits & LX_SECBIT_KEEP_CAPS) != 0;
	case LX_PR_SET_KEEPCAPS:
		return set_keepcaps(t, a->v[1]);
	case LX_PR_GET_SECUREBITS:
		return c->securebits;
	case LX_PR_SET_SECUREBITS:
		return set_securebits(t, arg_uint(a, 1));
	case LX_PR_CAPBSET_READ:
		return a->v[1] > LX_CAP_LAST_CAP ? -EINVAL
						 : (c->cap_bounding & LX_CAP_MASK(a->v[1])) != 0;
	case LX_PR_CAPBSET_DROP:
		return drop_bounding(t, a->v[1]);
	case LX_PR_CAP_AMBIENT:
		return cap_ambient(t, a);
	case LX_PR_SET_NO_NEW_PRIVS:
		return set_no_new_privs(t, a);
	case LX_PR_GET_NO_NEW_PRIVS:
		return args_are_zero(a, 1) ? task_no_new_privs(t) : -EINVAL;
	default:
		return -EINVAL;
	}
}

static long prctl_thread(struct task *t, const struct sysargs *a)
{
	uaddr_t ptr = arg_uaddr(a, 1);

	switch (arg_int(a, 0)) {
	case LX_PR_SET_TIMERSLACK:
		return set_timerslack(t, arg_long(a, 1));
	case LX_PR_GET_TIMERSLACK:
		return t->timerslack_ns > INT64_MAX ? INT64_MAX : (long)t->timerslack_ns;
	case LX_PR_GET_TID_ADDRESS:
		return copy_out(t->mm, ptr, &t->clear_tid.va, sizeof(t->clear_tid.va));
	case LX_PR_SET_THP_DISABLE:
		return set_thp_disable(t, a);
	case LX_PR_GET_THP_DISABLE:
		return args_are_zero(a, 1) ? t->thp_disable : -EINVAL;
	case LX_PR_GET_TIMING:
		return LX_PR_TIMING_STATISTICAL;
	case LX_PR_SET_TIMING:
		return a->v[1] == LX_PR_TIMING_STATISTICAL ? 0 : -EINVAL;
	case LX_PR_GET_TSC:
		return put_int(t, ptr, LX_PR_TSC_ENABLE);
	case LX_PR_SET_TSC:
		return a->v[1] == LX_PR_TSC_ENABLE ? 0 : -EINVAL;
	case LX_PR_MCE_KILL_GET:
		return args_are_zero(a, 1) ? LX_PR_MCE_KILL_DEFAULT : -EINVAL;
	case LX_PR_GET_AUXV:
		return get_auxv(t, a);
	case LX_PR_GET_MDWE:
		return args_are_zero(a, 1) ? 0 : -EINVAL;
	case LX_PR_GET_SECCOMP:
		return prctl_get_seccomp(t);
	case LX_PR_SET_SECCOMP:
		return prctl_set_seccomp(t, a->v[1], arg_uaddr(a, 2));
	case LX_PR_GET_SPECULATION_CTRL:
	case LX_PR_SET_SPECULATION_CTRL:
		return -ENODEV;
	default:
		return prctl_capabilities(t, a);
	}
}

long sys_prctl(struct task *t, const struct sysargs *a)
{
	uaddr_t ptr = arg_uaddr(a, 1);

	switch (arg_int(a, 0)) {
	case LX_PR_SET_NAME:
		return set_name(t, ptr);
	case LX_PR_GET_NAME:
		return get_name(t, ptr);
	case LX_PR_SET_PDEATHSIG:
		return set_pdeathsig(t, a->v[1]);
	case LX_PR_GET_PDEATHSIG:
		return put_int(t, ptr, t->pdeath_signal);
	case LX_PR_GET_DUMPABLE:
		return atomic_load(mm_dumpable(t->mm));
	case LX_PR_SET_DUMPABLE:
		return set_dumpable(t, a->v[1]);
	case LX_PR_SET_CHILD_SUBREAPER:
		task_set_subreaper(t, a->v[1] != 0);
		return 0;
	case LX_PR_GET_CHILD_SUBREAPER:
		return put_int(t, ptr, (atomic_load(&t->tg->flags) & TG_SUBREAPER) != 0);
	case LX_PR_SET_MM:
		return cred_capable(t->cred, LX_CAP_SYS_RESOURCE) ? -EINVAL : -EPERM;
	default:
		return prctl_thread(t, a);
	}
}

/* ---- the processor's own registers ---- */

long sys_arch_prctl(struct task *t, const struct sysargs *a)
{
	const struct platform_ops *pops = t->kernel->pops;
	struct lx_user_regs regs;
	uint64_t value = a->v[1];
	int r = pops->get_regs(t->ctx.pc, &regs);

	if (r < 0)
		return r;
	switch (arg_int(a, 0)) {
	case LX_ARCH_GET_FS:
		return copy_out(t->mm, uaddr(value), &regs.fs_base, sizeof(regs.fs_base));
	case LX_ARCH_GET_GS:
		return copy_out(t->mm, uaddr(value), &regs.gs_base, sizeof(regs.gs_base));
	case LX_ARCH_SET_FS:
		regs.fs_base = value;
		break;
	case LX_ARCH_SET_GS:
		regs.gs_base = value;
		break;
	default:
		return -EINVAL;
	}
	if (value >= PLAT_GUEST_TOP)
		return -EPERM;
	regs.rax = 0;
	regs.orig_rax = UINT64_MAX;
	r = pops->set_regs(t->ctx.pc, &regs);
	return r;
}

long sys_personality(struct task *t, const struct sysargs *a)
{
	uint32_t was = t->personality;

	if (arg_uint(a, 0) != LX_PERSONALITY_QUERY)
		t->personality = arg_uint(a, 0);
	return was;
}
