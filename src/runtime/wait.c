/* SPDX-License-Identifier: Apache-2.0 */
/* `caisson wait ID`: sleep until the container has ended, and print how: its status, or 128+N. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "host/fd.h"
#include "oci/oci.h"
#include "runtime/container.h"
#include "runtime/options.h"
#include "runtime/runtime.h"
#include "wire/request.h"

int verb_wait(struct globals *g, int argc, char **argv)
{
	static const struct verb_args args = {.verb = "wait", .min = 1, .max = 1};
	AUTO(container_fini) struct container c = {.dirfd = -1};
	AUTO(answer_fini) struct answer a = {0};
	AUTO(host_close_fd) int conn = -1;
	struct request q = {.op = REQUEST_WAIT};
	char **id;
	int r = options_parse(&args, argc, argv, &argc, &id), status;

	if (r != 0)
		return r < 0 ? EXIT_OCI : 0;
	if (container_open(g, id[0], CONTAINER_LOOK, &c) < 0)
		return EXIT_OCI;
	if (container_status(&c) == OCI_STOPPED) {
		tell("container not running");
		return EXIT_OCI;
	}
	conn = container_connect(&c);
	r = conn < 0 ? conn : request_call(conn, &q, NULL, 0, &a);
	if (r == 0)
		r = a.error;
	if (r == -EPIPE) { /* killed from outside: it had no time to say so */
		printf("%d\n", 128 + SIGKILL);
		return 0;
	}
	if (r < 0) {
		tell_errno(-r, "waiting for container %s", c.record.id);
		return EXIT_OCI;
	}
	status = (int)a.wait_status;
	printf("%d\n", WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
	return 0;
}
