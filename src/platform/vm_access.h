/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guest memory by way of the host's process_vm_readv and process_vm_writev, for platforms whose
 * address spaces are processes.
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "base/compiler.h"
#include "platform/platform.h"

enum vm_direction { VM_FROM_GUEST, VM_TO_GUEST };

/* platform_ops.read and .write for the process pid, which the caller keeps from being reaped. */
MUST_CHECK ssize_t vm_transfer(pid_t pid, const struct plat_piece *v, size_t n,
			       enum vm_direction dir);
