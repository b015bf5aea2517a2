/* SPDX-License-Identifier: Apache-2.0 */
/* The state directory. */
#include "runtime/container.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/check.h"
#include "host/fd.h"
#include "host/io.h"
#include "oci/oci.h"
#include "runtime/textfile.h"
#include "runtime/runtime.h"
#include "wire/control.h"

#define CONFIG_NAME  "config.json"
#define CONTROL_NAME "control"
#define ID_MAX       200

bool container_rootless(const struct globals *g)
{
	switch (g->rootless) {
	case ROOTLESS_YES:
		return true;
	case ROOTLESS_NO:
		return false;
	case ROOTLESS_AUTO:
		break;
	}
	return geteuid() != 0;
}

int container_root(const struct globals *g, struct strbuf *ret)
{
	const char *run = getenv("XDG_RUNTIME_DIR");
	AUTO(free) char *cwd = NULL;

	if (g->root && g->root[0] != '/') {
		cwd = getcwd(NULL, 0);
		strbuf_addf(ret, "%s/%s", cwd ? cwd : "", g->root);
	} else if (g->root) {
		strbuf_adds(ret, g->root);
	} else if (geteuid() == 0) {
		strbuf_adds(ret, "/run/caisson");
	} else if (run && run[0] == '/') {
		strbuf_addf(ret, "%s/caisson", run);
	} else {
		tell("no directory to keep containers in: set XDG_RUNTIME_DIR, or give --root=DIR");
		return -ENOENT;
	}
	return strbuf_result(ret);
}

/* runc's rule, with a limit that keeps it a file name. */
static int check_id(const char *id)
{
	size_t n =
		strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+,-.");

	if (id[0] == 0) {
		tell("container id cannot be empty");
		return -EINVAL;
	}
	if (id[n] != 0 || n > ID_MAX || strcmp(id, ".") == 0 || strcmp(id, "..") == 0) {
		tell("invalid container ID format: %s", id);
		return -EINVAL;
	}
	return 0;
}

static int not_there(void)
{
	tell("container does not exist");
	return -ENOENT;
}

/* ---- making, opening ---- */

/* The directory that was locked is still the one with that name. */
static bool still_there(const struct container *c)
{
	struct stat a, b;

	return fstat(c->dirfd, &a) == 0 && stat(c->dir, &b) == 0 && a.st_ino == b.st_ino &&
	       a.st_dev == b.st_dev;
}

static int lock_dir(const struct container *c, int how)
{
	int r;

	do
		r = flock(c->dirfd, how);
	while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : 0;
}

static int open_dir(const struct globals *g, const char *id, struct container *ret)
{
	AUTO(strbuf_fini) struct strbuf dir = STRBUF_INIT;
	int r = container_root(g, &dir);

	*ret = (struct container){.dirfd = -1};
	if (r < 0)
		return r;
	strbuf_addf(&dir, "/%s", id);
	ret->dir = strbuf_steal(&dir);
	if (!ret->dir)
		return -ENOMEM;
	ret->dirfd = host_open(AT_FDCWD, ret->dir, O_RDONLY | O_DIRECTORY, 0);
	return ret->dirfd < 0 ? ret->dirfd : 0;
}

static int make_dir(const struct globals *g, const char *id)
{
	AUTO(strbuf_fini) struct strbuf dir = STRBUF_INIT;
	int r = container_root(g, &dir);

	if (r < 0)
		return r;
	r = textfile_make_dirs(strbuf_str(&dir), 0711);
	if (r < 0) {
		tell_errno(-r, "creating %s, where containers are kept (--root)", strbuf_str(&dir));
		return r;
	}
	strbuf_addf(&dir, "/%s", id);
	if (mkdir(strbuf_str(&dir), 0700) == 0 || errno == EEXIST)
		return 0;
	r = -errno;
	tell_errno(-r, "creating %s", strbuf_str(&dir));
	return r;
}

/*
 * A directory without a record is a leftover of a command that was killed, unless somebody holds
 * it; the lock tells.
 */
int container_make(const struct globals *g, const char *id, struct container *ret)
{
	int r = check_id(id);

	*ret = (struct container){.dirfd = -1};
	while (r == 0) {
		r = make_dir(g, id);
		if (r == 0)
			r = open_dir(g, id, ret);
		if (r == 0)
			r = lock_dir(ret, LOCK_EX | LOCK_NB);
		if (r < 0 && r != -ENOENT)
			break;
		if (r == 0 && still_there(ret))
			break;
		container_fini(ret); /* somebody removed it meanwhile */
		r = 0;
	}
	if (r == -EWOULDBLOCK || (r == 0 && faccessat(ret->dirfd, "state.json", F_OK, 0) == 0)) {
		tell("container with given ID already exists");
		r = -EEXIST;
	} else if (r < 0 && r != -EINVAL) {
		tell_errno(-r, "the directory of container %s", id);
	}
	if (r < 0)
		container_fini(ret);
	return r;
}

/* Locked; an empty directory is what remains of one that is being removed. */
int container_find(const struct globals *g, const char *id, struct container *ret)
{
	int r = check_id(id);

	if (r == 0)
		r = open_dir(g, id, ret);
	else
		*ret = (struct container){.dirfd = -1};
	if (r == 0)
		r = lock_dir(ret, LOCK_EX);
	if (r == 0 && !still_there(ret))
		r = -ENOENT;
	if (r == 0)
		r = record_read(ret->dirfd, &ret->record);
	if (r == -EBADMSG)
		tell_warning("the state of container %s is damaged", id);
	if ((r == -ENOENT || r == -EBADMSG) && ret->dirfd >= 0 && still_there(ret))
		r = 0;
	if (r < 0)
		container_fini(ret);
	return r;
}

int container_open(const struct globals *g, const char *id, enum container_lock lock,
		   struct container *ret)
{
	int r = check_id(id);

	*ret = (struct container){.dirfd = -1};
	if (r < 0)
		return r;
	r = open_dir(g, id, ret);
	if (r == 0 && lock == CONTAINER_CHANGE)
		r = lock_dir(ret, LOCK_EX);
	if (r == 0)
		r = record_read(ret->dirfd, &ret->record);
	if (r == 0 && !still_there(ret))
		r = -ENOENT;
	if (r == 0)
		return 0;
	container_fini(ret);
	if (r == -ENOENT)
		return not_there();
	tell_errno(-r, "reading the state of container %s", id);
	return r;
}

void container_unlock(struct container *c)
{
	if (lock_dir(c, LOCK_UN) < 0)
		tell_warning("unlocking %s: %s", c->dir, strerror(errno));
}

int container_lock_again(struct container *c)
{
	int r = lock_dir(c, LOCK_EX);

	if (r == 0 && !still_there(c))
		r = -ENOENT;
	if (r == 0) {
		record_fini(&c->record);
		r = record_read(c->dirfd, &c->record);
	}
	return r;
}

void container_fini(struct container *c)
{
	record_fini(&c->record);
	oci_spec_free(c->spec);
	host_close(c->dirfd);
	free(c->dir);
	*c = (struct container){.dirfd = -1};
}

/* ---- what is kept ---- */

int container_save(struct container *c)
{
	int r = record_write(c->dirfd, &c->record);

	if (r < 0)
		tell_errno(-r, "writing %s/state.json", c->dir);
	return r;
}

static int parse_config(struct container *c, const char *text, size_t len)
{
	AUTO(strbuf_fini) struct strbuf why = STRBUF_INIT;
	int r = oci_spec_parse(text, len, &c->spec, &why);

	if (r < 0)
		tell("config.json: %s", strbuf_str(&why));
	return r;
}

int container_keep_config(struct container *c, const char *text, size_t len)
{
	AUTO(host_close_fd) int fd = -1;
	int r = c->spec ? 0 : parse_config(c, text, len);

	if (r < 0)
		return r;
	fd = host_open(c->dirfd, CONFIG_NAME, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	r = fd < 0 ? fd : host_write_all(fd, text, len);
	if (r < 0)
		tell_errno(-r, "writing %s/" CONFIG_NAME, c->dir);
	return r;
}

int container_read_config(struct container *c)
{
	AUTO(strbuf_fini) struct strbuf text = STRBUF_INIT;
	int r;

	if (c->spec)
		return 0;
	strbuf_init_max(&text, OCI_TEXT_MAX);
	r = textfile_read(c->dirfd, CONFIG_NAME, &text);
	if (r < 0) {
		tell_errno(-r, "reading %s/" CONFIG_NAME, c->dir);
		return r;
	}
	return parse_config(c, strbuf_str(&text), text.len);
}

/* The record goes last: until then the directory is a container that can be deleted again. */
int container_remove(struct container *c)
{
	static const char *const names[] = {CONTROL_NAME, CONFIG_NAME, "state.json.new",
					    "state.json"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (unlinkat(c->dirfd, names[i], 0) < 0 && errno != ENOENT) {
			tell_errno(errno, "removing %s/%s", c->dir, names[i]);
			return -EIO;
		}
	if (rmdir(c->dir) < 0 && errno != ENOENT) {
		tell_errno(errno, "removing %s", c->dir);
		return -EIO;
	}
	return 0;
}

/* ---- the Sentry's socket ---- */

/* By way of the descriptor: the path itself may be longer than an address can be. */
static void control_address(const struct container *c, struct sockaddr_un *ret)
{
	*ret = (struct sockaddr_un){.sun_family = AF_UNIX};
	(void)snprintf(ret->sun_path, sizeof(ret->sun_path), "/proc/self/fd/%d/" CONTROL_NAME,
		       c->dirfd);
}

static int new_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

int container_connect(const struct container *c)
{
	AUTO(host_close_fd) int fd = new_socket();
	struct sockaddr_un a;

	control_address(c, &a);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)(const void *)&a, sizeof(a)) < 0)
		return -errno;
	return fd < 0 ? fd : control_knock(fd);
}

int container_listen(const struct container *c)
{
	AUTO(host_close_fd) int fd = new_socket();
	struct sockaddr_un a;

	control_address(c, &a);
	(void)unlinkat(c->dirfd, CONTROL_NAME, 0);
	if (fd >= 0 && bind(fd, (const struct sockaddr *)(const void *)&a, sizeof(a)) < 0)
		return -errno;
	return host_take_fd(&fd);
}

/* ---- what is told ---- */

/* Nobody holds it: who was making it is gone. */
static bool nobody_makes_it(const struct container *c)
{
	AUTO(host_close_fd) int fd = host_open(AT_FDCWD, c->dir, O_RDONLY | O_DIRECTORY, 0);

	return fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) == 0;
}

enum oci_status container_status(const struct container *c)
{
	if (c->record.phase == RECORD_CREATING)
		return nobody_makes_it(c) ? OCI_STOPPED : OCI_CREATING;
	if (!process_lives(&c->record.init))
		return OCI_STOPPED;
	if (c->record.paused)
		return OCI_PAUSED;
	return c->record.phase == RECORD_CREATED ? OCI_CREATED : OCI_RUNNING;
}

void container_state(const struct container *c, struct oci_state *ret)
{
	enum oci_status status = container_status(c);

	*ret = (struct oci_state){
		.oci_version = c->record.oci_version,
		.id = c->record.id,
		.status = status,
		.pid = status == OCI_STOPPED ? 0 : (uint64_t)c->record.init.pid,
		.bundle = c->record.bundle,
	};
	if (c->spec)
		ret->annotations = c->spec->annotations;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int no_dots(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

int container_each(const struct globals *g, int (*fn)(void *arg, const char *id), void *arg)
{
	AUTO(strbuf_fini) struct strbuf root = STRBUF_INIT;
	int r = container_root(g, &root), n;
	struct dirent **list;

	if (r < 0)
		return r;
	n = scandir(strbuf_str(&root), &list, no_dots, by_name);
	if (n < 0 && errno == ENOENT)
		return 0;
	if (n < 0) {
		r = -errno;
		tell_errno(-r, "reading %s", strbuf_str(&root));
		return r;
	}
	for (int i = 0; i < n; i++) {
		if (r == 0)
			r = fn(arg, list[i]->d_name);
		free(list[i]);
	}
	free(list);
	return r;
}
