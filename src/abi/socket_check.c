/* SPDX-License-Identifier: Apache-2.0 */
/* Compile-time test: abi/socket.h against the host's own headers. See abi/abi_check.h. */
#include "abi/socket.h"

#include <sys/socket.h>
#include <netinet/in.h>
#include <sys/un.h>
#include <linux/sockios.h>

#include "abi/abi_check.h"

SAME(AF_UNSPEC); SAME(AF_UNIX); SAME(AF_LOCAL); SAME(AF_INET); SAME(AF_AX25); SAME(AF_IPX);
SAME(AF_APPLETALK); SAME(AF_BRIDGE); SAME(AF_X25); SAME(AF_INET6); SAME(AF_KEY); SAME(AF_NETLINK);
SAME(AF_ROUTE); SAME(AF_PACKET); SAME(AF_CAN); SAME(AF_TIPC); SAME(AF_BLUETOOTH); SAME(AF_ALG);
SAME(AF_VSOCK); SAME(AF_QIPCRTR); SAME(AF_SMC); SAME(AF_XDP); SAME(SOCK_STREAM); SAME(SOCK_DGRAM);
SAME(SOCK_RAW); SAME(SOCK_RDM); SAME(SOCK_SEQPACKET); SAME(SOCK_DCCP); SAME(SOCK_PACKET);
SAME(SOCK_CLOEXEC); SAME(SOCK_NONBLOCK); SAME(SHUT_RD); SAME(SHUT_WR); SAME(SHUT_RDWR);
SAME(SOMAXCONN); SAME(IPPROTO_IP); SAME(IPPROTO_ICMP); SAME(IPPROTO_IGMP); SAME(IPPROTO_TCP);
SAME(IPPROTO_UDP); SAME(IPPROTO_DCCP); SAME(IPPROTO_IPV6); SAME(IPPROTO_ICMPV6);
SAME(IPPROTO_SCTP); SAME(IPPROTO_UDPLITE); SAME(IPPROTO_RAW); SAME(IPPROTO_MPTCP); SAME(SOL_IP);
SAME(SOL_SOCKET); SAME(SOL_IPV6); SAME(SOL_ICMPV6); SAME(SOL_RAW); SAME(SOL_PACKET);
SAME(SOL_NETLINK); SAME(SO_DEBUG); SAME(SO_REUSEADDR); SAME(SO_TYPE); SAME(SO_ERROR);
SAME(SO_DONTROUTE); SAME(SO_BROADCAST); SAME(SO_SNDBUF); SAME(SO_RCVBUF); SAME(SO_KEEPALIVE);
SAME(SO_OOBINLINE); SAME(SO_NO_CHECK); SAME(SO_PRIORITY); SAME(SO_LINGER); SAME(SO_BSDCOMPAT);
SAME(SO_REUSEPORT); SAME(SO_PASSCRED); SAME(SO_PEERCRED); SAME(SO_RCVLOWAT); SAME(SO_SNDLOWAT);
SAME(SO_RCVTIMEO); SAME(SO_SNDTIMEO); SAME(SO_SECURITY_AUTHENTICATION);
SAME(SO_SECURITY_ENCRYPTION_TRANSPORT); SAME(SO_SECURITY_ENCRYPTION_NETWORK);
SAME(SO_BINDTODEVICE); SAME(SO_ATTACH_FILTER); SAME(SO_DETACH_FILTER); SAME(SO_GET_FILTER);
SAME(SO_PEERNAME); SAME(SO_TIMESTAMP); SAME(SO_ACCEPTCONN); SAME(SO_PEERSEC); SAME(SO_SNDBUFFORCE);
SAME(SO_PASSSEC); SAME(SO_RCVBUFFORCE); SAME(SO_TIMESTAMPNS); SAME(SO_MARK); SAME(SO_TIMESTAMPING);
SAME(SO_PROTOCOL); SAME(SO_DOMAIN); SAME(SO_RXQ_OVFL); SAME(SO_WIFI_STATUS); SAME(SO_PEEK_OFF);
SAME(SO_NOFCS); SAME(SO_LOCK_FILTER); SAME(SO_SELECT_ERR_QUEUE); SAME(SO_BUSY_POLL);
SAME(SO_MAX_PACING_RATE); SAME(SO_BPF_EXTENSIONS); SAME(SO_INCOMING_CPU); SAME(SO_ATTACH_BPF);
SAME(SO_DETACH_BPF); SAME(SO_ATTACH_REUSEPORT_CBPF); SAME(SO_ATTACH_REUSEPORT_EBPF);
SAME(SO_CNX_ADVICE); SAME(SO_MEMINFO); SAME(SO_INCOMING_NAPI_ID); SAME(SO_COOKIE);
SAME(SO_PEERGROUPS); SAME(SO_ZEROCOPY); SAME(SO_TXTIME); SAME(SO_BINDTOIFINDEX);
SAME(SO_TIMESTAMP_NEW); SAME(SO_TIMESTAMPNS_NEW); SAME(SO_TIMESTAMPING_NEW); SAME(SO_RCVTIMEO_NEW);
SAME(SO_SNDTIMEO_NEW); SAME(SO_DETACH_REUSEPORT_BPF); SAME(SO_PREFER_BUSY_POLL);
SAME(SO_BUSY_POLL_BUDGET); SAME(SO_NETNS_COOKIE); SAME(SO_BUF_LOCK); SAME(SO_RESERVE_MEM);
SAME(SO_TXREHASH); SAME(SO_RCVMARK); SAME(MSG_OOB); SAME(MSG_PEEK); SAME(MSG_DONTROUTE);
SAME(MSG_CTRUNC); SAME(MSG_TRUNC); SAME(MSG_DONTWAIT); SAME(MSG_EOR); SAME(MSG_WAITALL);
SAME(MSG_FIN); SAME(MSG_SYN); SAME(MSG_CONFIRM); SAME(MSG_RST); SAME(MSG_ERRQUEUE);
SAME(MSG_NOSIGNAL); SAME(MSG_MORE); SAME(MSG_WAITFORONE); SAME(MSG_BATCH); SAME(MSG_ZEROCOPY);
SAME(MSG_FASTOPEN); SAME(MSG_CMSG_CLOEXEC); SAME(SCM_RIGHTS); SAME(SCM_CREDENTIALS);
SAME(SCM_TIMESTAMP); SAME(INADDR_ANY); SAME(INADDR_BROADCAST); SAME(INADDR_LOOPBACK);
SAME(INADDR_NONE); SAME(FIOSETOWN); SAME(SIOCSPGRP); SAME(FIOGETOWN); SAME(SIOCGPGRP);
SAME(SIOCATMARK); SAME(SIOCGSTAMP_OLD); SAME(SIOCGSTAMPNS_OLD); SAME(SIOCOUTQNSD);

SAME_SIZE(struct lx_msghdr, struct msghdr);
SAME_FIELD(struct lx_msghdr, msg_name, struct msghdr, msg_name);
SAME_FIELD(struct lx_msghdr, msg_namelen, struct msghdr, msg_namelen);
SAME_FIELD(struct lx_msghdr, msg_iov, struct msghdr, msg_iov);
SAME_FIELD(struct lx_msghdr, msg_iovlen, struct msghdr, msg_iovlen);
SAME_FIELD(struct lx_msghdr, msg_control, struct msghdr, msg_control);
SAME_FIELD(struct lx_msghdr, msg_controllen, struct msghdr, msg_controllen);
SAME_FIELD(struct lx_msghdr, msg_flags, struct msghdr, msg_flags);
SAME_SIZE(struct lx_mmsghdr, struct mmsghdr);
SAME_FIELD(struct lx_mmsghdr, msg_hdr, struct mmsghdr, msg_hdr);
SAME_FIELD(struct lx_mmsghdr, msg_len, struct mmsghdr, msg_len);
SAME_SIZE(struct lx_ucred, struct ucred);
SAME_FIELD(struct lx_ucred, pid, struct ucred, pid);
SAME_FIELD(struct lx_ucred, uid, struct ucred, uid);
SAME_FIELD(struct lx_ucred, gid, struct ucred, gid);
SAME_SIZE(struct lx_linger, struct linger);
SAME_FIELD(struct lx_linger, l_onoff, struct linger, l_onoff);
SAME_FIELD(struct lx_linger, l_linger, struct linger, l_linger);
SAME_SIZE(struct lx_sockaddr, struct sockaddr);
SAME_FIELD(struct lx_sockaddr, sa_family, struct sockaddr, sa_family);
SAME_FIELD(struct lx_sockaddr, sa_data, struct sockaddr, sa_data);
SAME_SIZE(struct lx_sockaddr_storage, struct sockaddr_storage);
SAME_FIELD(struct lx_sockaddr_storage, ss_family, struct sockaddr_storage, ss_family);
SAME_SIZE(struct lx_sockaddr_un, struct sockaddr_un);
SAME_FIELD(struct lx_sockaddr_un, sun_family, struct sockaddr_un, sun_family);
SAME_FIELD(struct lx_sockaddr_un, sun_path, struct sockaddr_un, sun_path);
SAME_SIZE(struct lx_in_addr, struct in_addr);
SAME_FIELD(struct lx_in_addr, s_addr, struct in_addr, s_addr);
SAME_SIZE(struct lx_sockaddr_in, struct sockaddr_in);
SAME_FIELD(struct lx_sockaddr_in, sin_family, struct sockaddr_in, sin_family);
SAME_FIELD(struct lx_sockaddr_in, sin_port, struct sockaddr_in, sin_port);
SAME_FIELD(struct lx_sockaddr_in, sin_addr, struct sockaddr_in, sin_addr);
SAME_FIELD(struct lx_sockaddr_in, sin_zero, struct sockaddr_in, sin_zero);
SAME_SIZE(struct lx_in6_addr, struct in6_addr);
SAME_FIELD(struct lx_in6_addr, u6_addr8, struct in6_addr, s6_addr);
SAME_FIELD(struct lx_in6_addr, u6_addr16, struct in6_addr, s6_addr16);
SAME_FIELD(struct lx_in6_addr, u6_addr32, struct in6_addr, s6_addr32);
SAME_SIZE(struct lx_sockaddr_in6, struct sockaddr_in6);
SAME_FIELD(struct lx_sockaddr_in6, sin6_family, struct sockaddr_in6, sin6_family);
SAME_FIELD(struct lx_sockaddr_in6, sin6_port, struct sockaddr_in6, sin6_port);
SAME_FIELD(struct lx_sockaddr_in6, sin6_flowinfo, struct sockaddr_in6, sin6_flowinfo);
SAME_FIELD(struct lx_sockaddr_in6, sin6_addr, struct sockaddr_in6, sin6_addr);
SAME_FIELD(struct lx_sockaddr_in6, sin6_scope_id, struct sockaddr_in6, sin6_scope_id);
SAME_SIZE(struct lx_cmsghdr, struct cmsghdr);
SAME_FIELD(struct lx_cmsghdr, cmsg_len, struct cmsghdr, cmsg_len);
SAME_FIELD(struct lx_cmsghdr, cmsg_level, struct cmsghdr, cmsg_level);
SAME_FIELD(struct lx_cmsghdr, cmsg_type, struct cmsghdr, cmsg_type);
_Static_assert(LX_CMSG_SPACE(13) == CMSG_SPACE(13), "CMSG_SPACE");
_Static_assert(LX_CMSG_LEN(13) == CMSG_LEN(13), "CMSG_LEN");
