/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Netlink, and routing over it.
 * Source:
 * include/uapi/linux/{netlink,rtnetlink,if_link,if_addr,neighbour}.h; netlink(7), rtnetlink(7).
 */
#ifndef CAISSON_ABI_NETLINK_H
#define CAISSON_ABI_NETLINK_H

#include <stdint.h>

#include "abi/layout.h"

struct lx_sockaddr_nl {
	uint16_t nl_family;
	uint16_t nl_pad;
	uint32_t nl_pid; /* port */
	uint32_t nl_groups;
};
LX_ASSERT_SIZE(struct lx_sockaddr_nl, 12);
LX_ASSERT_AT(struct lx_sockaddr_nl, nl_family, 0);
LX_ASSERT_AT(struct lx_sockaddr_nl, nl_pid, 4);
LX_ASSERT_AT(struct lx_sockaddr_nl, nl_groups, 8);

struct lx_nlmsghdr {
	uint32_t nlmsg_len; /* with this header */
	uint16_t nlmsg_type;
	uint16_t nlmsg_flags;
	uint32_t nlmsg_seq;
	uint32_t nlmsg_pid;
};
LX_ASSERT_SIZE(struct lx_nlmsghdr, 16);
LX_ASSERT_AT(struct lx_nlmsghdr, nlmsg_len, 0);
LX_ASSERT_AT(struct lx_nlmsghdr, nlmsg_type, 4);
LX_ASSERT_AT(struct lx_nlmsghdr, nlmsg_flags, 6);
LX_ASSERT_AT(struct lx_nlmsghdr, nlmsg_seq, 8);
LX_ASSERT_AT(struct lx_nlmsghdr, nlmsg_pid, 12);

struct lx_nlmsgerr {
	int32_t error; /* negative errno, or zero: an acknowledgement */
	struct lx_nlmsghdr msg;
};
LX_ASSERT_SIZE(struct lx_nlmsgerr, 20);
LX_ASSERT_AT(struct lx_nlmsgerr, error, 0);
LX_ASSERT_AT(struct lx_nlmsgerr, msg, 4);

struct lx_nlattr {
	uint16_t nla_len; /* with this header */
	uint16_t nla_type;
};
LX_ASSERT_SIZE(struct lx_nlattr, 4);
LX_ASSERT_AT(struct lx_nlattr, nla_len, 0);
LX_ASSERT_AT(struct lx_nlattr, nla_type, 2);

/* Messages and attributes start at multiples of 4. */
#define LX_NLMSG_ALIGN(len) (((len) + 3U) & ~3U)
#define LX_NLA_ALIGN(len)   (((len) + 3U) & ~3U)

/* socket(2)'s protocol */
#define LX_NETLINK_ROUTE          0
#define LX_NETLINK_USERSOCK       2
#define LX_NETLINK_FIREWALL       3
#define LX_NETLINK_SOCK_DIAG      4
#define LX_NETLINK_NFLOG          5
#define LX_NETLINK_XFRM           6
#define LX_NETLINK_SELINUX        7
#define LX_NETLINK_ISCSI          8
#define LX_NETLINK_AUDIT          9
#define LX_NETLINK_FIB_LOOKUP     10
#define LX_NETLINK_CONNECTOR      11
#define LX_NETLINK_NETFILTER      12
#define LX_NETLINK_KOBJECT_UEVENT 15
#define LX_NETLINK_GENERIC        16
#define LX_NETLINK_CRYPTO         21
#define LX_NLM_F_REQUEST          0x1
#define LX_NLM_F_MULTI            0x2
#define LX_NLM_F_ACK              0x4
#define LX_NLM_F_ECHO             0x8
#define LX_NLM_F_DUMP_INTR        0x10
#define LX_NLM_F_DUMP_FILTERED    0x20
#define LX_NLM_F_ROOT             0x100
#define LX_NLM_F_MATCH            0x200
#define LX_NLM_F_ATOMIC           0x400
#define LX_NLM_F_DUMP             0x300
#define LX_NLM_F_REPLACE          0x100
#define LX_NLM_F_EXCL             0x200
#define LX_NLM_F_CREATE           0x400
#define LX_NLM_F_APPEND           0x800
#define LX_NLM_F_CAPPED           0x100
#define LX_NLM_F_ACK_TLVS         0x200
#define LX_NLMSG_NOOP             1
#define LX_NLMSG_ERROR            2
#define LX_NLMSG_DONE             3
#define LX_NLMSG_OVERRUN          4
#define LX_NLMSG_MIN_TYPE         16
#define LX_NLMSGERR_ATTR_MSG      1
#define LX_NLMSGERR_ATTR_OFFS     2
#define LX_NLA_F_NESTED           0x8000
#define LX_NLA_F_NET_BYTEORDER    0x4000
#define LX_NLA_TYPE_MASK          (-49153)
/* SOL_NETLINK */
#define LX_NETLINK_ADD_MEMBERSHIP   1
#define LX_NETLINK_DROP_MEMBERSHIP  2
#define LX_NETLINK_PKTINFO          3
#define LX_NETLINK_BROADCAST_ERROR  4
#define LX_NETLINK_NO_ENOBUFS       5
#define LX_NETLINK_LISTEN_ALL_NSID  8
#define LX_NETLINK_LIST_MEMBERSHIPS 9
#define LX_NETLINK_CAP_ACK          10
#define LX_NETLINK_EXT_ACK          11
#define LX_NETLINK_GET_STRICT_CHK   12

/* Routing */
#define LX_RTM_NEWLINK        16
#define LX_RTM_DELLINK        17
#define LX_RTM_GETLINK        18
#define LX_RTM_SETLINK        19
#define LX_RTM_NEWADDR        20
#define LX_RTM_DELADDR        21
#define LX_RTM_GETADDR        22
#define LX_RTM_NEWROUTE       24
#define LX_RTM_DELROUTE       25
#define LX_RTM_GETROUTE       26
#define LX_RTM_NEWNEIGH       28
#define LX_RTM_DELNEIGH       29
#define LX_RTM_GETNEIGH       30
#define LX_RTM_NEWRULE        32
#define LX_RTM_DELRULE        33
#define LX_RTM_GETRULE        34
#define LX_RTM_NEWQDISC       36
#define LX_RTM_DELQDISC       37
#define LX_RTM_GETQDISC       38
#define LX_RTM_MAX            127
#define LX_RTMGRP_LINK        0x1
#define LX_RTMGRP_NOTIFY      0x2
#define LX_RTMGRP_NEIGH       0x4
#define LX_RTMGRP_IPV4_IFADDR 0x10
#define LX_RTMGRP_IPV4_ROUTE  0x40
#define LX_RTMGRP_IPV6_IFADDR 0x100
#define LX_RTMGRP_IPV6_ROUTE  0x400

struct lx_rtgenmsg {
	uint8_t rtgen_family;
};
LX_ASSERT_SIZE(struct lx_rtgenmsg, 1);
LX_ASSERT_AT(struct lx_rtgenmsg, rtgen_family, 0);

struct lx_ifinfomsg {
	uint8_t ifi_family;
	uint8_t pad0;
	uint16_t ifi_type; /* LX_ARPHRD_* */
	int32_t ifi_index;
	uint32_t ifi_flags; /* LX_IFF_* */
	uint32_t ifi_change;
};
LX_ASSERT_SIZE(struct lx_ifinfomsg, 16);
LX_ASSERT_AT(struct lx_ifinfomsg, ifi_family, 0);
LX_ASSERT_AT(struct lx_ifinfomsg, ifi_type, 2);
LX_ASSERT_AT(struct lx_ifinfomsg, ifi_index, 4);
LX_ASSERT_AT(struct lx_ifinfomsg, ifi_flags, 8);
LX_ASSERT_AT(struct lx_ifinfomsg, ifi_change, 12);

#define LX_IFLA_UNSPEC          0
#define LX_IFLA_ADDRESS         1
#define LX_IFLA_BROADCAST       2
#define LX_IFLA_IFNAME          3
#define LX_IFLA_MTU             4
#define LX_IFLA_LINK            5
#define LX_IFLA_QDISC           6
#define LX_IFLA_STATS           7
#define LX_IFLA_MASTER          10
#define LX_IFLA_TXQLEN          13
#define LX_IFLA_MAP             14
#define LX_IFLA_OPERSTATE       16
#define LX_IFLA_LINKMODE        17
#define LX_IFLA_LINKINFO        18
#define LX_IFLA_NET_NS_PID      19
#define LX_IFLA_IFALIAS         20
#define LX_IFLA_NUM_VF          21
#define LX_IFLA_STATS64         23
#define LX_IFLA_AF_SPEC         26
#define LX_IFLA_GROUP           27
#define LX_IFLA_NET_NS_FD       28
#define LX_IFLA_EXT_MASK        29
#define LX_IFLA_PROMISCUITY     30
#define LX_IFLA_NUM_TX_QUEUES   31
#define LX_IFLA_NUM_RX_QUEUES   32
#define LX_IFLA_CARRIER         33
#define LX_IFLA_CARRIER_CHANGES 35
#define LX_IFLA_GSO_MAX_SEGS    40
#define LX_IFLA_GSO_MAX_SIZE    41
#define LX_IFLA_PERM_ADDRESS    54
#define LX_IFLA_MIN_MTU         50
#define LX_IFLA_MAX_MTU         51
#define LX_IFLA_ALT_IFNAME      53
#define LX_IFLA_INFO_KIND       1
#define LX_IFLA_INFO_DATA       2
#define LX_IF_OPER_UNKNOWN      0
#define LX_IF_OPER_DOWN         2
#define LX_IF_OPER_UP           6

struct lx_ifaddrmsg {
	uint8_t ifa_family;
	uint8_t ifa_prefixlen;
	uint8_t ifa_flags;
	uint8_t ifa_scope;
	uint32_t ifa_index;
};
LX_ASSERT_SIZE(struct lx_ifaddrmsg, 8);
LX_ASSERT_AT(struct lx_ifaddrmsg, ifa_family, 0);
LX_ASSERT_AT(struct lx_ifaddrmsg, ifa_prefixlen, 1);
LX_ASSERT_AT(struct lx_ifaddrmsg, ifa_flags, 2);
LX_ASSERT_AT(struct lx_ifaddrmsg, ifa_scope, 3);
LX_ASSERT_AT(struct lx_ifaddrmsg, ifa_index, 4);

#define LX_IFA_UNSPEC          0
#define LX_IFA_ADDRESS         1
#define LX_IFA_LOCAL           2
#define LX_IFA_LABEL           3
#define LX_IFA_BROADCAST       4
#define LX_IFA_ANYCAST         5
#define LX_IFA_CACHEINFO       6
#define LX_IFA_MULTICAST       7
#define LX_IFA_FLAGS           8
#define LX_IFA_F_SECONDARY     0x1
#define LX_IFA_F_NODAD         0x2
#define LX_IFA_F_PERMANENT     0x80
#define LX_IFA_F_TENTATIVE     0x40
#define LX_IFA_F_NOPREFIXROUTE 0x200

struct lx_rtmsg {
	uint8_t rtm_family;
	uint8_t rtm_dst_len;
	uint8_t rtm_src_len;
	uint8_t rtm_tos;
	uint8_t rtm_table;
	uint8_t rtm_protocol;
	uint8_t rtm_scope;
	uint8_t rtm_type;
	uint32_t rtm_flags;
};
LX_ASSERT_SIZE(struct lx_rtmsg, 12);
LX_ASSERT_AT(struct lx_rtmsg, rtm_family, 0);
LX_ASSERT_AT(struct lx_rtmsg, rtm_dst_len, 1);
LX_ASSERT_AT(struct lx_rtmsg, rtm_src_len, 2);
LX_ASSERT_AT(struct lx_rtmsg, rtm_tos, 3);
LX_ASSERT_AT(struct lx_rtmsg, rtm_table, 4);
LX_ASSERT_AT(struct lx_rtmsg, rtm_protocol, 5);
LX_ASSERT_AT(struct lx_rtmsg, rtm_scope, 6);
LX_ASSERT_AT(struct lx_rtmsg, rtm_type, 7);
LX_ASSERT_AT(struct lx_rtmsg, rtm_flags, 8);

#define LX_RTA_UNSPEC         0
#define LX_RTA_DST            1
#define LX_RTA_SRC            2
#define LX_RTA_IIF            3
#define LX_RTA_OIF            4
#define LX_RTA_GATEWAY        5
#define LX_RTA_PRIORITY       6
#define LX_RTA_PREFSRC        7
#define LX_RTA_METRICS        8
#define LX_RTA_MULTIPATH      9
#define LX_RTA_FLOW           11
#define LX_RTA_CACHEINFO      12
#define LX_RTA_TABLE          15
#define LX_RTA_MARK           16
#define LX_RTA_PREF           20
#define LX_RTN_UNSPEC         0
#define LX_RTN_UNICAST        1
#define LX_RTN_LOCAL          2
#define LX_RTN_BROADCAST      3
#define LX_RTN_ANYCAST        4
#define LX_RTN_MULTICAST      5
#define LX_RTN_BLACKHOLE      6
#define LX_RTN_UNREACHABLE    7
#define LX_RTN_PROHIBIT       8
#define LX_RTPROT_UNSPEC      0
#define LX_RTPROT_REDIRECT    1
#define LX_RTPROT_KERNEL      2
#define LX_RTPROT_BOOT        3
#define LX_RTPROT_STATIC      4
#define LX_RTPROT_RA          9
#define LX_RTPROT_DHCP        16
#define LX_RT_SCOPE_UNIVERSE  0
#define LX_RT_SCOPE_SITE      200
#define LX_RT_SCOPE_LINK      253
#define LX_RT_SCOPE_HOST      254
#define LX_RT_SCOPE_NOWHERE   255
#define LX_RT_TABLE_UNSPEC    0
#define LX_RT_TABLE_DEFAULT   253
#define LX_RT_TABLE_MAIN      254
#define LX_RT_TABLE_LOCAL     255
#define LX_RTM_F_NOTIFY       0x100
#define LX_RTM_F_CLONED       0x200
#define LX_RTM_F_LOOKUP_TABLE 0x1000
#define LX_RTM_F_FIB_MATCH    0x2000
#define LX_RTNH_F_ONLINK      0x4

struct lx_ndmsg {
	uint8_t ndm_family;
	uint8_t pad1;
	uint16_t pad2;
	int32_t ndm_ifindex;
	uint16_t ndm_state;
	uint8_t ndm_flags;
	uint8_t ndm_type;
};
LX_ASSERT_SIZE(struct lx_ndmsg, 12);
LX_ASSERT_AT(struct lx_ndmsg, ndm_family, 0);
LX_ASSERT_AT(struct lx_ndmsg, ndm_ifindex, 4);
LX_ASSERT_AT(struct lx_ndmsg, ndm_state, 8);
LX_ASSERT_AT(struct lx_ndmsg, ndm_flags, 10);
LX_ASSERT_AT(struct lx_ndmsg, ndm_type, 11);

#define LX_NDA_DST        0x1
#define LX_NDA_LLADDR     0x2
#define LX_NUD_INCOMPLETE 0x1
#define LX_NUD_REACHABLE  0x2
#define LX_NUD_STALE      0x4
#define LX_NUD_DELAY      0x8
#define LX_NUD_PROBE      0x10
#define LX_NUD_FAILED     0x20
#define LX_NUD_NOARP      0x40
#define LX_NUD_PERMANENT  0x80

#endif
