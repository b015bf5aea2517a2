/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The FPU image in a signal frame: 512 bytes of FXSAVE whose sw_reserved says how much XSAVE state
 * follows, the XSAVE header, the extended states, LX_FP_XSTATE_MAGIC2. For frame.c alone.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "sentry/core/uaddr.h"

struct mm;

/* The bytes that an image of fpu_size takes in a frame; 0: the platform keeps no FPU. */
size_t xstate_frame_size(size_t fpu_size);
/* Complete an image (fpu_size bytes, in a buffer of xstate_frame_size bytes) for the guest's eyes:
 * sw_reserved, MAGIC2. */
void xstate_decorate(void *image, size_t fpu_size);
/* The image that every program starts with. */
void xstate_fresh(void *image, size_t fpu_size);
/*
 * Read what a guest wrote into a frame at `at` and make a well-formed image of fpu_size bytes of
 * it, as rt_sigreturn(2): without (or with damaged) magic only the 512 bytes of FXSAVE count.
 * -EFAULT: unreadable; -EINVAL: nothing that a processor would load.
 */
MUST_CHECK int xstate_read(struct mm *mm, uaddr_t at, void *ret_image, size_t fpu_size);
