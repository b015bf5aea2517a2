/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Serves the control socket. Signals from the keyboard go to the foreground process group of the
 * terminal that was passed through, others to init. When the CLI is gone there is nobody to run
 * for: the whole sandbox ends, stubs with it.
 */
#include "sentry/boot/serve.h"

#include <unistd.h>

#include "abi/signal.h"
#include "base/log.h"
#include "host/thread.h"
#include "sentry/fs/hostio/hostio.h"
#include "sentry/signal/signal.h"
#include "sentry/task/task.h"
#include "wire/control.h"

#define INIT_PID 1

static struct {
	struct host_thread thread;
	struct kernel *kernel;
	int fd;
} server;

static bool from_keyboard(int signo)
{
	return signo == LX_SIGINT || signo == LX_SIGQUIT || signo == LX_SIGTSTP ||
	       signo == LX_SIGWINCH;
}

static void deliver(struct kernel *k, int signo)
{
	int32_t fg = hostio_foreground();
	lx_siginfo_t info;

	if (from_keyboard(signo)) {
		siginfo_kernel(&info, signo);
		if (pgrp_signal_send(k, fg > 0 ? fg : INIT_PID, &info) == 0)
			return;
	}
	if (kernel_kill(k, INIT_PID, signo) < 0)
		log_debug("signal %d came when init was gone", signo);
}

static void serve(void *arg)
{
	(void)arg;
	for (;;) {
		AUTO(control_msg_fini) struct control_msg m = {0};
		uint32_t signo;
		int r = control_recv(server.fd, &m);

		if (r <= 0)
			break;
		if (m.type != CONTROL_SIGNAL || control_msg_u32(&m, &signo) < 0 || signo == 0 ||
		    signo > LX_NSIG) {
			log_error("control: a message that makes no sense");
			break;
		}
		deliver(server.kernel, (int)signo);
	}
	log_info("control: the CLI is gone, the sandbox ends");
	kernel_kill_all(server.kernel, LX_SIGKILL);
}

int serve_start(struct kernel *k, int control_fd)
{
	server.kernel = k;
	server.fd = control_fd;
	return host_thread_start_detached(&server.thread, "control", serve, NULL);
}
