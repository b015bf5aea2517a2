/* SPDX-License-Identifier: Apache-2.0 */
/* Compile-time test: abi/netlink.h against the host's own headers. See abi/abi_check.h. */
#include "abi/netlink.h"

#include <sys/socket.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/if_link.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>

#include "abi/abi_check.h"

SAME(NETLINK_ROUTE); SAME(NETLINK_USERSOCK); SAME(NETLINK_FIREWALL); SAME(NETLINK_SOCK_DIAG);
SAME(NETLINK_NFLOG); SAME(NETLINK_XFRM); SAME(NETLINK_SELINUX); SAME(NETLINK_ISCSI);
SAME(NETLINK_AUDIT); SAME(NETLINK_FIB_LOOKUP); SAME(NETLINK_CONNECTOR); SAME(NETLINK_NETFILTER);
SAME(NETLINK_KOBJECT_UEVENT); SAME(NETLINK_GENERIC); SAME(NETLINK_CRYPTO); SAME(NLM_F_REQUEST);
SAME(NLM_F_MULTI); SAME(NLM_F_ACK); SAME(NLM_F_ECHO); SAME(NLM_F_DUMP_INTR);
SAME(NLM_F_DUMP_FILTERED); SAME(NLM_F_ROOT); SAME(NLM_F_MATCH); SAME(NLM_F_ATOMIC);
SAME(NLM_F_DUMP); SAME(NLM_F_REPLACE); SAME(NLM_F_EXCL); SAME(NLM_F_CREATE); SAME(NLM_F_APPEND);
SAME(NLM_F_CAPPED); SAME(NLM_F_ACK_TLVS); SAME(NLMSG_NOOP); SAME(NLMSG_ERROR); SAME(NLMSG_DONE);
SAME(NLMSG_OVERRUN); SAME(NLMSG_MIN_TYPE); SAME(NLMSGERR_ATTR_MSG); SAME(NLMSGERR_ATTR_OFFS);
SAME(NLA_F_NESTED); SAME(NLA_F_NET_BYTEORDER); SAME(NLA_TYPE_MASK); SAME(NETLINK_ADD_MEMBERSHIP);
SAME(NETLINK_DROP_MEMBERSHIP); SAME(NETLINK_PKTINFO); SAME(NETLINK_BROADCAST_ERROR);
SAME(NETLINK_NO_ENOBUFS); SAME(NETLINK_LISTEN_ALL_NSID); SAME(NETLINK_LIST_MEMBERSHIPS);
SAME(NETLINK_CAP_ACK); SAME(NETLINK_EXT_ACK); SAME(NETLINK_GET_STRICT_CHK); SAME(RTM_NEWLINK);
SAME(RTM_DELLINK); SAME(RTM_GETLINK); SAME(RTM_SETLINK); SAME(RTM_NEWADDR); SAME(RTM_DELADDR);
SAME(RTM_GETADDR); SAME(RTM_NEWROUTE); SAME(RTM_DELROUTE); SAME(RTM_GETROUTE); SAME(RTM_NEWNEIGH);
SAME(RTM_DELNEIGH); SAME(RTM_GETNEIGH); SAME(RTM_NEWRULE); SAME(RTM_DELRULE); SAME(RTM_GETRULE);
SAME(RTM_NEWQDISC); SAME(RTM_DELQDISC); SAME(RTM_GETQDISC); SAME(RTMGRP_LINK); SAME(RTMGRP_NOTIFY);
SAME(RTMGRP_NEIGH); SAME(RTMGRP_IPV4_IFADDR); SAME(RTMGRP_IPV4_ROUTE); SAME(RTMGRP_IPV6_IFADDR);
SAME(RTMGRP_IPV6_ROUTE); SAME(IFLA_UNSPEC); SAME(IFLA_ADDRESS); SAME(IFLA_BROADCAST);
SAME(IFLA_IFNAME); SAME(IFLA_MTU); SAME(IFLA_LINK); SAME(IFLA_QDISC); SAME(IFLA_STATS);
SAME(IFLA_MASTER); SAME(IFLA_TXQLEN); SAME(IFLA_MAP); SAME(IFLA_OPERSTATE); SAME(IFLA_LINKMODE);
SAME(IFLA_LINKINFO); SAME(IFLA_NET_NS_PID); SAME(IFLA_IFALIAS); SAME(IFLA_NUM_VF);
SAME(IFLA_STATS64); SAME(IFLA_AF_SPEC); SAME(IFLA_GROUP); SAME(IFLA_NET_NS_FD);
SAME(IFLA_EXT_MASK); SAME(IFLA_PROMISCUITY); SAME(IFLA_NUM_TX_QUEUES); SAME(IFLA_NUM_RX_QUEUES);
SAME(IFLA_CARRIER); SAME(IFLA_CARRIER_CHANGES); SAME(IFLA_GSO_MAX_SEGS); SAME(IFLA_GSO_MAX_SIZE);
SAME(IFLA_PERM_ADDRESS); SAME(IFLA_MIN_MTU); SAME(IFLA_MAX_MTU); SAME(IFLA_ALT_IFNAME);
SAME(IFLA_INFO_KIND); SAME(IFLA_INFO_DATA); SAME(IFA_UNSPEC); SAME(IFA_ADDRESS); SAME(IFA_LOCAL);
SAME(IFA_LABEL); SAME(IFA_BROADCAST); SAME(IFA_ANYCAST); SAME(IFA_CACHEINFO); SAME(IFA_MULTICAST);
SAME(IFA_FLAGS); SAME(IFA_F_SECONDARY); SAME(IFA_F_NODAD); SAME(IFA_F_PERMANENT);
SAME(IFA_F_TENTATIVE); SAME(IFA_F_NOPREFIXROUTE); SAME(RTA_UNSPEC); SAME(RTA_DST); SAME(RTA_SRC);
SAME(RTA_IIF); SAME(RTA_OIF); SAME(RTA_GATEWAY); SAME(RTA_PRIORITY); SAME(RTA_PREFSRC);
SAME(RTA_METRICS); SAME(RTA_MULTIPATH); SAME(RTA_FLOW); SAME(RTA_CACHEINFO); SAME(RTA_TABLE);
SAME(RTA_MARK); SAME(RTA_PREF); SAME(RTN_UNSPEC); SAME(RTN_UNICAST); SAME(RTN_LOCAL);
SAME(RTN_BROADCAST); SAME(RTN_ANYCAST); SAME(RTN_MULTICAST); SAME(RTN_BLACKHOLE);
SAME(RTN_UNREACHABLE); SAME(RTN_PROHIBIT); SAME(RTPROT_UNSPEC); SAME(RTPROT_REDIRECT);
SAME(RTPROT_KERNEL); SAME(RTPROT_BOOT); SAME(RTPROT_STATIC); SAME(RTPROT_RA); SAME(RTPROT_DHCP);
SAME(RT_SCOPE_UNIVERSE); SAME(RT_SCOPE_SITE); SAME(RT_SCOPE_LINK); SAME(RT_SCOPE_HOST);
SAME(RT_SCOPE_NOWHERE); SAME(RT_TABLE_UNSPEC); SAME(RT_TABLE_DEFAULT); SAME(RT_TABLE_MAIN);
SAME(RT_TABLE_LOCAL); SAME(RTM_F_NOTIFY); SAME(RTM_F_CLONED); SAME(RTM_F_LOOKUP_TABLE);
SAME(RTM_F_FIB_MATCH); SAME(RTNH_F_ONLINK); SAME(NDA_DST); SAME(NDA_LLADDR); SAME(NUD_INCOMPLETE);
SAME(NUD_REACHABLE); SAME(NUD_STALE); SAME(NUD_DELAY); SAME(NUD_PROBE); SAME(NUD_FAILED);
SAME(NUD_NOARP); SAME(NUD_PERMANENT);

SAME_SIZE(struct lx_sockaddr_nl, struct sockaddr_nl);
SAME_FIELD(struct lx_sockaddr_nl, nl_family, struct sockaddr_nl, nl_family);
SAME_FIELD(struct lx_sockaddr_nl, nl_pid, struct sockaddr_nl, nl_pid);
SAME_FIELD(struct lx_sockaddr_nl, nl_groups, struct sockaddr_nl, nl_groups);
SAME_SIZE(struct lx_nlmsghdr, struct nlmsghdr);
SAME_FIELD(struct lx_nlmsghdr, nlmsg_len, struct nlmsghdr, nlmsg_len);
SAME_FIELD(struct lx_nlmsghdr, nlmsg_type, struct nlmsghdr, nlmsg_type);
SAME_FIELD(struct lx_nlmsghdr, nlmsg_flags, struct nlmsghdr, nlmsg_flags);
SAME_FIELD(struct lx_nlmsghdr, nlmsg_seq, struct nlmsghdr, nlmsg_seq);
SAME_FIELD(struct lx_nlmsghdr, nlmsg_pid, struct nlmsghdr, nlmsg_pid);
SAME_SIZE(struct lx_nlmsgerr, struct nlmsgerr);
SAME_FIELD(struct lx_nlmsgerr, error, struct nlmsgerr, error);
SAME_FIELD(struct lx_nlmsgerr, msg, struct nlmsgerr, msg);
SAME_SIZE(struct lx_nlattr, struct nlattr);
SAME_FIELD(struct lx_nlattr, nla_len, struct nlattr, nla_len);
SAME_FIELD(struct lx_nlattr, nla_type, struct nlattr, nla_type);
SAME_SIZE(struct lx_rtgenmsg, struct rtgenmsg);
SAME_FIELD(struct lx_rtgenmsg, rtgen_family, struct rtgenmsg, rtgen_family);
SAME_SIZE(struct lx_ifinfomsg, struct ifinfomsg);
SAME_FIELD(struct lx_ifinfomsg, ifi_family, struct ifinfomsg, ifi_family);
SAME_FIELD(struct lx_ifinfomsg, ifi_type, struct ifinfomsg, ifi_type);
SAME_FIELD(struct lx_ifinfomsg, ifi_index, struct ifinfomsg, ifi_index);
SAME_FIELD(struct lx_ifinfomsg, ifi_flags, struct ifinfomsg, ifi_flags);
SAME_FIELD(struct lx_ifinfomsg, ifi_change, struct ifinfomsg, ifi_change);
SAME_SIZE(struct lx_ifaddrmsg, struct ifaddrmsg);
SAME_FIELD(struct lx_ifaddrmsg, ifa_family, struct ifaddrmsg, ifa_family);
SAME_FIELD(struct lx_ifaddrmsg, ifa_prefixlen, struct ifaddrmsg, ifa_prefixlen);
SAME_FIELD(struct lx_ifaddrmsg, ifa_flags, struct ifaddrmsg, ifa_flags);
SAME_FIELD(struct lx_ifaddrmsg, ifa_scope, struct ifaddrmsg, ifa_scope);
SAME_FIELD(struct lx_ifaddrmsg, ifa_index, struct ifaddrmsg, ifa_index);
SAME_SIZE(struct lx_rtmsg, struct rtmsg);
SAME_FIELD(struct lx_rtmsg, rtm_family, struct rtmsg, rtm_family);
SAME_FIELD(struct lx_rtmsg, rtm_dst_len, struct rtmsg, rtm_dst_len);
SAME_FIELD(struct lx_rtmsg, rtm_src_len, struct rtmsg, rtm_src_len);
SAME_FIELD(struct lx_rtmsg, rtm_tos, struct rtmsg, rtm_tos);
SAME_FIELD(struct lx_rtmsg, rtm_table, struct rtmsg, rtm_table);
SAME_FIELD(struct lx_rtmsg, rtm_protocol, struct rtmsg, rtm_protocol);
SAME_FIELD(struct lx_rtmsg, rtm_scope, struct rtmsg, rtm_scope);
SAME_FIELD(struct lx_rtmsg, rtm_type, struct rtmsg, rtm_type);
SAME_FIELD(struct lx_rtmsg, rtm_flags, struct rtmsg, rtm_flags);
SAME_SIZE(struct lx_ndmsg, struct ndmsg);
SAME_FIELD(struct lx_ndmsg, ndm_family, struct ndmsg, ndm_family);
SAME_FIELD(struct lx_ndmsg, ndm_ifindex, struct ndmsg, ndm_ifindex);
SAME_FIELD(struct lx_ndmsg, ndm_state, struct ndmsg, ndm_state);
SAME_FIELD(struct lx_ndmsg, ndm_flags, struct ndmsg, ndm_flags);
SAME_FIELD(struct lx_ndmsg, ndm_type, struct ndmsg, ndm_type);
