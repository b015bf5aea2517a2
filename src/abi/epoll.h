/* SPDX-License-Identifier: Apache-2.0 */
/* Interest lists. Source: include/uapi/linux/eventpoll.h; epoll(7), epoll_ctl(2). */
#ifndef CAISSON_ABI_EPOLL_H
#define CAISSON_ABI_EPOLL_H

#include <stdint.h>

#include "abi/layout.h"

#define LX_EPOLL_CLOEXEC    02000000
#define LX_EPOLL_CTL_ADD    1
#define LX_EPOLL_CTL_DEL    2
#define LX_EPOLL_CTL_MOD    3
#define LX_EPOLLIN          0x00000001
#define LX_EPOLLPRI         0x00000002
#define LX_EPOLLOUT         0x00000004
#define LX_EPOLLERR         0x00000008
#define LX_EPOLLHUP         0x00000010
#define LX_EPOLLNVAL        0x00000020
#define LX_EPOLLRDNORM      0x00000040
#define LX_EPOLLRDBAND      0x00000080
#define LX_EPOLLWRNORM      0x00000100
#define LX_EPOLLWRBAND      0x00000200
#define LX_EPOLLMSG         0x00000400
#define LX_EPOLLRDHUP       0x00002000
#define LX_EPOLL_URING_WAKE 0x08000000
#define LX_EPOLLEXCLUSIVE   0x10000000
#define LX_EPOLLWAKEUP      0x20000000
#define LX_EPOLLONESHOT     0x40000000
#define LX_EPOLLET          0x80000000

/* Packed on x86_64 alone. */
struct lx_epoll_event {
	uint32_t events;
	uint64_t data;
} __attribute__((packed));
LX_ASSERT_SIZE(struct lx_epoll_event, 12);
LX_ASSERT_AT(struct lx_epoll_event, events, 0);
LX_ASSERT_AT(struct lx_epoll_event, data, 4);

/* epoll_wait refuses more. */
#define LX_EP_MAX_EVENTS (INT32_MAX / (int)sizeof(struct lx_epoll_event))
/* How deep epolls may watch epolls. */
#define LX_EP_MAX_NESTS 4

/* ioctl(2) EPIOCSPARAMS, EPIOCGPARAMS */
struct lx_epoll_params {
	uint32_t busy_poll_usecs;
	uint16_t busy_poll_budget;
	uint8_t prefer_busy_poll;
	uint8_t pad;
};
LX_ASSERT_SIZE(struct lx_epoll_params, 8);
LX_ASSERT_AT(struct lx_epoll_params, busy_poll_budget, 4);

#define LX_EPIOCSPARAMS 0x40088a01
#define LX_EPIOCGPARAMS 0x80088a02

#endif
