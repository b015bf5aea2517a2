/* SPDX-License-Identifier: Apache-2.0 */
/* `caisson spec [--bundle DIR] [--rootless]`: a config.json to start from. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "host/fd.h"
#include "host/io.h"
#include "oci/oci.h"
#include "runtime/cgroup/cgroup.h"
#include "runtime/options.h"
#include "runtime/runtime.h"

static bool host_has_cgroup2_alone(void)
{
	AUTO(cgroup_host_free) struct cgroup_host *host = NULL;
	struct cgroup_error error;

	return cgroup_host_get(&host, &error) == 0 && cgroup_host_is_v2(host);
}

static int write_new(const struct strbuf *text)
{
	AUTO(host_close_fd)
	int fd = host_open(AT_FDCWD, "config.json", O_WRONLY | O_CREAT | O_EXCL, 0666);

	if (fd == -EEXIST)
		tell("File config.json exists. Remove it first");
	if (fd < 0)
		return fd;
	return host_write_all(fd, text->s, text->len);
}

int verb_spec(struct globals *g, int argc, char **argv)
{
	const char *bundle = NULL;
	bool rootless = false;
	const struct verb_option options[] = {
		{"bundle", 'b', OPTION_STRING, &bundle},
		{"rootless", 0, OPTION_FLAG, &rootless},
	};
	const struct verb_args args = {
		.verb = "spec", .options = options, .n = ARRAY_SIZE(options)};
	AUTO(strbuf_fini) struct strbuf text = STRBUF_INIT;
	struct oci_default d = {.uid = geteuid(), .gid = getegid()};
	char **rest;
	int r = options_parse(&args, argc, argv, &argc, &rest);

	(void)g;
	if (r != 0)
		return r < 0 ? EXIT_OCI : 0;
	d.rootless = rootless;
	d.cgroup2 = host_has_cgroup2_alone();
	oci_default_spec(&d, &text);
	r = strbuf_result(&text);
	if (r == 0 && bundle && chdir(bundle) < 0)
		r = -errno;
	if (r == 0)
		r = write_new(&text);
	if (r < 0 && r != -EEXIST)
		tell_errno(-r, "spec: writing config.json");
	return r < 0 ? EXIT_OCI : 0;
}
