/* SPDX-License-Identifier: Apache-2.0 */
/* Message queues: which message is chosen, what fits, and whose ids mean what. */
#include <errno.h>

#include "base/test.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/ipc/sysv/sysv_priv.h"

static struct ctx root, nobody;
static const struct cred *root_cred, *nobody_cred;

static void begin(void)
{
	ctx_init(&root, &ctx_kernel_ops);
	ctx_init(&nobody, &ctx_kernel_ops);
	root.cred = root_cred = cred_new(0, 0, NULL, 0);
	nobody.cred = nobody_cred = cred_new(65534, 65534, NULL, 0);
	root.tgid = 1;
	nobody.tgid = 2;
}

static void end(void)
{
	sysv_fini();
	cred_put(root_cred);
	cred_put(nobody_cred);
	EXPECT_EQ(msg_table.used, 0);
}

static int send(int32_t id, int64_t type, uint64_t len)
{
	struct sysv_msg *m = sysv_msg_new(len);
	int r = sysv_msg_send(&root, id, type, m, LX_IPC_NOWAIT);

	if (r < 0)
		sysv_msg_free(m);
	return r;
}

/* The type of what comes, or -errno. */
static long receive(int32_t id, int64_t type, uint64_t max, unsigned flags)
{
	struct sysv_msg *m;
	long r = sysv_msg_receive(&root, id, type, max, flags | LX_IPC_NOWAIT, &m);

	if (r < 0)
		return r;
	r = (long)m->type;
	sysv_msg_free(m);
	return r;
}

TEST(type_and_flags_choose_the_message)
{
	int32_t id;

	begin();
	id = (int32_t)sysv_msg_get(&root, LX_IPC_PRIVATE, 0600);
	for (int64_t type = 5; type > 0; type--)
		EXPECT_EQ(send(id, type, 8), 0);
	EXPECT_EQ(receive(id, 2, 8, LX_MSG_COPY), 3);
	EXPECT_EQ(receive(id, 3, 8, 0), 3);
	EXPECT_EQ(receive(id, -4, 8, 0), 1);
	EXPECT_EQ(receive(id, 5, 8, LX_MSG_EXCEPT), 4);
	EXPECT_EQ(receive(id, INT64_MIN, 8, 0), 2);
	EXPECT_ERR(receive(id, 9, 8, 0), ENOMSG);
	EXPECT_ERR(receive(id, 0, 7, 0), E2BIG);
	EXPECT_EQ(receive(id, 0, 7, LX_MSG_NOERROR), 5);
	EXPECT_ERR(receive(id, 0, 8, LX_MSG_COPY | LX_MSG_EXCEPT), EINVAL);
	end();
}

TEST(a_queue_takes_so_many_bytes_and_so_many_messages)
{
	struct lx_msqid64_ds ds;
	int32_t id;

	begin();
	id = (int32_t)sysv_msg_get(&root, LX_IPC_PRIVATE, 0600);
	EXPECT_EQ(send(id, 1, LX_MSGMNB / 2), 0);
	EXPECT_EQ(send(id, 1, LX_MSGMNB / 2), 0);
	EXPECT_ERR(send(id, 1, 1), EAGAIN);
	EXPECT_EQ(receive(id, 0, LX_MSGMNB, 0), 1);
	EXPECT_EQ(receive(id, 0, LX_MSGMNB, 0), 1);
	EXPECT_EQ(sysv_msg_stat(&root, id, SYSV_BY_ID, &ds), 0);
	EXPECT_TRUE(ds.msg_qnum == 0 && ds.cbytes == 0 && ds.msg_lspid == 1);
	ds.msg_qbytes = 3;
	EXPECT_EQ(sysv_msg_set(&root, id, &ds), 0);
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(send(id, 1, 0), 0);
	EXPECT_ERR(send(id, 1, 0), EAGAIN);
	end();
}

TEST(keys_and_rights)
{
	struct lx_msqid64_ds ds;
	long id;

	begin();
	EXPECT_ERR(sysv_msg_get(&root, 77, 0), ENOENT);
	id = sysv_msg_get(&root, 77, LX_IPC_CREAT | 0640);
	EXPECT_EQ(sysv_msg_get(&root, 77, LX_IPC_CREAT), id);
	EXPECT_ERR(sysv_msg_get(&root, 77, LX_IPC_CREAT | LX_IPC_EXCL), EEXIST);
	EXPECT_EQ(sysv_msg_get(&nobody, 77, 0), id); /* asks for nothing */
	EXPECT_ERR(sysv_msg_get(&nobody, 77, 0400), EACCES);
	EXPECT_ERR(sysv_msg_stat(&nobody, (int32_t)id, SYSV_BY_ID, &ds), EACCES);
	EXPECT_EQ(sysv_msg_stat(&nobody, 0, SYSV_BY_INDEX_ANY, &ds), id);
	EXPECT_ERR(sysv_msg_remove(&nobody, (int32_t)id), EPERM);
	EXPECT_EQ(sysv_msg_remove(&root, (int32_t)id), 0);
	EXPECT_ERR(sysv_msg_remove(&root, (int32_t)id), EINVAL);
	end();
}

TEST(a_full_table_says_enospc_and_slots_are_used_again)
{
	long first, last = -1;

	begin();
	first = sysv_msg_get(&root, LX_IPC_PRIVATE, 0600);
	for (int i = 1; i < LX_MSGMNI; i++)
		last = sysv_msg_get(&root, LX_IPC_PRIVATE, 0600);
	EXPECT_TRUE(last >= 0);
	EXPECT_ERR(sysv_msg_get(&root, LX_IPC_PRIVATE, 0600), ENOSPC);
	EXPECT_EQ(sysv_msg_remove(&root, (int32_t)first), 0);
	EXPECT_TRUE(sysv_msg_get(&root, LX_IPC_PRIVATE, 0600) > last); /* a new sequence */
	end();
}

TEST_MAIN()
