/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small structs that many calls share: times, vectors, usage, limits, system names.
 * Source:
 * include/uapi/linux/{time_types,uio,resource,sysinfo,utsname,times}.h; clock_gettime(2),
 * getrlimit(2), getrusage(2), sysinfo(2), uname(2), times(2).
 */
#ifndef CAISSON_ABI_TYPES_H
#define CAISSON_ABI_TYPES_H

#include <stdint.h>

#include "abi/layout.h"

struct lx_timespec {
	int64_t tv_sec;
	int64_t tv_nsec; /* 0 .. 999999999, or LX_UTIME_* */
};
LX_ASSERT_SIZE(struct lx_timespec, 16);
LX_ASSERT_AT(struct lx_timespec, tv_nsec, 8);

struct lx_timeval {
	int64_t tv_sec;
	int64_t tv_usec;
};
LX_ASSERT_SIZE(struct lx_timeval, 16);
LX_ASSERT_AT(struct lx_timeval, tv_usec, 8);

struct lx_itimerspec {
	struct lx_timespec it_interval;
	struct lx_timespec it_value;
};
LX_ASSERT_SIZE(struct lx_itimerspec, 32);
LX_ASSERT_AT(struct lx_itimerspec, it_value, 16);

struct lx_itimerval {
	struct lx_timeval it_interval;
	struct lx_timeval it_value;
};
LX_ASSERT_SIZE(struct lx_itimerval, 32);
LX_ASSERT_AT(struct lx_itimerval, it_value, 16);

struct lx_timezone {
	int32_t tz_minuteswest;
	int32_t tz_dsttime;
};
LX_ASSERT_SIZE(struct lx_timezone, 8);
LX_ASSERT_AT(struct lx_timezone, tz_dsttime, 4);

struct lx_utimbuf {
	int64_t actime;
	int64_t modtime;
};
LX_ASSERT_SIZE(struct lx_utimbuf, 16);
LX_ASSERT_AT(struct lx_utimbuf, modtime, 8);

struct lx_iovec {
	uint64_t iov_base; /* guest address */
	uint64_t iov_len;
};
LX_ASSERT_SIZE(struct lx_iovec, 16);
LX_ASSERT_AT(struct lx_iovec, iov_len, 8);

/* The most pieces of one vectored call, and how many bytes one call moves at most. */
#define LX_UIO_FASTIOV  8
#define LX_UIO_MAXIOV   1024
#define LX_IOV_MAX      LX_UIO_MAXIOV
#define LX_MAX_RW_COUNT 0x7ffff000

struct lx_rusage {
	struct lx_timeval ru_utime;
	struct lx_timeval ru_stime;
	int64_t ru_maxrss; /* KiB */
	int64_t ru_ixrss;
	int64_t ru_idrss;
	int64_t ru_isrss;
	int64_t ru_minflt;
	int64_t ru_majflt;
	int64_t ru_nswap;
	int64_t ru_inblock;
	int64_t ru_oublock;
	int64_t ru_msgsnd;
	int64_t ru_msgrcv;
	int64_t ru_nsignals;
	int64_t ru_nvcsw;
	int64_t ru_nivcsw;
};
LX_ASSERT_SIZE(struct lx_rusage, 144);
LX_ASSERT_AT(struct lx_rusage, ru_stime, 16);
LX_ASSERT_AT(struct lx_rusage, ru_maxrss, 32);
LX_ASSERT_AT(struct lx_rusage, ru_minflt, 64);
LX_ASSERT_AT(struct lx_rusage, ru_nvcsw, 128);
LX_ASSERT_AT(struct lx_rusage, ru_nivcsw, 136);

#define LX_RUSAGE_SELF     0
#define LX_RUSAGE_CHILDREN (-1)
#define LX_RUSAGE_BOTH     (-2)
#define LX_RUSAGE_THREAD   1

struct lx_sysinfo {
	int64_t uptime; /* s */
	uint64_t loads[3];
	uint64_t totalram; /* this and the next six in units of mem_unit */
	uint64_t freeram;
	uint64_t sharedram;
	uint64_t bufferram;
	uint64_t totalswap;
	uint64_t freeswap;
	uint16_t procs;
	uint16_t pad;
	uint32_t pad1;
	uint64_t totalhigh;
	uint64_t freehigh;
	uint32_t mem_unit;
	uint32_t pad2;
};
LX_ASSERT_SIZE(struct lx_sysinfo, 112);
LX_ASSERT_AT(struct lx_sysinfo, loads, 8);
LX_ASSERT_AT(struct lx_sysinfo, totalram, 32);
LX_ASSERT_AT(struct lx_sysinfo, totalswap, 64);
LX_ASSERT_AT(struct lx_sysinfo, procs, 80);
LX_ASSERT_AT(struct lx_sysinfo, totalhigh, 88);
LX_ASSERT_AT(struct lx_sysinfo, mem_unit, 104);

#define LX_SI_LOAD_SHIFT 16

#define LX_UTSNAME_LENGTH 65

struct lx_utsname {
	char sysname[LX_UTSNAME_LENGTH];
	char nodename[LX_UTSNAME_LENGTH];
	char release[LX_UTSNAME_LENGTH];
	char version[LX_UTSNAME_LENGTH];
	char machine[LX_UTSNAME_LENGTH];
	char domainname[LX_UTSNAME_LENGTH];
};
LX_ASSERT_SIZE(struct lx_utsname, 390);
LX_ASSERT_AT(struct lx_utsname, nodename, 65);
LX_ASSERT_AT(struct lx_utsname, release, 130);
LX_ASSERT_AT(struct lx_utsname, version, 195);
LX_ASSERT_AT(struct lx_utsname, machine, 260);
LX_ASSERT_AT(struct lx_utsname, domainname, 325);

/* All in ticks of 1/LX_USER_HZ second. */
#define LX_USER_HZ 100

struct lx_tms {
	int64_t tms_utime;
	int64_t tms_stime;
	int64_t tms_cutime;
	int64_t tms_cstime;
};
LX_ASSERT_SIZE(struct lx_tms, 32);
LX_ASSERT_AT(struct lx_tms, tms_stime, 8);
LX_ASSERT_AT(struct lx_tms, tms_cutime, 16);
LX_ASSERT_AT(struct lx_tms, tms_cstime, 24);

struct lx_rlimit {
	uint64_t rlim_cur;
	uint64_t rlim_max;
};
LX_ASSERT_SIZE(struct lx_rlimit, 16);
LX_ASSERT_AT(struct lx_rlimit, rlim_max, 8);
LX_ASSERT_SIZE(struct lx_rlimit, 16);
LX_ASSERT_AT(struct lx_rlimit, rlim_max, 8);

#define LX_RLIM_INFINITY     UINT64_MAX
#define LX_RLIMIT_CPU        0
#define LX_RLIMIT_FSIZE      1
#define LX_RLIMIT_DATA       2
#define LX_RLIMIT_STACK      3
#define LX_RLIMIT_CORE       4
#define LX_RLIMIT_RSS        5
#define LX_RLIMIT_NPROC      6
#define LX_RLIMIT_NOFILE     7
#define LX_RLIMIT_MEMLOCK    8
#define LX_RLIMIT_AS         9
#define LX_RLIMIT_LOCKS      10
#define LX_RLIMIT_SIGPENDING 11
#define LX_RLIMIT_MSGQUEUE   12
#define LX_RLIMIT_NICE       13
#define LX_RLIMIT_RTPRIO     14
#define LX_RLIMIT_RTTIME     15
#define LX_RLIM_NLIMITS      16

/* getpriority(2), setpriority(2) */
#define LX_PRIO_PROCESS 0
#define LX_PRIO_PGRP    1
#define LX_PRIO_USER    2
#define LX_PRIO_MIN     (-20)
#define LX_PRIO_MAX     19

#endif
