/* SPDX-License-Identifier: Apache-2.0 */
/* Programs, interpreters and scripts: what is refused and with which errno, and what a good one
 * finds in its memory. */
#include "base/test.h"
#include "abi/auxv.h"
#include "abi/personality.h"
#include "platform/fake/fake.h"
#include "sentry/loader/loader_priv.h"
#include "sentry/loader/test_vfs.h"
#include "sentry/mm/test_world.h"
#include "sentry/vfs/file.h"

#define FILE_SIZE 0x3000u

/* A small program: text, data with bss, an interpreter if asked for. Tests change the bytes. */
struct image {
	union {
		struct {
			struct lx_elf64_ehdr eh;
			struct lx_elf64_phdr ph[6];
			char interp[64];
		};
		uint8_t bytes[FILE_SIZE];
	};
};

enum { PH_TEXT, PH_DATA, PH_STACK, PH_INTERP };

static void make_image(struct image *im, uint16_t type, uint64_t base, const char *interp)
{
	memset(im, 0, sizeof(*im));
	memcpy(im->eh.e_ident, LX_ELFMAG, LX_SELFMAG);
	im->eh.e_ident[LX_EI_CLASS] = LX_ELFCLASS64;
	im->eh.e_ident[LX_EI_DATA] = LX_ELFDATA2LSB;
	im->eh.e_type = type;
	im->eh.e_machine = LX_EM_X86_64;
	im->eh.e_entry = base + 0x1000;
	im->eh.e_phoff = sizeof(im->eh);
	im->eh.e_phentsize = sizeof(im->ph[0]);
	im->eh.e_phnum = interp ? 4 : 3;
	im->ph[PH_TEXT] = (struct lx_elf64_phdr){.p_type = LX_PT_LOAD,
						 .p_flags = LX_PF_R | LX_PF_X,
						 .p_vaddr = base,
						 .p_filesz = 0x2000,
						 .p_memsz = 0x2000,
						 .p_align = 0x1000};
	im->ph[PH_DATA] = (struct lx_elf64_phdr){.p_type = LX_PT_LOAD,
						 .p_flags = LX_PF_R | LX_PF_W,
						 .p_offset = 0x2100,
						 .p_vaddr = base + 0x3100,
						 .p_filesz = 0x200,
						 .p_memsz = 0x3000,
						 .p_align = 0x1000};
	im->ph[PH_STACK] =
		(struct lx_elf64_phdr){.p_type = LX_PT_GNU_STACK, .p_flags = LX_PF_R | LX_PF_W};
	if (interp) {
		im->ph[PH_INTERP] =
			(struct lx_elf64_phdr){.p_type = LX_PT_INTERP,
					       .p_offset = offsetof(struct image, interp),
					       .p_filesz = strlen(interp) + 1};
		memcpy(im->interp, interp, strlen(interp) + 1);
	}
	memset(im->bytes + 0x1000, 0x90, 0x1000);
	memset(im->bytes + 0x2000, 0xdd, 0x1000);
}

static void put_image(const char *path, const struct image *im)
{
	test_vfs_put(path, im, sizeof(*im));
}

/* ---- requests ---- */

static void add(struct loader_strings *s, const char *str)
{
	EXPECT_EQ(loader_strings_add(s, str, strlen(str)), 0);
}

static int prepare(const char *path, struct loader_request *req, struct loader_image **ret)
{
	struct ctx ctx = {.ops = NULL};
	int r;

	req->file = test_vfs_open(path);
	req->path = path;
	req->stack_limit = 8 << 20;
	r = loader_prepare(&ctx, req, ret);
	file_put(req->file);
	return r;
}

static void request_fini(struct loader_request *req)
{
	loader_strings_fini(&req->argv);
	loader_strings_fini(&req->envp);
}

/* What execve of path with argv {"prog", "arg"} would answer. Nothing is kept. */
static int try(const char *path)
{
	struct loader_request req = {.file = NULL};
	struct loader_image *img = NULL;
	int r;

	add(&req.argv, "prog");
	add(&req.argv, "arg");
	add(&req.envp, "A=1");
	r = prepare(path, &req, &img);
	loader_image_free(img);
	if (r < 0)
		EXPECT_EQ(req.argv.n, 2); /* a failure takes nothing over */
	request_fini(&req);
	EXPECT_EQ(test_vfs_held(), 0);
	return r;
}

/* ---- refusals ---- */

struct breakage {
	const char *what;
	void (*break_it)(struct image *im);
	int as_program, as_interpreter;
};

#define BREAK(name, change)                                                                        \
	static void break_##name(struct image *im)                                                 \
	{                                                                                          \
		change;                                                                            \
	}
BREAK(magic, im->eh.e_ident[1] = 'F')
BREAK(class, im->eh.e_ident[LX_EI_CLASS] = LX_ELFCLASS32)
BREAK(endian, im->eh.e_ident[LX_EI_DATA] = LX_ELFDATA2MSB)
BREAK(type_rel, im->eh.e_type = LX_ET_REL)
BREAK(type_core, im->eh.e_type = LX_ET_CORE)
BREAK(machine, im->eh.e_machine = LX_EM_AARCH64)
BREAK(phentsize, im->eh.e_phentsize = 32)
BREAK(phnum_zero, im->eh.e_phnum = 0)
BREAK(phnum_huge, im->eh.e_phnum = 1171)
BREAK(phoff_end, im->eh.e_phoff = FILE_SIZE - 8)
BREAK(phoff_huge, im->eh.e_phoff = UINT64_MAX - 4)
BREAK(no_load, im->ph[PH_TEXT].p_type = im->ph[PH_DATA].p_type = LX_PT_NOTE)
BREAK(filesz_above_memsz, im->ph[PH_DATA].p_filesz = 0x3001)
BREAK(vaddr_wraps, im->ph[PH_DATA].p_vaddr = UINT64_MAX - 0xf00 + 1)
BREAK(memsz_huge, im->ph[PH_DATA].p_memsz = UINT64_MAX)
BREAK(memsz_above_top, im->ph[PH_DATA].p_memsz = PLAT_GUEST_TOP)
BREAK(vaddr_above_top, im->ph[PH_DATA].p_vaddr = PLAT_GUEST_TOP + 0x100)
BREAK(offset_unlike_vaddr, im->ph[PH_DATA].p_offset = 0x2101)
BREAK(offset_huge, im->ph[PH_DATA].p_offset = INT64_MAX - 0xeff)

static const struct breakage breakages[] = {
	{"magic", break_magic, -ENOEXEC, -ELIBBAD},
	{"class", break_class, -ENOEXEC, -ELIBBAD},
	{"endian", break_endian, -ENOEXEC, -ELIBBAD},
	{"relocatable", break_type_rel, -ENOEXEC, -ELIBBAD},
	{"core", break_type_core, -ENOEXEC, -ELIBBAD},
	{"machine", break_machine, -ENOEXEC, -ELIBBAD},
	{"phentsize", break_phentsize, -ENOEXEC, -ELIBBAD},
	{"no headers", break_phnum_zero, -ENOEXEC, -ELIBBAD},
	{"too many headers", break_phnum_huge, -ENOEXEC, -ELIBBAD},
	{"headers past the end", break_phoff_end, -ENOEXEC, -ELIBBAD},
	{"headers far past the end", break_phoff_huge, -ENOEXEC, -ELIBBAD},
	{"nothing to load", break_no_load, -EINVAL, -ELIBBAD},
	{"more in file than in memory", break_filesz_above_memsz, -EINVAL, -ELIBBAD},
	{"address wraps", break_vaddr_wraps, -EINVAL, -ELIBBAD},
	{"endless segment", break_memsz_huge, -EINVAL, -ELIBBAD},
	{"segment over the top", break_memsz_above_top, -EINVAL, -ELIBBAD},
	{"segment above the top", break_vaddr_above_top, -EINVAL, -ELIBBAD},
	{"offset and address disagree", break_offset_unlike_vaddr, -EINVAL, -ELIBBAD},
	{"offset beyond any file", break_offset_huge, -EINVAL, -ELIBBAD},
};

TEST(each_broken_header_has_its_errno)
{
	struct image im;

	for (size_t i = 0; i < ARRAY_SIZE(breakages); i++) {
		const struct breakage *b = &breakages[i];
		int r;

		test_vfs_reset();
		make_image(&im, LX_ET_EXEC, 0x400000, NULL);
		b->break_it(&im);
		put_image("/prog", &im);
		put_image("/ld", &im);
		r = try("/prog");
		if (r != b->as_program)
			print_message("%s as a program\n", b->what);
		EXPECT_EQ(r, b->as_program);
		make_image(&im, LX_ET_DYN, 0, "/ld");
		put_image("/prog", &im);
		r = try("/prog");
		if (r != b->as_interpreter)
			print_message("%s as an interpreter\n", b->what);
		EXPECT_EQ(r, b->as_interpreter);
	}
	test_vfs_reset();
}

TEST(a_bad_interpreter_path_is_not_a_format)
{
	struct image im;

	make_image(&im, LX_ET_DYN, 0, "/missing");
	put_image("/prog", &im);
	EXPECT_ERR(try("/prog"), ENOENT);
	im.ph[PH_INTERP].p_filesz = 4; /* no NUL at its end */
	put_image("/prog", &im);
	EXPECT_ERR(try("/prog"), ENOEXEC);
	im.ph[PH_INTERP].p_filesz = 1;
	put_image("/prog", &im);
	EXPECT_ERR(try("/prog"), ENOEXEC);
	im.ph[PH_INTERP].p_filesz = 4097;
	put_image("/prog", &im);
	EXPECT_ERR(try("/prog"), ENOEXEC);
	im.ph[PH_INTERP].p_filesz = 9;
	im.ph[PH_INTERP].p_offset = FILE_SIZE - 4;
	put_image("/prog", &im);
	EXPECT_ERR(try("/prog"), EIO);
	make_image(&im, LX_ET_DYN, 0, "/short");
	put_image("/prog", &im);
	test_vfs_put("/short", "\177ELF", 4);
	EXPECT_ERR(try("/prog"), EIO);
	test_vfs_reset();
}

TEST(random_bytes_never_do_more_than_fail)
{
	struct image im;
	uint64_t x = 88172645463325252ull;

	for (unsigned i = 0; i < 3000; i++) {
		make_image(&im, LX_ET_DYN, 0, i % 2 ? "/ld" : NULL);
		put_image("/ld", &im);
		for (unsigned n = 0; n < 1 + i % 8; n++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			im.bytes[(x >> 8) % (sizeof(im.eh) + sizeof(im.ph))] = (uint8_t)x;
		}
		put_image("/prog", &im);
		EXPECT_TRUE(try("/prog") <= 0);
	}
	test_vfs_reset();
}

static void put_script(const char *path, const char *text)
{
	test_vfs_put(path, text, strlen(text));
}

TEST(text_without_a_magic_is_no_program)
{
	put_script("/empty", "");
	put_script("/text", "echo hello\n");
	EXPECT_ERR(try("/empty"), ENOEXEC);
	EXPECT_ERR(try("/text"), ENOEXEC);
	test_vfs_reset();
}

/* ---- scripts ---- */

/* The argument strings of path run with argv {"prog", "arg"}, joined by '|'. */
static void expect_args(const char *path, const char *want)
{
	struct loader_request req = {.file = NULL};
	struct loader_image *img = NULL;
	char got[1024];

	add(&req.argv, "prog");
	add(&req.argv, "arg");
	EXPECT_EQ(prepare(path, &req, &img), 0);
	EXPECT_TRUE(img->argv.len <= sizeof(got));
	memcpy(got, img->argv.bytes, img->argv.len);
	for (size_t i = 0; i + 1 < img->argv.len; i++)
		if (!got[i])
			got[i] = '|';
	EXPECT_STREQ(got, want);
	EXPECT_STREQ(img->execfn, path);
	loader_image_free(img);
	request_fini(&req);
}

TEST(a_script_is_run_by_its_interpreter)
{
	struct image im;

	make_image(&im, LX_ET_EXEC, 0x400000, NULL);
	put_image("/bin/sh", &im);
	put_script("/s", "#!/bin/sh\nrest");
	expect_args("/s", "/bin/sh|/s|arg");
	put_script("/s", "#! \t/bin/sh  -e  x \t \n");
	expect_args("/s", "/bin/sh|-e  x|/s|arg");
	put_script("/s", "#!/bin/sh"); /* no end of line, but an end of file */
	expect_args("/s", "/bin/sh|/s|arg");
	put_script("/t", "#!/s -t\n");
	expect_args("/t", "/bin/sh|/s|-t|/t|arg");
	test_vfs_reset();
}

TEST(a_script_line_is_cut_at_256_bytes_but_never_within_the_name)
{
	struct image im;
	char long_line[400];
	char want[400];

	make_image(&im, LX_ET_EXEC, 0x400000, NULL);
	put_image("/bin/sh", &im);
	memset(long_line, 'x', sizeof(long_line));
	memcpy(long_line, "#!/bin/sh ", 10);
	test_vfs_put("/s", long_line, sizeof(long_line));
	memset(want, 'x', sizeof(want));
	memcpy(want, "/bin/sh|", 8);
	memcpy(want + 8 + 245, "|/s|arg", 8);
	expect_args("/s", want);
	memset(long_line + 2, 'y', 300);
	test_vfs_put("/s", long_line, sizeof(long_line));
	EXPECT_ERR(try("/s"), ENOEXEC);
	memset(long_line + 2, ' ', 300);
	test_vfs_put("/s", long_line, sizeof(long_line));
	EXPECT_ERR(try("/s"), ENOEXEC);
	test_vfs_reset();
}

TEST(a_bad_script_line_has_its_errno)
{
	struct image im;

	put_script("/s", "#!\n");
	EXPECT_ERR(try("/s"), ENOEXEC);
	put_script("/s", "#!   \n");
	EXPECT_ERR(try("/s"), ENOEXEC);
	put_script("/s", "#!/missing\n");
	EXPECT_ERR(try("/s"), ENOENT);
	put_script("/s", "#!/s\n"); /* itself */
	EXPECT_ERR(try("/s"), ELOOP);
	make_image(&im, LX_ET_EXEC, 0x400000, NULL);
	put_image("/0", &im);
	put_script("/1", "#!/0\n");
	put_script("/2", "#!/1\n");
	put_script("/3", "#!/2\n");
	put_script("/4", "#!/3\n");
	put_script("/5", "#!/4\n");
	put_script("/6", "#!/5\n");
	EXPECT_EQ(try("/5"), 0);
	EXPECT_ERR(try("/6"), ELOOP);
	test_vfs_reset();
}

/* ---- strings ---- */

TEST(arguments_are_limited_one_by_one_and_all_together)
{
	struct loader_strings s = {.bytes = NULL};
	char *big = malloc(1 << 17);
	unsigned n;
	int r = 0;

	EXPECT_TRUE(big != NULL);
	memset(big, 'a', 1 << 17);
	EXPECT_ERR(loader_strings_add(&s, big, 1 << 17), E2BIG);
	EXPECT_EQ(loader_strings_add(&s, big, (1 << 17) - 1), 0);
	for (n = 1; r == 0; n++)
		r = loader_strings_add(&s, big, (1 << 17) - 1);
	EXPECT_EQ(r, -E2BIG);
	EXPECT_EQ(n, 49);
	loader_strings_fini(&s);
	free(big);
}

static int try_with_args(uint64_t stack_limit, unsigned nargs, size_t len)
{
	struct loader_request req = {.path = "/prog", .stack_limit = stack_limit};
	struct loader_image *img = NULL;
	struct ctx ctx = {.ops = NULL};
	char *arg = calloc(1, len + 1);
	int r;

	EXPECT_TRUE(arg != NULL);
	memset(arg, 'a', len);
	for (unsigned i = 0; i < nargs; i++)
		EXPECT_EQ(loader_strings_add(&req.argv, arg, len), 0);
	req.file = test_vfs_open("/prog");
	r = loader_prepare(&ctx, &req, &img);
	file_put(req.file);
	loader_image_free(img);
	request_fini(&req);
	free(arg);
	return r;
}

TEST(arguments_take_at_most_a_quarter_of_the_stack)
{
	struct image im;

	make_image(&im, LX_ET_EXEC, 0x400000, NULL);
	put_image("/prog", &im);
	EXPECT_EQ(try_with_args(1 << 20, 1, 120000), 0); /* 256 KiB in all */
	EXPECT_EQ(try_with_args(1 << 20, 2, 120000), 0);
	EXPECT_ERR(try_with_args(1 << 20, 3, 120000), E2BIG);
	EXPECT_ERR(try_with_args(1 << 20, 30000, 1), E2BIG); /* the pointers count */
	EXPECT_EQ(try_with_args(4096, 1, 120000), 0);        /* never less than 128 KiB */
	EXPECT_ERR(try_with_args(4096, 2, 120000), E2BIG);
	EXPECT_EQ(try_with_args(UINT64_MAX, 40, 120000), 0);
	test_vfs_reset();
}

/* ---- what a program finds ---- */

struct started {
	struct world w;
	struct lx_user_regs regs;
	struct mm_layout layout;
	uint64_t argc;
	uint64_t argv[8], envp[8];
};

static uint64_t word(struct started *s, uint64_t at)
{
	uint64_t v = 0;

	EXPECT_EQ(copy_in(s->w.mm, &v, uaddr(at), sizeof(v)), 0);
	return v;
}

static void start(struct started *s, const char *path, uint32_t personality)
{
	struct loader_request req = {
		.path = path, .stack_limit = 8 << 20, .personality = personality};
	struct loader_creds creds = {.uid = 1, .euid = 2, .gid = 3, .egid = 4, .secure = true};
	struct loader_image *img = NULL;
	uint64_t at;
	unsigned i;

	world_begin(&s->w, 0);
	add(&req.argv, "prog");
	add(&req.argv, "");
	add(&req.argv, "last");
	add(&req.envp, "HOME=/");
	req.file = test_vfs_open(path);
	EXPECT_EQ(loader_prepare(&s->w.ctx, &req, &img), 0);
	file_put(req.file);
	EXPECT_EQ(loader_map(img, &s->w.ctx, s->w.mm, &creds, &s->regs), 0);
	loader_image_free(img);
	mm_get_layout(s->w.mm, &s->layout);
	at = s->regs.rsp;
	EXPECT_EQ(at % 16, 0);
	s->argc = word(s, at);
	for (i = 0; i < 8 && (s->argv[i] = word(s, at += 8)); i++)
		;
	for (i = 0; i < 8 && (s->envp[i] = word(s, at += 8)); i++)
		;
	for (i = 0; i < s->layout.nauxv; i++)
		EXPECT_EQ(word(s, at += 8), s->layout.auxv[i]);
}

static uint64_t auxv(const struct started *s, uint64_t type)
{
	for (unsigned i = 0; i < s->layout.nauxv; i += 2)
		if (s->layout.auxv[i] == type)
			return s->layout.auxv[i + 1];
	return UINT64_MAX;
}

static void expect_text(struct started *s, uint64_t at, const char *want)
{
	char got[64];

	EXPECT_TRUE(copy_in_str(s->w.mm, got, uaddr(at), sizeof(got)) >= 0);
	EXPECT_STREQ(got, want);
}

static void expect_bytes(struct started *s, uint64_t at, uint8_t first, uint64_t nfirst,
			 uint64_t nzero)
{
	for (uint64_t i = 0; i < nfirst + nzero; i += 0x40) {
		uint8_t b = 1;

		EXPECT_EQ(copy_in(s->w.mm, &b, uaddr(at + i), 1), 0);
		EXPECT_EQ(b, i < nfirst ? first : 0);
	}
}

TEST(a_static_program_finds_its_stack_and_its_zeroes)
{
	struct started s;
	struct image im;
	uint8_t byte;

	make_image(&im, LX_ET_EXEC, 0x400000, NULL);
	put_image("/prog", &im);
	start(&s, "/prog", 0);
	EXPECT_EQ(s.regs.rip, 0x401000);
	EXPECT_EQ(s.argc, 3);
	expect_text(&s, s.argv[0], "prog");
	expect_text(&s, s.argv[1], "");
	expect_text(&s, s.argv[2], "last");
	EXPECT_EQ(s.argv[3], 0);
	expect_text(&s, s.envp[0], "HOME=/");
	EXPECT_EQ(auxv(&s, LX_AT_ENTRY), 0x401000);
	EXPECT_EQ(auxv(&s, LX_AT_PHDR), 0x400040);
	EXPECT_EQ(auxv(&s, LX_AT_PHNUM), 3);
	EXPECT_EQ(auxv(&s, LX_AT_BASE), 0);
	EXPECT_EQ(auxv(&s, LX_AT_UID), 1);
	EXPECT_EQ(auxv(&s, LX_AT_EGID), 4);
	EXPECT_EQ(auxv(&s, LX_AT_SECURE), 1);
	EXPECT_EQ(auxv(&s, LX_AT_SYSINFO_EHDR), UINT64_MAX);
	expect_text(&s, auxv(&s, LX_AT_EXECFN), "/prog");
	expect_text(&s, auxv(&s, LX_AT_PLATFORM), "x86_64");
	expect_bytes(&s, 0x403100, 0xdd, 0x200, 0x2e00);
	EXPECT_ERR(copy_out(s.w.mm, uaddr(0x400000), "x", 1), EFAULT);
	EXPECT_ERR(copy_in(s.w.mm, &byte, uaddr(0x407000), 1), EFAULT);
	EXPECT_EQ(s.layout.arg_lo, s.argv[0]);
	EXPECT_EQ(s.layout.env_lo, s.envp[0]);
	EXPECT_TRUE(s.layout.brk_start >= 0x407000);
	EXPECT_EQ(mm_brk(s.w.mm, &s.w.ctx, uaddr(s.layout.brk_start + 1)).va,
		  s.layout.brk_start + 1);
	world_end(&s.w);
	test_vfs_reset();
}

TEST(a_dynamic_program_starts_in_its_interpreter)
{
	struct started s;
	struct image im;
	uint64_t base, bias;

	make_image(&im, LX_ET_DYN, 0, "/ld");
	im.ph[PH_TEXT].p_align = 0x200000;
	put_image("/prog", &im);
	make_image(&im, LX_ET_DYN, 0, NULL);
	put_image("/ld", &im);
	start(&s, "/prog", 0);
	base = auxv(&s, LX_AT_BASE);
	bias = auxv(&s, LX_AT_ENTRY) - 0x1000;
	EXPECT_EQ(s.regs.rip, base + 0x1000);
	EXPECT_EQ(bias % 0x200000, 0);
	EXPECT_EQ(auxv(&s, LX_AT_PHDR), bias + 0x40);
	EXPECT_TRUE(bias >= 0x550000000000ull && bias < 0x570000000000ull);
	EXPECT_TRUE(base > bias && base < s.regs.rsp);
	expect_bytes(&s, bias + 0x3100, 0xdd, 0x200, 0x2e00);
	expect_bytes(&s, base + 0x3100, 0xdd, 0x200, 0x2e00);
	world_end(&s.w);
	test_vfs_reset();
}

TEST(without_randomness_everything_has_its_place)
{
	struct started s;
	struct image im;

	make_image(&im, LX_ET_DYN, 0, "/ld");
	put_image("/prog", &im);
	make_image(&im, LX_ET_DYN, 0, NULL);
	put_image("/ld", &im);
	start(&s, "/prog", LX_ADDR_NO_RANDOMIZE);
	EXPECT_EQ(auxv(&s, LX_AT_ENTRY), 0x555555554000ull + 0x1000);
	EXPECT_EQ(s.layout.brk_start, 0x555555554000ull + 0x7000);
	EXPECT_TRUE(s.regs.rsp > PLAT_GUEST_TOP - 0x4000);
	world_end(&s.w);
	test_vfs_reset();
}

static int find_stack(void *arg, const struct mm_vma_info *v)
{
	struct mm_vma_info *found = arg;

	if (v->tag && strcmp(v->tag, "[stack]") == 0)
		*found = *v;
	return 0;
}

TEST(only_a_program_that_asks_for_it_has_an_executable_stack)
{
	struct mm_vma_info v = {.lo = 0};
	struct started s;
	struct image im;

	make_image(&im, LX_ET_EXEC, 0x400000, NULL);
	im.ph[PH_STACK].p_flags |= LX_PF_X;
	put_image("/prog", &im);
	start(&s, "/prog", 0);
	EXPECT_EQ(mm_for_each_vma(s.w.mm, find_stack, &v), 0);
	EXPECT_EQ(v.prot, RWX);
	EXPECT_EQ(v.hi - v.lo, 8 << 20);
	EXPECT_TRUE(v.flags & LX_MAP_GROWSDOWN);
	world_end(&s.w);
	im.ph[PH_STACK].p_type = LX_PT_NULL;
	put_image("/prog", &im);
	start(&s, "/prog", 0);
	EXPECT_EQ(mm_for_each_vma(s.w.mm, find_stack, &v), 0);
	EXPECT_EQ(v.prot, RW);
	world_end(&s.w);
	test_vfs_reset();
}

TEST(a_program_linked_to_zero_cannot_be_mapped)
{
	struct loader_request req = {.path = "/prog", .stack_limit = 8 << 20};
	struct loader_creds creds = {.uid = 0};
	struct loader_image *img = NULL;
	struct lx_user_regs regs;
	struct image im;
	struct world w;

	make_image(&im, LX_ET_EXEC, 0, NULL);
	put_image("/prog", &im);
	world_begin(&w, 0);
	req.file = test_vfs_open("/prog");
	EXPECT_EQ(loader_prepare(&w.ctx, &req, &img), 0);
	file_put(req.file);
	EXPECT_EQ(img->argv.n, 1); /* an empty argv[0] was made up */
	EXPECT_ERR(loader_map(img, &w.ctx, w.mm, &creds, &regs), EPERM);
	loader_image_free(img);
	world_end(&w);
	test_vfs_reset();
}

TEST_MAIN()
