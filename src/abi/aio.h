/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asynchronous input and output.
 * Source: include/uapi/linux/aio_abi.h; io_setup(2), io_submit(2),
 * io_getevents(2).
 */
#ifndef CAISSON_ABI_AIO_H
#define CAISSON_ABI_AIO_H

#include <stdint.h>

#include "abi/layout.h"

struct lx_io_event {
	uint64_t data;
	uint64_t obj;
	int64_t res;
	int64_t res2;
};
LX_ASSERT_SIZE(struct lx_io_event, 32);
LX_ASSERT_AT(struct lx_io_event, data, 0);
LX_ASSERT_AT(struct lx_io_event, obj, 8);
LX_ASSERT_AT(struct lx_io_event, res, 16);
LX_ASSERT_AT(struct lx_io_event, res2, 24);

struct lx_iocb {
	uint64_t aio_data;
	uint32_t aio_key;
	uint32_t aio_rw_flags;
	uint16_t aio_lio_opcode;
	int16_t aio_reqprio;
	uint32_t aio_fildes;
	uint64_t aio_buf;
	uint64_t aio_nbytes;
	int64_t aio_offset;
	uint64_t aio_reserved2;
	uint32_t aio_flags;
	uint32_t aio_resfd;
};
LX_ASSERT_SIZE(struct lx_iocb, 64);
LX_ASSERT_AT(struct lx_iocb, aio_data, 0);
LX_ASSERT_AT(struct lx_iocb, aio_key, 8);
LX_ASSERT_AT(struct lx_iocb, aio_rw_flags, 12);
LX_ASSERT_AT(struct lx_iocb, aio_lio_opcode, 16);
LX_ASSERT_AT(struct lx_iocb, aio_reqprio, 18);
LX_ASSERT_AT(struct lx_iocb, aio_fildes, 20);
LX_ASSERT_AT(struct lx_iocb, aio_buf, 24);
LX_ASSERT_AT(struct lx_iocb, aio_nbytes, 32);
LX_ASSERT_AT(struct lx_iocb, aio_offset, 40);
LX_ASSERT_AT(struct lx_iocb, aio_flags, 56);
LX_ASSERT_AT(struct lx_iocb, aio_resfd, 60);

#define LX_IOCB_CMD_PREAD   0
#define LX_IOCB_CMD_PWRITE  1
#define LX_IOCB_CMD_FSYNC   2
#define LX_IOCB_CMD_FDSYNC  3
#define LX_IOCB_CMD_POLL    5
#define LX_IOCB_CMD_NOOP    6
#define LX_IOCB_CMD_PREADV  7
#define LX_IOCB_CMD_PWRITEV 8
#define LX_IOCB_FLAG_RESFD  1
#define LX_IOCB_FLAG_IOPRIO 2

#endif
