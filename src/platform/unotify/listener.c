/* SPDX-License-Identifier: Apache-2.0 */
/* One thread's listener: seccomp_unotify(2). */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>

#include "platform/unotify/unotify_priv.h"

/* The kernel's struct may grow; it wants all of its own zeroed. */
union notif_room {
	struct seccomp_notif n;
	char room[NOTIF_MOST];
};

static bool is_deserted(int listener)
{
	struct pollfd p = {.fd = listener, .events = POLLIN};

	return poll(&p, 1, 0) != 0 && (p.revents & (POLLHUP | POLLERR | POLLNVAL));
}

/* On hosts where RECV alone would sleep for ever on a listener that nobody is left to speak on. A
 * notification that is there can be taken back before we receive it: then RECV does not sleep. */
static void await_anything(int listener)
{
	struct pollfd p = {.fd = listener, .events = POLLIN};

	(void)!poll(&p, 1, -1);
}

int listener_recv(struct aspace *as, int listener, struct seccomp_notif *ret)
{
	union notif_room u;

	for (;;) {
		if (as->p->lacks & LACK_HANGUP)
			await_anything(listener);
		memset(&u, 0, sizeof(u));
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &u) == 0) {
			*ret = u.n;
			return 0;
		}
		/* ENOENT: the call was taken back by a signal to its thread, or nobody is left to
		 * make any. EINTR: somebody who knows of the stub's end woke us. */
		if (errno == ENOENT && is_deserted(listener))
			return -ESRCH;
		if (errno != ENOENT && errno != EINTR)
			return -ESRCH;
		if (atomic_load(&as->gone))
			return -ESRCH;
	}
}

static int listener_send(int listener, uint64_t id, int64_t value)
{
	struct seccomp_notif_resp resp = {.id = id, .val = value};
	int r;

	do {
		r = ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &resp);
	} while (r < 0 && errno == EINTR);
	return r < 0 ? -ESRCH : 0;
}

int thread_answer(struct aspace *as, struct stub_thread *th, int64_t value)
{
	struct seccomp_notif n;
	int r = listener_send(th->listener, th->id, value);

	/* Without killable notifications a stop from outside takes a ring back; continued, the
	 * thread rings again, and says the same. */
	while (r < 0 && (as->p->lacks & LACK_KILLABLE)) {
		if (listener_recv(as, th->listener, &n) < 0 || n.data.nr != STUB_RING)
			return -ESRCH;
		th->id = n.id;
		r = listener_send(th->listener, th->id, value);
	}
	return r;
}

int listener_put_fd(int listener, uint64_t id, int fd)
{
	struct seccomp_notif_addfd add = {
		.id = id,
		.flags = SECCOMP_ADDFD_FLAG_SETFD,
		.srcfd = (uint32_t)fd,
		.newfd = STUB_FD,
	};
	int r;

	do {
		r = ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &add);
	} while (r < 0 && errno == EINTR);
	if (r < 0)
		return errno == ENOENT || errno == EINPROGRESS ? -ESRCH : -errno;
	return 0;
}

int listener_set_sync(int listener)
{
	return ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP) <
			       0
		       ? -errno
		       : 0;
}
