/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CLI's life beside a running sandbox: one poll over the control socket, a signalfd and a pidfd
 * of the Gofer, without whose files the sandbox cannot go on. Signals that would end or stop the
 * CLI go to the guest instead; what the guest's init does with them is what the caller's shell then
 * sees.
 */
#include "runtime/supervise.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gofer/gofer.h"
#include "host/fd.h"
#include "host/proc.h"
#include "runtime/runtime.h"
#include "runtime/spawn.h"
#include "wire/control.h"

static const int forwarded[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGTERM,  SIGUSR1, SIGUSR2,
				SIGALRM, SIGTSTP, SIGCONT, SIGWINCH, SIGTTIN, SIGTTOU};

static void forwarded_set(sigset_t *ret)
{
	sigemptyset(ret);
	for (size_t i = 0; i < sizeof(forwarded) / sizeof(forwarded[0]); i++)
		sigaddset(ret, forwarded[i]);
}

void supervise_prepare(void)
{
	sigset_t set;

	forwarded_set(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* One signal of ours goes to the guest. -EPIPE: the Sentry is gone, which the socket will say as
 * well. */
static void forward(struct sandbox *sb, int signal_fd)
{
	struct signalfd_siginfo si;

	if (read(signal_fd, &si, sizeof(si)) != (ssize_t)sizeof(si))
		return;
	if (control_send_u32(sb->control_fd, CONTROL_SIGNAL, si.ssi_signo) < 0)
		return;
}

enum step { GO_ON, ENDED };

/* Init was stopped: stop with it, so that the caller's shell gets its terminal back. SIGCONT comes
 * by the signalfd. */
static void stop_too(void)
{
	raise(SIGSTOP);
}

static enum step on_failed(const struct control_msg *m, int *ret_status)
{
	uint32_t why;

	if (control_msg_u32(m, &why) < 0 || why < CONTROL_OUR_LIMIT || why > CONTROL_NOT_FOUND) {
		tell("the sandbox sent a failure that makes no sense; this is a bug of Caisson");
		*ret_status = EXIT_OUR_FAULT;
		return ENDED;
	}
	tell("%s", (const char *)m->payload + 4);
	*ret_status = (int)why;
	return ENDED;
}

static enum step on_exited(const struct control_msg *m, int *ret_status)
{
	uint32_t status;

	if (control_msg_u32(m, &status) < 0) {
		tell("the sandbox sent an exit status that makes no sense; this is a bug of Caisson");
		*ret_status = EXIT_OUR_FAULT;
		return ENDED;
	}
	*ret_status = WIFSIGNALED((int)status) ? -WTERMSIG((int)status) : WEXITSTATUS((int)status);
	return ENDED;
}

static enum step on_message(const struct control_msg *m, int *ret_status)
{
	switch (m->type) {
	case CONTROL_STARTED:
		return GO_ON;
	case CONTROL_STOPPED:
		stop_too();
		return GO_ON;
	case CONTROL_FAILED:
		return on_failed(m, ret_status);
	case CONTROL_EXITED:
		return on_exited(m, ret_status);
	case CONTROL_PLAN:
	case CONTROL_SIGNAL:
	case CONTROL_REQUEST:
	case CONTROL_ANSWER:
		break;
	}
	tell("the sandbox sent a message of type %d, which it may not; this is a bug of Caisson",
	     (int)m->type);
	*ret_status = EXIT_OUR_FAULT;
	return ENDED;
}

/* The Sentry closed its socket without a word: say how it died. */
static int sentry_vanished(struct sandbox *sb)
{
	int status = 0;
	pid_t pid;

	do
		pid = waitpid(sb->sentry, &status, 0);
	while (pid < 0 && errno == EINTR);
	sb->sentry = 0;
	if (pid > 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		tell("the sandbox's kernel made a host call that is not on its list, and was ended for it; with --log=FILE its log names the call");
	else if (pid > 0 && WIFSIGNALED(status))
		tell("the sandbox's kernel was ended by signal %d (%s); with --log=FILE its log says what it did last",
		     WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		tell("the sandbox's kernel ended without a word (status %d); with --log=FILE its log says what it did last",
		     WEXITSTATUS(status));
	return EXIT_OUR_FAULT;
}

static enum step on_socket(struct sandbox *sb, int *ret_status)
{
	AUTO(control_msg_fini) struct control_msg m = {0};
	int r = control_recv(sb->control_fd, &m);

	if (r == 1)
		return on_message(&m, ret_status);
	if (r == 0) {
		*ret_status = sentry_vanished(sb);
	} else {
		tell_errno(-r, "reading from the sandbox's control socket");
		*ret_status = EXIT_OUR_FAULT;
	}
	return ENDED;
}

/*
 * The Gofer ended. By itself it does so when the Sentry has closed its connection, that is after
 * the end: then what the Sentry said is still to be read.
 */
static enum step on_gofer(struct sandbox *sb, struct pollfd *p, int *ret_status)
{
	int status = 0;
	pid_t pid;

	do
		pid = waitpid(sb->gofer, &status, 0);
	while (pid < 0 && errno == EINTR);
	sb->gofer = 0;
	p->fd = -1; /* poll passes over it from now on */
	if (pid < 0 || (WIFEXITED(status) && WEXITSTATUS(status) == 0))
		return GO_ON;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		tell("the sandbox's file proxy (Gofer) made a host call that is not on its list, and was ended for it");
	else if (WIFEXITED(status) && WEXITSTATUS(status) == GOFER_EXIT_UNCONFINED)
		tell("--require-isolation: the sandbox's file proxy (Gofer) cannot be confined to what it serves: this takes Landlock or the host's root");
	else if (WIFSIGNALED(status))
		tell("the sandbox's file proxy (Gofer) was ended by signal %d (%s); without files the sandbox cannot go on",
		     WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		tell("the sandbox's file proxy (Gofer) ended with status %d; with --log=FILE its log says why",
		     WEXITSTATUS(status));
	*ret_status = EXIT_OUR_FAULT;
	return ENDED;
}

int supervise(struct sandbox *sb)
{
	AUTO(host_close_fd) int gofer = host_pidfd_open(sb->gofer);
	struct pollfd p[3];
	int status = EXIT_OUR_FAULT;
	sigset_t set;

	forwarded_set(&set);
	p[0] = (struct pollfd){.fd = sb->control_fd, .events = POLLIN};
	p[1] = (struct pollfd){.fd = signalfd(-1, &set, SFD_CLOEXEC), .events = POLLIN};
	p[2] = (struct pollfd){.fd = gofer,
			       .events = POLLIN}; /* a host without pidfds: negative, passed over */
	if (p[1].fd < 0) {
		tell_errno(errno, "signalfd: the host refuses");
		return EXIT_HOST_REFUSES;
	}
	for (;;) {
		if (poll(p, 3, -1) < 0) {
			if (errno == EINTR) /* revents are the last round's */
				continue;
			break;
		}
		if (p[1].revents)
			forward(sb, p[1].fd);
		if (p[0].revents && on_socket(sb, &status) == ENDED)
			break;
		if (p[2].revents && on_gofer(sb, &p[2], &status) == ENDED)
			break;
	}
	close(p[1].fd);
	return status;
}
