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

static const char *search_path(const struct plan_process *plan)
{
	for (uint32_t i = 0; i < plan->envp.n; i++)
		if (strncmp(plan->envp.v[i], "PATH=", 5) == 0)
			return plan->envp.v[i] + 5;
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

static int search_init(struct search *s, const struct plan_process *plan, struct mnt_ns *ns)
{
	struct path root = mnt_ns_root(ns);
	int r;

	s->ctx = *boot_ctx();
	s->ctx.cred = cred_new(plan->uid, plan->gid, plan->groups, plan->ngroups);
	s->fs = fs_info_new(&root, &root, plan->umask);
	r = s->ctx.cred && s->fs ? vfs_walk(&s->ctx, s->fs, &root, plan->cwd,
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

static int find(struct search *s, const struct plan_process *plan, char **ret)
{
	const char *name = plan->argv.v[0];
	int r;

	if (!strchr(name, '/'))
		return name[0] ? search_in(s, search_path(plan), name, ret) : -ENOENT;
	r = probe(s, name);
	if (r < 0)
		return r;
	*ret = strdup(name);
	return *ret ? 0 : -ENOMEM;
}

/*
 * Engines look for these texts, whatever the case of letters, to tell their users 126 or 127; who
 * runs a program by `do` reads them as from a shell.
 */
static int fail(const struct plan_process *p, struct boot_error *e, int err)
{
	const char *name = p->argv.v[0];
	bool shell = (p->flags & PLAN_KILLABLE) != 0, path = strchr(name, '/') != NULL;
	bool missing = err == -ENOENT || err == -ENOTDIR;
	enum control_failure why = missing ? CONTROL_NOT_FOUND : CONTROL_NOT_EXECUTABLE;

	if (err == -ENOMEM || err == -EAGAIN)
		return boot_fail(e, CONTROL_OUR_LIMIT, err, "exec: \"%s\"", name);
	if (shell)
		return boot_fail(e, why, err, "%s", name);
	if (missing && !path) {
		boot_fail(e, why, 0, "exec: \"%s\": executable file not found in $PATH", name);
		return err;
	}
	if (missing)
		return boot_fail(e, why, err, "exec: \"%s\": stat %s", name, name);
	return boot_fail(e, why, err, "exec: \"%s\"", name);
}

int boot_program_failed(const struct plan_process *p, int r, struct boot_error *e)
{
	return fail(p, e, r);
}

int boot_find_program(const struct plan_process *p, struct mnt_ns *ns, char **ret,
		      struct boot_error *e)
{
	struct search s = {0};
	int r = search_init(&s, p, ns);

	if (r < 0) {
		search_fini(&s);
		return boot_fail(e, CONTROL_OUR_FAULT, r,
				 p->flags & PLAN_KILLABLE
					 ? "the working directory %s inside the sandbox"
					 : "chdir to cwd (\"%s\") set in config.json failed",
				 p->cwd);
	}
	r = find(&s, p, ret);
	search_fini(&s);
	return r < 0 ? fail(p, e, r) : 0;
}
