/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and replacing small files. */
#include "runtime/textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/fd.h"
#include "host/io.h"

int textfile_read_fd(int fd, struct strbuf *ret)
{
	size_t max = ret->max ? ret->max : STRBUF_MAX_DEFAULT;
	char piece[16384];
	ssize_t n;

	while ((n = host_read(fd, piece, sizeof(piece))) > 0) {
		if ((size_t)n > max - ret->len)
			return -E2BIG;
		strbuf_add(ret, piece, (size_t)n);
	}
	return n < 0 ? (int)n : strbuf_result(ret);
}

int textfile_read(int dirfd, const char *path, struct strbuf *ret)
{
	AUTO(host_close_fd) int fd = host_open(dirfd, path, O_RDONLY, 0);

	return fd < 0 ? fd : textfile_read_fd(fd, ret);
}

int textfile_replace(const char *path, const char *text, size_t len, mode_t mode)
{
	AUTO(strbuf_fini) struct strbuf beside = STRBUF_INIT;
	AUTO(host_close_fd) int fd = -1;
	int r;

	strbuf_addf(&beside, "%s.%d", path, (int)getpid());
	r = strbuf_result(&beside);
	if (r < 0)
		return r;
	fd = host_open(AT_FDCWD, beside.s, O_WRONLY | O_CREAT | O_TRUNC, mode);
	r = fd < 0 ? fd : host_write_all(fd, text, len);
	if (r == 0 && rename(beside.s, path) < 0)
		r = -errno;
	if (r < 0 && fd >= 0)
		(void)unlink(beside.s);
	return r;
}

int textfile_make_dirs(const char *path, mode_t mode)
{
	AUTO(strbuf_fini) struct strbuf at = STRBUF_INIT;
	const char *p = path;

	if (mkdir(path, mode) == 0 || errno == EEXIST)
		return 0;
	if (errno != ENOENT)
		return -errno;
	while ((p = strchr(p + 1, '/')) != NULL) {
		strbuf_reset(&at);
		strbuf_add(&at, path, (size_t)(p - path));
		if (strbuf_result(&at) < 0)
			return -ENOMEM;
		if (mkdir(at.s, 0755) < 0 && errno != EEXIST)
			return -errno;
	}
	return mkdir(path, mode) < 0 && errno != EEXIST ? -errno : 0;
}
