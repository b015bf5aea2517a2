/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arena: where every object of the Sentry lives. Typed slabs for objects, size classes for byte
 * blocks; counted, limited, poisoned when freed, zeroed when given out. No malloc on guest paths.
 *
 *	SLAB_DEFINE(pipe_slab, struct pipe);
 *	struct pipe *p = slab_alloc(&pipe_slab);   NULL: the budget or the host's memory is gone
 *	slab_free(&pipe_slab, p);
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/list.h"

struct slab_page;

struct slab {
	const char *name;
	size_t size, align;
	struct list link;     /* [ARENA] all types, on first use */
	struct list partial;  /* [ARENA] pages with a free slot */
	uint64_t in_use;      /* [ARENA] objects */
	uint64_t pages;       /* [ARENA] */
	uint64_t empty_pages; /* [ARENA] of them without an object: at most one is kept */
};

#define SLAB_DEFINE(var, type)                                                                     \
	struct slab var = {.name = #type, .size = sizeof(type), .align = _Alignof(type)}

/* A zeroed object. Caller owns; NULL: out of memory. */
void *slab_alloc(struct slab *s);
/* Accepts NULL. */
void slab_free(struct slab *s, void *obj);

/* A zeroed block of n bytes (n may be 0), 16-aligned. Caller owns; NULL: out of memory. */
void *arena_alloc(size_t n);
/* n * size, checked. */
void *arena_calloc(size_t n, size_t size);
/* As realloc; new bytes are zero; NULL: out of memory and the old block stands. */
void *arena_realloc(void *p, size_t n);
/* A copy of a string or of n bytes. */
char *arena_strdup(const char *s);
void *arena_memdup(const void *p, size_t n);
/* Accepts NULL. */
void arena_free(void *p);

/* AUTO(arena_free) char *s = ...; for any type of pointer. */
static inline UNUSED void auto_arena_free(void *p)
{
	void *block;

	__builtin_memcpy(&block, p, sizeof(block));
	arena_free(block);
}
static inline UNUSED void auto_arena_free_str(char **p)
{
	arena_free(*p);
}

/* The budget in bytes; 0: none. What is held now. */
void arena_set_limit(uint64_t bytes);
uint64_t arena_used(void);
/*
 * Objects not freed yet, all types. With the names and counts in the log at debug level. For leak
 * checks at exit.
 */
uint64_t arena_leaks_log(void);
/* Test hook: the nth allocation from now fails (0: off). */
void arena_fail_nth(uint64_t n);
