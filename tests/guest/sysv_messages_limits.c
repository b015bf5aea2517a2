/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A full System V queue makes senders wait until there is room, a removed one tells sleepers EIDRM;
 * MSG_EXCEPT and MSG_COPY choose messages in their own way; only the owner changes a queue.
 */
#include "guest.h"

#include <sys/ipc.h>
#include <sys/msg.h>

#ifndef MSG_COPY
#define MSG_COPY 040000
#endif

struct message {
	long type;
	char text[8192];
};

static struct message m;
static int id;

static void full_queue(void)
{
	struct msqid_ds ds;
	pid_t pid;

	m.type = 1;
	EXPECT_OK(msgsnd(id, &m, 8192, 0));
	EXPECT_OK(msgsnd(id, &m, 8192, 0));
	EXPECT_ERRNO(msgsnd(id, &m, 1, IPC_NOWAIT), EAGAIN);
	pid = guest_fork();
	if (pid == 0) {
		m.type = 2;
		EXPECT_OK(msgsnd(id, &m, 8192, 0));
		_exit(0);
	}
	EXPECT_EQ(msgrcv(id, &m, 8192, 1, 0), 8192);
	EXPECT_EXIT(pid, 0);
	EXPECT_OK(msgctl(id, IPC_STAT, &ds));
	EXPECT_EQ(ds.msg_qnum, 2);
	EXPECT_EQ(ds.msg_qbytes, 16384);
	EXPECT_EQ(ds.__msg_cbytes, 16384);
	EXPECT_EQ(ds.msg_lspid, pid);
	EXPECT_EQ(ds.msg_lrpid, getpid());
	EXPECT_EQ(msgrcv(id, &m, 8192, 1, MSG_EXCEPT), 8192);
	EXPECT_EQ(m.type, 2);
	EXPECT_EQ(msgrcv(id, &m, 8192, 0, 0), 8192);
	EXPECT_ERRNO(msgsnd(id, &m, 8193, 0), EINVAL);
}

static void copies(void)
{
	m.type = 7;
	strcpy(m.text, "copy");
	EXPECT_OK(msgsnd(id, &m, 5, 0));
	EXPECT_ERRNO(msgrcv(id, &m, 64, 0, MSG_COPY), EINVAL); /* never waits */
	ssize_t n = msgrcv(id, &m, 64, 0, MSG_COPY | IPC_NOWAIT);
	if (n != -1 || errno != ENOSYS) {
		EXPECT_EQ(n, 5);
		EXPECT_ERRNO(msgrcv(id, &m, 64, 1, MSG_COPY | IPC_NOWAIT), ENOMSG);
	}
	EXPECT_EQ(msgrcv(id, &m, 64, 0, 0), 5);
	EXPECT_EQ(msgrcv(id, &m, 64, 0, IPC_NOWAIT), -1);
	EXPECT_OK(msgsnd(id, &m, 0, 0)); /* an empty one is one */
	EXPECT_EQ(msgrcv(id, &m, 0, -7, 0), 0);
}

static void owner_only(void)
{
	struct msqid_ds ds;
	pid_t pid = guest_fork();

	if (pid == 0) {
		EXPECT_OK(setuid(12345));
		EXPECT_ERRNO(msgsnd(id, &m, 1, 0), EACCES);
		EXPECT_ERRNO(msgctl(id, IPC_RMID, NULL), EPERM);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	EXPECT_OK(msgctl(id, IPC_STAT, &ds));
	ds.msg_qbytes = 10;
	EXPECT_OK(msgctl(id, IPC_SET, &ds));
	EXPECT_ERRNO(msgsnd(id, &m, 11, IPC_NOWAIT), EAGAIN);
	EXPECT_OK(msgsnd(id, &m, 10, IPC_NOWAIT));
	EXPECT_EQ(msgrcv(id, &m, 64, 0, 0), 10);
}

static void removed_under_sleeper(void)
{
	int p[2];
	pid_t pid;
	char c;

	EXPECT_OK(pipe(p));
	pid = guest_fork();
	if (pid == 0) {
		EXPECT_EQ(write(p[1], "x", 1), 1);
		errno = 0;
		/* EINVAL if the queue went before we came to sleep */
		EXPECT(msgrcv(id, &m, 64, 0, 0) == -1 && (errno == EIDRM || errno == EINVAL));
		_exit(0);
	}
	EXPECT_EQ(read(p[0], &c, 1), 1);
	guest_pause_ms(20);
	EXPECT_OK(msgctl(id, IPC_RMID, NULL));
	EXPECT_EXIT(pid, 0);
}

int main(void)
{
	id = EXPECT_OK(msgget(IPC_PRIVATE, IPC_CREAT | 0600));
	full_queue();
	copies();
	if (geteuid() == 0)
		owner_only();
	removed_under_sleeper();
	return 0;
}
