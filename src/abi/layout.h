/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words with which each struct of this room states its size and where its fields stand.
 * For this room only.
 */
#ifndef CAISSON_ABI_LAYOUT_H
#define CAISSON_ABI_LAYOUT_H

#include <stddef.h>

#define LX_ASSERT_SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), "size of " #type)
#define LX_ASSERT_AT(type, field, offset)                                                          \
	_Static_assert(offsetof(type, field) == (offset), #type "." #field)

#endif
