/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/cgroup/test_cgroup.h"

#include "base/test.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "host/fd.h"
#include "host/io.h"

void fake_make(struct fake *f)
{
	(void)snprintf(f->dir, sizeof(f->dir), "/tmp/caisson-cgroup-XXXXXX");
	EXPECT_TRUE(mkdtemp(f->dir) != NULL);
}

static int remove_one(void *arg, const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	(void)arg;
	while (d && (e = readdir(d)) != NULL)
		(void)unlinkat(dirfd(d), e->d_name, 0);
	if (d)
		(void)closedir(d);
	return rmdir(dir) < 0 ? -1 : 0;
}

void fake_remove(struct fake *f)
{
	EXPECT_EQ(cg_for_each_dir(f->dir, remove_one, NULL), 0);
}

void fake_mkdir(struct fake *f, const char *path)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	struct cgroup_error err;

	strbuf_addf(&sb, "%s/%s", f->dir, path);
	EXPECT_EQ(cg_mkdir_all(f->dir, strbuf_str(&sb), &err), 0);
}

static int open_in(struct fake *f, const char *path, int flags)
{
	char full[256];

	(void)snprintf(full, sizeof(full), "%s/%s", f->dir, path);
	return open(full, flags | O_CLOEXEC, 0600);
}

void fake_put(struct fake *f, const char *path, const char *text)
{
	AUTO(host_close_fd) int fd = open_in(f, path, O_WRONLY | O_CREAT | O_TRUNC);

	EXPECT_TRUE(fd >= 0);
	EXPECT_EQ(host_write_all(fd, text, strlen(text)), 0);
}

const char *fake_get(struct fake *f, const char *path)
{
	static char text[4096];
	AUTO(host_close_fd) int fd = open_in(f, path, O_RDONLY);
	ssize_t n = fd >= 0 ? host_read(fd, text, sizeof(text) - 1) : 0;

	text[n > 0 ? n : 0] = 0;
	return fd >= 0 ? text : "(no file)";
}

struct cgroup_host *fake_host(struct fake *f, const char *mountinfo, const char *self)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	struct cgroup_host *h = NULL;
	struct cgroup_error err;

	for (const char *s = mountinfo; *s; s++) {
		if (*s == '@')
			strbuf_adds(&sb, f->dir);
		else
			strbuf_addc(&sb, *s);
	}
	EXPECT_EQ(cgroup_host_parse(strbuf_str(&sb), self, &h, &err), 0);
	return h;
}
