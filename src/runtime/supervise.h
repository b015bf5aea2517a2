/* SPDX-License-Identifier: Apache-2.0 */
/* Watch over a running sandbox: forward signals, stop and continue with it, and learn how it ended.
 */
#pragma once

#include "base/compiler.h"

struct sandbox;

/* Block what will be forwarded. Before the sandbox is spawned, so that its processes inherit it. */
void supervise_prepare(void);
/*
 * From the plan's sending to the end. Returns the exit status for the shell, or -signo if init died
 * by a signal. The person was told of failures of our own.
 */
MUST_CHECK int supervise(struct sandbox *sb);
