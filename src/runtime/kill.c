/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `caisson kill [--all] ID [SIGNAL]`. SIGKILL for the whole container goes to the process that
 * stands for its init, and needs nobody's help; others are for the guest's kernel to deliver.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "host/fd.h"
#include "oci/oci.h"
#include "runtime/launch.h"
#include "runtime/options.h"
#include "runtime/runtime.h"
#include "runtime/signals.h"
#include "wire/request.h"

static int ask(const struct container *c, int signo, bool all)
{
	AUTO(answer_fini) struct answer a = {0};
	AUTO(host_close_fd) int conn = container_connect(c);
	struct request q = {.op = REQUEST_KILL,
			    .whom = all ? REQUEST_WHOM_ALL : REQUEST_WHOM_PROCESS,
			    .signo = (uint32_t)signo};
	int r = conn < 0 ? conn : request_call(conn, &q, NULL, 0, &a);

	return r < 0 ? r : a.error;
}

static int not_running(void)
{
	tell("container not running");
	return EXIT_OCI;
}

static int send_signal(const struct container *c, int signo, bool all)
{
	int r = signo == SIGKILL ? process_signal(&c->record.init, SIGKILL) : ask(c, signo, all);

	if (r == 0)
		return 0;
	/* It ended between the look and the blow. */
	if (r == -ESRCH || r == -EPIPE || r == -ECONNREFUSED || r == -ENOENT)
		return not_running();
	tell_errno(-r, "sending signal %d to container %s", signo, c->record.id);
	return EXIT_OCI;
}

int verb_kill(struct globals *g, int argc, char **argv)
{
	bool all = false;
	const struct verb_option options[] = {{"all", 'a', OPTION_FLAG, &all}};
	const struct verb_args args = {
		.verb = "kill", .options = options, .n = 1, .min = 1, .max = 2};
	AUTO(container_fini) struct container c = {.dirfd = -1};
	char **rest;
	int r = options_parse(&args, argc, argv, &argc, &rest), signo;

	if (r != 0)
		return r < 0 ? EXIT_OCI : 0;
	if (container_open(g, rest[0], CONTAINER_LOOK, &c) < 0)
		return EXIT_OCI;
	signo = signal_number(argc > 1 ? rest[1] : "SIGTERM");
	if (signo == 0) {
		tell("unknown signal \"%s\"", rest[1]);
		return EXIT_OCI;
	}
	if (container_status(&c) == OCI_STOPPED)
		return all ? 0 : not_running();
	return send_signal(&c, signo, all);
}
