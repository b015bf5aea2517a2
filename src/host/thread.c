/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pthreads, since libc must know of every thread that calls it (TLS, stack cache, cancellation of
 * robust lists).
 */
#include "host/thread.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <sys/prctl.h>

#include "base/check.h"
#include "base/log.h"

#define GUARD_SIZE ((size_t)4096)

static void *enter(void *p)
{
	const struct host_thread *t = p;
	void (*fn)(void *arg) = t->fn;
	void *arg = t->arg;

	host_thread_set_name(t->name);
	fn(arg);
	return NULL;
}

static int start(struct host_thread *t, const pthread_attr_t *attr)
{
	sigset_t all, old;
	pthread_t id;
	int err;

	sigfillset(&all);
	sigdelset(&all, SIGSYS);
	check(pthread_sigmask(SIG_SETMASK, &all, &old) == 0);
	err = pthread_create(&id, attr, enter, t);
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

static int start_as(struct host_thread *t, int detach_state)
{
	pthread_attr_t attr;
	int r;

	if (pthread_attr_init(&attr) != 0)
		return -ENOMEM;
	check(pthread_attr_setstacksize(&attr, HOST_THREAD_STACK) == 0);
	check(pthread_attr_setguardsize(&attr, GUARD_SIZE) == 0);
	check(pthread_attr_setdetachstate(&attr, detach_state) == 0);
	r = start(t, &attr);
	pthread_attr_destroy(&attr);
	return r;
}

int host_thread_start(struct host_thread *t, const char *name, void (*fn)(void *arg), void *arg)
{
	*t = (struct host_thread){.fn = fn, .arg = arg, .name = name};
	return start_as(t, PTHREAD_CREATE_JOINABLE);
}

int host_thread_start_detached(struct host_thread *t, const char *name, void (*fn)(void *arg),
			       void *arg)
{
	*t = (struct host_thread){.fn = fn, .arg = arg, .name = name};
	return start_as(t, PTHREAD_CREATE_DETACHED);
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
