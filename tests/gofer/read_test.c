/* SPDX-License-Identifier: Apache-2.0 */
/* A read-only root: what is seen, and how many round trips it costs. */
#include "gofer_world.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "abi/fcntl.h"
#include "base/test.h"

TEST(a_read_only_root_shows_what_the_host_has)
{
	gw_prepare();
	EXPECT_EQ(mkdir(gw_at("d"), 0711), 0);
	gw_put_file("d/f", "hello");
	EXPECT_EQ(symlink("d/f", gw_at("l")), 0);
	EXPECT_EQ(link(gw_at("d/f"), gw_at("hard")), 0);
	EXPECT_EQ(mkfifo(gw_at("fifo"), 0600), 0);
	gw_enter(false);
	gw_expect_same("d");
	gw_expect_same("d/f");
	gw_expect_same("l");
	gw_expect_same("hard");
	gw_expect_same("fifo");
	gw_expect_text("d/f", "hello");
	gw_expect_text("l", "hello");
	EXPECT_EQ(w_ino(&gw, "hard"), w_ino(&gw, "d/f"));
	EXPECT_ERR(w_walk(&gw, "d/none", 0), ENOENT);
	EXPECT_ERR(w_walk(&gw, "d/f/x", 0), ENOTDIR);
	gw_leave();
}

TEST(a_read_only_root_cannot_be_changed)
{
	struct file *f;

	gw_prepare();
	gw_put_file("f", "x");
	gw_enter(false);
	EXPECT_ERR(w_open(&gw, "f", LX_O_RDWR, 0, &f), EROFS);
	EXPECT_ERR(w_open(&gw, "new", LX_O_WRONLY | LX_O_CREAT, 0644, &f), EROFS);
	EXPECT_ERR(w_mkdir(&gw, "d", 0755), EROFS);
	EXPECT_ERR(vfs_unlink(&gw.ctx, gw.fs, NULL, "f"), EROFS);
	gw_leave();
}

TEST(large_files_are_read_whole)
{
	enum { N = 300000 };
	static char buf[N];
	char pattern[1000];
	struct file *f;
	FILE *out;

	gw_prepare();
	out = fopen(gw_at("f"), "w");
	for (unsigned i = 0; i < sizeof(pattern); i++)
		pattern[i] = (char)(i * 7);
	for (unsigned i = 0; i < N / sizeof(pattern); i++)
		EXPECT_EQ(fwrite(pattern, sizeof(pattern), 1, out), 1);
	fclose(out);
	gw_enter(false);
	EXPECT_EQ(w_open(&gw, "f", LX_O_RDONLY, 0, &f), 0);
	EXPECT_EQ(gw_read_at(f, buf, N, 0), N);
	for (unsigned i = 0; i < N; i += 999)
		EXPECT_EQ(buf[i], pattern[i % sizeof(pattern)]);
	EXPECT_EQ(gw_read_at(f, buf, N, N - 5), 5);
	EXPECT_EQ(gw_read_at(f, buf, N, N + 5), 0);
	EXPECT_EQ(file_seek(&gw.ctx, f, 0, LX_SEEK_END), N);
	file_put(f);
	gw_leave();
}

TEST(a_listing_answers_what_follows_without_further_trips)
{
	struct kstat k;
	char name[32];
	unsigned before;

	gw_prepare();
	EXPECT_EQ(mkdir(gw_at("d"), 0755), 0);
	for (unsigned i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "d/%u", i);
		gw_put_file(name, name);
	}
	gw_enter(false);
	EXPECT_EQ(gw_list("d"), 502);
	before = gw_trips();
	for (unsigned i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "d/%u", i);
		EXPECT_EQ(gw_stat_of(name, &k), 0);
		EXPECT_EQ(k.size, strlen(name));
	}
	EXPECT_ERR(w_walk(&gw, "d/missing", 0), ENOENT);
	EXPECT_EQ(gw_list("d"), 502);
	EXPECT_EQ(gw_trips(), before);
	gw_leave();
}

TEST(a_deep_path_costs_one_trip_and_reopening_none)
{
	unsigned before;

	gw_prepare();
	EXPECT_EQ(mkdir(gw_at("a"), 0755), 0);
	EXPECT_EQ(mkdir(gw_at("a/b"), 0755), 0);
	EXPECT_EQ(mkdir(gw_at("a/b/c"), 0755), 0);
	gw_put_file("a/b/c/f", "deep");
	gw_enter(false);
	before = gw_trips();
	EXPECT_EQ(w_walk(&gw, "a/b/c/f", 0), 0);
	EXPECT_EQ(gw_trips() - before, 1);
	gw_expect_text("a/b/c/f", "deep");
	EXPECT_EQ(gw_trips() - before, 2);
	gw_expect_text("a/b/c/f", "deep");
	EXPECT_EQ(gw_trips() - before, 2);
	gw_leave();
}

TEST(listings_are_resumed_where_they_stopped)
{
	struct gw_counting c = {.sink = {gw_count_one}, .max = 7};
	struct file *f;
	char name[32];
	unsigned total = 0;

	gw_prepare();
	for (unsigned i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "%u", i);
		gw_put_file(name, "");
	}
	gw_enter(false);
	EXPECT_EQ(w_open(&gw, ".", LX_O_RDONLY, 0, &f), 0);
	do {
		c.n = 0;
		EXPECT_EQ(file_iterate(&gw.ctx, f, &c.sink), 0);
		total += c.n;
	} while (c.n > 0);
	EXPECT_EQ(total, 102);
	EXPECT_EQ(c.last_type, LX_DT_REG);
	EXPECT_EQ(c.last_ino, w_ino(&gw, c.last));
	EXPECT_EQ(file_seek(&gw.ctx, f, 0, LX_SEEK_SET), 0);
	EXPECT_EQ(gw_count_names(f), 102);
	file_put(f);
	gw_leave();
}

TEST(a_file_that_the_host_replaced_opens_as_the_new_one)
{
	struct file *old;
	char buf[8] = "";

	gw_prepare();
	gw_put_file("f", "old");
	gw_enter(false);
	EXPECT_EQ(w_open(&gw, "f", LX_O_RDONLY, 0, &old), 0);
	gw_put_file("g", "newer");
	EXPECT_EQ(rename(gw_at("g"), gw_at("f")), 0);
	EXPECT_EQ(gw_read_at(old, buf, 8, 0), 3); /* who has it open keeps it */
	file_put(old);
	gw_leave();
}

TEST(many_files_are_read_with_few_descriptors_kept)
{
	char name[32];

	gw_prepare();
	gw_enter(false);
	for (unsigned i = 0; i < 1500; i++) {
		snprintf(name, sizeof(name), "%u", i);
		gw_put_file(name, name);
		gw_expect_text(name, name);
	}
	EXPECT_TRUE(((struct gofer_fs *)gw.sb->priv)->nread_fds <= 1024);
	gw_leave();
}

TEST_MAIN()
