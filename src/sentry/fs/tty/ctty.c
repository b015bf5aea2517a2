/* SPDX-License-Identifier: Apache-2.0 */
/* Terminals and sessions; the header has the story. */
#include "sentry/fs/tty/ctty.h"

#include <errno.h>

#include "abi/capability.h"
#include "abi/fcntl.h"
#include "abi/ioctl.h"
#include "abi/signal.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/mm/uaccess.h"
#include "sentry/vfs/file.h"

void ctty_init(struct ctty *c, const struct ctty_ops *ops, uint64_t rdev)
{
	c->ops = ops;
	c->rdev = rdev;
	atomic_init(&c->jobs, NULL);
	atomic_init(&c->sid, 0);
	atomic_init(&c->pgrp, 0);
}

static bool is_mine(struct ctx *ctx, struct ctty *c)
{
	return ctx->jobs && ctx->jobs->ops->is_terminal(ctx, c);
}

int ctty_check_read(struct ctx *ctx, struct ctty *c)
{
	return ctx->jobs ? ctx->jobs->ops->check_background(ctx, c, LX_SIGTTIN) : 0;
}

int ctty_check_change(struct ctx *ctx, struct ctty *c)
{
	return ctx->jobs ? ctx->jobs->ops->check_background(ctx, c, LX_SIGTTOU) : 0;
}

bool ctty_in_background(struct ctx *ctx, struct ctty *c)
{
	return ctx->jobs && ctx->jobs->ops->in_background(ctx, c);
}

/* Who can only write shall not get to read what is typed. */
static bool may_claim(struct ctx *ctx, struct file *f)
{
	return file_readable(f) || cred_capable(ctx->cred, LX_CAP_SYS_ADMIN);
}

void ctty_opened(struct ctx *ctx, struct ctty *c, struct file *f)
{
	if (!ctx->jobs || (f->flags & LX_O_NOCTTY) || !file_readable(f))
		return;
	if (ctx->jobs->ops->claim(ctx, c, CTTY_BY_OPEN) < 0)
		return; /* then it is not; the file is open all the same */
}

int ctty_open_current(struct ctx *ctx, struct inode *inode UNUSED, struct file *f)
{
	struct ctty *c = ctx->jobs ? ctx->jobs->ops->terminal(ctx) : NULL;
	int r;

	if (!c)
		return -ENXIO;
	r = c->ops->open(ctx, c, f);
	c->ops->put(c);
	return r;
}

int ctty_vhangup(struct ctx *ctx)
{
	struct ctty *c;

	if (!cred_capable(ctx->cred, LX_CAP_SYS_TTY_CONFIG))
		return -EPERM;
	c = ctx->jobs ? ctx->jobs->ops->terminal(ctx) : NULL;
	if (!c)
		return 0;
	c->ops->hangup(c);
	c->ops->put(c);
	return 0;
}

void ctty_signal(struct ctty *c, int signo)
{
	struct jobs *j = atomic_load(&c->jobs);

	if (j)
		j->ops->signal(j, c, signo);
}

void ctty_hangup(struct ctty *c)
{
	struct jobs *j = atomic_load(&c->jobs);

	if (j)
		j->ops->hangup(j, c);
}

/* ---- ioctl_tty(2) ---- */

static long put_number(struct mm *mm, uint64_t arg, int32_t n)
{
	return copy_out(mm, uaddr(arg), &n, sizeof(n));
}

static long claim(struct ctx *ctx, struct ctty *c, struct file *f, uint64_t arg)
{
	enum ctty_claim how = CTTY_ASK;

	if (!ctx->jobs || !may_claim(ctx, f))
		return -EPERM;
	if (arg == 1 && cred_capable(ctx->cred, LX_CAP_SYS_ADMIN))
		how = CTTY_STEAL;
	return ctx->jobs->ops->claim(ctx, c, how);
}

static long give_up(struct ctx *ctx, struct ctty *c)
{
	if (!is_mine(ctx, c))
		return -ENOTTY;
	ctx->jobs->ops->leave(ctx);
	return 0;
}

static long set_foreground(struct ctx *ctx, struct ctty *c, struct mm *mm, uint64_t arg)
{
	int32_t pgrp;
	int r = ctty_check_change(ctx, c);

	if (r == -EIO)
		return -ENOTTY;
	if (r == 0)
		r = copy_in(mm, &pgrp, uaddr(arg), sizeof(pgrp));
	if (r < 0)
		return r;
	if (pgrp < 0)
		return -EINVAL;
	return ctx->jobs ? ctx->jobs->ops->set_foreground(ctx, c, pgrp) : -ENOTTY;
}

long ctty_ioctl(struct ctx *ctx, struct ctty *c, enum ctty_side side, struct file *f, struct mm *mm,
		unsigned cmd, uint64_t arg)
{
	/* The master may ask of a terminal that is not its caller's own. */
	bool may_ask = side == CTTY_MASTER || is_mine(ctx, c);
	uint32_t dev = (uint32_t)c->rdev;
	int32_t sid = atomic_load(&c->sid);

	switch (cmd) {
	case LX_TIOCSCTTY:
		return claim(ctx, c, f, arg);
	case LX_TIOCNOTTY: /* a master is nobody's terminal */
		return side == CTTY_MASTER ? -ENOTTY : give_up(ctx, c);
	case LX_TIOCGPGRP:
		return may_ask ? put_number(mm, arg, atomic_load(&c->pgrp)) : -ENOTTY;
	case LX_TIOCSPGRP:
		return set_foreground(ctx, c, mm, arg);
	case LX_TIOCGSID:
		return may_ask && sid != 0 ? put_number(mm, arg, sid) : -ENOTTY;
	case LX_TIOCGDEV:
		return copy_out(mm, uaddr(arg), &dev, sizeof(dev));
	default:
		return CTTY_NOT_MINE;
	}
}
