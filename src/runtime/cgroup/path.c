/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linux.cgroupsPath to a place in a hierarchy, by runc's rules:
 *   1. an absolute path counts from what is mounted;
 *   2. a relative one counts from our own group on v1, and from the parent of our own group on v2,
 *      where our group has processes in it and can therefore give no controllers to children;
 *   3. none at all is the container's id, as a relative path;
 *   4. ".." never leaves what it counts from.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "runtime/cgroup/cgroup_priv.h"

static void drop_last(struct strbuf *sb)
{
	size_t n = sb->len;

	while (n > 0 && sb->s[n - 1] != '/')
		n--;
	strbuf_truncate(sb, n > 0 ? n - 1 : 0);
}

int cg_path_clean(const char *path, struct strbuf *ret)
{
	while (*path) {
		size_t n = strcspn(path, "/");

		if (n > NAME_MAX)
			return -ENAMETOOLONG;
		if (n == 2 && memcmp(path, "..", 2) == 0) {
			if (ret->len > 0)
				drop_last(ret);
		} else if (n > 0 && !(n == 1 && path[0] == '.')) {
			strbuf_addc(ret, '/');
			strbuf_add(ret, path, n);
		}
		path += n;
		path += *path == '/';
	}
	if (ret->len == 0)
		strbuf_addc(ret, '/');
	return ret->len >= PATH_MAX ? -ENAMETOOLONG : strbuf_result(ret);
}

int cg_path_resolve(const struct cgroup_hierarchy *h, const char *path, const char *id,
		    struct strbuf *ret)
{
	AUTO(strbuf_fini) struct strbuf inner = STRBUF_INIT, all = STRBUF_INIT;
	bool relative = !path || path[0] != '/';
	int r = cg_path_clean(path && path[0] ? path : id, &inner);

	if (r < 0)
		return r;
	if (relative) {
		strbuf_adds(&all, h->own);
		if (h->unified && strbuf_result(&all) == 0)
			drop_last(&all);
	}
	strbuf_adds(&all, inner.s);
	r = strbuf_result(&all);
	return r < 0 ? r : cg_path_clean(all.s, ret);
}
