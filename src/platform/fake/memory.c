/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guest memory of the fake platform: each mapping of the guest is a piece of host memory of this
 * process, which is readable (and writable where its file allows it) whatever the guest's
 * protection is; protection is checked here.
 *
 * Invariants: (1) each range stands for exactly hi - lo bytes of host memory at mem, and owns them;
 * (2) a range is cut wherever a command's border falls into it, which leaves host memory where it
 * is. Bytes of files are moved by process_vm_readv and _writev on ourselves, which answer EFAULT
 * where a truncated file would raise SIGBUS.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/check.h"
#include "base/checked.h"
#include "platform/fake/fake_priv.h"

struct fake_map {
	struct range range;
	char *mem;
	int prot;     /* the guest's */
	int max_prot; /* what its file allows */
	bool shared;
	bool has_file;
	bool dont_fork, wipe_on_fork;
};

static struct fake_map *to_map(struct range *range)
{
	return range ? container_of(range, struct fake_map, range) : NULL;
}

static uint64_t map_len(const struct fake_map *m)
{
	return m->range.hi - m->range.lo;
}

static void map_insert(struct aspace *as, struct fake_map *m, uint64_t lo, uint64_t hi)
{
	m->range.lo = lo;
	m->range.hi = hi;
	rangemap_insert(&as->maps, &m->range);
}

static void map_free(struct aspace *as, struct fake_map *m)
{
	rangemap_remove(&as->maps, &m->range);
	munmap(m->mem, map_len(m));
	free(m);
}

void memory_init(struct aspace *as)
{
	pthread_mutex_init(&as->mutex, NULL);
	rangemap_init(&as->maps);
}

void memory_fini(struct aspace *as)
{
	while (!rangemap_empty(&as->maps))
		map_free(as, to_map(rangemap_first(&as->maps)));
	pthread_mutex_destroy(&as->mutex);
}

/* Cut the range around addr in two, so that addr is a border. */
static int cut(struct aspace *as, uint64_t addr)
{
	struct fake_map *m = to_map(rangemap_find(&as->maps, addr));
	struct fake_map *upper;
	uint64_t hi;

	if (!m || m->range.lo == addr)
		return 0;
	upper = malloc(sizeof(*upper));
	if (!upper)
		return -ENOMEM;
	*upper = *m;
	upper->mem = m->mem + (addr - m->range.lo);
	hi = m->range.hi;
	rangemap_resize(&as->maps, &m->range, m->range.lo, addr);
	map_insert(as, upper, addr, hi);
	return 0;
}

static int cut_both(struct aspace *as, uint64_t lo, uint64_t hi)
{
	int r = cut(as, lo);

	return r < 0 ? r : cut(as, hi);
}

static int unmap(struct aspace *as, uint64_t lo, uint64_t hi)
{
	struct fake_map *m;
	int r = cut_both(as, lo, hi);

	if (r < 0)
		return r;
	while ((m = to_map(rangemap_first_at_or_after(&as->maps, lo))) && m->range.lo < hi)
		map_free(as, m);
	return 0;
}

/* Host memory for a mapping: always as open as its file allows. */
static int host_map(const struct plat_cmd *c, uint64_t len, struct fake_map *m)
{
	int kind = c->flags & MAP_SHARED ? MAP_SHARED : MAP_PRIVATE;
	int flags = kind | MAP_NORESERVE | (c->fd < 0 ? MAP_ANONYMOUS : 0);
	void *mem;

	m->max_prot = PROT_READ | PROT_WRITE | PROT_EXEC;
	mem = mmap(NULL, len, PROT_READ | PROT_WRITE, flags, c->fd, (off_t)c->off);
	if (mem == MAP_FAILED && errno == EACCES && kind == MAP_SHARED) {
		m->max_prot = PROT_READ | PROT_EXEC;
		mem = mmap(NULL, len, PROT_READ, flags, c->fd, (off_t)c->off);
	}
	if (mem == MAP_FAILED)
		return -errno;
	m->mem = mem;
	m->shared = kind == MAP_SHARED;
	m->has_file = c->fd >= 0;
	m->prot = c->prot;
	return 0;
}

static int run_map(struct aspace *as, const struct plat_cmd *c, uint64_t end)
{
	struct fake_map *m;
	int r;

	if (!!(c->flags & MAP_SHARED) == !!(c->flags & MAP_PRIVATE))
		return -EINVAL;
	m = calloc(1, sizeof(*m));
	if (!m)
		return -ENOMEM;
	r = host_map(c, end - c->addr, m);
	if (r == 0 && (c->prot & ~m->max_prot))
		r = -EACCES;
	if (r == 0)
		r = unmap(as, c->addr, end);
	if (r < 0) {
		if (m->mem)
			munmap(m->mem, end - c->addr);
		free(m);
		return r;
	}
	map_insert(as, m, c->addr, end);
	return 0;
}

/* Call fn on each mapping in [lo, hi), after cutting; -ENOMEM at the first hole, as mprotect(2) and
 * madvise(2) say. */
static int for_each_whole(struct aspace *as, const struct plat_cmd *c, uint64_t end,
			  int (*fn)(struct fake_map *m, const struct plat_cmd *c))
{
	uint64_t at = c->addr;
	int r = cut_both(as, at, end);

	while (r == 0 && at < end) {
		struct fake_map *m = to_map(rangemap_find(&as->maps, at));

		if (!m)
			return -ENOMEM;
		r = fn(m, c);
		at = m->range.hi;
	}
	return r;
}

static int protect_one(struct fake_map *m, const struct plat_cmd *c)
{
	int prot = c->prot & (PROT_READ | PROT_WRITE | PROT_EXEC);

	if (prot & ~m->max_prot)
		return -EACCES;
	m->prot = prot;
	return 0;
}

static int advise_one(struct fake_map *m, const struct plat_cmd *c)
{
	switch (c->flags) {
	case MADV_DONTFORK:
	case MADV_DOFORK:
		m->dont_fork = c->flags == MADV_DONTFORK;
		return 0;
	case MADV_WIPEONFORK:
	case MADV_KEEPONFORK:
		if (m->shared || m->has_file)
			return -EINVAL;
		m->wipe_on_fork = c->flags == MADV_WIPEONFORK;
		return 0;
	case MADV_POPULATE_WRITE:
		if (!(m->prot & PROT_WRITE))
			return -EFAULT;
		break;
	default:
		break;
	}
	return madvise(m->mem, map_len(m), c->flags) < 0 ? -errno : 0;
}

/* Is [lo, hi) free but for what lies in [from, to)? */
static bool is_free_but(const struct aspace *as, uint64_t lo, uint64_t hi, uint64_t from,
			uint64_t to)
{
	return !rangemap_overlaps(&as->maps, lo, MIN(hi, MAX(from, lo))) &&
	       !rangemap_overlaps(&as->maps, MAX(lo, MIN(to, hi)), hi);
}

static int run_move(struct aspace *as, const struct plat_cmd *c, uint64_t end, uint64_t new_end)
{
	struct fake_map *m;
	void *mem;
	int r;

	if (c->new_addr != c->addr && c->new_addr < end && c->addr < new_end)
		return -EINVAL;
	if (c->new_addr == c->addr && !is_free_but(as, c->addr, new_end, c->addr, end))
		return -ENOMEM;
	r = cut_both(as, c->addr, end);
	if (r < 0)
		return r;
	m = to_map(rangemap_find(&as->maps, c->addr));
	if (!m || m->range.hi != end)
		return -EFAULT; /* Linux moves one mapping at a time */
	if (c->new_addr != c->addr)
		r = unmap(as, c->new_addr, new_end);
	if (r < 0)
		return r;
	mem = mremap(m->mem, map_len(m), new_end - c->new_addr, MREMAP_MAYMOVE);
	if (mem == MAP_FAILED)
		return -errno;
	m->mem = mem;
	rangemap_remove(&as->maps, &m->range);
	map_insert(as, m, c->new_addr, new_end);
	return 0;
}

/* The end of a command's range, its length rounded up to pages. */
static bool find_end(uint64_t addr, uint64_t len, uint64_t *ret)
{
	return is_aligned(addr, FAKE_PAGE) && len > 0 && align_up_ok(len, FAKE_PAGE, &len) &&
	       add_ok(addr, len, ret) && *ret <= PLAT_GUEST_TOP;
}

static int run_one(struct aspace *as, const struct plat_cmd *c)
{
	uint64_t end, new_end;

	if (!find_end(c->addr, c->len, &end))
		return -EINVAL;
	switch (c->op) {
	case PLAT_MAP:
		return run_map(as, c, end);
	case PLAT_UNMAP:
		return unmap(as, c->addr, end);
	case PLAT_PROTECT:
		return for_each_whole(as, c, end, protect_one);
	case PLAT_MOVE:
		return find_end(c->new_addr, c->new_len, &new_end) ? run_move(as, c, end, new_end)
								   : -EINVAL;
	case PLAT_ADVISE:
		return for_each_whole(as, c, end, advise_one);
	}
	return -EINVAL;
}

int memory_run(struct aspace *as, struct plat_cmd *cmds, size_t n)
{
	int r = 0;

	pthread_mutex_lock(&as->mutex);
	for (size_t i = 0; i < n && r == 0; i++)
		r = cmds[i].ret = as->dead ? -ESRCH : run_one(as, &cmds[i]);
	pthread_mutex_unlock(&as->mutex);
	return r;
}

/* Move bytes within this process; returns how many until the first that is not there. */
static size_t host_copy(void *to, const void *from, size_t len)
{
	struct iovec src = {(void *)(uintptr_t)from, len};
	struct iovec dst = {to, len};
	ssize_t n = process_vm_readv(getpid(), &dst, 1, &src, 1, 0);

	return n < 0 ? 0 : (size_t)n;
}

static size_t host_store(void *to, const void *from, size_t len)
{
	struct iovec src = {(void *)(uintptr_t)from, len};
	struct iovec dst = {to, len};
	ssize_t n = process_vm_writev(getpid(), &src, 1, &dst, 1, 0);

	return n < 0 ? 0 : (size_t)n;
}

enum direction { FROM_GUEST, TO_GUEST };

/* Move within one mapping. */
static size_t transfer_map(const struct fake_map *m, uint64_t addr, char *buf, size_t len,
			   enum direction dir)
{
	char *mem = m->mem + (addr - m->range.lo);

	if (!(m->prot & (dir == TO_GUEST ? PROT_WRITE : PROT_READ)))
		return 0;
	if (m->has_file)
		return dir == TO_GUEST ? host_store(mem, buf, len) : host_copy(buf, mem, len);
	if (dir == TO_GUEST)
		memcpy(mem, buf, len);
	else
		memcpy(buf, mem, len);
	return len;
}

static size_t transfer_piece(struct aspace *as, const struct plat_piece *v, enum direction dir)
{
	size_t done = 0;

	while (done < v->len) {
		struct fake_map *m;
		uint64_t addr;
		size_t len, moved;

		if (!add_ok(v->addr, done, &addr) || addr >= PLAT_GUEST_TOP)
			break;
		m = to_map(rangemap_find(&as->maps, addr));
		if (!m)
			break;
		len = MIN(v->len - done, (size_t)(m->range.hi - addr));
		moved = transfer_map(m, addr, (char *)v->buf + done, len, dir);
		done += moved;
		if (moved < len)
			break;
	}
	return done;
}

static ssize_t transfer(struct aspace *as, const struct plat_piece *v, size_t n, enum direction dir)
{
	ssize_t total = 0;
	bool stopped = false;

	pthread_mutex_lock(&as->mutex);
	if (as->dead) {
		pthread_mutex_unlock(&as->mutex);
		return -ESRCH;
	}
	for (size_t i = 0; i < n && !stopped; i++) {
		size_t moved = transfer_piece(as, &v[i], dir);

		total += (ssize_t)moved;
		stopped = moved < v[i].len;
	}
	pthread_mutex_unlock(&as->mutex);
	return total == 0 && stopped ? -EFAULT : total;
}

ssize_t memory_read(struct aspace *as, const struct plat_piece *v, size_t n)
{
	return transfer(as, v, n, FROM_GUEST);
}

ssize_t memory_write(struct aspace *as, const struct plat_piece *v, size_t n)
{
	return transfer(as, v, n, TO_GUEST);
}

static int cmpxchg_locked(struct aspace *as, uint64_t addr, uint32_t expect, uint32_t value,
			  uint32_t *ret_old)
{
	struct fake_map *m = to_map(rangemap_find(&as->maps, addr));
	uint32_t probe;
	char *mem;

	if (as->dead)
		return -ESRCH;
	if (!m || !is_aligned(addr, sizeof(uint32_t)) || !(m->prot & PROT_WRITE))
		return -EFAULT;
	mem = m->mem + (addr - m->range.lo);
	if (m->has_file && host_copy(&probe, mem, sizeof(probe)) != sizeof(probe))
		return -EFAULT;
	__atomic_compare_exchange_n((uint32_t *)(void *)mem, &expect, value, false,
				    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
	*ret_old = expect;
	return 0;
}

int memory_cmpxchg32(struct aspace *as, uint64_t addr, uint32_t expect, uint32_t value,
		     uint32_t *ret_old)
{
	int r;

	pthread_mutex_lock(&as->mutex);
	r = cmpxchg_locked(as, addr, expect, value, ret_old);
	pthread_mutex_unlock(&as->mutex);
	return r;
}

/* Private bytes of one mapping into fresh host memory; pages of zeros stay untouched there. */
static void copy_pages(const struct fake_map *from, char *to)
{
	static const char zeros[FAKE_PAGE];
	char page[FAKE_PAGE];

	for (uint64_t off = 0; off < map_len(from); off += FAKE_PAGE) {
		if (host_copy(page, from->mem + off, FAKE_PAGE) == FAKE_PAGE &&
		    memcmp(page, zeros, FAKE_PAGE) != 0)
			memcpy(to + off, page, FAKE_PAGE);
	}
}

/*
 * Differs: what is private and of a file becomes anonymous in the copy, so it no longer follows the
 * file, and reads as zeros beyond the file's end.
 */
static int copy_map(const struct fake_map *from, struct aspace *to)
{
	struct fake_map *m = malloc(sizeof(*m));
	uint64_t len = map_len(from);
	void *mem;

	if (!m)
		return -ENOMEM;
	if (from->shared) /* mremap(2): an old size of 0 makes a second mapping of the same pages */
		mem = mremap(from->mem, 0, len, MREMAP_MAYMOVE);
	else
		mem = mmap(NULL, len, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (mem == MAP_FAILED) {
		free(m);
		return -ENOMEM;
	}
	*m = *from;
	m->mem = mem;
	if (!from->shared) {
		m->has_file = false;
		if (!from->wipe_on_fork)
			copy_pages(from, mem);
	}
	map_insert(to, m, from->range.lo, from->range.hi);
	return 0;
}

int memory_copy(struct aspace *from, struct aspace *to)
{
	struct range *range;
	int r = 0;

	pthread_mutex_lock(&from->mutex);
	if (from->dead)
		r = -ESRCH;
	rangemap_for_each(range, &from->maps) {
		struct fake_map *m = to_map(range);

		if (r == 0 && !m->dont_fork)
			r = copy_map(m, to);
	}
	pthread_mutex_unlock(&from->mutex);
	return r;
}
