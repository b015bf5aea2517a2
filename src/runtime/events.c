/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `caisson events [--stats] [--interval TIME] ID`: what the container uses, once or again and
 * again, one line of JSON each; and a line whenever its memory ran out.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/fd.h"
#include "host/proc.h"
#include "host/time.h"
#include "oci/oci.h"
#include "runtime/cgroup/cgroup.h"
#include "runtime/launch.h"
#include "runtime/options.h"
#include "runtime/runtime.h"

#define NS_PER_S 1000000000ll

/* "5s", "500ms", "1m30s" as Go writes durations. 0: it is none. */
static int64_t parse_duration(const char *s)
{
	static const struct {
		const char *unit;
		int64_t ns;
	} units[] = {{"ms", 1000000}, {"us", 1000},         {"ns", 1},
		     {"s", NS_PER_S}, {"m", 60 * NS_PER_S}, {"h", 3600 * NS_PER_S}};
	int64_t sum = 0;

	while (*s) {
		char *end;
		double v = strtod(s, &end);
		size_t i;

		if (end == s || !(v >= 0) || v > 1e6)
			return 0;
		for (i = 0; i < ARRAY_SIZE(units); i++)
			if (strncmp(end, units[i].unit, strlen(units[i].unit)) == 0)
				break;
		if (i == ARRAY_SIZE(units))
			return 0;
		sum += (int64_t)(v * (double)units[i].ns);
		s = end + strlen(units[i].unit);
	}
	return sum;
}

static int print_stats(struct container *c, struct cgroup *cg)
{
	AUTO(strbuf_fini) struct strbuf line = STRBUF_INIT;
	struct cgroup_error error = {.text = ""};
	int r;

	if (!cg || cgroup_is_none(cg)) {
		tell("container %s has no control group, which counts what it uses", c->record.id);
		return -ENOENT;
	}
	r = cgroup_stats_json(cg, c->record.id, &line, &error);
	if (r == 0)
		r = strbuf_result(&line);
	if (r < 0) {
		tell("control groups: %s", error.text);
		return r;
	}
	return puts(line.s) < 0 || fflush(stdout) != 0 ? -EIO : 0;
}

static int print_oom(const struct container *c)
{
	printf("{\"type\":\"oom\",\"id\":\"%s\"}\n", c->record.id);
	return fflush(stdout) != 0 ? -EIO : 0;
}

/* Until the container ends, which is the end of the list and no error. */
static int print_for_ever(struct container *c, struct cgroup *cg, int64_t interval_ns)
{
	AUTO(host_close_fd) int pidfd = host_pidfd_open(c->record.init.pid);
	struct cgroup_error error = {.text = ""};
	struct cgroup_oom oom = {.fd = -1, .source_fd = -1};
	int64_t next = host_monotonic_ns() + interval_ns;
	bool gone = false;
	int r = 0;

	if (pidfd < 0 || !process_lives(&c->record.init))
		return 0;
	if (cg && !cgroup_is_none(cg) && cgroup_oom_open(cg, &oom, &error) < 0)
		tell_warning("control groups: %s", error.text);
	while (r == 0) {
		struct pollfd p[] = {
			{.fd = pidfd, .events = POLLIN},
			{.fd = gone ? -1 : oom.fd, .events = (short)oom.events},
		};
		int64_t left = next - host_monotonic_ns();

		if (left <= 0) {
			r = print_stats(c, cg);
			next += interval_ns;
			continue;
		}
		if (poll(p, ARRAY_SIZE(p), (int)MIN(left / 1000000 + 1, (int64_t)INT32_MAX)) < 0)
			continue;
		if (p[1].revents && cgroup_oom_take(&oom, &gone) > 0)
			r = print_oom(c);
		if (p[0].revents)
			break;
	}
	if (oom.fd >= 0)
		cgroup_oom_close(&oom);
	return r;
}

int verb_events(struct globals *g, int argc, char **argv)
{
	const char *interval = "5s";
	bool stats = false;
	const struct verb_option options[] = {{"stats", 0, OPTION_FLAG, &stats},
					      {"interval", 0, OPTION_STRING, &interval}};
	const struct verb_args args = {
		.verb = "events", .options = options, .n = 2, .min = 1, .max = 1};
	AUTO(container_fini) struct container c = {.dirfd = -1};
	AUTO(cgroup_free) struct cgroup *cg = NULL;
	char **id;
	int r = options_parse(&args, argc, argv, &argc, &id);
	int64_t ns = parse_duration(interval);

	if (r != 0)
		return r < 0 ? EXIT_OCI : 0;
	if (ns <= 0) {
		tell("duration interval must be greater than 0");
		return EXIT_OCI;
	}
	if (container_open(g, id[0], CONTAINER_LOOK, &c) < 0)
		return EXIT_OCI;
	if (container_status(&c) == OCI_STOPPED) {
		tell("container with id %s is not running", c.record.id);
		return EXIT_OCI;
	}
	r = launch_cgroup(&c, &cg);
	if (r == 0)
		r = stats ? print_stats(&c, cg) : print_for_ever(&c, cg, ns);
	return r < 0 ? EXIT_OCI : 0;
}
