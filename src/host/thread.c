/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pthreads, since libc must know of every thread that calls it (TLS, stack cache, cancellation of
 * robust lists).
 */
#include "host/thread.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/prctl.h>

#include "base/check.h"
#include "base/list.h"
#include "base/log.h"
#include "host/futex.h"

#define GUARD_SIZE ((size_t)4096)

/*
 * Threads that nobody joins come back when their work is done, and wait for more: a process of the
 * guest costs one, and making one costs many host calls. A few are kept; the rest end.
 */
#define IDLE_MOST 8

struct idle_thread {
	struct list node;
	_Atomic uint32_t called; /* futex: work is there */
	const struct host_thread *work;
};

static struct {
	pthread_mutex_t lock;
	struct list threads;
	unsigned n;
} idle = {.lock = PTHREAD_MUTEX_INITIALIZER, .threads = LIST_INIT(idle.threads)};

static void work(const struct host_thread *t)
{
	void (*fn)(void *arg) = t->fn;
	void *arg = t->arg;

	host_thread_set_name(t->name);
	fn(arg);
}

/* Wait to be called. NULL: there are enough waiting. */
static const struct host_thread *await_work(void)
{
	struct idle_thread self = {.called = 0};

	pthread_mutex_lock(&idle.lock);
	if (idle.n == IDLE_MOST) {
		pthread_mutex_unlock(&idle.lock);
		return NULL;
	}
	idle.n++;
	list_add_head(&idle.threads, &self.node);
	pthread_mutex_unlock(&idle.lock);
	while (atomic_load(&self.called) == 0)
		(void)!host_futex_wait(&self.called, 0, HOST_FUTEX_FOREVER);
	return self.work;
}

/* Call the one that waits the least long: its stack is warmest. */
static bool call_idle(const struct host_thread *t)
{
	struct idle_thread *who = NULL;

	pthread_mutex_lock(&idle.lock);
	if (idle.n > 0) {
		who = list_first_entry(&idle.threads, struct idle_thread, node);
		list_del(&who->node);
		idle.n--;
	}
	pthread_mutex_unlock(&idle.lock);
	if (!who)
		return false;
	who->work = t;
	atomic_store(&who->called, 1);
	host_futex_wake(&who->called, 1); /* it may have gone on and left: see futex.h */
	return true;
}

static void *enter(void *p)
{
	work(p);
	return NULL;
}

static void *enter_detached(void *p)
{
	for (const struct host_thread *t = p; t; t = await_work())
		work(t);
	return NULL;
}

static int start(struct host_thread *t, const pthread_attr_t *attr, void *(*run)(void *))
{
	sigset_t all, old;
	pthread_t id;
	int err;

	sigfillset(&all);
	sigdelset(&all, SIGSYS);
	check(pthread_sigmask(SIG_SETMASK, &all, &old) == 0);
	err = pthread_create(&id, attr, run, t);
	check(pthread_sigmask(SIG_SETMASK, &old, NULL) == 0);
	if (err == 0) {
		int state;

		/* A detached thread may have freed t already. */
		if (pthread_attr_getdetachstate(attr, &state) == 0 &&
		    state == PTHREAD_CREATE_JOINABLE)
			t->id = id;
	}
	return -err;
}

static int start_as(struct host_thread *t, int detach_state, void *(*run)(void *))
{
	pthread_attr_t attr;
	int r;

	if (pthread_attr_init(&attr) != 0)
		return -ENOMEM;
	check(pthread_attr_setstacksize(&attr, HOST_THREAD_STACK) == 0);
	check(pthread_attr_setguardsize(&attr, GUARD_SIZE) == 0);
	check(pthread_attr_setdetachstate(&attr, detach_state) == 0);
	r = start(t, &attr, run);
	pthread_attr_destroy(&attr);
	return r;
}

int host_thread_start(struct host_thread *t, const char *name, void (*fn)(void *arg), void *arg)
{
	*t = (struct host_thread){.fn = fn, .arg = arg, .name = name};
	return start_as(t, PTHREAD_CREATE_JOINABLE, enter);
}

int host_thread_start_detached(struct host_thread *t, const char *name, void (*fn)(void *arg),
			       void *arg)
{
	*t = (struct host_thread){.fn = fn, .arg = arg, .name = name};
	return call_idle(t) ? 0 : start_as(t, PTHREAD_CREATE_DETACHED, enter_detached);
}

void host_thread_join(struct host_thread *t)
{
	check(pthread_join(t->id, NULL) == 0);
}

void host_thread_set_name(const char *name)
{
	/* Cannot fail for a readable string; the kernel cuts it. */
	(void)prctl(PR_SET_NAME, name, 0, 0, 0);
	log_set_thread_name(name);
}
