/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first stack of a program, psABI 3.4.1 and as Linux lays it out. From high to low:
 *
 *	top      8 zero bytes
 *	         the program's name (AT_EXECFN), the environment strings, the argument strings
 *	         up to 8 KiB of randomness
 *	         "x86_64" (AT_PLATFORM), 16 random bytes (AT_RANDOM)
 *	         auxv, 0, envp..., 0, argv..., argc
 *	sp       16-aligned, points at argc
 *
 * It is built in one buffer and written at once. Nothing in it comes from guest memory any more.
 */
#include <errno.h>
#include <string.h>

#include "abi/auxv.h"
#include "abi/mman.h"
#include "abi/personality.h"
#include "abi/types.h"
#include "base/checked.h"
#include "host/rand.h"
#include "sentry/core/alloc.h"
#include "sentry/loader/loader_priv.h"
#include "sentry/mm/uaccess.h"

#define WORD sizeof(uint64_t)
/* execve(2): a quarter of the stack, between 128 KiB and three quarters of the default stack. */
#define ARGS_MIN 131072u
/* The stack's first mapping: its limit, up to this, and always some room below the strings. */
#define STACK_FIRST_MAX    (8ull << 20)
#define STACK_FIRST_ROOM   (128ull << 10)
#define STACK_RANDOM_PAGES 0x400000ull

struct stack {
	uint64_t top, lo;          /* guest: of the bytes below */
	uint8_t *bytes;            /* [lo, top) */
	uint64_t strings;          /* guest: the argument strings */
	uint64_t platform, random; /* guest */
	uint64_t sp;
};

static bool randomize(const struct loader_image *img)
{
	return !(img->personality & LX_ADDR_NO_RANDOMIZE);
}

static uint64_t strings_size(const struct loader_image *img)
{
	return img->argv.len + img->envp.len + strlen(img->execfn) + 1 + WORD;
}

int stack_check(const struct loader_image *img)
{
	uint64_t limit =
		MAX(MIN(img->stack_limit / 4, (uint64_t)LOADER_ARG_MAX), (uint64_t)ARGS_MIN);
	uint64_t pointers = ((uint64_t)MAX(img->argv.n, 1u) + img->envp.n) * WORD;

	return pointers >= limit || strings_size(img) > limit - pointers ? -E2BIG : 0;
}

static void aux(struct mm_layout *l, uint64_t type, uint64_t value)
{
	check(l->nauxv + 2 <= ARRAY_SIZE(l->auxv));
	l->auxv[l->nauxv++] = type;
	l->auxv[l->nauxv++] = value;
}

static void aux_fill(struct mm_layout *l, const struct loader_image *img,
		     const struct stack_info *info, const struct stack *st)
{
	struct cpu_caps caps;

	cpu_caps(&caps);
	l->nauxv = 0;
	if (info->vdso)
		aux(l, LX_AT_SYSINFO_EHDR, info->vdso);
	aux(l, LX_AT_MINSIGSTKSZ, caps.minsigstksz);
	aux(l, LX_AT_HWCAP, caps.hwcap);
	aux(l, LX_AT_PAGESZ, LX_PAGE_SIZE);
	aux(l, LX_AT_CLKTCK, LX_USER_HZ);
	aux(l, LX_AT_PHDR, info->exe->phdr);
	aux(l, LX_AT_PHENT, sizeof(struct lx_elf64_phdr));
	aux(l, LX_AT_PHNUM, img->exe.nph);
	aux(l, LX_AT_BASE, info->interp ? info->interp->bias : 0);
	aux(l, LX_AT_FLAGS, 0);
	aux(l, LX_AT_ENTRY, info->exe->entry);
	aux(l, LX_AT_UID, info->creds->uid);
	aux(l, LX_AT_EUID, info->creds->euid);
	aux(l, LX_AT_GID, info->creds->gid);
	aux(l, LX_AT_EGID, info->creds->egid);
	aux(l, LX_AT_SECURE, info->creds->secure);
	aux(l, LX_AT_RANDOM, st->random);
	aux(l, LX_AT_HWCAP2, caps.hwcap2);
	aux(l, LX_AT_EXECFN, st->strings + img->argv.len + img->envp.len);
	aux(l, LX_AT_PLATFORM, st->platform);
	aux(l, LX_AT_NULL, 0);
}

/* An upper bound of what lies between the strings and sp. */
static uint64_t table_size(const struct loader_image *img)
{
	uint64_t words =
		3ull + img->argv.n + img->envp.n + ARRAY_SIZE(((struct mm_layout *)NULL)->auxv);

	return words * WORD + 8192 + 128;
}

static void put(struct stack *st, uint64_t at, const void *src, size_t n)
{
	check(at >= st->lo && n <= st->top - at);
	memcpy(st->bytes + (at - st->lo), src, n);
}

static void put_word(struct stack *st, uint64_t *at, uint64_t value)
{
	put(st, *at, &value, sizeof(value));
	*at += sizeof(value);
}

/* Strings, random bytes and the platform's name; the addresses of all. */
static void stack_strings(struct stack *st, const struct loader_image *img)
{
	struct cpu_caps caps;
	uint8_t random[16];
	uint64_t p;

	st->strings = st->top - strings_size(img);
	p = st->strings;
	put(st, p, img->argv.bytes, img->argv.len);
	p += img->argv.len;
	if (img->envp.len > 0)
		put(st, p, img->envp.bytes, img->envp.len);
	p += img->envp.len;
	put(st, p, img->execfn, strlen(img->execfn) + 1);

	p = st->strings;
	if (randomize(img))
		p -= loader_random(8192);
	p = align_down(p, 16);
	cpu_caps(&caps);
	p -= strlen(caps.platform) + 1;
	put(st, p, caps.platform, strlen(caps.platform) + 1);
	st->platform = p;
	host_random(random, sizeof(random));
	p -= sizeof(random);
	put(st, p, random, sizeof(random));
	st->random = p;
}

/* One pointer for each string of s, which begins at guest address base; then NULL. */
static void put_pointers(struct stack *st, uint64_t *at, const struct loader_strings *s,
			 uint64_t base)
{
	size_t off = 0;
	uint32_t i;

	for (i = 0; i < s->n; i++) {
		put_word(st, at, base + off);
		off += strlen(s->bytes + off) + 1;
	}
	put_word(st, at, 0);
}

static void stack_table(struct stack *st, const struct loader_image *img, const struct mm_layout *l)
{
	uint64_t words = 3ull + img->argv.n + img->envp.n + l->nauxv;
	uint64_t at;
	uint32_t i;

	st->sp = align_down(st->random - words * WORD, 16);
	at = st->sp;
	put_word(st, &at, img->argv.n);
	put_pointers(st, &at, &img->argv, st->strings);
	put_pointers(st, &at, &img->envp, st->strings + img->argv.len);
	for (i = 0; i < l->nauxv; i++)
		put_word(st, &at, l->auxv[i]);
}

static int stack_map_size(struct ctx *ctx, struct mm *mm, const struct loader_image *img,
			  uint64_t top, uint64_t size)
{
	struct mm_map_args a = {
		.addr = uaddr(top - size),
		.len = size,
		.prot = LX_PROT_READ | LX_PROT_WRITE | (img->exec_stack ? LX_PROT_EXEC : 0),
		.flags = LX_MAP_PRIVATE | LX_MAP_ANONYMOUS | LX_MAP_FIXED_NOREPLACE |
			 LX_MAP_GROWSDOWN,
		.max_prot = LX_PROT_READ | LX_PROT_WRITE | LX_PROT_EXEC,
	};
	uaddr_t at;

	return mm_map(mm, ctx, &a, &at);
}

/* Room for what is known to be needed, and up to the limit if that can be had (RLIMIT_AS may forbid
 * it). */
static int stack_map(struct ctx *ctx, struct mm *mm, const struct loader_image *img, uint64_t top,
		     uint64_t need)
{
	uint64_t least = align_down(need + STACK_FIRST_ROOM + LX_PAGE_SIZE, LX_PAGE_SIZE);
	uint64_t want =
		MAX(least, align_down(MIN(img->stack_limit, STACK_FIRST_MAX), LX_PAGE_SIZE));
	int r;

	r = stack_map_size(ctx, mm, img, top, want);
	if (r == -ENOMEM && want > least)
		r = stack_map_size(ctx, mm, img, top, least);
	return r;
}

int stack_build(struct ctx *ctx, struct mm *mm, const struct loader_image *img,
		const struct stack_info *info, struct mm_layout *layout, uint64_t *ret_sp)
{
	uint64_t need = strings_size(img) + table_size(img);
	AUTO(arena_free) void *bytes = arena_alloc(need);
	struct stack st = {.bytes = bytes, .top = PLAT_GUEST_TOP};
	int r;

	if (!bytes)
		return -ENOMEM;
	if (randomize(img))
		st.top -= loader_random(STACK_RANDOM_PAGES) << LX_PAGE_SHIFT;
	st.lo = st.top - need;
	r = stack_map(ctx, mm, img, st.top, need);
	if (r < 0)
		return r;
	stack_strings(&st, img);
	aux_fill(layout, img, info, &st);
	stack_table(&st, img, layout);
	r = copy_out(mm, uaddr(st.sp), st.bytes + (st.sp - st.lo), st.top - st.sp);
	if (r < 0)
		return r;
	layout->stack_top = st.sp;
	layout->arg_lo = st.strings;
	layout->arg_hi = st.strings + img->argv.len;
	layout->env_lo = layout->arg_hi;
	layout->env_hi = layout->env_lo + img->envp.len;
	*ret_sp = st.sp;
	return 0;
}
