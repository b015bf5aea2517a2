/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vDSO's two files and where they go in a program: a page of parameters that the guest can only
 * read, "[vvar]", and right above it the image, "[vdso]". Both are memory files that are sealed:
 * nobody but this process's one mapping writes the first, nobody the second. A program maps them
 * privately, so that what a debugger writes into its own vDSO stays there.
 */
#include "sentry/loader/vdso.h"

#include <errno.h>

#include "abi/mman.h"
#include "abi/page.h"
#include "base/check.h"
#include "base/checked.h"
#include "guest/vdso.h"
#include "host/fd.h"
#include "host/io.h"
#include "host/mem.h"
#include "host/time.h"
#include "sentry/core/clock.h"
#include "sentry/core/hostfd.h"
#include "sentry/loader/loader.h"
#include "sentry/loader/vdso_priv.h"
#include "sentry/loader/x86_64/tsc.h"
#include "sentry/mm/mm.h"

/* One of the two files. Static: it is never released. */
struct vdso_file {
	struct mappable base;
	struct hostfd *h; /* [I] */
};

static struct vdso_file page_file, image_file;
static struct vdso_clock vdso_clock;
static struct vdso_params *vdso_page; /* [I] NULL: not started */

/* ---- as mappables ---- */

static int file_hostfd(struct mappable *m, struct ctx *ctx UNUSED, bool writable,
		       struct hostfd **ret, uint64_t *ret_delta)
{
	if (writable)
		return -EACCES;
	*ret = hostfd_get(container_of(m, struct vdso_file, base)->h);
	*ret_delta = 0;
	return 0;
}

/* As Linux: of no device. */
static void file_ident(struct mappable *m UNUSED, uint64_t *ret_dev, uint64_t *ret_ino)
{
	*ret_dev = 0;
	*ret_ino = 0;
}

static void file_path(struct mappable *m UNUSED, struct strbuf *sb UNUSED)
{
}

static void file_release(struct mappable *m UNUSED)
{
	panic("a file of the vDSO lost its last reference");
}

static const struct mappable_ops file_ops = {
	.hostfd = file_hostfd,
	.ident = file_ident,
	.path = file_path,
	.release = file_release,
};

/* Takes over fd. */
static int file_init(struct vdso_file *f, int fd)
{
	f->base.ops = &file_ops;
	ref_init(&f->base.ref);
	f->h = hostfd_new(fd, HOSTFD_MEMORY);
	return f->h ? 0 : -ENOMEM;
}

/* ---- bring-up ---- */

static int make_page(struct vdso_params **ret)
{
	AUTO(host_close_fd) int fd = host_memfd("caisson-vvar");
	void *p = NULL;
	int r = fd;

	if (r >= 0)
		r = host_set_size(fd, LX_PAGE_SIZE);
	if (r >= 0)
		r = host_mem_map_shared(fd, LX_PAGE_SIZE, &p);
	if (r < 0)
		return r;
	r = host_seal(fd, HOST_SEAL_OTHERS);
	/*
	 * Before Linux 5.1 it cannot be sealed: then the page is kept from guests by being mapped
	 * read-only alone.
	 */
	if (r == 0 || r == -EINVAL)
		r = file_init(&page_file, host_take_fd(&fd));
	if (r < 0) {
		host_mem_release(p, LX_PAGE_SIZE);
		return r;
	}
	*ret = p;
	return 0;
}

static int make_image(void)
{
	AUTO(host_close_fd) int fd = host_memfd("caisson-vdso");
	ssize_t n;
	int r;

	if (fd < 0)
		return fd;
	n = host_pwrite(fd, guest_vdso, guest_vdso_size, 0);
	if (n != (ssize_t)guest_vdso_size)
		return n < 0 ? (int)n : -ENOMEM;
	r = host_seal(fd, HOST_SEAL_ALL);
	return r < 0 ? r : file_init(&image_file, host_take_fd(&fd));
}

static void fill_constants(struct vdso_params *page)
{
	for (int id = 0; id < VDSO_CLOCKS; id++) {
		enum vdso_line_kind kind;
		int64_t ns;

		if (vdso_line_of(id, &kind) && clock_resolution(id, &ns) == 0)
			page->resolution_ns[id] = ns;
	}
	page->getcpu = tsc_getcpu_kind();
}

static int host_clock(int id, int64_t *ret_ns)
{
	return host_clock_get(id, ret_ns);
}

static const struct vdso_source host_source = {.count = tsc_count, .clock = host_clock};

/* ---- in a program ---- */

static int map_at(struct ctx *ctx, struct mm *mm, struct vdso_file *f,
		  const struct mm_map_args *how)
{
	struct mm_map_args a = *how;
	uaddr_t at;

	a.flags = LX_MAP_PRIVATE | LX_MAP_FIXED_NOREPLACE;
	a.obj = &f->base;
	return mm_map(mm, ctx, &a, &at);
}

static int map_vdso(struct ctx *ctx, struct mm *mm, uint64_t *ret_ehdr)
{
	uint64_t image_len = align_down(guest_vdso_size + LX_PAGE_SIZE - 1, LX_PAGE_SIZE);
	struct mm_map_args page = {.len = LX_PAGE_SIZE,
				   .prot = LX_PROT_READ,
				   .max_prot = LX_PROT_READ,
				   .tag = "[vvar]"};
	struct mm_map_args image = {
		.len = image_len,
		.prot = LX_PROT_READ | LX_PROT_EXEC,
		.max_prot = LX_PROT_READ | LX_PROT_WRITE | LX_PROT_EXEC,
		.tag = "[vdso]",
	};
	int r = mm_find_free(mm, LX_PAGE_SIZE + image_len, LX_PAGE_SIZE, &page.addr);

	if (r < 0)
		return r;
	image.addr = uaddr(page.addr.va + LX_PAGE_SIZE);
	r = map_at(ctx, mm, &page_file, &page);
	if (r == 0)
		r = map_at(ctx, mm, &image_file, &image);
	if (r == 0)
		*ret_ehdr = image.addr.va;
	return r;
}

static const struct loader_vdso for_loader = {.map = map_vdso};

int vdso_start(void)
{
	struct vdso_params *page;
	int r;

	check(!vdso_page);
	r = make_page(&page);
	if (r < 0)
		return r;
	r = make_image();
	if (r < 0)
		return r;
	fill_constants(page);
	vdso_clock_init(&vdso_clock, page, &host_source, tsc_is_steady());
	vdso_page = page;
	loader_set_vdso(&for_loader);
	return 0;
}

int vdso_clock_read(int id, int64_t *ret_ns)
{
	return vdso_page ? vdso_clock_get(&vdso_clock, id, ret_ns) : clock_read(id, ret_ns);
}

int vdso_page_fd(void)
{
	return vdso_page ? hostfd_fd(page_file.h) : -1;
}

int vdso_image_fd(void)
{
	return vdso_page ? hostfd_fd(image_file.h) : -1;
}
