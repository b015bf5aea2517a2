/* SPDX-License-Identifier: Apache-2.0 */
/* Compile-time test: abi/dirent.h against the host's own headers. See abi/abi_check.h. */
#include "abi/dirent.h"

#include <dirent.h>

#include "abi/abi_check.h"

SAME_FIELD(struct lx_dirent64, d_ino, struct dirent64, d_ino);
SAME_FIELD(struct lx_dirent64, d_off, struct dirent64, d_off);
SAME_FIELD(struct lx_dirent64, d_reclen, struct dirent64, d_reclen);
SAME_FIELD(struct lx_dirent64, d_type, struct dirent64, d_type);
_Static_assert(offsetof(struct lx_dirent64, d_name) == offsetof(struct dirent64, d_name), "");
