/* SPDX-License-Identifier: Apache-2.0 */
/* `caisson list [--format table|json] [--quiet]`: the containers below the root. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/fd.h"
#include "oci/oci.h"
#include "runtime/container.h"
#include "runtime/options.h"
#include "runtime/runtime.h"
#include "runtime/users.h"

struct list {
	const struct globals *g;
	struct container *v;
	struct oci_state *states;
	char **owners;
	size_t n;
};

static int add(void *arg, const char *id)
{
	struct list *l = arg;
	struct container c, *v;
	int r = container_find(l->g, id, &c);

	if (r < 0 || !c.record.id) { /* being made, being removed, not ours: not a container */
		container_fini(&c);
		return 0;
	}
	v = reallocarray(l->v, l->n + 1, sizeof(*v));
	if (!v) {
		container_fini(&c);
		return -ENOMEM;
	}
	host_close(c.dirfd); /* and its lock with it */
	c.dirfd = -1;
	l->v = v;
	l->v[l->n++] = c;
	return 0;
}

static int describe(struct list *l)
{
	l->states = calloc(l->n + 1, sizeof(*l->states));
	l->owners = calloc(l->n + 1, sizeof(*l->owners));
	if (!l->states || !l->owners)
		return -ENOMEM;
	for (size_t i = 0; i < l->n; i++) {
		container_state(&l->v[i], &l->states[i]);
		l->owners[i] = user_name(l->v[i].record.uid);
		l->states[i].owner = l->owners[i];
		l->states[i].rootfs = l->v[i].record.rootfs;
		l->states[i].created = l->v[i].record.created;
	}
	return 0;
}

static void list_fini(struct list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		if (l->owners)
			free(l->owners[i]);
		container_fini(&l->v[i]);
	}
	free(l->owners);
	free(l->states);
	free(l->v);
}
DEFINE_AUTO_INPLACE(struct list, list_fini)

static void print_table(const struct list *l)
{
	printf("%-12s %-11s %-11s %-30s %-31s %s\n", "ID", "PID", "STATUS", "BUNDLE", "CREATED",
	       "OWNER");
	for (size_t i = 0; i < l->n; i++) {
		const struct oci_state *s = &l->states[i];

		printf("%-12s %-11llu %-11s %-30s %-31s %s\n", s->id, (unsigned long long)s->pid,
		       oci_status_name((enum oci_status)s->status), s->bundle, s->created,
		       s->owner ? s->owner : "");
	}
}

static int print_json(const struct list *l)
{
	AUTO(strbuf_fini) struct strbuf out = STRBUF_INIT;
	int r;

	if (l->n == 0)
		strbuf_adds(&out, "null"); /* as runc says it */
	else
		oci_state_list_encode(l->states, l->n, &out);
	r = strbuf_result(&out);
	if (r == 0)
		printf("%s", out.s);
	return r;
}

int verb_list(struct globals *g, int argc, char **argv)
{
	const char *format = "table";
	bool quiet = false;
	const struct verb_option options[] = {
		{"format", 'f', OPTION_STRING, &format},
		{"quiet", 'q', OPTION_FLAG, &quiet},
	};
	const struct verb_args args = {
		.verb = "list", .options = options, .n = ARRAY_SIZE(options)};
	AUTO(list_fini) struct list l = {.g = g};
	char **rest;
	int r = options_parse(&args, argc, argv, &argc, &rest);

	if (r != 0)
		return r < 0 ? EXIT_OCI : 0;
	if (strcmp(format, "table") != 0 && strcmp(format, "json") != 0) {
		tell("invalid format option");
		return EXIT_OCI;
	}
	r = container_each(g, add, &l);
	if (r == 0)
		r = describe(&l);
	if (r < 0)
		return EXIT_OCI;
	if (quiet) {
		for (size_t i = 0; i < l.n; i++)
			printf("%s\n", l.states[i].id);
	} else if (format[0] == 't') {
		print_table(&l);
	} else {
		r = print_json(&l);
	}
	return r < 0 || fflush(stdout) != 0 ? EXIT_OCI : 0;
}
