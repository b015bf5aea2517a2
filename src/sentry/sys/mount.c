/* SPDX-License-Identifier: Apache-2.0 */
/* mount(2), umount2(2), and the calls on mounts and file handles that this kernel refuses. */
#include <errno.h>

#include "abi/capability.h"
#include "abi/fcntl.h"
#include "abi/mount.h"
#include "sentry/core/alloc.h"
#include "sentry/core/cred.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/at.h"
#include "sentry/sys/sys.h"
#include "sentry/task/task.h"
#include "sentry/vfs/fstype.h"
#include "sentry/vfs/inode.h"
#include "sentry/vfs/mount.h"

#define MS_PROPAGATION ((uint64_t)(LX_MS_SHARED | LX_MS_PRIVATE | LX_MS_SLAVE | LX_MS_UNBINDABLE))

/* What the guest hands over beside the place; each a page at most, owned. */
struct mount_texts {
	char *source, *type, *data;
};

static int get_text(struct task *t, uaddr_t src, char **ret)
{
	ssize_t n;

	if (uaddr_is_null(src))
		return 0;
	*ret = arena_alloc(LX_PATH_MAX);
	if (!*ret)
		return -ENOMEM;
	n = copy_in_str(t->mm, *ret, src, LX_PATH_MAX);
	return n == -ENAMETOOLONG ? -EINVAL : (int)MIN(n, (ssize_t)0);
}

static void texts_put(struct mount_texts *x)
{
	arena_free(x->source);
	arena_free(x->type);
	arena_free(x->data);
}

/* The flags of one mount; relatime unless something else is asked for. */
static uint64_t mount_flags_of(uint64_t ms)
{
	uint64_t keep = LX_MS_RDONLY | LX_MS_NOSUID | LX_MS_NODEV | LX_MS_NOEXEC | LX_MS_NOATIME |
			LX_MS_NODIRATIME | LX_MS_NOSYMFOLLOW;

	if (!(ms & (LX_MS_NOATIME | LX_MS_STRICTATIME)))
		return (ms & keep) | LX_MS_RELATIME;
	return ms & keep;
}

/* Every mount is private, and that is all it can be. */
static int set_propagation(const struct path *where, uint64_t ms)
{
	uint64_t kind = ms & MS_PROPAGATION;

	if (ms & ~(MS_PROPAGATION | LX_MS_REC | LX_MS_SILENT))
		return -EINVAL;
	if (!path_is_mount_root(where))
		return -EINVAL;
	return kind == LX_MS_PRIVATE || kind == LX_MS_SLAVE ? 0 : -EINVAL;
}

static int walk_source(struct task *t, const struct mount_texts *x, struct path *ret)
{
	if (!x->source || !x->source[0])
		return -EINVAL;
	return vfs_walk(&t->ctx, t->fs, NULL, x->source, WALK_FOLLOW, ret);
}

static int mount_new_fs(struct task *t, const struct path *where, const struct mount_texts *x,
			uint64_t ms)
{
	AUTO(superblock_put) struct superblock *sb = NULL;
	const struct fs_type *type;
	int r;

	if (!x->type)
		return -EINVAL;
	type = vfs_fs_find(x->type);
	if (!type)
		return -ENODEV;
	r = type->get(&t->ctx, x->source, ms, x->data, &sb);
	return r < 0 ? r : vfs_mount(&t->ctx, where, sb, x->source, mount_flags_of(ms));
}

static int mount_place(struct task *t, const struct path *where, const struct mount_texts *x,
		       uint64_t ms)
{
	AUTO(path_put) struct path from = {NULL, NULL};
	int r;

	if (!cred_capable(t->ctx.cred, LX_CAP_SYS_ADMIN))
		return -EPERM;
	if ((ms & (LX_MS_REMOUNT | LX_MS_BIND)) == (LX_MS_REMOUNT | LX_MS_BIND))
		return vfs_remount(&t->ctx, where, mount_flags_of(ms));
	if (ms & LX_MS_REMOUNT)
		return vfs_reconfigure(&t->ctx, where, mount_flags_of(ms), x->data);
	if (ms & MS_PROPAGATION)
		return set_propagation(where, ms);
	if (!(ms & (LX_MS_BIND | LX_MS_MOVE)))
		return mount_new_fs(t, where, x, ms);
	r = walk_source(t, x, &from);
	if (r < 0)
		return r;
	return ms & LX_MS_BIND ? vfs_bind(&t->ctx, &from, where, ms)
			       : vfs_move_mount(&t->ctx, &from, where);
}

long sys_mount(struct task *t, const struct sysargs *a)
{
	AUTO(path_put) struct path where = {NULL, NULL};
	struct mount_texts x = {NULL, NULL, NULL};
	uint64_t ms = arg_ulong(a, 3);
	int r;

	if ((ms & LX_MS_MGC_MSK) == LX_MS_MGC_VAL)
		ms &= ~(uint64_t)LX_MS_MGC_MSK;
	r = get_text(t, arg_uaddr(a, 2), &x.type);
	if (r == 0)
		r = get_text(t, arg_uaddr(a, 0), &x.source);
	if (r == 0)
		r = get_text(t, arg_uaddr(a, 4), &x.data);
	if (r == 0)
		r = at_walk(t, LX_AT_FDCWD, arg_uaddr(a, 1), WALK_FOLLOW, &where);
	if (r == 0)
		r = mount_place(t, &where, &x, ms);
	texts_put(&x);
	return r;
}

long sys_umount2(struct task *t, const struct sysargs *a)
{
	AUTO(path_put) struct path where = {NULL, NULL};
	int flags = arg_int(a, 1), r;

	if (flags & ~(LX_MNT_FORCE | LX_MNT_DETACH | LX_MNT_EXPIRE | LX_UMOUNT_NOFOLLOW))
		return -EINVAL;
	r = at_walk(t, LX_AT_FDCWD, arg_uaddr(a, 0), flags & LX_UMOUNT_NOFOLLOW ? 0 : WALK_FOLLOW,
		    &where);
	if (r < 0)
		return r;
	if (!cred_capable(t->ctx.cred, LX_CAP_SYS_ADMIN))
		return -EPERM;
	return vfs_umount(&t->ctx, &where, flags);
}

/* As with a root that may not be changed: pivot_root(2), "the current root is on the rootfs". */
long sys_pivot_root(struct task *t, const struct sysargs *a UNUSED)
{
	return cred_capable(t->ctx.cred, LX_CAP_SYS_ADMIN) ? -EINVAL : -EPERM;
}

/* As on filesystems that cannot be exported. */
long sys_name_to_handle_at(struct task *t UNUSED, const struct sysargs *a UNUSED)
{
	return -EOPNOTSUPP;
}

long sys_open_by_handle_at(struct task *t, const struct sysargs *a UNUSED)
{
	return cred_capable(t->ctx.cred, LX_CAP_DAC_READ_SEARCH) ? -EOPNOTSUPP : -EPERM;
}
