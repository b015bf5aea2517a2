/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread for each connection, so that a peer who does not read, or a request that takes its time,
 * holds up nobody else; and one that lets connections in and takes the ended processes.
 *
 *	task thread            porter                        connection
 *	process ends
 *	ended_outside: event -> exec_reap: its status is kept
 *	                       every connection's event     -> a WAIT that has its status is answered
 *
 * The connection that brought the plan is the life line: when the CLI closes it there is nobody to
 * run for, and the whole sandbox ends, stubs with it. Another one that closes takes with it what
 * was started through it with PLAN_TIED.
 */
#include "sentry/boot/serve.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "abi/signal.h"
#include "base/check.h"
#include "base/list.h"
#include "base/lock.h"
#include "base/log.h"
#include "host/fd.h"
#include "host/futex.h"
#include "host/io.h"
#include "host/thread.h"
#include "sentry/boot/serve_priv.h"
#include "sentry/core/alloc.h"
#include "sentry/core/clock.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/fs/hostio/hostio.h"
#include "sentry/signal/signal.h"

#define INIT_PID        1
#define CONNECTIONS_MAX 512
#define FAREWELL_NS     1000000000 /* how long the end waits for those who are told of it */

/* A WAIT that was not answered yet, or a process that goes with its connection. */
struct pending {
	struct list link;
	uint32_t tag;
	int32_t pid;
};

/* One peer. Key: [I]; [C] conns_lock; the rest is its own thread's */
struct conn {
	struct list link; /* [C] */
	int fd;           /* [I] */
	int event;        /* [I] readable: somebody has ended */
	int epoll;        /* [I] */
	bool lifeline;    /* [I] */
	struct list waits, tied;
	struct host_thread thread;
};

static SLAB_DEFINE(conn_slab, struct conn);
static SLAB_DEFINE(pending_slab, struct pending);
static struct lock conns_lock = LOCK_INIT(RANK_LEAF, "connections");
static struct list conns = {&conns, &conns}; /* [C] */
static size_t nconns;                        /* [C] */

static struct {
	struct serve_config config;
	int event; /* somebody may have ended */
	int epoll; /* of the porter */
	struct host_thread porter;
	_Atomic int init_status; /* before init_ended */
	_Atomic bool init_ended;
	_Atomic uint32_t unanswered; /* WAITs; host futex */
} server;

enum token { TOKEN_PEER, TOKEN_EVENT };

/* ---- who has ended ---- */

int serve_prepare(void)
{
	server.event = host_eventfd();
	return MIN(server.event, 0);
}

void serve_look(void)
{
	host_eventfd_signal(server.event);
}

void serve_process_ended(void *arg UNUSED)
{
	serve_look();
}

bool serve_init_ended(int *ret_wait_status)
{
	if (!atomic_load(&server.init_ended))
		return false;
	*ret_wait_status = atomic_load(&server.init_status);
	return true;
}

static void wake_all(void)
{
	struct conn *c;

	GUARD(&conns_lock);
	list_for_each_entry(c, &conns, link)
		host_eventfd_signal(c->event);
}

void serve_ended(int wait_status)
{
	int64_t deadline = clock_monotonic_ns() + FAREWELL_NS;
	uint32_t left;
	int r = 0;

	exec_reap(server.config.kernel);
	atomic_store(&server.init_status, wait_status);
	atomic_store(&server.init_ended, true);
	wake_all();
	while ((left = atomic_load(&server.unanswered)) > 0 && r != -ETIMEDOUT)
		r = host_futex_wait(&server.unanswered, left, deadline);
}

/* ---- waiting ---- */

static int wait_status_of(int32_t pid, int *ret_status)
{
	if (pid != 0 && pid != INIT_PID)
		return exec_status(pid, ret_status);
	return serve_init_ended(ret_status);
}

static void one_answered(void)
{
	atomic_fetch_sub(&server.unanswered, 1);
	host_futex_wake(&server.unanswered, 1);
}

/* Answer it if there is something to tell. 1: answered; 0: not yet; -errno: the peer is gone. */
static int try_wait(struct conn *c, const struct pending *w)
{
	struct answer a = {.tag = w->tag, .op = REQUEST_WAIT, .pid = w->pid};
	int status = 0, found = wait_status_of(w->pid, &status), r;

	if (found == 0)
		return 0;
	a.wait_status = (uint32_t)status;
	if (found < 0)
		answer_error(&a, found, CONTROL_OUR_FAULT, "no such process");
	r = answer_send(c->fd, &a);
	answer_fini(&a);
	return r < 0 ? r : 1;
}

static int answer_waits(struct conn *c)
{
	struct pending *w, *tmp;

	list_for_each_entry_safe(w, tmp, &c->waits, link) {
		int r = try_wait(c, w);

		if (r < 0)
			return r;
		if (r == 0)
			continue;
		list_del(&w->link);
		slab_free(&pending_slab, w);
		one_answered();
	}
	return 0;
}

static struct pending *remember(struct list *where, uint32_t tag, int32_t pid)
{
	struct pending *p = slab_alloc(&pending_slab);

	if (!p)
		return NULL;
	p->tag = tag;
	p->pid = pid;
	list_add_tail(where, &p->link);
	return p;
}

/* Counted before it is looked for, so that the end waits for the answer. */
static int begin_wait(struct conn *c, const struct request *q)
{
	if (!remember(&c->waits, q->tag, q->pid))
		return -ENOMEM;
	atomic_fetch_add(&server.unanswered, 1);
	return answer_waits(c);
}

/* ---- one request ---- */

static void kill_one(int32_t pid)
{
	if (kernel_kill(server.config.kernel, pid, LX_SIGKILL) < 0)
		log_debug("process %d ended before it was to be killed", pid);
}

static int carry_out(struct conn *c, struct request *q, struct control_msg *m)
{
	struct answer a = {.tag = q->tag, .op = q->op};
	int r;

	if (q->op == REQUEST_WAIT && q->container == 0)
		return begin_wait(c, q);
	/* The platform goes only when nobody is in the midst of something. */
	atomic_fetch_add(&server.unanswered, 1);
	if (serve_init_ended(&r) && q->op != REQUEST_STATE)
		answer_error(&a, -ESRCH, CONTROL_OUR_FAULT, "container not running");
	else
		request_carry_out(&server.config, q, m->fds, m->nfds, &a);
	one_answered();
	if (q->op == REQUEST_EXEC && a.error == 0 && q->process.flags & PLAN_TIED &&
	    !remember(&c->tied, 0, a.pid)) {
		kill_one(a.pid);
		answer_error(&a, -ENOMEM, CONTROL_OUR_LIMIT, "exec");
	}
	r = answer_send(c->fd, &a);
	answer_fini(&a);
	return r;
}

static int refuse_version(struct conn *c, uint32_t tag)
{
	struct answer a = {.tag = tag};

	answer_error(&a, -EPROTO, CONTROL_OUR_FAULT,
		     "this sandbox was started by another version of caisson");
	if (answer_send(c->fd, &a) < 0)
		log_debug("control: nobody hears of the other version");
	answer_fini(&a);
	return -EPROTO;
}

static bool from_keyboard(int signo)
{
	return signo == LX_SIGINT || signo == LX_SIGQUIT || signo == LX_SIGTSTP ||
	       signo == LX_SIGWINCH;
}

/* CONTROL_SIGNAL. */
static int deliver(struct kernel *k, const struct control_msg *m)
{
	int32_t fg = hostio_foreground();
	lx_siginfo_t info;
	uint32_t n;

	if (control_msg_u32(m, &n) < 0 || n == 0 || n > LX_NSIG)
		return -EBADMSG;
	if (from_keyboard((int)n)) {
		siginfo_kernel(&info, (int)n);
		if (pgrp_signal_send(k, fg > 0 ? fg : INIT_PID, &info) == 0)
			return 0;
	}
	if (kernel_kill(k, INIT_PID, (int)n) < 0)
		log_debug("signal %u came when init was gone", n);
	return 0;
}

static int handle(struct conn *c, struct control_msg *m)
{
	AUTO(request_fini) struct request q = {0};
	int r;

	if (m->type == CONTROL_SIGNAL && c->lifeline)
		return deliver(server.config.kernel, m);
	if (m->type != CONTROL_REQUEST)
		return -EBADMSG;
	r = request_decode(m->payload, m->len, &q);
	if (r == -EPROTO)
		return refuse_version(c, q.tag);
	return r < 0 ? r : carry_out(c, &q, m);
}

/* ---- one connection ---- */

/* 0: go on. */
static int serve_one(struct conn *c)
{
	AUTO(control_msg_fini) struct control_msg m = {0};
	struct epoll_event ev;
	int r = host_epoll_wait(c->epoll, &ev, 1);

	if (r <= 0)
		return r;
	if (ev.data.u64 == TOKEN_EVENT) {
		host_eventfd_drain(c->event);
		return answer_waits(c);
	}
	r = control_recv(c->fd, &m);
	if (r <= 0)
		return r < 0 ? r : -EPIPE;
	r = handle(c, &m);
	if (r == -EBADMSG)
		log_error("control: a message that makes no sense");
	return r;
}

static void conn_free(struct conn *c)
{
	struct pending *p, *tmp;

	list_for_each_entry_safe(p, tmp, &c->waits, link) {
		slab_free(&pending_slab, p);
		one_answered(); /* there is nobody to tell */
	}
	list_for_each_entry_safe(p, tmp, &c->tied, link) {
		int status;

		if (exec_status(p->pid, &status) == 0)
			kill_one(p->pid);
		slab_free(&pending_slab, p);
	}
	host_close(c->epoll);
	host_close(c->event);
	if (!c->lifeline) /* its last message is still to be sent */
		host_close(c->fd);
	slab_free(&conn_slab, c);
}

static void conn_leave(struct conn *c)
{
	lock_acquire(&conns_lock);
	list_del(&c->link);
	nconns--;
	lock_release(&conns_lock);
	conn_free(c);
}

static void conn_run(void *arg)
{
	struct conn *c = arg;
	bool lifeline = c->lifeline;

	while (serve_one(c) >= 0)
		;
	conn_leave(c);
	if (!lifeline)
		return;
	log_info("control: the CLI is gone, the sandbox ends");
	kernel_kill_all(server.config.kernel, LX_SIGKILL);
}

static int conn_watch(struct conn *c)
{
	int r;

	c->event = host_eventfd();
	c->epoll = host_epoll_new();
	if (c->event < 0 || c->epoll < 0)
		return MIN(c->event, c->epoll);
	r = host_epoll_add(c->epoll, c->fd, EPOLLIN, TOKEN_PEER);
	return r < 0 ? r : host_epoll_add(c->epoll, c->event, EPOLLIN, TOKEN_EVENT);
}

/* Takes over fd unless it is the life line. */
static int conn_start(int fd, bool lifeline)
{
	struct conn *c = slab_alloc(&conn_slab);
	int r;

	if (!c) {
		if (!lifeline)
			host_close(fd);
		return -ENOMEM;
	}
	c->fd = fd;
	c->lifeline = lifeline;
	list_init(&c->waits);
	list_init(&c->tied);
	r = conn_watch(c);
	if (r < 0) {
		conn_free(c);
		return r;
	}
	lock_acquire(&conns_lock);
	list_add_tail(&conns, &c->link);
	nconns++;
	lock_release(&conns_lock);
	r = host_thread_start_detached(&c->thread, "control", conn_run, c);
	if (r < 0)
		conn_leave(c);
	return r;
}

/* ---- those who come ---- */

static bool is_full(void)
{
	GUARD(&conns_lock);
	return nconns >= CONNECTIONS_MAX;
}

static void admit_one(void)
{
	int fd = control_admit(server.config.listener_fd), r;

	if (fd < 0) {
		log_warn("control: a connection that makes no sense: %s", strerror(-fd));
		return;
	}
	if (is_full()) {
		log_warn("control: more than %d connections, one is closed", CONNECTIONS_MAX);
		host_close(fd);
		return;
	}
	r = conn_start(fd, false);
	if (r < 0)
		log_warn("control: a connection cannot be served: %s", strerror(-r));
}

static void admit_all(void *arg UNUSED)
{
	for (;;) {
		struct epoll_event ev;
		int r = host_epoll_wait(server.epoll, &ev, 1);

		if (r < 0) {
			log_error("control: waiting for connections: %s", strerror(-r));
			return;
		}
		if (r == 0)
			continue;
		if (ev.data.u64 == TOKEN_PEER) {
			admit_one();
			continue;
		}
		host_eventfd_drain(server.event);
		exec_reap(server.config.kernel);
		wake_all();
	}
}

int serve_start(const struct serve_config *config)
{
	int r;

	server.config = *config;
	server.epoll = host_epoll_new();
	if (server.epoll < 0)
		return server.epoll;
	r = host_epoll_add(server.epoll, server.event, EPOLLIN, TOKEN_EVENT);
	if (r == 0 && config->listener_fd >= 0)
		r = host_epoll_add(server.epoll, config->listener_fd, EPOLLIN, TOKEN_PEER);
	if (r == 0)
		r = conn_start(config->control_fd, true);
	if (r == 0 && config->listener_fd >= 0)
		r = host_thread_start_detached(&server.porter, "door", admit_all, NULL);
	return r;
}
