/* SPDX-License-Identifier: Apache-2.0 */
/* Random filter programs, most of which are nearly right: for the tests of this room. */
#pragma once

#include <stdint.h>
#include <string.h>

#include "abi/seccomp.h"
#include "base/compiler.h"

#define TEST_CODE_MAX 24

static UNUSED uint64_t test_seed = 88172645463325252ull;

static inline UNUSED uint32_t test_random(uint32_t below)
{
	test_seed ^= test_seed << 13;
	test_seed ^= test_seed >> 7;
	test_seed ^= test_seed << 17;
	return (uint32_t)((test_seed >> 20) % below);
}

/* Numbers that programs compare with, and what they answer. */
static inline UNUSED uint32_t test_value(void)
{
	static const uint32_t known[] = {
		0,
		1,
		2,
		31,
		32,
		60,
		231,
		400,
		0x80000000,
		0xffffffff,
		LX_AUDIT_ARCH_X86_64,
		LX_SECCOMP_RET_ALLOW,
		LX_SECCOMP_RET_ERRNO | 1,
		LX_SECCOMP_RET_TRAP,
		LX_SECCOMP_RET_KILL_PROCESS,
		LX_SECCOMP_RET_ALLOW | 7,
	};

	return known[test_random(ARRAY_SIZE(known))];
}

static inline UNUSED struct lx_sock_filter test_insn(uint32_t left)
{
	static const uint16_t codes[] = {
		0x20, 0x20, 0x20, 0x20, 0x00, 0x01, 0x60, 0x61, 0x02, 0x03, 0x80, 0x81, 0x07,
		0x87, 0x04, 0x0c, 0x14, 0x1c, 0x24, 0x2c, 0x34, 0x3c, 0x44, 0x4c, 0x54, 0x5c,
		0x64, 0x6c, 0x74, 0x7c, 0x84, 0xa4, 0xac, 0x05, 0x15, 0x15, 0x15, 0x15, 0x1d,
		0x25, 0x2d, 0x35, 0x3d, 0x45, 0x4d, 0x06, 0x06, 0x06, 0x16,
	};
	struct lx_sock_filter i = {.code = codes[test_random(ARRAY_SIZE(codes))],
				   .k = test_value()};

	if (test_random(60) == 0)
		i.code = (uint16_t)test_random(0x200);
	switch (LX_BPF_CLASS(i.code)) {
	case LX_BPF_JMP:
		i.jt = (uint8_t)test_random(left + 1);
		i.jf = (uint8_t)test_random(left + 1);
		if (i.code == (LX_BPF_JMP | LX_BPF_JA))
			i.k = test_random(left + 1);
		break;
	case LX_BPF_LD:
	case LX_BPF_LDX:
	case LX_BPF_ST:
	case LX_BPF_STX:
		if (i.code == (LX_BPF_LD | LX_BPF_W | LX_BPF_ABS))
			i.k = test_random(3) ? 4 * test_random(3) : 4 * test_random(16);
		else if (LX_BPF_MODE(i.code) == LX_BPF_MEM || LX_BPF_CLASS(i.code) >= LX_BPF_ST)
			i.k = test_random(4);
		if (test_random(40) == 0)
			i.k = test_random(80);
		break;
	default:
		break;
	}
	return i;
}

/* Fills code; its length. */
static inline UNUSED uint32_t test_program(struct lx_sock_filter code[TEST_CODE_MAX])
{
	uint32_t n = 1 + test_random(TEST_CODE_MAX);

	for (uint32_t i = 0; i < n; i++)
		code[i] = test_insn(n - i - 1);
	if (test_random(20) != 0)
		code[n - 1] = (struct lx_sock_filter){.code = LX_BPF_RET, .k = test_value()};
	return n;
}

static inline UNUSED struct lx_seccomp_data test_call(int32_t nr)
{
	struct lx_seccomp_data d = {
		.nr = nr,
		.arch = LX_AUDIT_ARCH_X86_64,
		.instruction_pointer = (uint64_t)test_value() << 32 | test_value(),
	};

	for (int i = 0; i < 6; i++)
		d.args[i] = (uint64_t)test_value() << 32 | test_value();
	return d;
}
