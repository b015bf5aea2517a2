/* SPDX-License-Identifier: Apache-2.0 */
/* The context in which the kernel itself works during bring-up: root's credentials, never
 * interrupted. One thread uses it. */
#include "base/check.h"
#include "sentry/boot/boot_priv.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/core/limits.h"

static struct ctx ctx;
static struct limits limits;

struct ctx *boot_ctx(void)
{
	if (!ctx.ops) {
		ctx_init(&ctx, &ctx_kernel_ops);
		limits_init(&limits);
		ctx.cred = cred_new(0, 0, NULL, 0);
		check(ctx.cred != NULL);
		ctx.limits = &limits;
	}
	return &ctx;
}
