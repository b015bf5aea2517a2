/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", with one compression and
 * three finalisation rounds). The 128 bit key is the seed and a mixture of it.
 */
#include "base/hash.h"

#include <string.h>

struct sip {
	uint64_t a, b, c, d;
};

static uint64_t rotl(uint64_t x, unsigned n)
{
	return (x << n) | (x >> (64 - n));
}

static void sip_round(struct sip *s)
{
	s->a += s->b;
	s->b = rotl(s->b, 13) ^ s->a;
	s->a = rotl(s->a, 32);
	s->c += s->d;
	s->d = rotl(s->d, 16) ^ s->c;
	s->a += s->d;
	s->d = rotl(s->d, 21) ^ s->a;
	s->c += s->b;
	s->b = rotl(s->b, 17) ^ s->c;
	s->c = rotl(s->c, 32);
}

static void sip_word(struct sip *s, uint64_t word)
{
	s->d ^= word;
	sip_round(s);
	s->a ^= word;
}

uint64_t hash_bytes(uint64_t seed, const void *p, size_t n)
{
	const unsigned char *bytes = p;
	uint64_t k1 = hash_u64(seed, 1);
	uint64_t word = 0;
	size_t at = 0;
	struct sip s = {
		seed ^ 0x736f6d6570736575ull,
		k1 ^ 0x646f72616e646f6dull,
		seed ^ 0x6c7967656e657261ull,
		k1 ^ 0x7465646279746573ull,
	};

	for (; n - at >= sizeof(word); at += sizeof(word)) {
		memcpy(&word, bytes + at, sizeof(word));
		sip_word(&s, word);
	}
	word = (uint64_t)n << 56;
	for (unsigned shift = 0; at < n; at++, shift += 8)
		word |= (uint64_t)bytes[at] << shift;
	sip_word(&s, word);

	s.c ^= 0xff;
	sip_round(&s);
	sip_round(&s);
	sip_round(&s);
	return s.a ^ s.b ^ s.c ^ s.d;
}
