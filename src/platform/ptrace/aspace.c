/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Address spaces: a stub process each. New ones are cloned from the template, copies from a stopped
 * thread of the stub that is copied; either way the new process is a child of ours (CLONE_PARENT),
 * untraced, and parks. Memory is reached through the pid of the group leader.
 */
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "base/checked.h"
#include "base/log.h"
#include "platform/ptrace/ptrace_priv.h"
#include "platform/vm_access.h"

/* Registers with which a stub thread clones its process. */
static void fork_regs(const struct platform *p, struct user_regs_struct *ret)
{
	stub_regs(p, ptrace_stub_fork, ret);
	ret->rax = SYS_clone;
	ret->rdi = CLONE_FOR_FORK;
	ret->r12 = (uint64_t)(uint32_t)p->self;
}

static struct aspace *aspace_alloc(struct platform *p)
{
	struct aspace *as = calloc(1, sizeof(*as));

	if (!as)
		return NULL;
	as->p = p;
	lock_init(&as->time_lock, 0, "ptrace cpu time");
	return as;
}

static void aspace_dealloc(struct aspace *as)
{
	lock_fini(&as->time_lock);
	free(as);
}

/* Give the new stub to its aspace, or forget the aspace. */
static int aspace_finish(struct aspace *as, int64_t pid, struct aspace **ret)
{
	if (pid < 0) {
		aspace_dealloc(as);
		return (int)pid;
	}
	as->pid = (pid_t)pid;
	atomic_fetch_add(&as->p->naspaces, 1);
	*ret = as;
	return 0;
}

/* One more clone of the seized template; its pid, or what the host's clone said. -ESRCH: the
 * template is dead. */
static int clone_seized(struct platform *p, int64_t *ret_pid)
{
	struct user_regs_struct regs;
	int r;

	fork_regs(p, &regs);
	r = tracee_inject(p, p->template, &regs);
	if (r == 0)
		*ret_pid = (int64_t)regs.rax;
	return r;
}

/* The first time, and after each replacement, the spare is made as well; where the host allows
 * none, the next call tries. */
static int clone_once(struct platform *p, int64_t *ret_pid)
{
	int64_t spare;
	int r = tracee_seize(p->template);

	if (r == 0)
		r = clone_seized(p, ret_pid);
	if (r == 0 && p->spare == 0 && clone_seized(p, &spare) == 0 && spare > 0)
		p->spare = (pid_t)spare;
	if (r == 0 && tracee_park(p, p->template) < 0)
		log_warn("ptrace: the first stub died after it was cloned");
	return r;
}

static int64_t clone_template(struct platform *p)
{
	int64_t pid = -EAGAIN;

	GUARD(&p->spawn_lock);
	while (clone_once(p, &pid) < 0) {
		log_warn("ptrace: the first stub (process %d) is dead, killed from outside",
			 p->template);
		if (template_replace(p) < 0) {
			log_error(
				"ptrace: and so is its spare: no address space can be made any more");
			return -EAGAIN;
		}
	}
	return pid;
}

int ptrace_aspace_new(struct platform *p, struct aspace **ret)
{
	struct aspace *as = aspace_alloc(p);

	if (!as)
		return -ENOMEM;
	return aspace_finish(as, clone_template(p), ret);
}

int ptrace_aspace_fork(struct pcontext *by, struct aspace **ret)
{
	struct platform *p = by->as->p;
	struct user_regs_struct regs;
	struct aspace *as = aspace_alloc(p);
	int r;

	if (!as)
		return -ENOMEM;
	fork_regs(p, &regs);
	r = context_inject(by, &regs);
	return aspace_finish(as, r < 0 ? r : (int64_t)regs.rax, ret);
}

void ptrace_aspace_free(struct aspace *as)
{
	int status;

	if (!as)
		return;
	check(atomic_load(&as->ncontexts) == 0);
	kill(as->pid, SIGKILL);
	while (waitpid(as->pid, &status, __WALL) < 0 && errno == EINTR)
		;
	atomic_fetch_sub(&as->p->naspaces, 1);
	aspace_dealloc(as);
}

ssize_t ptrace_read(struct aspace *as, const struct plat_piece *v, size_t n)
{
	return vm_transfer(as->pid, v, n, VM_FROM_GUEST);
}

ssize_t ptrace_write(struct aspace *as, const struct plat_piece *v, size_t n)
{
	return vm_transfer(as->pid, v, n, VM_TO_GUEST);
}

/* By the caller's own guest thread, so that it is atomic and meets the same protection as the guest
 * would. */
int ptrace_cmpxchg32(struct pcontext *by, uint64_t addr, uint32_t expect, uint32_t value,
		     uint32_t *ret_old)
{
	struct user_regs_struct regs;
	int r;

	if (addr >= PLAT_GUEST_TOP || !is_aligned(addr, sizeof(uint32_t)))
		return -EFAULT;
	stub_regs(by->as->p, ptrace_stub_cas, &regs);
	regs.rdi = addr;
	regs.rax = expect;
	regs.rsi = value;
	r = context_inject(by, &regs);
	if (r < 0)
		return r;
	*ret_old = (uint32_t)regs.rax;
	return 0;
}
