/* SPDX-License-Identifier: Apache-2.0 */
/* Compile-time test: abi/types.h against the host's own headers. See abi/abi_check.h. */
#include "abi/types.h"

#include <time.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <sys/times.h>
#include <utime.h>
#include <sys/timex.h>

#include "abi/abi_check.h"

SAME(UIO_MAXIOV);
SAME(RUSAGE_SELF);
SAME(RUSAGE_CHILDREN);
SAME(RUSAGE_THREAD);
SAME(SI_LOAD_SHIFT);
SAME(RLIMIT_CPU);
SAME(RLIMIT_FSIZE);
SAME(RLIMIT_DATA);
SAME(RLIMIT_STACK);
SAME(RLIMIT_CORE);
SAME(RLIMIT_RSS);
SAME(RLIMIT_NPROC);
SAME(RLIMIT_NOFILE);
SAME(RLIMIT_MEMLOCK);
SAME(RLIMIT_AS);
SAME(RLIMIT_LOCKS);
SAME(RLIMIT_SIGPENDING);
SAME(RLIMIT_MSGQUEUE);
SAME(RLIMIT_NICE);
SAME(RLIMIT_RTPRIO);
SAME(RLIMIT_RTTIME);
SAME(RLIM_NLIMITS);
SAME(PRIO_PROCESS);
SAME(PRIO_PGRP);
SAME(PRIO_USER);
SAME(PRIO_MIN);

SAME_SIZE(struct lx_timespec, struct timespec);
SAME_FIELD(struct lx_timespec, tv_nsec, struct timespec, tv_nsec);
SAME_SIZE(struct lx_timeval, struct timeval);
SAME_FIELD(struct lx_timeval, tv_usec, struct timeval, tv_usec);
SAME_SIZE(struct lx_itimerspec, struct itimerspec);
SAME_FIELD(struct lx_itimerspec, it_value, struct itimerspec, it_value);
SAME_SIZE(struct lx_itimerval, struct itimerval);
SAME_FIELD(struct lx_itimerval, it_value, struct itimerval, it_value);
SAME_SIZE(struct lx_timezone, struct timezone);
SAME_FIELD(struct lx_timezone, tz_dsttime, struct timezone, tz_dsttime);
SAME_SIZE(struct lx_utimbuf, struct utimbuf);
SAME_FIELD(struct lx_utimbuf, modtime, struct utimbuf, modtime);
SAME_SIZE(struct lx_iovec, struct iovec);
SAME_FIELD(struct lx_iovec, iov_len, struct iovec, iov_len);
SAME_SIZE(struct lx_rusage, struct rusage);
SAME_FIELD(struct lx_rusage, ru_stime, struct rusage, ru_stime);
SAME_FIELD(struct lx_rusage, ru_maxrss, struct rusage, ru_maxrss);
SAME_FIELD(struct lx_rusage, ru_minflt, struct rusage, ru_minflt);
SAME_FIELD(struct lx_rusage, ru_nvcsw, struct rusage, ru_nvcsw);
SAME_FIELD(struct lx_rusage, ru_nivcsw, struct rusage, ru_nivcsw);
SAME_SIZE(struct lx_sysinfo, struct sysinfo);
SAME_FIELD(struct lx_sysinfo, loads, struct sysinfo, loads);
SAME_FIELD(struct lx_sysinfo, totalram, struct sysinfo, totalram);
SAME_FIELD(struct lx_sysinfo, totalswap, struct sysinfo, totalswap);
SAME_FIELD(struct lx_sysinfo, procs, struct sysinfo, procs);
SAME_FIELD(struct lx_sysinfo, totalhigh, struct sysinfo, totalhigh);
SAME_FIELD(struct lx_sysinfo, mem_unit, struct sysinfo, mem_unit);
SAME_SIZE(struct lx_utsname, struct utsname);
SAME_FIELD(struct lx_utsname, nodename, struct utsname, nodename);
SAME_FIELD(struct lx_utsname, release, struct utsname, release);
SAME_FIELD(struct lx_utsname, version, struct utsname, version);
SAME_FIELD(struct lx_utsname, machine, struct utsname, machine);
SAME_FIELD(struct lx_utsname, domainname, struct utsname, domainname);
SAME_SIZE(struct lx_tms, struct tms);
SAME_FIELD(struct lx_tms, tms_stime, struct tms, tms_stime);
SAME_FIELD(struct lx_tms, tms_cutime, struct tms, tms_cutime);
SAME_FIELD(struct lx_tms, tms_cstime, struct tms, tms_cstime);
SAME_SIZE(struct lx_rlimit, struct rlimit);
SAME_FIELD(struct lx_rlimit, rlim_max, struct rlimit, rlim_max);
SAME_SIZE(struct lx_rlimit, struct rlimit64);
SAME_FIELD(struct lx_rlimit, rlim_max, struct rlimit64, rlim_max);
SAME(RLIM_INFINITY);
