/* SPDX-License-Identifier: Apache-2.0 */
/* The page of an x86_64 guest. Source: arch/x86/include/asm/page_types.h, getpagesize(2). */
#ifndef CAISSON_ABI_PAGE_H
#define CAISSON_ABI_PAGE_H

#define LX_PAGE_SHIFT 12
#define LX_PAGE_SIZE  (1UL << LX_PAGE_SHIFT)
#define LX_PAGE_MASK  (~(LX_PAGE_SIZE - 1)) /* keeps the page's address */

/* One past the last address that a process can map: 47 bits less one guard page. */
#define LX_TASK_SIZE ((1UL << 47) - LX_PAGE_SIZE)

#endif
