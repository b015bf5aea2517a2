/* SPDX-License-Identifier: Apache-2.0 */
/* Counters as files. Source: include/uapi/linux/eventfd.h; eventfd(2). */
#ifndef CAISSON_ABI_EVENTFD_H
#define CAISSON_ABI_EVENTFD_H

#define LX_EFD_SEMAPHORE 01
#define LX_EFD_CLOEXEC   02000000
#define LX_EFD_NONBLOCK  04000
/* The highest count; a write that would pass it blocks. */
#define LX_EFD_MAX 0xfffffffffffffffeULL

#endif
