/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The time stamp counter, for the vDSO and for the Sentry, which must read it in the same way.
 * Intel SDM volume 2, RDTSC.
 */
#pragma once

#include <stdint.h>

/* Not before any load that comes earlier in the program. */
static inline uint64_t tsc_read(void)
{
	uint32_t lo, hi;

	__asm__ volatile("lfence\n\trdtsc" : "=a"(lo), "=d"(hi) : : "memory");
	return (uint64_t)hi << 32 | lo;
}

/* IA32_TSC_AUX, where Linux keeps node << 12 | cpu. */
static inline uint32_t tsc_aux_rdtscp(void)
{
	uint32_t lo, hi, aux;

	__asm__ volatile("rdtscp" : "=a"(lo), "=d"(hi), "=c"(aux));
	(void)lo;
	(void)hi;
	return aux;
}

static inline uint32_t tsc_aux_rdpid(void)
{
	uint64_t aux;

	__asm__ volatile(".byte 0xf3, 0x0f, 0xc7, 0xf8"
			 : "=a"(aux)); /* rdpid rax, for assemblers that do not know it */
	return (uint32_t)aux;
}
