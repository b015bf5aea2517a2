/* SPDX-License-Identifier: Apache-2.0 */
/* Compile-time test: abi/page.h against the host's own headers. See abi/abi_check.h. */
#include "abi/page.h"

#include <sys/user.h>

#include "abi/abi_check.h"

SAME(PAGE_SHIFT);
_Static_assert(LX_PAGE_SIZE == PAGE_SIZE, "PAGE_SIZE");
