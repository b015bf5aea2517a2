/* SPDX-License-Identifier: Apache-2.0 */
/* Compile-time test: abi/poll.h against the host's own headers. See abi/abi_check.h. */
#include "abi/poll.h"

#include <asm/poll.h>
#include <sys/select.h>

#include "abi/abi_check.h"

SAME(POLLIN);
SAME(POLLPRI);
SAME(POLLOUT);
SAME(POLLERR);
SAME(POLLHUP);
SAME(POLLNVAL);
SAME(POLLRDNORM);
SAME(POLLRDBAND);
SAME(POLLWRNORM);
SAME(POLLWRBAND);
SAME(POLLMSG);
SAME(POLLREMOVE);
SAME(POLLRDHUP);
SAME(FD_SETSIZE);

SAME_SIZE(struct lx_pollfd, struct pollfd);
SAME_FIELD(struct lx_pollfd, fd, struct pollfd, fd);
SAME_FIELD(struct lx_pollfd, events, struct pollfd, events);
SAME_FIELD(struct lx_pollfd, revents, struct pollfd, revents);
