/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct oci_seccomp: the profile that a container's processes run under, and the classic BPF
 * program that it means. Source: runtime-spec, config-linux.md; seccomp(2).
 */
#ifndef CAISSON_OCI_SECCOMP_H
#define CAISSON_OCI_SECCOMP_H

#include "abi/seccomp.h"
#include "base/strbuf.h"
#include "oci/values.h"

/* The names are SCMP_ARCH_X and so on. */
enum oci_arch {
	OCI_ARCH_X86,
	OCI_ARCH_X86_64,
	OCI_ARCH_X32,
	OCI_ARCH_FOREIGN, /* a name of the specification whose programs do not run here */
};

enum oci_compare {
	OCI_CMP_NE,
	OCI_CMP_LT,
	OCI_CMP_LE,
	OCI_CMP_EQ,
	OCI_CMP_GE,
	OCI_CMP_GT,
	OCI_CMP_MASKED_EQ, /* (argument & value) == value_two */
};

struct oci_seccomp_arg {
	uint32_t index; /* 0 to 5 */
	uint64_t value, value_two;
	uint32_t op; /* enum oci_compare */
};

struct oci_seccomp_rule {
	struct oci_strv names; /* at least one; names that are not known here never match */
	uint32_t action;       /* LX_SECCOMP_RET_*, without data */
	struct oci_opt_u32 errno_ret;
	OCI_ARRAY(struct oci_seccomp_arg) args; /* all must hold */
};

struct oci_seccomp {
	uint32_t default_action; /* LX_SECCOMP_RET_*, without data */
	struct oci_opt_u32 default_errno_ret;
	struct oci_strv architectures; /* known names */
	uint64_t flags;                /* LX_SECCOMP_FILTER_FLAG_* */
	const char *listener_path, *listener_metadata;
	OCI_ARRAY(struct oci_seccomp_rule) syscalls;
};

struct oci_bpf {
	struct lx_sock_filter *insns; /* n of them, at most LX_BPF_MAXINSNS */
	size_t n;
	uint64_t flags; /* LX_SECCOMP_FILTER_FLAG_* to install it with; never NEW_LISTENER */
};

/*
 * Compile a profile. scratch_fd is an empty regular file or memfd, open for reading and writing;
 * its contents are lost. As runc does: an action that is the default's adds nothing, names that are
 * not known are skipped, EPERM is the errno where none is said, several conditions on one argument
 * are rules of their own, and where the default refuses, a call that is newer than every one the
 * profile names answers ENOSYS. -EOPNOTSUPP: SCMP_ACT_NOTIFY; -EINVAL: the profile cannot be
 * compiled; -E2BIG: the program is too long; -ENOMEM; or the errno of reading scratch_fd. `why`
 * then says it in words.
 */
MUST_CHECK int oci_seccomp_compile(const struct oci_seccomp *s, int scratch_fd,
				   struct oci_bpf *ret_bpf, struct strbuf *why);
void oci_bpf_fini(struct oci_bpf *bpf);
DEFINE_AUTO_INPLACE(struct oci_bpf, oci_bpf_fini)

#endif
