/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for many files. Source: include/uapi/asm-generic/poll.h; poll(2), select(2). */
#ifndef CAISSON_ABI_POLL_H
#define CAISSON_ABI_POLL_H

#include <stdint.h>

#include "abi/layout.h"

#define LX_POLLIN     0x1
#define LX_POLLPRI    0x2
#define LX_POLLOUT    0x4
#define LX_POLLERR    0x8
#define LX_POLLHUP    0x10
#define LX_POLLNVAL   0x20
#define LX_POLLRDNORM 0x40
#define LX_POLLRDBAND 0x80
#define LX_POLLWRNORM 0x100
#define LX_POLLWRBAND 0x200
#define LX_POLLMSG    0x400
#define LX_POLLREMOVE 0x1000
#define LX_POLLRDHUP  0x2000

struct lx_pollfd {
	int32_t fd; /* negative: revents is 0 */
	int16_t events;
	int16_t revents;
};
LX_ASSERT_SIZE(struct lx_pollfd, 8);
LX_ASSERT_AT(struct lx_pollfd, fd, 0);
LX_ASSERT_AT(struct lx_pollfd, events, 4);
LX_ASSERT_AT(struct lx_pollfd, revents, 6);

/* libc's fd_set; the kernel itself takes any number of fds, in words of 64 bits. */
#define LX_FD_SETSIZE 1024

/* What the three sets of select(2) ask for, and what sets them. */
#define LX_POLLIN_SET  (LX_POLLRDNORM | LX_POLLRDBAND | LX_POLLIN | LX_POLLHUP | LX_POLLERR)
#define LX_POLLOUT_SET (LX_POLLWRBAND | LX_POLLWRNORM | LX_POLLOUT | LX_POLLERR)
#define LX_POLLEX_SET  LX_POLLPRI

/* The sixth argument of pselect6(2). */
struct lx_sigset_argpack {
	uint64_t p; /* guest address of the mask */
	uint64_t size;
};
LX_ASSERT_SIZE(struct lx_sigset_argpack, 16);
LX_ASSERT_AT(struct lx_sigset_argpack, size, 8);

#endif
