/* SPDX-License-Identifier: Apache-2.0 */
/* Compile-time test: abi/personality.h against the host's own headers. See abi/abi_check.h. */
#include "abi/personality.h"

#include <linux/personality.h>

#include "abi/abi_check.h"

SAME(UNAME26);
SAME(ADDR_NO_RANDOMIZE);
SAME(FDPIC_FUNCPTRS);
SAME(MMAP_PAGE_ZERO);
SAME(ADDR_COMPAT_LAYOUT);
SAME(READ_IMPLIES_EXEC);
SAME(ADDR_LIMIT_32BIT);
SAME(SHORT_INODE);
SAME(WHOLE_SECONDS);
SAME(STICKY_TIMEOUTS);
SAME(ADDR_LIMIT_3GB);
SAME(PER_CLEAR_ON_SETID);
SAME(PER_LINUX);
SAME(PER_LINUX_32BIT);
SAME(PER_LINUX32);
SAME(PER_BSD);
SAME(PER_MASK);
