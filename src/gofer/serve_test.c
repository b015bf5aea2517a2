/* SPDX-License-Identifier: Apache-2.0 */
/* Many fids with few descriptors, names that change under a walk, and connections that carry
 * nonsense. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/test.h"
#include "gofer/testclient.h"
#include "host/fd.h"

static uint8_t out[P9_MSIZE];

/* --- many fids, few descriptors --- */

TEST(ten_thousand_fids_survive_a_limit_of_256_descriptors)
{
	enum { DIRS = 100, FILES = 100 };
	struct p9_msg m;
	struct host_stat st;
	bool opened = false;
	char name[32];

	gt_fd_limit = 256;
	gt_start();
	for (unsigned d = 0; d < DIRS; d++) {
		snprintf(name, sizeof(name), "%u", d);
		EXPECT_EQ(mkdir(gt_at(name), 0755), 0);
		for (unsigned f = 0; f < FILES; f++) {
			snprintf(name, sizeof(name), "%u/%u", d, f);
			gt_put_file(name, name);
			EXPECT_EQ(gt_walk(GT_ROOT, name, 100 + d * FILES + f, &m), 0);
		}
	}
	/* A parent that was closed is found again under its new name. */
	p9_msg_init(&m, P9_TRENAME, 0);
	m.fid = m.fid2 = GT_ROOT;
	m.name = p9_str("0");
	m.name2 = p9_str("moved");
	EXPECT_EQ(gt_ask(&m), 0);
	for (unsigned i = 0; i < DIRS * FILES; i += 7) {
		int fd, r;

		EXPECT_EQ(gt_getattr(100 + i, &st), 0);
		EXPECT_EQ(st.size,
			  (size_t)snprintf(name, sizeof(name), "%u/%u", i / FILES, i % FILES));
		r = gt_open(100 + i, NULL, P9_OPEN_READ, &fd);
		if (r == -EMFILE && i == 0)
			break;
		EXPECT_EQ(r, 0);
		close(fd);
		opened = true;
	}
	gt_fd_limit = 0;
	EXPECT_EQ(gt_finish(), 0);
	if (!opened)
		TEST_SKIP("other processes of this user keep too many descriptors in flight");
}

TEST(a_name_that_means_another_file_by_now_is_stale)
{
	struct p9_msg m;
	struct host_stat st;

	gt_start();
	gt_put_file("f", "one");
	EXPECT_EQ(gt_walk(GT_ROOT, "f", 5, &m), 0);
	gt_put_file("g", "another");
	EXPECT_EQ(rename(gt_at("g"), gt_at("f")), 0);
	EXPECT_EQ(gt_getattr(5, &st), 0); /* still open: the old one */
	EXPECT_EQ(st.size, 3);
	EXPECT_EQ(st.nlink, 0);
	EXPECT_EQ(gt_walk(GT_ROOT, "f", 6, &m), 0);
	EXPECT_EQ(m.steps[0].attr.size, 7);
	EXPECT_EQ(gt_getattr(5, &st), 0);
	EXPECT_EQ(st.size, 3);
	EXPECT_EQ(gt_finish(), 0);
}

TEST(a_directory_that_turns_into_a_symlink_under_a_walk_never_leads_out)
{
	struct p9_msg m;
	pid_t racer;
	int fd;

	gt_start();
	EXPECT_EQ(mkdir(gt_at("d"), 0755), 0);
	gt_put_file("d/passwd", "inside");
	EXPECT_EQ(symlink("/etc", gt_at("out")), 0);
	racer = fork();
	if (racer == 0) {
		for (;;)
			renameat2(AT_FDCWD, gt_at("d"), AT_FDCWD, gt_at("out"), RENAME_EXCHANGE);
	}
	for (unsigned i = 0; i < 3000; i++) {
		if (gt_walk(GT_ROOT, "d/passwd", P9_NOFID, &m) == 0 && m.nsteps == 2)
			EXPECT_EQ(m.steps[1].attr.size, 6);
		p9_msg_init(&m, P9_TOPEN, 0);
		m.fid = GT_ROOT;
		m.flags = P9_OPEN_READ;
		m.nnames = 2;
		m.names[0] = p9_str("d");
		m.names[1] = p9_str("passwd");
		if (gt_ask_fd(&m, &fd) == 0) {
			struct stat st;

			EXPECT_EQ(fstat(fd, &st), 0);
			EXPECT_EQ(st.st_size, 6);
			close(fd);
		}
	}
	kill(racer, SIGKILL);
	EXPECT_EQ(waitpid(racer, NULL, 0), racer);
	EXPECT_EQ(gt_finish(), 0);
}

/* --- the connection --- */

TEST(serves_over_seqpacket_too)
{
	struct p9_msg m;

	gt_start_type(SOCK_SEQPACKET);
	gt_put_file("f", "x");
	EXPECT_EQ(gt_walk(GT_ROOT, "f", P9_NOFID, &m), 0);
	EXPECT_EQ(gt_finish(), 0);
}

TEST(unknown_requests_are_answered_and_answers_are_refused)
{
	static const uint8_t unknown[] = {7, 0, 0, 0, 250, 9, 0},
			     clunked[] = {7, 0, 0, 0, P9_RCLUNK, 9, 0};
	struct p9_msg m;
	int fd;

	gt_start();
	gt_send(unknown, sizeof(unknown));
	EXPECT_ERR(gt_receive(&m, &fd), ENOSYS);
	EXPECT_EQ(m.tag, 9);
	gt_send(clunked, sizeof(clunked));
	EXPECT_ERR(gt_receive(&m, &fd), EPROTO);
	EXPECT_ERR(gt_attach(9, "none"), ENOENT);
	EXPECT_ERR(gt_attach(GT_ROOT, "rw"), EBADF);
	EXPECT_EQ(gt_finish(), 0);
}

TEST(malformed_bytes_end_the_connection)
{
	static const struct {
		uint8_t b[12];
		size_t n;
	} cases[] = {
		{{3, 0, 0, 0}, 4},                                     /* smaller than a header */
		{{0, 0, 0, 1}, 4},                                     /* larger than msize */
		{{7, 0, 0, 0, P9_TGETATTR, 0, 0}, 7},                  /* no fid */
		{{12, 0, 0, 0, P9_TGETATTR, 0, 0, 0, 0, 0, 0, 1}, 12}, /* a byte too many */
	};

	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		struct p9_msg m;
		int fd;

		gt_start();
		gt_send(cases[i].b, cases[i].n);
		EXPECT_ERR(gt_receive(&m, &fd), EPIPE);
		EXPECT_EQ(WEXITSTATUS(gt_finish()), 1);
	}
}

TEST(descriptors_from_the_client_end_the_connection)
{
	static const uint8_t getattr_root[] = {11, 0, 0, 0, P9_TGETATTR, 0, 0, 0, 0, 0, 0};
	struct p9_msg m;
	int fd;

	gt_start();
	EXPECT_EQ(host_send_fds(gt_conn, getattr_root, sizeof(getattr_root), &gt_conn, 1, 0),
		  sizeof(getattr_root));
	EXPECT_ERR(gt_receive(&m, &fd), EPIPE);
	EXPECT_EQ(WEXITSTATUS(gt_finish()), 1);
}

TEST(forgetting_and_asking_travel_in_one_piece)
{
	static const char fids[8] = {5, 0, 0, 0, 9, 9, 9, 9};
	struct wire_out o;
	struct host_stat st;
	struct p9_msg m;
	int fd;

	gt_start();
	gt_put_file("f", "x");
	EXPECT_EQ(gt_walk(GT_ROOT, "f", 5, &m), 0);
	wire_out_init(&o, out, sizeof(out));
	p9_msg_init(&m, P9_TFORGET, P9_NOTAG);
	m.blob = (struct p9_str){fids, sizeof(fids)};
	EXPECT_EQ(p9_encode(&m, &o), 0);
	p9_msg_init(&m, P9_TGETATTR, 3);
	m.fid = 5;
	EXPECT_EQ(p9_encode(&m, &o), 0);
	for (size_t i = 0; i < o.len; i++) /* byte by byte */
		gt_send(out + i, 1);
	EXPECT_ERR(gt_receive(&m, &fd), EBADF);
	EXPECT_EQ(m.tag, 3);
	EXPECT_EQ(gt_getattr(GT_ROOT, &st), 0);
	EXPECT_EQ(gt_finish(), 0);
}

TEST(a_missing_export_is_said_to_a_person)
{
	struct gofer_export export = {"/no/such/place", "x", false};
	int pair[2], log[2], status;
	char text[512] = "";

	EXPECT_EQ(host_socketpair(SOCK_STREAM, pair), 0);
	EXPECT_EQ(host_pipe(log), 0);
	gt_pid = fork();
	if (gt_pid == 0) {
		struct gofer_config config = {
			.conn_fd = pair[1], .exports = &export, .n = 1, .log_fd = log[1]};

		gofer_main(&config);
	}
	close(log[1]);
	EXPECT_EQ(waitpid(gt_pid, &status, 0), gt_pid);
	EXPECT_EQ(WEXITSTATUS(status), 1);
	EXPECT_TRUE(read(log[0], text, sizeof(text) - 1) > 0);
	EXPECT_NE(strstr(text, "/no/such/place"), NULL);
	EXPECT_NE(strstr(text, "No such file or directory"), NULL);
	close(log[0]);
	close(pair[0]);
	close(pair[1]);
}

TEST_MAIN()
