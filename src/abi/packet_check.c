/* SPDX-License-Identifier: Apache-2.0 */
/* Compile-time test: abi/packet.h against the host's own headers. See abi/abi_check.h. */
#include "abi/packet.h"

#include <sys/socket.h>
#include <linux/if_packet.h>
#include <linux/if_ether.h>

#include "abi/abi_check.h"

SAME(PACKET_HOST);
SAME(PACKET_BROADCAST);
SAME(PACKET_MULTICAST);
SAME(PACKET_OTHERHOST);
SAME(PACKET_OUTGOING);
SAME(PACKET_LOOPBACK);
SAME(PACKET_ADD_MEMBERSHIP);
SAME(PACKET_DROP_MEMBERSHIP);
SAME(PACKET_RECV_OUTPUT);
SAME(PACKET_RX_RING);
SAME(PACKET_STATISTICS);
SAME(PACKET_COPY_THRESH);
SAME(PACKET_AUXDATA);
SAME(PACKET_ORIGDEV);
SAME(PACKET_VERSION);
SAME(PACKET_HDRLEN);
SAME(PACKET_RESERVE);
SAME(PACKET_TX_RING);
SAME(PACKET_LOSS);
SAME(PACKET_VNET_HDR);
SAME(PACKET_TX_TIMESTAMP);
SAME(PACKET_TIMESTAMP);
SAME(PACKET_FANOUT);
SAME(PACKET_TX_HAS_OFF);
SAME(PACKET_QDISC_BYPASS);
SAME(PACKET_ROLLOVER_STATS);
SAME(PACKET_FANOUT_DATA);
SAME(PACKET_IGNORE_OUTGOING);
SAME(PACKET_MR_MULTICAST);
SAME(PACKET_MR_PROMISC);
SAME(PACKET_MR_ALLMULTI);
SAME(PACKET_MR_UNICAST);
SAME(ETH_ALEN);
SAME(ETH_HLEN);
SAME(ETH_ZLEN);
SAME(ETH_DATA_LEN);
SAME(ETH_FRAME_LEN);
SAME(ETH_P_ALL);
SAME(ETH_P_IP);
SAME(ETH_P_ARP);
SAME(ETH_P_IPV6);
SAME(ETH_P_8021Q);
SAME(ETH_P_LOOP);

SAME_SIZE(struct lx_sockaddr_ll, struct sockaddr_ll);
SAME_FIELD(struct lx_sockaddr_ll, sll_family, struct sockaddr_ll, sll_family);
SAME_FIELD(struct lx_sockaddr_ll, sll_protocol, struct sockaddr_ll, sll_protocol);
SAME_FIELD(struct lx_sockaddr_ll, sll_ifindex, struct sockaddr_ll, sll_ifindex);
SAME_FIELD(struct lx_sockaddr_ll, sll_hatype, struct sockaddr_ll, sll_hatype);
SAME_FIELD(struct lx_sockaddr_ll, sll_pkttype, struct sockaddr_ll, sll_pkttype);
SAME_FIELD(struct lx_sockaddr_ll, sll_halen, struct sockaddr_ll, sll_halen);
SAME_FIELD(struct lx_sockaddr_ll, sll_addr, struct sockaddr_ll, sll_addr);
SAME_SIZE(struct lx_packet_mreq, struct packet_mreq);
SAME_FIELD(struct lx_packet_mreq, mr_ifindex, struct packet_mreq, mr_ifindex);
SAME_FIELD(struct lx_packet_mreq, mr_type, struct packet_mreq, mr_type);
SAME_FIELD(struct lx_packet_mreq, mr_alen, struct packet_mreq, mr_alen);
SAME_FIELD(struct lx_packet_mreq, mr_address, struct packet_mreq, mr_address);
SAME_SIZE(struct lx_tpacket_auxdata, struct tpacket_auxdata);
SAME_FIELD(struct lx_tpacket_auxdata, tp_status, struct tpacket_auxdata, tp_status);
SAME_FIELD(struct lx_tpacket_auxdata, tp_len, struct tpacket_auxdata, tp_len);
SAME_FIELD(struct lx_tpacket_auxdata, tp_snaplen, struct tpacket_auxdata, tp_snaplen);
SAME_FIELD(struct lx_tpacket_auxdata, tp_mac, struct tpacket_auxdata, tp_mac);
SAME_FIELD(struct lx_tpacket_auxdata, tp_net, struct tpacket_auxdata, tp_net);
SAME_FIELD(struct lx_tpacket_auxdata, tp_vlan_tci, struct tpacket_auxdata, tp_vlan_tci);
SAME_FIELD(struct lx_tpacket_auxdata, tp_vlan_tpid, struct tpacket_auxdata, tp_vlan_tpid);
SAME_SIZE(struct lx_tpacket_stats, struct tpacket_stats);
SAME_FIELD(struct lx_tpacket_stats, tp_packets, struct tpacket_stats, tp_packets);
SAME_FIELD(struct lx_tpacket_stats, tp_drops, struct tpacket_stats, tp_drops);
