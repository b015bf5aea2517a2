/* SPDX-License-Identifier: Apache-2.0 */
/* The host's processors and memory, as far as we may use them. sched_getaffinity(2), sysinfo(2). */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Fill nwords words with the set of processors that this process may run on; how many there are (at
 * least 1). */
uint32_t host_cpu_set(uint64_t *words, size_t nwords);
/* The processor that the calling thread runs on, and its NUMA node. A glimpse. */
void host_cpu_now(uint32_t *ret_cpu, uint32_t *ret_node);
/* Let others run first. sched_yield(2). */
void host_cpu_yield(void);
/* Bytes of memory, in all and free; load averages in units of 1/65536. */
struct host_memory {
	uint64_t total, free, shared, buffers;
	uint64_t loads[3];
};
void host_memory_get(struct host_memory *ret);
