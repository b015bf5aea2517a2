/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What UNIX sockets are called: unix(7). A path is a file of type socket, whose inode knows the
 * socket for as long as it is open; the socket keeps the path, and thereby the inode. An abstract
 * name is any bytes after a zero, known to one table for each type of socket, and ends with its
 * socket. A socket is named once.
 */
#include "sentry/socket/unix/unix.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "host/rand.h"
#include "abi/stat.h"
#include "base/hash.h"
#include "base/strbuf.h"
#include "sentry/core/ctx.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/socket/unix/unix_priv.h"
#include "sentry/vfs/inode.h"
#include "sentry/vfs/namei.h"

enum {
	PATH_ROOM = LX_UNIX_PATH_MAX + 1, /* with a zero */
	AUTO_NAMES = 1 << 20,
};

static SLAB_DEFINE(name_slab, struct unix_name);

static struct lock names_lock = LOCK_INIT(RANK_SOCKET_NAMES, "names of UNIX sockets");
static struct list all GUARDED_BY(names_lock) = LIST_INIT(all);
static struct htab abstract GUARDED_BY(names_lock);
static uint64_t seed;           /* set at bring-up */
static _Atomic uint32_t autonr; /* of the last autobind */

static void *table_zalloc(size_t size)
{
	return arena_alloc(size);
}

static void table_free(void *p, size_t size UNUSED)
{
	arena_free(p);
}

static const struct htab_alloc table_alloc = {.zalloc = table_zalloc, .free = table_free};

void unix_names_init(void)
{
	GUARD(&names_lock);
	if (!abstract.buckets)
		htab_init(&abstract, &table_alloc);
	host_random(&seed, sizeof(seed));
}

/* ---- every socket ---- */

void unix_list(struct unix_sock *u)
{
	GUARD(&names_lock);
	list_add_tail(&all, &u->all_link);
}

void unix_unlist(struct unix_sock *u)
{
	GUARD(&names_lock);
	list_del(&u->all_link);
}

/* include/uapi/linux/net.h, socket_state */
static unsigned proc_state(struct unix_sock *u)
{
	enum { UNCONNECTED = 1, CONNECTING, CONNECTED, DISCONNECTING };
	bool connected = u->state == UNIX_CONNECTED;

	if (u->s.inode)
		return connected ? CONNECTED : UNCONNECTED;
	return connected ? CONNECTING : DISCONNECTING;
}

/* A zero is shown as '@', but the one that ends a path is not shown. */
static void show_name(struct strbuf *sb, const struct sock_addr *a)
{
	uint32_t end = a->bytes[UNIX_NAME_OFF] ? a->len - 1 : a->len;

	strbuf_adds(sb, " ");
	for (uint32_t i = UNIX_NAME_OFF; i < end; i++)
		strbuf_addf(sb, "%c", a->bytes[i] ? a->bytes[i] : '@');
}

void unix_show(struct strbuf *sb)
{
	const unsigned accepts = 1u << 16; /* __SO_ACCEPTCON */
	struct unix_sock *u;

	GUARD(&names_lock);
	list_for_each_entry(u, &all, all_link) {
		struct unix_name *name = u->name;

		strbuf_addf(sb, "%016x: %08X %08X %08X %04X %02X %5llu", 0u,
			    (unsigned)ref_read(&u->s.ref), 0u, u->s.listening ? accepts : 0u,
			    (unsigned)u->s.type, proc_state(u), (unsigned long long)u->s.ino);
		if (name)
			show_name(sb, &name->addr);
		strbuf_adds(sb, "\n");
	}
}

/* ---- addresses ---- */

int unix_check_addr(const struct sock_addr *a)
{
	if (a->len <= UNIX_NAME_OFF || a->len > sizeof(struct lx_sockaddr_un))
		return -EINVAL;
	return a->family == LX_AF_UNIX ? 0 : -EINVAL;
}

static bool is_abstract(const struct sock_addr *a)
{
	return a->bytes[UNIX_NAME_OFF] == 0;
}

/* The path of an address, which need not end with a zero. */
static void path_of(const struct sock_addr *a, char path[PATH_ROOM])
{
	size_t n = strnlen((const char *)a->bytes + UNIX_NAME_OFF, a->len - UNIX_NAME_OFF);

	memcpy(path, a->bytes + UNIX_NAME_OFF, n);
	path[n] = '\0';
}

/* Caller owns; NULL: out of memory. */
static struct unix_name *name_new(const void *bytes, size_t n)
{
	struct unix_name *name = slab_alloc(&name_slab);

	if (!name)
		return NULL;
	ref_init(&name->ref);
	name->addr.family = LX_AF_UNIX;
	memcpy(name->addr.bytes + UNIX_NAME_OFF, bytes, n);
	name->addr.len = UNIX_NAME_OFF + (uint32_t)n;
	return name;
}

void unix_name_put(struct unix_name *n)
{
	if (n && ref_put(&n->ref))
		slab_free(&name_slab, n);
}

void unix_name_of(struct unix_sock *u, struct sock_addr *ret)
{
	struct unix_name *name = u->name;

	ret->len = 0;
	if (name)
		*ret = name->addr;
}

/* ---- abstract names ---- */

static uint64_t hash_of(const struct sock_addr *a, int type)
{
	return hash_bytes(seed + (uint64_t)type, a->bytes, a->len);
}

static struct unix_sock *find_listed(const struct sock_addr *a, int type, uint64_t hash)
	REQUIRES(names_lock)
{
	struct htab_node *node;

	htab_for_each_possible(&abstract, node, hash) {
		struct unix_sock *u = htab_entry(node, struct unix_sock, name_node);
		struct unix_name *name = u->name;

		if (u->s.type == type && name->addr.len == a->len &&
		    memcmp(name->addr.bytes, a->bytes, a->len) == 0)
			return u;
	}
	return NULL;
}

static int find_abstract(const struct sock_addr *a, int type, struct unix_sock **ret)
{
	struct unix_sock *u;

	GUARD(&names_lock);
	u = find_listed(a, type, hash_of(a, type));
	if (!u)
		return -ECONNREFUSED;
	*ret = unix_get(u);
	return 0;
}

/* Takes over name on success. */
static int enter_abstract(struct unix_sock *u, struct unix_name *name)
{
	uint64_t hash = hash_of(&name->addr, u->s.type);

	GUARD(&u->s.lock);
	if (u->name || u->binding)
		return -EINVAL;
	GUARD(&names_lock);
	if (find_listed(&name->addr, u->s.type, hash))
		return -EADDRINUSE;
	u->name = name;
	u->name_listed = true;
	htab_insert(&abstract, &u->name_node, hash);
	return 0;
}

static int bind_abstract(struct unix_sock *u, const struct sock_addr *a)
{
	struct unix_name *name = name_new(a->bytes + UNIX_NAME_OFF, a->len - UNIX_NAME_OFF);
	int r = name ? enter_abstract(u, name) : -ENOMEM;

	if (r < 0)
		unix_name_put(name);
	return r;
}

int unix_autobind(struct ctx *ctx UNUSED, struct unix_sock *u)
{
	int r = u->name ? 0 : -EADDRINUSE;

	for (unsigned i = 0; r == -EADDRINUSE && i < AUTO_NAMES; i++) {
		uint32_t nr = (atomic_fetch_add(&autonr, 1) + 1) % AUTO_NAMES;
		struct sock_addr a = {.len = UNIX_NAME_OFF + 6, .family = LX_AF_UNIX};
		char text[8];

		snprintf(text, sizeof(text), "%05x", nr);
		memcpy(a.bytes + UNIX_NAME_OFF + 1, text, 5);
		r = bind_abstract(u, &a);
	}
	if (r == -EINVAL)
		return 0; /* named meanwhile */
	return r == -EADDRINUSE ? -ENOSPC : r;
}

/* ---- paths ---- */

static int begin_binding(struct unix_sock *u)
{
	GUARD(&u->s.lock);
	if (u->name || u->binding)
		return -EINVAL;
	u->binding = true;
	return 0;
}

/* Takes over name and path, if there is a name. */
static void end_binding(struct unix_sock *u, struct unix_name *name, struct path *path)
{
	GUARD(&u->s.lock);
	u->binding = false;
	if (!name)
		return;
	u->name = name;
	u->path = path_take(path);
}

static void set_inode_socket(struct inode *i, struct unix_sock *u)
{
	GUARD(&i->lock);
	i->socket = u;
}

static void clear_inode_socket(struct inode *i, struct unix_sock *u)
{
	GUARD(&i->lock);
	if (i->socket == u)
		i->socket = NULL;
}

/* A second name is refused, but one that is there already is refused first, as in Linux. */
static int why_not_again(struct ctx *ctx, struct fs_info *fs, const char *path)
{
	AUTO(path_put) struct path p = {NULL, NULL};
	int r = vfs_walk(ctx, fs, NULL, path, 0, &p);

	if (r == 0)
		return -EADDRINUSE;
	return r == -ENOENT ? -EINVAL : r;
}

static int bind_path(struct ctx *ctx, struct unix_sock *u, const struct sock_addr *a,
		     struct fs_info *fs)
{
	AUTO(unix_name_put) struct unix_name *name = NULL;
	AUTO(path_put) struct path made = {NULL, NULL};
	struct inode *inode, *own = u->s.inode;
	char path[PATH_ROOM];
	int r = begin_binding(u);

	path_of(a, path);
	if (r < 0)
		return why_not_again(ctx, fs, path);
	name = name_new(path, strlen(path) + 1);
	r = name ? vfs_mknod_path(ctx, fs, NULL, path,
				  LX_S_IFSOCK | (own ? own->mode & LX_S_IALLUGO : 0777u), 0, &made)
		 : -ENOMEM;
	if (r < 0) {
		end_binding(u, NULL, NULL);
		return r == -EEXIST ? -EADDRINUSE : r;
	}
	inode = path_inode(&made);
	end_binding(u, TAKE(name), &made);
	set_inode_socket(inode, u);
	return 0;
}

static int find_path(struct ctx *ctx, struct fs_info *fs, const struct sock_addr *a, int type,
		     struct unix_sock **ret)
{
	AUTO(unix_put) struct unix_sock *u = NULL;
	AUTO(path_put) struct path p = {NULL, NULL};
	struct inode *inode;
	char path[PATH_ROOM];
	int r;

	path_of(a, path);
	r = vfs_walk(ctx, fs, NULL, path, WALK_FOLLOW, &p);
	if (r < 0)
		return r;
	inode = path_inode(&p);
	r = inode_permission(ctx, inode, VFS_MAY_WRITE);
	if (r < 0)
		return r;
	if (inode_type(inode) != LX_S_IFSOCK)
		return -ECONNREFUSED;
	lock_acquire(&inode->lock);
	if (inode->socket)
		u = unix_get(inode->socket);
	lock_release(&inode->lock);
	if (!u)
		return -ECONNREFUSED;
	if (u->s.type != type)
		return -EPROTOTYPE;
	*ret = TAKE(u);
	return 0;
}

/* ---- both ---- */

int unix_bind(struct ctx *ctx, struct socket *s, const struct sock_addr *a, struct fs_info *fs)
{
	struct unix_sock *u = unix_of(s);
	int r;

	if (a->len == UNIX_NAME_OFF && a->family == LX_AF_UNIX)
		return unix_autobind(ctx, u);
	r = unix_check_addr(a);
	if (r < 0)
		return r;
	return is_abstract(a) ? bind_abstract(u, a) : bind_path(ctx, u, a, fs);
}

int unix_find(struct ctx *ctx, struct fs_info *fs, const struct sock_addr *a, int type,
	      struct unix_sock **ret)
{
	return is_abstract(a) ? find_abstract(a, type, ret) : find_path(ctx, fs, a, type, ret);
}

void unix_unname(struct unix_sock *u)
{
	AUTO(path_put) struct path path = {NULL, NULL};

	lock_acquire(&u->s.lock);
	path = path_take(&u->path);
	lock_acquire(&names_lock);
	if (u->name_listed)
		htab_remove(&abstract, &u->name_node);
	u->name_listed = false;
	lock_release(&names_lock);
	lock_release(&u->s.lock);
	if (path.dentry)
		clear_inode_socket(path_inode(&path), u);
}
