/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file protocol between a Sentry (client) and a Gofer (server): 9P2000.L with extensions of our
 * own.
 *
 * Framing, tags, fids, Tversion, Rlerror, Tstatfs, Treadlink, Tfsync and Tclunk are those of
 * 9P2000.L. What it answers with qids we answer with whole attributes, so those calls have numbers
 * of their own, from P9_TATTACH on. All integers little-endian.
 *
 *	size[4] type[1] tag[2] body     size counts itself; at most the msize agreed on
 *	string: n[2] bytes              name: a string that is one path component; text: without NUL, at most P9_TEXT_MAX
 *	blob: n[4] bytes                attr: struct host_stat in its order, 8 or 4 bytes each
 *
 *	Tversion  msize[4] version[s]                    Rversion  msize[4] version[s]
 *	Tstatfs   fid[4]                                 Rstatfs   as 9P2000.L
 *	Treadlink fid[4]                                 Rreadlink target[text]
 *	Tfsync    fid[4] datasync[4]                     Rfsync
 *	Tclunk    fid[4]                                 Rclunk
 *	                                                 Rlerror   ecode[4]: answers any T
 *	Tattach   fid[4] export[text]                    Rattach   flags[4] attr
 *	Twalk     fid[4] flags[4] n[2] names newfids[blob]   Rwalk   ecode[4] n[2] { attr target[text] }
 *	Topen     fid[4] flags[4] n[2] names             Ropen     flags[4] attr, and one descriptor
 *	Tcreate   fid[4] flags[4] mode[4] uid gid name   Rcreate   flags[4] attr, and one descriptor
 *	Tmkdir    fid[4] mode[4] uid[4] gid[4] name      Rmkdir    attr
 *	Tmknod    fid[4] mode[4] uid[4] gid[4] name      Rmknod    attr
 *	Tsymlink  fid[4] uid[4] gid[4] name target[text] Rsymlink  attr
 *	Tlink     fid[4] (directory) fid2[4] name        Rlink     attr
 *	Tunlink   fid[4] newfid[4] flags[4] name         Runlink
 *	Trename   fid[4] fid2[4] flags[4] name name2     Rrename
 *	Tgetattr  fid[4]                                 Rgetattr  attr
 *	Tsetattr  fid[4] valid[4] mode uid gid size[8] atime[8] mtime[8]    Rsetattr  attr
 *	Treaddir  fid[4] newfid[4] name0 offset[8] count[4]   Rreaddir  flags[4] attr entries[blob]
 *	Tgetxattr fid[4] size[4] name[text]              Rgetxattr blob
 *	Tlistxattr fid[4] size[4]                        Rlistxattr blob
 *	Tsetxattr fid[4] flags[4] name[text] blob        Rsetxattr
 *	Tremovexattr fid[4] name[text]                   Rremovexattr
 *	Tforget   fids[blob], four bytes each            no answer: many clunks at once
 *
 * Twalk goes from fid name by name. It stops before a name that is missing or cannot be looked at
 * (ecode says why) and after the first that is not a directory. newfids is empty or has one number
 * of four bytes per name: the i-th step, if it is a directory (with P9_WALK_ANY whatever it is),
 * becomes the i-th of them. Tunlink's newfid, if not P9_NOFID, becomes what the name meant: a file
 * that is in use lives on. Treaddir with a name first walks to it, making it newfid.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "host/stat.h"
#include "wire/buf.h"

#define P9_VERSION   "9P2000.L.caisson"
#define P9_HEADER    7u
#define P9_MSIZE     (128u << 10) /* what we offer and take */
#define P9_MSIZE_MIN (96u << 10)  /* holds any Rwalk */
#define P9_NOTAG     0xffffu
#define P9_NOFID     0xffffffffu
#define P9_WALK_MAX  16u
#define P9_NAME_MAX  255u
#define P9_TEXT_MAX  4095u       /* PATH_MAX without the NUL */
#define P9_NOID      0xffffffffu /* uid, gid: whatever the host gives */

enum p9_type {
	P9_RLERROR = 7,
	P9_TSTATFS = 8,
	P9_RSTATFS,
	P9_TREADLINK = 22,
	P9_RREADLINK,
	P9_TFSYNC = 50,
	P9_RFSYNC,
	P9_TVERSION = 100,
	P9_RVERSION,
	P9_TCLUNK = 120,
	P9_RCLUNK,
	P9_TATTACH = 128,
	P9_RATTACH,
	P9_TWALK,
	P9_RWALK,
	P9_TOPEN,
	P9_ROPEN,
	P9_TCREATE,
	P9_RCREATE,
	P9_TMKDIR,
	P9_RMKDIR,
	P9_TMKNOD,
	P9_RMKNOD,
	P9_TSYMLINK,
	P9_RSYMLINK,
	P9_TLINK,
	P9_RLINK,
	P9_TUNLINK,
	P9_RUNLINK,
	P9_TRENAME,
	P9_RRENAME,
	P9_TGETATTR,
	P9_RGETATTR,
	P9_TSETATTR,
	P9_RSETATTR,
	P9_TREADDIR,
	P9_RREADDIR,
	P9_TGETXATTR,
	P9_RGETXATTR,
	P9_TLISTXATTR,
	P9_RLISTXATTR,
	P9_TSETXATTR,
	P9_RSETXATTR,
	P9_TREMOVEXATTR,
	P9_RREMOVEXATTR,
	P9_TFORGET,
};

/* Rattach.flags */
#define P9_ATTACH_WRITABLE 1u
/* Topen.flags; in Ropen and Rcreate what the descriptor can do. Only READ: it is O_RDONLY. */
#define P9_OPEN_READ  1u
#define P9_OPEN_WRITE 2u
/* Also READ if the file allows it. */
#define P9_OPEN_READ_IF_ALLOWED 4u
#define P9_OPEN_ALL             7u
/* Twalk.flags */
#define P9_WALK_ANY 1u
/* Rreaddir.flags */
#define P9_READDIR_END 1u
/* Tunlink.flags */
#define P9_UNLINK_DIR 0x200u /* AT_REMOVEDIR */
/* Tsetattr.valid */
#define P9_SET_MODE  1u
#define P9_SET_UID   2u
#define P9_SET_GID   4u
#define P9_SET_SIZE  8u
#define P9_SET_ATIME 16u
#define P9_SET_MTIME 32u
#define P9_SET_ALL   63u

/* Borrowed bytes of a message. */
struct p9_str {
	const char *s;
	size_t n;
};

struct p9_statfs {
	uint32_t type, bsize;
	uint64_t blocks, bfree, bavail, files, ffree, fsid;
	uint32_t namelen;
};

struct p9_step {
	struct host_stat attr;
	struct p9_str target; /* of a symlink that could be read, else empty */
};

/* Any message: its type says which fields it has (9p.c, rows). Decoding sets the others to 0.
 * Strings are borrowed. */
struct p9_msg {
	uint8_t type;
	uint16_t tag;
	uint32_t fid, fid2, newfid;
	uint32_t flags, valid, count, mode, uid, gid;
	uint32_t msize, ecode;
	uint64_t offset, size;
	int64_t atime, mtime;
	struct p9_str name, name2, text, blob;
	struct p9_statfs statfs;
	struct host_stat attr;
	uint32_t nnames, nsteps;
	/* Only the first nnames and nsteps are set. */
	struct p9_str names[P9_WALK_MAX];
	struct p9_step steps[P9_WALK_MAX];
};

/* Everything but the arrays is zero. */
void p9_msg_init(struct p9_msg *m, uint8_t type, uint16_t tag);
struct p9_str p9_str(const char *s);

/* The size of the message that begins at buf. 0: fewer than 4 bytes yet; -EBADMSG: smaller than a
 * header or greater than msize. */
MUST_CHECK int64_t p9_frame(const void *buf, size_t have, size_t msize);
/* Append m. -EMSGSIZE: no room; -EINVAL: a field breaks the rules above. Then o is as it was. */
MUST_CHECK int p9_encode(const struct p9_msg *m, struct wire_out *o);
/*
 * One whole message of n bytes. -EBADMSG: malformed, the connection cannot go on; -EOPNOTSUPP: well
 * framed but of no type that is known (type and tag are set).
 */
MUST_CHECK int p9_decode(const void *buf, size_t n, struct p9_msg *ret);
/* "Twalk"; NULL: no such type. */
const char *p9_type_name(unsigned type);

/* One path component: 1 to P9_NAME_MAX bytes, no '/', no NUL, not "." and not "..". */
bool p9_name_ok(const char *s, size_t n);

/* One entry of Rreaddir, as encoded in its blob: next[8] ino[8] type[1] has_attr[1] name [attr]. */
struct p9_entry {
	uint64_t next; /* the offset that goes on after this entry */
	uint64_t ino;
	uint8_t type; /* DT_ */
	bool has_attr;
	struct p9_str name;
	struct host_stat attr;
};
/* False: no room, nothing was added. */
MUST_CHECK bool p9_entry_put(struct wire_out *o, const struct p9_entry *e);
/* 1: *ret is filled; 0: the end; -EBADMSG. */
MUST_CHECK int p9_entry_get(struct wire_in *in, struct p9_entry *ret);
/* The fids in the blob of a Tforget or Twalk: how many, and the i-th. To write them: wire_put_u32
 * each. */
static inline size_t p9_nfids(const struct p9_msg *m)
{
	return m->blob.n / 4;
}
uint32_t p9_fid(const struct p9_msg *m, size_t i);
