/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sentry and Gofer together, without a guest: the vfs over a mounted export that a real Gofer serves from a temporary tree. The host
 * is the oracle: what the vfs says about a file is compared with what the host says.
 */
#include "sentry/fs/gofer/gofer_priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "abi/fcntl.h"
#include "abi/mman.h"
#include "abi/stat.h"
#include "base/strbuf.h"
#include "base/test.h"
#include "gofer/gofer.h"
#include "host/fd.h"
#include "host/thread.h"
#include "sentry/core/alloc.h"
#include "sentry/core/clock.h"
#include "sentry/core/hostfd.h"
#include "sentry/mm/mappable.h"
#include "sentry/vfs/dentry.h"
#include "sentry/vfs/testfs.h"

#define PATH 512

static char top[64];
static pid_t gofer;
static struct gofer_client *client;
static struct world w;
static uint64_t leaks_before;

static const char *at(const char *name)
{
	static char path[4][PATH];
	static unsigned next;
	char *p = path[next++ % 4];

	snprintf(p, PATH, "%s/%s", top, name);
	return p;
}

static void put_file(const char *name, const char *text)
{
	int fd = open(at(name), O_WRONLY | O_CREAT | O_TRUNC, 0644);

	EXPECT_TRUE(fd >= 0);
	EXPECT_EQ(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void put_zeroes(const char *name, size_t n)
{
	int fd = open(at(name), O_WRONLY | O_CREAT | O_TRUNC, 0644);

	EXPECT_TRUE(fd >= 0);
	EXPECT_EQ(ftruncate(fd, (off_t)n), 0);
	close(fd);
}

static void run(const char *program, const char *arg, const char *arg2)
{
	pid_t pid = fork();

	if (pid == 0) {
		execlp(program, program, arg, arg2, (char *)NULL);
		_exit(127);
	}
	EXPECT_EQ(waitpid(pid, NULL, 0), pid);
}

/* --- the world --- */

/* The dentry cache keeps its table, grown once and for all. */
static void warm_dcache(void)
{
	static bool warm;
	struct world one;

	if (warm)
		return;
	warm = true;
	world_init(&one, testfs_new());
	for (unsigned i = 0; i < 3000; i++) {
		char name[16];

		snprintf(name, sizeof(name), "%u", i);
		EXPECT_ERR(w_walk(&one, name, 0), ENOENT);
	}
	world_fini(&one);
}

static void prepare(void)
{
	warm_dcache();
	leaks_before = arena_leaks_log();
	snprintf(top, sizeof(top), "/tmp/gofer-client-XXXXXX");
	EXPECT_NE(mkdtemp(top), NULL);
	EXPECT_EQ(chmod(top, 0755), 0);
}

static void enter(bool writable)
{
	struct superblock *sb;
	int pair[2];

	EXPECT_EQ(host_socketpair(SOCK_STREAM, pair), 0);
	gofer = fork();
	if (gofer == 0) {
		struct gofer_export export = {top, "/", writable};
		struct gofer_config config = {.conn_fd = pair[1], .exports = &export, .n = 1, .log_fd = -1};

		close(pair[0]);
		gofer_main(&config);
	}
	close(pair[1]);
	EXPECT_EQ(gofer_connect(pair[0], &client), 0);
	EXPECT_ERR(gofer_mount(client, "/none", GOFER_SHARED, &sb), ENOENT);
	EXPECT_EQ(gofer_mount(client, "/", writable ? GOFER_SHARED : GOFER_EXCLUSIVE, &sb), 0);
	world_init(&w, sb);
}

/* Nothing may be left behind, on either side. */
static void leave(void)
{
	int status;

	world_fini(&w);
	gofer_client_put(client);
	EXPECT_EQ(waitpid(gofer, &status, 0), gofer);
	EXPECT_EQ(status, 0);
	run("rm", "-rf", top);
	EXPECT_EQ(arena_leaks_log(), leaks_before);
}

static unsigned trips(void)
{
	return client->next_tag;
}

static int stat_of(const char *name, struct kstat *ret)
{
	struct path p;
	int r = vfs_walk(&w.ctx, w.fs, NULL, name, 0, &p);

	if (r < 0)
		return r;
	r = vfs_getattr(&w.ctx, &p, ret);
	path_put(&p);
	return r;
}

static int64_t ns(const struct timespec *t)
{
	return t->tv_sec * NSEC_PER_SEC + t->tv_nsec;
}

/* The vfs and the host agree on name. */
static void expect_same(const char *name)
{
	struct kstat k;
	struct stat st;

	EXPECT_EQ(lstat(at(name), &st), 0);
	EXPECT_EQ(stat_of(name, &k), 0);
	EXPECT_EQ(k.mode, st.st_mode);
	EXPECT_EQ(k.nlink, st.st_nlink);
	EXPECT_EQ(k.uid, st.st_uid);
	EXPECT_EQ(k.gid, st.st_gid);
	EXPECT_EQ(k.size, st.st_size);
	EXPECT_EQ(k.blocks, st.st_blocks);
	EXPECT_EQ(k.mtime, ns(&st.st_mtim));
	EXPECT_EQ(k.ctime, ns(&st.st_ctim));
	EXPECT_EQ(k.dev, w.sb->dev);
}

static ssize_t read_at(struct file *f, void *buf, size_t n, int64_t pos)
{
	struct uio dst;

	uio_kernel(&dst, buf, n);
	return file_pread(&w.ctx, f, &dst, pos);
}

static ssize_t write_text(struct file *f, const char *text)
{
	struct uio src;
	char buf[64];

	snprintf(buf, sizeof(buf), "%s", text);
	uio_kernel(&src, buf, strlen(buf));
	return file_write(&w.ctx, f, &src);
}

/* What the host has in name is text. */
static void expect_host_text(const char *name, const char *text)
{
	char buf[256] = "";
	int fd = open(at(name), O_RDONLY);

	EXPECT_TRUE(fd >= 0);
	EXPECT_TRUE(read(fd, buf, sizeof(buf) - 1) >= 0);
	close(fd);
	EXPECT_STREQ(buf, text);
}

static void expect_text(const char *name, const char *text)
{
	struct file *f;
	char buf[256] = "";

	EXPECT_EQ(w_open(&w, name, LX_O_RDONLY, 0, &f), 0);
	EXPECT_EQ(read_at(f, buf, sizeof(buf) - 1, 0), strlen(text));
	EXPECT_STREQ(buf, text);
	file_put(f);
}

/* Names of a directory, counted; stops after max. */
struct counting {
	struct dir_sink sink;
	unsigned n, max;
	char last[256];
	uint64_t last_ino;
	uint8_t last_type;
};

static bool count_one(struct dir_sink *s, const char *name, size_t len, uint64_t ino, uint8_t d_type, int64_t next_pos UNUSED)
{
	struct counting *c = container_of(s, struct counting, sink);

	if (c->n == c->max)
		return false;
	c->n++;
	memcpy(c->last, name, len);
	c->last[len] = '\0';
	c->last_ino = ino;
	c->last_type = d_type;
	return true;
}

static unsigned count_names(struct file *dir)
{
	struct counting c = {.sink = {count_one}, .max = UINT32_MAX};

	EXPECT_EQ(file_iterate(&w.ctx, dir, &c.sink), 0);
	return c.n;
}

static unsigned list(const char *name)
{
	struct file *f;
	unsigned n;

	EXPECT_EQ(w_open(&w, name, LX_O_RDONLY | LX_O_DIRECTORY, 0, &f), 0);
	n = count_names(f);
	file_put(f);
	return n;
}

/* --- read-only root --- */

TEST(a_read_only_root_shows_what_the_host_has)
{
	prepare();
	EXPECT_EQ(mkdir(at("d"), 0711), 0);
	put_file("d/f", "hello");
	EXPECT_EQ(symlink("d/f", at("l")), 0);
	EXPECT_EQ(link(at("d/f"), at("hard")), 0);
	EXPECT_EQ(mkfifo(at("fifo"), 0600), 0);
	enter(false);
	expect_same("d");
	expect_same("d/f");
	expect_same("l");
	expect_same("hard");
	expect_same("fifo");
	expect_text("d/f", "hello");
	expect_text("l", "hello");
	EXPECT_EQ(w_ino(&w, "hard"), w_ino(&w, "d/f"));
	EXPECT_ERR(w_walk(&w, "d/none", 0), ENOENT);
	EXPECT_ERR(w_walk(&w, "d/f/x", 0), ENOTDIR);
	leave();
}

TEST(a_read_only_root_cannot_be_changed)
{
	struct file *f;

	prepare();
	put_file("f", "x");
	enter(false);
	EXPECT_ERR(w_open(&w, "f", LX_O_RDWR, 0, &f), EROFS);
	EXPECT_ERR(w_open(&w, "new", LX_O_WRONLY | LX_O_CREAT, 0644, &f), EROFS);
	EXPECT_ERR(w_mkdir(&w, "d", 0755), EROFS);
	EXPECT_ERR(vfs_unlink(&w.ctx, w.fs, NULL, "f"), EROFS);
	leave();
}

TEST(large_files_are_read_whole)
{
	enum { N = 300000 };
	static char buf[N];
	char pattern[1000];
	struct file *f;
	FILE *out;

	prepare();
	out = fopen(at("f"), "w");
	for (unsigned i = 0; i < sizeof(pattern); i++)
		pattern[i] = (char)(i * 7);
	for (unsigned i = 0; i < N / sizeof(pattern); i++)
		EXPECT_EQ(fwrite(pattern, sizeof(pattern), 1, out), 1);
	fclose(out);
	enter(false);
	EXPECT_EQ(w_open(&w, "f", LX_O_RDONLY, 0, &f), 0);
	EXPECT_EQ(read_at(f, buf, N, 0), N);
	for (unsigned i = 0; i < N; i += 999)
		EXPECT_EQ(buf[i], pattern[i % sizeof(pattern)]);
	EXPECT_EQ(read_at(f, buf, N, N - 5), 5);
	EXPECT_EQ(read_at(f, buf, N, N + 5), 0);
	EXPECT_EQ(file_seek(&w.ctx, f, 0, LX_SEEK_END), N);
	file_put(f);
	leave();
}

TEST(a_listing_answers_what_follows_without_further_trips)
{
	struct kstat k;
	char name[32];
	unsigned before;

	prepare();
	EXPECT_EQ(mkdir(at("d"), 0755), 0);
	for (unsigned i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "d/%u", i);
		put_file(name, name);
	}
	enter(false);
	EXPECT_EQ(list("d"), 502);
	before = trips();
	for (unsigned i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "d/%u", i);
		EXPECT_EQ(stat_of(name, &k), 0);
		EXPECT_EQ(k.size, strlen(name));
	}
	EXPECT_ERR(w_walk(&w, "d/missing", 0), ENOENT);
	EXPECT_EQ(list("d"), 502);
	EXPECT_EQ(trips(), before);
	leave();
}

TEST(a_deep_path_costs_one_trip_and_reopening_none)
{
	unsigned before;

	prepare();
	EXPECT_EQ(mkdir(at("a"), 0755), 0);
	EXPECT_EQ(mkdir(at("a/b"), 0755), 0);
	EXPECT_EQ(mkdir(at("a/b/c"), 0755), 0);
	put_file("a/b/c/f", "deep");
	enter(false);
	before = trips();
	EXPECT_EQ(w_walk(&w, "a/b/c/f", 0), 0);
	EXPECT_EQ(trips() - before, 1);
	expect_text("a/b/c/f", "deep");
	EXPECT_EQ(trips() - before, 2);
	expect_text("a/b/c/f", "deep");
	EXPECT_EQ(trips() - before, 2);
	leave();
}

TEST(listings_are_resumed_where_they_stopped)
{
	struct counting c = {.sink = {count_one}, .max = 7};
	struct file *f;
	char name[32];
	unsigned total = 0;

	prepare();
	for (unsigned i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "%u", i);
		put_file(name, "");
	}
	enter(false);
	EXPECT_EQ(w_open(&w, ".", LX_O_RDONLY, 0, &f), 0);
	do {
		c.n = 0;
		EXPECT_EQ(file_iterate(&w.ctx, f, &c.sink), 0);
		total += c.n;
	} while (c.n > 0);
	EXPECT_EQ(total, 102);
	EXPECT_EQ(c.last_type, LX_DT_REG);
	EXPECT_EQ(c.last_ino, w_ino(&w, c.last));
	EXPECT_EQ(file_seek(&w.ctx, f, 0, LX_SEEK_SET), 0);
	EXPECT_EQ(count_names(f), 102);
	file_put(f);
	leave();
}

TEST(a_file_that_the_host_replaced_opens_as_the_new_one)
{
	struct file *old;
	char buf[8] = "";

	prepare();
	put_file("f", "old");
	enter(false);
	EXPECT_EQ(w_open(&w, "f", LX_O_RDONLY, 0, &old), 0);
	put_file("g", "newer");
	EXPECT_EQ(rename(at("g"), at("f")), 0);
	EXPECT_EQ(read_at(old, buf, 8, 0), 3); /* who has it open keeps it */
	file_put(old);
	leave();
}

TEST(many_files_are_read_with_few_descriptors_kept)
{
	char name[32];

	prepare();
	enter(false);
	for (unsigned i = 0; i < 1500; i++) {
		snprintf(name, sizeof(name), "%u", i);
		put_file(name, name);
		expect_text(name, name);
	}
	EXPECT_TRUE(((struct gofer_fs *)w.sb->priv)->nread_fds <= 1024);
	leave();
}

/* --- writable exports --- */

TEST(files_are_created_written_and_read_back)
{
	struct file *f;
	struct stat st;

	prepare();
	enter(true);
	EXPECT_EQ(w_open(&w, "f", LX_O_RDWR | LX_O_CREAT | LX_O_EXCL, 0604, &f), 0);
	EXPECT_EQ(write_text(f, "hello"), 5);
	expect_host_text("f", "hello");
	expect_same("f");
	EXPECT_EQ(stat(at("f"), &st), 0);
	EXPECT_EQ(st.st_mode, S_IFREG | 0604);
	expect_text("f", "hello");
	EXPECT_EQ(file_truncate(&w.ctx, f, 2), 0);
	expect_host_text("f", "he");
	expect_same("f");
	EXPECT_EQ(file_fsync(&w.ctx, f, false), 0);
	file_put(f);
	EXPECT_EQ(w_open(&w, "f", LX_O_WRONLY | LX_O_TRUNC, 0, &f), 0);
	expect_same("f");
	EXPECT_EQ(write_text(f, "x"), 1);
	file_put(f);
	expect_host_text("f", "x");
	expect_same("f");
	EXPECT_ERR(w_open(&w, "f", LX_O_RDWR | LX_O_CREAT | LX_O_EXCL, 0604, &f), EEXIST);
	leave();
}

TEST(a_file_that_nobody_writes_any_more_has_no_writing_descriptor)
{
	struct file *f, *g;
	struct gofer_inode *i;

	prepare();
	enter(true);
	EXPECT_EQ(w_open(&w, "f", LX_O_WRONLY | LX_O_CREAT, 0755, &f), 0);
	i = gofer_inode(f->inode);
	EXPECT_NE(i->writes, NULL);
	EXPECT_EQ(w_open(&w, "f", LX_O_RDWR, 0, &g), 0);
	EXPECT_EQ(i->writers, 2);
	file_put(g);
	EXPECT_NE(i->writes, NULL);
	inode_get(&i->inode);
	file_put(f);
	EXPECT_EQ(i->writes, NULL);
	inode_put(&i->inode);
	/* also if it was created only to be read */
	EXPECT_EQ(w_open(&w, "g", LX_O_RDONLY | LX_O_CREAT, 0755, &f), 0);
	EXPECT_EQ(gofer_inode(f->inode)->writes, NULL);
	file_put(f);
	leave();
}

TEST(appends_go_to_the_end_whoever_else_writes)
{
	struct file *a, *b;
	int fd;

	prepare();
	put_file("log", "1");
	enter(true);
	EXPECT_EQ(w_open(&w, "log", LX_O_WRONLY | LX_O_APPEND, 0, &a), 0);
	EXPECT_EQ(w_open(&w, "log", LX_O_WRONLY | LX_O_APPEND, 0, &b), 0);
	EXPECT_EQ(write_text(a, "2"), 1);
	EXPECT_EQ(write_text(b, "3"), 1);
	fd = open(at("log"), O_WRONLY | O_APPEND);
	EXPECT_EQ(write(fd, "host", 4), 4);
	close(fd);
	EXPECT_EQ(write_text(a, "4"), 1);
	EXPECT_EQ(file_seek(&w.ctx, a, 0, LX_SEEK_CUR), 8);
	expect_host_text("log", "123host4");
	file_put(a);
	file_put(b);
	leave();
}

TEST(what_the_host_changes_is_seen_at_once)
{
	struct kstat k;

	prepare();
	put_file("f", "one");
	EXPECT_EQ(mkdir(at("d"), 0755), 0);
	enter(true);
	expect_text("f", "one");
	put_file("f", "three");
	EXPECT_EQ(stat_of("f", &k), 0);
	EXPECT_EQ(k.size, 5);
	EXPECT_ERR(w_walk(&w, "new", 0), ENOENT);
	put_file("new", "new");
	expect_text("new", "new");
	put_file("g", "other");
	EXPECT_EQ(rename(at("g"), at("f")), 0);
	expect_text("f", "other");
	EXPECT_EQ(unlink(at("f")), 0);
	EXPECT_ERR(w_walk(&w, "f", 0), ENOENT);
	EXPECT_EQ(list("d"), 2);
	put_file("d/x", "");
	EXPECT_EQ(chmod(at("d/x"), 0123), 0);
	EXPECT_EQ(w_walk(&w, "d/x", 0), 0);
	expect_same("d/x");
	leave();
}

TEST(a_removed_file_that_is_open_lives_on)
{
	struct file *f;
	struct kstat k;
	struct iattr attr = {.valid = IATTR_MODE, .mode = 0600};
	char buf[8] = "";

	prepare();
	put_file("f", "data");
	enter(true);
	EXPECT_EQ(w_open(&w, "f", LX_O_RDWR, 0, &f), 0);
	EXPECT_EQ(vfs_unlink(&w.ctx, w.fs, NULL, "f"), 0);
	EXPECT_ERR(w_walk(&w, "f", 0), ENOENT);
	EXPECT_NE(access(at("f"), F_OK), 0);
	EXPECT_EQ(read_at(f, buf, 8, 0), 4);
	EXPECT_EQ(write_text(f, "DATA"), 4);
	EXPECT_EQ(inode_getattr(&w.ctx, f->inode, &k), 0);
	EXPECT_EQ(k.nlink, 0);
	EXPECT_EQ(inode_setattr(&w.ctx, f->inode, &attr), 0);
	EXPECT_EQ(inode_getattr(&w.ctx, f->inode, &k), 0);
	EXPECT_EQ(k.mode, S_IFREG | 0600);
	EXPECT_EQ(file_truncate(&w.ctx, f, 1), 0);
	file_put(f);
	leave();
}

TEST(a_file_that_a_rename_replaced_lives_on_too)
{
	struct file *f;
	struct kstat k;
	struct iattr attr = {.valid = IATTR_MODE, .mode = 0640};

	prepare();
	put_file("f", "data");
	put_file("g", "g");
	enter(true);
	EXPECT_EQ(w_open(&w, "f", LX_O_RDONLY, 0, &f), 0);
	EXPECT_EQ(vfs_rename(&w.ctx, w.fs, NULL, "g", NULL, "f", 0), 0);
	expect_text("f", "g");
	EXPECT_EQ(inode_setattr(&w.ctx, f->inode, &attr), 0);
	EXPECT_EQ(inode_getattr(&w.ctx, f->inode, &k), 0);
	EXPECT_EQ(k.nlink, 0);
	EXPECT_EQ(k.size, 4);
	EXPECT_EQ(k.mode, S_IFREG | 0640);
	expect_same("f");
	file_put(f);
	leave();
}

TEST(names_are_made_moved_and_removed)
{
	struct path p;
	struct strbuf sb = STRBUF_INIT;

	prepare();
	put_file("f", "x");
	enter(true);
	EXPECT_EQ(w_mkdir(&w, "d", 0750), 0);
	expect_same("d");
	EXPECT_EQ(w_mkdir(&w, "d/e", 0700), 0);
	expect_same("d");
	EXPECT_ERR(w_mkdir(&w, "d", 0750), EEXIST);
	EXPECT_EQ(vfs_walk(&w.ctx, w.fs, NULL, "f", 0, &p), 0);
	EXPECT_EQ(vfs_link(&w.ctx, w.fs, &p, NULL, "d/hard"), 0);
	path_put(&p);
	expect_same("f");
	EXPECT_EQ(w_ino(&w, "f"), w_ino(&w, "d/hard"));
	EXPECT_EQ(vfs_unlink(&w.ctx, w.fs, NULL, "f"), 0);
	expect_same("d/hard");
	EXPECT_EQ(vfs_symlink(&w.ctx, w.fs, "some/where", NULL, "d/l"), 0);
	expect_same("d/l");
	EXPECT_EQ(vfs_walk(&w.ctx, w.fs, NULL, "d/l", 0, &p), 0);
	EXPECT_EQ(vfs_readlink(&w.ctx, &p, &sb), 0);
	EXPECT_STREQ(strbuf_str(&sb), "some/where");
	strbuf_fini(&sb);
	path_put(&p);
	EXPECT_EQ(vfs_mknod(&w.ctx, w.fs, NULL, "fifo", S_IFIFO | 0640, 0), 0);
	expect_same("fifo");
	EXPECT_ERR(vfs_mknod(&w.ctx, w.fs, NULL, "null", S_IFCHR | 0640, 0x103), EPERM);
	EXPECT_ERR(vfs_mknod(&w.ctx, w.fs, NULL, "sock", S_IFSOCK | 0640, 0), EPERM);
	EXPECT_EQ(vfs_rename(&w.ctx, w.fs, NULL, "d", NULL, "moved", 0), 0);
	expect_same("moved/e");
	expect_same("moved/hard");
	EXPECT_ERR(w_walk(&w, "d", 0), ENOENT);
	EXPECT_ERR(vfs_rename(&w.ctx, w.fs, NULL, "fifo", NULL, "moved/hard", LX_RENAME_NOREPLACE), EEXIST);
	EXPECT_EQ(vfs_rename(&w.ctx, w.fs, NULL, "fifo", NULL, "moved/hard", LX_RENAME_EXCHANGE), 0);
	expect_same("fifo");
	expect_same("moved/hard");
	EXPECT_ERR(vfs_rmdir(&w.ctx, w.fs, NULL, "moved"), ENOTEMPTY);
	EXPECT_EQ(vfs_rmdir(&w.ctx, w.fs, NULL, "moved/e"), 0);
	expect_same("moved");
	leave();
}

TEST(what_is_made_belongs_to_who_made_it_if_the_host_lets_us)
{
	struct stat st;

	prepare();
	EXPECT_EQ(chmod(top, 0777), 0);
	enter(true);
	world_become(&w, 1234, 2345);
	EXPECT_EQ(w_mkdir(&w, "d", 0755), 0);
	EXPECT_EQ(w_file(&w, "f", 0644), 0);
	EXPECT_EQ(stat(at("d"), &st), 0);
	if (getuid() == 0) {
		EXPECT_EQ(st.st_uid, 1234);
		EXPECT_EQ(st.st_gid, 2345);
	}
	expect_same("d");
	expect_same("f");
	leave();
}

TEST(attributes_are_changed_on_the_host)
{
	struct iattr attr = {
		.valid = IATTR_MODE | IATTR_ATIME | IATTR_MTIME, .mode = 0755, .atime = 5 * NSEC_PER_SEC, .mtime = 7};
	struct path p;
	struct stat st;

	prepare();
	put_file("f", "x");
	enter(true);
	EXPECT_EQ(vfs_walk(&w.ctx, w.fs, NULL, "f", 0, &p), 0);
	EXPECT_EQ(vfs_setattr(&w.ctx, &p, &attr), 0);
	expect_same("f");
	EXPECT_EQ(stat(at("f"), &st), 0);
	EXPECT_EQ(st.st_mode, S_IFREG | 0755);
	EXPECT_EQ(st.st_atim.tv_sec, 5);
	EXPECT_EQ(ns(&st.st_mtim), 7);
	EXPECT_EQ(vfs_truncate(&w.ctx, &p, 1000), 0);
	expect_same("f");
	path_put(&p);
	leave();
}

TEST(holes_are_found)
{
	struct file *f;
	int64_t hole;

	prepare();
	put_zeroes("f", 1 << 20);
	enter(true);
	EXPECT_EQ(w_open(&w, "f", LX_O_RDWR, 0, &f), 0);
	hole = file_seek(&w.ctx, f, 0, LX_SEEK_HOLE);
	EXPECT_EQ(hole, 0);
	EXPECT_ERR(file_seek(&w.ctx, f, 1 << 21, LX_SEEK_DATA), ENXIO);
	EXPECT_EQ(file_fallocate(&w.ctx, f, 0, 0, 1 << 21), 0);
	expect_same("f");
	file_put(f);
	leave();
}

TEST(statfs_is_the_hosts)
{
	struct lx_statfs st;
	struct path p;

	prepare();
	enter(true);
	EXPECT_EQ(vfs_walk(&w.ctx, w.fs, NULL, ".", 0, &p), 0);
	EXPECT_EQ(vfs_statfs(&w.ctx, &p, &st), 0);
	EXPECT_TRUE(st.f_blocks > 0 && st.f_bsize > 0 && st.f_namelen == 255);
	path_put(&p);
	leave();
}

/* --- mappings --- */

TEST(a_mapping_that_only_reads_gets_a_descriptor_that_only_reads)
{
	struct hostfd *h;
	struct mappable *m;
	struct file *f;
	uint64_t delta = 1;
	int max_prot;

	prepare();
	put_file("f", "mapped");
	enter(true);
	EXPECT_EQ(w_open(&w, "f", LX_O_RDWR, 0, &f), 0);
	EXPECT_EQ(file_mappable(&w.ctx, f, LX_PROT_READ, LX_MAP_PRIVATE, &m, &max_prot), 0);
	EXPECT_EQ(m->ops->hostfd(m, &w.ctx, false, &h, &delta), 0);
	EXPECT_EQ(delta, 0);
	EXPECT_EQ(host_get_flags(hostfd_fd(h)) & O_ACCMODE, O_RDONLY);
	hostfd_put(h);
	EXPECT_EQ(m->ops->hostfd(m, &w.ctx, true, &h, &delta), 0);
	EXPECT_EQ(host_get_flags(hostfd_fd(h)) & O_ACCMODE, O_RDWR);
	hostfd_put(h);
	/* the mapping keeps its file */
	EXPECT_EQ(vfs_unlink(&w.ctx, w.fs, NULL, "f"), 0);
	file_put(f);
	EXPECT_EQ(m->ops->hostfd(m, &w.ctx, false, &h, &delta), 0);
	hostfd_put(h);
	mappable_put(m);
	leave();
}

/* --- depth, threads --- */

static void dive(void *arg UNUSED)
{
	struct path p, next;

	EXPECT_EQ(vfs_walk(&w.ctx, w.fs, NULL, ".", 0, &p), 0);
	for (unsigned i = 0; i < 2000; i++) {
		EXPECT_EQ(vfs_mkdir(&w.ctx, w.fs, &p, "d", 0755), 0);
		EXPECT_EQ(vfs_walk(&w.ctx, w.fs, &p, "d", 0, &next), 0);
		path_put(&p);
		p = next;
	}
	path_put(&p);
	superblock_put(superblock_get(w.sb));
	dcache_set_limit(0);
	dcache_set_limit(16384);
}

TEST(two_thousand_directories_deep_on_a_small_stack)
{
	struct host_thread t;

	prepare();
	enter(true);
	EXPECT_EQ(host_thread_start(&t, "diver", dive, NULL), 0);
	host_thread_join(&t);
	leave();
}

struct worker {
	struct host_thread t;
	struct ctx ctx;
	unsigned id;
	_Atomic unsigned *failed;
};

static void work_once(struct worker *k, unsigned i)
{
	char name[32], other[32], buf[64];
	struct counting c = {.sink = {count_one}, .max = UINT32_MAX};
	struct open_how how = {.flags = LX_O_RDWR | LX_O_CREAT, .mode = 0644};
	struct file *f;
	struct uio u;

	snprintf(name, sizeof(name), "shared/%u", (k->id + i) % 7);
	snprintf(other, sizeof(other), "shared/%u", (k->id * 3 + i) % 5);
	if (vfs_open(&k->ctx, w.fs, NULL, name, &how, &f) == 0) {
		uio_kernel(&u, buf, 10);
		memset(buf, 'a' + (int)k->id, 10);
		if (file_write(&k->ctx, f, &u) != 10)
			atomic_fetch_add(k->failed, 1);
		uio_kernel(&u, buf, 10);
		if (file_pread(&k->ctx, f, &u, 0) < 0)
			atomic_fetch_add(k->failed, 1);
		file_put(f);
	}
	(void)!vfs_rename(&k->ctx, w.fs, NULL, name, NULL, other, 0);
	if (i % 3 == 0)
		(void)!vfs_unlink(&k->ctx, w.fs, NULL, other);
	how.flags = LX_O_RDONLY;
	if (vfs_open(&k->ctx, w.fs, NULL, "shared", &how, &f) == 0) {
		if (file_iterate(&k->ctx, f, &c.sink) < 0)
			atomic_fetch_add(k->failed, 1);
		file_put(f);
	}
}

static void work(void *arg)
{
	struct worker *k = arg;

	for (unsigned i = 0; i < 300; i++)
		work_once(k, i);
}

TEST(threads_that_fight_over_names_break_nothing)
{
	struct worker k[6];
	_Atomic unsigned failed = 0;

	prepare();
	EXPECT_EQ(mkdir(at("shared"), 0777), 0);
	enter(true);
	for (unsigned i = 0; i < ARRAY_SIZE(k); i++) {
		k[i] = (struct worker){.id = i, .failed = &failed};
		ctx_init(&k[i].ctx, w.ctx.ops);
		k[i].ctx.cred = w.ctx.cred;
		k[i].ctx.limits = w.ctx.limits;
		EXPECT_EQ(host_thread_start(&k[i].t, "worker", work, &k[i]), 0);
	}
	for (unsigned i = 0; i < ARRAY_SIZE(k); i++)
		host_thread_join(&k[i].t);
	EXPECT_EQ(failed, 0);
	EXPECT_FALSE(client->dead);
	leave();
}

/* --- Gofers that cannot be trusted --- */

TEST(a_gofer_that_died_means_EIO)
{
	struct file *f;
	struct kstat k;
	char buf[8];

	prepare();
	put_file("f", "data");
	enter(true);
	EXPECT_EQ(w_open(&w, "f", LX_O_RDWR, 0, &f), 0);
	kill(gofer, SIGKILL);
	EXPECT_EQ(waitpid(gofer, NULL, 0), gofer);
	EXPECT_ERR(w_walk(&w, "g", 0), EIO);
	EXPECT_ERR(stat_of("f", &k), EIO);
	EXPECT_ERR(w_mkdir(&w, "d", 0755), EIO);
	EXPECT_EQ(read_at(f, buf, 8, 0), 4); /* the descriptor is ours */
	file_put(f);
	world_fini(&w);
	gofer_client_put(client);
	run("rm", "-rf", top);
	EXPECT_EQ(arena_leaks_log(), leaks_before);
}

/* A server that greets properly and answers everything else with n bytes of p, and maybe a descriptor. */
static void lie(int conn, const void *p, size_t n, int fd)
{
	static const uint8_t hello[] = {29,  0,   0,   0,   P9_RVERSION, 0,   0,   0,   0,   2,   0,   16,  0,   '9', 'P',
					'2', '0', '0', '0', '.',         'L', '.', 'c', 'a', 'i', 's', 's', 'o', 'n'};
	uint8_t buf[4096];

	for (unsigned i = 0; read(conn, buf, sizeof(buf)) > 0; i++) {
		if (i == 0)
			host_close(write(conn, hello, sizeof(hello)) == sizeof(hello) ? -1 : -1);
		else if (host_send_fds(conn, p, n, &fd, fd >= 0, 0) < 0)
			break;
	}
	_exit(0);
}

TEST(lies_end_the_connection_and_not_the_sentry)
{
	static const struct {
		uint8_t b[16];
		size_t n;
		int fd;
		int want;
	} lies[] = {
		{{11, 0, 0, 0, P9_RLERROR, 1, 0, 2, 0, 0, 0}, 11, -1, -ENOENT},  /* an honest one */
		{{11, 0, 0, 0, P9_RLERROR, 1, 0, 0, 0, 0, 0}, 11, -1, -EIO},     /* error 0 */
		{{11, 0, 0, 0, P9_RLERROR, 1, 0, 0, 0, 1, 0}, 11, -1, -EIO},     /* error 65536 */
		{{11, 0, 0, 0, P9_RLERROR, 9, 0, 2, 0, 0, 0}, 11, -1, -EIO},     /* another tag */
		{{7, 0, 0, 0, P9_RCLUNK, 1, 0}, 7, -1, -EIO},                    /* another type */
		{{7, 0, 0, 0, P9_RATTACH, 1, 0}, 7, -1, -EIO},                   /* nothing in it */
		{{3, 0, 0, 0, 0, 0, 0}, 7, -1, -EIO},                            /* no frame */
		{{11, 0, 0, 0, P9_RLERROR, 1, 0, 2, 0, 0, 0, 0}, 12, -1, -EIO},  /* a byte too many */
		{{11, 0, 0, 0, P9_RLERROR, 1, 0, 2, 0, 0, 0}, 11, 0, -EIO},      /* a descriptor too many */
	};

	for (unsigned i = 0; i < ARRAY_SIZE(lies); i++) {
		struct superblock *sb;
		pid_t liar;
		int pair[2];

		EXPECT_EQ(host_socketpair(SOCK_STREAM, pair), 0);
		liar = fork();
		if (liar == 0) {
			close(pair[0]);
			lie(pair[1], lies[i].b, lies[i].n, lies[i].fd);
		}
		close(pair[1]);
		EXPECT_EQ(gofer_connect(pair[0], &client), 0);
		EXPECT_EQ(gofer_mount(client, "/", GOFER_SHARED, &sb), lies[i].want);
		EXPECT_EQ(client->dead, lies[i].want == -EIO);
		gofer_client_put(client);
		EXPECT_EQ(waitpid(liar, NULL, 0), liar);
	}
}

TEST_MAIN()
