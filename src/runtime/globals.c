/* SPDX-License-Identifier: Apache-2.0 */
/* Global options: one table, taken before the verb by main.c and after it by do.c. */
#include "runtime/runtime.h"

#include <getopt.h>
#include <string.h>

#include "sentry/boot/boot.h"

enum global_option {
	OPT_PLATFORM = 0x100,
	OPT_NETWORK,
	OPT_STRACE,
	OPT_OVERLAY,
	OPT_REQUIRE_ISOLATION,
	OPT_LOG,
	OPT_DEBUG,
	OPT_LOG_FORMAT,
	OPT_DEBUG_LOG,
	OPT_ROOT,
	OPT_SYSTEMD_CGROUP,
	OPT_ROOTLESS,
	OPT_TIER1,
	OPT_END
};

const struct option globals_options[GLOBALS_NOPTIONS] = {
	{"platform", required_argument, NULL, OPT_PLATFORM},
	{"network", required_argument, NULL, OPT_NETWORK},
	{"strace", optional_argument, NULL, OPT_STRACE},
	{"overlay", required_argument, NULL, OPT_OVERLAY},
	{"require-isolation", required_argument, NULL, OPT_REQUIRE_ISOLATION},
	{"log", required_argument, NULL, OPT_LOG},
	{"debug", no_argument, NULL, OPT_DEBUG},
	{"log-format", required_argument, NULL, OPT_LOG_FORMAT},
	{"debug-log", required_argument, NULL, OPT_DEBUG_LOG},
	{"root", required_argument, NULL, OPT_ROOT},
	{"systemd-cgroup", no_argument, NULL, OPT_SYSTEMD_CGROUP},
	{"rootless", required_argument, NULL, OPT_ROOTLESS},
	{"tier1", required_argument, NULL, OPT_TIER1},
	{NULL, 0, NULL, 0},
};

bool globals_owns(int value)
{
	return value >= OPT_PLATFORM && value < OPT_END;
}

static int take_platform(struct globals *g, const char *arg)
{
	if (!sentry_platform_known(arg)) {
		tell("--platform=%s: no such platform in this build; choose one of: %s", arg,
		     sentry_platforms());
		return EXIT_USAGE;
	}
	g->platform = arg;
	return 0;
}

static int take_tier1(const char *arg)
{
	if (sentry_set_tier1(arg))
		return 0;
	tell("--tier1=%s: choose `auto`, `off` or, for tests, `always`", arg);
	return EXIT_USAGE;
}

static int take_network(struct globals *g, const char *arg)
{
	if (strcmp(arg, "none") != 0) {
		tell("--network=%s: this version offers only `none`", arg);
		return EXIT_USAGE;
	}
	g->network = NETWORK_NONE;
	return 0;
}

static int take_overlay(struct globals *g, const char *arg)
{
	g->overlay_given = true;
	if (strcmp(arg, "memory") == 0) {
		g->overlay = OVERLAY_MEMORY;
	} else if (strcmp(arg, "none") == 0) {
		g->overlay = OVERLAY_NONE;
	} else {
		tell("--overlay=%s: choose `memory` (writes vanish at exit) or `none` (writes are refused)",
		     arg);
		return EXIT_USAGE;
	}
	return 0;
}

static int take_isolation(struct globals *g, const char *arg)
{
	if (isolation_parse(arg, &g->required) < 0) {
		tell("--require-isolation=%s: choose one of process, landlock, namespaces, full",
		     arg);
		return EXIT_USAGE;
	}
	return 0;
}

static int take_log_format(struct globals *g, const char *arg)
{
	if (strcmp(arg, "json") != 0 && strcmp(arg, "text") != 0) {
		tell("--log-format=%s: choose `text` or `json`", arg);
		return EXIT_USAGE;
	}
	g->log_json = strcmp(arg, "json") == 0;
	return 0;
}

static int take_rootless(struct globals *g, const char *arg)
{
	if (strcmp(arg, "auto") == 0) {
		g->rootless = ROOTLESS_AUTO;
	} else if (strcmp(arg, "true") == 0 || strcmp(arg, "1") == 0) {
		g->rootless = ROOTLESS_YES;
	} else if (strcmp(arg, "false") == 0 || strcmp(arg, "0") == 0) {
		g->rootless = ROOTLESS_NO;
	} else {
		tell("--rootless=%s: choose `auto`, `true` or `false`", arg);
		return EXIT_USAGE;
	}
	return 0;
}

int globals_take(struct globals *g, int value, const char *arg)
{
	switch ((enum global_option)value) {
	case OPT_PLATFORM:
		return take_platform(g, arg);
	case OPT_NETWORK:
		return take_network(g, arg);
	case OPT_STRACE:
		g->strace = true;
		g->strace_file = arg;
		return 0;
	case OPT_OVERLAY:
		return take_overlay(g, arg);
	case OPT_REQUIRE_ISOLATION:
		return take_isolation(g, arg);
	case OPT_LOG:
		g->log_file = arg;
		return 0;
	case OPT_DEBUG:
		g->debug = true;
		return 0;
	case OPT_LOG_FORMAT:
		return take_log_format(g, arg);
	case OPT_DEBUG_LOG:
		g->debug_log = arg;
		return 0;
	case OPT_ROOT:
		g->root = arg;
		return 0;
	case OPT_SYSTEMD_CGROUP:
		g->systemd_cgroup = true;
		return 0;
	case OPT_ROOTLESS:
		return take_rootless(g, arg);
	case OPT_TIER1:
		return take_tier1(arg);
	case OPT_END:
		break;
	}
	return EXIT_USAGE;
}
