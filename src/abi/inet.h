/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options of IPv4, IPv6, TCP and UDP sockets, and what they carry. Addresses: socket.h.
 * Source:
 * include/uapi/linux/{in,in6,tcp,udp,errqueue}.h; ip(7), ipv6(7), tcp(7), udp(7).
 */
#ifndef CAISSON_ABI_INET_H
#define CAISSON_ABI_INET_H

#include <stdint.h>

#include "abi/layout.h"
#include "abi/socket.h"

/* IPPROTO_IP */
#define LX_IP_TOS                    1
#define LX_IP_TTL                    2
#define LX_IP_HDRINCL                3
#define LX_IP_OPTIONS                4
#define LX_IP_ROUTER_ALERT           5
#define LX_IP_RECVOPTS               6
#define LX_IP_RETOPTS                7
#define LX_IP_PKTINFO                8
#define LX_IP_PKTOPTIONS             9
#define LX_IP_MTU_DISCOVER           10
#define LX_IP_RECVERR                11
#define LX_IP_RECVTTL                12
#define LX_IP_RECVTOS                13
#define LX_IP_MTU                    14
#define LX_IP_FREEBIND               15
#define LX_IP_PASSSEC                18
#define LX_IP_TRANSPARENT            19
#define LX_IP_ORIGDSTADDR            20
#define LX_IP_RECVORIGDSTADDR        20
#define LX_IP_MINTTL                 21
#define LX_IP_NODEFRAG               22
#define LX_IP_CHECKSUM               23
#define LX_IP_BIND_ADDRESS_NO_PORT   24
#define LX_IP_RECVFRAGSIZE           25
#define LX_IP_RECVERR_RFC4884        26
#define LX_IP_MULTICAST_IF           32
#define LX_IP_MULTICAST_TTL          33
#define LX_IP_MULTICAST_LOOP         34
#define LX_IP_ADD_MEMBERSHIP         35
#define LX_IP_DROP_MEMBERSHIP        36
#define LX_IP_UNBLOCK_SOURCE         37
#define LX_IP_BLOCK_SOURCE           38
#define LX_IP_ADD_SOURCE_MEMBERSHIP  39
#define LX_IP_DROP_SOURCE_MEMBERSHIP 40
#define LX_IP_MSFILTER               41
#define LX_MCAST_JOIN_GROUP          42
#define LX_MCAST_LEAVE_GROUP         45
#define LX_IP_MULTICAST_ALL          49
#define LX_IP_UNICAST_IF             50
#define LX_IP_LOCAL_PORT_RANGE       51
#define LX_IP_PROTOCOL               52
#define LX_IP_PMTUDISC_DONT          0
#define LX_IP_PMTUDISC_WANT          1
#define LX_IP_PMTUDISC_DO            2
#define LX_IP_PMTUDISC_PROBE         3
#define LX_IP_PMTUDISC_INTERFACE     4
#define LX_IP_PMTUDISC_OMIT          5

struct lx_ip_mreqn {
	struct lx_in_addr imr_multiaddr;
	struct lx_in_addr imr_address;
	int32_t imr_ifindex;
};
LX_ASSERT_SIZE(struct lx_ip_mreqn, 12);
LX_ASSERT_AT(struct lx_ip_mreqn, imr_multiaddr, 0);
LX_ASSERT_AT(struct lx_ip_mreqn, imr_address, 4);
LX_ASSERT_AT(struct lx_ip_mreqn, imr_ifindex, 8);

struct lx_ip_mreq {
	struct lx_in_addr imr_multiaddr;
	struct lx_in_addr imr_interface;
};
LX_ASSERT_SIZE(struct lx_ip_mreq, 8);
LX_ASSERT_AT(struct lx_ip_mreq, imr_multiaddr, 0);
LX_ASSERT_AT(struct lx_ip_mreq, imr_interface, 4);

struct lx_in_pktinfo {
	int32_t ipi_ifindex;
	struct lx_in_addr ipi_spec_dst;
	struct lx_in_addr ipi_addr;
};
LX_ASSERT_SIZE(struct lx_in_pktinfo, 12);
LX_ASSERT_AT(struct lx_in_pktinfo, ipi_ifindex, 0);
LX_ASSERT_AT(struct lx_in_pktinfo, ipi_spec_dst, 4);
LX_ASSERT_AT(struct lx_in_pktinfo, ipi_addr, 8);

/* IPPROTO_IPV6 */
#define LX_IPV6_ADDRFORM             1
#define LX_IPV6_2292PKTINFO          2
#define LX_IPV6_2292HOPOPTS          3
#define LX_IPV6_2292DSTOPTS          4
#define LX_IPV6_2292RTHDR            5
#define LX_IPV6_2292PKTOPTIONS       6
#define LX_IPV6_CHECKSUM             7
#define LX_IPV6_2292HOPLIMIT         8
#define LX_IPV6_NEXTHOP              9
#define LX_IPV6_AUTHHDR              10
#define LX_IPV6_FLOWINFO             11
#define LX_IPV6_UNICAST_HOPS         16
#define LX_IPV6_MULTICAST_IF         17
#define LX_IPV6_MULTICAST_HOPS       18
#define LX_IPV6_MULTICAST_LOOP       19
#define LX_IPV6_JOIN_GROUP           20
#define LX_IPV6_LEAVE_GROUP          21
#define LX_IPV6_ADD_MEMBERSHIP       20
#define LX_IPV6_DROP_MEMBERSHIP      21
#define LX_IPV6_ROUTER_ALERT         22
#define LX_IPV6_MTU_DISCOVER         23
#define LX_IPV6_MTU                  24
#define LX_IPV6_RECVERR              25
#define LX_IPV6_V6ONLY               26
#define LX_IPV6_JOIN_ANYCAST         27
#define LX_IPV6_LEAVE_ANYCAST        28
#define LX_IPV6_MULTICAST_ALL        29
#define LX_IPV6_ROUTER_ALERT_ISOLATE 30
#define LX_IPV6_RECVERR_RFC4884      31
#define LX_IPV6_FLOWLABEL_MGR        32
#define LX_IPV6_FLOWINFO_SEND        33
#define LX_IPV6_RECVPKTINFO          49
#define LX_IPV6_PKTINFO              50
#define LX_IPV6_RECVHOPLIMIT         51
#define LX_IPV6_HOPLIMIT             52
#define LX_IPV6_RECVHOPOPTS          53
#define LX_IPV6_HOPOPTS              54
#define LX_IPV6_RTHDRDSTOPTS         55
#define LX_IPV6_RECVRTHDR            56
#define LX_IPV6_RTHDR                57
#define LX_IPV6_RECVDSTOPTS          58
#define LX_IPV6_DSTOPTS              59
#define LX_IPV6_RECVPATHMTU          60
#define LX_IPV6_PATHMTU              61
#define LX_IPV6_DONTFRAG             62
#define LX_IPV6_RECVTCLASS           66
#define LX_IPV6_TCLASS               67
#define LX_IPV6_AUTOFLOWLABEL        70
#define LX_IPV6_ADDR_PREFERENCES     72
#define LX_IPV6_MINHOPCOUNT          73
#define LX_IPV6_ORIGDSTADDR          74
#define LX_IPV6_RECVORIGDSTADDR      74
#define LX_IPV6_TRANSPARENT          75
#define LX_IPV6_UNICAST_IF           76
#define LX_IPV6_RECVFRAGSIZE         77
#define LX_IPV6_FREEBIND             78
#define LX_ICMPV6_FILTER             1

struct lx_in6_pktinfo {
	struct lx_in6_addr ipi6_addr;
	uint32_t ipi6_ifindex;
};
LX_ASSERT_SIZE(struct lx_in6_pktinfo, 20);
LX_ASSERT_AT(struct lx_in6_pktinfo, ipi6_addr, 0);
LX_ASSERT_AT(struct lx_in6_pktinfo, ipi6_ifindex, 16);

struct lx_ipv6_mreq {
	struct lx_in6_addr ipv6mr_multiaddr;
	uint32_t ipv6mr_ifindex;
};
LX_ASSERT_SIZE(struct lx_ipv6_mreq, 20);
LX_ASSERT_AT(struct lx_ipv6_mreq, ipv6mr_multiaddr, 0);
LX_ASSERT_AT(struct lx_ipv6_mreq, ipv6mr_ifindex, 16);

/* IPPROTO_TCP, IPPROTO_UDP */
#define LX_TCP_NODELAY              1
#define LX_TCP_MAXSEG               2
#define LX_TCP_CORK                 3
#define LX_TCP_KEEPIDLE             4
#define LX_TCP_KEEPINTVL            5
#define LX_TCP_KEEPCNT              6
#define LX_TCP_SYNCNT               7
#define LX_TCP_LINGER2              8
#define LX_TCP_DEFER_ACCEPT         9
#define LX_TCP_WINDOW_CLAMP         10
#define LX_TCP_INFO                 11
#define LX_TCP_QUICKACK             12
#define LX_TCP_CONGESTION           13
#define LX_TCP_MD5SIG               14
#define LX_TCP_THIN_LINEAR_TIMEOUTS 16
#define LX_TCP_THIN_DUPACK          17
#define LX_TCP_USER_TIMEOUT         18
#define LX_TCP_REPAIR               19
#define LX_TCP_REPAIR_QUEUE         20
#define LX_TCP_QUEUE_SEQ            21
#define LX_TCP_REPAIR_OPTIONS       22
#define LX_TCP_FASTOPEN             23
#define LX_TCP_TIMESTAMP            24
#define LX_TCP_NOTSENT_LOWAT        25
#define LX_TCP_CC_INFO              26
#define LX_TCP_SAVE_SYN             27
#define LX_TCP_SAVED_SYN            28
#define LX_TCP_REPAIR_WINDOW        29
#define LX_TCP_FASTOPEN_CONNECT     30
#define LX_TCP_ULP                  31
#define LX_TCP_MD5SIG_EXT           32
#define LX_TCP_FASTOPEN_KEY         33
#define LX_TCP_FASTOPEN_NO_COOKIE   34
#define LX_TCP_ZEROCOPY_RECEIVE     35
#define LX_TCP_INQ                  36
#define LX_TCP_TX_DELAY             37
#define LX_TCP_AO_ADD_KEY           38
#define LX_TCP_AO_DEL_KEY           39
#define LX_TCP_AO_INFO              40
#define LX_TCP_AO_GET_KEYS          41
#define LX_TCP_AO_REPAIR            42
#define LX_TCP_IS_MPTCP             43
#define LX_TCP_RTO_MAX_MS           44
#define LX_TCP_RTO_MIN_US           45
#define LX_TCP_DELACK_MAX_US        46

/* tcpi_state */
#define LX_TCP_ESTABLISHED  1
#define LX_TCP_SYN_SENT     2
#define LX_TCP_SYN_RECV     3
#define LX_TCP_FIN_WAIT1    4
#define LX_TCP_FIN_WAIT2    5
#define LX_TCP_TIME_WAIT    6
#define LX_TCP_CLOSE        7
#define LX_TCP_CLOSE_WAIT   8
#define LX_TCP_LAST_ACK     9
#define LX_TCP_LISTEN       10
#define LX_TCP_CLOSING      11
#define LX_TCP_NEW_SYN_RECV 12

#define LX_UDP_CORK         1
#define LX_UDP_ENCAP        100
#define LX_UDP_NO_CHECK6_TX 101
#define LX_UDP_NO_CHECK6_RX 102
#define LX_UDP_SEGMENT      103
#define LX_UDP_GRO          104

#define LX_TCP_CA_NAME_MAX     16
#define LX_TCP_CA_Open         0
#define LX_TCP_CA_Disorder     1
#define LX_TCP_CA_CWR          2
#define LX_TCP_CA_Recovery     3
#define LX_TCP_CA_Loss         4
#define LX_TCPI_OPT_TIMESTAMPS 0x1
#define LX_TCPI_OPT_SACK       0x2
#define LX_TCPI_OPT_WSCALE     0x4
#define LX_TCPI_OPT_ECN        0x8
#define LX_TCPI_OPT_ECN_SEEN   0x10
#define LX_TCPI_OPT_SYN_DATA   0x20

/* TCP_INFO. A caller may ask for less of it. */
struct lx_tcp_info {
	uint8_t tcpi_state;
	uint8_t tcpi_ca_state;
	uint8_t tcpi_retransmits;
	uint8_t tcpi_probes;
	uint8_t tcpi_backoff;
	uint8_t tcpi_options;
	uint8_t tcpi_wscale; /* sent: low 4 bits; received: high 4 */
	uint8_t tcpi_flags;  /* bit 0: delivery_rate_app_limited; bits 1-2: fastopen_client_fail */
	uint32_t tcpi_rto;   /* times are in us but where they say ms */
	uint32_t tcpi_ato;
	uint32_t tcpi_snd_mss;
	uint32_t tcpi_rcv_mss;
	uint32_t tcpi_unacked;
	uint32_t tcpi_sacked;
	uint32_t tcpi_lost;
	uint32_t tcpi_retrans;
	uint32_t tcpi_fackets;
	uint32_t tcpi_last_data_sent; /* ms, as the next three */
	uint32_t tcpi_last_ack_sent;
	uint32_t tcpi_last_data_recv;
	uint32_t tcpi_last_ack_recv;
	uint32_t tcpi_pmtu;
	uint32_t tcpi_rcv_ssthresh;
	uint32_t tcpi_rtt;
	uint32_t tcpi_rttvar;
	uint32_t tcpi_snd_ssthresh;
	uint32_t tcpi_snd_cwnd;
	uint32_t tcpi_advmss;
	uint32_t tcpi_reordering;
	uint32_t tcpi_rcv_rtt;
	uint32_t tcpi_rcv_space;
	uint32_t tcpi_total_retrans;
	uint64_t tcpi_pacing_rate;
	uint64_t tcpi_max_pacing_rate;
	uint64_t tcpi_bytes_acked;
	uint64_t tcpi_bytes_received;
	uint32_t tcpi_segs_out;
	uint32_t tcpi_segs_in;
	uint32_t tcpi_notsent_bytes;
	uint32_t tcpi_min_rtt;
	uint32_t tcpi_data_segs_in;
	uint32_t tcpi_data_segs_out;
	uint64_t tcpi_delivery_rate;
	uint64_t tcpi_busy_time;
	uint64_t tcpi_rwnd_limited;
	uint64_t tcpi_sndbuf_limited;
	uint32_t tcpi_delivered;
	uint32_t tcpi_delivered_ce;
	uint64_t tcpi_bytes_sent;
	uint64_t tcpi_bytes_retrans;
	uint32_t tcpi_dsack_dups;
	uint32_t tcpi_reord_seen;
	uint32_t tcpi_rcv_ooopack;
	uint32_t tcpi_snd_wnd;
};
LX_ASSERT_SIZE(struct lx_tcp_info, 232);
LX_ASSERT_AT(struct lx_tcp_info, tcpi_rto, 8);
LX_ASSERT_AT(struct lx_tcp_info, tcpi_last_data_sent, 44);
LX_ASSERT_AT(struct lx_tcp_info, tcpi_rtt, 68);
LX_ASSERT_AT(struct lx_tcp_info, tcpi_total_retrans, 100);
LX_ASSERT_AT(struct lx_tcp_info, tcpi_pacing_rate, 104);
LX_ASSERT_AT(struct lx_tcp_info, tcpi_segs_out, 136);
LX_ASSERT_AT(struct lx_tcp_info, tcpi_delivery_rate, 160);
LX_ASSERT_AT(struct lx_tcp_info, tcpi_delivered, 192);
LX_ASSERT_AT(struct lx_tcp_info, tcpi_snd_wnd, 228);

/* MSG_ERRQUEUE: IP_RECVERR, IPV6_RECVERR; the offender's address follows. */
struct lx_sock_extended_err {
	uint32_t ee_errno;
	uint8_t ee_origin;
	uint8_t ee_type;
	uint8_t ee_code;
	uint8_t ee_pad;
	uint32_t ee_info;
	uint32_t ee_data;
};
LX_ASSERT_SIZE(struct lx_sock_extended_err, 16);
LX_ASSERT_AT(struct lx_sock_extended_err, ee_errno, 0);
LX_ASSERT_AT(struct lx_sock_extended_err, ee_origin, 4);
LX_ASSERT_AT(struct lx_sock_extended_err, ee_type, 5);
LX_ASSERT_AT(struct lx_sock_extended_err, ee_code, 6);
LX_ASSERT_AT(struct lx_sock_extended_err, ee_info, 8);
LX_ASSERT_AT(struct lx_sock_extended_err, ee_data, 12);

#define LX_SO_EE_ORIGIN_NONE     0
#define LX_SO_EE_ORIGIN_LOCAL    1
#define LX_SO_EE_ORIGIN_ICMP     2
#define LX_SO_EE_ORIGIN_ICMP6    3
#define LX_SO_EE_ORIGIN_TXSTATUS 4
#define LX_SO_EE_ORIGIN_ZEROCOPY 5

#endif
