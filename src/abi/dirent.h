/* SPDX-License-Identifier: Apache-2.0 */
/* Directory entries (d_type: LX_DT_* in fcntl.h). Source: include/linux/dirent.h; getdents(2). */
#ifndef CAISSON_ABI_DIRENT_H
#define CAISSON_ABI_DIRENT_H

#include <stdint.h>

#include "abi/layout.h"

/* getdents64(2). The next entry stands d_reclen bytes on, 8-byte aligned. */
struct lx_dirent64 {
	uint64_t d_ino;
	int64_t d_off; /* what lseek(2) takes to go on after this entry */
	uint16_t d_reclen;
	uint8_t d_type;
	char d_name[]; /* ends with zero */
};
LX_ASSERT_SIZE(struct lx_dirent64, 24);
LX_ASSERT_AT(struct lx_dirent64, d_ino, 0);
LX_ASSERT_AT(struct lx_dirent64, d_off, 8);
LX_ASSERT_AT(struct lx_dirent64, d_reclen, 16);
LX_ASSERT_AT(struct lx_dirent64, d_type, 18);
LX_ASSERT_AT(struct lx_dirent64, d_name, 19);

/* getdents(2): d_type is the last of d_reclen's bytes. */
struct lx_dirent {
	uint64_t d_ino;
	uint64_t d_off;
	uint16_t d_reclen;
	char d_name[];
};
LX_ASSERT_SIZE(struct lx_dirent, 24);
LX_ASSERT_AT(struct lx_dirent, d_ino, 0);
LX_ASSERT_AT(struct lx_dirent, d_off, 8);
LX_ASSERT_AT(struct lx_dirent, d_reclen, 16);
LX_ASSERT_AT(struct lx_dirent, d_name, 18);

#endif
