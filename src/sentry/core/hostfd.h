/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A host descriptor as a handle: reference counted, never a bare int kept in an object. All host
 * data calls on behalf of guests (pread, pwrite, ...) go through here, so that nothing sleeps in
 * the host without being interruptible.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/compiler.h"
#include "base/ref.h"

struct hostfd;
struct waitq;

enum hostfd_kind {
	HOSTFD_FILE,   /* a regular file donated by a Gofer: data calls never sleep for long */
	HOSTFD_MEMORY, /* a memfd of ours */
	HOSTFD_STREAM, /* a pipe, tty or socket from outside (stdio): readiness by the notifier */
};

/* Takes over fd. Caller owns; NULL: out of memory (fd is closed). */
struct hostfd *hostfd_new(int fd, enum hostfd_kind kind);
/* A new memfd of `size` bytes; -errno. */
MUST_CHECK int hostfd_new_memory(const char *name, uint64_t size, struct hostfd **ret);
struct hostfd *hostfd_get(struct hostfd *h);
void hostfd_put(struct hostfd *h);
DEFINE_AUTO(struct hostfd *, hostfd_put)

/* The bare descriptor, for the length of one call while the handle is held. */
int hostfd_fd(const struct hostfd *h);

/* Positioned reads and writes: bytes moved or -errno (EINTR is retried). */
MUST_CHECK ssize_t hostfd_pread(struct hostfd *h, void *buf, size_t n, uint64_t off);
MUST_CHECK ssize_t hostfd_pwrite(struct hostfd *h, const void *buf, size_t n, uint64_t off);
/*
 * Streams: never sleep; -EAGAIN when nothing can be moved now. Does not rely on O_NONBLOCK of the
 * shared description.
 */
MUST_CHECK ssize_t hostfd_read_now(struct hostfd *h, void *buf, size_t n);
MUST_CHECK ssize_t hostfd_write_now(struct hostfd *h, const void *buf, size_t n);
/* LX_POLL bits that hold now. Files and memory are always ready. */
uint32_t hostfd_poll(struct hostfd *h);
/*
 * From now on readiness changes of the stream wake q (LX_POLL bits), by the one notifier thread;
 * -EPERM: the host cannot poll it (regular file: always ready). hostfd_unwatch before q goes away;
 * after its return q is not touched any more.
 */
MUST_CHECK int hostfd_watch(struct hostfd *h, struct waitq *q);
void hostfd_unwatch(struct hostfd *h);

/*
 * hostfd_watch starts the notifier on first need; boot does it earlier, to hear of a host that
 * refuses.
 */
MUST_CHECK int notifier_start_thread(void);
/*
 * For shutdown, without locks. Streams that are still watched wake nobody until the thread is
 * started again.
 */
void notifier_stop_thread(void);
