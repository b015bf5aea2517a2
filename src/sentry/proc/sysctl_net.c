/* SPDX-License-Identifier: Apache-2.0 */
/* /proc/sys/net. */
#include <errno.h>
#include <string.h>

#include "sentry/core/lock_ranks.h"
#include "sentry/proc/proc_priv.h"

/*
 * What a network of the sandbox's own will go by, kept from now on: numbers, each in its range, as
 * Linux takes them. Nothing else has a meaning of its own here, so it cannot be changed.
 */
#define KEPT_MAX 2

struct kept {
	uint32_t n;
	int64_t lo, hi;
	int64_t v[KEPT_MAX]; /* [kept_lock] */
};

static struct lock kept_lock = LOCK_INIT(RANK_LEAF, "net parameters");

static int kept_show(struct kept *k, struct strbuf *sb)
{
	GUARD(&kept_lock);
	for (uint32_t i = 0; i < k->n; i++)
		strbuf_addf(sb, i > 0 ? "\t%lld" : "%lld", (long long)k->v[i]);
	strbuf_addc(sb, '\n');
	return 0;
}

static int kept_store(struct kept *k, const char *text)
{
	int64_t v[KEPT_MAX];

	for (uint32_t i = 0; i < k->n; i++) {
		char word[24];
		size_t n;
		int r;

		text += strspn(text, " \t\n");
		n = strcspn(text, " \t\n");
		if (n == 0 || n >= sizeof(word))
			return -EINVAL;
		memcpy(word, text, n);
		word[n] = 0;
		r = proc_parse_int(word, k->lo, k->hi, &v[i]);
		if (r < 0)
			return r;
		text += n;
	}
	GUARD(&kept_lock);
	memcpy(k->v, v, k->n * sizeof(v[0]));
	return 0;
}

#define KEPT(name, n_, lo_, hi_, ...)                                                              \
	static struct kept name = {.n = (n_), .lo = (lo_), .hi = (hi_), .v = {__VA_ARGS__}};       \
	static int show_##name(const struct proc_at *at UNUSED, struct strbuf *sb)                 \
	{                                                                                          \
		return kept_show(&name, sb);                                                       \
	}                                                                                          \
	static int store_##name(const struct proc_at *at UNUSED, const char *text,                 \
				size_t len UNUSED)                                                 \
	{                                                                                          \
		return kept_store(&name, text);                                                    \
	}
KEPT(somaxconn, 1, 0, INT32_MAX, 4096)
KEPT(port_range, 2, 1, 65535, 32768, 60999)
KEPT(unprivileged_port_start, 1, 0, 65535, 1024)
KEPT(ping_group_range, 2, 0, UINT32_MAX - 1, 1, 0)

#define KNOB(name_, fn_)                                                                           \
	{                                                                                          \
		.name = (name_), .mode = LX_S_IFREG | 0644, .show = show_##fn_,                    \
		.store = store_##fn_                                                               \
	}

static const struct proc_entry core_entries[] = {
	PROC_TEXT("netdev_max_backlog", 0644, "1000\n"),
	PROC_TEXT("optmem_max", 0644, "131072\n"),
	PROC_TEXT("rmem_default", 0644, "212992\n"),
	PROC_TEXT("rmem_max", 0644, "212992\n"),
	KNOB("somaxconn", somaxconn),
	PROC_TEXT("wmem_default", 0644, "212992\n"),
	PROC_TEXT("wmem_max", 0644, "212992\n"),
};
static const struct proc_dir core_dir = PROC_DIR(core_entries, NULL);

static const struct proc_entry ipv4_entries[] = {
	PROC_TEXT("ip_default_ttl", 0644, "64\n"),
	PROC_TEXT("ip_forward", 0644, "0\n"),
	KNOB("ip_local_port_range", port_range),
	PROC_TEXT("ip_local_reserved_ports", 0644, "\n"),
	KNOB("ip_unprivileged_port_start", unprivileged_port_start),
	KNOB("ping_group_range", ping_group_range),
	PROC_TEXT("tcp_available_congestion_control", 0444, "reno cubic\n"),
	PROC_TEXT("tcp_congestion_control", 0644, "cubic\n"),
	PROC_TEXT("tcp_fin_timeout", 0644, "60\n"),
	PROC_TEXT("tcp_keepalive_intvl", 0644, "75\n"),
	PROC_TEXT("tcp_keepalive_probes", 0644, "9\n"),
	PROC_TEXT("tcp_keepalive_time", 0644, "7200\n"),
	PROC_TEXT("tcp_max_syn_backlog", 0644, "512\n"),
	PROC_TEXT("tcp_rmem", 0644, "4096\t131072\t6291456\n"),
	PROC_TEXT("tcp_sack", 0644, "1\n"),
	PROC_TEXT("tcp_syncookies", 0644, "1\n"),
	PROC_TEXT("tcp_timestamps", 0644, "1\n"),
	PROC_TEXT("tcp_tw_reuse", 0644, "2\n"),
	PROC_TEXT("tcp_window_scaling", 0644, "1\n"),
	PROC_TEXT("tcp_wmem", 0644, "4096\t16384\t4194304\n"),
};
static const struct proc_dir ipv4_dir = PROC_DIR(ipv4_entries, NULL);

static const struct proc_entry unix_entries[] = {
	PROC_TEXT("max_dgram_qlen", 0644, "512\n"),
};
static const struct proc_dir unix_dir = PROC_DIR(unix_entries, NULL);

static const struct proc_entry net_entries[] = {
	PROC_SUBDIR("core", 0555, core_dir),
	PROC_SUBDIR("ipv4", 0555, ipv4_dir),
	PROC_SUBDIR("unix", 0555, unix_dir),
};
const struct proc_dir proc_sys_net_dir = PROC_DIR(net_entries, NULL);
