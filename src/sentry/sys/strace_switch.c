/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System calls that are many calls in one: an argument says which, and what the arguments after it
 * are. The walk through a format goes on in the row's own format, which may end in a result as any
 * other.
 */
#include <string.h>

#include "abi/epoll.h"
#include "abi/fcntl.h"
#include "abi/futex.h"
#include "abi/ipc.h"
#include "abi/keyctl.h"
#include "abi/mount.h"
#include "abi/ptrace.h"
#include "abi/sched.h"
#include "abi/seccomp.h"
#include "base/check.h"
#include "base/compiler.h"
#include "sentry/sys/strace_priv.h"

/* ---- fcntl(2) ---- */

static const struct switch_row fcntl_rows[] = {
	ROW(F_DUPFD, "d"),
	ROW(F_DUPFD_CLOEXEC, "d"),
	ROW(F_GETFD, "= fdflags"),
	ROW(F_SETFD, "flags:fdflags"),
	ROW(F_GETFL, "= openflags"),
	ROW(F_SETFL, "openflags"),
	ROW(F_GETLK, "out:lock"),
	ROW(F_SETLK, "lock"),
	ROW(F_SETLKW, "lock"),
	ROW(F_OFD_GETLK, "out:lock"),
	ROW(F_OFD_SETLK, "lock"),
	ROW(F_OFD_SETLKW, "lock"),
	ROW(F_SETOWN, "d"),
	ROW(F_GETOWN, ""),
	ROW(F_SETOWN_EX, "owner_ex"),
	ROW(F_GETOWN_EX, "out:owner_ex"),
	ROW(F_GETOWNER_UIDS, "out:puid[2]"),
	ROW(F_SETSIG, "sig"),
	ROW(F_GETSIG, "= sig"),
	ROW(F_SETLEASE, "enum:lock_type"),
	ROW(F_GETLEASE, "= lease"),
	ROW(F_NOTIFY, "flags:dnotify"),
	ROW(F_CANCELLK, "lx"),
	ROW(F_SETPIPE_SZ, "d"),
	ROW(F_GETPIPE_SZ, ""),
	ROW(F_ADD_SEALS, "flags:seal"),
	ROW(F_GET_SEALS, "= seals"),
};

/* ---- futex(2) ---- */

static const struct switch_row futex_rows[] = {
	ROW(FUTEX_WAIT, "u, timespec"),
	ROW(FUTEX_WAKE, "u"),
	ROW(FUTEX_FD, "u"),
	ROW(FUTEX_REQUEUE, "u, u, addr"),
	ROW(FUTEX_CMP_REQUEUE, "u, u, addr, u"),
	ROW(FUTEX_WAKE_OP, "u, u, addr, wakeop"),
	ROW(FUTEX_LOCK_PI, "skip, timespec"),
	ROW(FUTEX_UNLOCK_PI, ""),
	ROW(FUTEX_TRYLOCK_PI, ""),
	ROW(FUTEX_WAIT_BITSET, "u, timespec, skip, futexbits"),
	ROW(FUTEX_WAKE_BITSET, "u, skip, skip, futexbits"),
	ROW(FUTEX_WAIT_REQUEUE_PI, "u, timespec, addr"),
	ROW(FUTEX_CMP_REQUEUE_PI, "u, u, addr, u"),
	ROW(FUTEX_LOCK_PI2, "skip, timespec"),
};

static void put_futex_op(struct strbuf *sb, const struct switch_table *t, uint64_t v)
{
	uint64_t cmd = v & ~(uint64_t)(LX_FUTEX_PRIVATE_FLAG | LX_FUTEX_CLOCK_REALTIME);

	for (size_t i = 0; i < t->n; i++) {
		if (t->rows[i].v != cmd)
			continue;
		strbuf_adds(sb, t->rows[i].name);
		strbuf_adds(sb, v & LX_FUTEX_PRIVATE_FLAG ? "_PRIVATE" : "");
		strbuf_adds(sb, v & LX_FUTEX_CLOCK_REALTIME ? "|FUTEX_CLOCK_REALTIME" : "");
		return;
	}
	put_hex(sb, v);
	strbuf_addf(sb, " /* %s */", t->unknown);
}

static void print_futexbits(struct scall *c, const struct sarg *a UNUSED, uint64_t v)
{
	if ((uint32_t)v == LX_FUTEX_BITSET_MATCH_ANY)
		strbuf_adds(c->sb, "FUTEX_BITSET_MATCH_ANY");
	else
		put_hex(c->sb, (uint32_t)v);
}

/* FUTEX_WAKE_OP's third value: op << 28 | cmp << 24 | oparg << 12 | cmparg. */
static void print_wakeop(struct scall *c, const struct sarg *a UNUSED, uint64_t v)
{
	static const char *const ops[] = {"SET", "ADD", "OR", "ANDN", "XOR"};
	static const char *const cmps[] = {"EQ", "NE", "LT", "LE", "GT", "GE"};
	uint32_t op = v >> 28 & 0x7, cmp = v >> 24 & 0xf;

	strbuf_adds(c->sb, v >> 28 & LX_FUTEX_OP_OPARG_SHIFT ? "FUTEX_OP_OPARG_SHIFT<<28|" : "");
	if (op < ARRAY_SIZE(ops))
		strbuf_addf(c->sb, "FUTEX_OP_%s<<28|%#x<<12|", ops[op],
			    (unsigned)(v >> 12 & 0xfff));
	else
		strbuf_addf(c->sb, "%#x<<28 /* FUTEX_OP_??? */|%#x<<12|", op,
			    (unsigned)(v >> 12 & 0xfff));
	if (cmp < ARRAY_SIZE(cmps))
		strbuf_addf(c->sb, "FUTEX_OP_CMP_%s<<24|%#x", cmps[cmp], (unsigned)(v & 0xfff));
	else
		strbuf_addf(c->sb, "%#x<<24 /* FUTEX_OP_CMP_??? */|%#x", cmp,
			    (unsigned)(v & 0xfff));
}

/* ---- System V ---- */

static const struct switch_row shmctl_rows[] = {
	ROW(IPC_RMID, "addr"),
	ROW(IPC_SET, "shmid_ds"),
	ROW(IPC_STAT, "out:shmid_ds"),
	ROW(IPC_INFO, "out:shminfo"),
	ROW(SHM_INFO, "out:shm_info"),
	ROW(SHM_STAT, "out:shmid_ds"),
	ROW(SHM_STAT_ANY, "out:shmid_ds"),
	ROW(SHM_LOCK, "addr"),
	ROW(SHM_UNLOCK, "addr"),
};

static const struct switch_row semctl_rows[] = {
	ROW(IPC_RMID, "addr"),
	ROW(IPC_SET, "semid_ds"),
	ROW(IPC_STAT, "out:semid_ds"),
	ROW(IPC_INFO, "out:seminfo"),
	ROW(SEM_INFO, "out:seminfo"),
	ROW(SEM_STAT, "out:semid_ds"),
	ROW(SEM_STAT_ANY, "out:semid_ds"),
	ROW(GETPID, "addr"),
	ROW(GETVAL, "addr"),
	ROW(GETALL, "addr"),
	ROW(GETNCNT, "addr"),
	ROW(GETZCNT, "addr"),
	ROW(SETVAL, "lx"),
	ROW(SETALL, "addr"),
};

static const struct switch_row msgctl_rows[] = {
	ROW(IPC_RMID, "addr"),
	ROW(IPC_SET, "msqid_ds"),
	ROW(IPC_STAT, "out:msqid_ds"),
	ROW(IPC_INFO, "out:msginfo"),
	ROW(MSG_INFO, "out:msginfo"),
	ROW(MSG_STAT, "out:msqid_ds"),
	ROW(MSG_STAT_ANY, "out:msqid_ds"),
};

static void put_ipc_command(struct strbuf *sb, const struct switch_table *t, uint64_t v)
{
	uint64_t cmd = v & ~(uint64_t)LX_IPC_64;

	strbuf_adds(sb, v & LX_IPC_64 ? "IPC_64|" : "");
	for (size_t i = 0; i < t->n; i++) {
		if (t->rows[i].v == cmd) {
			strbuf_adds(sb, t->rows[i].name);
			return;
		}
	}
	put_hex(sb, cmd);
	strbuf_addf(sb, " /* %s */", t->unknown);
}

/* ---- others ---- */

static const struct switch_row epoll_ctl_rows[] = {
	ROW(EPOLL_CTL_ADD, "d, epoll_event"),
	ROW(EPOLL_CTL_DEL, "d, addr"),
	ROW(EPOLL_CTL_MOD, "d, epoll_event"),
};

static const struct switch_row seccomp_rows[] = {
	ROW(SECCOMP_SET_MODE_STRICT, "x, addr"),
	ROW(SECCOMP_SET_MODE_FILTER, "flags:seccomp_filter, fprog"),
	ROW(SECCOMP_GET_ACTION_AVAIL, "x, seccomp_action"),
	ROW(SECCOMP_GET_NOTIF_SIZES, "x, addr"),
};

/* [SECCOMP_RET_ALLOW] */
static void put_seccomp_action(struct scall *c, const void *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	strbuf_addc(c->sb, '[');
	put_enum(c->sb, names_get("seccomp_ret"), v);
	strbuf_addc(c->sb, ']');
}

static const struct switch_row kcmp_rows[] = {
	ROW(KCMP_FILE, "u, u"), ROW(KCMP_VM, ""),
	ROW(KCMP_FILES, ""),    ROW(KCMP_FS, ""),
	ROW(KCMP_SIGHAND, ""),  ROW(KCMP_IO, ""),
	ROW(KCMP_SYSVSEM, ""),  ROW(KCMP_EPOLL_TFD, "u, addr"),
};

static const struct switch_row keyctl_rows[] = {
	ROW(KEYCTL_GET_KEYRING_ID, "key, d"),
	ROW(KEYCTL_JOIN_SESSION_KEYRING, "str"),
	ROW(KEYCTL_UPDATE, "key, buf[3], lu"),
	ROW(KEYCTL_REVOKE, "key"),
	ROW(KEYCTL_CHOWN, "key, uid, uid"),
	ROW(KEYCTL_SETPERM, "key, x"),
	ROW(KEYCTL_DESCRIBE, "key, out:str, lu"),
	ROW(KEYCTL_CLEAR, "key"),
	ROW(KEYCTL_LINK, "key, key"),
	ROW(KEYCTL_UNLINK, "key, key"),
	ROW(KEYCTL_SEARCH, "key, str, str, key"),
	ROW(KEYCTL_READ, "key, out:buf[ret], lu"),
	ROW(KEYCTL_SET_TIMEOUT, "key, u"),
	ROW(KEYCTL_INVALIDATE, "key"),
	ROW(KEYCTL_GET_PERSISTENT, "uid, key"),
	ROW(KEYCTL_SESSION_TO_PARENT, ""),
	ROW(KEYCTL_GET_SECURITY, "key, out:str, lu"),
};

static const struct switch_row ptrace_rows[] = {
	{0, "PTRACE_TRACEME", ""},
	{1, "PTRACE_PEEKTEXT", "d, addr, addr"},
	{2, "PTRACE_PEEKDATA", "d, addr, addr"},
	{3, "PTRACE_PEEKUSER", "d, addr, addr"},
	{4, "PTRACE_POKETEXT", "d, addr, lx"},
	{5, "PTRACE_POKEDATA", "d, addr, lx"},
	{6, "PTRACE_POKEUSER", "d, addr, lx"},
	{7, "PTRACE_CONT", "d, addr, sig"},
	{8, "PTRACE_KILL", "d"},
	{9, "PTRACE_SINGLESTEP", "d, addr, sig"},
	{12, "PTRACE_GETREGS", "d, addr, addr"},
	{13, "PTRACE_SETREGS", "d, addr, addr"},
	{16, "PTRACE_ATTACH", "d"},
	{17, "PTRACE_DETACH", "d, addr, sig"},
	{24, "PTRACE_SYSCALL", "d, addr, sig"},
	{31, "PTRACE_SYSEMU", "d, addr, sig"},
	{0x4200, "PTRACE_SETOPTIONS", "d, addr, lx"},
	{0x4201, "PTRACE_GETEVENTMSG", "d, addr, out:plu"},
	{0x4202, "PTRACE_GETSIGINFO", "d, addr, out:siginfo"},
	{0x4204, "PTRACE_GETREGSET", "d, lx, addr"},
	{0x4205, "PTRACE_SETREGSET", "d, lx, addr"},
	{0x4206, "PTRACE_SEIZE", "d, addr, lx"},
	{0x4207, "PTRACE_INTERRUPT", "d"},
	{0x4208, "PTRACE_LISTEN", "d"},
};

static const struct switch_row fsconfig_rows[] = {
	ROW(FSCONFIG_SET_FLAG, "str, addr, d"),
	ROW(FSCONFIG_SET_STRING, "str, str, d"),
	ROW(FSCONFIG_SET_BINARY, "str, buf[4], d"),
	ROW(FSCONFIG_SET_PATH, "str, path, dirfd"),
	ROW(FSCONFIG_SET_PATH_EMPTY, "str, path, dirfd"),
	ROW(FSCONFIG_SET_FD, "str, addr, fd"),
	ROW(FSCONFIG_CMD_CREATE, "addr, addr, d"),
	ROW(FSCONFIG_CMD_RECONFIGURE, "addr, addr, d"),
};

/* syslog(2): a number, and its name as a comment. */
static const struct switch_row syslog_rows[] = {
	{0, "SYSLOG_ACTION_CLOSE", ""},
	{1, "SYSLOG_ACTION_OPEN", ""},
	{2, "SYSLOG_ACTION_READ", "out:buf[ret], d"},
	{3, "SYSLOG_ACTION_READ_ALL", "out:buf[ret], d"},
	{4, "SYSLOG_ACTION_READ_CLEAR", "out:buf[ret], d"},
	{5, "SYSLOG_ACTION_CLEAR", ""},
	{6, "SYSLOG_ACTION_CONSOLE_OFF", ""},
	{7, "SYSLOG_ACTION_CONSOLE_ON", ""},
	{8, "SYSLOG_ACTION_CONSOLE_LEVEL", "addr, d"},
	{9, "SYSLOG_ACTION_SIZE_UNREAD", ""},
	{10, "SYSLOG_ACTION_SIZE_BUFFER", ""},
};

static void put_syslog(struct strbuf *sb, const struct switch_table *t, uint64_t v)
{
	strbuf_addf(sb, "%d /* %s */", (int)v, v < t->n ? t->rows[v].name : t->unknown);
}

static const struct switch_table tables[] = {
	{SWITCH_TABLE("syslog", "SYSLOG_ACTION_???", "addr, d", syslog_rows), .put = put_syslog},
	{SWITCH_TABLE("fcntl", "F_???", "lx", fcntl_rows)},
	{SWITCH_TABLE("futex", "FUTEX_???", "u, addr, addr, x", futex_rows), .put = put_futex_op,
	 .mask = LX_FUTEX_PRIVATE_FLAG - 1},
	{SWITCH_TABLE("shmctl", "SHM_???", "addr", shmctl_rows), .put = put_ipc_command,
	 .mask = (uint32_t)~LX_IPC_64},
	{SWITCH_TABLE("semctl", "SEM_???", "addr", semctl_rows), .put = put_ipc_command,
	 .mask = (uint32_t)~LX_IPC_64},
	{SWITCH_TABLE("msgctl", "MSG_???", "addr", msgctl_rows), .put = put_ipc_command,
	 .mask = (uint32_t)~LX_IPC_64},
	{SWITCH_TABLE("epoll_ctl", "EPOLL_CTL_???", "d, epoll_event", epoll_ctl_rows)},
	{SWITCH_TABLE("seccomp", "SECCOMP_SET_MODE_???", "x, addr", seccomp_rows)},
	{SWITCH_TABLE("fsconfig", "FSCONFIG_???", "addr, addr, d", fsconfig_rows)},
	{SWITCH_TABLE("kcmp", "KCMP_???", "lx, lx", kcmp_rows)},
	{SWITCH_TABLE("keyctl", "KEYCTL_???", "lx, lx, lx, lx", keyctl_rows)},
	{SWITCH_TABLE("ptrace", "PTRACE_???", "d, addr, addr", ptrace_rows)},
};

/* ---- walking ---- */

static const struct switch_table *table_find(const char *id)
{
	if (strcmp(id, strace_ioctl_switch.id) == 0)
		return &strace_ioctl_switch;
	if (strcmp(id, strace_prctl_switch.id) == 0)
		return &strace_prctl_switch;
	if (strcmp(id, strace_arch_prctl_switch.id) == 0)
		return &strace_arch_prctl_switch;
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		if (strcmp(tables[i].id, id) == 0)
			return &tables[i];
	}
	return NULL;
}

static const struct switch_row *row_find(const struct switch_table *t, uint64_t v)
{
	for (size_t i = 0; i < t->n; i++) {
		if (t->rows[i].v == (v & (t->mask ? t->mask : UINT32_MAX)))
			return &t->rows[i];
	}
	return NULL;
}

static void print_switch(struct scall *c, const struct sarg *a, uint64_t v)
{
	const struct switch_table *t = table_find(a->table);
	const struct switch_row *row;

	check(t);
	v = (uint32_t)v;
	row = row_find(t, v);
	if (t->put) {
		t->put(c->sb, t, v);
	} else if (row) {
		strbuf_adds(c->sb, row->name);
	} else {
		put_hex(c->sb, v);
		strbuf_addf(c->sb, " /* %s */", t->unknown);
	}
	c->pos = row ? row->format : t->fallback;
}

const char *switch_error(const char *id)
{
	const struct switch_table *t = table_find(id);
	const char *error;

	if (!t)
		return id;
	for (size_t i = 0; i < t->n; i++) {
		error = format_error(t->rows[i].format);
		if (error)
			return error;
	}
	return format_error(t->fallback);
}

const struct kind strace_switch_kinds[] = {
	{.name = "switch", .print = print_switch},
	{.name = "futexbits", .print = print_futexbits},
	{.name = "wakeop", .print = print_wakeop},
	{.name = "seccomp_action", .put = put_seccomp_action, .size = sizeof(uint32_t)},
	{0},
};
