/* SPDX-License-Identifier: Apache-2.0 */
/* The stand-in's life: one poll over signals and the news of how the guest process ended. */
#include "runtime/proxy.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "base/log.h"
#include "host/fd.h"
#include "host/io.h"
#include "host/ns.h"
#include "host/proc.h"
#include "host/thread.h"
#include "runtime/keeper.h"
#include "runtime/namespaces.h"
#include "runtime/runtime.h"
#include "wire/request.h"

enum proxy_tag { TAG_WAIT = 1, TAG_SIGNAL };

int proxy_signals(void)
{
	sigset_t set;
	int fd;

	/* Faults of our own stay fatal. */
	sigfillset(&set);
	sigdelset(&set, SIGSEGV);
	sigdelset(&set, SIGBUS);
	sigdelset(&set, SIGILL);
	sigdelset(&set, SIGFPE);
	sigdelset(&set, SIGSYS);
	sigprocmask(SIG_SETMASK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

/* A limit of 1 keeps core(5) from running a helper, too, which 0 does not. */
int proxy_settle(int null, int *keep, size_t n)
{
	static const struct rlimit no_core = {1, 1};
	int all[PROXY_KEEP_MAX + 3] = {0, 1, 2}, r = 0;

	check(n <= PROXY_KEEP_MAX);
	memcpy(all + 3, keep, n * sizeof(*keep));
	log_set_fd(-1);
	for (int i = 0; i < 3 && r >= 0; i++)
		r = host_dup_to(null, i);
	if (r >= 0)
		r = host_close_all_but(all, n + 3);
	if (r < 0)
		return r;
	if (setrlimit(RLIMIT_CORE, &no_core) < 0)
		return -errno;
	if (chdir("/") < 0)
		return -errno;
	r = host_no_new_privs();
	return r < 0 ? r : host_keep_caps(0);
}

void proxy_end(int status)
{
	struct sigaction dfl = {.sa_handler = SIG_DFL};
	sigset_t none;

	if (WIFEXITED(status))
		_exit(WEXITSTATUS(status));
	if (WIFSIGNALED(status)) {
		int signo = WTERMSIG(status);

		if (host_set_dumpable(false) < 0)
			_exit(128 + signo);
		(void)sigaction(signo, &dfl, NULL);
		sigemptyset(&none);
		(void)sigprocmask(SIG_SETMASK, &none, NULL);
		if (raise(signo) != 0)
			_exit(EXIT_OUR_FAULT);
		_exit(128 + signo); /* a signal that does not end a process: not a death of Linux */
	}
	proxy_end(SIGKILL);
}

/* ---- coming into place ---- */

static NORETURN void fail(const struct proxy_config *c, int err, const char *what)
{
	static const char failed = PROXY_FAILED;

	tell_errno(-err, "the process that stands for the container: %s", what);
	if (send(c->line, &failed, 1, MSG_NOSIGNAL) < 0)
		_exit(EXIT_OUR_FAULT);
	_exit(EXIT_OUR_FAULT);
}

static void come_into_place(const struct proxy_config *c, struct proxy_go *ret)
{
	static const char ready = PROXY_READY;
	int r = host_setsid();

	host_thread_set_name("init");
	if (r < 0 && r != -EPERM)
		fail(c, r, "setsid");
	r = namespaces_enter(c->keeper);
	if (r < 0)
		fail(c, r, "entering the container's namespaces");
	if (send(c->line, &ready, 1, MSG_NOSIGNAL) != 1 ||
	    recv(c->line, ret, sizeof(*ret), 0) != (ssize_t)sizeof(*ret))
		_exit(EXIT_OUR_FAULT); /* our maker is gone: so is the container */
}

/* ---- life ---- */

struct proxy {
	const struct proxy_config *c;
	int32_t pid;
	int signals;
};

/* The guest is told; if nobody hears, the death that follows tells us. */
static void forward(const struct proxy *p)
{
	struct signalfd_siginfo si;

	while (host_read(p->signals, &si, sizeof(si)) == (ssize_t)sizeof(si)) {
		struct leash_record record = {.value = (int32_t)si.ssi_signo};
		struct request q = {.tag = TAG_SIGNAL,
				    .op = REQUEST_KILL,
				    .pid = p->pid,
				    .whom = REQUEST_WHOM_PROCESS,
				    .signo = si.ssi_signo};

		if (si.ssi_signo == SIGCHLD || si.ssi_signo == SIGPIPE)
			continue;
		if (p->c->leash >= 0) {
			if (send(p->c->leash, &record, sizeof(record),
				 MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
				return;
		} else if (request_send(p->c->conn, &q, NULL, 0) < 0) {
			return;
		}
	}
}

/* Ends if the news is that of the end. */
static void hear_leash(const struct proxy *p)
{
	struct leash_record record;
	ssize_t n = recv(p->c->leash, &record, sizeof(record), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	proxy_end(n == (ssize_t)sizeof(record) ? record.value : SIGKILL);
}

static void hear_sentry(const struct proxy *p)
{
	AUTO(control_msg_fini) struct control_msg m = {0};
	AUTO(answer_fini) struct answer a = {0};

	if (control_recv(p->c->conn, &m) <= 0 || m.type != CONTROL_ANSWER ||
	    answer_decode(m.payload, m.len, &a) < 0)
		proxy_end(SIGKILL);
	if (a.tag == TAG_WAIT)
		proxy_end(a.error == 0 ? (int)a.wait_status : SIGKILL);
}

static int ask_for_the_end(const struct proxy *p)
{
	struct request q = {.tag = TAG_WAIT, .op = REQUEST_WAIT, .pid = p->pid};

	return p->c->conn < 0 ? 0 : request_send(p->c->conn, &q, NULL, 0);
}

void proxy_main(const struct proxy_config *config)
{
	struct proxy p = {.c = config, .signals = proxy_signals()};
	struct pollfd fds[2];
	struct proxy_go go;
	int keep[2], r;

	if (p.signals < 0)
		fail(config, p.signals, "signalfd");
	come_into_place(config, &go);
	p.pid = go.pid;
	keep[0] = p.signals;
	keep[1] = config->leash >= 0 ? config->leash : config->conn;
	r = proxy_settle(config->null, keep, 2);
	if (r == 0)
		r = ask_for_the_end(&p);
	fds[0] = (struct pollfd){.fd = p.signals, .events = POLLIN};
	fds[1] = (struct pollfd){.fd = config->leash >= 0 ? config->leash : config->conn,
				 .events = POLLIN};
	while (r == 0) {
		if (poll(fds, 2, -1) < 0)
			continue;
		if (fds[0].revents)
			forward(&p);
		if (fds[1].revents && config->leash >= 0)
			hear_leash(&p);
		else if (fds[1].revents)
			hear_sentry(&p);
	}
	proxy_end(SIGKILL);
}
