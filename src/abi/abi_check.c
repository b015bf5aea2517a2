/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compile-time test: all headers of this room in one file, so that no two of them name one thing.
 * That each compiles alone, and agrees with the host, is what the *_check.c files beside it show.
 */
#include "abi/aio.h"
#include "abi/auxv.h"
#include "abi/capability.h"
#include "abi/dirent.h"
#include "abi/elf.h"
#include "abi/epoll.h"
#include "abi/errno.h"
#include "abi/eventfd.h"
#include "abi/fcntl.h"
#include "abi/futex.h"
#include "abi/inet.h"
#include "abi/inotify.h"
#include "abi/ioctl.h"
#include "abi/ipc.h"
#include "abi/keyctl.h"
#include "abi/membarrier.h"
#include "abi/mman.h"
#include "abi/mount.h"
#include "abi/mqueue.h"
#include "abi/netif.h"
#include "abi/netlink.h"
#include "abi/packet.h"
#include "abi/page.h"
#include "abi/personality.h"
#include "abi/poll.h"
#include "abi/prctl.h"
#include "abi/ptrace.h"
#include "abi/random.h"
#include "abi/rseq.h"
#include "abi/sched.h"
#include "abi/seccomp.h"
#include "abi/sigframe.h"
#include "abi/signal.h"
#include "abi/socket.h"
#include "abi/stat.h"
#include "abi/time.h"
#include "abi/types.h"
#include "abi/unistd.h"
#include "abi/xattr.h"

/* The errors of the guest are the host's: abi/errno.h names only the kernel's inner ones. */
#include <errno.h>

_Static_assert(EPERM == 1 && EAGAIN == 11 && ERANGE == 34, "errno");
_Static_assert(EDEADLK == 35 && ENOSYS == 38 && ELOOP == 40, "errno");
_Static_assert(EOVERFLOW == 75 && EOPNOTSUPP == 95 && ETIMEDOUT == 110, "errno");
_Static_assert(EHWPOISON == 133 && LX_ERESTARTSYS > EHWPOISON, "errno");
