/* SPDX-License-Identifier: Apache-2.0 */
/* Times, clocks, timers, and what time was used for. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "abi/stat.h"
#include "abi/time.h"
#include "abi/types.h"
#include "base/compiler.h"
#include "sentry/sys/strace_priv.h"

/* Seconds are signed, the rest is not: as strace prints what no clock could have. */
void put_timespec(struct scall *c, const void *p)
{
	const struct lx_timespec *ts = p;

	strbuf_addf(c->sb, "{tv_sec=%lld, tv_nsec=%llu}", (long long)ts->tv_sec,
		    (unsigned long long)ts->tv_nsec);
}

void put_timeval(struct scall *c, const void *p)
{
	const struct lx_timeval *tv = p;

	strbuf_addf(c->sb, "{tv_sec=%lld, tv_usec=%llu}", (long long)tv->tv_sec,
		    (unsigned long long)tv->tv_usec);
}

/* In UTC: the sandbox has no time zone of its own. */
void put_date(struct strbuf *sb, int64_t sec)
{
	time_t t = (time_t)sec;
	char text[64];
	struct tm tm;

	if (gmtime_r(&t, &tm) && strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm) > 0)
		strbuf_adds(sb, text);
}

/* utimensat(2): special values, and a date behind times that are far from 0. */
static void put_utime(struct scall *c, const void *p)
{
	const struct lx_timespec *ts = p;

	if (ts->tv_nsec == LX_UTIME_NOW || ts->tv_nsec == LX_UTIME_OMIT) {
		strbuf_adds(c->sb, ts->tv_nsec == LX_UTIME_NOW ? "UTIME_NOW" : "UTIME_OMIT");
		return;
	}
	put_timespec(c, p);
	if ((ts->tv_sec == 0 && ts->tv_nsec == 0) || (uint64_t)ts->tv_nsec >= LX_NSEC_PER_SEC)
		return;
	strbuf_adds(c->sb, " /* ");
	put_date(c->sb, ts->tv_sec);
	if (ts->tv_nsec)
		strbuf_addf(c->sb, ".%09lld", (long long)ts->tv_nsec);
	strbuf_adds(c->sb, "+0000 */");
}

static void print_utimes(struct scall *c, const struct sarg *a UNUSED, uint64_t v)
{
	if (v)
		put_array(c, v, 2, sizeof(struct lx_timespec), put_utime);
	else
		put_addr(c->sb, v);
}

static void print_timevals(struct scall *c, const struct sarg *a UNUSED, uint64_t v)
{
	if (v)
		put_array(c, v, 2, sizeof(struct lx_timeval), put_timeval);
	else
		put_addr(c->sb, v);
}

static void put_utimbuf(struct scall *c, const void *p)
{
	const struct lx_utimbuf *u = p;

	strbuf_addf(c->sb, "{actime=%lld, modtime=%lld}", (long long)u->actime,
		    (long long)u->modtime);
}

static void put_itimerspec(struct scall *c, const void *p)
{
	const struct lx_itimerspec *its = p;

	strbuf_adds(c->sb, "{it_interval=");
	put_timespec(c, &its->it_interval);
	strbuf_adds(c->sb, ", it_value=");
	put_timespec(c, &its->it_value);
	strbuf_addc(c->sb, '}');
}

static void put_itimerval(struct scall *c, const void *p)
{
	const struct lx_itimerval *itv = p;

	strbuf_adds(c->sb, "{it_interval=");
	put_timeval(c, &itv->it_interval);
	strbuf_adds(c->sb, ", it_value=");
	put_timeval(c, &itv->it_value);
	strbuf_addc(c->sb, '}');
}

static void put_timezone(struct scall *c, const void *p)
{
	const struct lx_timezone *tz = p;

	strbuf_addf(c->sb, "{tz_minuteswest=%d, tz_dsttime=%d}", tz->tz_minuteswest,
		    tz->tz_dsttime);
}

/* time(2): the number, and a comment with the date. */
static void put_time_word(struct scall *c, const void *p)
{
	int64_t t;

	memcpy(&t, p, sizeof(t));
	strbuf_addf(c->sb, "[%lld /* ", (long long)t);
	put_date(c->sb, t);
	strbuf_adds(c->sb, "+0000 */]");
}

static void put_timex(struct scall *c, const void *p)
{
	const struct lx_timex *tx = p;

	strbuf_adds(c->sb, "{modes=");
	put_flags(c->sb, names_get("adj"), tx->modes);
	strbuf_addf(c->sb, ", offset=%lld, freq=%lld, maxerror=%llu, esterror=%llu, status=",
		    (long long)tx->offset, (long long)tx->freq, (unsigned long long)tx->maxerror,
		    (unsigned long long)tx->esterror);
	put_flags(c->sb, names_get("adj_status"), (uint32_t)tx->status);
	strbuf_addf(c->sb, ", constant=%lld, precision=%llu, tolerance=%lld, time=",
		    (long long)tx->constant, (unsigned long long)tx->precision,
		    (long long)tx->tolerance);
	put_timeval(c, &tx->time);
	strbuf_addf(c->sb, ", tick=%lld, ppsfreq=%lld, jitter=%lld, shift=%d, stabil=%lld, ",
		    (long long)tx->tick, (long long)tx->ppsfreq, (long long)tx->jitter, tx->shift,
		    (long long)tx->stabil);
	strbuf_addf(c->sb, "jitcnt=%lld, calcnt=%lld, errcnt=%lld, stbcnt=%lld, tai=%d}",
		    (long long)tx->jitcnt, (long long)tx->calcnt, (long long)tx->errcnt,
		    (long long)tx->stbcnt, tx->tai);
}

static void put_rusage(struct scall *c, const void *p)
{
	const struct lx_rusage *ru = p;

	strbuf_adds(c->sb, "{ru_utime=");
	put_timeval(c, &ru->ru_utime);
	strbuf_adds(c->sb, ", ru_stime=");
	put_timeval(c, &ru->ru_stime);
	strbuf_adds(c->sb, ", ...}");
}

static void put_tms(struct scall *c, const void *p)
{
	const struct lx_tms *t = p;

	strbuf_addf(c->sb, "{tms_utime=%lld, tms_stime=%lld, tms_cutime=%lld, tms_cstime=%lld}",
		    (long long)t->tms_utime, (long long)t->tms_stime, (long long)t->tms_cutime,
		    (long long)t->tms_cstime);
}

const struct kind strace_time_kinds[] = {
	{.name = "timespec", .put = put_timespec, .size = sizeof(struct lx_timespec)},
	{.name = "timeval", .put = put_timeval, .size = sizeof(struct lx_timeval)},
	{.name = "utimes", .print = print_utimes},
	{.name = "timevals", .print = print_timevals},
	{.name = "utimbuf", .put = put_utimbuf, .size = sizeof(struct lx_utimbuf)},
	{.name = "itimerspec", .put = put_itimerspec, .size = sizeof(struct lx_itimerspec)},
	{.name = "itimerval", .put = put_itimerval, .size = sizeof(struct lx_itimerval)},
	{.name = "timezone", .put = put_timezone, .size = sizeof(struct lx_timezone)},
	{.name = "time", .put = put_time_word, .size = sizeof(int64_t)},
	{.name = "timex", .put = put_timex, .size = sizeof(struct lx_timex)},
	{.name = "rusage", .put = put_rusage, .size = sizeof(struct lx_rusage)},
	{.name = "tms", .put = put_tms, .size = sizeof(struct lx_tms)},
	{0},
};
