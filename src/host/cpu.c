/* SPDX-License-Identifier: Apache-2.0 */
/* Processors and memory of the host. */
#include "host/cpu.h"

#include <sched.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/syscall.h>
#include <unistd.h>

uint32_t host_cpu_set(uint64_t *words, size_t nwords)
{
	uint32_t n = 0;
	long len;

	memset(words, 0, nwords * sizeof(*words));
	len = syscall(SYS_sched_getaffinity, 0, nwords * sizeof(*words), words);
	if (len <= 0)
		words[0] = 1;
	for (size_t i = 0; i < nwords; i++)
		n += (uint32_t)__builtin_popcountll(words[i]);
	return n;
}

void host_cpu_now(uint32_t *ret_cpu, uint32_t *ret_node)
{
	unsigned cpu = 0, node = 0;

	if (getcpu(&cpu, &node) < 0)
		cpu = node = 0;
	*ret_cpu = cpu;
	*ret_node = node;
}

void host_cpu_yield(void)
{
	(void)sched_yield();
}

void host_memory_get(struct host_memory *ret)
{
	struct sysinfo si;

	memset(ret, 0, sizeof(*ret));
	if (sysinfo(&si) < 0)
		return;
	ret->total = si.totalram * (uint64_t)si.mem_unit;
	ret->free = si.freeram * (uint64_t)si.mem_unit;
	ret->shared = si.sharedram * (uint64_t)si.mem_unit;
	ret->buffers = si.bufferram * (uint64_t)si.mem_unit;
	for (int i = 0; i < 3; i++)
		ret->loads[i] = si.loads[i];
}
