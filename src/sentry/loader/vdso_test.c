/* SPDX-License-Identifier: Apache-2.0 */
/* The vDSO's own code, loaded as a program would find it, against the host's clocks. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>

#include "abi/elf.h"
#include "base/test.h"
#include "guest/vdso.h"
#include "host/time.h"
#include "sentry/loader/vdso_priv.h"

#define PAGE 4096

static int (*v_clock_gettime)(int clock, struct timespec *ret);
static int (*v_clock_getres)(int clock, struct timespec *ret);
static int (*v_gettimeofday)(struct timeval *tv, struct timezone *tz);
static time_t (*v_time)(time_t *ret);
static long (*v_getcpu)(unsigned *cpu, unsigned *node, void *unused);

static const char *base;

static const void *at(uint64_t va)
{
	return base + va;
}

static const struct lx_elf64_dyn *dynamic(int64_t tag)
{
	const struct lx_elf64_ehdr *eh = at(0);
	const struct lx_elf64_phdr *ph = at(eh->e_phoff);

	for (int i = 0; i < eh->e_phnum; i++) {
		const struct lx_elf64_dyn *d;

		if (ph[i].p_type != LX_PT_DYNAMIC)
			continue;
		for (d = at(ph[i].p_vaddr); d->d_tag != LX_DT_NULL; d++)
			if (d->d_tag == tag)
				return d;
	}
	return NULL;
}

/* As a small libc does it: by DT_HASH's count. */
static void *symbol(const char *name)
{
	const uint32_t *hash = at(dynamic(LX_DT_HASH)->d_val);
	const struct lx_elf64_sym *sym = at(dynamic(LX_DT_SYMTAB)->d_val);
	const char *str = at(dynamic(LX_DT_STRTAB)->d_val);

	for (uint32_t i = 0; i < hash[1]; i++)
		if (sym[i].st_shndx != 0 && strcmp(str + sym[i].st_name, name) == 0)
			return (void *)(uintptr_t)at(sym[i].st_value);
	return NULL;
}

static void load(void)
{
	char *room;

	if (base)
		return;
	EXPECT_EQ(vdso_start(), 0);
	room = mmap(NULL, 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	EXPECT_TRUE(room != MAP_FAILED);
	EXPECT_TRUE(guest_vdso_size <= PAGE);
	EXPECT_TRUE(mmap(room, PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, vdso_page_fd(), 0) ==
		    room);
	EXPECT_TRUE(mmap(room + PAGE, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED,
			 vdso_image_fd(), 0) == room + PAGE);
	base = room + PAGE;
	*(void **)&v_clock_gettime = symbol("__vdso_clock_gettime");
	*(void **)&v_clock_getres = symbol("__vdso_clock_getres");
	*(void **)&v_gettimeofday = symbol("__vdso_gettimeofday");
	*(void **)&v_time = symbol("__vdso_time");
	*(void **)&v_getcpu = symbol("__vdso_getcpu");
}

static int64_t ns_of(struct timespec ts)
{
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static const int clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_MONOTONIC_RAW,
			     CLOCK_TAI};

static int64_t read_guest(int clock)
{
	struct timespec ts = {0, 0};

	EXPECT_EQ(v_clock_gettime(clock, &ts), 0);
	EXPECT_TRUE(ts.tv_nsec >= 0 && ts.tv_nsec < 1000000000);
	return ns_of(ts);
}

static int64_t read_sentry(int clock)
{
	int64_t ns = 0;

	EXPECT_EQ(vdso_clock_read(clock, &ns), 0);
	return ns;
}

/* Let the clock learn the counter, as the first calls of a program do. */
static bool warm_up(void)
{
	struct timespec ms = {0, 1500000};

	load();
	for (int i = 0; i < 12; i++) {
		read_sentry(CLOCK_MONOTONIC);
		nanosleep(&ms, NULL);
	}
	read_sentry(CLOCK_MONOTONIC);
	const struct vdso_params *p = (const void *)(base - PAGE);
	return p->line[VDSO_LINE_MONOTONIC].max_delta != 0;
}

TEST(the_image_is_what_a_libc_looks_for)
{
	load();
	const struct lx_elf64_ehdr *eh = at(0);
	EXPECT_EQ(eh->e_type, LX_ET_DYN);
	EXPECT_STREQ((const char *)at(dynamic(LX_DT_STRTAB)->d_val) + dynamic(LX_DT_SONAME)->d_val,
		     "linux-vdso.so.1");
	EXPECT_TRUE(dynamic(LX_DT_VERDEF) && dynamic(LX_DT_VERSYM) && dynamic(LX_DT_GNU_HASH));
	EXPECT_FALSE(dynamic(LX_DT_RELA) || dynamic(LX_DT_NEEDED));
	EXPECT_TRUE(v_clock_gettime && v_clock_getres && v_gettimeofday && v_time && v_getcpu);
	EXPECT_TRUE(symbol("clock_gettime") == symbol("__vdso_clock_gettime"));
	EXPECT_TRUE(symbol("gettimeofday") && symbol("time") && symbol("getcpu") &&
		    symbol("clock_getres"));
}

TEST(there_is_unwind_information)
{
	load();
	const struct lx_elf64_ehdr *eh = at(0);
	const struct lx_elf64_phdr *ph = at(eh->e_phoff);
	bool found = false;

	for (int i = 0; i < eh->e_phnum; i++)
		found |= ph[i].p_type == LX_PT_GNU_EH_FRAME && ph[i].p_filesz > 8;
	EXPECT_TRUE(found);
}

TEST(vdso_and_sentry_tell_one_time_close_to_the_hosts)
{
	if (!warm_up())
		TEST_SKIP("the counter of this host is not steady");
	for (size_t i = 0; i < ARRAY_SIZE(clocks); i++) {
		for (int n = 0; n < 20000; n++) {
			int64_t a = read_guest(clocks[i]);
			int64_t b = read_sentry(clocks[i]);
			int64_t c = read_guest(clocks[i]);

			EXPECT_TRUE(a <= b && b <= c);
		}
		int64_t best = INT64_MAX;
		for (int n = 0; n < 100; n++) {
			int64_t before, after, guest;

			EXPECT_EQ(host_clock_get(clocks[i], &before), 0);
			guest = read_guest(clocks[i]);
			EXPECT_EQ(host_clock_get(clocks[i], &after), 0);
			best = MIN(best, MAX(MAX(before - guest, guest - after), (int64_t)0));
		}
		EXPECT_TRUE(best < 3000);
	}
}

static _Atomic int64_t latest[ARRAY_SIZE(clocks)];
static _Atomic bool stop;
static _Atomic int backwards;

/* What anybody has read before is not later than what is read now. */
static void *racer(void *arg)
{
	while (!atomic_load(&stop)) {
		for (size_t i = 0; i < ARRAY_SIZE(clocks); i++) {
			int64_t seen = atomic_load(&latest[i]), now, expected;
			struct timespec ts;

			if (arg) {
				(void)!vdso_clock_read(clocks[i], &now);
			} else {
				v_clock_gettime(clocks[i], &ts);
				now = ns_of(ts);
			}
			if (now < seen)
				atomic_fetch_add(&backwards, 1);
			expected = seen;
			while (expected < now &&
			       !atomic_compare_exchange_weak(&latest[i], &expected, now))
				;
		}
	}
	return NULL;
}

TEST(time_does_not_run_backwards_between_threads)
{
	pthread_t t[4];
	struct timespec run = {1, 200000000};

	if (!warm_up())
		TEST_SKIP("the counter of this host is not steady");
	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		EXPECT_EQ(pthread_create(&t[i], NULL, racer, i == 0 ? &stop : NULL), 0);
	nanosleep(&run, NULL);
	atomic_store(&stop, true);
	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		pthread_join(t[i], NULL);
	EXPECT_EQ(backwards, 0);
}

TEST(gettimeofday_and_time_are_realtime)
{
	struct timeval tv;
	struct timezone tz = {7, 7};
	time_t sec;

	(void)warm_up();
	int64_t a = read_guest(CLOCK_REALTIME) / 1000;
	EXPECT_EQ(v_gettimeofday(&tv, &tz), 0);
	int64_t b = read_guest(CLOCK_REALTIME) / 1000;
	EXPECT_TRUE(a <= tv.tv_sec * 1000000LL + tv.tv_usec &&
		    tv.tv_sec * 1000000LL + tv.tv_usec <= b);
	EXPECT_TRUE(tz.tz_minuteswest == 0 && tz.tz_dsttime == 0);
	EXPECT_EQ(v_gettimeofday(NULL, NULL), 0);
	EXPECT_TRUE(v_time(&sec) - tv.tv_sec <= 1 && sec - tv.tv_sec <= 1);
}

TEST(what_the_page_does_not_know_is_asked_of_the_kernel)
{
	struct timespec ts;

	load();
	EXPECT_EQ(v_clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts), 0);
	EXPECT_TRUE(ns_of(ts) > 0);
	EXPECT_ERR(v_clock_gettime(77, &ts), EINVAL);
	EXPECT_ERR(v_clock_getres(77, &ts), EINVAL);
	EXPECT_EQ(v_clock_getres(CLOCK_MONOTONIC, &ts), 0);
	EXPECT_TRUE(ns_of(ts) >= 1 && ns_of(ts) <= 10000000);
	EXPECT_EQ(v_clock_getres(CLOCK_MONOTONIC, NULL), 0);
}

TEST(getcpu_says_where_we_run)
{
	cpu_set_t one, before;
	unsigned cpu = 9999, node = 9999;

	load();
	EXPECT_EQ(sched_getaffinity(0, sizeof(before), &before), 0);
	for (int i = 0; i < CPU_SETSIZE; i++) {
		if (!CPU_ISSET((size_t)i, &before))
			continue;
		CPU_ZERO(&one);
		CPU_SET((size_t)i, &one);
		EXPECT_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
		EXPECT_EQ(v_getcpu(&cpu, &node, NULL), 0);
		EXPECT_EQ(cpu, i);
	}
	EXPECT_EQ(v_getcpu(NULL, NULL, NULL), 0);
	sched_setaffinity(0, sizeof(before), &before);
}

TEST(nobody_else_can_write_the_page_or_the_image)
{
	load();
	EXPECT_TRUE(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, vdso_page_fd(), 0) ==
		    MAP_FAILED);
	EXPECT_TRUE(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, vdso_image_fd(), 0) ==
		    MAP_FAILED);
	EXPECT_EQ(pwrite(vdso_image_fd(), "x", 1, 0), -1);
	EXPECT_EQ(pwrite(vdso_page_fd(), "x", 1, 0), -1);
}

TEST_MAIN()
