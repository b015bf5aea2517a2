/* SPDX-License-Identifier: Apache-2.0 */
#include "sentry/loader/test_vfs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/ref.h"
#include "sentry/core/hostfd.h"
#include "sentry/mm/mappable.h"
#include "sentry/vfs/file.h"
#include "sentry/vfs/namei.h"

#define FILES_MAX 16

struct test_file {
	struct file file; /* only its address is used */
	char path[256];
	uint8_t *bytes;
	size_t n;
	int held;
};

struct test_mappable {
	struct mappable base;
	struct hostfd *h;
};

static struct test_file files[FILES_MAX];

static struct test_file *to_test(struct file *f)
{
	return container_of(f, struct test_file, file);
}

static struct test_file *find(const char *path)
{
	for (size_t i = 0; i < FILES_MAX; i++)
		if (files[i].bytes && strcmp(files[i].path, path) == 0)
			return &files[i];
	return NULL;
}

void test_vfs_reset(void)
{
	for (size_t i = 0; i < FILES_MAX; i++)
		free(files[i].bytes);
	memset(files, 0, sizeof(files));
}

void test_vfs_put(const char *path, const void *bytes, size_t n)
{
	struct test_file *f = find(path);

	for (size_t i = 0; !f && i < FILES_MAX; i++)
		if (!files[i].bytes)
			f = &files[i];
	check(f && strlen(path) < sizeof(f->path));
	free(f->bytes);
	f->bytes = malloc(n + 1);
	check(f->bytes);
	memcpy(f->bytes, bytes, n);
	f->n = n;
	memcpy(f->path, path, strlen(path) + 1);
}

struct file *test_vfs_open(const char *path)
{
	struct test_file *f = find(path);

	if (!f)
		return NULL;
	f->held++;
	return &f->file;
}

int test_vfs_held(void)
{
	int held = 0;

	for (size_t i = 0; i < FILES_MAX; i++)
		held += files[i].held;
	return held;
}

/* ---- what the loader calls ---- */

struct file *file_get(struct file *f)
{
	to_test(f)->held++;
	return f;
}

void file_put(struct file *f)
{
	to_test(f)->held--;
}

ssize_t file_read_kernel(struct ctx *ctx UNUSED, struct file *f, void *buf, size_t n, uint64_t pos)
{
	struct test_file *t = to_test(f);

	if (pos >= t->n)
		return 0;
	n = MIN(n, t->n - (size_t)pos);
	memcpy(buf, t->bytes + pos, n);
	return (ssize_t)n;
}

int vfs_open_exec(struct ctx *ctx UNUSED, struct fs_info *fs UNUSED, const struct path *at UNUSED,
		  const char *name, unsigned walk_flags UNUSED, struct file **ret)
{
	*ret = test_vfs_open(name);
	return *ret ? 0 : -ENOENT;
}

static int test_hostfd(struct mappable *m, struct ctx *ctx UNUSED, bool writable UNUSED,
		       struct hostfd **ret, uint64_t *ret_delta)
{
	*ret = hostfd_get(container_of(m, struct test_mappable, base)->h);
	*ret_delta = 0;
	return 0;
}

static void test_release(struct mappable *m)
{
	struct test_mappable *t = container_of(m, struct test_mappable, base);

	hostfd_put(t->h);
	free(t);
}

static const struct mappable_ops test_ops = {.hostfd = test_hostfd, .release = test_release};

int file_mappable(struct ctx *ctx UNUSED, struct file *f, int prot UNUSED, int map_flags UNUSED,
		  struct mappable **ret, int *ret_max_prot)
{
	struct test_file *t = to_test(f);
	struct test_mappable *m = calloc(1, sizeof(*m));

	check(m);
	m->base.ops = &test_ops;
	ref_init(&m->base.ref);
	check(hostfd_new_memory("test", t->n, &m->h) == 0);
	check(hostfd_pwrite(m->h, t->bytes, t->n, 0) == (ssize_t)t->n);
	*ret = &m->base;
	*ret_max_prot = 7;
	return 0;
}
