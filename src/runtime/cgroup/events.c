/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting for what a group does. Files of v2 with events wake a poll(2) for POLLPRI once they have
 * changed since they were last read, so: read, compare, poll, read again. v1 tells of nothing but
 * memory running out; there a process's end (its pidfd) is the only event, and what has none is
 * looked at again after a moment.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>

#include "host/fd.h"
#include "host/io.h"
#include "host/proc.h"
#include "host/time.h"
#include "runtime/cgroup/cgroup_priv.h"

#define MOMENT_NS 2000000 /* between looks at what nobody tells of */

int cg_events_open(const char *dir, const char *file, struct cg_events *ret)
{
	AUTO(strbuf_fini) struct strbuf path = STRBUF_INIT;
	int fd;

	strbuf_addf(&path, "%s/%s", dir, file);
	if (strbuf_result(&path) < 0)
		return -ENOMEM;
	fd = host_open(AT_FDCWD, path.s, O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0);
	if (fd < 0)
		return fd;
	ret->fd = fd;
	return 0;
}

void cg_events_close(struct cg_events *e)
{
	host_close(e->fd);
	e->fd = -1;
}

/* The rest of the line that begins with key and a blank. */
static const char *find_key(const char *text, const char *key)
{
	size_t n = strlen(key);

	for (const char *s = text; s; s = strchr(s, '\n')) {
		s += *s == '\n';
		if (strncmp(s, key, n) == 0 && s[n] == ' ')
			return s + n + 1;
	}
	return NULL;
}

int cg_events_get(const struct cg_events *e, const char *key, uint64_t *ret)
{
	char text[1024], number[24];
	ssize_t n = host_pread(e->fd, text, sizeof(text) - 1, 0);
	const char *value;
	size_t len;

	if (n < 0)
		return (int)n;
	text[n] = 0;
	value = find_key(text, key);
	if (!value)
		return -ENODATA;
	len = strcspn(value, "\n");
	if (len >= sizeof(number))
		return -EINVAL;
	memcpy(number, value, len);
	number[len] = 0;
	return cg_parse_u64(number, ret) ? 0 : -EINVAL;
}

int cg_events_wait(const struct cg_events *e, const char *key, uint64_t value, int64_t deadline_ns)
{
	for (;;) {
		uint64_t now;
		int r = cg_events_get(e, key, &now);

		if (r < 0 || now == value)
			return r;
		r = host_poll_until(e->fd, POLLPRI, deadline_ns);
		if (r < 0)
			return r;
	}
}

int cg_wait_a_moment(pid_t pid, int64_t deadline_ns)
{
	AUTO(host_close_fd) int fd = pid > 0 ? host_pidfd_open(pid) : -1;
	int64_t now = host_monotonic_ns(), until;
	int r;

	if (now >= deadline_ns)
		return -ETIMEDOUT;
	if (pid > 0 && fd == -ESRCH)
		return 0; /* it has just ended */
	until = deadline_ns - now < MOMENT_NS ? deadline_ns : now + MOMENT_NS;
	r = host_poll_until(fd, POLLIN, until); /* a negative descriptor is never ready */
	return r < 0 && r != -ETIMEDOUT ? r : 0;
}
