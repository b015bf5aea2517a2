/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of processors as text. Guests see the numbers that the host gave the processors, so sets may
 * have holes. */
#include "sentry/proc/proc_priv.h"

#define MAX_CPUS (TASK_CPU_WORDS * 64u)

static bool has(const uint64_t *set, uint32_t cpu)
{
	return set[cpu / 64] >> (cpu % 64) & 1;
}

void proc_add_cpu_mask(struct strbuf *sb, const uint64_t *set, uint32_t ncpus)
{
	uint32_t words = (ncpus + 31) / 32, digits = ncpus % 32 == 0 ? 8 : (ncpus % 32 + 3) / 4;

	for (uint32_t i = words; i-- > 0;) {
		uint32_t word = (uint32_t)(set[i / 2] >> (i % 2 * 32));

		strbuf_addf(sb, "%0*x%s", i + 1 == words ? (int)digits : 8, word, i > 0 ? "," : "");
	}
}

void proc_add_cpu_list(struct strbuf *sb, const uint64_t *set, size_t nwords)
{
	uint32_t n = (uint32_t)nwords * 64;
	const char *comma = "";

	for (uint32_t lo = 0; lo < n; lo++) {
		uint32_t hi = lo;

		if (!has(set, lo))
			continue;
		while (hi + 1 < n && has(set, hi + 1))
			hi++;
		strbuf_addf(sb, hi > lo ? "%s%u-%u" : "%s%u", comma, lo, hi);
		comma = ",";
		lo = hi;
	}
}

bool proc_next_cpu(const struct kernel *k, uint64_t from, uint64_t *ret)
{
	for (; from < MAX_CPUS; from++) {
		if (has(k->host_cpus, (uint32_t)from)) {
			*ret = from;
			return true;
		}
	}
	return false;
}

uint32_t proc_cpu_count(const struct kernel *k)
{
	for (uint32_t n = MAX_CPUS; n > 0; n--)
		if (has(k->host_cpus, n - 1))
			return n;
	return 1;
}
