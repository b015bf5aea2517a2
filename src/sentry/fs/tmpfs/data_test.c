/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of a file against a plain array, in pages and in a memfd, by random operations; space;
 * seals. */
#include "abi/page.h"
#include "sentry/core/alloc.h"
#include "sentry/core/hostfd.h"
#include "sentry/fs/test_ctx.h"
#include "sentry/fs/tmpfs/tmpfs_priv.h"

enum { MAX_SIZE = 200000 };

struct bench {
	struct test_ctx t;
	struct superblock *sb;
	struct file *f;
};

static void begin(struct bench *b, const struct tmpfs_options *o)
{
	struct inode *i;

	test_ctx_init(&b->t);
	EXPECT_EQ(tmpfs_new(o, &b->sb), 0);
	EXPECT_EQ(tmpfs_new_anon_file(b->sb, &b->t.ctx, 0600, &i), 0);
	EXPECT_EQ(file_new_anon("file", i, NULL, FILE_SEEKABLE, LX_O_RDWR, NULL, &b->f), 0);
	EXPECT_EQ(i->ops->open(&b->t.ctx, i, b->f), 0);
}

static uint64_t pages_used(struct bench *b)
{
	return ((struct tmpfs *)b->sb->priv)->pages_used;
}

static void end(struct bench *b)
{
	file_put(b->f);
	EXPECT_EQ(pages_used(b), 0);
	superblock_put(b->sb);
	test_ctx_fini(&b->t);
}

static ssize_t read_at(struct bench *b, void *buf, size_t n, int64_t pos)
{
	struct uio u;

	uio_kernel(&u, buf, n);
	return file_pread(&b->t.ctx, b->f, &u, pos);
}

static ssize_t write_at(struct bench *b, const void *buf, size_t n, int64_t pos)
{
	struct uio u;
	void *from;

	memcpy(&from, &buf, sizeof(from));
	uio_kernel(&u, from, n);
	return file_pwrite(&b->t.ctx, b->f, &u, pos);
}

/* ---- the model ---- */

struct model {
	uint64_t size, seed;
	char bytes[MAX_SIZE]; /* zero behind size */
	char buf[MAX_SIZE];
};

static uint64_t draw(struct model *m, uint64_t below)
{
	m->seed = m->seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (m->seed >> 33) % below;
}

/* Small ranges, large ranges, and ones that begin or end at a page. */
static void draw_range(struct model *m, uint64_t *ret_lo, uint64_t *ret_hi)
{
	uint64_t lo = draw(m, MAX_SIZE), len = 1 + draw(m, draw(m, 2) ? 100 : 30000);

	if (draw(m, 3) == 0)
		lo -= lo % LX_PAGE_SIZE;
	*ret_lo = lo;
	*ret_hi = MIN(lo + len, (uint64_t)MAX_SIZE);
	if (draw(m, 3) == 0 && *ret_hi - *ret_hi % LX_PAGE_SIZE > lo)
		*ret_hi -= *ret_hi % LX_PAGE_SIZE;
}

static void do_write(struct bench *b, struct model *m)
{
	uint64_t lo, hi;

	draw_range(m, &lo, &hi);
	for (uint64_t i = lo; i < hi; i++)
		m->bytes[i] = (char)(1 + draw(m, 255));
	m->size = MAX(m->size, hi);
	EXPECT_EQ(write_at(b, m->bytes + lo, hi - lo, (int64_t)lo), hi - lo);
}

static void do_truncate(struct bench *b, struct model *m)
{
	uint64_t size = draw(m, MAX_SIZE);

	if (size < m->size)
		memset(m->bytes + size, 0, m->size - size);
	m->size = size;
	EXPECT_EQ(file_truncate(&b->t.ctx, b->f, (int64_t)size), 0);
}

static void do_fallocate(struct bench *b, struct model *m)
{
	static const int modes[] = {0, LX_FALLOC_FL_KEEP_SIZE,
				    LX_FALLOC_FL_PUNCH_HOLE | LX_FALLOC_FL_KEEP_SIZE,
				    LX_FALLOC_FL_ZERO_RANGE,
				    LX_FALLOC_FL_ZERO_RANGE | LX_FALLOC_FL_KEEP_SIZE};
	int mode = modes[draw(m, ARRAY_SIZE(modes))];
	uint64_t lo, hi;

	draw_range(m, &lo, &hi);
	EXPECT_EQ(file_fallocate(&b->t.ctx, b->f, mode, (int64_t)lo, (int64_t)(hi - lo)), 0);
	if (mode & (LX_FALLOC_FL_PUNCH_HOLE | LX_FALLOC_FL_ZERO_RANGE))
		memset(m->bytes + lo, 0, hi - lo);
	if (!(mode & LX_FALLOC_FL_KEEP_SIZE))
		m->size = MAX(m->size, hi);
}

static void do_read(struct bench *b, struct model *m)
{
	uint64_t lo, hi;
	ssize_t want;

	draw_range(m, &lo, &hi);
	want = lo >= m->size ? 0 : (ssize_t)(MIN(hi, m->size) - lo);
	EXPECT_EQ(read_at(b, m->buf, hi - lo, (int64_t)lo), want);
	EXPECT_EQ(memcmp(m->buf, m->bytes + lo, (size_t)want), 0);
}

/* Data may be anywhere, but never in what SEEK_DATA steps over. */
static void do_seek(struct bench *b, struct model *m)
{
	uint64_t from = draw(m, MAX_SIZE);
	int64_t data = file_seek(&b->t.ctx, b->f, (int64_t)from, LX_SEEK_DATA);
	int64_t hole = file_seek(&b->t.ctx, b->f, (int64_t)from, LX_SEEK_HOLE);

	if (from >= m->size) {
		EXPECT_ERR(data, ENXIO);
		EXPECT_ERR(hole, ENXIO);
		return;
	}
	EXPECT_TRUE(hole >= (int64_t)from && hole <= (int64_t)m->size);
	EXPECT_TRUE(data == -ENXIO || (data >= (int64_t)from && data < (int64_t)m->size));
	for (uint64_t i = from; i < (data < 0 ? m->size : (uint64_t)data); i++)
		EXPECT_EQ(m->bytes[i], 0);
	EXPECT_TRUE(data == (int64_t)from || hole == (int64_t)from);
}

/* As guest code that has the file mapped: its stores go to the memfd. From the first time on all
 * data is there. */
static void do_map(struct bench *b, struct model *m)
{
	struct mappable *map;
	struct hostfd *h;
	uint64_t delta, lo, hi;

	EXPECT_EQ(b->f->ops->mappable(&b->t.ctx, b->f, &map), 0);
	EXPECT_EQ(map->ops->hostfd(map, &b->t.ctx, true, &h, &delta), 0);
	EXPECT_EQ(delta, 0);
	draw_range(m, &lo, &hi);
	hi = MIN(hi, m->size); /* what is mapped behind the end cannot be reached */
	if (lo < hi) {
		memset(m->bytes + lo, 'm', hi - lo);
		EXPECT_EQ(hostfd_pwrite(h, m->bytes + lo, hi - lo, lo), hi - lo);
	}
	hostfd_put(h);
	map->ops->returned(map);
	mappable_put(map);
}

static void check_all(struct bench *b, struct model *m)
{
	struct kstat st;

	EXPECT_EQ(inode_getattr(&b->t.ctx, b->f->inode, &st), 0);
	EXPECT_EQ(st.size, m->size);
	EXPECT_EQ(read_at(b, m->buf, MAX_SIZE, 0), m->size);
	EXPECT_EQ(memcmp(m->buf, m->bytes, m->size), 0);
}

enum { NEVER_MAPPED, MAPPED_SOMETIMES };

static void run_model(uint64_t seed, int steps, int mapped)
{
	static struct model m;
	const struct tmpfs_options o = TMPFS_OPTIONS_DEFAULT;
	struct bench b;

	m = (struct model){.seed = seed};
	begin(&b, &o);
	for (int i = 0; i < steps; i++) {
		static void (*const ops[])(struct bench * b, struct model * m) = {
			do_write, do_write, do_read, do_read, do_seek, do_fallocate, do_truncate};

		if (mapped == MAPPED_SOMETIMES && i >= steps / 2 && draw(&m, 8) == 0)
			do_map(&b, &m);
		ops[draw(&m, ARRAY_SIZE(ops))](&b, &m);
		if (i % 64 == 0)
			check_all(&b, &m);
	}
	check_all(&b, &m);
	if (mapped == NEVER_MAPPED) {
		EXPECT_EQ(pages_used(&b), node_of(b.f->inode)->npages);
		EXPECT_TRUE(pages_used(&b) <= MAX_SIZE / LX_PAGE_SIZE + 1);
	}
	end(&b);
}

TEST(random_operations_leave_what_a_plain_array_would_hold)
{
	for (uint64_t seed = 1; seed <= 10; seed++)
		run_model(seed, 1500, NEVER_MAPPED);
}

TEST(random_operations_and_a_mapping_agree)
{
	for (uint64_t seed = 1; seed <= 10; seed++)
		run_model(seed, 1500, MAPPED_SOMETIMES);
}

/* ---- far away ---- */

TEST(sparse_files_reach_to_the_largest_offset)
{
	static const int64_t at[] = {0,         4096LL << 6, 4096LL << 12,
				     1LL << 40, 1LL << 56,   INT64_MAX - 4096};
	const struct tmpfs_options o = TMPFS_OPTIONS_DEFAULT;
	struct bench b;
	char c;

	begin(&b, &o);
	for (size_t i = 0; i < ARRAY_SIZE(at); i++) {
		EXPECT_EQ(write_at(&b, "x", 1, at[i]), 1);
		EXPECT_EQ(pages_used(&b), i + 1);
	}
	for (size_t i = 0; i < ARRAY_SIZE(at); i++) {
		EXPECT_EQ(read_at(&b, &c, 1, at[i]), 1);
		EXPECT_EQ(c, 'x');
		EXPECT_EQ(file_seek(&b.t.ctx, b.f, at[i], LX_SEEK_DATA), at[i]);
		if (i > 0)
			EXPECT_EQ(file_seek(&b.t.ctx, b.f, at[i - 1] + 4096, LX_SEEK_DATA),
				  at[i] & ~4095LL);
	}
	EXPECT_EQ(file_truncate(&b.t.ctx, b.f, 1LL << 40), 0);
	EXPECT_EQ(pages_used(&b), 3);
	end(&b);
}

/* ---- space ---- */

TEST(a_full_filesystem_takes_what_fits_and_then_nothing)
{
	const struct tmpfs_options o = {.mode = 01777, .size = 10 * LX_PAGE_SIZE, .nr_inodes = 3};
	static char buf[12 * LX_PAGE_SIZE];
	struct inode *i[2];
	struct bench b;

	begin(&b, &o);
	EXPECT_EQ(write_at(&b, buf, sizeof(buf), 0), 10 * LX_PAGE_SIZE);
	EXPECT_ERR(write_at(&b, buf, 1, 20 * LX_PAGE_SIZE), ENOSPC);
	EXPECT_EQ(write_at(&b, buf, 100, 5), 100); /* what is there may be changed */
	EXPECT_ERR(file_fallocate(&b.t.ctx, b.f, 0, 0, 11 * LX_PAGE_SIZE), ENOSPC);
	EXPECT_EQ(file_truncate(&b.t.ctx, b.f, LX_PAGE_SIZE), 0);
	EXPECT_EQ(write_at(&b, buf, 1, 20 * LX_PAGE_SIZE), 1);
	EXPECT_EQ(tmpfs_new_anon_file(b.sb, &b.t.ctx, 0600, &i[0]),
		  0); /* with the root that makes three */
	EXPECT_ERR(tmpfs_new_anon_file(b.sb, &b.t.ctx, 0600, &i[1]), ENOSPC);
	inode_put(i[0]);
	EXPECT_EQ(tmpfs_new_anon_file(b.sb, &b.t.ctx, 0600, &i[1]), 0);
	inode_put(i[1]);
	end(&b);
}

TEST(every_failed_allocation_leaves_the_file_as_it_was)
{
	const struct tmpfs_options o = TMPFS_OPTIONS_DEFAULT;
	char buf[100], want[100];
	struct bench b;
	uint64_t nth;

	memset(want, 'w', sizeof(want));
	begin(&b, &o);
	EXPECT_EQ(write_at(&b, want, sizeof(want), 0), sizeof(want));
	for (nth = 1; nth < 50; nth++) {
		ssize_t r;

		arena_fail_nth(nth);
		r = write_at(&b, "x", 1, 1LL << 50);
		arena_fail_nth(0);
		if (r == 1)
			break;
		EXPECT_ERR(r, ENOMEM);
		EXPECT_EQ(b.f->inode->size, sizeof(want));
		EXPECT_EQ(read_at(&b, buf, sizeof(buf), 0), sizeof(buf));
		EXPECT_MEMEQ(buf, want, sizeof(buf));
	}
	EXPECT_TRUE(nth > 1 && nth < 50);
	end(&b);
}

/* ---- seals ---- */

static struct file *memfd(struct bench *b, unsigned flags)
{
	struct file *f;

	EXPECT_EQ(tmpfs_new_memfd(&b->t.ctx, "m", flags, &f), 0);
	return f;
}

static long seal(struct bench *b, unsigned seals)
{
	return b->f->ops->fcntl(&b->t.ctx, b->f, LX_F_ADD_SEALS, seals);
}

static long seals(struct bench *b)
{
	return b->f->ops->fcntl(&b->t.ctx, b->f, LX_F_GET_SEALS, 0);
}

TEST(seals_forbid_what_they_say)
{
	struct bench b;

	test_ctx_init(&b.t);
	b.f = memfd(&b, LX_MFD_ALLOW_SEALING);
	EXPECT_EQ(seals(&b), 0);
	EXPECT_EQ(write_at(&b, "0123456789", 10, 0), 10);
	EXPECT_EQ(seal(&b, LX_F_SEAL_GROW), 0);
	EXPECT_ERR(write_at(&b, "x", 1, 10), EPERM);
	EXPECT_ERR(file_truncate(&b.t.ctx, b.f, 11), EPERM);
	EXPECT_ERR(file_fallocate(&b.t.ctx, b.f, 0, 0, 20), EPERM);
	EXPECT_EQ(file_truncate(&b.t.ctx, b.f, 9), 0);
	EXPECT_EQ(seal(&b, LX_F_SEAL_SHRINK), 0);
	EXPECT_ERR(file_truncate(&b.t.ctx, b.f, 8), EPERM);
	EXPECT_EQ(write_at(&b, "x", 1, 0), 1);
	EXPECT_EQ(seal(&b, LX_F_SEAL_WRITE), 0);
	EXPECT_ERR(write_at(&b, "x", 1, 0), EPERM);
	EXPECT_ERR(file_fallocate(&b.t.ctx, b.f, LX_FALLOC_FL_PUNCH_HOLE | LX_FALLOC_FL_KEEP_SIZE,
				  0, 5),
		   EPERM);
	EXPECT_ERR(seal(&b, 0x1000), EINVAL);
	EXPECT_EQ(seal(&b, LX_F_SEAL_SEAL), 0);
	EXPECT_ERR(seal(&b, LX_F_SEAL_GROW), EPERM);
	file_put(b.f);
	test_ctx_fini(&b.t);
}

TEST(a_seal_against_writing_waits_for_no_mapping)
{
	struct mappable *map;
	struct hostfd *h, *none;
	struct bench b;
	uint64_t delta;

	test_ctx_init(&b.t);
	b.f = memfd(&b, LX_MFD_ALLOW_SEALING);
	EXPECT_EQ(b.f->ops->mappable(&b.t.ctx, b.f, &map), 0);
	EXPECT_EQ(map->ops->hostfd(map, &b.t.ctx, true, &h, &delta), 0);
	EXPECT_ERR(seal(&b, LX_F_SEAL_WRITE), EBUSY);
	EXPECT_EQ(seal(&b, LX_F_SEAL_FUTURE_WRITE), 0);
	EXPECT_ERR(map->ops->hostfd(map, &b.t.ctx, true, &none, &delta), EPERM);
	hostfd_put(h);
	map->ops->returned(map);
	EXPECT_EQ(seal(&b, LX_F_SEAL_WRITE), 0);
	EXPECT_EQ(map->ops->hostfd(map, &b.t.ctx, false, &h, &delta), 0);
	hostfd_put(h);
	mappable_put(map);
	file_put(b.f);
	test_ctx_fini(&b.t);
}

TEST(files_that_did_not_ask_for_seals_have_none_but_the_last)
{
	const struct tmpfs_options o = TMPFS_OPTIONS_DEFAULT;
	struct iattr exec = {.valid = IATTR_MODE, .mode = 0755};
	struct file *f;
	struct bench b;

	begin(&b, &o);
	EXPECT_EQ(seals(&b), LX_F_SEAL_SEAL);
	EXPECT_ERR(seal(&b, LX_F_SEAL_WRITE), EPERM);
	f = b.f;
	b.f = memfd(&b, LX_MFD_NOEXEC_SEAL);
	EXPECT_EQ(seals(&b), LX_F_SEAL_EXEC);
	EXPECT_EQ(b.f->inode->mode & 07777, 0666);
	EXPECT_ERR(inode_setattr(&b.t.ctx, b.f->inode, &exec), EPERM);
	file_put(b.f);
	b.f = memfd(&b, LX_MFD_ALLOW_SEALING);
	EXPECT_EQ(seal(&b, LX_F_SEAL_EXEC),
		  0); /* it can be executed: so it cannot be written any more */
	EXPECT_ERR(write_at(&b, "x", 1, 0), EPERM);
	file_put(b.f);
	EXPECT_ERR(tmpfs_new_memfd(&b.t.ctx, "m", 0x100, &b.f), EINVAL);
	EXPECT_ERR(tmpfs_new_memfd(&b.t.ctx, "m", LX_MFD_EXEC | LX_MFD_NOEXEC_SEAL, &b.f), EINVAL);
	EXPECT_ERR(tmpfs_new_memfd(&b.t.ctx, "m", LX_MFD_HUGETLB | LX_MFD_HUGE_2MB, &b.f), ENOSYS);
	b.f = f;
	end(&b);
}

TEST_MAIN()
