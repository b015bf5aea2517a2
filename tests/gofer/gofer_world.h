/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sentry and Gofer together, without a guest: the vfs over a mounted export that a real Gofer
 * serves from a temporary tree. The host is the oracle: what the vfs says about a file is compared
 * with what the host says.
 */
#pragma once

#include "sentry/fs/gofer/gofer_priv.h"
#include "sentry/vfs/testfs.h"

extern char gw_top[64]; /* the tree */
extern pid_t gw_gofer;
extern struct gofer_client *gw_client;
extern struct world gw;
extern uint64_t gw_leaks_before;

/* An empty tree on the host; gw_enter: mount it (writable: shared, else exclusive). gw_leave:
 * nothing may be left, on either side. */
void gw_prepare(void);
void gw_enter(bool writable);
void gw_leave(void);
/* rm -rf and the like. */
void gw_run(const char *program, const char *arg, const char *arg2);

/* On the host. A path is good until three more were asked for. */
const char *gw_at(const char *name);
void gw_put_file(const char *name, const char *text);
void gw_put_zeroes(const char *name, size_t n);
void gw_expect_host_text(const char *name, const char *text);

/* Round trips so far. */
unsigned gw_trips(void);

/* Through the vfs. */
int gw_stat_of(const char *name, struct kstat *ret);
void gw_expect_same(const char *name);
ssize_t gw_read_at(struct file *f, void *buf, size_t n, int64_t pos);
ssize_t gw_write_text(struct file *f, const char *text);
void gw_expect_text(const char *name, const char *text);

/* Names of a directory, counted; stops after max. */
struct gw_counting {
	struct dir_sink sink;
	unsigned n, max;
	char last[256];
	uint64_t last_ino;
	uint8_t last_type;
};

bool gw_count_one(struct dir_sink *s, const char *name, size_t len, uint64_t ino, uint8_t d_type,
		  int64_t next_pos);
unsigned gw_count_names(struct file *dir);
unsigned gw_list(const char *name);
