/* SPDX-License-Identifier: Apache-2.0 */
/* Both trees, walked to through the vfs over a kernel in which nothing runs. */
#include "base/test.h"

#include <errno.h>
#include <stdio.h>

#include "abi/mount.h"
#include "sentry/core/clock.h"
#include "sentry/core/cred.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/proc/proc.h"
#include "sentry/proc/proc_priv.h"
#include "sentry/vfs/file.h"
#include "sentry/vfs/mount.h"
#include "sentry/vfs/namei.h"

struct world {
	struct kernel k;
	struct limits limits;
	struct ctx ctx;
	struct mnt_ns *ns;
	struct fs_info *fs;
};

static struct world w;

static void begin(int (*make)(struct kernel *k, struct superblock **ret))
{
	AUTO(superblock_put) struct superblock *sb = NULL;
	AUTO(path_put) struct path root = {NULL, NULL};

	memset(&w, 0, sizeof(w));
	lock_init(&w.k.tasklist, RANK_TASKLIST, "tasks");
	lock_init(&w.k.uts_lock, RANK_LEAF, "uts");
	tree_init(&w.k.pids);
	snprintf(w.k.uts.nodename, sizeof(w.k.uts.nodename), "box");
	w.k.pid_max = PID_MAX_DEFAULT;
	w.k.host_cpus[0] = 5;
	w.k.host_ncpus = 2;
	w.k.ram_bytes = 1 << 30;
	w.k.boot_monotonic_ns = clock_monotonic_ns();
	limits_init(&w.limits);
	ctx_init(&w.ctx, &ctx_kernel_ops);
	w.ctx.limits = &w.limits;
	w.ctx.cred = cred_new(0, 0, NULL, 0);
	assert_int_equal(make(&w.k, &sb), 0);
	assert_int_equal(mnt_ns_new(sb, "proc", 0, &w.ns), 0);
	root = mnt_ns_root(w.ns);
	w.fs = fs_info_new(&root, &root, 0);
	assert_non_null(w.fs);
}

static void end(void)
{
	fs_info_put(w.fs);
	mnt_ns_put(w.ns);
	cred_put(w.ctx.cred);
	lock_fini(&w.k.tasklist);
	lock_fini(&w.k.uts_lock);
}

static int open_it(const char *name, unsigned flags, struct file **ret)
{
	struct open_how how = {.flags = flags};

	return vfs_open(&w.ctx, w.fs, NULL, name, &how, ret);
}

static void expect_text(const char *name, const char *want)
{
	AUTO(file_put) struct file *f = NULL;
	char buf[4096];
	struct uio dst;
	ssize_t n;

	assert_int_equal(open_it(name, LX_O_RDONLY, &f), 0);
	uio_kernel(&dst, buf, sizeof(buf) - 1);
	n = file_read(&w.ctx, f, &dst);
	assert_true(n >= 0);
	buf[n] = '\0';
	assert_string_equal(buf, want);
}

static ssize_t write_text(const char *name, const char *text)
{
	AUTO(file_put) struct file *f = NULL;
	AUTO(free) char *copy = strdup(text);
	struct uio src;
	int r = open_it(name, LX_O_WRONLY, &f);

	if (r < 0)
		return r;
	uio_kernel(&src, copy, strlen(text));
	return file_write(&w.ctx, f, &src);
}

TEST(a_knob_is_read_written_and_checked)
{
	begin(procfs_new);
	expect_text("/sys/kernel/pid_max", "32768\n");
	assert_int_equal(write_text("/sys/kernel/pid_max", "1000\n"), 5);
	assert_int_equal(w.k.pid_max, 1000);
	assert_int_equal(write_text("/sys/kernel/pid_max", "7\n"), -EINVAL);
	assert_int_equal(w.k.pid_max, 1000);
	assert_int_equal(write_text("/sys/kernel/hostname", "new\nrest"), 8);
	expect_text("/sys/kernel/hostname", "new\n");
	end();
}

TEST(what_cannot_be_tuned_is_read_only)
{
	begin(procfs_new);
	assert_int_equal(write_text("/sys/vm/swappiness", "1"), -EROFS);
	assert_int_equal(write_text("/version", "1"), -EINVAL);
	end();
}

TEST(names_that_are_no_process_are_not_there)
{
	struct file *f;

	begin(procfs_new);
	for (size_t i = 0; i < 6; i++) {
		static const char *const names[] = {"/1",  "/01",      "/99999999999",
						    "/+1", "/nothing", "/sys/nothing"};

		assert_int_equal(open_it(names[i], LX_O_RDONLY, &f), -ENOENT);
	}
	assert_int_equal(open_it("/self", LX_O_RDONLY, &f), -ENOENT); /* the kernel itself looks */
	assert_int_equal(open_it("/new", LX_O_RDWR | LX_O_CREAT, &f), -ENOENT);
	assert_int_equal(vfs_mkdir(&w.ctx, w.fs, NULL, "/new", 0755), -ENOENT);
	assert_int_equal(vfs_unlink(&w.ctx, w.fs, NULL, "/version"), -EPERM);
	end();
}

TEST(reading_from_the_beginning_makes_the_text_anew)
{
	AUTO(file_put) struct file *f = NULL;
	char buf[64];
	struct uio dst;

	begin(procfs_new);
	assert_int_equal(open_it("/sys/kernel/pid_max", LX_O_RDONLY, &f), 0);
	uio_kernel(&dst, buf, 2);
	assert_int_equal(file_read(&w.ctx, f, &dst), 2);
	w.k.pid_max = 400;
	uio_kernel(&dst, buf, sizeof(buf));
	assert_int_equal(file_read(&w.ctx, f, &dst), 4); /* the rest of the old one */
	assert_memory_equal(buf, "768\n", 4);
	assert_int_equal(file_seek(&w.ctx, f, 0, LX_SEEK_SET), 0);
	uio_kernel(&dst, buf, sizeof(buf));
	assert_int_equal(file_read(&w.ctx, f, &dst), 4);
	assert_memory_equal(buf, "400\n", 4);
	assert_int_equal(file_seek(&w.ctx, f, 0, LX_SEEK_END), -EINVAL);
	file_put(TAKE(f));
	end();
}

TEST(processors_have_the_numbers_that_the_host_gave_them)
{
	begin(sysfs_new);
	expect_text("/devices/system/cpu/online", "0,2\n");
	expect_text("/devices/system/cpu/possible", "0-2\n");
	expect_text("/devices/system/cpu/cpu2/topology/core_id", "2\n");
	expect_text("/devices/system/cpu/cpu2/topology/thread_siblings", "4\n");
	end();
}

struct counter {
	struct dir_sink sink;
	char names[1024];
	size_t room; /* how many more entries fit */
};

static bool count(struct dir_sink *s, const char *name, size_t len, uint64_t ino, uint8_t d_type,
		  int64_t next_pos)
{
	struct counter *c = container_of(s, struct counter, sink);
	size_t at = strlen(c->names);

	(void)d_type;
	(void)next_pos;
	assert_int_not_equal(ino, 0);
	if (c->room == 0)
		return false;
	c->room--;
	snprintf(c->names + at, sizeof(c->names) - at, "%.*s ", (int)len, name);
	return true;
}

TEST(a_directory_is_listed_once_whatever_the_pieces)
{
	AUTO(file_put) struct file *f = NULL;
	struct counter c = {.sink = {count}};

	begin(sysfs_new);
	assert_int_equal(open_it("/devices/system/cpu", LX_O_RDONLY | LX_O_DIRECTORY, &f), 0);
	for (int i = 0; i < 12; i++) {
		c.room = 1;
		assert_int_equal(file_iterate(&w.ctx, f, &c.sink), 0);
	}
	assert_string_equal(c.names, ". .. kernel_max offline online possible present cpu0 cpu2 ");
	file_put(TAKE(f));
	end();
}

TEST_MAIN()
