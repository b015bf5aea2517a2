/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Directories of groups: making them from the top, giving controllers to children on v2, walking
 * what lies below.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "host/fd.h"
#include "host/path.h"
#include "runtime/cgroup/cgroup_priv.h"

#define DEPTH_MAX 64

/* ---- making ---- */

int cg_mkdir(const char *dir, struct cgroup_error *err)
{
	int r = host_mkdir_at(AT_FDCWD, dir, 0755);

	if (r < 0 && r != -EEXIST)
		return cgroup_fail(err, r, "making the control group %s", dir);
	return 0;
}

int cg_for_each_step(const char *mount, const char *dir, int (*fn)(void *arg, const char *step),
		     void *arg)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	size_t at = strlen(mount);
	int r = 0;

	while (dir[at] && r == 0) {
		while (dir[at] == '/')
			at++;
		at += strcspn(dir + at, "/");
		strbuf_reset(&sb);
		strbuf_add(&sb, dir, at);
		r = strbuf_result(&sb);
		if (r == 0)
			r = fn(arg, sb.s);
	}
	return r;
}

static int mkdir_step(void *arg, const char *step)
{
	return cg_mkdir(step, arg);
}

int cg_mkdir_all(const char *mount, const char *dir, struct cgroup_error *err)
{
	return cg_for_each_step(mount, dir, mkdir_step, err);
}

/*
 * On v1 only memory (a full group must not take the Sentry down first) and the freezer keep the
 * Sentry apart; children of a cpuset would have to follow each change of it.
 */
int cg_part_dir(const struct cgroup_place *p, enum cgroup_part part, struct strbuf *ret)
{
	bool plain = !p->unified && p->controllers & CG_BIT(CG_CPUSET);
	bool freezer = p->unified || p->controllers & CG_BIT(CG_FREEZER);
	bool memory = p->unified || p->controllers & CG_BIT(CG_MEMORY);

	strbuf_adds(ret, p->dir);
	if (part == CGROUP_SENTRY && !plain && (freezer || memory))
		strbuf_adds(ret, "/sentry");
	else if (part == CGROUP_GUEST && !plain && freezer)
		strbuf_adds(ret, "/guest");
	return strbuf_result(ret);
}

/* ---- controllers for children ---- */

static int have_now(const char *dir, const char *file, uint32_t *ret)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	int r = cg_read(dir, file, &sb);

	*ret = 0;
	if (r == 0)
		*ret = cg_controllers_parse(strbuf_str(&sb), ' ', true);
	return r;
}

static int enable_one(const char *dir, enum cgroup_controller c)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;

	strbuf_addf(&sb, "+%s", cg_controller_name(c, true));
	return strbuf_result(&sb) < 0 ? -ENOMEM : cg_write(dir, "cgroup.subtree_control", sb.s);
}

struct enable {
	uint32_t want, have;
	int why;         /* the first refusal; 0 */
	char where[512]; /* its directory */
};

/* One by one, since the kernel takes a list as a whole or not at all. */
static int enable_step(void *arg, const char *dir)
{
	struct enable *e = arg;
	uint32_t there, has;
	int r = have_now(dir, "cgroup.controllers", &there);

	if (r == 0)
		r = have_now(dir, "cgroup.subtree_control", &has);
	if (r < 0)
		return r;
	for (int c = 0; c < CG_COUNT; c++) {
		if (!(e->want & there & ~has & CG_BIT(c)))
			continue;
		r = enable_one(dir, (enum cgroup_controller)c);
		if (r == 0)
			has |= CG_BIT(c);
		else if (e->why == 0) {
			e->why = r;
			(void)snprintf(e->where, sizeof(e->where), "%s", dir);
		}
	}
	e->have = has & e->want;
	return 0;
}

int cg_enable_all(const char *mount, const char *dir, uint32_t want, uint32_t *ret_have,
		  struct cgroup_error *err)
{
	struct enable e = {.want = want};
	int r = enable_step(&e, mount);

	if (r == 0)
		r = cg_for_each_step(mount, dir, enable_step, &e);
	*ret_have = e.have;
	if (r < 0)
		return cgroup_fail(err, r, "reading the controllers of %s", dir);
	if (e.why == -EBUSY)
		return cgroup_fail(err, 0,
				   "%s has processes of its own, so it cannot give controllers to "
				   "groups below it (cgroups(7), the no internal processes rule): "
				   "move them into a group of their own",
				   e.where);
	if (e.why < 0)
		return cgroup_fail(err, 0, "writing to %s/cgroup.subtree_control: %s", e.where,
				   strerror(-e.why));
	return 0;
}

/* ---- walking ---- */

/* The names of directories in dir, malloc'd, one after another with their NULs, and an empty one.
 * An open directory is not kept while the walk goes down. */
static int list_dirs(const char *dir, struct strbuf *ret)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	if (!d)
		return -errno;
	while ((e = readdir(d)) != NULL)
		if (e->d_type == DT_DIR && e->d_name[0] != '.')
			strbuf_add(ret, e->d_name, strlen(e->d_name) + 1);
	(void)closedir(d);
	strbuf_addc(ret, 0);
	return strbuf_result(ret);
}

static int walk(const char *dir, int depth, int (*fn)(void *arg, const char *dir), void *arg)
{
	AUTO(strbuf_fini) struct strbuf names = STRBUF_INIT;
	int r = depth < DEPTH_MAX ? list_dirs(dir, &names) : -ELOOP;

	if (r < 0)
		return r;
	for (const char *name = names.s; *name && r == 0; name += strlen(name) + 1) {
		AUTO(strbuf_fini) struct strbuf sub = STRBUF_INIT;

		strbuf_addf(&sub, "%s/%s", dir, name);
		r = strbuf_result(&sub);
		if (r == 0)
			r = walk(sub.s, depth + 1, fn, arg);
		if (r == -ENOENT)
			r = 0; /* it went away meanwhile */
	}
	return r < 0 || r > 0 ? r : fn(arg, dir);
}

int cg_for_each_dir(const char *dir, int (*fn)(void *arg, const char *dir), void *arg)
{
	return walk(dir, 0, fn, arg);
}
