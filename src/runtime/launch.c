/* SPDX-License-Identifier: Apache-2.0 */
/* The making of a container, step by step (launch.h). */
#include "runtime/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "host/fd.h"
#include "host/proc.h"
#include "oci/oci.h"
#include "runtime/textfile.h"
#include "runtime/hooks.h"
#include "runtime/launch_priv.h"
#include "runtime/proxy.h"

/* ---- 1, 2: the bundle and the directory ---- */

static char *now_text(void)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	struct timespec ts;
	struct tm tm;

	if (clock_gettime(CLOCK_REALTIME, &ts) < 0 || !gmtime_r(&ts.tv_sec, &tm))
		return NULL;
	strbuf_addf(&sb, "%04d-%02d-%02dT%02d:%02d:%02d.%09ldZ", tm.tm_year + 1900, tm.tm_mon + 1,
		    tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, ts.tv_nsec);
	return strbuf_steal(&sb);
}

/* The root directory, absolute and without links. */
static char *find_rootfs(const struct oci_spec *spec, const char *bundle)
{
	AUTO(strbuf_fini) struct strbuf path = STRBUF_INIT;
	struct stat st;
	char *real;

	if (spec->root.path[0] != '/')
		strbuf_addf(&path, "%s/", bundle);
	strbuf_adds(&path, spec->root.path);
	real = realpath(strbuf_str(&path), NULL);
	if (!real || stat(real, &st) < 0) {
		tell("root.path: stat %s: %s", strbuf_str(&path),
		     errno == ENOENT ? "no such file or directory" : strerror(errno));
		free(real);
		return NULL;
	}
	if (!S_ISDIR(st.st_mode)) {
		tell("root.path: %s is not a directory", real);
		free(real);
		return NULL;
	}
	return real;
}

static int fill_record(struct launch *l, const char *id, char *bundle)
{
	struct record *r = &l->c->record;

	r->bundle = bundle;
	r->id = strdup(id);
	r->oci_version = strdup(l->c->spec->oci_version);
	r->created = now_text();
	r->rootfs = find_rootfs(l->c->spec, bundle);
	r->uid = geteuid();
	r->rootless = container_rootless(l->g);
	r->phase = RECORD_CREATING;
	if (!r->rootfs)
		return -ENOENT;
	return r->id && r->oci_version && r->created ? 0 : -ENOMEM;
}

static int read_config(const char *bundle, struct strbuf *ret)
{
	AUTO(strbuf_fini) struct strbuf path = STRBUF_INIT;
	int r;

	strbuf_addf(&path, "%s/config.json", bundle);
	strbuf_init_max(ret, OCI_TEXT_MAX);
	r = textfile_read(AT_FDCWD, strbuf_str(&path), ret);
	if (r == -ENOENT)
		tell("JSON specification file config.json not found");
	else if (r < 0)
		tell_errno(-r, "reading %s", strbuf_str(&path));
	return r;
}

static int check_spec(const struct launch *l)
{
	const struct oci_spec *spec = l->c->spec;

	for (size_t i = 0; i < spec->warnings.n; i++)
		tell_warning("config.json: %s", spec->warnings.v[i]);
	if (!spec->process) {
		tell("process property must not be empty");
		return -EINVAL;
	}
	if (spec->process->terminal && l->o->detach && !l->o->console_socket) {
		tell("cannot allocate tty if runc will detach without setting console socket");
		return -EINVAL;
	}
	if (!spec->process->terminal && l->o->console_socket) {
		tell("cannot use console socket if runc will not detach or allocate tty");
		return -EINVAL;
	}
	return 0;
}

static int make_directory(struct launch *l, const char *id)
{
	AUTO(strbuf_fini) struct strbuf text = STRBUF_INIT;
	AUTO(free) char *bundle = realpath(l->o->bundle ? l->o->bundle : ".", NULL);
	int r;

	if (!bundle) {
		r = -errno;
		tell("chdir %s: %s", l->o->bundle ? l->o->bundle : ".",
		     r == -ENOENT ? "no such file or directory" : strerror(-r));
		return r;
	}
	r = read_config(bundle, &text);
	if (r == 0)
		r = container_make(l->g, id, l->c);
	if (r == 0)
		r = container_keep_config(l->c, strbuf_str(&text), text.len);
	if (r == 0)
		r = check_spec(l);
	if (r == 0)
		r = fill_record(l, id, TAKE(bundle));
	if (r == 0)
		r = container_save(l->c);
	return r;
}

/* ---- 4: hooks ---- */

static int run_hooks(struct launch *l)
{
	const struct oci_hooks *h = &l->c->spec->hooks;
	struct oci_state state;
	int r;

	if (h->prestart.n + h->create_runtime.n + h->create_container.n == 0)
		return 0;
	l->hooked = true;
	container_state(l->c, &state);
	state.status = OCI_CREATING;
	r = hooks_run(&h->prestart, "prestart", &state, HOOKS_HERE);
	if (r == 0)
		r = hooks_run(&h->create_runtime, "createRuntime", &state, HOOKS_HERE);
	if (r == 0)
		r = hooks_run(&h->create_container, "createContainer", &state, HOOKS_CONTAINER);
	return r;
}

/* ---- 6, 7: letting go ---- */

static int write_pid_file(const struct launch *l)
{
	char text[16];
	int n = snprintf(text, sizeof(text), "%d", l->init), r;

	if (!l->o->pid_file)
		return 0;
	r = textfile_replace(l->o->pid_file, text, (size_t)n, 0644);
	if (r < 0)
		tell_errno(-r, "--pid-file %s", l->o->pid_file);
	return r;
}

static int let_go(struct launch *l)
{
	static const struct proxy_go go = {0};
	int r;

	l->c->record.phase = RECORD_CREATED;
	l->c->record.terminal = l->c->spec->process->terminal;
	r = container_save(l->c);
	if (r == 0)
		r = launch_command(l, KEEPER_GO, NULL, 0);
	if (r == 0 && send(l->init_line, &go, sizeof(go), MSG_NOSIGNAL) != (ssize_t)sizeof(go))
		r = launch_tell_fork(-EPIPE,
				     "the process that stands for the container ended at once");
	return r == 0 ? write_pid_file(l) : r;
}

/* ---- all of it ---- */

static void launch_fini(struct launch *l)
{
	namespaces_fini(&l->ns);
	cgroup_free(l->cg);
	blueprint_fini(&l->blueprint);
	console_fini(&l->console);
	host_close(l->keeper_line);
	host_close(l->init_line);
	host_close(l->leash[0]);
	host_close(l->leash[1]);
	host_close(l->control);
	host_close(l->gofer);
	host_close(l->log);
}
DEFINE_AUTO_INPLACE(struct launch, launch_fini)

static int open_log(struct launch *l)
{
	if (!l->g->debug_log)
		return 0;
	l->log = host_open(AT_FDCWD, l->g->debug_log, O_WRONLY | O_CREAT | O_APPEND, 0644);
	if (l->log < 0)
		tell_errno(-l->log, "--debug-log=%s: cannot write there", l->g->debug_log);
	return l->log < 0 ? l->log : 0;
}

static int draw(struct launch *l)
{
	const struct oci_spec *spec = l->c->spec;
	const struct blueprint_request q = {
		.spec = spec,
		.bundle = l->c->record.bundle,
		.rootfs = l->c->record.rootfs,
		.listen_fds = l->o->listen_fds,
		.overlay = l->g->overlay_given && l->g->overlay == OVERLAY_MEMORY,
	};
	int r = blueprint_draw(&q, &l->blueprint);

	if (r == 0)
		r = namespaces_open(spec, &l->ns);
	if (r == 0 && spec->process->terminal) {
		const struct oci_console_size *size = spec->process->console_size;

		r = console_open(size ? size->height : 0, size ? size->width : 0, &l->console);
	}
	return r;
}

/* The limits as they were had. */
static int draw_limits(struct launch *l)
{
	struct cgroup_error error = {.text = ""};
	struct plan_limits *limits = &l->blueprint.plan.limits;
	int r;

	plan_limits_none(limits);
	if (!l->cg)
		return 0;
	r = cgroup_guest_limits(l->cg, l->c->spec->lx.resources, limits, &error);
	if (r < 0)
		tell("linux.resources: %s", error.text);
	return r;
}

static int hand_over_console(struct launch *l, struct console *ret)
{
	if (l->console.master < 0)
		return 0;
	if (l->o->console_socket)
		return console_send(&l->console, l->o->console_socket);
	ret->master = host_take_fd(&l->console.master);
	return 0;
}

static void undo(struct launch *l)
{
	if (!l->c->dir)
		return;             /* not even a directory */
	host_close(l->keeper_line); /* whoever is not killed hears of it */
	host_close(l->init_line);
	l->keeper_line = l->init_line = -1;
	if (l->init > 0)
		process_kill_child(l->init);
	if (l->keeper > 0)
		process_kill_child(l->keeper);
	if (!l->hooked && l->c->spec)
		l->c->spec->hooks.poststop.n = 0;
	if (launch_remove(l->c) < 0)
		tell_warning("delete --force removes the rest");
}

int launch_create(const struct globals *g, const char *id, const struct launch_options *o,
		  struct container *ret, struct console *ret_console)
{
	AUTO(launch_fini)
	struct launch l = {.g = g,
			   .o = o,
			   .c = ret,
			   .console = {-1, -1},
			   .keeper_line = -1,
			   .init_line = -1,
			   .leash = {-1, -1},
			   .control = -1,
			   .gofer = -1,
			   .log = -1};
	int r;

	for (size_t i = 0; i < OCI_NS_COUNT; i++)
		l.ns.join[i] = -1;
	*ret = (struct container){.dirfd = -1};
	*ret_console = (struct console){-1, -1};
	signal(SIGPIPE, SIG_IGN);
	r = make_directory(&l, id);
	if (r == 0)
		r = open_log(&l);
	if (r == 0)
		r = draw(&l);
	if (r == 0)
		r = launch_processes(&l);
	if (r == 0 && ((l.ns.make & CLONE_NEWUSER) || l.ns.join[OCI_NS_USER] >= 0))
		l.blueprint.plan.flags |= PLAN_GOFER_MAPPED;
	if (r == 0)
		r = draw_limits(&l);
	if (r == 0)
		r = run_hooks(&l);
	if (r == 0)
		r = launch_sandbox(&l);
	if (r == 0)
		r = hand_over_console(&l, ret_console);
	if (r == 0)
		r = let_go(&l);
	if (r < 0)
		undo(&l);
	return r;
}
