/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The code of patched call sites, and enough of a decoder to find room for it.
 *
 * Where instructions begin is known in one place: behind the `syscall` that was executed. From
 * there they are followed to an instruction that control does not pass. What comes behind it is a
 * pad if it is no-ops up to a boundary of 16 bytes, to which compilers align functions and loops.
 * If it is something else, it is followed only if a branch that was seen goes there. Whatever the
 * decoder does not know ends the search.
 */
#include <string.h>

#include "sentry/mm/patch_priv.h"

enum {
	REACH = 127, /* of a jump of two bytes */
	PAD_LEN = 5, /* a jump of five */
	ALIGNMENT = 16,
	TARGETS_MAX = 16,
	PREFIXES_MAX = 6, /* assemblers make no-ops with that many */
	OP_JMP8 = 0xeb,
	OP_JMP32 = 0xe9,
};

/* What follows the opcode. */
enum form {
	UNKNOWN = 0,
	PLAIN,
	MODRM = 1 << 1,
	IMM8 = 1 << 2,
	IMM32 = 1 << 3, /* 16 bits with the prefix 66 */
	IMM64 = 1 << 4, /* ... with REX.W */
	IMM16 = 1 << 5,
	REL8 = 1 << 6,
	REL32 = 1 << 7,
	STOPS = 1 << 8, /* what comes next is not executed next */
	GROUP3 = 1 << 9,
	GROUP5 = 1 << 10,
};

struct insn {
	unsigned len;
	bool stops, is_pad, is_branch;
	int32_t rel; /* is_branch: from its end */
};

static unsigned form_of_alu(uint8_t op)
{
	switch (op & 7) {
	case 4:
		return IMM8;
	case 5:
		return IMM32;
	case 6:
	case 7:
		return UNKNOWN;
	default:
		return MODRM;
	}
}

static unsigned form_of_one_byte(uint8_t op)
{
	if (op < 0x40)
		return form_of_alu(op);
	if ((op >= 0x50 && op <= 0x5f) || (op >= 0x90 && op <= 0x99))
		return PLAIN;
	if (op >= 0x70 && op <= 0x7f)
		return REL8;
	if ((op >= 0x84 && op <= 0x8b) || (op >= 0xd0 && op <= 0xd3))
		return MODRM;
	if (op >= 0xb0 && op <= 0xb7)
		return IMM8;
	if (op >= 0xb8 && op <= 0xbf)
		return IMM32 | IMM64;
	switch (op) {
	case 0x63: /* movslq */
	case 0x8d: /* lea */
		return MODRM;
	case 0x68: /* push */
	case 0xa9: /* test */
		return IMM32;
	case 0x6a: /* push */
	case 0xa8: /* test */
		return IMM8;
	case 0x69: /* imul */
	case 0x81:
	case 0xc7: /* mov */
		return MODRM | IMM32;
	case 0x6b: /* imul */
	case 0x80:
	case 0x83:
	case 0xc0: /* shifts */
	case 0xc1:
	case 0xc6: /* mov */
		return MODRM | IMM8;
	case 0xc2: /* ret */
		return IMM16 | STOPS;
	case 0xc3: /* ret */
	case 0xcc: /* int3 */
		return PLAIN | STOPS;
	case 0xc9: /* leave */
		return PLAIN;
	case 0xe8: /* call */
		return REL32;
	case OP_JMP32:
		return REL32 | STOPS;
	case OP_JMP8:
		return REL8 | STOPS;
	case 0xf6:
		return MODRM | IMM8 | GROUP3;
	case 0xf7:
		return MODRM | IMM32 | GROUP3;
	case 0xff:
		return MODRM | GROUP5;
	default:
		return UNKNOWN;
	}
}

static unsigned form_of_two_bytes(uint8_t op)
{
	if ((op >= 0x10 && op <= 0x17) || (op >= 0x28 && op <= 0x2f) ||
	    (op >= 0x40 && op <= 0x4f) || (op >= 0x90 && op <= 0x9f))
		return MODRM; /* SSE moves, cmov, setcc */
	if (op >= 0x80 && op <= 0x8f)
		return REL32;
	switch (op) {
	case 0x05: /* syscall */
		return PLAIN;
	case 0x0b: /* ud2 */
		return PLAIN | STOPS;
	case 0x1e: /* endbr64 */
	case 0x1f: /* nop */
	case 0xa3: /* bt */
	case 0xaf: /* imul */
	case 0xb0: /* cmpxchg */
	case 0xb1:
	case 0xb6: /* movzx, movsx */
	case 0xb7:
	case 0xbe:
	case 0xbf:
	case 0xc0: /* xadd */
	case 0xc1:
	case 0xef: /* pxor */
		return MODRM;
	case 0xba: /* bt */
		return MODRM | IMM8;
	default:
		return UNKNOWN;
	}
}

/* Bytes of a ModRM byte at p, its SIB and displacement. */
static unsigned modrm_len(const uint8_t *p)
{
	unsigned mod = p[0] >> 6, rm = p[0] & 7;
	unsigned len = 1;

	if (mod == 3)
		return len;
	if (rm == 4) {
		len++;
		if (mod == 0 && (p[1] & 7) == 5)
			len += 4;
	} else if (mod == 0 && rm == 5) {
		len += 4;
	}
	if (mod == 1)
		len++;
	else if (mod == 2)
		len += 4;
	return len;
}

struct prefixes {
	unsigned n;
	bool size16, wide, rep, other;
};

static void decode_prefixes(const uint8_t *p, struct prefixes *ret)
{
	*ret = (struct prefixes){0};
	for (; ret->n < PREFIXES_MAX; ret->n++) {
		uint8_t b = p[ret->n];

		if (b == 0x66)
			ret->size16 = true;
		else if (b == 0xf2 || b == 0xf3)
			ret->rep = true;
		else if (b == 0x2e || b == 0x36 || b == 0x3e || b == 0x26 || b == 0x64 || b == 0x65)
			ret->other = true;
		else
			break;
	}
	if ((p[ret->n] & 0xf0) == 0x40) {
		ret->wide = (p[ret->n] & 8) != 0;
		ret->other = true;
		ret->n++;
	}
}

/* Forms that the ModRM byte decides. */
static unsigned refine(unsigned form, uint8_t modrm)
{
	unsigned reg = (modrm >> 3) & 7;

	if ((form & GROUP3) && reg > 1)
		form &= ~(unsigned)(IMM8 | IMM32);
	if (form & GROUP5) {
		if (reg == 4)
			form |= STOPS;
		else if (reg == 3 || reg == 5 || reg == 7)
			form = UNKNOWN;
	}
	return form;
}

static int32_t rel_at(const uint8_t *p, unsigned form)
{
	int32_t rel;

	if (form & REL8)
		return (int8_t)p[0];
	memcpy(&rel, p, sizeof(rel));
	return rel;
}

/* p has room for the longest instruction behind it. False: not known. */
static bool decode(const uint8_t *p, struct insn *ret)
{
	struct prefixes pre;
	unsigned form, at;
	bool two;
	uint8_t op;

	decode_prefixes(p, &pre);
	at = pre.n;
	two = p[at] == 0x0f;
	op = p[at + two];
	at += 1u + two;
	form = two ? form_of_two_bytes(op) : form_of_one_byte(op);
	*ret = (struct insn){0};
	if (form & MODRM)
		form = refine(form, p[at]);
	if (form == UNKNOWN || (form & (REL8 | REL32) && pre.n > 0 && pre.size16))
		return false;
	ret->is_pad = (!two && op == 0x90 && !pre.rep && !pre.wide) ||
		      (two && op == 0x1f && !pre.rep) || (!two && op == 0xcc && pre.n == 0);
	if (form & MODRM)
		at += modrm_len(p + at);
	ret->is_branch = (form & (REL8 | REL32)) != 0;
	if (ret->is_branch)
		ret->rel = rel_at(p + at, form);
	if (form & (IMM8 | REL8))
		at += 1;
	if (form & IMM16)
		at += 2;
	if (form & REL32)
		at += 4;
	if (form & IMM32)
		at += (form & IMM64) && pre.wide ? 8 : pre.size16 && !pre.wide ? 2 : 4;
	ret->len = at;
	ret->stops = (form & STOPS) != 0;
	return true;
}

/* Decoding looks at no more bytes than this from where an instruction begins. */
#define LOOK_AHEAD 24u

/* Only no-ops from `at` to the next boundary, and enough of them. */
static bool is_pad(const uint8_t *page, uint32_t at)
{
	uint32_t end = (at + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	struct insn i;

	if (end - at < PAD_LEN)
		return false;
	while (at < end) {
		if (!decode(page + at, &i) || !i.is_pad)
			return false;
		at += i.len;
	}
	return at == end;
}

/* Where branches go that were seen on the way. */
struct targets {
	uint32_t at[TARGETS_MAX];
	unsigned n;
};

static bool has_target(const struct targets *t, uint32_t lo, uint32_t hi)
{
	for (unsigned i = 0; i < t->n; i++) {
		if (t->at[i] >= lo && t->at[i] < hi)
			return true;
	}
	return false;
}

bool site_find_pad(const uint8_t *page, uint32_t end, uint32_t *ret_pad)
{
	struct targets targets = {.n = 0};
	uint32_t at = end;
	struct insn i;

	while (at <= end + REACH && at + LOOK_AHEAD + ALIGNMENT <= LX_PAGE_SIZE) {
		if (!decode(page + at, &i))
			return false;
		at += i.len;
		if (i.is_branch) {
			if (targets.n == TARGETS_MAX)
				return false;
			targets.at[targets.n++] = at + (uint32_t)i.rel;
		}
		if (!i.stops || has_target(&targets, at, at + 1))
			continue;
		if (at > end + REACH || at + LOOK_AHEAD + ALIGNMENT > LX_PAGE_SIZE ||
		    !is_pad(page, at) || has_target(&targets, at, at + PAD_LEN))
			return false;
		*ret_pad = at;
		return true;
	}
	return false;
}

static bool put_rel32(uint8_t *to, uint64_t end, uint64_t target)
{
	int64_t rel = (int64_t)(target - end);
	int32_t rel32 = (int32_t)rel;

	memcpy(to, &rel32, sizeof(rel32));
	return rel == rel32;
}

bool site_patch(uint8_t *page, uint64_t base, uint32_t end, uint32_t pad, uint64_t trampoline)
{
	page[end - 2] = OP_JMP8;
	page[end - 1] = (uint8_t)(pad - end);
	page[pad] = OP_JMP32;
	return put_rel32(page + pad + 1, base + pad + PAD_LEN, trampoline);
}

void site_restore(uint8_t *page, uint32_t end)
{
	page[end - 2] = 0x0f;
	page[end - 1] = 0x05;
}

bool site_write_trampoline(uint8_t *to, uint64_t at, uint64_t entry_at, uint64_t site_end)
{
	static const uint8_t code[] = {
		0x48, 0x8d, 0x0d, 6, 0, 0, 0, /* lea landing, %rcx */
		0xff, 0x25, 0,    0, 0, 0,    /* jmp *entry */
		0x0f, 0x05,                   /* landing: syscall */
		0xe9, 0,    0,    0, 0,       /* jmp behind the site */
	};

	_Static_assert(sizeof(code) <= SITE_TRAMPOLINE, "it fits");
	memcpy(to, code, sizeof(code));
	return put_rel32(to + 9, at + 13, entry_at) && put_rel32(to + 16, at + 20, site_end);
}
