/* SPDX-License-Identifier: Apache-2.0 */
/* A writable export: what the guest changes arrives on the host, what the host changes is seen. */
#include "gofer_world.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "abi/fcntl.h"
#include "abi/mman.h"
#include "base/strbuf.h"
#include "base/test.h"
#include "host/fd.h"
#include "sentry/core/clock.h"
#include "sentry/core/hostfd.h"
#include "sentry/mm/mappable.h"

TEST(files_are_created_written_and_read_back)
{
	struct file *f;
	struct stat st;

	gw_prepare();
	gw_enter(true);
	EXPECT_EQ(w_open(&gw, "f", LX_O_RDWR | LX_O_CREAT | LX_O_EXCL, 0604, &f), 0);
	EXPECT_EQ(gw_write_text(f, "hello"), 5);
	gw_expect_host_text("f", "hello");
	gw_expect_same("f");
	EXPECT_EQ(stat(gw_at("f"), &st), 0);
	EXPECT_EQ(st.st_mode, S_IFREG | 0604);
	gw_expect_text("f", "hello");
	EXPECT_EQ(file_truncate(&gw.ctx, f, 2), 0);
	gw_expect_host_text("f", "he");
	gw_expect_same("f");
	EXPECT_EQ(file_fsync(&gw.ctx, f, false), 0);
	file_put(f);
	EXPECT_EQ(w_open(&gw, "f", LX_O_WRONLY | LX_O_TRUNC, 0, &f), 0);
	gw_expect_same("f");
	EXPECT_EQ(gw_write_text(f, "x"), 1);
	file_put(f);
	gw_expect_host_text("f", "x");
	gw_expect_same("f");
	EXPECT_ERR(w_open(&gw, "f", LX_O_RDWR | LX_O_CREAT | LX_O_EXCL, 0604, &f), EEXIST);
	gw_leave();
}

TEST(a_file_that_nobody_writes_any_more_has_no_writing_descriptor)
{
	struct file *f, *g;
	struct gofer_inode *i;

	gw_prepare();
	gw_enter(true);
	EXPECT_EQ(w_open(&gw, "f", LX_O_WRONLY | LX_O_CREAT, 0755, &f), 0);
	i = gofer_inode(f->inode);
	EXPECT_NE(i->writes, NULL);
	EXPECT_EQ(w_open(&gw, "f", LX_O_RDWR, 0, &g), 0);
	EXPECT_EQ(i->writers, 2);
	file_put(g);
	EXPECT_NE(i->writes, NULL);
	inode_get(&i->inode);
	file_put(f);
	EXPECT_EQ(i->writes, NULL);
	inode_put(&i->inode);
	/* also if it was created only to be read */
	EXPECT_EQ(w_open(&gw, "g", LX_O_RDONLY | LX_O_CREAT, 0755, &f), 0);
	EXPECT_EQ(gofer_inode(f->inode)->writes, NULL);
	file_put(f);
	gw_leave();
}

TEST(appends_go_to_the_end_whoever_else_writes)
{
	struct file *a, *b;
	int fd;

	gw_prepare();
	gw_put_file("log", "1");
	gw_enter(true);
	EXPECT_EQ(w_open(&gw, "log", LX_O_WRONLY | LX_O_APPEND, 0, &a), 0);
	EXPECT_EQ(w_open(&gw, "log", LX_O_WRONLY | LX_O_APPEND, 0, &b), 0);
	EXPECT_EQ(gw_write_text(a, "2"), 1);
	EXPECT_EQ(gw_write_text(b, "3"), 1);
	fd = open(gw_at("log"), O_WRONLY | O_APPEND);
	EXPECT_EQ(write(fd, "host", 4), 4);
	close(fd);
	EXPECT_EQ(gw_write_text(a, "4"), 1);
	EXPECT_EQ(file_seek(&gw.ctx, a, 0, LX_SEEK_CUR), 8);
	gw_expect_host_text("log", "123host4");
	file_put(a);
	file_put(b);
	gw_leave();
}

TEST(what_the_host_changes_is_seen_at_once)
{
	struct kstat k;

	gw_prepare();
	gw_put_file("f", "one");
	EXPECT_EQ(mkdir(gw_at("d"), 0755), 0);
	gw_enter(true);
	gw_expect_text("f", "one");
	gw_put_file("f", "three");
	EXPECT_EQ(gw_stat_of("f", &k), 0);
	EXPECT_EQ(k.size, 5);
	EXPECT_ERR(w_walk(&gw, "new", 0), ENOENT);
	gw_put_file("new", "new");
	gw_expect_text("new", "new");
	gw_put_file("g", "other");
	EXPECT_EQ(rename(gw_at("g"), gw_at("f")), 0);
	gw_expect_text("f", "other");
	EXPECT_EQ(unlink(gw_at("f")), 0);
	EXPECT_ERR(w_walk(&gw, "f", 0), ENOENT);
	EXPECT_EQ(gw_list("d"), 2);
	gw_put_file("d/x", "");
	EXPECT_EQ(chmod(gw_at("d/x"), 0123), 0);
	EXPECT_EQ(w_walk(&gw, "d/x", 0), 0);
	gw_expect_same("d/x");
	gw_leave();
}

TEST(a_removed_file_that_is_open_lives_on)
{
	struct file *f;
	struct kstat k;
	struct iattr attr = {.valid = IATTR_MODE, .mode = 0600};
	char buf[8] = "";

	gw_prepare();
	gw_put_file("f", "data");
	gw_enter(true);
	EXPECT_EQ(w_open(&gw, "f", LX_O_RDWR, 0, &f), 0);
	EXPECT_EQ(vfs_unlink(&gw.ctx, gw.fs, NULL, "f"), 0);
	EXPECT_ERR(w_walk(&gw, "f", 0), ENOENT);
	EXPECT_NE(access(gw_at("f"), F_OK), 0);
	EXPECT_EQ(gw_read_at(f, buf, 8, 0), 4);
	EXPECT_EQ(gw_write_text(f, "DATA"), 4);
	EXPECT_EQ(inode_getattr(&gw.ctx, f->inode, &k), 0);
	EXPECT_EQ(k.nlink, 0);
	EXPECT_EQ(inode_setattr(&gw.ctx, f->inode, &attr), 0);
	EXPECT_EQ(inode_getattr(&gw.ctx, f->inode, &k), 0);
	EXPECT_EQ(k.mode, S_IFREG | 0600);
	EXPECT_EQ(file_truncate(&gw.ctx, f, 1), 0);
	file_put(f);
	gw_leave();
}

TEST(a_file_that_a_rename_replaced_lives_on_too)
{
	struct file *f;
	struct kstat k;
	struct iattr attr = {.valid = IATTR_MODE, .mode = 0640};

	gw_prepare();
	gw_put_file("f", "data");
	gw_put_file("g", "g");
	gw_enter(true);
	EXPECT_EQ(w_open(&gw, "f", LX_O_RDONLY, 0, &f), 0);
	EXPECT_EQ(vfs_rename(&gw.ctx, gw.fs, NULL, "g", NULL, "f", 0), 0);
	gw_expect_text("f", "g");
	EXPECT_EQ(inode_setattr(&gw.ctx, f->inode, &attr), 0);
	EXPECT_EQ(inode_getattr(&gw.ctx, f->inode, &k), 0);
	EXPECT_EQ(k.nlink, 0);
	EXPECT_EQ(k.size, 4);
	EXPECT_EQ(k.mode, S_IFREG | 0640);
	gw_expect_same("f");
	file_put(f);
	gw_leave();
}

TEST(names_are_made_moved_and_removed)
{
	struct path p;
	struct strbuf sb = STRBUF_INIT;

	gw_prepare();
	gw_put_file("f", "x");
	gw_enter(true);
	EXPECT_EQ(w_mkdir(&gw, "d", 0750), 0);
	gw_expect_same("d");
	EXPECT_EQ(w_mkdir(&gw, "d/e", 0700), 0);
	gw_expect_same("d");
	EXPECT_ERR(w_mkdir(&gw, "d", 0750), EEXIST);
	EXPECT_EQ(vfs_walk(&gw.ctx, gw.fs, NULL, "f", 0, &p), 0);
	EXPECT_EQ(vfs_link(&gw.ctx, gw.fs, &p, NULL, "d/hard"), 0);
	path_put(&p);
	gw_expect_same("f");
	EXPECT_EQ(w_ino(&gw, "f"), w_ino(&gw, "d/hard"));
	EXPECT_EQ(vfs_unlink(&gw.ctx, gw.fs, NULL, "f"), 0);
	gw_expect_same("d/hard");
	EXPECT_EQ(vfs_symlink(&gw.ctx, gw.fs, "some/where", NULL, "d/l"), 0);
	gw_expect_same("d/l");
	EXPECT_EQ(vfs_walk(&gw.ctx, gw.fs, NULL, "d/l", 0, &p), 0);
	EXPECT_EQ(vfs_readlink(&gw.ctx, &p, &sb), 0);
	EXPECT_STREQ(strbuf_str(&sb), "some/where");
	strbuf_fini(&sb);
	path_put(&p);
	EXPECT_EQ(vfs_mknod(&gw.ctx, gw.fs, NULL, "fifo", S_IFIFO | 0640, 0), 0);
	gw_expect_same("fifo");
	EXPECT_ERR(vfs_mknod(&gw.ctx, gw.fs, NULL, "null", S_IFCHR | 0640, 0x103), EPERM);
	EXPECT_ERR(vfs_mknod(&gw.ctx, gw.fs, NULL, "sock", S_IFSOCK | 0640, 0), EPERM);
	EXPECT_EQ(vfs_rename(&gw.ctx, gw.fs, NULL, "d", NULL, "moved", 0), 0);
	gw_expect_same("moved/e");
	gw_expect_same("moved/hard");
	EXPECT_ERR(w_walk(&gw, "d", 0), ENOENT);
	EXPECT_ERR(vfs_rename(&gw.ctx, gw.fs, NULL, "fifo", NULL, "moved/hard",
			      LX_RENAME_NOREPLACE),
		   EEXIST);
	EXPECT_EQ(vfs_rename(&gw.ctx, gw.fs, NULL, "fifo", NULL, "moved/hard", LX_RENAME_EXCHANGE),
		  0);
	gw_expect_same("fifo");
	gw_expect_same("moved/hard");
	EXPECT_ERR(vfs_rmdir(&gw.ctx, gw.fs, NULL, "moved"), ENOTEMPTY);
	EXPECT_EQ(vfs_rmdir(&gw.ctx, gw.fs, NULL, "moved/e"), 0);
	gw_expect_same("moved");
	gw_leave();
}

TEST(what_is_made_belongs_to_who_made_it_if_the_host_lets_us)
{
	struct stat st;

	gw_prepare();
	EXPECT_EQ(chmod(gw_top, 0777), 0);
	gw_enter(true);
	world_become(&gw, 1234, 2345);
	EXPECT_EQ(w_mkdir(&gw, "d", 0755), 0);
	EXPECT_EQ(w_file(&gw, "f", 0644), 0);
	EXPECT_EQ(stat(gw_at("d"), &st), 0);
	if (getuid() == 0) {
		EXPECT_EQ(st.st_uid, 1234);
		EXPECT_EQ(st.st_gid, 2345);
	}
	gw_expect_same("d");
	gw_expect_same("f");
	gw_leave();
}

TEST(attributes_are_changed_on_the_host)
{
	struct iattr attr = {.valid = IATTR_MODE | IATTR_ATIME | IATTR_MTIME,
			     .mode = 0755,
			     .atime = 5 * NSEC_PER_SEC,
			     .mtime = 7};
	struct path p;
	struct stat st;

	gw_prepare();
	gw_put_file("f", "x");
	gw_enter(true);
	EXPECT_EQ(vfs_walk(&gw.ctx, gw.fs, NULL, "f", 0, &p), 0);
	EXPECT_EQ(vfs_setattr(&gw.ctx, &p, &attr), 0);
	gw_expect_same("f");
	EXPECT_EQ(stat(gw_at("f"), &st), 0);
	EXPECT_EQ(st.st_mode, S_IFREG | 0755);
	EXPECT_EQ(st.st_atim.tv_sec, 5);
	EXPECT_EQ(st.st_mtim.tv_nsec, 7);
	EXPECT_EQ(vfs_truncate(&gw.ctx, &p, 1000), 0);
	gw_expect_same("f");
	path_put(&p);
	gw_leave();
}

TEST(holes_are_found)
{
	struct file *f;
	int64_t hole;

	gw_prepare();
	gw_put_zeroes("f", 1 << 20);
	gw_enter(true);
	EXPECT_EQ(w_open(&gw, "f", LX_O_RDWR, 0, &f), 0);
	hole = file_seek(&gw.ctx, f, 0, LX_SEEK_HOLE);
	EXPECT_EQ(hole, 0);
	EXPECT_ERR(file_seek(&gw.ctx, f, 1 << 21, LX_SEEK_DATA), ENXIO);
	EXPECT_EQ(file_fallocate(&gw.ctx, f, 0, 0, 1 << 21), 0);
	gw_expect_same("f");
	file_put(f);
	gw_leave();
}

TEST(statfs_is_the_hosts)
{
	struct lx_statfs st;
	struct path p;

	gw_prepare();
	gw_enter(true);
	EXPECT_EQ(vfs_walk(&gw.ctx, gw.fs, NULL, ".", 0, &p), 0);
	EXPECT_EQ(vfs_statfs(&gw.ctx, &p, &st), 0);
	EXPECT_TRUE(st.f_blocks > 0 && st.f_bsize > 0 && st.f_namelen == 255);
	path_put(&p);
	gw_leave();
}

/* --- mappings --- */

TEST(a_mapping_that_only_reads_gets_a_descriptor_that_only_reads)
{
	struct hostfd *h;
	struct mappable *m;
	struct file *f;
	uint64_t delta = 1;
	int max_prot;

	gw_prepare();
	gw_put_file("f", "mapped");
	gw_enter(true);
	EXPECT_EQ(w_open(&gw, "f", LX_O_RDWR, 0, &f), 0);
	EXPECT_EQ(file_mappable(&gw.ctx, f, LX_PROT_READ, LX_MAP_PRIVATE, &m, &max_prot), 0);
	EXPECT_EQ(m->ops->hostfd(m, &gw.ctx, false, &h, &delta), 0);
	EXPECT_EQ(delta, 0);
	EXPECT_EQ(host_get_flags(hostfd_fd(h)) & O_ACCMODE, O_RDONLY);
	hostfd_put(h);
	EXPECT_EQ(m->ops->hostfd(m, &gw.ctx, true, &h, &delta), 0);
	EXPECT_EQ(host_get_flags(hostfd_fd(h)) & O_ACCMODE, O_RDWR);
	hostfd_put(h);
	/* the mapping keeps its file */
	EXPECT_EQ(vfs_unlink(&gw.ctx, gw.fs, NULL, "f"), 0);
	file_put(f);
	EXPECT_EQ(m->ops->hostfd(m, &gw.ctx, false, &h, &delta), 0);
	hostfd_put(h);
	mappable_put(m);
	gw_leave();
}

TEST_MAIN()
