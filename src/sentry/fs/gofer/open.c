/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptors that the Gofer donates. The one that reads stays cached on the inode (the oldest of
 * many goes), so that the next open of the file needs no Gofer; the one that writes lives as long
 * as somebody has the file open for writing, since a file that is open for writing cannot be
 * executed on the host.
 */
#include <errno.h>

#include "host/fd.h"
#include "sentry/core/hostfd.h"
#include "sentry/fs/gofer/gofer_priv.h"
#include "sentry/vfs/file.h"

struct hostfd *gofer_any_fd(struct gofer_inode *i)
{
	GUARD(&i->inode.lock);
	if (i->writes)
		return hostfd_get(i->writes);
	return i->reads ? hostfd_get(i->reads) : NULL;
}

/* --- the request --- */

/* By fid, or by name. */
static int send_open(struct gofer_inode *i, uint32_t flags, struct p9_msg *m, int *ret_fd)
{
	AUTO(gofer_place_fini) struct gofer_place place = {.dir = NULL};
	struct gofer_fs *fs = gofer_fs_of(&i->inode);
	int r = 0;

	p9_msg_init(m, P9_TOPEN, 0);
	m->flags = flags;
	m->fid = gofer_fid(i);
	if (m->fid == P9_NOFID) {
		r = gofer_place_with_fid(i, &place);
		m->fid = place.fid;
		m->names[0] = (struct p9_str){place.name, place.len};
		m->nnames = 1;
	}
	if (r < 0)
		return r;
	GUARD(&fs->client->lock);
	r = gofer_call(fs->client, m, ret_fd);
	/* What has the name now is no regular file. */
	if (m->nnames == 1 && (r == -ELOOP || r == -EISDIR || r == -ENXIO || r == -EINVAL))
		return -ESTALE;
	return r;
}

/* A descriptor is what its own fstat says, not what the Gofer says about it. */
static int check_donated(struct gofer_inode *i, int fd, struct host_stat *ret)
{
	int r = gofer_fstat(i, fd, ret);

	if (r < 0)
		return r;
	if (!LX_S_ISREG(ret->mode))
		return -EIO;
	return gofer_is(gofer_fs_of(&i->inode), i, ret) ? 0 : -ESTALE;
}

/* flags: P9_OPEN_; *ret_flags what it can do. Caller owns *ret. */
static int ask_fd(struct gofer_inode *i, uint32_t flags, struct hostfd **ret, uint32_t *ret_flags)
{
	struct gofer_fs *fs = gofer_fs_of(&i->inode);
	uint64_t since = gofer_now(fs);
	AUTO(host_close_fd) int fd = -1;
	struct host_stat st;
	struct p9_msg m;
	int r = send_open(i, flags, &m, &fd);

	if (r == 0)
		r = check_donated(i, fd, &st);
	if (r < 0)
		return r;
	gofer_set_attr(i, &st, gofer_attr_until(fs), since);
	*ret_flags = m.flags;
	*ret = hostfd_new(host_take_fd(&fd), HOSTFD_FILE);
	return *ret ? 0 : -ENOMEM;
}

/* --- reading --- */

int gofer_get_reader(struct gofer_inode *i, struct hostfd **ret)
{
	AUTO(hostfd_put) struct hostfd *h = NULL, *created = NULL;
	uint32_t flags;
	int r;

	lock_acquire(&i->inode.lock);
	if (i->reads)
		h = hostfd_get(i->reads);
	if (i->writers == 0)
		created = TAKE(i->writes); /* of a create that was not for writing */
	lock_release(&i->inode.lock);
	if (!h) {
		r = ask_fd(i, P9_OPEN_READ, &h, &flags);
		if (r < 0)
			return r;
		lock_acquire(&i->inode.lock);
		if (!i->reads)
			i->reads = hostfd_get(h);
		lock_release(&i->inode.lock);
	}
	gofer_read_fd_used(i);
	*ret = TAKE(h);
	return 0;
}

/* --- writing --- */

/* Count a writer if there is a descriptor that will do. */
static bool join_writers(struct gofer_inode *i, bool must_read, struct hostfd **ret,
			 bool *ret_reads)
{
	GUARD(&i->inode.lock);
	if (!i->writes || (must_read && !i->writes_reads))
		return false;
	i->writers++;
	*ret = hostfd_get(i->writes);
	*ret_reads = i->writes_reads;
	return true;
}

int gofer_get_writer(struct gofer_inode *i, bool must_read, struct hostfd **ret, bool *ret_reads)
{
	AUTO(hostfd_put) struct hostfd *h = NULL, *old = NULL;
	uint32_t flags;
	int r;

	if (join_writers(i, must_read, ret, ret_reads))
		return 0;
	r = ask_fd(i, P9_OPEN_WRITE | (must_read ? P9_OPEN_READ : P9_OPEN_READ_IF_ALLOWED), &h,
		   &flags);
	if (r < 0)
		return r;
	if (!(flags & P9_OPEN_WRITE) || (must_read && !(flags & P9_OPEN_READ)))
		return -EIO;
	lock_acquire(&i->inode.lock);
	old = TAKE(i->writes);
	i->writes = hostfd_get(h);
	i->writes_reads = flags & P9_OPEN_READ;
	i->writers++;
	lock_release(&i->inode.lock);
	*ret_reads = flags & P9_OPEN_READ;
	*ret = TAKE(h);
	return 0;
}

void gofer_writer_gone(struct gofer_inode *i)
{
	struct hostfd *last = NULL;

	lock_acquire(&i->inode.lock);
	if (--i->writers == 0)
		last = TAKE(i->writes);
	lock_release(&i->inode.lock);
	gofer_changed(i, NULL, 0); /* times and blocks are the host's */
	hostfd_put(last);
}

void gofer_put_created(struct gofer_inode *i, int fd)
{
	struct hostfd *h = hostfd_new(fd, HOSTFD_FILE);

	if (!h)
		return; /* it can be opened again */
	lock_acquire(&i->inode.lock);
	if (!i->writes) {
		i->writes = TAKE(h);
		i->writes_reads = true;
	}
	lock_release(&i->inode.lock);
	hostfd_put(h);
}

/* --- */

int gofer_open(struct ctx *ctx UNUSED, struct inode *inode, struct file *f)
{
	switch (inode_type(inode)) {
	case LX_S_IFREG:
		return gofer_open_regular(gofer_inode(inode), f);
	case LX_S_IFDIR:
		return gofer_open_dir(gofer_inode(inode), f);
	default:
		return -ENXIO;
	}
}
