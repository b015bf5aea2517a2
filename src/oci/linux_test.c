/* SPDX-License-Identifier: Apache-2.0 */
/* The property "linux", its limits, and what its parts say about each other. */
#include "oci/test_oci.h"

#include "abi/mman.h"
#include "abi/mount.h"
#include "abi/personality.h"

TEST(namespaces_with_and_without_a_path)
{
	AUTO(oci_spec_free)
	struct oci_spec *s = must_parse(
		SPEC("\"linux\": {\"namespaces\": [{\"type\": \"network\", \"path\": "
		     "\"/proc/1/ns/net\"}, {\"type\": \"cgroup\", \"path\": \"\"}, {\"type\": "
		     "\"time\"}], \"timeOffsets\": {\"monotonic\": {\"secs\": -5, \"nanosecs\": "
		     "999999999}, \"boottime\": {}}}"));

	EXPECT_STREQ(oci_spec_namespace(s, OCI_NS_NETWORK)->path, "/proc/1/ns/net");
	EXPECT_TRUE(oci_spec_namespace(s, OCI_NS_CGROUP)->path == NULL);
	EXPECT_TRUE(oci_spec_namespace(s, OCI_NS_PID) == NULL);
	EXPECT_EQ(s->lx.time_offsets.monotonic->secs, -5);
	EXPECT_EQ(s->lx.time_offsets.monotonic->nanosecs, 999999999);
	EXPECT_EQ(s->lx.time_offsets.boottime->secs, 0);
}

TEST(namespaces_are_known_and_said_once)
{
	EXPECT_STREQ(refused(SPEC("\"linux\": {\"namespaces\": [{\"type\": \"pid\"}, {\"type\": "
				  "\"foo\"}]}")),
		     "linux.namespaces[1].type: unknown value \"foo\"");
	EXPECT_STREQ(refused(SPEC("\"linux\": {\"namespaces\": [{\"type\": \"pid\"}, {\"type\": "
				  "\"pid\"}]}")),
		     "linux.namespaces[1].type: \"pid\" stands twice");
	EXPECT_TRUE(names(refused(SPEC("\"linux\": {\"namespaces\": [{\"type\": \"pid\", \"path\": "
				       "\"x\"}]}")),
			  "linux.namespaces[0].path"));
}

TEST(mappings_go_with_a_user_namespace)
{
	AUTO(oci_spec_free)
	struct oci_spec *s = must_parse(SPEC(
		"\"linux\": {\"namespaces\": [{\"type\": \"user\"}], \"uidMappings\": "
		"[{\"containerID\": 0, \"hostID\": 100000, \"size\": 65536}], \"gidMappings\": "
		"[{\"containerID\": 1, \"hostID\": 2, \"size\": 4294967294}]}"));

	EXPECT_EQ(s->lx.uid_mappings.v[0].host_id, 100000);
	EXPECT_EQ(s->lx.gid_mappings.v[0].size, 4294967294U);
	EXPECT_TRUE(names(refused(LINUX("\"uidMappings\": [{\"containerID\": 0, \"hostID\": 0, "
					"\"size\": 1}]")),
			  "linux.uidMappings"));
	EXPECT_TRUE(names(refused(SPEC("\"linux\": {\"namespaces\": [{\"type\": \"user\"}]}")),
			  "linux.uidMappings"));
	EXPECT_TRUE(names(refused(LINUX("\"uidMappings\": [{\"containerID\": 0, \"hostID\": 0, "
					"\"size\": 0}]")),
			  "linux.uidMappings[0].size"));
	EXPECT_TRUE(names(refused(LINUX("\"uidMappings\": [{\"containerID\": 9, \"hostID\": 0, "
					"\"size\": 4294967295}]")),
			  "linux.uidMappings[0].size"));
}

TEST(devices)
{
	AUTO(oci_spec_free)
	struct oci_spec *s = must_parse(LINUX(
		"\"devices\": [{\"type\": \"c\", \"path\": \"/dev/fuse\", \"major\": 10, \"minor\": "
		"229, \"fileMode\": 8630, \"uid\": 0, \"gid\": 5}, {\"type\": \"p\", \"path\": "
		"\"/dev/fifo\"}, {\"type\": \"u\", \"path\": \"/u\", \"major\": 4095, \"minor\": "
		"1048575}]"));

	EXPECT_EQ(s->lx.devices.n, 3);
	EXPECT_EQ(s->lx.devices.v[0].type, OCI_DEVICE_CHAR);
	EXPECT_EQ(s->lx.devices.v[0].file_mode.v, 0666);
	EXPECT_EQ(s->lx.devices.v[0].gid.v, 5);
	EXPECT_EQ(s->lx.devices.v[1].type, OCI_DEVICE_FIFO);
	EXPECT_FALSE(s->lx.devices.v[1].file_mode.set);
	EXPECT_EQ(s->lx.devices.v[2].type, OCI_DEVICE_CHAR);
	EXPECT_TRUE(names(refused(LINUX("\"devices\": [{\"type\": \"c\", \"path\": \"/x\", "
					"\"major\": 4096}]")),
			  "linux.devices[0].major"));
	EXPECT_TRUE(names(refused(LINUX("\"devices\": [{\"type\": \"b\", \"path\": \"/x\", "
					"\"minor\": -1}]")),
			  "linux.devices[0].minor"));
	EXPECT_TRUE(names(refused(LINUX("\"devices\": [{\"type\": \"b\", \"path\": \"x\"}]")),
			  "linux.devices[0].path"));
	EXPECT_TRUE(names(refused(LINUX("\"devices\": [{\"type\": \"x\", \"path\": \"/x\"}]")),
			  "linux.devices[0].type"));
}

TEST(the_smaller_properties)
{
	AUTO(oci_spec_free)
	struct oci_spec *s = must_parse(LINUX(
		"\"cgroupsPath\": \"a:b:c\", \"rootfsPropagation\": \"rshared\", \"maskedPaths\": "
		"[\"/a\"], \"readonlyPaths\": [\"/b\", \"/c\"], \"mountLabel\": \"l\", \"intelRdt\": "
		"{\"closID\": \"g\", \"l3CacheSchema\": \"L3:0=f\", \"memBwSchema\": \"MB:0=20\", "
		"\"schemata\": [\"L2:0=f\"], \"enableMonitoring\": true}, \"memoryPolicy\": "
		"{\"mode\": \"MPOL_BIND\", \"nodes\": \"0-1\", \"flags\": "
		"[\"MPOL_F_STATIC_NODES\"]}, \"personality\": {\"domain\": \"LINUX32\"}, "
		"\"netDevices\": {\"eth1\": {\"name\": \"eth0\"}, \"eth2\": {}}"));

	EXPECT_STREQ(s->lx.cgroups_path, "a:b:c");
	EXPECT_EQ(s->lx.rootfs_propagation, LX_MS_SHARED | LX_MS_REC);
	EXPECT_STREQ(s->lx.masked_paths.v[0], "/a");
	EXPECT_TRUE(oci_strv_has(&s->lx.readonly_paths, "/c"));
	EXPECT_STREQ(s->lx.mount_label, "l");
	EXPECT_STREQ(s->lx.intel_rdt->schemata.v[0], "L2:0=f");
	EXPECT_TRUE(s->lx.intel_rdt->enable_monitoring);
	EXPECT_EQ(s->lx.memory_policy->mode, LX_MPOL_BIND);
	EXPECT_EQ(s->lx.memory_policy->flags, LX_MPOL_F_STATIC_NODES);
	EXPECT_EQ(s->lx.personality->domain, LX_PER_LINUX32);
	EXPECT_EQ(s->lx.net_devices.n, 2);
	EXPECT_STREQ(s->lx.net_devices.v[0].key, "eth1");
	EXPECT_STREQ(s->lx.net_devices.v[0].name, "eth0");
	EXPECT_TRUE(s->lx.net_devices.v[1].name == NULL);
}

TEST(what_the_smaller_properties_may_not_say)
{
	static const struct {
		const char *text, *path;
	} bad[] = {
		{"\"rootfsPropagation\": \"public\"", "linux.rootfsPropagation"},
		{"\"maskedPaths\": [\"/a\", \"b\"]", "linux.maskedPaths[1]"},
		{"\"readonlyPaths\": [\"\"]", "linux.readonlyPaths[0]"},
		{"\"intelRdt\": {\"closID\": \"../x\"}", "linux.intelRdt.closID"},
		{"\"memoryPolicy\": {\"mode\": \"MPOL_X\"}", "linux.memoryPolicy.mode"},
		{"\"memoryPolicy\": {\"mode\": \"MPOL_LOCAL\", \"nodes\": \"1\"}",
		 "linux.memoryPolicy"},
		{"\"memoryPolicy\": {\"mode\": \"MPOL_BIND\", \"nodes\": \"x\"}",
		 "linux.memoryPolicy.nodes"},
		{"\"personality\": {\"domain\": \"BSD\"}", "linux.personality.domain"},
		{"\"personality\": {\"domain\": \"LINUX\", \"flags\": [\"X\"]}",
		 "linux.personality.flags[0]"},
		{"\"netDevices\": {\"a/b\": {}}", "linux.netDevices[\"a/b\"]"},
		{"\"netDevices\": {\"a\": {\"name\": \"0123456789abcdef\"}}",
		 "linux.netDevices[\"a\"].name"},
		{"\"timeOffsets\": {\"boottime\": {\"secs\": 1}}", "linux.timeOffsets"},
		{"\"timeOffsets\": {\"boottime\": {\"nanosecs\": 1000000000}}",
		 "linux.timeOffsets.boottime.nanosecs"},
	};
	AUTO(strbuf_fini) struct strbuf text = STRBUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		strbuf_reset(&text);
		strbuf_addf(&text,
			    "{\"ociVersion\": \"1.2.0\", \"root\": {\"path\": \"r\"}, "
			    "\"linux\": {" ALL_NAMESPACES ", %s}}",
			    bad[i].text);
		EXPECT_TRUE(names(refused(strbuf_str(&text)), bad[i].path));
	}
}

TEST(settings_belong_to_a_namespace_of_the_container)
{
	EXPECT_STREQ(refused(LINUX("\"sysctl\": {\"net.ipv4.ip_forward\": \"1\", \"kernel.sem\": "
				   "\"1 2 3 4\", \"fs.mqueue.msg_max\": \"9\", "
				   "\"net/ipv4/conf/eth0.1/rp_filter\": \"0\", "
				   "\"kernel.domainname\": \"d\"}")),
		     "");
	EXPECT_TRUE(
		names(refused(LINUX("\"sysctl\": {\"vm.swappiness\": \"1\"}")), "linux.sysctl"));
	EXPECT_TRUE(names(refused(LINUX("\"sysctl\": {\"net/../vm/x\": \"1\"}")), "linux.sysctl"));
	EXPECT_TRUE(names(refused(LINUX("\"sysctl\": {\"/net/x\": \"1\"}")), "linux.sysctl"));
	EXPECT_TRUE(names(refused(LINUX("\"sysctl\": {\"net.x\": 1}")), "linux.sysctl[\"net.x\"]"));
	EXPECT_TRUE(names(refused(SPEC("\"linux\": {\"sysctl\": {\"net.x\": \"1\"}}")),
			  "linux.sysctl"));
	EXPECT_TRUE(names(refused(LINUX("\"sysctl\": {\"kernel.hostname\": \"a\"}}, \"hostname\": "
					"\"b\", \"x\": {\"y\": 1")),
			  "linux.sysctl"));
	EXPECT_TRUE(names(refused(SPEC("\"linux\": {\"maskedPaths\": [\"/x\"]}")),
			  "linux.maskedPaths"));
}

TEST_MAIN()
