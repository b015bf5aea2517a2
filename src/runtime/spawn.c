/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forks the Gofer and the Sentry. Neither executes a second program: the binary is one and static,
 * so a fork is all it takes. Each child keeps only its own end of the socketpairs; both die with
 * the CLI (PR_SET_PDEATHSIG), and the Sentry also when the control socket closes.
 */
#include "runtime/spawn.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "gofer/gofer.h"
#include "host/proc.h"
#include "runtime/runtime.h"
#include "sentry/boot/boot.h"

/* In a child: die with the CLI, also if it died before this. */
static void die_with(pid_t parent)
{
	if (host_die_with_parent(SIGKILL, parent) < 0)
		_exit(EXIT_OUR_FAULT);
}

static void close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

static int fork_gofer(const struct spawn_args *args, int control[2], int conn[2], pid_t *ret)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		struct gofer_config config = {.conn_fd = conn[1],
					      .exports = args->exports,
					      .n = args->nexports,
					      .log_fd = args->log_fd};

		die_with(parent);
		close(control[0]);
		close(control[1]);
		close(conn[0]);
		log_set_thread_name("gofer");
		gofer_main(&config);
	}
	*ret = pid;
	return 0;
}

static int fork_sentry(const struct spawn_args *args, int control[2], int conn[2], pid_t *ret)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		struct sentry_config config = {.control_fd = control[1],
					       .platform = args->platform};

		die_with(parent);
		close(control[0]);
		close(conn[0]);
		close(conn[1]);
		log_set_thread_name("sentry");
		sentry_main(&config);
	}
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
		r = fork_sentry(args, control, conn, &sb.sentry);
	if (r == 0)
		r = fork_gofer(args, control, conn, &sb.gofer);
	close_if_open(control[1]);
	close_if_open(conn[1]);
	if (r < 0) {
		tell_errno(-r,
			   "starting the sandbox's processes (socketpair, fork): the host refuses");
		kill_and_reap(sb.sentry);
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
