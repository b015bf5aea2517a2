/* SPDX-License-Identifier: Apache-2.0 */
/* /proc/sysvipc. */
#include "sentry/ipc/sysv/sysv.h"
#include "sentry/proc/proc_priv.h"

static int show_msg(const struct proc_at *at, struct strbuf *sb)
{
	(void)at;
	sysv_msg_show(sb);
	return 0;
}

static int show_sem(const struct proc_at *at, struct strbuf *sb)
{
	(void)at;
	sysv_sem_show(sb);
	return 0;
}

static int show_shm(const struct proc_at *at, struct strbuf *sb)
{
	(void)at;
	sysv_shm_show(sb);
	return 0;
}

static const struct proc_entry entries[] = {
	PROC_FILE("msg", 0444, show_msg),
	PROC_FILE("sem", 0444, show_sem),
	PROC_FILE("shm", 0444, show_shm),
};

const struct proc_dir proc_sysvipc_dir = PROC_DIR(entries, NULL);
