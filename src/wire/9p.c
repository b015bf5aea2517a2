/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One table says what each message is made of; encoder and decoder walk the same row. So what one
 * side can send, the other understands, and every field is checked in both directions by the rule
 * of its kind.
 */
#include "wire/9p.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/check.h"

enum kind {
	END,
	U32,
	U64,
	I64,
	NAME,  /* one path component */
	NAME0, /* the same, or empty */
	TEXT,
	BLOB,
	NAMES, /* names[nnames] */
	ATTR,
	STEPS, /* steps[nsteps] */
	STATFS,
	FIDS, /* a blob of whole u32s */
};

#define FIELDS_MAX 9

struct field {
	enum kind kind;
	size_t at; /* offset in struct p9_msg; not of NAMES and STEPS */
};

struct row {
	uint8_t type;
	const char *name;
	struct field fields[FIELDS_MAX];
};

#define F(kind_, member)                                                                           \
	{                                                                                          \
		(kind_), offsetof(struct p9_msg, member)                                           \
	}

static const struct row rows[] = {
	{P9_RLERROR, "Rlerror", {F(U32, ecode)}},
	{P9_TSTATFS, "Tstatfs", {F(U32, fid)}},
	{P9_RSTATFS, "Rstatfs", {F(STATFS, statfs)}},
	{P9_TREADLINK, "Treadlink", {F(U32, fid)}},
	{P9_RREADLINK, "Rreadlink", {F(TEXT, text)}},
	{P9_TFSYNC, "Tfsync", {F(U32, fid), F(U32, flags)}},
	{P9_RFSYNC, "Rfsync", {{0}}},
	{P9_TVERSION, "Tversion", {F(U32, msize), F(TEXT, text)}},
	{P9_RVERSION, "Rversion", {F(U32, msize), F(TEXT, text)}},
	{P9_TCLUNK, "Tclunk", {F(U32, fid)}},
	{P9_RCLUNK, "Rclunk", {{0}}},
	{P9_TATTACH, "Tattach", {F(U32, fid), F(TEXT, text)}},
	{P9_RATTACH, "Rattach", {F(U32, flags), F(ATTR, attr)}},
	{P9_TWALK, "Twalk", {F(U32, fid), F(U32, flags), F(NAMES, names), F(FIDS, blob)}},
	{P9_RWALK, "Rwalk", {F(U32, ecode), F(STEPS, steps)}},
	{P9_TOPEN, "Topen", {F(U32, fid), F(U32, flags), F(NAMES, names)}},
	{P9_ROPEN, "Ropen", {F(U32, flags), F(ATTR, attr)}},
	{P9_TCREATE,
	 "Tcreate",
	 {F(U32, fid), F(U32, flags), F(U32, mode), F(U32, uid), F(U32, gid), F(NAME, name)}},
	{P9_RCREATE, "Rcreate", {F(U32, flags), F(ATTR, attr)}},
	{P9_TMKDIR, "Tmkdir", {F(U32, fid), F(U32, mode), F(U32, uid), F(U32, gid), F(NAME, name)}},
	{P9_RMKDIR, "Rmkdir", {F(ATTR, attr)}},
	{P9_TMKNOD, "Tmknod", {F(U32, fid), F(U32, mode), F(U32, uid), F(U32, gid), F(NAME, name)}},
	{P9_RMKNOD, "Rmknod", {F(ATTR, attr)}},
	{P9_TSYMLINK,
	 "Tsymlink",
	 {F(U32, fid), F(U32, uid), F(U32, gid), F(NAME, name), F(TEXT, text)}},
	{P9_RSYMLINK, "Rsymlink", {F(ATTR, attr)}},
	{P9_TLINK, "Tlink", {F(U32, fid), F(U32, fid2), F(NAME, name)}},
	{P9_RLINK, "Rlink", {F(ATTR, attr)}},
	{P9_TUNLINK, "Tunlink", {F(U32, fid), F(U32, newfid), F(U32, flags), F(NAME, name)}},
	{P9_RUNLINK, "Runlink", {{0}}},
	{P9_TRENAME,
	 "Trename",
	 {F(U32, fid), F(U32, fid2), F(U32, flags), F(NAME, name), F(NAME, name2)}},
	{P9_RRENAME, "Rrename", {{0}}},
	{P9_TGETATTR, "Tgetattr", {F(U32, fid)}},
	{P9_RGETATTR, "Rgetattr", {F(ATTR, attr)}},
	{P9_TSETATTR,
	 "Tsetattr",
	 {F(U32, fid), F(U32, valid), F(U32, mode), F(U32, uid), F(U32, gid), F(U64, size),
	  F(I64, atime), F(I64, mtime)}},
	{P9_RSETATTR, "Rsetattr", {F(ATTR, attr)}},
	{P9_TREADDIR,
	 "Treaddir",
	 {F(U32, fid), F(U32, newfid), F(NAME0, name), F(U64, offset), F(U32, count)}},
	{P9_RREADDIR, "Rreaddir", {F(U32, flags), F(ATTR, attr), F(BLOB, blob)}},
	{P9_TGETXATTR, "Tgetxattr", {F(U32, fid), F(U32, count), F(TEXT, text)}},
	{P9_RGETXATTR, "Rgetxattr", {F(BLOB, blob)}},
	{P9_TLISTXATTR, "Tlistxattr", {F(U32, fid), F(U32, count)}},
	{P9_RLISTXATTR, "Rlistxattr", {F(BLOB, blob)}},
	{P9_TSETXATTR, "Tsetxattr", {F(U32, fid), F(U32, flags), F(TEXT, text), F(BLOB, blob)}},
	{P9_RSETXATTR, "Rsetxattr", {{0}}},
	{P9_TREMOVEXATTR, "Tremovexattr", {F(U32, fid), F(TEXT, text)}},
	{P9_RREMOVEXATTR, "Rremovexattr", {{0}}},
	{P9_TFORGET, "Tforget", {F(FIDS, blob)}},
};

static const struct row *row_of(unsigned type)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].type == type)
			return &rows[i];
	}
	return NULL;
}

const char *p9_type_name(unsigned type)
{
	const struct row *row = row_of(type);

	return row ? row->name : NULL;
}

void p9_msg_init(struct p9_msg *m, uint8_t type, uint16_t tag)
{
	memset(m, 0, offsetof(struct p9_msg, names));
	m->type = type;
	m->tag = tag;
}

struct p9_str p9_str(const char *s)
{
	return (struct p9_str){s, strlen(s)};
}

/* --- the rules --- */

bool p9_name_ok(const char *s, size_t n)
{
	if (n == 0 || n > P9_NAME_MAX || memchr(s, '/', n) || memchr(s, '\0', n))
		return false;
	return !(s[0] == '.' && (n == 1 || (n == 2 && s[1] == '.')));
}

static bool text_ok(const struct p9_str *t)
{
	return t->n <= P9_TEXT_MAX && (t->n == 0 || !memchr(t->s, '\0', t->n));
}

static bool attr_ok(const struct host_stat *a)
{
	switch (a->mode & S_IFMT) {
	case S_IFREG:
	case S_IFDIR:
	case S_IFLNK:
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
	case S_IFSOCK:
		return (a->mode & ~(unsigned)(S_IFMT | ALLPERMS)) == 0 && a->size <= INT64_MAX;
	default:
		return false;
	}
}

static bool entry_type_ok(uint8_t type)
{
	return type == DT_UNKNOWN || type == DT_FIFO || type == DT_CHR || type == DT_DIR ||
	       type == DT_BLK || type == DT_REG || type == DT_LNK || type == DT_SOCK;
}

/* --- pieces --- */

static void put_attr(struct wire_out *o, const struct host_stat *a)
{
	wire_put_u64(o, a->dev);
	wire_put_u64(o, a->ino);
	wire_put_u64(o, a->rdev);
	wire_put_u32(o, a->mode);
	wire_put_u32(o, a->nlink);
	wire_put_u32(o, a->uid);
	wire_put_u32(o, a->gid);
	wire_put_u64(o, a->size);
	wire_put_u64(o, a->blocks);
	wire_put_u32(o, a->blksize);
	wire_put_u64(o, (uint64_t)a->atime);
	wire_put_u64(o, (uint64_t)a->mtime);
	wire_put_u64(o, (uint64_t)a->ctime);
	wire_put_u64(o, (uint64_t)a->btime);
	wire_put_u64(o, a->attributes);
}

static void get_attr(struct wire_in *in, struct host_stat *a)
{
	a->dev = wire_get_u64(in);
	a->ino = wire_get_u64(in);
	a->rdev = wire_get_u64(in);
	a->mode = wire_get_u32(in);
	a->nlink = wire_get_u32(in);
	a->uid = wire_get_u32(in);
	a->gid = wire_get_u32(in);
	a->size = wire_get_u64(in);
	a->blocks = wire_get_u64(in);
	a->blksize = wire_get_u32(in);
	a->atime = (int64_t)wire_get_u64(in);
	a->mtime = (int64_t)wire_get_u64(in);
	a->ctime = (int64_t)wire_get_u64(in);
	a->btime = (int64_t)wire_get_u64(in);
	a->attributes = wire_get_u64(in);
}

static void put_statfs(struct wire_out *o, const struct p9_statfs *s)
{
	wire_put_u32(o, s->type);
	wire_put_u32(o, s->bsize);
	wire_put_u64(o, s->blocks);
	wire_put_u64(o, s->bfree);
	wire_put_u64(o, s->bavail);
	wire_put_u64(o, s->files);
	wire_put_u64(o, s->ffree);
	wire_put_u64(o, s->fsid);
	wire_put_u32(o, s->namelen);
}

static void get_statfs(struct wire_in *in, struct p9_statfs *s)
{
	s->type = wire_get_u32(in);
	s->bsize = wire_get_u32(in);
	s->blocks = wire_get_u64(in);
	s->bfree = wire_get_u64(in);
	s->bavail = wire_get_u64(in);
	s->files = wire_get_u64(in);
	s->ffree = wire_get_u64(in);
	s->fsid = wire_get_u64(in);
	s->namelen = wire_get_u32(in);
}

static void get_str(struct wire_in *in, struct p9_str *ret)
{
	ret->s = wire_get_str16(in, &ret->n);
}

static bool put_names(struct wire_out *o, const struct p9_msg *m)
{
	if (m->nnames > P9_WALK_MAX)
		return false;
	wire_put_u16(o, (uint16_t)m->nnames);
	for (size_t i = 0; i < m->nnames; i++) {
		if (!p9_name_ok(m->names[i].s, m->names[i].n))
			return false;
		wire_put_str16(o, m->names[i].s, m->names[i].n);
	}
	return true;
}

static bool get_names(struct wire_in *in, struct p9_msg *m)
{
	uint16_t n = wire_get_u16(in);

	if (n > P9_WALK_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		get_str(in, &m->names[i]);
		if (in->failed || !p9_name_ok(m->names[i].s, m->names[i].n))
			return false;
	}
	m->nnames = n;
	return true;
}

static bool put_steps(struct wire_out *o, const struct p9_msg *m)
{
	if (m->nsteps > P9_WALK_MAX)
		return false;
	wire_put_u16(o, (uint16_t)m->nsteps);
	for (size_t i = 0; i < m->nsteps; i++) {
		const struct p9_step *s = &m->steps[i];

		if (!attr_ok(&s->attr) || !text_ok(&s->target))
			return false;
		put_attr(o, &s->attr);
		wire_put_str16(o, s->target.s, s->target.n);
	}
	return true;
}

static bool get_steps(struct wire_in *in, struct p9_msg *m)
{
	uint16_t n = wire_get_u16(in);

	if (n > P9_WALK_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		get_attr(in, &m->steps[i].attr);
		get_str(in, &m->steps[i].target);
		if (in->failed || !attr_ok(&m->steps[i].attr) || !text_ok(&m->steps[i].target))
			return false;
	}
	m->nsteps = n;
	return true;
}

/* --- fields --- */

/* Strings of all kinds. */
static bool str_ok(enum kind kind, const struct p9_str *s)
{
	if (kind == NAME || (kind == NAME0 && s->n > 0))
		return p9_name_ok(s->s, s->n);
	if (kind == TEXT)
		return text_ok(s);
	return kind == FIDS ? s->n % 4 == 0 : true;
}

static bool put_field(struct wire_out *o, const struct field *f, const struct p9_msg *m)
{
	const void *at = (const char *)m + f->at;
	const struct p9_str *s = at;
	uint32_t v32;
	uint64_t v64;

	switch (f->kind) {
	case END:
		break;
	case U32:
		memcpy(&v32, at, sizeof(v32));
		wire_put_u32(o, v32);
		break;
	case U64:
	case I64:
		memcpy(&v64, at, sizeof(v64));
		wire_put_u64(o, v64);
		break;
	case NAME:
	case NAME0:
	case TEXT:
		wire_put_str16(o, s->s, s->n);
		return str_ok(f->kind, s);
	case BLOB:
	case FIDS:
		wire_put_str32(o, s->s, s->n);
		return str_ok(f->kind, s);
	case NAMES:
		return put_names(o, m);
	case ATTR:
		put_attr(o, at);
		return attr_ok(at);
	case STEPS:
		return put_steps(o, m);
	case STATFS:
		put_statfs(o, at);
		break;
	}
	return true;
}

static bool get_field(struct wire_in *in, const struct field *f, struct p9_msg *m)
{
	void *at = (char *)m + f->at;
	struct p9_str *s = at;
	uint32_t v32;
	uint64_t v64;

	switch (f->kind) {
	case END:
		break;
	case U32:
		v32 = wire_get_u32(in);
		memcpy(at, &v32, sizeof(v32));
		break;
	case U64:
	case I64:
		v64 = wire_get_u64(in);
		memcpy(at, &v64, sizeof(v64));
		break;
	case NAME:
	case NAME0:
	case TEXT:
		get_str(in, s);
		return !in->failed && str_ok(f->kind, s);
	case BLOB:
	case FIDS:
		s->s = wire_get_str32(in, &s->n);
		return !in->failed && str_ok(f->kind, s);
	case NAMES:
		return get_names(in, m);
	case ATTR:
		get_attr(in, at);
		return !in->failed && attr_ok(at);
	case STEPS:
		return get_steps(in, m);
	case STATFS:
		get_statfs(in, at);
		break;
	}
	return !in->failed;
}

/* --- messages --- */

int64_t p9_frame(const void *buf, size_t have, size_t msize)
{
	struct wire_in in;
	uint32_t size;

	if (have < 4)
		return 0;
	wire_in_init(&in, buf, have);
	size = wire_get_u32(&in);
	return size < P9_HEADER || size > msize ? -EBADMSG : (int64_t)size;
}

int p9_encode(const struct p9_msg *m, struct wire_out *o)
{
	const struct row *row = row_of(m->type);
	struct wire_out was = *o;
	bool good = true;
	size_t at;

	check(row);
	at = wire_reserve_u32(o);
	wire_put_u8(o, m->type);
	wire_put_u16(o, m->tag);
	for (size_t i = 0; i < FIELDS_MAX && good; i++)
		good = put_field(o, &row->fields[i], m);
	if (!good || o->failed) {
		*o = was;
		return good ? -EMSGSIZE : -EINVAL;
	}
	wire_patch_u32(o, at, (uint32_t)(o->len - at));
	return 0;
}

int p9_decode(const void *buf, size_t n, struct p9_msg *ret)
{
	const struct row *row;
	struct wire_in in;
	uint32_t size;

	p9_msg_init(ret, 0, P9_NOTAG);
	wire_in_init(&in, buf, n);
	size = wire_get_u32(&in);
	ret->type = wire_get_u8(&in);
	ret->tag = wire_get_u16(&in);
	if (in.failed || size != n)
		return -EBADMSG;
	row = row_of(ret->type);
	if (!row)
		return -EOPNOTSUPP;
	for (size_t i = 0; i < FIELDS_MAX; i++) {
		if (!get_field(&in, &row->fields[i], ret))
			return -EBADMSG;
	}
	return wire_in_done(&in);
}

/* --- entries of directories, lists of fids --- */

bool p9_entry_put(struct wire_out *o, const struct p9_entry *e)
{
	struct wire_out was = *o;

	if (o->failed || !p9_name_ok(e->name.s, e->name.n) || !entry_type_ok(e->type))
		return false;
	wire_put_u64(o, e->next);
	wire_put_u64(o, e->ino);
	wire_put_u8(o, e->type);
	wire_put_u8(o, e->has_attr);
	wire_put_str16(o, e->name.s, e->name.n);
	if (e->has_attr)
		put_attr(o, &e->attr);
	if (!o->failed)
		return true;
	*o = was;
	return false;
}

int p9_entry_get(struct wire_in *in, struct p9_entry *ret)
{
	uint8_t has_attr;

	if (in->left == 0 && !in->failed)
		return 0;
	ret->next = wire_get_u64(in);
	ret->ino = wire_get_u64(in);
	ret->type = wire_get_u8(in);
	has_attr = wire_get_u8(in);
	get_str(in, &ret->name);
	if (in->failed || has_attr > 1 || !entry_type_ok(ret->type) ||
	    !p9_name_ok(ret->name.s, ret->name.n))
		return -EBADMSG;
	ret->has_attr = has_attr;
	if (!ret->has_attr)
		return 1;
	get_attr(in, &ret->attr);
	return in->failed || !attr_ok(&ret->attr) ? -EBADMSG : 1;
}

uint32_t p9_fid(const struct p9_msg *m, size_t i)
{
	struct wire_in in;

	check(i < p9_nfids(m));
	wire_in_init(&in, m->blob.s + 4 * i, 4);
	return wire_get_u32(&in);
}
