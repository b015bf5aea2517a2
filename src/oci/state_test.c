/* SPDX-License-Identifier: Apache-2.0 */
/* What is told about a container and about the runtime. */
#include "base/test.h"

#include <stdio.h>

#include "oci/features.h"
#include "oci/oci.h"
#include "oci/state.h"

static char k1[] = "org.example.\"k\"", v1[] = "a\nb\\";

TEST(a_state_has_the_properties_in_order)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	struct oci_pair pair = {k1, v1};
	struct oci_state s = {.oci_version = "1.2.0",
			      .id = "c1",
			      .status = OCI_RUNNING,
			      .pid = 4422,
			      .bundle = "/b",
			      .rootfs = "/b/rootfs",
			      .created = "2026-11-22T16:15:12.000000001Z",
			      .owner = "root",
			      .annotations = {&pair, 1}};

	oci_state_encode(&s, &sb);
	EXPECT_EQ(strbuf_result(&sb), 0);
	EXPECT_STREQ(strbuf_str(&sb), "{\n"
				      "  \"ociVersion\": \"1.2.0\",\n"
				      "  \"id\": \"c1\",\n"
				      "  \"pid\": 4422,\n"
				      "  \"status\": \"running\",\n"
				      "  \"bundle\": \"/b\",\n"
				      "  \"rootfs\": \"/b/rootfs\",\n"
				      "  \"created\": \"2026-11-22T16:15:12.000000001Z\",\n"
				      "  \"annotations\": {\n"
				      "    \"org.example.\\\"k\\\"\": \"a\\nb\\\\\"\n"
				      "  },\n"
				      "  \"owner\": \"root\"\n"
				      "}");
}

TEST(a_hook_is_told_what_the_specification_names_and_a_stopped_one_has_pid_0)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	struct oci_state s[2] = {
		{.oci_version = "1.2.0", .id = "a", .status = OCI_STOPPED, .bundle = "/b"},
		{.oci_version = "1.2.0", .id = "b", .status = OCI_CREATING, .bundle = "/b"}};

	oci_state_list_encode(s, 2, &sb);
	EXPECT_STREQ(strbuf_str(&sb),
		     "[{\"ociVersion\":\"1.2.0\",\"id\":\"a\",\"pid\":0,\"status\":"
		     "\"stopped\",\"bundle\":\"/b\"},{\"ociVersion\":\"1.2.0\","
		     "\"id\":\"b\",\"pid\":0,\"status\":\"creating\",\"bundle\":"
		     "\"/b\"}]");
	strbuf_reset(&sb);
	oci_state_list_encode(NULL, 0, &sb);
	EXPECT_STREQ(strbuf_str(&sb), "[]");
	EXPECT_STREQ(oci_status_name(OCI_PAUSED), "paused");
}

TEST(features_say_what_is_known_and_what_the_caller_adds)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	struct oci_pair pair = {k1, v1};
	static const char begin[] = "{\n    \"ociVersionMin\": \"1.0.0\",\n";
	struct oci_features f;

	oci_features_init(&f);
	EXPECT_EQ(f.hooks.n, 6);
	EXPECT_TRUE(oci_strv_has(&f.lx.namespaces, "time"));
	EXPECT_TRUE(oci_strv_has(&f.lx.capabilities, "CAP_BPF"));
	EXPECT_TRUE(oci_strv_has(&f.lx.seccomp.actions, "SCMP_ACT_LOG"));
	EXPECT_FALSE(oci_strv_has(&f.lx.seccomp.actions, "SCMP_ACT_NOTIFY"));
	f.lx.seccomp.enabled = (struct oci_opt_bool){true, true};
	f.lx.apparmor.enabled = (struct oci_opt_bool){true, false};
	f.annotations = (struct oci_map){&pair, 1};
	oci_features_encode(&f, &sb);
	EXPECT_EQ(strbuf_result(&sb), 0);
	EXPECT_TRUE(strncmp(sb.s, begin, strlen(begin)) == 0);
	EXPECT_TRUE(strstr(sb.s, "\"seccomp\": {\n            \"enabled\": true,") != NULL);
	EXPECT_TRUE(strstr(sb.s, "\"apparmor\": {\n            \"enabled\": false\n") != NULL);
	EXPECT_TRUE(strstr(sb.s, "selinux") == NULL); /* nobody has said anything */
	EXPECT_TRUE(strstr(sb.s, "\"rro\"") != NULL);
}

TEST_MAIN()
