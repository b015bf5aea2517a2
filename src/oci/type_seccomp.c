/* SPDX-License-Identifier: Apache-2.0 */
/* The property "linux.seccomp". */
#include <string.h>

#include "oci/types_priv.h"

const struct oci_name oci_action_names[] = {
	{"SCMP_ACT_ALLOW", LX_SECCOMP_RET_ALLOW},
	{"SCMP_ACT_ERRNO", LX_SECCOMP_RET_ERRNO},
	{"SCMP_ACT_KILL", LX_SECCOMP_RET_KILL_THREAD},
	{"SCMP_ACT_KILL_PROCESS", LX_SECCOMP_RET_KILL_PROCESS},
	{"SCMP_ACT_KILL_THREAD", LX_SECCOMP_RET_KILL_THREAD},
	{"SCMP_ACT_LOG", LX_SECCOMP_RET_LOG},
	{"SCMP_ACT_NOTIFY", LX_SECCOMP_RET_USER_NOTIF},
	{"SCMP_ACT_TRACE", LX_SECCOMP_RET_TRACE},
	{"SCMP_ACT_TRAP", LX_SECCOMP_RET_TRAP},
	{NULL, 0},
};

const struct oci_name oci_operator_names[] = {
	{"SCMP_CMP_EQ", OCI_CMP_EQ}, {"SCMP_CMP_GE", OCI_CMP_GE},
	{"SCMP_CMP_GT", OCI_CMP_GT}, {"SCMP_CMP_LE", OCI_CMP_LE},
	{"SCMP_CMP_LT", OCI_CMP_LT}, {"SCMP_CMP_MASKED_EQ", OCI_CMP_MASKED_EQ},
	{"SCMP_CMP_NE", OCI_CMP_NE}, {NULL, 0},
};

#define FOREIGN(name)                                                                              \
	{                                                                                          \
		"SCMP_ARCH_" #name, OCI_ARCH_FOREIGN                                               \
	}

const struct oci_name oci_arch_names[] = {
	FOREIGN(AARCH64),
	FOREIGN(ARM),
	FOREIGN(LOONGARCH64),
	FOREIGN(M68K),
	FOREIGN(MIPS),
	FOREIGN(MIPS64),
	FOREIGN(MIPS64N32),
	FOREIGN(MIPSEL),
	FOREIGN(MIPSEL64),
	FOREIGN(MIPSEL64N32),
	FOREIGN(PARISC),
	FOREIGN(PARISC64),
	FOREIGN(PPC),
	FOREIGN(PPC64),
	FOREIGN(PPC64LE),
	FOREIGN(RISCV64),
	FOREIGN(S390),
	FOREIGN(S390X),
	FOREIGN(SH),
	FOREIGN(SHEB),
	{"SCMP_ARCH_X32", OCI_ARCH_X32},
	{"SCMP_ARCH_X86", OCI_ARCH_X86},
	{"SCMP_ARCH_X86_64", OCI_ARCH_X86_64},
	{NULL, 0},
};

const struct oci_name oci_filter_flag_names[] = {
	{"SECCOMP_FILTER_FLAG_LOG", LX_SECCOMP_FILTER_FLAG_LOG},
	{"SECCOMP_FILTER_FLAG_SPEC_ALLOW", LX_SECCOMP_FILTER_FLAG_SPEC_ALLOW},
	{"SECCOMP_FILTER_FLAG_TSYNC", LX_SECCOMP_FILTER_FLAG_TSYNC},
	{"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", LX_SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV},
	{NULL, 0},
};

/* Only these two actions carry a number. */
static int verify_errno(struct oci_reader *r, const char *property, uint32_t action,
			const struct oci_opt_u32 *errno_ret)
{
	if (errno_ret->set && action != LX_SECCOMP_RET_ERRNO && action != LX_SECCOMP_RET_TRACE)
		return oci_refuse(r, property, "%s returns no errno",
				  oci_name_of(oci_action_names, action));
	return 0;
}

static int verify_rule(struct oci_reader *r, void *obj)
{
	const struct oci_seccomp_rule *rule = obj;

	for (size_t i = 0; i < rule->names.n; i++) {
		if (rule->names.v[i][0] == '\0')
			return oci_refuse(r, "names", "a name is empty");
	}
	return verify_errno(r, "errnoRet", rule->action, &rule->errno_ret);
}

static const struct oci_field arg_fields[] = {
	F_U32(struct oci_seccomp_arg, index, "index", OCI_REQUIRED, 5),
	F_U64(struct oci_seccomp_arg, value, "value", OCI_REQUIRED),
	F_U64(struct oci_seccomp_arg, value_two, "valueTwo", 0),
	F_ENUM(struct oci_seccomp_arg, op, "op", OCI_REQUIRED, oci_operator_names),
};
static const struct oci_type arg_type = OCI_TYPE(struct oci_seccomp_arg, arg_fields, NULL);

static const struct oci_field rule_fields[] = {
	F_STRV(struct oci_seccomp_rule, names, "names", OCI_REQUIRED | OCI_NONEMPTY),
	F_ENUM(struct oci_seccomp_rule, action, "action", OCI_REQUIRED, oci_action_names),
	F_OPT_U32(struct oci_seccomp_rule, errno_ret, "errnoRet", UINT16_MAX),
	F_LIST(struct oci_seccomp_rule, args, "args", 0, struct oci_seccomp_arg, &arg_type),
};
static const struct oci_type rule_type =
	OCI_TYPE(struct oci_seccomp_rule, rule_fields, verify_rule);

static int verify_seccomp(struct oci_reader *r, void *obj)
{
	const struct oci_seccomp *s = obj;

	if (s->listener_metadata && !s->listener_path)
		return oci_refuse(r, "listenerMetadata", "needs a listenerPath");
	return verify_errno(r, "defaultErrnoRet", s->default_action, &s->default_errno_ret);
}

static const struct oci_field seccomp_fields[] = {
	F_ENUM(struct oci_seccomp, default_action, "defaultAction", OCI_REQUIRED, oci_action_names),
	F_OPT_U32(struct oci_seccomp, default_errno_ret, "defaultErrnoRet", UINT16_MAX),
	F_NAMEV(struct oci_seccomp, architectures, "architectures", oci_arch_names),
	F_FLAGS(struct oci_seccomp, flags, "flags", 0, oci_filter_flag_names),
	F_STR(struct oci_seccomp, listener_path, "listenerPath", OCI_PATH),
	F_STR(struct oci_seccomp, listener_metadata, "listenerMetadata", 0),
	F_LIST(struct oci_seccomp, syscalls, "syscalls", 0, struct oci_seccomp_rule, &rule_type),
};
const struct oci_type oci_type_seccomp =
	OCI_TYPE(struct oci_seccomp, seccomp_fields, verify_seccomp);
