/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The alternate signal stack, sigaltstack(2). Disabled is ss_size 0. With SS_AUTODISARM a thread is
 * never "on" its stack: the stack was disarmed when the handler was entered.
 */
#include <errno.h>

#include "sentry/signal/signal.h"

bool altstack_is_on(const lx_stack_t *stack, uint64_t sp)
{
	if ((uint32_t)stack->ss_flags & LX_SS_AUTODISARM)
		return false;
	return sp > stack->ss_sp && sp - stack->ss_sp <= stack->ss_size;
}

void altstack_reset(lx_stack_t *stack)
{
	*stack = (lx_stack_t){.ss_flags = LX_SS_DISABLE};
}

lx_stack_t altstack_report(const lx_stack_t *stack, uint64_t sp)
{
	lx_stack_t r = {.ss_sp = stack->ss_sp, .ss_size = stack->ss_size};

	if (stack->ss_size == 0)
		r.ss_flags = LX_SS_DISABLE;
	else if (altstack_is_on(stack, sp))
		r.ss_flags = LX_SS_ONSTACK;
	r.ss_flags |= (int32_t)((uint32_t)stack->ss_flags & LX_SS_FLAG_BITS);
	return r;
}

int altstack_set(lx_stack_t *stack, const lx_stack_t *want, uint64_t sp, uint64_t min_size)
{
	uint32_t mode = (uint32_t)want->ss_flags & ~LX_SS_FLAG_BITS;

	if (altstack_is_on(stack, sp))
		return -EPERM;
	if (mode != LX_SS_DISABLE && mode != LX_SS_ONSTACK && mode != 0)
		return -EINVAL;
	if (mode == LX_SS_DISABLE) {
		*stack = (lx_stack_t){.ss_flags = want->ss_flags};
		return 0;
	}
	if (want->ss_size < min_size)
		return -ENOMEM;
	*stack = (lx_stack_t){
		.ss_sp = want->ss_sp, .ss_flags = want->ss_flags, .ss_size = want->ss_size};
	return 0;
}
