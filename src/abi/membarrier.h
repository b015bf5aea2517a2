/* SPDX-License-Identifier: Apache-2.0 */
/* Barriers on every thread. Source: include/uapi/linux/membarrier.h; membarrier(2). */
#ifndef CAISSON_ABI_MEMBARRIER_H
#define CAISSON_ABI_MEMBARRIER_H

#define LX_MEMBARRIER_CMD_QUERY                                0x0
#define LX_MEMBARRIER_CMD_GLOBAL                               0x1
#define LX_MEMBARRIER_CMD_GLOBAL_EXPEDITED                     0x2
#define LX_MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED            0x4
#define LX_MEMBARRIER_CMD_PRIVATE_EXPEDITED                    0x8
#define LX_MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED           0x10
#define LX_MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE          0x20
#define LX_MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE 0x40
#define LX_MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ               0x80
#define LX_MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ      0x100
#define LX_MEMBARRIER_CMD_GET_REGISTRATIONS                    0x200
#define LX_MEMBARRIER_CMD_SHARED                               0x1
#define LX_MEMBARRIER_CMD_FLAG_CPU                             0x1

#endif
