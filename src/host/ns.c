/* SPDX-License-Identifier: Apache-2.0 */
/* clone(2) into namespaces, user_namespaces(7), pivot_root(2), open_tree(2), capset(2). */
#include "host/ns.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/check.h"
#include "host/fd.h"
#include "host/io.h"
#include "host/proc.h"

static int result(long r)
{
	return r < 0 ? -errno : (int)r;
}

/*
 * Not fork(3), which takes no flags. What that does besides: it tells the libc the thread's new id,
 * at the address that the kernel was given for it; a kernel that does not say it leaves the old
 * one, which only names owners of locks. No thread but ours exists, so no lock of the libc is held.
 */
pid_t host_fork_into(unsigned long flags)
{
	int *tid = NULL;

	if (flags == 0)
		return host_fork();
	if (prctl(PR_GET_TID_ADDRESS, &tid, 0, 0, 0) < 0)
		tid = NULL;
	if (tid)
		flags |= CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID;
	return result(syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, tid, 0));
}

static int proc_dir = -1; /* of our own pid namespace; -1: /proc is */

static int write_proc(pid_t pid, const char *name, const char *text)
{
	AUTO(host_close_fd) int fd = -1;
	char path[64];

	(void)snprintf(path, sizeof(path), "%s%d/%s", proc_dir < 0 ? "/proc/" : "", pid, name);
	fd = host_open(proc_dir < 0 ? AT_FDCWD : proc_dir, path, O_WRONLY, 0);
	return fd < 0 ? fd : host_write_all(fd, text, strlen(text));
}

static int map_one(pid_t child, const char *name, unsigned id)
{
	char line[64];

	(void)snprintf(line, sizeof(line), "%u %u 1\n", id, id);
	return write_proc(child, name, line);
}

int host_map_ids(pid_t child)
{
	static const char all[] = "0 0 4294967295\n";
	int r = write_proc(child, "uid_map", all);

	if (r < 0)
		r = map_one(child, "uid_map", geteuid());
	if (r < 0)
		return r;
	r = write_proc(child, "gid_map", all);
	if (r == 0)
		return 0;
	/* Who may map only one group must give up setgroups(2) there (user_namespaces(7)). */
	r = write_proc(child, "setgroups", "deny");
	return r < 0 ? r : map_one(child, "gid_map", getegid());
}

/*
 * The new root lies on a directory that every host has. pivot_root(".", ".") puts the old root on
 * top of the new one, from where it is taken off: so the new one may be empty and read-only from
 * its beginning.
 */
int host_empty_root(void)
{
	const unsigned long flags = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;

	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -errno;
	if (mount("none", "/proc", "tmpfs", flags, "size=4k,nr_inodes=2,mode=555") < 0)
		return -errno;
	if (chdir("/proc") < 0 || syscall(SYS_pivot_root, ".", ".") < 0)
		return -errno;
	if (umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return -errno;
	return 0;
}

int host_copy_tree(const char *path, enum host_tree how)
{
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};
	AUTO(host_close_fd) int fd = -1;

	fd = result(open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE));
	if (fd < 0)
		return fd;
	if (how == HOST_TREE_READONLY &&
	    mount_setattr(fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof(attr)) < 0)
		return -errno;
	return host_take_fd(&fd);
}

static int own_proc(void)
{
	AUTO(host_close_fd) int fs = result(fsopen("proc", FSOPEN_CLOEXEC));

	if (fs < 0)
		return fs;
	if (fsconfig(fs, FSCONFIG_SET_STRING, "subset", "pid", 0) < 0 ||
	    fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -errno;
	return result(fsmount(fs, FSMOUNT_CLOEXEC,
			      MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC));
}

int host_open_own_proc_fds(void)
{
	AUTO(host_close_fd) int mnt = own_proc();

	return mnt < 0 ? mnt : host_open(mnt, "self/fd", O_RDONLY | O_DIRECTORY, 0);
}

void host_use_own_proc(void)
{
	if (proc_dir < 0)
		proc_dir = own_proc();
}

static int get_caps(struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3])
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};

	return result(syscall(SYS_capget, &head, caps));
}

int host_keep_caps(uint64_t mask)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3];
	int r = get_caps(caps);

	if (r < 0)
		return r;
	for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		caps[i].permitted &= (uint32_t)(mask >> (32 * i));
		caps[i].effective = caps[i].permitted;
		caps[i].inheritable = 0;
	}
	return result(syscall(SYS_capset, &head, caps));
}

bool host_has_cap(unsigned cap)
{
	struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3];

	check(cap < 64);
	return get_caps(caps) == 0 && (caps[cap / 32].effective & 1u << cap % 32) != 0;
}
