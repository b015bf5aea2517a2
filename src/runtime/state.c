/* SPDX-License-Identifier: Apache-2.0 */
/* `caisson state ID`: what is known of a container, as JSON. */
#include <errno.h>
#include <stdio.h>

#include "oci/oci.h"
#include "runtime/container.h"
#include "runtime/options.h"
#include "runtime/runtime.h"
#include "runtime/users.h"

int verb_state(struct globals *g, int argc, char **argv)
{
	static const struct verb_args args = {.verb = "state", .min = 1, .max = 1};
	AUTO(container_fini) struct container c = {.dirfd = -1};
	AUTO(strbuf_fini) struct strbuf out = STRBUF_INIT;
	struct oci_state state;
	AUTO(free) char *owner = NULL;
	char **id;
	int r = options_parse(&args, argc, argv, &argc, &id);

	if (r != 0)
		return r < 0 ? EXIT_OCI : 0;
	r = container_open(g, id[0], CONTAINER_LOOK, &c);
	if (r == 0)
		r = container_read_config(&c);
	if (r < 0)
		return EXIT_OCI;
	container_state(&c, &state);
	state.rootfs = c.record.rootfs;
	state.created = c.record.created;
	owner = user_name(c.record.uid);
	state.owner = owner;
	oci_state_encode(&state, &out);
	if (strbuf_result(&out) < 0 || fwrite(out.s, 1, out.len, stdout) != out.len ||
	    fflush(stdout) != 0) {
		tell_errno(EIO, "state: writing it");
		return EXIT_OCI;
	}
	return 0;
}
