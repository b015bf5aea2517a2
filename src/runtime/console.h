/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The terminal of a process that asked for one: a pair of the host. The slave becomes the guest's
 * stdio; the master goes to whoever listens at --console-socket, or stays with us (`run -t` in a
 * shell), who then copies between it and our own terminal.
 */
#pragma once

#include "base/compiler.h"

struct console {
	int master, slave; /* -1: none */
};

/* A new pair, of that size if it is not 0 by 0. Tells. */
MUST_CHECK int console_open(unsigned rows, unsigned cols, struct console *ret);
void console_fini(struct console *c);
DEFINE_AUTO_INPLACE(struct console, console_fini)

/* Hand the master over: one message with the descriptor to the AF_UNIX socket at path. Tells. */
MUST_CHECK int console_send(const struct console *c, const char *path);

/* Our own terminal (stdin) as a bytes pipe, until console_restore; its size goes to the master. */
MUST_CHECK int console_raw(const struct console *c);
void console_restore(void);
/* Our terminal's size has changed. */
void console_resize(const struct console *c);
