/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making a container's group: resolve its place in each hierarchy, make directories, give them their
 * controllers and settings. What the host refuses is fatal only where something was demanded of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "host/path.h"
#include "runtime/cgroup/cgroup_priv.h"

#define V2_CONTROLLERS                                                                             \
	(CG_BIT(CG_CPU) | CG_BIT(CG_CPUSET) | CG_BIT(CG_MEMORY) | CG_BIT(CG_PIDS) |                \
	 CG_BIT(CG_BLKIO) | CG_BIT(CG_HUGETLB) | CG_BIT(CG_RDMA) | CG_BIT(CG_MISC))
/* What v2 does without a controller's file. */
#define V2_IMPLIED (CG_BIT(CG_CPUACCT) | CG_BIT(CG_DEVICES) | CG_BIT(CG_FREEZER))

/* ---- places ---- */

static bool is_refusal(int r)
{
	return r == -EPERM || r == -EACCES || r == -EROFS;
}

static int add_place(struct cgroup *cg, const struct cgroup_hierarchy *h, const char *path,
		     const struct cgroup_request *req)
{
	struct cgroup_place *p = &cg->p[cg->n];
	AUTO(strbuf_fini) struct strbuf dir = STRBUF_INIT;

	strbuf_addf(&dir, "%s%s", strcmp(h->mount, "/") == 0 ? "" : h->mount,
		    strcmp(path, "/") == 0 ? "" : path);
	p->unified = h->unified;
	p->rootless = req->rootless;
	p->controllers = h->controllers;
	p->key = strdup(h->key);
	p->mount = strdup(h->mount);
	p->dir = strbuf_steal(&dir);
	cg->n++;
	return p->key && p->mount && p->dir ? 0 : -ENOMEM;
}

/* systemd's path, if the manager made the group, else by the rules of path.c. */
static int add_places(struct cgroup *cg, const struct cgroup_host *h,
		      const struct cgroup_request *req, const char *unit_path,
		      struct cgroup_error *err)
{
	for (size_t i = 0; i < h->n; i++) {
		AUTO(strbuf_fini) struct strbuf path = STRBUF_INIT;
		int r = unit_path ? cg_path_clean(unit_path, &path)
				  : cg_path_resolve(&h->h[i], req->path, req->id, &path);

		if (r == 0 && (strpbrk(path.s, "\n\t") || strcmp(path.s, "/") == 0))
			r = -EINVAL;
		if (r == 0)
			r = add_place(cg, &h->h[i], path.s, req);
		if (r < 0)
			return cgroup_fail(err, r, "cgroupsPath \"%s\"",
					   req->path ? req->path : "");
	}
	return 0;
}

static void drop_place(struct cgroup *cg, size_t i)
{
	free(cg->p[i].key);
	free(cg->p[i].mount);
	free(cg->p[i].dir);
	memmove(&cg->p[i], &cg->p[i + 1], (cg->n - i - 1) * sizeof(cg->p[0]));
	cg->n--;
	memset(&cg->p[cg->n], 0, sizeof(cg->p[0]));
}

/* ---- one place ---- */

/* cgroups(7): in a threaded subtree no group takes whole processes under domain controllers. */
static int check_type(const struct cgroup_place *p, struct cgroup_error *err)
{
	AUTO(strbuf_fini) struct strbuf type = STRBUF_INIT;

	if (cg_read(p->dir, "cgroup.type", &type) < 0)
		return 0;
	strbuf_truncate(&type, strcspn(strbuf_str(&type), "\n"));
	if (strcmp(strbuf_str(&type), "domain") == 0 ||
	    strcmp(strbuf_str(&type), "domain threaded") == 0)
		return 0;
	return cgroup_fail(err, -EOPNOTSUPP,
			   "%s is of type \"%s\" (cgroup.type): it lies in a threaded subtree, "
			   "where no container can be; choose another cgroupsPath",
			   p->dir, strbuf_str(&type));
}

static uint32_t controllers_in(const char *dir)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;

	if (cg_read(dir, "cgroup.controllers", &sb) < 0)
		return 0;
	return cg_controllers_parse(strbuf_str(&sb), ' ', true);
}

/* The controllers come from above, so the parents first; then the leaves' from us. */
static int prepare_v2(struct cgroup_place *p, uint32_t demanded, struct cgroup_error *err)
{
	uint32_t have, implied = p->controllers & V2_IMPLIED;
	AUTO(strbuf_fini) struct strbuf lack = STRBUF_INIT;
	struct cgroup_error why = {""};
	int r = check_type(p, err);

	if (r < 0)
		return r;
	r = cg_enable_all(p->mount, p->dir, V2_CONTROLLERS, &have, &why);
	if (r < 0) {
		*err = why;
		return r;
	}
	have = controllers_in(p->dir);
	demanded &= p->controllers & ~have & V2_CONTROLLERS;
	p->controllers = have | implied;
	if (!demanded)
		return 0;
	cg_name_all(demanded, &lack);
	return cgroup_fail(err, -EOPNOTSUPP, "%s lacks the controllers %s, which limits need%s%s",
			   p->dir, strbuf_str(&lack), why.text[0] ? ": " : "", why.text);
}

/* A scope begins with a process in it, which must leave before the scope's group can give
 * controllers to children. */
static int make_room(const struct cgroup_place *p, pid_t first, struct cgroup_error *err)
{
	AUTO(strbuf_fini) struct strbuf leaf = STRBUF_INIT;
	int r = cg_part_dir(p, CGROUP_GUEST, &leaf);

	if (r < 0)
		return cgroup_fail(err, r, "making room in %s", p->dir);
	r = cg_mkdir(leaf.s, err);
	return r < 0 ? r : cg_set_i64(leaf.s, "cgroup.procs", first, err);
}

static int prepare(struct cgroup_place *p, uint32_t demanded, pid_t first, struct cgroup_error *err)
{
	int r;

	p->made = !cg_exists(p->dir, "cgroup.procs");
	r = cg_mkdir_all(p->mount, p->dir, err);
	if (r < 0) {
		p->made = false;
		return r;
	}
	if (p->unified && first > 0)
		r = make_room(p, first, err);
	if (p->unified)
		return r < 0 ? r : prepare_v2(p, demanded, err);
	if (p->controllers & CG_BIT(CG_CPUSET))
		r = cg_v1_inherit_cpuset(p->mount, p->dir, err);
	/* Until Linux 5.11 limits of v1 reach children only if they are told to. */
	if (r == 0 && p->controllers & CG_BIT(CG_MEMORY) &&
	    cg_write(p->dir, "memory.use_hierarchy", "1") < 0)
		log_debug("cgroup: %s/memory.use_hierarchy stays as it is", p->dir);
	return r;
}

/* ---- all of them ---- */

static int none(struct cgroup *cg, const char *why)
{
	while (cg->n > 0)
		drop_place(cg, cg->n - 1);
	cg->none_reason = strdup(why);
	if (!cg->none_reason)
		return -ENOMEM;
	for (char *s = cg->none_reason; *s; s++)
		if (*s == '\n' || *s == '\t')
			*s = ' ';
	log_info("cgroup: none: %s", why);
	return 0;
}

static int prepare_all(struct cgroup *cg, const struct cgroup_request *req,
		       struct cgroup_error *err)
{
	uint32_t demanded = cg_demands(req->resources);
	bool asked = req->path && req->path[0] && !req->rootless;

	for (size_t i = 0; i < cg->n;) {
		int r = prepare(&cg->p[i], demanded, req->systemd ? req->first : 0, err);

		if (r == 0) {
			i++;
			continue;
		}
		if (!is_refusal(r) || asked || (cg->p[i].controllers & demanded))
			return r;
		log_info("cgroup: without %s: %s",
			 cg->p[i].key[0] ? cg->p[i].key : "the unified one", err->text);
		drop_place(cg, i);
	}
	if (cg->n > 0)
		return 0;
	return cg_any_limit(req->resources) ? -EACCES : none(cg, err->text);
}

static int check_demands(const struct cgroup *cg, const struct oci_resources *r,
			 struct cgroup_error *err)
{
	AUTO(strbuf_fini) struct strbuf lack = STRBUF_INIT;
	uint32_t have = 0, missing;

	for (size_t i = 0; i < cg->n; i++)
		have |= cg->p[i].controllers;
	missing = cg_demands(r) & ~have;
	if (r && r->unified.n > 0 && !cg_unified(cg))
		return cgroup_fail(err, -EINVAL,
				   "linux.resources.unified needs cgroup v2, which is not mounted");
	if (!missing)
		return 0;
	cg_name_all(missing, &lack);
	return cgroup_fail(err, -EOPNOTSUPP,
			   "limits were asked for that need the controllers %s, which %s",
			   strbuf_str(&lack),
			   cg->n > 0 ? "no hierarchy of this host offers" : "cannot be had");
}

int cg_set_all(const struct cgroup *cg, const struct oci_resources *r, struct cgroup_error *err)
{
	int ret = check_demands(cg, r, err);

	for (size_t i = 0; r && i < cg->n && ret == 0; i++) {
		const struct cgroup_place *p = &cg->p[i];

		ret = p->unified ? cg_v2_set(p, r, err) : cg_v1_set(p, r, err);
	}
	return ret;
}

/* What v2 does by itself is its own unless a v1 hierarchy does it. */
static void add_implied(struct cgroup *cg)
{
	uint32_t v1 = 0;

	for (size_t i = 0; i < cg->n; i++)
		v1 |= cg->p[i].unified ? 0 : cg->p[i].controllers;
	for (size_t i = 0; i < cg->n; i++)
		if (cg->p[i].unified)
			cg->p[i].controllers |= V2_IMPLIED & ~v1;
}

/* Nothing of ours stays behind a failure. */
static void undo(struct cgroup *cg)
{
	struct cgroup_error ignored;

	for (size_t i = 0; i < cg->n; i++)
		if (cg->p[i].made && host_unlink_at(AT_FDCWD, cg->p[i].dir, AT_REMOVEDIR) < 0)
			log_debug("cgroup: %s stays", cg->p[i].dir);
	if (cg->unit && cg_systemd_stop(cg, &ignored) < 0)
		log_warn("cgroup: %s", ignored.text);
}

static int create(struct cgroup *cg, const struct cgroup_host *h, const struct cgroup_request *req,
		  struct cgroup_error *err)
{
	AUTO(strbuf_fini) struct strbuf unit_path = STRBUF_INIT;
	int r = 0;

	if (req->systemd)
		r = cg_systemd_start(req, cgroup_host_is_v2(h), cg, &unit_path, err);
	if (r == 0)
		r = add_places(cg, h, req, req->systemd ? strbuf_str(&unit_path) : NULL, err);
	if (r < 0)
		return r;
	add_implied(cg);
	r = prepare_all(cg, req, err);
	return r < 0 ? r : cg_set_all(cg, req->resources, err);
}

int cgroup_create(const struct cgroup_host *h, const struct cgroup_request *req,
		  struct cgroup **ret, struct cgroup_error *err)
{
	AUTO(cgroup_free) struct cgroup *cg = calloc(1, sizeof(*cg));
	int r;

	if (!cg)
		return cgroup_fail(err, -ENOMEM, "making the control group");
	err->text[0] = 0;
	r = create(cg, h, req, err);
	if (r < 0) {
		undo(cg);
		return r;
	}
	*ret = TAKE(cg);
	return 0;
}

int cgroup_set(struct cgroup *cg, const struct oci_resources *r, struct cgroup_error *err)
{
	const struct cgroup_place *u = cg_unified(cg);
	int ret;

	if (cg->unit) {
		ret = cg_systemd_set(cg, r, err);
		if (ret < 0)
			return ret;
	}
	ret = cg_set_all(cg, r, err);
	if (ret == 0 && u) {
		AUTO(strbuf_fini) struct strbuf leaf = STRBUF_INIT;

		if (cg_part_dir(u, CGROUP_GUEST, &leaf) == 0)
			cg_v2_repeat_limits(u->dir, leaf.s);
	}
	return ret;
}

/* ---- joining ---- */

static int join_place(const struct cgroup_place *p, enum cgroup_part part, pid_t pid,
		      struct cgroup_error *err)
{
	AUTO(strbuf_fini) struct strbuf dir = STRBUF_INIT;
	bool leaf;
	int r = cg_part_dir(p, part, &dir);

	if (r < 0)
		return cgroup_fail(err, r, "joining %s", p->dir);
	leaf = strcmp(dir.s, p->dir) != 0;
	if (leaf)
		r = cg_mkdir(dir.s, err);
	if (r == 0 && leaf && p->unified && part == CGROUP_GUEST)
		cg_v2_repeat_limits(p->dir, dir.s);
	if (r < 0)
		return r;
	r = cg_set_i64(dir.s, "cgroup.procs", pid, err);
	if (r == -EBUSY && p->unified)
		return cgroup_fail(err, r,
				   "moving process %d to %s: the group gives controllers to groups "
				   "below it and may hold no processes itself",
				   (int)pid, dir.s);
	if (r == -EINVAL && p->controllers & CG_BIT(CG_CPU))
		return cgroup_fail(err, r,
				   "moving process %d to %s: it has a realtime policy, and the "
				   "group has no realtime runtime",
				   (int)pid, dir.s);
	return r;
}

int cgroup_join(struct cgroup *cg, enum cgroup_part part, pid_t pid, struct cgroup_error *err)
{
	int r = 0;

	if (part == CGROUP_ALL || pid <= 0)
		return cgroup_fail(err, -EINVAL, "joining a control group");
	for (size_t i = 0; i < cg->n && r == 0; i++)
		r = join_place(&cg->p[i], part, pid, err);
	return r;
}
