/* SPDX-License-Identifier: Apache-2.0 */
/* Making, waiting for, limiting and scheduling processes; who they are. */
#include <string.h>

#include "abi/capability.h"
#include "abi/prctl.h"
#include "abi/sched.h"
#include "abi/seccomp.h"
#include "abi/signal.h"
#include "abi/time.h"
#include "abi/types.h"
#include "base/checked.h"
#include "base/compiler.h"
#include "sentry/sys/strace_priv.h"

/* ---- clone(2) ---- */

/* Flags, and the signal that stands in the lowest byte. */
static void put_clone_flags(struct strbuf *sb, uint64_t v)
{
	int signo = (int)(v & LX_CSIGNAL);

	v &= ~(uint64_t)LX_CSIGNAL;
	if (v)
		put_flags(sb, names_get("clone"), v);
	if (v && signo)
		strbuf_addc(sb, '|');
	if (signo || !v)
		put_signal(sb, signo);
}

/* Its arguments have another order than the kernel's, and names. */
static void print_clone(struct scall *c, const struct sarg *a UNUSED, uint64_t v UNUSED)
{
	strbuf_adds(c->sb, "child_stack=");
	put_addr(c->sb, c->v[1]);
	strbuf_adds(c->sb, ", flags=");
	put_clone_flags(c->sb, c->v[0]);
	c->sep = "";
}

/* What follows the flags is told when the call has ended. */
static void print_clone_rest(struct scall *c, const struct sarg *a UNUSED, uint64_t v UNUSED)
{
	uint64_t flags = c->v[0];
	int32_t tid;

	if (flags & (LX_CLONE_PARENT_SETTID | LX_CLONE_PIDFD)) {
		strbuf_adds(c->sb, flags & LX_CLONE_PIDFD ? ", pidfd=" : ", parent_tid=");
		if (c->ret >= 0 && scall_read(c, &tid, c->v[2], sizeof(tid)))
			strbuf_addf(c->sb, "[%d]", tid);
		else
			put_addr(c->sb, c->v[2]);
	}
	if (flags & LX_CLONE_SETTLS) {
		strbuf_adds(c->sb, ", tls=");
		put_hex(c->sb, c->v[4]);
	}
	if (flags & (LX_CLONE_CHILD_SETTID | LX_CLONE_CHILD_CLEARTID)) {
		strbuf_adds(c->sb, ", child_tidptr=");
		put_addr(c->sb, c->v[3]);
	}
}

static void put_field_addr(struct strbuf *sb, const char *name, uint64_t v)
{
	strbuf_adds(sb, name);
	put_addr(sb, v);
}

static void print_clone_args(struct scall *c, const struct sarg *a UNUSED, uint64_t v)
{
	uint64_t size = MIN(c->v[1], (uint64_t)sizeof(struct lx_clone_args));
	struct lx_clone_args ca = {0};

	if (!v || size < LX_CLONE_ARGS_SIZE_VER0 || !scall_read(c, &ca, v, size)) {
		put_addr(c->sb, v);
		return;
	}
	strbuf_adds(c->sb, "{flags=");
	put_flags(c->sb, names_get("clone"), ca.flags);
	if (ca.flags & LX_CLONE_PIDFD)
		put_field_addr(c->sb, ", pidfd=", ca.pidfd);
	if (ca.flags & (LX_CLONE_CHILD_SETTID | LX_CLONE_CHILD_CLEARTID))
		put_field_addr(c->sb, ", child_tid=", ca.child_tid);
	if (ca.flags & LX_CLONE_PARENT_SETTID)
		put_field_addr(c->sb, ", parent_tid=", ca.parent_tid);
	strbuf_adds(c->sb, ", exit_signal=");
	put_signal(c->sb, (int)ca.exit_signal);
	put_field_addr(c->sb, ", stack=", ca.stack);
	strbuf_adds(c->sb, ", stack_size=");
	put_hex(c->sb, ca.stack_size);
	if (ca.flags & LX_CLONE_SETTLS) {
		strbuf_adds(c->sb, ", tls=");
		put_hex(c->sb, ca.tls);
	}
	if (ca.set_tid || ca.set_tid_size) {
		put_field_addr(c->sb, ", set_tid=", ca.set_tid);
		strbuf_addf(c->sb, ", set_tid_size=%llu", (unsigned long long)ca.set_tid_size);
	}
	if (ca.flags & LX_CLONE_INTO_CGROUP)
		strbuf_addf(c->sb, ", cgroup=%llu", (unsigned long long)ca.cgroup);
	strbuf_addc(c->sb, '}');
	if (ca.flags & (LX_CLONE_PIDFD | LX_CLONE_PARENT_SETTID))
		c->sep = "";
	else
		c->pos = "lu"; /* nothing to wait for */
}

/* clone3(2) tells what it wrote behind a second opening brace. */
static void put_clone3_results(struct scall *c)
{
	struct lx_clone_args ca;
	const char *sep = "";
	int32_t n;

	if (c->ret < 0 || !scall_read(c, &ca, c->v[0], LX_CLONE_ARGS_SIZE_VER0))
		return;
	strbuf_adds(c->sb, " => {");
	if ((ca.flags & LX_CLONE_PARENT_SETTID) && scall_read(c, &n, ca.parent_tid, sizeof(n))) {
		strbuf_addf(c->sb, "parent_tid=[%d]", n);
		sep = ", ";
	}
	if ((ca.flags & LX_CLONE_PIDFD) && scall_read(c, &n, ca.pidfd, sizeof(n)))
		strbuf_addf(c->sb, "%spidfd=[%d]", sep, n);
	strbuf_addc(c->sb, '}');
}

static void print_clone3_size(struct scall *c, const struct sarg *a UNUSED, uint64_t v)
{
	put_clone3_results(c);
	strbuf_addf(c->sb, ", %llu", (unsigned long long)v);
}

/* ---- wait(2) ---- */

void put_wait_status(struct strbuf *sb, int status)
{
	int signo = status & 0x7f;

	if (status == LX_W_CONTINUED) {
		strbuf_adds(sb, "[{WIFCONTINUED(s)}]");
	} else if (signo == 0x7f) {
		strbuf_adds(sb, "[{WIFSTOPPED(s) && WSTOPSIG(s) == ");
		put_signal(sb, status >> 8 & 0xff);
		strbuf_adds(sb, "}]");
	} else if (signo) {
		strbuf_adds(sb, "[{WIFSIGNALED(s) && WTERMSIG(s) == ");
		put_signal(sb, signo);
		strbuf_adds(sb, status & LX_WCOREFLAG ? " && WCOREDUMP(s)}]" : "}]");
	} else {
		strbuf_addf(sb, "[{WIFEXITED(s) && WEXITSTATUS(s) == %d}]", status >> 8 & 0xff);
	}
}

static void put_wstatus(struct scall *c, const void *p)
{
	int32_t status;

	memcpy(&status, p, sizeof(status));
	put_wait_status(c->sb, status);
}

/* ---- limits and scheduling ---- */

static void put_limit(struct strbuf *sb, uint64_t v)
{
	if (v == LX_RLIM_INFINITY)
		strbuf_adds(sb, "RLIM64_INFINITY");
	else if (v > 1024 && v % 1024 == 0)
		strbuf_addf(sb, "%llu*1024", (unsigned long long)v / 1024);
	else
		strbuf_addf(sb, "%llu", (unsigned long long)v);
}

static void put_rlimit(struct scall *c, const void *p)
{
	const struct lx_rlimit *r = p;

	strbuf_adds(c->sb, "{rlim_cur=");
	put_limit(c->sb, r->rlim_cur);
	strbuf_adds(c->sb, ", rlim_max=");
	put_limit(c->sb, r->rlim_max);
	strbuf_addc(c->sb, '}');
}

static void put_utsname(struct scall *c, const void *p)
{
	const struct lx_utsname *u = p;

	strbuf_adds(c->sb, "{sysname=");
	put_quoted(c->sb, u->sysname, strnlen(u->sysname, sizeof(u->sysname)), QUOTE_OCTAL);
	strbuf_adds(c->sb, ", nodename=");
	put_quoted(c->sb, u->nodename, strnlen(u->nodename, sizeof(u->nodename)), QUOTE_OCTAL);
	strbuf_adds(c->sb, ", ...}");
}

static void put_sysinfo(struct scall *c, const void *p)
{
	const struct lx_sysinfo *s = p;

	strbuf_addf(
		c->sb,
		"{uptime=%lld, loads=[%llu, %llu, %llu], totalram=%llu, freeram=%llu, sharedram=%llu, bufferram=%llu, ",
		(long long)s->uptime, (unsigned long long)s->loads[0],
		(unsigned long long)s->loads[1], (unsigned long long)s->loads[2],
		(unsigned long long)s->totalram, (unsigned long long)s->freeram,
		(unsigned long long)s->sharedram, (unsigned long long)s->bufferram);
	strbuf_addf(
		c->sb,
		"totalswap=%llu, freeswap=%llu, procs=%u, totalhigh=%llu, freehigh=%llu, mem_unit=%u}",
		(unsigned long long)s->totalswap, (unsigned long long)s->freeswap, s->procs,
		(unsigned long long)s->totalhigh, (unsigned long long)s->freehigh, s->mem_unit);
}

static void put_sched_attr(struct scall *c, const void *p)
{
	const struct lx_sched_attr *s = p;

	strbuf_addf(c->sb, "{size=%u, sched_policy=", s->size);
	put_enum(c->sb, names_get("policy"), s->sched_policy);
	strbuf_adds(c->sb, ", sched_flags=");
	put_flags(c->sb, names_get("sched_flags"), s->sched_flags);
	strbuf_addf(
		c->sb,
		", sched_nice=%d, sched_priority=%u, sched_runtime=%llu, sched_deadline=%llu, sched_period=%llu",
		s->sched_nice, s->sched_priority, (unsigned long long)s->sched_runtime,
		(unsigned long long)s->sched_deadline, (unsigned long long)s->sched_period);
	if (s->size >= LX_SCHED_ATTR_SIZE_VER1)
		strbuf_addf(c->sb, ", sched_util_min=%u, sched_util_max=%u", s->sched_util_min,
			    s->sched_util_max);
	strbuf_addc(c->sb, '}');
}

/* The struct's first word tells how much of it is there. */
static void print_sched_attr(struct scall *c, const struct sarg *a, uint64_t v)
{
	struct lx_sched_attr s = {0};

	if (scall_only_addr(c, a, v) || !scall_read(c, &s, v, LX_SCHED_ATTR_SIZE_VER0) ||
	    (s.size >= sizeof(s) && !scall_read(c, &s, v, sizeof(s))))
		put_addr(c->sb, v);
	else
		put_sched_attr(c, &s);
}

/* As many processors as there are bits: [0 1]. */
static void print_cpuset(struct scall *c, const struct sarg *a, uint64_t v)
{
	uint64_t size = MIN(scall_count(c, a), (uint64_t)STRACE_STRUCT_MAX);
	uint8_t set[STRACE_STRUCT_MAX];
	const char *sep = "";

	if (!scall_fetch(c, a, set, v, size))
		return;
	strbuf_addc(c->sb, '[');
	for (uint64_t cpu = 0; cpu < size * 8; cpu++) {
		if (!(set[cpu / 8] >> (cpu % 8) & 1))
			continue;
		strbuf_addf(c->sb, "%s%llu", sep, (unsigned long long)cpu);
		sep = " ";
	}
	strbuf_addc(c->sb, ']');
}

static void print_ioprio(struct scall *c, const struct sarg *a UNUSED, uint64_t v)
{
	put_ioprio(c->sb, (uint32_t)v);
}

void put_ioprio(struct strbuf *sb, uint32_t v)
{
	strbuf_adds(sb, "IOPRIO_PRIO_VALUE(");
	put_enum(sb, names_get("ioprio_class"), v >> LX_IOPRIO_CLASS_SHIFT);
	strbuf_addf(sb, ", %u)", v & 0x1fff);
}

/* ---- who a process is ---- */

static void put_caps(struct strbuf *sb, const char *field, uint64_t set)
{
	const struct names *names = names_get("cap");
	const char *sep = "";

	strbuf_adds(sb, field);
	if (!set)
		strbuf_addc(sb, '0');
	for (unsigned cap = 0; cap < 64; cap++) {
		if (!(set >> cap & 1))
			continue;
		strbuf_addf(sb, "%s1<<", sep);
		put_enum(sb, names, cap);
		sep = "|";
	}
}

static void put_cap_header(struct scall *c, const void *p)
{
	const struct lx_cap_user_header *h = p;

	strbuf_adds(c->sb, "{version=");
	put_enum(c->sb, names_get("cap_version"), h->version);
	strbuf_addf(c->sb, ", pid=%d}", h->pid);
}

static void print_cap_data(struct scall *c, const struct sarg *a, uint64_t v)
{
	struct lx_cap_user_header h;
	struct lx_cap_user_data d[2] = {0};
	size_t n = 1;

	if (scall_read(c, &h, c->v[0], sizeof(h)) && h.version != LX__LINUX_CAPABILITY_VERSION_1)
		n = 2;
	if (!scall_fetch(c, a, d, v, n * sizeof(*d)))
		return;
	put_caps(c->sb, "{effective=", d[0].effective | (uint64_t)d[1].effective << 32);
	put_caps(c->sb, ", permitted=", d[0].permitted | (uint64_t)d[1].permitted << 32);
	put_caps(c->sb, ", inheritable=", d[0].inheritable | (uint64_t)d[1].inheritable << 32);
	strbuf_addc(c->sb, '}');
}

/* personality(2): a domain, and flags. */
void put_personality(struct strbuf *sb, uint32_t v)
{
	put_enum(sb, names_get("domain"), v & 0xff);
	if (v & ~0xffu) {
		strbuf_addc(sb, '|');
		put_flags(sb, names_get("personality"), v & ~0xffu);
	}
}

static void print_personality(struct scall *c, const struct sarg *a UNUSED, uint64_t v)
{
	if ((uint32_t)v == UINT32_MAX)
		put_hex(c->sb, (uint32_t)v);
	else
		put_personality(c->sb, (uint32_t)v);
}

/* ---- prctl(2) ---- */

/* A thread's name is cut by the kernel, not by us. */
static void print_comm(struct scall *c, const struct sarg *a, uint64_t v)
{
	if (scall_only_addr(c, a, v))
		put_addr(c->sb, v);
	else
		put_guest_string(c, v, LX_TASK_COMM_LEN - 1);
}

static void put_tsc(struct scall *c, const void *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	strbuf_addc(c->sb, '[');
	put_enum(c->sb, names_get("tsc"), v);
	strbuf_addc(c->sb, ']');
}

static void print_ptracer(struct scall *c, const struct sarg *a UNUSED, uint64_t v)
{
	if ((uint32_t)v == (uint32_t)LX_PR_SET_PTRACER_ANY)
		strbuf_adds(c->sb, "PR_SET_PTRACER_ANY");
	else
		strbuf_addf(c->sb, "%d", (int)(uint32_t)v);
}

/* PR_CAP_AMBIENT: the operation, and the capability after it; clearing all of them takes none. */
static void print_ambient(struct scall *c, const struct sarg *a UNUSED, uint64_t v)
{
	put_enum(c->sb, names_get("ambient"), (uint32_t)v);
	strbuf_adds(c->sb, ", ");
	if (v == LX_PR_CAP_AMBIENT_CLEAR_ALL)
		put_hex(c->sb, c->v[2]);
	else
		put_enum(c->sb, names_get("cap"), c->v[2]);
	c->next++;
}

static void put_fprog(struct scall *c, const void *p)
{
	const struct lx_sock_fprog *f = p;

	strbuf_addf(c->sb, "{len=%u, filter=", f->len);
	put_addr(c->sb, f->filter);
	strbuf_addc(c->sb, '}');
}

static void print_key(struct scall *c, const struct sarg *a UNUSED, uint64_t v)
{
	const char *s = name_of(names_get("key"), (uint32_t)v);

	if (s)
		strbuf_adds(c->sb, s);
	else
		strbuf_addf(c->sb, "%d", (int)(uint32_t)v);
}

/* A clock by name. Clocks of processes and of files are numbers without one. */
static void print_clockid(struct scall *c, const struct sarg *a UNUSED, uint64_t v)
{
	put_enum(c->sb, names_get("clock"), (uint32_t)v);
}

const struct kind strace_process_kinds[] = {
	{.name = "clone", .print = print_clone},
	{.name = "clone_rest", .print = print_clone_rest},
	{.name = "clone_args", .print = print_clone_args},
	{.name = "clone3_size", .print = print_clone3_size},
	{.name = "wstatus", .put = put_wstatus, .size = sizeof(int32_t)},
	{.name = "rlimit", .put = put_rlimit, .size = sizeof(struct lx_rlimit)},
	{.name = "utsname", .put = put_utsname, .size = sizeof(struct lx_utsname)},
	{.name = "sysinfo", .put = put_sysinfo, .size = sizeof(struct lx_sysinfo)},
	{.name = "sched_attr", .print = print_sched_attr},
	{.name = "cpuset", .print = print_cpuset},
	{.name = "ioprio", .print = print_ioprio},
	{.name = "cap_header", .put = put_cap_header, .size = sizeof(struct lx_cap_user_header)},
	{.name = "cap_data", .print = print_cap_data},
	{.name = "personality", .print = print_personality},
	{.name = "fprog", .put = put_fprog, .size = sizeof(struct lx_sock_fprog)},
	{.name = "comm", .print = print_comm},
	{.name = "tsc", .put = put_tsc, .size = sizeof(uint32_t)},
	{.name = "ptracer", .print = print_ptracer},
	{.name = "ambient", .print = print_ambient},
	{.name = "key", .print = print_key},
	{.name = "clockid", .print = print_clockid},
	{0},
};
