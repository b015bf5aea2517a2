/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The filter compiler: its programs, run by an interpreter here and by the host's kernel, mean what
 * the table says.
 */
#include "host/seccomp.h"

#include <errno.h>
#include <linux/audit.h>
#include <sys/syscall.h>

#include "base/test.h"
#include "host/proc.h"

#define ALLOW SECCOMP_RET_ALLOW
#define DENY  (SECCOMP_RET_ERRNO | EPERM)

/* --- classic BPF, as far as seccomp has it --- */

static uint32_t load(const struct seccomp_data *d, uint32_t offset)
{
	uint32_t word;

	EXPECT_TRUE(offset % 4 == 0 && offset + 4 <= sizeof(*d));
	memcpy(&word, (const char *)d + offset, sizeof(word));
	return word;
}

static bool holds(uint16_t op, uint32_t a, uint32_t k)
{
	switch (op) {
	case BPF_JEQ:
		return a == k;
	case BPF_JGT:
		return a > k;
	case BPF_JGE:
		return a >= k;
	default:
		fail_msg("unknown comparison %x", op);
		return false;
	}
}

static uint32_t run(const struct filter *f, const struct seccomp_data *d)
{
	uint32_t a = 0;

	for (size_t pc = 0; pc < f->len; pc++) {
		const struct sock_filter *i = &f->insns[pc];

		if (i->code == (BPF_LD | BPF_W | BPF_ABS))
			a = load(d, i->k);
		else if (i->code == (BPF_ALU | BPF_AND | BPF_K))
			a &= i->k;
		else if (i->code == (BPF_RET | BPF_K))
			return i->k;
		else if (i->code == (BPF_JMP | BPF_JA))
			pc += i->k;
		else
			pc += holds(i->code & 0xf0, a, i->k) ? i->jt : i->jf;
	}
	fail_msg("ran off the end");
	return 0;
}

/* --- what the table says, word by word --- */

static bool arg_holds(const struct filter_arg *r, const struct seccomp_data *d)
{
	uint64_t x = d->args[r->arg];

	switch (r->op) {
	case FILTER_OP_ANY:
		return true;
	case FILTER_OP_EQ32:
		return (uint32_t)x == r->a;
	case FILTER_OP_EQ64:
		return x == r->a;
	case FILTER_OP_MASK32:
		return ((uint32_t)x & r->a) == r->b;
	case FILTER_OP_MASK64:
		return (x & r->a) == r->b;
	case FILTER_OP_RANGE32:
		return (uint32_t)x >= r->a && (uint32_t)x <= r->b;
	case FILTER_OP_RANGE64:
		return x >= r->a && x <= r->b;
	case FILTER_OP_SELF:
		return (uint32_t)x == (uint32_t)host_getpid();
	}
	return false;
}

static uint32_t judge(const struct filter_rule *rules, size_t n, const struct seccomp_data *d)
{
	for (size_t i = 0; i < n; i++) {
		bool all = rules[i].nr == d->nr;

		for (size_t k = 0;
		     k < FILTER_ARGS_MAX && all && rules[i].args[k].op != FILTER_OP_ANY; k++)
			all = arg_holds(&rules[i].args[k], d);
		if (all)
			return rules[i].action;
	}
	return DENY;
}

static uint64_t next(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return *seed ^ *seed >> 29;
}

/* Values at and around the borders that rules have. */
static uint64_t pick(uint64_t *seed)
{
	static const uint64_t bases[] = {0,          1,           5,           0x80000000,
					 0xffffffff, 0x100000000, 0x1000000ff, UINT64_MAX};
	uint64_t r = next(seed);

	return bases[r % ARRAY_SIZE(bases)] + (r >> 8) % 4 - (r >> 16) % 4 +
	       ((r >> 24) % 8 == 0 ? r >> 32 : 0);
}

static void random_arg(struct filter_arg *r, uint64_t *seed)
{
	uint64_t a = pick(seed), b = pick(seed);

	*r = (struct filter_arg){.op = (enum filter_op)(1 + next(seed) % 6),
				 .arg = (unsigned)(next(seed) % 6)};
	if (r->op == FILTER_OP_EQ32 || r->op == FILTER_OP_MASK32 || r->op == FILTER_OP_RANGE32) {
		a &= UINT32_MAX;
		b &= UINT32_MAX;
	}
	if (r->op == FILTER_OP_MASK32 || r->op == FILTER_OP_MASK64) {
		a = a ? a : 1;
		b &= a;
	}
	if ((r->op == FILTER_OP_RANGE32 || r->op == FILTER_OP_RANGE64) && a > b) {
		uint64_t t = a;

		a = b;
		b = t;
	}
	r->a = a;
	r->b = b;
}

TEST(random_tables_mean_what_they_say)
{
	enum { ROWS = 60 };
	uint64_t seed = 42;

	for (int round = 0; round < 60; round++) {
		AUTO(filter_fini) struct filter f = {NULL, 0};
		struct filter_rule rules[ROWS] = {{.nr = 0}};
		size_t n = next(&seed) % (ROWS + 1);

		for (size_t i = 0; i < n; i++) {
			rules[i].nr = (int)(next(&seed) % 40);
			rules[i].name = "call";
			rules[i].action = next(&seed) % 3 ? ALLOW : SECCOMP_RET_TRAP;
			for (size_t k = 0; k < next(&seed) % (FILTER_ARGS_MAX + 1); k++)
				random_arg(&rules[i].args[k], &seed);
		}
		EXPECT_EQ(filter_build(rules, n, DENY, &f), 0);
		for (int call = 0; call < 4000; call++) {
			struct seccomp_data d = {.nr = (int)(next(&seed) % 42),
						 .arch = AUDIT_ARCH_X86_64};

			for (size_t k = 0; k < 6; k++)
				d.args[k] = pick(&seed);
			EXPECT_EQ(run(&f, &d), judge(rules, n, &d));
		}
	}
}

TEST(other_architectures_are_killed_and_x32_is_not_in_the_table)
{
	static const struct filter_rule rules[] = {
		{.nr = SYS_getpid, .name = "getpid", .action = ALLOW}};
	AUTO(filter_fini) struct filter f = {NULL, 0};
	struct seccomp_data d = {.nr = SYS_getpid, .arch = AUDIT_ARCH_X86_64};

	EXPECT_EQ(filter_build(rules, 1, DENY, &f), 0);
	EXPECT_EQ(run(&f, &d), ALLOW);
	d.nr |= 0x40000000;
	EXPECT_EQ(run(&f, &d), DENY);
	d.arch = AUDIT_ARCH_I386;
	EXPECT_EQ(run(&f, &d), SECCOMP_RET_KILL_PROCESS);
}

TEST(rules_that_make_no_sense_are_refused)
{
	static const struct filter_arg bad[] = {
		{FILTER_OP_EQ32, 6, 0, 0},       {FILTER_OP_EQ32, 0, 1ULL << 32, 0},
		{FILTER_OP_MASK32, 0, 0x1, 0x2}, {FILTER_OP_MASK64, 0, 0, 0},
		{FILTER_OP_RANGE64, 0, 10, 9},   {FILTER_OP_RANGE32, 0, 0, 1ULL << 32},
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct filter_rule rule = {.nr = 1, .name = "x", .action = ALLOW, .args = {bad[i]}};
		struct filter f;

		EXPECT_ERR(filter_build(&rule, 1, DENY, &f), EINVAL);
	}
}

TEST(a_table_that_is_too_long_is_refused)
{
	enum { ROWS = 3000 };
	AUTO(free) struct filter_rule *rules = calloc(ROWS, sizeof(*rules));
	struct filter f;

	EXPECT_TRUE(rules);
	for (int i = 0; i < ROWS; i++)
		rules[i] = (struct filter_rule){
			.nr = i, .name = "x", .action = ALLOW, .args = {FILTER_EQ64(0, 1)}};
	EXPECT_ERR(filter_build(rules, ROWS, DENY, &f), E2BIG);
}

TEST(rows_are_printed_for_people)
{
	static const struct filter_rule r = {.nr = SYS_mmap,
					     .name = "mmap",
					     .action = ALLOW,
					     .why = "memory, never code",
					     .args = {FILTER_MASK32(2, 4, 0),
						      FILTER_RANGE64(1, 1, 0x1000)}};
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;

	filter_rule_print(&sb, &r);
	EXPECT_STREQ(strbuf_str(&sb),
		     "mmap(arg2 & 0x4 == 0x0, 0x1 <= arg1 <= 0x1000) allow: memory, never code\n");
}

/*
 * In a child, since a filter is for ever: dup of 0 is allowed, of others not; everything else
 * works.
 */
static int try_filter(void)
{
	static const struct filter_rule rules[] = {
		{.nr = SYS_dup, .name = "dup", .action = ALLOW, .args = {FILTER_EQ32(0, 0)}},
		{.nr = SYS_dup, .name = "dup", .action = SECCOMP_RET_ERRNO | EXDEV},
		{.nr = SYS_lseek,
		 .name = "lseek",
		 .action = SECCOMP_RET_ERRNO | ENOTTY,
		 .args = {FILTER_RANGE64(1, 0x100000001, 0x200000000)}},
	};
	struct filter f;

	if (host_no_new_privs() < 0 || filter_build(rules, ARRAY_SIZE(rules), ALLOW, &f) < 0)
		return 2;
	if (filter_install(&f, 0) != 0)
		return 3;
	if (dup(0) < 0 && errno != EBADF)
		return 4;
	if (dup(1) >= 0 || errno != EXDEV)
		return 5;
	if (lseek(-1, 0x100000001, SEEK_SET) >= 0 || errno != ENOTTY)
		return 6;
	if (lseek(-1, 0x100000000, SEEK_SET) >= 0 || errno != EBADF)
		return 7;
	return 0;
}

TEST(the_kernel_agrees)
{
	struct host_exit end;
	pid_t pid = host_fork();

	if (pid == 0)
		_exit(try_filter());
	EXPECT_TRUE(pid > 0);
	EXPECT_EQ(host_wait(pid, &end), 0);
	EXPECT_TRUE(!end.signaled);
	EXPECT_EQ(end.code, 0);
}

TEST_MAIN()
