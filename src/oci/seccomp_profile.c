/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a profile to the program of classic BPF that it means. libseccomp knows the numbers of names
 * on each architecture and makes the program; what stands before it is made here:
 *
 *	if this architecture is one of the profile's, and the number is above every one that the
 *	profile names there: return ENOSYS
 *
 * A profile that refuses what it does not name would otherwise answer EPERM to calls that were not
 * yet there when it was written, and programs take only ENOSYS for "use the older one".
 *
 * The program is for the guest, whose kernel is ours: nothing here depends on what the host's
 * kernel can do.
 */
#include "oci/seccomp.h"

#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "oci/types_priv.h"

#define X32_BIT 0x40000000U
/* libseccomp looks at all rules of a call for each new one, and a program that is not too long has
 * fewer conditions than this. */
#define RULES_MAX 8192

_Static_assert(SCMP_ACT_ALLOW == LX_SECCOMP_RET_ALLOW && SCMP_ACT_LOG == LX_SECCOMP_RET_LOG &&
		       SCMP_ACT_KILL_PROCESS == LX_SECCOMP_RET_KILL_PROCESS &&
		       SCMP_ACT_KILL_THREAD == LX_SECCOMP_RET_KILL_THREAD &&
		       SCMP_ACT_TRAP == LX_SECCOMP_RET_TRAP &&
		       SCMP_ACT_ERRNO(7) == (LX_SECCOMP_RET_ERRNO | 7) &&
		       SCMP_ACT_TRACE(7) == (LX_SECCOMP_RET_TRACE | 7),
	       "libseccomp's actions are the kernel's");

struct compile {
	const struct oci_seccomp *s;
	scmp_filter_ctx ctx;
	uint32_t default_action; /* with its data */
	bool archs[OCI_ARCH_FOREIGN];
	int64_t last[OCI_ARCH_FOREIGN]; /* the highest number that the profile names; -1: none */
	size_t nrules;
	struct strbuf *why;
};

static const uint32_t tokens[OCI_ARCH_FOREIGN] = {
	[OCI_ARCH_X86] = SCMP_ARCH_X86,
	[OCI_ARCH_X86_64] = SCMP_ARCH_X86_64,
	[OCI_ARCH_X32] = SCMP_ARCH_X32,
};

static const enum scmp_compare operators[] = {
	[OCI_CMP_NE] = SCMP_CMP_NE,
	[OCI_CMP_LT] = SCMP_CMP_LT,
	[OCI_CMP_LE] = SCMP_CMP_LE,
	[OCI_CMP_EQ] = SCMP_CMP_EQ,
	[OCI_CMP_GE] = SCMP_CMP_GE,
	[OCI_CMP_GT] = SCMP_CMP_GT,
	[OCI_CMP_MASKED_EQ] = SCMP_CMP_MASKED_EQ,
};

static int refuse(struct compile *c, int err, const char *fmt, ...) PRINTF_LIKE(3, 4);
static int refuse(struct compile *c, int err, const char *fmt, ...)
{
	va_list ap;

	strbuf_reset(c->why);
	strbuf_adds(c->why, "linux.seccomp");
	va_start(ap, fmt);
	strbuf_vaddf(c->why, fmt, ap);
	va_end(ap);
	return err;
}

static uint32_t whole_action(uint32_t action, const struct oci_opt_u32 *errno_ret)
{
	if (action != LX_SECCOMP_RET_ERRNO && action != LX_SECCOMP_RET_TRACE)
		return action;
	return action | (errno_ret->set ? errno_ret->v & LX_SECCOMP_RET_DATA : EPERM);
}

/* ---- rules ---- */

static struct scmp_arg_cmp compare_of(const struct oci_seccomp_arg *a)
{
	return (struct scmp_arg_cmp){.arg = a->index,
				     .op = operators[a->op],
				     .datum_a = a->value,
				     .datum_b = a->value_two};
}

static bool args_repeat(const struct oci_seccomp_rule *rule)
{
	unsigned int seen = 0;

	for (size_t i = 0; i < rule->args.n; i++) {
		unsigned int bit = 1U << rule->args.v[i].index;

		if (seen & bit)
			return true;
		seen |= bit;
	}
	return false;
}

/* One call with all conditions, which are on different arguments: at most six. */
static int add_joined(struct compile *c, uint32_t action, int nr,
		      const struct oci_seccomp_rule *rule)
{
	struct scmp_arg_cmp cmp[6];

	for (size_t i = 0; i < rule->args.n; i++)
		cmp[i] = compare_of(&rule->args.v[i]);
	return seccomp_rule_add_array(c->ctx, action, nr, (unsigned int)rule->args.n, cmp);
}

static int add_each(struct compile *c, uint32_t action, int nr, const struct oci_seccomp_rule *rule)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < rule->args.n; i++) {
		struct scmp_arg_cmp cmp = compare_of(&rule->args.v[i]);

		r = seccomp_rule_add_array(c->ctx, action, nr, 1, &cmp);
	}
	return r;
}

static void note_number(struct compile *c, const char *name)
{
	for (size_t i = 0; i < OCI_ARCH_FOREIGN; i++) {
		int64_t nr = seccomp_syscall_resolve_name_arch(tokens[i], name);

		if (nr > c->last[i])
			c->last[i] = nr;
	}
}

static int add_rule(struct compile *c, size_t index)
{
	const struct oci_seccomp_rule *rule = &c->s->syscalls.v[index];
	uint32_t action = whole_action(rule->action, &rule->errno_ret);

	if (rule->action == LX_SECCOMP_RET_USER_NOTIF)
		return refuse(c, -EOPNOTSUPP,
			      ".syscalls[%zu].action: SCMP_ACT_NOTIFY is not there yet", index);
	for (size_t i = 0; i < rule->names.n; i++) {
		const char *name = rule->names.v[i];
		int nr = seccomp_syscall_resolve_name(name), r;

		note_number(c, name);
		if (nr == __NR_SCMP_ERROR || action == c->default_action)
			continue;
		if (++c->nrules > RULES_MAX)
			return refuse(c, -E2BIG, ".syscalls: more than %d rules", RULES_MAX);
		if (args_repeat(rule))
			r = add_each(c, action, nr, rule);
		else
			r = add_joined(c, action, nr, rule);
		if (r < 0 && r != -EEXIST)
			return refuse(c, r == -ENOMEM ? r : -EINVAL,
				      ".syscalls[%zu]: libseccomp refuses the rule for %.60s: %s",
				      index, name, strerror(-r));
	}
	return 0;
}

static int add_archs(struct compile *c)
{
	c->archs[OCI_ARCH_X86_64] = true; /* what the guest runs is always one of them */
	for (size_t i = 0; i < c->s->architectures.n; i++) {
		uint64_t arch = OCI_ARCH_FOREIGN;
		int r;

		if (!oci_name_find(oci_arch_names, c->s->architectures.v[i], &arch))
			return refuse(c, -EINVAL, ".architectures[%zu]: unknown value", i);
		if (arch == OCI_ARCH_FOREIGN)
			continue;
		c->archs[arch] = true;
		r = seccomp_arch_add(c->ctx, tokens[arch]);
		if (r < 0 && r != -EEXIST)
			return refuse(c, r == -ENOMEM ? r : -EINVAL, ".architectures[%zu]: %s", i,
				      strerror(-r));
	}
	return 0;
}

/* ---- the program ---- */

static struct lx_sock_filter stmt(unsigned int code, uint32_t k)
{
	return (struct lx_sock_filter){.code = (uint16_t)code, .k = k};
}

static struct lx_sock_filter jump(unsigned int op, uint32_t k, size_t jt, size_t jf)
{
	return (struct lx_sock_filter){.code = (uint16_t)(LX_BPF_JMP | op | LX_BPF_K),
				       .jt = (uint8_t)jt,
				       .jf = (uint8_t)jf,
				       .k = k};
}

#define LOAD_ARCH stmt(LX_BPF_LD | LX_BPF_W | LX_BPF_ABS, offsetof(struct lx_seccomp_data, arch))
#define LOAD_NR   stmt(LX_BPF_LD | LX_BPF_W | LX_BPF_ABS, offsetof(struct lx_seccomp_data, nr))

/* What the number is compared with; the highest number there is, where nothing is too new. */
static uint32_t newest(const struct compile *c, enum oci_arch arch)
{
	return c->archs[arch] && c->last[arch] >= 0 ? (uint32_t)c->last[arch] : UINT32_MAX;
}

#define STUB_LEN 10

/* Numbers before the colon are those of instructions, "main" is what follows the last of them. */
static void make_stub(const struct compile *c, struct lx_sock_filter *p)
{
	p[0] = LOAD_ARCH;
	p[1] = jump(LX_BPF_JEQ, LX_AUDIT_ARCH_X86_64, 0, 4); /* else 6 */
	p[2] = LOAD_NR;
	p[3] = jump(LX_BPF_JGE, X32_BIT, 0, 1);                    /* else 5 */
	p[4] = jump(LX_BPF_JGT, newest(c, OCI_ARCH_X32), 4, 5);    /* 9, else main */
	p[5] = jump(LX_BPF_JGT, newest(c, OCI_ARCH_X86_64), 3, 4); /* 9, else main */
	p[6] = jump(LX_BPF_JEQ, LX_AUDIT_ARCH_I386, 0, 3);         /* else main */
	p[7] = LOAD_NR;
	p[8] = jump(LX_BPF_JGT, newest(c, OCI_ARCH_X86), 0, 1); /* 9, else main */
	p[9] = stmt(LX_BPF_RET | LX_BPF_K, LX_SECCOMP_RET_ERRNO | ENOSYS);
}

/* A tracer knows what to do with new calls, so TRACE counts as allowing them. */
static bool wants_stub(const struct compile *c)
{
	uint32_t action = c->s->default_action;

	return action != LX_SECCOMP_RET_ALLOW && action != LX_SECCOMP_RET_LOG &&
	       action != LX_SECCOMP_RET_TRACE &&
	       c->default_action != (LX_SECCOMP_RET_ERRNO | ENOSYS);
}

static int read_all(int fd, void *buf, size_t n)
{
	size_t done = 0;

	while (done < n) {
		ssize_t r = pread(fd, (char *)buf + done, n - done, (off_t)done);

		if (r < 0 && errno != EINTR)
			return -errno;
		if (r == 0)
			return -EIO;
		if (r > 0)
			done += (size_t)r;
	}
	return 0;
}

static int collect(struct compile *c, int fd, struct oci_bpf *ret_bpf)
{
	size_t stub = wants_stub(c) ? STUB_LEN : 0, n;
	AUTO(free) struct lx_sock_filter *insns = NULL;
	struct stat st;
	int r;

	if (fstat(fd, &st) < 0)
		return refuse(c, -errno, ": cannot read the program back: %s", strerror(errno));
	n = (size_t)st.st_size / sizeof(*insns);
	if (n == 0 || n > LX_BPF_MAXINSNS - stub)
		return refuse(c, -E2BIG,
			      ": the program has %zu instructions, at most %d are allowed",
			      n + stub, LX_BPF_MAXINSNS);
	insns = calloc(n + stub, sizeof(*insns));
	if (!insns)
		return refuse(c, -ENOMEM, ": no memory");
	if (stub > 0)
		make_stub(c, insns);
	r = read_all(fd, insns + stub, n * sizeof(*insns));
	if (r < 0)
		return refuse(c, r, ": cannot read the program back: %s", strerror(-r));
	*ret_bpf = (struct oci_bpf){.insns = TAKE(insns), .n = n + stub, .flags = c->s->flags};
	return 0;
}

static int compile(struct compile *c, int fd, struct oci_bpf *ret_bpf)
{
	int r = add_archs(c);

	for (size_t i = 0; r == 0 && i < c->s->syscalls.n; i++)
		r = add_rule(c, i);
	if (r < 0)
		return r;
	if (ftruncate(fd, 0) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return refuse(c, -errno, ": cannot write the program: %s", strerror(errno));
	r = seccomp_attr_set(c->ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (r == 0)
		r = seccomp_export_bpf(c->ctx, fd);
	if (r < 0)
		return refuse(c, r == -ENOMEM ? r : -EINVAL, ": libseccomp: %s", strerror(-r));
	return collect(c, fd, ret_bpf);
}

int oci_seccomp_compile(const struct oci_seccomp *s, int scratch_fd, struct oci_bpf *ret_bpf,
			struct strbuf *why)
{
	struct compile c = {.s = s, .why = why, .last = {-1, -1, -1}};
	int r;

	if (s->default_action == LX_SECCOMP_RET_USER_NOTIF)
		return refuse(&c, -EOPNOTSUPP, ".defaultAction: SCMP_ACT_NOTIFY is not there yet");
	/* Otherwise it asks the host's kernel which actions it knows. */
	(void)seccomp_api_set(6);
	c.default_action = whole_action(s->default_action, &s->default_errno_ret);
	c.ctx = seccomp_init(c.default_action);
	if (!c.ctx)
		return refuse(&c, -ENOMEM, ": libseccomp cannot begin a filter");
	r = compile(&c, scratch_fd, ret_bpf);
	seccomp_release(c.ctx);
	return r;
}

void oci_bpf_fini(struct oci_bpf *bpf)
{
	free(bpf->insns);
	*bpf = (struct oci_bpf){0};
}
