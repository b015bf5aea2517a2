/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes beside init, started from outside (`caisson exec`): they join what init has, bring
 * their own descriptors, and their ends are kept for those who wait.
 *
 *	live --ended, reaped--> ended (status kept) --KEEP_ENDED newer ones--> forgotten
 */
#include <errno.h>
#include <stdlib.h>

#include "base/list.h"
#include "base/lock.h"
#include "host/futex.h"
#include "sentry/boot/serve_priv.h"
#include "sentry/core/alloc.h"
#include "sentry/core/lock_ranks.h"

#define KEEP_ENDED 1024

struct exec {
	struct list link; /* oldest first */
	int32_t pid;
	bool ended;
	int wait_status;
	struct ctty *tty; /* NULL: none, or its name is gone */
};

static SLAB_DEFINE(exec_slab, struct exec);
static struct lock execs_lock = LOCK_INIT(RANK_BOOT, "processes from outside");
static struct list execs = {&execs, &execs}; /* [execs_lock] */
static size_t nended;                        /* [execs_lock] */

/* ---- one at a time ---- */

/*
 * Whose turn it is to use boot_ctx and the terminals' names: 0 nobody's, 1 somebody's, 2 and others
 * may wait. No struct lock, since what is done meanwhile may sleep.
 */
static _Atomic uint32_t turn;

static void take_turn(void)
{
	uint32_t none = 0;

	if (atomic_compare_exchange_strong(&turn, &none, 1))
		return;
	while (atomic_exchange(&turn, 2) != 0) {
		int r = host_futex_wait(&turn, 2, HOST_FUTEX_FOREVER);

		(void)r; /* the loop looks */
	}
}

static void give_turn(void)
{
	if (atomic_exchange(&turn, 0) == 2)
		host_futex_wake(&turn, 1);
}

/* ---- what is kept ---- */

static struct exec *find(int32_t pid) REQUIRES(execs_lock);
static struct exec *find(int32_t pid)
{
	struct exec *x;

	list_for_each_entry(x, &execs, link)
		if (x->pid == pid)
			return x;
	return NULL;
}

static void forget(struct exec *x) REQUIRES(execs_lock);
static void forget(struct exec *x)
{
	list_del(&x->link);
	if (x->ended)
		nended--;
	slab_free(&exec_slab, x);
}

static void forget_oldest(void) REQUIRES(execs_lock);
static void forget_oldest(void)
{
	struct exec *x, *tmp;

	list_for_each_entry_safe(x, tmp, &execs, link) {
		if (nended <= KEEP_ENDED)
			return;
		if (x->ended)
			forget(x);
	}
}

static void keep(struct exec *x)
{
	struct exec *old;

	GUARD(&execs_lock);
	old = find(x->pid); /* reaped long ago: the number is another's now */
	if (old)
		forget(old);
	list_add_tail(&execs, &x->link);
}

int exec_status(int32_t pid, int *ret_wait_status)
{
	struct exec *x;

	GUARD(&execs_lock);
	x = find(pid);
	if (!x)
		return -ESRCH;
	if (x->ended)
		*ret_wait_status = x->wait_status;
	return x->ended;
}

/* One that has ended and whose terminal still has its name. */
static struct ctty *next_lost_terminal(void)
{
	struct exec *x;

	GUARD(&execs_lock);
	list_for_each_entry(x, &execs, link)
		if (x->ended && x->tty)
			return TAKE(x->tty);
	return NULL;
}

static void reap_all(struct kernel *k)
{
	struct exec *x;

	GUARD(&execs_lock);
	list_for_each_entry(x, &execs, link) {
		if (x->ended || kernel_reap_process(k, x->pid, &x->wait_status) == 0)
			continue;
		x->ended = true;
		nended++;
	}
}

void exec_reap(struct kernel *k)
{
	struct ctty *tty;

	reap_all(k);
	take_turn();
	while ((tty = next_lost_terminal()) != NULL)
		boot_terminal_forget(tty);
	give_turn();
	lock_acquire(&execs_lock);
	forget_oldest();
	lock_release(&execs_lock);
}

/* ---- starting ---- */

static int run(const struct serve_config *c, const struct plan_process *p, struct boot_stdio *io,
	       struct exec *x, struct boot_error *e)
{
	AUTO(free) char *program = NULL;
	struct boot_process process;
	int r = boot_find_program(p, c->mnt_ns, &program, e);

	if (r < 0)
		return r;
	r = boot_process_init(&process, p, program, io);
	if (r < 0)
		return boot_fail(e, CONTROL_OUR_FAULT, r, "preparing %s", program);
	r = kernel_start_process(c->kernel, &process.task, &x->pid);
	boot_process_fini(&process);
	if (r == -ESRCH) {
		boot_fail(e, CONTROL_OUR_FAULT, 0, "cannot exec in a stopped container");
		return r;
	}
	return r < 0 ? boot_program_failed(p, r, e) : 0;
}

static int start(const struct serve_config *c, const struct plan_process *p, int *fds,
		 struct exec *x, struct boot_error *e)
{
	struct boot_stdio io;
	int r = boot_stdio(p, c->mnt_ns, fds, fds + PLAN_EXEC_FIRST_EXTRA, &io, e);

	if (r < 0)
		return r;
	x->tty = io.tty;
	r = run(c, p, &io, x, e);
	boot_stdio_fini(&io);
	if (r < 0)
		boot_terminal_forget(x->tty);
	return r;
}

int exec_start(const struct serve_config *c, const struct plan_process *p, int *fds, size_t nfds,
	       int32_t *ret_pid, struct boot_error *e)
{
	struct exec *x;
	int r;

	if (c->listener_fd < 0)
		return boot_fail(e, CONTROL_OUR_FAULT, -EOPNOTSUPP,
				 "a sandbox that does not listen runs one program");
	if (nfds != PLAN_EXEC_FIRST_EXTRA + p->nfds || p->flags & (PLAN_HELD | PLAN_KILLABLE))
		return boot_fail(e, CONTROL_OUR_FAULT, -EBADMSG, "an exec that makes no sense");
	x = slab_alloc(&exec_slab);
	if (!x)
		return boot_fail(e, CONTROL_OUR_LIMIT, -ENOMEM, "exec");
	take_turn();
	r = start(c, p, fds, x, e);
	give_turn();
	if (r < 0) {
		slab_free(&exec_slab, x);
		return r;
	}
	*ret_pid = x->pid;
	keep(x);
	serve_look(); /* it may have ended before it was kept */
	return 0;
}
