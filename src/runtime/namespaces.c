/* SPDX-License-Identifier: Apache-2.0 */
/* clone(2), setns(2), user_namespaces(7), pivot_root(2). */
#include "runtime/namespaces.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/check.h"
#include "host/fd.h"
#include "host/io.h"
#include "host/ns.h"
#include "host/proc.h"
#include "host/thread.h"
#include "runtime/runtime.h"

/* Sanitizers know of forks that the libc makes, and of no other. */
#ifdef HOST_THREAD_SANITIZED
#define FORK_INTO_NEW false
#else
#define FORK_INTO_NEW true
#endif

static const struct ns_kind {
	const char *file;
	int flag;
} kinds[OCI_NS_COUNT] = {
	[OCI_NS_PID] = {"pid", CLONE_NEWPID},          [OCI_NS_NETWORK] = {"net", CLONE_NEWNET},
	[OCI_NS_MOUNT] = {"mnt", CLONE_NEWNS},         [OCI_NS_IPC] = {"ipc", CLONE_NEWIPC},
	[OCI_NS_UTS] = {"uts", CLONE_NEWUTS},          [OCI_NS_USER] = {"user", CLONE_NEWUSER},
	[OCI_NS_CGROUP] = {"cgroup", CLONE_NEWCGROUP}, [OCI_NS_TIME] = {"time", 0},
};

/* ---- what is asked for ---- */

int namespaces_open(const struct oci_spec *spec, struct namespaces *ret)
{
	*ret = (struct namespaces){.lx = &spec->lx};
	for (size_t i = 0; i < OCI_NS_COUNT; i++)
		ret->join[i] = -1;
	for (size_t i = 0; i < spec->lx.namespaces.n; i++) {
		const struct oci_namespace *n = &spec->lx.namespaces.v[i];

		if (!n->path) {
			ret->make |= (unsigned long)kinds[n->type].flag;
			continue;
		}
		ret->join[n->type] = host_open(AT_FDCWD, n->path, O_RDONLY, 0);
		if (ret->join[n->type] < 0) {
			int r = ret->join[n->type];

			tell_errno(-r, "linux.namespaces: joining the %s namespace of %s",
				   oci_ns_name((enum oci_ns)n->type), n->path);
			namespaces_fini(ret);
			return r;
		}
	}
	return 0;
}

void namespaces_fini(struct namespaces *ns)
{
	for (size_t i = 0; i < OCI_NS_COUNT; i++) {
		host_close(ns->join[i]);
		ns->join[i] = -1;
	}
}

/* ---- making ---- */

/* Those that a process can enter and leave again. */
static const enum oci_ns movable[] = {OCI_NS_PID, OCI_NS_NETWORK, OCI_NS_IPC, OCI_NS_UTS,
				      OCI_NS_CGROUP};

/* How many of them were entered before the first error, which *ret_error gets. */
static size_t move_to(const int *fds, size_t n, int *ret_error)
{
	*ret_error = 0;
	for (size_t i = 0; i < n; i++) {
		int fd = fds[movable[i]];

		if (fd >= 0 && setns(fd, kinds[movable[i]].flag) < 0) {
			*ret_error = -errno;
			return i;
		}
	}
	return n;
}

/*
 * A fork while we are in the namespaces that are joined: entered with the rights that we have here,
 * which a child in a user namespace of its own no longer has.
 */
static pid_t fork_in(const int join[OCI_NS_COUNT], unsigned long make)
{
	int own[OCI_NS_COUNT], error;
	size_t moved = 0;
	pid_t pid = 0;

	for (size_t i = 0; i < OCI_NS_COUNT; i++)
		own[i] = -1;
	for (size_t i = 0; i < ARRAY_SIZE(movable) && pid >= 0; i++) {
		char path[64];

		if (join[movable[i]] < 0)
			continue;
		(void)snprintf(path, sizeof(path), "/proc/self/ns/%s", kinds[movable[i]].file);
		own[movable[i]] = pid = host_open(AT_FDCWD, path, O_RDONLY, 0);
	}
	if (pid >= 0) {
		moved = move_to(join, ARRAY_SIZE(movable), &error);
		pid = error < 0 ? error : host_fork_into(make);
	}
	if (pid != 0) {
		(void)move_to(own, moved, &error);
		check(error == 0); /* who may enter may come back */
	}
	for (size_t i = 0; i < OCI_NS_COUNT; i++)
		host_close(own[i]);
	return pid;
}

/*
 * Who may not make namespaces alone may make them together with a user namespace. Where that is
 * refused, too, the container does without: what the guest sees does not depend on it.
 */
pid_t namespaces_fork(struct namespaces *ns)
{
	unsigned long make = FORK_INTO_NEW ? ns->make : 0;
	pid_t pid = fork_in(ns->join, make);

	if (pid == -EPERM && make && !(make & CLONE_NEWUSER) && geteuid() != 0) {
		ns->make |= CLONE_NEWUSER;
		pid = fork_in(ns->join, ns->make);
	}
	if (pid < 0 && make && !ns->lx->uid_mappings.n) {
		tell_warning("the host gives no namespaces: %s", strerror(-pid));
		ns->refused = ns->make;
		ns->make = 0;
		pid = fork_in(ns->join, 0);
	}
	if (!FORK_INTO_NEW) {
		ns->refused |= ns->make;
		ns->make = 0;
	}
	return pid;
}

int namespaces_join(const struct namespaces *ns)
{
	static const enum oci_ns order[] = {OCI_NS_USER, OCI_NS_MOUNT};

	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		int fd = ns->join[order[i]];

		if (fd >= 0 && setns(fd, kinds[order[i]].flag) < 0) {
			int r = -errno;

			tell_errno(-r, "linux.namespaces: joining the %s namespace",
				   oci_ns_name(order[i]));
			return r;
		}
	}
	return 0;
}

/* ---- ids ---- */

static int write_map(pid_t child, const char *name, const struct oci_id_mappings *m)
{
	AUTO(strbuf_fini) struct strbuf text = STRBUF_INIT;
	AUTO(host_close_fd) int fd = -1;
	char path[64];
	int r;

	for (size_t i = 0; i < m->n; i++)
		strbuf_addf(&text, "%u %u %u\n", m->v[i].container_id, m->v[i].host_id,
			    m->v[i].size);
	r = strbuf_result(&text);
	(void)snprintf(path, sizeof(path), "/proc/%d/%s", child, name);
	if (r == 0)
		fd = r = host_open(AT_FDCWD, path, O_WRONLY, 0);
	if (r >= 0)
		r = host_write_all(fd, text.s, text.len);
	if (r < 0)
		tell_errno(-r, "linux.%s: mapping ids",
			   name[0] == 'u' ? "uidMappings" : "gidMappings");
	return r;
}

int namespaces_map(const struct namespaces *ns, pid_t child)
{
	int r;

	if (!(ns->make & CLONE_NEWUSER))
		return 0;
	if (ns->lx->uid_mappings.n == 0) {
		r = host_map_ids(child);
		if (r < 0)
			tell_errno(-r, "mapping our own ids into the container's user namespace");
		return r;
	}
	if (geteuid() != 0) { /* user_namespaces(7): one group without setgroups(2) */
		AUTO(host_close_fd) int fd = -1;
		char path[64];

		(void)snprintf(path, sizeof(path), "/proc/%d/setgroups", child);
		fd = host_open(AT_FDCWD, path, O_WRONLY, 0);
		if (fd >= 0 && host_write_all(fd, "deny", 4) < 0)
			tell_warning("setgroups stays allowed in the user namespace");
	}
	r = write_map(child, "uid_map", &ns->lx->uid_mappings);
	return r < 0 ? r : write_map(child, "gid_map", &ns->lx->gid_mappings);
}

/* No error if there is no such id: then everything of ours stays nobody's. */
int namespaces_become_root(void)
{
	if (setgroups(0, NULL) < 0 && errno != EPERM)
		return -errno;
	if (setresgid(0, 0, 0) < 0 && errno != EINVAL && errno != EPERM)
		return -errno;
	if (setresuid(0, 0, 0) < 0 && errno != EINVAL && errno != EPERM)
		return -errno;
	return 0;
}

/* ---- mounts ---- */

int namespaces_private_mounts(void)
{
	return mount("none", "/", NULL, MS_REC | MS_SLAVE, NULL) < 0 ? -errno : 0;
}

int namespaces_pivot(const char *rootfs)
{
	if (mount(rootfs, rootfs, NULL, MS_BIND | MS_REC, NULL) < 0 || chdir(rootfs) < 0)
		return -errno;
	if (syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0)
		return -errno;
	return chdir("/") < 0 ? -errno : 0;
}

/* ---- entering those of a process ---- */

/* Two names of the same namespace are the same file. */
static bool same_ns(pid_t pid, const char *file)
{
	char theirs[64], ours[64];
	struct stat a, b;

	(void)snprintf(theirs, sizeof(theirs), "/proc/%d/ns/%s", pid, file);
	(void)snprintf(ours, sizeof(ours), "/proc/self/ns/%s", file);
	return stat(theirs, &a) < 0 || stat(ours, &b) < 0 ||
	       (a.st_ino == b.st_ino && a.st_dev == b.st_dev);
}

static int open_ns(pid_t pid, const char *file)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, file);
	return host_open(AT_FDCWD, path, O_RDONLY, 0);
}

/* What we may enter as who we are; a descriptor is closed when it is entered. */
static void enter_some(int fds[OCI_NS_COUNT])
{
	for (size_t i = 0; i < OCI_NS_COUNT; i++)
		if (i != OCI_NS_USER && fds[i] >= 0 && setns(fds[i], kinds[i].flag) == 0) {
			host_close(fds[i]);
			fds[i] = -1;
		}
}

/*
 * All are opened before the first is entered: afterwards /proc may be another one. Some belong to
 * the host and can be entered only from there, others belong to the container's user namespace.
 */
int namespaces_enter(pid_t pid)
{
	int fds[OCI_NS_COUNT], r = 0;
	bool user;

	for (size_t i = 0; i < OCI_NS_COUNT; i++) {
		bool other = i != OCI_NS_PID && i != OCI_NS_TIME && !same_ns(pid, kinds[i].file);

		fds[i] = other ? open_ns(pid, kinds[i].file) : -1;
		if (other && fds[i] < 0)
			r = fds[i];
	}
	user = fds[OCI_NS_USER] >= 0;
	if (r == 0)
		enter_some(fds);
	if (r == 0 && user && setns(fds[OCI_NS_USER], CLONE_NEWUSER) < 0)
		r = -errno;
	host_close(fds[OCI_NS_USER]);
	fds[OCI_NS_USER] = -1;
	if (r == 0)
		enter_some(fds);
	for (size_t i = 0; i < OCI_NS_COUNT; i++) {
		if (fds[i] >= 0 && r == 0)
			r = -EPERM;
		host_close(fds[i]);
	}
	return r == 0 && user ? namespaces_become_root() : r;
}

/* In the helper: 0 in the child that it makes for us, else never. */
static void enter_and_fork(pid_t pid, int pid_ns, int pipe)
{
	int r = namespaces_enter(pid);
	pid_t child = r < 0 ? r : 0;

	if (r == 0 && pid_ns >= 0 && setns(pid_ns, CLONE_NEWPID) < 0)
		child = -errno;
	if (child == 0)
		child = host_fork_into(CLONE_PARENT);
	if (child == 0)
		return;
	_exit(host_write_all(pipe, &child, sizeof(child)) < 0);
}

/*
 * Into another user namespace there is no way back, so a helper goes there, and makes a child that
 * is ours (CLONE_PARENT).
 */
static pid_t fork_by_helper(pid_t pid)
{
	AUTO(host_close_fd) int pid_ns = same_ns(pid, "pid") ? -1 : open_ns(pid, "pid");
	struct host_exit end;
	pid_t helper, child = -EIO;
	int p[2];
	int r = host_pipe(p);

	if (r < 0)
		return r;
	helper = host_fork();
	if (helper == 0) {
		host_close(p[0]);
		enter_and_fork(pid, pid_ns, p[1]);
		host_close(p[1]);
		return 0;
	}
	host_close(p[1]);
	if (helper < 0)
		child = helper;
	else if (host_read_all(p[0], &child, sizeof(child)) < 0)
		child = -EIO;
	host_close(p[0]);
	if (helper > 0 && host_wait(helper, &end) < 0)
		tell_warning("a helper process is lost");
	return child;
}

pid_t namespaces_fork_beside(pid_t pid)
{
	int join[OCI_NS_COUNT];
	pid_t child;

	if (!same_ns(pid, "user"))
		return fork_by_helper(pid);
	if (same_ns(pid, "pid"))
		return host_fork();
	for (size_t i = 0; i < OCI_NS_COUNT; i++)
		join[i] = -1;
	join[OCI_NS_PID] = open_ns(pid, "pid");
	if (join[OCI_NS_PID] < 0)
		return join[OCI_NS_PID];
	child = fork_in(join, 0);
	host_close(join[OCI_NS_PID]);
	return child;
}
