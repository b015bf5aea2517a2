/* SPDX-License-Identifier: Apache-2.0 */
/* Compile-time test: abi/aio.h against the host's own headers. See abi/abi_check.h. */
#include "abi/aio.h"

#include <linux/aio_abi.h>

#include "abi/abi_check.h"

SAME(IOCB_CMD_PREAD);
SAME(IOCB_CMD_PWRITE);
SAME(IOCB_CMD_FSYNC);
SAME(IOCB_CMD_FDSYNC);
SAME(IOCB_CMD_POLL);
SAME(IOCB_CMD_NOOP);
SAME(IOCB_CMD_PREADV);
SAME(IOCB_CMD_PWRITEV);
SAME(IOCB_FLAG_RESFD);
SAME(IOCB_FLAG_IOPRIO);

SAME_SIZE(struct lx_io_event, struct io_event);
SAME_FIELD(struct lx_io_event, data, struct io_event, data);
SAME_FIELD(struct lx_io_event, obj, struct io_event, obj);
SAME_FIELD(struct lx_io_event, res, struct io_event, res);
SAME_FIELD(struct lx_io_event, res2, struct io_event, res2);
SAME_SIZE(struct lx_iocb, struct iocb);
SAME_FIELD(struct lx_iocb, aio_data, struct iocb, aio_data);
SAME_FIELD(struct lx_iocb, aio_key, struct iocb, aio_key);
SAME_FIELD(struct lx_iocb, aio_rw_flags, struct iocb, aio_rw_flags);
SAME_FIELD(struct lx_iocb, aio_lio_opcode, struct iocb, aio_lio_opcode);
SAME_FIELD(struct lx_iocb, aio_reqprio, struct iocb, aio_reqprio);
SAME_FIELD(struct lx_iocb, aio_fildes, struct iocb, aio_fildes);
SAME_FIELD(struct lx_iocb, aio_buf, struct iocb, aio_buf);
SAME_FIELD(struct lx_iocb, aio_nbytes, struct iocb, aio_nbytes);
SAME_FIELD(struct lx_iocb, aio_offset, struct iocb, aio_offset);
SAME_FIELD(struct lx_iocb, aio_flags, struct iocb, aio_flags);
SAME_FIELD(struct lx_iocb, aio_resfd, struct iocb, aio_resfd);
