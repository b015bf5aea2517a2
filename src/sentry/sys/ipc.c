/* SPDX-License-Identifier: Apache-2.0 */
/* System V IPC: shmget(2), shmat(2), shmctl(2), semget(2), semop(2), semctl(2), msgget(2),
 * msgop(2), msgctl(2). */
#include <errno.h>

#include "abi/types.h"
#include "sentry/core/alloc.h"
#include "sentry/core/clock.h"
#include "sentry/ipc/sysv/sysv.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/sys.h"
#include "sentry/task/task.h"

#define FEW_OPS 16u

/* ---- shared memory ---- */

long sys_shmget(struct task *t, const struct sysargs *a)
{
	return sysv_shm_get(&t->ctx, arg_int(a, 0), arg_ulong(a, 1), arg_uint(a, 2));
}

long sys_shmat(struct task *t, const struct sysargs *a)
{
	uaddr_t at;
	int r = sysv_shm_attach(&t->ctx, t->mm, arg_int(a, 0), arg_uaddr(a, 1), arg_uint(a, 2),
				&at);

	return r < 0 ? r : (long)at.va;
}

long sys_shmdt(struct task *t, const struct sysargs *a)
{
	return sysv_shm_detach(&t->ctx, t->mm, arg_uaddr(a, 0));
}

/* result, after the struct has reached the guest; an error stands. */
static long put(struct task *t, uaddr_t to, const void *from, size_t n, long result)
{
	int r;

	if (result < 0)
		return result;
	r = copy_out(t->mm, to, from, n);
	return r < 0 ? r : result;
}

static long shm_stat(struct task *t, int32_t id, enum sysv_by by, uaddr_t buf)
{
	struct lx_shmid64_ds ds;
	long r = sysv_shm_stat(&t->ctx, id, by, &ds);

	return put(t, buf, &ds, sizeof(ds), r);
}

static long shm_limits(struct task *t, uaddr_t buf)
{
	struct lx_shminfo64 info;
	long r = sysv_shm_limits(&info);

	return put(t, buf, &info, sizeof(info), r);
}

static long shm_usage(struct task *t, uaddr_t buf)
{
	struct lx_shm_info info;
	long r = sysv_shm_usage(&info);

	return put(t, buf, &info, sizeof(info), r);
}

static long shm_set(struct task *t, int32_t id, uaddr_t buf)
{
	struct lx_shmid64_ds ds;
	int r = copy_in(t->mm, &ds, buf, sizeof(ds));

	return r < 0 ? r : sysv_shm_set(&t->ctx, id, &ds);
}

long sys_shmctl(struct task *t, const struct sysargs *a)
{
	int32_t id = arg_int(a, 0);
	uaddr_t buf = arg_uaddr(a, 2);

	if (id < 0)
		return -EINVAL;
	switch (arg_int(a, 1)) {
	case LX_IPC_INFO:
		return shm_limits(t, buf);
	case LX_SHM_INFO:
		return shm_usage(t, buf);
	case LX_IPC_STAT:
		return shm_stat(t, id, SYSV_BY_ID, buf);
	case LX_SHM_STAT:
		return shm_stat(t, id, SYSV_BY_INDEX, buf);
	case LX_SHM_STAT_ANY:
		return shm_stat(t, id, SYSV_BY_INDEX_ANY, buf);
	case LX_IPC_SET:
		return shm_set(t, id, buf);
	case LX_IPC_RMID:
		return sysv_shm_remove(&t->ctx, id);
	case LX_SHM_LOCK:
		return sysv_shm_lock(&t->ctx, id, true);
	case LX_SHM_UNLOCK:
		return sysv_shm_lock(&t->ctx, id, false);
	default:
		return -EINVAL;
	}
}

/* ---- semaphores ---- */

long sys_semget(struct task *t, const struct sysargs *a)
{
	return sysv_sem_get(&t->ctx, arg_int(a, 0), arg_int(a, 1), arg_uint(a, 2));
}

static int get_deadline(struct task *t, uaddr_t at, int64_t *ret)
{
	struct lx_timespec ts;
	int64_t ns;
	int r;

	*ret = CTX_FOREVER;
	if (uaddr_is_null(at))
		return 0;
	r = copy_in(t->mm, &ts, at, sizeof(ts));
	if (r == 0)
		r = timespec_to_ns(&ts, &ns);
	if (r < 0)
		return r;
	if (!add_ok(clock_monotonic_ns(), ns, ret))
		*ret = CTX_FOREVER;
	return 0;
}

static long do_semop(struct task *t, const struct sysargs *a, uaddr_t timeout)
{
	AUTO(arena_free) struct lx_sembuf *many = NULL;
	struct lx_sembuf few[FEW_OPS], *ops = few;
	unsigned n = arg_uint(a, 2);
	int32_t id = arg_int(a, 0);
	int64_t deadline_ns = CTX_FOREVER;
	int r;

	if (n < 1 || id < 0)
		return -EINVAL;
	if (n > LX_SEMOPM)
		return -E2BIG;
	if (n > FEW_OPS) {
		ops = many = arena_calloc(n, sizeof(*many));
		if (!many)
			return -ENOMEM;
	}
	r = copy_in(t->mm, ops, arg_uaddr(a, 1), n * sizeof(*ops));
	if (r == 0)
		r = get_deadline(t, timeout, &deadline_ns);
	return r < 0 ? r : sysv_sem_op(&t->ctx, &t->sem_undo, id, ops, n, deadline_ns);
}

long sys_semop(struct task *t, const struct sysargs *a)
{
	return do_semop(t, a, uaddr(0));
}

long sys_semtimedop(struct task *t, const struct sysargs *a)
{
	return do_semop(t, a, arg_uaddr(a, 3));
}

static long sem_stat(struct task *t, int32_t id, enum sysv_by by, uaddr_t buf)
{
	struct lx_semid64_ds ds;
	long r = sysv_sem_stat(&t->ctx, id, by, &ds);

	return put(t, buf, &ds, sizeof(ds), r);
}

static long sem_limits(struct task *t, uaddr_t buf, bool used)
{
	struct lx_seminfo info;
	long r = sysv_sem_limits(&info, used);

	return put(t, buf, &info, sizeof(info), r);
}

static long sem_set(struct task *t, int32_t id, uaddr_t buf)
{
	struct lx_semid64_ds ds;
	int r = copy_in(t->mm, &ds, buf, sizeof(ds));

	return r < 0 ? r : sysv_sem_set(&t->ctx, id, &ds);
}

static long sem_get_all(struct task *t, int32_t id, uaddr_t to)
{
	AUTO(arena_free) uint16_t *values = NULL;
	uint32_t n;
	int r = sysv_sem_get_all(&t->ctx, id, &values, &n);

	return r < 0 ? r : copy_out(t->mm, to, values, n * sizeof(*values));
}

static long sem_set_all(struct task *t, int32_t id, uaddr_t from)
{
	AUTO(arena_free) uint16_t *values = NULL;
	uint32_t n;
	int r = sysv_sem_count(&t->ctx, id, &n);

	if (r < 0)
		return r;
	values = arena_calloc(n, sizeof(*values));
	if (!values)
		return -ENOMEM;
	r = copy_in(t->mm, values, from, n * sizeof(*values));
	return r < 0 ? r : sysv_sem_set_all(&t->ctx, id, values, n);
}

long sys_semctl(struct task *t, const struct sysargs *a)
{
	int32_t id = arg_int(a, 0), num = arg_int(a, 1);
	uaddr_t arg = arg_uaddr(a, 3);
	int cmd = arg_int(a, 2);

	if (id < 0)
		return -EINVAL;
	switch (cmd) {
	case LX_IPC_INFO:
		return sem_limits(t, arg, false);
	case LX_SEM_INFO:
		return sem_limits(t, arg, true);
	case LX_IPC_STAT:
		return sem_stat(t, id, SYSV_BY_ID, arg);
	case LX_SEM_STAT:
		return sem_stat(t, id, SYSV_BY_INDEX, arg);
	case LX_SEM_STAT_ANY:
		return sem_stat(t, id, SYSV_BY_INDEX_ANY, arg);
	case LX_IPC_SET:
		return sem_set(t, id, arg);
	case LX_IPC_RMID:
		return sysv_sem_remove(&t->ctx, id);
	case LX_GETALL:
		return sem_get_all(t, id, arg);
	case LX_SETALL:
		return sem_set_all(t, id, arg);
	case LX_SETVAL:
		return sysv_sem_set_one(&t->ctx, id, num, arg_int(a, 3));
	case LX_GETVAL:
	case LX_GETPID:
	case LX_GETNCNT:
	case LX_GETZCNT:
		return sysv_sem_get_one(&t->ctx, id, num, cmd);
	default:
		return -EINVAL;
	}
}

/* ---- messages ---- */

long sys_msgget(struct task *t, const struct sysargs *a)
{
	return sysv_msg_get(&t->ctx, arg_int(a, 0), arg_uint(a, 1));
}

long sys_msgsnd(struct task *t, const struct sysargs *a)
{
	AUTO(sysv_msg_free) struct sysv_msg *m = NULL;
	uint64_t size = arg_ulong(a, 2), len;
	int32_t id = arg_int(a, 0);
	int64_t type, unused;
	uaddr_t text;
	int r;

	r = copy_in(t->mm, &type, arg_uaddr(a, 1), sizeof(type));
	if (r < 0)
		return r;
	if (size > LX_MSGMAX || id < 0 || type < 1)
		return -EINVAL;
	if (!uaddr_add_ok(arg_uaddr(a, 1), sizeof(type), &text))
		return -EFAULT;
	m = sysv_msg_new(size);
	if (!m)
		return -ENOMEM;
	r = copy_in(t->mm, sysv_msg_text(m, &len, &unused), text, size);
	if (r == 0)
		r = sysv_msg_send(&t->ctx, id, type, m, arg_uint(a, 3));
	if (r == 0)
		m = NULL; /* the queue's now */
	return r;
}

long sys_msgrcv(struct task *t, const struct sysargs *a)
{
	AUTO(sysv_msg_free) struct sysv_msg *m = NULL;
	uint64_t max = arg_ulong(a, 2), len;
	int64_t type;
	char *text;
	uaddr_t to;
	int r;

	if (arg_int(a, 0) < 0 || max > INT64_MAX)
		return -EINVAL;
	r = sysv_msg_receive(&t->ctx, arg_int(a, 0), arg_long(a, 3), max, arg_uint(a, 4), &m);
	if (r < 0)
		return r;
	text = sysv_msg_text(m, &len, &type);
	len = MIN(len, max);
	if (!uaddr_add_ok(arg_uaddr(a, 1), sizeof(type), &to) ||
	    copy_out(t->mm, arg_uaddr(a, 1), &type, sizeof(type)) < 0 ||
	    copy_out(t->mm, to, text, len) < 0)
		return -EFAULT; /* the message is lost, as in Linux */
	return (long)len;
}

static long msg_stat(struct task *t, int32_t id, enum sysv_by by, uaddr_t buf)
{
	struct lx_msqid64_ds ds;
	long r = sysv_msg_stat(&t->ctx, id, by, &ds);

	return put(t, buf, &ds, sizeof(ds), r);
}

static long msg_limits(struct task *t, uaddr_t buf, bool used)
{
	struct lx_msginfo info;
	long r = sysv_msg_limits(&info, used);

	return put(t, buf, &info, sizeof(info), r);
}

static long msg_set(struct task *t, int32_t id, uaddr_t buf)
{
	struct lx_msqid64_ds ds;
	int r = copy_in(t->mm, &ds, buf, sizeof(ds));

	return r < 0 ? r : sysv_msg_set(&t->ctx, id, &ds);
}

long sys_msgctl(struct task *t, const struct sysargs *a)
{
	int32_t id = arg_int(a, 0);
	uaddr_t buf = arg_uaddr(a, 2);

	if (id < 0)
		return -EINVAL;
	switch (arg_int(a, 1)) {
	case LX_IPC_INFO:
		return msg_limits(t, buf, false);
	case LX_MSG_INFO:
		return msg_limits(t, buf, true);
	case LX_IPC_STAT:
		return msg_stat(t, id, SYSV_BY_ID, buf);
	case LX_MSG_STAT:
		return msg_stat(t, id, SYSV_BY_INDEX, buf);
	case LX_MSG_STAT_ANY:
		return msg_stat(t, id, SYSV_BY_INDEX_ANY, buf);
	case LX_IPC_SET:
		return msg_set(t, id, buf);
	case LX_IPC_RMID:
		return sysv_msg_remove(&t->ctx, id);
	default:
		return -EINVAL;
	}
}
