/* SPDX-License-Identifier: Apache-2.0 */
/* The file protocol: every message survives the wire, and nothing malformed does. */
#include "wire/9p.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#include "base/test.h"

static uint8_t bytes[P9_MSIZE];

static const struct host_stat some_attr = {
	.dev = 0x801,
	.ino = 77,
	.rdev = 5,
	.mode = S_IFREG | 04755,
	.nlink = 2,
	.uid = 1000,
	.gid = 100,
	.size = 123456789012,
	.blocks = 8,
	.blksize = 4096,
	.atime = 1700000000123456789,
	.mtime = -5,
	.ctime = 7,
	.btime = INT64_MIN,
	.attributes = 0x10,
};

/* A message of that type with every field set to something. */
static void fill(struct p9_msg *m, uint8_t type)
{
	static const char fids[8] = {1, 0, 0, 0, 2, 1, 0, 0};

	p9_msg_init(m, type, 0x1234);
	m->fid = 1;
	m->fid2 = 2;
	m->newfid = 3;
	m->flags = 4;
	m->valid = 5;
	m->count = 6;
	m->mode = 7;
	m->uid = 8;
	m->gid = 9;
	m->msize = 10;
	m->ecode = 11;
	m->offset = 12;
	m->size = 13;
	m->atime = -14;
	m->mtime = 15;
	m->name = p9_str("name");
	m->name2 = p9_str("..name");
	m->text = p9_str("some/text");
	m->blob = (struct p9_str){fids, sizeof(fids)};
	m->statfs = (struct p9_statfs){1, 2, 3, 4, 5, 6, 7, 8, 9};
	m->attr = some_attr;
	m->nnames = 2;
	m->names[0] = p9_str("a");
	m->names[1] = p9_str("b");
	m->nsteps = 2;
	m->steps[0] = (struct p9_step){some_attr, p9_str("")};
	m->steps[1] = (struct p9_step){some_attr, p9_str("../to")};
}

static size_t encode(const struct p9_msg *m)
{
	struct wire_out o;

	wire_out_init(&o, bytes, sizeof(bytes));
	EXPECT_EQ(p9_encode(m, &o), 0);
	return o.len;
}

TEST(every_message_comes_back_as_the_same_bytes)
{
	static uint8_t again[P9_MSIZE];
	unsigned types = 0;

	for (unsigned type = 0; type < 256; type++) {
		struct p9_msg m, back;
		struct wire_out o;
		size_t n;

		if (!p9_type_name(type))
			continue;
		types++;
		fill(&m, (uint8_t)type);
		n = encode(&m);
		EXPECT_EQ(p9_frame(bytes, n, P9_MSIZE), n);
		EXPECT_EQ(p9_decode(bytes, n, &back), 0);
		EXPECT_EQ(back.type, type);
		EXPECT_EQ(back.tag, 0x1234);
		wire_out_init(&o, again, sizeof(again));
		EXPECT_EQ(p9_encode(&back, &o), 0);
		EXPECT_EQ(o.len, n);
		EXPECT_MEMEQ(again, bytes, n);
	}
	EXPECT_EQ(types, 11 + 35); /* those of 9P2000.L, and ours */
}

TEST(fields_arrive_as_they_were_sent)
{
	struct p9_msg m, back;

	fill(&m, P9_RWALK);
	EXPECT_EQ(p9_decode(bytes, encode(&m), &back), 0);
	EXPECT_EQ(back.ecode, 11);
	EXPECT_EQ(back.nsteps, 2);
	EXPECT_MEMEQ(&back.steps[1].attr.btime, &some_attr.btime, sizeof(int64_t));
	EXPECT_EQ(back.steps[1].attr.mtime, -5);
	EXPECT_EQ(back.steps[1].attr.size, 123456789012);
	EXPECT_EQ(back.steps[1].target.n, 5);
	EXPECT_MEMEQ(back.steps[1].target.s, "../to", 5);

	fill(&m, P9_TFORGET);
	EXPECT_EQ(p9_decode(bytes, encode(&m), &back), 0);
	EXPECT_EQ(p9_nfids(&back), 2);
	EXPECT_EQ(p9_fid(&back, 0), 1);
	EXPECT_EQ(p9_fid(&back, 1), 0x102);
}

TEST(a_message_cut_anywhere_is_malformed)
{
	for (unsigned type = 0; type < 256; type++) {
		struct p9_msg m, back;
		size_t n;

		if (!p9_type_name(type))
			continue;
		fill(&m, (uint8_t)type);
		n = encode(&m);
		for (size_t cut = 0; cut < n; cut++) {
			EXPECT_ERR(p9_decode(bytes, cut, &back), EBADMSG);
			if (cut < P9_HEADER)
				continue;
			/* also if its size says so */
			bytes[0] = (uint8_t)cut;
			bytes[1] = (uint8_t)(cut >> 8);
			EXPECT_ERR(p9_decode(bytes, cut, &back), EBADMSG);
			bytes[0] = (uint8_t)n;
			bytes[1] = (uint8_t)(n >> 8);
		}
	}
}

TEST(bytes_behind_the_last_field_are_malformed)
{
	struct p9_msg m, back;
	size_t n;

	fill(&m, P9_TGETATTR);
	n = encode(&m);
	bytes[n] = 0;
	bytes[0] = (uint8_t)(n + 1);
	EXPECT_ERR(p9_decode(bytes, n + 1, &back), EBADMSG);
}

TEST(an_unknown_type_is_told_apart_and_keeps_its_tag)
{
	static const uint8_t unknown[] = {8, 0, 0, 0, 250, 9, 0, 42};
	struct p9_msg back;

	EXPECT_ERR(p9_decode(unknown, sizeof(unknown), &back), EOPNOTSUPP);
	EXPECT_EQ(back.tag, 9);
	EXPECT_EQ(p9_type_name(250), NULL);
}

TEST(a_frame_is_at_least_a_header_and_at_most_msize)
{
	static const uint8_t small[] = {6, 0, 0, 0}, large[] = {1, 0, 2, 0}, good[] = {0, 0, 2, 0};

	EXPECT_EQ(p9_frame(good, 3, P9_MSIZE), 0);
	EXPECT_EQ(p9_frame(good, 4, P9_MSIZE), P9_MSIZE);
	EXPECT_ERR(p9_frame(small, 4, P9_MSIZE), EBADMSG);
	EXPECT_ERR(p9_frame(large, 4, P9_MSIZE), EBADMSG);
}

TEST(names_that_are_no_single_component_are_refused)
{
	static const struct {
		const char *s;
		size_t n;
		bool ok;
	} cases[] = {
		{"a", 1, true},     {"...", 3, true}, {".a", 2, true},       {"", 0, false},
		{".", 1, false},    {"..", 2, false}, {"a/b", 3, false},     {"/", 1, false},
		{"a\0b", 3, false}, {"a/", 2, false}, {"\xff\xfe", 2, true}, {" ", 1, true},
	};
	char longest[P9_NAME_MAX + 1];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		EXPECT_EQ(p9_name_ok(cases[i].s, cases[i].n), cases[i].ok);
	memset(longest, 'x', sizeof(longest));
	EXPECT_TRUE(p9_name_ok(longest, P9_NAME_MAX));
	EXPECT_FALSE(p9_name_ok(longest, P9_NAME_MAX + 1));
}

/* Encode, put `with` in the place of the only occurrence of `what` (same length), decode. */
static int decode_patched(const struct p9_msg *m, const char *what, const char *with, size_t len)
{
	size_t n = encode(m);
	uint8_t *at = memmem(bytes, n, what, len);
	struct p9_msg back;

	EXPECT_NE(at, NULL);
	memcpy(at, with, len);
	return p9_decode(bytes, n, &back);
}

TEST(bad_names_and_texts_are_refused_in_both_directions)
{
	struct p9_msg m;
	struct wire_out o;

	fill(&m, P9_TMKDIR);
	EXPECT_EQ(decode_patched(&m, "name", "nAme", 4), 0);
	EXPECT_ERR(decode_patched(&m, "name", "n/me", 4), EBADMSG);
	EXPECT_ERR(decode_patched(&m, "name", "n\0me", 4), EBADMSG);
	fill(&m, P9_TSYMLINK);
	EXPECT_EQ(decode_patched(&m, "some/text", "/ome/text", 9), 0);
	EXPECT_ERR(decode_patched(&m, "some/text", "some\0text", 9), EBADMSG);
	fill(&m, P9_TRENAME);
	m.name2 = p9_str("xy");
	EXPECT_ERR(decode_patched(&m, "xy", "..", 2), EBADMSG);

	wire_out_init(&o, bytes, sizeof(bytes));
	m.name2 = p9_str("..");
	EXPECT_ERR(p9_encode(&m, &o), EINVAL);
	EXPECT_EQ(o.len, 0);
	fill(&m, P9_TOPEN);
	m.names[1] = p9_str("a/b");
	EXPECT_ERR(p9_encode(&m, &o), EINVAL);
	m.nnames = P9_WALK_MAX + 1;
	EXPECT_ERR(p9_encode(&m, &o), EINVAL);
}

TEST(counts_beyond_the_arrays_are_malformed)
{
	/* Twalk fid flags n */
	uint8_t walk[7 + 4 + 4 + 2] = {sizeof(walk), 0, 0, 0, P9_TWALK, 0, 0};
	/* Rwalk ecode n */
	uint8_t steps[7 + 4 + 2] = {sizeof(steps), 0, 0, 0, P9_RWALK, 0, 0};
	struct p9_msg back;

	walk[15] = 17;
	EXPECT_ERR(p9_decode(walk, sizeof(walk), &back), EBADMSG);
	walk[16] = 0xff;
	EXPECT_ERR(p9_decode(walk, sizeof(walk), &back), EBADMSG);
	steps[11] = 17;
	EXPECT_ERR(p9_decode(steps, sizeof(steps), &back), EBADMSG);
	steps[11] = 0;
	EXPECT_EQ(p9_decode(steps, sizeof(steps), &back), 0);
}

TEST(attributes_of_no_type_of_file_are_malformed)
{
	struct p9_msg m;
	struct wire_out o;

	wire_out_init(&o, bytes, sizeof(bytes));
	fill(&m, P9_RGETATTR);
	m.attr.mode = 0755;
	EXPECT_ERR(p9_encode(&m, &o), EINVAL);
	m.attr.mode = S_IFREG | 0200000;
	EXPECT_ERR(p9_encode(&m, &o), EINVAL);
	m.attr.mode = S_IFREG;
	m.attr.size = (uint64_t)INT64_MAX + 1;
	EXPECT_ERR(p9_encode(&m, &o), EINVAL);
	m.attr.size = INT64_MAX;
	EXPECT_EQ(p9_encode(&m, &o), 0);
}

TEST(a_message_that_does_not_fit_leaves_the_output_alone)
{
	struct p9_msg m;
	struct wire_out o;

	fill(&m, P9_RWALK);
	wire_out_init(&o, bytes, 100);
	EXPECT_ERR(p9_encode(&m, &o), EMSGSIZE);
	EXPECT_EQ(o.len, 0);
	EXPECT_FALSE(o.failed);
	fill(&m, P9_RFSYNC);
	EXPECT_EQ(p9_encode(&m, &o), 0);
	EXPECT_EQ(o.len, P9_HEADER);
}

TEST(the_longest_walk_fits_the_smallest_msize)
{
	static char target[P9_TEXT_MAX];
	struct p9_msg m;
	struct wire_out o;

	memset(target, 't', sizeof(target));
	p9_msg_init(&m, P9_RWALK, 0);
	m.nsteps = P9_WALK_MAX;
	for (size_t i = 0; i < P9_WALK_MAX; i++)
		m.steps[i] = (struct p9_step){some_attr, {target, sizeof(target)}};
	wire_out_init(&o, bytes, P9_MSIZE_MIN);
	EXPECT_EQ(p9_encode(&m, &o), 0);
}

TEST(entries_come_back_until_the_end)
{
	struct p9_entry e = {.next = 9,
			     .ino = 8,
			     .type = DT_REG,
			     .has_attr = true,
			     .name = p9_str("one"),
			     .attr = some_attr};
	struct p9_entry back;
	struct wire_out o;
	struct wire_in in;
	size_t n = 0;

	wire_out_init(&o, bytes, 200);
	EXPECT_TRUE(p9_entry_put(&o, &e));
	e.has_attr = false;
	e.name = p9_str("two");
	while (p9_entry_put(&o, &e))
		n++;
	EXPECT_TRUE(n >= 1);
	EXPECT_FALSE(o.failed);
	wire_in_init(&in, bytes, o.len);
	EXPECT_EQ(p9_entry_get(&in, &back), 1);
	EXPECT_EQ(back.attr.size, some_attr.size);
	EXPECT_MEMEQ(back.name.s, "one", 3);
	for (size_t i = 0; i < n; i++)
		EXPECT_EQ(p9_entry_get(&in, &back), 1);
	EXPECT_FALSE(back.has_attr);
	EXPECT_EQ(p9_entry_get(&in, &back), 0);
}

TEST(malformed_entries_are_refused)
{
	struct p9_entry e = {.type = DT_REG, .name = p9_str("name")}, back;
	struct wire_out o;
	struct wire_in in;

	wire_out_init(&o, bytes, sizeof(bytes));
	EXPECT_TRUE(p9_entry_put(&o, &e));
	for (size_t cut = 1; cut < o.len; cut++) {
		wire_in_init(&in, bytes, cut);
		EXPECT_ERR(p9_entry_get(&in, &back), EBADMSG);
	}
	bytes[17] = 2; /* has_attr */
	wire_in_init(&in, bytes, o.len);
	EXPECT_ERR(p9_entry_get(&in, &back), EBADMSG);
	bytes[17] = 0;
	bytes[16] = 99; /* type */
	wire_in_init(&in, bytes, o.len);
	EXPECT_ERR(p9_entry_get(&in, &back), EBADMSG);
	e.name = p9_str("..");
	EXPECT_FALSE(p9_entry_put(&o, &e));
}

TEST_MAIN()
