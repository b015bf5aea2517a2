/* SPDX-License-Identifier: Apache-2.0 */
/* Packet sockets. Source: include/uapi/linux/{if_packet,if_ether}.h; packet(7). */
#ifndef CAISSON_ABI_PACKET_H
#define CAISSON_ABI_PACKET_H

#include <stdint.h>

#include "abi/layout.h"

struct lx_sockaddr_ll {
	uint16_t sll_family;
	uint16_t sll_protocol; /* network byte order */
	int32_t sll_ifindex;
	uint16_t sll_hatype;
	uint8_t sll_pkttype;
	uint8_t sll_halen;
	uint8_t sll_addr[8];
};
LX_ASSERT_SIZE(struct lx_sockaddr_ll, 20);
LX_ASSERT_AT(struct lx_sockaddr_ll, sll_family, 0);
LX_ASSERT_AT(struct lx_sockaddr_ll, sll_protocol, 2);
LX_ASSERT_AT(struct lx_sockaddr_ll, sll_ifindex, 4);
LX_ASSERT_AT(struct lx_sockaddr_ll, sll_hatype, 8);
LX_ASSERT_AT(struct lx_sockaddr_ll, sll_pkttype, 10);
LX_ASSERT_AT(struct lx_sockaddr_ll, sll_halen, 11);
LX_ASSERT_AT(struct lx_sockaddr_ll, sll_addr, 12);

#define LX_PACKET_HOST            0
#define LX_PACKET_BROADCAST       1
#define LX_PACKET_MULTICAST       2
#define LX_PACKET_OTHERHOST       3
#define LX_PACKET_OUTGOING        4
#define LX_PACKET_LOOPBACK        5
#define LX_PACKET_ADD_MEMBERSHIP  1
#define LX_PACKET_DROP_MEMBERSHIP 2
#define LX_PACKET_RECV_OUTPUT     3
#define LX_PACKET_RX_RING         5
#define LX_PACKET_STATISTICS      6
#define LX_PACKET_COPY_THRESH     7
#define LX_PACKET_AUXDATA         8
#define LX_PACKET_ORIGDEV         9
#define LX_PACKET_VERSION         10
#define LX_PACKET_HDRLEN          11
#define LX_PACKET_RESERVE         12
#define LX_PACKET_TX_RING         13
#define LX_PACKET_LOSS            14
#define LX_PACKET_VNET_HDR        15
#define LX_PACKET_TX_TIMESTAMP    16
#define LX_PACKET_TIMESTAMP       17
#define LX_PACKET_FANOUT          18
#define LX_PACKET_TX_HAS_OFF      19
#define LX_PACKET_QDISC_BYPASS    20
#define LX_PACKET_ROLLOVER_STATS  21
#define LX_PACKET_FANOUT_DATA     22
#define LX_PACKET_IGNORE_OUTGOING 23
#define LX_PACKET_VNET_HDR_SZ     24
#define LX_PACKET_MR_MULTICAST    0
#define LX_PACKET_MR_PROMISC      1
#define LX_PACKET_MR_ALLMULTI     2
#define LX_PACKET_MR_UNICAST      3

struct lx_packet_mreq {
	int32_t mr_ifindex;
	uint16_t mr_type;
	uint16_t mr_alen;
	uint8_t mr_address[8];
};
LX_ASSERT_SIZE(struct lx_packet_mreq, 16);
LX_ASSERT_AT(struct lx_packet_mreq, mr_ifindex, 0);
LX_ASSERT_AT(struct lx_packet_mreq, mr_type, 4);
LX_ASSERT_AT(struct lx_packet_mreq, mr_alen, 6);
LX_ASSERT_AT(struct lx_packet_mreq, mr_address, 8);

struct lx_tpacket_auxdata {
	uint32_t tp_status;
	uint32_t tp_len;
	uint32_t tp_snaplen;
	uint16_t tp_mac;
	uint16_t tp_net;
	uint16_t tp_vlan_tci;
	uint16_t tp_vlan_tpid;
};
LX_ASSERT_SIZE(struct lx_tpacket_auxdata, 20);
LX_ASSERT_AT(struct lx_tpacket_auxdata, tp_status, 0);
LX_ASSERT_AT(struct lx_tpacket_auxdata, tp_len, 4);
LX_ASSERT_AT(struct lx_tpacket_auxdata, tp_snaplen, 8);
LX_ASSERT_AT(struct lx_tpacket_auxdata, tp_mac, 12);
LX_ASSERT_AT(struct lx_tpacket_auxdata, tp_net, 14);
LX_ASSERT_AT(struct lx_tpacket_auxdata, tp_vlan_tci, 16);
LX_ASSERT_AT(struct lx_tpacket_auxdata, tp_vlan_tpid, 18);

struct lx_tpacket_stats {
	uint32_t tp_packets;
	uint32_t tp_drops;
};
LX_ASSERT_SIZE(struct lx_tpacket_stats, 8);
LX_ASSERT_AT(struct lx_tpacket_stats, tp_packets, 0);
LX_ASSERT_AT(struct lx_tpacket_stats, tp_drops, 4);

#define LX_ETH_ALEN      6
#define LX_ETH_HLEN      14
#define LX_ETH_ZLEN      60
#define LX_ETH_DATA_LEN  1500
#define LX_ETH_FRAME_LEN 1514
#define LX_ETH_P_ALL     0x3
#define LX_ETH_P_IP      0x800
#define LX_ETH_P_ARP     0x806
#define LX_ETH_P_IPV6    0x86dd
#define LX_ETH_P_8021Q   0x8100
#define LX_ETH_P_LOOP    0x60

#endif
