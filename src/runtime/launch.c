/* SPDX-License-Identifier: Apache-2.0 */
/* The making of a container, step by step (launch.h). */
#include "runtime/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "host/fd.h"
#include "host/io.h"
#include "host/proc.h"
#include "host/time.h"
#include "oci/oci.h"
#include "runtime/blueprint.h"
#include "runtime/cgroup/cgroup.h"
#include "runtime/textfile.h"
#include "runtime/hooks.h"
#include "runtime/keeper.h"
#include "runtime/proxy.h"
#include "runtime/runtime.h"
#include "wire/control.h"

#define NS_PER_S 1000000000ll

struct launch {
	const struct globals *g;
	const struct launch_options *o;
	struct container *c;
	struct namespaces ns;
	struct cgroup *cg;
	struct blueprint blueprint;
	struct console console;
	pid_t keeper, init;
	int keeper_line, init_line; /* our ends */
	int leash[2];               /* keeper, init */
	int control, gofer;         /* to the Sentry; its connection to the Gofer */
	int log;
	bool hooked; /* a hook ran: poststop hooks follow, whatever happens */
};

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

/* ---- 3: keeper, control group, init ---- */

static int tell_fork(int r, const char *what)
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
	return r < 0 ? tell_fork(r, "socketpair") : 0;
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
static int command_keeper(struct launch *l, enum keeper_command command, int *fds, size_t nfds)
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
		return tell_fork(l->keeper, "fork");
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
		return tell_fork(l->init, "fork");
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

static int join_cgroup(struct launch *l, enum cgroup_part part, pid_t pid)
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
	return r < 0 ? tell_fork(r, "they ended at once") : container_save(l->c);
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

static int make_processes(struct launch *l)
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
		r = join_cgroup(l, CGROUP_GUEST, l->keeper);
	if (r == 0)
		r = command_keeper(l, KEEPER_MAPPED, NULL, 0);
	if (r == 0)
		r = fork_init(l, keeper, init);
	host_close(init[1]);
	host_close(l->leash[0]);
	host_close(l->leash[1]);
	l->leash[0] = l->leash[1] = -1;
	if (r == 0)
		r = join_cgroup(l, CGROUP_GUEST, l->init);
	if (r == 0 && hear(l->init_line, NULL, 0, NULL) != PROXY_READY)
		r = -EIO; /* it has told why */
	if (r == 0)
		r = note_processes(l);
	if (r == 0)
		set_oom_score(l);
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

/* ---- 5: the sandbox ---- */

/* The pid, as we see it, of whom a pidfd is. 0: not to be told. */
static pid_t pidfd_pid(int pidfd)
{
	AUTO(strbuf_fini) struct strbuf text = STRBUF_INIT;
	char path[64];
	const char *at;
	int64_t pid;

	(void)snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", pidfd);
	if (textfile_read(AT_FDCWD, path, &text) < 0)
		return 0;
	at = strstr(strbuf_str(&text), "\nPid:\t");
	pid = at ? strtoll(at + 6, NULL, 10) : 0;
	return pid > 0 ? (pid_t)pid : 0;
}

static int spawn(struct launch *l)
{
	int fds[4], r = command_keeper(l, KEEPER_SPAWN, fds, 4);

	if (r < 0)
		return r;
	l->control = fds[0];
	l->gofer = fds[1];
	if (process_identify(pidfd_pid(fds[2]), &l->c->record.sentry) < 0 ||
	    process_identify(pidfd_pid(fds[3]), &l->c->record.gofer) < 0)
		r = tell_fork(-ESRCH, "the sandbox ended at once");
	host_close(fds[2]);
	host_close(fds[3]);
	return r;
}

int launch_stdio(const struct console *console, int ret[3])
{
	for (int i = 0; i < 3; i++) {
		if (console->slave >= 0) {
			ret[i] = host_dup(console->slave, 3);
		} else {
			ret[i] = host_own_description(i);
			if (ret[i] < 0)
				ret[i] = host_dup(i, 3);
		}
		if (ret[i] < 0) {
			int r = ret[i];

			while (i-- > 0)
				host_close(ret[i]);
			tell_errno(-r, "taking over standard input and output");
			return r;
		}
	}
	return 0;
}

static int open_trace(const struct launch *l)
{
	int fd;

	if (!l->g->strace)
		return -1;
	if (!l->g->strace_file) {
		tell("--strace: a container needs a file for it: --strace=FILE");
		return -EINVAL;
	}
	fd = host_open(AT_FDCWD, l->g->strace_file, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0644);
	if (fd < 0)
		tell_errno(-fd, "--strace=%s: cannot write there", l->g->strace_file);
	return fd < 0 ? -EINVAL : fd;
}

/* The plan with everything that goes beside it. */
static int send_plan(struct launch *l)
{
	AUTO(host_close_fd) int listener = container_listen(l->c);
	AUTO(host_close_fd) int trace = open_trace(l);
	AUTO(free) void *bytes = NULL;
	struct plan *p = &l->blueprint.plan;
	int fds[CONTROL_MAX_FDS];
	size_t n = 3, len;
	int r = trace < -1 ? trace : launch_stdio(&l->console, fds);

	if (r < 0)
		return r;
	fds[n++] = l->gofer;
	if (trace >= 0) {
		p->flags |= PLAN_STRACE;
		fds[n++] = trace;
	}
	fds[n++] = listener;
	for (uint32_t i = 0; i < l->o->preserve_fds; i++)
		fds[n++] = (int)(3 + i);
	p->process.nfds = l->o->preserve_fds;
	if (listener < 0)
		r = listener;
	if (r == 0)
		r = plan_encode(p, &bytes, &len);
	if (r == 0)
		r = control_send(l->control, CONTROL_PLAN, bytes, len, fds, n);
	for (int i = 0; i < 3; i++)
		host_close(fds[i]);
	if (r < 0 && r != -EPIPE) /* then it has told why */
		tell_errno(-r, "sending the plan to the sandbox");
	return r == -EPIPE ? 0 : r;
}

void launch_tell_exec(uint32_t why, const char *text, const char *program)
{
	static const char context[] = "unable to start container process";

	if (why == CONTROL_NOT_FOUND && strchr(program, '/'))
		tell("%s: exec: \"%s\": stat %s: no such file or directory", context, program,
		     program);
	else if (why == CONTROL_NOT_FOUND)
		tell("%s: exec: \"%s\": executable file not found in $PATH", context, program);
	else if (why == CONTROL_NOT_EXECUTABLE && strstr(text, strerror(EACCES)))
		tell("%s: exec: \"%s\": permission denied", context, program);
	else if (why == CONTROL_NOT_EXECUTABLE && strstr(text, strerror(ENOEXEC)))
		tell("%s: exec %s: exec format error", context, program);
	else
		tell("%s: %s", context, text);
}

static int hear_sentry(struct launch *l)
{
	AUTO(control_msg_fini) struct control_msg m = {0};
	int r = control_recv(l->control, &m);
	uint32_t why;

	if (r == 1 && m.type == CONTROL_STARTED)
		return 0;
	if (r == 1 && m.type == CONTROL_FAILED && control_msg_u32(&m, &why) == 0)
		launch_tell_exec(why, (const char *)m.payload + 4, l->c->spec->process->args.v[0]);
	else
		tell("the sandbox's kernel ended without a word; --debug-log=FILE has more");
	return -EIO;
}

static int make_sandbox(struct launch *l)
{
	struct record *rec = &l->c->record;
	const pid_t *pids[] = {&rec->sentry.pid, &rec->gofer.pid, &rec->keeper.pid};
	int r = spawn(l);

	if (r == 0)
		r = send_plan(l);
	if (r == 0)
		r = hear_sentry(l);
	/* The first stub has been made where the guest belongs; its makers go where they belong. */
	for (size_t i = 0; i < ARRAY_SIZE(pids) && r == 0; i++)
		r = join_cgroup(l, CGROUP_SENTRY, *pids[i]);
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
		r = command_keeper(l, KEEPER_GO, NULL, 0);
	if (r == 0 && send(l->init_line, &go, sizeof(go), MSG_NOSIGNAL) != (ssize_t)sizeof(go))
		r = tell_fork(-EPIPE, "the process that stands for the container ended at once");
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
		r = make_processes(&l);
	if (r == 0 && ((l.ns.make & CLONE_NEWUSER) || l.ns.join[OCI_NS_USER] >= 0))
		l.blueprint.plan.flags |= PLAN_GOFER_MAPPED;
	if (r == 0)
		r = draw_limits(&l);
	if (r == 0)
		r = run_hooks(&l);
	if (r == 0)
		r = make_sandbox(&l);
	if (r == 0)
		r = hand_over_console(&l, ret_console);
	if (r == 0)
		r = let_go(&l);
	if (r < 0)
		undo(&l);
	return r;
}
