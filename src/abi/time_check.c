/* SPDX-License-Identifier: Apache-2.0 */
/* Compile-time test: abi/time.h against the host's own headers. See abi/abi_check.h. */
#include "abi/time.h"

#include <linux/time.h>
#include <linux/timerfd.h>
#include <linux/timex.h>

#include "abi/abi_check.h"

SAME(CLOCK_REALTIME);
SAME(CLOCK_MONOTONIC);
SAME(CLOCK_PROCESS_CPUTIME_ID);
SAME(CLOCK_THREAD_CPUTIME_ID);
SAME(CLOCK_MONOTONIC_RAW);
SAME(CLOCK_REALTIME_COARSE);
SAME(CLOCK_MONOTONIC_COARSE);
SAME(CLOCK_BOOTTIME);
SAME(CLOCK_REALTIME_ALARM);
SAME(CLOCK_BOOTTIME_ALARM);
SAME(CLOCK_SGI_CYCLE);
SAME(CLOCK_TAI);
SAME(MAX_CLOCKS);
SAME(TIMER_ABSTIME);
SAME(ITIMER_REAL);
SAME(ITIMER_VIRTUAL);
SAME(ITIMER_PROF);
SAME(TFD_CLOEXEC);
SAME(TFD_NONBLOCK);
SAME(TFD_TIMER_ABSTIME);
SAME(TFD_TIMER_CANCEL_ON_SET);
SAME(TFD_IOC_SET_TICKS);
SAME(ADJ_OFFSET);
SAME(ADJ_FREQUENCY);
SAME(ADJ_MAXERROR);
SAME(ADJ_ESTERROR);
SAME(ADJ_STATUS);
SAME(ADJ_TIMECONST);
SAME(ADJ_TAI);
SAME(ADJ_SETOFFSET);
SAME(ADJ_MICRO);
SAME(ADJ_NANO);
SAME(ADJ_TICK);
SAME(ADJ_OFFSET_SINGLESHOT);
SAME(ADJ_OFFSET_SS_READ);
SAME(STA_CLK);
SAME(STA_CLOCKERR);
SAME(STA_DEL);
SAME(STA_FLL);
SAME(STA_FREQHOLD);
SAME(STA_INS);
SAME(STA_MODE);
SAME(STA_NANO);
SAME(STA_PLL);
SAME(STA_PPSERROR);
SAME(STA_PPSFREQ);
SAME(STA_PPSJITTER);
SAME(STA_PPSSIGNAL);
SAME(STA_PPSTIME);
SAME(STA_PPSWANDER);
SAME(STA_RONLY);
SAME(STA_UNSYNC);
SAME(TIME_OK);
SAME(TIME_INS);
SAME(TIME_DEL);
SAME(TIME_OOP);
SAME(TIME_WAIT);
SAME(TIME_ERROR);

SAME_SIZE(struct lx_timex, struct __kernel_timex);
SAME_FIELD(struct lx_timex, modes, struct __kernel_timex, modes);
SAME_FIELD(struct lx_timex, offset, struct __kernel_timex, offset);
SAME_FIELD(struct lx_timex, status, struct __kernel_timex, status);
SAME_FIELD(struct lx_timex, constant, struct __kernel_timex, constant);
SAME_FIELD(struct lx_timex, time, struct __kernel_timex, time);
SAME_FIELD(struct lx_timex, tick, struct __kernel_timex, tick);
SAME_FIELD(struct lx_timex, shift, struct __kernel_timex, shift);
SAME_FIELD(struct lx_timex, stabil, struct __kernel_timex, stabil);
SAME_FIELD(struct lx_timex, tai, struct __kernel_timex, tai);
