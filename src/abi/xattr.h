/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Extended attributes (limits: fcntl.h).
 * Source: include/uapi/linux/xattr.h; xattr(7), setxattr(2).
 */
#ifndef CAISSON_ABI_XATTR_H
#define CAISSON_ABI_XATTR_H

#include <stdint.h>

#include "abi/layout.h"

#define LX_XATTR_CREATE                 0x1
#define LX_XATTR_REPLACE                0x2
#define LX_XATTR_OS2_PREFIX             "os2."
#define LX_XATTR_SECURITY_PREFIX        "security."
#define LX_XATTR_SYSTEM_PREFIX          "system."
#define LX_XATTR_TRUSTED_PREFIX         "trusted."
#define LX_XATTR_USER_PREFIX            "user."
#define LX_XATTR_NAME_CAPS              "security.capability"
#define LX_XATTR_NAME_SELINUX           "security.selinux"
#define LX_XATTR_NAME_IMA               "security.ima"
#define LX_XATTR_NAME_POSIX_ACL_ACCESS  "system.posix_acl_access"
#define LX_XATTR_NAME_POSIX_ACL_DEFAULT "system.posix_acl_default"

/* setxattrat(2), getxattrat(2) */
struct lx_xattr_args {
	uint64_t value; /* guest address */
	uint32_t size;
	uint32_t flags;
};
LX_ASSERT_SIZE(struct lx_xattr_args, 16);
LX_ASSERT_AT(struct lx_xattr_args, value, 0);
LX_ASSERT_AT(struct lx_xattr_args, size, 8);
LX_ASSERT_AT(struct lx_xattr_args, flags, 12);

/* file_getattr(2), file_setattr(2) */
struct lx_file_attr {
	uint64_t fa_xflags;
	uint32_t fa_extsize;
	uint32_t fa_nextents;
	uint32_t fa_projid;
	uint32_t fa_cowextsize;
};
LX_ASSERT_SIZE(struct lx_file_attr, 24);
LX_ASSERT_AT(struct lx_file_attr, fa_xflags, 0);
LX_ASSERT_AT(struct lx_file_attr, fa_extsize, 8);
LX_ASSERT_AT(struct lx_file_attr, fa_nextents, 12);
LX_ASSERT_AT(struct lx_file_attr, fa_projid, 16);
LX_ASSERT_AT(struct lx_file_attr, fa_cowextsize, 20);

#endif
