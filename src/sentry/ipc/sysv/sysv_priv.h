/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside System V IPC. Each of the three kinds has one table with one lock (rank IPC), which guards
 * the table and every object in it; nothing blocks and no guest memory is touched under it. Key of
 * every field below: [l] the kind's lock, [I] immutable, [a] atomic.
 */
#pragma once

#include "base/list.h"
#include "base/lock.h"
#include "base/ref.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/ipc/sysv/sysv.h"
#include "sentry/mm/mappable.h"

/* ---- ids.c: tables, keys, permissions ---- */

/* The head of each object: struct kern_ipc_perm of Linux. */
struct ipc_object {
	int32_t id;          /* [I] once in the table */
	int32_t key;         /* [l] */
	uint32_t uid, gid;   /* [l] */
	uint32_t cuid, cgid; /* [I] */
	uint32_t mode;       /* [l] permission bits, LX_SHM_DEST, LX_SHM_LOCKED */
	uint16_t seq;        /* [I] */
	bool removed;        /* [l] out of the table: sleepers get EIDRM */
};

/* Slots [0, nslots) hold objects or NULL; `used` of them objects, none at or above `top`. */
struct ipc_table {
	struct lock lock;
	uint32_t max;               /* [I] */
	struct ipc_object **slots;  /* [l] arena; NULL while the table is empty */
	uint32_t nslots, used, top; /* [l] */
	uint32_t first_free;        /* [l] no slot below is */
	uint16_t seq;               /* [l] of the last object */
	int32_t last_index;         /* [l] where it went */
};

#define IPC_TABLE_INIT(max_, name_)                                                                \
	{                                                                                          \
		.lock = LOCK_INIT(RANK_IPC, name_), .max = (max_), .last_index = -1                \
	}

/* What a *get call wants. fits: does an object that is there (-EINVAL)? make: a new one, ids.c
 * fills in its head. */
struct ipc_wish {
	int (*fits)(struct ipc_object *o, const struct ipc_wish *w);
	int (*make)(const struct ipc_wish *w, struct ipc_object **ret);
	void (*free)(struct ipc_object *o); /* made, but there is no room in the table */
	int32_t key;
	unsigned flags;
	uint64_t size; /* bytes or semaphores */
	int32_t pid;   /* who asks */
};

/* msgget(2) and its kin. Takes the lock. An id. */
MUST_CHECK long ipc_get(struct ctx *ctx, struct ipc_table *t, const struct ipc_wish *w);
/* -EINVAL: no such id; -EIDRM: its slot has another object by now. */
MUST_CHECK int ipc_find(struct ipc_table *t, int32_t id, struct ipc_object **ret) REQUIRES(t->lock);
/* ipc_find, and the caller may do all of `want` (mode bits). -EACCES */
MUST_CHECK int ipc_find_for(struct ctx *ctx, struct ipc_table *t, int32_t id, unsigned want,
			    struct ipc_object **ret) REQUIRES(t->lock);
/* ipc_find for IPC_SET and IPC_RMID: owner, creator or CAP_SYS_ADMIN. -EPERM */
MUST_CHECK int ipc_find_own(struct ctx *ctx, struct ipc_table *t, int32_t id,
			    struct ipc_object **ret) REQUIRES(t->lock);
/* For the *_stat functions. -EINVAL, -EACCES */
MUST_CHECK int ipc_find_by(struct ctx *ctx, struct ipc_table *t, int32_t id, enum sysv_by by,
			   struct ipc_object **ret) REQUIRES(t->lock);
void ipc_remove(struct ipc_table *t, struct ipc_object *o) REQUIRES(t->lock);
/* The highest index in use; 0 if none is. */
long ipc_highest(struct ipc_table *t) REQUIRES(t->lock);
void ipc_fill_perm(const struct ipc_object *o, struct lx_ipc64_perm *ret);
void ipc_set_perm(struct ipc_object *o, const struct lx_ipc64_perm *p);
int64_t ipc_now(void); /* seconds since the epoch */

/* ---- shm ---- */

struct shm {
	struct ipc_object ipc;
	struct mappable map;   /* its references are the segment's; the table holds one */
	struct hostfd *h;      /* [I] owned */
	int32_t made_key;      /* [I] for /proc/pid/maps */
	uint64_t size, npages; /* [I] */
	_Atomic int64_t atime; /* [a] set under MM_MAP too */
	int64_t dtime, ctime;  /* [l] */
	int32_t cpid, lpid;    /* [l] */
	_Atomic uint64_t
		nattch; /* [a] vmas, and attachments in progress; falls only under the lock */
};

extern struct ipc_table shm_table;
extern uint64_t shm_total_pages; /* [l] of shm_table */

static inline struct shm *shm_of(struct ipc_object *o)
{
	return container_of(o, struct shm, ipc);
}

/* True: nobody has it attached and it was to go; it left the table, whose reference is the caller's
 * to drop, without the lock. */
MUST_CHECK bool shm_end_if_unused(struct shm *s) REQUIRES(shm_table.lock);

/* ---- sem ---- */

struct sem {
	int32_t value; /* 0 .. LX_SEMVMX */
	int32_t pid;   /* who changed it last */
};

struct sem_set {
	struct ipc_object ipc;
	int64_t otime, ctime; /* [l] */
	struct list waiting;  /* [l] struct sem_waiter.link, first come first */
	struct list undos;    /* [l] struct sem_undo.set_link */
	uint32_t nsems;       /* [I] */
	struct sem sems[];    /* [l] */
};

/* One process's debt to one set. In both lists or freed. */
struct sem_undo {
	struct list set_link, list_link; /* [l] */
	struct sem_set *set;             /* [l] */
	int16_t adj[];                   /* [l] what its end adds to each semaphore */
};

/* A semop that sleeps. On the sleeper's stack; whoever ends its sleep takes it out of the set
 * first. */
struct sem_waiter {
	struct list link;            /* [l] */
	struct ctx *ctx;             /* [I] */
	const struct lx_sembuf *ops; /* [I] */
	unsigned nops;               /* [I] */
	struct sem_undo *undo;       /* [I] NULL: no operation asks for it */
	int32_t pid;                 /* [I] */
	unsigned blocked_at;         /* [l] the operation that it waits for */
	bool done;                   /* [l] */
	int result;                  /* [l] once done */
};

extern struct ipc_table sem_table;
extern uint32_t sem_total; /* [l] semaphores in all sets */

static inline struct sem_set *sem_set_of(struct ipc_object *o)
{
	return container_of(o, struct sem_set, ipc);
}

/* Values changed: carry out what can be carried out now of those that sleep. */
void sem_run_waiting(struct sem_set *s) REQUIRES(sem_table.lock);
/* Take a set out of the table and free it; sleepers get EIDRM. */
void sem_set_end(struct sem_set *s) REQUIRES(sem_table.lock);
/* The debt of *undos to the set, made if need be. -ENOMEM. */
MUST_CHECK int sem_undo_need(struct sem_undo_list **undos, struct sem_set *s, struct sem_undo **ret)
	REQUIRES(sem_table.lock);
void sem_undo_free(struct sem_undo *u) REQUIRES(sem_table.lock);

/* ---- msg ---- */

struct sysv_msg {
	struct list link; /* [l] */
	int64_t type;
	uint64_t len;
	char text[];
};

struct msg_sleeper {
	struct list link; /* [l] */
	struct ctx *ctx;  /* [I] */
};

struct msg_queue {
	struct ipc_object ipc;
	struct ref ref;              /* the table's, and one per sleeper */
	int64_t stime, rtime, ctime; /* [l] */
	uint64_t nbytes, nmessages;  /* [l] */
	uint64_t max_bytes;          /* [l] msg_qbytes */
	int32_t lspid, lrpid;        /* [l] */
	struct list messages;        /* [l] struct sysv_msg.link, oldest first */
	struct list sleepers; /* [l] struct msg_sleeper.link: who waits for a message or for room */
};

extern struct ipc_table msg_table;

static inline struct msg_queue *msg_queue_of(struct ipc_object *o)
{
	return container_of(o, struct msg_queue, ipc);
}

void msg_queue_put(struct msg_queue *q);
/* Everybody looks again. */
void msg_queue_wake(struct msg_queue *q) REQUIRES(msg_table.lock);
/* Take it out of the table, whose reference is the caller's to drop. */
void msg_queue_end(struct msg_queue *q) REQUIRES(msg_table.lock);
