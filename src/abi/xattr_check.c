/* SPDX-License-Identifier: Apache-2.0 */
/* Compile-time test: abi/xattr.h against the host's own headers. See abi/abi_check.h. */
#include "abi/xattr.h"

#include <linux/xattr.h>

#include "abi/abi_check.h"

SAME(XATTR_CREATE);
SAME(XATTR_REPLACE);

_Static_assert(sizeof(LX_XATTR_NAME_CAPS) == sizeof(XATTR_NAME_CAPS), "");
_Static_assert(sizeof(LX_XATTR_NAME_POSIX_ACL_ACCESS) == sizeof(XATTR_NAME_POSIX_ACL_ACCESS), "");
