/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filters of system calls: modes, actions, notifications, and the classic BPF that filters (and
 * packet sockets) are written in.
 * Source: include/uapi/linux/{seccomp,filter,bpf_common,audit}.h;
 * seccomp(2), seccomp_unotify(2), Documentation/networking/filter.rst.
 */
#ifndef CAISSON_ABI_SECCOMP_H
#define CAISSON_ABI_SECCOMP_H

#include <stdint.h>

#include "abi/layout.h"

#define LX_SECCOMP_MODE_DISABLED                  0
#define LX_SECCOMP_MODE_STRICT                    1
#define LX_SECCOMP_MODE_FILTER                    2
#define LX_SECCOMP_SET_MODE_STRICT                0
#define LX_SECCOMP_SET_MODE_FILTER                1
#define LX_SECCOMP_GET_ACTION_AVAIL               2
#define LX_SECCOMP_GET_NOTIF_SIZES                3
#define LX_SECCOMP_FILTER_FLAG_TSYNC              0x1
#define LX_SECCOMP_FILTER_FLAG_LOG                0x2
#define LX_SECCOMP_FILTER_FLAG_SPEC_ALLOW         0x4
#define LX_SECCOMP_FILTER_FLAG_NEW_LISTENER       0x8
#define LX_SECCOMP_FILTER_FLAG_TSYNC_ESRCH        0x10
#define LX_SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV 0x20

/* What a filter returns; the smallest, as a signed number, wins. */
#define LX_SECCOMP_RET_KILL_PROCESS 0x80000000
#define LX_SECCOMP_RET_KILL_THREAD  0x00000000
#define LX_SECCOMP_RET_KILL         0x00000000
#define LX_SECCOMP_RET_TRAP         0x00030000
#define LX_SECCOMP_RET_ERRNO        0x00050000
#define LX_SECCOMP_RET_USER_NOTIF   0x7fc00000
#define LX_SECCOMP_RET_TRACE        0x7ff00000
#define LX_SECCOMP_RET_LOG          0x7ffc0000
#define LX_SECCOMP_RET_ALLOW        0x7fff0000
#define LX_SECCOMP_RET_ACTION_FULL  0xffff0000
#define LX_SECCOMP_RET_ACTION       0x7fff0000
#define LX_SECCOMP_RET_DATA         0x0000ffff

struct lx_seccomp_data {
	int32_t nr;
	uint32_t arch; /* LX_AUDIT_ARCH_* */
	uint64_t instruction_pointer;
	uint64_t args[6];
};
LX_ASSERT_SIZE(struct lx_seccomp_data, 64);
LX_ASSERT_AT(struct lx_seccomp_data, nr, 0);
LX_ASSERT_AT(struct lx_seccomp_data, arch, 4);
LX_ASSERT_AT(struct lx_seccomp_data, instruction_pointer, 8);
LX_ASSERT_AT(struct lx_seccomp_data, args, 16);

#define LX_AUDIT_ARCH_X86_64  0xc000003e
#define LX_AUDIT_ARCH_I386    0x40000003
#define LX_AUDIT_ARCH_AARCH64 0xc00000b7

struct lx_seccomp_notif_sizes {
	uint16_t seccomp_notif;
	uint16_t seccomp_notif_resp;
	uint16_t seccomp_data;
};
LX_ASSERT_SIZE(struct lx_seccomp_notif_sizes, 6);
LX_ASSERT_AT(struct lx_seccomp_notif_sizes, seccomp_notif, 0);
LX_ASSERT_AT(struct lx_seccomp_notif_sizes, seccomp_notif_resp, 2);
LX_ASSERT_AT(struct lx_seccomp_notif_sizes, seccomp_data, 4);

struct lx_seccomp_notif {
	uint64_t id;
	uint32_t pid;
	uint32_t flags;
	struct lx_seccomp_data data;
};
LX_ASSERT_SIZE(struct lx_seccomp_notif, 80);
LX_ASSERT_AT(struct lx_seccomp_notif, id, 0);
LX_ASSERT_AT(struct lx_seccomp_notif, pid, 8);
LX_ASSERT_AT(struct lx_seccomp_notif, flags, 12);
LX_ASSERT_AT(struct lx_seccomp_notif, data, 16);

struct lx_seccomp_notif_resp {
	uint64_t id;
	int64_t val;
	int32_t error;
	uint32_t flags;
};
LX_ASSERT_SIZE(struct lx_seccomp_notif_resp, 24);
LX_ASSERT_AT(struct lx_seccomp_notif_resp, id, 0);
LX_ASSERT_AT(struct lx_seccomp_notif_resp, val, 8);
LX_ASSERT_AT(struct lx_seccomp_notif_resp, error, 16);
LX_ASSERT_AT(struct lx_seccomp_notif_resp, flags, 20);

#define LX_SECCOMP_USER_NOTIF_FLAG_CONTINUE   0x1
#define LX_SECCOMP_ADDFD_FLAG_SETFD           0x1
#define LX_SECCOMP_ADDFD_FLAG_SEND            0x2
#define LX_SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP 0x1

struct lx_seccomp_notif_addfd {
	uint64_t id;
	uint32_t flags;
	uint32_t srcfd;
	uint32_t newfd;
	uint32_t newfd_flags;
};
LX_ASSERT_SIZE(struct lx_seccomp_notif_addfd, 24);
LX_ASSERT_AT(struct lx_seccomp_notif_addfd, id, 0);
LX_ASSERT_AT(struct lx_seccomp_notif_addfd, flags, 8);
LX_ASSERT_AT(struct lx_seccomp_notif_addfd, srcfd, 12);
LX_ASSERT_AT(struct lx_seccomp_notif_addfd, newfd, 16);
LX_ASSERT_AT(struct lx_seccomp_notif_addfd, newfd_flags, 20);

#define LX_SECCOMP_IOCTL_NOTIF_RECV      0xc0502100
#define LX_SECCOMP_IOCTL_NOTIF_SEND      0xc0182101
#define LX_SECCOMP_IOCTL_NOTIF_ID_VALID  0x40082102
#define LX_SECCOMP_IOCTL_NOTIF_ADDFD     0x40182103
#define LX_SECCOMP_IOCTL_NOTIF_SET_FLAGS 0x40082104
/* ID_VALID as it was first published, which Linux still takes. */
#define LX_SECCOMP_IOCTL_NOTIF_ID_VALID_WRONG_DIR 0x80082102

/* Classic BPF */
struct lx_sock_filter {
	uint16_t code;
	uint8_t jt;
	uint8_t jf;
	uint32_t k;
};
LX_ASSERT_SIZE(struct lx_sock_filter, 8);
LX_ASSERT_AT(struct lx_sock_filter, code, 0);
LX_ASSERT_AT(struct lx_sock_filter, jt, 2);
LX_ASSERT_AT(struct lx_sock_filter, jf, 3);
LX_ASSERT_AT(struct lx_sock_filter, k, 4);

struct lx_sock_fprog {
	uint16_t len; /* instructions */
	uint16_t pad[3];
	uint64_t filter; /* guest address */
};
LX_ASSERT_SIZE(struct lx_sock_fprog, 16);
LX_ASSERT_AT(struct lx_sock_fprog, len, 0);
LX_ASSERT_AT(struct lx_sock_fprog, filter, 8);

#define LX_BPF_MAXINSNS    4096
#define LX_BPF_MEMWORDS    16
#define LX_BPF_LD          0x0
#define LX_BPF_LDX         0x1
#define LX_BPF_ST          0x2
#define LX_BPF_STX         0x3
#define LX_BPF_ALU         0x4
#define LX_BPF_JMP         0x5
#define LX_BPF_RET         0x6
#define LX_BPF_MISC        0x7
#define LX_BPF_W           0x0
#define LX_BPF_H           0x8
#define LX_BPF_B           0x10
#define LX_BPF_IMM         0x0
#define LX_BPF_ABS         0x20
#define LX_BPF_IND         0x40
#define LX_BPF_MEM         0x60
#define LX_BPF_LEN         0x80
#define LX_BPF_MSH         0xa0
#define LX_BPF_ADD         0x0
#define LX_BPF_SUB         0x10
#define LX_BPF_MUL         0x20
#define LX_BPF_DIV         0x30
#define LX_BPF_OR          0x40
#define LX_BPF_AND         0x50
#define LX_BPF_LSH         0x60
#define LX_BPF_RSH         0x70
#define LX_BPF_NEG         0x80
#define LX_BPF_MOD         0x90
#define LX_BPF_XOR         0xa0
#define LX_BPF_JA          0x0
#define LX_BPF_JEQ         0x10
#define LX_BPF_JGT         0x20
#define LX_BPF_JGE         0x30
#define LX_BPF_JSET        0x40
#define LX_BPF_K           0x0
#define LX_BPF_X           0x8
#define LX_BPF_A           0x10
#define LX_BPF_TAX         0x0
#define LX_BPF_TXA         0x80
#define LX_BPF_CLASS(code) ((code)&0x07)
#define LX_BPF_SIZE(code)  ((code)&0x18)
#define LX_BPF_MODE(code)  ((code)&0xe0)
#define LX_BPF_OP(code)    ((code)&0xf0)
#define LX_BPF_SRC(code)   ((code)&0x08)
#define LX_BPF_RVAL(code)  ((code)&0x18)
/* Where packet filters find what is not in the packet. */
#define LX_SKF_AD_OFF              (-4096)
#define LX_SKF_AD_PROTOCOL         0
#define LX_SKF_AD_PKTTYPE          4
#define LX_SKF_AD_IFINDEX          8
#define LX_SKF_AD_NLATTR           12
#define LX_SKF_AD_NLATTR_NEST      16
#define LX_SKF_AD_MARK             20
#define LX_SKF_AD_QUEUE            24
#define LX_SKF_AD_HATYPE           28
#define LX_SKF_AD_RXHASH           32
#define LX_SKF_AD_CPU              36
#define LX_SKF_AD_ALU_XOR_X        40
#define LX_SKF_AD_VLAN_TAG         44
#define LX_SKF_AD_VLAN_TAG_PRESENT 48
#define LX_SKF_AD_PAY_OFFSET       52
#define LX_SKF_AD_RANDOM           56
#define LX_SKF_AD_VLAN_TPID        60
#define LX_SKF_AD_MAX              64
#define LX_SKF_NET_OFF             (-1048576)
#define LX_SKF_LL_OFF              (-2097152)

#endif
