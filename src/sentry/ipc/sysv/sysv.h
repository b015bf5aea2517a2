/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System V shared memory, semaphores and message queues, sysvipc(7). There is one namespace of
 * each. Limits are Linux's defaults, as /proc/sys/kernel shows them. Errors are those of the man
 * page named.
 *
 * An index is a slot of the kernel's table, an id is what the guest holds. Calls that answer "the
 * highest index" answer 0 while the table is empty.
 */
#pragma once

#include <stdint.h>

#include "abi/ipc.h"
#include "base/compiler.h"
#include "sentry/core/uaddr.h"

struct ctx;
struct mm;
struct strbuf;

/* How the *_stat functions find an object. */
enum sysv_by {
	SYSV_BY_ID,        /* IPC_STAT: by id, the caller may read it */
	SYSV_BY_INDEX,     /* SHM_STAT ...: by index, the caller may read it */
	SYSV_BY_INDEX_ANY, /* SHM_STAT_ANY ...: by index, whoever asks */
};

/* Forget every object; when nobody is left. */
void sysv_fini(void);

/* /proc/sysvipc */
void sysv_shm_show(struct strbuf *sb);
void sysv_sem_show(struct strbuf *sb);
void sysv_msg_show(struct strbuf *sb);

/* ---- shared memory: shm.c, shmctl.c ---- */

/* shmget(2): an id. */
MUST_CHECK long sysv_shm_get(struct ctx *ctx, int32_t key, uint64_t size, unsigned flags);
/* shmat(2): ctx's own mm. */
MUST_CHECK int sysv_shm_attach(struct ctx *ctx, struct mm *mm, int32_t id, uaddr_t addr,
			       unsigned flags, uaddr_t *ret);
/* shmdt(2) */
MUST_CHECK int sysv_shm_detach(struct ctx *ctx, struct mm *mm, uaddr_t addr);
/* shmctl(2): 0 by id, the id by index. */
MUST_CHECK long sysv_shm_stat(struct ctx *ctx, int32_t id, enum sysv_by by,
			      struct lx_shmid64_ds *ret);
MUST_CHECK int sysv_shm_set(struct ctx *ctx, int32_t id, const struct lx_shmid64_ds *ds);
MUST_CHECK int sysv_shm_remove(struct ctx *ctx, int32_t id);
MUST_CHECK int sysv_shm_lock(struct ctx *ctx, int32_t id, bool lock);
/* IPC_INFO, SHM_INFO: the highest index. */
long sysv_shm_limits(struct lx_shminfo64 *ret);
long sysv_shm_usage(struct lx_shm_info *ret);

/* ---- semaphores: sem.c, sem_undo.c, semctl.c ---- */

/*
 * What SEM_UNDO owes: one per process, or shared by CLONE_SYSVSEM. The holder's pointer is NULL
 * until the first SEM_UNDO.
 */
struct sem_undo_list;

/* Another holder of *own's list (made if need be). Caller owns. -ENOMEM. */
MUST_CHECK int sysv_sem_undo_share(struct sem_undo_list **own, struct sem_undo_list **ret);
/* A holder ends; the last one pays. Accepts NULL. */
void sysv_sem_undo_put(struct sem_undo_list *l, int32_t pid);

/* semget(2): an id. */
MUST_CHECK long sysv_sem_get(struct ctx *ctx, int32_t key, int32_t nsems, unsigned flags);
/* semop(2), semtimedop(2): deadline_ns as ctx_block's. ops are borrowed until return. */
MUST_CHECK int sysv_sem_op(struct ctx *ctx, struct sem_undo_list **undos, int32_t id,
			   const struct lx_sembuf *ops, unsigned nops, int64_t deadline_ns);
/* semctl(2) */
MUST_CHECK long sysv_sem_stat(struct ctx *ctx, int32_t id, enum sysv_by by,
			      struct lx_semid64_ds *ret);
MUST_CHECK int sysv_sem_set(struct ctx *ctx, int32_t id, const struct lx_semid64_ds *ds);
MUST_CHECK int sysv_sem_remove(struct ctx *ctx, int32_t id);
/* cmd: LX_GETVAL, GETPID, GETNCNT, GETZCNT. */
MUST_CHECK long sysv_sem_get_one(struct ctx *ctx, int32_t id, int32_t num, int cmd);
MUST_CHECK int sysv_sem_set_one(struct ctx *ctx, int32_t id, int32_t num, int32_t value);
/* GETALL: an array of *ret_n values. Caller owns (arena_free). */
MUST_CHECK int sysv_sem_get_all(struct ctx *ctx, int32_t id, uint16_t **ret, uint32_t *ret_n);
/* SETALL is told how many values to bring, and brings them. -EIDRM: another set has the id by now. */
MUST_CHECK int sysv_sem_count(struct ctx *ctx, int32_t id, uint32_t *ret_n);
MUST_CHECK int sysv_sem_set_all(struct ctx *ctx, int32_t id, const uint16_t *values, uint32_t n);
/* IPC_INFO (used: SEM_INFO): the highest index. */
long sysv_sem_limits(struct lx_seminfo *ret, bool used);

/* ---- messages: msg.c, msgctl.c ---- */

/* A message on its way. */
struct sysv_msg;
/* len bytes of text, to be filled in. Caller owns; NULL: out of memory. */
struct sysv_msg *sysv_msg_new(uint64_t len);
char *sysv_msg_text(struct sysv_msg *m, uint64_t *ret_len, int64_t *ret_type);
void sysv_msg_free(struct sysv_msg *m);
DEFINE_AUTO(struct sysv_msg *, sysv_msg_free)

/* msgget(2): an id. */
MUST_CHECK long sysv_msg_get(struct ctx *ctx, int32_t key, unsigned flags);
/* msgsnd(2): takes over m on success. */
MUST_CHECK int sysv_msg_send(struct ctx *ctx, int32_t id, int64_t type, struct sysv_msg *m,
			     unsigned flags);
/* msgrcv(2): caller owns *ret. max: the longest that is welcome (with LX_MSG_NOERROR the caller
 * cuts). */
MUST_CHECK int sysv_msg_receive(struct ctx *ctx, int32_t id, int64_t type, uint64_t max,
				unsigned flags, struct sysv_msg **ret);
/* msgctl(2) */
MUST_CHECK long sysv_msg_stat(struct ctx *ctx, int32_t id, enum sysv_by by,
			      struct lx_msqid64_ds *ret);
MUST_CHECK int sysv_msg_set(struct ctx *ctx, int32_t id, const struct lx_msqid64_ds *ds);
MUST_CHECK int sysv_msg_remove(struct ctx *ctx, int32_t id);
/* IPC_INFO (used: MSG_INFO): the highest index. */
long sysv_msg_limits(struct lx_msginfo *ret, bool used);
