/* SPDX-License-Identifier: Apache-2.0 */
/* What `events` prints of a group: each controller's section from the hierarchy that has it. */
#include <errno.h>

#include "runtime/cgroup/stats_priv.h"

static void section(struct json *j, const struct cgroup *cg, const char *key,
		    enum cgroup_controller c)
{
	const struct cgroup_place *p = cg_place(cg, c);

	json_open(j, key, '{');
	/* v2 counts processor time even without the controller. */
	if (!p && c == CG_CPU && !cg_place(cg, CG_CPUACCT))
		p = cg_unified(cg);
	if (p && p->unified)
		cg_stats_v2(j, p, c);
	else
		cg_stats_v1(j, cg, c);
	json_close(j, '}');
}

int cgroup_stats_json(struct cgroup *cg, const char *id, struct strbuf *sb,
		      struct cgroup_error *err)
{
	struct json j = {.sb = sb};

	json_open(&j, NULL, '{');
	json_string(&j, "type", "stats");
	json_string(&j, "id", id);
	json_open(&j, "data", '{');
	section(&j, cg, "cpu", CG_CPU);
	section(&j, cg, "cpuset", CG_CPUSET);
	section(&j, cg, "memory", CG_MEMORY);
	section(&j, cg, "pids", CG_PIDS);
	section(&j, cg, "blkio", CG_BLKIO);
	section(&j, cg, "hugetlb", CG_HUGETLB);
	json_open(&j, "intel_rdt", '{');
	json_close(&j, '}');
	json_open(&j, "network_interfaces", '[');
	json_close(&j, ']');
	json_close(&j, '}');
	json_close(&j, '}');
	return strbuf_result(sb) < 0 ? cgroup_fail(err, -ENOMEM, "the numbers of %s", id) : 0;
}
