/* SPDX-License-Identifier: Apache-2.0 */
/* The first descriptors of a process from outside: 0, 1 and 2 as its caller had them, and what else
 * he hands over from 3 on. */
#include <errno.h>
#include <unistd.h>

#include "abi/signal.h"
#include "sentry/boot/boot_priv.h"
#include "sentry/core/hostfd.h"
#include "sentry/core/jobs.h"
#include "sentry/fs/hostio/hostio.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/file.h"
#include "sentry/vfs/namei.h"

/* By its name in /dev/pts, so that ttyname(3) knows it. */
static int open_by_name(const struct plan_process *p, struct mnt_ns *ns, struct file **f,
			struct ctty **ret_tty)
{
	struct ctty *c = hostio_terminal(*f);
	AUTO(path_put) struct path at = {0};
	struct file *named;
	int r;

	if (!c)
		return 0;
	if (!*ret_tty)
		*ret_tty = c;
	r = boot_terminal_path(ns, c, p->uid, p->gid, &at);
	if (r < 0)
		return r == -ENODEV ? 0 : r;
	r = vfs_open_path(boot_ctx(), &at, (*f)->flags | LX_O_NOCTTY, &named);
	if (r < 0)
		return r;
	file_put(*f);
	*f = named;
	return 0;
}

static int install(const struct plan_process *p, struct mnt_ns *ns, struct boot_stdio *io, int *fd,
		   int at)
{
	AUTO(hostfd_put) struct hostfd *h = hostfd_new(*fd, HOSTFD_STREAM);
	AUTO(file_put) struct file *f = NULL;
	int r;

	*fd = -1; /* hostfd_new took it, or closed it */
	if (!h)
		return -ENOMEM;
	r = hostio_open(h, &f);
	if (r == 0)
		r = open_by_name(p, ns, &f, &io->tty);
	if (r < 0)
		return r;
	r = fdtable_install_at(io->fds, boot_ctx(), f, at, false);
	if (r == 0 || r == at)
		f = NULL;
	return r < 0 ? r : 0;
}

static bool is_closed(const struct plan_process *p, uint32_t i)
{
	static const uint32_t closed[3] = {PLAN_STDIN_CLOSED, PLAN_STDOUT_CLOSED,
					   PLAN_STDERR_CLOSED};

	return i < ARRAY_SIZE(closed) && p->flags & closed[i];
}

void boot_stdio_fini(struct boot_stdio *io)
{
	if (io->fds)
		fdtable_put(io->fds, boot_ctx());
	io->fds = NULL;
}

int boot_stdio(const struct plan_process *p, struct mnt_ns *ns, int *stdio, int *extra,
	       struct boot_stdio *ret, struct boot_error *e)
{
	struct boot_stdio io = {.fds = fdtable_new()};

	if (!io.fds)
		return boot_fail(e, CONTROL_OUR_LIMIT, -ENOMEM,
				 "making the first descriptor table");
	for (uint32_t i = 0; i < 3 + p->nfds; i++) {
		int *fd = i < 3 ? &stdio[i] : &extra[i - 3];
		int r = is_closed(p, i) ? 0 : install(p, ns, &io, fd, (int)i);

		if (r == 0)
			continue;
		boot_stdio_fini(&io);
		return boot_fail(e, CONTROL_OUR_FAULT, r, "passing descriptor %u into the sandbox",
				 i);
	}
	if (io.tty && p->rows > 0 && p->cols > 0 &&
	    hostio_terminal_resize(io.tty, p->rows, p->cols) < 0) {
		boot_stdio_fini(&io);
		return boot_fail(e, CONTROL_OUR_FAULT, -ENOTTY, "process.consoleSize");
	}
	*ret = io;
	return 0;
}
