/* SPDX-License-Identifier: Apache-2.0 */
/* Random bytes of the host, fit for keys. getrandom(2). */
#pragma once

#include <stddef.h>

/*
 * Fill buf. Sleeps only while the host is so young that its pool is empty. Never fails; a host
 * without it is refused.
 */
void host_random(void *buf, size_t n);
