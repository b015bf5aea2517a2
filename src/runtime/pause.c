/* SPDX-License-Identifier: Apache-2.0 */
/* `caisson pause ID`, `caisson resume ID`: the guest's kernel brings every process to rest. */
#include <errno.h>
#include <string.h>

#include "host/fd.h"
#include "oci/oci.h"
#include "runtime/container.h"
#include "runtime/options.h"
#include "runtime/runtime.h"
#include "wire/request.h"

static int ask(const struct container *c, enum request_op op)
{
	AUTO(answer_fini) struct answer a = {0};
	AUTO(host_close_fd) int conn = container_connect(c);
	struct request q = {.op = op};
	int r = conn < 0 ? conn : request_call(conn, &q, NULL, 0, &a);

	return r < 0 ? r : a.error;
}

/* What it already is, is no error here: an earlier command may have died before it noted it. */
static int change(struct container *c, bool pause)
{
	int r = ask(c, pause ? REQUEST_PAUSE : REQUEST_RESUME);

	if (r < 0 && r != (pause ? -EBUSY : -EINVAL)) {
		tell_errno(-r, "%s container %s", pause ? "pausing" : "resuming", c->record.id);
		return EXIT_OCI;
	}
	c->record.paused = pause;
	return container_save(c) < 0 ? EXIT_OCI : 0;
}

int verb_pause(struct globals *g, int argc, char **argv)
{
	static const struct verb_args args = {.verb = "pause", .min = 1, .max = 1};
	AUTO(container_fini) struct container c = {.dirfd = -1};
	enum oci_status status;
	char **id;
	int r = options_parse(&args, argc, argv, &argc, &id);

	if (r != 0)
		return r < 0 ? EXIT_OCI : 0;
	if (container_open(g, id[0], CONTAINER_CHANGE, &c) < 0)
		return EXIT_OCI;
	status = container_status(&c);
	if (status != OCI_RUNNING && status != OCI_CREATED) {
		tell("container not running or created: %s", oci_status_name(status));
		return EXIT_OCI;
	}
	return change(&c, true);
}

int verb_resume(struct globals *g, int argc, char **argv)
{
	static const struct verb_args args = {.verb = "resume", .min = 1, .max = 1};
	AUTO(container_fini) struct container c = {.dirfd = -1};
	char **id;
	int r = options_parse(&args, argc, argv, &argc, &id);

	if (r != 0)
		return r < 0 ? EXIT_OCI : 0;
	if (container_open(g, id[0], CONTAINER_CHANGE, &c) < 0)
		return EXIT_OCI;
	if (container_status(&c) != OCI_PAUSED) {
		tell("container not paused");
		return EXIT_OCI;
	}
	return change(&c, false);
}
