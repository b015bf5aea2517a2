/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keyed hashes for tables whose keys somebody else chooses. The seed comes from the host's random
 * source, once per sandbox, so that a guest cannot prepare keys that collide. Not for storing, not
 * for cryptography.
 */
#ifndef CAISSON_BASE_HASH_H
#define CAISSON_BASE_HASH_H

#include "base/compiler.h"

/* SipHash-1-3 under a key stretched from seed. */
uint64_t hash_bytes(uint64_t seed, const void *p, size_t n);

/* Two rounds of multiply and fold: all bits of x and seed reach all bits of the result. */
static inline uint64_t hash_u64(uint64_t seed, uint64_t x)
{
	unsigned __int128 m;

	m = (unsigned __int128)(x ^ seed ^ 0x9e3779b97f4a7c15ull) * 0xd6e8feb86659fd93ull;
	x = (uint64_t)m ^ (uint64_t)(m >> 64) ^ seed;
	m = (unsigned __int128)(x ^ 0xa0761d6478bd642full) * 0xe7037ed1a0b428dbull;
	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

#endif
