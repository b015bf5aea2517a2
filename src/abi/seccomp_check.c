/* SPDX-License-Identifier: Apache-2.0 */
/* Compile-time test: abi/seccomp.h against the host's own headers. See abi/abi_check.h. */
#include "abi/seccomp.h"

#include <sys/ioctl.h>
#include <linux/seccomp.h>
#include <linux/filter.h>
#include <linux/bpf_common.h>
#include <linux/audit.h>

#include "abi/abi_check.h"

SAME(SECCOMP_MODE_DISABLED);
SAME(SECCOMP_MODE_STRICT);
SAME(SECCOMP_MODE_FILTER);
SAME(SECCOMP_SET_MODE_STRICT);
SAME(SECCOMP_SET_MODE_FILTER);
SAME(SECCOMP_GET_ACTION_AVAIL);
SAME(SECCOMP_GET_NOTIF_SIZES);
SAME(SECCOMP_FILTER_FLAG_TSYNC);
SAME(SECCOMP_FILTER_FLAG_LOG);
SAME(SECCOMP_FILTER_FLAG_SPEC_ALLOW);
SAME(SECCOMP_FILTER_FLAG_NEW_LISTENER);
SAME(SECCOMP_FILTER_FLAG_TSYNC_ESRCH);
SAME(SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
SAME(SECCOMP_RET_KILL_PROCESS);
SAME(SECCOMP_RET_KILL_THREAD);
SAME(SECCOMP_RET_KILL);
SAME(SECCOMP_RET_TRAP);
SAME(SECCOMP_RET_ERRNO);
SAME(SECCOMP_RET_USER_NOTIF);
SAME(SECCOMP_RET_TRACE);
SAME(SECCOMP_RET_LOG);
SAME(SECCOMP_RET_ALLOW);
SAME(SECCOMP_RET_ACTION_FULL);
SAME(SECCOMP_RET_ACTION);
SAME(SECCOMP_RET_DATA);
SAME(AUDIT_ARCH_X86_64);
SAME(AUDIT_ARCH_I386);
SAME(AUDIT_ARCH_AARCH64);
SAME(SECCOMP_USER_NOTIF_FLAG_CONTINUE);
SAME(SECCOMP_ADDFD_FLAG_SETFD);
SAME(SECCOMP_ADDFD_FLAG_SEND);
SAME(SECCOMP_IOCTL_NOTIF_RECV);
SAME(SECCOMP_IOCTL_NOTIF_SEND);
SAME(SECCOMP_IOCTL_NOTIF_ID_VALID);
SAME(SECCOMP_IOCTL_NOTIF_ADDFD);
SAME(BPF_MAXINSNS);
SAME(BPF_MEMWORDS);
SAME(BPF_LD);
SAME(BPF_LDX);
SAME(BPF_ST);
SAME(BPF_STX);
SAME(BPF_ALU);
SAME(BPF_JMP);
SAME(BPF_RET);
SAME(BPF_MISC);
SAME(BPF_W);
SAME(BPF_H);
SAME(BPF_B);
SAME(BPF_IMM);
SAME(BPF_ABS);
SAME(BPF_IND);
SAME(BPF_MEM);
SAME(BPF_LEN);
SAME(BPF_MSH);
SAME(BPF_ADD);
SAME(BPF_SUB);
SAME(BPF_MUL);
SAME(BPF_DIV);
SAME(BPF_OR);
SAME(BPF_AND);
SAME(BPF_LSH);
SAME(BPF_RSH);
SAME(BPF_NEG);
SAME(BPF_MOD);
SAME(BPF_XOR);
SAME(BPF_JA);
SAME(BPF_JEQ);
SAME(BPF_JGT);
SAME(BPF_JGE);
SAME(BPF_JSET);
SAME(BPF_K);
SAME(BPF_X);
SAME(BPF_A);
SAME(BPF_TAX);
SAME(BPF_TXA);
SAME(SKF_AD_OFF);
SAME(SKF_AD_PROTOCOL);
SAME(SKF_AD_PKTTYPE);
SAME(SKF_AD_IFINDEX);
SAME(SKF_AD_NLATTR);
SAME(SKF_AD_NLATTR_NEST);
SAME(SKF_AD_MARK);
SAME(SKF_AD_QUEUE);
SAME(SKF_AD_HATYPE);
SAME(SKF_AD_RXHASH);
SAME(SKF_AD_CPU);
SAME(SKF_AD_ALU_XOR_X);
SAME(SKF_AD_VLAN_TAG);
SAME(SKF_AD_VLAN_TAG_PRESENT);
SAME(SKF_AD_PAY_OFFSET);
SAME(SKF_AD_RANDOM);
SAME(SKF_AD_VLAN_TPID);
SAME(SKF_AD_MAX);
SAME(SKF_NET_OFF);
SAME(SKF_LL_OFF);

SAME_SIZE(struct lx_seccomp_data, struct seccomp_data);
SAME_FIELD(struct lx_seccomp_data, nr, struct seccomp_data, nr);
SAME_FIELD(struct lx_seccomp_data, arch, struct seccomp_data, arch);
SAME_FIELD(struct lx_seccomp_data, instruction_pointer, struct seccomp_data, instruction_pointer);
SAME_FIELD(struct lx_seccomp_data, args, struct seccomp_data, args);
SAME_SIZE(struct lx_seccomp_notif_sizes, struct seccomp_notif_sizes);
SAME_FIELD(struct lx_seccomp_notif_sizes, seccomp_notif, struct seccomp_notif_sizes, seccomp_notif);
SAME_FIELD(struct lx_seccomp_notif_sizes, seccomp_notif_resp, struct seccomp_notif_sizes,
	   seccomp_notif_resp);
SAME_FIELD(struct lx_seccomp_notif_sizes, seccomp_data, struct seccomp_notif_sizes, seccomp_data);
SAME_SIZE(struct lx_seccomp_notif, struct seccomp_notif);
SAME_FIELD(struct lx_seccomp_notif, id, struct seccomp_notif, id);
SAME_FIELD(struct lx_seccomp_notif, pid, struct seccomp_notif, pid);
SAME_FIELD(struct lx_seccomp_notif, flags, struct seccomp_notif, flags);
SAME_FIELD(struct lx_seccomp_notif, data, struct seccomp_notif, data);
SAME_SIZE(struct lx_seccomp_notif_resp, struct seccomp_notif_resp);
SAME_FIELD(struct lx_seccomp_notif_resp, id, struct seccomp_notif_resp, id);
SAME_FIELD(struct lx_seccomp_notif_resp, val, struct seccomp_notif_resp, val);
SAME_FIELD(struct lx_seccomp_notif_resp, error, struct seccomp_notif_resp, error);
SAME_FIELD(struct lx_seccomp_notif_resp, flags, struct seccomp_notif_resp, flags);
SAME_SIZE(struct lx_seccomp_notif_addfd, struct seccomp_notif_addfd);
SAME_FIELD(struct lx_seccomp_notif_addfd, id, struct seccomp_notif_addfd, id);
SAME_FIELD(struct lx_seccomp_notif_addfd, flags, struct seccomp_notif_addfd, flags);
SAME_FIELD(struct lx_seccomp_notif_addfd, srcfd, struct seccomp_notif_addfd, srcfd);
SAME_FIELD(struct lx_seccomp_notif_addfd, newfd, struct seccomp_notif_addfd, newfd);
SAME_FIELD(struct lx_seccomp_notif_addfd, newfd_flags, struct seccomp_notif_addfd, newfd_flags);
SAME_SIZE(struct lx_sock_filter, struct sock_filter);
SAME_FIELD(struct lx_sock_filter, code, struct sock_filter, code);
SAME_FIELD(struct lx_sock_filter, jt, struct sock_filter, jt);
SAME_FIELD(struct lx_sock_filter, jf, struct sock_filter, jf);
SAME_FIELD(struct lx_sock_filter, k, struct sock_filter, k);
SAME_SIZE(struct lx_sock_fprog, struct sock_fprog);
SAME_FIELD(struct lx_sock_fprog, len, struct sock_fprog, len);
SAME_FIELD(struct lx_sock_fprog, filter, struct sock_fprog, filter);
