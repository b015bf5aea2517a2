/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the tests of this room: a real Gofer in a child, over a temporary tree, and a client that
 * speaks raw messages to it, as a Sentry that was taken over could. What cannot fail in a test is a
 * check().
 */
#pragma once

#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "gofer/gofer.h"
#include "host/stat.h"
#include "wire/9p.h"

/* The fids of the two exports, "rw" and "ro", of the same tree. */
#define GT_ROOT    0u
#define GT_RO_ROOT 1u

extern char gt_top[64]; /* the tree */
extern int gt_conn;
extern pid_t gt_pid;
extern rlim_t gt_fd_limit; /* descriptors of the next Gofer; 0: as many as ours */

/* Start one over an empty tree, greet it, attach. */
void gt_start(void);
void gt_start_type(int socket_type);
/* Close the connection and remove the tree: how the Gofer ended, as a wait status. */
int gt_finish(void);

/* A path of the tree, good until three more were asked for. */
const char *gt_at(const char *name);
void gt_put_file(const char *name, const char *text);

void gt_send(const void *p, size_t n);
/* 0: an answer is in m; -errno: Rlerror said so; -EPIPE: the Gofer closed. *fd: what came along, or
 * -1. */
int gt_receive(struct p9_msg *m, int *fd);
int gt_ask_fd(struct p9_msg *m, int *fd);
int gt_ask(struct p9_msg *m);

/* Tversion. */
int gt_hello(void);
int gt_attach(uint32_t fid, const char *name);
/* "a/b/c" from fid, into m->steps. newfid: P9_NOFID, or what the last step becomes, whatever it is.
 */
int gt_walk(uint32_t fid, const char *path, uint32_t newfid, struct p9_msg *m);
/* name NULL: fid itself. */
int gt_open(uint32_t fid, const char *name, uint32_t flags, int *fd);
int gt_getattr(uint32_t fid, struct host_stat *ret);
/* A request of that type which has fid and name, and something in the other fields. */
int gt_change(uint8_t type, uint32_t fid, const char *name);
