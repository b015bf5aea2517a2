/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The unotify platform, the default one: seccomp user notifications, each guest thread with a
 * listener of its own, each listener with a thread of ours waiting in it. It needs no privilege and
 * no leave to trace. What it needs of the host: Linux 5.9, and a processor with FSGSBASE.
 *
 * This file is its ops table, its beginning and its end. README.md tells how the parts fit.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/check.h"
#include "platform/refuse.h"
#include "platform/unotify/unotify_priv.h"

#define HWCAP2_HAS_FSGSBASE (1UL << 1) /* Linux 5.9 */
#define SOCKET_PATIENCE_US  50000      /* then we look whether who should speak is alive */

/*
 * RECV returns when the last thread of a listener dies since Linux 6.11. Looking for it takes a
 * sleep that does not end where it does not hold; polling first is right everywhere, and costs
 * little. So here, for once, a version number.
 */
static unsigned lacks_by_version(void)
{
	struct utsname u;
	unsigned long major, minor;
	char *end;

	if (uname(&u) < 0)
		return LACK_HANGUP;
	major = strtoul(u.release, &end, 10);
	minor = *end == '.' ? strtoul(end + 1, NULL, 10) : 0;
	return major > 6 || (major == 6 && minor >= 11) ? 0 : LACK_HANGUP;
}

static int unotify_init(struct platform **ret, const char **ret_why);
static void unotify_fini(struct platform *p);
static void unotify_abilities(struct platform *p, struct plat_abilities *ret);

const struct platform_ops platform_unotify = {
	.name = "unotify",
	.init = unotify_init,
	.fini = unotify_fini,
	.abilities = unotify_abilities,
	.aspace_new = unotify_aspace_new,
	.aspace_fork = unotify_aspace_fork,
	.aspace_free = unotify_aspace_free,
	.bury = unotify_bury,
	.run = unotify_run,
	.read = unotify_read,
	.write = unotify_write,
	.cmpxchg32 = unotify_cmpxchg32,
	.context_new = unotify_context_new,
	.context_attach = unotify_context_attach,
	.context_move = unotify_context_move,
	.context_free = unotify_context_free,
	.context_switch = unotify_context_switch,
	.context_interrupt = unotify_context_interrupt,
	.context_park = unotify_context_park,
	.settle = unotify_settle,
	.set_result = unotify_set_result,
	.get_regs = unotify_get_regs,
	.set_regs = unotify_set_regs,
	.get_fpu = unotify_get_fpu,
	.set_fpu = unotify_set_fpu,
	.set_step = unotify_set_step,
	.cpu_time_ns = unotify_cpu_time_ns,
	.incore = unotify_incore,
	.fast_entry = unotify_fast_entry,
	.set_identity = unotify_set_identity,
	.clear_identity = unotify_clear_identity,
	.host_calls = unotify_host_calls,
	.n_host_calls = UNOTIFY_N_HOST_CALLS,
	.stub_calls = unotify_stub_calls,
	.n_stub_calls = UNOTIFY_N_STUB_CALLS,
};

static void platform_destroy(struct platform *p)
{
	overdue_fini(p);
	first_kill(p);
	region_unmake_text(p);
	if (p->sock >= 0)
		close(p->sock);
	if (p->stub_sock >= 0)
		close(p->stub_sock);
	lock_fini(&p->overdue_lock);
	lock_fini(&p->birth_lock);
	lock_fini(&p->list_lock);
	lock_fini(&p->first_lock);
	free(p);
}

static int make_sockets(struct platform *p, const char **ret_why)
{
	struct timeval patience = {.tv_usec = SOCKET_PATIENCE_US};
	int socks[2], on = 1;

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, socks) < 0)
		return plat_refuse(-errno, ret_why,
				   "socketpair(AF_UNIX) failed: allow it, or raise RLIMIT_NOFILE");
	p->sock = socks[0];
	p->stub_sock = socks[1];
	if (setsockopt(p->sock, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) < 0 ||
	    setsockopt(p->sock, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0)
		return plat_refuse(-errno, ret_why, "setsockopt(SO_PASSCRED) is refused");
	return 0;
}

/* What can be asked without a stub. */
static int probe_host(struct platform *p, const char **ret_why)
{
	struct seccomp_notif_sizes sizes;
	uint32_t action = SECCOMP_RET_USER_NOTIF;

	if (!(getauxval(AT_HWCAP2) & HWCAP2_HAS_FSGSBASE))
		return plat_refuse(-ENOSYS, ret_why,
				   "unotify needs the FSGSBASE instructions, which this processor "
				   "lacks or the host (before Linux 5.9, or nofsgsbase) forbids");
	if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) < 0 ||
	    syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) < 0)
		return plat_refuse(-errno, ret_why,
				   "the host has no seccomp user notifications: allow seccomp(2), "
				   "or choose another platform");
	if (sizes.seccomp_notif > NOTIF_MOST)
		return plat_refuse(-E2BIG, ret_why,
				   "the host's notifications are larger than this build knows");
	if (sched_getaffinity(0, sizeof(p->cpus), &p->cpus) < 0)
		CPU_ZERO(&p->cpus); /* more processors than the set holds: births are slower */
	p->many_cpus = CPU_COUNT(&p->cpus) > 1;
	if (frame_probe_fpu(p) < 0)
		return plat_refuse(-EOPNOTSUPP, ret_why, "XSAVE is not usable on this processor");
	return 0;
}

/* Processes of ours are within our reach, or the agents copy. */
static void probe_memory(struct platform *p)
{
	uint64_t word;
	struct iovec local = {&word, sizeof(word)};
	struct iovec remote = {(void *)(uintptr_t)p->base, sizeof(word)};

	if (process_vm_readv(p->first->pid, &local, 1, &remote, 1, 0) != sizeof(word))
		p->lacks |= LACK_VM;
}

/* The first stub; again, without what the host turns out to lack. */
static int make_first(struct platform *p, const char **ret_why)
{
	unsigned lacks;
	int r;

	do {
		lacks = p->lacks;
		p->filter_flags = SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_SPEC_ALLOW;
		if (!(lacks & LACK_KILLABLE))
			p->filter_flags |= SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
		region_unmake_text(p);
		r = region_make_text(p, ret_why);
		if (r == 0)
			r = first_make(p, ret_why);
		if (r < 0 && !(lacks & LACK_KILLABLE)) {
			p->lacks |= LACK_KILLABLE;
		} else if (r == 0) {
			probe_memory(p);
			if (listener_set_sync(p->first->agent->listener) < 0)
				p->lacks |= LACK_SYNC;
		} else {
			return r;
		}
		if (p->lacks != lacks)
			first_kill(p);
	} while (p->lacks != lacks);
	return 0;
}

/* What a test takes away; see platform_options. */
static unsigned lacks_wanted(void)
{
	const char *o = platform_options;
	unsigned lacks = 0;

	if (o && strstr(o, "nosync"))
		lacks |= LACK_SYNC;
	if (o && strstr(o, "frames"))
		lacks |= LACK_KILLABLE;
	if (o && strstr(o, "novm"))
		lacks |= LACK_VM;
	if (o && strstr(o, "nohangup"))
		lacks |= LACK_HANGUP;
	return lacks;
}

static int unotify_init(struct platform **ret, const char **ret_why)
{
	struct platform *p = calloc(1, sizeof(*p));
	int r;

	*ret_why = "out of memory";
	if (!p)
		return -ENOMEM;
	/* Unranked: a leaf. Whatever is done under it ends in the host. */
	lock_init(&p->birth_lock, 0, "unotify birth");
	lock_init(&p->first_lock, 0, "unotify first");
	lock_init(&p->list_lock, 0, "unotify aspaces");
	lock_init(&p->overdue_lock, 0, "unotify overdue");
	list_init(&p->overdue);
	list_init(&p->aspaces);
	list_init(&p->dying);
	p->self = getpid();
	p->sock = p->stub_sock = -1;
	p->lacks = lacks_wanted() | lacks_by_version();
	r = probe_host(p, ret_why);
	if (r == 0)
		r = make_sockets(p, ret_why);
	if (r == 0)
		r = make_first(p, ret_why);
	if (r < 0) {
		platform_destroy(p);
		return r;
	}
	/* From here on the text is the stubs' alone. */
	region_unmake_text(p);
	*ret_why = NULL;
	*ret = p;
	return 0;
}

static void unotify_fini(struct platform *p)
{
	unotify_bury(p);
	check(atomic_load(&p->naspaces) == 0);
	platform_destroy(p);
}

/* By the combinations that hosts have. */
static const char *lacks_in_words(unsigned lacks)
{
	switch (lacks & ~(unsigned)LACK_HANGUP) {
	case 0:
		return NULL;
	case LACK_SYNC:
		return "no synchronous wake-ups (Linux 6.6): calls may cross processors";
	case LACK_VM:
		return "no process_vm_readv: copying takes a detour";
	case LACK_SYNC | LACK_VM:
		return "no synchronous wake-ups (Linux 6.6), no process_vm_readv";
	default:
		return "no killable notifications (Linux 5.19): every call makes a signal frame";
	}
}

static void unotify_abilities(struct platform *p, struct plat_abilities *ret)
{
	*ret = (struct plat_abilities){
		.full_regs_are_dear = true,
		.fpu_size = p->fpu_size,
		.largest_map = PLAT_GUEST_TOP - PLAT_GUEST_BOTTOM,
		.lacks = lacks_in_words(p->lacks),
	};
}
