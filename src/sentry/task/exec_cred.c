/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a program's file gives to who executes it: set-user-ID, set-group-ID, file capabilities, and
 * root's own rule. capabilities(7) "Transformation of capabilities during execve()", execve(2),
 * prctl(2) PR_SET_NO_NEW_PRIVS.
 *
 *	P'(ambient)     = (file is privileged) ? 0 : P(ambient)
 *	P'(permitted)   = (P(inheritable) & F(inheritable)) | (F(permitted) & P(bounding)) |
 * P'(ambient) P'(effective)   = F(effective) ? P'(permitted) : P'(ambient)
 */
#include <errno.h>
#include <string.h>

#include "abi/capability.h"
#include "abi/mount.h"
#include "abi/prctl.h"
#include "abi/stat.h"
#include "base/check.h"
#include "sentry/task/task_priv.h"
#include "sentry/vfs/file.h"
#include "sentry/vfs/inode.h"
#include "sentry/vfs/mount.h"

#define XATTR_CAPS "security.capability"

struct file_caps {
	bool present, effective;
	uint64_t permitted, inheritable;
};

static uint32_t le32(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* struct vfs_cap_data, revisions 1 to 3; what is none of them is as if it were not there, but for
 * its size: -EINVAL. */
static int parse_caps(const unsigned char *b, size_t n, struct file_caps *ret)
{
	uint32_t magic, words;

	if (n < 4)
		return -EINVAL;
	magic = le32(b);
	switch (magic & LX_VFS_CAP_REVISION_MASK) {
	case LX_VFS_CAP_REVISION_1:
		words = 1;
		break;
	case LX_VFS_CAP_REVISION_2:
		words = 2;
		break;
	case LX_VFS_CAP_REVISION_3:
		words = 2;
		if (n != 24 || le32(b + 20) != 0)
			return n == 24 ? 0 : -EINVAL; /* of another user namespace: not for us */
		n -= 4;
		break;
	default:
		return -EINVAL;
	}
	if (n != 4 + 8 * (size_t)words)
		return -EINVAL;
	ret->present = true;
	ret->effective = magic & LX_VFS_CAP_FLAGS_EFFECTIVE;
	for (uint32_t i = 0; i < words; i++) {
		ret->permitted |= (uint64_t)le32(b + 4 + 8 * i) << (32 * i);
		ret->inheritable |= (uint64_t)le32(b + 8 + 8 * i) << (32 * i);
	}
	ret->permitted &= LX_CAP_FULL_SET;
	ret->inheritable &= LX_CAP_FULL_SET;
	return 0;
}

static int read_caps(struct task *t, struct inode *inode, struct file_caps *ret)
{
	unsigned char buf[24];
	ssize_t n;

	memset(ret, 0, sizeof(*ret));
	if (!inode->ops->getxattr)
		return 0;
	n = inode->ops->getxattr(&t->ctx, inode, XATTR_CAPS, buf, sizeof(buf));
	if (n == -ERANGE)
		return -EINVAL;
	if (n < 0) /* none, or a filesystem without */
		return 0;
	return parse_caps(buf, (size_t)n, ret);
}

static void apply_set_id(struct cred *c, const struct kstat *st)
{
	if (st->mode & LX_S_ISUID)
		c->euid = st->uid;
	if ((st->mode & (LX_S_ISGID | LX_S_IXGRP)) == (LX_S_ISGID | LX_S_IXGRP))
		c->egid = st->gid;
}

static int apply_file_caps(struct cred *c, const struct file_caps *f, bool *ret_effective)
{
	c->cap_permitted = 0;
	if (!f->present)
		return 0;
	c->cap_permitted = (c->cap_bounding & f->permitted) | (c->cap_inheritable & f->inheritable);
	*ret_effective = f->effective;
	/* A program that was told it would have them may not run without. */
	return f->effective && (f->permitted & ~c->cap_permitted) ? -EPERM : 0;
}

/* Root has everything, unless SECBIT_NOROOT says that root is nobody. */
static void apply_root(struct cred *c, const struct file_caps *f, bool *ret_effective)
{
	if (c->securebits & LX_SECBIT_NOROOT)
		return;
	if (f->present && c->uid != 0 && c->euid == 0)
		return;
	if (c->euid == 0 || c->uid == 0)
		c->cap_permitted = c->cap_bounding | c->cap_inheritable;
	if (c->euid == 0)
		*ret_effective = true;
}

/* With no_new_privs nothing is gained. */
static void hold_back(struct cred *c, const struct cred *old, bool held, bool set_id)
{
	bool gained = (c->cap_permitted & ~old->cap_permitted) != 0;

	if (!held || !(set_id || gained))
		return;
	c->euid = c->uid;
	c->egid = c->gid;
	c->cap_permitted &= old->cap_permitted;
}

static int compute(struct task *t, struct file *file, struct cred *c, struct exec_creds *ret)
{
	const struct cred *old = t->cred;
	bool nosuid = (mount_flags(file->path.mnt) & LX_MS_NOSUID) != 0, effective = false, set_id;
	struct file_caps caps = {0};
	struct kstat st;
	int r;

	r = inode_getattr(&t->ctx, file->inode, &st);
	if (r < 0)
		return r;
	if (!nosuid && !ret->held)
		apply_set_id(c, &st);
	if (!nosuid) {
		r = read_caps(t, file->inode, &caps);
		if (r < 0)
			return r;
	}
	r = apply_file_caps(c, &caps, &effective);
	if (r < 0)
		return r;
	apply_root(c, &caps, &effective);
	set_id = c->euid != old->uid || c->egid != old->gid;
	hold_back(c, old, ret->held, set_id);

	c->suid = c->fsuid = c->euid;
	c->sgid = c->fsgid = c->egid;
	if (caps.present || set_id)
		c->cap_ambient = 0;
	c->cap_permitted |= c->cap_ambient;
	c->cap_effective = effective ? c->cap_permitted : c->cap_ambient;
	c->securebits &= ~(uint32_t)LX_SECBIT_KEEP_CAPS;
	c->keep_caps = false;
	ret->secure = set_id ||
		      (c->uid != 0 && (effective || (c->cap_permitted & ~c->cap_ambient)));
	ret->privileged = c->euid != c->uid || c->egid != c->gid;
	return 0;
}

int exec_creds_prepare(struct task *t, struct file *file, struct exec_creds *ret)
{
	struct cred *c = cred_dup(t->cred);
	int r;

	if (!c)
		return -ENOMEM;
	ret->held = task_no_new_privs(t);
	r = compute(t, file, c, ret);
	if (r < 0) {
		cred_put(c);
		return r;
	}
	ret->cred = c;
	return 0;
}
