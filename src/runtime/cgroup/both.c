/* SPDX-License-Identifier: Apache-2.0 */
/* Settings that both versions of control groups have, under nearly the same names. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "runtime/cgroup/cgroup_priv.h"

int cg_set_cpuset(const char *dir, const struct oci_cpu *c, struct cgroup_error *err)
{
	int r = 0;

	if (c && c->cpus && c->cpus[0])
		r = cg_set(dir, "cpuset.cpus", c->cpus, err);
	if (r == 0 && c && c->mems && c->mems[0])
		r = cg_set(dir, "cpuset.mems", c->mems, err);
	return r;
}

int cg_set_hugetlb(const char *dir, const struct oci_resources *r, const char *limit,
		   struct cgroup_error *err)
{
	int ret = 0;

	for (size_t i = 0; i < r->hugepage_limits.n && ret == 0; i++) {
		const struct oci_hugepage_limit *l = &r->hugepage_limits.v[i];
		char file[64], rsvd[64];

		if (strchr(l->page_size, '/') || strlen(l->page_size) > 16)
			return cgroup_fail(err, -EINVAL, "hugepage size \"%s\"", l->page_size);
		(void)snprintf(file, sizeof(file), "hugetlb.%s.%s", l->page_size, limit);
		(void)snprintf(rsvd, sizeof(rsvd), "hugetlb.%s.rsvd.%s", l->page_size, limit);
		ret = cg_set_u64(dir, file, l->limit, err);
		if (ret == 0 && cg_exists(dir, rsvd)) /* Linux 5.7 */
			ret = cg_set_u64(dir, rsvd, l->limit, err);
	}
	return ret;
}
