/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets: addresses, protocols, options, interfaces. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "abi/inet.h"
#include "abi/netif.h"
#include "abi/netlink.h"
#include "abi/packet.h"
#include "abi/socket.h"
#include "base/compiler.h"
#include "sentry/sys/strace_priv.h"

/* ---- addresses ---- */

static void put_in_addr(struct strbuf *sb, uint32_t s_addr)
{
	const uint8_t *b = (const uint8_t *)&s_addr;

	strbuf_addf(sb, "inet_addr(\"%u.%u.%u.%u\")", b[0], b[1], b[2], b[3]);
}

static void put_unix(struct strbuf *sb, const struct lx_sockaddr_un *un, size_t len)
{
	size_t n = len - offsetof(struct lx_sockaddr_un, sun_path);

	if (n == 0)
		return;
	strbuf_adds(sb, ", sun_path=");
	if (un->sun_path[0] == '\0') {
		strbuf_addc(sb, '@');
		put_quoted(sb, un->sun_path + 1, n - 1, QUOTE_OCTAL);
	} else {
		put_quoted(sb, un->sun_path, strnlen(un->sun_path, MIN(n, sizeof(un->sun_path))),
			   QUOTE_OCTAL);
	}
}

static void put_in6(struct strbuf *sb, const struct lx_sockaddr_in6 *in6, size_t len)
{
	char text[INET6_ADDRSTRLEN];

	strbuf_addf(
		sb,
		", sin6_port=htons(%u), sin6_flowinfo=htonl(%u), inet_pton(AF_INET6, \"%s\", &sin6_addr)",
		ntohs(in6->sin6_port), ntohl(in6->sin6_flowinfo),
		inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof(text)));
	if (len >= sizeof(*in6))
		strbuf_addf(sb, ", sin6_scope_id=%u", in6->sin6_scope_id);
}

static void put_eth_protocol(struct strbuf *sb, uint16_t protocol)
{
	strbuf_adds(sb, "htons(");
	put_enum(sb, names_get("ethproto"), ntohs(protocol));
	strbuf_addc(sb, ')');
}

/* Interfaces have no names down here: strace says if_nametoindex("lo"). */
static void put_packet(struct strbuf *sb, const struct lx_sockaddr_ll *ll)
{
	strbuf_adds(sb, ", sll_protocol=");
	put_eth_protocol(sb, ll->sll_protocol);
	strbuf_addf(sb, ", sll_ifindex=%d, sll_hatype=", ll->sll_ifindex);
	put_enum(sb, names_get("arphrd"), ll->sll_hatype);
	strbuf_adds(sb, ", sll_pkttype=");
	put_enum(sb, names_get("pkttype"), ll->sll_pkttype);
	strbuf_addf(sb, ", sll_halen=%u", ll->sll_halen);
	for (size_t i = 0; i < MIN((size_t)ll->sll_halen, sizeof(ll->sll_addr)); i++)
		strbuf_addf(sb, i ? ", %02x" : ", sll_addr=[%02x", ll->sll_addr[i]);
	strbuf_adds(sb, ll->sll_halen ? "]" : "");
}

union any_addr {
	struct lx_sockaddr_storage storage;
	struct lx_sockaddr_un un;
	struct lx_sockaddr_in in;
	struct lx_sockaddr_in6 in6;
	struct lx_sockaddr_nl nl;
	struct lx_sockaddr_ll ll;
};

static void put_raw(struct strbuf *sb, const union any_addr *a, size_t len)
{
	if (len > sizeof(uint16_t)) {
		strbuf_adds(sb, ", sa_data=");
		put_quoted(sb, (const uint8_t *)a + sizeof(uint16_t), len - sizeof(uint16_t),
			   QUOTE_OCTAL);
	}
}

static void put_fields(struct strbuf *sb, const union any_addr *a, size_t len)
{
	switch (a->storage.ss_family) {
	case LX_AF_UNIX:
		put_unix(sb, &a->un, len);
		return;
	case LX_AF_INET:
		if (len < sizeof(a->in))
			break;
		strbuf_addf(sb, ", sin_port=htons(%u), sin_addr=", ntohs(a->in.sin_port));
		put_in_addr(sb, a->in.sin_addr.s_addr);
		return;
	case LX_AF_INET6:
		if (len < LX_SIN6_LEN_RFC2133)
			break;
		put_in6(sb, &a->in6, len);
		return;
	case LX_AF_NETLINK:
		if (len < sizeof(a->nl))
			break;
		strbuf_addf(sb, ", nl_pid=%u, nl_groups=%#08x", a->nl.nl_pid, a->nl.nl_groups);
		return;
	case LX_AF_PACKET:
		if (len < sizeof(a->ll))
			break;
		put_packet(sb, &a->ll);
		return;
	default:
		break;
	}
	put_raw(sb, a, len);
}

static void put_any_addr(struct strbuf *sb, const union any_addr *a, size_t len)
{
	strbuf_adds(sb, "{sa_family=");
	put_enum(sb, names_get("af"), a->storage.ss_family);
	put_fields(sb, a, len);
	strbuf_addc(sb, '}');
}

void put_sockaddr(struct scall *c, uint64_t addr, uint64_t len)
{
	union any_addr a = {.storage = {0}};
	size_t n = MIN(len, (uint64_t)sizeof(a));

	if (!addr || n < sizeof(uint16_t) || !scall_read(c, &a, addr, n))
		put_addr(c->sb, addr);
	else
		put_any_addr(c->sb, &a, n);
}

/* The count is the length. */
static void print_sockaddr(struct scall *c, const struct sarg *a, uint64_t v)
{
	put_sockaddr(c, v, (uint32_t)scall_count(c, a));
}

/* The count is where the length stands; the guest's room bounds it. */
static void print_sockaddr_out(struct scall *c, const struct sarg *a, uint64_t v)
{
	uint64_t at = scall_count(c, a);
	uint32_t len;

	if (scall_only_addr(c, a, v) || !scall_read(c, &len, at, sizeof(len)))
		put_addr(c->sb, v);
	else
		put_sockaddr(c, v, MIN((uint64_t)len, c->saved[a->count[0] - '0']));
}

/* ---- socket(2) ---- */

/* The third argument of socket(2): the family in the first says whose protocols it names. */
static void print_protocol(struct scall *c, const struct sarg *a UNUSED, uint64_t v)
{
	switch ((uint32_t)c->v[0]) {
	case LX_AF_INET:
	case LX_AF_INET6:
		put_enum(c->sb, names_get("ipproto"), (uint32_t)v);
		return;
	case LX_AF_NETLINK:
		put_enum(c->sb, names_get("netlink"), (uint32_t)v);
		return;
	case LX_AF_PACKET:
		put_eth_protocol(c->sb, (uint16_t)v);
		return;
	default:
		strbuf_addf(c->sb, "%u", (uint32_t)v);
	}
}

/* ---- options ---- */

static const char *option_names(uint32_t level)
{
	switch (level) {
	case LX_SOL_SOCKET:
		return "so";
	case LX_SOL_IP:
		return "ip";
	case LX_SOL_IPV6:
		return "ipv6";
	case LX_SOL_TCP:
		return "tcp";
	case LX_SOL_UDP:
		return "udp";
	case LX_SOL_NETLINK:
		return "nl_option";
	case LX_SOL_PACKET:
		return "packet_option";
	default:
		return NULL;
	}
}

static void print_option(struct scall *c, const struct sarg *a UNUSED, uint64_t v)
{
	const char *names = option_names((uint32_t)c->v[1]);

	if (names)
		put_enum(c->sb, names_get(names), (uint32_t)v);
	else
		strbuf_addf(c->sb, "%u", (uint32_t)v);
}

static bool is_option(const struct scall *c, uint32_t level, uint32_t option)
{
	return (uint32_t)c->v[1] == level && (uint32_t)c->v[2] == option;
}

static bool is_bytes_option(const struct scall *c)
{
	return is_option(c, LX_SOL_SOCKET, LX_SO_RCVTIMEO) ||
	       is_option(c, LX_SOL_SOCKET, LX_SO_SNDTIMEO) ||
	       is_option(c, LX_SOL_SOCKET, LX_SO_BINDTODEVICE) ||
	       is_option(c, LX_SOL_SOCKET, LX_SO_PEERSEC) ||
	       is_option(c, LX_SOL_TCP, LX_TCP_CONGESTION) ||
	       is_option(c, LX_SOL_TCP, LX_TCP_INFO) || !option_names((uint32_t)c->v[1]);
}

static bool put_struct_option(struct scall *c, uint64_t v, uint32_t len)
{
	struct lx_linger linger;
	struct lx_ucred cred;
	struct lx_ip_mreq mreq;

	if (is_option(c, LX_SOL_SOCKET, LX_SO_LINGER) && len == sizeof(linger) &&
	    scall_read(c, &linger, v, sizeof(linger))) {
		strbuf_addf(c->sb, "{l_onoff=%d, l_linger=%d}", linger.l_onoff, linger.l_linger);
	} else if (is_option(c, LX_SOL_SOCKET, LX_SO_PEERCRED) && len == sizeof(cred) &&
		   scall_read(c, &cred, v, sizeof(cred))) {
		put_ucred(c->sb, &cred);
	} else if ((is_option(c, LX_SOL_IP, LX_IP_ADD_MEMBERSHIP) ||
		    is_option(c, LX_SOL_IP, LX_IP_DROP_MEMBERSHIP)) &&
		   len >= sizeof(mreq) && scall_read(c, &mreq, v, sizeof(mreq))) {
		strbuf_adds(c->sb, "{imr_multiaddr=");
		put_in_addr(c->sb, mreq.imr_multiaddr.s_addr);
		strbuf_adds(c->sb, ", imr_interface=");
		put_in_addr(c->sb, mreq.imr_interface.s_addr);
		strbuf_addc(c->sb, '}');
	} else {
		return false;
	}
	return true;
}

static void put_option_value(struct scall *c, uint64_t v, uint32_t len)
{
	int32_t n;

	if (put_struct_option(c, v, len))
		return;
	if (is_bytes_option(c)) {
		put_guest_bytes(c, v, len, QUOTE_OCTAL);
	} else if (len >= sizeof(n) && scall_read(c, &n, v, sizeof(n))) {
		strbuf_addf(c->sb, "[%d]", n);
	} else if (len < sizeof(n) && c->exiting) {
		put_guest_bytes(c, v, len, QUOTE_HEX);
	} else {
		put_addr(c->sb, v);
	}
}

static void print_setopt(struct scall *c, const struct sarg *a UNUSED, uint64_t v)
{
	put_option_value(c, v, (uint32_t)c->v[4]);
}

static void print_getopt(struct scall *c, const struct sarg *a, uint64_t v)
{
	uint32_t len;

	if (scall_only_addr(c, a, v) || !scall_read(c, &len, c->v[4], sizeof(len)))
		put_addr(c->sb, v);
	else
		put_option_value(c, v, len);
}

void put_ucred(struct strbuf *sb, const void *p)
{
	const struct lx_ucred *u = p;

	strbuf_addf(sb, "{pid=%d, uid=%u, gid=%u}", u->pid, u->uid, u->gid);
}

/* ---- interfaces ---- */

static void put_ifname(struct strbuf *sb, const struct lx_ifreq *r)
{
	strbuf_adds(sb, "{ifr_name=");
	put_quoted(sb, r->name, strnlen(r->name, sizeof(r->name)), QUOTE_OCTAL);
}

static void put_if_addr(struct strbuf *sb, const char *field, const struct lx_ifreq *r)
{
	union any_addr a = {.storage = {0}};

	memcpy(&a, r->addr, sizeof(r->addr));
	strbuf_addf(sb, ", %s=", field);
	put_any_addr(sb, &a, sizeof(r->addr));
}

static void put_if_value(struct strbuf *sb, uint32_t request, const struct lx_ifreq *r)
{
	switch (request) {
	case LX_SIOCGIFINDEX:
		strbuf_addf(sb, ", ifr_ifindex=%d", r->ivalue);
		return;
	case LX_SIOCGIFMTU:
	case LX_SIOCSIFMTU:
		strbuf_addf(sb, ", ifr_mtu=%d", r->ivalue);
		return;
	case LX_SIOCGIFTXQLEN:
		strbuf_addf(sb, ", ifr_qlen=%d", r->ivalue);
		return;
	case LX_SIOCGIFMETRIC:
		strbuf_addf(sb, ", ifr_metric=%d", r->ivalue);
		return;
	case LX_SIOCGIFFLAGS:
	case LX_SIOCSIFFLAGS:
		strbuf_adds(sb, ", ifr_flags=");
		put_flags(sb, names_get("iff"), (uint16_t)r->flags);
		return;
	case LX_SIOCGIFHWADDR: {
		uint16_t type;

		memcpy(&type, r->addr, sizeof(type));
		strbuf_adds(sb, ", ifr_hwaddr={sa_family=");
		put_enum(sb, names_get("arphrd"), type);
		strbuf_addf(sb, ", sa_data=%02x:%02x:%02x:%02x:%02x:%02x}", r->addr[2], r->addr[3],
			    r->addr[4], r->addr[5], r->addr[6], r->addr[7]);
		return;
	}
	default:
		put_if_addr(sb, "ifr_addr", r);
	}
}

/* The request of the ioctl says which field holds the answer. */
static void put_ifreq(struct scall *c, const void *p)
{
	const struct lx_ifreq *r = p;

	put_ifname(c->sb, r);
	put_if_value(c->sb, (uint32_t)c->v[1], r);
	strbuf_addc(c->sb, '}');
}

static void put_ifconf_entry(struct scall *c, const void *p)
{
	put_ifname(c->sb, p);
	put_if_addr(c->sb, "ifr_addr", p);
	strbuf_addc(c->sb, '}');
}

static void put_ifconf(struct scall *c, const void *p)
{
	const struct lx_ifconf *conf = p;
	int n = conf->len / (int)sizeof(struct lx_ifreq);

	strbuf_addf(c->sb, "{ifc_len=%d", conf->len);
	if (n > 0)
		strbuf_addf(c->sb, " /* %d * sizeof(struct ifreq) */", n);
	strbuf_adds(c->sb, ", ifc_buf=");
	if (conf->buf && n >= 0)
		put_array(c, conf->buf, (uint64_t)n, sizeof(struct lx_ifreq), put_ifconf_entry);
	else
		put_addr(c->sb, conf->buf);
	strbuf_addc(c->sb, '}');
}

const struct kind strace_socket_kinds[] = {
	{.name = "sockaddr", .print = print_sockaddr},
	{.name = "sockaddr_out", .print = print_sockaddr_out},
	{.name = "protocol", .print = print_protocol},
	{.name = "option", .print = print_option},
	{.name = "setopt", .print = print_setopt},
	{.name = "getopt", .print = print_getopt},
	{.name = "ifreq", .put = put_ifreq, .size = sizeof(struct lx_ifreq)},
	{.name = "ifconf", .put = put_ifconf, .size = sizeof(struct lx_ifconf)},
	{0},
};
