/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest address. It is a struct so that it cannot be dereferenced, added, or mixed up with a
 * length. An address says nothing about what is there: only mm/uaccess and the platform ever follow
 * it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/checked.h"

typedef struct {
	uint64_t va;
} uaddr_t;

static inline uaddr_t uaddr(uint64_t va)
{
	return (uaddr_t){va};
}

static inline bool uaddr_is_null(uaddr_t a)
{
	return a.va == 0;
}

/* base + off, false if it wraps. */
static inline bool uaddr_add_ok(uaddr_t base, uint64_t off, uaddr_t *ret)
{
	return add_ok(base.va, off, &ret->va);
}
