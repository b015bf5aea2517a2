/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The compiler from filter rows to classic BPF.
 *
 *	the architecture -> binary search on the number -> rows of that number -> otherwise
 *
 * Why not libseccomp: it takes one comparison per argument and rule, so no ranges; it needs about a
 * millisecond for a table of ours, which every start of a sandbox would pay; and this is small
 * enough to test against every row.
 *
 * BPF's conditional jumps reach 255 instructions: they stay inside one row (at most 24
 * instructions); everything longer is an unconditional jump, whose reach is not limited.
 */
#include "host/seccomp.h"

#include <errno.h>
#include <linux/audit.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/check.h"

#define LINEAR_MAX 4 /* so many numbers are compared one by one */
#define FAILS_MAX  32

struct group {
	int nr;
	size_t first, n; /* rows in builder.order */
};

struct builder {
	struct sock_filter insns[BPF_MAXINSNS];
	size_t len;
	bool overflow;
	const struct filter_rule *rules;
	size_t *order; /* rows sorted by number, stable */
	struct group *groups;
	size_t ngroups;
	uint32_t otherwise;
	/* Conditional jumps of the current row that leave it. */
	struct {
		size_t at;
		bool if_true;
	} fails[FAILS_MAX];
	size_t nfails;
};

/* --- instructions --- */

static size_t emit(struct builder *b, uint16_t code, uint32_t k, uint8_t jt, uint8_t jf)
{
	if (b->len == BPF_MAXINSNS) {
		b->overflow = true;
		return 0;
	}
	b->insns[b->len] = (struct sock_filter){.code = code, .jt = jt, .jf = jf, .k = k};
	return b->len++;
}

static void emit_load(struct builder *b, size_t offset)
{
	(void)emit(b, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void emit_return(struct builder *b, uint32_t action)
{
	(void)emit(b, BPF_RET | BPF_K, action, 0, 0);
}

/* An unconditional jump whose target is not known yet, and its target: here. */
static size_t emit_jump(struct builder *b)
{
	return emit(b, BPF_JMP | BPF_JA, 0, 0, 0);
}

static void land_here(struct builder *b, size_t jump)
{
	if (!b->overflow)
		b->insns[jump].k = (uint32_t)(b->len - jump - 1);
}

/* Go on to the next instruction, or leave the row, if the comparison is true (false). */
static void emit_fail(struct builder *b, uint16_t op, uint32_t k, bool if_true)
{
	check(b->nfails < FAILS_MAX);
	b->fails[b->nfails].at = emit(b, (uint16_t)(BPF_JMP | op | BPF_K), k, 0, 0);
	b->fails[b->nfails++].if_true = if_true;
}

/* All that left the row go on here. */
static void land_fails(struct builder *b)
{
	for (size_t i = 0; i < b->nfails && !b->overflow; i++) {
		struct sock_filter *insn = &b->insns[b->fails[i].at];
		size_t distance = b->len - b->fails[i].at - 1;

		check(distance <= UINT8_MAX);
		if (b->fails[i].if_true)
			insn->jt = (uint8_t)distance;
		else
			insn->jf = (uint8_t)distance;
	}
	b->nfails = 0;
}

/* --- one argument --- */

/* Little endian: the lower half comes first. */
static void load_low(struct builder *b, unsigned arg)
{
	emit_load(b, offsetof(struct seccomp_data, args) + 8 * arg);
}

static void load_high(struct builder *b, unsigned arg)
{
	emit_load(b, offsetof(struct seccomp_data, args) + 8 * arg + 4);
}

static uint32_t low(uint64_t x)
{
	return (uint32_t)x;
}

static uint32_t high(uint64_t x)
{
	return (uint32_t)(x >> 32);
}

static void emit_masked(struct builder *b, uint32_t mask, uint32_t value)
{
	if (mask != UINT32_MAX)
		(void)emit(b, BPF_ALU | BPF_AND | BPF_K, mask, 0, 0);
	emit_fail(b, BPF_JEQ, value, false);
}

static void emit_range64(struct builder *b, const struct filter_arg *r)
{
	/* arg >= a: the upper half decides unless it is equal. */
	load_high(b, r->arg);
	(void)emit(b, BPF_JMP | BPF_JGT | BPF_K, high(r->a), 3, 0);
	emit_fail(b, BPF_JEQ, high(r->a), false);
	load_low(b, r->arg);
	emit_fail(b, BPF_JGE, low(r->a), false);
	/* arg <= b */
	load_high(b, r->arg);
	emit_fail(b, BPF_JGT, high(r->b), true);
	(void)emit(b, BPF_JMP | BPF_JEQ | BPF_K, high(r->b), 0, 2);
	load_low(b, r->arg);
	emit_fail(b, BPF_JGT, low(r->b), true);
}

static void emit_arg(struct builder *b, const struct filter_arg *r)
{
	switch (r->op) {
	case FILTER_OP_ANY:
		return;
	case FILTER_OP_EQ64:
		load_high(b, r->arg);
		emit_fail(b, BPF_JEQ, high(r->a), false);
		__attribute__((fallthrough));
	case FILTER_OP_EQ32:
		load_low(b, r->arg);
		emit_fail(b, BPF_JEQ, low(r->a), false);
		return;
	case FILTER_OP_MASK64:
		if (high(r->a) != 0) {
			load_high(b, r->arg);
			emit_masked(b, high(r->a), high(r->b));
		}
		__attribute__((fallthrough));
	case FILTER_OP_MASK32:
		if (low(r->a) != 0) {
			load_low(b, r->arg);
			emit_masked(b, low(r->a), low(r->b));
		}
		return;
	case FILTER_OP_RANGE32:
		load_low(b, r->arg);
		emit_fail(b, BPF_JGE, low(r->a), false);
		emit_fail(b, BPF_JGT, low(r->b), true);
		return;
	case FILTER_OP_RANGE64:
		emit_range64(b, r);
		return;
	case FILTER_OP_SELF:
		load_low(b, r->arg);
		emit_fail(b, BPF_JEQ, (uint32_t)getpid(), false);
		return;
	}
}

/* --- rows and numbers --- */

static void emit_row(struct builder *b, const struct filter_rule *r)
{
	for (size_t i = 0; i < FILTER_ARGS_MAX && r->args[i].op != FILTER_OP_ANY; i++)
		emit_arg(b, &r->args[i]);
	emit_return(b, r->action);
	land_fails(b);
}

static bool is_unconditional(const struct filter_rule *r)
{
	return r->args[0].op == FILTER_OP_ANY;
}

/* The accumulator holds the number. Rows after one without conditions are never reached. */
static void emit_group(struct builder *b, const struct group *g)
{
	size_t skip;

	(void)emit(b, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)g->nr, 1, 0);
	skip = emit_jump(b);
	for (size_t i = 0; i < g->n; i++) {
		const struct filter_rule *r = &b->rules[b->order[g->first + i]];

		emit_row(b, r);
		if (is_unconditional(r))
			break;
		if (i == g->n - 1)
			emit_return(b, b->otherwise);
	}
	land_here(b, skip);
}

/* Groups [lo, hi). The depth is the logarithm of the number of rows. */
static void emit_search(struct builder *b, size_t lo, size_t hi)
{
	size_t mid = lo + (hi - lo) / 2;
	size_t to_right;

	if (hi - lo <= LINEAR_MAX) {
		for (size_t i = lo; i < hi; i++)
			emit_group(b, &b->groups[i]);
		emit_return(b, b->otherwise);
		return;
	}
	(void)emit(b, BPF_JMP | BPF_JGE | BPF_K, (uint32_t)b->groups[mid].nr, 0, 1);
	to_right = emit_jump(b);
	emit_search(b, lo, mid);
	land_here(b, to_right);
	emit_search(b, mid, hi);
}

static void emit_program(struct builder *b)
{
	emit_load(b, offsetof(struct seccomp_data, arch));
	(void)emit(b, BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0);
	emit_return(b, SECCOMP_RET_KILL_PROCESS);
	emit_load(b, offsetof(struct seccomp_data, nr));
	emit_search(b, 0, b->ngroups);
}

/* --- the table --- */

static bool arg_makes_sense(const struct filter_arg *r)
{
	bool wide = r->op == FILTER_OP_EQ64 || r->op == FILTER_OP_MASK64 ||
		    r->op == FILTER_OP_RANGE64;

	if (r->arg > 5)
		return false;
	if (!wide && (high(r->a) != 0 || high(r->b) != 0))
		return false;
	if (r->op == FILTER_OP_MASK32 || r->op == FILTER_OP_MASK64)
		return r->a != 0 && (r->b & ~r->a) == 0;
	if (r->op == FILTER_OP_RANGE32 || r->op == FILTER_OP_RANGE64)
		return r->a <= r->b;
	return true;
}

static bool rules_make_sense(const struct filter_rule *rules, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (rules[i].nr < 0)
			return false;
		for (size_t k = 0; k < FILTER_ARGS_MAX && rules[i].args[k].op != FILTER_OP_ANY;
		     k++) {
			if (!arg_makes_sense(&rules[i].args[k]))
				return false;
		}
	}
	return true;
}

/* Insertion sort: stable, and tables are written nearly in order. */
static void sort_rows(struct builder *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t at = i;

		while (at > 0 && b->rules[b->order[at - 1]].nr > b->rules[i].nr) {
			b->order[at] = b->order[at - 1];
			at--;
		}
		b->order[at] = i;
	}
}

static void find_groups(struct builder *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int nr = b->rules[b->order[i]].nr;

		if (b->ngroups == 0 || b->groups[b->ngroups - 1].nr != nr)
			b->groups[b->ngroups++] = (struct group){.nr = nr, .first = i};
		b->groups[b->ngroups - 1].n++;
	}
}

static int compile(struct builder *b, size_t n, struct filter *ret)
{
	sort_rows(b, n);
	find_groups(b, n);
	emit_program(b);
	if (b->overflow)
		return -E2BIG;
	ret->insns = malloc(b->len * sizeof(*ret->insns));
	if (!ret->insns)
		return -ENOMEM;
	memcpy(ret->insns, b->insns, b->len * sizeof(*ret->insns));
	ret->len = (unsigned short)b->len;
	return 0;
}

int filter_build(const struct filter_rule *rules, size_t n, uint32_t otherwise, struct filter *ret)
{
	AUTO(free) struct builder *b = calloc(1, sizeof(*b));
	AUTO(free) size_t *order = calloc(n + 1, sizeof(*order));
	AUTO(free) struct group *groups = calloc(n + 1, sizeof(*groups));

	if (!b || !order || !groups)
		return -ENOMEM;
	if (!rules_make_sense(rules, n))
		return -EINVAL;
	b->rules = rules;
	b->order = order;
	b->groups = groups;
	b->otherwise = otherwise;
	return compile(b, n, ret);
}

void filter_fini(struct filter *f)
{
	free(f->insns);
	*f = (struct filter){.insns = NULL};
}

int filter_install(const struct filter *f, unsigned flags)
{
	struct sock_fprog prog = {.len = f->len, .filter = f->insns};
	long r = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &prog);

	if (r < 0)
		return -errno;
	/*
	 * With TSYNC a positive answer is the thread that could not follow; with a listener it is
	 * the descriptor.
	 */
	if (r > 0 && !(flags & SECCOMP_FILTER_FLAG_NEW_LISTENER))
		return -ESRCH;
	return (int)r;
}

/* --- for people --- */

static void print_arg(struct strbuf *sb, const struct filter_arg *r)
{
	unsigned long long a = r->a, b = r->b;

	switch (r->op) {
	case FILTER_OP_ANY:
		return;
	case FILTER_OP_EQ32:
	case FILTER_OP_EQ64:
		strbuf_addf(sb, "arg%u == 0x%llx", r->arg, a);
		return;
	case FILTER_OP_MASK32:
	case FILTER_OP_MASK64:
		strbuf_addf(sb, "arg%u & 0x%llx == 0x%llx", r->arg, a, b);
		return;
	case FILTER_OP_RANGE32:
	case FILTER_OP_RANGE64:
		strbuf_addf(sb, "0x%llx <= arg%u <= 0x%llx", a, r->arg, b);
		return;
	case FILTER_OP_SELF:
		strbuf_addf(sb, "arg%u == its own pid", r->arg);
		return;
	}
}

void filter_rule_args(struct strbuf *sb, const struct filter_rule *r)
{
	for (size_t i = 0; i < FILTER_ARGS_MAX && r->args[i].op != FILTER_OP_ANY; i++) {
		if (i > 0)
			strbuf_adds(sb, ", ");
		print_arg(sb, &r->args[i]);
	}
}

static void print_action(struct strbuf *sb, uint32_t action)
{
	switch (action & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
		strbuf_adds(sb, "allow");
		return;
	case SECCOMP_RET_ERRNO:
		strbuf_addf(sb, "errno %u", action & SECCOMP_RET_DATA);
		return;
	case SECCOMP_RET_USER_NOTIF:
		strbuf_adds(sb, "notify");
		return;
	case SECCOMP_RET_TRAP:
		strbuf_adds(sb, "trap");
		return;
	case SECCOMP_RET_TRACE:
		strbuf_adds(sb, "trace");
		return;
	case SECCOMP_RET_LOG:
		strbuf_adds(sb, "allow and log");
		return;
	default:
		strbuf_adds(sb, "kill");
		return;
	}
}

void filter_rule_print(struct strbuf *sb, const struct filter_rule *r)
{
	strbuf_addf(sb, "%s(", r->name);
	filter_rule_args(sb, r);
	strbuf_adds(sb, ") ");
	print_action(sb, r->action);
	if (r->why)
		strbuf_addf(sb, ": %s", r->why);
	strbuf_addc(sb, '\n');
}
