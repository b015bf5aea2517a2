/* SPDX-License-Identifier: Apache-2.0 */
/* `caisson start ID`: the program that `create` has loaded runs. */
#include "oci/oci.h"
#include "runtime/launch.h"
#include "runtime/options.h"
#include "runtime/runtime.h"

int verb_start(struct globals *g, int argc, char **argv)
{
	static const struct verb_args args = {.verb = "start", .min = 1, .max = 1};
	AUTO(container_fini) struct container c = {.dirfd = -1};
	char **id;
	int r = options_parse(&args, argc, argv, &argc, &id);

	if (r != 0)
		return r < 0 ? EXIT_OCI : 0;
	if (container_open(g, id[0], CONTAINER_CHANGE, &c) < 0)
		return EXIT_OCI;
	switch (container_status(&c)) {
	case OCI_CREATED:
		return launch_start(&c) < 0 ? EXIT_OCI : 0;
	case OCI_STOPPED:
		tell("cannot start a container that has stopped");
		return EXIT_OCI;
	case OCI_RUNNING:
	case OCI_PAUSED:
		tell("cannot start an already running container");
		return EXIT_OCI;
	case OCI_CREATING:
		tell("cannot start a container in the %s state", oci_status_name(OCI_CREATING));
		return EXIT_OCI;
	}
	return EXIT_OCI;
}
