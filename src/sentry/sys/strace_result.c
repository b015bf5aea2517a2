/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands behind "= ": the number as its format says, what it means in parentheses, and what
 * the call wrote that has no place among its arguments (poll, select).
 */
#include <errno.h>
#include <string.h>

#include "abi/errno.h"
#include "abi/types.h"
#include "base/check.h"
#include "base/compiler.h"
#include "sentry/sys/strace_priv.h"

typedef void (*result_fn)(struct scall *c, uint64_t v);

/* ---- plain numbers ---- */

static void result_d(struct scall *c, uint64_t v)
{
	strbuf_addf(c->sb, "%lld", (long long)v);
}

static void result_x(struct scall *c, uint64_t v)
{
	put_hex(c->sb, v);
}

static void result_o(struct scall *c, uint64_t v)
{
	strbuf_addf(c->sb, "%#03llo", (unsigned long long)v);
}

/* ---- numbers with a meaning ---- */

static void put_hex_flags(struct scall *c, uint64_t v, const char *what, const char *names)
{
	put_hex(c->sb, v);
	if (!v)
		return;
	strbuf_addf(c->sb, " (%s", what);
	put_flags(c->sb, names_get(names), v);
	strbuf_addc(c->sb, ')');
}

static void put_with_enum(struct scall *c, uint64_t v, const char *names)
{
	const char *s = name_of(names_get(names), v);

	result_d(c, v);
	if (s)
		strbuf_addf(c->sb, " (%s)", s);
}

static void result_fdflags(struct scall *c, uint64_t v)
{
	put_hex_flags(c, v, "flags ", "fdflags");
}

static void result_openflags(struct scall *c, uint64_t v)
{
	put_hex(c->sb, v);
	strbuf_adds(c->sb, " (flags ");
	put_openflags(c->sb, v);
	strbuf_addc(c->sb, ')');
}

static void result_seals(struct scall *c, uint64_t v)
{
	put_hex_flags(c, v, "seals ", "seal");
}

static void result_secbits(struct scall *c, uint64_t v)
{
	put_hex_flags(c, v, "", "secbits");
}

static void result_membarrier(struct scall *c, uint64_t v)
{
	put_hex_flags(c, v, "", "membarrier");
}

static void result_lease(struct scall *c, uint64_t v)
{
	put_hex(c->sb, v);
	strbuf_adds(c->sb, " (");
	put_enum(c->sb, names_get("lock_type"), v);
	strbuf_addc(c->sb, ')');
}

static void result_spec(struct scall *c, uint64_t v)
{
	put_hex(c->sb, v);
	strbuf_adds(c->sb, v ? " (" : " (PR_SPEC_NOT_AFFECTED)");
	if (!v)
		return;
	put_flags(c->sb, names_get("spec_ctl"), v);
	strbuf_addc(c->sb, ')');
}

static void result_sig(struct scall *c, uint64_t v)
{
	result_d(c, v);
	if (!v)
		return;
	strbuf_adds(c->sb, " (");
	put_signal(c->sb, (int)v);
	strbuf_addc(c->sb, ')');
}

static void result_dumpable(struct scall *c, uint64_t v)
{
	put_with_enum(c, v, "dumpable");
}

static void result_mce(struct scall *c, uint64_t v)
{
	put_with_enum(c, v, "mce_policy");
}

static void result_policy(struct scall *c, uint64_t v)
{
	put_with_enum(c, v, "policy");
}

static void result_timex(struct scall *c, uint64_t v)
{
	put_with_enum(c, v, "adj_state");
}

static void result_ioprio(struct scall *c, uint64_t v)
{
	put_hex(c->sb, v);
	strbuf_adds(c->sb, " (");
	put_ioprio(c->sb, (uint32_t)v);
	strbuf_addc(c->sb, ')');
}

static void result_personality(struct scall *c, uint64_t v)
{
	put_hex(c->sb, v);
	strbuf_adds(c->sb, " (");
	put_personality(c->sb, (uint32_t)v);
	strbuf_addc(c->sb, ')');
}

static void result_time(struct scall *c, uint64_t v)
{
	result_d(c, v);
	strbuf_adds(c->sb, " (");
	put_date(c->sb, (int64_t)v);
	strbuf_adds(c->sb, "+0000)");
}

/* ---- what was waited for ---- */

static void put_left(struct scall *c, const char *sep, uint64_t addr, struct_fn put)
{
	_Alignas(struct lx_timespec) uint8_t left[sizeof(struct lx_timespec)];

	if (addr && scall_read(c, left, addr, sizeof(left))) {
		strbuf_addf(c->sb, "%sleft ", sep);
		put(c, left);
		sep = ", ";
	}
	strbuf_adds(c->sb, *sep == '(' ? "" : ")");
}

static void result_poll(struct scall *c, uint64_t v)
{
	if (v == 0) {
		strbuf_adds(c->sb, "0 (Timeout)");
		return;
	}
	strbuf_addf(c->sb, "%lld ", (long long)v);
	put_poll_result(c, c->v[0], (uint32_t)c->v[1]);
	strbuf_addc(c->sb, ')');
}

static void result_ppoll(struct scall *c, uint64_t v)
{
	if (v == 0) {
		strbuf_adds(c->sb, "0 (Timeout)");
		return;
	}
	strbuf_addf(c->sb, "%lld ", (long long)v);
	put_poll_result(c, c->v[0], (uint32_t)c->v[1]);
	put_left(c, ", ", c->v[2], put_timespec);
}

static void put_selected(struct scall *c, uint64_t v, struct_fn put)
{
	if (v == 0) {
		strbuf_adds(c->sb, "0 (Timeout)");
		return;
	}
	strbuf_addf(c->sb, "%lld ", (long long)v);
	put_left(c, put_select_result(c), c->v[4], put);
}

static void result_select(struct scall *c, uint64_t v)
{
	put_selected(c, v, put_timeval);
}

static void result_pselect(struct scall *c, uint64_t v)
{
	put_selected(c, v, put_timespec);
}

static void result_recvmmsg(struct scall *c, uint64_t v)
{
	result_d(c, v);
	if (v == 0)
		strbuf_adds(c->sb, " (Timeout)");
	else if (c->v[4]) {
		strbuf_addc(c->sb, ' ');
		put_left(c, "(", c->v[4], put_timespec);
	}
}

static const struct {
	const char *name;
	result_fn put;
} results[] = {
	{"", result_d},
	{"= x", result_x},
	{"= o", result_o},
	{"= fdflags", result_fdflags},
	{"= openflags", result_openflags},
	{"= seals", result_seals},
	{"= secbits", result_secbits},
	{"= membarrier", result_membarrier},
	{"= lease", result_lease},
	{"= spec", result_spec},
	{"= sig", result_sig},
	{"= dumpable", result_dumpable},
	{"= mce", result_mce},
	{"= policy", result_policy},
	{"= timex", result_timex},
	{"= ioprio", result_ioprio},
	{"= personality", result_personality},
	{"= time", result_time},
	{"= poll", result_poll},
	{"= ppoll", result_ppoll},
	{"= select", result_select},
	{"= pselect", result_pselect},
	{"= recvmmsg", result_recvmmsg},
};

static result_fn find(const char *pos)
{
	pos += *pos == ' ';
	for (size_t i = 0; i < ARRAY_SIZE(results); i++) {
		if (strcmp(results[i].name, pos) == 0)
			return results[i].put;
	}
	return NULL;
}

bool result_exists(const char *pos)
{
	return find(pos) != NULL;
}

/* ---- failures ---- */

/* Errors that the guest does not see, but its tracer. NULL: it is none of them. */
static const char *restart_text(long ret)
{
	switch (-ret) {
	case LX_ERESTARTSYS:
		return "ERESTARTSYS (To be restarted if SA_RESTART is set)";
	case LX_ERESTARTNOINTR:
		return "ERESTARTNOINTR (To be restarted)";
	case LX_ERESTARTNOHAND:
		return "ERESTARTNOHAND (To be restarted if no handler)";
	case LX_ERESTART_RESTARTBLOCK:
		return "ERESTART_RESTARTBLOCK (Interrupted by signal)";
	default:
		return NULL;
	}
}

static void put_failure(struct strbuf *sb, long ret)
{
	const char *name = errno_name((int)-ret);

	if (restart_text(ret))
		strbuf_addf(sb, "? %s", restart_text(ret));
	else if (!name)
		strbuf_addf(sb, "-1 (errno %ld)", -ret);
	else if (-ret > LX_ERESTARTSYS)
		strbuf_addf(sb, "-1 %s (Unknown error %ld)", name, -ret);
	else
		strbuf_addf(sb, "-1 %s (%s)", name, strerrordesc_np((int)-ret));
}

void scall_result(struct scall *c, struct strbuf *sb)
{
	result_fn put;

	c->sb = sb;
	if (c->ret < 0 && c->ret >= -LX_MAX_ERRNO) {
		put_failure(sb, c->ret);
		return;
	}
	put = find(c->pos);
	check(put);
	put(c, (uint64_t)c->ret);
}
