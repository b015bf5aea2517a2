/* SPDX-License-Identifier: Apache-2.0 */
/* Watching files. Source: include/uapi/linux/inotify.h; inotify(7). */
#ifndef CAISSON_ABI_INOTIFY_H
#define CAISSON_ABI_INOTIFY_H

#include <stdint.h>

#include "abi/layout.h"

/* The name, if any, follows: len bytes, ended and padded with zeros. */
struct lx_inotify_event {
	int32_t wd;
	uint32_t mask;
	uint32_t cookie;
	uint32_t len;
};
LX_ASSERT_SIZE(struct lx_inotify_event, 16);
LX_ASSERT_AT(struct lx_inotify_event, wd, 0);
LX_ASSERT_AT(struct lx_inotify_event, mask, 4);
LX_ASSERT_AT(struct lx_inotify_event, cookie, 8);
LX_ASSERT_AT(struct lx_inotify_event, len, 12);

#define LX_IN_ACCESS             0x00000001
#define LX_IN_MODIFY             0x00000002
#define LX_IN_ATTRIB             0x00000004
#define LX_IN_CLOSE_WRITE        0x00000008
#define LX_IN_CLOSE_NOWRITE      0x00000010
#define LX_IN_OPEN               0x00000020
#define LX_IN_MOVED_FROM         0x00000040
#define LX_IN_MOVED_TO           0x00000080
#define LX_IN_CREATE             0x00000100
#define LX_IN_DELETE             0x00000200
#define LX_IN_DELETE_SELF        0x00000400
#define LX_IN_MOVE_SELF          0x00000800
#define LX_IN_UNMOUNT            0x00002000
#define LX_IN_Q_OVERFLOW         0x00004000
#define LX_IN_IGNORED            0x00008000
#define LX_IN_CLOSE              0x00000018
#define LX_IN_MOVE               0x000000c0
#define LX_IN_ONLYDIR            0x01000000
#define LX_IN_DONT_FOLLOW        0x02000000
#define LX_IN_EXCL_UNLINK        0x04000000
#define LX_IN_MASK_CREATE        0x10000000
#define LX_IN_MASK_ADD           0x20000000
#define LX_IN_ISDIR              0x40000000
#define LX_IN_ONESHOT            0x80000000
#define LX_IN_ALL_EVENTS         0x00000fff
#define LX_IN_CLOEXEC            02000000
#define LX_IN_NONBLOCK           04000
#define LX_INOTIFY_IOC_SETNEXTWD 0x40044900

#endif
