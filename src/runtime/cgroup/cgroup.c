/* SPDX-License-Identifier: Apache-2.0 */
/* The object: finding a place in it, its text in the state directory, its end. create.c makes it. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/cgroup/cgroup_priv.h"

#define SAVE_MAGIC "caisson-cgroup 1"

const struct cgroup_place *cg_place(const struct cgroup *cg, enum cgroup_controller c)
{
	for (size_t i = 0; i < cg->n; i++)
		if (cg->p[i].controllers & CG_BIT(c))
			return &cg->p[i];
	return NULL;
}

const struct cgroup_place *cg_unified(const struct cgroup *cg)
{
	for (size_t i = 0; i < cg->n; i++)
		if (cg->p[i].unified)
			return &cg->p[i];
	return NULL;
}

const struct cgroup_place *cg_any_place(const struct cgroup *cg)
{
	static const enum cgroup_controller order[] = {CG_FREEZER, CG_PIDS, CG_MEMORY, CG_DEVICES};
	const struct cgroup_place *p = cg_unified(cg);

	for (size_t i = 0; i < ARRAY_SIZE(order) && !p; i++)
		p = cg_place(cg, order[i]);
	return p || cg->n == 0 ? p : &cg->p[0];
}

bool cgroup_is_none(const struct cgroup *cg)
{
	return cg->n == 0;
}

const char *cgroup_none_reason(const struct cgroup *cg)
{
	return cg->none_reason ? cg->none_reason : "";
}

const char *cgroup_dir(const struct cgroup *cg, const char *controller)
{
	uint32_t bits = cg_controllers_parse(controller, ',', false);

	for (size_t i = 0; i < cg->n; i++) {
		const struct cgroup_place *p = &cg->p[i];

		if (controller[0] ? (p->controllers & bits) != 0 : p->unified)
			return p->dir;
	}
	return NULL;
}

void cgroup_free(struct cgroup *cg)
{
	if (!cg)
		return;
	for (size_t i = 0; i < cg->n; i++) {
		free(cg->p[i].key);
		free(cg->p[i].mount);
		free(cg->p[i].dir);
	}
	free(cg->none_reason);
	free(cg->unit);
	free(cg->helper);
	free(cg);
}

/* ---- as text ----
 *
 *	caisson-cgroup 1
 *	place TAB v1|v2 TAB controllers in hexadecimal TAB key TAB mount TAB directory
 *	unit TAB system|user TAB name TAB helper
 *	none TAB reason
 */

void cgroup_save(const struct cgroup *cg, struct strbuf *sb)
{
	strbuf_adds(sb, SAVE_MAGIC "\n");
	for (size_t i = 0; i < cg->n; i++) {
		const struct cgroup_place *p = &cg->p[i];

		strbuf_addf(sb, "place\t%s%s\t%x\t%s\t%s\t%s\n", p->unified ? "v2" : "v1",
			    p->rootless ? "r" : "", p->controllers, p->key, p->mount, p->dir);
	}
	if (cg->unit)
		strbuf_addf(sb, "unit\t%s\t%s\t%s\n", cg->user_manager ? "user" : "system",
			    cg->unit, cg->helper);
	if (cg->none_reason)
		strbuf_addf(sb, "none\t%s\n", cg->none_reason);
}

/* Cut at tabs into exactly n fields. */
static bool split(char *line, char **fields, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char *tab = strchr(line, '\t');

		fields[i] = line;
		if ((i + 1 < n) != (tab != NULL))
			return false;
		if (tab) {
			*tab = 0;
			line = tab + 1;
		}
	}
	return true;
}

static int load_place(struct cgroup *cg, char *line)
{
	struct cgroup_place *p = &cg->p[cg->n];
	char *f[5], *end;
	unsigned long bits;

	if (cg->n == CGROUP_HIERARCHIES_MAX || !split(line, f, 5))
		return -EBADMSG;
	bits = strtoul(f[1], &end, 16);
	if (*end || bits >= CG_BIT(CG_COUNT) || f[3][0] != '/' || f[4][0] != '/' ||
	    strncmp(f[3], f[4], strlen(f[3])) != 0)
		return -EBADMSG;
	p->unified = strncmp(f[0], "v2", 2) == 0;
	p->rootless = f[0][2] == 'r';
	p->controllers = (uint32_t)bits;
	p->key = strdup(f[2]);
	p->mount = strdup(f[3]);
	p->dir = strdup(f[4]);
	cg->n++;
	return p->key && p->mount && p->dir ? 0 : -ENOMEM;
}

static int load_unit(struct cgroup *cg, char *line)
{
	char *f[3];

	if (cg->unit || !split(line, f, 3))
		return -EBADMSG;
	cg->user_manager = strcmp(f[0], "user") == 0;
	cg->unit = strdup(f[1]);
	cg->helper = strdup(f[2]);
	return cg->unit && cg->helper ? 0 : -ENOMEM;
}

static int load_line(void *arg, char *line)
{
	struct cgroup *cg = arg;

	if (strncmp(line, "place\t", 6) == 0)
		return load_place(cg, line + 6);
	if (strncmp(line, "unit\t", 5) == 0)
		return load_unit(cg, line + 5);
	if (strncmp(line, "none\t", 5) == 0 && !cg->none_reason) {
		cg->none_reason = strdup(line + 5);
		return cg->none_reason ? 0 : -ENOMEM;
	}
	return strcmp(line, SAVE_MAGIC) == 0 ? 0 : -EBADMSG;
}

int cgroup_load(const char *text, struct cgroup **ret, struct cgroup_error *err)
{
	AUTO(cgroup_free) struct cgroup *cg = calloc(1, sizeof(*cg));
	AUTO(free) char *copy = strdup(text);
	int r = -ENOMEM;

	if (cg && copy)
		r = strncmp(text, SAVE_MAGIC "\n", sizeof(SAVE_MAGIC)) == 0
			    ? cg_for_each_line(copy, load_line, cg)
			    : -EBADMSG;
	if (r < 0)
		return cgroup_fail(err, r, "reading what was kept of the control group");
	*ret = TAKE(cg);
	return 0;
}
