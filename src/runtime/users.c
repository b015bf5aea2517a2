/* SPDX-License-Identifier: Apache-2.0 */
/* /etc/passwd, line by line. */
#include "runtime/users.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/fd.h"
#include "runtime/textfile.h"

/* "name:password:uid:..." */
static bool line_has(const char *line, size_t n, uint32_t uid, size_t *ret_name)
{
	const char *name_end = memchr(line, ':', n);
	const char *pw_end = name_end ? memchr(name_end + 1, ':', n - (size_t)(name_end + 1 - line))
				      : NULL;
	char *end;
	unsigned long v;

	if (!pw_end || pw_end[1] < '0' || pw_end[1] > '9')
		return false;
	v = strtoul(pw_end + 1, &end, 10);
	*ret_name = (size_t)(name_end - line);
	return v == uid && *end == ':';
}

char *user_name(uint32_t uid)
{
	AUTO(strbuf_fini) struct strbuf text = STRBUF_INIT;
	const char *line;
	size_t name;

	if (textfile_read(AT_FDCWD, "/etc/passwd", &text) < 0)
		return NULL;
	for (line = strbuf_str(&text); *line;) {
		size_t n = strcspn(line, "\n");

		if (line_has(line, n, uid, &name))
			return strndup(line, name);
		line += n + (line[n] == '\n');
	}
	return NULL;
}

/* A regular file below rootfs, whatever links lie on the way: they end at rootfs. */
static int open_in_root(const char *rootfs, const char *path)
{
	struct open_how how = {.flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY,
			       .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
	AUTO(host_close_fd) int dir = host_open(AT_FDCWD, rootfs, O_PATH | O_DIRECTORY, 0);
	AUTO(host_close_fd) int fd = -1;
	struct stat st;

	if (dir < 0)
		return dir;
	fd = (int)syscall(SYS_openat2, dir, path, &how, sizeof(how));
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return -1;
	return host_take_fd(&fd);
}

/* "name:password:uid:gid:comment:home:shell" */
static char *line_home(const char *line, size_t n)
{
	const char *end = line + n, *at = line;

	for (int i = 0; i < 5; i++) {
		at = memchr(at, ':', (size_t)(end - at));
		if (!at++)
			return NULL;
	}
	n = strcspn(at, ":\n");
	return n > 0 && at + n <= end ? strndup(at, n) : NULL;
}

char *user_home(const char *rootfs, uint32_t uid)
{
	AUTO(strbuf_fini) struct strbuf text = STRBUF_INIT;
	AUTO(host_close_fd) int fd = open_in_root(rootfs, "etc/passwd");
	const char *line;
	size_t name;

	strbuf_init_max(&text, 1 << 20);
	if (fd < 0 || textfile_read_fd(fd, &text) < 0)
		return NULL;
	for (line = strbuf_str(&text); *line;) {
		size_t n = strcspn(line, "\n");

		if (line_has(line, n, uid, &name))
			return line_home(line, n);
		line += n + (line[n] == '\n');
	}
	return NULL;
}
