/* SPDX-License-Identifier: Apache-2.0 */
/*
 * devpts: the names of pseudo-terminals, pts(4). Each mount is an instance of its own, with its own
 * numbers: opening its `ptmx` makes a pair (fs/tty/pty.h) whose slave is the name of its number,
 * which goes when the master is closed.
 */
#pragma once

#include <stdint.h>

#include "base/compiler.h"

struct ctty;
struct ctx;
struct file;
struct superblock;

/* How the devices behind the nodes open: ptmx 5:2 and the slaves 136:*. Once, at bring-up. -ENOSPC.
 */
MUST_CHECK int devpts_register(void);

/*
 * A new instance. data: "uid=,gid=,mode=,ptmxmode=,max=,newinstance", or NULL. Caller owns.
 * -EINVAL, -ENOMEM.
 */
MUST_CHECK int devpts_new(const char *data, struct superblock **ret);

/*
 * A terminal that is not one of our pairs gets a number and a name for as long as the instance is
 * there: the console that the caller of a container hands over. Takes a reference; c, which nobody
 * uses yet, learns its number. -ENOSPC, -ENOMEM.
 */
MUST_CHECK int devpts_add_terminal(struct superblock *sb, struct ctty *c, uint32_t uid,
				   uint32_t gid, uint32_t *ret_index);

/* Its name goes before the instance does. index: what devpts_add_terminal said. */
void devpts_remove_terminal(struct superblock *sb, struct ctty *c, uint32_t index);

/* /proc/sys/kernel/pty: how many pairs there may be and are, of all instances; those that are kept
 * for an instance of the host's own. */
#define DEVPTS_PTYS_MAX      4096u
#define DEVPTS_PTYS_RESERVED 1024u
uint32_t devpts_count(void);

/*
 * TIOCGPTPEER: the slave of `master`, whatever the caller can see of its name. flags: LX_O_. Caller
 * owns. -ENOTTY: no master; else as opening the slave.
 */
MUST_CHECK int devpts_open_peer(struct ctx *ctx, struct file *master, unsigned flags,
				struct file **ret);
