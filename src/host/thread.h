/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads of our own processes: a small stack with a guard page, every signal blocked (signals of
 * the host are for nobody but who asks for them by signalfd or by unblocking) but SIGSYS, by which
 * a seccomp filter tells of a call that it does not allow, a name that ps and gdb show.
 */
#pragma once

#include <pthread.h>
#include <stddef.h>

#include "base/compiler.h"

/* Sanitizers make frames several times larger. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HOST_THREAD_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HOST_THREAD_SANITIZED 1
#endif
#endif
#ifdef HOST_THREAD_SANITIZED
#define HOST_THREAD_STACK ((size_t)1 << 20)
#else
#define HOST_THREAD_STACK ((size_t)64 << 10)
#endif

/* In the caller's memory, so that a start allocates nothing of ours. */
struct host_thread {
	pthread_t id;
	void (*fn)(void *arg);
	void *arg;
	const char *name;
};

/*
 * Run fn(arg) on a new thread; the thread ends when fn returns. t (and name, cut to 15 bytes) must
 * stay until fn is entered; who joins keeps t until then. Exactly one of join and detach follows.
 * -EAGAIN, -ENOMEM: the host gives no thread.
 */
MUST_CHECK int host_thread_start(struct host_thread *t, const char *name, void (*fn)(void *arg),
				 void *arg);
void host_thread_join(struct host_thread *t);
/* As host_thread_start, but nobody joins: fn may free t. */
MUST_CHECK int host_thread_start_detached(struct host_thread *t, const char *name,
					  void (*fn)(void *arg), void *arg);
/* Name the calling thread. */
void host_thread_set_name(const char *name);
