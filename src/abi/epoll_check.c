/* SPDX-License-Identifier: Apache-2.0 */
/* Compile-time test: abi/epoll.h against the host's own headers. See abi/abi_check.h. */
#include "abi/epoll.h"

#include <linux/eventpoll.h>

#include "abi/abi_check.h"

SAME(EPOLL_CLOEXEC);
SAME(EPOLL_CTL_ADD);
SAME(EPOLL_CTL_DEL);
SAME(EPOLL_CTL_MOD);
SAME(EPOLLIN);
SAME(EPOLLPRI);
SAME(EPOLLOUT);
SAME(EPOLLERR);
SAME(EPOLLHUP);
SAME(EPOLLNVAL);
SAME(EPOLLRDNORM);
SAME(EPOLLRDBAND);
SAME(EPOLLWRNORM);
SAME(EPOLLWRBAND);
SAME(EPOLLMSG);
SAME(EPOLLRDHUP);
SAME(EPOLLEXCLUSIVE);
SAME(EPOLLWAKEUP);
SAME(EPOLLONESHOT);
SAME(EPOLLET);

SAME_SIZE(struct lx_epoll_event, struct epoll_event);
SAME_FIELD(struct lx_epoll_event, events, struct epoll_event, events);
SAME_FIELD(struct lx_epoll_event, data, struct epoll_event, data);
