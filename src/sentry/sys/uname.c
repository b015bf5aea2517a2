/* SPDX-License-Identifier: Apache-2.0 */
/* What system this is: uname(2), sethostname(2), setdomainname(2), sysinfo(2). */
#include <errno.h>
#include <string.h>

#include "abi/capability.h"
#include "abi/time.h"
#include "host/cpu.h"
#include "sentry/core/budget.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/sys.h"
#include "sentry/task/process.h"

long sys_uname(struct task *t, const struct sysargs *a)
{
	struct lx_utsname uts;

	kernel_uts_get(t->kernel, &uts);
	return copy_out(t->mm, arg_uaddr(a, 0), &uts, sizeof(uts));
}

static long set_name(struct task *t, const struct sysargs *a, char *field)
{
	char name[LX_UTSNAME_LENGTH] = {0};
	int len = arg_int(a, 1), r;

	if (!cred_capable(t->cred, LX_CAP_SYS_ADMIN))
		return -EPERM;
	if (len < 0 || len >= LX_UTSNAME_LENGTH)
		return -EINVAL;
	r = copy_in(t->mm, name, arg_uaddr(a, 0), (size_t)len);
	if (r < 0)
		return r;
	GUARD(&t->kernel->uts_lock);
	memcpy(field, name, sizeof(name));
	return 0;
}

long sys_sethostname(struct task *t, const struct sysargs *a)
{
	return set_name(t, a, t->kernel->uts.nodename);
}

long sys_setdomainname(struct task *t, const struct sysargs *a)
{
	return set_name(t, a, t->kernel->uts.domainname);
}

/* Memory is the sandbox's as far as it is limited, else the host's; load is the host's. */
long sys_sysinfo(struct task *t, const struct sysargs *a)
{
	struct kernel *k = t->kernel;
	struct host_memory mem;
	struct lx_sysinfo si = {.mem_unit = 1};
	int64_t boot_ns;
	uint32_t n;
	int r = clock_read(LX_CLOCK_BOOTTIME, &boot_ns);

	if (r < 0)
		return r;
	host_memory_get(&mem);
	lock_acquire(&k->tasklist);
	n = k->nthreads;
	lock_release(&k->tasklist);
	/* As CLOCK_BOOTTIME says, which is the host's. */
	si.uptime = boot_ns / NSEC_PER_SEC;
	memcpy(si.loads, mem.loads, sizeof(si.loads));
	si.totalram = k->ram_bytes;
	si.freeram = MIN(mem.free, k->ram_bytes);
	if (k->limits.memory_max)
		si.freeram = MIN(si.freeram, k->ram_bytes - MIN(budget_used(), k->ram_bytes));
	si.sharedram = MIN(mem.shared, k->ram_bytes);
	si.bufferram = MIN(mem.buffers, k->ram_bytes);
	si.procs = (uint16_t)MIN(n, (uint32_t)UINT16_MAX);
	return copy_out(t->mm, arg_uaddr(a, 0), &si, sizeof(si));
}
