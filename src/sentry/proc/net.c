/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /proc/net. Differs: there are no internet sockets, so their tables have headings only, and lo is
 * shown as the one interface although nothing can be sent through it yet.
 */
#include "base/strbuf.h"
#include "sentry/proc/pid_priv.h"
#include "sentry/socket/unix/unix.h"

#define DEV_HEAD                                                                                                                       \
	"Inter-|   Receive                                                |  Transmit\n"                                               \
	" face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n" \
	"    lo:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0\n"

#define TCP_HEAD                                                                                           \
	"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode" \
	"                                                     \n"
#define TCP6_HEAD                                                                                                                     \
	"  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt" \
	"   uid  timeout inode\n"
#define UDP_HEAD                                                                                                              \
	"   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops" \
	"             \n"
#define UDP6_HEAD                                                                                                                     \
	"  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt" \
	"   uid  timeout inode ref pointer drops\n"
#define ROUTE_HEAD                                                                                 \
	"Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT"      \
	"                                                       \n"

static int show_unix(const struct proc_at *at, struct strbuf *sb)
{
	(void)at;
	strbuf_adds(sb, "Num       RefCount Protocol Flags    Type St Inode Path\n");
	unix_show(sb);
	return strbuf_result(sb);
}

static const struct proc_entry entries[] = {
	PROC_TEXT(
		"arp", 0444,
		"IP address       HW type     Flags       HW address            Mask     Device\n"),
	PROC_TEXT("dev", 0444, DEV_HEAD),
	PROC_TEXT("if_inet6", 0444, ""),
	PROC_TEXT("ipv6_route", 0444, ""),
	PROC_TEXT("packet", 0444, "sk       RefCnt Type Proto  Iface R Rmem   User   Inode\n"),
	PROC_TEXT("raw", 0444, UDP_HEAD),
	PROC_TEXT("raw6", 0444, UDP6_HEAD),
	PROC_TEXT("route", 0444, ROUTE_HEAD),
	PROC_TEXT("sockstat", 0444,
		  "sockets: used 0\nTCP: inuse 0 orphan 0 tw 0 alloc 0 mem 0\nUDP: inuse 0 mem 0\n"
		  "UDPLITE: inuse 0\nRAW: inuse 0\nFRAG: inuse 0 memory 0\n"),
	PROC_TEXT("tcp", 0444, TCP_HEAD),
	PROC_TEXT("tcp6", 0444, TCP6_HEAD),
	PROC_TEXT("udp", 0444, UDP_HEAD),
	PROC_TEXT("udp6", 0444, UDP6_HEAD),
	PROC_FILE("unix", 0444, show_unix),
};

const struct proc_dir proc_net_dir = PROC_DIR(entries, NULL);
