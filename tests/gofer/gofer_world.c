/* SPDX-License-Identifier: Apache-2.0 */
/* The world of the tests; see gofer_world.h. */
#include "gofer_world.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "abi/fcntl.h"
#include "base/test.h"
#include "gofer/gofer.h"
#include "host/fd.h"
#include "sentry/core/alloc.h"
#include "sentry/core/clock.h"

#define PATH 512

char gw_top[64];
pid_t gw_gofer;
struct gofer_client *gw_client;
struct world gw;
uint64_t gw_leaks_before;

const char *gw_at(const char *name)
{
	static char path[4][PATH];
	static unsigned next;
	char *p = path[next++ % 4];

	snprintf(p, PATH, "%s/%s", gw_top, name);
	return p;
}

void gw_put_file(const char *name, const char *text)
{
	int fd = open(gw_at(name), O_WRONLY | O_CREAT | O_TRUNC, 0644);

	EXPECT_TRUE(fd >= 0);
	EXPECT_EQ(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

void gw_put_zeroes(const char *name, size_t n)
{
	int fd = open(gw_at(name), O_WRONLY | O_CREAT | O_TRUNC, 0644);

	EXPECT_TRUE(fd >= 0);
	EXPECT_EQ(ftruncate(fd, (off_t)n), 0);
	close(fd);
}

void gw_run(const char *program, const char *arg, const char *arg2)
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

void gw_prepare(void)
{
	warm_dcache();
	gw_leaks_before = arena_leaks_log();
	snprintf(gw_top, sizeof(gw_top), "/tmp/gofer-client-XXXXXX");
	EXPECT_NE(mkdtemp(gw_top), NULL);
	EXPECT_EQ(chmod(gw_top, 0755), 0);
}

void gw_enter(bool writable)
{
	struct superblock *sb;
	int pair[2];

	EXPECT_EQ(host_socketpair(SOCK_STREAM, pair), 0);
	gw_gofer = fork();
	if (gw_gofer == 0) {
		struct gofer_export export = {gw_top, "/", writable};
		struct gofer_config config = {
			.conn_fd = pair[1], .exports = &export, .n = 1, .log_fd = -1};

		close(pair[0]);
		gofer_main(&config);
	}
	close(pair[1]);
	EXPECT_EQ(gofer_connect(pair[0], &gw_client), 0);
	EXPECT_ERR(gofer_mount(gw_client, "/none", GOFER_SHARED, &sb), ENOENT);
	EXPECT_EQ(gofer_mount(gw_client, "/", writable ? GOFER_SHARED : GOFER_EXCLUSIVE, &sb), 0);
	world_init(&gw, sb);
}

/* Nothing may be left behind, on either side. */
void gw_leave(void)
{
	int status;

	world_fini(&gw);
	gofer_client_put(gw_client);
	EXPECT_EQ(waitpid(gw_gofer, &status, 0), gw_gofer);
	EXPECT_EQ(status, 0);
	gw_run("rm", "-rf", gw_top);
	EXPECT_EQ(arena_leaks_log(), gw_leaks_before);
}

unsigned gw_trips(void)
{
	return gw_client->next_tag;
}

int gw_stat_of(const char *name, struct kstat *ret)
{
	struct path p;
	int r = vfs_walk(&gw.ctx, gw.fs, NULL, name, 0, &p);

	if (r < 0)
		return r;
	r = vfs_getattr(&gw.ctx, &p, ret);
	path_put(&p);
	return r;
}

static int64_t ns(const struct timespec *t)
{
	return t->tv_sec * NSEC_PER_SEC + t->tv_nsec;
}

/* The vfs and the host agree on name. */
void gw_expect_same(const char *name)
{
	struct kstat k;
	struct stat st;

	EXPECT_EQ(lstat(gw_at(name), &st), 0);
	EXPECT_EQ(gw_stat_of(name, &k), 0);
	EXPECT_EQ(k.mode, st.st_mode);
	EXPECT_EQ(k.nlink, st.st_nlink);
	EXPECT_EQ(k.uid, st.st_uid);
	EXPECT_EQ(k.gid, st.st_gid);
	EXPECT_EQ(k.size, st.st_size);
	EXPECT_EQ(k.blocks, st.st_blocks);
	EXPECT_EQ(k.mtime, ns(&st.st_mtim));
	EXPECT_EQ(k.ctime, ns(&st.st_ctim));
	EXPECT_EQ(k.dev, gw.sb->dev);
}

ssize_t gw_read_at(struct file *f, void *buf, size_t n, int64_t pos)
{
	struct uio dst;

	uio_kernel(&dst, buf, n);
	return file_pread(&gw.ctx, f, &dst, pos);
}

ssize_t gw_write_text(struct file *f, const char *text)
{
	struct uio src;
	char buf[64];

	snprintf(buf, sizeof(buf), "%s", text);
	uio_kernel(&src, buf, strlen(buf));
	return file_write(&gw.ctx, f, &src);
}

/* What the host has in name is text. */
void gw_expect_host_text(const char *name, const char *text)
{
	char buf[256] = "";
	int fd = open(gw_at(name), O_RDONLY);

	EXPECT_TRUE(fd >= 0);
	EXPECT_TRUE(read(fd, buf, sizeof(buf) - 1) >= 0);
	close(fd);
	EXPECT_STREQ(buf, text);
}

void gw_expect_text(const char *name, const char *text)
{
	struct file *f;
	char buf[256] = "";

	EXPECT_EQ(w_open(&gw, name, LX_O_RDONLY, 0, &f), 0);
	EXPECT_EQ(gw_read_at(f, buf, sizeof(buf) - 1, 0), strlen(text));
	EXPECT_STREQ(buf, text);
	file_put(f);
}

bool gw_count_one(struct dir_sink *s, const char *name, size_t len, uint64_t ino, uint8_t d_type,
		  int64_t next_pos UNUSED)
{
	struct gw_counting *c = container_of(s, struct gw_counting, sink);

	if (c->n == c->max)
		return false;
	c->n++;
	memcpy(c->last, name, len);
	c->last[len] = '\0';
	c->last_ino = ino;
	c->last_type = d_type;
	return true;
}

unsigned gw_count_names(struct file *dir)
{
	struct gw_counting c = {.sink = {gw_count_one}, .max = UINT32_MAX};

	EXPECT_EQ(file_iterate(&gw.ctx, dir, &c.sink), 0);
	return c.n;
}

unsigned gw_list(const char *name)
{
	struct file *f;
	unsigned n;

	EXPECT_EQ(w_open(&gw, name, LX_O_RDONLY | LX_O_DIRECTORY, 0, &f), 0);
	n = gw_count_names(f);
	file_put(f);
	return n;
}
