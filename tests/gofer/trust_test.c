/* SPDX-License-Identifier: Apache-2.0 */
/* Depth, threads, and Gofers that die or lie. */
#include "gofer_world.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "abi/fcntl.h"
#include "base/test.h"
#include "host/fd.h"
#include "host/thread.h"
#include "sentry/core/alloc.h"
#include "sentry/vfs/dentry.h"

/* --- depth, threads --- */

static void dive(void *arg UNUSED)
{
	struct path p, next;

	EXPECT_EQ(vfs_walk(&gw.ctx, gw.fs, NULL, ".", 0, &p), 0);
	for (unsigned i = 0; i < 2000; i++) {
		EXPECT_EQ(vfs_mkdir(&gw.ctx, gw.fs, &p, "d", 0755), 0);
		EXPECT_EQ(vfs_walk(&gw.ctx, gw.fs, &p, "d", 0, &next), 0);
		path_put(&p);
		p = next;
	}
	path_put(&p);
	superblock_put(superblock_get(gw.sb));
	dcache_set_limit(0);
	dcache_set_limit(16384);
}

TEST(two_thousand_directories_deep_on_a_small_stack)
{
	struct host_thread t;

	gw_prepare();
	gw_enter(true);
	EXPECT_EQ(host_thread_start(&t, "diver", dive, NULL), 0);
	host_thread_join(&t);
	gw_leave();
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
	struct gw_counting c = {.sink = {gw_count_one}, .max = UINT32_MAX};
	struct open_how how = {.flags = LX_O_RDWR | LX_O_CREAT, .mode = 0644};
	struct file *f;
	struct uio u;

	snprintf(name, sizeof(name), "shared/%u", (k->id + i) % 7);
	snprintf(other, sizeof(other), "shared/%u", (k->id * 3 + i) % 5);
	if (vfs_open(&k->ctx, gw.fs, NULL, name, &how, &f) == 0) {
		uio_kernel(&u, buf, 10);
		memset(buf, 'a' + (int)k->id, 10);
		if (file_write(&k->ctx, f, &u) != 10)
			atomic_fetch_add(k->failed, 1);
		uio_kernel(&u, buf, 10);
		if (file_pread(&k->ctx, f, &u, 0) < 0)
			atomic_fetch_add(k->failed, 1);
		file_put(f);
	}
	(void)!vfs_rename(&k->ctx, gw.fs, NULL, name, NULL, other, 0);
	if (i % 3 == 0)
		(void)!vfs_unlink(&k->ctx, gw.fs, NULL, other);
	how.flags = LX_O_RDONLY;
	if (vfs_open(&k->ctx, gw.fs, NULL, "shared", &how, &f) == 0) {
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

	gw_prepare();
	EXPECT_EQ(mkdir(gw_at("shared"), 0777), 0);
	gw_enter(true);
	for (unsigned i = 0; i < ARRAY_SIZE(k); i++) {
		k[i] = (struct worker){.id = i, .failed = &failed};
		ctx_init(&k[i].ctx, gw.ctx.ops);
		k[i].ctx.cred = gw.ctx.cred;
		k[i].ctx.limits = gw.ctx.limits;
		EXPECT_EQ(host_thread_start(&k[i].t, "worker", work, &k[i]), 0);
	}
	for (unsigned i = 0; i < ARRAY_SIZE(k); i++)
		host_thread_join(&k[i].t);
	EXPECT_EQ(failed, 0);
	EXPECT_FALSE(gw_client->dead);
	gw_leave();
}

/* --- Gofers that cannot be trusted --- */

TEST(a_gofer_that_died_means_EIO)
{
	struct file *f;
	struct kstat k;
	char buf[8];

	gw_prepare();
	gw_put_file("f", "data");
	gw_enter(true);
	EXPECT_EQ(w_open(&gw, "f", LX_O_RDWR, 0, &f), 0);
	kill(gw_gofer, SIGKILL);
	EXPECT_EQ(waitpid(gw_gofer, NULL, 0), gw_gofer);
	EXPECT_ERR(w_walk(&gw, "g", 0), EIO);
	EXPECT_ERR(gw_stat_of("f", &k), EIO);
	EXPECT_ERR(w_mkdir(&gw, "d", 0755), EIO);
	EXPECT_EQ(gw_read_at(f, buf, 8, 0), 4); /* the descriptor is ours */
	file_put(f);
	world_fini(&gw);
	gofer_client_put(gw_client);
	gw_run("rm", "-rf", gw_top);
	EXPECT_EQ(arena_leaks_log(), gw_leaks_before);
}

/* A server that greets properly and answers everything else with n bytes of p, and maybe a
 * descriptor. */
static void lie(int conn, const void *p, size_t n, int fd)
{
	static const uint8_t hello[] = {29,  0,   0,   0,   P9_RVERSION, 0,   0,   0,   0,   2,
					0,   16,  0,   '9', 'P',         '2', '0', '0', '0', '.',
					'L', '.', 'c', 'a', 'i',         's', 's', 'o', 'n'};
	uint8_t buf[4096];

	for (unsigned i = 0; read(conn, buf, sizeof(buf)) > 0; i++) {
		bool first = i == 0;

		if (host_send_fds(conn, first ? hello : p, first ? sizeof(hello) : n, &fd,
				  !first && fd >= 0, 0) < 0)
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
		{{11, 0, 0, 0, P9_RLERROR, 1, 0, 2, 0, 0, 0}, 11, -1, -ENOENT}, /* an honest one */
		{{11, 0, 0, 0, P9_RLERROR, 1, 0, 0, 0, 0, 0}, 11, -1, -EIO},    /* error 0 */
		{{11, 0, 0, 0, P9_RLERROR, 1, 0, 0, 0, 1, 0}, 11, -1, -EIO},    /* error 65536 */
		{{11, 0, 0, 0, P9_RLERROR, 9, 0, 2, 0, 0, 0}, 11, -1, -EIO},    /* another tag */
		{{7, 0, 0, 0, P9_RCLUNK, 1, 0}, 7, -1, -EIO},                   /* another type */
		{{7, 0, 0, 0, P9_RATTACH, 1, 0}, 7, -1, -EIO},                  /* nothing in it */
		{{3, 0, 0, 0, 0, 0, 0}, 7, -1, -EIO},                           /* no frame */
		{{11, 0, 0, 0, P9_RLERROR, 1, 0, 2, 0, 0, 0, 0}, 12, -1, -EIO}, /* a byte too many */
		{{11, 0, 0, 0, P9_RLERROR, 1, 0, 2, 0, 0, 0},
		 11,
		 0,
		 -EIO}, /* a descriptor too many */
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
		EXPECT_EQ(gofer_connect(pair[0], &gw_client), 0);
		EXPECT_EQ(gofer_mount(gw_client, "/", GOFER_SHARED, &sb), lies[i].want);
		EXPECT_EQ(gw_client->dead, lies[i].want == -EIO);
		gofer_client_put(gw_client);
		EXPECT_EQ(waitpid(liar, NULL, 0), liar);
	}
}

TEST_MAIN()
