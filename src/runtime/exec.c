/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `caisson exec ID PROGRAM [ARG...]`: one more process in a container. It has a stand-in of its own
 * (proxy.h), which outlives this command with --detach.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "abi/capability.h"
#include "host/fd.h"
#include "host/io.h"
#include "host/proc.h"
#include "oci/oci.h"
#include "runtime/attend.h"
#include "runtime/blueprint.h"
#include "runtime/cgroup/cgroup.h"
#include "runtime/create.h"
#include "runtime/textfile.h"
#include "runtime/namespaces.h"
#include "runtime/proxy.h"
#include "runtime/runtime.h"
#include "wire/request.h"

struct exec_args {
	const char *process; /* a file of JSON; `-`: stdin */
	struct options_list env, caps, gids;
	const char *user, *cwd;
	bool tty, detach, no_new_privs, ignore_paused;
	const char *pid_file, *console_socket;
	uint32_t preserve_fds, listen_fds;
	char **argv;
	int argc;
};

struct exec {
	const struct globals *g;
	const struct exec_args *a;
	struct container c;
	struct blueprint memory;
	struct oci_process_doc *doc; /* of --process; NULL */
	struct oci_process process;  /* what will run */
	struct oci_capabilities caps;
	struct console console;
	pid_t init;
	int line, conn;
};

/* ---- what is to run ---- */

static int read_process(struct exec *e)
{
	AUTO(strbuf_fini) struct strbuf text = STRBUF_INIT, why = STRBUF_INIT;
	const char *path = e->a->process;
	int r;

	strbuf_init_max(&text, OCI_TEXT_MAX);
	r = strcmp(path, "-") == 0 ? textfile_read_fd(STDIN_FILENO, &text)
				   : textfile_read(AT_FDCWD, path, &text);
	if (r < 0) {
		tell_errno(-r, "reading the process from %s", path);
		return r;
	}
	r = oci_process_parse(strbuf_str(&text), text.len, &e->doc, &why);
	if (r < 0) {
		tell("%s: %s", path, strbuf_str(&why));
		return r;
	}
	e->process = e->doc->process;
	return 0;
}

static bool parse_id(const char *s, uint32_t *ret)
{
	int64_t id;

	if (!parse_i64(s, &id) || id < 0 || id > UINT32_MAX)
		return false;
	*ret = (uint32_t)id;
	return true;
}

static int take_user(struct exec *e, const char *user)
{
	const char *colon = strchr(user, ':');
	AUTO(free) char *uid = strndup(user, colon ? (size_t)(colon - user) : strlen(user));

	if (uid && parse_id(uid, &e->process.user.uid) &&
	    (!colon || parse_id(colon + 1, &e->process.user.gid)))
		return 0;
	tell("--user %s: must be UID or UID:GID", user);
	return -EINVAL;
}

static int take_gids(struct exec *e)
{
	size_t n = e->a->gids.n;
	uint32_t *v = blueprint_alloc(&e->memory, n, sizeof(*v));

	if (!v)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		if (!parse_id(e->a->gids.v[i], &v[i])) {
			tell("--additional-gids %s: not a group id", e->a->gids.v[i]);
			return -EINVAL;
		}
	e->process.user.additional_gids.v = v;
	e->process.user.additional_gids.n = n;
	return 0;
}

static int cap_number(const char *name)
{
	for (unsigned i = 0; i <= LX_CAP_LAST_CAP; i++) {
		const char *known = oci_cap_name(i);

		if (strcasecmp(name, known) == 0 || strcasecmp(name, known + 4) == 0)
			return (int)i;
	}
	return -1;
}

/* Added to what the container's process has. */
static int take_caps(struct exec *e)
{
	const struct oci_capabilities *have = e->process.capabilities;

	if (e->a->caps.n == 0)
		return 0;
	e->caps = have ? *have : (struct oci_capabilities){0};
	for (size_t i = 0; i < e->a->caps.n; i++) {
		int cap = cap_number(e->a->caps.v[i]);
		uint64_t bit = cap < 0 ? 0 : 1ull << cap;

		if (cap < 0) {
			tell("--cap %s: no such capability", e->a->caps.v[i]);
			return -EINVAL;
		}
		e->caps.bounding |= bit;
		e->caps.effective |= bit;
		e->caps.permitted |= bit;
		e->caps.inheritable |= have ? bit & have->inheritable : 0;
		e->caps.ambient |= have ? bit & have->ambient : 0;
	}
	e->process.capabilities = &e->caps;
	return 0;
}

static int take_env(struct exec *e)
{
	const struct oci_strv *have = &e->process.env;
	size_t n = have->n + e->a->env.n;
	const char **v = blueprint_alloc(&e->memory, n, sizeof(*v));

	if (!v)
		return -ENOMEM;
	for (size_t i = 0; i < have->n; i++)
		v[i] = have->v[i];
	for (size_t i = 0; i < e->a->env.n; i++)
		v[have->n + i] = e->a->env.v[i];
	e->process.env = (struct oci_strv){v, n};
	return 0;
}

/* The container's process, with what the options say over it. */
static int build_process(struct exec *e)
{
	const struct exec_args *a = e->a;
	const char **argv = blueprint_alloc(&e->memory, (size_t)a->argc, sizeof(*argv));
	int r;

	if (!argv)
		return -ENOMEM;
	if (a->argc == 0) {
		tell("process args cannot be empty");
		return -EINVAL;
	}
	for (int i = 0; i < a->argc; i++)
		argv[i] = a->argv[i];
	e->process = *e->c.spec->process;
	e->process.args = (struct oci_strv){argv, (size_t)a->argc};
	e->process.terminal = a->tty;
	e->process.console_size = NULL;
	if (a->cwd)
		e->process.cwd = a->cwd;
	if (a->no_new_privs)
		e->process.no_new_privileges = true;
	r = take_env(e);
	if (r == 0 && a->user)
		r = take_user(e, a->user);
	if (r == 0 && a->gids.n > 0)
		r = take_gids(e);
	return r < 0 ? r : take_caps(e);
}

static int draw(struct exec *e, struct plan_process *ret)
{
	const struct oci_spec *spec = e->c.spec;
	const struct process_request q = {.process = &e->process,
					  .default_caps = spec->process->capabilities,
					  .seccomp = spec->lx.seccomp,
					  .personality = spec->lx.personality,
					  .rootfs = e->c.record.rootfs,
					  .listen_fds = e->a->listen_fds};
	int r = e->a->process ? read_process(e) : build_process(e);

	if (r < 0)
		return r;
	if (e->a->tty)
		e->process.terminal = true;
	if (e->process.terminal && e->a->detach && !e->a->console_socket) {
		tell("cannot allocate tty if runc will detach without setting console socket");
		return -EINVAL;
	}
	r = blueprint_process(&e->memory, &q, ret);
	ret->flags |= PLAN_TIED;
	ret->nfds = e->a->preserve_fds;
	return r;
}

/* ---- the stand-in ---- */

static int fork_proxy(struct exec *e)
{
	int line[2], r = host_socketpair(SOCK_SEQPACKET, line);
	AUTO(host_close_fd) int null = host_open(AT_FDCWD, "/dev/null", O_RDWR, 0);
	struct proxy_config config = {
		.keeper = e->c.record.keeper.pid, .leash = -1, .conn = e->conn, .null = null};
	char what;

	if (r < 0)
		return r;
	config.line = line[1];
	e->init = namespaces_fork_beside(config.keeper);
	if (e->init == 0) {
		host_close(line[0]);
		host_close(e->c.dirfd);
		proxy_main(&config);
	}
	host_close(line[1]);
	e->line = line[0];
	if (e->init < 0) {
		tell_errno(-e->init, "starting a process beside the container's");
		return e->init;
	}
	return recv(e->line, &what, 1, 0) == 1 && what == PROXY_READY ? 0 : -EIO;
}

static int join_cgroup(struct exec *e)
{
	AUTO(cgroup_free) struct cgroup *cg = NULL;
	struct cgroup_error error = {.text = ""};
	int r = launch_cgroup(&e->c, &cg);

	if (r == 0 && cg) {
		r = cgroup_join(cg, CGROUP_GUEST, e->init, &error);
		if (r < 0)
			tell("control groups: %s", error.text);
	}
	return r;
}

/* ---- running ---- */

static int ask(struct exec *e, const struct plan_process *p, int32_t *ret_pid)
{
	AUTO(answer_fini) struct answer a = {0};
	struct request q = {.op = REQUEST_EXEC, .process = *p};
	int fds[3 + PRESERVE_MAX];
	int r = launch_stdio(&e->console, fds);

	if (r < 0)
		return r;
	for (uint32_t i = 0; i < p->nfds; i++)
		fds[3 + i] = (int)(3 + i);
	r = request_call(e->conn, &q, fds, 3 + p->nfds, &a);
	for (int i = 0; i < 3; i++)
		host_close(fds[i]);
	if (r < 0) {
		tell_errno(-r, "the sandbox does not answer");
		return r;
	}
	if (a.error < 0) {
		launch_tell_exec(a.why, a.text ? a.text : strerror(-a.error), p->argv.v[0]);
		return a.error;
	}
	*ret_pid = a.pid;
	return 0;
}

static int open_console(struct exec *e, const struct plan_process *p)
{
	int r = 0;

	if (!e->process.terminal)
		return 0;
	r = console_open(p->rows, p->cols, &e->console);
	return r;
}

static int write_pid_file(const struct exec *e)
{
	char text[16];
	int n = snprintf(text, sizeof(text), "%d", e->init), r;

	if (!e->a->pid_file)
		return 0;
	r = textfile_replace(e->a->pid_file, text, (size_t)n, 0644);
	if (r < 0)
		tell_errno(-r, "--pid-file %s", e->a->pid_file);
	return r;
}

static int start(struct exec *e)
{
	struct plan_process p;
	struct proxy_go go = {0};
	int r = draw(e, &p);

	if (r == 0)
		r = open_console(e, &p);
	if (r == 0) {
		e->conn = r = container_connect(&e->c);
		if (r < 0)
			tell_errno(-r, "connecting to the sandbox of container %s", e->c.record.id);
	}
	if (r >= 0)
		r = fork_proxy(e);
	if (r == 0)
		r = join_cgroup(e);
	if (r == 0)
		r = ask(e, &p, &go.pid);
	if (r == 0 && e->console.master >= 0 && e->a->console_socket)
		r = console_send(&e->console, e->a->console_socket);
	if (r == 0)
		r = write_pid_file(e);
	if (r == 0 && send(e->line, &go, sizeof(go), MSG_NOSIGNAL) != (ssize_t)sizeof(go))
		r = -EPIPE;
	return r;
}

static int check_status(const struct exec *e)
{
	switch (container_status(&e->c)) {
	case OCI_STOPPED:
		tell("cannot exec in a stopped container");
		return -ESRCH;
	case OCI_PAUSED:
		if (e->a->ignore_paused)
			return 0;
		tell("cannot exec in a paused container (use --ignore-paused to override)");
		return -EBUSY;
	case OCI_CREATING:
		tell("cannot exec in a container that is being created");
		return -EBUSY;
	case OCI_CREATED:
	case OCI_RUNNING:
		break;
	}
	return 0;
}

static int attend_to_it(struct exec *e)
{
	host_close(e->conn); /* the stand-in has it */
	e->conn = -1;
	host_close(e->console.slave);
	e->console.slave = -1;
	if (e->a->console_socket) {
		host_close(e->console.master);
		e->console.master = -1;
	}
	return attend(e->init, &e->console);
}

static void exec_fini(struct exec *e)
{
	host_close(e->line);
	host_close(e->conn);
	console_fini(&e->console);
	blueprint_fini(&e->memory);
	oci_process_free(e->doc);
	container_fini(&e->c);
}
DEFINE_AUTO_INPLACE(struct exec, exec_fini)

static int run(const struct globals *g, const char *id, const struct exec_args *a)
{
	AUTO(exec_fini)
	struct exec e = {
		.g = g, .a = a, .c = {.dirfd = -1}, .console = {-1, -1}, .line = -1, .conn = -1};
	int r = container_open(g, id, CONTAINER_LOOK, &e.c);

	tell_context("exec failed: ");
	if (r == 0)
		r = check_status(&e);
	if (r == 0)
		r = container_read_config(&e.c);
	if (r < 0)
		return EXIT_OCI_EXEC;
	attend_prepare();
	if (start(&e) == 0)
		return a->detach ? 0 : attend_to_it(&e);
	if (e.init > 0)
		process_kill_child(e.init);
	return EXIT_OCI_EXEC;
}

int verb_exec(struct globals *g, int argc, char **argv)
{
	AUTO(options_list_fini) struct options_list env = {0};
	AUTO(options_list_fini) struct options_list caps = {0};
	AUTO(options_list_fini) struct options_list gids = {0};
	struct exec_args a = {0};
	struct option_u32 preserve = {0};
	const struct verb_option options[] = {
		{"process", 'p', OPTION_STRING, &a.process},
		{"env", 'e', OPTION_LIST, &env},
		{"user", 'u', OPTION_STRING, &a.user},
		{"additional-gids", 'g', OPTION_LIST, &gids},
		{"cap", 'c', OPTION_LIST, &caps},
		{"cwd", 0, OPTION_STRING, &a.cwd},
		{"tty", 't', OPTION_FLAG, &a.tty},
		{"detach", 'd', OPTION_FLAG, &a.detach},
		{"pid-file", 0, OPTION_STRING, &a.pid_file},
		{"console-socket", 0, OPTION_STRING, &a.console_socket},
		{"no-new-privs", 0, OPTION_FLAG, &a.no_new_privs},
		{"preserve-fds", 0, OPTION_U32, &preserve},
		{"ignore-paused", 0, OPTION_FLAG, &a.ignore_paused},
		{"process-label", 0, OPTION_STRING, NULL}, /* no SELinux inside */
		{"apparmor", 0, OPTION_STRING, NULL},      /* no AppArmor inside */
		{"cgroup", 0, OPTION_STRING, NULL},        /* all are in the container's */
		{"no-subreaper", 0, OPTION_FLAG, NULL},
	};
	const struct verb_args args = {.verb = "exec",
				       .options = options,
				       .n = ARRAY_SIZE(options),
				       .order = OPTIONS_FIRST,
				       .min = 1,
				       .max = OPTIONS_MANY};
	char **rest;
	int r = options_parse(&args, argc, argv, &argc, &rest);

	if (r != 0)
		return r < 0 ? EXIT_OCI : 0;
	a.env = env;
	a.caps = caps;
	a.gids = gids;
	a.argv = rest + 1;
	a.argc = argc - 1;
	if (create_extra_fds(preserve.v, &a.preserve_fds, &a.listen_fds) < 0)
		return EXIT_OCI_EXEC;
	return run(g, rest[0], &a);
}
