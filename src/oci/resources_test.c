/* SPDX-License-Identifier: Apache-2.0 */
/* The property "linux.resources", which is also a text of its own. */
#include "oci/test_oci.h"

static struct oci_resources_doc *parse_resources(const char *text)
{
	AUTO(strbuf_fini) struct strbuf why = STRBUF_INIT;
	struct oci_resources_doc *r = NULL;

	(void)!oci_resources_parse(text, strlen(text), &r, &why);
	snprintf(test_why, sizeof(test_why), "%s", strbuf_str(&why));
	return r;
}

/* Everything that there is; the numbers are all different. */
static const char full[] =
	"{\"devices\": [{\"allow\": false, \"access\": \"rwm\"}, {\"allow\": true, \"type\": \"c\", "
	"\"major\": 1, \"minor\": -1, \"access\": \"rm\"}, {\"allow\": true, \"type\": \"b\"}], "
	"\"memory\": {\"limit\": 536870912, \"reservation\": 0, \"swap\": -1, \"kernel\": 3, "
	"\"kernelTCP\": 4, \"swappiness\": 100, \"disableOOMKiller\": false, \"useHierarchy\": true, "
	"\"checkBeforeUpdate\": true}, \"cpu\": {\"shares\": 1024, \"quota\": -1, \"burst\": 5, "
	"\"period\": 100000, \"realtimeRuntime\": 6, \"realtimePeriod\": 18446744073709551615, "
	"\"cpus\": \"0-3\", \"mems\": \"0\", \"idle\": 1}, \"pids\": {\"limit\": 32771}, \"blockIO\": "
	"{\"weight\": 10, \"leafWeight\": 11, \"weightDevice\": [{\"major\": 8, \"minor\": 0, "
	"\"weight\": 500, \"leafWeight\": 300}], \"throttleReadBpsDevice\": [{\"major\": 8, "
	"\"minor\": 1, \"rate\": 600}], \"throttleWriteBpsDevice\": [{\"major\": 8, \"minor\": 2, "
	"\"rate\": 601}], \"throttleReadIOPSDevice\": [{\"major\": 8, \"minor\": 3, \"rate\": 602}], "
	"\"throttleWriteIOPSDevice\": [{\"major\": 8, \"minor\": 4, \"rate\": 603}]}, "
	"\"hugepageLimits\": [{\"pageSize\": \"2MB\", \"limit\": 9223372036854771712}], \"network\": "
	"{\"classID\": 1048577, \"priorities\": [{\"name\": \"eth0\", \"priority\": 500}]}, \"rdma\": "
	"{\"mlx5_1\": {\"hcaHandles\": 3, \"hcaObjects\": 10000}, \"rxe3\": {}}, \"unified\": "
	"{\"hugetlb.2MB.max\": \"max\"}}";

TEST(every_limit_arrives)
{
	AUTO(oci_resources_free) struct oci_resources_doc *doc = parse_resources(full);

	EXPECT_TRUE(doc != NULL);

	const struct oci_resources *r = &doc->resources;

	EXPECT_EQ(r->devices.n, 3);
	EXPECT_EQ(r->devices.v[0].type, OCI_DEVICE_ALL);
	EXPECT_FALSE(r->devices.v[0].major.set);
	EXPECT_EQ(r->devices.v[0].access, OCI_ACCESS_READ | OCI_ACCESS_WRITE | OCI_ACCESS_MKNOD);
	EXPECT_EQ(r->devices.v[1].access, OCI_ACCESS_READ | OCI_ACCESS_MKNOD);
	EXPECT_EQ(r->devices.v[1].minor.v, -1);
	EXPECT_EQ(r->devices.v[2].access, OCI_ACCESS_READ | OCI_ACCESS_WRITE | OCI_ACCESS_MKNOD);
	EXPECT_EQ(r->memory->limit.v, 536870912);
	EXPECT_TRUE(r->memory->reservation.set);
	EXPECT_EQ(r->memory->reservation.v, 0);
	EXPECT_EQ(r->memory->swap.v, -1);
	EXPECT_EQ(r->memory->kernel_tcp.v, 4);
	EXPECT_EQ(r->memory->swappiness.v, 100);
	EXPECT_TRUE(r->memory->disable_oom_killer.set && !r->memory->disable_oom_killer.v);
	EXPECT_EQ(r->cpu->shares.v, 1024);
	EXPECT_EQ(r->cpu->quota.v, -1);
	EXPECT_EQ(r->cpu->realtime_period.v, UINT64_MAX);
	EXPECT_STREQ(r->cpu->cpus, "0-3");
	EXPECT_EQ(r->cpu->idle.v, 1);
	EXPECT_EQ(r->pids->limit.v, 32771);
	EXPECT_EQ(r->block_io->leaf_weight.v, 11);
	EXPECT_EQ(r->block_io->weight_device.v[0].weight.v, 500);
	EXPECT_EQ(r->block_io->throttle_read_bps.v[0].rate, 600);
	EXPECT_EQ(r->block_io->throttle_write_bps.v[0].rate, 601);
	EXPECT_EQ(r->block_io->throttle_read_iops.v[0].rate, 602);
	EXPECT_EQ(r->block_io->throttle_write_iops.v[0].minor, 4);
	EXPECT_EQ(r->hugepage_limits.v[0].limit, 9223372036854771712U);
	EXPECT_EQ(r->network->class_id.v, 1048577);
	EXPECT_STREQ(r->network->priorities.v[0].name, "eth0");
	EXPECT_EQ(r->rdma.n, 2);
	EXPECT_STREQ(r->rdma.v[1].key, "rxe3");
	EXPECT_FALSE(r->rdma.v[1].hca_handles.set);
	EXPECT_STREQ(oci_map_get(&r->unified, "hugetlb.2MB.max"), "max");
}

TEST(limits_are_written_as_they_were_read)
{
	AUTO(strbuf_fini) struct strbuf once = STRBUF_INIT, twice = STRBUF_INIT;
	AUTO(oci_resources_free)
	struct oci_resources_doc *doc = parse_resources(full), *again = NULL;

	oci_resources_encode(&doc->resources, &once);
	again = parse_resources(strbuf_str(&once));
	EXPECT_TRUE(again != NULL);
	oci_resources_encode(&again->resources, &twice);
	EXPECT_STREQ(strbuf_str(&once), strbuf_str(&twice));
}

TEST(nothing_said_is_nothing_set)
{
	AUTO(oci_resources_free)
	struct oci_resources_doc *doc = parse_resources("{\"memory\": {}, \"cpu\": null}");

	EXPECT_TRUE(doc->resources.memory && !doc->resources.memory->limit.set);
	EXPECT_TRUE(!doc->resources.cpu && !doc->resources.pids && !doc->resources.block_io);
}

TEST(what_limits_may_not_say)
{
	static const struct {
		const char *text, *path;
	} bad[] = {
		{"{\"devices\": [{}]}", "devices[0].allow"},
		{"{\"devices\": [{\"allow\": 1}]}", "devices[0].allow"},
		{"{\"devices\": [{\"allow\": true, \"type\": \"p\"}]}", "devices[0].type"},
		{"{\"devices\": [{\"allow\": true, \"access\": \"rx\"}]}", "devices[0].access"},
		{"{\"devices\": [{\"allow\": true, \"major\": -2}]}", "devices[0].major"},
		{"{\"memory\": {\"limit\": 9223372036854775808}}", "memory.limit"},
		{"{\"memory\": {\"limit\": 1.5}}", "memory.limit"},
		{"{\"memory\": {\"swappiness\": 101}}", "memory.swappiness"},
		{"{\"cpu\": {\"shares\": -1}}", "cpu.shares"},
		{"{\"cpu\": {\"cpus\": \"all\"}}", "cpu.cpus"},
		{"{\"cpu\": {\"idle\": 2}}", "cpu.idle"},
		{"{\"pids\": {\"limit\": \"max\"}}", "pids.limit"},
		{"{\"blockIO\": {\"weight\": 65536}}", "blockIO.weight"},
		{"{\"blockIO\": {\"throttleReadBpsDevice\": [{\"major\": 1, \"minor\": 1}]}}",
		 "blockIO.throttleReadBpsDevice[0].rate"},
		{"{\"blockIO\": {\"weightDevice\": [{\"major\": -1, \"minor\": 1}]}}",
		 "blockIO.weightDevice[0]"},
		{"{\"hugepageLimits\": [{\"pageSize\": \"2mb\", \"limit\": 1}]}",
		 "hugepageLimits[0].pageSize"},
		{"{\"network\": {\"classID\": 4294967296}}", "network.classID"},
		{"{\"rdma\": {\"x\": {\"hcaHandles\": -1}}}", "rdma[\"x\"].hcaHandles"},
		{"{\"unified\": {\"../memory.max\": \"1\"}}", "unified"},
		{"{\"unified\": {\"memory.max\": 1}}", "unified[\"memory.max\"]"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_TRUE(parse_resources(bad[i].text) == NULL);
		EXPECT_TRUE(names(test_why, bad[i].path));
	}
	EXPECT_TRUE(names(refused(RESOURCES("\"memory\": {\"limit\": \"1\"}")),
			  "linux.resources.memory.limit"));
}

TEST_MAIN()
