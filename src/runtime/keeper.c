/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keeper's two lives: as a helper of `create` it makes the sandbox's processes inside the
 * container's namespaces; then it watches over them until the last is gone.
 */
#include "runtime/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "host/fd.h"
#include "host/ns.h"
#include "host/proc.h"
#include "host/thread.h"
#include "runtime/proxy.h"
#include "runtime/runtime.h"
#include "wire/control.h"

struct keeper {
	const struct keeper_config *c;
	struct sandbox sb;
	int signals;
	bool told; /* init knows how the guest ended */
};

static void answer(const struct keeper *k, char what, const int *fds, size_t n)
{
	if (host_send_fds(k->c->line, &what, 1, fds, n, 0) != 1)
		_exit(EXIT_OUR_FAULT); /* nobody is there: nothing is made */
}

static NORETURN void fail(const struct keeper *k)
{
	answer(k, KEEPER_FAILED, NULL, 0);
	_exit(EXIT_OUR_FAULT);
}

static void must(const struct keeper *k, int r, const char *what)
{
	if (r == 0)
		return;
	tell_errno(-r, "the container's namespaces: %s", what);
	fail(k);
}

/* ---- making the sandbox ---- */

static void set_names(const struct keeper *k)
{
	const struct keeper_config *c = k->c;

	if (c->hostname && sethostname(c->hostname, strlen(c->hostname)) < 0)
		must(k, -errno, "sethostname");
	if (c->domainname && setdomainname(c->domainname, strlen(c->domainname)) < 0)
		must(k, -errno, "setdomainname");
}

static void enter(const struct keeper *k)
{
	const struct namespaces *ns = k->c->ns;

	if (namespaces_join(ns) < 0)
		fail(k);
	if (ns->make & CLONE_NEWUSER)
		must(k, namespaces_become_root(), "becoming its root");
	if (ns->make & CLONE_NEWNS)
		must(k, namespaces_private_mounts(), "keeping its mounts from the host");
	if (ns->make & CLONE_NEWPID)
		host_use_own_proc();
	if (ns->make & CLONE_NEWUTS)
		set_names(k);
}

static void spawn(struct keeper *k)
{
	AUTO(host_close_fd) int gofer = -1;
	AUTO(host_close_fd) int sentry = -1;

	if (sandbox_spawn(&k->c->spawn, &k->sb) != 0)
		fail(k);
	gofer = host_pidfd_open(k->sb.gofer);
	sentry = host_pidfd_open(k->sb.sentry);
	if (gofer < 0 || sentry < 0) {
		tell_errno(gofer < 0 ? -gofer : -sentry, "pidfd_open: the host refuses");
		fail(k);
	}
	answer(k, KEEPER_SPAWN, (int[]){k->sb.control_fd, k->sb.gofer_fd, sentry, gofer}, 4);
	host_close(k->sb.gofer_fd);
	k->sb.gofer_fd = -1;
}

/* The container's mount namespace shall show its files, to who enters it, and not the host's. */
static void take_root(const struct keeper *k)
{
	int r = k->c->ns->make & CLONE_NEWNS ? namespaces_pivot(k->c->rootfs) : 0;

	if (r < 0)
		tell_warning("the mount namespace of the container shows the host's files: %s",
			     strerror(-r));
}

static void serve_create(struct keeper *k)
{
	char command;

	for (;;) {
		if (recv(k->c->line, &command, 1, 0) != 1)
			_exit(EXIT_OUR_FAULT);
		switch ((enum keeper_command)command) {
		case KEEPER_MAPPED:
			enter(k);
			answer(k, command, NULL, 0);
			break;
		case KEEPER_SPAWN:
			spawn(k);
			break;
		case KEEPER_GO:
			take_root(k);
			answer(k, command, NULL, 0);
			return;
		}
	}
}

/* ---- watching over it ---- */

static void tell_init(struct keeper *k, uint32_t status)
{
	struct leash_record record = {.value = (int32_t)status};

	if (!k->told && send(k->c->leash, &record, sizeof(record), MSG_NOSIGNAL) < 0)
		return; /* it is gone, which poll says as well */
	k->told = true;
}

/* The Sentry's last word, or its silence. */
static void hear_sentry(struct keeper *k)
{
	AUTO(control_msg_fini) struct control_msg m = {0};
	int r = control_recv(k->sb.control_fd, &m);
	uint32_t status;

	if (r == 1 && m.type == CONTROL_STOPPED)
		return;
	if (r == 1 && m.type == CONTROL_EXITED && control_msg_u32(&m, &status) == 0)
		tell_init(k, status);
	else
		tell_init(k, SIGKILL);
	host_close(k->sb.control_fd); /* with its life line the sandbox ends */
	k->sb.control_fd = -1;
}

/* Not reaped yet, so the pid is nobody else's. 0: it is. */
static void kill_one(pid_t pid)
{
	if (pid > 0 && host_kill(pid, SIGKILL) < 0)
		_exit(EXIT_OUR_FAULT); /* with us PDEATHSIG kills it */
}

static NORETURN void end_all(struct keeper *k)
{
	host_close(k->sb.control_fd);
	kill_one(k->sb.sentry);
	kill_one(k->sb.gofer);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
	_exit(0);
}

/* A signal for the guest, or the end of init. */
static void hear_init(struct keeper *k)
{
	struct leash_record record;
	ssize_t n = recv(k->c->leash, &record, sizeof(record), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n != (ssize_t)sizeof(record))
		end_all(k);
	if (k->sb.control_fd >= 0 &&
	    control_send_u32(k->sb.control_fd, CONTROL_SIGNAL, (uint32_t)record.value) < 0)
		return; /* the Sentry is gone, which poll says as well */
}

static void reap(struct keeper *k)
{
	char drained[512];
	pid_t pid;

	while (read(k->signals, drained, sizeof(drained)) > 0)
		;
	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0) {
		if (pid == k->sb.sentry)
			k->sb.sentry = 0;
		if (pid == k->sb.gofer)
			k->sb.gofer = 0;
	}
	/* Without files the sandbox cannot go on. The Gofer of one that ended ends by itself. */
	if (k->sb.gofer == 0 && k->sb.sentry > 0 && k->sb.control_fd >= 0 && !k->told)
		kill_one(k->sb.sentry);
}

/* A Sentry that stops in the middle of a message must not keep us from hearing of init. */
static void limit_patience(int fd)
{
	static const struct timeval patience = {.tv_sec = 5};

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0)
		_exit(EXIT_OUR_FAULT);
}

void keeper_main(const struct keeper_config *config)
{
	struct keeper k = {.c = config, .sb = {.control_fd = -1, .gofer_fd = -1}};
	int null = host_open(AT_FDCWD, "/dev/null", O_RDWR, 0);
	int keep[3];

	host_thread_set_name("keeper");
	if (host_setsid() < 0)
		_exit(EXIT_OUR_FAULT);
	if (host_become_subreaper() < 0)
		_exit(EXIT_OUR_FAULT);
	serve_create(&k);
	k.signals = proxy_signals();
	keep[0] = k.signals;
	keep[1] = k.sb.control_fd;
	keep[2] = config->leash;
	if (k.signals < 0 || null < 0 || proxy_settle(null, keep, 3) < 0)
		_exit(EXIT_OUR_FAULT);
	limit_patience(k.sb.control_fd);
	reap(&k);
	for (;;) {
		struct pollfd p[] = {{.fd = k.signals, .events = POLLIN},
				     {.fd = k.sb.control_fd, .events = POLLIN},
				     {.fd = k.c->leash, .events = POLLIN}};

		if (poll(p, ARRAY_SIZE(p), -1) < 0)
			continue;
		if (p[1].revents)
			hear_sentry(&k);
		if (p[2].revents)
			hear_init(&k);
		if (p[0].revents)
			reap(&k);
	}
}
