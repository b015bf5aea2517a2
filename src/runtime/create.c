/* SPDX-License-Identifier: Apache-2.0 */
/* `caisson create ID`: everything up to the first instruction of the container's program. */
#include "runtime/create.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/checked.h"
#include "runtime/runtime.h"

/* 0 if they are not meant for us. */
static uint32_t listen_fds(void)
{
	const char *pid = getenv("LISTEN_PID"), *n = getenv("LISTEN_FDS");
	int64_t v;

	if (!pid || !n || !parse_i64(pid, &v) || v != getpid() || !parse_i64(n, &v) || v < 0 ||
	    v > PRESERVE_MAX)
		return 0;
	return (uint32_t)v;
}

int create_extra_fds(uint32_t preserve, uint32_t *ret_all, uint32_t *ret_listen)
{
	*ret_listen = listen_fds();
	if (!add_ok(preserve, *ret_listen, &preserve))
		preserve = UINT32_MAX;
	for (uint32_t i = 0; i < preserve; i++)
		if (preserve > PRESERVE_MAX || fcntl((int)(3 + i), F_GETFD) < 0) {
			tell("please check that preserved-fd %u (of %u) is present", i, preserve);
			return -1;
		}
	*ret_all = preserve;
	return 0;
}

int verb_create(struct globals *g, int argc, char **argv)
{
	struct launch_options o = {.detach = true};
	struct option_u32 preserve = {0};
	const struct verb_option options[] = {
		{"bundle", 'b', OPTION_STRING, &o.bundle},
		{"console-socket", 0, OPTION_STRING, &o.console_socket},
		{"pid-file", 0, OPTION_STRING, &o.pid_file},
		{"no-pivot", 0, OPTION_FLAG, NULL}, /* we have no root to pivot into */
		{"no-new-keyring", 0, OPTION_FLAG,
		 NULL}, /* the guest's keyrings are its kernel's */
		{"preserve-fds", 0, OPTION_U32, &preserve},
	};
	const struct verb_args args = {
		.verb = "create", .options = options, .n = ARRAY_SIZE(options), .min = 1, .max = 1};
	AUTO(container_fini) struct container c = {.dirfd = -1};
	AUTO(console_fini) struct console console = {-1, -1};
	char **id;
	int r = options_parse(&args, argc, argv, &argc, &id);

	if (r != 0)
		return r < 0 ? EXIT_OCI : 0;
	tell_context("caisson create failed: ");
	if (create_extra_fds(preserve.v, &o.preserve_fds, &o.listen_fds) < 0)
		return EXIT_OCI;
	return launch_create(g, id[0], &o, &c, &console) < 0 ? EXIT_OCI : 0;
}
