/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `caisson host-surface [--json]`: what our own processes may ask of the host kernel, from the rows
 * that their seccomp filters are compiled from. Rows that refuse a call are no surface and are left
 * out. docs/host-surface.json is the reviewed list; tools/check_surface.py compares.
 */
#include <getopt.h>
#include <stdio.h>

#include "base/strbuf.h"
#include "gofer/gofer.h"
#include "host/seccomp.h"
#include "runtime/runtime.h"
#include "sentry/boot/boot.h"

struct printer {
	bool json;
	bool first; /* of this process */
	const char *process;
};

/* Arguments and reasons are ours: no quotes, no backslashes. */
static void print_rows(struct printer *p, const struct filter_rule *rules, size_t n,
		       const char *where)
{
	for (size_t i = 0; i < n; i++) {
		AUTO(strbuf_fini) struct strbuf args = STRBUF_INIT;

		if (rules[i].action != SECCOMP_RET_ALLOW)
			continue;
		filter_rule_args(&args, &rules[i]);
		if (p->json)
			printf("%s\n      {\"syscall\": \"%s\", \"args\": \"%s\", \"why\": \"%s\"%s%s%s}",
			       p->first ? "" : ",", rules[i].name, strbuf_str(&args), rules[i].why,
			       where ? ", \"when\": \"" : "", where ? where : "",
			       where ? "\"" : "");
		else
			printf("%-7s %-18s %-50s %s%s%s%s\n", p->process, rules[i].name,
			       strbuf_str(&args), rules[i].why, where ? " [" : "",
			       where ? where : "", where ? "]" : "");
		p->first = false;
	}
}

static void begin(struct printer *p, const char *process, const char *separator)
{
	p->process = process;
	p->first = true;
	if (p->json)
		printf("%s\n    \"%s\": [", separator, process);
}

static void end(const struct printer *p)
{
	if (p->json)
		printf("\n    ]");
}

static void print_sentry(struct printer *p)
{
	size_t n;
	const struct filter_rule *rules = sentry_host_calls(&n);

	print_rows(p, rules, n, NULL);
	for (size_t i = 0; i < sentry_platform_count(); i++) {
		rules = sentry_platform_calls(i, &n);
		print_rows(p, rules, n, sentry_platform_name(i));
	}
}

static void print_gofer(struct printer *p)
{
	static const char *const when[] = {
		[GOFER_CALLS_LOOKING] = NULL,
		[GOFER_CALLS_CHANGING] = "a writable export",
		[GOFER_CALLS_OLD_HOST] = "an old host",
	};

	for (size_t i = 0; i < ARRAY_SIZE(when); i++) {
		size_t n;
		const struct filter_rule *rules = gofer_host_calls((enum gofer_calls)i, &n);

		print_rows(p, rules, n, when[i]);
	}
}

static void print_stubs(struct printer *p)
{
	for (size_t i = 0; i < sentry_platform_count(); i++) {
		size_t n;
		const struct filter_rule *rules = sentry_stub_calls(i, &n);

		print_rows(p, rules, n, sentry_platform_name(i));
	}
}

int verb_host_surface(struct globals *g, int argc, char **argv)
{
	static const struct option options[] = {{"json", no_argument, NULL, 'j'},
						{NULL, 0, NULL, 0}};
	struct printer p = {.json = false};
	int c;

	(void)g;
	while ((c = getopt_long_only(argc, argv, "+", options, NULL)) != -1) {
		if (c != 'j')
			return EXIT_USAGE;
		p.json = true;
	}
	if (optind < argc) {
		tell("host-surface: unexpected argument `%s`; usage: caisson host-surface [--json]",
		     argv[optind]);
		return EXIT_USAGE;
	}
	if (p.json)
		printf("{\n  \"processes\": {");
	begin(&p, "sentry", "");
	print_sentry(&p);
	end(&p);
	begin(&p, "gofer", ",");
	print_gofer(&p);
	end(&p);
	begin(&p, "stub", ",");
	print_stubs(&p);
	end(&p);
	if (p.json)
		printf("\n  }\n}\n");
	return fflush(stdout) == 0 ? 0 : EXIT_OUR_FAULT;
}
