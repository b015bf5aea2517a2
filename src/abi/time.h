/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clocks and timers.
 * Source: include/uapi/linux/{time,timerfd,timex}.h; clock_gettime(2),
 * timer_create(2), timerfd_create(2), setitimer(2), adjtimex(2).
 */
#ifndef CAISSON_ABI_TIME_H
#define CAISSON_ABI_TIME_H

#include <stdint.h>

#include "abi/layout.h"
#include "abi/types.h"

#define LX_CLOCK_REALTIME           0
#define LX_CLOCK_MONOTONIC          1
#define LX_CLOCK_PROCESS_CPUTIME_ID 2
#define LX_CLOCK_THREAD_CPUTIME_ID  3
#define LX_CLOCK_MONOTONIC_RAW      4
#define LX_CLOCK_REALTIME_COARSE    5
#define LX_CLOCK_MONOTONIC_COARSE   6
#define LX_CLOCK_BOOTTIME           7
#define LX_CLOCK_REALTIME_ALARM     8
#define LX_CLOCK_BOOTTIME_ALARM     9
#define LX_CLOCK_SGI_CYCLE          10
#define LX_CLOCK_TAI                11
#define LX_MAX_CLOCKS               16
#define LX_CLOCK_AUX                16
#define LX_CLOCK_AUX_LAST           23
#define LX_TIMER_ABSTIME            0x1
#define LX_ITIMER_REAL              0
#define LX_ITIMER_VIRTUAL           1
#define LX_ITIMER_PROF              2

/* A negative clock id: ~pid << 3 | clock [| LX_CPUCLOCK_PERTHREAD_MASK]; ~fd << 3 | LX_CLOCKFD. */
#define LX_CPUCLOCK_PERTHREAD_MASK 4
#define LX_CPUCLOCK_CLOCK_MASK     3
#define LX_CPUCLOCK_PROF           0
#define LX_CPUCLOCK_VIRT           1
#define LX_CPUCLOCK_SCHED          2
#define LX_CLOCKFD                 3

#define LX_TFD_CLOEXEC             02000000
#define LX_TFD_NONBLOCK            04000
#define LX_TFD_SHARED_FCNTL_FLAGS  LX_TFD_CLOEXEC
#define LX_TFD_TIMER_ABSTIME       0x1
#define LX_TFD_TIMER_CANCEL_ON_SET 0x2
#define LX_TFD_IOC_SET_TICKS       0x40085400

#define LX_NSEC_PER_SEC 1000000000
#define LX_USEC_PER_SEC 1000000
/* timer_settime and timer_getoverrun stop counting here. */
#define LX_DELAYTIMER_MAX INT32_MAX

struct lx_timex {
	uint32_t modes;
	int32_t pad0;
	int64_t offset;
	int64_t freq;
	int64_t maxerror;
	int64_t esterror;
	int32_t status;
	int32_t pad1;
	int64_t constant;
	int64_t precision;
	int64_t tolerance;
	struct lx_timeval time;
	int64_t tick;
	int64_t ppsfreq;
	int64_t jitter;
	int32_t shift;
	int32_t pad2;
	int64_t stabil;
	int64_t jitcnt;
	int64_t calcnt;
	int64_t errcnt;
	int64_t stbcnt;
	int32_t tai;
	int32_t pad3[11];
};
LX_ASSERT_SIZE(struct lx_timex, 208);
LX_ASSERT_AT(struct lx_timex, modes, 0);
LX_ASSERT_AT(struct lx_timex, offset, 8);
LX_ASSERT_AT(struct lx_timex, status, 40);
LX_ASSERT_AT(struct lx_timex, constant, 48);
LX_ASSERT_AT(struct lx_timex, time, 72);
LX_ASSERT_AT(struct lx_timex, tick, 88);
LX_ASSERT_AT(struct lx_timex, shift, 112);
LX_ASSERT_AT(struct lx_timex, stabil, 120);
LX_ASSERT_AT(struct lx_timex, tai, 160);

#define LX_ADJ_OFFSET            0x1
#define LX_ADJ_FREQUENCY         0x2
#define LX_ADJ_MAXERROR          0x4
#define LX_ADJ_ESTERROR          0x8
#define LX_ADJ_STATUS            0x10
#define LX_ADJ_TIMECONST         0x20
#define LX_ADJ_TAI               0x80
#define LX_ADJ_SETOFFSET         0x100
#define LX_ADJ_MICRO             0x1000
#define LX_ADJ_NANO              0x2000
#define LX_ADJ_TICK              0x4000
#define LX_ADJ_OFFSET_SINGLESHOT 0x8001
#define LX_ADJ_OFFSET_SS_READ    0xa001
#define LX_STA_PLL               0x1
#define LX_STA_PPSFREQ           0x2
#define LX_STA_PPSTIME           0x4
#define LX_STA_FLL               0x8
#define LX_STA_INS               0x10
#define LX_STA_DEL               0x20
#define LX_STA_UNSYNC            0x40
#define LX_STA_FREQHOLD          0x80
#define LX_STA_PPSSIGNAL         0x100
#define LX_STA_PPSJITTER         0x200
#define LX_STA_PPSWANDER         0x400
#define LX_STA_PPSERROR          0x800
#define LX_STA_CLOCKERR          0x1000
#define LX_STA_NANO              0x2000
#define LX_STA_MODE              0x4000
#define LX_STA_CLK               0x8000
#define LX_STA_RONLY             0xff00
#define LX_TIME_OK               0
#define LX_TIME_INS              1
#define LX_TIME_DEL              2
#define LX_TIME_OOP              3
#define LX_TIME_WAIT             4
#define LX_TIME_ERROR            5

#endif
