/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Orders to cloners, and what they tell: threads and processes of stubs.
 *
 * All cloners share one socket, whose messages the host kernel labels with the sender's process. An
 * order and its messages have the socket to themselves (birth_lock); what others left there, having
 * been killed in the middle, is thrown away.
 *
 *   thread   order -> the cloner clones; the newborn installs its filter and rings, the cloner
 *            sends the listener
 *   process  shared memory for the copy goes into the stub as STUB_FD; order -> the cloner
 *            clones itself and sends the new process id in two parts; the new cloner maps its own
 *            memory, finds its first order there, and makes the first thread as above
 *
 * A futex wake-up that crosses processors costs many times what the births themselves do, on
 * virtual machines. So for the time of an order the cloner and we are bound to the processor that
 * we are on.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/futex.h>

#include "base/check.h"
#include "base/log.h"
#include "platform/refuse.h"
#include "platform/unotify/unotify_priv.h"

struct message {
	pid_t pid; /* who sent it */
	int fd;    /* -1: none */
	size_t len;
};

struct aspace *aspace_alloc(struct platform *p)
{
	struct aspace *as = calloc(1, sizeof(*as));

	if (!as)
		return NULL;
	as->p = p;
	list_init(&as->idle);
	list_init(&as->left);
	list_init(&as->node);
	lock_init(&as->stub_lock, 0, "unotify stub");
	return as;
}

void stub_thread_free(struct stub_thread *th)
{
	if (!th)
		return;
	if (th->listener >= 0)
		close(th->listener);
	free(th);
}

static void free_threads(struct list *threads)
{
	while (!list_empty(threads)) {
		struct stub_thread *th = list_first_entry(threads, struct stub_thread, node);

		list_del(&th->node);
		stub_thread_free(th);
	}
}

/* The stub is killed before the listeners close: a thread without one is not to run on. */
void aspace_dealloc(struct aspace *as)
{
	if (!as)
		return;
	newborn_kill(&as->pid);
	free_threads(&as->idle);
	free_threads(&as->left);
	stub_thread_free(as->agent);
	if (as->shared)
		munmap(as->shared, as->shared_len);
	lock_fini(&as->stub_lock);
	free(as);
}

void aspace_lose(struct aspace *as)
{
	if (!atomic_exchange(&as->gone, true))
		kill(as->pid, SIGKILL);
}

/* ---- messages ---- */

static void message_parse(struct msghdr *msg, struct message *ret)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_SOCKET)
			continue;
		if (c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof(int))) {
			memcpy(&ret->fd, CMSG_DATA(c), sizeof(int));
		} else if (c->cmsg_type == SCM_CREDENTIALS) {
			struct ucred cred;

			memcpy(&cred, CMSG_DATA(c), sizeof(cred));
			ret->pid = cred.pid;
		}
	}
}

/* The next message, waiting as long as the socket's time-out says: -EAGAIN. */
static int message_next(const struct platform *p, struct message *ret)
{
	char byte;
	struct iovec iov = {&byte, 1};
	_Alignas(struct cmsghdr) char
		control[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))];
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n;

	do {
		n = recvmsg(p->sock, &msg, MSG_TRUNC | MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	*ret = (struct message){.fd = -1, .len = (size_t)n};
	message_parse(&msg, ret);
	return 0;
}

/* Nothing for long: is the one who should speak still alive? */
static int await_speaker(const struct platform *p, pid_t pid)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd v[2] = {{.fd = p->sock, .events = POLLIN}, {.fd = pidfd, .events = POLLIN}};
	int r;

	if (pidfd < 0)
		return -ESRCH;
	do {
		r = poll(v, 2, -1);
	} while (r < 0 && errno == EINTR);
	close(pidfd);
	return v[0].revents ? 0 : -ESRCH;
}

/* The next message of `speaker` or, if that is not 0, `other`. -ESRCH: the speaker died. */
static int message_from(const struct platform *p, pid_t speaker, struct message *ret)
{
	for (;;) {
		int r = message_next(p, ret);

		if (r == 0)
			return 0;
		if (r != -EAGAIN)
			return r;
		r = await_speaker(p, speaker);
		if (r < 0)
			return r;
	}
}

static void message_drop(struct message *m)
{
	if (m->fd >= 0)
		close(m->fd);
	m->fd = -1;
}

/* A copy of a process that was killed before it could tell the copy's id: nobody waits for it. */
static void drop_orphan(struct message *m)
{
	bool is_copy = m->fd >= 0;

	message_drop(m);
	if (is_copy)
		newborn_kill(&m->pid);
}

/* ---- orders ---- */

static void bind_to(const struct platform *p, pid_t tid, const cpu_set_t *set)
{
	/* Only for speed: where the host refuses, births are slower. */
	if (p->many_cpus)
		(void)!sched_setaffinity(tid, sizeof(*set), set);
}

static void give_order(struct aspace *as, uint32_t op)
{
	const struct platform *p = as->p;
	struct stub_orders *o = as_orders(as);
	cpu_set_t here;
	int cpu = p->many_cpus ? sched_getcpu() : 0;

	if (cpu >= 0 && cpu < CPU_SETSIZE) {
		CPU_ZERO(&here);
		CPU_SET((unsigned int)cpu, &here);
		bind_to(p, 0, &here);
		bind_to(p, as->pid, &here);
	}
	o->op = op;
	atomic_fetch_add(&o->seq, 1);
	syscall(SYS_futex, &o->seq, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void set_orders(struct aspace *as, uint32_t slot)
{
	struct stub_orders *o = as_orders(as);

	atomic_store(&as_ctl(as, slot)->word, 0);
	o->filter_flags = as->p->filter_flags;
	o->parent = (uint32_t)as->p->self;
	o->ctl = slot_address(as->p, slot) + SLOT_CTL;
}

/* The newborn's first ring tells its thread id, in the kernel's words. */
static int meet(struct aspace *as, struct stub_thread *th)
{
	struct seccomp_notif n;
	int r;

	if (!(as->p->lacks & LACK_SYNC))
		(void)!listener_set_sync(th->listener);
	r = listener_recv(as, th->listener, &n);
	if (r < 0)
		return r;
	if (n.data.nr != STUB_RING)
		return -EPROTO;
	th->tid = (pid_t)n.pid;
	th->id = n.id;
	bind_to(as->p, th->tid, &as->p->cpus);
	return 0;
}

static int error_of(const struct message *m)
{
	return m->len > 0 && m->len < STUB_TELL_PID ? -(int)m->len : -EPROTO;
}

static struct stub_thread *thread_alloc(void)
{
	struct stub_thread *th = calloc(1, sizeof(*th));

	if (th)
		th->listener = -1;
	return th;
}

/* The listener of the thread that as's cloner was told to make. */
static int await_listener(struct aspace *as, int *ret_fd)
{
	struct message m;

	for (;;) {
		int r = message_from(as->p, as->pid, &m);

		if (r < 0)
			return r;
		if (m.pid == as->pid)
			break;
		drop_orphan(&m);
	}
	if (m.fd < 0)
		return error_of(&m);
	*ret_fd = m.fd;
	return 0;
}

int birth_thread(struct aspace *as, uint32_t op, struct stub_thread **ret)
{
	struct stub_thread *th;
	int r;

	if (atomic_load(&as->gone))
		return -ESRCH;
	th = thread_alloc();
	if (!th)
		return -ENOMEM;
	r = slot_take(as, &th->slot);
	if (r < 0) {
		stub_thread_free(th);
		return r;
	}
	set_orders(as, th->slot);
	lock_acquire(&as->p->birth_lock);
	give_order(as, op);
	r = await_listener(as, &th->listener);
	bind_to(as->p, 0, &as->p->cpus);
	lock_release(&as->p->birth_lock);
	if (r == 0)
		r = meet(as, th);
	if (r == -ESRCH || r == -EPROTO)
		aspace_lose(as);
	if (r < 0) {
		slot_put(as, th->slot);
		stub_thread_free(th);
		return r;
	}
	*ret = th;
	return 0;
}

/* ---- processes ---- */

/* What is known of a copy that is being born. */
struct copy {
	pid_t low, high;      /* -1: not yet told */
	struct message other; /* the last that was not the parent's */
	int error;
};

static void copy_learn(struct copy *c, pid_t parent, struct message *m)
{
	if (m->pid == parent && m->fd < 0 && m->len >= STUB_TELL_PID && m->len < STUB_TELL_MOST) {
		if (c->low < 0)
			c->low = (pid_t)(m->len - STUB_TELL_PID);
		else
			c->high = (pid_t)(m->len - STUB_TELL_PID) << STUB_PID_BITS;
		return;
	}
	if (m->pid == parent) {
		c->error = error_of(m);
		message_drop(m);
		return;
	}
	/* A later message of another process is the one that counts: the past is past. */
	drop_orphan(&c->other);
	c->other = *m;
}

/* The parent's messages and the copy's, in whatever order. The new process's id, or an error that
 * leaves *ret_pid 0 or the process to be killed. */
static int await_copy(struct aspace *parent, pid_t *ret_pid, int *ret_listener)
{
	struct copy c = {.low = -1, .high = -1, .other = {.fd = -1}};
	struct message m;
	int r = 0;

	while (r == 0 && c.error == 0 && c.high < 0) {
		r = message_from(parent->p, parent->pid, &m);
		if (r == 0)
			copy_learn(&c, parent->pid, &m);
	}
	if (c.high >= 0)
		*ret_pid = c.low | c.high;
	while (r == 0 && c.error == 0 && c.other.pid != *ret_pid) {
		r = message_from(parent->p, *ret_pid, &m);
		if (r == 0)
			copy_learn(&c, parent->pid, &m);
	}
	if (r == 0)
		r = c.error;
	if (r == 0 && c.other.fd < 0)
		r = error_of(&c.other);
	if (r < 0 && *ret_pid == 0)
		drop_orphan(&c.other);
	else if (r < 0)
		message_drop(&c.other);
	else
		*ret_listener = c.other.fd;
	return r;
}

/* Shared memory with the first order in it, put into the parent. */
static int prepare_copy(struct aspace *as, struct stub_thread *first, const struct stub_thread *by)
{
	int fd, r;

	r = region_make_shared(as, &fd);
	if (r < 0)
		return r;
	r = slot_take(as, &first->slot);
	if (r == 0) {
		set_orders(as, first->slot);
		as_orders(as)->op = STUB_ORDER_GUEST;
		atomic_store(&as_orders(as)->seq, 1);
		r = listener_put_fd(by->listener, by->id, fd);
	}
	close(fd);
	return r;
}

int birth_process(struct aspace *parent, const struct stub_thread *by, struct aspace **ret)
{
	struct platform *p = parent->p;
	struct aspace *as = aspace_alloc(p);
	struct stub_thread *first = thread_alloc();
	int r = as && first ? 0 : -ENOMEM;

	if (r == 0 && atomic_load(&parent->gone))
		r = -ESRCH;
	if (r == 0)
		r = prepare_copy(as, first, by);
	if (r == 0) {
		lock_acquire(&p->birth_lock);
		give_order(parent, STUB_ORDER_FORK);
		r = await_copy(parent, &as->pid, &first->listener);
		bind_to(p, 0, &p->cpus);
		lock_release(&p->birth_lock);
	}
	if (r == -ESRCH && as && as->pid == 0)
		aspace_lose(parent);
	if (r == 0)
		r = meet(as, first);
	if (r < 0) {
		stub_thread_free(first);
		aspace_dealloc(as);
		return r == -ESRCH || r == -EPROTO ? -EAGAIN : r;
	}
	list_add_head(&as->idle, &first->node);
	as->nidle = 1;
	*ret = as;
	return 0;
}

/* The first stub's agent, or the step that failed: a negative errno and the words for it. */
int birth_await_first(struct aspace *as, const char **ret_why)
{
	struct message m;
	int r = message_from(as->p, as->pid, &m);

	if (r < 0)
		return plat_refuse(r, ret_why,
				   "the first stub died while it was being set up: look for an "
				   "out-of-memory or seccomp kill in the host's log");
	if (m.fd < 0 && m.len >= TELL_STAGE && m.len < TELL_STAGE + NEWBORN_STAGES)
		return plat_refuse(-EPERM, ret_why,
				   "%s is refused in the first stub: allow it in the seccomp "
				   "profile around this process",
				   newborn_stage_name((enum newborn_stage)(m.len - TELL_STAGE)));
	if (m.fd < 0)
		return plat_refuse(error_of(&m), ret_why,
				   "the first stub cannot have its listener");
	as->agent = thread_alloc();
	if (!as->agent) {
		message_drop(&m);
		return plat_refuse(-ENOMEM, ret_why, "out of memory");
	}
	as->agent->listener = m.fd;
	r = slot_take(as, &as->agent->slot);
	if (r == 0)
		r = meet(as, as->agent);
	return r < 0 ? plat_refuse(r, ret_why, "the first stub's agent does not answer") : 0;
}

void birth_first_orders(struct aspace *as)
{
	set_orders(as, 0);
	as_orders(as)->op = STUB_ORDER_AGENT;
	atomic_store(&as_orders(as)->seq, 1);
}
