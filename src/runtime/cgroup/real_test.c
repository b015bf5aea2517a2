/* SPDX-License-Identifier: Apache-2.0 */
/*
 * On this machine's own control groups, where we may make some: a group of our own, a child of ours
 * in it, everything undone. Skipped by name elsewhere.
 */
#include "base/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "host/fd.h"
#include "host/io.h"
#include "host/proc.h"
#include "host/time.h"
#include "runtime/cgroup/stats_priv.h"

#define SEC 1000000000LL

static struct cgroup_host *host;
static struct cgroup_error err;

static int64_t soon(void)
{
	return host_monotonic_ns() + 10 * SEC;
}

static void expect_ok(int r)
{
	if (r < 0)
		print_message("%s\n", err.text);
	EXPECT_EQ(r, 0);
}

/* A group below the top of each hierarchy; NULL: not here. */
static struct cgroup *make(const char *tail, const struct oci_resources *r, bool unified)
{
	char path[64];
	struct cgroup_request req = {.path = path, .id = "t", .resources = r};
	struct cgroup *cg = NULL;
	struct cgroup_host only = {.n = 0};
	int ret;

	(void)snprintf(path, sizeof(path), "/caisson-test-%d-%s", (int)getpid(), tail);
	if (!host && cgroup_host_get(&host, &err) < 0)
		return NULL;
	for (size_t i = 0; i < host->n; i++)
		if (host->h[i].unified == unified)
			only.h[only.n++] = host->h[i];
	if (only.n == 0)
		return NULL;
	ret = cgroup_create(&only, &req, &cg, &err);
	if (ret == -EPERM || ret == -EACCES || ret == -EROFS || ret == -EOPNOTSUPP)
		return NULL;
	expect_ok(ret);
	return cg;
}

/* A child that first waits for a byte, then calls fn, then waits to be killed. */
static pid_t child(int *ret_go, int (*fn)(void))
{
	int fds[2];
	pid_t pid;

	EXPECT_EQ(host_pipe(fds), 0);
	pid = host_fork();
	EXPECT_TRUE(pid >= 0);
	if (pid == 0) {
		char byte;

		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		host_close(fds[1]);
		if (host_read(fds[0], &byte, 1) == 1 && fn)
			_exit(fn());
		for (;;)
			pause();
	}
	host_close(fds[0]);
	*ret_go = fds[1];
	return pid;
}

static void expect_killed(pid_t pid)
{
	struct host_exit how;

	EXPECT_EQ(host_wait(pid, &how), 0);
	EXPECT_TRUE(how.signaled);
	EXPECT_EQ(how.code, SIGKILL);
}

static void check_listed(struct cgroup *cg, enum cgroup_part part, pid_t pid)
{
	AUTO(free) pid_t *pids = NULL;
	size_t n = 0;

	expect_ok(cgroup_pids(cg, part, &pids, &n, &err));
	EXPECT_EQ(n, 1);
	EXPECT_EQ(pids[0], pid);
}

static void live_and_die(bool unified)
{
	AUTO(cgroup_free) struct cgroup *cg = make("life", NULL, unified);
	AUTO(host_close_fd) int go = -1;
	pid_t pid;

	if (!cg || cgroup_is_none(cg))
		TEST_SKIP("no control groups may be made here");
	pid = child(&go, NULL);
	expect_ok(cgroup_join(cg, CGROUP_GUEST, pid, &err));
	check_listed(cg, CGROUP_ALL, pid);
	check_listed(cg, CGROUP_GUEST, pid);
	expect_ok(cgroup_freeze(cg, CGROUP_GUEST, soon(), &err));
	expect_ok(cgroup_thaw(cg, CGROUP_GUEST, &err));
	expect_ok(cgroup_freeze(cg, CGROUP_ALL, soon(), &err));
	/* Still in use: not removed, and told so. */
	EXPECT_ERR(cgroup_delete(cg, host_monotonic_ns() + SEC / 50, &err), EBUSY);
	expect_ok(cgroup_kill(cg, CGROUP_ALL, soon(), &err));
	expect_killed(pid);
	expect_ok(cgroup_delete(cg, soon(), &err));
	EXPECT_FALSE(cg_exists(cg->p[0].dir, "cgroup.procs"));
	expect_ok(cgroup_delete(cg, soon(), &err)); /* once more is fine */
}

TEST(a_group_of_v1_is_made_joined_frozen_killed_and_removed)
{
	live_and_die(false);
}

TEST(a_group_of_v2_is_made_joined_frozen_killed_and_removed)
{
	live_and_die(true);
}

static char all_text[] = "rwm";

TEST(limits_of_v1_are_those_that_were_asked_for)
{
	struct oci_memory mem = {.limit = {true, 64 << 20}};
	struct oci_cpu cpu = {
		.shares = {true, 512}, .quota = {true, 50000}, .period = {true, 100000}};
	struct oci_pids pids = {.limit = {true, 5}};
	struct oci_resources r = {.memory = &mem, .cpu = &cpu, .pids = &pids};
	struct oci_memory more = {.limit = {true, 128 << 20}};
	struct oci_resources update = {.memory = &more};
	AUTO(cgroup_free) struct cgroup *cg = make("set", &r, false);
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	uint64_t v = 0;

	if (!cg || cgroup_is_none(cg))
		TEST_SKIP("no control groups of v1 may be made here");
	EXPECT_EQ(cg_read_u64(cgroup_dir(cg, "memory"), "memory.limit_in_bytes", &v), 0);
	EXPECT_EQ(v, 64 << 20);
	EXPECT_EQ(cg_read_u64(cgroup_dir(cg, "cpu"), "cpu.shares", &v), 0);
	EXPECT_EQ(v, 512);
	EXPECT_EQ(cg_read_u64(cgroup_dir(cg, "pids"), "pids.max", &v), 0);
	EXPECT_EQ(v, 5);
	expect_ok(cgroup_set(cg, &update, &err));
	EXPECT_EQ(cg_read_u64(cgroup_dir(cg, "memory"), "memory.limit_in_bytes", &v), 0);
	EXPECT_EQ(v, 128 << 20);
	expect_ok(cgroup_stats_json(cg, "t", &sb, &err));
	EXPECT_TRUE(strstr(sb.s, "\"limit\":134217728") != NULL);
	expect_ok(cgroup_delete(cg, soon(), &err));
}

TEST(limits_of_v2_are_those_that_were_asked_for)
{
	static char cpus[] = "0";
	struct oci_memory mem = {.limit = {true, 64 << 20}, .reservation = {true, 1 << 20}};
	struct oci_cpu cpu = {.shares = {true, 2048}, .quota = {true, 50000}, .cpus = cpus};
	struct oci_pids pids = {.limit = {true, 5}};
	struct oci_pair pair = {"memory.high", "33554432"};
	struct oci_resources r = {
		.memory = &mem, .cpu = &cpu, .pids = &pids, .unified = {&pair, 1}};
	AUTO(cgroup_free) struct cgroup *cg = make("set", &r, true);
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT, max = STRBUF_INIT, leaf = STRBUF_INIT;
	AUTO(host_close_fd) int go = -1;
	uint64_t v = 0;
	pid_t pid;

	if (!cg || cgroup_is_none(cg))
		TEST_SKIP("no control groups of v2 with controllers may be made here");
	pid = child(&go, NULL);
	expect_ok(cgroup_join(cg, CGROUP_GUEST, pid, &err));
	EXPECT_EQ(cg_read_u64(cgroup_dir(cg, ""), "memory.max", &v), 0);
	EXPECT_EQ(v, 64 << 20);
	EXPECT_EQ(cg_read_u64(cgroup_dir(cg, ""), "memory.high", &v), 0);
	EXPECT_EQ(v, 32 << 20);
	EXPECT_EQ(cg_read_u64(cgroup_dir(cg, ""), "cpu.weight", &v), 0);
	EXPECT_EQ(v, cg_shares_to_weight(2048));
	EXPECT_EQ(cg_read(cgroup_dir(cg, ""), "cpu.max", &max), 0);
	EXPECT_STREQ(max.s, "50000 100000\n");
	/* Who looks from the process's own group sees them, too. */
	EXPECT_EQ(cg_part_dir(cg_unified(cg), CGROUP_GUEST, &leaf), 0);
	EXPECT_EQ(cg_read_u64(leaf.s, "pids.max", &v), 0);
	EXPECT_EQ(v, 5);
	EXPECT_EQ(cg_read_u64(leaf.s, "memory.max", &v), 0);
	EXPECT_EQ(v, 64 << 20);
	pids.limit.v = 9;
	expect_ok(cgroup_set(cg, &r, &err));
	EXPECT_EQ(cg_read_u64(leaf.s, "pids.max", &v), 0);
	EXPECT_EQ(v, 9);
	expect_ok(cgroup_stats_json(cg, "t", &sb, &err));
	EXPECT_TRUE(strstr(sb.s, "\"pids\":{\"current\":1,\"limit\":9}") != NULL);
	EXPECT_TRUE(strstr(sb.s, "\"cpus\":[0]") != NULL);
	expect_ok(cgroup_kill(cg, CGROUP_ALL, soon(), &err));
	expect_killed(pid);
	expect_ok(cgroup_delete(cg, soon(), &err));
}

TEST(shares_that_no_kernel_takes_are_refused_and_nothing_stays)
{
	struct oci_cpu cpu = {.shares = {true, 1}};
	struct oci_resources r = {.cpu = &cpu};
	struct cgroup_request req = {.path = "/caisson-test-shares", .id = "t", .resources = &r};
	AUTO(cgroup_free) struct cgroup *first = make("probe", NULL, false), *cg = NULL;

	if (!first || !cgroup_dir(first, "cpu") || cg_place(first, CG_CPU)->unified)
		TEST_SKIP("no cpu controller of v1 here");
	expect_ok(cgroup_delete(first, soon(), &err));
	EXPECT_ERR(cgroup_create(host, &req, &cg, &err), EINVAL);
	EXPECT_TRUE(strstr(err.text, "cpu.shares 1 is less than") != NULL);
	for (size_t i = 0; i < host->n; i++) {
		AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;

		strbuf_addf(&sb, "%s/caisson-test-shares", host->h[i].mount);
		EXPECT_FALSE(cg_exists(strbuf_str(&sb), "cgroup.procs"));
	}
}

/* ---- devices ---- */

static int try_devices(void)
{
	int zero = open("/dev/zero", O_RDWR | O_CLOEXEC),
	    full = open("/dev/kmsg", O_RDONLY | O_CLOEXEC);

	return (zero >= 0 ? 0 : 1) | (full < 0 && errno == EPERM ? 0 : 2);
}

static void devices_hold(bool unified)
{
	struct oci_device_rule none = {
		.allow = false, .type = OCI_DEVICE_ALL, .access_text = all_text, .access = 7};
	struct oci_resources r = {.devices = {&none, 1}};
	AUTO(cgroup_free) struct cgroup *cg = make("dev", &r, unified);
	AUTO(host_close_fd) int go = -1;
	struct host_exit how;
	struct stat st;
	pid_t pid;

	if (!cg || cgroup_is_none(cg) || !cg_place(cg, CG_DEVICES))
		TEST_SKIP("no device rules may be set here");
	if (stat("/dev/kmsg", &st) < 0 || stat("/dev/zero", &st) < 0)
		TEST_SKIP("no devices to try here");
	pid = child(&go, try_devices);
	expect_ok(cgroup_join(cg, CGROUP_GUEST, pid, &err));
	/* The same rules again: replaced, not doubled. */
	if (unified)
		expect_ok(cgroup_set(cg, &r, &err));
	EXPECT_EQ(host_write(go, "x", 1), 1);
	EXPECT_EQ(host_wait(pid, &how), 0);
	EXPECT_FALSE(how.signaled);
	EXPECT_EQ(how.code, 0);
	expect_ok(cgroup_delete(cg, soon(), &err));
}

TEST(device_rules_of_v1_hold)
{
	devices_hold(false);
}

/* On a host whose devices controller is v1's, the program of v2 holds all the same. */
TEST(device_rules_of_v2_hold)
{
	devices_hold(true);
}

/* ---- memory that runs out ---- */

static int eat(void)
{
	size_t n = (size_t)64 << 20;
	char *p = malloc(n);

	if (!p)
		return 1;
	for (size_t i = 0; i < n; i += 4096)
		*(volatile char *)(p + i) = 1;
	return 2;
}

/* In a group of mem's limit a child eats more than that, and is killed for it. */
static void starve(struct cgroup *cg, struct cgroup_oom *oom)
{
	AUTO(host_close_fd) int go = -1;
	struct host_exit how;
	bool gone;
	pid_t pid;

	expect_ok(cgroup_oom_open(cg, oom, &err));
	EXPECT_EQ(host_poll_now(oom->fd, oom->events) & oom->events, 0);
	pid = child(&go, eat);
	expect_ok(cgroup_join(cg, CGROUP_GUEST, pid, &err));
	EXPECT_EQ(host_write(go, "x", 1), 1);
	EXPECT_EQ(host_wait(pid, &how), 0);
	EXPECT_TRUE(how.signaled);
	EXPECT_TRUE(host_poll_until(oom->fd, oom->events, soon()) > 0);
	EXPECT_TRUE(cgroup_oom_take(oom, &gone) >= 1);
	EXPECT_FALSE(gone);
	expect_ok(cgroup_delete(cg, soon(), &err));
}

TEST(memory_of_v1_that_runs_out_is_told)
{
	struct oci_memory mem = {.limit = {true, 16 << 20}, .swap = {true, 16 << 20}};
	struct oci_resources r = {.memory = &mem};
	AUTO(cgroup_free) struct cgroup *cg = make("oom", NULL, false);
	struct cgroup_oom oom;
	bool gone;

	if (!cg || !cgroup_dir(cg, "memory") ||
	    !cg_exists(cgroup_dir(cg, "memory"), "cgroup.event_control"))
		TEST_SKIP("no memory controller of v1 here");
	if (!cg_exists(cgroup_dir(cg, "memory"), "memory.memsw.limit_in_bytes"))
		mem.swap.set = false;
	expect_ok(cgroup_set(cg, &r, &err));
	starve(cg, &oom);
	EXPECT_TRUE(host_poll_until(oom.fd, oom.events, soon()) > 0);
	EXPECT_EQ(cgroup_oom_take(&oom, &gone), 0);
	EXPECT_TRUE(gone);
	cgroup_oom_close(&oom);
}

TEST(memory_of_v2_that_runs_out_is_told)
{
	struct oci_memory mem = {.limit = {true, 16 << 20}, .swap = {true, 16 << 20}};
	struct oci_resources r = {.memory = &mem};
	AUTO(cgroup_free) struct cgroup *cg = make("oom", &r, true);
	struct cgroup_oom oom;
	bool gone;

	if (!cg || cgroup_is_none(cg))
		TEST_SKIP("no memory controller of v2 here");
	starve(cg, &oom);
	EXPECT_EQ(cgroup_oom_take(&oom, &gone), 0);
	EXPECT_TRUE(gone);
	cgroup_oom_close(&oom);
}

TEST_MAIN()
