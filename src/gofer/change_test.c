/* SPDX-License-Identifier: Apache-2.0 */
/* What a Gofer changes when it is asked to, and how fids follow. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/test.h"
#include "gofer/testclient.h"

TEST(makes_files_directories_links_and_fifos_with_the_mode_asked_for)
{
	struct stat st;
	char target[16] = "";

	gt_start();
	umask(077);
	EXPECT_EQ(gt_change(P9_TCREATE, GT_ROOT, "file"), 0);
	EXPECT_ERR(gt_change(P9_TCREATE, GT_ROOT, "file"), EEXIST);
	EXPECT_EQ(gt_change(P9_TMKDIR, GT_ROOT, "dir"), 0);
	EXPECT_EQ(gt_change(P9_TMKNOD, GT_ROOT, "fifo"), 0);
	EXPECT_EQ(gt_change(P9_TSYMLINK, GT_ROOT, "link"), 0);
	EXPECT_EQ(stat(gt_at("file"), &st), 0);
	EXPECT_EQ(st.st_mode, S_IFREG | 0755);
	EXPECT_EQ(stat(gt_at("dir"), &st), 0);
	EXPECT_EQ(st.st_mode, S_IFDIR | 0755);
	EXPECT_EQ(stat(gt_at("fifo"), &st), 0);
	EXPECT_EQ(st.st_mode, S_IFIFO | 0644);
	EXPECT_EQ(readlink(gt_at("link"), target, sizeof(target) - 1), 6);
	EXPECT_STREQ(target, "user.x");
	umask(022);
	EXPECT_EQ(gt_finish(), 0);
}

TEST(a_device_cannot_be_made)
{
	struct p9_msg m;

	gt_start();
	p9_msg_init(&m, P9_TMKNOD, 0);
	m.fid = GT_ROOT;
	m.mode = S_IFCHR | 0666;
	m.uid = m.gid = P9_NOID;
	m.name = p9_str("null");
	EXPECT_ERR(gt_ask(&m), EPERM);
	EXPECT_EQ(gt_finish(), 0);
}

TEST(attributes_are_set)
{
	struct p9_msg m;
	struct stat st;

	gt_start();
	gt_put_file("f", "0123456789");
	EXPECT_EQ(gt_walk(GT_ROOT, "f", 5, &m), 0);
	p9_msg_init(&m, P9_TSETATTR, 0);
	m.fid = 5;
	m.valid = P9_SET_MODE | P9_SET_SIZE | P9_SET_ATIME | P9_SET_MTIME;
	m.mode = 0640;
	m.size = 3;
	m.atime = 1000000001;
	m.mtime = -1;
	EXPECT_EQ(gt_ask(&m), 0);
	EXPECT_EQ(m.attr.size, 3);
	EXPECT_EQ(m.attr.mode, S_IFREG | 0640);
	EXPECT_EQ(m.attr.atime, 1000000001);
	EXPECT_EQ(m.attr.mtime, -1);
	EXPECT_EQ(stat(gt_at("f"), &st), 0);
	EXPECT_EQ(st.st_size, 3);
	EXPECT_EQ(st.st_mtim.tv_sec, -1);
	EXPECT_EQ(st.st_mtim.tv_nsec, 999999999);
	p9_msg_init(&m, P9_TSETATTR, 0);
	m.fid = GT_ROOT;
	m.valid = P9_SET_SIZE;
	EXPECT_ERR(gt_ask(&m), EISDIR);
	p9_msg_init(&m, P9_TSETATTR, 0);
	m.valid = 1u << 20;
	EXPECT_ERR(gt_ask(&m), EINVAL);
	EXPECT_EQ(gt_finish(), 0);
}

TEST(set_attributes_of_a_symlink_never_reach_its_target)
{
	struct p9_msg m;
	struct stat st;

	gt_start();
	gt_put_file("f", "x");
	EXPECT_EQ(chmod(gt_at("f"), 0600), 0);
	EXPECT_EQ(symlink("f", gt_at("l")), 0);
	EXPECT_EQ(gt_walk(GT_ROOT, "l", 5, &m), 0);
	p9_msg_init(&m, P9_TSETATTR, 0);
	m.fid = 5;
	m.valid = P9_SET_MODE;
	m.mode = 0777;
	EXPECT_ERR(gt_ask(&m), EOPNOTSUPP);
	p9_msg_init(&m, P9_TSETATTR, 0);
	m.fid = 5;
	m.valid = P9_SET_MTIME;
	m.mtime = 5000000000;
	EXPECT_EQ(gt_ask(&m), 0);
	EXPECT_EQ(lstat(gt_at("l"), &st), 0);
	EXPECT_EQ(st.st_mtim.tv_sec, 5);
	EXPECT_EQ(stat(gt_at("f"), &st), 0);
	EXPECT_EQ(st.st_mode & 07777, 0600);
	EXPECT_NE(st.st_mtim.tv_sec, 5);
	EXPECT_EQ(gt_finish(), 0);
}

TEST(a_fid_follows_its_file_through_renames)
{
	struct p9_msg m;
	struct host_stat st;
	uint64_t ino;

	gt_start();
	EXPECT_EQ(mkdir(gt_at("d"), 0755), 0);
	gt_put_file("d/f", "x");
	EXPECT_EQ(gt_walk(GT_ROOT, "d/f", 5, &m), 0);
	ino = m.steps[1].attr.ino;
	p9_msg_init(&m, P9_TRENAME, 0);
	m.fid = m.fid2 = GT_ROOT;
	m.name = p9_str("d");
	m.name2 = p9_str("e");
	EXPECT_EQ(gt_ask(&m), 0);
	EXPECT_EQ(access(gt_at("e/f"), F_OK), 0);
	EXPECT_EQ(gt_getattr(5, &st), 0);
	EXPECT_EQ(st.ino, ino);
	EXPECT_ERR(gt_walk(GT_ROOT, "d", P9_NOFID, &m), ENOENT);
	EXPECT_EQ(gt_walk(GT_ROOT, "e/f", P9_NOFID, &m), 0);
	EXPECT_EQ(gt_finish(), 0);
}

TEST(a_removed_file_lives_on_if_it_is_kept)
{
	struct p9_msg m;
	struct host_stat st;
	int fd;

	gt_start();
	gt_put_file("f", "still here");
	p9_msg_init(&m, P9_TUNLINK, 0);
	m.fid = GT_ROOT;
	m.newfid = 5;
	m.name = p9_str("f");
	EXPECT_EQ(gt_ask(&m), 0);
	EXPECT_NE(access(gt_at("f"), F_OK), 0);
	EXPECT_EQ(gt_getattr(5, &st), 0);
	EXPECT_EQ(st.nlink, 0);
	EXPECT_EQ(gt_open(5, NULL, P9_OPEN_READ, &fd), 0);
	close(fd);
	p9_msg_init(&m, P9_TUNLINK, 0);
	m.fid = GT_ROOT;
	m.newfid = 6;
	m.name = p9_str("f");
	EXPECT_ERR(gt_ask(&m), ENOENT);
	EXPECT_ERR(gt_getattr(6, &st), EBADF);
	EXPECT_EQ(gt_finish(), 0);
}

TEST(only_user_xattrs_are_set)
{
	static const char *const refused[] = {"security.capability", "trusted.x",
					      "system.posix_acl_access", "us", "user"};
	struct p9_msg m;

	gt_start();
	gt_put_file("f", "x");
	EXPECT_EQ(gt_walk(GT_ROOT, "f", 5, &m), 0);
	for (unsigned i = 0; i < ARRAY_SIZE(refused); i++) {
		p9_msg_init(&m, P9_TSETXATTR, 0);
		m.fid = 5;
		m.text = p9_str(refused[i]);
		m.blob = p9_str("v");
		EXPECT_ERR(gt_ask(&m), EOPNOTSUPP);
	}
	p9_msg_init(&m, P9_TSETXATTR, 0);
	m.fid = 5;
	m.text = p9_str("user.a");
	m.blob = p9_str("value");
	if (gt_ask(&m) == 0) {
		p9_msg_init(&m, P9_TGETXATTR, 0);
		m.fid = 5;
		m.count = 100;
		m.text = p9_str("user.a");
		EXPECT_EQ(gt_ask(&m), 0);
		EXPECT_EQ(m.blob.n, 5);
		EXPECT_MEMEQ(m.blob.s, "value", 5);
		p9_msg_init(&m, P9_TLISTXATTR, 0);
		m.fid = 5;
		m.count = 3;
		EXPECT_ERR(gt_ask(&m), ERANGE);
	}
	EXPECT_EQ(gt_finish(), 0);
}

TEST_MAIN()
