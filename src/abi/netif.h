/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Network interfaces as ioctl(2) sees them.
 * Source: include/uapi/linux/{if,sockios,if_arp}.h;
 * netdevice(7).
 */
#ifndef CAISSON_ABI_NETIF_H
#define CAISSON_ABI_NETIF_H

#include <stdint.h>

#include "abi/layout.h"

#define LX_SIOCADDRT          0x890b
#define LX_SIOCDELRT          0x890c
#define LX_SIOCRTMSG          0x890d
#define LX_SIOCGIFNAME        0x8910
#define LX_SIOCSIFLINK        0x8911
#define LX_SIOCGIFCONF        0x8912
#define LX_SIOCGIFFLAGS       0x8913
#define LX_SIOCSIFFLAGS       0x8914
#define LX_SIOCGIFADDR        0x8915
#define LX_SIOCSIFADDR        0x8916
#define LX_SIOCGIFDSTADDR     0x8917
#define LX_SIOCSIFDSTADDR     0x8918
#define LX_SIOCGIFBRDADDR     0x8919
#define LX_SIOCSIFBRDADDR     0x891a
#define LX_SIOCGIFNETMASK     0x891b
#define LX_SIOCSIFNETMASK     0x891c
#define LX_SIOCGIFMETRIC      0x891d
#define LX_SIOCSIFMETRIC      0x891e
#define LX_SIOCGIFMEM         0x891f
#define LX_SIOCSIFMEM         0x8920
#define LX_SIOCGIFMTU         0x8921
#define LX_SIOCSIFMTU         0x8922
#define LX_SIOCSIFNAME        0x8923
#define LX_SIOCSIFHWADDR      0x8924
#define LX_SIOCGIFENCAP       0x8925
#define LX_SIOCSIFENCAP       0x8926
#define LX_SIOCGIFHWADDR      0x8927
#define LX_SIOCGIFSLAVE       0x8929
#define LX_SIOCSIFSLAVE       0x8930
#define LX_SIOCADDMULTI       0x8931
#define LX_SIOCDELMULTI       0x8932
#define LX_SIOCGIFINDEX       0x8933
#define LX_SIOCSIFPFLAGS      0x8934
#define LX_SIOCGIFPFLAGS      0x8935
#define LX_SIOCDIFADDR        0x8936
#define LX_SIOCSIFHWBROADCAST 0x8937
#define LX_SIOCGIFCOUNT       0x8938
#define LX_SIOCGIFBR          0x8940
#define LX_SIOCSIFBR          0x8941
#define LX_SIOCGIFTXQLEN      0x8942
#define LX_SIOCSIFTXQLEN      0x8943
#define LX_SIOCETHTOOL        0x8946
#define LX_SIOCGMIIPHY        0x8947
#define LX_SIOCGMIIREG        0x8948
#define LX_SIOCDARP           0x8953
#define LX_SIOCGARP           0x8954
#define LX_SIOCSARP           0x8955
#define LX_SIOCGIFMAP         0x8970
#define LX_SIOCSIFMAP         0x8971
#define LX_IFF_UP             0x1
#define LX_IFF_BROADCAST      0x2
#define LX_IFF_DEBUG          0x4
#define LX_IFF_LOOPBACK       0x8
#define LX_IFF_POINTOPOINT    0x10
#define LX_IFF_NOTRAILERS     0x20
#define LX_IFF_RUNNING        0x40
#define LX_IFF_NOARP          0x80
#define LX_IFF_PROMISC        0x100
#define LX_IFF_ALLMULTI       0x200
#define LX_IFF_MASTER         0x400
#define LX_IFF_SLAVE          0x800
#define LX_IFF_MULTICAST      0x1000
#define LX_IFF_PORTSEL        0x2000
#define LX_IFF_AUTOMEDIA      0x4000
#define LX_IFF_DYNAMIC        0x8000
#define LX_IFF_LOWER_UP       0x10000
#define LX_IFF_DORMANT        0x20000
#define LX_IFNAMSIZ           16
#define LX_ARPHRD_ETHER       1
#define LX_ARPHRD_LOOPBACK    772
#define LX_ARPHRD_NONE        65534

struct lx_ifreq {
	char name[LX_IFNAMSIZ]; /* ifr_name */
	union {
		uint8_t addr[16]; /* struct lx_sockaddr, or one of its kinds */
		int16_t flags;
		int32_t ivalue; /* index, metric, mtu, queue length */
		char newname[LX_IFNAMSIZ];
		uint64_t data; /* guest address */
		uint64_t map[3];
	};
};
LX_ASSERT_SIZE(struct lx_ifreq, 40);
LX_ASSERT_AT(struct lx_ifreq, name, 0);
LX_ASSERT_AT(struct lx_ifreq, flags, 16);
LX_ASSERT_AT(struct lx_ifreq, ivalue, 16);
LX_ASSERT_AT(struct lx_ifreq, data, 16);

struct lx_ifconf {
	int32_t len; /* bytes */
	int32_t pad0;
	uint64_t buf; /* guest address of the lx_ifreqs; zero: only tell len */
};
LX_ASSERT_SIZE(struct lx_ifconf, 16);
LX_ASSERT_AT(struct lx_ifconf, len, 0);
LX_ASSERT_AT(struct lx_ifconf, buf, 8);

#endif
