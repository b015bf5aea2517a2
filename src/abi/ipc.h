/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System V shared memory, semaphores and message queues.
 * Source:
 * include/uapi/linux/{ipc,shm,sem,msg}.h, arch/x86/include/uapi/asm/{shmbuf,sembuf,msgbuf}.h;
 * sysvipc(7), shmctl(2), semctl(2), msgctl(2).
 */
#ifndef CAISSON_ABI_IPC_H
#define CAISSON_ABI_IPC_H

#include <stdint.h>

#include "abi/layout.h"

#define LX_IPC_CREAT   01000
#define LX_IPC_EXCL    02000
#define LX_IPC_NOWAIT  04000
#define LX_IPC_RMID    0
#define LX_IPC_SET     1
#define LX_IPC_STAT    2
#define LX_IPC_INFO    3
#define LX_IPC_PRIVATE 0
#define LX_IPC_OLD     0
#define LX_IPC_64      0x0100

struct lx_ipc64_perm {
	int32_t key;
	uint32_t uid;
	uint32_t gid;
	uint32_t cuid;
	uint32_t cgid;
	uint32_t mode;
	uint16_t seq;
	uint16_t pad2;
	uint32_t pad3;
	uint64_t unused1;
	uint64_t unused2;
};
LX_ASSERT_SIZE(struct lx_ipc64_perm, 48);
LX_ASSERT_AT(struct lx_ipc64_perm, key, 0);
LX_ASSERT_AT(struct lx_ipc64_perm, uid, 4);
LX_ASSERT_AT(struct lx_ipc64_perm, gid, 8);
LX_ASSERT_AT(struct lx_ipc64_perm, cuid, 12);
LX_ASSERT_AT(struct lx_ipc64_perm, cgid, 16);
LX_ASSERT_AT(struct lx_ipc64_perm, seq, 24);

/* shmget(2), shmat(2), shmctl(2) */
#define LX_SHM_R         0400
#define LX_SHM_W         0200
#define LX_SHM_HUGETLB   04000
#define LX_SHM_NORESERVE 010000
#define LX_SHM_RDONLY    010000
#define LX_SHM_RND       020000
#define LX_SHM_REMAP     040000
#define LX_SHM_EXEC      0100000
#define LX_SHM_DEST      01000
#define LX_SHM_LOCKED    02000
#define LX_SHM_LOCK      11
#define LX_SHM_UNLOCK    12
#define LX_SHM_STAT      13
#define LX_SHM_INFO      14
#define LX_SHM_STAT_ANY  15
#define LX_SHMLBA        4096
#define LX_SHMMIN        1
#define LX_SHMMNI        4096
#define LX_SHMMAX        (UINT64_MAX - (1ULL << 24))
#define LX_SHMALL        (UINT64_MAX - (1ULL << 24))

struct lx_shmid64_ds {
	struct lx_ipc64_perm shm_perm;
	uint64_t shm_segsz;
	int64_t shm_atime;
	int64_t shm_dtime;
	int64_t shm_ctime;
	int32_t shm_cpid;
	int32_t shm_lpid;
	uint64_t shm_nattch;
	uint64_t unused4;
	uint64_t unused5;
};
LX_ASSERT_SIZE(struct lx_shmid64_ds, 112);
LX_ASSERT_AT(struct lx_shmid64_ds, shm_perm, 0);
LX_ASSERT_AT(struct lx_shmid64_ds, shm_segsz, 48);
LX_ASSERT_AT(struct lx_shmid64_ds, shm_atime, 56);
LX_ASSERT_AT(struct lx_shmid64_ds, shm_dtime, 64);
LX_ASSERT_AT(struct lx_shmid64_ds, shm_ctime, 72);
LX_ASSERT_AT(struct lx_shmid64_ds, shm_cpid, 80);
LX_ASSERT_AT(struct lx_shmid64_ds, shm_lpid, 84);
LX_ASSERT_AT(struct lx_shmid64_ds, shm_nattch, 88);

struct lx_shminfo64 {
	uint64_t shmmax;
	uint64_t shmmin;
	uint64_t shmmni;
	uint64_t shmseg;
	uint64_t shmall;
	uint64_t unused[4];
};
LX_ASSERT_SIZE(struct lx_shminfo64, 72);
LX_ASSERT_AT(struct lx_shminfo64, shmmax, 0);
LX_ASSERT_AT(struct lx_shminfo64, shmmin, 8);
LX_ASSERT_AT(struct lx_shminfo64, shmmni, 16);
LX_ASSERT_AT(struct lx_shminfo64, shmseg, 24);
LX_ASSERT_AT(struct lx_shminfo64, shmall, 32);

struct lx_shm_info {
	int32_t used_ids;
	int32_t pad0;
	uint64_t shm_tot; /* this and the next two in pages */
	uint64_t shm_rss;
	uint64_t shm_swp;
	uint64_t swap_attempts;
	uint64_t swap_successes;
};
LX_ASSERT_SIZE(struct lx_shm_info, 48);
LX_ASSERT_AT(struct lx_shm_info, used_ids, 0);
LX_ASSERT_AT(struct lx_shm_info, shm_tot, 8);
LX_ASSERT_AT(struct lx_shm_info, shm_rss, 16);
LX_ASSERT_AT(struct lx_shm_info, shm_swp, 24);
LX_ASSERT_AT(struct lx_shm_info, swap_attempts, 32);
LX_ASSERT_AT(struct lx_shm_info, swap_successes, 40);

/* semget(2), semop(2), semctl(2) */
#define LX_SEM_UNDO     0x1000
#define LX_GETPID       11
#define LX_GETVAL       12
#define LX_GETALL       13
#define LX_GETNCNT      14
#define LX_GETZCNT      15
#define LX_SETVAL       16
#define LX_SETALL       17
#define LX_SEM_STAT     18
#define LX_SEM_INFO     19
#define LX_SEM_STAT_ANY 20
#define LX_SEMMNI       32000
#define LX_SEMMSL       32000
#define LX_SEMMNS       1024000000
#define LX_SEMOPM       500
#define LX_SEMVMX       32767
#define LX_SEMAEM       32767
#define LX_SEMUME       500
#define LX_SEMMNU       1024000000
#define LX_SEMMAP       1024000000
#define LX_SEMUSZ       20

struct lx_sembuf {
	uint16_t sem_num;
	int16_t sem_op;
	int16_t sem_flg;
};
LX_ASSERT_SIZE(struct lx_sembuf, 6);
LX_ASSERT_AT(struct lx_sembuf, sem_num, 0);
LX_ASSERT_AT(struct lx_sembuf, sem_op, 2);
LX_ASSERT_AT(struct lx_sembuf, sem_flg, 4);

struct lx_semid64_ds {
	struct lx_ipc64_perm sem_perm;
	int64_t sem_otime;
	uint64_t unused1;
	int64_t sem_ctime;
	uint64_t unused2;
	uint64_t sem_nsems;
	uint64_t unused3;
	uint64_t unused4;
};
LX_ASSERT_SIZE(struct lx_semid64_ds, 104);
LX_ASSERT_AT(struct lx_semid64_ds, sem_perm, 0);
LX_ASSERT_AT(struct lx_semid64_ds, sem_otime, 48);
LX_ASSERT_AT(struct lx_semid64_ds, sem_ctime, 64);
LX_ASSERT_AT(struct lx_semid64_ds, sem_nsems, 80);

struct lx_seminfo {
	int32_t semmap;
	int32_t semmni;
	int32_t semmns;
	int32_t semmnu;
	int32_t semmsl;
	int32_t semopm;
	int32_t semume;
	int32_t semusz;
	int32_t semvmx;
	int32_t semaem;
};
LX_ASSERT_SIZE(struct lx_seminfo, 40);
LX_ASSERT_AT(struct lx_seminfo, semmap, 0);
LX_ASSERT_AT(struct lx_seminfo, semmni, 4);
LX_ASSERT_AT(struct lx_seminfo, semmns, 8);
LX_ASSERT_AT(struct lx_seminfo, semmnu, 12);
LX_ASSERT_AT(struct lx_seminfo, semmsl, 16);
LX_ASSERT_AT(struct lx_seminfo, semopm, 20);
LX_ASSERT_AT(struct lx_seminfo, semume, 24);
LX_ASSERT_AT(struct lx_seminfo, semusz, 28);
LX_ASSERT_AT(struct lx_seminfo, semvmx, 32);
LX_ASSERT_AT(struct lx_seminfo, semaem, 36);

/* msgget(2), msgop(2), msgctl(2) */
#define LX_MSG_NOERROR  010000
#define LX_MSG_EXCEPT   020000
#define LX_MSG_COPY     040000
#define LX_MSG_STAT     11
#define LX_MSG_INFO     12
#define LX_MSG_STAT_ANY 13
#define LX_MSGMNI       32000
#define LX_MSGMAX       8192
#define LX_MSGMNB       16384
#define LX_MSGPOOL      512000
#define LX_MSGMAP       16384
#define LX_MSGTQL       16384
#define LX_MSGSSZ       16
#define LX_MSGSEG       0xffff

/* The text follows. */
struct lx_msgbuf {
	int64_t mtype;
};
LX_ASSERT_SIZE(struct lx_msgbuf, 8);
LX_ASSERT_AT(struct lx_msgbuf, mtype, 0);

struct lx_msqid64_ds {
	struct lx_ipc64_perm msg_perm;
	int64_t msg_stime;
	int64_t msg_rtime;
	int64_t msg_ctime;
	uint64_t cbytes; /* msg_cbytes, a macro on the host */
	uint64_t msg_qnum;
	uint64_t msg_qbytes;
	int32_t msg_lspid;
	int32_t msg_lrpid;
	uint64_t unused4;
	uint64_t unused5;
};
LX_ASSERT_SIZE(struct lx_msqid64_ds, 120);
LX_ASSERT_AT(struct lx_msqid64_ds, msg_perm, 0);
LX_ASSERT_AT(struct lx_msqid64_ds, msg_stime, 48);
LX_ASSERT_AT(struct lx_msqid64_ds, msg_rtime, 56);
LX_ASSERT_AT(struct lx_msqid64_ds, msg_ctime, 64);
LX_ASSERT_AT(struct lx_msqid64_ds, cbytes, 72);
LX_ASSERT_AT(struct lx_msqid64_ds, msg_qnum, 80);
LX_ASSERT_AT(struct lx_msqid64_ds, msg_qbytes, 88);
LX_ASSERT_AT(struct lx_msqid64_ds, msg_lspid, 96);
LX_ASSERT_AT(struct lx_msqid64_ds, msg_lrpid, 100);

struct lx_msginfo {
	int32_t msgpool;
	int32_t msgmap;
	int32_t msgmax;
	int32_t msgmnb;
	int32_t msgmni;
	int32_t msgssz;
	int32_t msgtql;
	uint16_t msgseg;
	uint16_t pad0;
};
LX_ASSERT_SIZE(struct lx_msginfo, 32);
LX_ASSERT_AT(struct lx_msginfo, msgpool, 0);
LX_ASSERT_AT(struct lx_msginfo, msgmap, 4);
LX_ASSERT_AT(struct lx_msginfo, msgmax, 8);
LX_ASSERT_AT(struct lx_msginfo, msgmnb, 12);
LX_ASSERT_AT(struct lx_msginfo, msgmni, 16);
LX_ASSERT_AT(struct lx_msginfo, msgssz, 20);
LX_ASSERT_AT(struct lx_msginfo, msgtql, 24);
LX_ASSERT_AT(struct lx_msginfo, msgseg, 28);

#endif
