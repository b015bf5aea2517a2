/* SPDX-License-Identifier: Apache-2.0 */
/* Compile-time test: abi/ipc.h against the host's own headers. See abi/abi_check.h. */
#include "abi/ipc.h"

#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/sem.h>
#include <sys/msg.h>

#include "abi/abi_check.h"

SAME(IPC_CREAT);
SAME(IPC_EXCL);
SAME(IPC_NOWAIT);
SAME(IPC_RMID);
SAME(IPC_SET);
SAME(IPC_STAT);
SAME(IPC_INFO);
SAME(SHM_R);
SAME(SHM_W);
SAME(SHM_HUGETLB);
SAME(SHM_NORESERVE);
SAME(SHM_RDONLY);
SAME(SHM_RND);
SAME(SHM_REMAP);
SAME(SHM_EXEC);
SAME(SHM_DEST);
SAME(SHM_LOCKED);
SAME(SHM_LOCK);
SAME(SHM_UNLOCK);
SAME(SHM_STAT);
SAME(SHM_INFO);
SAME(SHM_STAT_ANY);
SAME(SEM_UNDO);
SAME(GETPID);
SAME(GETVAL);
SAME(GETALL);
SAME(GETNCNT);
SAME(GETZCNT);
SAME(SETVAL);
SAME(SETALL);
SAME(SEM_STAT);
SAME(SEM_INFO);
SAME(SEM_STAT_ANY);
SAME(MSG_NOERROR);
SAME(MSG_EXCEPT);
SAME(MSG_COPY);
SAME(MSG_STAT);
SAME(MSG_INFO);
SAME(MSG_STAT_ANY);

SAME_SIZE(struct lx_ipc64_perm, struct ipc_perm);
SAME_FIELD(struct lx_ipc64_perm, key, struct ipc_perm, __key);
SAME_FIELD(struct lx_ipc64_perm, uid, struct ipc_perm, uid);
SAME_FIELD(struct lx_ipc64_perm, gid, struct ipc_perm, gid);
SAME_FIELD(struct lx_ipc64_perm, cuid, struct ipc_perm, cuid);
SAME_FIELD(struct lx_ipc64_perm, cgid, struct ipc_perm, cgid);
SAME_FIELD(struct lx_ipc64_perm, seq, struct ipc_perm, __seq);
SAME_SIZE(struct lx_shmid64_ds, struct shmid_ds);
SAME_FIELD(struct lx_shmid64_ds, shm_perm, struct shmid_ds, shm_perm);
SAME_FIELD(struct lx_shmid64_ds, shm_segsz, struct shmid_ds, shm_segsz);
SAME_FIELD(struct lx_shmid64_ds, shm_atime, struct shmid_ds, shm_atime);
SAME_FIELD(struct lx_shmid64_ds, shm_dtime, struct shmid_ds, shm_dtime);
SAME_FIELD(struct lx_shmid64_ds, shm_ctime, struct shmid_ds, shm_ctime);
SAME_FIELD(struct lx_shmid64_ds, shm_cpid, struct shmid_ds, shm_cpid);
SAME_FIELD(struct lx_shmid64_ds, shm_lpid, struct shmid_ds, shm_lpid);
SAME_FIELD(struct lx_shmid64_ds, shm_nattch, struct shmid_ds, shm_nattch);
SAME_SIZE(struct lx_shminfo64, struct shminfo);
SAME_FIELD(struct lx_shminfo64, shmmax, struct shminfo, shmmax);
SAME_FIELD(struct lx_shminfo64, shmmin, struct shminfo, shmmin);
SAME_FIELD(struct lx_shminfo64, shmmni, struct shminfo, shmmni);
SAME_FIELD(struct lx_shminfo64, shmseg, struct shminfo, shmseg);
SAME_FIELD(struct lx_shminfo64, shmall, struct shminfo, shmall);
SAME_SIZE(struct lx_shm_info, struct shm_info);
SAME_FIELD(struct lx_shm_info, used_ids, struct shm_info, used_ids);
SAME_FIELD(struct lx_shm_info, shm_tot, struct shm_info, shm_tot);
SAME_FIELD(struct lx_shm_info, shm_rss, struct shm_info, shm_rss);
SAME_FIELD(struct lx_shm_info, shm_swp, struct shm_info, shm_swp);
SAME_FIELD(struct lx_shm_info, swap_attempts, struct shm_info, swap_attempts);
SAME_FIELD(struct lx_shm_info, swap_successes, struct shm_info, swap_successes);
SAME_SIZE(struct lx_sembuf, struct sembuf);
SAME_FIELD(struct lx_sembuf, sem_num, struct sembuf, sem_num);
SAME_FIELD(struct lx_sembuf, sem_op, struct sembuf, sem_op);
SAME_FIELD(struct lx_sembuf, sem_flg, struct sembuf, sem_flg);
SAME_SIZE(struct lx_semid64_ds, struct semid_ds);
SAME_FIELD(struct lx_semid64_ds, sem_perm, struct semid_ds, sem_perm);
SAME_FIELD(struct lx_semid64_ds, sem_otime, struct semid_ds, sem_otime);
SAME_FIELD(struct lx_semid64_ds, sem_ctime, struct semid_ds, sem_ctime);
SAME_FIELD(struct lx_semid64_ds, sem_nsems, struct semid_ds, sem_nsems);
SAME_SIZE(struct lx_seminfo, struct seminfo);
SAME_FIELD(struct lx_seminfo, semmap, struct seminfo, semmap);
SAME_FIELD(struct lx_seminfo, semmni, struct seminfo, semmni);
SAME_FIELD(struct lx_seminfo, semmns, struct seminfo, semmns);
SAME_FIELD(struct lx_seminfo, semmnu, struct seminfo, semmnu);
SAME_FIELD(struct lx_seminfo, semmsl, struct seminfo, semmsl);
SAME_FIELD(struct lx_seminfo, semopm, struct seminfo, semopm);
SAME_FIELD(struct lx_seminfo, semume, struct seminfo, semume);
SAME_FIELD(struct lx_seminfo, semusz, struct seminfo, semusz);
SAME_FIELD(struct lx_seminfo, semvmx, struct seminfo, semvmx);
SAME_FIELD(struct lx_seminfo, semaem, struct seminfo, semaem);
SAME_SIZE(struct lx_msqid64_ds, struct msqid_ds);
SAME_FIELD(struct lx_msqid64_ds, msg_perm, struct msqid_ds, msg_perm);
SAME_FIELD(struct lx_msqid64_ds, msg_stime, struct msqid_ds, msg_stime);
SAME_FIELD(struct lx_msqid64_ds, msg_rtime, struct msqid_ds, msg_rtime);
SAME_FIELD(struct lx_msqid64_ds, msg_ctime, struct msqid_ds, msg_ctime);
SAME_FIELD(struct lx_msqid64_ds, cbytes, struct msqid_ds, __msg_cbytes);
SAME_FIELD(struct lx_msqid64_ds, msg_qnum, struct msqid_ds, msg_qnum);
SAME_FIELD(struct lx_msqid64_ds, msg_qbytes, struct msqid_ds, msg_qbytes);
SAME_FIELD(struct lx_msqid64_ds, msg_lspid, struct msqid_ds, msg_lspid);
SAME_FIELD(struct lx_msqid64_ds, msg_lrpid, struct msqid_ds, msg_lrpid);
SAME_SIZE(struct lx_msginfo, struct msginfo);
SAME_FIELD(struct lx_msginfo, msgpool, struct msginfo, msgpool);
SAME_FIELD(struct lx_msginfo, msgmap, struct msginfo, msgmap);
SAME_FIELD(struct lx_msginfo, msgmax, struct msginfo, msgmax);
SAME_FIELD(struct lx_msginfo, msgmnb, struct msginfo, msgmnb);
SAME_FIELD(struct lx_msginfo, msgmni, struct msginfo, msgmni);
SAME_FIELD(struct lx_msginfo, msgssz, struct msginfo, msgssz);
SAME_FIELD(struct lx_msginfo, msgtql, struct msginfo, msgtql);
SAME_FIELD(struct lx_msginfo, msgseg, struct msginfo, msgseg);
_Static_assert(offsetof(struct lx_ipc64_perm, mode) == offsetof(struct ipc_perm, mode), "");
_Static_assert(sizeof(struct lx_msgbuf) == offsetof(struct msgbuf, mtext), "msgbuf");
