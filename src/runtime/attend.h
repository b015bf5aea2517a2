/* SPDX-License-Identifier: Apache-2.0 */
/* Standing between the caller's terminal or shell and a container in the foreground. */
#pragma once

#include <sys/types.h>

#include "base/compiler.h"
#include "runtime/console.h"

/* Keep the signals that will be passed on. Before any child is made. */
void attend_prepare(void);
/*
 * Until our child `pid`, a stand-in (proxy.h), ends: pass signals on to it; with a console copy
 * between it and our stdin and stdout. The status for the shell: its own, or 128+N.
 */
MUST_CHECK int attend(pid_t pid, const struct console *console);
