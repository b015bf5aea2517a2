/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Sentry's own address space: reserve a range without memory, make parts of it usable, give
 * memory back. Addresses and lengths are whole pages.
 */
#pragma once

#include <stddef.h>

#include "base/compiler.h"

/*
 * len bytes of address space aligned to align (a power of two, at least a page) that nobody may
 * touch. -ENOMEM.
 */
MUST_CHECK int host_mem_reserve(size_t len, size_t align, void **ret_p);
/* Make [p, p+len) of a reservation readable and writable; it reads as zeroes at first. -ENOMEM. */
MUST_CHECK int host_mem_commit(void *p, size_t len);
/* Give the memory of [p, p+len) back; it stays usable and reads as zeroes again. */
void host_mem_discard(void *p, size_t len);
/* Forget [p, p+len) altogether. */
void host_mem_release(void *p, size_t len);
/* A mapping of our own of the first len bytes of a memory file, readable and writable, shared. */
MUST_CHECK int host_mem_map_shared(int fd, size_t len, void **ret_p);
