/* SPDX-License-Identifier: Apache-2.0 */
/* Structs of files: stat and its kin, locks, terminals, mounts, limits of file systems. */
#include <string.h>

#include "abi/fcntl.h"
#include "abi/ioctl.h"
#include "abi/mman.h"
#include "abi/mount.h"
#include "abi/stat.h"
#include "base/compiler.h"
#include "sentry/sys/strace_priv.h"

static void put_dev(struct strbuf *sb, uint64_t dev)
{
	uint64_t major = (dev >> 8 & 0xfff) | (dev >> 32 & 0xfffff000),
		 minor = (dev & 0xff) | (dev >> 12 & 0xffffff00);

	strbuf_addf(sb, "makedev(%#llx, %#llx)", (unsigned long long)major,
		    (unsigned long long)minor);
}

static bool is_device(uint32_t mode)
{
	return LX_S_ISCHR(mode) || LX_S_ISBLK(mode);
}

static void put_stat(struct scall *c, const void *p)
{
	const struct lx_stat *st = p;

	strbuf_adds(c->sb, "{st_mode=");
	put_filemode(c->sb, st->st_mode);
	if (is_device(st->st_mode)) {
		strbuf_adds(c->sb, ", st_rdev=");
		put_dev(c->sb, st->st_rdev);
	} else {
		strbuf_addf(c->sb, ", st_size=%lld", (long long)st->st_size);
	}
	strbuf_adds(c->sb, ", ...}");
}

static void put_statx(struct scall *c, const void *p)
{
	const struct lx_statx *st = p;

	strbuf_adds(c->sb, "{stx_mask=");
	put_flags(c->sb, names_get("statx_mask"), st->stx_mask);
	strbuf_adds(c->sb, ", stx_attributes=");
	put_flags(c->sb, names_get("statx_attr"), st->stx_attributes);
	strbuf_adds(c->sb, ", stx_mode=");
	put_filemode(c->sb, st->stx_mode);
	strbuf_addf(c->sb, ", stx_size=%llu, ...}", (unsigned long long)st->stx_size);
}

/* statx(2): two bits are a choice, the rest are flags. */
static void print_statx_at(struct scall *c, const struct sarg *a UNUSED, uint64_t v)
{
	uint32_t flags = (uint32_t)v;

	if (!(flags & LX_AT_STATX_SYNC_TYPE)) {
		strbuf_adds(c->sb, "AT_STATX_SYNC_AS_STAT");
		if (!flags)
			return;
		strbuf_addc(c->sb, '|');
	}
	put_flags(c->sb, names_get("statx_at"), flags);
}

static void put_statfs(struct scall *c, const void *p)
{
	const struct lx_statfs *f = p;

	strbuf_adds(c->sb, "{f_type=");
	put_enum(c->sb, names_get("fs_magic"), (uint64_t)f->f_type);
	strbuf_addf(
		c->sb,
		", f_bsize=%lld, f_blocks=%llu, f_bfree=%llu, f_bavail=%llu, f_files=%llu, f_ffree=%llu, f_fsid={val=[",
		(long long)f->f_bsize, (unsigned long long)f->f_blocks,
		(unsigned long long)f->f_bfree, (unsigned long long)f->f_bavail,
		(unsigned long long)f->f_files, (unsigned long long)f->f_ffree);
	strbuf_addf(c->sb, "%#x, %#x]}, f_namelen=%lld, f_frsize=%lld, f_flags=",
		    (unsigned)f->f_fsid.val[0], (unsigned)f->f_fsid.val[1], (long long)f->f_namelen,
		    (long long)f->f_frsize);
	put_flags(c->sb, names_get("statfs_flags"), (uint64_t)f->f_flags);
	strbuf_addc(c->sb, '}');
}

static void put_flock(struct scall *c, const void *p)
{
	const struct lx_flock *f = p;

	strbuf_adds(c->sb, "{l_type=");
	put_enum(c->sb, names_get("lock_type"), (uint16_t)f->l_type);
	strbuf_adds(c->sb, ", l_whence=");
	put_enum(c->sb, names_get("whence"), (uint16_t)f->l_whence);
	strbuf_addf(c->sb, ", l_start=%lld, l_len=%lld", (long long)f->l_start,
		    (long long)f->l_len);
	if (c->exiting)
		strbuf_addf(c->sb, ", l_pid=%d", f->l_pid);
	strbuf_addc(c->sb, '}');
}

static void put_owner_ex(struct scall *c, const void *p)
{
	const struct lx_f_owner_ex *o = p;

	strbuf_adds(c->sb, "{type=");
	put_enum(c->sb, names_get("owner_type"), (uint32_t)o->type);
	strbuf_addf(c->sb, ", pid=%d}", o->pid);
}

static void put_open_how(struct scall *c, const void *p)
{
	const struct lx_open_how *how = p;

	strbuf_adds(c->sb, "{flags=");
	put_openflags(c->sb, how->flags);
	if (how->mode || (how->flags & (LX_O_CREAT | LX___O_TMPFILE))) {
		strbuf_adds(c->sb, ", mode=");
		put_mode(c->sb, (uint32_t)how->mode);
	}
	strbuf_adds(c->sb, ", resolve=");
	put_flags(c->sb, names_get("resolve"), how->resolve);
	strbuf_addc(c->sb, '}');
}

/* name_to_handle_at(2): the size given, and what came back; open_by_handle_at(2): the whole. */
static void print_handle(struct scall *c, const struct sarg *a, uint64_t v)
{
	uint8_t bytes[LX_MAX_HANDLE_SZ];
	struct lx_file_handle h;

	if (!v || !scall_read(c, &h, v, sizeof(h))) {
		put_addr(c->sb, v);
		return;
	}
	strbuf_addf(c->sb, "{handle_bytes=%u", (uint32_t)c->saved[a->i]);
	if (h.handle_bytes != (uint32_t)c->saved[a->i])
		strbuf_addf(c->sb, " => %u", h.handle_bytes);
	if ((a->when == ARG_IN || c->ret >= 0) && h.handle_bytes <= sizeof(bytes) &&
	    scall_read(c, bytes, v + sizeof(h), h.handle_bytes)) {
		strbuf_addf(c->sb, ", handle_type=%d, f_handle=", h.handle_type);
		put_quoted(c->sb, bytes, h.handle_bytes, QUOTE_HEX);
	}
	strbuf_addc(c->sb, '}');
}

static void put_mount_attr(struct scall *c, const void *p)
{
	const struct lx_mount_attr *m = p;

	strbuf_adds(c->sb, "{attr_set=");
	put_flags(c->sb, names_get("mount_attr"), m->attr_set);
	strbuf_adds(c->sb, ", attr_clr=");
	put_flags(c->sb, names_get("mount_attr"), m->attr_clr);
	strbuf_adds(c->sb, ", propagation=");
	put_enum(c->sb, names_get("mount"), m->propagation);
	strbuf_addf(c->sb, ", userns_fd=%d}", (int)(uint32_t)m->userns_fd);
}

/* ---- terminals ---- */

/* The fields of c_oflag and c_cflag that are choices, not flags. */
static void put_choice(struct strbuf *sb, const char *names, uint32_t v, uint32_t mask)
{
	const char *s = name_of(names_get(names), v & mask);

	if (s)
		strbuf_addf(sb, "%s|", s);
	else
		strbuf_addf(sb, "%#x|", v & mask);
}

static void put_rest(struct strbuf *sb, const char *names, uint32_t v)
{
	if (v)
		put_flags(sb, names_get(names), v);
	else if (strbuf_result(sb) == 0)
		strbuf_truncate(sb, sb->len - 1); /* the bar after the choices */
}

static void put_termios(struct scall *c, const void *p)
{
	static const uint32_t delays = LX_NLDLY | LX_CRDLY | LX_TABDLY | LX_BSDLY | LX_VTDLY |
				       LX_FFDLY;
	const struct lx_termios *t = p;

	strbuf_adds(c->sb, "{c_iflag=");
	put_flags(c->sb, names_get("iflag"), t->c_iflag);
	strbuf_adds(c->sb, ", c_oflag=");
	put_choice(c->sb, "nldly", t->c_oflag, LX_NLDLY);
	put_choice(c->sb, "crdly", t->c_oflag, LX_CRDLY);
	put_choice(c->sb, "tabdly", t->c_oflag, LX_TABDLY);
	put_choice(c->sb, "bsdly", t->c_oflag, LX_BSDLY);
	put_choice(c->sb, "vtdly", t->c_oflag, LX_VTDLY);
	put_choice(c->sb, "ffdly", t->c_oflag, LX_FFDLY);
	put_rest(c->sb, "oflag", t->c_oflag & ~delays);
	strbuf_adds(c->sb, ", c_cflag=");
	put_choice(c->sb, "baud", t->c_cflag, LX_CBAUD);
	put_choice(c->sb, "csize", t->c_cflag, LX_CSIZE);
	put_rest(c->sb, "cflag", t->c_cflag & ~(uint32_t)(LX_CBAUD | LX_CSIZE));
	strbuf_adds(c->sb, ", c_lflag=");
	put_flags(c->sb, names_get("lflag"), t->c_lflag);
	strbuf_adds(c->sb, ", ...}");
}

static void put_winsize(struct scall *c, const void *p)
{
	const struct lx_winsize *w = p;

	strbuf_addf(c->sb, "{ws_row=%u, ws_col=%u, ws_xpixel=%u, ws_ypixel=%u}", w->ws_row,
		    w->ws_col, w->ws_xpixel, w->ws_ypixel);
}

static void put_cachestat_range(struct scall *c, const void *p)
{
	const struct lx_cachestat_range *r = p;

	strbuf_addf(c->sb, "{off=%#llx, len=%llu}", (unsigned long long)r->off,
		    (unsigned long long)r->len);
}

static void put_cachestat(struct scall *c, const void *p)
{
	const struct lx_cachestat *s = p;

	strbuf_addf(
		c->sb,
		"{nr_cache=%llu, nr_dirty=%llu, nr_writeback=%llu, nr_evicted=%llu, nr_recently_evicted=%llu}",
		(unsigned long long)s->nr_cache, (unsigned long long)s->nr_dirty,
		(unsigned long long)s->nr_writeback, (unsigned long long)s->nr_evicted,
		(unsigned long long)s->nr_recently_evicted);
}

/* FS_IOC_GETFLAGS: [FS_EXTENT_FL]. */
static void put_fsflags(struct scall *c, const void *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	strbuf_addc(c->sb, '[');
	put_flags(c->sb, names_get("fsflags"), v);
	strbuf_addc(c->sb, ']');
}

const struct kind strace_file_kinds[] = {
	{.name = "stat", .put = put_stat, .size = sizeof(struct lx_stat)},
	{.name = "statx", .put = put_statx, .size = sizeof(struct lx_statx)},
	{.name = "statx_at", .print = print_statx_at},
	{.name = "statfs", .put = put_statfs, .size = sizeof(struct lx_statfs)},
	{.name = "lock", .put = put_flock, .size = sizeof(struct lx_flock)},
	{.name = "owner_ex", .put = put_owner_ex, .size = sizeof(struct lx_f_owner_ex)},
	{.name = "open_how", .put = put_open_how, .size = sizeof(struct lx_open_how)},
	{.name = "file_handle", .print = print_handle},
	{.name = "mount_attr", .put = put_mount_attr, .size = sizeof(struct lx_mount_attr)},
	{.name = "termios", .put = put_termios, .size = sizeof(struct lx_termios)},
	{.name = "winsize", .put = put_winsize, .size = sizeof(struct lx_winsize)},
	{.name = "cachestat_range",
	 .put = put_cachestat_range,
	 .size = sizeof(struct lx_cachestat_range)},
	{.name = "cachestat", .put = put_cachestat, .size = sizeof(struct lx_cachestat)},
	{.name = "fsflags", .put = put_fsflags, .size = sizeof(uint32_t)},
	{0},
};
