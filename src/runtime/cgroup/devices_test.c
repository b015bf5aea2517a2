/* SPDX-License-Identifier: Apache-2.0 */
/* Device rules: what they allow, and that the BPF program answers the same. */
#include "base/test.h"

#include <errno.h>

#include "runtime/cgroup/cgroup_priv.h"
#include "runtime/cgroup/devices.h"

#define R OCI_ACCESS_READ
#define W OCI_ACCESS_WRITE
#define M OCI_ACCESS_MKNOD

static char all_text[] = "rwm", r_text[] = "r", w_text[] = "w";

static struct device_set set;

static void build(struct oci_device_rule *v, size_t n)
{
	struct oci_resources r = {.devices = {v, n}};
	struct cgroup_error err;

	EXPECT_EQ(device_set_build(&r, &set, &err), 0);
}

/* ---- an interpreter of the few instructions that we make ---- */

static uint64_t alu(uint8_t code, uint64_t a, uint64_t b)
{
	switch (BPF_OP(code)) {
	case BPF_MOV:
		return b;
	case BPF_AND:
		return a & b;
	case BPF_RSH:
		return a >> b;
	default:
		abort();
	}
}

static bool jumps(uint8_t code, uint64_t a, uint64_t b)
{
	return BPF_OP(code) == BPF_JEQ ? a == b : a != b;
}

static bool run(const struct bpf_insn *p, size_t n, const struct bpf_cgroup_dev_ctx *ctx)
{
	uint64_t reg[11] = {0};

	for (size_t pc = 0; pc < n; pc++) {
		const struct bpf_insn *i = &p[pc];
		uint64_t src = BPF_SRC(i->code) == BPF_X ? reg[i->src_reg]
							 : (uint64_t)(int64_t)i->imm;

		if (BPF_CLASS(i->code) == BPF_LDX) {
			uint32_t word;

			memcpy(&word, (const char *)ctx + i->off, sizeof(word));
			reg[i->dst_reg] = word;
		} else if (BPF_CLASS(i->code) == BPF_ALU64) {
			reg[i->dst_reg] = alu(i->code, reg[i->dst_reg], src);
		} else if (i->code == (BPF_JMP | BPF_EXIT)) {
			return reg[0] != 0;
		} else if (jumps(i->code, reg[i->dst_reg], src)) {
			pc += (size_t)i->off;
		}
	}
	abort(); /* it must return */
}

static bool program_allows(uint32_t type, int64_t major, int64_t minor, uint32_t access)
{
	static struct bpf_insn insns[DEVICE_INSNS_MAX];
	uint32_t bits = (access & R ? BPF_DEVCG_ACC_READ : 0) |
			(access & W ? BPF_DEVCG_ACC_WRITE : 0) |
			(access & M ? BPF_DEVCG_ACC_MKNOD : 0);
	struct bpf_cgroup_dev_ctx ctx = {.access_type = bits << 16 | (type == OCI_DEVICE_BLOCK
									      ? BPF_DEVCG_DEV_BLOCK
									      : BPF_DEVCG_DEV_CHAR),
					 .major = (uint32_t)major,
					 .minor = (uint32_t)minor};
	size_t n = device_set_program(&set, insns);

	EXPECT_TRUE(n <= DEVICE_INSNS_MAX);
	return run(insns, n, &ctx);
}

/* Both must say so. */
static bool allows(uint32_t type, int64_t major, int64_t minor, uint32_t access)
{
	bool yes = device_set_allows(&set, type, major, minor, access);

	EXPECT_EQ(program_allows(type, major, minor, access), yes);
	return yes;
}

TEST(what_docker_writes_allows_the_usual_devices_alone)
{
	struct oci_device_rule v[] = {{.allow = false,
				       .type = OCI_DEVICE_ALL,
				       .access_text = all_text,
				       .access = R | W | M},
				      {.allow = true,
				       .type = 'c',
				       .major = {true, 10},
				       .minor = {true, 229},
				       .access_text = all_text,
				       .access = R | W | M}};

	build(v, 2);
	EXPECT_TRUE(allows('c', 10, 229, R | W));
	EXPECT_FALSE(allows('c', 10, 228, R));
	EXPECT_TRUE(allows('c', 1, 3, R | W | M));
	EXPECT_TRUE(allows('c', 136, 77, R | W));
	EXPECT_FALSE(allows('b', 8, 0, R));
	EXPECT_TRUE(allows('b', 8, 0, M));
	EXPECT_FALSE(allows('b', 8, 0, M | R));
	EXPECT_FALSE(allows('b', 1, 3, W));
}

TEST(accesses_to_the_same_numbers_add_up_and_can_be_taken_back)
{
	struct oci_device_rule v[] = {
		{.allow = false, .type = OCI_DEVICE_ALL},
		{true, 'b', {true, 8}, {true, 0}, r_text, R},
		{true, 'b', {true, 8}, {true, 0}, w_text, W},
		{true, 'b', {true, 9}, {false, 0}, all_text, R | W | M},
		{false, 'b', {true, 9}, {true, -1}, w_text, W},
	};

	build(v, 5);
	EXPECT_TRUE(allows('b', 8, 0, R | W));
	EXPECT_TRUE(allows('b', 9, 5, R));
	EXPECT_FALSE(allows('b', 9, 5, W));
}

TEST(privileged_allows_all_but_what_is_denied)
{
	struct oci_device_rule v[] = {
		{.allow = true, .type = OCI_DEVICE_ALL},
		{false, 'b', {true, 8}, {true, 1}, w_text, W},
	};

	build(v, 2);
	EXPECT_TRUE(allows('b', 8, 0, R | W | M));
	EXPECT_TRUE(allows('b', 8, 1, R));
	EXPECT_FALSE(allows('b', 8, 1, R | W));
	EXPECT_TRUE(allows('c', 200, 1, R | W));
}

TEST(rules_that_no_kernel_takes_are_refused)
{
	struct oci_device_rule bad = {true, 'c', {true, 1LL << 40}, {true, 0}, r_text, R};
	struct oci_device_rule pipe = {true, 'p', {true, 1}, {true, 0}, r_text, R};
	struct oci_resources r = {.devices = {&bad, 1}};
	struct cgroup_error err;

	EXPECT_ERR(device_set_build(&r, &set, &err), ERANGE);
	EXPECT_TRUE(strstr(err.text, "linux.resources.devices[0]") != NULL);
	r.devices.v = &pipe;
	EXPECT_ERR(device_set_build(&r, &set, &err), EINVAL);
}

TEST(too_many_rules_are_refused)
{
	static struct oci_device_rule many[DEVICE_EXCEPTIONS_MAX + 2];
	struct oci_resources r = {.devices = {many, ARRAY_SIZE(many)}};
	struct cgroup_error err;

	many[0] = (struct oci_device_rule){.allow = false, .type = OCI_DEVICE_ALL};
	for (size_t i = 1; i < ARRAY_SIZE(many); i++)
		many[i] = (struct oci_device_rule){true,      'c',      {true, (int64_t)i},
						   {true, 0}, all_text, R};
	EXPECT_ERR(device_set_build(&r, &set, &err), E2BIG);
}

TEST_MAIN()
