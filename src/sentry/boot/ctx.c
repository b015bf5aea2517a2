/* SPDX-License-Identifier: Apache-2.0 */
/* The context in which the kernel itself works during bring-up: root's credentials, never interrupted. One thread uses it. */
#include <stdint.h>

#include "base/check.h"
#include "sentry/boot/boot_priv.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/core/limits.h"

static bool never(struct ctx *ctx)
{
	(void)ctx;
	return false;
}

static void no_signal_self(struct ctx *ctx, int signo)
{
	(void)ctx;
	(void)signo;
}

static void no_signal_to(struct ctx *ctx, int pid, int signo, int code)
{
	(void)ctx;
	(void)pid;
	(void)signo;
	(void)code;
}

static const struct ctx_ops boot_ctx_ops = {
	.interrupted = never,
	.killed = never,
	.signal_self = no_signal_self,
	.signal_to = no_signal_to,
};

static struct ctx ctx;
static struct limits limits;

struct ctx *boot_ctx(void)
{
	if (!ctx.ops) {
		limits_init(&limits);
		ctx.cred = cred_new(0, 0, NULL, 0);
		check(ctx.cred != NULL);
		ctx.limits = &limits;
		ctx.ops = &boot_ctx_ops;
	}
	return &ctx;
}
