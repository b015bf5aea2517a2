/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fake platform: no guest code at all. A context is a script that a test writes (fake.h),
 * registers are a struct, memory is memory.c. For unit tests and fuzzers of everything above the
 * contract, under every sanitiser.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "platform/fake/fake_priv.h"

enum {
	USER_CS = 0x33,
	USER_SS = 0x2b,
	FPU_CONTROL = 0x37f,
	MXCSR = 0x1f80,
	MXCSR_AT = 24,
	MXCSR_RESERVED = (int)~0xffffU,
	XSAVE_FEATURES_AT = 512,
	XSAVE_LEGACY_FEATURES = 3,
	TRAPNO_DEBUG = 1,
};

struct fake_step {
	struct list node;
	struct plat_event ev;
};

static int fake_init(struct platform **ret, const char **ret_why)
{
	struct platform *p = calloc(1, sizeof(*p));

	*ret_why = p ? NULL : "out of memory";
	if (!p)
		return -ENOMEM;
	pthread_mutex_init(&p->mutex, NULL);
	*ret = p;
	return 0;
}

static void fake_fini(struct platform *p)
{
	check(atomic_load(&p->naspaces) == 0 && atomic_load(&p->ncontexts) == 0);
	pthread_mutex_destroy(&p->mutex);
	free(p);
}

static void fake_abilities(struct platform *p UNUSED, struct plat_abilities *ret)
{
	*ret = (struct plat_abilities){
		.fpu_size = FAKE_FPU_SIZE,
		.largest_map = PLAT_GUEST_TOP - PLAT_GUEST_BOTTOM,
		.lacks = "it runs no guest code",
	};
}

static int fake_aspace_new(struct platform *p, struct aspace **ret)
{
	struct aspace *as = calloc(1, sizeof(*as));

	if (!as)
		return -ENOMEM;
	as->p = p;
	list_init(&as->contexts);
	memory_init(as);
	atomic_fetch_add(&p->naspaces, 1);
	*ret = as;
	return 0;
}

static void fake_aspace_free(struct aspace *as)
{
	if (!as)
		return;
	check(list_empty(&as->contexts));
	atomic_fetch_sub(&as->p->naspaces, 1);
	memory_fini(as);
	free(as);
}

static int fake_aspace_fork(struct pcontext *by, struct aspace **ret)
{
	struct aspace *as;
	int r = fake_aspace_new(by->as->p, &as);

	if (r < 0)
		return r;
	r = memory_copy(by->as, as);
	if (r < 0) {
		fake_aspace_free(as);
		return r;
	}
	*ret = as;
	return 0;
}

static int fake_run(struct pcontext *by, struct plat_cmd *cmds, size_t n)
{
	return memory_run(by->as, cmds, n);
}

static int fake_cmpxchg32(struct pcontext *by, uint64_t addr, uint32_t expect, uint32_t value,
			  uint32_t *ret_old)
{
	return memory_cmpxchg32(by->as, addr, expect, value, ret_old);
}

static void reset_registers(struct pcontext *pc)
{
	uint16_t control = FPU_CONTROL;
	uint32_t mxcsr = MXCSR;

	pc->regs = (struct lx_user_regs){.cs = USER_CS, .ss = USER_SS, .orig_rax = UINT64_MAX};
	memset(pc->fpu, 0, sizeof(pc->fpu));
	memcpy(pc->fpu, &control, sizeof(control));
	memcpy(pc->fpu + MXCSR_AT, &mxcsr, sizeof(mxcsr));
	pc->in_syscall = pc->step = false;
}

static void context_enter(struct pcontext *pc, struct aspace *as)
{
	pthread_mutex_lock(&as->mutex);
	pc->as = as;
	list_add_tail(&as->contexts, &pc->in_as);
	pthread_mutex_lock(&pc->mutex);
	pc->gone = as->dead;
	pthread_mutex_unlock(&pc->mutex);
	pthread_mutex_unlock(&as->mutex);
}

static void context_leave(struct pcontext *pc)
{
	pthread_mutex_lock(&pc->as->mutex);
	list_del(&pc->in_as);
	pthread_mutex_unlock(&pc->as->mutex);
}

static int fake_context_new(struct aspace *as, struct pcontext *by, struct pcontext **ret)
{
	struct pcontext *pc = calloc(1, sizeof(*pc));

	if (!pc)
		return -ENOMEM;
	check(!by || by->as == as);
	pthread_mutex_init(&pc->mutex, NULL);
	pthread_cond_init(&pc->cond, NULL);
	list_init(&pc->script);
	reset_registers(pc);
	context_enter(pc, as);
	atomic_fetch_add(&as->p->ncontexts, 1);
	*ret = pc;
	return 0;
}

static int fake_context_attach(struct pcontext *pc)
{
	check(!pc->attached);
	pc->attached = true;
	return 0;
}

static int fake_context_move(struct pcontext *pc, struct aspace *to)
{
	check(pc->attached && pc->as != to);
	context_leave(pc);
	reset_registers(pc);
	context_enter(pc, to);
	return 0;
}

static void fake_context_free(struct pcontext *pc)
{
	struct fake_step *step, *tmp;

	if (!pc)
		return;
	atomic_fetch_sub(&pc->as->p->ncontexts, 1);
	context_leave(pc);
	list_for_each_entry_safe(step, tmp, &pc->script, node) {
		list_del(&step->node);
		free(step);
	}
	pthread_cond_destroy(&pc->cond);
	pthread_mutex_destroy(&pc->mutex);
	free(pc->results);
	free(pc);
}

/* The next event of the script. */
static bool script_pop(struct pcontext *pc, struct plat_event *ret)
{
	struct fake_step *step;

	if (list_empty(&pc->script))
		return false;
	step = list_first_entry(&pc->script, struct fake_step, node);
	*ret = step->ev;
	list_del(&step->node);
	free(step);
	return true;
}

/* What stands before the script and the player. Under pc->mutex. */
static bool urgent_event(struct pcontext *pc, struct plat_event *ret)
{
	if (pc->gone) {
		ret->why = PLAT_GONE;
		return true;
	}
	if (pc->kicked) {
		pc->kicked = false;
		ret->why = PLAT_INTERRUPTED;
		return true;
	}
	return false;
}

static bool play(struct pcontext *pc, struct plat_event *ret)
{
	struct platform *p = pc->as->p;
	fake_player_fn player;
	void *arg;

	pthread_mutex_lock(&p->mutex);
	player = p->player;
	arg = p->player_arg;
	pthread_mutex_unlock(&p->mutex);
	return player && player(arg, pc, ret);
}

/* Wait until the script, a kick or the stub's death has something to say. */
static void await_event(struct pcontext *pc, struct plat_event *ret)
{
	pthread_mutex_lock(&pc->mutex);
	while (!urgent_event(pc, ret) && !script_pop(pc, ret))
		pthread_cond_wait(&pc->cond, &pc->mutex);
	pthread_mutex_unlock(&pc->mutex);
}

static void load_syscall(struct pcontext *pc, struct plat_sys *sys)
{
	struct lx_user_regs *regs = &pc->regs;

	regs->rdi = sys->args[0];
	regs->rsi = sys->args[1];
	regs->rdx = sys->args[2];
	regs->r10 = sys->args[3];
	regs->r8 = sys->args[4];
	regs->r9 = sys->args[5];
	if (sys->ip)
		regs->rip = sys->ip;
	if (sys->sp)
		regs->rsp = sys->sp;
	sys->ip = regs->rip;
	sys->sp = regs->rsp;
	regs->rax = (uint64_t)-ENOSYS;
	regs->rcx = regs->rip;
	regs->r11 = regs->eflags;
	pc->nr = sys->nr;
	pc->in_syscall = true;
}

static int fake_context_switch(struct pcontext *pc, struct plat_event *ret)
{
	bool have;

	check(pc->attached);
	pc->in_syscall = false;
	memset(ret, 0, sizeof(*ret));
	pthread_mutex_lock(&pc->mutex);
	have = urgent_event(pc, ret) || script_pop(pc, ret);
	pthread_mutex_unlock(&pc->mutex);
	if (!have && !play(pc, ret))
		await_event(pc, ret);
	if (ret->why == PLAT_SYSCALL)
		load_syscall(pc, &ret->sys);
	if (ret->why == PLAT_FAULT && ret->fault.trapno == TRAPNO_DEBUG)
		pc->step = false;
	return 0;
}

static void fake_context_interrupt(struct pcontext *pc)
{
	pthread_mutex_lock(&pc->mutex);
	pc->kicked = true;
	pthread_cond_broadcast(&pc->cond);
	pthread_mutex_unlock(&pc->mutex);
}

static void fake_set_result(struct pcontext *pc, int64_t value)
{
	int64_t *grown;

	pc->regs.rax = (uint64_t)value;
	pthread_mutex_lock(&pc->mutex);
	grown = realloc(pc->results, (pc->nresults + 1) * sizeof(*grown));
	check(grown);
	grown[pc->nresults++] = value;
	pc->results = grown;
	pthread_mutex_unlock(&pc->mutex);
}

static bool is_gone(struct pcontext *pc)
{
	bool gone;

	pthread_mutex_lock(&pc->mutex);
	gone = pc->gone;
	pthread_mutex_unlock(&pc->mutex);
	return gone;
}

static int fake_get_regs(struct pcontext *pc, struct lx_user_regs *ret)
{
	if (is_gone(pc))
		return -ESRCH;
	*ret = pc->regs;
	ret->orig_rax = pc->in_syscall ? pc->nr : UINT64_MAX;
	return 0;
}

static int fake_set_regs(struct pcontext *pc, const struct lx_user_regs *regs)
{
	if (is_gone(pc))
		return -ESRCH;
	pc->regs = *regs;
	pc->regs.cs = USER_CS;
	pc->regs.ss = USER_SS;
	return 0;
}

static int fake_get_fpu(struct pcontext *pc, void *ret, size_t size)
{
	check(size <= FAKE_FPU_SIZE);
	if (is_gone(pc))
		return -ESRCH;
	memcpy(ret, pc->fpu, size);
	return 0;
}

static int fake_set_fpu(struct pcontext *pc, const void *image, size_t size)
{
	const unsigned char *bytes = image;
	uint64_t features;
	uint32_t mxcsr;

	if (size != FAKE_FPU_SIZE)
		return -EINVAL;
	memcpy(&mxcsr, bytes + MXCSR_AT, sizeof(mxcsr));
	memcpy(&features, bytes + XSAVE_FEATURES_AT, sizeof(features));
	if ((features & ~(uint64_t)XSAVE_LEGACY_FEATURES) ||
	    (features && (mxcsr & (uint32_t)MXCSR_RESERVED)))
		return -EINVAL;
	if (is_gone(pc))
		return -ESRCH;
	memcpy(pc->fpu, image, size);
	return 0;
}

static void fake_set_step(struct pcontext *pc, bool on)
{
	pc->step = on;
}

static uint64_t fake_cpu_time_ns(struct pcontext *pc)
{
	uint64_t ns;

	pthread_mutex_lock(&pc->mutex);
	ns = pc->cpu_time;
	pthread_mutex_unlock(&pc->mutex);
	return ns;
}

const struct platform_ops platform_fake = {
	.name = "fake",
	.init = fake_init,
	.fini = fake_fini,
	.abilities = fake_abilities,
	.aspace_new = fake_aspace_new,
	.aspace_fork = fake_aspace_fork,
	.aspace_free = fake_aspace_free,
	.run = fake_run,
	.read = memory_read,
	.write = memory_write,
	.cmpxchg32 = fake_cmpxchg32,
	.context_new = fake_context_new,
	.context_attach = fake_context_attach,
	.context_move = fake_context_move,
	.context_free = fake_context_free,
	.context_switch = fake_context_switch,
	.context_interrupt = fake_context_interrupt,
	.set_result = fake_set_result,
	.get_regs = fake_get_regs,
	.set_regs = fake_set_regs,
	.get_fpu = fake_get_fpu,
	.set_fpu = fake_set_fpu,
	.set_step = fake_set_step,
	.cpu_time_ns = fake_cpu_time_ns,
};

void fake_set_player(struct platform *p, fake_player_fn player, void *arg)
{
	pthread_mutex_lock(&p->mutex);
	p->player = player;
	p->player_arg = arg;
	pthread_mutex_unlock(&p->mutex);
}

bool fake_script_push(struct pcontext *pc, const struct plat_event *ev)
{
	struct fake_step *step = malloc(sizeof(*step));

	if (!step)
		return false;
	step->ev = *ev;
	pthread_mutex_lock(&pc->mutex);
	list_add_tail(&pc->script, &step->node);
	pthread_cond_broadcast(&pc->cond);
	pthread_mutex_unlock(&pc->mutex);
	return true;
}

bool fake_script_push_syscall(struct pcontext *pc, uint64_t nr, const uint64_t args[6])
{
	struct plat_event ev = {.why = PLAT_SYSCALL};

	ev.sys.nr = nr;
	for (int i = 0; i < 6; i++)
		ev.sys.args[i] = args[i];
	return fake_script_push(pc, &ev);
}

size_t fake_result_count(struct pcontext *pc)
{
	size_t n;

	pthread_mutex_lock(&pc->mutex);
	n = pc->nresults;
	pthread_mutex_unlock(&pc->mutex);
	return n;
}

bool fake_result(struct pcontext *pc, size_t i, int64_t *ret)
{
	bool found;

	pthread_mutex_lock(&pc->mutex);
	found = i < pc->nresults;
	if (found)
		*ret = pc->results[i];
	pthread_mutex_unlock(&pc->mutex);
	return found;
}

void fake_set_cpu_time(struct pcontext *pc, uint64_t ns)
{
	pthread_mutex_lock(&pc->mutex);
	pc->cpu_time = ns;
	pthread_mutex_unlock(&pc->mutex);
}

void fake_kill(struct aspace *as)
{
	struct pcontext *pc;

	pthread_mutex_lock(&as->mutex);
	as->dead = true;
	list_for_each_entry(pc, &as->contexts, in_as) {
		pthread_mutex_lock(&pc->mutex);
		pc->gone = true;
		pthread_cond_broadcast(&pc->cond);
		pthread_mutex_unlock(&pc->mutex);
	}
	pthread_mutex_unlock(&as->mutex);
}

size_t fake_aspace_count(struct platform *p)
{
	return atomic_load(&p->naspaces);
}

size_t fake_context_count(struct platform *p)
{
	return atomic_load(&p->ncontexts);
}
