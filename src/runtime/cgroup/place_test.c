/* SPDX-License-Identifier: Apache-2.0 */
/* Where groups are: mountinfo, our own groups, cgroupsPath, names of units. Conversions to v2. */
#include "base/test.h"

#include <errno.h>

#include "runtime/cgroup/test_cgroup.h"

static const char v1_mounts[] =
	"22 1 0:20 / /proc rw - proc proc rw\n"
	"31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
	"32 31 0:29 / /cg/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct\n"
	"35 31 0:32 / /cg/my\\040memory rw,relatime - cgroup cgroup rw,memory\n"
	"40 31 0:37 / /cg/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd\n"
	"41 31 0:38 / /cg/unified rw,relatime - cgroup2 cgroup2 rw\n"
	"42 31 0:38 / /other/unified rw,relatime - cgroup2 cgroup2 rw\n"
	"rubbish\n";
static const char v1_self[] =
	"9:name=systemd:/init.scope\n4:memory:/a/b\n2:cpuacct,cpu:/c\n0::/user.slice/x\n";

static struct cgroup_host *parse(const char *mounts, const char *self)
{
	struct cgroup_host *h = NULL;
	struct cgroup_error err;

	EXPECT_EQ(cgroup_host_parse(mounts, self, &h, &err), 0);
	return h;
}

TEST(hierarchies_are_found_with_our_own_groups_in_them)
{
	AUTO(cgroup_host_free) struct cgroup_host *h = parse(v1_mounts, v1_self);

	EXPECT_EQ(h->n, 4);
	EXPECT_STREQ(h->h[0].mount, "/cg/cpu,cpuacct");
	EXPECT_EQ(h->h[0].controllers, CG_BIT(CG_CPU) | CG_BIT(CG_CPUACCT));
	EXPECT_STREQ(h->h[0].own, "/c");
	EXPECT_STREQ(h->h[1].mount, "/cg/my memory");
	EXPECT_STREQ(h->h[1].own, "/a/b");
	EXPECT_STREQ(h->h[2].key, "name=systemd");
	EXPECT_STREQ(h->h[2].own, "/init.scope");
	EXPECT_TRUE(h->h[3].unified);
	EXPECT_STREQ(h->h[3].mount, "/cg/unified");
	EXPECT_TRUE(cgroup_host_has_v2(h));
	EXPECT_FALSE(cgroup_host_is_v2(h));
}

TEST(inside_a_container_our_group_is_relative_to_what_is_mounted)
{
	AUTO(cgroup_host_free)
	struct cgroup_host *h = parse("35 31 0:32 /docker/id /cg rw - cgroup cgroup rw,memory\n"
				      "36 31 0:33 /docker/id /u rw - cgroup2 cgroup2 rw\n",
				      "4:memory:/docker/id/sub\n0::/elsewhere\n");

	EXPECT_STREQ(h->h[0].own, "/sub");
	EXPECT_STREQ(h->h[1].own, "/");
}

TEST(a_host_without_hierarchies_is_told)
{
	struct cgroup_host *h = NULL;
	struct cgroup_error err;

	EXPECT_ERR(cgroup_host_parse("22 1 0:20 / /proc rw - proc proc rw\n", "0::/\n", &h, &err),
		   ENOENT);
	EXPECT_TRUE(strstr(err.text, "no control group hierarchy is mounted") != NULL);
}

static const char *resolve(bool unified, const char *own, const char *path, const char *id)
{
	static char out[256];
	char own_copy[64];
	struct cgroup_hierarchy h = {.unified = unified, .own = own_copy};
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;

	(void)snprintf(own_copy, sizeof(own_copy), "%s", own);
	EXPECT_EQ(cg_path_resolve(&h, path, id, &sb), 0);
	(void)snprintf(out, sizeof(out), "%s", strbuf_str(&sb));
	return out;
}

TEST(cgroups_path_is_resolved_as_runc_does)
{
	EXPECT_STREQ(resolve(false, "/own", "/docker/id", "id"), "/docker/id");
	EXPECT_STREQ(resolve(true, "/own", "/docker//./id/", "id"), "/docker/id");
	EXPECT_STREQ(resolve(false, "/own", "pod/id", "id"), "/own/pod/id");
	EXPECT_STREQ(resolve(true, "/a/own", "pod/id", "id"), "/a/pod/id");
	EXPECT_STREQ(resolve(true, "/", NULL, "id"), "/id");
	EXPECT_STREQ(resolve(false, "/own", "", "id"), "/own/id");
	EXPECT_STREQ(resolve(false, "/own", "../../etc", "id"), "/own/etc");
	EXPECT_STREQ(resolve(false, "/", "/../../etc", "id"), "/etc");
}

TEST(names_of_controllers_differ_between_the_versions)
{
	EXPECT_EQ(cg_controllers_parse("cpu io memory\n", ' ', true),
		  CG_BIT(CG_CPU) | CG_BIT(CG_BLKIO) | CG_BIT(CG_MEMORY));
	EXPECT_EQ(cg_controllers_parse("rw,blkio,io", ',', false), CG_BIT(CG_BLKIO));
}

TEST(shares_become_weights_by_runcs_formula)
{
	static const uint64_t pairs[][2] = {{0, 0},      {1, 1},       {2, 1},         {4, 2},
					    {64, 12},    {512, 59},    {1024, 100},    {4096, 303},
					    {8192, 532}, {16384, 942}, {262144, 10000}};

	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++)
		EXPECT_EQ(cg_shares_to_weight(pairs[i][0]), pairs[i][1]);
}

TEST(weights_of_blkio_become_weights_of_io)
{
	EXPECT_EQ(cg_blkio_to_io_weight(0), 0);
	EXPECT_EQ(cg_blkio_to_io_weight(10), 1);
	EXPECT_EQ(cg_blkio_to_io_weight(500), 4950);
	EXPECT_EQ(cg_blkio_to_io_weight(1000), 10000);
}

TEST(memory_and_swap_become_swap)
{
	const char *why = NULL;
	int64_t swap = 7;

	EXPECT_EQ(cg_swap_to_v2(100, 150, &swap, &why), 0);
	EXPECT_EQ(swap, 50);
	EXPECT_EQ(cg_swap_to_v2(-1, 0, &swap, &why), 0);
	EXPECT_EQ(swap, -1);
	EXPECT_EQ(cg_swap_to_v2(100, -1, &swap, &why), 0);
	EXPECT_EQ(swap, -1);
	EXPECT_EQ(cg_swap_to_v2(100, 100, &swap, &why), 0);
	EXPECT_EQ(swap, 0);
	EXPECT_ERR(cg_swap_to_v2(0, 150, &swap, &why), EINVAL);
	EXPECT_ERR(cg_swap_to_v2(-1, 150, &swap, &why), EINVAL);
	EXPECT_ERR(cg_swap_to_v2(100, 50, &swap, &why), EINVAL);
	EXPECT_ERR(cg_swap_to_v2(-5, 50, &swap, &why), EINVAL);
}

TEST(a_unit_is_slice_prefix_name)
{
	struct cgroup_unit u;
	struct cgroup_error err;

	EXPECT_EQ(cg_unit_parse("system-a.slice:docker:x1", "x1", false, &u, &err), 0);
	EXPECT_STREQ(u.slice, "system-a.slice");
	EXPECT_STREQ(u.name, "docker-x1.scope");
	EXPECT_EQ(cg_unit_parse(":cri:x1", "x1", true, &u, &err), 0);
	EXPECT_STREQ(u.slice, "user.slice");
	EXPECT_EQ(cg_unit_parse("", "x1", false, &u, &err), 0);
	EXPECT_STREQ(u.name, "caisson-x1.scope");
	EXPECT_EQ(cg_unit_parse("a.slice:p:sub.slice", "x1", false, &u, &err), 0);
	EXPECT_STREQ(u.name, "sub.slice");
	EXPECT_ERR(cg_unit_parse("/docker/x1", "x1", false, &u, &err), EINVAL);
	EXPECT_ERR(cg_unit_parse("a.slice:p:", "x1", false, &u, &err), EINVAL);
	EXPECT_ERR(cg_unit_parse("a.slice:p:x/y", "x1", false, &u, &err), EINVAL);
	EXPECT_ERR(cg_unit_parse("noslice:p:x", "x1", false, &u, &err), EINVAL);
}

TEST(a_slice_is_a_path)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	struct cgroup_error err;

	EXPECT_EQ(cg_slice_expand("a-b-c.slice", &sb, &err), 0);
	EXPECT_STREQ(strbuf_str(&sb), "/a.slice/a-b.slice/a-b-c.slice");
	EXPECT_ERR(cg_slice_expand("-a.slice", &sb, &err), EINVAL);
	EXPECT_ERR(cg_slice_expand("a--b.slice", &sb, &err), EINVAL);
	EXPECT_ERR(cg_slice_expand("a/b.slice", &sb, &err), EINVAL);
	EXPECT_ERR(cg_slice_expand(".slice", &sb, &err), EINVAL);
}

TEST_MAIN()
