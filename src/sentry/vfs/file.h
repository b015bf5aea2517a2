/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open files. A struct file is one open file description (open(2)): it is shared by dup and fork,
 * and holds offset and flags. Rooms that make files without names (pipes, eventfd, epoll, sockets)
 * use file_new_anon.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "abi/fcntl.h"
#include "abi/poll.h"
#include "base/compiler.h"
#include "base/lock.h"
#include "base/ref.h"
#include "sentry/core/uio.h"
#include "sentry/core/waitq.h"
#include "sentry/vfs/path.h"

struct ctx;
struct inode;
struct mappable;
struct mm;
struct strbuf;
struct file;

/* Takes one directory entry; false: full, give the same entry again next time. */
struct dir_sink {
	bool (*emit)(struct dir_sink *s, const char *name, size_t len, uint64_t ino, uint8_t d_type,
		     int64_t next_pos);
};

/*
 * What an open file can do. NULL: the vfs answers -EINVAL unless said otherwise. No vfs lock is
 * held but FILE_POS where the file has an offset; each may block through ctx. pos: where to start;
 * the vfs advances the offset by what was moved. Files without an offset (FILE_STREAM) get pos -1.
 */
struct file_ops {
	ssize_t (*read)(struct ctx *ctx, struct file *f, struct uio *dst, int64_t pos);
	ssize_t (*write)(struct ctx *ctx, struct file *f, struct uio *src,
			 int64_t pos); /* where: file_append_pos(f, pos, size) */
	/* Emit entries from *pos on, which is opaque and kept as the file's offset; "." and ".."
	 * come from the op too. NULL: -ENOTDIR. */
	int (*iterate)(struct ctx *ctx, struct file *f, struct dir_sink *sink, int64_t *pos);
	/* New offset. NULL: file_seek_generic for files with an offset, -ESPIPE for streams. */
	int64_t (*seek)(struct ctx *ctx, struct file *f, int64_t off, int whence);
	/* LX_POLL bits that hold now. Takes only locks below WAITQ's users; never blocks. NULL:
	 * POLLIN|POLLOUT. */
	uint32_t (*poll)(struct file *f);
	/* Where changes of poll() are told; lives as long as the file. NULL op or NULL answer:
	 * never changes. */
	struct waitq *(*waitq)(struct file *f);
	/* ioctl(2): arg is the raw argument; guest memory through mm. NULL: -ENOTTY. FIONBIO,
	 * FIOCLEX... are the vfs's. */
	long (*ioctl)(struct ctx *ctx, struct file *f, struct mm *mm, unsigned cmd, uint64_t arg);
	/* What mmap maps. Caller owns. NULL: -ENODEV. */
	int (*mappable)(struct ctx *ctx, struct file *f, struct mappable **ret);
	int (*fsync)(struct ctx *ctx, struct file *f, bool data_only); /* NULL: -EINVAL */
	int (*fallocate)(struct ctx *ctx, struct file *f, int mode, int64_t off,
			 int64_t len); /* NULL: -EOPNOTSUPP; -ESPIPE for streams */
	/* fcntl commands the vfs does not know (F_SETPIPE_SZ, F_ADD_SEALS ...). NULL: -EINVAL. */
	long (*fcntl)(struct ctx *ctx, struct file *f, int cmd, uint64_t arg);
	/* F_SETFL changed the flags (O_NONBLOCK, O_ASYNC, O_DIRECT). May refuse. NULL: fine. */
	int (*set_flags)(struct ctx *ctx, struct file *f, unsigned flags);
	/* One descriptor of some process was closed (close(2) returns its value). NULL: nothing. */
	int (*flush)(struct ctx *ctx, struct file *f);
	/* Lines for /proc/pid/fdinfo beyond pos, flags, mnt_id. */
	void (*show_fdinfo)(struct file *f, struct strbuf *sb);
	/* The last reference is gone. */
	void (*release)(struct file *f);
	/*
	 * As poll and waitq, where the answer depends on who looks (signalfd, and epolls that watch
	 * one); the queue may end before its waiters (WAITQ_GONE). ctx may be NULL: nobody knows.
	 * NULL: poll and waitq.
	 */
	uint32_t (*poll_for)(struct ctx *ctx, struct file *f);
	struct waitq *(*waitq_for)(struct ctx *ctx, struct file *f);
};

enum file_kind {
	FILE_SEEKABLE, /* has an offset, guarded by FILE_POS */
	FILE_STREAM,   /* has none: lseek and pread say -ESPIPE */
};

/* Key: [I] set before shared, then immutable; [a] atomic; [p] pos_lock */
struct file {
	const struct file_ops *ops; /* [I] */
	struct ref ref;
	struct path path;       /* [I] owned; anonymous files have a dentry of their own kind */
	struct inode *inode;    /* [I] owned */
	enum file_kind kind;    /* [I] */
	_Atomic unsigned flags; /* [a] LX_O_ status flags and access mode, without creation flags */
	struct lock pos_lock;   /* RANK_FILE_POS */
	_Atomic int64_t pos;    /* [p] */
	bool appending;         /* [p] the write in progress goes to the end */
	int64_t append_pos;     /* [p] where it began, see file_append_pos */
	_Atomic int owner_pid, owner_sig; /* [a] F_SETOWN, F_SETSIG */
	bool opath;                       /* [I] O_PATH: only a place */
	bool counts_writer;               /* [I] holds one of inode->writers */
	bool denies_writers;              /* [I] opened for execve: holds a negative one */
	_Atomic bool used_flock;          /* [a] has flock or OFD locks to drop at the end */
	void *priv;                       /* [I] the implementation's */
	void *_Atomic epoll_links;        /* [a] fs/epoll only: who watches this file */
};

static inline bool file_readable(struct file *f)
{
	return (f->flags & LX_O_ACCMODE) != LX_O_WRONLY && !f->opath;
}

static inline bool file_writable(struct file *f)
{
	return (f->flags & LX_O_ACCMODE) != LX_O_RDONLY && !f->opath;
}

static inline bool file_nonblocking(struct file *f)
{
	return (f->flags & LX_O_NONBLOCK) != 0;
}

/*
 * Where a write goes: the end (`size`) for O_APPEND, else pos. The write op of a file with an end
 * calls it once, under the lock that keeps the size still.
 */
static inline int64_t file_append_pos(struct file *f, int64_t pos, uint64_t size)
{
	if (!f->appending)
		return pos;
	f->append_pos = (int64_t)size;
	return f->append_pos;
}

/*
 * A file without a name: inode `i` (taken over on success) or, if NULL, the shared anonymous inode
 * "anon_inode:[name]". Its /proc/self/fd text is "pipe:[ino]", "socket:[ino]" or
 * "anon_inode:[eventfd]" by `name` and inode type. Caller owns.
 */
MUST_CHECK int file_new_anon(const char *name, struct inode *i, const struct file_ops *ops,
			     enum file_kind kind, unsigned flags, void *priv, struct file **ret);
struct file *file_get(struct file *f);
/* With ctx for flush-free release; the release op runs here when it was the last. */
void file_put(struct file *f);
/* f if it has any reference left, taken; NULL: it is being released. For lists that do not count
 * (epoll). */
struct file *file_get_unless_zero(struct file *f);
DEFINE_AUTO(struct file *, file_put)

/* read(2), write(2), pread(2), pwrite(2) after the descriptor: access mode, offset, RLIMIT_FSIZE,
 * SIGPIPE stays with the file's op. */
MUST_CHECK ssize_t file_read(struct ctx *ctx, struct file *f, struct uio *dst);
MUST_CHECK ssize_t file_write(struct ctx *ctx, struct file *f, struct uio *src);
MUST_CHECK ssize_t file_pread(struct ctx *ctx, struct file *f, struct uio *dst, int64_t pos);
MUST_CHECK ssize_t file_pwrite(struct ctx *ctx, struct file *f, struct uio *src, int64_t pos);
/* Read up to n bytes at pos into Sentry memory: bytes (less only at the end) or -errno. The access
 * mode is not looked at. */
MUST_CHECK ssize_t file_read_kernel(struct ctx *ctx, struct file *f, void *buf, size_t n,
				    uint64_t pos);

/* RWF_ flags of preadv2(2) and pwritev2(2) beside pos; pos -1: the file's own offset. */
MUST_CHECK ssize_t file_read_flags(struct ctx *ctx, struct file *f, struct uio *dst, int64_t pos,
				   unsigned rwf);
MUST_CHECK ssize_t file_write_flags(struct ctx *ctx, struct file *f, struct uio *src, int64_t pos,
				    unsigned rwf);
/* getdents64(2): entries from the file's offset on. -ENOTDIR, -ENOENT: removed. */
MUST_CHECK int file_iterate(struct ctx *ctx, struct file *f, struct dir_sink *sink);
/* ftruncate(2), fallocate(2), fsync(2) after the descriptor. */
MUST_CHECK int file_truncate(struct ctx *ctx, struct file *f, int64_t size);
MUST_CHECK int file_fallocate(struct ctx *ctx, struct file *f, int mode, int64_t off, int64_t len);
MUST_CHECK int file_fsync(struct ctx *ctx, struct file *f, bool data_only);
/* F_SETFL: the changeable ones of LX_O_. */
MUST_CHECK int file_set_flags(struct ctx *ctx, struct file *f, unsigned flags);
/* ioctl(2) of the file's own: -ENOTTY. */
MUST_CHECK long file_ioctl(struct ctx *ctx, struct file *f, struct mm *mm, unsigned cmd,
			   uint64_t arg);

int64_t file_seek(struct ctx *ctx, struct file *f, int64_t off, int whence);
int64_t file_seek_generic(struct ctx *ctx, struct file *f, int64_t off, int whence, uint64_t size);
uint32_t file_poll(struct file *f);
/* What a waiter on file_waitq must ask for to hear of `events`: wake-ups say POLLIN and POLLOUT,
 * not each of their kin. */
static inline uint32_t file_wake_events(uint32_t events)
{
	if (events & (LX_POLLRDNORM | LX_POLLRDBAND | LX_POLLRDHUP | LX_POLLPRI | LX_POLLMSG))
		events |= LX_POLLIN;
	if (events & (LX_POLLWRNORM | LX_POLLWRBAND))
		events |= LX_POLLOUT;
	return events;
}
struct waitq *file_waitq(struct file *f);
/* The same for ctx: what poll(2), select(2) and epoll_wait(2) look at. */
uint32_t file_poll_for(struct ctx *ctx, struct file *f);
struct waitq *file_waitq_for(struct ctx *ctx, struct file *f);
/*
 * Called first thing when the last reference to a file with epoll_links goes; set by fs/epoll at
 * bring-up.
 */
extern void (*_Atomic file_epoll_release)(struct file *f);
/* What to map for prot/flags, with the checks of mmap(2) (-EACCES, -ENODEV); *ret_max_prot for
 * mprotect later. Caller owns. */
MUST_CHECK int file_mappable(struct ctx *ctx, struct file *f, int prot, int map_flags,
			     struct mappable **ret, int *ret_max_prot);
