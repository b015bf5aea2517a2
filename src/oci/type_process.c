/* SPDX-License-Identifier: Apache-2.0 */
/* The property "process". */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "abi/sched.h"
#include "abi/types.h"
#include "oci/types_priv.h"

/* 2^32 - 1 means "leave it as it is" to setresuid(2), and nobody to everything else. */
#define ID_MAX (UINT32_MAX - 1)

#define LIMIT(name)                                                                                \
	{                                                                                          \
		"RLIMIT_" #name, LX_RLIMIT_##name                                                  \
	}

static const struct oci_name rlimit_names[] = {
	LIMIT(AS),    LIMIT(CORE),    LIMIT(CPU),      LIMIT(DATA),   LIMIT(FSIZE),
	LIMIT(LOCKS), LIMIT(MEMLOCK), LIMIT(MSGQUEUE), LIMIT(NICE),   LIMIT(NOFILE),
	LIMIT(NPROC), LIMIT(RSS),     LIMIT(RTPRIO),   LIMIT(RTTIME), LIMIT(SIGPENDING),
	LIMIT(STACK), {NULL, 0},
};
_Static_assert(ARRAY_SIZE(rlimit_names) == LX_RLIM_NLIMITS + 1, "a limit without a name");

static const struct oci_name policy_names[] = {
	{"SCHED_OTHER", LX_SCHED_OTHER},
	{"SCHED_FIFO", LX_SCHED_FIFO},
	{"SCHED_RR", LX_SCHED_RR},
	{"SCHED_BATCH", LX_SCHED_BATCH},
	{"SCHED_ISO", 4 /* a number that Linux keeps free */},
	{"SCHED_IDLE", LX_SCHED_IDLE},
	{"SCHED_DEADLINE", LX_SCHED_DEADLINE},
	{NULL, 0},
};

static const struct oci_name sched_flag_names[] = {
	{"SCHED_FLAG_RESET_ON_FORK", LX_SCHED_FLAG_RESET_ON_FORK},
	{"SCHED_FLAG_RECLAIM", LX_SCHED_FLAG_RECLAIM},
	{"SCHED_FLAG_DL_OVERRUN", LX_SCHED_FLAG_DL_OVERRUN},
	{"SCHED_FLAG_KEEP_POLICY", LX_SCHED_FLAG_KEEP_POLICY},
	{"SCHED_FLAG_KEEP_PARAMS", LX_SCHED_FLAG_KEEP_PARAMS},
	{"SCHED_FLAG_UTIL_CLAMP_MIN", LX_SCHED_FLAG_UTIL_CLAMP_MIN},
	{"SCHED_FLAG_UTIL_CLAMP_MAX", LX_SCHED_FLAG_UTIL_CLAMP_MAX},
	{NULL, 0},
};

static const struct oci_name io_class_names[] = {
	{"IOPRIO_CLASS_RT", LX_IOPRIO_CLASS_RT},
	{"IOPRIO_CLASS_BE", LX_IOPRIO_CLASS_BE},
	{"IOPRIO_CLASS_IDLE", LX_IOPRIO_CLASS_IDLE},
	{NULL, 0},
};

/* ---- user ---- */

static int verify_user(struct oci_reader *r, void *obj)
{
	const struct oci_user *u = obj;
	char name[64];

	for (size_t i = 0; i < u->additional_gids.n; i++) {
		if (u->additional_gids.v[i] <= ID_MAX)
			continue;
		snprintf(name, sizeof(name), "additionalGids[%zu]", i);
		return oci_refuse(r, name, "must be between 0 and %u", ID_MAX);
	}
	return 0;
}

static const struct oci_field user_fields[] = {
	F_U32(struct oci_user, uid, "uid", OCI_ALWAYS, ID_MAX),
	F_U32(struct oci_user, gid, "gid", OCI_ALWAYS, ID_MAX),
	F_OPT_U32(struct oci_user, umask, "umask", 0),
	F_U32V(struct oci_user, additional_gids, "additionalGids"),
};
static const struct oci_type user_type = OCI_TYPE(struct oci_user, user_fields, verify_user);

/* ---- capabilities ---- */

#define CAPS(member) F_FLAGS(struct oci_capabilities, member, #member, OCI_LENIENT, oci_cap_names)

static const struct oci_field capabilities_fields[] = {
	CAPS(bounding), CAPS(effective), CAPS(inheritable), CAPS(permitted), CAPS(ambient),
};
static const struct oci_type capabilities_type =
	OCI_TYPE(struct oci_capabilities, capabilities_fields, NULL);

/* ---- rlimits ---- */

static int verify_rlimit(struct oci_reader *r, void *obj)
{
	const struct oci_rlimit *l = obj;

	if (l->soft > l->hard)
		return oci_refuse(r, "soft", "%" PRIu64 " is above the hard limit, %" PRIu64,
				  l->soft, l->hard);
	return 0;
}

static const struct oci_field rlimit_fields[] = {
	F_ENUM(struct oci_rlimit, type, "type", OCI_REQUIRED, rlimit_names),
	F_U64(struct oci_rlimit, hard, "hard", OCI_REQUIRED),
	F_U64(struct oci_rlimit, soft, "soft", OCI_REQUIRED),
};
static const struct oci_type rlimit_type =
	OCI_TYPE(struct oci_rlimit, rlimit_fields, verify_rlimit);

/* ---- scheduling ---- */

static int verify_scheduler(struct oci_reader *r, void *obj)
{
	const struct oci_scheduler *s = obj;
	bool real_time = s->policy == LX_SCHED_FIFO || s->policy == LX_SCHED_RR;

	if (s->nice < -20 || s->nice > 19)
		return oci_refuse(r, "nice", "must be between -20 and 19, not %" PRId32, s->nice);
	if (s->priority != 0 && !real_time)
		return oci_refuse(r, "priority", "is for SCHED_FIFO and SCHED_RR only");
	if (s->policy != LX_SCHED_DEADLINE && (s->runtime || s->deadline || s->period))
		return oci_refuse(r, NULL,
				  "runtime, deadline and period are for SCHED_DEADLINE only");
	return 0;
}

static const struct oci_field scheduler_fields[] = {
	F_ENUM(struct oci_scheduler, policy, "policy", OCI_REQUIRED, policy_names),
	F_I32(struct oci_scheduler, nice, "nice", 0),
	F_I32(struct oci_scheduler, priority, "priority", 0),
	F_FLAGS(struct oci_scheduler, flags, "flags", 0, sched_flag_names),
	F_U64(struct oci_scheduler, runtime, "runtime", 0),
	F_U64(struct oci_scheduler, deadline, "deadline", 0),
	F_U64(struct oci_scheduler, period, "period", 0),
};
static const struct oci_type scheduler_type =
	OCI_TYPE(struct oci_scheduler, scheduler_fields, verify_scheduler);

static int verify_io_priority(struct oci_reader *r, void *obj)
{
	const struct oci_io_priority *p = obj;

	if (p->priority < 0 || p->priority >= LX_IOPRIO_BE_NR)
		return oci_refuse(r, "priority", "must be between 0 and 7, not %" PRId32,
				  p->priority);
	return 0;
}

static const struct oci_field io_priority_fields[] = {
	F_ENUM(struct oci_io_priority, class, "class", OCI_REQUIRED, io_class_names),
	F_I32(struct oci_io_priority, priority, "priority", OCI_ALWAYS),
};
static const struct oci_type io_priority_type =
	OCI_TYPE(struct oci_io_priority, io_priority_fields, verify_io_priority);

static int verify_affinity(struct oci_reader *r, void *obj)
{
	const struct oci_cpu_affinity *a = obj;
	int res = oci_verify_list(r, "initial", a->initial);

	return res < 0 ? res : oci_verify_list(r, "final", a->final);
}

static const struct oci_field affinity_fields[] = {
	F_STR(struct oci_cpu_affinity, initial, "initial", 0),
	F_STR(struct oci_cpu_affinity, final, "final", 0),
};
static const struct oci_type affinity_type =
	OCI_TYPE(struct oci_cpu_affinity, affinity_fields, verify_affinity);

/* ---- process ---- */

static const struct oci_field console_size_fields[] = {
	F_U32(struct oci_console_size, height, "height", OCI_REQUIRED, UINT16_MAX),
	F_U32(struct oci_console_size, width, "width", OCI_REQUIRED, UINT16_MAX),
};
static const struct oci_type console_size_type =
	OCI_TYPE(struct oci_console_size, console_size_fields, NULL);

static int verify_env(struct oci_reader *r, const struct oci_strv *env)
{
	char name[64];

	for (size_t i = 0; i < env->n; i++) {
		if (env->v[i][0] != '=' && strchr(env->v[i], '='))
			continue;
		snprintf(name, sizeof(name), "env[%zu]", i);
		return oci_refuse(r, name, "must be NAME=value, not \"%.100s\"", env->v[i]);
	}
	return 0;
}

static int verify_process(struct oci_reader *r, void *obj)
{
	const struct oci_process *p = obj;
	uint32_t seen = 0;
	char name[64];

	for (size_t i = 0; i < p->rlimits.n; i++) {
		uint32_t bit = 1U << p->rlimits.v[i].type;

		snprintf(name, sizeof(name), "rlimits[%zu].type", i);
		if (seen & bit)
			return oci_refuse(r, name, "%s stands twice",
					  oci_name_of(rlimit_names, p->rlimits.v[i].type));
		seen |= bit;
	}
	if (p->oom_score_adj.set && (p->oom_score_adj.v < -1000 || p->oom_score_adj.v > 1000))
		return oci_refuse(r, "oomScoreAdj", "must be between -1000 and 1000, not %" PRId64,
				  p->oom_score_adj.v);
	return verify_env(r, &p->env);
}

static const struct oci_field process_fields[] = {
	F_BOOL(struct oci_process, terminal, "terminal", 0),
	F_PTR(struct oci_process, console_size, "consoleSize", struct oci_console_size,
	      &console_size_type),
	F_OBJECT(struct oci_process, user, "user", OCI_ALWAYS, struct oci_user, &user_type),
	F_STRV(struct oci_process, args, "args", OCI_REQUIRED | OCI_NONEMPTY),
	F_STRV(struct oci_process, env, "env", 0),
	F_STR(struct oci_process, cwd, "cwd", OCI_REQUIRED | OCI_ABSOLUTE),
	F_PTR(struct oci_process, capabilities, "capabilities", struct oci_capabilities,
	      &capabilities_type),
	F_LIST(struct oci_process, rlimits, "rlimits", 0, struct oci_rlimit, &rlimit_type),
	F_BOOL(struct oci_process, no_new_privileges, "noNewPrivileges", 0),
	F_STR(struct oci_process, apparmor_profile, "apparmorProfile", 0),
	F_OPT_I64(struct oci_process, oom_score_adj, "oomScoreAdj"),
	F_PTR(struct oci_process, scheduler, "scheduler", struct oci_scheduler, &scheduler_type),
	F_STR(struct oci_process, selinux_label, "selinuxLabel", 0),
	F_PTR(struct oci_process, io_priority, "ioPriority", struct oci_io_priority,
	      &io_priority_type),
	F_PTR(struct oci_process, exec_cpu_affinity, "execCPUAffinity", struct oci_cpu_affinity,
	      &affinity_type),
};
const struct oci_type oci_type_process =
	OCI_TYPE(struct oci_process, process_fields, verify_process);
