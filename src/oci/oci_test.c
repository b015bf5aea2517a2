/* SPDX-License-Identifier: Apache-2.0 */
/* Whole configurations: what the text may be, what every property obeys, and what is written. */
#include "oci/test_oci.h"

#include <errno.h>

#include "abi/capability.h"
#include "abi/sched.h"

/* The least that is a configuration. */
TEST(a_version_and_a_root_are_enough)
{
	AUTO(oci_spec_free)
	struct oci_spec *s =
		must_parse("{\"ociVersion\":\"1.0.2-dev\",\"root\":{\"path\":\"/r\"}}\n \t\r\n");

	EXPECT_STREQ(s->oci_version, "1.0.2-dev");
	EXPECT_STREQ(s->root.path, "/r");
	EXPECT_FALSE(s->root.readonly);
	EXPECT_TRUE(s->process == NULL);
	EXPECT_TRUE(s->hostname == NULL);
	EXPECT_EQ(s->mounts.n, 0);
	EXPECT_EQ(s->warnings.n, 0);
}

TEST(version_and_root_are_required)
{
	EXPECT_STREQ(refused("{\"root\":{\"path\":\"/r\"}}"), "ociVersion: is missing");
	EXPECT_STREQ(refused("{\"ociVersion\":\"1.2.0\"}"), "root: is missing");
	EXPECT_STREQ(refused("{\"ociVersion\":\"1.2.0\",\"root\":{}}"), "root.path: is missing");
	EXPECT_STREQ(refused("{\"ociVersion\":\"1.2.0\",\"root\":{\"path\":\"\"}}"),
		     "root.path: must not be empty");
}

TEST(only_version_1_is_known)
{
	static const char *const bad[] = {"",      "1",     "1.",    "1.2",
					  "0.9.0", "2.0.0", "1.x.0", "v1.0.0"};
	char text[128];

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		snprintf(text, sizeof(text), "{\"ociVersion\":\"%s\",\"root\":{\"path\":\"r\"}}",
			 bad[i]);
		EXPECT_TRUE(names(refused(text), "ociVersion"));
	}
	EXPECT_STREQ(refused("{\"ociVersion\":\"1.0.0-rc5\",\"root\":{\"path\":\"r\"}}"), "");
	EXPECT_STREQ(refused("{\"ociVersion\":\"1.19.3\",\"root\":{\"path\":\"r\"}}"), "");
}

TEST(texts_that_are_no_json_object_are_refused_with_a_line)
{
	static const char *const bad[] = {"",
					  " ",
					  "[]",
					  "null",
					  "1",
					  "{",
					  "{]",
					  "{\"a\"}",
					  "{'a':1}",
					  "{\"a\":1,}",
					  "{} {}",
					  "{}x",
					  "{\"a\":01}",
					  "{\"a\":NaN}",
					  "nul",
					  "{\"a\":1/**/}",
					  "{\"a\":+1}",
					  "{\"a\":\"\\x\"}",
					  "{\"a\":\"\x01\"}",
					  "{\"a\":\"\xff\"}",
					  "\"x\""};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		const char *why = refused(bad[i]);

		if (strncmp(why, "line ", 5) != 0)
			print_error("%s -> %s\n", bad[i], why);
		EXPECT_TRUE(strncmp(why, "line ", 5) == 0);
	}
	EXPECT_TRUE(strncmp(refused("{\n\n!"), "line 3: ", 8) == 0);
}

TEST(a_nul_is_refused_in_every_form)
{
	static const char raw[] = "{\"ociVersion\":\"1.0.0\",\"a\":\"\0\"}";
	static const char escaped[] = "{\"ociVersion\":\"1.0.0\",\"a\":\"\\\0\"}";
	AUTO(strbuf_fini) struct strbuf why = STRBUF_INIT;
	struct oci_spec *s;

	EXPECT_ERR(oci_spec_parse(raw, sizeof(raw) - 1, &s, &why), EINVAL);
	EXPECT_ERR(oci_spec_parse(escaped, sizeof(escaped) - 1, &s, &why), EINVAL);
	EXPECT_STREQ(refused(SPEC("\"hostname\": \"a\\u0000b\"")), "line 1: a NUL in a string");
	EXPECT_STREQ(refused(SPEC("\"annotations\": {\"a\\u0000b\": \"\"}")),
		     "line 1: a NUL in a string");
	/* A backslash, and then five characters that mean nothing. */
	EXPECT_STREQ(refused(SPEC("\"annotations\": {\"a\": \"\\\\u0000\"}")), "");
}

TEST(depth_and_number_of_values_are_limited)
{
	AUTO(strbuf_fini) struct strbuf text = STRBUF_INIT, why = STRBUF_INIT;
	struct oci_spec *s;

	strbuf_adds(&text, "{\"a\":");
	for (int i = 0; i < 100; i++)
		strbuf_addc(&text, '[');
	EXPECT_ERR(oci_spec_parse(text.s, text.len, &s, &why), E2BIG);
	strbuf_reset(&text);
	strbuf_adds(&text, "{\"a\":[0");
	for (int i = 0; i < 1 << 20; i++)
		strbuf_adds(&text, ",0");
	strbuf_adds(&text, "]}");
	EXPECT_ERR(oci_spec_parse(text.s, text.len, &s, &why), E2BIG);
	EXPECT_ERR(oci_spec_parse(text.s, OCI_TEXT_MAX + 1, &s, &why), E2BIG);
}

TEST(unknown_properties_are_ignored_and_null_is_absence)
{
	AUTO(oci_spec_free)
	struct oci_spec *s = must_parse(SPEC(
		"\"vm\": {\"x\": [1]}, \"hostname\": null, \"process\": null, \"linux\": null, "
		"\"mounts\": null, \"annotations\": {\"k\": \"\"}"));

	EXPECT_TRUE(s->hostname == NULL && s->process == NULL);
	EXPECT_STREQ(oci_map_get(&s->annotations, "k"), "");
	EXPECT_TRUE(oci_map_get(&s->annotations, "j") == NULL);
}

TEST(the_last_of_two_equal_properties_counts)
{
	AUTO(oci_spec_free)
	struct oci_spec *s = must_parse(SPEC("\"root\": {\"path\": \"b\", \"readonly\": true}"));

	EXPECT_STREQ(s->root.path, "b");
	EXPECT_TRUE(s->root.readonly);
}

TEST(wrong_types_are_named_with_their_path)
{
	EXPECT_STREQ(refused(SPEC("\"hostname\": 1")), "hostname: must be a string, not int");
	EXPECT_STREQ(refused(SPEC("\"mounts\": {}")), "mounts: must be an array, not object");
	EXPECT_STREQ(refused(SPEC("\"mounts\": [null]")), "mounts[0]: must be an object, not null");
	EXPECT_STREQ(refused(SPEC("\"annotations\": {\"a\": 1}")),
		     "annotations[\"a\"]: must be a string, not int");
	EXPECT_STREQ(refused(SPEC("\"annotations\": {\"\": \"x\"}")),
		     "annotations: a key is empty");
	EXPECT_STREQ(refused(SPEC("\"linux\": []")), "linux: must be an object, not array");
	EXPECT_STREQ(refused(LINUX("\"maskedPaths\": [\"/a\", 2]")),
		     "linux.maskedPaths[1]: must be a string, not int");
}

TEST(messages_are_one_line_of_limited_length)
{
	AUTO(strbuf_fini) struct strbuf text = STRBUF_INIT;

	EXPECT_STREQ(refused(SPEC("\"annotations\": {\"a\\nb\": 1}")),
		     "annotations[\"a?b\"]: must be a string, not int");
	strbuf_adds(&text, "{\"ociVersion\":\"");
	for (int i = 0; i < 100000; i++)
		strbuf_addc(&text, 'x');
	strbuf_adds(&text, "\",\"root\":{\"path\":\"r\"}}");
	EXPECT_TRUE(strlen(refused(strbuf_str(&text))) < 1100);
}

TEST(hooks_of_all_six_kinds)
{
	AUTO(oci_spec_free)
	struct oci_spec *s = must_parse(SPEC(
		"\"hooks\": {\"prestart\": [{\"path\": \"/a\", \"args\": [\"a\", \"b\"], "
		"\"env\": [\"X=1\"], \"timeout\": 5}], \"createRuntime\": [{\"path\": \"/b\"}], "
		"\"createContainer\": [{\"path\": \"/c\"}], \"startContainer\": [{\"path\": \"/d\"}], "
		"\"poststart\": [{\"path\": \"/e\"}], \"poststop\": [{\"path\": \"/f\"}, {\"path\": "
		"\"/g\"}]}"));

	EXPECT_EQ(s->hooks.prestart.n, 1);
	EXPECT_STREQ(s->hooks.prestart.v[0].args.v[1], "b");
	EXPECT_STREQ(s->hooks.prestart.v[0].env.v[0], "X=1");
	EXPECT_TRUE(s->hooks.prestart.v[0].timeout.set);
	EXPECT_EQ(s->hooks.prestart.v[0].timeout.v, 5);
	EXPECT_FALSE(s->hooks.create_runtime.v[0].timeout.set);
	EXPECT_STREQ(s->hooks.create_container.v[0].path, "/c");
	EXPECT_STREQ(s->hooks.start_container.v[0].path, "/d");
	EXPECT_STREQ(s->hooks.poststart.v[0].path, "/e");
	EXPECT_STREQ(s->hooks.poststop.v[1].path, "/g");
	EXPECT_STREQ(refused(SPEC("\"hooks\": {\"poststop\": [{\"path\": \"x\"}]}")),
		     "hooks.poststop[0].path: must be an absolute path, not \"x\"");
	EXPECT_STREQ(
		refused(SPEC("\"hooks\": {\"poststop\": [{\"path\": \"/x\", \"timeout\": 0}]}")),
		"hooks.poststop[0].timeout: must be above 0");
}

TEST(names_of_the_machine_need_a_namespace_and_fit_the_kernel)
{
	EXPECT_TRUE(names(refused(SPEC("\"hostname\": \"a\"")), "hostname"));
	EXPECT_TRUE(names(refused(SPEC("\"domainname\": \"a\"")), "domainname"));
	EXPECT_TRUE(names(refused(SPEC("\"hostname\": "
				       "\"01234567890123456789012345678901234567890123456789"
				       "012345678901234\"")),
			  "hostname"));
	EXPECT_STREQ(refused(SPEC("\"hostname\": \"a\", \"domainname\": \"b\", \"linux\": "
				  "{\"namespaces\": [{\"type\": \"uts\", \"path\": \"/x\"}]}")),
		     "");
}

TEST(names_of_namespaces_and_capabilities)
{
	EXPECT_STREQ(oci_ns_name(OCI_NS_NETWORK), "network");
	EXPECT_EQ(oci_ns_clone_flag(OCI_NS_MOUNT), LX_CLONE_NEWNS);
	EXPECT_EQ(oci_ns_clone_flag(OCI_NS_TIME), LX_CLONE_NEWTIME);
	EXPECT_STREQ(oci_cap_name(0), "CAP_CHOWN");
	EXPECT_STREQ(oci_cap_name(LX_CAP_LAST_CAP), "CAP_CHECKPOINT_RESTORE");
	EXPECT_TRUE(oci_cap_name(LX_CAP_LAST_CAP + 1) == NULL);
}

/* What is written parses, and is written the same again. */
static void expect_stable(const char *text)
{
	AUTO(strbuf_fini) struct strbuf once = STRBUF_INIT, twice = STRBUF_INIT;
	AUTO(oci_spec_free) struct oci_spec *s = must_parse(text);

	oci_spec_encode(s, &once);

	AUTO(oci_spec_free) struct oci_spec *again = must_parse(strbuf_str(&once));

	oci_spec_encode(again, &twice);
	EXPECT_STREQ(strbuf_str(&once), strbuf_str(&twice));
}

TEST(writing_and_parsing_are_inverse)
{
	expect_stable(
		SPEC("\"annotations\": {\"a\\\"\\\\\\n\\t\\u0001\": \"\\u00e9\\ud83d\\ude00\"}"));
	expect_stable(
		LINUX("\"sysctl\": {\"net.ipv4.ip_forward\": \"1\"}, \"cgroupsPath\": \"/a\", "
		      "\"rootfsPropagation\": \"rslave\", \"netDevices\": {\"eth0\": {}}, "
		      "\"devices\": [{\"type\": \"u\", \"path\": \"/dev/x\", \"major\": 1, "
		      "\"minor\": 3, \"fileMode\": 8630, \"uid\": 0}], \"resources\": {}"));
	expect_stable(SPEC("\"process\": " PROCESS("\"capabilities\": {\"bounding\": "
						   "[\"CAP_KILL\"]}, \"oomScoreAdj\": -7")));
}

TEST(the_default_configuration_is_one)
{
	for (int kind = 0; kind < 4; kind++) {
		AUTO(strbuf_fini) struct strbuf text = STRBUF_INIT;
		struct oci_default d = {
			.rootless = kind & 1, .cgroup2 = kind & 2, .uid = 1000, .gid = 100};

		oci_default_spec(&d, &text);
		EXPECT_EQ(strbuf_result(&text), 0);

		AUTO(oci_spec_free) struct oci_spec *s = must_parse(strbuf_str(&text));

		EXPECT_EQ(s->warnings.n, 0);
		EXPECT_EQ(s->mounts.n, 7);
		EXPECT_EQ(oci_spec_namespace(s, OCI_NS_USER) != NULL, d.rootless);
		EXPECT_EQ(oci_spec_namespace(s, OCI_NS_NETWORK) != NULL, !d.rootless);
		EXPECT_EQ(oci_spec_namespace(s, OCI_NS_CGROUP) != NULL, d.cgroup2);
		EXPECT_EQ(s->lx.resources != NULL, !d.rootless);
		if (d.rootless)
			EXPECT_EQ(s->lx.uid_mappings.v[0].host_id, 1000);
	}
}

TEST_MAIN()
