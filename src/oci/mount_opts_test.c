/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts and their options. */
#include "oci/test_oci.h"

#include "abi/mount.h"

/* A configuration with one mount that has these options; caller owns. */
static struct oci_spec *with_options(const char *list)
{
	AUTO(strbuf_fini) struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text,
		    "{\"ociVersion\": \"1.2.0\", \"root\": {\"path\": \"r\"}, \"mounts\": "
		    "[{\"destination\": \"/m\", \"type\": \"tmpfs\", \"source\": \"/s\", "
		    "\"options\": [%s]}]}",
		    list);
	return must_parse(strbuf_str(&text));
}

TEST(options_become_flags_and_the_rest_is_data)
{
	AUTO(oci_spec_free)
	struct oci_spec *s = with_options(
		"\"nosuid\", \"strictatime\", \"mode=755\", \"size=65536k\", \"defaults\", \"\"");
	const struct oci_mount_opts *o = &s->mounts.v[0].opts;

	EXPECT_EQ(o->set, LX_MS_NOSUID | LX_MS_STRICTATIME);
	EXPECT_EQ(o->clear, 0);
	EXPECT_STREQ(o->data, "mode=755,size=65536k");
	EXPECT_EQ(s->mounts.v[0].options.n, 6);
}

TEST(no_options_are_well)
{
	AUTO(oci_spec_free)
	struct oci_spec *s =
		must_parse(SPEC("\"mounts\": [{\"destination\": \"/proc\", \"type\": \"proc\"}]"));

	EXPECT_STREQ(s->mounts.v[0].opts.data, "");
	EXPECT_EQ(s->mounts.v[0].opts.propagation.n, 0);
	EXPECT_TRUE(s->mounts.v[0].source == NULL);
}

TEST(a_later_option_overrides_an_earlier_one)
{
	AUTO(oci_spec_free)
	struct oci_spec *s = with_options(
		"\"ro\", \"nodev\", \"rw\", \"dev\", \"noexec\", \"exec\", \"noexec\"");
	const struct oci_mount_opts *o = &s->mounts.v[0].opts;

	EXPECT_EQ(o->set, LX_MS_NOEXEC);
	EXPECT_EQ(o->clear, LX_MS_RDONLY | LX_MS_NODEV);
}

TEST(bind_mounts_by_option_or_type)
{
	AUTO(oci_spec_free)
	struct oci_spec *s = must_parse(SPEC(
		"\"mounts\": [{\"destination\": \"/a\", \"type\": \"bind\", \"source\": \"x\"}, "
		"{\"destination\": \"/b\", \"source\": \"/x\", \"options\": [\"rbind\", "
		"\"rprivate\", \"rslave\", \"shared\"]}]"));

	EXPECT_EQ(s->mounts.v[0].opts.set, LX_MS_BIND);
	EXPECT_EQ(s->mounts.v[1].opts.set, LX_MS_BIND | LX_MS_REC);
	EXPECT_EQ(s->mounts.v[1].opts.propagation.n, 3);
	EXPECT_EQ(s->mounts.v[1].opts.propagation.v[0], LX_MS_PRIVATE | LX_MS_REC);
	EXPECT_EQ(s->mounts.v[1].opts.propagation.v[2], LX_MS_SHARED);
	EXPECT_TRUE(names(refused(SPEC("\"mounts\": [{\"destination\": \"/a\", \"type\": "
				       "\"bind\"}]")),
			  "mounts[0].source"));
}

TEST(recursive_attributes)
{
	AUTO(oci_spec_free)
	struct oci_spec *s = with_options("\"rro\", \"rnosuid\", \"rsuid\", \"rnoatime\"");
	AUTO(oci_spec_free)
	struct oci_spec *t = with_options("\"rnoatime\", \"rstrictatime\", \"rrw\"");
	AUTO(oci_spec_free) struct oci_spec *u = with_options("\"rnoatime\", \"ratime\"");
	const struct oci_mount_opts *o = &s->mounts.v[0].opts;

	EXPECT_EQ(o->rec_set, LX_MOUNT_ATTR_RDONLY | LX_MOUNT_ATTR_NOATIME);
	EXPECT_EQ(o->rec_clear, LX_MOUNT_ATTR_NOSUID | LX_MOUNT_ATTR__ATIME);
	o = &t->mounts.v[0].opts;
	EXPECT_EQ(o->rec_set, LX_MOUNT_ATTR_STRICTATIME);
	EXPECT_EQ(o->rec_clear, LX_MOUNT_ATTR_RDONLY | LX_MOUNT_ATTR__ATIME);
	o = &u->mounts.v[0].opts;
	EXPECT_EQ(o->rec_set, 0);
	EXPECT_EQ(o->rec_clear, LX_MOUNT_ATTR__ATIME);
}

TEST(mapped_ids)
{
	AUTO(oci_spec_free)
	struct oci_spec *s = must_parse(SPEC(
		"\"mounts\": [{\"destination\": \"/a\", \"source\": \"/x\", \"options\": "
		"[\"bind\"], \"uidMappings\": [{\"containerID\": 0, \"hostID\": 1, \"size\": 2}], "
		"\"gidMappings\": [{\"containerID\": 3, \"hostID\": 4, \"size\": 5}]}, "
		"{\"destination\": \"/b\", \"source\": \"/x\", \"options\": [\"bind\", "
		"\"ridmap\"], \"uidMappings\": [{\"containerID\": 0, \"hostID\": 1, \"size\": "
		"2}], \"gidMappings\": [{\"containerID\": 3, \"hostID\": 4, \"size\": 5}]}]"));

	EXPECT_EQ(s->mounts.v[0].opts.idmap, OCI_IDMAP);
	EXPECT_EQ(s->mounts.v[0].gid_mappings.v[0].size, 5);
	EXPECT_EQ(s->mounts.v[1].opts.idmap, OCI_IDMAP_RECURSIVE);
	EXPECT_TRUE(names(refused(SPEC("\"mounts\": [{\"destination\": \"/a\", \"source\": \"/x\", "
				       "\"options\": [\"bind\", \"idmap\"]}]")),
			  "mounts[0]"));
	EXPECT_TRUE(
		names(refused(SPEC("\"mounts\": [{\"destination\": \"/a\", \"type\": \"tmpfs\", "
				   "\"options\": [\"idmap\"]}]")),
		      "mounts[0]"));
	EXPECT_TRUE(
		names(refused(SPEC("\"mounts\": [{\"destination\": \"/a\", \"source\": \"/x\", "
				   "\"options\": [\"bind\"], \"uidMappings\": [{\"containerID\": "
				   "0, \"hostID\": 1, \"size\": 2}]}]")),
		      "mounts[0]"));
}

TEST(tmpcopyup_is_no_data)
{
	AUTO(oci_spec_free) struct oci_spec *s = with_options("\"tmpcopyup\", \"mode=1\"");

	EXPECT_TRUE(s->mounts.v[0].opts.tmpcopyup);
	EXPECT_STREQ(s->mounts.v[0].opts.data, "mode=1");
}

TEST(a_relative_destination_is_taken_from_the_root_with_a_warning)
{
	AUTO(oci_spec_free)
	struct oci_spec *s =
		must_parse(SPEC("\"mounts\": [{\"destination\": \"a/b\", \"type\": \"tmpfs\"}]"));

	EXPECT_STREQ(s->mounts.v[0].destination, "/a/b");
	EXPECT_EQ(s->warnings.n, 1);
	EXPECT_TRUE(names(s->warnings.v[0], "mounts[0].destination"));
	EXPECT_TRUE(names(refused(SPEC("\"mounts\": [{\"type\": \"tmpfs\"}]")),
			  "mounts[0].destination"));
}

TEST(the_names_of_options_are_in_order_and_known)
{
	EXPECT_TRUE(oci_mount_option_known("rro"));
	EXPECT_FALSE(oci_mount_option_known("mode=1"));
	for (size_t i = 1; oci_mount_option_name(i); i++) {
		EXPECT_TRUE(strcmp(oci_mount_option_name(i - 1), oci_mount_option_name(i)) < 0);
		EXPECT_TRUE(oci_mount_option_known(oci_mount_option_name(i)));
	}
}

TEST_MAIN()
