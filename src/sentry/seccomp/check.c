/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which programs are taken: the rules of classic BPF (Documentation/networking/filter.rst) and
 * those of seccomp(2). A program that passes needs no check while it runs: it ends, since jumps
 * only go forward and its last instruction returns; it divides by no constant 0; it loads from
 * struct lx_seccomp_data alone, and from no word of its memory that it may not have stored before.
 */
#include <errno.h>
#include <string.h>

#include "sentry/core/alloc.h"
#include "sentry/seccomp/seccomp_priv.h"

enum kind {
	KIND_NONE, /* there is no such instruction */
	KIND_LOAD_CALL,
	KIND_LOAD_WORD,
	KIND_STORE_WORD,
	KIND_ALU,
	KIND_GO,
	KIND_IF,
	KIND_RETURN,
	KIND_PLAIN, /* always right */
};

/* MOD exists in packet filters only. */
static enum kind kind_of_alu(uint16_t code)
{
	switch (LX_BPF_OP(code)) {
	case LX_BPF_NEG:
		return LX_BPF_SRC(code) == LX_BPF_K ? KIND_PLAIN : KIND_NONE;
	case LX_BPF_ADD:
	case LX_BPF_SUB:
	case LX_BPF_MUL:
	case LX_BPF_DIV:
	case LX_BPF_OR:
	case LX_BPF_AND:
	case LX_BPF_XOR:
	case LX_BPF_LSH:
	case LX_BPF_RSH:
		return KIND_ALU;
	default:
		return KIND_NONE;
	}
}

static enum kind kind_of_jump(uint16_t code)
{
	switch (LX_BPF_OP(code)) {
	case LX_BPF_JA:
		return LX_BPF_SRC(code) == LX_BPF_K ? KIND_GO : KIND_NONE;
	case LX_BPF_JEQ:
	case LX_BPF_JGT:
	case LX_BPF_JGE:
	case LX_BPF_JSET:
		return KIND_IF;
	default:
		return KIND_NONE;
	}
}

static enum kind kind_of(uint16_t code)
{
	if (code > 0xff)
		return KIND_NONE;
	if (LX_BPF_CLASS(code) == LX_BPF_ALU)
		return kind_of_alu(code);
	if (LX_BPF_CLASS(code) == LX_BPF_JMP)
		return kind_of_jump(code);
	switch (code) {
	case LX_BPF_LD | LX_BPF_W | LX_BPF_ABS:
		return KIND_LOAD_CALL;
	case LX_BPF_LD | LX_BPF_MEM:
	case LX_BPF_LDX | LX_BPF_MEM:
		return KIND_LOAD_WORD;
	case LX_BPF_ST:
	case LX_BPF_STX:
		return KIND_STORE_WORD;
	case LX_BPF_RET | LX_BPF_K:
	case LX_BPF_RET | LX_BPF_A:
		return KIND_RETURN;
	case LX_BPF_LD | LX_BPF_IMM:
	case LX_BPF_LDX | LX_BPF_IMM:
	case LX_BPF_LD | LX_BPF_W | LX_BPF_LEN:
	case LX_BPF_LDX | LX_BPF_W | LX_BPF_LEN:
	case LX_BPF_MISC | LX_BPF_TAX:
	case LX_BPF_MISC | LX_BPF_TXA:
		return KIND_PLAIN;
	default:
		return KIND_NONE;
	}
}

static bool alu_ok(const struct lx_sock_filter *i)
{
	if (LX_BPF_SRC(i->code) == LX_BPF_X)
		return true;
	switch (LX_BPF_OP(i->code)) {
	case LX_BPF_DIV:
		return i->k != 0;
	case LX_BPF_LSH:
	case LX_BPF_RSH:
		return i->k < 32;
	default:
		return true;
	}
}

/* left: instructions after this one. */
static bool insn_ok(const struct lx_sock_filter *i, uint32_t left)
{
	switch (kind_of(i->code)) {
	case KIND_LOAD_CALL:
		return i->k < sizeof(struct lx_seccomp_data) && i->k % 4 == 0;
	case KIND_LOAD_WORD:
	case KIND_STORE_WORD:
		return i->k < LX_BPF_MEMWORDS;
	case KIND_ALU:
		return alu_ok(i);
	case KIND_GO:
		return i->k < left;
	case KIND_IF:
		return i->jt < left && i->jf < left;
	case KIND_RETURN:
	case KIND_PLAIN:
		return true;
	case KIND_NONE:
		return false;
	}
	return false;
}

/*
 * Every load from memory comes after a store on each way to it. set: words stored on the way that
 * falls through to here; at[pc]: words stored on every jump to pc. As Linux, what follows a return
 * counts as if it fell through.
 */
static bool memory_ok(const struct lx_sock_filter *code, uint32_t n, uint16_t *at)
{
	uint16_t set = 0;

	memset(at, 0xff, n * sizeof(*at));
	for (uint32_t pc = 0; pc < n; pc++) {
		const struct lx_sock_filter *i = &code[pc];
		enum kind kind = kind_of(i->code);

		set &= at[pc];
		if (kind == KIND_STORE_WORD) {
			set |= (uint16_t)(1u << i->k);
		} else if (kind == KIND_LOAD_WORD) {
			if (!(set & (1u << i->k)))
				return false;
		} else if (kind == KIND_GO) {
			at[pc + 1 + i->k] &= set;
			set = 0xffff;
		} else if (kind == KIND_IF) {
			at[pc + 1 + i->jt] &= set;
			at[pc + 1 + i->jf] &= set;
			set = 0xffff;
		}
	}
	return true;
}

/* ---- what it costs ---- */

/*
 * Linux translates a program before it counts it: three instructions at the beginning, two for a
 * return of a constant, a test for 0 before a division by X; comparisons with constants that are
 * negative as signed numbers load them first, and those that jump both ways need a second jump.
 */
static uint32_t cost_of_if(const struct lx_sock_filter *i)
{
	bool far = LX_BPF_SRC(i->code) == LX_BPF_K && (i->k & 0x80000000u);
	bool turnable = LX_BPF_OP(i->code) != LX_BPF_JSET; /* its opposite exists */
	bool single = i->jf == 0 || (i->jt == 0 && turnable);

	return 1u + far + !single;
}

static uint32_t cost_of(const struct lx_sock_filter *code, uint32_t n)
{
	uint32_t cost = 3;

	for (uint32_t pc = 0; pc < n; pc++) {
		const struct lx_sock_filter *i = &code[pc];

		if (kind_of(i->code) == KIND_IF)
			cost += cost_of_if(i);
		else if (i->code == (LX_BPF_ALU | LX_BPF_DIV | LX_BPF_X))
			cost += 5;
		else if (i->code == (LX_BPF_RET | LX_BPF_K))
			cost += 2;
		else
			cost += 1;
	}
	return cost;
}

int seccomp_check(const struct lx_sock_filter *code, uint32_t n, uint32_t *ret_cost)
{
	if (n == 0 || n > LX_BPF_MAXINSNS)
		return -EINVAL;
	for (uint32_t pc = 0; pc < n; pc++)
		if (!insn_ok(&code[pc], n - pc - 1))
			return -EINVAL;
	if (kind_of(code[n - 1].code) != KIND_RETURN)
		return -EINVAL;
	AUTO(arena_free) uint16_t *at = arena_calloc(n, sizeof(*at));
	if (!at)
		return -ENOMEM;
	if (!memory_ok(code, n, at))
		return -EINVAL;
	*ret_cost = cost_of(code, n);
	return 0;
}
