/* SPDX-License-Identifier: Apache-2.0 */
/* Settings, leaves and removal over a made-up tree: which files are written, with what. */
#include "base/test.h"

#include <errno.h>

#include "host/time.h"
#include "runtime/cgroup/stats_priv.h"
#include "runtime/cgroup/test_cgroup.h"
#include "wire/plan.h"

#define SEC 1000000000LL

static const char v2_mount[] = "36 31 0:33 / @ rw - cgroup2 cgroup2 rw\n";

/* A v2 tree with a group "box" that has the files of some controllers. */
static struct cgroup_host *v2_world(struct fake *f)
{
	static const char *const files[] = {"cpu.weight",      "cpu.max",         "cpu.max.burst",
					    "cpu.idle",        "cpuset.cpus",     "cpuset.mems",
					    "memory.max",      "memory.swap.max", "memory.low",
					    "pids.max",        "io.weight",       "io.max",
					    "hugetlb.2MB.max", "rdma.max",        "misc.max",
					    "cgroup.kill",     "cgroup.freeze"};

	fake_make(f);
	fake_mkdir(f, "box/guest");
	fake_mkdir(f, "box/sentry");
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		char path[64];

		(void)snprintf(path, sizeof(path), "box/%s", files[i]);
		fake_put(f, path, "");
	}
	fake_put(f, "box/cpu.max", "max 100000\n");
	fake_put(f, "box/guest/cgroup.procs", "");
	fake_put(f, "box/guest/memory.max", "max\n");
	fake_put(f, "box/sentry/cgroup.procs", "");
	fake_put(f, "box/cgroup.procs", "");
	fake_put(f, "box/cgroup.type", "domain\n");
	for (int i = 0; i < 2; i++) {
		fake_put(f, i ? "box/cgroup.controllers" : "cgroup.controllers",
			 "cpuset cpu io memory hugetlb pids rdma misc\n");
		fake_put(f, i ? "box/cgroup.subtree_control" : "cgroup.subtree_control",
			 "cpuset cpu io memory hugetlb pids rdma misc\n");
	}
	return fake_host(f, v2_mount, "0::/own\n");
}

static struct cgroup *create(struct cgroup_host *h, const struct oci_resources *r)
{
	struct cgroup_request req = {.path = "/box", .id = "box", .resources = r};
	struct cgroup *cg = NULL;
	struct cgroup_error err = {""};
	int ret = cgroup_create(h, &req, &cg, &err);

	if (ret < 0)
		print_message("%s\n", err.text);
	EXPECT_EQ(ret, 0);
	return cg;
}

static int refusal(struct cgroup_host *h, const struct oci_resources *r, struct cgroup_error *err)
{
	struct cgroup_request req = {.path = "/box", .id = "box", .resources = r};
	struct cgroup *cg = NULL;

	return cgroup_create(h, &req, &cg, err);
}

static char cpus[] = "0-1";
static struct oci_memory mem = {.limit = {true, 1 << 20},
				.swap = {true, 3 << 20},
				.reservation = {true, 4096}};
static struct oci_cpu cpu = {.shares = {true, 1024},
			     .quota = {true, 50000},
			     .burst = {true, 1000},
			     .cpus = cpus};
static struct oci_pids pids = {.limit = {true, 32}};

TEST(v2_settings_are_written_and_leaves_repeat_what_others_look_for)
{
	struct fake f;
	AUTO(cgroup_host_free) struct cgroup_host *h = v2_world(&f);
	struct oci_resources r = {.memory = &mem, .cpu = &cpu, .pids = &pids};
	AUTO(cgroup_free) struct cgroup *cg = create(h, &r);
	struct cgroup_error err;

	EXPECT_STREQ(fake_get(&f, "box/memory.max"), "1048576");
	EXPECT_STREQ(fake_get(&f, "box/memory.swap.max"), "2097152");
	EXPECT_STREQ(fake_get(&f, "box/memory.low"), "4096");
	EXPECT_STREQ(fake_get(&f, "box/cpu.weight"), "100");
	EXPECT_STREQ(fake_get(&f, "box/cpu.max"), "50000 100000");
	EXPECT_STREQ(fake_get(&f, "box/cpu.max.burst"), "1000");
	EXPECT_STREQ(fake_get(&f, "box/cpuset.cpus"), "0-1");
	EXPECT_STREQ(fake_get(&f, "box/pids.max"), "32");
	EXPECT_EQ(cgroup_join(cg, CGROUP_GUEST, 77, &err), 0);
	EXPECT_STREQ(fake_get(&f, "box/guest/cgroup.procs"), "77");
	EXPECT_STREQ(fake_get(&f, "box/guest/memory.max"), "1048576");
	EXPECT_EQ(cgroup_join(cg, CGROUP_SENTRY, 78, &err), 0);
	EXPECT_STREQ(fake_get(&f, "box/sentry/cgroup.procs"), "78");
	fake_remove(&f);
}

TEST(an_update_changes_only_what_it_says)
{
	struct fake f;
	AUTO(cgroup_host_free) struct cgroup_host *h = v2_world(&f);
	AUTO(cgroup_free) struct cgroup *cg = create(h, NULL);
	struct oci_cpu quota = {.quota = {true, 20000}}, period = {.period = {true, 50000}};
	struct oci_cpu off = {.quota = {true, -1}};
	struct oci_pids none = {.limit = {true, -1}};
	struct oci_memory unlimited = {.limit = {true, -1}};
	struct oci_resources r = {.cpu = &period};
	struct cgroup_error err;

	fake_put(&f, "box/cpu.weight", "55");
	EXPECT_EQ(cgroup_set(cg, &r, &err), 0);
	EXPECT_STREQ(fake_get(&f, "box/cpu.max"), "max 50000");
	r.cpu = &quota;
	EXPECT_EQ(cgroup_set(cg, &r, &err), 0);
	EXPECT_STREQ(fake_get(&f, "box/cpu.max"), "20000 50000");
	r.cpu = &off;
	r.pids = &none;
	r.memory = &unlimited;
	EXPECT_EQ(cgroup_set(cg, &r, &err), 0);
	EXPECT_STREQ(fake_get(&f, "box/cpu.max"), "max 50000");
	EXPECT_STREQ(fake_get(&f, "box/pids.max"), "max");
	EXPECT_STREQ(fake_get(&f, "box/memory.max"), "max");
	EXPECT_STREQ(fake_get(&f, "box/memory.swap.max"), "max");
	EXPECT_STREQ(fake_get(&f, "box/cpu.weight"), "55");
	fake_remove(&f);
}

TEST(io_throttles_and_weights_of_v2)
{
	struct fake f;
	AUTO(cgroup_host_free) struct cgroup_host *h = v2_world(&f);
	struct oci_throttle_device t = {8, 16, 4096};
	struct oci_block_io b = {.weight = {true, 500}, .throttle_write_iops = {&t, 1}};
	struct oci_hugepage_limit huge = {"2MB", 1 << 21};
	struct oci_rdma rdma = {"mlx5", {true, 2}, {false, 0}};
	struct oci_resources r = {
		.block_io = &b, .hugepage_limits = {&huge, 1}, .rdma = {&rdma, 1}};
	AUTO(cgroup_free) struct cgroup *cg = create(h, &r);

	EXPECT_STREQ(fake_get(&f, "box/io.weight"), "4950");
	EXPECT_STREQ(fake_get(&f, "box/io.max"), "8:16 wiops=4096");
	EXPECT_STREQ(fake_get(&f, "box/hugetlb.2MB.max"), "2097152");
	EXPECT_STREQ(fake_get(&f, "box/rdma.max"), "mlx5 hca_handle=2");
	fake_put(&f, "box/io.bfq.weight", "default 100\n");
	EXPECT_EQ(cg_set_all(cg, &r, &(struct cgroup_error){""}), 0);
	EXPECT_STREQ(fake_get(&f, "box/io.bfq.weight"), "500");
	fake_remove(&f);
}

TEST(unified_is_written_as_it_stands_and_never_outside)
{
	static struct oci_pair good = {"misc.max", "res_a 1"}, bad[] = {{"../x.y", "1"},
									{"cgroup.procs", "1"},
									{"nofile", "1"},
									{"dmem.max", "1"}};
	struct fake f;
	AUTO(cgroup_host_free) struct cgroup_host *h = v2_world(&f);
	struct oci_resources r = {.unified = {&good, 1}};
	struct cgroup_error err;

	AUTO(cgroup_free) struct cgroup *cg = create(h, &r);
	EXPECT_STREQ(fake_get(&f, "box/misc.max"), "res_a 1");
	for (size_t i = 0; i < 3; i++) {
		r.unified.v = &bad[i];
		EXPECT_ERR(cgroup_set(cg, &r, &err), EINVAL);
	}
	r.unified.v = &bad[3];
	EXPECT_ERR(cgroup_set(cg, &r, &err), ENOENT);
	EXPECT_TRUE(strstr(err.text, "is the controller dmem available?") != NULL);
	fake_remove(&f);
}

TEST(what_is_demanded_and_cannot_be_had_is_an_error_that_names_it)
{
	struct fake f;
	AUTO(cgroup_host_free) struct cgroup_host *h = v2_world(&f);
	struct oci_network net = {.class_id = {true, 5}};
	struct oci_resources r = {.network = &net}, m = {.memory = &mem};
	struct cgroup_error err = {""};

	EXPECT_ERR(refusal(h, &r, &err), EOPNOTSUPP);
	EXPECT_TRUE(strstr(err.text, "net_cls") != NULL);
	fake_put(&f, "box/cgroup.type", "domain invalid\n");
	EXPECT_ERR(refusal(h, NULL, &err), EOPNOTSUPP);
	EXPECT_TRUE(strstr(err.text, "threaded subtree") != NULL);
	fake_put(&f, "box/cgroup.type", "domain\n");
	fake_put(&f, "box/cgroup.controllers", "pids\n");
	EXPECT_ERR(refusal(h, &m, &err), EOPNOTSUPP);
	EXPECT_TRUE(strstr(err.text, "lacks the controllers memory") != NULL);
	fake_remove(&f);
}

TEST(messages_name_file_value_and_reason)
{
	struct cgroup_error err;

	EXPECT_ERR(cg_set("/nowhere/box", "pids.max", "5", &err), ENOENT);
	EXPECT_STREQ(err.text, "writing \"5\" to /nowhere/box/pids.max: No such file or directory");
}

/* ---- v1 ---- */

static const char v1_mounts[] = "35 31 0:32 / @/memory rw - cgroup cgroup rw,memory\n"
				"36 31 0:33 / @/cpu rw - cgroup cgroup rw,cpu\n"
				"37 31 0:34 / @/cpuset rw - cgroup cgroup rw,cpuset\n";

static struct cgroup_host *v1_world(struct fake *f)
{
	static const char *const files[] = {"memory/box/memory.limit_in_bytes",
					    "memory/box/memory.memsw.limit_in_bytes",
					    "memory/box/memory.soft_limit_in_bytes",
					    "memory/box/memory.use_hierarchy",
					    "cpu/box/cpu.shares",
					    "cpu/box/cpu.cfs_quota_us",
					    "cpu/box/cpu.cfs_period_us",
					    "cpu/box/cpu.cfs_burst_us",
					    "cpu/box/cgroup.procs",
					    "memory/box/cgroup.procs",
					    "memory/box/sentry/cgroup.procs",
					    "cpuset/box/cgroup.procs",
					    "cpuset/box/cpuset.cpus",
					    "cpuset/box/cpuset.mems"};

	fake_make(f);
	fake_mkdir(f, "memory/box/sentry");
	fake_mkdir(f, "cpu/box");
	fake_mkdir(f, "cpuset/box");
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		fake_put(f, files[i], "");
	fake_put(f, "cpuset/cpuset.cpus", "0-3\n");
	fake_put(f, "cpuset/cpuset.mems", "0\n");
	fake_put(f, "memory/box/memory.limit_in_bytes", "9223372036854771712\n");
	return fake_host(f, v1_mounts, "3:memory:/\n2:cpu:/\n1:cpuset:/\n");
}

TEST(v1_settings_and_the_places_of_the_parts)
{
	struct fake f;
	AUTO(cgroup_host_free) struct cgroup_host *h = v1_world(&f);
	struct oci_cpu no_set = {.shares = {true, 512}, .quota = {true, 50000}};
	struct oci_resources r = {.memory = &mem, .cpu = &no_set};
	AUTO(cgroup_free) struct cgroup *cg = create(h, &r);
	struct cgroup_error err;

	EXPECT_STREQ(fake_get(&f, "memory/box/memory.limit_in_bytes"), "1048576");
	EXPECT_STREQ(fake_get(&f, "memory/box/memory.memsw.limit_in_bytes"), "3145728");
	EXPECT_STREQ(fake_get(&f, "cpu/box/cpu.shares"), "512");
	EXPECT_STREQ(fake_get(&f, "cpu/box/cpu.cfs_quota_us"), "50000");
	/* A new cpuset is its parent's. */
	EXPECT_STREQ(fake_get(&f, "cpuset/box/cpuset.cpus"), "0-3");
	EXPECT_STREQ(fake_get(&f, "cpuset/box/cpuset.mems"), "0");
	EXPECT_EQ(cgroup_join(cg, CGROUP_SENTRY, 5, &err), 0);
	EXPECT_EQ(cgroup_join(cg, CGROUP_GUEST, 6, &err), 0);
	EXPECT_STREQ(fake_get(&f, "memory/box/sentry/cgroup.procs"), "5");
	EXPECT_STREQ(fake_get(&f, "memory/box/cgroup.procs"), "6");
	EXPECT_STREQ(fake_get(&f, "cpu/box/cgroup.procs"), "6");
	EXPECT_STREQ(cgroup_dir(cg, "memory") + strlen(f.dir), "/memory/box");
	EXPECT_TRUE(cgroup_dir(cg, "pids") == NULL);
	fake_remove(&f);
}

TEST(v1_has_no_unified_settings)
{
	struct fake f;
	AUTO(cgroup_host_free) struct cgroup_host *h = v1_world(&f);
	struct oci_pair pair = {"memory.max", "1"};
	struct oci_resources r = {.unified = {&pair, 1}};
	struct cgroup_error err = {""};

	EXPECT_ERR(refusal(h, &r, &err), EINVAL);
	EXPECT_TRUE(strstr(err.text, "needs cgroup v2") != NULL);
	fake_remove(&f);
}

TEST(swappiness_outside_of_its_range_is_refused)
{
	struct fake f;
	AUTO(cgroup_host_free) struct cgroup_host *h = v1_world(&f);
	struct oci_memory m = {.swappiness = {true, 101}};
	struct oci_resources r = {.memory = &m};
	struct cgroup_error err = {""};

	EXPECT_ERR(refusal(h, &r, &err), EINVAL);
	m.swappiness.v = UINT64_MAX; /* not said */
	EXPECT_EQ(cg_v1_set(&(struct cgroup_place){.controllers = CG_BIT(CG_MEMORY), .dir = f.dir},
			    &r, &err),
		  0);
	fake_remove(&f);
}

TEST(the_guest_is_told_its_limits)
{
	struct fake f;
	AUTO(cgroup_host_free) struct cgroup_host *h = v2_world(&f);
	AUTO(cgroup_free) struct cgroup *cg = create(h, NULL);
	struct cgroup none = {.n = 0};
	struct oci_resources r = {.memory = &mem, .cpu = &cpu, .pids = &pids};
	struct oci_memory wrong = {.limit = {true, 100}, .swap = {true, 50}};
	struct plan_limits l;
	struct cgroup_error err;

	EXPECT_EQ(cgroup_guest_limits(cg, &r, &l, &err), 0);
	EXPECT_EQ(l.memory_max, 1 << 20);
	EXPECT_EQ(l.swap_max, 2 << 20);
	EXPECT_EQ(l.memory_low, 4096);
	EXPECT_EQ(l.cpu_quota_us, 50000);
	EXPECT_EQ(l.cpu_weight, 100);
	EXPECT_EQ(l.pids_max, 32);
	EXPECT_EQ(l.cpus[0], 3);
	EXPECT_EQ(l.enforce_memory, 0);
	EXPECT_EQ(cgroup_guest_limits(&none, &r, &l, &err), 0);
	EXPECT_EQ(l.enforce_memory, 1);
	EXPECT_EQ(cgroup_guest_limits(&none, NULL, &l, &err), 0);
	EXPECT_EQ(l.memory_max, PLAN_UNLIMITED);
	EXPECT_EQ(l.pids_max, PLAN_UNLIMITED);
	EXPECT_EQ(l.enforce_memory, 0);
	r.memory = &wrong;
	EXPECT_ERR(cgroup_guest_limits(cg, &r, &l, &err), EINVAL);
	fake_remove(&f);
}

TEST(a_list_of_processors_is_digits_commas_and_ranges)
{
	static const char *const bad[] = {"a", "0-", "3-1", "1,,2", "0-99999", ",", "1 2"};
	uint64_t set[PLAN_CPU_WORDS];

	EXPECT_TRUE(cg_parse_cpus("0-3,64,1023\n", set));
	EXPECT_EQ(set[0], 15);
	EXPECT_EQ(set[1], 1);
	EXPECT_EQ(set[15], 1ULL << 63);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_FALSE(cg_parse_cpus(bad[i], set));
}

/* ---- the text in the state directory ---- */

TEST(a_group_survives_its_text)
{
	struct fake f;
	AUTO(cgroup_host_free) struct cgroup_host *h = v2_world(&f);
	AUTO(cgroup_free) struct cgroup *cg = create(h, NULL), *again = NULL;
	AUTO(strbuf_fini) struct strbuf one = STRBUF_INIT, two = STRBUF_INIT;
	struct cgroup_error err;

	cgroup_save(cg, &one);
	EXPECT_EQ(cgroup_load(strbuf_str(&one), &again, &err), 0);
	cgroup_save(again, &two);
	EXPECT_STREQ(strbuf_str(&one), strbuf_str(&two));
	EXPECT_STREQ(cgroup_dir(again, ""), cgroup_dir(cg, ""));
	fake_remove(&f);
}

TEST(text_that_is_none_of_ours_is_refused)
{
	static const char *const bad[] = {"",
					  "caisson-cgroup 2\n",
					  "caisson-cgroup 1\nplace\tv1\n",
					  "caisson-cgroup 1\nplace\tv1\tzz\tk\t/m\t/m/d\n",
					  "caisson-cgroup 1\nplace\tv1\t1\tk\t/m\t/elsewhere\n",
					  "caisson-cgroup 1\nfoo\n"};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct cgroup *cg = NULL;
		struct cgroup_error err;

		EXPECT_ERR(cgroup_load(bad[i], &cg, &err), EBADMSG);
	}
}

TEST(no_group_is_no_error_when_nothing_was_asked_for)
{
	AUTO(cgroup_host_free) struct cgroup_host *h = NULL;
	AUTO(cgroup_free) struct cgroup *cg = NULL, *again = NULL;
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	struct cgroup_request req = {.id = "box"};
	struct oci_resources r = {.pids = &pids};
	struct cgroup_error err;
	pid_t *list = NULL;
	size_t n = 1;

	/* sysfs makes no directories for anybody: EPERM. */
	EXPECT_EQ(cgroup_host_parse("35 31 0:32 / /sys/kernel rw - cgroup cgroup rw,pids\n",
				    "3:pids:/\n", &h, &err),
		  0);
	EXPECT_EQ(cgroup_create(h, &req, &cg, &err), 0);
	EXPECT_TRUE(cgroup_is_none(cg));
	EXPECT_TRUE(cgroup_none_reason(cg)[0] != 0);
	cgroup_save(cg, &sb);
	EXPECT_EQ(cgroup_load(strbuf_str(&sb), &again, &err), 0);
	EXPECT_TRUE(cgroup_is_none(again));
	EXPECT_EQ(cgroup_join(cg, CGROUP_GUEST, 1, &err), 0);
	EXPECT_EQ(cgroup_pids(cg, CGROUP_ALL, &list, &n, &err), 0);
	EXPECT_EQ(n, 0);
	EXPECT_EQ(cgroup_kill(cg, CGROUP_ALL, 0, &err), 0);
	EXPECT_EQ(cgroup_delete(cg, 0, &err), 0);
	req.resources = &r;
	EXPECT_TRUE(cgroup_create(h, &req, &again, &err) < 0);
}

/* ---- numbers ---- */

TEST(numbers_of_v2_in_the_shape_of_runcs)
{
	struct fake f;
	AUTO(cgroup_host_free) struct cgroup_host *h = v2_world(&f);
	AUTO(cgroup_free) struct cgroup *cg = create(h, NULL);
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	struct cgroup_error err;

	fake_put(&f, "box/cpu.stat", "usage_usec 5\nuser_usec 3\nsystem_usec 2\nnr_throttled 4\n");
	fake_put(&f, "box/memory.current", "4096\n");
	fake_put(&f, "box/memory.max", "max\n");
	fake_put(&f, "box/memory.stat", "anon 10\nfile 20\n");
	fake_put(&f, "box/memory.pressure",
		 "some avg10=1.50 avg60=0.00 avg300=0.00 total=9\nfull avg10=0.00 avg60=0.00 "
		 "avg300=0.00 total=0\n");
	fake_put(&f, "box/pids.current", "3\n");
	fake_put(&f, "box/pids.max", "max\n");
	fake_put(&f, "box/io.stat", "8:0 rbytes=7 wbytes=0 rios=1 wios=0 dbytes=0 dios=0\n");
	EXPECT_EQ(cgroup_stats_json(cg, "a\"b", &sb, &err), 0);
	EXPECT_TRUE(strstr(sb.s, "{\"type\":\"stats\",\"id\":\"a\\\"b\",\"data\":{\"cpu\":{"
				 "\"usage\":{\"total\":5000,\"kernel\":2000,\"user\":3000},"
				 "\"throttling\":{\"throttledPeriods\":4}}"));
	EXPECT_TRUE(strstr(sb.s, "\"cache\":20,\"usage\":{\"limit\":18446744073709551615,"
				 "\"usage\":4096,\"failcnt\":0}"));
	EXPECT_TRUE(strstr(sb.s, "\"raw\":{\"anon\":10,\"file\":20}"));
	EXPECT_TRUE(strstr(sb.s, "\"psi\":{\"some\":{\"avg10\":1.50,"));
	EXPECT_TRUE(strstr(sb.s, "\"pids\":{\"current\":3}"));
	EXPECT_TRUE(strstr(sb.s, "\"ioServiceBytesRecursive\":[{\"major\":8,\"op\":\"Read\","
				 "\"value\":7},{\"major\":8,\"op\":\"Write\"}"));
	fake_remove(&f);
}

TEST(a_list_of_processors_becomes_numbers)
{
	struct fake f;
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	struct json j = {.sb = &sb};

	fake_make(&f);
	fake_put(&f, "cpuset.cpus", "0-2,7\n");
	cg_stat_list(&j, "cpus", f.dir, "cpuset.cpus");
	EXPECT_STREQ(sb.s, "\"cpus\":[0,1,2,7]");
	fake_remove(&f);
}

TEST(processes_are_listed_from_all_groups_once_and_in_order)
{
	struct fake f;
	AUTO(cg_pidlist_fini) struct cg_pidlist l = {NULL, 0, 0};
	struct cgroup_error err;

	fake_make(&f);
	fake_mkdir(&f, "a/b");
	fake_put(&f, "cgroup.procs", "9\n3\n");
	fake_put(&f, "a/cgroup.procs", "");
	fake_put(&f, "a/b/cgroup.procs", "3\n12\n0\n");
	EXPECT_EQ(cg_pids_below(f.dir, &l, &err), 0);
	EXPECT_EQ(l.n, 3);
	EXPECT_EQ(l.v[0], 3);
	EXPECT_EQ(l.v[1], 9);
	EXPECT_EQ(l.v[2], 12);
	fake_remove(&f);
}

TEST(a_file_of_events_is_read_by_its_keys)
{
	struct fake f;
	struct cg_events e;
	uint64_t v;

	fake_make(&f);
	fake_put(&f, "cgroup.events", "populated 1\nfrozen 0\n");
	EXPECT_EQ(cg_events_open(f.dir, "cgroup.events", &e), 0);
	EXPECT_EQ(cg_events_get(&e, "frozen", &v), 0);
	EXPECT_EQ(v, 0);
	EXPECT_ERR(cg_events_get(&e, "froze", &v), ENODATA);
	EXPECT_EQ(cg_events_wait(&e, "populated", 1, host_monotonic_ns() + SEC), 0);
	cg_events_close(&e);
	fake_remove(&f);
}

TEST_MAIN()
