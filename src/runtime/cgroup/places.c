/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the hierarchies are, and where we are in them: /proc/self/mountinfo (proc(5)) says what is
 * mounted and which part of it, /proc/self/cgroup (cgroups(7)) our group in each. Inside a
 * container the part that is mounted is the container's own, so our group is told relative to it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/cgroup/cgroup_priv.h"

#define MOUNT_FIELDS 64

/* ---- mountinfo ---- */

struct mount_line {
	char *root, *point, *type, *options; /* options: of the superblock */
};

/* Undo \ooo, in place. */
static void unescape(char *s)
{
	char *to = s;

	while (*s) {
		if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' && s[2] <= '7' &&
		    s[3] >= '0' && s[3] <= '7') {
			*to++ = (char)((s[1] - '0') * 64 + (s[2] - '0') * 8 + (s[3] - '0'));
			s += 4;
		} else {
			*to++ = *s++;
		}
	}
	*to = 0;
}

/* Fields 4 and 5, and those after the lone "-". False: not such a line. */
static bool split_mount(char *line, struct mount_line *ret)
{
	char *f[MOUNT_FIELDS], *save = NULL;
	size_t n = 0, dash;

	for (char *s = strtok_r(line, " ", &save); s && n < MOUNT_FIELDS;
	     s = strtok_r(NULL, " ", &save))
		f[n++] = s;
	for (dash = 6; dash < n && strcmp(f[dash], "-") != 0; dash++)
		;
	if (dash + 3 >= n)
		return false;
	*ret = (struct mount_line){f[3], f[4], f[dash + 1], f[dash + 3]};
	unescape(ret->root);
	unescape(ret->point);
	return true;
}

/* The named part of "rw,name=systemd", or the controllers of "rw,cpu,cpuacct", as one string. */
static int key_of_v1(const char *options, struct strbuf *ret)
{
	while (*options) {
		size_t n = strcspn(options, ",");
		AUTO(free) char *one = strndup(options, n);

		if (!one)
			return -ENOMEM;
		if (strncmp(one, "name=", 5) == 0 || cg_controllers_parse(one, ',', false) != 0)
			strbuf_addf(ret, "%s%s", ret->len > 0 ? "," : "", one);
		options += n;
		options += *options == ',';
	}
	return strbuf_result(ret);
}

static bool has_key(const struct cgroup_host *h, const char *key)
{
	for (size_t i = 0; i < h->n; i++)
		if (strcmp(h->h[i].key, key) == 0)
			return true;
	return false;
}

/* ---- our own group ---- */

struct own {
	const char *key; /* "" for the unified one */
	char *path;
};

/* "4:memory:/a/b". The order of controllers in it may differ from mountinfo's. */
static int own_line(void *arg, char *line)
{
	struct own *own = arg;
	char *list = strchr(line, ':'), *path;
	bool same;

	if (!list)
		return 0;
	list++;
	path = strchr(list, ':');
	if (!path)
		return 0;
	*path++ = 0;
	if (own->key[0] == 0 || strncmp(own->key, "name=", 5) == 0)
		same = strcmp(list, own->key) == 0;
	else
		same = (cg_controllers_parse(list, ',', false) &
			cg_controllers_parse(own->key, ',', false)) != 0;
	if (!same)
		return 0;
	own->path = strdup(path);
	return own->path ? 1 : -ENOMEM;
}

/* Our group below the mount: what lies above the mounted part is out of reach. */
static int own_group(const char *self, const char *key, const char *root, char **ret)
{
	struct own own = {.key = key};
	AUTO(free) char *text = strdup(self);
	AUTO(free) char *path = NULL;
	size_t n = strlen(root);
	const char *rest = "/";
	int r;

	if (!text)
		return -ENOMEM;
	r = cg_for_each_line(text, own_line, &own);
	path = own.path;
	if (r < 0)
		return r;
	if (path && strcmp(root, "/") == 0)
		rest = path;
	else if (path && strncmp(path, root, n) == 0 && path[n] == '/')
		rest = path + n;
	/* Above the root of our cgroup namespace: "/..". */
	if (strncmp(rest, "/..", 3) == 0)
		rest = "/";
	*ret = strdup(rest);
	return *ret ? 0 : -ENOMEM;
}

/* ---- all of them ---- */

struct parse {
	struct cgroup_host *host;
	const char *self;
};

static uint32_t controllers_of(const struct cgroup_hierarchy *h)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;

	if (!h->unified)
		return cg_controllers_parse(h->key, ',', false);
	if (cg_read(h->mount, "cgroup.controllers", &sb) < 0)
		return 0;
	return cg_controllers_parse(strbuf_str(&sb), ' ', true);
}

static void hierarchy_fini(struct cgroup_hierarchy *h)
{
	free(h->key);
	free(h->mount);
	free(h->own);
}

static int add_hierarchy(struct parse *p, const struct mount_line *m, bool unified)
{
	struct cgroup_hierarchy h = {.unified = unified};
	AUTO(strbuf_fini) struct strbuf key = STRBUF_INIT;
	int r = unified ? 0 : key_of_v1(m->options, &key);

	if (r < 0)
		return r;
	/* The first mount of several wins; a v1 hierarchy of nothing we know is nothing to us. */
	if (has_key(p->host, strbuf_str(&key)) || (!unified && key.len == 0) ||
	    p->host->n == CGROUP_HIERARCHIES_MAX)
		return 0;
	h.key = strdup(strbuf_str(&key));
	h.mount = strdup(m->point);
	r = h.key && h.mount ? own_group(p->self, h.key, m->root, &h.own) : -ENOMEM;
	if (r < 0) {
		hierarchy_fini(&h);
		return r;
	}
	h.controllers = controllers_of(&h);
	p->host->h[p->host->n++] = h;
	return 0;
}

static int mount_line(void *arg, char *line)
{
	struct mount_line m;

	if (!split_mount(line, &m))
		return 0;
	if (strcmp(m.type, "cgroup2") == 0)
		return add_hierarchy(arg, &m, true);
	if (strcmp(m.type, "cgroup") == 0)
		return add_hierarchy(arg, &m, false);
	return 0;
}

void cgroup_host_free(struct cgroup_host *h)
{
	if (!h)
		return;
	for (size_t i = 0; i < h->n; i++)
		hierarchy_fini(&h->h[i]);
	free(h);
}

int cgroup_host_parse(const char *mountinfo, const char *self_cgroup, struct cgroup_host **ret,
		      struct cgroup_error *err)
{
	AUTO(cgroup_host_free) struct cgroup_host *h = calloc(1, sizeof(*h));
	AUTO(free) char *text = strdup(mountinfo);
	struct parse p = {.host = h, .self = self_cgroup};
	int r;

	if (!h || !text)
		return cgroup_fail(err, -ENOMEM, "looking for control groups");
	r = cg_for_each_line(text, mount_line, &p);
	if (r < 0)
		return cgroup_fail(err, r, "looking for control groups");
	if (h->n == 0)
		return cgroup_fail(
			err, -ENOENT,
			"no control group hierarchy is mounted (none in /proc/self/mountinfo)");
	*ret = TAKE(h);
	return 0;
}

int cgroup_host_get(struct cgroup_host **ret, struct cgroup_error *err)
{
	AUTO(strbuf_fini) struct strbuf mounts = STRBUF_INIT, self = STRBUF_INIT;
	int r = cg_read("/proc/self", "mountinfo", &mounts);

	if (r < 0)
		return cgroup_fail(err, r, "reading /proc/self/mountinfo");
	r = cg_read("/proc/self", "cgroup", &self);
	if (r < 0)
		return cgroup_fail(err, r, "reading /proc/self/cgroup");
	return cgroup_host_parse(strbuf_str(&mounts), strbuf_str(&self), ret, err);
}

bool cgroup_host_has_v2(const struct cgroup_host *h)
{
	return has_key(h, "");
}

bool cgroup_host_is_v2(const struct cgroup_host *h)
{
	return h->n == 1 && cgroup_host_has_v2(h);
}
