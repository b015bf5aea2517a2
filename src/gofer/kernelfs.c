/* SPDX-License-Identifier: Apache-2.0 */
/*
 * File systems whose files are doors into the host's kernel: procfs, sysfs and their like. Their
 * files look regular, but reading one may block for ever or tell of other processes, and
 * /proc/self/mem would be our own memory. A sandbox has its own, so those of the host are closed:
 * the directory that one is mounted on can be seen, nothing below it can be listed, looked up or
 * opened.
 */
#include <errno.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include "gofer/gofer_priv.h"
#include "host/file.h"

#ifndef CONFIGFS_MAGIC
#define CONFIGFS_MAGIC 0x62656570
#endif
#ifndef FUSE_CTL_SUPER_MAGIC
#define FUSE_CTL_SUPER_MAGIC 0x65735543
#endif

static bool is_door(uint64_t type)
{
	static const uint32_t doors[] = {
		PROC_SUPER_MAGIC, SYSFS_MAGIC,          DEBUGFS_MAGIC,        TRACEFS_MAGIC,
		SECURITYFS_MAGIC, CGROUP_SUPER_MAGIC,   CGROUP2_SUPER_MAGIC,  BPF_FS_MAGIC,
		PSTOREFS_MAGIC,   EFIVARFS_MAGIC,       SELINUX_MAGIC,        SMACK_MAGIC,
		AAFS_MAGIC,       BINFMTFS_MAGIC,       NSFS_MAGIC,           XENFS_SUPER_MAGIC,
		CONFIGFS_MAGIC,   FUSE_CTL_SUPER_MAGIC, RDTGROUP_SUPER_MAGIC, BINDERFS_SUPER_MAGIC,
	};

	for (size_t i = 0; i < ARRAY_SIZE(doors); i++) {
		if (type == doors[i])
			return true;
	}
	return false;
}

int check_kernel_fs(int fd)
{
	struct statfs st;
	int r = host_statfs(fd, &st);

	if (r < 0)
		return r;
	return is_door((uint32_t)st.f_type) ? -EACCES : 0;
}

/* Device numbers are used again after an unmount, so what is remembered is good for walks only:
 * open asks always. */
int check_kernel_fs_known(struct server *s, int fd, uint64_t dev)
{
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(s->good_devs); i++) {
		if (s->good_devs[i] == dev && dev != 0)
			return 0;
	}
	r = check_kernel_fs(fd);
	if (r == 0)
		s->good_devs[s->next_good_dev++ % ARRAY_SIZE(s->good_devs)] = dev;
	return r;
}
