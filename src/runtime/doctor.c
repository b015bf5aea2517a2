/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `caisson doctor [--json]`: how well this host lets a sandbox be walled in, and what to change for
 * more; which platforms work. Everything is tried, in children; version numbers decide nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "host/fd.h"
#include "host/io.h"
#include "host/landlock.h"
#include "runtime/probe.h"
#include "runtime/runtime.h"
#include "sentry/boot/boot.h"

enum { FINDINGS_MAX = 16 };

struct finding {
	const char *name;
	bool good;
	char detail[600];
	const char *change; /* NULL: nothing to change */
};

struct report {
	struct finding v[FINDINGS_MAX];
	size_t n;
	struct probe sentry; /* on the first platform */
	int gofer;
};

PRINTF_LIKE(5, 6)
static void found(struct report *r, const char *name, bool good, const char *change,
		  const char *fmt, ...)
{
	struct finding *f = &r->v[r->n];
	va_list ap;

	if (r->n == FINDINGS_MAX)
		return;
	r->n++;
	f->name = name;
	f->good = good;
	f->change = good ? NULL : change;
	va_start(ap, fmt);
	(void)vsnprintf(f->detail, sizeof(f->detail), fmt, ap);
	va_end(ap);
}

/* The first line of a file of the host; "" if there is none. */
static void read_line(const char *path, char *line, size_t size)
{
	AUTO(host_close_fd) int fd = host_open(AT_FDCWD, path, O_RDONLY, 0);
	ssize_t n = fd < 0 ? -1 : host_read(fd, line, size - 1);

	line[n > 0 ? n : 0] = '\0';
	line[strcspn(line, "\n")] = '\0';
}

static void look_at_kernel(struct report *r)
{
	struct utsname u;

	if (uname(&u) == 0)
		found(r, "kernel", true, NULL, "%s %s", u.sysname, u.release);
}

static void look_at_namespaces(struct report *r)
{
	char line[64];

	found(r, "namespaces", r->sentry.reached.level >= ISOLATION_NAMESPACES,
	      "allow user namespaces: user.max_user_namespaces above 0, kernel.unprivileged_userns_clone=1 "
	      "where it exists, kernel.apparmor_restrict_unprivileged_userns=0, and clone(CLONE_NEWUSER) in a "
	      "seccomp profile around this process",
	      "%s",
	      r->sentry.reached.level >= ISOLATION_NAMESPACES
		      ? "the Sentry has its own, and an empty root"
		      : r->sentry.reached.why);
	read_line("/proc/sys/user/max_user_namespaces", line, sizeof(line));
	found(r, "user namespace limit", strcmp(line, "0") != 0,
	      "sysctl user.max_user_namespaces=10000", "%s", line[0] ? line : "unknown");
}

static void look_at_landlock(struct report *r)
{
	int abi = host_landlock_abi();

	if (abi < 0)
		found(r, "landlock", false,
		      "add landlock to the kernel's lsm= parameter (Linux 5.13 or later)", "%s",
		      strerror(-abi));
	else
		found(r, "landlock", true, NULL, "ABI %d%s", abi,
		      abi >= HOST_LANDLOCK_SCOPES
			      ? ""
			      : ", which does not confine signals and abstract sockets (6 does)");
	found(r, "gofer", r->gofer == 0, "Landlock, or start as root", "%s",
	      r->gofer == 0 ? "confined to what it serves" : "reaches all files of its user");
}

static void look_at_host(struct report *r)
{
	char line[64];

	read_line("/proc/sys/kernel/yama/ptrace_scope", line, sizeof(line));
	found(r, "yama", line[0] == '\0' || line[0] < '2',
	      "sysctl kernel.yama.ptrace_scope=1, or use the unotify platform", "ptrace_scope %s",
	      line[0] ? line : "is not there");
	if (access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0)
		found(r, "cgroups", access("/sys/fs/cgroup/cgroup.subtree_control", W_OK) == 0,
		      "delegate a cgroup to this user (systemd: Delegate=yes)", "version 2");
	else
		found(r, "cgroups", access("/sys/fs/cgroup/memory", W_OK) == 0,
		      "make /sys/fs/cgroup writable", "%s",
		      access("/sys/fs/cgroup/memory", F_OK) == 0 ? "version 1" : "none");
}

static void look_at_platforms(struct report *r)
{
	for (size_t i = 0; i < sentry_platform_count(); i++) {
		struct probe p;
		int err = i == 0 ? 0 : probe_sentry(sentry_platform_name(i), &p);

		if (i == 0)
			p = r->sentry;
		found(r, sentry_platform_name(i), err == 0 && p.works,
		      "see the reason, or choose another platform", "%s%s",
		      err < 0   ? strerror(-err)
		      : p.works ? "works"
				: p.text,
		      err == 0 && p.works && p.text[0] ? ", but lacks: " : "");
		if (err == 0 && p.works && p.text[0] && r->n > 0) {
			size_t have = strlen(r->v[r->n - 1].detail);

			(void)snprintf(r->v[r->n - 1].detail + have, sizeof(r->v[0].detail) - have,
				       "%s", p.text);
		}
	}
}

static void json_string(const char *s)
{
	putchar('"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			putchar('\\');
		putchar((unsigned char)*s < 0x20 ? ' ' : *s);
	}
	putchar('"');
}

static void print_json(const struct report *r, size_t first_platform)
{
	printf("{\n  \"isolation\": {\"level\": \"%s\", \"next\": ",
	       isolation_name(probe_level(&r->sentry, r->gofer)));
	json_string(r->sentry.reached.why);
	printf("},\n  \"probes\": [");
	for (size_t i = 0; i < r->n; i++) {
		if (i == first_platform)
			printf("\n  ],\n  \"platforms\": [");
		printf("%s\n    {\"name\": \"%s\", \"ok\": %s, \"detail\": ",
		       i == 0 || i == first_platform ? "" : ",", r->v[i].name,
		       r->v[i].good ? "true" : "false");
		json_string(r->v[i].detail);
		if (r->v[i].change) {
			printf(", \"change\": ");
			json_string(r->v[i].change);
		}
		putchar('}');
	}
	printf("\n  ]\n}\n");
}

static void print_text(const struct report *r, size_t first_platform)
{
	printf("isolation: %s (of process < landlock < namespaces < full)\n  for more: %s\n",
	       isolation_name(probe_level(&r->sentry, r->gofer)), r->sentry.reached.why);
	for (size_t i = 0; i < r->n; i++) {
		if (i == first_platform)
			printf("platforms:\n");
		printf("  %-4s %-22s %s\n", r->v[i].good ? "ok" : "no", r->v[i].name,
		       r->v[i].detail);
		if (r->v[i].change)
			printf("       %-22s change: %s\n", "", r->v[i].change);
	}
}

int verb_doctor(struct globals *g, int argc, char **argv)
{
	static const struct option options[] = {{"json", no_argument, NULL, 'j'},
						{NULL, 0, NULL, 0}};
	static struct report r;
	size_t first_platform;
	bool json = false;
	int c;

	(void)g;
	while ((c = getopt_long_only(argc, argv, "+", options, NULL)) != -1) {
		if (c != 'j')
			return EXIT_USAGE;
		json = true;
	}
	if (optind < argc) {
		tell("doctor: unexpected argument `%s`; usage: caisson doctor [--json]",
		     argv[optind]);
		return EXIT_USAGE;
	}
	c = probe_sentry(sentry_platform_name(0), &r.sentry);
	if (c < 0) {
		tell_errno(-c, "doctor: starting a process to try with");
		return EXIT_HOST_REFUSES;
	}
	r.gofer = probe_gofer();
	look_at_kernel(&r);
	look_at_namespaces(&r);
	look_at_landlock(&r);
	look_at_host(&r);
	first_platform = r.n;
	look_at_platforms(&r);
	if (json)
		print_json(&r, first_platform);
	else
		print_text(&r, first_platform);
	return fflush(stdout) == 0 ? 0 : EXIT_OUR_FAULT;
}
