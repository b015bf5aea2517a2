/* SPDX-License-Identifier: Apache-2.0 */
/* The plan survives the wire, and nothing malformed is taken. */
#include "base/test.h"

#include <errno.h>

#include "abi/mount.h"
#include "wire/plan.h"

static char text[][24] = {"/bin/true",   "",      "PATH=/bin", "/tmp",   "box",
			  "example.org", "/data", "bind",      "volume", "mode=1",
			  "/dev/fuse",   "net.x", "1 2",       "/a",     "/proc/kcore"};
static char *args[] = {text[0], text[1]};
static char *envs[] = {text[2]};
static char *paths[] = {text[13], text[14]};
static uint32_t groups[] = {0, 27};
static uint32_t propagation[] = {LX_MS_SHARED, LX_MS_SLAVE | LX_MS_REC};
static struct plan_idmap idmap[] = {{0, 100000, 65536}};
static struct plan_mount mounts[] = {{.destination = text[6],
				      .type = text[7],
				      .source = text[8],
				      .data = text[9],
				      .flags = PLAN_MOUNT_TMPCOPYUP,
				      .set = LX_MS_RDONLY,
				      .clear = LX_MS_NOEXEC,
				      .npropagation = 2,
				      .propagation = propagation,
				      .rec_set = LX_MOUNT_ATTR_RDONLY,
				      .uid_maps = {idmap, 1}}};
static struct plan_device devices[] = {
	{.path = text[10], .type = 'c', .major = 10, .minor = 229, .mode = 0600, .uid = 1}};
static struct plan_sysctl sysctls[] = {{text[11], text[12]}};
static struct lx_sock_filter insns[] = {{.code = 6, .k = 0x7fff0000}};
static struct plan_bpf bpf[] = {{.flags = LX_SECCOMP_FILTER_FLAG_LOG, .n = 1, .insns = insns}};

static struct plan sample(void)
{
	struct plan p = {.flags = PLAN_LISTEN | PLAN_DEFAULT_DEVICES,
			 .namespaces = 0x20000000,
			 .hostname = text[4],
			 .domainname = text[5],
			 .propagation = LX_MS_SLAVE | LX_MS_REC,
			 .uid_maps = {idmap, 1},
			 .nmounts = 1,
			 .mounts = mounts,
			 .ndevices = 1,
			 .devices = devices,
			 .nsysctls = 1,
			 .sysctls = sysctls,
			 .masked = {paths, 2},
			 .readonly = {paths, 1},
			 .process = {.flags = PLAN_TERMINAL | PLAN_CAPS,
				     .argv = {args, 2},
				     .envp = {envs, 1},
				     .cwd = text[3],
				     .uid = 7,
				     .gid = 8,
				     .umask = 022,
				     .groups = groups,
				     .ngroups = 2,
				     .caps = {.bounding = 0xff, .ambient = 1},
				     .oom_score_adj = -500,
				     .nice = -5,
				     .rows = 24,
				     .cols = 80,
				     .nfds = 2,
				     .nseccomp = 1,
				     .seccomp = bpf}};

	plan_limits_none(&p.limits);
	p.limits.cpus[1] = 6;
	return p;
}

TEST(a_plan_comes_back_as_it_was_sent)
{
	struct plan p = sample(), q;
	void *buf;
	size_t len;

	EXPECT_EQ(plan_encode(&p, &buf, &len), 0);
	EXPECT_EQ(plan_decode(buf, len, &q), 0);
	EXPECT_STREQ(q.domainname, "example.org");
	EXPECT_EQ(q.propagation, p.propagation);
	EXPECT_EQ(q.uid_maps.v[0].outside, 100000);
	EXPECT_EQ(q.nmounts, 1);
	EXPECT_STREQ(q.mounts[0].source, "volume");
	EXPECT_EQ(q.mounts[0].clear, LX_MS_NOEXEC);
	EXPECT_EQ(q.mounts[0].propagation[1], propagation[1]);
	EXPECT_EQ(q.mounts[0].gid_maps.n, 0);
	EXPECT_EQ(q.devices[0].minor, 229);
	EXPECT_STREQ(q.sysctls[0].value, "1 2");
	EXPECT_STREQ(q.masked.v[1], "/proc/kcore");
	EXPECT_EQ(q.limits.memory_max, PLAN_UNLIMITED);
	EXPECT_EQ(q.limits.cpus[1], 6);
	plan_fini(&q);
	free(buf);
}

TEST(the_process_of_a_plan_comes_back_as_it_was_sent)
{
	struct plan p = sample(), q;
	void *buf;
	size_t len;

	EXPECT_EQ(plan_encode(&p, &buf, &len), 0);
	EXPECT_EQ(plan_decode(buf, len, &q), 0);
	EXPECT_EQ(q.process.argv.n, 2);
	EXPECT_STREQ(q.process.argv.v[1], "");
	EXPECT_STREQ(q.process.envp.v[0], "PATH=/bin");
	EXPECT_EQ(q.process.groups[1], 27);
	EXPECT_EQ(q.process.uid, 7);
	EXPECT_STREQ(q.process.cwd, "/tmp");
	EXPECT_EQ(q.process.caps.bounding, 0xff);
	EXPECT_EQ(q.process.oom_score_adj, -500);
	EXPECT_EQ(q.process.nice, -5);
	EXPECT_EQ(q.process.cols, 80);
	EXPECT_EQ(q.process.seccomp[0].insns[0].k, 0x7fff0000);
	EXPECT_EQ(plan_nfds(&q), 7);
	plan_fini(&q);
	free(buf);
}

TEST(descriptors_stand_where_the_flags_put_them)
{
	struct plan p = sample();

	EXPECT_EQ(plan_fd_index(&p, PLAN_FD_STRACE), -1);
	EXPECT_EQ(plan_fd_index(&p, PLAN_FD_LISTENER), 4);
	p.flags = PLAN_STRACE | PLAN_LISTEN;
	EXPECT_EQ(plan_fd_index(&p, PLAN_FD_STRACE), 4);
	EXPECT_EQ(plan_fd_index(&p, PLAN_FD_LISTENER), 5);
	EXPECT_EQ(plan_fd_index(&p, PLAN_FD_FIRST_EXTRA), 6);
	p.flags = 0;
	EXPECT_EQ(plan_fd_index(&p, PLAN_FD_LISTENER), -1);
	EXPECT_EQ(plan_nfds(&p), 6);
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

static void expect_refused(const struct plan *p)
{
	struct plan q;
	void *buf;
	size_t len;

	EXPECT_EQ(plan_encode(p, &buf, &len), 0);
	EXPECT_ERR(plan_decode(buf, len, &q), EBADMSG);
	free(buf);
}

TEST(a_relative_directory_or_no_program_is_refused)
{
	struct plan p = sample();

	p.process.cwd = text[4];
	expect_refused(&p);
	p = sample();
	p.process.argv.n = 0;
	expect_refused(&p);
	p = sample();
	p.masked = (struct plan_strings){args, 2};
	expect_refused(&p);
}

TEST(numbers_that_have_no_meaning_are_refused)
{
	struct plan p = sample();

	p.process.caps.permitted = UINT64_MAX;
	expect_refused(&p);
	p = sample();
	p.process.oom_score_adj = 1001;
	expect_refused(&p);
	p = sample();
	p.process.rlimits[3].rlim_cur = 1;
	expect_refused(&p);
	p = sample();
	p.propagation = LX_MS_RDONLY;
	expect_refused(&p);
	p = sample();
	p.limits.enforce_memory = 2;
	expect_refused(&p);
}

TEST_MAIN()
