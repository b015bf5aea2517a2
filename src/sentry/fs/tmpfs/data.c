/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file's bytes, either in pages of ours or, once the file was mapped, in a memfd. INODE of the
 * file is held in all of these. Bytes of a page behind the end of the file are always zero.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "abi/fcntl.h"
#include "abi/page.h"
#include "host/fd.h"
#include "host/file.h"
#include "host/stat.h"
#include "sentry/core/alloc.h"
#include "sentry/core/hostfd.h"
#include "sentry/core/uio.h"
#include "sentry/fs/tmpfs/tmpfs_priv.h"

#define CHUNK 65536u

/* ---- in a memfd ---- */

static ssize_t memory_read(struct tmpfs_node *n, struct uio *dst, uint64_t pos, size_t want)
{
	AUTO(arena_free) void *buf = arena_alloc(MIN(want, (size_t)CHUNK));
	ssize_t total = 0;

	if (!buf)
		return -ENOMEM;
	while (want > 0) {
		ssize_t r = hostfd_pread(n->memory, buf, MIN(want, (size_t)CHUNK), pos);
		ssize_t put = r > 0 ? uio_put(dst, buf, (size_t)r) : r;

		if (put <= 0)
			return total > 0 ? total : put;
		total += put;
		if (put < r)
			break;
		pos += (uint64_t)put;
		want -= (size_t)put;
	}
	return total;
}

static ssize_t memory_write(struct tmpfs_node *n, struct uio *src, uint64_t pos)
{
	AUTO(arena_free) void *buf = arena_alloc(MIN(src->resid, (size_t)CHUNK));
	ssize_t total = 0;

	if (!buf)
		return -ENOMEM;
	while (src->resid > 0) {
		ssize_t got = uio_get(src, buf, MIN(src->resid, (size_t)CHUNK));
		ssize_t r = got > 0 ? hostfd_pwrite(n->memory, buf, (size_t)got, pos) : got;

		if (r <= 0)
			return total > 0 ? total : r;
		total += r;
		pos += (uint64_t)r;
	}
	return total;
}

/* ---- in pages ---- */

static ssize_t pages_read(struct tmpfs_node *n, struct uio *dst, uint64_t pos, size_t want)
{
	ssize_t total = 0;

	while (want > 0) {
		size_t off = (size_t)(pos % LX_PAGE_SIZE), len = MIN(want, LX_PAGE_SIZE - off);
		char *page = tmpfs_page_find(&n->pages, pos / LX_PAGE_SIZE);
		ssize_t r = page ? uio_put(dst, page + off, len) : uio_put_zeroes(dst, len);

		if (r < 0)
			return total > 0 ? total : r;
		total += r;
		if ((size_t)r < len)
			break;
		pos += len;
		want -= len;
	}
	return total;
}

static ssize_t pages_write(struct tmpfs_node *n, struct uio *src, uint64_t pos)
{
	ssize_t total = 0;

	while (src->resid > 0) {
		size_t off = (size_t)(pos % LX_PAGE_SIZE),
		       len = MIN(src->resid, LX_PAGE_SIZE - off);
		char *page;
		ssize_t r = tmpfs_page_get(n, pos / LX_PAGE_SIZE, &page);

		if (r == 0)
			r = uio_get(src, page + off, len);
		if (r < 0)
			return total > 0 ? total : r;
		total += r;
		pos += (uint64_t)r;
		if ((size_t)r < len)
			break;
	}
	return total;
}

/* ---- either ---- */

ssize_t tmpfs_data_read(struct tmpfs_node *n, struct uio *dst, uint64_t pos)
{
	uint64_t size = n->inode.size;
	size_t want;

	if (pos >= size)
		return 0;
	want = (size_t)MIN((uint64_t)dst->resid, size - pos);
	return n->memory ? memory_read(n, dst, pos, want) : pages_read(n, dst, pos, want);
}

/* The file's end was inside a page: what a writer leaves between there and its own bytes is zero
 * already. */
ssize_t tmpfs_data_write(struct tmpfs_node *n, struct uio *src, uint64_t pos)
{
	ssize_t r;

	if (pos > TMPFS_MAX_SIZE - src->resid)
		return -EFBIG;
	r = n->memory ? memory_write(n, src, pos) : pages_write(n, src, pos);
	if (r > 0 && pos + (uint64_t)r > n->inode.size)
		n->inode.size = pos + (uint64_t)r;
	return r;
}

static void zero_tail(struct tmpfs_node *n, uint64_t size)
{
	size_t off = (size_t)(size % LX_PAGE_SIZE);
	char *page = off > 0 ? tmpfs_page_find(&n->pages, size / LX_PAGE_SIZE) : NULL;

	if (page)
		memset(page + off, 0, LX_PAGE_SIZE - off);
}

int tmpfs_data_resize(struct tmpfs_node *n, uint64_t size)
{
	int r = 0;

	if (size > TMPFS_MAX_SIZE)
		return -EFBIG;
	if (n->memory) {
		r = host_set_size(hostfd_fd(n->memory), size);
	} else if (size < n->inode.size) {
		tmpfs_pages_drop(n, (size + LX_PAGE_SIZE - 1) / LX_PAGE_SIZE, UINT64_MAX);
		zero_tail(n, size);
	}
	if (r == 0)
		n->inode.size = size;
	return r;
}

/* Zero the part [lo, hi) of one page, if there is one. */
static void zero_part(struct tmpfs_node *n, uint64_t lo, uint64_t hi)
{
	char *page = lo < hi ? tmpfs_page_find(&n->pages, lo / LX_PAGE_SIZE) : NULL;

	if (page)
		memset(page + lo % LX_PAGE_SIZE, 0, (size_t)(hi - lo));
}

int tmpfs_data_punch(struct tmpfs_node *n, uint64_t lo, uint64_t hi)
{
	uint64_t first = (lo + LX_PAGE_SIZE - 1) / LX_PAGE_SIZE, last = hi / LX_PAGE_SIZE;

	if (lo >= hi)
		return 0;
	if (n->memory)
		return host_allocate(hostfd_fd(n->memory),
				     LX_FALLOC_FL_PUNCH_HOLE | LX_FALLOC_FL_KEEP_SIZE, (int64_t)lo,
				     (int64_t)(hi - lo));
	if (first > last) { /* within one page */
		zero_part(n, lo, hi);
		return 0;
	}
	zero_part(n, lo, first * LX_PAGE_SIZE);
	zero_part(n, last * LX_PAGE_SIZE, hi);
	tmpfs_pages_drop(n, first, last);
	return 0;
}

/*
 * Would the pages [lo, hi) that are not there fit? What does not is refused before anything is
 * made, as Linux undoes it.
 */
static int check_space(struct tmpfs_node *n, uint64_t lo, uint64_t hi)
{
	uint64_t missing = 0;
	int r;

	for (uint64_t i = lo; (i = tmpfs_pages_next(&n->pages, i, hi, false)) < hi;) {
		uint64_t end = tmpfs_pages_next(&n->pages, i, hi, true);

		missing += end - i;
		i = end;
	}
	r = tmpfs_charge(tmpfs_of(&n->inode), missing);
	if (r == 0)
		tmpfs_uncharge(tmpfs_of(&n->inode),
			       missing); /* each page is charged as it is made */
	return r;
}

int tmpfs_data_reserve(struct tmpfs_node *n, uint64_t lo, uint64_t hi)
{
	int r;

	if (n->memory)
		return host_allocate(hostfd_fd(n->memory), LX_FALLOC_FL_KEEP_SIZE, (int64_t)lo,
				     (int64_t)(hi - lo));
	r = check_space(n, lo / LX_PAGE_SIZE, hi / LX_PAGE_SIZE + (hi % LX_PAGE_SIZE != 0));
	if (r < 0)
		return r;
	for (uint64_t i = lo / LX_PAGE_SIZE; i * LX_PAGE_SIZE < hi; i++) {
		char *page;

		r = tmpfs_page_get(n, i, &page);
		if (r < 0)
			return r;
	}
	return 0;
}

int64_t tmpfs_data_seek(struct tmpfs_node *n, uint64_t from, bool data)
{
	uint64_t size = n->inode.size, at;

	if (from >= size)
		return -ENXIO;
	if (n->memory)
		return host_seek(hostfd_fd(n->memory), (int64_t)from,
				 data ? LX_SEEK_DATA : LX_SEEK_HOLE);
	at = tmpfs_pages_next(&n->pages, from / LX_PAGE_SIZE,
			      (size + LX_PAGE_SIZE - 1) / LX_PAGE_SIZE, data) *
	     LX_PAGE_SIZE;
	at = MAX(at, from);
	if (at < size)
		return (int64_t)at;
	return data ? -ENXIO : (int64_t)size;
}

uint64_t tmpfs_data_pages(struct tmpfs_node *n)
{
	struct host_stat st;

	if (!n->memory)
		return n->npages;
	return host_fstat(hostfd_fd(n->memory), &st) == 0 ? st.blocks / (LX_PAGE_SIZE / 512) : 0;
}

static int copy_pages(struct tmpfs_node *n, struct hostfd *to)
{
	uint64_t size = n->inode.size, limit = (size + LX_PAGE_SIZE - 1) / LX_PAGE_SIZE;

	for (uint64_t i = 0; (i = tmpfs_pages_next(&n->pages, i, limit, true)) < limit; i++) {
		uint64_t at = i * LX_PAGE_SIZE;
		size_t len = (size_t)MIN(LX_PAGE_SIZE + 0ULL, size - at);
		ssize_t r = hostfd_pwrite(to, tmpfs_page_find(&n->pages, i), len, at);

		if (r != (ssize_t)len)
			return r < 0 ? (int)r : -EIO;
	}
	return 0;
}

int tmpfs_data_to_memory(struct tmpfs_node *n)
{
	AUTO(hostfd_put) struct hostfd *h = NULL;
	int r;

	if (n->memory)
		return 0;
	r = hostfd_new_memory("tmpfs", n->inode.size, &h);
	if (r == 0)
		r = copy_pages(n, h);
	if (r < 0)
		return r;
	/*
	 * Differs: pages of a mapped file are no longer counted against size=; the host's memory
	 * limits hold them.
	 */
	tmpfs_pages_drop(n, 0, UINT64_MAX);
	n->memory = TAKE(h);
	return 0;
}
