/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests to a running sandbox and their answers: payloads of CONTROL_REQUEST and CONTROL_ANSWER.
 * Who has knocked at the sandbox's door (or has sent the plan) may send several without waiting;
 * each gets one answer, which bears its tag. All are answered at once, in order, but WAIT, which is
 * answered when the process has ended, after whatever was asked in between.
 *
 *	op        asks, and what is answered (besides an error)
 *	STATE     -; the state
 *	START     -: init, which is held, runs. -EALREADY: it runs; -ESRCH: it has ended
 *	EXEC      a process, and descriptors (plan.h); its pid. Error, why and text as CONTROL_FAILED
 *	KILL      whom, pid, signo (0: is it there). -ESRCH, -EINVAL
 *	WAIT      pid of an EXEC, or 0: init; its status. -ESRCH: no such, or it was told before
 *	PS        -; processes
 *	STATS     -; stats
 *	PAUSE     -. -EBUSY: is paused
 *	RESUME    -. -EINVAL: is not paused
 *	UPDATE    limits: all of them, as they shall be
 *	WINSIZE   pid (0: init), rows, columns. -ENOTTY: it has no terminal
 *	SHUTDOWN  -: everything is killed
 *
 * The end of one EXEC is told once; init's to everybody who asks. After -EPROTO (another version)
 * the sandbox closes the connection; a request that it cannot read it does not answer.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "wire/control.h"
#include "wire/plan.h"

#define REQUEST_VERSION 1u

enum request_op {
	REQUEST_STATE = 1,
	REQUEST_START,
	REQUEST_EXEC,
	REQUEST_KILL,
	REQUEST_WAIT,
	REQUEST_PS,
	REQUEST_STATS,
	REQUEST_PAUSE,
	REQUEST_RESUME,
	REQUEST_UPDATE,
	REQUEST_WINSIZE,
	REQUEST_SHUTDOWN,
	REQUEST_LAST = REQUEST_SHUTDOWN,
	/* Kept free: 32 to 39 for more containers in one sandbox, 40 to 47 for the take-over of a
	 * network, 48 to 55 for checkpoints. */
};

enum request_whom {
	REQUEST_WHOM_PROCESS,    /* pid; 0: init */
	REQUEST_WHOM_ALL,        /* every process of the container */
	REQUEST_WHOM_FOREGROUND, /* as from the keyboard: the foreground group of the terminal of
				    pid's session; without one pid itself */
};

struct request {
	uint32_t tag; /* the asker's own */
	enum request_op op;
	uint32_t container; /* 0: the first one */
	/* Those that op needs; the others are zero. */
	int32_t pid;
	enum request_whom whom;
	uint32_t signo;
	uint16_t rows, cols;
	struct plan_limits limits;
	struct plan_process process;
};

enum answer_status { ANSWER_CREATED, ANSWER_RUNNING, ANSWER_PAUSED, ANSWER_STOPPED };

struct answer_process {
	int32_t pid, ppid, pgrp, sid;
	int32_t origin; /* the process started from outside that it descends from; 0: not known */
	uint32_t uid, gid;
	uint32_t nthreads;
	uint32_t state;   /* a letter, as in /proc/pid/stat */
	int64_t start_ns; /* since 1970 */
	uint64_t cpu_ns;
	uint64_t rss_bytes;
	char name[16]; /* with a NUL */
};

struct answer_stats {
	uint64_t memory_bytes, memory_max_bytes, memory_limit_bytes; /* now, ever, PLAN_UNLIMITED */
	uint64_t memory_private_bytes, memory_shared_bytes, memory_kernel_bytes; /* parts of now */
	uint64_t oom_kills;
	uint64_t cpu_user_ns, cpu_system_ns;
	uint64_t pids, pids_limit; /* threads */
};

struct answer {
	uint32_t tag;
	enum request_op op;
	int32_t error; /* 0 or -errno; then why and text say more, and nothing else stands here */
	enum control_failure why;
	char *text; /* malloc'd; NULL if error is 0 */
	enum answer_status status;
	uint32_t wait_status; /* WAIT; STATE if stopped; as wait(2) gives it */
	int32_t pid;          /* EXEC; STATE: init's */
	struct answer_stats stats;
	uint32_t nprocesses;
	struct answer_process *processes; /* malloc'd */
};

#define ANSWER_MAX_PROCESSES 65536u

/* -E2BIG, -ENOMEM, as control_send. The descriptors stay the caller's. */
MUST_CHECK int request_send(int sock, const struct request *q, const int *fds, size_t nfds);
/* -EBADMSG: malformed; -EPROTO: another version, then tag is set all the same; -ENOMEM.
 * request_fini what was filled. */
MUST_CHECK int request_decode(const void *payload, size_t len, struct request *ret);
void request_fini(struct request *q);
DEFINE_AUTO_INPLACE(struct request, request_fini)

MUST_CHECK int answer_send(int sock, const struct answer *a);
MUST_CHECK int answer_decode(const void *payload, size_t len, struct answer *ret);
void answer_fini(struct answer *a);
DEFINE_AUTO_INPLACE(struct answer, answer_fini)

/*
 * Ask and wait for the answer to this question; for who has the connection to himself. 0: *ret is
 * filled, its error may still be one. -EPIPE: the sandbox is gone; -EBADMSG: it answers nonsense.
 */
MUST_CHECK int request_call(int sock, const struct request *q, const int *fds, size_t nfds,
			    struct answer *ret);
