/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many threads make, move, remove and walk the same few names at once. Nothing is expected of a
 * single call but an errno that Linux could give; lock ranks and the invariants of the tree are
 * what is tested, and under the sanitizers the memory.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>

#include "abi/fcntl.h"
#include "base/test.h"
#include "sentry/core/alloc.h"
#include "sentry/vfs/dentry.h"
#include "sentry/vfs/testfs.h"

enum { THREADS = 4, ROUNDS = 4000 };

/*
 * The thread sanitizer remembers orders of locks for ever, but the order of two directories is that
 * of the tree, which renames change under FS_RENAME. Ranks check what stays.
 */
const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
	return "detect_deadlocks=0";
}

struct stormer {
	struct world *w;
	struct ctx ctx;
	uint64_t random;
	int strange; /* an errno that nobody should see */
};

static uint32_t draw(struct stormer *s, uint32_t below)
{
	s->random = s->random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(s->random >> 33) % below;
}

/* One of the few names: "a", "b/c", "a/b/a" ... */
static void draw_name(struct stormer *s, char name[16])
{
	static const char letters[] = "abc";
	uint32_t n = 1 + draw(s, 3), at = 0;

	for (uint32_t i = 0; i < n; i++) {
		name[at++] = letters[draw(s, 3)];
		name[at++] = '/';
	}
	name[at - 1] = '\0';
}

static int storm_open(struct stormer *s, const char *name)
{
	struct open_how how = {.flags = LX_O_CREAT | LX_O_RDWR, .mode = 0644};
	struct file *f;
	int r = vfs_open(&s->ctx, s->w->fs, NULL, name, &how, &f);

	if (r == 0)
		file_put(f);
	return r;
}

static int storm_walk(struct stormer *s, const char *name)
{
	char up[24];
	struct path p;
	int r;

	snprintf(up, sizeof(up), "%s/..", name);
	r = vfs_walk(&s->ctx, s->w->fs, NULL, up, 0, &p);
	if (r == 0)
		path_put(&p);
	return r;
}

static int storm_once(struct stormer *s)
{
	struct fs_info *fs = s->w->fs;
	char a[16], b[16];

	draw_name(s, a);
	draw_name(s, b);
	switch (draw(s, 8)) {
	case 0:
	case 1:
		return vfs_mkdir(&s->ctx, fs, NULL, a, 0755);
	case 2:
		return storm_open(s, a);
	case 3:
		return vfs_unlink(&s->ctx, fs, NULL, a);
	case 4:
		return vfs_rmdir(&s->ctx, fs, NULL, a);
	case 5:
		return vfs_rename(&s->ctx, fs, NULL, a, NULL, b, 0);
	case 6:
		return vfs_rename(&s->ctx, fs, NULL, a, NULL, b, LX_RENAME_EXCHANGE);
	default:
		return storm_walk(s, a);
	}
}

static bool is_expected(int r)
{
	switch (-r) {
	case 0:
	case ENOENT:
	case ENOTDIR:
	case EISDIR:
	case EEXIST:
	case ENOTEMPTY:
	case EINVAL: /* a directory into itself */
		return true;
	default:
		return false;
	}
}

static void *storm(void *arg)
{
	struct stormer *s = arg;

	for (int i = 0; i < ROUNDS && s->strange == 0; i++) {
		int r = storm_once(s);

		if (!is_expected(r))
			s->strange = r;
	}
	return NULL;
}

static void run_storm(struct world *w)
{
	struct stormer s[THREADS];
	pthread_t t[THREADS];

	for (int i = 0; i < THREADS; i++) {
		s[i] = (struct stormer){.w = w, .random = (uint64_t)i * 977 + 1};
		ctx_init(&s[i].ctx, &ctx_kernel_ops);
		s[i].ctx.cred = w->ctx.cred;
		s[i].ctx.limits = &w->limits;
		EXPECT_EQ(pthread_create(&t[i], NULL, storm, &s[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(t[i], NULL);
		EXPECT_EQ(s[i].strange, 0);
	}
}

static void storm_on(bool no_negative, uint32_t cached)
{
	struct world w;

	world_init(&w, testfs_new());
	w.sb->no_negative = no_negative;
	dcache_set_limit(cached);
	run_storm(&w);
	dcache_set_limit(16384);
	world_fini(&w);
}

TEST(a_storm_of_calls_breaks_nothing)
{
	storm_on(false, 16384);
}

TEST(nor_with_a_tiny_cache)
{
	storm_on(false, 2);
}

TEST(nor_without_negative_names)
{
	storm_on(true, 16384);
}

TEST(and_nothing_is_left)
{
	uint64_t before = arena_leaks_log();

	storm_on(false, 3);
	EXPECT_EQ(arena_leaks_log(), before);
}

TEST_MAIN()
