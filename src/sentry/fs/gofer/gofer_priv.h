/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of the Gofer filesystem: connection, superblock, inodes, listings.
 *
 * Lock order: INODE (one inode) > SUPER (tables of one filesystem) > GOFER (the connection). No
 * answer is waited for under INODE or SUPER; what a request needs of an inode is copied or
 * referenced first, and what came back is applied afterwards, unless the inode was changed
 * meanwhile (gofer_inode.changed_at).
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/htab.h"
#include "base/list.h"
#include "base/lock.h"
#include "base/ref.h"
#include "host/stat.h"
#include "sentry/fs/gofer/gofer.h"
#include "sentry/vfs/inode.h"
#include "wire/9p.h"

struct ctx;
struct dir_sink;
struct file;
struct hostfd;

/* For how long attributes of a shared export are believed: long enough for the system call that
 * asked for them. */
#define GOFER_ATTR_NS INT64_C(1000000)
/* For how long the name of a directory on the way of a path is believed. */
#define GOFER_DIR_NS INT64_C(10000000)
/* For how long what came with a listing answers look-ups. */
#define GOFER_LISTING_NS INT64_C(100000000)
/* A walk that found a name missing is followed at once by a look-up of that name. */
#define GOFER_MISSING_NS INT64_C(1000000)
#define GOFER_FOREVER    INT64_MAX

#define GOFER_FORGET_MAX 256u
#define GOFER_FIDS_MAX   (1u << 20)
/* File data passes through blocks of this size, so many of which are kept. */
#define GOFER_BOUNCE  ((size_t)64 << 10)
#define GOFER_BOUNCES 4u
/* Entries of listings that are kept on inodes, over all directories of a filesystem. */
#define GOFER_LISTED_MAX 32768u

/* --- client.c: one connection, one request in the air --- */

/* Key: [I]; [G] lock; [a] atomic */
struct gofer_client {
	struct ref ref;
	struct lock lock;    /* RANK_GOFER */
	struct hostfd *conn; /* [I] */
	_Atomic bool
		dead; /* [a] it broke the protocol or went away; every call is -EIO from now on */
	size_t msize; /* [G] */
	uint16_t next_tag;                 /* [G] */
	uint8_t *out, *in;                 /* [G] P9_MSIZE each */
	uint32_t next_fid;                 /* [G] never used so far */
	uint32_t *free_fids;               /* [G] room for next_fid of them */
	size_t nfree, cap_free;            /* [G] */
	uint32_t forget[GOFER_FORGET_MAX]; /* [G] told with the next request */
	size_t nforget;                    /* [G] */
};

/*
 * Send m, receive its answer into m, whose strings are borrowed until the lock is released. ret_fd
 * NULL: none is expected; else exactly one. -errno from the Gofer; -EIO: it is gone or broke the
 * protocol.
 */
MUST_CHECK int gofer_call(struct gofer_client *c, struct p9_msg *m, int *ret_fd) REQUIRES(c->lock);
/* A number for a fid. -EMFILE, -ENOMEM. fid_give: the number was not used. */
MUST_CHECK int gofer_fid_take(struct gofer_client *c, uint32_t *ret) REQUIRES(c->lock);
void gofer_fid_give(struct gofer_client *c, uint32_t fid) REQUIRES(c->lock);

enum forget_when { FORGET_LATER, FORGET_NOW };
/* The fid ends. P9_NOFID is nothing. */
void gofer_forget(struct gofer_client *c, uint32_t fid, enum forget_when when);

/* --- super.c: tables of one filesystem --- */

struct gofer_inode;
struct gofer_listing;

/* Key: [I]; [S] lock; [a] */
struct gofer_fs {
	struct lock lock;               /* RANK_SUPER */
	struct gofer_client *client;    /* [I] owned */
	struct superblock *sb;          /* [I] it owns us */
	enum gofer_cache cache;         /* [I] */
	bool writable;                  /* [I] */
	struct gofer_ids ids;           /* [I] owned */
	uint64_t seed;                  /* [I] */
	struct htab inodes;             /* [S] by host device and number; not referenced */
	struct htab prefixes;           /* [S] see gofer_ino */
	uint32_t nprefixes;             /* [S] */
	_Atomic uint64_t changes;       /* [a] counts what the guest changed through us */
	struct list read_fds;           /* [S] inodes with a cached descriptor, oldest first */
	size_t nread_fds, max_read_fds; /* [S], [I] */
	struct list listings;           /* [S] kept on inodes, oldest first */
	size_t nlisted;                 /* [S] entries in them */
	void *bounce[GOFER_BOUNCES]; /* [S] arena blocks of GOFER_BOUNCE bytes that nobody uses */
	size_t nbounce;              /* [S] */
	struct list parents;         /* [S] references to drop, inode.c */
	bool dropping;               /* [S] somebody works at it */
};

static inline struct gofer_fs *gofer_fs_of(struct inode *i)
{
	return i->sb->priv;
}

/*
 * The inode number that the guest sees: different for different files of all host devices below the
 * export. The low 48 bits are the host's; the high 16 count the pairs of device and high bits that
 * were met, the root's being 0.
 */
uint64_t gofer_ino(struct gofer_fs *fs, uint64_t dev, uint64_t ino);
/* The inode of the file that attr, asked for at `since`, describes. Caller owns. -ENOMEM. */
MUST_CHECK int gofer_inode_of(struct gofer_fs *fs, const struct host_stat *attr, int64_t until,
			      uint64_t since, struct gofer_inode **ret);
/* The descriptor that reads i was used, is cached, or is not any more. */
void gofer_read_fd_used(struct gofer_inode *i);
void gofer_read_fd_gone(struct gofer_inode *i);

/* ids.c */
MUST_CHECK int gofer_ids_copy(struct gofer_ids *to, const struct gofer_ids *from);
void gofer_ids_fini(struct gofer_ids *ids);
uint32_t gofer_guest_uid(const struct gofer_fs *fs, uint32_t host);
uint32_t gofer_guest_gid(const struct gofer_fs *fs, uint32_t host);
/* -EOVERFLOW. */
MUST_CHECK int gofer_host_uid(const struct gofer_fs *fs, uint32_t guest, uint32_t *ret);
MUST_CHECK int gofer_host_gid(const struct gofer_fs *fs, uint32_t guest, uint32_t *ret);

/* A block of GOFER_BOUNCE bytes with anything in it; NULL: no memory. */
void *gofer_bounce_get(struct gofer_fs *fs);
void gofer_bounce_put(struct gofer_fs *fs, void *block);

/* --- inode.c --- */

/* Key: [I]; [i] inode.lock; [S] fs->lock */
struct gofer_inode {
	struct inode inode;
	struct htab_node by_id;     /* [S] */
	struct host_stat id;        /* [I] what it was when first seen: identity */
	struct gofer_inode *parent; /* [i] owned; where it was found last; NULL: the root, or it has
				       no name any more */
	char *name;                 /* [i] arena; goes with parent */
	uint32_t fid;               /* [i] set once; P9_NOFID: none yet, parent and name find it */
	struct host_stat attr;      /* [i] as told last; copied to inode's fields */
	int64_t attr_until;         /* [i] believed until then, monotonic; 0: not any more */
	int64_t name_until; /* [i] directories of shared exports: parent and name are believed until
			       then */
	uint64_t changed_at;   /* [i] fs->changes when we changed it last: answers asked for before
				  are old */
	uint64_t missing_hash; /* [i] of the name that a walk found missing here just now, */
	int64_t missing_until; /* [i] which the look-up that follows need not ask again until then */
	char *target;          /* [i] arena; of a symlink, set once */
	struct hostfd *reads;  /* [i] O_RDONLY, cached */
	struct hostfd *writes; /* [i] O_RDWR or O_WRONLY, while somebody has it open for writing */
	bool writes_reads;     /* [i] it is O_RDWR */
	uint32_t writers;      /* [i] open files that use it */
	struct gofer_listing *listing; /* [i] complete, owned; NULL */
	struct list read_fds;          /* [S] */
	struct list parents;           /* [S] */
	uint64_t parent_puts; /* [S] references to us that children gave up, not dropped yet */
};

static inline struct gofer_inode *gofer_inode(struct inode *i)
{
	return container_of(i, struct gofer_inode, inode);
}

static inline void gofer_inode_put(struct gofer_inode *i)
{
	if (i)
		inode_put(&i->inode);
}
DEFINE_AUTO(struct gofer_inode *, gofer_inode_put)

extern const struct inode_ops gofer_inode_ops;

/* For super.c, which knows the table. NULL: no memory. */
struct gofer_inode *gofer_inode_alloc(struct gofer_fs *fs, const struct host_stat *id,
				      uint64_t ino);

/* The count of changes now. Read before a request: what it brings must not undo what we change
 * meanwhile. */
static inline uint64_t gofer_now(struct gofer_fs *fs)
{
	return atomic_load(&fs->changes);
}
/* Until when attributes that are asked for now hold. */
int64_t gofer_attr_until(struct gofer_fs *fs);
/*
 * host_fstat of a donated descriptor of i. An owner that has no name in the Sentry's own user
 * namespace is as the Gofer, which is not in one, told before.
 */
MUST_CHECK int gofer_fstat(struct gofer_inode *i, int fd, struct host_stat *ret);
/* Apply attributes that were asked for at `since`. */
void gofer_set_attr(struct gofer_inode *i, const struct host_stat *attr, int64_t until,
		    uint64_t since);
/* We changed it, which was asked for at `since`; attr: how it is now. NULL: that must be asked
 * again. */
void gofer_changed(struct gofer_inode *i, const struct host_stat *attr, uint64_t since);
/* A name of it is gone. */
void gofer_unlinked(struct gofer_inode *i, uint32_t nlinks);

/* It was found as name of dir just now. Without memory it stays where it was. */
void gofer_set_place(struct gofer_inode *i, struct gofer_inode *dir, const char *name, size_t len);
/* It has no name any more. */
void gofer_lose_place(struct gofer_inode *i);
/* Is it at this place, and may that be believed? */
bool gofer_place_holds(struct gofer_inode *i, struct gofer_inode *dir, const struct name *name);

/* Where a request by name can start: the parent (caller owns), its fid, and a copy of the name. */
struct gofer_place {
	struct gofer_inode *dir;
	uint32_t fid; /* P9_NOFID: dir has none yet */
	char name[P9_NAME_MAX + 1];
	size_t len;
};
static inline void gofer_place_fini(struct gofer_place *p)
{
	gofer_inode_put(TAKE(p->dir));
}
DEFINE_AUTO_INPLACE(struct gofer_place, gofer_place_fini)
/* -ESTALE: i has no name. */
MUST_CHECK int gofer_place_of(struct gofer_inode *i, struct gofer_place *ret);
/* The same with a fid. */
MUST_CHECK int gofer_place_with_fid(struct gofer_inode *i, struct gofer_place *ret);
/* i's fid, made if need be. -ESTALE: the name does not lead to i any more. */
MUST_CHECK int gofer_need_fid(struct gofer_inode *i, uint32_t *ret);
/* P9_NOFID: none yet. */
uint32_t gofer_fid(struct gofer_inode *i);
/* A fid that was made elsewhere becomes i's, or is forgotten if i has one. P9_NOFID is nothing. */
void gofer_adopt_fid(struct gofer_inode *i, uint32_t fid);
/* The target of a symlink came along. Takes over target (arena); NULL is nothing. */
void gofer_set_target(struct gofer_inode *i, char *target);
/*
 * An inode for what a request that was begun at `since` found or made as name of dir. fid: P9_NOFID
 * or one that becomes the inode's (or is forgotten, on failure too). Caller owns *ret. -ENOMEM.
 */
MUST_CHECK int gofer_found(struct gofer_inode *dir, const char *name, size_t len,
			   const struct host_stat *attr, uint32_t fid, uint64_t since,
			   struct gofer_inode **ret);

int gofer_getattr(struct ctx *ctx, struct inode *inode, struct kstat *ret);
int gofer_setattr(struct ctx *ctx, struct inode *inode, const struct iattr *attr);
int gofer_readlink(struct ctx *ctx, struct inode *inode, struct strbuf *sb);
ssize_t gofer_getxattr(struct ctx *ctx, struct inode *inode, const char *name, void *buf,
		       size_t size);
int gofer_setxattr(struct ctx *ctx, struct inode *inode, const char *name, const void *buf,
		   size_t size, int flags);
ssize_t gofer_listxattr(struct ctx *ctx, struct inode *inode, char *buf, size_t size);
int gofer_removexattr(struct ctx *ctx, struct inode *inode, const char *name);

/* --- names.c --- */

enum gofer_fids { GOFER_NO_FIDS, GOFER_DIR_FIDS, GOFER_ANY_FID };

/* What a walk found. */
struct gofer_walked {
	size_t n;
	struct host_stat attr[P9_WALK_MAX];
	uint32_t fid[P9_WALK_MAX]; /* P9_NOFID: none */
	char *target; /* of the last, if it is a symlink that can be read; arena, owned */
};
/*
 * Walk from fid. 0 or the errno that ended it; either way ret is filled (n may be 0), and whoever
 * called takes over its fids and target.
 */
MUST_CHECK int gofer_walk_names(struct gofer_fs *fs, uint32_t fid, const struct p9_str *names,
				size_t n, enum gofer_fids fids, struct gofer_walked *ret);

int gofer_lookup(struct ctx *ctx, struct inode *dir, const struct name *name, struct inode **ret);
int gofer_walk(struct ctx *ctx, struct inode *dir, const struct name *names, size_t n,
	       struct inode **ret, size_t *ret_n);
int gofer_revalidate(struct ctx *ctx, struct inode *dir, const struct name *name,
		     struct inode *inode);

/* --- change.c --- */

int gofer_create(struct ctx *ctx, struct inode *dir, const struct name *name, uint32_t mode,
		 struct inode **ret);
int gofer_mkdir(struct ctx *ctx, struct inode *dir, const struct name *name, uint32_t mode,
		struct inode **ret);
int gofer_mknod(struct ctx *ctx, struct inode *dir, const struct name *name, uint32_t mode,
		uint64_t rdev, struct inode **ret);
int gofer_symlink(struct ctx *ctx, struct inode *dir, const struct name *name, const char *target,
		  struct inode **ret);
int gofer_link(struct ctx *ctx, struct inode *dir, const struct name *name, struct inode *inode);
int gofer_unlink(struct ctx *ctx, struct inode *dir, const struct name *name, struct inode *inode);
int gofer_rmdir(struct ctx *ctx, struct inode *dir, const struct name *name, struct inode *inode);
int gofer_rename(struct ctx *ctx, struct inode *old_dir, const struct name *old_name,
		 struct inode *old_inode, struct inode *new_dir, const struct name *new_name,
		 struct inode *new_inode, unsigned flags);

/* --- listing.c: what is in a directory --- */

struct gofer_entry {
	struct htab_node by_name;
	struct host_stat attr; /* if has_attr */
	uint64_t ino;          /* the guest's */
	uint8_t type;
	bool has_attr;
	uint16_t len;
	char name[];
};

/* Filled by one open directory; immutable once complete. Key: [S] fs->lock */
struct gofer_listing {
	struct ref ref;
	struct gofer_entry **entries; /* arena */
	size_t n, cap;
	struct htab by_name; /* made when complete */
	uint64_t next;       /* where the host goes on */
	bool complete;
	int64_t begun_ns;
	uint64_t fs_changes;       /* fs->changes then */
	struct list link;          /* [S] fs->listings */
	struct gofer_inode *owner; /* [S] whose listing it is; not referenced */
};

/* The listing of dir if it is complete and still holds. Caller owns; NULL. */
struct gofer_listing *gofer_listing_of(struct gofer_inode *dir);
/* Begin a new one: what is in dir first. Caller owns *ret. */
MUST_CHECK int gofer_listing_begin(struct gofer_inode *dir, struct gofer_listing **ret);
/* More entries, or complete. A complete one is kept on dir. */
MUST_CHECK int gofer_listing_more(struct gofer_inode *dir, struct gofer_listing *l);
void gofer_listing_put(struct gofer_listing *l);
DEFINE_AUTO(struct gofer_listing *, gofer_listing_put)
/* NULL: not in it, so it is missing. l is complete. */
const struct gofer_entry *gofer_listing_find(const struct gofer_listing *l, uint64_t seed,
					     const char *name, size_t len);
/* dir has none any more; _dying: nobody else knows dir, and its lock is gone. */
void gofer_listing_drop(struct gofer_inode *dir);
void gofer_listing_drop_dying(struct gofer_inode *dir);

/* --- open.c, dir.c, file.c: open files --- */

int gofer_open(struct ctx *ctx, struct inode *inode, struct file *f);
int gofer_open_dir(struct gofer_inode *i, struct file *f);
int gofer_open_regular(struct gofer_inode *i, struct file *f);
/* What create brought: kept until somebody opens the file or it is forgotten. */
void gofer_put_created(struct gofer_inode *i, int fd);
/* A descriptor that is open now, for fstat. Caller owns; NULL: none. */
struct hostfd *gofer_any_fd(struct gofer_inode *i);
/* Descriptors for one open file. Caller owns *ret; who got one to write says gofer_writer_gone. */
MUST_CHECK int gofer_get_reader(struct gofer_inode *i, struct hostfd **ret);
MUST_CHECK int gofer_get_writer(struct gofer_inode *i, bool must_read, struct hostfd **ret,
				bool *ret_reads);
void gofer_writer_gone(struct gofer_inode *i);
/* Does attr, found under i's name, describe i? In an exclusive export whatever has the name and
 * type does. */
static inline bool gofer_is(const struct gofer_fs *fs, const struct gofer_inode *i,
			    const struct host_stat *attr)
{
	if (fs->cache == GOFER_EXCLUSIVE)
		return ((i->id.mode ^ attr->mode) & LX_S_IFMT) == 0;
	return host_stat_same(&i->id, attr);
}
