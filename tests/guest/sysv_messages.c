/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System V messages keep their types and borders, are taken by type, and refuse what is too long.
 */
#include "guest.h"

#include <sys/ipc.h>
#include <sys/msg.h>

struct message {
	long type;
	char text[64];
};

static int id;

static int put(long type, const char *text)
{
	struct message m = {.type = type};

	snprintf(m.text, sizeof(m.text), "%s", text);
	return msgsnd(id, &m, strlen(text) + 1, IPC_NOWAIT);
}

static void expect(long type, const char *text, long want_type)
{
	struct message m;

	EXPECT_EQ(msgrcv(id, &m, sizeof(m.text), type, IPC_NOWAIT), strlen(text) + 1);
	EXPECT_STR(m.text, text);
	EXPECT_EQ(m.type, want_type);
}

int main(void)
{
	struct message m;
	struct msqid_ds ds;

	id = EXPECT_OK(msgget(IPC_PRIVATE, IPC_CREAT | 0600));
	EXPECT_OK(put(3, "three"));
	EXPECT_OK(put(1, "one"));
	EXPECT_OK(put(2, "two"));
	EXPECT_OK(put(3, "drei"));
	EXPECT_OK(msgctl(id, IPC_STAT, &ds));
	EXPECT_EQ(ds.msg_qnum, 4);
	EXPECT_EQ(ds.msg_lspid, getpid());
	expect(2, "two", 2);   /* by type */
	expect(-3, "one", 1);  /* the lowest up to 3 */
	expect(0, "three", 3); /* the first */
	EXPECT_ERRNO(msgrcv(id, &m, 2, 0, IPC_NOWAIT), E2BIG);
	EXPECT_EQ(msgrcv(id, &m, 2, 0, IPC_NOWAIT | MSG_NOERROR), 2);
	EXPECT_ERRNO(msgrcv(id, &m, sizeof(m.text), 0, IPC_NOWAIT), ENOMSG);

	pid_t pid = guest_fork();
	if (pid == 0) {
		guest_pause_ms(10);
		EXPECT_OK(put(5, "late"));
		_exit(0);
	}
	EXPECT_EQ(msgrcv(id, &m, sizeof(m.text), 5, 0), 5);
	EXPECT_EXIT(pid, 0);
	EXPECT_ERRNO(put(0, "bad type"), EINVAL);
	EXPECT_ERRNO(syscall(SYS_msgsnd, id, &m, 1L << 40, 0), EINVAL);
	EXPECT_ERRNO(msgsnd(id, BAD_PTR, 1, 0), EFAULT);
	EXPECT_OK(msgctl(id, IPC_RMID, NULL));
	EXPECT_ERRNO(put(1, "gone"), EINVAL);
	EXPECT_ERRNO(msgget(0x43414953 ^ getpid(), 0), ENOENT);
	return 0;
}
