/* SPDX-License-Identifier: Apache-2.0 */
/* The texts that programs parse, made of pictures given here. */
#include "base/test.h"

#include <errno.h>

#include "abi/mman.h"
#include "sentry/core/cred.h"
#include "sentry/core/limits.h"
#include "sentry/proc/maps_priv.h"

static void picture(struct task_info *i)
{
	*i = (struct task_info){
		.state = 'S',
		.comm = "a) b\n",
		.tid = 43,
		.tgid = 42,
		.ppid = 7,
		.pgrp = 42,
		.sid = 5,
		.tpgid = -1,
		.nthreads = 2,
		.exit_signal = 17,
		.uid = {1000, 0, 0, 1000},
		.gid = {100, 100, 100, 100},
		.blocked = 0x4002,
		.nsigqueue = 1,
		.sigqueue_limit = 63,
		.start_ns = 1230000000,
		.cpus = {0xb},
	};
}

/* The value of a line "name:\tvalue". */
static void expect_line(struct strbuf *sb, const char *want)
{
	const char *at = strstr(strbuf_str(sb), want);

	if (!at || (at != sb->s && at[-1] != '\n'))
		fail_msg("no line \"%s\" in:\n%s", want, strbuf_str(sb));
}

TEST(status_tells_who_a_process_is)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	uint32_t groups[] = {4, 24};
	struct cred c = {.ngroups = 2, .groups = groups, .cap_effective = 0x1ffffffffff};
	struct proc_status s = {
		.cred = &c, .has_umask = true, .umask = 022, .fd_size = 64, .ncpus = 4};

	picture(&s.info);
	s.info.no_new_privs = true;
	s.info.seccomp_mode = 2;
	s.info.seccomp_filters = 3;
	s.memory = (struct proc_memory){.present = true, .total = 8 << 20, .resident = 2 << 20};
	proc_format_status(&s, &sb);
	expect_line(&sb, "Name:\ta) b\\n\n");
	expect_line(&sb, "Umask:\t0022\n");
	expect_line(&sb, "State:\tS (sleeping)\n");
	expect_line(&sb, "Tgid:\t42\nNgid:\t0\nPid:\t43\nPPid:\t7\nTracerPid:\t0\n");
	expect_line(&sb, "Uid:\t1000\t0\t0\t1000\n");
	expect_line(&sb, "Groups:\t4 24 \n");
	expect_line(&sb, "VmSize:\t    8192 kB\n");
	expect_line(&sb, "VmRSS:\t    2048 kB\n");
	expect_line(&sb, "SigQ:\t1/63\n");
	expect_line(&sb, "SigBlk:\t0000000000004002\n");
	expect_line(&sb, "CapEff:\t000001ffffffffff\n");
	expect_line(&sb, "NoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t3\n");
	expect_line(&sb, "Cpus_allowed:\tb\nCpus_allowed_list:\t0-1,3\n");
}

TEST(status_of_a_process_without_memory_has_no_lines_about_it)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	struct cred c = {.ngroups = 0};
	struct proc_status s = {.cred = &c, .ncpus = 1};

	picture(&s.info);
	s.info.state = 'Z';
	proc_format_status(&s, &sb);
	expect_line(&sb, "State:\tZ (zombie)\n");
	expect_line(&sb, "Groups:\t \n");
	assert_null(strstr(sb.s, "VmSize"));
	assert_null(strstr(sb.s, "Umask"));
}

TEST(stat_has_52_fields_behind_a_name_that_may_hold_anything)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	struct proc_stat s = {.rss_limit = UINT64_MAX,
			      .used = {.utime_ns = 30000000, .stime_ns = 20000000}};
	const char *at;
	int n = 2;

	picture(&s.info);
	s.info.nice = -5;
	proc_format_stat(&s, &sb);
	assert_memory_equal(sb.s, "43 (a) b\n) S 7 42 5 0 -1 0 0 0 0 0 3 2 0 0 15 -5 2 0 123 ", 57);
	at = strrchr(sb.s, ')') + 1;
	for (; *at; at++)
		n += *at == ' ';
	assert_int_equal(n, 52);
	assert_int_equal(sb.s[sb.len - 1], '\n');
}

TEST(stat_shows_real_time_priorities_below_zero)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	struct proc_stat s = {.flags = 0};

	picture(&s.info);
	s.info.policy = 1;
	s.info.rt_priority = 50;
	proc_format_stat(&s, &sb);
	assert_non_null(strstr(sb.s, " -51 0 2 0 123 "));
}

TEST(limits_are_a_table_with_words_for_infinity)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	struct limits l;

	limits_init(&l);
	atomic_store(&l.soft[LX_RLIMIT_NOFILE], 1024);
	atomic_store(&l.hard[LX_RLIMIT_NOFILE], 4096);
	proc_format_limits(&l, &sb);
	expect_line(
		&sb,
		"Limit                     Soft Limit           Hard Limit           Units     \n");
	expect_line(
		&sb,
		"Max cpu time              unlimited            unlimited            seconds   \n");
	expect_line(
		&sb,
		"Max open files            1024                 4096                 files     \n");
}

TEST(a_line_of_maps_puts_the_name_in_column_73)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	struct mm_vma_info v = {.lo = 0x400000,
				.hi = 0x401000,
				.off = 0x2000,
				.prot = LX_PROT_READ | LX_PROT_EXEC,
				.flags = LX_MAP_PRIVATE,
				.dev = 0xfe01,
				.ino = 77};

	proc_format_vma(&v, "/bin/a\nb", &sb);
	assert_string_equal(
		sb.s, "00400000-00401000 r-xp 00002000 fe:01 77                                 "
		      "/bin/a\\012b\n");
}

TEST(a_line_of_maps_without_a_name_ends_with_a_space)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	struct mm_vma_info v = {.lo = 0x7f0000000000, .hi = 0x7f0000001000, .flags = LX_MAP_SHARED};

	proc_format_vma(&v, "", &sb);
	assert_string_equal(sb.s, "7f0000000000-7f0000001000 ---s 00000000 00:00 0 \n");
}

TEST(sets_of_processors_may_have_holes)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	uint64_t set[TASK_CPU_WORDS] = {0x8000000000000005, 3};

	proc_add_cpu_list(&sb, set, ARRAY_SIZE(set));
	assert_string_equal(sb.s, "0,2,63-65");
	strbuf_reset(&sb);
	proc_add_cpu_mask(&sb, set, 66);
	assert_string_equal(sb.s, "3,80000000,00000005");
}

TEST(numbers_that_guests_write_are_checked)
{
	int64_t v = 99;

	assert_int_equal(proc_parse_int(" -17\n", -17, 15, &v), 0);
	assert_int_equal(v, -17);
	assert_int_equal(proc_parse_int("0x10", 0, 100, &v), 0);
	assert_int_equal(v, 16);
	assert_int_equal(proc_parse_int("", -5, 5, &v), -EINVAL);
	assert_int_equal(proc_parse_int("\n", -5, 5, &v), -EINVAL);
	assert_int_equal(proc_parse_int("5x", -5, 5, &v), -EINVAL);
	assert_int_equal(proc_parse_int("6", -5, 5, &v), -EINVAL);
	assert_int_equal(proc_parse_int("99999999999999999999", 0, INT64_MAX, &v), -EINVAL);
	assert_int_equal(v, 16);
}

TEST_MAIN()
