/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kicks that are not answered. A guest can load a frame of its own making by the stub's own
 * rt_sigreturn, and so block the host's signals; what then only runs, and calls nothing, hears of
 * no kick, and could be neither stopped nor killed. A kick that is overdue ends its stub.
 *
 * What is not overdue: a thread that has not come to run (a crowded host, a freezer), or that waits
 * for a page of a slow file. Nobody tells of another process's threads what they do, so it takes
 * both that PATIENCE has passed, and that the stub as a whole has had, since a look after the kick,
 * so much of the processor that the thread has most likely had its part. Differs: a thread that
 * waits for a page that long, in a process whose other threads compute, is killed when it is kicked.
 *
 *     noted (by the kicker, before the signal) --any notification of the thread--> not noted
 *        +--first look: used_ns is set--> ... --look: late, and the stub has run--> SIGKILL
 *
 * The thread that looks is started with the first kick. It sleeps without a time-out unless a kick
 * was noted at its last look or since; so a kick that is answered costs it one look at most.
 */
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <linux/futex.h>

#include "base/log.h"
#include "platform/unotify/unotify_priv.h"

#define NS_PER_S      1000000000ULL
#define FIRST_LOOK_NS (2 * NS_PER_S)
#define LOOK_NS       NS_PER_S
#define PATIENCE_NS   (10 * NS_PER_S)
/* Of the processor's time: for the stub, and for each of its threads. */
#define STUB_PART_NS   100000000ULL
#define THREAD_PART_NS 20000000ULL

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

/* overdue_word: what the thread that looks is to do. */
enum { SLEEP_ON, LOOK_SOON, STOP };

static void tell(struct platform *p, uint32_t word)
{
	atomic_store(&p->overdue_word, word);
	syscall(SYS_futex, &p->overdue_word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

/* Has what its thread should have heard been there long enough? */
static bool is_overdue(struct pcontext *pc, uint64_t now)
{
	uint64_t used = aspace_time_ns(pc->as);
	uint64_t part = STUB_PART_NS + THREAD_PART_NS * atomic_load(&pc->as->ncontexts);

	if (!pc->overdue_seen) {
		pc->overdue_seen = true;
		pc->overdue_used_ns = used;
		return false;
	}
	return now - pc->overdue_since_ns >= PATIENCE_NS && used - pc->overdue_used_ns >= part;
}

static void look(struct platform *p)
{
	struct pcontext *pc;
	uint64_t now;

	GUARD(&p->overdue_lock);
	now = now_ns();
	list_for_each_entry(pc, &p->overdue, overdue_node) {
		if (atomic_load(&pc->as->gone) || now - pc->overdue_since_ns < FIRST_LOOK_NS ||
		    !is_overdue(pc, now))
			continue;
		log_info("unotify: stub %d does not answer its kicks, and is killed", pc->as->pid);
		aspace_lose(pc->as);
	}
	if (list_empty(&p->overdue) && atomic_load(&p->overdue_word) == LOOK_SOON)
		atomic_store(&p->overdue_word, SLEEP_ON);
}

static void watch(void *arg)
{
	const struct timespec soon = {LOOK_NS / NS_PER_S, LOOK_NS % NS_PER_S};
	struct platform *p = arg;
	uint32_t word;

	while ((word = atomic_load(&p->overdue_word)) != STOP) {
		syscall(SYS_futex, &p->overdue_word, FUTEX_WAIT_PRIVATE, word,
			word == LOOK_SOON ? &soon : NULL, NULL, 0);
		if (word == LOOK_SOON)
			look(p);
	}
}

void overdue_note(struct pcontext *pc)
{
	struct platform *p = pc->as->p;

	GUARD(&p->overdue_lock);
	/* Without a thread, which the host may refuse, the next kick tries again. */
	if (!p->overdue_watched)
		p->overdue_watched = host_thread_start(&p->overdue_thread, "kicks", watch, p) == 0;
	if (atomic_load(&pc->overdue_noted))
		return;
	pc->overdue_since_ns = now_ns();
	pc->overdue_seen = false;
	if (atomic_load(&p->overdue_word) == SLEEP_ON)
		tell(p, LOOK_SOON);
	list_add_tail(&p->overdue, &pc->overdue_node);
	atomic_store(&pc->overdue_noted, true);
}

void overdue_forget(struct pcontext *pc)
{
	struct platform *p = pc->as->p;

	if (!atomic_load(&pc->overdue_noted))
		return;
	GUARD(&p->overdue_lock);
	if (!atomic_load(&pc->overdue_noted))
		return;
	list_del(&pc->overdue_node);
	atomic_store(&pc->overdue_noted, false);
}

void overdue_fini(struct platform *p)
{
	if (!p->overdue_watched)
		return;
	tell(p, STOP);
	host_thread_join(&p->overdue_thread);
}
