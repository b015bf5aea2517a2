/* SPDX-License-Identifier: Apache-2.0 */
/* Properties from text; see property.h. */
#include "systemd/property.h"

#include <errno.h>
#include <string.h>

#include "base/checked.h"

static int parse_bool(const char *s, struct property *ret)
{
	ret->type = PROPERTY_BOOL;
	ret->b = strcmp(s, "true") == 0;
	return ret->b || strcmp(s, "false") == 0 ? 0 : -EINVAL;
}

static int parse_u64(const char *s, struct property *ret)
{
	ret->type = PROPERTY_U64;
	ret->t = 0;
	if (!*s)
		return -EINVAL;
	for (; *s; s++)
		if (*s < '0' || *s > '9' || !mul_ok(ret->t, 10u, &ret->t) ||
		    !add_ok(ret->t, (uint64_t)(*s - '0'), &ret->t))
			return -EINVAL;
	return 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int parse_bytes(const char *s, struct property *ret)
{
	size_t n = strlen(s);

	ret->type = PROPERTY_BYTES;
	if (n == 0 || n % 2 != 0 || n / 2 > sizeof(ret->bytes))
		return -EINVAL;
	ret->nbytes = n / 2;
	for (size_t i = 0; i < ret->nbytes; i++) {
		int hi = hex_digit(s[2 * i]), lo = hex_digit(s[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return -EINVAL;
		ret->bytes[i] = (uint8_t)(hi * 16 + lo);
	}
	return 0;
}

int property_parse(const char *text, struct property *ret)
{
	const char *equals = strchr(text, '='), *colon = equals ? strchr(equals, ':') : NULL;
	size_t n = equals ? (size_t)(equals - text) : 0, type;

	if (!colon || n == 0 || n >= sizeof(ret->name))
		return -EINVAL;
	memcpy(ret->name, text, n);
	ret->name[n] = 0;
	type = (size_t)(colon - equals - 1);
	if (type == 1 && equals[1] == 'b')
		return parse_bool(colon + 1, ret);
	if (type == 1 && equals[1] == 't')
		return parse_u64(colon + 1, ret);
	if (type == 2 && memcmp(equals + 1, "ay", 2) == 0)
		return parse_bytes(colon + 1, ret);
	if (type != 1 || equals[1] != 's')
		return -EINVAL;
	ret->type = PROPERTY_STRING;
	ret->s = colon + 1;
	return 0;
}
