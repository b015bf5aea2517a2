/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A real Gofer in a child, over a temporary tree: what it serves, and above all what it refuses. The test is its own client and speaks
 * raw messages, as a Sentry that was taken over could.
 */
#include "gofer/gofer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "base/log.h"
#include "base/test.h"
#include "host/fd.h"
#include "wire/9p.h"

#define ROOT 0u
#define RO_ROOT 1u
#define PATH 256

static char top[64]; /* the temporary directory */
static int conn = -1;
static pid_t gofer;
static rlim_t fd_limit; /* of the next Gofer; 0: ours */
static uint8_t in[P9_MSIZE], out[P9_MSIZE];

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

/* --- the client --- */

static void send_bytes(const void *p, size_t n)
{
	EXPECT_EQ(host_send_fds(conn, p, n, NULL, 0, 0), n);
}

/* 0: an answer is in m; -errno: Rlerror said so; -EPIPE: the Gofer closed. */
static int receive(struct p9_msg *m, int *fd)
{
	size_t have = 0, nfds = 0;
	int64_t size;

	*fd = -1;
	while ((size = p9_frame(in, have, P9_MSIZE)) == 0 || (size_t)size > have) {
		int got[1];
		ssize_t n = host_recv_fds(conn, in + have, P9_MSIZE - have, got, 1, &nfds, 0);

		if (n <= 0)
			return -EPIPE;
		if (nfds > 0)
			*fd = got[0];
		have += (size_t)n;
	}
	EXPECT_EQ(size, have);
	EXPECT_EQ(p9_decode(in, have, m), 0);
	return m->type == P9_RLERROR ? -(int)m->ecode : 0;
}

static int ask_fd(struct p9_msg *m, int *fd)
{
	struct wire_out o;
	uint8_t type = m->type;
	int r;

	wire_out_init(&o, out, sizeof(out));
	EXPECT_EQ(p9_encode(m, &o), 0);
	send_bytes(out, o.len);
	r = receive(m, fd);
	if (r == 0)
		EXPECT_EQ(m->type, type + 1);
	return r;
}

static int ask(struct p9_msg *m)
{
	int fd, r = ask_fd(m, &fd);

	EXPECT_EQ(fd, -1);
	return r;
}

static int attach(uint32_t fid, const char *name)
{
	struct p9_msg m;

	p9_msg_init(&m, P9_TATTACH, 0);
	m.fid = fid;
	m.text = p9_str(name);
	return ask(&m);
}

static int hello(void)
{
	struct p9_msg m;

	p9_msg_init(&m, P9_TVERSION, P9_NOTAG);
	m.msize = P9_MSIZE;
	m.text = p9_str(P9_VERSION);
	return ask(&m);
}

/* Start one with a writable export "rw" and a read-only export "ro" of the same new tree. */
static void start_type(int socket_type)
{
	int pair[2];

	snprintf(top, sizeof(top), "/tmp/gofer-test-XXXXXX");
	EXPECT_NE(mkdtemp(top), NULL);
	EXPECT_EQ(host_socketpair(socket_type, pair), 0);
	gofer = fork();
	if (gofer == 0) {
		struct gofer_export exports[] = {{top, "rw", true}, {top, "ro", false}};
		struct gofer_config config = {.conn_fd = pair[1], .exports = exports, .n = 2, .log_fd = -1};

		struct rlimit limit = {fd_limit, fd_limit};

		close(pair[0]);
		if (fd_limit > 0 && setrlimit(RLIMIT_NOFILE, &limit) < 0)
			_exit(2);
		gofer_main(&config);
	}
	EXPECT_TRUE(gofer > 0);
	close(pair[1]);
	conn = pair[0];
	EXPECT_EQ(hello(), 0);
	EXPECT_EQ(attach(ROOT, "rw"), 0);
	EXPECT_EQ(attach(RO_ROOT, "ro"), 0);
}

static void start(void)
{
	start_type(SOCK_STREAM);
}

/* How the Gofer ends once the connection is closed, as a wait status. */
static int finish(void)
{
	char command[PATH];
	int status;

	close(conn);
	conn = -1;
	EXPECT_EQ(waitpid(gofer, &status, 0), gofer);
	snprintf(command, sizeof(command), "%s", top);
	if (fork() == 0) {
		execlp("rm", "rm", "-rf", "--", command, (char *)NULL);
		_exit(127);
	}
	wait(NULL);
	return status;
}

/* Walk "a/b/c" from fid; the last step's attributes. newfid P9_NOFID: none; else the last step becomes it. */
static int walk(uint32_t fid, const char *path, uint32_t newfid, struct p9_msg *m)
{
	uint8_t fids[4 * P9_WALK_MAX];
	struct wire_out o;
	int r;

	p9_msg_init(m, P9_TWALK, 0);
	m->fid = fid;
	for (const char *s = path; *s; m->nnames++) {
		size_t n = strcspn(s, "/");

		m->names[m->nnames] = (struct p9_str){s, n};
		s += n + (s[n] == '/');
	}
	wire_out_init(&o, fids, sizeof(fids));
	for (uint32_t i = 0; newfid != P9_NOFID && i < m->nnames; i++)
		wire_put_u32(&o, newfid + 1000000 * (m->nnames - 1 - i));
	m->blob = (struct p9_str){(const char *)fids, o.len};
	m->flags = P9_WALK_ANY;
	r = ask(m);
	return r < 0 ? r : -(int)m->ecode;
}

static int open_fid(uint32_t fid, const char *name, uint32_t flags, int *fd)
{
	struct p9_msg m;

	p9_msg_init(&m, P9_TOPEN, 0);
	m.fid = fid;
	m.flags = flags;
	if (name) {
		m.names[0] = p9_str(name);
		m.nnames = 1;
	}
	return ask_fd(&m, fd);
}

static int getattr(uint32_t fid, struct host_stat *ret)
{
	struct p9_msg m;
	int r;

	p9_msg_init(&m, P9_TGETATTR, 0);
	m.fid = fid;
	r = ask(&m);
	*ret = m.attr;
	return r;
}

/* A request that has fid, name and little else. */
static int change(uint8_t type, uint32_t fid, const char *name)
{
	struct p9_msg m;
	int fd, r;

	p9_msg_init(&m, type, 0);
	m.fid = fid;
	m.fid2 = fid;
	m.newfid = P9_NOFID;
	m.mode = type == P9_TMKNOD ? S_IFIFO | 0644 : 0755;
	m.uid = m.gid = P9_NOID;
	m.name = p9_str(name);
	m.name2 = p9_str("renamed");
	m.text = p9_str("user.x");
	r = ask_fd(&m, &fd);
	host_close(fd);
	return r;
}

/* --- looking --- */

TEST(walks_several_names_and_says_what_they_are)
{
	struct p9_msg m;

	start();
	EXPECT_EQ(mkdir(at("a"), 0755), 0);
	EXPECT_EQ(mkdir(at("a/b"), 0700), 0);
	put_file("a/b/c", "hello");
	EXPECT_EQ(walk(ROOT, "a/b/c", P9_NOFID, &m), 0);
	EXPECT_EQ(m.nsteps, 3);
	EXPECT_TRUE(S_ISDIR(m.steps[1].attr.mode));
	EXPECT_EQ(m.steps[1].attr.mode & 07777, 0700);
	EXPECT_EQ(m.steps[2].attr.size, 5);
	EXPECT_ERR(walk(ROOT, "a/none/c", P9_NOFID, &m), ENOENT);
	EXPECT_EQ(m.nsteps, 1);
	EXPECT_EQ(finish(), 0);
}

TEST(a_walk_stops_at_a_symlink_and_says_where_it_points)
{
	struct p9_msg m;

	start();
	EXPECT_EQ(mkdir(at("real"), 0755), 0);
	put_file("real/file", "x");
	EXPECT_EQ(symlink("real", at("link")), 0);
	EXPECT_EQ(walk(ROOT, "link/file", P9_NOFID, &m), 0);
	EXPECT_EQ(m.nsteps, 1);
	EXPECT_TRUE(S_ISLNK(m.steps[0].attr.mode));
	EXPECT_EQ(m.steps[0].target.n, 4);
	EXPECT_MEMEQ(m.steps[0].target.s, "real", 4);
	EXPECT_EQ(finish(), 0);
}

TEST(nothing_leads_out_of_the_export)
{
	static const char *const links[] = {"/etc", "..", "../..", "/proc/self/root", "/"};
	struct p9_msg m;
	char name[16];
	int fd;

	start();
	for (unsigned i = 0; i < ARRAY_SIZE(links); i++) {
		snprintf(name, sizeof(name), "l%u", i);
		EXPECT_EQ(symlink(links[i], at(name)), 0);
		EXPECT_EQ(walk(ROOT, name, 10 + i, &m), 0);
		EXPECT_TRUE(S_ISLNK(m.steps[0].attr.mode));
		EXPECT_ERR(walk(10 + i, "passwd", P9_NOFID, &m), ENOTDIR);
		EXPECT_ERR(open_fid(10 + i, NULL, P9_OPEN_READ, &fd), ELOOP);
		EXPECT_ERR(open_fid(ROOT, name, P9_OPEN_READ, &fd), ELOOP);
		EXPECT_ERR(open_fid(10 + i, "passwd", P9_OPEN_READ, &fd), ENOTDIR);
		EXPECT_ERR(change(P9_TMKDIR, 10 + i, "made"), ENOTDIR);
	}
	EXPECT_EQ(finish(), 0);
}

TEST(a_name_that_goes_up_ends_the_connection)
{
	static const char *const names[] = {"..", ".", "a/b", "/", "x\0y"};
	static const size_t lens[] = {2, 1, 3, 1, 3};

	for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
		struct wire_out o;
		struct p9_msg m;
		int fd;

		start();
		wire_out_init(&o, out, sizeof(out));
		wire_put_u32(&o, 0);
		wire_put_u8(&o, P9_TWALK);
		wire_put_u16(&o, 1);
		wire_put_u32(&o, ROOT);
		wire_put_u32(&o, 0);
		wire_put_u16(&o, 1);
		wire_put_str16(&o, names[i], lens[i]);
		wire_put_u32(&o, 0);
		wire_patch_u32(&o, 0, (uint32_t)o.len);
		send_bytes(out, o.len);
		EXPECT_ERR(receive(&m, &fd), EPIPE);
		EXPECT_EQ(WEXITSTATUS(finish()), 1);
	}
}

TEST(special_files_are_seen_but_never_opened)
{
	struct p9_msg m;
	struct host_stat st;
	int fd;

	start();
	EXPECT_EQ(mkfifo(at("fifo"), 0644), 0);
	EXPECT_EQ(mknod(at("socket"), S_IFSOCK | 0644, 0), 0);
	EXPECT_EQ(walk(ROOT, "fifo", 5, &m), 0);
	EXPECT_TRUE(S_ISFIFO(m.steps[0].attr.mode));
	EXPECT_ERR(open_fid(5, NULL, P9_OPEN_READ, &fd), ENXIO);
	EXPECT_ERR(open_fid(ROOT, "fifo", P9_OPEN_READ | P9_OPEN_WRITE, &fd), ENXIO);
	EXPECT_ERR(open_fid(ROOT, "socket", P9_OPEN_READ, &fd), ENXIO);
	EXPECT_ERR(change(P9_TSETXATTR, 5, "x"), EOPNOTSUPP);
	EXPECT_EQ(getattr(5, &st), 0);
	if (mknod(at("null"), S_IFCHR | 0666, 0x103) == 0) {
		EXPECT_EQ(walk(ROOT, "null", 6, &m), 0);
		EXPECT_EQ(m.steps[0].attr.rdev, 0x103);
		EXPECT_ERR(open_fid(6, NULL, P9_OPEN_READ, &fd), EACCES);
	}
	EXPECT_EQ(finish(), 0);
}

TEST(open_donates_a_descriptor_that_can_do_what_was_asked_and_no_more)
{
	struct host_stat st;
	char buf[8] = "";
	int fd;

	start();
	put_file("f", "data");
	EXPECT_EQ(open_fid(RO_ROOT, "f", P9_OPEN_READ, &fd), 0);
	EXPECT_EQ(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
	EXPECT_EQ(pread(fd, buf, 8, 0), 4);
	EXPECT_STREQ(buf, "data");
	EXPECT_EQ(host_fstat(fd, &st), 0);
	EXPECT_EQ(st.size, 4);
	close(fd);
	EXPECT_ERR(open_fid(RO_ROOT, "f", P9_OPEN_READ | P9_OPEN_WRITE, &fd), EROFS);
	EXPECT_ERR(open_fid(RO_ROOT, "f", P9_OPEN_WRITE, &fd), EROFS);
	EXPECT_EQ(open_fid(ROOT, "f", P9_OPEN_WRITE | P9_OPEN_READ_IF_ALLOWED, &fd), 0);
	EXPECT_EQ(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDWR);
	close(fd);
	EXPECT_EQ(open_fid(ROOT, "f", P9_OPEN_WRITE, &fd), 0);
	EXPECT_EQ(fcntl(fd, F_GETFL) & O_ACCMODE, O_WRONLY);
	close(fd);
	EXPECT_ERR(open_fid(ROOT, "f", 0, &fd), EINVAL);
	EXPECT_ERR(open_fid(ROOT, NULL, P9_OPEN_WRITE, &fd), EISDIR);
	EXPECT_ERR(open_fid(ROOT, "none", P9_OPEN_READ, &fd), ENOENT);
	EXPECT_ERR(open_fid(99, "f", P9_OPEN_READ, &fd), EBADF);
	EXPECT_EQ(finish(), 0);
}

TEST(a_read_only_export_answers_EROFS_to_every_change)
{
	static const uint8_t types[] = {P9_TCREATE, P9_TMKDIR,  P9_TMKNOD,   P9_TSYMLINK,  P9_TLINK,
					P9_TUNLINK, P9_TRENAME, P9_TSETATTR, P9_TSETXATTR, P9_TREMOVEXATTR};

	start();
	put_file("f", "x");
	for (unsigned i = 0; i < ARRAY_SIZE(types); i++)
		EXPECT_ERR(change(types[i], RO_ROOT, "f"), EROFS);
	EXPECT_EQ(access(at("f"), F_OK), 0);
	EXPECT_EQ(finish(), 0);
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
		EXPECT_EQ(ask(&m), 0);
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

	start();
	EXPECT_EQ(mkdir(at("d"), 0755), 0);
	for (unsigned i = 0; i < N; i++) {
		snprintf(name, sizeof(name), "d/%u", i);
		put_file(name, "");
	}
	EXPECT_EQ(walk(ROOT, "d", 5, &m), 0);
	EXPECT_TRUE(list_numbers(5, seen, N, P9_MSIZE) <= 3);
	EXPECT_TRUE(list_numbers(5, again, N, 4096) > 10);
	for (unsigned i = 0; i < N; i++)
		EXPECT_TRUE(seen[i] && again[i]);
	EXPECT_EQ(finish(), 0);
}

TEST(a_listing_can_begin_with_a_walk)
{
	struct p9_msg m;
	struct host_stat st;

	start();
	EXPECT_EQ(mkdir(at("d"), 0755), 0);
	put_file("f", "");
	p9_msg_init(&m, P9_TREADDIR, 0);
	m.fid = ROOT;
	m.newfid = 7;
	m.name = p9_str("d");
	m.count = P9_MSIZE;
	EXPECT_EQ(ask(&m), 0);
	EXPECT_EQ(m.flags, P9_READDIR_END);
	EXPECT_TRUE(S_ISDIR(m.attr.mode));
	EXPECT_EQ(getattr(7, &st), 0);
	EXPECT_EQ(st.ino, m.attr.ino);
	p9_msg_init(&m, P9_TREADDIR, 0);
	m.newfid = 8;
	m.name = p9_str("f");
	m.count = P9_MSIZE;
	EXPECT_ERR(ask(&m), ENOTDIR);
	EXPECT_ERR(getattr(8, &st), EBADF);
	EXPECT_EQ(finish(), 0);
}

/* --- changing --- */

TEST(makes_files_directories_links_and_fifos_with_the_mode_asked_for)
{
	struct stat st;
	char target[16] = "";

	start();
	umask(077);
	EXPECT_EQ(change(P9_TCREATE, ROOT, "file"), 0);
	EXPECT_ERR(change(P9_TCREATE, ROOT, "file"), EEXIST);
	EXPECT_EQ(change(P9_TMKDIR, ROOT, "dir"), 0);
	EXPECT_EQ(change(P9_TMKNOD, ROOT, "fifo"), 0);
	EXPECT_EQ(change(P9_TSYMLINK, ROOT, "link"), 0);
	EXPECT_EQ(stat(at("file"), &st), 0);
	EXPECT_EQ(st.st_mode, S_IFREG | 0755);
	EXPECT_EQ(stat(at("dir"), &st), 0);
	EXPECT_EQ(st.st_mode, S_IFDIR | 0755);
	EXPECT_EQ(stat(at("fifo"), &st), 0);
	EXPECT_EQ(st.st_mode, S_IFIFO | 0644);
	EXPECT_EQ(readlink(at("link"), target, sizeof(target) - 1), 6);
	EXPECT_STREQ(target, "user.x");
	umask(022);
	EXPECT_EQ(finish(), 0);
}

TEST(a_device_cannot_be_made)
{
	struct p9_msg m;

	start();
	p9_msg_init(&m, P9_TMKNOD, 0);
	m.fid = ROOT;
	m.mode = S_IFCHR | 0666;
	m.uid = m.gid = P9_NOID;
	m.name = p9_str("null");
	EXPECT_ERR(ask(&m), EPERM);
	EXPECT_EQ(finish(), 0);
}

TEST(attributes_are_set)
{
	struct p9_msg m;
	struct stat st;

	start();
	put_file("f", "0123456789");
	EXPECT_EQ(walk(ROOT, "f", 5, &m), 0);
	p9_msg_init(&m, P9_TSETATTR, 0);
	m.fid = 5;
	m.valid = P9_SET_MODE | P9_SET_SIZE | P9_SET_ATIME | P9_SET_MTIME;
	m.mode = 0640;
	m.size = 3;
	m.atime = 1000000001;
	m.mtime = -1;
	EXPECT_EQ(ask(&m), 0);
	EXPECT_EQ(m.attr.size, 3);
	EXPECT_EQ(m.attr.mode, S_IFREG | 0640);
	EXPECT_EQ(m.attr.atime, 1000000001);
	EXPECT_EQ(m.attr.mtime, -1);
	EXPECT_EQ(stat(at("f"), &st), 0);
	EXPECT_EQ(st.st_size, 3);
	EXPECT_EQ(st.st_mtim.tv_sec, -1);
	EXPECT_EQ(st.st_mtim.tv_nsec, 999999999);
	p9_msg_init(&m, P9_TSETATTR, 0);
	m.fid = ROOT;
	m.valid = P9_SET_SIZE;
	EXPECT_ERR(ask(&m), EISDIR);
	p9_msg_init(&m, P9_TSETATTR, 0);
	m.valid = 1u << 20;
	EXPECT_ERR(ask(&m), EINVAL);
	EXPECT_EQ(finish(), 0);
}

TEST(set_attributes_of_a_symlink_never_reach_its_target)
{
	struct p9_msg m;
	struct stat st;

	start();
	put_file("f", "x");
	EXPECT_EQ(chmod(at("f"), 0600), 0);
	EXPECT_EQ(symlink("f", at("l")), 0);
	EXPECT_EQ(walk(ROOT, "l", 5, &m), 0);
	p9_msg_init(&m, P9_TSETATTR, 0);
	m.fid = 5;
	m.valid = P9_SET_MODE;
	m.mode = 0777;
	EXPECT_ERR(ask(&m), EOPNOTSUPP);
	p9_msg_init(&m, P9_TSETATTR, 0);
	m.fid = 5;
	m.valid = P9_SET_MTIME;
	m.mtime = 5000000000;
	EXPECT_EQ(ask(&m), 0);
	EXPECT_EQ(lstat(at("l"), &st), 0);
	EXPECT_EQ(st.st_mtim.tv_sec, 5);
	EXPECT_EQ(stat(at("f"), &st), 0);
	EXPECT_EQ(st.st_mode & 07777, 0600);
	EXPECT_NE(st.st_mtim.tv_sec, 5);
	EXPECT_EQ(finish(), 0);
}

TEST(a_fid_follows_its_file_through_renames)
{
	struct p9_msg m;
	struct host_stat st;
	uint64_t ino;

	start();
	EXPECT_EQ(mkdir(at("d"), 0755), 0);
	put_file("d/f", "x");
	EXPECT_EQ(walk(ROOT, "d/f", 5, &m), 0);
	ino = m.steps[1].attr.ino;
	p9_msg_init(&m, P9_TRENAME, 0);
	m.fid = m.fid2 = ROOT;
	m.name = p9_str("d");
	m.name2 = p9_str("e");
	EXPECT_EQ(ask(&m), 0);
	EXPECT_EQ(access(at("e/f"), F_OK), 0);
	EXPECT_EQ(getattr(5, &st), 0);
	EXPECT_EQ(st.ino, ino);
	EXPECT_ERR(walk(ROOT, "d", P9_NOFID, &m), ENOENT);
	EXPECT_EQ(walk(ROOT, "e/f", P9_NOFID, &m), 0);
	EXPECT_EQ(finish(), 0);
}

TEST(a_removed_file_lives_on_if_it_is_kept)
{
	struct p9_msg m;
	struct host_stat st;
	int fd;

	start();
	put_file("f", "still here");
	p9_msg_init(&m, P9_TUNLINK, 0);
	m.fid = ROOT;
	m.newfid = 5;
	m.name = p9_str("f");
	EXPECT_EQ(ask(&m), 0);
	EXPECT_NE(access(at("f"), F_OK), 0);
	EXPECT_EQ(getattr(5, &st), 0);
	EXPECT_EQ(st.nlink, 0);
	EXPECT_EQ(open_fid(5, NULL, P9_OPEN_READ, &fd), 0);
	close(fd);
	p9_msg_init(&m, P9_TUNLINK, 0);
	m.fid = ROOT;
	m.newfid = 6;
	m.name = p9_str("f");
	EXPECT_ERR(ask(&m), ENOENT);
	EXPECT_ERR(getattr(6, &st), EBADF);
	EXPECT_EQ(finish(), 0);
}

TEST(only_user_xattrs_are_set)
{
	static const char *const refused[] = {"security.capability", "trusted.x", "system.posix_acl_access", "us", "user"};
	struct p9_msg m;

	start();
	put_file("f", "x");
	EXPECT_EQ(walk(ROOT, "f", 5, &m), 0);
	for (unsigned i = 0; i < ARRAY_SIZE(refused); i++) {
		p9_msg_init(&m, P9_TSETXATTR, 0);
		m.fid = 5;
		m.text = p9_str(refused[i]);
		m.blob = p9_str("v");
		EXPECT_ERR(ask(&m), EOPNOTSUPP);
	}
	p9_msg_init(&m, P9_TSETXATTR, 0);
	m.fid = 5;
	m.text = p9_str("user.a");
	m.blob = p9_str("value");
	if (ask(&m) == 0) {
		p9_msg_init(&m, P9_TGETXATTR, 0);
		m.fid = 5;
		m.count = 100;
		m.text = p9_str("user.a");
		EXPECT_EQ(ask(&m), 0);
		EXPECT_EQ(m.blob.n, 5);
		EXPECT_MEMEQ(m.blob.s, "value", 5);
		p9_msg_init(&m, P9_TLISTXATTR, 0);
		m.fid = 5;
		m.count = 3;
		EXPECT_ERR(ask(&m), ERANGE);
	}
	EXPECT_EQ(finish(), 0);
}

/* --- many fids, few descriptors --- */

TEST(ten_thousand_fids_survive_a_limit_of_256_descriptors)
{
	enum { DIRS = 100, FILES = 100 };
	struct p9_msg m;
	struct host_stat st;
	char name[32];

	fd_limit = 256;
	start();
	for (unsigned d = 0; d < DIRS; d++) {
		snprintf(name, sizeof(name), "%u", d);
		EXPECT_EQ(mkdir(at(name), 0755), 0);
		for (unsigned f = 0; f < FILES; f++) {
			snprintf(name, sizeof(name), "%u/%u", d, f);
			put_file(name, name);
			EXPECT_EQ(walk(ROOT, name, 100 + d * FILES + f, &m), 0);
		}
	}
	/* A parent that was closed is found again under its new name. */
	p9_msg_init(&m, P9_TRENAME, 0);
	m.fid = m.fid2 = ROOT;
	m.name = p9_str("0");
	m.name2 = p9_str("moved");
	EXPECT_EQ(ask(&m), 0);
	for (unsigned i = 0; i < DIRS * FILES; i += 7) {
		int fd;

		EXPECT_EQ(getattr(100 + i, &st), 0);
		EXPECT_EQ(st.size, (size_t)snprintf(name, sizeof(name), "%u/%u", i / FILES, i % FILES));
		EXPECT_EQ(open_fid(100 + i, NULL, P9_OPEN_READ, &fd), 0);
		close(fd);
	}
	fd_limit = 0;
	EXPECT_EQ(finish(), 0);
}

TEST(a_name_that_means_another_file_by_now_is_stale)
{
	struct p9_msg m;
	struct host_stat st;

	start();
	put_file("f", "one");
	EXPECT_EQ(walk(ROOT, "f", 5, &m), 0);
	put_file("g", "another");
	EXPECT_EQ(rename(at("g"), at("f")), 0);
	EXPECT_EQ(getattr(5, &st), 0); /* still open: the old one */
	EXPECT_EQ(st.size, 3);
	EXPECT_EQ(st.nlink, 0);
	EXPECT_EQ(walk(ROOT, "f", 6, &m), 0);
	EXPECT_EQ(m.steps[0].attr.size, 7);
	EXPECT_EQ(getattr(5, &st), 0);
	EXPECT_EQ(st.size, 3);
	EXPECT_EQ(finish(), 0);
}

TEST(a_directory_that_turns_into_a_symlink_under_a_walk_never_leads_out)
{
	struct p9_msg m;
	pid_t racer;
	int fd;

	start();
	EXPECT_EQ(mkdir(at("d"), 0755), 0);
	put_file("d/passwd", "inside");
	EXPECT_EQ(symlink("/etc", at("out")), 0);
	racer = fork();
	if (racer == 0) {
		for (;;)
			renameat2(AT_FDCWD, at("d"), AT_FDCWD, at("out"), RENAME_EXCHANGE);
	}
	for (unsigned i = 0; i < 3000; i++) {
		if (walk(ROOT, "d/passwd", P9_NOFID, &m) == 0 && m.nsteps == 2)
			EXPECT_EQ(m.steps[1].attr.size, 6);
		p9_msg_init(&m, P9_TOPEN, 0);
		m.fid = ROOT;
		m.flags = P9_OPEN_READ;
		m.nnames = 2;
		m.names[0] = p9_str("d");
		m.names[1] = p9_str("passwd");
		if (ask_fd(&m, &fd) == 0) {
			struct stat st;

			EXPECT_EQ(fstat(fd, &st), 0);
			EXPECT_EQ(st.st_size, 6);
			close(fd);
		}
	}
	kill(racer, SIGKILL);
	EXPECT_EQ(waitpid(racer, NULL, 0), racer);
	EXPECT_EQ(finish(), 0);
}

/* --- the connection --- */

TEST(serves_over_seqpacket_too)
{
	struct p9_msg m;

	start_type(SOCK_SEQPACKET);
	put_file("f", "x");
	EXPECT_EQ(walk(ROOT, "f", P9_NOFID, &m), 0);
	EXPECT_EQ(finish(), 0);
}

TEST(unknown_requests_are_answered_and_answers_are_refused)
{
	static const uint8_t unknown[] = {7, 0, 0, 0, 250, 9, 0}, clunked[] = {7, 0, 0, 0, P9_RCLUNK, 9, 0};
	struct p9_msg m;
	int fd;

	start();
	send_bytes(unknown, sizeof(unknown));
	EXPECT_ERR(receive(&m, &fd), ENOSYS);
	EXPECT_EQ(m.tag, 9);
	send_bytes(clunked, sizeof(clunked));
	EXPECT_ERR(receive(&m, &fd), EPROTO);
	EXPECT_ERR(attach(9, "none"), ENOENT);
	EXPECT_ERR(attach(ROOT, "rw"), EBADF);
	EXPECT_EQ(finish(), 0);
}

TEST(malformed_bytes_end_the_connection)
{
	static const struct {
		uint8_t b[12];
		size_t n;
	} cases[] = {
		{{3, 0, 0, 0}, 4},                                  /* smaller than a header */
		{{0, 0, 0, 1}, 4},                                  /* larger than msize */
		{{7, 0, 0, 0, P9_TGETATTR, 0, 0}, 7},               /* no fid */
		{{12, 0, 0, 0, P9_TGETATTR, 0, 0, 0, 0, 0, 0, 1}, 12}, /* a byte too many */
	};

	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		struct p9_msg m;
		int fd;

		start();
		send_bytes(cases[i].b, cases[i].n);
		EXPECT_ERR(receive(&m, &fd), EPIPE);
		EXPECT_EQ(WEXITSTATUS(finish()), 1);
	}
}

TEST(descriptors_from_the_client_end_the_connection)
{
	static const uint8_t getattr_root[] = {11, 0, 0, 0, P9_TGETATTR, 0, 0, 0, 0, 0, 0};
	struct p9_msg m;
	int fd;

	start();
	EXPECT_EQ(host_send_fds(conn, getattr_root, sizeof(getattr_root), &conn, 1, 0), sizeof(getattr_root));
	EXPECT_ERR(receive(&m, &fd), EPIPE);
	EXPECT_EQ(WEXITSTATUS(finish()), 1);
}

TEST(forgetting_and_asking_travel_in_one_piece)
{
	static const char fids[8] = {5, 0, 0, 0, 9, 9, 9, 9};
	struct wire_out o;
	struct host_stat st;
	struct p9_msg m;
	int fd;

	start();
	put_file("f", "x");
	EXPECT_EQ(walk(ROOT, "f", 5, &m), 0);
	wire_out_init(&o, out, sizeof(out));
	p9_msg_init(&m, P9_TFORGET, P9_NOTAG);
	m.blob = (struct p9_str){fids, sizeof(fids)};
	EXPECT_EQ(p9_encode(&m, &o), 0);
	p9_msg_init(&m, P9_TGETATTR, 3);
	m.fid = 5;
	EXPECT_EQ(p9_encode(&m, &o), 0);
	for (size_t i = 0; i < o.len; i++) /* byte by byte */
		send_bytes(out + i, 1);
	EXPECT_ERR(receive(&m, &fd), EBADF);
	EXPECT_EQ(m.tag, 3);
	EXPECT_EQ(getattr(ROOT, &st), 0);
	EXPECT_EQ(finish(), 0);
}

TEST(a_missing_export_is_said_to_a_person)
{
	struct gofer_export export = {"/no/such/place", "x", false};
	int pair[2], log[2], status;
	char text[512] = "";

	EXPECT_EQ(host_socketpair(SOCK_STREAM, pair), 0);
	EXPECT_EQ(host_pipe(log), 0);
	gofer = fork();
	if (gofer == 0) {
		struct gofer_config config = {.conn_fd = pair[1], .exports = &export, .n = 1, .log_fd = log[1]};

		gofer_main(&config);
	}
	close(log[1]);
	EXPECT_EQ(waitpid(gofer, &status, 0), gofer);
	EXPECT_EQ(WEXITSTATUS(status), 1);
	EXPECT_TRUE(read(log[0], text, sizeof(text) - 1) > 0);
	EXPECT_NE(strstr(text, "/no/such/place"), NULL);
	EXPECT_NE(strstr(text, "No such file or directory"), NULL);
	close(log[0]);
	close(pair[0]);
	close(pair[1]);
}

TEST_MAIN()
