/* SPDX-License-Identifier: Apache-2.0 */
/* Opening by every flag, and open files: offset, append, limits, tables of descriptors. */
#include <errno.h>
#include <pthread.h>

#include "abi/fcntl.h"
#include "abi/mman.h"
#include "abi/mount.h"
#include "abi/signal.h"
#include "base/strbuf.h"
#include "base/test.h"
#include "sentry/vfs/special.h"
#include "sentry/vfs/testfs.h"

static void make_tree(struct world *w)
{
	world_init(w, testfs_new());
	EXPECT_EQ(w_mkdir(w, "d", 0755), 0);
	EXPECT_EQ(w_file(w, "f", 0644), 0);
	EXPECT_EQ(vfs_symlink(&w->ctx, w->fs, "f", NULL, "link"), 0);
	EXPECT_EQ(vfs_symlink(&w->ctx, w->fs, "d/made", NULL, "dangling"), 0);
}

TEST(open_refuses_what_linux_refuses)
{
	struct world w;

	make_tree(&w);
	EXPECT_ERR(w_try_open(&w, "x", LX_O_RDONLY), ENOENT);
	EXPECT_ERR(w_try_open(&w, "d", LX_O_WRONLY), EISDIR);
	EXPECT_ERR(w_try_open(&w, "d", LX_O_RDONLY | LX_O_CREAT), EISDIR);
	EXPECT_ERR(w_try_open(&w, "x/", LX_O_RDONLY | LX_O_CREAT), EISDIR);
	EXPECT_ERR(w_try_open(&w, "/", LX_O_RDONLY | LX_O_CREAT), EISDIR);
	EXPECT_ERR(w_try_open(&w, "/", LX_O_RDONLY | LX_O_CREAT | LX_O_EXCL), EEXIST);
	EXPECT_ERR(w_try_open(&w, "f", LX_O_RDONLY | LX_O_DIRECTORY), ENOTDIR);
	EXPECT_ERR(w_try_open(&w, "f", LX_O_RDWR | LX_O_CREAT | LX_O_EXCL), EEXIST);
	EXPECT_ERR(w_try_open(&w, "link", LX_O_RDONLY | LX_O_NOFOLLOW), ELOOP);
	EXPECT_ERR(w_try_open(&w, "link", LX_O_RDWR | LX_O_CREAT | LX_O_NOFOLLOW), ELOOP);
	EXPECT_ERR(w_try_open(&w, "dangling", LX_O_RDWR | LX_O_CREAT | LX_O_EXCL), EEXIST);
	EXPECT_EQ(w_try_open(&w, "link", LX_O_PATH | LX_O_NOFOLLOW), 0);
	EXPECT_EQ(w_try_open(&w, "d", LX_O_RDONLY), 0);
	world_fini(&w);
}

TEST(creating_through_a_dangling_link_makes_its_target)
{
	struct world w;

	make_tree(&w);
	EXPECT_EQ(w_try_open(&w, "dangling", LX_O_RDWR | LX_O_CREAT), 0);
	EXPECT_NE(w_ino(&w, "d/made"), 0);
	EXPECT_EQ(w_ino(&w, "d/made"), w_ino(&w, "dangling"));
	world_fini(&w);
}

TEST(a_file_made_now_opens_whatever_its_mode)
{
	struct file *f;
	struct world w;

	make_tree(&w);
	EXPECT_EQ(w_mkdir(&w, "open", 0777), 0);
	world_become(&w, 1000, 1000);
	EXPECT_EQ(w_open(&w, "open/none", LX_O_RDWR | LX_O_CREAT, 0, &f), 0);
	file_put(f);
	EXPECT_ERR(w_try_open(&w, "open/none", LX_O_RDONLY), EACCES);
	EXPECT_ERR(w_try_open(&w, "f", LX_O_WRONLY), EACCES);
	EXPECT_ERR(w_try_open(&w, "f", LX_O_RDONLY | LX_O_TRUNC), EACCES);
	EXPECT_ERR(w_try_open(&w, "f", LX_O_RDONLY | LX_O_NOATIME), EPERM);
	EXPECT_ERR(w_try_open(&w, "new", LX_O_RDONLY | LX_O_CREAT), EACCES);
	EXPECT_EQ(w_try_open(&w, "f", LX_O_RDONLY | LX_O_CREAT), 0);
	world_fini(&w);
}

TEST(a_read_only_mount_is_not_written)
{
	struct path root;
	struct world w;

	make_tree(&w);
	root = fs_info_root(w.fs);
	EXPECT_EQ(vfs_remount(&w.ctx, &root, LX_MS_RDONLY), 0);
	EXPECT_ERR(w_try_open(&w, "f", LX_O_RDWR), EROFS);
	EXPECT_ERR(w_try_open(&w, "f", LX_O_RDONLY | LX_O_TRUNC), EROFS);
	EXPECT_ERR(w_try_open(&w, "new", LX_O_RDWR | LX_O_CREAT), EROFS);
	EXPECT_EQ(w_try_open(&w, "f", LX_O_RDONLY | LX_O_CREAT), 0);
	path_put(&root);
	world_fini(&w);
}

static int open_device(struct ctx *ctx UNUSED, struct inode *i UNUSED, struct file *f)
{
	static const struct file_ops ops;

	f->ops = &ops;
	return 0;
}

TEST(devices_fifos_and_sockets_open_by_their_rooms)
{
	struct world w;

	make_tree(&w);
	EXPECT_EQ(vfs_chrdev_register(240, 3, 5, open_device), 0);
	EXPECT_ERR(vfs_chrdev_register(240, 5, 9, open_device), EBUSY);
	EXPECT_EQ(vfs_mknod(&w.ctx, w.fs, NULL, "dev", LX_S_IFCHR | 0666, dev_make(240, 4)), 0);
	EXPECT_EQ(vfs_mknod(&w.ctx, w.fs, NULL, "nobody", LX_S_IFCHR | 0666, dev_make(240, 6)), 0);
	EXPECT_EQ(vfs_mknod(&w.ctx, w.fs, NULL, "blk", LX_S_IFBLK | 0666, dev_make(8, 0)), 0);
	EXPECT_EQ(vfs_mknod(&w.ctx, w.fs, NULL, "fifo", LX_S_IFIFO | 0666, 0), 0);
	EXPECT_EQ(vfs_mknod(&w.ctx, w.fs, NULL, "sock", LX_S_IFSOCK | 0666, 0), 0);
	EXPECT_EQ(w_try_open(&w, "dev", LX_O_RDWR), 0);
	EXPECT_ERR(w_try_open(&w, "nobody", LX_O_RDWR), ENXIO);
	EXPECT_ERR(w_try_open(&w, "blk", LX_O_RDWR), ENXIO);
	EXPECT_ERR(w_try_open(&w, "fifo", LX_O_RDWR), ENXIO);
	EXPECT_ERR(w_try_open(&w, "sock", LX_O_RDWR), ENXIO);
	world_fini(&w);
}

TEST(what_runs_is_not_written_and_what_is_written_does_not_run)
{
	struct file *exe, *f;
	struct world w;

	make_tree(&w);
	EXPECT_EQ(w_file(&w, "prog", 0755), 0);
	EXPECT_EQ(vfs_open_exec(&w.ctx, w.fs, NULL, "prog", WALK_FOLLOW, &exe), 0);
	EXPECT_ERR(w_try_open(&w, "prog", LX_O_RDWR), ETXTBSY);
	EXPECT_EQ(w_try_open(&w, "prog", LX_O_RDONLY), 0);
	file_put(exe);
	EXPECT_EQ(w_open(&w, "prog", LX_O_RDWR, 0, &f), 0);
	EXPECT_ERR(vfs_open_exec(&w.ctx, w.fs, NULL, "prog", WALK_FOLLOW, &exe), ETXTBSY);
	file_put(f);
	EXPECT_ERR(vfs_open_exec(&w.ctx, w.fs, NULL, "f", WALK_FOLLOW, &exe), EACCES);
	EXPECT_ERR(vfs_open_exec(&w.ctx, w.fs, NULL, "d", WALK_FOLLOW, &exe), EACCES);
	world_fini(&w);
}

TEST(an_unnamed_file_gets_a_name_once)
{
	struct file *f;
	struct world w;

	make_tree(&w);
	EXPECT_EQ(w_open(&w, "d", LX_O_TMPFILE | LX_O_RDWR, 0600, &f), 0);
	EXPECT_EQ(f->inode->nlink, 0);
	EXPECT_EQ(vfs_link(&w.ctx, w.fs, &f->path, NULL, "d/named"), 0);
	EXPECT_EQ(w_ino(&w, "d/named"), f->inode->ino);
	file_put(f);
	EXPECT_EQ(w_open(&w, "d", LX_O_TMPFILE | LX_O_RDWR | LX_O_EXCL, 0600, &f), 0);
	EXPECT_ERR(vfs_link(&w.ctx, w.fs, &f->path, NULL, "d/never"), ENOENT);
	file_put(f);
	world_fini(&w);
}

/* --- reading and writing --- */

static ssize_t put(struct world *w, struct file *f, const char *s, int64_t pos)
{
	char copy[64];
	struct uio u;
	size_t n = strlen(s);

	memcpy(copy, s, n);
	uio_kernel(&u, copy, n);
	return pos < 0 ? file_write(&w->ctx, f, &u) : file_pwrite(&w->ctx, f, &u, pos);
}

static void expect_content(struct world *w, struct file *f, const char *want)
{
	char got[64] = "";

	EXPECT_EQ(file_read_kernel(&w->ctx, f, got, sizeof(got) - 1, 0), (ssize_t)strlen(want));
	EXPECT_STREQ(got, want);
}

TEST(the_offset_moves_with_what_was_moved)
{
	char got[8] = "";
	struct file *f;
	struct uio u;
	struct world w;

	make_tree(&w);
	EXPECT_EQ(w_open(&w, "f", LX_O_RDWR, 0, &f), 0);
	EXPECT_EQ(put(&w, f, "hello", -1), 5);
	EXPECT_EQ(put(&w, f, "J", 0), 1);
	EXPECT_EQ(f->pos, 5);
	expect_content(&w, f, "Jello");
	EXPECT_EQ(file_seek(&w.ctx, f, -2, LX_SEEK_CUR), 3);
	uio_kernel(&u, got, 7);
	EXPECT_EQ(file_read(&w.ctx, f, &u), 2);
	EXPECT_STREQ(got, "lo");
	EXPECT_EQ(file_seek(&w.ctx, f, -1, LX_SEEK_END), 4);
	EXPECT_ERR(file_seek(&w.ctx, f, -1, LX_SEEK_SET), EINVAL);
	EXPECT_ERR(file_seek(&w.ctx, f, 5, LX_SEEK_DATA), ENXIO);
	EXPECT_EQ(file_seek(&w.ctx, f, 2, LX_SEEK_HOLE), 5);
	EXPECT_ERR(file_seek(&w.ctx, f, 0, 9), EINVAL);
	file_put(f);
	world_fini(&w);
}

TEST(appending_goes_to_the_end_and_so_does_the_offset)
{
	struct file *f, *g;
	struct world w;

	make_tree(&w);
	EXPECT_EQ(w_open(&w, "f", LX_O_RDWR | LX_O_APPEND, 0, &f), 0);
	EXPECT_EQ(w_open(&w, "f", LX_O_RDWR, 0, &g), 0);
	EXPECT_EQ(put(&w, g, "12345", -1), 5);
	EXPECT_EQ(put(&w, f, "ab", -1), 2);
	EXPECT_EQ(f->pos, 7);
	EXPECT_EQ(put(&w, f, "cd", 0), 2);
	EXPECT_EQ(f->pos, 7);
	expect_content(&w, f, "12345abcd");
	file_put(f);
	file_put(g);
	world_fini(&w);
}

TEST(the_size_limit_cuts_and_then_signals)
{
	struct file *f;
	struct world w;

	make_tree(&w);
	EXPECT_EQ(w_open(&w, "f", LX_O_RDWR, 0, &f), 0);
	w.limits.soft[LX_RLIMIT_FSIZE] = 4;
	EXPECT_EQ(put(&w, f, "123456", -1), 4);
	EXPECT_EQ(w.last_signal, 0);
	EXPECT_ERR(put(&w, f, "5", -1), EFBIG);
	EXPECT_EQ(w.last_signal, LX_SIGXFSZ);
	EXPECT_ERR(file_truncate(&w.ctx, f, 5), EFBIG);
	EXPECT_EQ(file_truncate(&w.ctx, f, 2), 0);
	expect_content(&w, f, "12");
	file_put(f);
	world_fini(&w);
}

TEST(writing_takes_the_set_id_bits_of_others)
{
	struct file *f;
	struct world w;

	make_tree(&w);
	EXPECT_EQ(w_open(&w, "f", LX_O_RDWR, 0, &f), 0);
	f->inode->mode = LX_S_IFREG | 06777;
	EXPECT_EQ(put(&w, f, "x", -1), 1);
	EXPECT_EQ(f->inode->mode & 07777, 06777);
	world_become(&w, 1000, 1000);
	EXPECT_EQ(put(&w, f, "x", -1), 1);
	EXPECT_EQ(f->inode->mode & 07777, 0777);
	file_put(f);
	world_fini(&w);
}

TEST(an_access_mode_is_kept_to)
{
	struct mappable *m;
	struct file *f;
	struct uio u;
	char c;
	int max;
	struct world w;

	make_tree(&w);
	EXPECT_EQ(w_open(&w, "f", LX_O_WRONLY, 0, &f), 0);
	uio_kernel(&u, &c, 1);
	EXPECT_ERR(file_read(&w.ctx, f, &u), EBADF);
	EXPECT_ERR(file_mappable(&w.ctx, f, LX_PROT_READ, LX_MAP_PRIVATE, &m, &max), EACCES);
	file_put(f);
	EXPECT_EQ(w_open(&w, "f", LX_O_RDONLY, 0, &f), 0);
	EXPECT_ERR(put(&w, f, "x", -1), EBADF);
	EXPECT_ERR(file_mappable(&w.ctx, f, LX_PROT_WRITE, LX_MAP_SHARED, &m, &max), EACCES);
	EXPECT_ERR(file_mappable(&w.ctx, f, LX_PROT_READ, LX_MAP_PRIVATE, &m, &max), ENODEV);
	file_put(f);
	EXPECT_EQ(w_open(&w, "f", LX_O_PATH, 0, &f), 0);
	EXPECT_ERR(file_read(&w.ctx, f, &u), EBADF);
	EXPECT_ERR(file_seek(&w.ctx, f, 0, LX_SEEK_SET), EBADF);
	file_put(f);
	EXPECT_EQ(w_open(&w, "d", LX_O_RDONLY, 0, &f), 0);
	EXPECT_ERR(file_read(&w.ctx, f, &u), EISDIR);
	file_put(f);
	world_fini(&w);
}

static const struct file_ops no_ops;

TEST(files_without_names_have_texts)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	struct file *f;

	EXPECT_EQ(file_new_anon("eventfd", NULL, &no_ops, FILE_STREAM, LX_O_RDWR, NULL, &f), 0);
	EXPECT_EQ(path_text(&f->path, NULL, &sb), 0);
	EXPECT_STREQ(strbuf_str(&sb), "anon_inode:[eventfd]");
	file_put(f);
}

/* --- descriptors --- */

static struct file *any_file(void)
{
	struct file *f;

	EXPECT_EQ(file_new_anon("any", NULL, &no_ops, FILE_STREAM, LX_O_RDWR, NULL, &f), 0);
	return f;
}

static int install(struct world *w, struct fdtable *t, int min, bool cloexec)
{
	struct file *f = any_file();
	int fd, r = fdtable_install(t, &w->ctx, f, min, cloexec, &fd);

	if (r < 0)
		file_put(f);
	return r < 0 ? r : fd;
}

TEST(the_lowest_free_number_is_taken)
{
	struct fdtable *t = fdtable_new();
	struct world w;

	world_init(&w, testfs_new());
	for (int i = 0; i < 200; i++)
		EXPECT_EQ(install(&w, t, 0, false), i);
	EXPECT_EQ(fdtable_close(t, &w.ctx, 70), 0);
	EXPECT_EQ(fdtable_close(t, &w.ctx, 3), 0);
	EXPECT_ERR(fdtable_close(t, &w.ctx, 3), EBADF);
	EXPECT_EQ(install(&w, t, 10, false), 70);
	EXPECT_EQ(install(&w, t, 0, false), 3);
	EXPECT_EQ(install(&w, t, 0, false), 200);
	EXPECT_EQ(install(&w, t, 500, false), 500);
	EXPECT_EQ(fdtable_next(t, 201), 500);
	EXPECT_EQ(fdtable_next(t, 501), -1);
	w.limits.soft[LX_RLIMIT_NOFILE] = 200;
	EXPECT_ERR(install(&w, t, 0, false), EMFILE);
	EXPECT_ERR(install(&w, t, 200, false), EINVAL);
	EXPECT_ERR(install(&w, t, -1, false), EINVAL);
	EXPECT_EQ(fdtable_get(t, -1), NULL);
	EXPECT_EQ(fdtable_get(t, 1 << 30), NULL);
	fdtable_put(t, &w.ctx);
	world_fini(&w);
}

TEST(dup2_replaces_and_a_reserved_number_is_busy)
{
	struct fdtable *t = fdtable_new();
	struct file *f = any_file();
	int fd;
	struct world w;

	world_init(&w, testfs_new());
	EXPECT_EQ(install(&w, t, 0, true), 0);
	EXPECT_EQ(fdtable_install_at(t, &w.ctx, file_get(f), 0, false), 0);
	EXPECT_EQ(fdtable_get_cloexec(t, 0), 0);
	EXPECT_EQ(fdtable_install_at(t, &w.ctx, file_get(f), 300, false), 0);
	EXPECT_EQ(fdtable_reserve(t, &w.ctx, 0, false, &fd), 0);
	EXPECT_EQ(fd, 1);
	EXPECT_EQ(fdtable_get(t, 1), NULL);
	EXPECT_ERR(fdtable_install_at(t, &w.ctx, f, 1, false), EBUSY);
	EXPECT_EQ(install(&w, t, 0, false), 2);
	fdtable_unreserve(t, 1);
	EXPECT_EQ(install(&w, t, 0, false), 1);
	EXPECT_ERR(fdtable_install_at(t, &w.ctx, f, -1, false), EBADF);
	w.limits.soft[LX_RLIMIT_NOFILE] = 10;
	EXPECT_ERR(fdtable_install_at(t, &w.ctx, f, 10, false), EBADF);
	fdtable_put(t, &w.ctx);
	EXPECT_EQ(ref_read(&f->ref), 1);
	file_put(f);
	world_fini(&w);
}

TEST(copies_exec_and_ranges_keep_what_they_should)
{
	struct fdtable *t = fdtable_new(), *copy;
	struct world w;

	world_init(&w, testfs_new());
	for (int i = 0; i < 100; i++)
		EXPECT_EQ(install(&w, t, 0, i % 2 == 0), i);
	EXPECT_EQ(fdtable_copy(t, 49, &copy), 0);
	EXPECT_EQ(fdtable_next(copy, 50), -1);
	fdtable_close_on_exec(copy, &w.ctx);
	EXPECT_EQ(fdtable_next(copy, 0), 1);
	EXPECT_EQ(fdtable_next(copy, 2), 3);
	fdtable_put(copy, &w.ctx);
	fdtable_close_range(t, &w.ctx, 10, 19, false);
	EXPECT_EQ(fdtable_next(t, 10), 20);
	fdtable_close_range(t, &w.ctx, 20, UINT32_MAX, true);
	EXPECT_EQ(fdtable_get_cloexec(t, 21), 1);
	EXPECT_EQ(fdtable_get_cloexec(t, 5), 0);
	EXPECT_EQ(install(&w, t, 0, false), 10);
	fdtable_put(t, &w.ctx);
	world_fini(&w);
}

/* Two threads open, look and close at once: nothing tears, nothing leaks. */
static void *hammer(void *arg)
{
	struct fdtable *t = arg;
	struct world w;

	ctx_init(&w.ctx, &ctx_kernel_ops);
	limits_init(&w.limits);
	w.ctx.limits = &w.limits;
	for (int i = 0; i < 5000; i++) {
		struct file *f = NULL;
		int fd, r;

		if (file_new_anon("x", NULL, &no_ops, FILE_STREAM, LX_O_RDWR, NULL, &f) < 0)
			return NULL;
		r = fdtable_install(t, &w.ctx, f, 0, false, &fd);
		if (r < 0)
			return NULL;
		file_put(fdtable_get(t, fd ^ 1));
		r = fdtable_close(t, &w.ctx, fd);
		if (r < 0)
			return NULL;
	}
	return t;
}

TEST(a_shared_table_does_not_tear)
{
	struct fdtable *t = fdtable_new();
	pthread_t a, b;
	void *ra, *rb;

	EXPECT_EQ(pthread_create(&a, NULL, hammer, t), 0);
	EXPECT_EQ(pthread_create(&b, NULL, hammer, t), 0);
	pthread_join(a, &ra);
	pthread_join(b, &rb);
	EXPECT_TRUE(ra && rb);
	EXPECT_EQ(fdtable_next(t, 0), -1);
	fdtable_put(t, NULL);
}

TEST_MAIN()
