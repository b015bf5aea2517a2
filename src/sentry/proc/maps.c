/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /proc/[pid]/maps and its relatives. The list is taken under the mm's lock; names are asked for
 * afterwards, since a mappable may block when it answers.
 *
 * Differs: what of a mapping is resident only the host knows, and it can be asked for the caller's
 * own memory alone; of others, and on platforms that cannot ask, all that may be touched counts as
 * resident, which is the most it can be. Pss, dirty and referenced pages are not known: pages count
 * as private, and as dirty if they are anonymous. There is no line for the [vsyscall] page.
 */
#include <errno.h>
#include <string.h>

#include "abi/mman.h"
#include "abi/page.h"
#include "sentry/core/alloc.h"
#include "sentry/core/ctx.h"
#include "sentry/mm/mappable.h"
#include "sentry/mm/mm.h"
#include "sentry/proc/maps_priv.h"
#include "sentry/vfs/special.h"

typedef unsigned long long ull;

#define NAME_COLUMN 73
#define KIB(bytes)  ((ull)(bytes) / 1024)

/* ---- the list ---- */

static int add_vma(void *arg, const struct mm_vma_info *v)
{
	struct vma_list *l = arg;

	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 64;
		struct mm_vma_info *more = arena_realloc(l->v, cap * sizeof(*more));

		if (!more)
			return -ENOMEM;
		l->v = more;
		l->cap = cap;
	}
	l->v[l->n] = *v;
	mappable_get(v->obj);
	l->n++;
	return 0;
}

int vma_list_init(struct vma_list *l, struct mm *mm)
{
	*l = (struct vma_list){NULL, 0, 0};
	return mm_for_each_vma(mm, add_vma, l);
}

void vma_list_fini(struct vma_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		mappable_put(l->v[i].obj);
	arena_free(l->v);
}

/* ---- maps ---- */

/* As seq_file_path(3) of Linux: only a newline would break the line. */
static void add_escaped(struct strbuf *sb, const char *s)
{
	for (; *s; s++) {
		if (*s == '\n')
			strbuf_adds(sb, "\\012");
		else
			strbuf_addc(sb, *s);
	}
}

void proc_format_vma(const struct mm_vma_info *v, const char *name, struct strbuf *sb)
{
	size_t begin = sb->len;

	strbuf_addf(sb, "%08llx-%08llx %c%c%c%c %08llx %02x:%02x %llu ", (ull)v->lo, (ull)v->hi,
		    v->prot & LX_PROT_READ ? 'r' : '-', v->prot & LX_PROT_WRITE ? 'w' : '-',
		    v->prot & LX_PROT_EXEC ? 'x' : '-', v->flags & LX_MAP_SHARED ? 's' : 'p',
		    (ull)v->off, dev_major(v->dev), dev_minor(v->dev), (ull)v->ino);
	if (name && *name) {
		while (!sb->failed && sb->len - begin < NAME_COLUMN)
			strbuf_addc(sb, ' ');
		add_escaped(sb, name);
	}
	strbuf_addc(sb, '\n');
}

static int add_line(const struct mm_vma_info *v, struct strbuf *sb)
{
	AUTO(strbuf_fini) struct strbuf name = STRBUF_INIT;

	if (v->tag)
		strbuf_adds(&name, v->tag);
	else if (v->obj && v->obj->ops->path)
		v->obj->ops->path(v->obj, &name);
	proc_format_vma(v, strbuf_str(&name), sb);
	return strbuf_result(&name);
}

int proc_show_maps(const struct proc_at *at, struct strbuf *sb)
{
	AUTO(mm_put) struct mm *mm = task_mm_get(at->task);
	AUTO(vma_list_fini) struct vma_list l = {NULL, 0, 0};
	int r = mm ? vma_list_init(&l, mm) : 0;

	for (size_t i = 0; i < l.n && r == 0; i++)
		r = add_line(&l.v[i], sb);
	return r;
}

/* ---- what is resident ---- */

#define INCORE_STEP (64ULL << 20) /* of address space, at one page a byte */
#define INCORE_ALL  (64ULL << 30) /* beyond it we do not look */
#define STACK_GUESS (132u << 10)

static uint64_t count_resident(struct mm *mm, struct ctx *ctx, uint64_t lo, uint64_t hi,
			       uint8_t *vec)
{
	uint64_t n = 0;

	while (lo < hi) {
		uint64_t len = MIN(hi - lo, (uint64_t)INCORE_STEP);

		if (mm_incore(mm, ctx, uaddr(lo), len, vec) < 0)
			return n;
		for (uint64_t i = 0; i < len / LX_PAGE_SIZE; i++)
			n += vec[i] & 1;
		lo += len;
	}
	return n;
}

/* Of memory that cannot be asked about: all that may be touched, and of a stack what Linux gives to
 * begin with. */
static uint64_t guess_resident(const struct mm_vma_info *v)
{
	uint64_t size = v->hi - v->lo;

	if (!(v->prot & (LX_PROT_READ | LX_PROT_WRITE | LX_PROT_EXEC)) ||
	    (v->flags & LX_MAP_NORESERVE))
		return 0;
	return v->tag && strcmp(v->tag, "[stack]") == 0 ? MIN(size, (uint64_t)STACK_GUESS) : size;
}

static bool may_ask(const struct proc_at *at, struct mm *mm)
{
	struct task *me = proc_caller(at->ctx);

	return me && me->mm == mm && mm_platform(mm)->incore;
}

uint64_t proc_vma_resident(const struct proc_at *at, struct mm *mm, const struct mm_vma_info *v,
			   uint64_t *budget)
{
	AUTO(arena_free) uint8_t *vec = NULL;

	if (!may_ask(at, mm) || v->hi - v->lo > *budget)
		return guess_resident(v);
	/* What may not be touched was, as a rule, only reserved. */
	if (!(v->prot & (LX_PROT_READ | LX_PROT_WRITE | LX_PROT_EXEC)))
		return 0;
	*budget -= v->hi - v->lo;
	vec = arena_alloc(MIN(v->hi - v->lo, (uint64_t)INCORE_STEP) / LX_PAGE_SIZE);
	return vec ? count_resident(mm, at->ctx, v->lo, v->hi, vec) * LX_PAGE_SIZE : 0;
}

static int sum_guess(void *arg, const struct mm_vma_info *v)
{
	uint64_t *sum = arg;

	*sum += guess_resident(v);
	return 0;
}

uint64_t proc_resident(const struct proc_at *at, struct mm *mm)
{
	AUTO(vma_list_fini) struct vma_list l = {NULL, 0, 0};
	uint64_t budget = INCORE_ALL, sum = 0;

	if (!may_ask(at, mm)) {
		(void)mm_for_each_vma(mm, sum_guess, &sum);
		return sum;
	}
	if (vma_list_init(&l, mm) < 0)
		return 0;
	for (size_t i = 0; i < l.n; i++)
		sum += proc_vma_resident(at, mm, &l.v[i], &budget);
	return sum;
}

/* ---- smaps ---- */

static void add_sums(const struct vma_sums *s, struct strbuf *sb)
{
	const struct {
		const char *name;
		uint64_t bytes;
	} lines[] = {
		{"Rss", s->rss},
		{"Pss", s->rss},
		{"Pss_Dirty", s->dirty},
		{"Shared_Clean", 0},
		{"Shared_Dirty", 0},
		{"Private_Clean", s->rss - s->dirty},
		{"Private_Dirty", s->dirty},
		{"Referenced", s->rss},
		{"Anonymous", s->dirty},
		{"KSM", 0},
		{"LazyFree", 0},
		{"AnonHugePages", 0},
		{"ShmemPmdMapped", 0},
		{"FilePmdMapped", 0},
		{"Shared_Hugetlb", 0},
		{"Private_Hugetlb", 0},
		{"Swap", 0},
		{"SwapPss", 0},
		{"Locked", s->locked},
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		strbuf_addf(sb, "%s:%*llu kB\n", lines[i].name, 23 - (int)strlen(lines[i].name),
			    KIB(lines[i].bytes));
}

static void sums_of(struct mm *mm, const struct proc_at *at, const struct mm_vma_info *v,
		    uint64_t *budget, struct vma_sums *ret)
{
	*ret = (struct vma_sums){0, 0, 0};
	ret->rss = proc_vma_resident(at, mm, v, budget);
	if (!v->obj)
		ret->dirty = ret->rss;
	if (v->locked)
		ret->locked = ret->rss;
}

static void add_vm_flags(const struct mm_vma_info *v, struct strbuf *sb)
{
	strbuf_adds(sb, "VmFlags:");
	if (v->prot & LX_PROT_READ)
		strbuf_adds(sb, " rd");
	if (v->prot & LX_PROT_WRITE)
		strbuf_adds(sb, " wr");
	if (v->prot & LX_PROT_EXEC)
		strbuf_adds(sb, " ex");
	if (v->flags & LX_MAP_SHARED)
		strbuf_adds(sb, " sh");
	strbuf_adds(sb, " mr mw me");
	if (v->flags & LX_MAP_SHARED)
		strbuf_adds(sb, " ms");
	if (v->flags & LX_MAP_GROWSDOWN)
		strbuf_adds(sb, " gd");
	if (v->locked)
		strbuf_adds(sb, " lo");
	if (v->flags & LX_MAP_NORESERVE)
		strbuf_adds(sb, " nr");
	strbuf_adds(sb, " \n");
}

int proc_show_smaps(const struct proc_at *at, struct strbuf *sb)
{
	AUTO(mm_put) struct mm *mm = task_mm_get(at->task);
	AUTO(vma_list_fini) struct vma_list l = {NULL, 0, 0};
	uint64_t budget = INCORE_ALL;
	int r = mm ? vma_list_init(&l, mm) : 0;

	for (size_t i = 0; i < l.n && r == 0; i++) {
		struct vma_sums s;

		r = add_line(&l.v[i], sb);
		strbuf_addf(sb, "Size:%18llu kB\nKernelPageSize:%8u kB\nMMUPageSize:%11u kB\n",
			    KIB(l.v[i].hi - l.v[i].lo), 4, 4);
		sums_of(mm, at, &l.v[i], &budget, &s);
		add_sums(&s, sb);
		strbuf_adds(sb, "THPeligible:           0\n");
		add_vm_flags(&l.v[i], sb);
	}
	return r;
}

int proc_show_smaps_rollup(const struct proc_at *at, struct strbuf *sb)
{
	AUTO(mm_put) struct mm *mm = task_mm_get(at->task);
	AUTO(vma_list_fini) struct vma_list l = {NULL, 0, 0};
	struct mm_vma_info all = {.tag = "[rollup]"};
	struct vma_sums sum = {0, 0, 0};
	uint64_t budget = INCORE_ALL;
	int r = mm ? vma_list_init(&l, mm) : -ESRCH;

	if (r < 0)
		return r;
	for (size_t i = 0; i < l.n; i++) {
		struct vma_sums s;

		sums_of(mm, at, &l.v[i], &budget, &s);
		sum.rss += s.rss;
		sum.dirty += s.dirty;
		sum.locked += s.locked;
	}
	if (l.n > 0) {
		all.lo = l.v[0].lo;
		all.hi = l.v[l.n - 1].hi;
	}
	proc_format_vma(&all, all.tag, sb);
	add_sums(&sum, sb);
	return 0;
}
