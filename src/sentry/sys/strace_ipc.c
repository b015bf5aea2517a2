/* SPDX-License-Identifier: Apache-2.0 */
/* System V objects and POSIX message queues. */
#include <string.h>

#include "abi/ipc.h"
#include "abi/mqueue.h"
#include "base/compiler.h"
#include "sentry/sys/strace_priv.h"

static void print_ipckey(struct scall *c, const struct sarg *a UNUSED, uint64_t v)
{
	if ((uint32_t)v == LX_IPC_PRIVATE)
		strbuf_adds(c->sb, "IPC_PRIVATE");
	else
		put_hex(c->sb, (uint32_t)v);
}

/* IPC_SET is given three fields of the five; the rest is what it answers elsewhere. */
static void put_perm(struct scall *c, const char *field, const struct lx_ipc64_perm *p)
{
	strbuf_addf(c->sb, "{%s={uid=%u, gid=%u, mode=", field, p->uid, p->gid);
	put_mode(c->sb, p->mode);
	if (c->exiting)
		strbuf_addf(c->sb, ", key=%d, cuid=%u, cgid=%u", p->key, p->cuid, p->cgid);
	strbuf_addc(c->sb, '}');
}

static void put_shmid_ds(struct scall *c, const void *p)
{
	const struct lx_shmid64_ds *d = p;

	put_perm(c, "shm_perm", &d->shm_perm);
	if (c->exiting)
		strbuf_addf(
			c->sb,
			", shm_segsz=%llu, shm_cpid=%d, shm_lpid=%d, shm_nattch=%llu, shm_atime=%lld, shm_dtime=%lld, shm_ctime=%lld",
			(unsigned long long)d->shm_segsz, d->shm_cpid, d->shm_lpid,
			(unsigned long long)d->shm_nattch, (long long)d->shm_atime,
			(long long)d->shm_dtime, (long long)d->shm_ctime);
	strbuf_addc(c->sb, '}');
}

static void put_shminfo(struct scall *c, const void *p)
{
	const struct lx_shminfo64 *s = p;

	strbuf_addf(c->sb, "{shmmax=%llu, shmmin=%llu, shmmni=%llu, shmseg=%llu, shmall=%llu}",
		    (unsigned long long)s->shmmax, (unsigned long long)s->shmmin,
		    (unsigned long long)s->shmmni, (unsigned long long)s->shmseg,
		    (unsigned long long)s->shmall);
}

static void put_shm_info(struct scall *c, const void *p)
{
	const struct lx_shm_info *s = p;

	strbuf_addf(
		c->sb,
		"{used_ids=%d, shm_tot=%llu, shm_rss=%llu, shm_swp=%llu, swap_attempts=%llu, swap_successes=%llu}",
		s->used_ids, (unsigned long long)s->shm_tot, (unsigned long long)s->shm_rss,
		(unsigned long long)s->shm_swp, (unsigned long long)s->swap_attempts,
		(unsigned long long)s->swap_successes);
}

static void put_sembuf(struct scall *c, const void *p)
{
	const struct lx_sembuf *s = p;

	strbuf_addf(c->sb, "{sem_num=%u, sem_op=%d, sem_flg=", s->sem_num, s->sem_op);
	put_flags(c->sb, names_get("semop"), (uint16_t)s->sem_flg);
	strbuf_addc(c->sb, '}');
}

static void put_semid_ds(struct scall *c, const void *p)
{
	const struct lx_semid64_ds *d = p;

	put_perm(c, "sem_perm", &d->sem_perm);
	if (c->exiting)
		strbuf_addf(c->sb, ", sem_otime=%lld, sem_ctime=%lld, sem_nsems=%llu",
			    (long long)d->sem_otime, (long long)d->sem_ctime,
			    (unsigned long long)d->sem_nsems);
	strbuf_addc(c->sb, '}');
}

static void put_seminfo(struct scall *c, const void *p)
{
	const struct lx_seminfo *s = p;

	strbuf_addf(
		c->sb,
		"{semmap=%d, semmni=%d, semmns=%d, semmnu=%d, semmsl=%d, semopm=%d, semume=%d, semusz=%d, semvmx=%d, semaem=%d}",
		s->semmap, s->semmni, s->semmns, s->semmnu, s->semmsl, s->semopm, s->semume,
		s->semusz, s->semvmx, s->semaem);
}

/* msgsnd(2), msgrcv(2): the count is how long the text is. */
static void print_msgbuf(struct scall *c, const struct sarg *a, uint64_t v)
{
	int64_t type;

	if (!scall_fetch(c, a, &type, v, sizeof(type)))
		return;
	strbuf_addf(c->sb, "{mtype=%lld, mtext=", (long long)type);
	put_guest_bytes(c, v + sizeof(type), scall_count(c, a), QUOTE_OCTAL);
	strbuf_addc(c->sb, '}');
}

static void put_msqid_ds(struct scall *c, const void *p)
{
	const struct lx_msqid64_ds *d = p;

	put_perm(c, "msg_perm", &d->msg_perm);
	if (c->exiting)
		strbuf_addf(c->sb,
			    ", msg_stime=%lld, msg_rtime=%lld, msg_ctime=%lld, msg_qnum=%llu",
			    (long long)d->msg_stime, (long long)d->msg_rtime,
			    (long long)d->msg_ctime, (unsigned long long)d->msg_qnum);
	strbuf_addf(c->sb, ", msg_qbytes=%llu", (unsigned long long)d->msg_qbytes);
	if (c->exiting)
		strbuf_addf(c->sb, ", msg_lspid=%d, msg_lrpid=%d", d->msg_lspid, d->msg_lrpid);
	strbuf_addc(c->sb, '}');
}

static void put_msginfo(struct scall *c, const void *p)
{
	const struct lx_msginfo *m = p;

	strbuf_addf(
		c->sb,
		"{msgpool=%d, msgmap=%d, msgmax=%d, msgmnb=%d, msgmni=%d, msgssz=%d, msgtql=%d, msgseg=%u}",
		m->msgpool, m->msgmap, m->msgmax, m->msgmnb, m->msgmni, m->msgssz, m->msgtql,
		m->msgseg);
}

static void put_mq_attr(struct scall *c, const void *p)
{
	const struct lx_mq_attr *m = p;

	strbuf_adds(c->sb, "{mq_flags=");
	put_flags(c->sb, names_get("mq"), (uint64_t)m->mq_flags);
	strbuf_addf(c->sb, ", mq_maxmsg=%lld, mq_msgsize=%lld, mq_curmsgs=%lld}",
		    (long long)m->mq_maxmsg, (long long)m->mq_msgsize, (long long)m->mq_curmsgs);
}

const struct kind strace_ipc_kinds[] = {
	{.name = "ipckey", .print = print_ipckey},
	{.name = "shmid_ds", .put = put_shmid_ds, .size = sizeof(struct lx_shmid64_ds)},
	{.name = "shminfo", .put = put_shminfo, .size = sizeof(struct lx_shminfo64)},
	{.name = "shm_info", .put = put_shm_info, .size = sizeof(struct lx_shm_info)},
	{.name = "sembuf", .put = put_sembuf, .size = sizeof(struct lx_sembuf)},
	{.name = "semid_ds", .put = put_semid_ds, .size = sizeof(struct lx_semid64_ds)},
	{.name = "seminfo", .put = put_seminfo, .size = sizeof(struct lx_seminfo)},
	{.name = "msgbuf", .print = print_msgbuf},
	{.name = "msqid_ds", .put = put_msqid_ds, .size = sizeof(struct lx_msqid64_ds)},
	{.name = "msginfo", .put = put_msginfo, .size = sizeof(struct lx_msginfo)},
	{.name = "mq_attr", .put = put_mq_attr, .size = sizeof(struct lx_mq_attr)},
	{0},
};
