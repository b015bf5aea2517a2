/* SPDX-License-Identifier: Apache-2.0 */
/* Random bytes. Source: include/uapi/linux/random.h; getrandom(2). */
#ifndef CAISSON_ABI_RANDOM_H
#define CAISSON_ABI_RANDOM_H

#define LX_GRND_NONBLOCK 0x1
#define LX_GRND_RANDOM   0x2
#define LX_GRND_INSECURE 0x4

#endif
