/* SPDX-License-Identifier: Apache-2.0 */
/* `caisson delete [--force] ID`: nothing of the container is left. */
#include <errno.h>

#include "oci/oci.h"
#include "runtime/launch.h"
#include "runtime/options.h"
#include "runtime/runtime.h"

/* Hooks need the configuration; without it everything else is removed all the same. */
static int remove_it(struct container *c)
{
	if (c->record.id && container_read_config(c) < 0)
		tell_warning("hooks of container %s are not run", c->record.id);
	return launch_remove(c) < 0 ? EXIT_OCI : 0;
}

/* Idempotent: what is not there is as it should be. */
static int delete_by_force(const struct globals *g, const char *id)
{
	AUTO(container_fini) struct container c = {.dirfd = -1};
	int r = container_find(g, id, &c);

	if (r == -ENOENT)
		return 0;
	if (r == -EINVAL)
		return EXIT_OCI; /* no id: it has been said */
	if (r < 0) {
		tell_errno(-r, "the state of container %s", id);
		return EXIT_OCI;
	}
	return remove_it(&c);
}

static int delete_gently(const struct globals *g, const char *id)
{
	AUTO(container_fini) struct container c = {.dirfd = -1};
	enum oci_status status;

	if (container_open(g, id, CONTAINER_CHANGE, &c) < 0)
		return EXIT_OCI;
	status = container_status(&c);
	if (status != OCI_STOPPED && status != OCI_CREATED) {
		tell("cannot delete container %s that is not stopped: %s", id,
		     oci_status_name(status));
		return EXIT_OCI;
	}
	return remove_it(&c);
}

int verb_delete(struct globals *g, int argc, char **argv)
{
	bool force = false;
	const struct verb_option options[] = {{"force", 'f', OPTION_FLAG, &force}};
	const struct verb_args args = {
		.verb = "delete", .options = options, .n = 1, .min = 1, .max = 1};
	char **id;
	int r = options_parse(&args, argc, argv, &argc, &id);

	if (r != 0)
		return r < 0 ? EXIT_OCI : 0;
	return force ? delete_by_force(g, id[0]) : delete_gently(g, id[0]);
}
