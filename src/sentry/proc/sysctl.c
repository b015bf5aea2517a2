/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /proc/sys. Differs: most of it states how this kernel is and cannot be tuned: opening for writing
 * says EROFS, as in a container. What can be written does what sysctl(5) says.
 */
#include <errno.h>
#include <string.h>

#include "abi/capability.h"
#include "host/rand.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/fs/devpts/devpts.h"
#include "sentry/proc/proc.h"
#include "sentry/proc/proc_priv.h"

typedef unsigned long long ull;

#define PID_MAX_LOWEST  301
#define PID_MAX_HIGHEST 4194304

/* ---- kernel: names ---- */

#define SHOW_UTS(fn, field)                                                                        \
	static int fn(const struct proc_at *at, struct strbuf *sb)                                 \
	{                                                                                          \
		struct lx_utsname u;                                                               \
                                                                                                   \
		kernel_uts_get(at->k, &u);                                                         \
		strbuf_addf(sb, "%s\n", u.field);                                                  \
		return 0;                                                                          \
	}
SHOW_UTS(show_hostname, nodename)
SHOW_UTS(show_domainname, domainname)
SHOW_UTS(show_osrelease, release)
SHOW_UTS(show_ostype, sysname)
SHOW_UTS(show_version, version)

/* Up to the end of the line, cut to what fits, as Linux does. */
static void store_name(struct kernel *k, char to[LX_UTSNAME_LENGTH], const char *text)
{
	size_t n = strcspn(text, "\n");

	n = MIN(n, (size_t)LX_UTSNAME_LENGTH - 1);
	GUARD(&k->uts_lock);
	memset(to, 0, LX_UTSNAME_LENGTH);
	memcpy(to, text, n);
}

static int store_hostname(const struct proc_at *at, const char *text, size_t len)
{
	(void)len;
	store_name(at->k, at->k->uts.nodename, text);
	return 0;
}

static int store_domainname(const struct proc_at *at, const char *text, size_t len)
{
	(void)len;
	store_name(at->k, at->k->uts.domainname, text);
	return 0;
}

/* ---- kernel: numbers of tasks ---- */

static int show_pid_max(const struct proc_at *at, struct strbuf *sb)
{
	GUARD(&at->k->tasklist);
	strbuf_addf(sb, "%d\n", at->k->pid_max);
	return 0;
}

static int store_pid_max(const struct proc_at *at, const char *text, size_t len)
{
	int64_t v;
	int r = proc_parse_int(text, PID_MAX_LOWEST, PID_MAX_HIGHEST, &v);

	(void)len;
	if (r < 0)
		return r;
	GUARD(&at->k->tasklist);
	at->k->pid_max = (int32_t)v;
	return 0;
}

static int show_threads_max(const struct proc_at *at, struct strbuf *sb)
{
	strbuf_addf(sb, "%u\n", at->k->threads_max);
	return 0;
}

static int show_cap_last_cap(const struct proc_at *at, struct strbuf *sb)
{
	(void)at;
	strbuf_addf(sb, "%d\n", LX_CAP_LAST_CAP);
	return 0;
}

/* ---- kernel/random ---- */

static void add_uuid(struct strbuf *sb, const uint8_t u[16])
{
	for (size_t i = 0; i < 16; i++)
		strbuf_addf(sb, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", u[i]);
	strbuf_addc(sb, '\n');
}

/* RFC 4122, version 4. */
static void make_uuid(uint8_t u[16])
{
	host_random(u, 16);
	u[6] = (uint8_t)((u[6] & 0x0f) | 0x40);
	u[8] = (uint8_t)((u[8] & 0x3f) | 0x80);
}

static int show_uuid(const struct proc_at *at, struct strbuf *sb)
{
	uint8_t u[16];

	(void)at;
	make_uuid(u);
	add_uuid(sb, u);
	return 0;
}

/* The sandbox's own, made when somebody asks first: all mounts of procfs say the same. */
static int show_boot_id(const struct proc_at *at, struct strbuf *sb)
{
	static struct lock once = LOCK_INIT(RANK_LEAF, "boot id");
	static uint8_t boot_id[16];
	static bool made;

	(void)at;
	GUARD(&once);
	if (!made)
		make_uuid(boot_id);
	made = true;
	add_uuid(sb, boot_id);
	return 0;
}

static const struct proc_entry random_entries[] = {
	PROC_FILE("boot_id", 0444, show_boot_id),
	PROC_TEXT("entropy_avail", 0444, "256\n"),
	PROC_TEXT("poolsize", 0444, "256\n"),
	PROC_TEXT("urandom_min_reseed_secs", 0644, "60\n"),
	PROC_FILE("uuid", 0444, show_uuid),
	PROC_TEXT("write_wakeup_threshold", 0644, "256\n"),
};
static const struct proc_dir random_dir = PROC_DIR(random_entries, NULL);

/* ---- kernel/pty ---- */

static int show_pty_nr(const struct proc_at *at UNUSED, struct strbuf *sb)
{
	strbuf_addf(sb, "%u\n", devpts_count());
	return 0;
}

static int show_pty_max(const struct proc_at *at UNUSED, struct strbuf *sb)
{
	strbuf_addf(sb, "%u\n", DEVPTS_PTYS_MAX);
	return 0;
}

static int show_pty_reserve(const struct proc_at *at UNUSED, struct strbuf *sb)
{
	strbuf_addf(sb, "%u\n", DEVPTS_PTYS_RESERVED);
	return 0;
}

static const struct proc_entry pty_entries[] = {
	PROC_FILE("max", 0644, show_pty_max),
	PROC_FILE("nr", 0444, show_pty_nr),
	PROC_FILE("reserve", 0644, show_pty_reserve),
};
static const struct proc_dir pty_dir = PROC_DIR(pty_entries, NULL);

#define KNOB(name_, show_, store_)                                                                 \
	{                                                                                          \
		.name = (name_), .mode = LX_S_IFREG | 0644, .show = (show_), .store = (store_)     \
	}

/* All actions are there, and all but allow may be logged. */
static const struct proc_entry seccomp_entries[] = {
	PROC_TEXT("actions_avail", 0444,
		  "kill_process kill_thread trap errno user_notif trace log allow\n"),
	PROC_TEXT("actions_logged", 0644,
		  "kill_process kill_thread trap errno user_notif trace log\n"),
};
static const struct proc_dir seccomp_dir = PROC_DIR(seccomp_entries, NULL);

static const struct proc_entry kernel_entries[] = {
	PROC_FILE("cap_last_cap", 0444, show_cap_last_cap),
	PROC_TEXT("core_pattern", 0644, "core\n"),
	PROC_TEXT("core_uses_pid", 0644, "0\n"),
	PROC_TEXT("ctrl-alt-del", 0644, "0\n"),
	PROC_TEXT("dmesg_restrict", 0644, "1\n"),
	KNOB("domainname", show_domainname, store_domainname),
	KNOB("hostname", show_hostname, store_hostname),
	PROC_TEXT("kptr_restrict", 0644, "2\n"),
	PROC_TEXT("msgmax", 0644, "8192\n"),
	PROC_TEXT("msgmnb", 0644, "16384\n"),
	PROC_TEXT("msgmni", 0644, "32000\n"),
	PROC_TEXT("ngroups_max", 0444, "65536\n"),
	PROC_FILE("osrelease", 0444, show_osrelease),
	PROC_FILE("ostype", 0444, show_ostype),
	PROC_TEXT("overflowgid", 0644, "65534\n"),
	PROC_TEXT("overflowuid", 0644, "65534\n"),
	PROC_TEXT("panic", 0644, "0\n"),
	PROC_TEXT("perf_event_paranoid", 0644, "4\n"),
	KNOB("pid_max", show_pid_max, store_pid_max),
	PROC_TEXT("printk", 0644, "4\t4\t1\t7\n"),
	PROC_SUBDIR("pty", 0555, pty_dir),
	PROC_SUBDIR("random", 0555, random_dir),
	PROC_TEXT("randomize_va_space", 0644, "2\n"),
	PROC_TEXT("sched_child_runs_first", 0644, "0\n"),
	PROC_SUBDIR("seccomp", 0555, seccomp_dir),
	PROC_TEXT("sem", 0644, "32000\t1024000000\t500\t32000\n"),
	PROC_TEXT("shmall", 0644, "18446744073692774399\n"),
	PROC_TEXT("shmmax", 0644, "18446744073692774399\n"),
	PROC_TEXT("shmmni", 0644, "4096\n"),
	PROC_TEXT("tainted", 0644, "0\n"),
	PROC_FILE("threads-max", 0444, show_threads_max),
	PROC_FILE("version", 0444, show_version),
};
static const struct proc_dir kernel_dir = PROC_DIR(kernel_entries, NULL);

/* ---- vm ---- */

static const struct proc_entry vm_entries[] = {
	PROC_TEXT("dirty_background_ratio", 0644, "10\n"),
	PROC_TEXT("dirty_ratio", 0644, "20\n"),
	PROC_TEXT("max_map_count", 0644, "65530\n"),
	PROC_TEXT("mmap_min_addr", 0644, "65536\n"),
	PROC_TEXT("nr_hugepages", 0644, "0\n"),
	PROC_TEXT("overcommit_kbytes", 0644, "0\n"),
	PROC_TEXT("overcommit_memory", 0644, "0\n"),
	PROC_TEXT("overcommit_ratio", 0644, "50\n"),
	PROC_TEXT("swappiness", 0644, "60\n"),
};
static const struct proc_dir vm_dir = PROC_DIR(vm_entries, NULL);

/* ---- fs ---- */

static const struct proc_entry inotify_entries[] = {
	PROC_TEXT("max_queued_events", 0644, "16384\n"),
	PROC_TEXT("max_user_instances", 0644, "128\n"),
	PROC_TEXT("max_user_watches", 0644, "65536\n"),
};
static const struct proc_dir inotify_dir = PROC_DIR(inotify_entries, NULL);

static const struct proc_entry mqueue_entries[] = {
	PROC_TEXT("msg_default", 0644, "10\n"),       PROC_TEXT("msg_max", 0644, "10\n"),
	PROC_TEXT("msgsize_default", 0644, "8192\n"), PROC_TEXT("msgsize_max", 0644, "8192\n"),
	PROC_TEXT("queues_max", 0644, "256\n"),
};
static const struct proc_dir mqueue_dir = PROC_DIR(mqueue_entries, NULL);

static const struct proc_entry epoll_entries[] = {
	PROC_TEXT("max_user_watches", 0644, "1048576\n"),
};
static const struct proc_dir epoll_dir = PROC_DIR(epoll_entries, NULL);

static const struct proc_entry fs_entries[] = {
	PROC_TEXT("aio-max-nr", 0644, "65536\n"),
	PROC_TEXT("aio-nr", 0444, "0\n"),
	PROC_SUBDIR("epoll", 0555, epoll_dir),
	PROC_TEXT("file-max", 0644, "9223372036854775807\n"),
	PROC_TEXT("file-nr", 0444, "0\t0\t9223372036854775807\n"),
	PROC_SUBDIR("inotify", 0555, inotify_dir),
	PROC_TEXT("lease-break-time", 0644, "45\n"),
	PROC_SUBDIR("mqueue", 0555, mqueue_dir),
	PROC_TEXT("nr_open", 0644, "1048576\n"),
	PROC_TEXT("pipe-max-size", 0644, "1048576\n"),
	PROC_TEXT("pipe-user-pages-hard", 0644, "0\n"),
	PROC_TEXT("pipe-user-pages-soft", 0644, "16384\n"),
	PROC_TEXT("protected_fifos", 0644, "0\n"),
	PROC_TEXT("protected_hardlinks", 0644, "0\n"),
	PROC_TEXT("protected_regular", 0644, "0\n"),
	PROC_TEXT("protected_symlinks", 0644, "0\n"),
	PROC_TEXT("suid_dumpable", 0644, "0\n"),
};
static const struct proc_dir fs_dir = PROC_DIR(fs_entries, NULL);

/* ---- all of it ---- */

static const struct proc_entry user_entries[] = {
	PROC_TEXT("max_mnt_namespaces", 0644, "65536\n"),
	PROC_TEXT("max_user_namespaces", 0644, "0\n"),
};
static const struct proc_dir user_dir = PROC_DIR(user_entries, NULL);

static const struct proc_entry sys_entries[] = {
	PROC_SUBDIR("fs", 0555, fs_dir),
	PROC_SUBDIR("kernel", 0555, kernel_dir),
	PROC_SUBDIR("net", 0555, proc_sys_net_dir),
	PROC_SUBDIR("user", 0555, user_dir),
	PROC_SUBDIR("vm", 0555, vm_dir),
};

const struct proc_dir proc_sys_dir = PROC_DIR(sys_entries, NULL);

/* ---- from outside ---- */

static const struct proc_entry *find(const struct proc_dir *d, const char *name, size_t n)
{
	for (size_t i = 0; i < d->n; i++)
		if (strlen(d->entries[i].name) == n && memcmp(d->entries[i].name, name, n) == 0)
			return &d->entries[i];
	return NULL;
}

/* sysctl(8): the separator that comes first is the separator. */
static const struct proc_entry *find_by_name(const char *name)
{
	const struct proc_dir *d = &proc_sys_dir;
	const char *separator = name[strcspn(name, "./")] == '/' ? "/" : ".";

	for (;;) {
		size_t n = strcspn(name, separator);
		const struct proc_entry *e = find(d, name, n);

		if (!e || name[n] == 0)
			return e && !e->dir ? e : NULL;
		if (!e->dir)
			return NULL;
		d = e->dir;
		name += n + 1;
	}
}

static const char *next_word(const char *s, size_t *ret_n)
{
	s += strspn(s, " \t\n");
	*ret_n = strcspn(s, " \t\n");
	return s;
}

static bool same_words(const char *a, const char *b)
{
	for (;;) {
		size_t n, m;

		a = next_word(a, &n);
		b = next_word(b, &m);
		if (n != m || memcmp(a, b, n) != 0)
			return false;
		if (n == 0)
			return true;
		a += n;
		b += m;
	}
}

int proc_sysctl_set(struct kernel *k, struct ctx *ctx, const char *name, const char *value)
{
	const struct proc_entry *e = find_by_name(name);
	struct proc_at at = {.ctx = ctx, .k = k};
	AUTO(strbuf_fini) struct strbuf now = STRBUF_INIT;
	int r;

	if (!e)
		return -ENOENT;
	if (e->store)
		return e->store(&at, value, strlen(value));
	r = proc_text(&at, e, &now);
	if (r < 0)
		return r;
	return same_words(strbuf_str(&now), value) ? 0 : -EROFS;
}
