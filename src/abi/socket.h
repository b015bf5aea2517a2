/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sockets: families, types, addresses, messages, options of the socket layer. Options of IP, TCP
 * and UDP: inet.h.
 * Source: include/linux/socket.h, include/uapi/asm-generic/socket.h,
 * include/uapi/linux/{socket,un,in,in6,net}.h; socket(2), socket(7), sendmsg(2), recvmsg(2),
 * unix(7), ip(7), ipv6(7), cmsg(3).
 */
#ifndef CAISSON_ABI_SOCKET_H
#define CAISSON_ABI_SOCKET_H

#include <stdint.h>

#include "abi/layout.h"
#include "abi/types.h"

#define LX_AF_UNSPEC       0
#define LX_AF_UNIX         1
#define LX_AF_LOCAL        1
#define LX_AF_INET         2
#define LX_AF_AX25         3
#define LX_AF_IPX          4
#define LX_AF_APPLETALK    5
#define LX_AF_BRIDGE       7
#define LX_AF_X25          9
#define LX_AF_INET6        10
#define LX_AF_KEY          15
#define LX_AF_NETLINK      16
#define LX_AF_ROUTE        16
#define LX_AF_PACKET       17
#define LX_AF_CAN          29
#define LX_AF_TIPC         30
#define LX_AF_BLUETOOTH    31
#define LX_AF_ALG          38
#define LX_AF_VSOCK        40
#define LX_AF_QIPCRTR      42
#define LX_AF_SMC          43
#define LX_AF_XDP          44
#define LX_AF_MCTP         45
#define LX_AF_MAX          46
#define LX_SOCK_STREAM     1
#define LX_SOCK_DGRAM      2
#define LX_SOCK_RAW        3
#define LX_SOCK_RDM        4
#define LX_SOCK_SEQPACKET  5
#define LX_SOCK_DCCP       6
#define LX_SOCK_PACKET     10
#define LX_SOCK_MAX        11
#define LX_SOCK_TYPE_MASK  0xf
#define LX_SOCK_CLOEXEC    02000000
#define LX_SOCK_NONBLOCK   04000
#define LX_SHUT_RD         0
#define LX_SHUT_WR         1
#define LX_SHUT_RDWR       2
#define LX_SOMAXCONN       4096
#define LX_IPPROTO_IP      0
#define LX_IPPROTO_ICMP    1
#define LX_IPPROTO_IGMP    2
#define LX_IPPROTO_TCP     6
#define LX_IPPROTO_UDP     17
#define LX_IPPROTO_DCCP    33
#define LX_IPPROTO_IPV6    41
#define LX_IPPROTO_ICMPV6  58
#define LX_IPPROTO_SCTP    132
#define LX_IPPROTO_UDPLITE 136
#define LX_IPPROTO_RAW     255
#define LX_IPPROTO_MPTCP   262

#define LX_SOL_IP      0
#define LX_SOL_SOCKET  1
#define LX_SOL_TCP     6
#define LX_SOL_UDP     17
#define LX_SOL_IPV6    41
#define LX_SOL_ICMPV6  58
#define LX_SOL_RAW     255
#define LX_SOL_PACKET  263
#define LX_SOL_NETLINK 270
#define LX_SOL_VSOCK   287

/* SOL_SOCKET */
#define LX_SO_DEBUG                         1
#define LX_SO_REUSEADDR                     2
#define LX_SO_TYPE                          3
#define LX_SO_ERROR                         4
#define LX_SO_DONTROUTE                     5
#define LX_SO_BROADCAST                     6
#define LX_SO_SNDBUF                        7
#define LX_SO_RCVBUF                        8
#define LX_SO_KEEPALIVE                     9
#define LX_SO_OOBINLINE                     10
#define LX_SO_NO_CHECK                      11
#define LX_SO_PRIORITY                      12
#define LX_SO_LINGER                        13
#define LX_SO_BSDCOMPAT                     14
#define LX_SO_REUSEPORT                     15
#define LX_SO_PASSCRED                      16
#define LX_SO_PEERCRED                      17
#define LX_SO_RCVLOWAT                      18
#define LX_SO_SNDLOWAT                      19
#define LX_SO_RCVTIMEO                      20
#define LX_SO_SNDTIMEO                      21
#define LX_SO_SECURITY_AUTHENTICATION       22
#define LX_SO_SECURITY_ENCRYPTION_TRANSPORT 23
#define LX_SO_SECURITY_ENCRYPTION_NETWORK   24
#define LX_SO_BINDTODEVICE                  25
#define LX_SO_ATTACH_FILTER                 26
#define LX_SO_DETACH_FILTER                 27
#define LX_SO_GET_FILTER                    26
#define LX_SO_PEERNAME                      28
#define LX_SO_TIMESTAMP                     29
#define LX_SO_ACCEPTCONN                    30
#define LX_SO_PEERSEC                       31
#define LX_SO_SNDBUFFORCE                   32
#define LX_SO_PASSSEC                       34
#define LX_SO_RCVBUFFORCE                   33
#define LX_SO_TIMESTAMPNS                   35
#define LX_SO_MARK                          36
#define LX_SO_TIMESTAMPING                  37
#define LX_SO_PROTOCOL                      38
#define LX_SO_DOMAIN                        39
#define LX_SO_RXQ_OVFL                      40
#define LX_SO_WIFI_STATUS                   41
#define LX_SO_PEEK_OFF                      42
#define LX_SO_NOFCS                         43
#define LX_SO_LOCK_FILTER                   44
#define LX_SO_SELECT_ERR_QUEUE              45
#define LX_SO_BUSY_POLL                     46
#define LX_SO_MAX_PACING_RATE               47
#define LX_SO_BPF_EXTENSIONS                48
#define LX_SO_INCOMING_CPU                  49
#define LX_SO_ATTACH_BPF                    50
#define LX_SO_DETACH_BPF                    27
#define LX_SO_ATTACH_REUSEPORT_CBPF         51
#define LX_SO_ATTACH_REUSEPORT_EBPF         52
#define LX_SO_CNX_ADVICE                    53
#define LX_SO_MEMINFO                       55
#define LX_SO_INCOMING_NAPI_ID              56
#define LX_SO_COOKIE                        57
#define LX_SO_PEERGROUPS                    59
#define LX_SO_ZEROCOPY                      60
#define LX_SO_TXTIME                        61
#define LX_SO_BINDTOIFINDEX                 62
#define LX_SO_TIMESTAMP_NEW                 63
#define LX_SO_TIMESTAMPNS_NEW               64
#define LX_SO_TIMESTAMPING_NEW              65
#define LX_SO_RCVTIMEO_NEW                  66
#define LX_SO_SNDTIMEO_NEW                  67
#define LX_SO_DETACH_REUSEPORT_BPF          68
#define LX_SO_PREFER_BUSY_POLL              69
#define LX_SO_BUSY_POLL_BUDGET              70
#define LX_SO_NETNS_COOKIE                  71
#define LX_SO_BUF_LOCK                      72
#define LX_SO_RESERVE_MEM                   73
#define LX_SO_TXREHASH                      74
#define LX_SO_RCVMARK                       75
#define LX_SO_PASSPIDFD                     76
#define LX_SO_PEERPIDFD                     77
#define LX_SO_DEVMEM_LINEAR                 78
#define LX_SO_DEVMEM_DMABUF                 79
#define LX_SO_DEVMEM_DONTNEED               80
#define LX_SCM_TS_OPT_ID                    81
#define LX_SO_RCVPRIORITY                   82
#define LX_SO_PASSRIGHTS                    83
#define LX_SO_INQ                           84
#define LX_SOCK_SNDBUF_LOCK                 1
#define LX_SOCK_RCVBUF_LOCK                 2

/* msg_flags */
#define LX_MSG_OOB               0x1
#define LX_MSG_PEEK              0x2
#define LX_MSG_DONTROUTE         0x4
#define LX_MSG_TRYHARD           0x4
#define LX_MSG_CTRUNC            0x8
#define LX_MSG_PROBE             0x10
#define LX_MSG_TRUNC             0x20
#define LX_MSG_DONTWAIT          0x40
#define LX_MSG_EOR               0x80
#define LX_MSG_WAITALL           0x100
#define LX_MSG_FIN               0x200
#define LX_MSG_SYN               0x400
#define LX_MSG_CONFIRM           0x800
#define LX_MSG_RST               0x1000
#define LX_MSG_ERRQUEUE          0x2000
#define LX_MSG_NOSIGNAL          0x4000
#define LX_MSG_MORE              0x8000
#define LX_MSG_WAITFORONE        0x10000
#define LX_MSG_SENDPAGE_NOPOLICY 0x10000
#define LX_MSG_BATCH             0x40000
#define LX_MSG_ZEROCOPY          0x4000000
#define LX_MSG_FASTOPEN          0x20000000
#define LX_MSG_CMSG_CLOEXEC      0x40000000
#define LX_MSG_CMSG_COMPAT       0x80000000
#define LX_SCM_RIGHTS            1
#define LX_SCM_CREDENTIALS       2
#define LX_SCM_SECURITY          3
#define LX_SCM_PIDFD             4
#define LX_SCM_TIMESTAMP         29
#define LX_SCM_TIMESTAMPNS       LX_SO_TIMESTAMPNS
#define LX_SCM_TIMESTAMPING      LX_SO_TIMESTAMPING
#define LX_SCM_MAX_FD            253

struct lx_msghdr {
	uint64_t msg_name;
	int32_t msg_namelen;
	int32_t pad0;
	uint64_t msg_iov;
	uint64_t msg_iovlen;
	uint64_t msg_control;
	uint64_t msg_controllen;
	uint32_t msg_flags;
	uint32_t pad1;
};
LX_ASSERT_SIZE(struct lx_msghdr, 56);
LX_ASSERT_AT(struct lx_msghdr, msg_name, 0);
LX_ASSERT_AT(struct lx_msghdr, msg_namelen, 8);
LX_ASSERT_AT(struct lx_msghdr, msg_iov, 16);
LX_ASSERT_AT(struct lx_msghdr, msg_iovlen, 24);
LX_ASSERT_AT(struct lx_msghdr, msg_control, 32);
LX_ASSERT_AT(struct lx_msghdr, msg_controllen, 40);
LX_ASSERT_AT(struct lx_msghdr, msg_flags, 48);

struct lx_mmsghdr {
	struct lx_msghdr msg_hdr;
	uint32_t msg_len;
	uint32_t pad0;
};
LX_ASSERT_SIZE(struct lx_mmsghdr, 64);
LX_ASSERT_AT(struct lx_mmsghdr, msg_hdr, 0);
LX_ASSERT_AT(struct lx_mmsghdr, msg_len, 56);

/* A control message: its data follows; the next stands at the next multiple of 8. */
struct lx_cmsghdr {
	uint64_t cmsg_len; /* with this header, without the padding after the data */
	int32_t cmsg_level;
	int32_t cmsg_type;
};
LX_ASSERT_SIZE(struct lx_cmsghdr, 16);
LX_ASSERT_AT(struct lx_cmsghdr, cmsg_len, 0);
LX_ASSERT_AT(struct lx_cmsghdr, cmsg_level, 8);
LX_ASSERT_AT(struct lx_cmsghdr, cmsg_type, 12);

#define LX_CMSG_ALIGN(len) (((len) + 7UL) & ~7UL)
#define LX_CMSG_SPACE(len) (LX_CMSG_ALIGN(len) + sizeof(struct lx_cmsghdr))
#define LX_CMSG_LEN(len)   ((len) + sizeof(struct lx_cmsghdr))

struct lx_ucred {
	int32_t pid;
	uint32_t uid;
	uint32_t gid;
};
LX_ASSERT_SIZE(struct lx_ucred, 12);
LX_ASSERT_AT(struct lx_ucred, pid, 0);
LX_ASSERT_AT(struct lx_ucred, uid, 4);
LX_ASSERT_AT(struct lx_ucred, gid, 8);

struct lx_linger {
	int32_t l_onoff;
	int32_t l_linger; /* s */
};
LX_ASSERT_SIZE(struct lx_linger, 8);
LX_ASSERT_AT(struct lx_linger, l_onoff, 0);
LX_ASSERT_AT(struct lx_linger, l_linger, 4);

struct lx_sockaddr {
	uint16_t sa_family;
	char sa_data[14];
};
LX_ASSERT_SIZE(struct lx_sockaddr, 16);
LX_ASSERT_AT(struct lx_sockaddr, sa_family, 0);
LX_ASSERT_AT(struct lx_sockaddr, sa_data, 2);

struct lx_sockaddr_storage {
	uint16_t ss_family;
	uint8_t data[118];
	uint64_t align;
};
LX_ASSERT_SIZE(struct lx_sockaddr_storage, 128);
LX_ASSERT_AT(struct lx_sockaddr_storage, ss_family, 0);

#define LX_UNIX_PATH_MAX 108

struct lx_sockaddr_un {
	uint16_t sun_family;
	char sun_path[LX_UNIX_PATH_MAX]; /* zero-ended or full; a zero first: abstract */
};
LX_ASSERT_SIZE(struct lx_sockaddr_un, 110);
LX_ASSERT_AT(struct lx_sockaddr_un, sun_family, 0);
LX_ASSERT_AT(struct lx_sockaddr_un, sun_path, 2);

/* Ports and addresses are in network byte order. */
struct lx_in_addr {
	uint32_t s_addr;
};
LX_ASSERT_SIZE(struct lx_in_addr, 4);
LX_ASSERT_AT(struct lx_in_addr, s_addr, 0);

struct lx_sockaddr_in {
	uint16_t sin_family;
	uint16_t sin_port;
	struct lx_in_addr sin_addr;
	uint8_t sin_zero[8];
};
LX_ASSERT_SIZE(struct lx_sockaddr_in, 16);
LX_ASSERT_AT(struct lx_sockaddr_in, sin_family, 0);
LX_ASSERT_AT(struct lx_sockaddr_in, sin_port, 2);
LX_ASSERT_AT(struct lx_sockaddr_in, sin_addr, 4);
LX_ASSERT_AT(struct lx_sockaddr_in, sin_zero, 8);

struct lx_in6_addr {
	union {
		uint8_t u6_addr8[16];
		uint16_t u6_addr16[8];
		uint32_t u6_addr32[4];
	};
};
LX_ASSERT_SIZE(struct lx_in6_addr, 16);
LX_ASSERT_AT(struct lx_in6_addr, u6_addr8, 0);
LX_ASSERT_AT(struct lx_in6_addr, u6_addr16, 0);
LX_ASSERT_AT(struct lx_in6_addr, u6_addr32, 0);

struct lx_sockaddr_in6 {
	uint16_t sin6_family;
	uint16_t sin6_port;
	uint32_t sin6_flowinfo;
	struct lx_in6_addr sin6_addr;
	uint32_t sin6_scope_id;
};
LX_ASSERT_SIZE(struct lx_sockaddr_in6, 28);
LX_ASSERT_AT(struct lx_sockaddr_in6, sin6_family, 0);
LX_ASSERT_AT(struct lx_sockaddr_in6, sin6_port, 2);
LX_ASSERT_AT(struct lx_sockaddr_in6, sin6_flowinfo, 4);
LX_ASSERT_AT(struct lx_sockaddr_in6, sin6_addr, 8);
LX_ASSERT_AT(struct lx_sockaddr_in6, sin6_scope_id, 24);

/* sin6_scope_id came later (RFC 2553): an address may end before it. */
#define LX_SIN6_LEN_RFC2133 24
#define LX_INADDR_ANY       0x0
#define LX_INADDR_BROADCAST 0xffffffff
#define LX_INADDR_LOOPBACK  0x7f000001
#define LX_INADDR_NONE      0xffffffff

/* ioctl(2) */
#define LX_FIOSETOWN        0x8901
#define LX_SIOCSPGRP        0x8902
#define LX_FIOGETOWN        0x8903
#define LX_SIOCGPGRP        0x8904
#define LX_SIOCATMARK       0x8905
#define LX_SIOCGSTAMP_OLD   0x8906
#define LX_SIOCGSTAMPNS_OLD 0x8907
#define LX_SIOCINQ          0x541b
#define LX_SIOCOUTQ         0x5411
#define LX_SIOCOUTQNSD      0x894b
#define LX_SIOCUNIXFILE     0x89e0

/* SO_TIMESTAMPING: what to stamp and how, and the control message */
#define LX_SOF_TIMESTAMPING_TX_HARDWARE  0x1
#define LX_SOF_TIMESTAMPING_TX_SOFTWARE  0x2
#define LX_SOF_TIMESTAMPING_RX_HARDWARE  0x4
#define LX_SOF_TIMESTAMPING_RX_SOFTWARE  0x8
#define LX_SOF_TIMESTAMPING_SOFTWARE     0x10
#define LX_SOF_TIMESTAMPING_SYS_HARDWARE 0x20
#define LX_SOF_TIMESTAMPING_RAW_HARDWARE 0x40
#define LX_SOF_TIMESTAMPING_OPT_ID       0x80

struct lx_scm_timestamping {
	struct lx_timespec ts[3];
};
LX_ASSERT_SIZE(struct lx_scm_timestamping, 48);
LX_ASSERT_AT(struct lx_scm_timestamping, ts, 0);

#endif
