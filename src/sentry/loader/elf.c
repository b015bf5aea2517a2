/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading ELF headers, which come from the guest: elf(5), the checks of Linux's binfmt_elf.
 * Everything that mapping relies on is proven here: each PT_LOAD lies below the guest's top, has no
 * more bytes in the file than in memory, and its offset and address agree within the page. Differs:
 * Linux finds a bad PT_LOAD only after the old program is gone, and kills; here execve fails with
 * -EINVAL.
 */
#include <errno.h>
#include <string.h>

#include "abi/fcntl.h"
#include "abi/mman.h"
#include "base/checked.h"
#include "sentry/core/alloc.h"
#include "sentry/loader/loader_priv.h"
#include "sentry/vfs/file.h"

/* Linux's limit for all program headers of one file. */
#define ELF_PHDRS_MAX 65536u
#define ELF_ALIGN_MAX (1ull << 40)
#define ELF_PATH_MAX  4096u

/* All n bytes at off; -EIO if the file ends before. */
static int elf_read(struct ctx *ctx, struct file *file, void *buf, size_t n, uint64_t off)
{
	ssize_t r = file_read_kernel(ctx, file, buf, n, off);

	if (r < 0)
		return (int)r;
	return (size_t)r == n ? 0 : -EIO;
}

static bool elf_header_ok(const struct lx_elf64_ehdr *eh)
{
	if (memcmp(eh->e_ident, LX_ELFMAG, LX_SELFMAG) != 0)
		return false;
	if (eh->e_ident[LX_EI_CLASS] != LX_ELFCLASS64 || eh->e_ident[LX_EI_DATA] != LX_ELFDATA2LSB)
		return false;
	if (eh->e_type != LX_ET_EXEC && eh->e_type != LX_ET_DYN)
		return false;
	if (eh->e_machine != LX_EM_X86_64 || eh->e_phentsize != sizeof(struct lx_elf64_phdr))
		return false;
	return eh->e_phnum > 0 && eh->e_phnum * sizeof(struct lx_elf64_phdr) <= ELF_PHDRS_MAX;
}

/* The pages of one PT_LOAD, as linked. */
static bool segment_ok(const struct lx_elf64_phdr *ph, uint64_t *ret_lo, uint64_t *ret_hi)
{
	uint64_t end, file_end;

	if (ph->p_filesz > ph->p_memsz || !add_ok(ph->p_vaddr, ph->p_memsz, &end) ||
	    end > PLAT_GUEST_TOP)
		return false;
	if (!add_ok(ph->p_offset, ph->p_filesz, &file_end) || file_end > INT64_MAX - LX_PAGE_SIZE)
		return false;
	if (ph->p_filesz > 0 && (ph->p_offset ^ ph->p_vaddr) % LX_PAGE_SIZE != 0)
		return false;
	*ret_lo = align_down(ph->p_vaddr, LX_PAGE_SIZE);
	return align_up_ok(end, LX_PAGE_SIZE, ret_hi);
}

static int elf_check_segments(struct elf_file *e)
{
	bool any = false;
	unsigned i;

	e->lo = UINT64_MAX;
	e->hi = 0;
	e->align = LX_PAGE_SIZE;
	for (i = 0; i < e->nph; i++) {
		const struct lx_elf64_phdr *ph = &e->ph[i];
		uint64_t lo, hi;

		if (ph->p_type != LX_PT_LOAD)
			continue;
		if (!segment_ok(ph, &lo, &hi))
			return -EINVAL;
		if (ph->p_align <= ELF_ALIGN_MAX && is_power_of_two(ph->p_align))
			e->align = MAX(e->align, ph->p_align);
		if (ph->p_memsz == 0)
			continue;
		any = true;
		e->lo = MIN(e->lo, lo);
		e->hi = MAX(e->hi, hi);
	}
	return any ? 0 : -EINVAL;
}

static int elf_read_headers(struct ctx *ctx, struct file *file, enum elf_role role,
			    struct elf_file *e)
{
	int r;

	r = elf_read(ctx, file, &e->eh, sizeof(e->eh), 0);
	/* A program was read before, with zeroes behind its end; an interpreter must have a header.
	 */
	if (r == -EIO && role == ELF_PROGRAM)
		return -ENOEXEC;
	if (r < 0)
		return r;
	if (!elf_header_ok(&e->eh))
		return -ENOEXEC;
	e->nph = e->eh.e_phnum;
	e->ph = arena_calloc(e->nph, sizeof(*e->ph));
	if (!e->ph)
		return -ENOMEM;
	if (e->eh.e_phoff > INT64_MAX ||
	    elf_read(ctx, file, e->ph, e->nph * sizeof(*e->ph), e->eh.e_phoff) < 0)
		return -ENOEXEC;
	return elf_check_segments(e);
}

static int elf_get_mappable(struct ctx *ctx, struct file *file, struct elf_file *e)
{
	int max_prot;
	int r = file_mappable(ctx, file, LX_PROT_READ | LX_PROT_EXEC, LX_MAP_PRIVATE, &e->m,
			      &max_prot);

	if (r < 0)
		e->m = NULL;
	return r == -ENODEV ? -ENOEXEC : r;
}

int elf_open(struct ctx *ctx, struct file *file, enum elf_role role, struct elf_file *e)
{
	struct elf_file new = {.file = NULL};
	int r;

	r = elf_read_headers(ctx, file, role, &new);
	if (r == 0)
		r = elf_get_mappable(ctx, file, &new);
	if (r < 0) {
		elf_fini(&new);
		if (role == ELF_INTERPRETER && (r == -ENOEXEC || r == -EINVAL))
			return -ELIBBAD;
		return r;
	}
	new.file = file_get(file);
	*e = new;
	return 0;
}

void elf_fini(struct elf_file *e)
{
	mappable_put(e->m);
	if (e->file)
		file_put(e->file);
	arena_free(e->ph);
	memset(e, 0, sizeof(*e));
}

const struct lx_elf64_phdr *elf_find(const struct elf_file *e, uint32_t type)
{
	unsigned i;

	for (i = 0; i < e->nph; i++)
		if (e->ph[i].p_type == type)
			return &e->ph[i];
	return NULL;
}

int elf_interp_path(struct ctx *ctx, const struct elf_file *e, char **ret)
{
	const struct lx_elf64_phdr *ph = elf_find(e, LX_PT_INTERP);
	AUTO(arena_free_str) char *path = NULL;
	int r;

	if (!ph) {
		*ret = NULL;
		return 0;
	}
	if (ph->p_filesz > ELF_PATH_MAX || ph->p_filesz < 2 || ph->p_offset > INT64_MAX)
		return -ENOEXEC;
	path = arena_alloc(ph->p_filesz);
	if (!path)
		return -ENOMEM;
	r = elf_read(ctx, e->file, path, ph->p_filesz, ph->p_offset);
	if (r < 0)
		return r;
	if (path[ph->p_filesz - 1] != '\0')
		return -ENOEXEC;
	*ret = TAKE(path);
	return 0;
}
