/* SPDX-License-Identifier: Apache-2.0 */
/* Where the program is, as execvp(3) looks for it: in the guest's tree, with the guest's rights. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "sentry/boot/boot_priv.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/vfs/inode.h"
#include "sentry/vfs/mount.h"
#include "sentry/vfs/namei.h"

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

struct search {
	struct ctx ctx; /* the boot context with the guest's credentials */
	struct fs_info *fs;
	struct path cwd;
};

/* 0: an executable regular file is there. */
static int probe(struct search *s, const char *path)
{
	struct path p;
	int r = vfs_walk(&s->ctx, s->fs, &s->cwd, path, WALK_FOLLOW, &p);

	if (r < 0)
		return r;
	r = inode_type(path_inode(&p)) == LX_S_IFREG ? vfs_access(&s->ctx, &p, VFS_MAY_EXEC)
						     : -EACCES;
	path_put(&p);
	return r;
}

static const char *search_path(const struct plan *plan)
{
	for (uint32_t i = 0; i < plan->process.envp.n; i++)
		if (strncmp(plan->process.envp.v[i], "PATH=", 5) == 0)
			return plan->process.envp.v[i] + 5;
	return DEFAULT_PATH;
}

/* dir/name; an empty dir is the current one. */
static char *join(const char *dir, size_t n, const char *name)
{
	struct strbuf sb = STRBUF_INIT;

	strbuf_add(&sb, dir, n);
	strbuf_adds(&sb, n > 0 ? "/" : "./");
	strbuf_adds(&sb, name);
	return strbuf_steal(&sb);
}

/* EACCES is remembered, as execvp does: it says more than "not found". */
static int search_in(struct search *s, const char *dirs, const char *name, char **ret)
{
	int result = -ENOENT;

	for (;;) {
		size_t n = strcspn(dirs, ":");
		char *path = join(dirs, n, name);
		int r = path ? probe(s, path) : -ENOMEM;

		if (r == 0) {
			*ret = path;
			return 0;
		}
		free(path);
		if (r == -EACCES)
			result = r;
		if (dirs[n] == 0)
			return result;
		dirs += n + 1;
	}
}

static int search_init(struct search *s, const struct plan *plan, struct mnt_ns *ns)
{
	struct path root = mnt_ns_root(ns);
	int r;

	s->ctx = *boot_ctx();
	s->ctx.cred = cred_new(plan->process.uid, plan->process.gid, plan->process.groups,
			       plan->process.ngroups);
	s->fs = fs_info_new(&root, &root, plan->process.umask);
	r = s->ctx.cred && s->fs ? vfs_walk(&s->ctx, s->fs, &root, plan->process.cwd,
					    WALK_FOLLOW | WALK_DIRECTORY, &s->cwd)
				 : -ENOMEM;
	path_put(&root);
	return r;
}

static void search_fini(struct search *s)
{
	path_put(&s->cwd);
	if (s->fs)
		fs_info_put(s->fs);
	if (s->ctx.cred)
		cred_put(s->ctx.cred);
}

static int find(struct search *s, const struct plan *plan, char **ret)
{
	const char *name = plan->process.argv.v[0];
	int r;

	if (!strchr(name, '/'))
		return name[0] ? search_in(s, search_path(plan), name, ret) : -ENOENT;
	r = probe(s, name);
	if (r < 0)
		return r;
	*ret = strdup(name);
	return *ret ? 0 : -ENOMEM;
}

int boot_find_program(const struct plan *plan, struct mnt_ns *ns, char **ret, struct boot_error *e)
{
	struct search s = {0};
	int r = search_init(&s, plan, ns);

	if (r < 0) {
		search_fini(&s);
		return boot_fail(e, CONTROL_OUR_FAULT, r,
				 "the working directory %s inside the sandbox", plan->process.cwd);
	}
	r = find(&s, plan, ret);
	search_fini(&s);
	if (r == -ENOENT || r == -ENOTDIR)
		return boot_fail(e, CONTROL_NOT_FOUND, r, "%s", plan->process.argv.v[0]);
	if (r < 0)
		return boot_fail(e, CONTROL_NOT_EXECUTABLE, r, "%s", plan->process.argv.v[0]);
	return 0;
}
