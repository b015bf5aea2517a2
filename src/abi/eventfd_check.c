/* SPDX-License-Identifier: Apache-2.0 */
/* Compile-time test: abi/eventfd.h against the host's own headers. See abi/abi_check.h. */
#include "abi/eventfd.h"

#include <sys/eventfd.h>

#include "abi/abi_check.h"

SAME(EFD_SEMAPHORE);
SAME(EFD_CLOEXEC);
SAME(EFD_NONBLOCK);
