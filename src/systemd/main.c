/* SPDX-License-Identifier: Apache-2.0 */
/*
 * caisson-systemd: makes the scope of a container for --systemd-cgroup. A program of its own
 * because it needs libsystemd, which the static caisson cannot link; it is run by caisson alone and
 * for a moment only.
 *
 *	caisson-systemd [--user] start UNIT SLICE PID [NAME=TYPE:VALUE ...]
 *	caisson-systemd [--user] set UNIT [NAME=TYPE:VALUE ...]
 *	caisson-systemd [--user] stop UNIT
 *
 * --user talks to the caller's own manager. `start` prints the unit's control group. Exit status 0,
 * or 1 with one line on stderr.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

#include "systemd/unit.h"

#define PROPERTIES_MAX 64

static struct property properties[PROPERTIES_MAX];

static int usage(void)
{
	(void)fprintf(stderr,
		      "usage: caisson-systemd [--user] start UNIT SLICE PID [PROPERTY ...] | "
		      "set UNIT [PROPERTY ...] | stop UNIT\n");
	return EXIT_FAILURE;
}

static bool parse_all(char **args, int n, struct unit_request *u)
{
	if (n > PROPERTIES_MAX)
		return false;
	for (int i = 0; i < n; i++) {
		if (property_parse(args[i], &properties[i]) < 0) {
			(void)fprintf(stderr, "caisson-systemd: not a property: %s\n", args[i]);
			return false;
		}
	}
	u->properties = properties;
	u->n = (size_t)n;
	return true;
}

static bool parse_pid(const char *s, pid_t *ret)
{
	char *end;
	long v;

	errno = 0;
	v = strtol(s, &end, 10);
	if (errno || *end || end == s || v <= 0 || v > INT32_MAX)
		return false;
	*ret = (pid_t)v;
	return true;
}

static int run(sd_bus *bus, int argc, char **argv)
{
	struct unit_request u = {.name = argc > 1 ? argv[1] : NULL};

	if (argc >= 4 && strcmp(argv[0], "start") == 0 && parse_pid(argv[3], &u.first)) {
		u.slice = argv[2];
		return parse_all(argv + 4, argc - 4, &u) ? unit_start(bus, &u) : -EINVAL;
	}
	if (argc >= 2 && strcmp(argv[0], "set") == 0)
		return parse_all(argv + 2, argc - 2, &u) ? unit_set(bus, &u) : -EINVAL;
	if (argc == 2 && strcmp(argv[0], "stop") == 0)
		return unit_stop(bus, u.name);
	(void)usage();
	return -EINVAL;
}

int main(int argc, char **argv)
{
	bool user = argc > 1 && strcmp(argv[1], "--user") == 0;
	sd_bus *bus = NULL;
	int skip = user ? 2 : 1, r;

	if (argc <= skip)
		return usage();
	r = user ? sd_bus_open_user(&bus) : sd_bus_open_system(&bus);
	if (r < 0) {
		(void)fprintf(stderr, "connecting to systemd's %s bus: %s\n",
			      user ? "user" : "system", strerror(-r));
		return EXIT_FAILURE;
	}
	r = run(bus, argc - skip, argv + skip);
	sd_bus_flush_close_unref(bus);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
