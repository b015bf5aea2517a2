/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds of arguments that are strings, bytes, vectors of strings and of buffers. */
#include <errno.h>
#include <string.h>

#include "abi/dirent.h"
#include "abi/fcntl.h"
#include "abi/types.h"
#include "base/check.h"
#include "base/compiler.h"
#include "sentry/sys/strace_priv.h"

#define DIRENTS_MAX 131072 /* bytes of entries that are counted */
#define ENV_MAX     4096   /* variables that are counted */

/* A name in the file system is never cut. */
static void print_path(struct scall *c, const struct sarg *a, uint64_t v)
{
	if (scall_only_addr(c, a, v))
		put_addr(c->sb, v);
	else
		put_guest_string(c, v, LX_PATH_MAX - 1);
}

static void print_str(struct scall *c, const struct sarg *a, uint64_t v)
{
	if (scall_only_addr(c, a, v))
		put_addr(c->sb, v);
	else
		put_guest_string(c, v, STRACE_SHOWN);
}

static void print_buf(struct scall *c, const struct sarg *a, uint64_t v)
{
	if (scall_only_addr(c, a, v))
		put_addr(c->sb, v);
	else
		put_guest_bytes(c, v, scall_count(c, a), QUOTE_OCTAL);
}

static void print_hexbuf(struct scall *c, const struct sarg *a, uint64_t v)
{
	if (scall_only_addr(c, a, v))
		put_addr(c->sb, v);
	else
		put_guest_bytes(c, v, scall_count(c, a), QUOTE_HEX);
}

/* getxattr(2) with a size of 0 only asks how long the value is; no value is longer than the
 * maximum. */
static void print_xattr(struct scall *c, const struct sarg *a, uint64_t v)
{
	if (c->v[3] == 0 || c->v[3] > LX_XATTR_SIZE_MAX)
		put_addr(c->sb, v);
	else
		print_buf(c, a, v);
}

/* ---- argv and envp ---- */

static void print_strv(struct scall *c, const struct sarg *a, uint64_t v)
{
	uint64_t p;

	if (!scall_fetch(c, a, &p, v, sizeof(p)))
		return;
	strbuf_addc(c->sb, '[');
	for (uint64_t i = 0; p; i++) {
		strbuf_adds(c->sb, i > 0 ? ", " : "");
		if (i == STRACE_SHOWN) {
			strbuf_adds(c->sb, "...");
			break;
		}
		put_guest_string(c, p, STRACE_SHOWN);
		if (!scall_read(c, &p, v + (i + 1) * sizeof(p), sizeof(p))) {
			strbuf_addf(c->sb, ", ... /* %#llx */",
				    (unsigned long long)(v + (i + 1) * sizeof(p)));
			break;
		}
	}
	strbuf_addc(c->sb, ']');
}

static void print_env(struct scall *c, const struct sarg *a UNUSED, uint64_t v)
{
	uint64_t word;
	size_t n = 0;

	put_addr(c->sb, v);
	if (!v || !scall_read(c, &word, v, sizeof(word)))
		return;
	while (n < ENV_MAX && scall_read(c, &word, v + n * sizeof(word), sizeof(word)) && word)
		n++;
	strbuf_addf(c->sb, " /* %zu var%s */", n, n == 1 ? "" : "s");
}

/* ---- iovecs ---- */

static void put_iovec(struct scall *c, const struct lx_iovec *v, bool data, uint64_t n)
{
	strbuf_adds(c->sb, "{iov_base=");
	if (data)
		put_guest_bytes(c, v->iov_base, n, QUOTE_OCTAL);
	else
		put_addr(c->sb, v->iov_base);
	strbuf_addf(c->sb, ", iov_len=%llu}", (unsigned long long)v->iov_len);
}

void put_iovecs(struct scall *c, uint64_t addr, uint64_t n, uint64_t filled)
{
	struct lx_iovec v;

	if (!addr || (n > 0 && !scall_read(c, &v, addr, sizeof(v)))) {
		put_addr(c->sb, addr);
		return;
	}
	strbuf_addc(c->sb, '[');
	for (uint64_t i = 0; i < n; i++) {
		uint64_t len;

		strbuf_adds(c->sb, i > 0 ? ", " : "");
		if (i == STRACE_SHOWN) {
			strbuf_adds(c->sb, "...");
			break;
		}
		if (!scall_read(c, &v, addr + i * sizeof(v), sizeof(v))) {
			strbuf_addf(c->sb, "... /* %#llx */",
				    (unsigned long long)(addr + i * sizeof(v)));
			break;
		}
		len = MIN(v.iov_len, filled);
		put_iovec(c, &v, true, len);
		if (filled != UINT64_MAX)
			filled -= len;
	}
	strbuf_addc(c->sb, ']');
}

/* What a call is given, or (out, got) as many bytes as its result says. */
static void print_iovecs(struct scall *c, const struct sarg *a, uint64_t v)
{
	if (a->when == ARG_IN)
		put_iovecs(c, v, scall_count(c, a), UINT64_MAX);
	else if (c->ret < 0)
		put_array(c, v, scall_count(c, a), sizeof(struct lx_iovec), put_iovec_addr);
	else
		put_iovecs(c, v, scall_count(c, a), (uint64_t)c->ret);
}

void put_iovec_addr(struct scall *c, const void *p)
{
	put_iovec(c, p, false, 0);
}

/* ---- directories ---- */

/* The entries themselves are not shown, as strace -v does not: only how many there are. */
static void put_entry_count(struct scall *c, uint64_t v, size_t reclen_at)
{
	uint64_t left = c->ret > 0 ? (uint64_t)c->ret : 0, at = 0;
	unsigned n = 0;
	uint16_t reclen;

	while (at < left && left <= DIRENTS_MAX &&
	       scall_read(c, &reclen, v + at + reclen_at, sizeof(reclen)) && reclen) {
		at += reclen;
		n++;
	}
	strbuf_addf(c->sb, "%#llx /* %u entr%s */", (unsigned long long)v, n, n == 1 ? "y" : "ies");
}

static void print_dirents(struct scall *c, const struct sarg *a, uint64_t v)
{
	if (scall_only_addr(c, a, v))
		put_addr(c->sb, v);
	else
		put_entry_count(c, v, offsetof(struct lx_dirent, d_reclen));
}

const struct kind strace_text_kinds[] = {
	{.name = "path", .print = print_path},
	{.name = "str", .print = print_str},
	{.name = "buf", .print = print_buf},
	{.name = "hexbuf", .print = print_hexbuf},
	{.name = "xattr", .print = print_xattr},
	{.name = "strv", .print = print_strv},
	{.name = "env", .print = print_env},
	{.name = "iovecs", .print = print_iovecs},
	{.name = "iovec", .put = put_iovec_addr, .size = sizeof(struct lx_iovec)},
	{.name = "dirents", .print = print_dirents},
	{0},
};
