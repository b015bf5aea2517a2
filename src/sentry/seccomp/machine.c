/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine of classic BPF: two registers of 32 bits, sixteen words, forward jumps. It runs only
 * what check.c has passed, so that it need not look where it steps; what it loads of the call is
 * bounded here once more, since that bound is also how a program is run blind.
 */
#include <string.h>

#include "sentry/seccomp/seccomp_priv.h"

/* What a program can see without looking at arguments or at the instruction pointer. */
#define BLIND_BYTES 8
_Static_assert(offsetof(struct lx_seccomp_data, instruction_pointer) == BLIND_BYTES,
	       "number and architecture come first");

struct machine {
	uint32_t a, x;
	uint32_t words[LX_BPF_MEMWORDS];
};

/* v is not 0 for a division. A shift counts modulo 32, as the processor's does. */
static uint32_t compute(uint16_t code, uint32_t a, uint32_t v)
{
	switch (LX_BPF_OP(code)) {
	case LX_BPF_ADD:
		return a + v;
	case LX_BPF_SUB:
		return a - v;
	case LX_BPF_MUL:
		return a * v;
	case LX_BPF_DIV:
		return a / v;
	case LX_BPF_OR:
		return a | v;
	case LX_BPF_AND:
		return a & v;
	case LX_BPF_XOR:
		return a ^ v;
	case LX_BPF_LSH:
		return a << (v & 31);
	case LX_BPF_RSH:
		return a >> (v & 31);
	default: /* NEG */
		return 0u - a;
	}
}

/* How far to jump. */
static uint32_t jump(const struct lx_sock_filter *i, uint32_t a, uint32_t v)
{
	switch (LX_BPF_OP(i->code)) {
	case LX_BPF_JEQ:
		return a == v ? i->jt : i->jf;
	case LX_BPF_JGT:
		return a > v ? i->jt : i->jf;
	case LX_BPF_JGE:
		return a >= v ? i->jt : i->jf;
	case LX_BPF_JSET:
		return a & v ? i->jt : i->jf;
	default: /* JA */
		return i->k;
	}
}

/* Loads, stores and transfers. False: what it wants to load is not to be seen. */
static inline bool move(struct machine *m, const struct lx_sock_filter *i, const void *call,
			size_t visible)
{
	switch (i->code) {
	case LX_BPF_LD | LX_BPF_W | LX_BPF_ABS:
		if (i->k >= visible)
			return false;
		memcpy(&m->a, (const char *)call + i->k, sizeof(m->a));
		return true;
	case LX_BPF_LD | LX_BPF_IMM:
		m->a = i->k;
		return true;
	case LX_BPF_LDX | LX_BPF_IMM:
		m->x = i->k;
		return true;
	case LX_BPF_LD | LX_BPF_W | LX_BPF_LEN:
		m->a = sizeof(struct lx_seccomp_data);
		return true;
	case LX_BPF_LDX | LX_BPF_W | LX_BPF_LEN:
		m->x = sizeof(struct lx_seccomp_data);
		return true;
	case LX_BPF_LD | LX_BPF_MEM:
		m->a = m->words[i->k];
		return true;
	case LX_BPF_LDX | LX_BPF_MEM:
		m->x = m->words[i->k];
		return true;
	case LX_BPF_ST:
		m->words[i->k] = m->a;
		return true;
	case LX_BPF_STX:
		m->words[i->k] = m->x;
		return true;
	case LX_BPF_MISC | LX_BPF_TAX:
		m->x = m->a;
		return true;
	default: /* TXA */
		m->a = m->x;
		return true;
	}
}

static inline bool run(const struct lx_sock_filter *i, const void *call, size_t visible,
		       uint32_t *ret)
{
	struct machine m = {0};

	for (;; i++) {
		uint32_t v = LX_BPF_SRC(i->code) == LX_BPF_X ? m.x : i->k;

		switch (LX_BPF_CLASS(i->code)) {
		case LX_BPF_JMP:
			i += jump(i, m.a, v);
			break;
		case LX_BPF_ALU:
			/* A division by 0 ends the program with 0. */
			if (LX_BPF_OP(i->code) == LX_BPF_DIV && v == 0) {
				*ret = 0;
				return true;
			}
			m.a = compute(i->code, m.a, v);
			break;
		case LX_BPF_RET:
			*ret = LX_BPF_RVAL(i->code) == LX_BPF_A ? m.a : i->k;
			return true;
		default:
			if (!move(&m, i, call, visible))
				return false;
			break;
		}
	}
}

uint32_t seccomp_run(const struct lx_sock_filter *code, const struct lx_seccomp_data *call)
{
	uint32_t ret = LX_SECCOMP_RET_KILL_PROCESS;

	(void)run(code, call, sizeof(*call), &ret); /* all of it can be seen */
	return ret;
}

bool seccomp_run_blind(const struct lx_sock_filter *code, int32_t nr, uint32_t arch, uint32_t *ret)
{
	struct lx_seccomp_data call = {.nr = nr, .arch = arch};

	return run(code, &call, BLIND_BYTES, ret);
}
