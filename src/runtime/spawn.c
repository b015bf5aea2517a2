/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forks the Gofer and the Sentry. Neither executes a second program: the binary is one and static,
 * so a fork is all it takes. Each is born into namespaces of its own where the host gives them, and
 * as an ordinary child where it does not; what either then can make of that it finds out, and says
 * in the log, itself. Each child keeps only its own end of the socketpairs; both die with the CLI
 * (PR_SET_PDEATHSIG), and the Sentry also when the control socket closes.
 */
#include "runtime/spawn.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "gofer/gofer.h"
#include "host/ns.h"
#include "host/proc.h"
#include "host/thread.h"
#include "runtime/runtime.h"
#include "sentry/boot/boot.h"

/* Sanitizers know of forks that the libc makes, and of no other. */
#ifdef HOST_THREAD_SANITIZED
#define WITH_NAMESPACES false
#else
#define WITH_NAMESPACES true
#endif

/*
 * In a child: die with the CLI, also if it died before this. From a pid namespace of its own it
 * does not see the CLI (0), and learns of an earlier death by its socket, which is closed.
 */
static void die_with(pid_t parent, bool in_namespaces)
{
	if (host_die_with_parent(SIGKILL, in_namespaces ? 0 : parent) < 0)
		_exit(EXIT_OUR_FAULT);
}

/* As host_fork_into; where the host refuses namespaces, an ordinary fork and *ret_refused. */
static pid_t fork_into(unsigned long namespaces, int *ret_refused)
{
	pid_t pid = host_fork_into(namespaces);

	*ret_refused = 0;
	if (pid >= 0)
		return pid;
	*ret_refused = pid;
	return host_fork();
}

static void close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

static int fork_gofer(const struct spawn_args *args, int control[2], int conn[2], pid_t *ret)
{
	int parent = getpid(), refused;
	pid_t pid = fork_into(WITH_NAMESPACES ? HOST_NS_GOFER : 0, &refused);

	if (pid < 0)
		return pid;
	if (pid == 0) {
		struct gofer_config config = {.conn_fd = conn[1],
					      .exports = args->exports,
					      .n = args->nexports,
					      .log_fd = args->log_fd,
					      .in_namespaces = WITH_NAMESPACES && refused == 0,
					      .required = args->required};

		die_with(parent, config.in_namespaces);
		close(control[0]);
		close(control[1]);
		close(conn[0]);
		host_thread_set_name("gofer");
		gofer_main(&config);
	}
	*ret = pid;
	return 0;
}

pid_t sentry_fork(struct sentry_config *config, int close_fd,
		  void (*run)(const struct sentry_config *))
{
	int parent = getpid(), refused;
	pid_t pid = fork_into(WITH_NAMESPACES ? HOST_NS_SENTRY : 0, &refused);

	if (pid == 0) {
		config->no_namespaces = WITH_NAMESPACES ? refused : -ENOTSUP;
		die_with(parent, config->no_namespaces == 0);
		close(close_fd);
		host_thread_set_name("sentry");
		run(config);
		_exit(EXIT_OUR_FAULT);
	}
	if (pid > 0 && WITH_NAMESPACES && refused == 0 && host_map_ids(pid) < 0)
		log_warn(
			"owners of the files that the sandbox was given will all seem to be nobody");
	return pid;
}

static int fork_sentry(const struct spawn_args *args, int control[2], pid_t *ret)
{
	struct sentry_config config = {
		.control_fd = control[1], .platform = args->platform, .required = args->required};
	pid_t pid = sentry_fork(&config, control[0], sentry_main);

	if (pid < 0)
		return pid;
	*ret = pid;
	return 0;
}

static void kill_and_reap(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

int sandbox_spawn(const struct spawn_args *args, struct sandbox *ret)
{
	struct sandbox sb = {.control_fd = -1, .gofer_fd = -1};
	int control[2] = {-1, -1}, conn[2] = {-1, -1};
	int r = 0;

	log_set_fd(args->log_fd);
	log_set_level(args->debug ? LOG_DEBUG : LOG_INFO);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control) < 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, conn) < 0)
		r = -errno;
	if (r == 0)
		r = fork_gofer(args, control, conn, &sb.gofer); /* works while the Sentry is made */
	if (r == 0)
		r = fork_sentry(args, control, &sb.sentry);
	close_if_open(control[1]);
	close_if_open(conn[1]);
	if (r < 0) {
		tell_errno(-r,
			   "starting the sandbox's processes (socketpair, fork): the host refuses");
		kill_and_reap(sb.gofer);
		close_if_open(control[0]);
		close_if_open(conn[0]);
		return EXIT_HOST_REFUSES;
	}
	sb.control_fd = control[0];
	sb.gofer_fd = conn[0];
	*ret = sb;
	return 0;
}

static void wait_for(pid_t pid)
{
	if (pid <= 0)
		return;
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

void sandbox_reap(struct sandbox *sb)
{
	close_if_open(sb->control_fd);
	close_if_open(sb->gofer_fd);
	sb->control_fd = sb->gofer_fd = -1;
	wait_for(sb->sentry);
	wait_for(sb->gofer);
	sb->sentry = sb->gofer = 0;
}
