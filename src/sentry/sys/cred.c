/* SPDX-License-Identifier: Apache-2.0 */
/*
 * User and group ids: credentials(7), setuid(2), setreuid(2), setresuid(2), setfsuid(2) and their
 * group twins, setgroups(2). There is one user namespace, in which every id but -1 is valid.
 */
#include <errno.h>

#include "abi/capability.h"
#include "abi/prctl.h"
#include "sentry/core/alloc.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/sys.h"
#include "sentry/task/process.h"

#define KEEP UINT32_MAX

/*
 * capabilities(7), "Effect of user ID changes on capabilities": leaving uid 0 altogether drops them
 * all (SECBIT_KEEP_CAPS keeps the permitted ones), an effective uid that leaves or becomes 0 clears
 * or fills the effective set.
 */
static void fix_caps(struct cred *new, const struct cred *old)
{
	if (old->securebits & LX_SECBIT_NO_SETUID_FIXUP)
		return;
	if ((old->uid == 0 || old->euid == 0 || old->suid == 0) && new->uid != 0 &&
	    new->euid != 0 && new->suid != 0) {
		if (!(old->securebits & LX_SECBIT_KEEP_CAPS))
			new->cap_permitted = new->cap_effective = 0;
		new->cap_ambient = 0;
	}
	if (old->euid == 0 && new->euid != 0)
		new->cap_effective = 0;
	if (old->euid != 0 && new->euid == 0)
		new->cap_effective = new->cap_permitted;
}

static long commit_uids(struct task *t, struct cred *new)
{
	fix_caps(new, t->cred);
	return task_commit_cred(t, new);
}

static bool is_one_of_uids(const struct cred *c, uint32_t id)
{
	return id == c->uid || id == c->euid || id == c->suid;
}

static bool is_one_of_gids(const struct cred *c, uint32_t id)
{
	return id == c->gid || id == c->egid || id == c->sgid;
}

/* ---- users ---- */

long sys_getuid(struct task *t, const struct sysargs *a UNUSED)
{
	return t->cred->uid;
}

long sys_geteuid(struct task *t, const struct sysargs *a UNUSED)
{
	return t->cred->euid;
}

long sys_setuid(struct task *t, const struct sysargs *a)
{
	uint32_t id = arg_uint(a, 0);
	const struct cred *old = t->cred;
	struct cred *new;

	if (id == KEEP)
		return -EINVAL;
	if (!cred_capable(old, LX_CAP_SETUID) && id != old->uid && id != old->suid)
		return -EPERM;
	new = cred_dup(old);
	if (!new)
		return -ENOMEM;
	if (cred_capable(old, LX_CAP_SETUID))
		new->uid = new->suid = id;
	new->euid = new->fsuid = id;
	return commit_uids(t, new);
}

long sys_setreuid(struct task *t, const struct sysargs *a)
{
	uint32_t ruid = arg_uint(a, 0), euid = arg_uint(a, 1);
	const struct cred *old = t->cred;
	bool capable = cred_capable(old, LX_CAP_SETUID);
	struct cred *new;

	if (ruid != KEEP && ruid != old->uid && ruid != old->euid && !capable)
		return -EPERM;
	if (euid != KEEP && !is_one_of_uids(old, euid) && !capable)
		return -EPERM;
	new = cred_dup(old);
	if (!new)
		return -ENOMEM;
	if (ruid != KEEP)
		new->uid = ruid;
	if (euid != KEEP)
		new->euid = euid;
	if (ruid != KEEP || (euid != KEEP && euid != old->uid))
		new->suid = new->euid;
	new->fsuid = new->euid;
	return commit_uids(t, new);
}

long sys_setresuid(struct task *t, const struct sysargs *a)
{
	uint32_t ids[3] = {arg_uint(a, 0), arg_uint(a, 1), arg_uint(a, 2)};
	const struct cred *old = t->cred;
	struct cred *new;

	for (int i = 0; i < 3; i++)
		if (ids[i] != KEEP && !is_one_of_uids(old, ids[i]) &&
		    !cred_capable(old, LX_CAP_SETUID))
			return -EPERM;
	new = cred_dup(old);
	if (!new)
		return -ENOMEM;
	if (ids[0] != KEEP)
		new->uid = ids[0];
	if (ids[1] != KEEP)
		new->euid = ids[1];
	if (ids[2] != KEEP)
		new->suid = ids[2];
	new->fsuid = new->euid;
	return commit_uids(t, new);
}

static long put_three(struct task *t, const struct sysargs *a, uint32_t r, uint32_t e, uint32_t s)
{
	uint32_t ids[3] = {r, e, s};

	for (int i = 0; i < 3; i++) {
		int err = copy_out(t->mm, arg_uaddr(a, i), &ids[i], sizeof(ids[i]));

		if (err < 0)
			return err;
	}
	return 0;
}

long sys_getresuid(struct task *t, const struct sysargs *a)
{
	return put_three(t, a, t->cred->uid, t->cred->euid, t->cred->suid);
}

/* The capabilities that follow the filesystem uid. */
#define CAP_FS_MASK                                                                                \
	(LX_CAP_MASK(LX_CAP_CHOWN) | LX_CAP_MASK(LX_CAP_MKNOD) |                                   \
	 LX_CAP_MASK(LX_CAP_DAC_OVERRIDE) | LX_CAP_MASK(LX_CAP_DAC_READ_SEARCH) |                  \
	 LX_CAP_MASK(LX_CAP_FOWNER) | LX_CAP_MASK(LX_CAP_FSETID) |                                 \
	 LX_CAP_MASK(LX_CAP_LINUX_IMMUTABLE) | LX_CAP_MASK(LX_CAP_MAC_OVERRIDE))

static void fix_fs_caps(struct cred *new, const struct cred *old)
{
	if (old->securebits & LX_SECBIT_NO_SETUID_FIXUP)
		return;
	if (old->fsuid == 0 && new->fsuid != 0)
		new->cap_effective &= ~CAP_FS_MASK;
	if (old->fsuid != 0 && new->fsuid == 0)
		new->cap_effective |= new->cap_permitted &CAP_FS_MASK;
}

long sys_setfsuid(struct task *t, const struct sysargs *a)
{
	uint32_t id = arg_uint(a, 0), was = t->cred->fsuid;
	const struct cred *old = t->cred;
	struct cred *new;

	if (id == KEEP || id == was)
		return was;
	if (!is_one_of_uids(old, id) && !cred_capable(old, LX_CAP_SETUID))
		return was;
	new = cred_dup(old);
	if (!new)
		return was;
	new->fsuid = id;
	fix_fs_caps(new, old);
	int r = task_commit_cred(t, new);

	(void)r; /* the call has no way to say it; the old id is told either way */
	return was;
}

/* ---- groups ---- */

long sys_getgid(struct task *t, const struct sysargs *a UNUSED)
{
	return t->cred->gid;
}

long sys_getegid(struct task *t, const struct sysargs *a UNUSED)
{
	return t->cred->egid;
}

long sys_setgid(struct task *t, const struct sysargs *a)
{
	uint32_t id = arg_uint(a, 0);
	const struct cred *old = t->cred;
	struct cred *new;

	if (id == KEEP)
		return -EINVAL;
	if (!cred_capable(old, LX_CAP_SETGID) && id != old->gid && id != old->sgid)
		return -EPERM;
	new = cred_dup(old);
	if (!new)
		return -ENOMEM;
	if (cred_capable(old, LX_CAP_SETGID))
		new->gid = new->sgid = id;
	new->egid = new->fsgid = id;
	return task_commit_cred(t, new);
}

long sys_setregid(struct task *t, const struct sysargs *a)
{
	uint32_t rgid = arg_uint(a, 0), egid = arg_uint(a, 1);
	const struct cred *old = t->cred;
	bool capable = cred_capable(old, LX_CAP_SETGID);
	struct cred *new;

	if (rgid != KEEP && rgid != old->gid && rgid != old->egid && !capable)
		return -EPERM;
	if (egid != KEEP && !is_one_of_gids(old, egid) && !capable)
		return -EPERM;
	new = cred_dup(old);
	if (!new)
		return -ENOMEM;
	if (rgid != KEEP)
		new->gid = rgid;
	if (egid != KEEP)
		new->egid = egid;
	if (rgid != KEEP || (egid != KEEP && egid != old->gid))
		new->sgid = new->egid;
	new->fsgid = new->egid;
	return task_commit_cred(t, new);
}

long sys_setresgid(struct task *t, const struct sysargs *a)
{
	uint32_t ids[3] = {arg_uint(a, 0), arg_uint(a, 1), arg_uint(a, 2)};
	const struct cred *old = t->cred;
	struct cred *new;

	for (int i = 0; i < 3; i++)
		if (ids[i] != KEEP && !is_one_of_gids(old, ids[i]) &&
		    !cred_capable(old, LX_CAP_SETGID))
			return -EPERM;
	new = cred_dup(old);
	if (!new)
		return -ENOMEM;
	if (ids[0] != KEEP)
		new->gid = ids[0];
	if (ids[1] != KEEP)
		new->egid = ids[1];
	if (ids[2] != KEEP)
		new->sgid = ids[2];
	new->fsgid = new->egid;
	return task_commit_cred(t, new);
}

long sys_getresgid(struct task *t, const struct sysargs *a)
{
	return put_three(t, a, t->cred->gid, t->cred->egid, t->cred->sgid);
}

long sys_setfsgid(struct task *t, const struct sysargs *a)
{
	uint32_t id = arg_uint(a, 0), was = t->cred->fsgid;
	const struct cred *old = t->cred;
	struct cred *new;

	if (id == KEEP || id == was)
		return was;
	if (!is_one_of_gids(old, id) && !cred_capable(old, LX_CAP_SETGID))
		return was;
	new = cred_dup(old);
	if (!new)
		return was;
	new->fsgid = id;
	int r = task_commit_cred(t, new);

	(void)r; /* as setfsuid */
	return was;
}

long sys_getgroups(struct task *t, const struct sysargs *a)
{
	int size = arg_int(a, 0), r;
	const struct cred *c = t->cred;

	if (size < 0)
		return -EINVAL;
	if (size == 0)
		return c->ngroups;
	if ((uint32_t)size < c->ngroups)
		return -EINVAL;
	r = copy_out(t->mm, arg_uaddr(a, 1), c->groups, c->ngroups * sizeof(*c->groups));
	return r < 0 ? r : (long)c->ngroups;
}

long sys_setgroups(struct task *t, const struct sysargs *a)
{
	uint32_t n = arg_uint(a, 0);
	struct cred *new;
	int r;

	if (!cred_capable(t->cred, LX_CAP_SETGID))
		return -EPERM;
	if (n > CRED_NGROUPS_MAX)
		return -EINVAL;
	AUTO(arena_free) uint32_t *groups = arena_calloc(n, sizeof(*groups));
	if (!groups)
		return -ENOMEM;
	r = copy_in(t->mm, groups, arg_uaddr(a, 1), n * sizeof(*groups));
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < n; i++)
		if (groups[i] == KEEP)
			return -EINVAL;
	new = cred_dup(t->cred);
	if (!new)
		return -ENOMEM;
	r = cred_set_groups(new, groups, n);
	if (r < 0) {
		cred_put(new);
		return r;
	}
	return task_commit_cred(t, new);
}
