/* SPDX-License-Identifier: Apache-2.0 */
/* The system call log's own: the call that is being printed, and the pieces that print it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "sentry/sys/sys.h"

struct task;

#define STRACE_SHOWN      32 /* bytes of a string, elements of an array */
#define STRACE_STRUCT_MAX 512

/* ---- text (strace_text.c) ---- */

/* A value and its name. */
struct name {
	uint64_t v;
	const char *s;
};

/* How an argument is told in words. */
struct names {
	const char *id;      /* as formats call it */
	const char *unknown; /* what stands in the comment after an unknown value */
	const struct name *list;
	size_t n;
};

#define NAMES(id_, unknown_, list_)                                                                \
	{                                                                                          \
		.id = (id_), .unknown = (unknown_), .list = (list_), .n = ARRAY_SIZE(list_)        \
	}
#define N(x)                                                                                       \
	{                                                                                          \
		LX_##x, #x                                                                         \
	}

enum quote_style {
	QUOTE_OCTAL, /* what cannot be printed as \n or \177 */
	QUOTE_HEX,   /* all as \x7f */
};

void put_hex(struct strbuf *sb, uint64_t v);  /* 0 is "0" */
void put_addr(struct strbuf *sb, uint64_t v); /* 0 is NULL */
void put_quoted(struct strbuf *sb, const void *p, size_t n, enum quote_style style);
/* n bytes, of which at most STRACE_SHOWN are shown. */
void put_cut(struct strbuf *sb, const void *p, size_t n, enum quote_style style);
/* Names joined by |, the rest in hexadecimal. */
void put_flags(struct strbuf *sb, const struct names *names, uint64_t v);
/* The named flags alone; they are taken out of *v. False: there was none. */
bool put_known_flags(struct strbuf *sb, const struct names *names, uint64_t *v);
void put_enum(struct strbuf *sb, const struct names *names, uint64_t v);
/* NULL: v has no name. */
const char *name_of(const struct names *names, uint64_t v);
/* Errno by name; NULL: none. */
const char *errno_name(int err);

/* ---- names (strace_names*.c) ---- */

/* The table that formats call id. NULL: none. */
const struct names *names_find(const char *id);
/* As names_find, of a table that is there. */
const struct names *names_get(const char *id);
extern const struct names strace_file_names[], strace_memory_names[], strace_process_names[],
	strace_signal_names[], strace_prctl_names[], strace_socket_names[], strace_option_names[];

/* ---- a call (strace_format.c) ---- */

/* One call, from its beginning to its end. Key: all [t] */
struct scall {
	struct task *t;
	struct strbuf *sb; /* where text goes at the moment */
	const char *pos;   /* the rest of the format */
	int next;          /* the argument that pos begins with */
	const char *sep;   /* what stands before the next argument */
	bool exiting;
	long ret; /* valid if exiting */
	uint64_t v[6];
	uint64_t flags;    /* as printed last */
	uint64_t saved[6]; /* what lengths and offsets pointed to when the call began */
};

enum arg_when { ARG_IN, ARG_OUT, ARG_GOT, ARG_LEFT };

/* One argument as the format describes it. */
struct sarg {
	enum arg_when when;
	char kind[16], table[16], count[8], condition[8];
	int i; /* which */
};

/* Print what is known when a call begins, and the rest when it has ended. */
void scall_begin(struct scall *c, struct strbuf *sb, struct task *t, const char *format,
		 const struct sysargs *a);
void scall_end(struct scall *c, struct strbuf *sb, long ret);
/* Is all printed that stands between the parentheses? */
bool scall_is_told(const struct scall *c);
/* Does the format say that the call may sleep? */
bool format_may_sleep(const char *format);
/* NULL, or what is wrong with a format. */
const char *format_error(const char *format);
/* The result and what stands behind it (strace_result.c). */
void scall_result(struct scall *c, struct strbuf *sb);
bool result_exists(const char *pos);

typedef void (*kind_fn)(struct scall *c, const struct sarg *a, uint64_t v);
typedef void (*struct_fn)(struct scall *c, const void *p);

/* What a format may call an argument: a printer of values, or a printer of structs that values
 * point to. */
struct kind {
	const char *name;
	kind_fn print;
	struct_fn put;
	size_t size; /* of the struct */
};

/* Each ends with a NULL name. */
extern const struct kind strace_value_kinds[], strace_text_kinds[], strace_file_kinds[],
	strace_time_kinds[], strace_signal_kinds[], strace_process_kinds[], strace_poll_kinds[],
	strace_socket_kinds[], strace_message_kinds[], strace_ipc_kinds[], strace_switch_kinds[];
/* NULL: no such kind. */
const struct kind *kind_find(const char *name);

/* ---- guest memory ---- */

/* False: it is not all there. */
bool scall_read(struct scall *c, void *dst, uint64_t addr, size_t n);
/* Read a struct for argument a, or print its address (or NULL) and answer false. */
bool scall_fetch(struct scall *c, const struct sarg *a, void *dst, uint64_t addr, size_t n);
/* Is only the address to be printed? */
bool scall_only_addr(struct scall *c, const struct sarg *a, uint64_t addr);
/* [a, b, ...] of n structs at addr. */
void put_array(struct scall *c, uint64_t addr, uint64_t n, size_t size, struct_fn put);
/* n bytes of guest memory as a string that is cut; the address if they are not there. */
void put_guest_bytes(struct scall *c, uint64_t addr, uint64_t n, enum quote_style style);
/* A string of guest memory; max bytes are shown. */
void put_guest_string(struct scall *c, uint64_t addr, size_t max);
/* What count says. */
uint64_t scall_count(struct scall *c, const struct sarg *a);

/* ---- pieces that several kinds share ---- */

void put_signal(struct strbuf *sb, int signo); /* SIGTERM, 0 */
void put_sigset(struct strbuf *sb, uint64_t set);
void put_siginfo(struct strbuf *sb, const void *info);
void put_mode(struct strbuf *sb, uint32_t mode);     /* 0644 */
void put_filemode(struct strbuf *sb, uint32_t mode); /* S_IFREG|0644 */
void put_openflags(struct strbuf *sb, uint64_t flags);
void put_timespec(struct scall *c, const void *p);
void put_date(struct strbuf *sb, int64_t sec); /* 1970-01-01T00:00:00 */
void put_timeval(struct scall *c, const void *p);
void put_iovec_addr(struct scall *c, const void *p);
/* iovecs of which `filled` bytes in all hold data. */
void put_iovecs(struct scall *c, uint64_t addr, uint64_t n, uint64_t filled);
void put_ucred(struct strbuf *sb, const void *p);
void put_sockaddr(struct scall *c, uint64_t addr, uint64_t len);
/* What stands behind the results of poll and select, without its closing parenthesis. */
void put_poll_result(struct scall *c, uint64_t addr, uint64_t n);
/* What separates it from what follows. */
const char *put_select_result(struct scall *c);
void put_ioprio(struct strbuf *sb, uint32_t v);
void put_personality(struct strbuf *sb, uint32_t v);
void put_wait_status(struct strbuf *sb, int status);

/* ---- calls in calls (strace_switch.c) ---- */

/* What an argument may be, its name, and the format of the arguments after it. */
struct switch_row {
	uint64_t v;
	const char *name, *format;
};

struct switch_table {
	const char *id;
	const char *unknown;  /* as in struct names */
	const char *fallback; /* the format of arguments after an unknown value */
	const struct switch_row *rows;
	size_t n;
	void (*put)(struct strbuf *sb, const struct switch_table *t,
		    uint64_t v); /* NULL: the row's name, or in hexadecimal */
	uint64_t mask;           /* bits of the value that choose the row; 0: all 32 */
};

#define SWITCH_TABLE(id_, unknown_, fallback_, rows_)                                              \
	.id = (id_), .unknown = (unknown_), .fallback = (fallback_), .rows = (rows_),              \
	.n = ARRAY_SIZE(rows_)
#define ROW(x, format_)                                                                            \
	{                                                                                          \
		LX_##x, #x, format_                                                                \
	}

extern const struct switch_table strace_ioctl_switch, strace_prctl_switch, strace_arch_prctl_switch;
/* NULL, or what is wrong with the formats of a switch's table. */
const char *switch_error(const char *id);
