/* SPDX-License-Identifier: Apache-2.0 */
/* What a Gofer shows, what it opens, and what it never does. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/test.h"
#include "gofer/testclient.h"
#include "host/fd.h"

TEST(walks_several_names_and_says_what_they_are)
{
	struct p9_msg m;

	gt_start();
	EXPECT_EQ(mkdir(gt_at("a"), 0755), 0);
	EXPECT_EQ(mkdir(gt_at("a/b"), 0700), 0);
	gt_put_file("a/b/c", "hello");
	EXPECT_EQ(gt_walk(GT_ROOT, "a/b/c", P9_NOFID, &m), 0);
	EXPECT_EQ(m.nsteps, 3);
	EXPECT_TRUE(S_ISDIR(m.steps[1].attr.mode));
	EXPECT_EQ(m.steps[1].attr.mode & 07777, 0700);
	EXPECT_EQ(m.steps[2].attr.size, 5);
	EXPECT_ERR(gt_walk(GT_ROOT, "a/none/c", P9_NOFID, &m), ENOENT);
	EXPECT_EQ(m.nsteps, 1);
	EXPECT_EQ(gt_finish(), 0);
}

TEST(a_walk_stops_at_a_symlink_and_says_where_it_points)
{
	struct p9_msg m;

	gt_start();
	EXPECT_EQ(mkdir(gt_at("real"), 0755), 0);
	gt_put_file("real/file", "x");
	EXPECT_EQ(symlink("real", gt_at("link")), 0);
	EXPECT_EQ(gt_walk(GT_ROOT, "link/file", P9_NOFID, &m), 0);
	EXPECT_EQ(m.nsteps, 1);
	EXPECT_TRUE(S_ISLNK(m.steps[0].attr.mode));
	EXPECT_EQ(m.steps[0].target.n, 4);
	EXPECT_MEMEQ(m.steps[0].target.s, "real", 4);
	EXPECT_EQ(gt_finish(), 0);
}

TEST(nothing_leads_out_of_the_export)
{
	static const char *const links[] = {"/etc", "..", "../..", "/proc/self/root", "/"};
	struct p9_msg m;
	char name[16];
	int fd;

	gt_start();
	for (unsigned i = 0; i < ARRAY_SIZE(links); i++) {
		snprintf(name, sizeof(name), "l%u", i);
		EXPECT_EQ(symlink(links[i], gt_at(name)), 0);
		EXPECT_EQ(gt_walk(GT_ROOT, name, 10 + i, &m), 0);
		EXPECT_TRUE(S_ISLNK(m.steps[0].attr.mode));
		EXPECT_ERR(gt_walk(10 + i, "passwd", P9_NOFID, &m), ENOTDIR);
		EXPECT_ERR(gt_open(10 + i, NULL, P9_OPEN_READ, &fd), ELOOP);
		EXPECT_ERR(gt_open(GT_ROOT, name, P9_OPEN_READ, &fd), ELOOP);
		EXPECT_ERR(gt_open(10 + i, "passwd", P9_OPEN_READ, &fd), ENOTDIR);
		EXPECT_ERR(gt_change(P9_TMKDIR, 10 + i, "made"), ENOTDIR);
	}
	EXPECT_EQ(gt_finish(), 0);
}

TEST(a_name_that_goes_up_ends_the_connection)
{
	static const char *const names[] = {"..", ".", "a/b", "/", "x\0y"};
	static const size_t lens[] = {2, 1, 3, 1, 3};

	for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
		uint8_t out[64];
		struct wire_out o;
		struct p9_msg m;
		int fd;

		gt_start();
		wire_out_init(&o, out, sizeof(out));
		wire_put_u32(&o, 0);
		wire_put_u8(&o, P9_TWALK);
		wire_put_u16(&o, 1);
		wire_put_u32(&o, GT_ROOT);
		wire_put_u32(&o, 0);
		wire_put_u16(&o, 1);
		wire_put_str16(&o, names[i], lens[i]);
		wire_put_u32(&o, 0);
		wire_patch_u32(&o, 0, (uint32_t)o.len);
		gt_send(out, o.len);
		EXPECT_ERR(gt_receive(&m, &fd), EPIPE);
		EXPECT_EQ(WEXITSTATUS(gt_finish()), 1);
	}
}

TEST(special_files_are_seen_but_never_opened)
{
	struct p9_msg m;
	struct host_stat st;
	int fd;

	gt_start();
	EXPECT_EQ(mkfifo(gt_at("fifo"), 0644), 0);
	EXPECT_EQ(mknod(gt_at("socket"), S_IFSOCK | 0644, 0), 0);
	EXPECT_EQ(gt_walk(GT_ROOT, "fifo", 5, &m), 0);
	EXPECT_TRUE(S_ISFIFO(m.steps[0].attr.mode));
	EXPECT_ERR(gt_open(5, NULL, P9_OPEN_READ, &fd), ENXIO);
	EXPECT_ERR(gt_open(GT_ROOT, "fifo", P9_OPEN_READ | P9_OPEN_WRITE, &fd), ENXIO);
	EXPECT_ERR(gt_open(GT_ROOT, "socket", P9_OPEN_READ, &fd), ENXIO);
	EXPECT_ERR(gt_change(P9_TSETXATTR, 5, "x"), EOPNOTSUPP);
	EXPECT_EQ(gt_getattr(5, &st), 0);
	if (mknod(gt_at("null"), S_IFCHR | 0666, 0x103) == 0) {
		EXPECT_EQ(gt_walk(GT_ROOT, "null", 6, &m), 0);
		EXPECT_EQ(m.steps[0].attr.rdev, 0x103);
		EXPECT_ERR(gt_open(6, NULL, P9_OPEN_READ, &fd), EACCES);
	}
	EXPECT_EQ(gt_finish(), 0);
}

TEST(open_donates_a_descriptor_that_can_do_what_was_asked_and_no_more)
{
	struct host_stat st;
	char buf[8] = "";
	int fd;

	gt_start();
	gt_put_file("f", "data");
	EXPECT_EQ(gt_open(GT_RO_ROOT, "f", P9_OPEN_READ, &fd), 0);
	EXPECT_EQ(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
	EXPECT_EQ(pread(fd, buf, 8, 0), 4);
	EXPECT_STREQ(buf, "data");
	EXPECT_EQ(host_fstat(fd, &st), 0);
	EXPECT_EQ(st.size, 4);
	close(fd);
	EXPECT_ERR(gt_open(GT_RO_ROOT, "f", P9_OPEN_READ | P9_OPEN_WRITE, &fd), EROFS);
	EXPECT_ERR(gt_open(GT_RO_ROOT, "f", P9_OPEN_WRITE, &fd), EROFS);
	EXPECT_EQ(gt_open(GT_ROOT, "f", P9_OPEN_WRITE | P9_OPEN_READ_IF_ALLOWED, &fd), 0);
	EXPECT_EQ(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDWR);
	close(fd);
	EXPECT_EQ(gt_open(GT_ROOT, "f", P9_OPEN_WRITE, &fd), 0);
	EXPECT_EQ(fcntl(fd, F_GETFL) & O_ACCMODE, O_WRONLY);
	close(fd);
	EXPECT_ERR(gt_open(GT_ROOT, "f", 0, &fd), EINVAL);
	EXPECT_ERR(gt_open(GT_ROOT, NULL, P9_OPEN_WRITE, &fd), EISDIR);
	EXPECT_ERR(gt_open(GT_ROOT, "none", P9_OPEN_READ, &fd), ENOENT);
	EXPECT_ERR(gt_open(99, "f", P9_OPEN_READ, &fd), EBADF);
	EXPECT_EQ(gt_finish(), 0);
}

TEST(a_read_only_export_answers_EROFS_to_every_change)
{
	static const uint8_t types[] = {P9_TCREATE,   P9_TMKDIR,      P9_TMKNOD,  P9_TSYMLINK,
					P9_TLINK,     P9_TUNLINK,     P9_TRENAME, P9_TSETATTR,
					P9_TSETXATTR, P9_TREMOVEXATTR};

	gt_start();
	gt_put_file("f", "x");
	for (unsigned i = 0; i < ARRAY_SIZE(types); i++)
		EXPECT_ERR(gt_change(types[i], GT_RO_ROOT, "f"), EROFS);
	EXPECT_EQ(access(gt_at("f"), F_OK), 0);
	EXPECT_EQ(gt_finish(), 0);
}

TEST(files_of_the_kernel_are_out_of_reach)
{
	struct gofer_export export = {"/", "root", true};
	struct p9_msg m;
	int fd, pair[2];

	EXPECT_EQ(host_socketpair(SOCK_STREAM, pair), 0);
	gt_pid = fork();
	if (gt_pid == 0) {
		struct gofer_config config = {
			.conn_fd = pair[1], .exports = &export, .n = 1, .log_fd = -1};

		close(pair[0]);
		gofer_main(&config);
	}
	close(pair[1]);
	gt_conn = pair[0];
	EXPECT_EQ(gt_hello(), 0);
	EXPECT_EQ(gt_attach(GT_ROOT, "root"), 0);
	EXPECT_EQ(gt_walk(GT_ROOT, "proc", 5, &m), 0);
	EXPECT_TRUE(S_ISDIR(m.steps[0].attr.mode));
	EXPECT_ERR(gt_walk(GT_ROOT, "proc/self", P9_NOFID, &m), EACCES);
	EXPECT_ERR(gt_walk(5, "version", 6, &m), EACCES);
	EXPECT_ERR(gt_open(5, "version", P9_OPEN_READ, &fd), EACCES);
	EXPECT_ERR(gt_change(P9_TREADDIR, 5, "self"), EACCES);
	EXPECT_ERR(gt_change(P9_TUNLINK, 5, "version"), EACCES);
	p9_msg_init(&m, P9_TREADDIR, 0);
	m.fid = 5;
	m.newfid = P9_NOFID;
	m.count = P9_MSIZE;
	EXPECT_ERR(gt_ask(&m), EACCES);
	close(gt_conn);
	EXPECT_EQ(waitpid(gt_pid, NULL, 0), gt_pid);
}

/* --- directories --- */

/* All names of fid's directory, sorted into seen[] by their number; the trips it took. */
static unsigned list_numbers(uint32_t fid, bool *seen, unsigned n, uint32_t count)
{
	struct p9_msg m;
	uint64_t next = 0;
	unsigned trips = 0;

	do {
		struct p9_entry e;
		struct wire_in entries;
		int r;

		p9_msg_init(&m, P9_TREADDIR, 0);
		m.fid = fid;
		m.newfid = P9_NOFID;
		m.offset = next;
		m.count = count;
		EXPECT_EQ(gt_ask(&m), 0);
		trips++;
		wire_in_init(&entries, m.blob.s, m.blob.n);
		while ((r = p9_entry_get(&entries, &e)) > 0) {
			char name[16] = "";
			unsigned i;

			memcpy(name, e.name.s, MIN(e.name.n, sizeof(name) - 1));
			i = (unsigned)strtoul(name, NULL, 10);
			EXPECT_TRUE(i < n && !seen[i]);
			EXPECT_TRUE(e.has_attr && e.type == DT_REG && e.attr.size == 0);
			seen[i] = true;
			next = e.next;
		}
		EXPECT_EQ(r, 0);
	} while (!(m.flags & P9_READDIR_END));
	return trips;
}

TEST(directories_are_listed_with_attributes_in_few_trips)
{
	enum { N = 1000 };
	bool seen[N] = {false}, again[N] = {false};
	struct p9_msg m;
	char name[16];

	gt_start();
	EXPECT_EQ(mkdir(gt_at("d"), 0755), 0);
	for (unsigned i = 0; i < N; i++) {
		snprintf(name, sizeof(name), "d/%u", i);
		gt_put_file(name, "");
	}
	EXPECT_EQ(gt_walk(GT_ROOT, "d", 5, &m), 0);
	EXPECT_TRUE(list_numbers(5, seen, N, P9_MSIZE) <= 3);
	EXPECT_TRUE(list_numbers(5, again, N, 4096) > 10);
	for (unsigned i = 0; i < N; i++)
		EXPECT_TRUE(seen[i] && again[i]);
	EXPECT_EQ(gt_finish(), 0);
}

TEST(a_listing_can_begin_with_a_walk)
{
	struct p9_msg m;
	struct host_stat st;

	gt_start();
	EXPECT_EQ(mkdir(gt_at("d"), 0755), 0);
	gt_put_file("f", "");
	p9_msg_init(&m, P9_TREADDIR, 0);
	m.fid = GT_ROOT;
	m.newfid = 7;
	m.name = p9_str("d");
	m.count = P9_MSIZE;
	EXPECT_EQ(gt_ask(&m), 0);
	EXPECT_EQ(m.flags, P9_READDIR_END);
	EXPECT_TRUE(S_ISDIR(m.attr.mode));
	EXPECT_EQ(gt_getattr(7, &st), 0);
	EXPECT_EQ(st.ino, m.attr.ino);
	p9_msg_init(&m, P9_TREADDIR, 0);
	m.newfid = 8;
	m.name = p9_str("f");
	m.count = P9_MSIZE;
	EXPECT_ERR(gt_ask(&m), ENOTDIR);
	EXPECT_ERR(gt_getattr(8, &st), EBADF);
	EXPECT_EQ(gt_finish(), 0);
}

TEST_MAIN()
