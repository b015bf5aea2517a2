/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The language of format strings (strace.h): a format is walked twice, at the beginning of a call
 * up to the first argument that the call writes, and at its end from there. Formats are our own
 * text, checked by a test; nothing in them comes from the guest.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "abi/errno.h"
#include "abi/fcntl.h"
#include "abi/membarrier.h"
#include "abi/mman.h"
#include "abi/socket.h"
#include "abi/stat.h"
#include "base/check.h"
#include "base/compiler.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/strace_priv.h"
#include "sentry/task/task.h"

static const struct kind *const kind_sets[] = {
	strace_value_kinds,   strace_text_kinds,    strace_file_kinds,   strace_time_kinds,
	strace_signal_kinds,  strace_process_kinds, strace_poll_kinds,   strace_socket_kinds,
	strace_message_kinds, strace_ipc_kinds,     strace_switch_kinds,
};

static const struct {
	const char *text;
	enum arg_when when;
} prefixes[] = {{"out:", ARG_OUT}, {"got:", ARG_GOT}, {"left:", ARG_LEFT}};

static const struct {
	const char *name;
	uint64_t flags;
} conditions[] = {
	{"creat", LX_O_CREAT | LX___O_TMPFILE},
	{"mremap", LX_MREMAP_FIXED | LX_MREMAP_DONTUNMAP},
	{"device", LX_S_IFCHR},
	{"cpu", LX_MEMBARRIER_CMD_FLAG_CPU},
};

/* ---- parsing ---- */

const struct kind *kind_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(kind_sets); i++) {
		for (const struct kind *k = kind_sets[i]; k->name; k++) {
			if (strcmp(k->name, name) == 0)
				return k;
		}
	}
	return NULL;
}

/* Copy text up to one of `ends`; what is too long is cut, and then is no name that anything has. */
static const char *take_word(const char *pos, const char *ends, char *ret, size_t size)
{
	size_t n = strcspn(pos, ends), kept = MIN(n, size - 1);

	memcpy(ret, pos, kept);
	ret[kept] = '\0';
	return pos + n;
}

/* The argument at pos: true, and where its text ends. False: no more arguments. */
static bool parse_arg(const char *pos, struct sarg *ret, const char **ret_end)
{
	*ret = (struct sarg){.when = ARG_IN};
	if (*pos == '\0' || *pos == ' ' || *pos == '=')
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		size_t n = strlen(prefixes[i].text);

		if (strncmp(pos, prefixes[i].text, n) != 0)
			continue;
		ret->when = prefixes[i].when;
		pos += n;
		break;
	}
	pos = take_word(pos, ":[?, ", ret->kind, sizeof(ret->kind));
	if (*pos == ':')
		pos = take_word(pos + 1, "[?, ", ret->table, sizeof(ret->table));
	if (*pos == '[') {
		pos = take_word(pos + 1, "]", ret->count, sizeof(ret->count));
		pos += *pos == ']';
	}
	if (*pos == '?')
		pos = take_word(pos + 1, ", ", ret->condition, sizeof(ret->condition));
	if (pos[0] == ',' && pos[1] == ' ')
		pos += 2;
	*ret_end = pos;
	return true;
}

bool format_may_sleep(const char *format)
{
	return *format == '!';
}

static const char *arg_error(const struct sarg *a)
{
	const struct kind *k = kind_find(a->kind);
	bool condition_ok = a->condition[0] == '\0';

	if (!k)
		return a->kind;
	if (strcmp(a->kind, "switch") == 0)
		return switch_error(a->table);
	if (a->table[0] && !names_find(a->table))
		return a->table;
	if (a->count[0] && strcmp(a->count, "ret") != 0 &&
	    !(a->count[0] >= '0' && a->count[0] <= '5' && !a->count[1]))
		return a->count;
	for (size_t i = 0; i < ARRAY_SIZE(conditions); i++)
		condition_ok = condition_ok || strcmp(a->condition, conditions[i].name) == 0;
	return condition_ok ? NULL : a->condition;
}

const char *format_error(const char *format)
{
	static _Thread_local struct sarg a;
	const char *pos = format + format_may_sleep(format);

	for (int n = 0; parse_arg(pos, &a, &pos); n++) {
		const char *error = n < 6 ? arg_error(&a) : "too many arguments";

		if (error)
			return error;
	}
	return *pos == '\0' || result_exists(pos) ? NULL : pos;
}

/* ---- guest memory ---- */

bool scall_read(struct scall *c, void *dst, uint64_t addr, size_t n)
{
	return c->t->mm && copy_in(c->t->mm, dst, uaddr(addr), n) == 0;
}

static bool is_restart(long ret)
{
	return ret <= -LX_ERESTARTSYS && ret >= -LX_ERESTART_RESTARTBLOCK && ret != -LX_ENOIOCTLCMD;
}

bool scall_only_addr(struct scall *c, const struct sarg *a, uint64_t addr)
{
	if (!addr)
		return true;
	switch (a->when) {
	case ARG_IN:
		return false;
	case ARG_OUT:
		return c->ret < 0 && c->ret >= -LX_MAX_ERRNO;
	case ARG_GOT:
		return c->ret <= 0;
	case ARG_LEFT:
		return !is_restart(c->ret);
	}
	return true;
}

bool scall_fetch(struct scall *c, const struct sarg *a, void *dst, uint64_t addr, size_t n)
{
	if (!scall_only_addr(c, a, addr) && scall_read(c, dst, addr, n))
		return true;
	put_addr(c->sb, addr);
	return false;
}

void put_array(struct scall *c, uint64_t addr, uint64_t n, size_t size, struct_fn put)
{
	_Alignas(16) uint8_t one[STRACE_STRUCT_MAX];

	check(size <= sizeof(one));
	if (n > 0 && !scall_read(c, one, addr, size)) {
		put_addr(c->sb, addr);
		return;
	}
	strbuf_addc(c->sb, '[');
	for (uint64_t i = 0; i < n; i++) {
		strbuf_adds(c->sb, i > 0 ? ", " : "");
		if (i == STRACE_SHOWN) {
			strbuf_adds(c->sb, "...");
			break;
		}
		if (!scall_read(c, one, addr + i * size, size)) {
			strbuf_addf(c->sb, "... /* %#llx */",
				    (unsigned long long)(addr + i * size));
			break;
		}
		put(c, one);
	}
	strbuf_addc(c->sb, ']');
}

void put_guest_bytes(struct scall *c, uint64_t addr, uint64_t n, enum quote_style style)
{
	uint8_t buf[STRACE_SHOWN];
	size_t shown = MIN(n, (uint64_t)sizeof(buf));

	if (addr && scall_read(c, buf, addr, shown)) {
		put_quoted(c->sb, buf, shown, style);
		strbuf_adds(c->sb, n > shown ? "..." : "");
	} else {
		put_addr(c->sb, addr);
	}
}

void put_guest_string(struct scall *c, uint64_t addr, size_t max)
{
	char buf[LX_PATH_MAX + 1];
	ssize_t n;

	check(max < sizeof(buf));
	n = addr && c->t->mm ? copy_in_str(c->t->mm, buf, uaddr(addr), max + 1) : -EFAULT;
	if (n < 0 && n != -ENAMETOOLONG) {
		put_addr(c->sb, addr);
		return;
	}
	put_quoted(c->sb, buf, n < 0 ? max : (size_t)n, QUOTE_OCTAL);
	strbuf_adds(c->sb, n < 0 ? "..." : "");
}

uint64_t scall_count(struct scall *c, const struct sarg *a)
{
	if (strcmp(a->count, "ret") == 0)
		return c->exiting && c->ret > 0 ? (uint64_t)c->ret : 0;
	check(a->count[0] >= '0' && a->count[0] <= '5');
	return c->v[a->count[0] - '0'];
}

/* ---- walking ---- */

static bool is_wanted(const struct scall *c, const struct sarg *a)
{
	if (strcmp(a->kind, "skip") == 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(conditions); i++) {
		if (strcmp(a->condition, conditions[i].name) == 0)
			return (c->flags & conditions[i].flags) != 0;
	}
	return true;
}

static void print_struct(struct scall *c, const struct sarg *a, const struct kind *k, uint64_t v)
{
	_Alignas(16) uint8_t copy[STRACE_STRUCT_MAX];

	check(k->size <= sizeof(copy));
	if (a->count[0] && scall_only_addr(c, a, v))
		put_addr(c->sb, v);
	else if (a->count[0])
		put_array(c, v, scall_count(c, a), k->size, k->put);
	else if (scall_fetch(c, a, copy, v, k->size))
		k->put(c, copy);
}

static void print_arg(struct scall *c, const struct sarg *a)
{
	const struct kind *k = kind_find(a->kind);

	check(k);
	if (k->print)
		k->print(c, a, c->v[a->i]);
	else
		print_struct(c, a, k, c->v[a->i]);
}

/* To the end of the format, or to the first argument that is not known yet. */
static void walk(struct scall *c)
{
	struct sarg a;
	const char *end;

	while (c->next < 6 && parse_arg(c->pos, &a, &end)) {
		a.i = c->next;
		if (!c->exiting && a.when != ARG_IN) {
			strbuf_adds(c->sb, c->sep);
			c->sep = "";
			return;
		}
		c->pos = end;
		c->next++;
		if (!is_wanted(c, &a))
			continue;
		strbuf_adds(c->sb, c->sep);
		c->sep = ", ";
		print_arg(c, &a);
	}
}

/* An argument that points to a length or an offset which is another one when the call has ended. */
static const struct {
	const char *kind;
	size_t at, size;
} changing[] = {
	{"lenptr", 0, sizeof(uint32_t)},
	{"received", offsetof(struct lx_msghdr, msg_namelen), sizeof(uint32_t)},
	{"offset", 0, sizeof(uint64_t)},
	{"file_handle", offsetof(struct lx_file_handle, handle_bytes), sizeof(uint32_t)},
};

static void save(struct scall *c, const char *kind, int i)
{
	for (size_t k = 0; k < ARRAY_SIZE(changing); k++) {
		if (strcmp(changing[k].kind, kind) == 0 &&
		    !scall_read(c, &c->saved[i], c->v[i] + changing[k].at, changing[k].size))
			c->saved[i] = 0;
	}
}

static void save_changing(struct scall *c)
{
	const char *pos = c->pos;
	struct sarg a;

	for (int i = 0; i < 6 && parse_arg(pos, &a, &pos); i++)
		save(c, a.kind, i);
}

void scall_begin(struct scall *c, struct strbuf *sb, struct task *t, const char *format,
		 const struct sysargs *a)
{
	*c = (struct scall){.t = t, .sb = sb, .pos = format + format_may_sleep(format), .sep = ""};
	memcpy(c->v, a->v, sizeof(c->v));
	save_changing(c);
	walk(c);
}

void scall_end(struct scall *c, struct strbuf *sb, long ret)
{
	c->exiting = true;
	c->sb = sb;
	c->ret = ret;
	walk(c);
}

bool scall_is_told(const struct scall *c)
{
	struct sarg a;
	const char *end;

	return !parse_arg(c->pos, &a, &end);
}
