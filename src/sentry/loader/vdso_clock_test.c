/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest's clock over a host that we make up: a counter, and clocks that are slewed, stepped,
 * stopped.
 */
#include <errno.h>

#include "base/test.h"
#include "abi/time.h"
#include "sentry/loader/vdso_priv.h"

#define SEC 1000000000LL

/* The host. True time is in ps, so that slopes are exact enough. */
static struct {
	uint64_t count;
	double ns, raw_ns;         /* MONOTONIC, RAW */
	double ns_per_count, slew; /* slew: MONOTONIC's own speed, 1 is the counter's */
	int64_t real_offset, boot_offset;
	uint64_t noise;
	uint32_t seed;
} host;

static uint32_t noise(uint32_t below)
{
	host.seed = host.seed * 1664525 + 1013904223;
	return below ? (host.seed >> 8) % below : 0;
}

static void pass_counts(uint64_t counts)
{
	host.count += counts;
	host.ns += (double)counts * host.ns_per_count * host.slew;
	host.raw_ns += (double)counts * host.ns_per_count;
}

static void pass_ns(int64_t ns)
{
	pass_counts((uint64_t)((double)ns / host.ns_per_count));
}

static uint64_t fake_count(void)
{
	pass_counts(20 + noise(10));
	return host.count;
}

static int fake_clock(int id, int64_t *ret_ns)
{
	int64_t mono;

	pass_counts(40 + noise((uint32_t)host.noise));
	mono = (int64_t)host.ns;
	if (id == LX_CLOCK_MONOTONIC)
		*ret_ns = mono;
	else if (id == LX_CLOCK_MONOTONIC_RAW)
		*ret_ns = (int64_t)host.raw_ns;
	else if (id == LX_CLOCK_BOOTTIME)
		*ret_ns = mono + host.boot_offset;
	else if (id == LX_CLOCK_REALTIME)
		*ret_ns = mono + host.real_offset;
	else
		*ret_ns = mono + host.real_offset + 37 * SEC;
	pass_counts(40 + noise((uint32_t)host.noise));
	return 0;
}

static const struct vdso_source source = {.count = fake_count, .clock = fake_clock};
static struct vdso_params page;
static struct vdso_clock clock_;
static uint64_t ncalls;

static void begin_world(bool steady)
{
	memset(&host, 0, sizeof(host));
	memset(&page, 0, sizeof(page));
	host.count = 1ull << 40;
	host.ns = 5e12;
	host.raw_ns = 4e12;
	host.ns_per_count = 1 / 2.8;
	host.slew = 1;
	host.real_offset = 1700000000 * SEC;
	host.boot_offset = 3 * SEC;
	host.noise = 8;
	host.seed = 1;
	ncalls = 0;
	vdso_clock_init(&clock_, &page, &source, steady);
}

static int64_t call(int id)
{
	int64_t ns = 0;

	ncalls++;
	EXPECT_EQ(vdso_clock_get(&clock_, id, &ns), 0);
	return ns;
}

/* As the guest: by the page, else by the call. */
static int64_t guest_read(int id)
{
	enum vdso_line_kind kind;
	int64_t ns;

	EXPECT_TRUE(vdso_line_of(id, &kind));
	EXPECT_EQ(page.seq % 2, 0);
	if (vdso_line_read(&page.line[kind], fake_count(), &ns))
		return ns + page.offset_ns[id];
	return call(id);
}

static int64_t distance(int64_t a, int64_t b)
{
	return a > b ? a - b : b - a;
}

TEST(first_reads_are_the_hosts_and_need_the_kernel)
{
	begin_world(true);
	int64_t ns = guest_read(LX_CLOCK_MONOTONIC);
	EXPECT_TRUE(distance(ns, (int64_t)host.ns) < 2000);
	EXPECT_EQ(ncalls, 1);
	EXPECT_EQ(page.line[VDSO_LINE_MONOTONIC].max_delta, 0);
}

TEST(a_busy_reader_enters_the_kernel_four_times_a_second)
{
	begin_world(true);
	for (int i = 0; i < 1000; i++) { /* one second to get to know the counter */
		pass_ns(1000000);
		guest_read(LX_CLOCK_MONOTONIC);
	}
	ncalls = 0;
	for (int i = 0; i < 10000; i++) {
		pass_ns(1000000);
		EXPECT_TRUE(distance(guest_read(LX_CLOCK_MONOTONIC), (int64_t)host.ns) < 2000);
		EXPECT_TRUE(distance(guest_read(LX_CLOCK_REALTIME),
				     (int64_t)host.ns + host.real_offset) < 2000);
		EXPECT_TRUE(distance(guest_read(LX_CLOCK_BOOTTIME),
				     (int64_t)host.ns + host.boot_offset) < 2000);
		EXPECT_TRUE(distance(guest_read(LX_CLOCK_MONOTONIC_RAW), (int64_t)host.raw_ns) <
			    2000);
	}
	EXPECT_TRUE(ncalls <= 45);
}

TEST(tai_is_a_whole_number_of_seconds_from_realtime)
{
	begin_world(true);
	for (int i = 0; i < 100; i++) {
		pass_ns(1000000);
		guest_read(LX_CLOCK_TAI);
		EXPECT_EQ(page.offset_ns[LX_CLOCK_TAI] - page.offset_ns[LX_CLOCK_REALTIME],
			  37 * SEC);
		EXPECT_EQ(page.offset_ns[LX_CLOCK_REALTIME_COARSE],
			  page.offset_ns[LX_CLOCK_REALTIME]);
	}
}

TEST(time_never_runs_backwards_however_the_host_is_slewed)
{
	static const int clocks[] = {LX_CLOCK_MONOTONIC, LX_CLOCK_REALTIME, LX_CLOCK_BOOTTIME,
				     LX_CLOCK_TAI};
	int64_t last[ARRAY_SIZE(clocks)] = {0}, last_raw = 0, worst = 0;

	begin_world(true);
	for (int i = 0; i < 300000; i++) {
		size_t c = (size_t)i % ARRAY_SIZE(clocks);
		int64_t ns, raw;

		if (noise(1000) == 0)
			host.slew = 1 + ((int)noise(1001) - 500) * 1e-6;
		if (noise(500) == 0)
			host.noise = noise(4) ? 8 : 20000; /* a busy host: some samples are wide */
		pass_counts(noise(noise(100) ? 2000000 : 200000000));
		ns = noise(10) ? guest_read(clocks[c]) : call(clocks[c]);
		EXPECT_TRUE(ns >= last[c]);
		last[c] = ns;
		if (c == 0)
			worst = MAX(worst, distance(ns, (int64_t)host.ns));
		raw = guest_read(LX_CLOCK_MONOTONIC_RAW);
		EXPECT_TRUE(raw >= last_raw);
		last_raw = raw;
	}
	EXPECT_TRUE(worst < 600000); /* 1000 ppm from one reach to the next, and wide samples */
	EXPECT_EQ(clock_.surprises, 0);
}

TEST(an_hour_of_sleep_costs_one_call_and_leaves_time_right)
{
	begin_world(true);
	for (int i = 0; i < 1000; i++) {
		pass_ns(1000000);
		guest_read(LX_CLOCK_MONOTONIC);
	}
	int64_t before = guest_read(LX_CLOCK_MONOTONIC);
	host.slew = 1 + 20e-6;
	pass_ns(3600 * SEC);
	ncalls = 0;
	int64_t after = guest_read(LX_CLOCK_MONOTONIC);
	EXPECT_EQ(ncalls, 1);
	EXPECT_TRUE(after > before);
	EXPECT_TRUE(distance(after, (int64_t)host.ns) < 2000);
	EXPECT_EQ(clock_.surprises, 0);
}

TEST(a_step_of_realtime_is_followed_and_monotonic_does_not_notice)
{
	begin_world(true);
	for (int i = 0; i < 1000; i++) {
		pass_ns(1000000);
		guest_read(LX_CLOCK_REALTIME);
	}
	int64_t mono = guest_read(LX_CLOCK_MONOTONIC);
	host.real_offset -= 3600 * SEC;
	pass_ns(SEC);
	int64_t real = guest_read(LX_CLOCK_REALTIME);
	EXPECT_TRUE(distance(real, (int64_t)host.ns + host.real_offset) < 2000);
	EXPECT_TRUE(distance(guest_read(LX_CLOCK_MONOTONIC), mono + SEC) < 5000);
}

TEST(a_counter_that_jumps_back_or_changes_speed_is_given_up)
{
	begin_world(true);
	int64_t last = 0;

	for (int round = 0; round < 40; round++) {
		for (int i = 0; i < 300; i++) {
			pass_ns(1000000);
			int64_t ns = guest_read(LX_CLOCK_MONOTONIC);
			EXPECT_TRUE(ns >= last);
			last = ns;
		}
		if (round % 2)
			host.count -= 1ull << 32;
		else
			host.ns_per_count = round % 4 ? 1 / 2.8 : 1 / 3.1;
	}
	EXPECT_FALSE(clock_.steady);
	EXPECT_EQ(page.line[VDSO_LINE_MONOTONIC].max_delta, 0);
	/*
	 * What was told too early is made up for: the host's clock catches up, and both are one
	 * again.
	 */
	pass_ns(3600 * SEC);
	EXPECT_TRUE(distance(guest_read(LX_CLOCK_MONOTONIC), (int64_t)host.ns) < 2000);
}

TEST(without_a_steady_counter_the_page_stays_empty)
{
	begin_world(false);
	for (int i = 0; i < 1000; i++) {
		pass_ns(10000000);
		EXPECT_TRUE(distance(guest_read(LX_CLOCK_REALTIME),
				     (int64_t)host.ns + host.real_offset) < 2000);
	}
	EXPECT_EQ(ncalls, 1000);
}

TEST(other_clocks_are_refused)
{
	int64_t ns;

	begin_world(true);
	EXPECT_ERR(vdso_clock_get(&clock_, LX_CLOCK_PROCESS_CPUTIME_ID, &ns), EINVAL);
	EXPECT_ERR(vdso_clock_get(&clock_, 12, &ns), EINVAL);
	EXPECT_ERR(vdso_clock_get(&clock_, -1, &ns), EINVAL);
	EXPECT_ERR(vdso_clock_get(&clock_, 32, &ns), EINVAL);
}

TEST_MAIN()
