/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is remembered of a container between one command and the next: state.json in its directory.
 * Read and written by us alone; replaced as a whole (write beside it, rename), so that a reader
 * finds the old one or the new one.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "base/compiler.h"
#include "base/strbuf.h"

/* A process, told apart from a later one with its pid by when it started. */
struct process_id {
	pid_t pid;      /* 0: none */
	uint64_t start; /* ticks since the host booted */
};

enum record_phase {
	RECORD_CREATING, /* `create` has not committed: what it left is to be removed */
	RECORD_CREATED,
	RECORD_RUNNING, /* also once it has stopped: whether init lives is asked of the host */
};

/* Strings are malloc'd; NULL: not there. */
struct record {
	char *id;
	char *oci_version;
	char *bundle;  /* absolute */
	char *rootfs;  /* absolute */
	char *created; /* RFC 3339 with nanoseconds */
	enum record_phase phase;
	bool paused;
	bool rootless;
	bool terminal;
	uint32_t uid;             /* of who made it */
	struct process_id init;   /* stands for the guest's init on the host */
	struct process_id keeper; /* of the sandbox's processes */
	struct process_id sentry, gofer;
	char *cgroup; /* cgroup_save */
};

void record_fini(struct record *r);
DEFINE_AUTO_INPLACE(struct record, record_fini)

/* The text, for state.json. A failure is in out. */
void record_encode(const struct record *r, struct strbuf *out);
/* -EBADMSG: not such a text; -ENOMEM. */
MUST_CHECK int record_decode(const char *text, size_t len, struct record *ret);

/* Read and replace the record in a directory. -ENOENT; -errno. */
MUST_CHECK int record_read(int dirfd, struct record *ret);
MUST_CHECK int record_write(int dirfd, const struct record *r);

/* The process with this pid as it is now. -ESRCH. */
MUST_CHECK int process_identify(pid_t pid, struct process_id *ret);
/* Does it still run? A zombie does not. */
bool process_lives(const struct process_id *p);
/* A child of ours that is not reaped yet: SIGKILL, and its end. */
void process_kill_child(pid_t pid);
/* A signal to it and nobody else. 0; -ESRCH: gone already; -EPERM. */
MUST_CHECK int process_signal(const struct process_id *p, int signo);
