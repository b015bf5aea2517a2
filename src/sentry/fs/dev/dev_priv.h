/* SPDX-License-Identifier: Apache-2.0 */
/* The devices of major 1, mem(4), null(4), full(4), random(4). */
#pragma once

#include <stdint.h>

struct ctx;
struct file;
struct inode;

/* Minors of MEM_MAJOR. */
enum {
	DEV_NULL = 3,
	DEV_ZERO = 5,
	DEV_FULL = 7,
	DEV_RANDOM = 8,
	DEV_URANDOM = 9,
};

#define MEM_MAJOR    1u
#define TTYAUX_MAJOR 5u /* minor 0: tty, 1: console, 2: ptmx */

/* A vfs_open_fn for major 1; -ENXIO for minors that are not there. */
int mem_open(struct ctx *ctx, struct inode *inode, struct file *f);
