/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes of a message, field by field, little-endian: the one way that messages between our
 * processes are written and read. Errors are sticky: an output that overflowed or an input that
 * ended early says so once, at the end. A reader never trusts a length: wire_get_bytes hands out a
 * piece only if it lies within the message.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

struct wire_out {
	uint8_t *p;
	size_t len, cap;
	bool failed; /* did not fit */
};

struct wire_in {
	const uint8_t *p;
	size_t left;
	bool failed; /* ended early */
};

void wire_out_init(struct wire_out *o, void *buf, size_t cap);
void wire_put_u8(struct wire_out *o, uint8_t v);
void wire_put_u16(struct wire_out *o, uint16_t v);
void wire_put_u32(struct wire_out *o, uint32_t v);
void wire_put_u64(struct wire_out *o, uint64_t v);
void wire_put_bytes(struct wire_out *o, const void *p, size_t n);
/* 16-bit length and bytes, as 9P strings. Longer than 65535 fails. */
void wire_put_str16(struct wire_out *o, const char *s, size_t n);
/* 32-bit length and bytes. */
void wire_put_str32(struct wire_out *o, const void *p, size_t n);
/* Room for a u32 to be filled in later by wire_patch_u32; its offset. */
size_t wire_reserve_u32(struct wire_out *o);
void wire_patch_u32(struct wire_out *o, size_t at, uint32_t v);

void wire_in_init(struct wire_in *in, const void *buf, size_t n);
/* 0 once failed. */
uint8_t wire_get_u8(struct wire_in *in);
uint16_t wire_get_u16(struct wire_in *in);
uint32_t wire_get_u32(struct wire_in *in);
uint64_t wire_get_u64(struct wire_in *in);
/* A borrowed piece of the message; NULL once failed (or n == 0). */
const void *wire_get_bytes(struct wire_in *in, size_t n);
const char *wire_get_str16(struct wire_in *in, size_t *ret_n);
const void *wire_get_str32(struct wire_in *in, size_t *ret_n);
/* 0 if everything was there and nothing is left, else -EBADMSG. */
MUST_CHECK int wire_in_done(const struct wire_in *in);
