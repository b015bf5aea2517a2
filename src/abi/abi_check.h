/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of the *_check.c files: each compares one header of this room with the host's own
 * headers while it is compiled, so a wrong number fails the build. What the host's headers are too
 * old to know is not compared. For those files only.
 */
#ifndef CAISSON_ABI_ABI_CHECK_H
#define CAISSON_ABI_ABI_CHECK_H

#include <stddef.h>

/* LX_name has the host's value of name. */
#define SAME(name) _Static_assert((LX_##name) == (name), #name)

/* Both types have one size. */
#define SAME_SIZE(ours, host) _Static_assert(sizeof(ours) == sizeof(host), #ours)

/* The field stands at one offset and has one size in both. */
#define SAME_FIELD(ours, our_field, host, host_field)                                              \
	_Static_assert(offsetof(ours, our_field) == offsetof(host, host_field) &&                  \
			       sizeof(((ours *)0)->our_field) == sizeof(((host *)0)->host_field),  \
		       #ours "." #our_field)

#endif
