/* SPDX-License-Identifier: Apache-2.0 */
/* Where a process is: exe, cwd, root, and the mounts that it sees. The links lead to the very
 * place, whatever its name is now. */
#include <errno.h>
#include <string.h>

#include "sentry/core/ctx.h"
#include "sentry/mm/mm.h"
#include "sentry/proc/pid_priv.h"
#include "sentry/vfs/file.h"
#include "sentry/vfs/mount.h"
#include "sentry/vfs/namei.h"

int proc_path_text(const struct proc_at *at, const struct path *p, struct strbuf *sb)
{
	struct task *me = proc_caller(at->ctx);
	AUTO(path_put) struct path root = me ? fs_info_root(me->fs) : (struct path){NULL, NULL};

	return path_text(p, me ? &root : NULL, sb);
}

static int show_place(const struct proc_at *at,
		      int (*follow)(const struct proc_at *at, struct path *ret), struct strbuf *sb)
{
	AUTO(path_put) struct path p = {NULL, NULL};
	int r = follow(at, &p);

	return r < 0 ? r : proc_path_text(at, &p, sb);
}

int proc_follow_exe(const struct proc_at *at, struct path *ret)
{
	AUTO(mm_put) struct mm *mm = task_mm_get(at->task);
	AUTO(file_put) struct file *f = mm ? mm_get_exe(mm) : NULL;

	if (!f)
		return -ENOENT;
	*ret = path_get(&f->path);
	return 0;
}

int proc_show_exe(const struct proc_at *at, struct strbuf *sb)
{
	return show_place(at, proc_follow_exe, sb);
}

int proc_follow_cwd(const struct proc_at *at, struct path *ret)
{
	AUTO(fs_info_put) struct fs_info *fs = task_fs_get(at->task);

	if (!fs)
		return -ENOENT;
	*ret = fs_info_cwd(fs);
	return 0;
}

int proc_show_cwd(const struct proc_at *at, struct strbuf *sb)
{
	return show_place(at, proc_follow_cwd, sb);
}

int proc_follow_root(const struct proc_at *at, struct path *ret)
{
	AUTO(fs_info_put) struct fs_info *fs = task_fs_get(at->task);

	if (!fs)
		return -ENOENT;
	*ret = fs_info_root(fs);
	return 0;
}

int proc_show_root(const struct proc_at *at, struct strbuf *sb)
{
	return show_place(at, proc_follow_root, sb);
}

/* ---- mounts ---- */

typedef int (*show_mounts_fn)(struct mnt_ns *ns, const struct path *root, struct strbuf *sb);

static int show_mounts_with(const struct proc_at *at, show_mounts_fn show, struct strbuf *sb)
{
	AUTO(fs_info_put) struct fs_info *fs = task_fs_get(at->task);
	AUTO(mnt_ns_put) struct mnt_ns *ns = task_mnt_ns_get(at->task);
	AUTO(path_put) struct path root = {NULL, NULL};

	if (!fs || !ns)
		return -EINVAL;
	root = fs_info_root(fs);
	return show(ns, &root, sb);
}

int proc_show_mounts(const struct proc_at *at, struct strbuf *sb)
{
	return show_mounts_with(at, mnt_ns_show_mounts, sb);
}

int proc_show_mountinfo(const struct proc_at *at, struct strbuf *sb)
{
	return show_mounts_with(at, mnt_ns_show_mountinfo, sb);
}

/* "device X mounted on Y with fstype Z" of each line of mounts. */
int proc_show_mountstats(const struct proc_at *at, struct strbuf *sb)
{
	AUTO(strbuf_fini) struct strbuf mounts = STRBUF_INIT;
	int r = show_mounts_with(at, mnt_ns_show_mounts, &mounts);

	if (r < 0)
		return r;
	for (const char *s = strbuf_str(&mounts); *s;) {
		const char *place = strchr(s, ' '), *type = place ? strchr(place + 1, ' ') : NULL;
		const char *end = type ? strchr(type + 1, ' ') : NULL,
			   *next = end ? strchr(end, '\n') : NULL;

		if (!next)
			break;
		strbuf_addf(sb, "device %.*s mounted on %.*s with fstype %.*s\n", (int)(place - s),
			    s, (int)(type - place - 1), place + 1, (int)(end - type - 1), type + 1);
		s = next + 1;
	}
	return 0;
}
