/* SPDX-License-Identifier: Apache-2.0 */
/* Files of a group: read as a whole, written in one piece, as the kernel wants them. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/fd.h"
#include "host/io.h"
#include "runtime/cgroup/cgroup_priv.h"

static int open_file(const char *dir, const char *file, int flags)
{
	AUTO(strbuf_fini) struct strbuf path = STRBUF_INIT;

	strbuf_addf(&path, "%s/%s", dir, file);
	if (strbuf_result(&path) < 0)
		return -ENOMEM;
	return host_open(AT_FDCWD, path.s, flags | O_NOFOLLOW | O_CLOEXEC, 0);
}

int cg_read(const char *dir, const char *file, struct strbuf *ret)
{
	AUTO(host_close_fd) int fd = open_file(dir, file, O_RDONLY);
	char buf[4096];

	if (fd < 0)
		return fd;
	for (;;) {
		ssize_t n = host_read(fd, buf, sizeof(buf));

		if (n < 0)
			return (int)n;
		if (n == 0)
			return strbuf_result(ret);
		if (ret->len + (size_t)n > CGROUP_FILE_MAX)
			return -EFBIG;
		strbuf_add(ret, buf, (size_t)n);
	}
}

bool cg_parse_u64(const char *s, uint64_t *ret)
{
	uint64_t v = 0;

	if (*s == 0)
		return false;
	for (; *s; s++) {
		if (*s < '0' || *s > '9' || __builtin_mul_overflow(v, 10u, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(*s - '0'), &v))
			return false;
	}
	*ret = v;
	return true;
}

int cg_read_u64(const char *dir, const char *file, uint64_t *ret)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	int r = cg_read(dir, file, &sb);

	if (r < 0)
		return r;
	if (sb.len == 0)
		return -EINVAL;
	strbuf_truncate(&sb, strcspn(sb.s, " \t\n"));
	if (strcmp(sb.s, "max") == 0 || strcmp(sb.s, "-1") == 0) {
		*ret = UINT64_MAX;
		return 0;
	}
	return cg_parse_u64(sb.s, ret) ? 0 : -EINVAL;
}

/* O_TRUNC means nothing to the kernel's files, and makes plain ones (of tests) behave alike. */
int cg_write(const char *dir, const char *file, const char *value)
{
	AUTO(host_close_fd) int fd = open_file(dir, file, O_WRONLY | O_TRUNC);
	size_t n = strlen(value);
	ssize_t r;

	if (fd < 0)
		return fd;
	r = host_write(fd, value, n);
	if (r < 0)
		return (int)r;
	return (size_t)r == n ? 0 : -EIO;
}

bool cg_exists(const char *dir, const char *file)
{
	AUTO(host_close_fd) int fd = open_file(dir, file, O_PATH);

	return fd >= 0;
}

int cg_set(const char *dir, const char *file, const char *value, struct cgroup_error *err)
{
	int r = cg_write(dir, file, value);

	if (r < 0)
		return cgroup_fail(err, r, "writing \"%s\" to %s/%s", value, dir, file);
	return 0;
}

int cg_set_u64(const char *dir, const char *file, uint64_t v, struct cgroup_error *err)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)v);
	return cg_set(dir, file, text, err);
}

int cg_set_i64(const char *dir, const char *file, int64_t v, struct cgroup_error *err)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%lld", (long long)v);
	return cg_set(dir, file, text, err);
}

int cg_set_limit(const char *dir, const char *file, int64_t v, const char *max,
		 struct cgroup_error *err)
{
	return v < 0 ? cg_set(dir, file, max, err) : cg_set_i64(dir, file, v, err);
}

int cg_setf(const char *dir, const char *file, struct cgroup_error *err, const char *fmt, ...)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(&sb, fmt, ap);
	va_end(ap);
	if (strbuf_result(&sb) < 0)
		return cgroup_fail(err, -ENOMEM, "writing to %s/%s", dir, file);
	return cg_set(dir, file, strbuf_str(&sb), err);
}

int cg_for_each_line(char *text, int (*fn)(void *arg, char *line), void *arg)
{
	int r = 0;

	while (text && *text && r == 0) {
		char *end = strchr(text, '\n');

		if (end)
			*end = 0;
		r = fn(arg, text);
		text = end ? end + 1 : NULL;
	}
	return r;
}
