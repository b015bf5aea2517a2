/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ptrace platform: the simplest one, the reference to debug the others against, and the one for
 * hosts where seccomp notifications cannot be had. Needs Linux 5.3 (PTRACE_GET_SYSCALL_INFO) and
 * leave to trace our own children.
 *
 * This file is its ops table, its beginning and its end. README.md tells how the parts fit.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"
#include "platform/ptrace/ptrace_priv.h"

static int ptrace_init(struct platform **ret, const char **ret_why);
static void ptrace_fini(struct platform *p);
static void ptrace_abilities(struct platform *p, struct plat_abilities *ret);

const struct platform_ops platform_ptrace = {
	.name = "ptrace",
	.init = ptrace_init,
	.fini = ptrace_fini,
	.abilities = ptrace_abilities,
	.aspace_new = ptrace_aspace_new,
	.aspace_fork = ptrace_aspace_fork,
	.aspace_free = ptrace_aspace_free,
	.run = ptrace_run,
	.read = ptrace_read,
	.write = ptrace_write,
	.cmpxchg32 = ptrace_cmpxchg32,
	.context_new = ptrace_context_new,
	.context_attach = ptrace_context_attach,
	.context_move = ptrace_context_move,
	.context_free = ptrace_context_free,
	.context_switch = ptrace_context_switch,
	.context_interrupt = ptrace_context_interrupt,
	.set_result = ptrace_set_result,
	.get_regs = ptrace_get_regs,
	.set_regs = ptrace_set_regs,
	.get_fpu = ptrace_get_fpu,
	.set_fpu = ptrace_set_fpu,
	.set_step = ptrace_set_step,
	.cpu_time_ns = ptrace_cpu_time_ns,
	.host_calls = ptrace_host_calls,
	.n_host_calls = ARRAY_SIZE(ptrace_host_calls),
	.stub_calls = ptrace_stub_calls,
	.n_stub_calls = ARRAY_SIZE(ptrace_stub_calls),
};

static void platform_destroy(struct platform *p)
{
	template_kill(p);
	if (p->sock_send >= 0)
		close(p->sock_send);
	if (p->sock_recv >= 0)
		close(p->sock_recv);
	lock_fini(&p->spawn_lock);
	lock_fini(&p->socket_lock);
	free(p);
}

static int ptrace_init(struct platform **ret, const char **ret_why)
{
	struct platform *p = calloc(1, sizeof(*p));
	int socks[2];
	int r;

	*ret_why = "out of memory";
	if (!p)
		return -ENOMEM;
	/* Unranked: both are leaves. Whatever is done under them ends in the host. */
	lock_init(&p->spawn_lock, 0, "ptrace spawn");
	lock_init(&p->socket_lock, 0, "ptrace socket");
	p->self = getpid();
	p->sock_send = p->sock_recv = -1;

	*ret_why = "socketpair(AF_UNIX) failed: allow it, or raise RLIMIT_NOFILE";
	r = socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, socks) < 0 ? -errno : 0;
	if (r == 0) {
		p->sock_send = socks[0];
		p->sock_recv = socks[1];
		r = template_make(p, ret_why);
	}
	if (r < 0) {
		platform_destroy(p);
		return r;
	}
	*ret_why = NULL;
	*ret = p;
	return 0;
}

static void ptrace_fini(struct platform *p)
{
	check(atomic_load(&p->naspaces) == 0);
	platform_destroy(p);
}

static void ptrace_abilities(struct platform *p, struct plat_abilities *ret)
{
	*ret = (struct plat_abilities){
		.full_regs_are_dear = false,
		.fpu_size = p->fpu_size,
		.largest_map = PLAT_GUEST_TOP - PLAT_GUEST_BOTTOM,
		.lacks = NULL,
	};
}
