/* SPDX-License-Identifier: Apache-2.0 */
/* /proc/sysvipc, proc(5), and the end of everything. */
#include "abi/page.h"
#include "base/strbuf.h"
#include "host/stat.h"
#include "sentry/core/hostfd.h"
#include "sentry/ipc/sysv/sysv_priv.h"

typedef unsigned long long ull;

static void show_owners(struct strbuf *sb, const struct ipc_object *o)
{
	strbuf_addf(sb, " %5u %5u %5u %5u", o->uid, o->gid, o->cuid, o->cgid);
}

void sysv_shm_show(struct strbuf *sb)
{
	struct host_stat st;

	strbuf_adds(
		sb,
		"       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid      atime      dtime"
		"      ctime                   rss                  swap\n");
	GUARD(&shm_table.lock);
	LOCK_ASSERT_HELD(&shm_table.lock);
	for (uint32_t i = 0; i < shm_table.top; i++) {
		struct ipc_object *o = shm_table.slots[i];
		struct shm *s = o ? shm_of(o) : NULL;

		if (!s)
			continue;
		st.blocks = 0;
		if (host_fstat(hostfd_fd(s->h), &st) < 0)
			st.blocks = 0;
		strbuf_addf(sb, "%10d %10d  %4o %21llu %5d %5d  %5llu", o->key, o->id, o->mode,
			    (ull)s->size, s->cpid, s->lpid, (ull)s->nattch);
		show_owners(sb, o);
		strbuf_addf(sb, " %10lld %10lld %10lld %21llu %21d\n", (long long)s->atime,
			    (long long)s->dtime, (long long)s->ctime, (ull)st.blocks * 512, 0);
	}
}

void sysv_sem_show(struct strbuf *sb)
{
	strbuf_adds(
		sb,
		"       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n");
	GUARD(&sem_table.lock);
	LOCK_ASSERT_HELD(&sem_table.lock);
	for (uint32_t i = 0; i < sem_table.top; i++) {
		struct ipc_object *o = sem_table.slots[i];

		if (!o)
			continue;
		strbuf_addf(sb, "%10d %10d  %4o %10u", o->key, o->id, o->mode,
			    sem_set_of(o)->nsems);
		show_owners(sb, o);
		strbuf_addf(sb, " %10lld %10lld\n", (long long)sem_set_of(o)->otime,
			    (long long)sem_set_of(o)->ctime);
	}
}

void sysv_msg_show(struct strbuf *sb)
{
	strbuf_adds(
		sb,
		"       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid      stime      rtime"
		"      ctime\n");
	GUARD(&msg_table.lock);
	LOCK_ASSERT_HELD(&msg_table.lock);
	for (uint32_t i = 0; i < msg_table.top; i++) {
		struct ipc_object *o = msg_table.slots[i];
		struct msg_queue *q = o ? msg_queue_of(o) : NULL;

		if (!q)
			continue;
		strbuf_addf(sb, "%10d %10d  %4o  %10llu %10llu %5d %5d", o->key, o->id, o->mode,
			    (ull)q->nbytes, (ull)q->nmessages, q->lspid, q->lrpid);
		show_owners(sb, o);
		strbuf_addf(sb, " %10lld %10lld %10lld\n", (long long)q->stime, (long long)q->rtime,
			    (long long)q->ctime);
	}
}

/* ---- the end ---- */

static struct ipc_object *last_of(struct ipc_table *t) REQUIRES(t->lock);
static struct ipc_object *last_of(struct ipc_table *t)
{
	return t->top > 0 ? t->slots[t->top - 1] : NULL;
}

static void shm_end_all(void)
{
	struct ipc_object *o;

	GUARD(&shm_table.lock);
	LOCK_ASSERT_HELD(&shm_table.lock);
	while ((o = last_of(&shm_table))) {
		o->mode |= LX_SHM_DEST;
		check(shm_end_if_unused(shm_of(o)));
		mappable_put(&shm_of(o)->map);
	}
}

void sysv_fini(void)
{
	struct ipc_object *o;

	shm_end_all();
	lock_acquire(&sem_table.lock);
	LOCK_ASSERT_HELD(&sem_table.lock);
	while ((o = last_of(&sem_table)))
		sem_set_end(sem_set_of(o));
	lock_release(&sem_table.lock);
	lock_acquire(&msg_table.lock);
	LOCK_ASSERT_HELD(&msg_table.lock);
	while ((o = last_of(&msg_table))) {
		msg_queue_end(msg_queue_of(o));
		msg_queue_put(msg_queue_of(o));
	}
	lock_release(&msg_table.lock);
}
