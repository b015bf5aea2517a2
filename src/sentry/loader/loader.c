/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two steps of starting a program (loader.h), and the strings that go along. Files are read in
 * the first step only; in the second the mappable of each is mapped, so nothing that the guest
 * changes meanwhile is looked at twice.
 */
#include "sentry/loader/loader.h"

#include <errno.h>
#include <string.h>

#include "abi/personality.h"
#include "base/checked.h"
#include "sentry/core/alloc.h"
#include "sentry/loader/loader_priv.h"
#include "sentry/vfs/file.h"
#include "sentry/vfs/namei.h"

/* The break starts within this much above the program. */
#define BRK_RANDOM_PAGES ((1ull << 30) >> LX_PAGE_SHIFT)

static SLAB_DEFINE(image_slab, struct loader_image);
static const struct loader_vdso *loader_vdso;

int loader_strings_add(struct loader_strings *s, const char *str, size_t len)
{
	size_t need, cap;
	char *bytes;

	if (len >= LOADER_STRING_MAX || !add_ok(s->len, len + 1, &need) || need > LOADER_ARG_MAX)
		return -E2BIG;
	if (need > s->cap) {
		cap = MIN(MAX(MAX(need, 2 * s->cap), (size_t)512), (size_t)LOADER_ARG_MAX);
		bytes = arena_realloc(s->bytes, cap);
		if (!bytes)
			return -ENOMEM;
		s->bytes = bytes;
		s->cap = cap;
	}
	memcpy(s->bytes + s->len, str, len);
	s->bytes[s->len + len] = '\0';
	s->len = need;
	s->n++;
	return 0;
}

void loader_strings_fini(struct loader_strings *s)
{
	arena_free(s->bytes);
	*s = (struct loader_strings){.bytes = NULL};
}

void loader_set_vdso(const struct loader_vdso *vdso)
{
	loader_vdso = vdso;
}

/*
 * From the file that was named to the one that runs, through #! lines. file and argv are what there
 * is so far: file is replaced by the interpreter's, which the caller owns, and argv by the longer
 * one if there was a script.
 */
static int follow_scripts(struct ctx *ctx, struct loader_request *req, struct file **file,
			  struct loader_strings *argv)
{
	AUTO(arena_free_str) char *path = arena_strdup(req->path);
	int depth;

	if (!path)
		return -ENOMEM;
	for (depth = 0; depth <= LOADER_DEPTH_MAX; depth++) {
		char head[LOADER_HEAD_SIZE] = {0};
		struct script_line line;
		struct loader_strings longer;
		struct file *next;
		ssize_t n = file_read_kernel(ctx, *file, head, sizeof(head), 0);
		int r;

		if (n < 0)
			return (int)n;
		if (head[0] != '#' || head[1] != '!')
			return 0;
		r = script_parse(head, &line);
		if (r < 0)
			return r;
		r = script_argv(argv->n > 0 ? argv : &req->argv, &line, path, &longer);
		if (r < 0)
			return r;
		loader_strings_fini(argv);
		*argv = longer;
		arena_free(path);
		path = arena_strdup(line.interp);
		if (!path)
			return -ENOMEM;
		r = vfs_open_exec(ctx, req->fs, NULL, path, WALK_FOLLOW, &next);
		if (r < 0)
			return r;
		file_put(*file);
		*file = next;
	}
	return -ELOOP;
}

static int open_interp(struct ctx *ctx, struct fs_info *fs, struct loader_image *img)
{
	AUTO(arena_free_str) char *path = NULL;
	AUTO(file_put) struct file *file = NULL;
	int r;

	r = elf_interp_path(ctx, &img->exe, &path);
	if (r < 0 || !path)
		return r;
	r = vfs_open_exec(ctx, fs, NULL, path, WALK_FOLLOW, &file);
	if (r < 0) {
		file = NULL;
		return r;
	}
	r = elf_open(ctx, file, ELF_INTERPRETER, &img->interp);
	if (r < 0)
		return r;
	img->has_interp = true;
	return 0;
}

static int open_program(struct ctx *ctx, struct loader_request *req, struct loader_image *img)
{
	AUTO(file_put) struct file *file = file_get(req->file);
	const struct lx_elf64_phdr *stack;
	int r;

	r = follow_scripts(ctx, req, &file, &img->argv);
	if (r < 0)
		return r;
	r = elf_open(ctx, file, ELF_PROGRAM, &img->exe);
	if (r < 0)
		return r;
	stack = elf_find(&img->exe, LX_PT_GNU_STACK);
	img->exec_stack = stack && (stack->p_flags & LX_PF_X);
	return open_interp(ctx, req->fs, img);
}

/* The image owns its argv, which is longer than the request's after a #!; envp is borrowed until
 * all is well. */
static int image_check(struct loader_request *req, struct loader_image *img)
{
	int r;

	/* As Linux since 5.18: there is always an argv[0]. */
	if (img->argv.n == 0 && req->argv.n == 0) {
		r = loader_strings_add(&img->argv, "", 0);
		if (r < 0)
			return r;
	}
	if (img->argv.n == 0) {
		img->argv = req->argv;
		img->envp = req->envp;
		r = stack_check(img);
		img->argv = (struct loader_strings){.bytes = NULL};
	} else {
		img->envp = req->envp;
		r = stack_check(img);
	}
	img->envp = (struct loader_strings){.bytes = NULL};
	return r;
}

int loader_prepare(struct ctx *ctx, struct loader_request *req, struct loader_image **ret)
{
	AUTO(loader_image_free) struct loader_image *img = slab_alloc(&image_slab);
	int r;

	if (!img)
		return -ENOMEM;
	img->stack_limit = req->stack_limit;
	img->personality = req->personality;
	img->execfn = arena_strdup(req->path);
	if (!img->execfn)
		return -ENOMEM;
	r = open_program(ctx, req, img);
	if (r < 0)
		return r;
	r = image_check(req, img);
	if (r < 0)
		return r;
	if (img->argv.n == 0) {
		img->argv = req->argv;
		req->argv = (struct loader_strings){.bytes = NULL};
	}
	loader_strings_fini(&req->argv);
	img->envp = req->envp;
	req->envp = (struct loader_strings){.bytes = NULL};
	*ret = TAKE(img);
	return 0;
}

void loader_image_free(struct loader_image *img)
{
	if (!img)
		return;
	elf_fini(&img->exe);
	elf_fini(&img->interp);
	loader_strings_fini(&img->argv);
	loader_strings_fini(&img->envp);
	arena_free(img->execfn);
	slab_free(&image_slab, img);
}

struct file *loader_image_file(struct loader_image *img)
{
	return img->exe.file;
}

/* Above the program, or for one in the mmap area where it would be in the way: where other programs
 * go. */
static void place_brk(struct mm *mm, const struct loader_image *img, const struct elf_place *exe,
		      bool randomize, struct mm_layout *l)
{
	uint64_t brk = exe->end;

	if (randomize && img->exe.eh.e_type == LX_ET_DYN && !img->has_interp)
		brk = elf_pie_base();
	brk = align_down(brk + LX_PAGE_SIZE - 1, LX_PAGE_SIZE);
	if (randomize)
		brk += loader_random(BRK_RANDOM_PAGES) << LX_PAGE_SHIFT;
	l->brk_start = brk;
	mm_set_brk(mm, brk);
}

static int map_elf(struct ctx *ctx, struct mm *mm, const struct elf_file *e, bool with_interp,
		   bool randomize, struct elf_place *ret)
{
	uint64_t bias;
	int r;

	r = elf_choose_bias(mm, e, with_interp, randomize, &bias);
	if (r < 0)
		return r;
	return elf_map(ctx, mm, e, bias, ret);
}

int loader_map(struct loader_image *img, struct ctx *ctx, struct mm *mm,
	       const struct loader_creds *creds, struct lx_user_regs *ret_regs)
{
	bool randomize = !(img->personality & LX_ADDR_NO_RANDOMIZE);
	struct elf_place exe, interp;
	struct stack_info info = {.exe = &exe, .creds = creds};
	struct mm_layout layout = {.nauxv = 0};
	uint64_t sp;
	int r;

	mm_choose_base(mm, img->stack_limit, randomize);
	r = map_elf(ctx, mm, &img->exe, img->has_interp, randomize, &exe);
	if (r < 0)
		return r;
	if (img->has_interp) {
		r = map_elf(ctx, mm, &img->interp, false, randomize, &interp);
		if (r < 0)
			return r;
		info.interp = &interp;
	}
	if (loader_vdso) {
		r = loader_vdso->map(ctx, mm, &info.vdso);
		if (r < 0)
			return r;
	}
	layout.code_lo = exe.code_lo;
	layout.code_hi = exe.code_hi;
	layout.data_lo = exe.data_lo;
	layout.data_hi = exe.data_hi;
	place_brk(mm, img, &exe, randomize, &layout);
	r = stack_build(ctx, mm, img, &info, &layout, &sp);
	if (r < 0)
		return r;
	mm_set_layout(mm, &layout);
	cpu_start_regs(ret_regs, info.interp ? interp.entry : exe.entry, sp);
	return 0;
}
