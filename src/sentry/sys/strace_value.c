/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds of arguments that are plain values, and single numbers that an argument points to. */
#include <errno.h>
#include <string.h>

#include "abi/fcntl.h"
#include "abi/mman.h"
#include "abi/page.h"
#include "abi/sched.h"
#include "abi/socket.h"
#include "abi/stat.h"
#include "base/check.h"
#include "base/compiler.h"
#include "sentry/sys/strace_priv.h"

/* ---- numbers ---- */

static void print_d(struct scall *c, const struct sarg *a UNUSED, uint64_t v)
{
	strbuf_addf(c->sb, "%d", (int)(uint32_t)v);
}

static void print_ld(struct scall *c, const struct sarg *a UNUSED, uint64_t v)
{
	strbuf_addf(c->sb, "%lld", (long long)v);
}

static void print_u(struct scall *c, const struct sarg *a UNUSED, uint64_t v)
{
	strbuf_addf(c->sb, "%u", (uint32_t)v);
}

static void print_lu(struct scall *c, const struct sarg *a UNUSED, uint64_t v)
{
	strbuf_addf(c->sb, "%llu", (unsigned long long)v);
}

static void print_x(struct scall *c, const struct sarg *a UNUSED, uint64_t v)
{
	put_hex(c->sb, (uint32_t)v);
}

static void print_lx(struct scall *c, const struct sarg *a UNUSED, uint64_t v)
{
	put_hex(c->sb, v);
}

static void print_addr(struct scall *c, const struct sarg *a UNUSED, uint64_t v)
{
	put_addr(c->sb, v);
}

/* ---- values with a meaning ---- */

static void print_dirfd(struct scall *c, const struct sarg *a UNUSED, uint64_t v)
{
	if ((int)(uint32_t)v == LX_AT_FDCWD)
		strbuf_adds(c->sb, "AT_FDCWD");
	else
		strbuf_addf(c->sb, "%d", (int)(uint32_t)v);
}

static void print_uid(struct scall *c, const struct sarg *a UNUSED, uint64_t v)
{
	strbuf_addf(c->sb, (uint32_t)v == UINT32_MAX ? "-1" : "%u", (uint32_t)v);
}

void put_mode(struct strbuf *sb, uint32_t mode)
{
	strbuf_addf(sb, "%#03o", mode);
}

void put_filemode(struct strbuf *sb, uint32_t mode)
{
	const char *type = name_of(names_get("filetype"), mode & LX_S_IFMT);

	if ((mode & LX_S_IFMT) && type)
		strbuf_addf(sb, "%s|", type);
	else if (mode & LX_S_IFMT)
		strbuf_addf(sb, "%#o|", mode & LX_S_IFMT);
	strbuf_adds(sb, mode & LX_S_ISUID ? "S_ISUID|" : "");
	strbuf_adds(sb, mode & LX_S_ISGID ? "S_ISGID|" : "");
	strbuf_adds(sb, mode & LX_S_ISVTX ? "S_ISVTX|" : "");
	put_mode(sb, mode & LX_S_IRWXUGO);
}

static void print_mode(struct scall *c, const struct sarg *a UNUSED, uint64_t v)
{
	put_mode(c->sb, (uint16_t)v);
}

static void print_filemode(struct scall *c, const struct sarg *a UNUSED, uint64_t v)
{
	bool known = name_of(names_get("filetype"), v & LX_S_IFMT) != NULL;

	c->flags = LX_S_ISCHR(v) || LX_S_ISBLK(v) ? LX_S_IFCHR : 0;
	if (known || ((v & LX_S_IFMT) == 0 && (v & ~(uint64_t)LX_S_IRWXUGO)))
		put_filemode(c->sb, (uint16_t)v);
	else
		put_mode(c->sb, (uint16_t)v);
}

/* Linux's new_encode_dev, as a userspace of 64 bit has it too. */
static void print_dev(struct scall *c, const struct sarg *a UNUSED, uint64_t v)
{
	uint32_t dev = (uint32_t)v;

	strbuf_addf(c->sb, "makedev(%#x, %#x)", dev >> 8 & 0xfff,
		    (dev & 0xff) | (dev >> 12 & 0xfff00));
}

/* ---- flags ---- */

static void print_flags(struct scall *c, const struct sarg *a, uint64_t v)
{
	c->flags = (uint32_t)v;
	put_flags(c->sb, names_get(a->table), (uint32_t)v);
}

static void print_flags64(struct scall *c, const struct sarg *a, uint64_t v)
{
	c->flags = v;
	put_flags(c->sb, names_get(a->table), v);
}

static void print_enum(struct scall *c, const struct sarg *a, uint64_t v)
{
	put_enum(c->sb, names_get(a->table), (uint32_t)v);
}

void put_openflags(struct strbuf *sb, uint64_t flags)
{
	static const char *const access[] = {"O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE"};

	strbuf_adds(sb, access[flags & LX_O_ACCMODE]);
	flags &= ~(uint64_t)LX_O_ACCMODE;
	if (!flags)
		return;
	strbuf_addc(sb, '|');
	if (put_known_flags(sb, names_get("open"), &flags) && flags)
		strbuf_addc(sb, '|');
	if (flags)
		put_hex(sb, flags);
}

static void print_openflags(struct scall *c, const struct sarg *a UNUSED, uint64_t v)
{
	c->flags = (uint32_t)v;
	put_openflags(c->sb, (uint32_t)v);
}

/* A type by name, flags, and the size of huge pages as a power of two. */
static void put_with_huge(struct scall *c, const char *names, const char *prefix, bool any,
			  uint64_t v)
{
	uint64_t huge = v >> 26 & 0x3f;

	v &= ~(0x3fULL << 26);
	if (v) {
		strbuf_adds(c->sb, any ? "|" : "");
		if (put_known_flags(c->sb, names_get(names), &v)) {
			strbuf_adds(c->sb, v ? "|" : "");
			any = true;
		}
		if (v) {
			put_hex(c->sb, v);
			if (!any)
				strbuf_addf(c->sb, " /* %s */", names_get(names)->unknown);
		}
		any = true;
	}
	if (huge)
		strbuf_addf(c->sb, "%s%llu<<%s", any ? "|" : "", (unsigned long long)huge, prefix);
	else if (!any)
		strbuf_addc(c->sb, '0');
}

static void print_mmapflags(struct scall *c, const struct sarg *a UNUSED, uint64_t v)
{
	put_enum(c->sb, names_get("maptype"), v & 0xf);
	put_with_huge(c, "map", "MAP_HUGE_SHIFT", true, (uint32_t)v & ~0xfULL);
}

static void print_mfdflags(struct scall *c, const struct sarg *a UNUSED, uint64_t v)
{
	put_with_huge(c, "mfd", "MFD_HUGE_SHIFT", false, (uint32_t)v);
}

/* shmget(2), semget(2), msgget(2): flags and a mode. */
static void print_ipcflags(struct scall *c, const struct sarg *a, uint64_t v)
{
	uint64_t flags = (uint32_t)v & ~0777ULL;

	if (flags) {
		if (strcmp(a->table, "shmget") == 0)
			put_with_huge(c, a->table, "SHM_HUGE_SHIFT", false, flags);
		else if (put_known_flags(c->sb, names_get(a->table), &flags) && flags)
			strbuf_addc(c->sb, '|');
		if (flags && strcmp(a->table, "shmget") != 0)
			put_hex(c->sb, flags);
		strbuf_addc(c->sb, '|');
	}
	put_mode(c->sb, v & 0777);
}

/* set_mempolicy(2), mbind(2): MPOL_BIND|MPOL_F_STATIC_NODES. */
static void print_mpolmode(struct scall *c, const struct sarg *a UNUSED, uint64_t v)
{
	uint64_t flags = v & LX_MPOL_MODE_FLAGS, mode = (uint32_t)v & ~(uint64_t)LX_MPOL_MODE_FLAGS;
	const char *s = name_of(names_get("mempolicy"), mode);

	if (!s) {
		put_flags(c->sb, names_get("mpol_flags"), (uint32_t)v);
		return;
	}
	strbuf_adds(c->sb, s);
	if (flags) {
		strbuf_addc(c->sb, '|');
		put_flags(c->sb, names_get("mpol_flags"), flags);
	}
}

/* socket(2): SOCK_STREAM|SOCK_CLOEXEC. */
static void print_socktype(struct scall *c, const struct sarg *a UNUSED, uint64_t v)
{
	uint64_t flags = (uint32_t)v & ~(uint64_t)LX_SOCK_TYPE_MASK;
	const char *type = name_of(names_get("socktype"), v & LX_SOCK_TYPE_MASK);

	if (!type) {
		put_flags(c->sb, names_get("sockflags"), (uint32_t)v);
		return;
	}
	strbuf_adds(c->sb, type);
	if (!flags)
		return;
	strbuf_addc(c->sb, '|');
	if (put_known_flags(c->sb, names_get("sockflags"), &flags) && flags)
		strbuf_addc(c->sb, '|');
	if (flags)
		put_hex(c->sb, flags);
}

/* ---- numbers behind an address ---- */

static void put_pd(struct scall *c, const void *p)
{
	int32_t v;

	memcpy(&v, p, sizeof(v));
	strbuf_addf(c->sb, "%d", v);
}

static void put_pu(struct scall *c, const void *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	strbuf_addf(c->sb, "%u", v);
}

static void put_puid(struct scall *c, const void *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	strbuf_addf(c->sb, v == UINT32_MAX ? "-1" : "%u", v);
}

static void put_pld(struct scall *c, const void *p)
{
	int64_t v;

	memcpy(&v, p, sizeof(v));
	strbuf_addf(c->sb, "%lld", (long long)v);
}

static void put_plu(struct scall *c, const void *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	strbuf_addf(c->sb, "%llu", (unsigned long long)v);
}

static void put_plx(struct scall *c, const void *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	put_hex(c->sb, v);
}

static void put_word(struct scall *c, const void *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	strbuf_addf(c->sb, "%#016llx", (unsigned long long)v);
}

static void put_paddr(struct scall *c, const void *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	put_addr(c->sb, v);
}

/* The printers above, and how large what they print is. */
static const struct {
	const char *kind;
	struct_fn put;
	size_t size;
} pointees[] = {
	{"pd", put_pd, 4},   {"pu", put_pu, 4},   {"puid", put_puid, 4},   {"pld", put_pld, 8},
	{"plu", put_plu, 8}, {"plx", put_plx, 8}, {"paddr", put_paddr, 8}, {"pword", put_word, 8},
};

/* [7], or with a count [7, 8, 9]. */
static void print_pointee(struct scall *c, const struct sarg *a, uint64_t v)
{
	size_t i = 0;

	while (strcmp(pointees[i].kind, a->kind) != 0)
		check(++i < ARRAY_SIZE(pointees));
	if (scall_only_addr(c, a, v))
		put_addr(c->sb, v);
	else
		put_array(c, v, a->count[0] ? scall_count(c, a) : 1, pointees[i].size,
			  pointees[i].put);
}

static void print_fdpair(struct scall *c, const struct sarg *a, uint64_t v)
{
	if (scall_only_addr(c, a, v))
		put_addr(c->sb, v);
	else
		put_array(c, v, 2, sizeof(int32_t), put_pd);
}

/* A set of nodes or processors: as many bits as the count says, in words. */
static void print_bits(struct scall *c, const struct sarg *a, uint64_t v)
{
	uint64_t bits = scall_count(c, a);

	if (scall_only_addr(c, a, v))
		put_addr(c->sb, v);
	else
		put_array(c, v, bits / 64 + (bits % 64 != 0), sizeof(uint64_t), put_word);
}

/* mincore(2): a byte for each page. */
static void put_byte(struct scall *c, const void *p)
{
	strbuf_addf(c->sb, "%u", *(const uint8_t *)p);
}

static void print_residence(struct scall *c, const struct sarg *a, uint64_t v)
{
	uint64_t len = scall_count(c, a);

	if (scall_only_addr(c, a, v))
		put_addr(c->sb, v);
	else
		put_array(c, v, len / LX_PAGE_SIZE + (len % LX_PAGE_SIZE != 0), 1, put_byte);
}

/* sendfile(2): [2] => [7]. */
static void print_offset(struct scall *c, const struct sarg *a, uint64_t v)
{
	uint64_t now;

	if (!v || !scall_read(c, &now, v, sizeof(now))) {
		put_addr(c->sb, v);
		return;
	}
	strbuf_addf(c->sb, "[%llu]", (unsigned long long)c->saved[a->i]);
	if (c->ret >= 0 && now != c->saved[a->i])
		strbuf_addf(c->sb, " => [%llu]", (unsigned long long)now);
}

/* get_mempolicy(2): [MPOL_DEFAULT]. */
static void put_mempolicy(struct scall *c, const void *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	strbuf_addc(c->sb, '[');
	put_enum(c->sb, names_get("mempolicy"), v);
	strbuf_addc(c->sb, ']');
}

/* accept(2) and its kin: [128 => 16]. */
static void print_lenptr(struct scall *c, const struct sarg *a, uint64_t v)
{
	int32_t now;

	if (!v || !scall_read(c, &now, v, sizeof(now)))
		put_addr(c->sb, v);
	else if (c->exiting && c->ret >= 0 && now != (int32_t)c->saved[a->i])
		strbuf_addf(c->sb, "[%d => %d]", (int32_t)c->saved[a->i], now);
	else
		strbuf_addf(c->sb, "[%d]", now);
}

const struct kind strace_value_kinds[] = {
	{.name = "d", .print = print_d},
	{.name = "ld", .print = print_ld},
	{.name = "u", .print = print_u},
	{.name = "lu", .print = print_lu},
	{.name = "x", .print = print_x},
	{.name = "lx", .print = print_lx},
	{.name = "addr", .print = print_addr},
	{.name = "skip", .print = print_lx},
	{.name = "fd", .print = print_d},
	{.name = "dirfd", .print = print_dirfd},
	{.name = "uid", .print = print_uid},
	{.name = "mode", .print = print_mode},
	{.name = "filemode", .print = print_filemode},
	{.name = "dev", .print = print_dev},
	{.name = "flags", .print = print_flags},
	{.name = "flags64", .print = print_flags64},
	{.name = "enum", .print = print_enum},
	{.name = "openflags", .print = print_openflags},
	{.name = "mmapflags", .print = print_mmapflags},
	{.name = "mfdflags", .print = print_mfdflags},
	{.name = "ipcflags", .print = print_ipcflags},
	{.name = "mpolmode", .print = print_mpolmode},
	{.name = "socktype", .print = print_socktype},
	{.name = "pd", .print = print_pointee},
	{.name = "pu", .print = print_pointee},
	{.name = "puid", .print = print_pointee},
	{.name = "pld", .print = print_pointee},
	{.name = "plu", .print = print_pointee},
	{.name = "plx", .print = print_pointee},
	{.name = "paddr", .print = print_pointee},
	{.name = "pword", .print = print_pointee},
	{.name = "fdpair", .print = print_fdpair},
	{.name = "bits", .print = print_bits},
	{.name = "residence", .print = print_residence},
	{.name = "offset", .print = print_offset},
	{.name = "mempolicy", .put = put_mempolicy, .size = sizeof(uint32_t)},
	{.name = "lenptr", .print = print_lenptr},
	{0},
};
