/* SPDX-License-Identifier: Apache-2.0 */
/* Compile-time test: abi/inet.h against the host's own headers. See abi/abi_check.h. */
#include "abi/inet.h"

#include <time.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <linux/errqueue.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include "abi/abi_check.h"

SAME(IP_TOS); SAME(IP_TTL); SAME(IP_HDRINCL); SAME(IP_OPTIONS); SAME(IP_ROUTER_ALERT);
SAME(IP_RECVOPTS); SAME(IP_RETOPTS); SAME(IP_PKTINFO); SAME(IP_PKTOPTIONS); SAME(IP_MTU_DISCOVER);
SAME(IP_RECVERR); SAME(IP_RECVTTL); SAME(IP_RECVTOS); SAME(IP_MTU); SAME(IP_FREEBIND);
SAME(IP_PASSSEC); SAME(IP_TRANSPARENT); SAME(IP_ORIGDSTADDR); SAME(IP_RECVORIGDSTADDR);
SAME(IP_MINTTL); SAME(IP_NODEFRAG); SAME(IP_CHECKSUM); SAME(IP_BIND_ADDRESS_NO_PORT);
SAME(IP_RECVFRAGSIZE); SAME(IP_RECVERR_RFC4884); SAME(IP_MULTICAST_IF); SAME(IP_MULTICAST_TTL);
SAME(IP_MULTICAST_LOOP); SAME(IP_ADD_MEMBERSHIP); SAME(IP_DROP_MEMBERSHIP);
SAME(IP_UNBLOCK_SOURCE); SAME(IP_BLOCK_SOURCE); SAME(IP_ADD_SOURCE_MEMBERSHIP);
SAME(IP_DROP_SOURCE_MEMBERSHIP); SAME(IP_MSFILTER); SAME(MCAST_JOIN_GROUP);
SAME(MCAST_LEAVE_GROUP); SAME(IP_MULTICAST_ALL); SAME(IP_UNICAST_IF); SAME(IP_PMTUDISC_DONT);
SAME(IP_PMTUDISC_WANT); SAME(IP_PMTUDISC_DO); SAME(IP_PMTUDISC_PROBE); SAME(IP_PMTUDISC_INTERFACE);
SAME(IP_PMTUDISC_OMIT); SAME(IPV6_ADDRFORM); SAME(IPV6_2292PKTINFO); SAME(IPV6_2292HOPOPTS);
SAME(IPV6_2292DSTOPTS); SAME(IPV6_2292RTHDR); SAME(IPV6_2292PKTOPTIONS); SAME(IPV6_CHECKSUM);
SAME(IPV6_2292HOPLIMIT); SAME(IPV6_NEXTHOP); SAME(IPV6_AUTHHDR); SAME(IPV6_UNICAST_HOPS);
SAME(IPV6_MULTICAST_IF); SAME(IPV6_MULTICAST_HOPS); SAME(IPV6_MULTICAST_LOOP);
SAME(IPV6_JOIN_GROUP); SAME(IPV6_LEAVE_GROUP); SAME(IPV6_ADD_MEMBERSHIP);
SAME(IPV6_DROP_MEMBERSHIP); SAME(IPV6_ROUTER_ALERT); SAME(IPV6_MTU_DISCOVER); SAME(IPV6_MTU);
SAME(IPV6_RECVERR); SAME(IPV6_V6ONLY); SAME(IPV6_JOIN_ANYCAST); SAME(IPV6_LEAVE_ANYCAST);
SAME(IPV6_MULTICAST_ALL); SAME(IPV6_ROUTER_ALERT_ISOLATE); SAME(IPV6_RECVERR_RFC4884);
SAME(IPV6_RECVPKTINFO); SAME(IPV6_PKTINFO); SAME(IPV6_RECVHOPLIMIT); SAME(IPV6_HOPLIMIT);
SAME(IPV6_RECVHOPOPTS); SAME(IPV6_HOPOPTS); SAME(IPV6_RTHDRDSTOPTS); SAME(IPV6_RECVRTHDR);
SAME(IPV6_RTHDR); SAME(IPV6_RECVDSTOPTS); SAME(IPV6_DSTOPTS); SAME(IPV6_RECVPATHMTU);
SAME(IPV6_PATHMTU); SAME(IPV6_DONTFRAG); SAME(IPV6_RECVTCLASS); SAME(IPV6_TCLASS);
SAME(IPV6_AUTOFLOWLABEL); SAME(IPV6_ADDR_PREFERENCES); SAME(IPV6_MINHOPCOUNT);
SAME(IPV6_ORIGDSTADDR); SAME(IPV6_TRANSPARENT); SAME(IPV6_UNICAST_IF); SAME(IPV6_RECVFRAGSIZE);
SAME(IPV6_FREEBIND); SAME(TCP_NODELAY); SAME(TCP_MAXSEG); SAME(TCP_CORK); SAME(TCP_KEEPIDLE);
SAME(TCP_KEEPINTVL); SAME(TCP_KEEPCNT); SAME(TCP_SYNCNT); SAME(TCP_LINGER2);
SAME(TCP_DEFER_ACCEPT); SAME(TCP_WINDOW_CLAMP); SAME(TCP_INFO); SAME(TCP_QUICKACK);
SAME(TCP_CONGESTION); SAME(TCP_MD5SIG); SAME(TCP_USER_TIMEOUT); SAME(TCP_REPAIR);
SAME(TCP_REPAIR_QUEUE); SAME(TCP_QUEUE_SEQ); SAME(TCP_REPAIR_OPTIONS); SAME(TCP_FASTOPEN);
SAME(TCP_TIMESTAMP); SAME(TCP_NOTSENT_LOWAT); SAME(TCP_CC_INFO); SAME(TCP_SAVE_SYN);
SAME(TCP_SAVED_SYN); SAME(TCP_REPAIR_WINDOW); SAME(TCP_FASTOPEN_CONNECT); SAME(TCP_ULP);
SAME(TCP_MD5SIG_EXT); SAME(TCP_FASTOPEN_KEY); SAME(TCP_FASTOPEN_NO_COOKIE);
SAME(TCP_ZEROCOPY_RECEIVE); SAME(TCP_INQ); SAME(TCP_TX_DELAY); SAME(TCP_CA_Open);
SAME(TCP_CA_Disorder); SAME(TCP_CA_CWR); SAME(TCP_CA_Recovery); SAME(TCP_CA_Loss);
SAME(TCPI_OPT_TIMESTAMPS); SAME(TCPI_OPT_SACK); SAME(TCPI_OPT_WSCALE); SAME(TCPI_OPT_ECN);
SAME(TCPI_OPT_ECN_SEEN); SAME(TCPI_OPT_SYN_DATA); SAME(SO_EE_ORIGIN_NONE);
SAME(SO_EE_ORIGIN_LOCAL); SAME(SO_EE_ORIGIN_ICMP); SAME(SO_EE_ORIGIN_ICMP6);
SAME(SO_EE_ORIGIN_TXSTATUS); SAME(SO_EE_ORIGIN_ZEROCOPY);

SAME_SIZE(struct lx_ip_mreqn, struct ip_mreqn);
SAME_FIELD(struct lx_ip_mreqn, imr_multiaddr, struct ip_mreqn, imr_multiaddr);
SAME_FIELD(struct lx_ip_mreqn, imr_address, struct ip_mreqn, imr_address);
SAME_FIELD(struct lx_ip_mreqn, imr_ifindex, struct ip_mreqn, imr_ifindex);
SAME_SIZE(struct lx_ip_mreq, struct ip_mreq);
SAME_FIELD(struct lx_ip_mreq, imr_multiaddr, struct ip_mreq, imr_multiaddr);
SAME_FIELD(struct lx_ip_mreq, imr_interface, struct ip_mreq, imr_interface);
SAME_SIZE(struct lx_in_pktinfo, struct in_pktinfo);
SAME_FIELD(struct lx_in_pktinfo, ipi_ifindex, struct in_pktinfo, ipi_ifindex);
SAME_FIELD(struct lx_in_pktinfo, ipi_spec_dst, struct in_pktinfo, ipi_spec_dst);
SAME_FIELD(struct lx_in_pktinfo, ipi_addr, struct in_pktinfo, ipi_addr);
SAME_SIZE(struct lx_in6_pktinfo, struct in6_pktinfo);
SAME_FIELD(struct lx_in6_pktinfo, ipi6_addr, struct in6_pktinfo, ipi6_addr);
SAME_FIELD(struct lx_in6_pktinfo, ipi6_ifindex, struct in6_pktinfo, ipi6_ifindex);
SAME_SIZE(struct lx_ipv6_mreq, struct ipv6_mreq);
SAME_FIELD(struct lx_ipv6_mreq, ipv6mr_multiaddr, struct ipv6_mreq, ipv6mr_multiaddr);
SAME_FIELD(struct lx_ipv6_mreq, ipv6mr_ifindex, struct ipv6_mreq, ipv6mr_interface);
SAME_SIZE(struct lx_sock_extended_err, struct sock_extended_err);
SAME_FIELD(struct lx_sock_extended_err, ee_errno, struct sock_extended_err, ee_errno);
SAME_FIELD(struct lx_sock_extended_err, ee_origin, struct sock_extended_err, ee_origin);
SAME_FIELD(struct lx_sock_extended_err, ee_type, struct sock_extended_err, ee_type);
SAME_FIELD(struct lx_sock_extended_err, ee_code, struct sock_extended_err, ee_code);
SAME_FIELD(struct lx_sock_extended_err, ee_info, struct sock_extended_err, ee_info);
SAME_FIELD(struct lx_sock_extended_err, ee_data, struct sock_extended_err, ee_data);
SAME_FIELD(struct lx_tcp_info, tcpi_state, struct tcp_info, tcpi_state);
SAME_FIELD(struct lx_tcp_info, tcpi_rtt, struct tcp_info, tcpi_rtt);
SAME_FIELD(struct lx_tcp_info, tcpi_pacing_rate, struct tcp_info, tcpi_pacing_rate);
SAME_FIELD(struct lx_tcp_info, tcpi_delivery_rate, struct tcp_info, tcpi_delivery_rate);
SAME_FIELD(struct lx_tcp_info, tcpi_snd_wnd, struct tcp_info, tcpi_snd_wnd);
