/* SPDX-License-Identifier: Apache-2.0 */
/* Profiles are compiled, and the programs are run over made-up system calls. */
#include "oci/test_oci.h"

#include <errno.h>
#include <sys/mman.h>

#include "abi/unistd.h"

#define ALLOW      LX_SECCOMP_RET_ALLOW
#define ERRNO(e)   (LX_SECCOMP_RET_ERRNO | (uint32_t)(e))
#define MAIN_ARCH  LX_AUDIT_ARCH_X86_64
#define PROFILE(p) LINUX("\"seccomp\": {" p "}")

static uint32_t load(const struct lx_seccomp_data *d, uint32_t at)
{
	uint32_t v;

	EXPECT_TRUE(at % 4 == 0 && at + 4 <= sizeof(*d));
	memcpy(&v, (const char *)d + at, sizeof(v));
	return v;
}

static bool jumps(const struct lx_sock_filter *i, uint32_t a)
{
	switch (i->code & 0xf0) {
	case LX_BPF_JEQ:
		return a == i->k;
	case LX_BPF_JGT:
		return a > i->k;
	case LX_BPF_JGE:
		return a >= i->k;
	case LX_BPF_JSET:
		return (a & i->k) != 0;
	default:
		fail();
		return false;
	}
}

/* What the kernel would do with the instructions that libseccomp uses. */
static uint32_t run(const struct oci_bpf *p, const struct lx_seccomp_data *d)
{
	uint32_t a = 0;

	for (size_t pc = 0;; pc++) {
		EXPECT_TRUE(pc < p->n);

		const struct lx_sock_filter *i = &p->insns[pc];

		if (i->code == (LX_BPF_LD | LX_BPF_W | LX_BPF_ABS))
			a = load(d, i->k);
		else if (i->code == (LX_BPF_ALU | LX_BPF_AND | LX_BPF_K))
			a &= i->k;
		else if (i->code == (LX_BPF_RET | LX_BPF_K))
			return i->k;
		else if (i->code == (LX_BPF_JMP | LX_BPF_JA))
			pc += i->k;
		else if ((i->code & 7) == LX_BPF_JMP)
			pc += jumps(i, a) ? i->jt : i->jf;
		else
			fail();
	}
}

static uint32_t call(const struct oci_bpf *p, uint32_t arch, uint32_t nr, uint64_t arg0,
		     uint64_t arg1)
{
	struct lx_seccomp_data d = {.nr = (int32_t)nr, .arch = arch, .args = {arg0, arg1}};

	return run(p, &d);
}

/* The result of compiling; the reason is in test_why. */
static int compile(const char *text, struct oci_bpf *ret)
{
	AUTO(strbuf_fini) struct strbuf why = STRBUF_INIT;
	AUTO(oci_spec_free) struct oci_spec *s = must_parse(text);
	int fd = memfd_create("bpf", MFD_CLOEXEC), r;

	EXPECT_TRUE(fd >= 0);
	*ret = (struct oci_bpf){0};
	r = oci_seccomp_compile(s->lx.seccomp, fd, ret, &why);
	close(fd);
	snprintf(test_why, sizeof(test_why), "%s", r < 0 ? strbuf_str(&why) : "");
	if (r < 0)
		EXPECT_TRUE(ret->insns == NULL);
	return r;
}

TEST(a_default_alone_is_a_program)
{
	AUTO(oci_bpf_fini) struct oci_bpf p;

	EXPECT_EQ(compile(PROFILE("\"defaultAction\": \"SCMP_ACT_ALLOW\""), &p), 0);
	EXPECT_EQ(call(&p, MAIN_ARCH, LX_SYS_read, 0, 0), ALLOW);
	EXPECT_EQ(call(&p, MAIN_ARCH, 5000, 0, 0), ALLOW);
	EXPECT_EQ(p.flags, 0);
}

TEST(rules_answer_and_the_rest_gets_the_default)
{
	AUTO(oci_bpf_fini) struct oci_bpf p;

	EXPECT_EQ(compile(PROFILE("\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": ["
				  "{\"names\": [\"read\", \"no_such_call\", \"getpid\", \"read\"], "
				  "\"action\": \"SCMP_ACT_ALLOW\"}, "
				  "{\"names\": [\"read\"], \"action\": \"SCMP_ACT_ALLOW\"}, "
				  "{\"names\": [\"write\"], \"action\": \"SCMP_ACT_ERRNO\", "
				  "\"errnoRet\": 13}, "
				  "{\"names\": [\"close\"], \"action\": \"SCMP_ACT_ERRNO\"}, "
				  "{\"names\": [\"open\"], \"action\": \"SCMP_ACT_KILL_PROCESS\"}, "
				  "{\"names\": [\"stat\"], \"action\": \"SCMP_ACT_LOG\"}, "
				  "{\"names\": [\"fstat\"], \"action\": \"SCMP_ACT_TRAP\"}, "
				  "{\"names\": [\"lstat\"], \"action\": \"SCMP_ACT_TRACE\", "
				  "\"errnoRet\": 77}]"),
			  &p),
		  0);
	EXPECT_EQ(call(&p, MAIN_ARCH, LX_SYS_read, 0, 0), ALLOW);
	EXPECT_EQ(call(&p, MAIN_ARCH, LX_SYS_getpid, 0, 0), ALLOW);
	EXPECT_EQ(call(&p, MAIN_ARCH, LX_SYS_write, 0, 0), ERRNO(EACCES));
	EXPECT_EQ(call(&p, MAIN_ARCH, LX_SYS_close, 0, 0), ERRNO(EPERM));
	EXPECT_EQ(call(&p, MAIN_ARCH, LX_SYS_open, 0, 0), LX_SECCOMP_RET_KILL_PROCESS);
	EXPECT_EQ(call(&p, MAIN_ARCH, LX_SYS_stat, 0, 0), LX_SECCOMP_RET_LOG);
	EXPECT_EQ(call(&p, MAIN_ARCH, LX_SYS_fstat, 0, 0), LX_SECCOMP_RET_TRAP);
	EXPECT_EQ(call(&p, MAIN_ARCH, LX_SYS_lstat, 0, 0), LX_SECCOMP_RET_TRACE | 77);
	EXPECT_EQ(call(&p, MAIN_ARCH, LX_SYS_poll, 0, 0), ERRNO(EPERM));
}

TEST(calls_newer_than_the_profile_are_not_there)
{
	AUTO(oci_bpf_fini) struct oci_bpf p, q;

	EXPECT_EQ(compile(PROFILE("\"defaultAction\": \"SCMP_ACT_ERRNO\", \"architectures\": "
				  "[\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\", \"SCMP_ARCH_X32\"], "
				  "\"syscalls\": [{\"names\": [\"read\", \"openat2\"], "
				  "\"action\": \"SCMP_ACT_ALLOW\"}]"),
			  &p),
		  0);
	EXPECT_EQ(call(&p, MAIN_ARCH, LX_SYS_openat2, 0, 0), ALLOW);
	EXPECT_EQ(call(&p, MAIN_ARCH, LX_SYS_openat2 - 1, 0, 0), ERRNO(EPERM));
	EXPECT_EQ(call(&p, MAIN_ARCH, LX_SYS_openat2 + 1, 0, 0), ERRNO(ENOSYS));
	EXPECT_EQ(call(&p, MAIN_ARCH, 0x40000000U, 0, 0), ALLOW); /* read of x32 */
	EXPECT_EQ(call(&p, MAIN_ARCH, 0x40000001U, 0, 0), ERRNO(EPERM));
	EXPECT_EQ(call(&p, MAIN_ARCH, 0x40000000U + LX_SYS_openat2 + 1, 0, 0), ERRNO(ENOSYS));
	EXPECT_EQ(call(&p, LX_AUDIT_ARCH_I386, 3, 0, 0), ALLOW);
	EXPECT_EQ(call(&p, LX_AUDIT_ARCH_I386, 4, 0, 0), ERRNO(EPERM));
	EXPECT_EQ(call(&p, LX_AUDIT_ARCH_I386, 437 + 1, 0, 0), ERRNO(ENOSYS));
	EXPECT_EQ(call(&p, LX_AUDIT_ARCH_AARCH64, 63, 0, 0), LX_SECCOMP_RET_KILL_THREAD);

	/* Whoever says which errno the rest gets, gets it. */
	EXPECT_EQ(compile(PROFILE("\"defaultAction\": \"SCMP_ACT_ERRNO\", \"defaultErrnoRet\": 38, "
				  "\"syscalls\": [{\"names\": [\"read\"], \"action\": "
				  "\"SCMP_ACT_ALLOW\"}]"),
			  &q),
		  0);
	EXPECT_EQ(call(&q, MAIN_ARCH, LX_SYS_write, 0, 0), ERRNO(ENOSYS));
	EXPECT_EQ(call(&q, LX_AUDIT_ARCH_I386, 3, 0, 0), LX_SECCOMP_RET_KILL_THREAD);
}

TEST(conditions_on_arguments)
{
	AUTO(oci_bpf_fini) struct oci_bpf p;

	EXPECT_EQ(
		compile(PROFILE("\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": ["
				"{\"names\": [\"personality\"], \"action\": \"SCMP_ACT_ALLOW\", \"args\": "
				"[{\"index\": 0, \"value\": 4294967295, \"op\": \"SCMP_CMP_EQ\"}]}, "
				"{\"names\": [\"clone\"], \"action\": \"SCMP_ACT_ALLOW\", \"args\": "
				"[{\"index\": 0, \"value\": 2114060288, \"valueTwo\": 0, \"op\": "
				"\"SCMP_CMP_MASKED_EQ\"}]}, "
				"{\"names\": [\"socket\"], \"action\": \"SCMP_ACT_ALLOW\", \"args\": "
				"[{\"index\": 0, \"value\": 1, \"op\": \"SCMP_CMP_GT\"}, "
				"{\"index\": 1, \"value\": 3, \"op\": \"SCMP_CMP_LE\"}]}, "
				"{\"names\": [\"ioctl\"], \"action\": \"SCMP_ACT_ALLOW\", \"args\": "
				"[{\"index\": 1, \"value\": 7, \"op\": \"SCMP_CMP_EQ\"}, "
				"{\"index\": 1, \"value\": 9, \"op\": \"SCMP_CMP_EQ\"}]}]"),
			&p),
		0);
	EXPECT_EQ(call(&p, MAIN_ARCH, LX_SYS_personality, UINT32_MAX, 0), ALLOW);
	EXPECT_EQ(call(&p, MAIN_ARCH, LX_SYS_personality, UINT64_MAX, 0), ERRNO(EPERM));
	EXPECT_EQ(call(&p, MAIN_ARCH, LX_SYS_clone, 0x11, 0), ALLOW);
	EXPECT_EQ(call(&p, MAIN_ARCH, LX_SYS_clone, 0x10000000, 0), ERRNO(EPERM));
	EXPECT_EQ(call(&p, MAIN_ARCH, LX_SYS_socket, 2, 3), ALLOW);
	EXPECT_EQ(call(&p, MAIN_ARCH, LX_SYS_socket, 1, 3), ERRNO(EPERM));
	EXPECT_EQ(call(&p, MAIN_ARCH, LX_SYS_socket, 2, 4), ERRNO(EPERM));
	EXPECT_EQ(call(&p, MAIN_ARCH, LX_SYS_ioctl, 0, 7), ALLOW);
	EXPECT_EQ(call(&p, MAIN_ARCH, LX_SYS_ioctl, 0, 9), ALLOW);
	EXPECT_EQ(call(&p, MAIN_ARCH, LX_SYS_ioctl, 0, 8), ERRNO(EPERM));
}

TEST(foreign_architectures_are_known_and_add_nothing)
{
	AUTO(oci_bpf_fini) struct oci_bpf p;

	EXPECT_EQ(
		compile(PROFILE("\"defaultAction\": \"SCMP_ACT_KILL_PROCESS\", \"flags\": "
				"[\"SECCOMP_FILTER_FLAG_LOG\", \"SECCOMP_FILTER_FLAG_SPEC_ALLOW\"], "
				"\"architectures\": [\"SCMP_ARCH_AARCH64\", \"SCMP_ARCH_S390X\", "
				"\"SCMP_ARCH_LOONGARCH64\"], \"syscalls\": [{\"names\": [\"read\"], "
				"\"action\": \"SCMP_ACT_ALLOW\"}]"),
			&p),
		0);
	EXPECT_EQ(call(&p, MAIN_ARCH, LX_SYS_read, 0, 0), ALLOW);
	EXPECT_EQ(call(&p, LX_AUDIT_ARCH_AARCH64, 63, 0, 0), LX_SECCOMP_RET_KILL_THREAD);
	EXPECT_EQ(p.flags, LX_SECCOMP_FILTER_FLAG_LOG | LX_SECCOMP_FILTER_FLAG_SPEC_ALLOW);
}

TEST(notification_is_refused_clearly)
{
	struct oci_bpf p;

	EXPECT_ERR(compile(PROFILE("\"defaultAction\": \"SCMP_ACT_ALLOW\", \"listenerPath\": "
				   "\"/s\", \"syscalls\": [{\"names\": [\"mount\"], \"action\": "
				   "\"SCMP_ACT_NOTIFY\"}]"),
			   &p),
		   EOPNOTSUPP);
	EXPECT_TRUE(names(test_why, "linux.seccomp.syscalls[0].action"));
	EXPECT_ERR(compile(PROFILE("\"defaultAction\": \"SCMP_ACT_NOTIFY\""), &p), EOPNOTSUPP);
	EXPECT_TRUE(names(test_why, "linux.seccomp.defaultAction"));
}

TEST(a_program_that_is_too_long_is_refused)
{
	AUTO(strbuf_fini) struct strbuf text = STRBUF_INIT;
	struct oci_bpf p;

	strbuf_adds(&text,
		    "{\"ociVersion\":\"1.0.0\",\"root\":{\"path\":\"r\"},\"linux\":{\"seccomp\":{"
		    "\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[");
	for (int i = 0; i < 3000; i++)
		strbuf_addf(&text,
			    "%s{\"names\":[\"ioctl\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":["
			    "{\"index\":1,\"value\":%d,\"op\":\"SCMP_CMP_EQ\"},"
			    "{\"index\":2,\"value\":%d,\"op\":\"SCMP_CMP_EQ\"}]}",
			    i > 0 ? "," : "", i, i * 7);
	strbuf_adds(&text, "]}}}");
	EXPECT_ERR(compile(strbuf_str(&text), &p), E2BIG);
	EXPECT_TRUE(names(test_why, "linux.seccomp"));
}

TEST(what_a_profile_may_not_say)
{
	EXPECT_STREQ(refused(PROFILE("\"syscalls\": []")),
		     "linux.seccomp.defaultAction: is missing");
	EXPECT_STREQ(refused(PROFILE("\"defaultAction\": \"SCMP_ACT_X\"")),
		     "linux.seccomp.defaultAction: unknown value \"SCMP_ACT_X\"");
	EXPECT_TRUE(names(refused(PROFILE("\"defaultAction\": \"SCMP_ACT_ALLOW\", "
					  "\"defaultErrnoRet\": 1")),
			  "linux.seccomp.defaultErrnoRet"));
	EXPECT_TRUE(names(refused(PROFILE("\"defaultAction\": \"SCMP_ACT_ALLOW\", "
					  "\"architectures\": [\"SCMP_ARCH_X86\", \"x86\"]")),
			  "linux.seccomp.architectures[1]"));
	EXPECT_TRUE(names(refused(PROFILE("\"defaultAction\": \"SCMP_ACT_ALLOW\", "
					  "\"flags\": [\"SECCOMP_FILTER_FLAG_NEW_LISTENER\"]")),
			  "linux.seccomp.flags[0]"));
	EXPECT_TRUE(names(refused(PROFILE("\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": "
					  "[{\"names\": [], \"action\": \"SCMP_ACT_KILL\"}]")),
			  "linux.seccomp.syscalls[0].names"));
	EXPECT_TRUE(names(refused(PROFILE("\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": "
					  "[{\"names\": [\"read\"], \"action\": \"SCMP_ACT_KILL\", "
					  "\"args\": [{\"index\": 6, \"value\": 0, \"op\": "
					  "\"SCMP_CMP_EQ\"}]}]")),
			  "linux.seccomp.syscalls[0].args[0].index"));
	EXPECT_TRUE(names(refused(PROFILE("\"defaultAction\": \"SCMP_ACT_ALLOW\", "
					  "\"listenerMetadata\": \"x\"")),
			  "linux.seccomp.listenerMetadata"));
}

TEST_MAIN()
