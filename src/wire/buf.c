/* SPDX-License-Identifier: Apache-2.0 */
/* Message bytes with sticky errors; see buf.h. */
#include "wire/buf.h"

#include <errno.h>
#include <string.h>

void wire_out_init(struct wire_out *o, void *buf, size_t cap)
{
	*o = (struct wire_out){.p = buf, .cap = cap};
}

/* Room for n bytes, or NULL and failed. */
static uint8_t *out_take(struct wire_out *o, size_t n)
{
	uint8_t *at;

	if (o->failed || n > o->cap - o->len) {
		o->failed = true;
		return NULL;
	}
	at = o->p + o->len;
	o->len += n;
	return at;
}

static void put_le(struct wire_out *o, uint64_t v, size_t n)
{
	uint8_t *at = out_take(o, n);

	for (size_t i = 0; at && i < n; i++)
		at[i] = (uint8_t)(v >> (8 * i));
}

void wire_put_u8(struct wire_out *o, uint8_t v)
{
	put_le(o, v, 1);
}

void wire_put_u16(struct wire_out *o, uint16_t v)
{
	put_le(o, v, 2);
}

void wire_put_u32(struct wire_out *o, uint32_t v)
{
	put_le(o, v, 4);
}

void wire_put_u64(struct wire_out *o, uint64_t v)
{
	put_le(o, v, 8);
}

void wire_put_bytes(struct wire_out *o, const void *p, size_t n)
{
	uint8_t *at = out_take(o, n);

	if (at && n > 0)
		memcpy(at, p, n);
}

void wire_put_str16(struct wire_out *o, const char *s, size_t n)
{
	if (n > UINT16_MAX) {
		o->failed = true;
		return;
	}
	wire_put_u16(o, (uint16_t)n);
	wire_put_bytes(o, s, n);
}

void wire_put_str32(struct wire_out *o, const void *p, size_t n)
{
	if (n > UINT32_MAX) {
		o->failed = true;
		return;
	}
	wire_put_u32(o, (uint32_t)n);
	wire_put_bytes(o, p, n);
}

size_t wire_reserve_u32(struct wire_out *o)
{
	size_t at = o->len;

	wire_put_u32(o, 0);
	return at;
}

void wire_patch_u32(struct wire_out *o, size_t at, uint32_t v)
{
	if (o->failed || at + 4 > o->len)
		return;
	for (size_t i = 0; i < 4; i++)
		o->p[at + i] = (uint8_t)(v >> (8 * i));
}

void wire_in_init(struct wire_in *in, const void *buf, size_t n)
{
	*in = (struct wire_in){.p = buf, .left = n};
}

const void *wire_get_bytes(struct wire_in *in, size_t n)
{
	const uint8_t *at = in->p;

	if (in->failed || n > in->left) {
		in->failed = true;
		return NULL;
	}
	if (n == 0)
		return NULL;
	in->p += n;
	in->left -= n;
	return at;
}

static uint64_t get_le(struct wire_in *in, size_t n)
{
	const uint8_t *at = wire_get_bytes(in, n);
	uint64_t v = 0;

	for (size_t i = 0; at && i < n; i++)
		v |= (uint64_t)at[i] << (8 * i);
	return v;
}

uint8_t wire_get_u8(struct wire_in *in)
{
	return (uint8_t)get_le(in, 1);
}

uint16_t wire_get_u16(struct wire_in *in)
{
	return (uint16_t)get_le(in, 2);
}

uint32_t wire_get_u32(struct wire_in *in)
{
	return (uint32_t)get_le(in, 4);
}

uint64_t wire_get_u64(struct wire_in *in)
{
	return get_le(in, 8);
}

const char *wire_get_str16(struct wire_in *in, size_t *ret_n)
{
	size_t n = wire_get_u16(in);
	const char *s = wire_get_bytes(in, n);

	*ret_n = in->failed ? 0 : n;
	return s;
}

const void *wire_get_str32(struct wire_in *in, size_t *ret_n)
{
	size_t n = wire_get_u32(in);
	const void *p = wire_get_bytes(in, n);

	*ret_n = in->failed ? 0 : n;
	return p;
}

int wire_in_done(const struct wire_in *in)
{
	return in->failed || in->left > 0 ? -EBADMSG : 0;
}
