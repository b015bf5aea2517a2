/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `caisson do [options] -- PROGRAM [ARG...]`: run a program of this host in a sandbox that sees the
 * host's root read-only, with writes kept in memory. Needs no state directory and no privilege.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi/mount.h"
#include "gofer/gofer.h"
#include "host/fd.h"
#include "runtime/probe.h"
#include "runtime/runtime.h"
#include "runtime/spawn.h"
#include "runtime/supervise.h"
#include "wire/control.h"
#include "wire/plan.h"

extern char **environ;

#define DO_MAX_RW 32

/* What the command line of `do` says. */
struct do_args {
	char *rw[DO_MAX_RW]; /* real paths, malloc'd */
	uint32_t nrw;
	char *cwd; /* absolute, malloc'd */
	const char *hostname;
	char **argv;
	uint32_t argc;
};

enum do_option { DO_RW = 1, DO_CWD, DO_HOSTNAME, DO_HELP };

#define DO_NOPTIONS 4
static const struct option do_options[DO_NOPTIONS] = {
	{"rw", required_argument, NULL, DO_RW},
	{"cwd", required_argument, NULL, DO_CWD},
	{"hostname", required_argument, NULL, DO_HOSTNAME},
	{"help", no_argument, NULL, DO_HELP},
};

static void do_help(void)
{
	printf("usage: caisson do [options] -- PROGRAM [ARG...]\n\n"
	       "Runs PROGRAM of this host in a sandbox: it sees the host's files read-only, what it writes is kept in memory and\n"
	       "vanishes at exit. stdin, stdout, stderr, working directory and environment pass through. The exit status is the\n"
	       "program's own; 128+N if signal N ended it; 127 not found; 126 not executable; 125 a fault of Caisson;\n"
	       "124 the host refuses; 123 a limit of Caisson.\n\n"
	       "  --rw DIR         let writes to DIR go through to the host (repeatable)\n"
	       "  --cwd DIR        start there instead of the current directory\n"
	       "  --hostname NAME  what uname says inside (default: caisson)\n"
	       "\nand the global options, see `caisson help`.\n");
}

static int take_rw(struct do_args *a, const char *dir)
{
	struct stat st;
	char *real;

	if (a->nrw == DO_MAX_RW) {
		tell("do: --rw given more than %d times", DO_MAX_RW);
		return EXIT_USAGE;
	}
	real = realpath(dir, NULL);
	if (!real || stat(real, &st) < 0) {
		tell_errno(errno, "do: --rw %s", dir);
		free(real);
		return EXIT_USAGE;
	}
	if (!S_ISDIR(st.st_mode)) {
		tell("do: --rw %s: not a directory", dir);
		free(real);
		return EXIT_USAGE;
	}
	a->rw[a->nrw++] = real;
	return 0;
}

static int take_do_option(struct do_args *a, int c, char *arg)
{
	switch ((enum do_option)c) {
	case DO_RW:
		return take_rw(a, arg);
	case DO_CWD:
		free(a->cwd);
		a->cwd = realpath(arg, NULL);
		if (!a->cwd) {
			tell_errno(errno, "do: --cwd %s", arg);
			return EXIT_USAGE;
		}
		return 0;
	case DO_HOSTNAME:
		if (strlen(arg) > 64) {
			tell("do: --hostname: longer than 64 bytes");
			return EXIT_USAGE;
		}
		a->hostname = arg;
		return 0;
	case DO_HELP:
		break;
	}
	return EXIT_USAGE;
}

/* -1: run; else the exit status. */
static int parse(struct globals *g, struct do_args *a, int argc, char **argv)
{
	struct option all[DO_NOPTIONS + GLOBALS_NOPTIONS];
	int c, r;

	memcpy(all, do_options, sizeof(do_options));
	memcpy(all + DO_NOPTIONS, globals_options, sizeof(struct option) * GLOBALS_NOPTIONS);
	while ((c = getopt_long_only(argc, argv, "+", all, NULL)) != -1) {
		if (c == DO_HELP) {
			do_help();
			return 0;
		}
		if (c == '?')
			return EXIT_USAGE; /* getopt has said why */
		r = globals_owns(c) ? globals_take(g, c, optarg) : take_do_option(a, c, optarg);
		if (r != 0)
			return r;
	}
	if (optind >= argc) {
		tell("do: no program given; usage: caisson do [options] -- PROGRAM [ARG...]");
		return EXIT_USAGE;
	}
	a->argv = argv + optind;
	a->argc = (uint32_t)(argc - optind);
	return -1;
}

static void fill_rlimits(struct plan_process *p)
{
	for (int i = 0; i < LX_RLIM_NLIMITS; i++) {
		struct rlimit l = {RLIM_INFINITY, RLIM_INFINITY};

		if (getrlimit((__rlimit_resource_t)i, &l) == 0) {
			p->rlimits[i].rlim_cur = l.rlim_cur;
			p->rlimits[i].rlim_max = l.rlim_max;
		}
	}
}

static int fill_groups(struct plan_process *p)
{
	int n = getgroups(0, NULL);

	if (n < 0)
		return -errno;
	p->groups = calloc((size_t)n + 1, sizeof(*p->groups));
	if (!p->groups)
		return -ENOMEM;
	n = getgroups(n, p->groups);
	if (n < 0)
		return -errno;
	p->ngroups = (uint32_t)n;
	return 0;
}

static mode_t current_umask(void)
{
	mode_t m = umask(0);

	umask(m);
	return m;
}

/* Borrows everything but groups. */
static int fill_process(struct do_args *a, struct plan_process *p)
{
	while (environ[p->envp.n])
		p->envp.n++;
	p->envp.v = environ;
	p->argv = (struct plan_strings){a->argv, a->argc};
	p->cwd = a->cwd;
	p->uid = getuid();
	p->gid = getgid();
	p->umask = current_umask();
	p->flags = PLAN_KILLABLE;
	fill_rlimits(p);
	return fill_groups(p);
}

static char type_bind[] = "bind", type_dev[] = "devtmpfs", type_pts[] = "devpts";
static char type_proc[] = "proc", type_sys[] = "sysfs", at_dev[] = "/dev", at_pts[] = "/dev/pts";
static char at_proc[] = "/proc", at_sys[] = "/sys", pts_options[] = "mode=0620,ptmxmode=0666";

/* What is always ours. */
static const struct plan_mount own_mounts[] = {
	{.destination = at_dev,
	 .type = type_dev,
	 .source = type_dev,
	 .set = LX_MS_NOSUID | LX_MS_NOEXEC},
	{.destination = at_pts,
	 .type = type_pts,
	 .source = type_pts,
	 .data = pts_options,
	 .set = LX_MS_NOSUID | LX_MS_NOEXEC},
	{.destination = at_proc,
	 .type = type_proc,
	 .source = type_proc,
	 .set = LX_MS_NOSUID | LX_MS_NODEV | LX_MS_NOEXEC},
	{.destination = at_sys,
	 .type = type_sys,
	 .source = type_sys,
	 .set = LX_MS_NOSUID | LX_MS_NODEV | LX_MS_NOEXEC | LX_MS_RDONLY},
};
#define DO_NOWN_MOUNTS (sizeof(own_mounts) / sizeof(own_mounts[0]))
#define DO_MAX_MOUNTS  (DO_NOWN_MOUNTS + DO_MAX_RW)

static void fill_mounts(const struct do_args *a, struct plan_mount *mounts, struct plan *p)
{
	memcpy(mounts, own_mounts, sizeof(own_mounts));
	for (uint32_t i = 0; i < a->nrw; i++)
		mounts[DO_NOWN_MOUNTS + i] = (struct plan_mount){
			.destination = a->rw[i], .type = type_bind, .source = a->rw[i]};
	p->mounts = mounts;
	p->nmounts = (uint32_t)DO_NOWN_MOUNTS + a->nrw;
}

/* Borrows everything but the groups of the process. mounts: DO_MAX_MOUNTS of them. */
static int fill_plan(const struct globals *g, struct do_args *a, struct plan_mount *mounts,
		     struct plan *p)
{
	static char default_hostname[] = "caisson";

	p->hostname = default_hostname;
	if (a->hostname)
		memcpy(&p->hostname, &a->hostname, sizeof(p->hostname));
	p->flags = (g->strace ? PLAN_STRACE : 0) |
		   (g->overlay == OVERLAY_NONE ? PLAN_ROOT_READONLY : PLAN_ROOT_OVERLAY);
	plan_limits_none(&p->limits);
	fill_mounts(a, mounts, p);
	return fill_process(a, &p->process);
}

struct do_files {
	unsigned closed; /* bit i: the caller gave us no descriptor i; /dev/null stands there
			    instead */
	int log_fd, strace_fd;
};

/*
 * Our stdio as the plan sends it: terminals and pipes with a description of their own where the
 * host allows, so that the Sentry may read without sleeping; closed ones as placeholders. Each is a
 * new descriptor, closed by close_stdio.
 */
static void stdio_fds(const struct do_files *f, int *fds, uint32_t *flags)
{
	static const uint32_t closed[] = {PLAN_STDIN_CLOSED, PLAN_STDOUT_CLOSED,
					  PLAN_STDERR_CLOSED};

	for (int i = 0; i < 3; i++) {
		fds[i] = host_own_description(i);
		if (fds[i] < 0)
			fds[i] = fcntl(i, F_DUPFD_CLOEXEC, 3);
		if (f->closed & 1u << i)
			*flags |= closed[i];
	}
}

static void close_stdio(const int *fds)
{
	for (int i = 0; i < 3; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

static int send_plan(struct sandbox *sb, struct plan *p, const struct do_files *f)
{
	int fds[PLAN_FD_STRACE + 1];
	size_t nfds = PLAN_FD_STRACE, len;
	void *bytes;
	int r;

	stdio_fds(f, fds, &p->process.flags);
	fds[PLAN_FD_GOFER] = sb->gofer_fd;
	if (f->strace_fd >= 0)
		fds[nfds++] = f->strace_fd;
	r = plan_encode(p, &bytes, &len);
	if (r == 0) {
		r = control_send(sb->control_fd, CONTROL_PLAN, bytes, len, fds, nfds);
		free(bytes);
	}
	close_stdio(fds);
	close(sb->gofer_fd);
	sb->gofer_fd = -1;
	return r;
}

/* A log or trace file of ours; -1 and told. */
static int open_output(const char *path, const char *option)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);

	if (fd < 0)
		tell_errno(errno, "%s=%s: cannot write there", option, path);
	return fd;
}

/* Fill 0, 1 and 2 where they are closed, so that no descriptor of ours ever stands there. */
static int fill_stdio(struct do_files *f)
{
	for (int i = 0; i < 3; i++) {
		if (fcntl(i, F_GETFD) >= 0)
			continue;
		f->closed |= 1u << i;
		if (open("/dev/null", O_RDWR | O_CLOEXEC) != i)
			return -errno;
	}
	return 0;
}

static int open_files(const struct globals *g, struct do_files *f)
{
	int r = fill_stdio(f);

	f->log_fd = f->strace_fd = -1;
	if (r < 0) {
		tell_errno(-r, "opening /dev/null in place of closed stdio");
		return EXIT_HOST_REFUSES;
	}
	if (g->log_file && (f->log_fd = open_output(g->log_file, "--log")) < 0)
		return EXIT_USAGE;
	if (!g->strace)
		return 0;
	f->strace_fd = g->strace_file ? open_output(g->strace_file, "--strace")
				      : fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	return f->strace_fd < 0 ? EXIT_USAGE : 0;
}

static void close_files(struct do_files *f)
{
	if (f->log_fd >= 0)
		close(f->log_fd);
	if (f->strace_fd >= 0)
		close(f->strace_fd);
}

static int run(const struct globals *g, struct do_args *a, struct do_files *f)
{
	struct gofer_export exports[DO_MAX_RW + 1] = {
		{.host_path = "/", .name = "/", .writable = false}};
	struct spawn_args spawn = {.platform = g->platform,
				   .exports = exports,
				   .log_fd = f->log_fd,
				   .debug = g->debug,
				   .required = g->required};
	struct plan_mount mounts[DO_MAX_MOUNTS];
	struct plan plan = {0};
	struct sandbox sb;
	int status, r;

	for (uint32_t i = 0; i < a->nrw; i++)
		exports[i + 1] = (struct gofer_export){
			.host_path = a->rw[i], .name = a->rw[i], .writable = true};
	spawn.nexports = a->nrw + 1;
	r = fill_plan(g, a, mounts, &plan);
	if (r < 0) {
		tell_errno(-r, "do: reading our own groups");
		return EXIT_OUR_FAULT;
	}
	supervise_prepare();
	status = sandbox_spawn(&spawn, &sb);
	if (status != 0) {
		free(plan.process.groups);
		return status;
	}
	r = send_plan(&sb, &plan, f);
	if (r < 0 &&
	    r != -EPIPE) { /* EPIPE: the Sentry has told why, or died: supervise says which */
		tell_errno(-r, "do: sending the plan to the sandbox");
		status = EXIT_OUR_FAULT;
	} else {
		status = supervise(&sb);
	}
	free(plan.process.groups);
	sandbox_reap(&sb);
	return status;
}

static char *absolute_cwd(void)
{
	char *cwd = getcwd(NULL, 0);

	if (cwd && cwd[0] == '/')
		return cwd;
	free(cwd);
	return strdup("/");
}

/* A program that died by a signal: 128+N, as a shell says it. */
static int exit_status(int status)
{
	return status < 0 ? 128 - status : status;
}

int verb_do(struct globals *g, int argc, char **argv)
{
	struct do_args a = {0};
	struct do_files f = {0};
	int status = parse(g, &a, argc, argv);

	if (status >= 0)
		return status;
	if (!a.cwd)
		a.cwd = absolute_cwd();
	if (!a.cwd) {
		tell_errno(ENOMEM, "do: the current directory");
		return EXIT_OUR_FAULT;
	}
	status = probe_require(g->platform, g->required);
	if (status == 0)
		status = open_files(g, &f);
	if (status == 0) {
		status = exit_status(run(g, &a, &f));
		close_files(&f);
	}
	for (uint32_t i = 0; i < a.nrw; i++)
		free(a.rw[i]);
	free(a.cwd);
	return status;
}
