/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `caisson run ID`: create and start; then, unless --detach, stand between the caller and the
 * container until it ends, pass on signals and what is typed, end as it did, and delete it.
 */
#include <stdlib.h>

#include "runtime/attend.h"
#include "runtime/create.h"
#include "runtime/runtime.h"

static void remove_it(struct container *c, const char *id)
{
	if (launch_remove(c) < 0)
		tell_warning("delete --force %s removes the rest", id);
}

static int run(struct globals *g, const char *id, const struct launch_options *o, bool keep)
{
	AUTO(container_fini) struct container c = {.dirfd = -1};
	AUTO(console_fini) struct console console = {-1, -1};
	int status;

	attend_prepare();
	if (launch_create(g, id, o, &c, &console) < 0)
		return EXIT_OCI;
	if (launch_start(&c) < 0) {
		remove_it(&c, id);
		return EXIT_OCI;
	}
	if (o->detach)
		return 0;
	container_unlock(&c);
	status = attend(c.record.init.pid, &console);
	if (!keep && container_lock_again(&c) == 0)
		remove_it(&c, id);
	return status;
}

int verb_run(struct globals *g, int argc, char **argv)
{
	struct launch_options o = {0};
	struct option_u32 preserve = {0};
	bool keep = false;
	const struct verb_option options[] = {
		{"bundle", 'b', OPTION_STRING, &o.bundle},
		{"console-socket", 0, OPTION_STRING, &o.console_socket},
		{"detach", 'd', OPTION_FLAG, &o.detach},
		{"keep", 0, OPTION_FLAG, &keep},
		{"pid-file", 0, OPTION_STRING, &o.pid_file},
		{"no-subreaper", 0, OPTION_FLAG, NULL}, /* its processes are our children */
		{"no-pivot", 0, OPTION_FLAG, NULL},
		{"no-new-keyring", 0, OPTION_FLAG, NULL},
		{"preserve-fds", 0, OPTION_U32, &preserve},
	};
	const struct verb_args args = {
		.verb = "run", .options = options, .n = ARRAY_SIZE(options), .min = 1, .max = 1};
	char **id;
	int r = options_parse(&args, argc, argv, &argc, &id);

	if (r != 0)
		return r < 0 ? EXIT_OCI : 0;
	tell_context("caisson run failed: ");
	if (create_extra_fds(preserve.v, &o.preserve_fds, &o.listen_fds) < 0)
		return EXIT_OCI;
	return run(g, id[0], &o, keep);
}
