/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's descriptors 0, 1 and 2: what the caller of `do` had there. */
#include <errno.h>
#include <unistd.h>

#include "sentry/boot/boot_priv.h"
#include "sentry/core/hostfd.h"
#include "sentry/fs/hostio/hostio.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/file.h"

static struct ctty *terminal; /* the first that was met */

/* By its name in /dev/pts, so that ttyname(3) knows it. */
static int open_by_name(const struct plan *plan, struct mnt_ns *ns, struct file **f)
{
	struct ctty *c = hostio_terminal(*f);
	struct file *named;
	int r;

	if (!c)
		return 0;
	r = boot_open_terminal(plan, ns, c, (*f)->flags, &named);
	if (r < 0)
		return r;
	file_put(*f);
	*f = named;
	if (!terminal)
		terminal = c;
	return 0;
}

struct ctty *boot_terminal(void)
{
	return terminal;
}

static int install(const struct plan *plan, struct mnt_ns *ns, struct fdtable *t, int *fd, int at)
{
	AUTO(hostfd_put) struct hostfd *h = hostfd_new(*fd, HOSTFD_STREAM);
	AUTO(file_put) struct file *f = NULL;
	int r;

	*fd = -1; /* hostfd_new took it, or closed it */
	if (!h)
		return -ENOMEM;
	r = hostio_open(h, &f);
	if (r == 0)
		r = open_by_name(plan, ns, &f);
	if (r < 0)
		return r;
	r = fdtable_install_at(t, boot_ctx(), f, at, false);
	if (r == 0 || r == at)
		f = NULL;
	return r < 0 ? r : 0;
}

int boot_stdio(const struct plan *plan, struct mnt_ns *ns, int fds[3], struct fdtable **ret,
	       struct boot_error *e)
{
	static const uint32_t closed[3] = {PLAN_STDIN_CLOSED, PLAN_STDOUT_CLOSED,
					   PLAN_STDERR_CLOSED};
	struct fdtable *t = fdtable_new();

	if (!t)
		return boot_fail(e, CONTROL_OUR_LIMIT, -ENOMEM,
				 "making the first descriptor table");
	for (int i = 0; i < 3; i++) {
		int r;

		if (plan->process.flags & closed[i])
			continue;
		r = install(plan, ns, t, &fds[i], i);
		if (r < 0) {
			fdtable_put(t, boot_ctx());
			return boot_fail(e, CONTROL_OUR_FAULT, r,
					 "passing descriptor %d into the sandbox", i);
		}
	}
	*ret = t;
	return 0;
}
