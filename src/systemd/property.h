/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One property of a unit as it stands on our command line: NAME=TYPE:VALUE, where TYPE is D-Bus's:
 *	b   true or false          s    text
 *	t   a 64-bit number        ay   bytes, in hexadecimal
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

#define PROPERTY_BYTES_MAX 128

enum property_type {
	PROPERTY_BOOL,
	PROPERTY_U64,
	PROPERTY_STRING,
	PROPERTY_BYTES,
};

struct property {
	char name[64];
	enum property_type type;
	bool b;
	uint64_t t;
	const char *s; /* borrowed from the text */
	uint8_t bytes[PROPERTY_BYTES_MAX];
	size_t nbytes;
};

/* -EINVAL: not such a text. */
MUST_CHECK int property_parse(const char *text, struct property *ret);
