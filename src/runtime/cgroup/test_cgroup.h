/* SPDX-License-Identifier: Apache-2.0 */
/* A made-up cgroup tree in a directory of its own below $TMPDIR, for the tests of this directory. */
#pragma once

#include "runtime/cgroup/cgroup_priv.h"

struct fake {
	char dir[64];
};

void fake_make(struct fake *f);
void fake_remove(struct fake *f);
/* Directories (with parents) and files below f->dir. */
void fake_mkdir(struct fake *f, const char *path);
void fake_put(struct fake *f, const char *path, const char *text);
/* What stands in it now, static. */
const char *fake_get(struct fake *f, const char *path);
/* The hierarchies of mountinfo lines: "@" in them is f->dir. */
struct cgroup_host *fake_host(struct fake *f, const char *mountinfo, const char *self);
