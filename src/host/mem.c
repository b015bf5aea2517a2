/* SPDX-License-Identifier: Apache-2.0 */
/* mmap(2), mprotect(2), madvise(2) on private anonymous memory. */
#include "host/mem.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "base/check.h"
#include "base/checked.h"

int host_mem_reserve(size_t len, size_t align, void **ret_p)
{
	size_t span;
	char *base, *p;

	if (!add_ok(len, align, &span))
		return -ENOMEM;
	base = mmap(NULL, span, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (base == MAP_FAILED)
		return -errno;
	p = base + (align - (uintptr_t)base % align) % align;
	if (p > base)
		host_mem_release(base, (size_t)(p - base));
	if (base + span > p + len)
		host_mem_release(p + len, (size_t)(base + span - (p + len)));
	*ret_p = p;
	return 0;
}

int host_mem_commit(void *p, size_t len)
{
	return mprotect(p, len, PROT_READ | PROT_WRITE) < 0 ? -errno : 0;
}

void host_mem_discard(void *p, size_t len)
{
	/* EAGAIN or a locked page: the memory stays ours, so make it what was promised by hand. */
	if (madvise(p, len, MADV_DONTNEED) < 0)
		memset(p, 0, len);
}

void host_mem_release(void *p, size_t len)
{
	check(munmap(p, len) == 0);
}

int host_mem_map_shared(int fd, size_t len, void **ret_p)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (p == MAP_FAILED)
		return -errno;
	*ret_p = p;
	return 0;
}
