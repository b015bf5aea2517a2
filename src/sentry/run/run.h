/* SPDX-License-Identifier: Apache-2.0 */
/* The trap loop of one thread. */
#pragma once

struct task;

/* kernel_config.entry: run t's guest code until the thread has ended. */
void run_task(struct task *t);
