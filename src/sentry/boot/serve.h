/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Serving a running sandbox: the connection that brought the plan until the CLI closes it (then
 * everything ends), and whoever comes by the listening socket.
 */
#pragma once

#include "base/compiler.h"

struct kernel;
struct mnt_ns;

struct serve_config {
	struct kernel *kernel;
	struct mnt_ns *mnt_ns;
	int control_fd;
	int listener_fd; /* taken over; -1: none */
};

/* Before the kernel is made: -errno of eventfd(2). */
MUST_CHECK int serve_prepare(void);
MUST_CHECK int serve_start(const struct serve_config *config);
/* For kernel_config.ended_outside. */
void serve_process_ended(void *arg);
/* Init has ended, and every thread: tell those that wait, for a moment at most. */
void serve_ended(int wait_status);
