/* SPDX-License-Identifier: Apache-2.0 */
/* System calls on the caller's own memory: mmap(2) and its family. */
#include <errno.h>

#include "abi/mman.h"
#include "abi/page.h"
#include "abi/personality.h"
#include "sentry/mm/mm.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/sys.h"
#include "sentry/task/task.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/file.h"

#define PROT_ALL (LX_PROT_READ | LX_PROT_WRITE | LX_PROT_EXEC)
/* Pages that mincore answers at a time. */
#define MINCORE_CHUNK 4096

/* personality(2) READ_IMPLIES_EXEC. */
static int implied_prot(const struct task *t, int prot)
{
	if ((prot & LX_PROT_READ) && (t->personality & LX_READ_IMPLIES_EXEC))
		prot |= LX_PROT_EXEC;
	return prot;
}

static long map_file(struct task *t, int fd, struct mm_map_args *m)
{
	AUTO(file_put) struct file *f = fdtable_get_nopath(t->fds, fd);
	AUTO(mappable_put) struct mappable *obj = NULL;
	uaddr_t at;
	int r;

	if (!f)
		return -EBADF;
	r = file_mappable(&t->ctx, f, m->prot, m->flags, &obj, &m->max_prot);
	if (r < 0) {
		obj = NULL;
		return r;
	}
	m->obj = obj;
	r = mm_map(t->mm, &t->ctx, m, &at);
	return r < 0 ? r : (long)at.va;
}

long sys_mmap(struct task *t, const struct sysargs *a)
{
	struct mm_map_args m = {
		.addr = arg_uaddr(a, 0),
		.len = arg_ulong(a, 1),
		.prot = implied_prot(t, arg_int(a, 2)),
		.flags = arg_int(a, 3),
		.max_prot = PROT_ALL,
		.off = arg_ulong(a, 5),
	};
	uaddr_t at;
	int r;

	if (m.off % LX_PAGE_SIZE != 0)
		return -EINVAL;
	if (!(m.flags & LX_MAP_ANONYMOUS))
		return map_file(t, arg_int(a, 4), &m);
	m.off = 0;
	r = mm_map(t->mm, &t->ctx, &m, &at);
	return r < 0 ? r : (long)at.va;
}

long sys_munmap(struct task *t, const struct sysargs *a)
{
	return mm_unmap(t->mm, &t->ctx, arg_uaddr(a, 0), arg_ulong(a, 1));
}

long sys_mprotect(struct task *t, const struct sysargs *a)
{
	return mm_protect(t->mm, &t->ctx, arg_uaddr(a, 0), arg_ulong(a, 1),
			  implied_prot(t, arg_int(a, 2)));
}

long sys_mremap(struct task *t, const struct sysargs *a)
{
	uaddr_t at;
	int r;

	if (a->v[3] > INT32_MAX)
		return -EINVAL;
	r = mm_remap(t->mm, &t->ctx, arg_uaddr(a, 0), arg_ulong(a, 1), arg_ulong(a, 2),
		     arg_int(a, 3), arg_uaddr(a, 4), &at);
	return r < 0 ? r : (long)at.va;
}

long sys_brk(struct task *t, const struct sysargs *a)
{
	return (long)mm_brk(t->mm, &t->ctx, arg_uaddr(a, 0)).va;
}

long sys_madvise(struct task *t, const struct sysargs *a)
{
	return mm_advise(t->mm, &t->ctx, arg_uaddr(a, 0), arg_ulong(a, 1), arg_int(a, 2));
}

long sys_msync(struct task *t, const struct sysargs *a)
{
	return mm_sync(t->mm, &t->ctx, arg_uaddr(a, 0), arg_ulong(a, 1), arg_int(a, 2));
}

long sys_mincore(struct task *t, const struct sysargs *a)
{
	uaddr_t addr = arg_uaddr(a, 0);
	uint64_t len = arg_ulong(a, 1);
	uaddr_t vec = arg_uaddr(a, 2);
	uint8_t chunk[MINCORE_CHUNK];

	if (addr.va % LX_PAGE_SIZE != 0)
		return -EINVAL;
	if (len > PLAT_GUEST_TOP || addr.va > PLAT_GUEST_TOP - len)
		return -ENOMEM;
	while (len > 0) {
		uint64_t n = MIN(len, (uint64_t)MINCORE_CHUNK * LX_PAGE_SIZE);
		size_t npages = (n + LX_PAGE_SIZE - 1) / LX_PAGE_SIZE;
		int r;

		r = mm_incore(t->mm, &t->ctx, addr, n, chunk);
		if (r < 0)
			return r;
		r = copy_out(t->mm, vec, chunk, npages);
		if (r < 0)
			return r;
		addr.va += n;
		vec.va += npages;
		len -= n;
	}
	return 0;
}

long sys_mlock(struct task *t, const struct sysargs *a)
{
	return mm_lock(t->mm, &t->ctx, arg_uaddr(a, 0), arg_ulong(a, 1), 0);
}

long sys_mlock2(struct task *t, const struct sysargs *a)
{
	return mm_lock(t->mm, &t->ctx, arg_uaddr(a, 0), arg_ulong(a, 1), arg_int(a, 2));
}

long sys_munlock(struct task *t, const struct sysargs *a)
{
	return mm_unlock(t->mm, &t->ctx, arg_uaddr(a, 0), arg_ulong(a, 1));
}

long sys_mlockall(struct task *t, const struct sysargs *a)
{
	return mm_lockall(t->mm, &t->ctx, arg_int(a, 0));
}

long sys_munlockall(struct task *t, const struct sysargs *a UNUSED)
{
	return mm_unlockall(t->mm, &t->ctx);
}

long sys_remap_file_pages(struct task *t, const struct sysargs *a)
{
	return mm_remap_file_pages(t->mm, &t->ctx, arg_uaddr(a, 0), arg_ulong(a, 1), arg_int(a, 2),
				   arg_ulong(a, 3), arg_int(a, 4));
}

long sys_mseal(struct task *t, const struct sysargs *a)
{
	return mm_seal(t->mm, arg_uaddr(a, 0), arg_ulong(a, 1), arg_ulong(a, 2));
}

/* Protection keys, pkeys(7): as on a processor without them, where key -1 is no key and there is
 * none to allocate. */
long sys_pkey_mprotect(struct task *t, const struct sysargs *a)
{
	return arg_int(a, 3) == -1 ? sys_mprotect(t, a) : -EINVAL;
}

long sys_pkey_alloc(struct task *t UNUSED, const struct sysargs *a)
{
	if (a->v[0] != 0 || (a->v[1] & ~(uint64_t)LX_PKEY_ACCESS_MASK))
		return -EINVAL;
	return -ENOSPC;
}

long sys_pkey_free(struct task *t UNUSED, const struct sysargs *a UNUSED)
{
	return -EINVAL;
}

/* As on a processor without user shadow stacks. */
long sys_map_shadow_stack(struct task *t UNUSED, const struct sysargs *a UNUSED)
{
	return -EOPNOTSUPP;
}
