/* SPDX-License-Identifier: Apache-2.0 */
/* The plan survives the wire, and nothing malformed is taken. */
#include "base/test.h"

#include <errno.h>

#include "wire/plan.h"

static char arg0[] = "/bin/true";
static char arg1[] = "";
static char env0[] = "PATH=/bin";
static char cwd[] = "/tmp";
static char host[] = "box";
static char *args[] = {arg0, arg1};
static char *envs[] = {env0};
static uint32_t groups[] = {0, 27};

static struct plan sample(void)
{
	return (struct plan){.argv = {args, 2},
			     .envp = {envs, 1},
			     .cwd = cwd,
			     .hostname = host,
			     .uid = 7,
			     .gid = 8,
			     .umask = 022,
			     .groups = groups,
			     .ngroups = 2};
}

TEST(a_plan_comes_back_as_it_was_sent)
{
	struct plan p = sample(), q;
	void *buf;
	size_t len;

	EXPECT_EQ(plan_encode(&p, &buf, &len), 0);
	EXPECT_EQ(plan_decode(buf, len, &q), 0);
	EXPECT_EQ(q.argv.n, 2);
	EXPECT_STREQ(q.argv.v[1], "");
	EXPECT_STREQ(q.envp.v[0], "PATH=/bin");
	EXPECT_EQ(q.groups[1], 27);
	EXPECT_EQ(q.uid, 7);
	EXPECT_STREQ(q.cwd, "/tmp");
	plan_fini(&q);
	free(buf);
}

TEST(every_truncation_of_a_plan_is_refused)
{
	struct plan p = sample(), q;
	void *buf;
	size_t len;

	EXPECT_EQ(plan_encode(&p, &buf, &len), 0);
	for (size_t n = 0; n < len; n++)
		EXPECT_ERR(plan_decode(buf, n, &q), EBADMSG);
	free(buf);
}

TEST(a_plan_with_any_byte_changed_never_harms_the_reader)
{
	struct plan p = sample(), q;
	uint8_t *bytes;
	void *buf;
	size_t len;

	EXPECT_EQ(plan_encode(&p, &buf, &len), 0);
	bytes = buf;
	for (size_t i = 0; i < len; i++) {
		bytes[i] ^= 0xff;
		if (plan_decode(buf, len, &q) == 0)
			plan_fini(&q);
		bytes[i] ^= 0xff;
	}
	free(buf);
}

TEST(a_relative_directory_or_no_program_is_refused)
{
	struct plan p = sample(), q;
	char rel[] = "tmp";
	void *buf;
	size_t len;

	p.cwd = rel;
	EXPECT_EQ(plan_encode(&p, &buf, &len), 0);
	EXPECT_ERR(plan_decode(buf, len, &q), EBADMSG);
	free(buf);
	p = sample();
	p.argv.n = 0;
	EXPECT_EQ(plan_encode(&p, &buf, &len), 0);
	EXPECT_ERR(plan_decode(buf, len, &q), EBADMSG);
	free(buf);
}

TEST_MAIN()
