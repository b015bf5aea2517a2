/* SPDX-License-Identifier: Apache-2.0 */
/* Step 3 of making a container (launch.h): the keeper, the control group, init's stand-in. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/fd.h"
#include "host/io.h"
#include "oci/oci.h"
#include "runtime/launch_priv.h"
#include "runtime/proxy.h"

int launch_tell_fork(int r, const char *what)
{
	tell_errno(-r, "starting the container's processes: %s", what);
	return r;
}

static int lines(struct launch *l, int keeper[2], int init[2])
{
	int r = host_socketpair(SOCK_SEQPACKET, keeper);

	if (r == 0)
		r = host_socketpair(SOCK_SEQPACKET, init);
	if (r == 0)
		r = host_socketpair(SOCK_SEQPACKET, l->leash);
	l->keeper_line = keeper[0];
	l->init_line = init[0];
	return r < 0 ? launch_tell_fork(r, "socketpair") : 0;
}

/* One byte from a line. -EPIPE: its process has ended; else what it said. */
static int hear(int line, int *fds, size_t max, size_t *ret_nfds)
{
	size_t nfds = 0;
	char what;
	ssize_t n = host_recv_fds(line, &what, 1, fds, max, &nfds, 0);

	if (ret_nfds)
		*ret_nfds = nfds;
	return n == 1 ? what : n < 0 ? (int)n : -EPIPE;
}

/* It has told why, if it could. */
int launch_command(struct launch *l, enum keeper_command command, int *fds, size_t nfds)
{
	char byte = (char)command;
	size_t got = 0;
	int r = 0;

	if (send(l->keeper_line, &byte, 1, MSG_NOSIGNAL) == 1)
		r = hear(l->keeper_line, fds, nfds, &got);
	if (r == byte && got == nfds)
		return 0;
	if (r != KEEPER_FAILED)
		tell("the process that keeps the sandbox ended without a word");
	return -EIO;
}

static int fork_keeper(struct launch *l, const int keeper[2], const int init[2])
{
	const struct oci_spec *spec = l->c->spec;
	struct keeper_config config = {
		.line = keeper[1],
		.leash = l->leash[0],
		.ns = &l->ns,
		.spawn = {.platform = l->g->platform,
			  .exports = l->blueprint.exports,
			  .nexports = l->blueprint.nexports,
			  .log_fd = l->log,
			  .debug = l->g->debug,
			  .required = l->g->required},
		.hostname = spec->hostname,
		.domainname = spec->domainname,
		.rootfs = l->c->record.rootfs,
	};

	l->keeper = namespaces_fork(&l->ns);
	if (l->keeper < 0)
		return launch_tell_fork(l->keeper, "fork");
	if (l->keeper == 0) {
		host_close(keeper[0]);
		host_close(init[0]);
		host_close(init[1]);
		host_close(l->leash[1]);
		host_close(l->c->dirfd); /* and the lock with it */
		keeper_main(&config);
	}
	return 0;
}

static int fork_init(struct launch *l, const int keeper[2], const int init[2])
{
	AUTO(host_close_fd) int null = host_open(AT_FDCWD, "/dev/null", O_RDWR, 0);
	struct proxy_config config = {.keeper = l->keeper,
				      .line = init[1],
				      .leash = l->leash[1],
				      .conn = -1,
				      .null = null};

	l->init = null < 0 ? null : namespaces_fork_beside(l->keeper);
	if (l->init < 0)
		return launch_tell_fork(l->init, "fork");
	if (l->init == 0) {
		host_close(keeper[0]);
		host_close(init[0]);
		host_close(l->leash[0]);
		host_close(l->c->dirfd);
		proxy_main(&config);
	}
	return 0;
}

static char *find_helper(void)
{
	static const char *const places[] = {"%s/caisson-systemd",
					     "%s/../libexec/caisson/caisson-systemd"};
	char exe[PATH_MAX], *slash;
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	if (n <= 0)
		return NULL;
	exe[n] = 0;
	slash = strrchr(exe, '/');
	if (slash)
		*slash = 0;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		AUTO(strbuf_fini) struct strbuf path = STRBUF_INIT;

		strbuf_adds(&path, exe);
		strbuf_adds(&path, places[i] + 2);
		if (access(strbuf_str(&path), X_OK) == 0)
			return strbuf_steal(&path);
	}
	return strdup("/usr/libexec/caisson/caisson-systemd");
}

/* Where the host has no hierarchies at all, only what was asked for in vain is an error. */
static int make_cgroup(struct launch *l)
{
	const struct oci_linux *lx = &l->c->spec->lx;
	AUTO(cgroup_host_free) struct cgroup_host *host = NULL;
	AUTO(strbuf_fini) struct strbuf text = STRBUF_INIT;
	AUTO(free) char *helper = l->g->systemd_cgroup ? find_helper() : NULL;
	struct cgroup_error error = {.text = ""};
	struct cgroup_request q = {.path = lx->cgroups_path,
				   .id = l->c->record.id,
				   .rootless = l->c->record.rootless,
				   .systemd = l->g->systemd_cgroup,
				   .helper = helper,
				   .first = l->keeper,
				   .resources = lx->resources};
	int r = cgroup_host_get(&host, &error);

	if (r == -ENOENT && (!lx->cgroups_path || q.rootless)) {
		tell_warning("no control groups: %s", error.text);
		return 0;
	}
	if (r == 0)
		r = cgroup_create(host, &q, &l->cg, &error);
	if (r < 0) {
		tell("control groups: %s", error.text);
		return r;
	}
	if (cgroup_is_none(l->cg))
		tell_warning("no control groups: %s", cgroup_none_reason(l->cg));
	cgroup_save(l->cg, &text);
	l->c->record.cgroup = strbuf_steal(&text);
	return l->c->record.cgroup ? container_save(l->c) : -ENOMEM;
}

int launch_join_cgroup(struct launch *l, enum cgroup_part part, pid_t pid)
{
	struct cgroup_error error = {.text = ""};
	int r = l->cg ? cgroup_join(l->cg, part, pid, &error) : 0;

	if (r < 0)
		tell("control groups: %s", error.text);
	return r;
}

static int note_processes(struct launch *l)
{
	int r = process_identify(l->keeper, &l->c->record.keeper);

	if (r == 0)
		r = process_identify(l->init, &l->c->record.init);
	return r < 0 ? launch_tell_fork(r, "they ended at once") : container_save(l->c);
}

/* As engines ask for it; a host that refuses less than it has itself is no reason to fail. */
static void set_oom_score(const struct launch *l)
{
	const struct oci_opt_i64 *adj = &l->c->spec->process->oom_score_adj;
	AUTO(host_close_fd) int fd = -1;
	char path[64], text[24];
	int n;

	if (!adj->set)
		return;
	(void)snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", l->init);
	n = snprintf(text, sizeof(text), "%lld", (long long)adj->v);
	fd = host_open(AT_FDCWD, path, O_WRONLY, 0);
	if (fd < 0 || host_write_all(fd, text, (size_t)n) < 0)
		tell_warning("process.oomScoreAdj: the host refuses %s", text);
}

int launch_processes(struct launch *l)
{
	int keeper[2] = {-1, -1}, init[2] = {-1, -1};
	int r = lines(l, keeper, init);

	if (r == 0)
		r = fork_keeper(l, keeper, init);
	host_close(keeper[1]);
	if (r == 0)
		r = namespaces_map(&l->ns, l->keeper);
	if (r == 0)
		r = make_cgroup(l);
	if (r == 0)
		r = launch_join_cgroup(l, CGROUP_GUEST, l->keeper);
	if (r == 0)
		r = launch_command(l, KEEPER_MAPPED, NULL, 0);
	if (r == 0)
		r = fork_init(l, keeper, init);
	host_close(init[1]);
	host_close(l->leash[0]);
	host_close(l->leash[1]);
	l->leash[0] = l->leash[1] = -1;
	if (r == 0)
		r = launch_join_cgroup(l, CGROUP_GUEST, l->init);
	if (r == 0 && hear(l->init_line, NULL, 0, NULL) != PROXY_READY)
		r = -EIO; /* it has told why */
	if (r == 0)
		r = note_processes(l);
	if (r == 0)
		set_oom_score(l);
	return r;
}
