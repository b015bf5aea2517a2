/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Carrying out what filters of system calls say, before the call itself: seccomp(2), "Seccomp
 * filters".
 *
 *	KILL_PROCESS   the process ends as by SIGSYS
 *	KILL_THREAD    the thread ends; the last one's end is that of the process
 *	TRAP           SIGSYS; a blocked or ignored one kills
 *	ERRNO          the call fails with the filter's number
 *	USER_NOTIF     a supervisor decides; without one ENOSYS
 *	TRACE          a tracer decides; there is none: ENOSYS
 *	LOG            told in the log, and carried out
 */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "platform/platform.h"
#include "sentry/mm/patch.h"
#include "sentry/run/run_priv.h"
#include "sentry/task/process.h"

#define ERRNO_MAX 4095

static void trap(struct task *t, const struct lx_seccomp_data *call, uint32_t data)
{
	lx_siginfo_t info;

	memset(&info, 0, sizeof(info));
	info.si_signo = LX_SIGSYS;
	info.si_code = LX_SYS_SECCOMP;
	info.si_errno = (int32_t)data;
	info._sigsys._call_addr = call->instruction_pointer;
	info._sigsys._syscall = call->nr;
	info._sigsys._arch = call->arch;
	task_signal_force(t, &info);
}

static bool is_last_thread(struct task *t)
{
	GUARD(&t->tg->lock);
	return t->tg->nlive == 1;
}

static void kill(struct task *t, uint32_t action)
{
	/* Strict mode ends threads as SIGKILL does, whoever is left. */
	if (atomic_load(&t->seccomp.mode) == LX_SECCOMP_MODE_STRICT)
		task_exit(t, LX_SIGKILL);
	else if (action == LX_SECCOMP_RET_KILL_THREAD && !is_last_thread(t))
		task_exit(t, LX_SIGSYS);
	else
		tg_exit(t, LX_SIGSYS);
}

static enum seccomp_outcome ask(struct task *t, const struct seccomp_verdict *v,
				const struct lx_seccomp_data *call, long *ret)
{
	struct seccomp_answer answer;
	int r = seccomp_ask(&t->ctx, t->fds, v->by, call, &answer);

	if (r < 0) {
		*ret = r;
		return SECCOMP_INTERRUPTED;
	}
	if (answer.go_on)
		return SECCOMP_CARRY_OUT;
	*ret = answer.value;
	return SECCOMP_ANSWERED;
}

static void tell(struct task *t, const struct seccomp_verdict *v,
		 const struct lx_seccomp_data *call)
{
	if (v->log || v->action == LX_SECCOMP_RET_LOG)
		log_debug("thread %d: system call %d: a filter said %#x, data %u", t->ctx.tid,
			  call->nr, v->action, v->data);
}

enum seccomp_outcome run_seccomp(struct task *t, uint64_t nr, const struct plat_sys *sys, long *ret)
{
	/* As Linux, filters see a number of 32 bits. */
	struct lx_seccomp_data call = {
		.nr = (int32_t)(uint32_t)nr,
		.arch = SECCOMP_ARCH,
		.instruction_pointer = mm_patch_true_ip(t->mm, sys->ip),
	};
	struct seccomp_verdict v;

	memcpy(call.args, sys->args, sizeof(call.args));
	seccomp_judge(&t->seccomp, &call, &v);
	tell(t, &v, &call);
	*ret = (long)nr; /* a handler, and whoever looks at the registers, finds them as they were */
	switch (v.action) {
	case LX_SECCOMP_RET_ALLOW:
	case LX_SECCOMP_RET_LOG:
		return SECCOMP_CARRY_OUT;
	case LX_SECCOMP_RET_ERRNO:
		*ret = -(long)MIN(v.data, (uint32_t)ERRNO_MAX);
		return SECCOMP_ANSWERED;
	case LX_SECCOMP_RET_TRACE:
		*ret = -ENOSYS;
		return SECCOMP_ANSWERED;
	case LX_SECCOMP_RET_USER_NOTIF:
		return ask(t, &v, &call, ret);
	case LX_SECCOMP_RET_TRAP:
		trap(t, &call, v.data);
		return SECCOMP_ANSWERED;
	default:
		kill(t, v.action);
		return SECCOMP_ANSWERED;
	}
}
