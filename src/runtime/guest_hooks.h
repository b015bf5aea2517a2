/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hooks startContainer: programs of the container, which run in it. In ours that means on the
 * guest's kernel, as any process of the container does, before init goes on.
 */
#pragma once

#include "base/compiler.h"

struct container;

/* All of them, one after the other; the first that fails ends it, told. */
MUST_CHECK int guest_hooks_run(struct container *c);
