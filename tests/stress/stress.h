/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the stress program share. A job is an endless loop of one kind of work, done by
 * one thread, which checks every result; `jobs` lists them. Jobs count their rounds, so that one
 * which stands still is found, and end when `over` is set.
 */
#ifndef CAISSON_TESTS_STRESS_H
#define CAISSON_TESTS_STRESS_H

#include "../guest/guest.h"

#include <setjmp.h>
#include <stdatomic.h>

#define JOBS_MOST 64
#define PAGE      4096UL

struct job {
	const char *name;
	void (*round)(struct job *j); /* called until the time is over */
	void *memory;                 /* the job's own, kept from round to round */
	uint64_t seed;
	atomic_ulong rounds;
	atomic_ulong signals; /* SIGUSR1 that its thread took */
	pthread_t thread;
	pid_t tid;
};

/* The job of this thread; NULL in threads that jobs make. */
extern _Thread_local struct job *own_job;
/* Where the thread goes on if it touches what it must not; armed while `expects_fault`. */
extern _Thread_local sigjmp_buf fault_jump;
extern _Thread_local volatile sig_atomic_t expects_fault;
extern atomic_bool over;

static inline uint64_t job_random(struct job *j)
{
	j->seed ^= j->seed << 13;
	j->seed ^= j->seed >> 7;
	j->seed ^= j->seed << 17;
	return j->seed * 0x2545F4914F6CDD1DULL;
}

/* memory.c */
void job_protect(struct job *j);
void job_map(struct job *j);
void job_share(struct job *j);
void job_generate(struct job *j);
void job_modify(struct job *j);

/* process.c */
void job_fork(struct job *j);
void job_spawn(struct job *j);
void job_vfork(struct job *j);
void job_exec_from_thread(struct job *j);
/* What the program does when it is executed by a job: never returns. */
_Noreturn void be_child(int argc, char **argv);

/* thread.c */
void job_threads(struct job *j);
void job_pipe(struct job *j);
void job_float(struct job *j);
void job_queue(struct job *j);

#endif
