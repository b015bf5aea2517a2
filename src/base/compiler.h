/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the compiler is told about our code: attributes, cleanup at scope end, and the few macros
 * that the language lacks. Knows nothing of Caisson.
 */
#ifndef CAISSON_BASE_COMPILER_H
#define CAISSON_BASE_COMPILER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_CHECK             __attribute__((warn_unused_result))
#define NORETURN               __attribute__((noreturn))
#define UNUSED                 __attribute__((unused))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define LIKELY(x)              __builtin_expect(!!(x), 1)
#define UNLIKELY(x)            __builtin_expect(!!(x), 0)

/* True in builds with the expensive checks (CAISSON_DEBUG); a constant, so that no body needs an
 * #ifdef. */
#ifdef CAISSON_DEBUG
#define DEBUG_BUILD true
#else
#define DEBUG_BUILD false
#endif

#define CONCAT_(a, b) a##b
#define CONCAT(a, b)  CONCAT_(a, b)

/*
 * clang's thread safety analysis; gcc sees nothing of it. REQUIRES: the caller holds the lock.
 * EXCLUDES: the caller must not hold it. GUARDED_BY: the variable is touched only under the lock
 * (globals only: in C the analysis cannot name a sibling field, so fields say it in a comment). All
 * take the lock itself, not its address.
 */
#ifdef __clang__
#define CAPABILITY(name)  __attribute__((capability(name)))
#define REQUIRES(...)     __attribute__((requires_capability(__VA_ARGS__)))
#define EXCLUDES(...)     __attribute__((locks_excluded(__VA_ARGS__)))
#define GUARDED_BY(l)     __attribute__((guarded_by(l)))
#define ASSERTS_HELD(...) __attribute__((assert_capability(__VA_ARGS__)))
#define RELEASES(...)     __attribute__((release_capability(__VA_ARGS__)))
#define NO_THREAD_SAFETY  __attribute__((no_thread_safety_analysis))
#else
#define CAPABILITY(name)
#define REQUIRES(...)
#define EXCLUDES(...)
#define GUARDED_BY(l)
#define ASSERTS_HELD(...)
#define RELEASES(...)
#define NO_THREAD_SAFETY
#endif

/* Number of elements; refuses a pointer at compile time. */
#define ARRAY_SIZE(a)                                                                              \
	(sizeof(a) / sizeof((a)[0]) +                                                              \
	 0 * sizeof(struct {                                                                       \
		 _Static_assert(!__builtin_types_compatible_p(__typeof__(a), __typeof__(&(a)[0])), \
				"not an array");                                                   \
		 int unused_;                                                                      \
	 }))

/* The struct around a member. The type of p is checked against the member's; p is evaluated once. */
#define container_of(p, type, member)                                                              \
	((type *)(void *)((char *)(p)-offsetof(type, member) +                                     \
			  0 * sizeof((p) == &((type *)0)->member)))
#define container_of_const(p, type, member)                                                        \
	((const type *)(const void *)((const char *)(p)-offsetof(type, member) +                   \
				      0 * sizeof((p) == &((const type *)0)->member)))

/* Each argument is evaluated once; not constant expressions. Mixed signedness is a compile error
 * (-Wsign-compare). */
#undef MIN
#undef MAX
#define MIN(a, b) MIN_(a, b, CONCAT(min_a_, __COUNTER__), CONCAT(min_b_, __COUNTER__))
#define MAX(a, b) MAX_(a, b, CONCAT(max_a_, __COUNTER__), CONCAT(max_b_, __COUNTER__))
#define MIN_(a, b, x, y)                                                                           \
	__extension__({                                                                            \
		__typeof__(a) x = (a);                                                             \
		__typeof__(b) y = (b);                                                             \
		x < y ? x : y;                                                                     \
	})
#define MAX_(a, b, x, y)                                                                           \
	__extension__({                                                                            \
		__typeof__(a) x = (a);                                                             \
		__typeof__(b) y = (b);                                                             \
		x > y ? x : y;                                                                     \
	})

/*
 * AUTO(file_put) struct file *f = ...; calls file_put(f) at scope end unless f is NULL. The header
 * that declares file_put says once: DEFINE_AUTO(struct file *, file_put). Things that live in place
 * (struct strbuf) say DEFINE_AUTO_INPLACE(struct strbuf, strbuf_fini): the function gets their
 * address. TAKE(f) yields f and sets it to NULL: what it pointed to is handed over, and not cleaned
 * up here.
 */
#define AUTO(fn) __attribute__((cleanup(auto_##fn)))
#define DEFINE_AUTO(type, fn)                                                                      \
	static inline UNUSED void auto_##fn(type *p)                                               \
	{                                                                                          \
		if (*p)                                                                            \
			fn(*p);                                                                    \
	}
#define DEFINE_AUTO_INPLACE(type, fn)                                                              \
	static inline UNUSED void auto_##fn(type *p)                                               \
	{                                                                                          \
		fn(p);                                                                             \
	}
#define TAKE(p) TAKE_(p, CONCAT(take_, __COUNTER__))
#define TAKE_(p, x)                                                                                \
	__extension__({                                                                            \
		__typeof__(p) x = (p);                                                             \
		(p) = NULL;                                                                        \
		x;                                                                                 \
	})

#if __STDC_HOSTED__
#include <stdlib.h>

/* AUTO(free) char *s = ...; for what malloc gave. */
static inline UNUSED void auto_free(void *p)
{
	void *block;

	__builtin_memcpy(&block, p, sizeof(block));
	free(block);
}
#endif

#endif
