/* SPDX-License-Identifier: Apache-2.0 */
/* Compile-time test: abi/inotify.h against the host's own headers. See abi/abi_check.h. */
#include "abi/inotify.h"

#include <linux/inotify.h>
#include <sys/ioctl.h>

#include "abi/abi_check.h"

SAME(IN_ACCESS);
SAME(IN_MODIFY);
SAME(IN_ATTRIB);
SAME(IN_CLOSE_WRITE);
SAME(IN_CLOSE_NOWRITE);
SAME(IN_OPEN);
SAME(IN_MOVED_FROM);
SAME(IN_MOVED_TO);
SAME(IN_CREATE);
SAME(IN_DELETE);
SAME(IN_DELETE_SELF);
SAME(IN_MOVE_SELF);
SAME(IN_UNMOUNT);
SAME(IN_Q_OVERFLOW);
SAME(IN_IGNORED);
SAME(IN_CLOSE);
SAME(IN_MOVE);
SAME(IN_ONLYDIR);
SAME(IN_DONT_FOLLOW);
SAME(IN_EXCL_UNLINK);
SAME(IN_MASK_CREATE);
SAME(IN_MASK_ADD);
SAME(IN_ISDIR);
SAME(IN_ONESHOT);
SAME(IN_ALL_EVENTS);
SAME(IN_CLOEXEC);
SAME(IN_NONBLOCK);
SAME(INOTIFY_IOC_SETNEXTWD);

SAME_SIZE(struct lx_inotify_event, struct inotify_event);
SAME_FIELD(struct lx_inotify_event, wd, struct inotify_event, wd);
SAME_FIELD(struct lx_inotify_event, mask, struct inotify_event, mask);
SAME_FIELD(struct lx_inotify_event, cookie, struct inotify_event, cookie);
SAME_FIELD(struct lx_inotify_event, len, struct inotify_event, len);
