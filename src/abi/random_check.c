/* SPDX-License-Identifier: Apache-2.0 */
/* Compile-time test: abi/random.h against the host's own headers. See abi/abi_check.h. */
#include "abi/random.h"

#include <linux/random.h>

#include "abi/abi_check.h"

SAME(GRND_NONBLOCK);
SAME(GRND_RANDOM);
SAME(GRND_INSECURE);
