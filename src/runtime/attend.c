/* SPDX-License-Identifier: Apache-2.0 */
/* One poll over signals, the child's end, and two directions of bytes. */
#include "runtime/attend.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/fd.h"
#include "host/io.h"
#include "host/proc.h"
#include "runtime/runtime.h"

static sigset_t attended;

void attend_prepare(void)
{
	sigfillset(&attended);
	sigdelset(&attended, SIGSEGV);
	sigdelset(&attended, SIGBUS);
	sigdelset(&attended, SIGILL);
	sigdelset(&attended, SIGFPE);
	sigdelset(&attended, SIGSYS);
	sigdelset(&attended, SIGPIPE);
	sigdelset(&attended, SIGTSTP); /* job control of our own shell */
	sigdelset(&attended, SIGTTIN);
	sigdelset(&attended, SIGTTOU);
	sigprocmask(SIG_BLOCK, &attended, NULL);
}

struct attendance {
	pid_t pid;
	const struct console *console;
	int signals;
	bool no_input; /* our stdin has ended */
	bool no_output;
};

static void on_signals(const struct attendance *a)
{
	struct signalfd_siginfo si;

	while (read(a->signals, &si, sizeof(si)) == (ssize_t)sizeof(si)) {
		if (si.ssi_signo == SIGCHLD || si.ssi_signo == SIGPIPE || si.ssi_signo == SIGURG)
			continue;
		if (si.ssi_signo == SIGWINCH && a->console->master >= 0)
			console_resize(a->console);
		else if (host_kill(a->pid, (int)si.ssi_signo) < 0)
			return;
	}
}

/* What is typed. The end of our input is not the end of the terminal. */
static void copy_in(struct attendance *a)
{
	char buf[4096];
	ssize_t n = host_read(STDIN_FILENO, buf, sizeof(buf));

	if (n <= 0 || host_write_all(a->console->master, buf, (size_t)n) < 0)
		a->no_input = true;
}

/* EIO: the last one who had the other side open is gone. */
static void copy_out(struct attendance *a)
{
	char buf[16384];
	ssize_t n = host_read(a->console->master, buf, sizeof(buf));

	if (n <= 0 || host_write_all(STDOUT_FILENO, buf, (size_t)n) < 0)
		a->no_output = true;
}

static void copy_rest(struct attendance *a)
{
	while (a->console->master >= 0 && !a->no_output &&
	       host_poll_now(a->console->master, POLLIN) & POLLIN)
		copy_out(a);
}

int attend(pid_t pid, const struct console *console)
{
	struct attendance a = {.pid = pid, .console = console};
	struct host_exit end;
	int r;

	a.signals = signalfd(-1, &attended, SFD_CLOEXEC | SFD_NONBLOCK);
	if (a.signals < 0 || (console->master >= 0 && console_raw(console) < 0))
		tell_warning("signals or the terminal: %s", strerror(errno));
	while ((r = host_wait_now(pid, &end)) == -EAGAIN) {
		bool in = console->master >= 0 && !a.no_input;
		bool out = console->master >= 0 && !a.no_output;
		struct pollfd p[] = {{.fd = a.signals, .events = POLLIN},
				     {.fd = in ? STDIN_FILENO : -1, .events = POLLIN},
				     {.fd = out ? console->master : -1, .events = POLLIN}};

		if (poll(p, ARRAY_SIZE(p), -1) < 0)
			continue;
		if (p[0].revents)
			on_signals(&a);
		if (p[1].revents)
			copy_in(&a);
		if (p[2].revents)
			copy_out(&a);
	}
	copy_rest(&a);
	console_restore();
	host_close(a.signals);
	if (r < 0)
		return EXIT_OCI;
	return end.signaled ? 128 + end.code : end.code;
}
