/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is no filter is refused: instructions that seccomp does not know, loads beside the call's
 * data, jumps out of the program, words that may be read before they were written.
 */
#include "filters.h"

#define ALLOW   RET(SECCOMP_RET_ALLOW)
#define OK(...) EXPECT_EQ(SECCOMP_INSTALL(0, __VA_ARGS__), 0)
#define NO(...) EXPECT_ERRNO(SECCOMP_INSTALL(0, __VA_ARGS__), EINVAL)

static void instructions(void)
{
	NO(LOAD(nr));
	NO(ALLOW, LOAD(nr));
	NO(BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 0), ALLOW);
	NO(BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0), ALLOW);
	NO(BPF_STMT(BPF_LD | BPF_W | BPF_IND, 0), ALLOW);
	NO(BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0), ALLOW);
	NO(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 64), ALLOW);
	NO(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 2), ALLOW);
	NO(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)SKF_AD_OFF + SKF_AD_CPU), ALLOW);
	NO(BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, 3), ALLOW);
	NO(BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0), ALLOW);
	NO(BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 32), ALLOW);
	NO(BPF_STMT(BPF_ALU | BPF_NEG | BPF_X, 0), ALLOW);
	NO(BPF_STMT(0x100 | BPF_RET, 0), ALLOW);
	NO(BPF_STMT(BPF_RET | BPF_X, 0));
	OK(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 60), ALLOW);
	OK(BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0), ALLOW);
	OK(BPF_STMT(BPF_ALU | BPF_XOR | BPF_X, 0), ALLOW);
	OK(BPF_STMT(BPF_LDX | BPF_IMM, 1), BPF_STMT(BPF_ALU | BPF_DIV | BPF_X, 0), ALLOW);
	OK(BPF_STMT(BPF_LD | BPF_IMM, SECCOMP_RET_ALLOW), BPF_STMT(BPF_RET | BPF_A, 0));
}

static void jumps(void)
{
	NO(BPF_STMT(BPF_JMP | BPF_JA, 1), ALLOW);
	NO(BPF_STMT(BPF_JMP | BPF_JA, 0xffffffff), ALLOW);
	NO(BPF_STMT(BPF_JMP | BPF_JA | BPF_X, 0), ALLOW);
	NO(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0), ALLOW);
	NO(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1), ALLOW);
	NO(BPF_JUMP(BPF_JMP | 0x50 | BPF_K, 0, 0, 0), ALLOW);
	OK(BPF_STMT(BPF_JMP | BPF_JA, 0), ALLOW);
	OK(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_X, 0, 0, 0), ALLOW);
}

static void words(void)
{
	NO(BPF_STMT(BPF_LD | BPF_MEM, 0), ALLOW);
	NO(BPF_STMT(BPF_ST, 16), ALLOW);
	NO(BPF_STMT(BPF_ST, 0), BPF_STMT(BPF_LDX | BPF_MEM, 1), ALLOW);
	OK(BPF_STMT(BPF_STX, 15), BPF_STMT(BPF_LD | BPF_MEM, 15), ALLOW);
	/* Written on one way only. */
	NO(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1), BPF_STMT(BPF_ST, 3),
	   BPF_STMT(BPF_LD | BPF_MEM, 3), ALLOW);
	/* Written on both. */
	OK(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 2), BPF_STMT(BPF_ST, 3),
	   BPF_STMT(BPF_JMP | BPF_JA, 1), BPF_STMT(BPF_STX, 3), BPF_STMT(BPF_LD | BPF_MEM, 3),
	   ALLOW);
}

static void sizes(void)
{
	static struct sock_filter code[BPF_MAXINSNS + 1];
	struct sock_fprog none = {1, BAD_PTR};

	for (size_t i = 0; i < ARRAY_SIZE(code); i++)
		code[i] = (struct sock_filter)RET(SECCOMP_RET_ALLOW);
	EXPECT_ERRNO(filter_install(0, code, 0), EINVAL);
	EXPECT_ERRNO(filter_install(0, code, BPF_MAXINSNS + 1), EINVAL);
	EXPECT_OK(filter_install(0, code, BPF_MAXINSNS));
	EXPECT_ERRNO(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &none), EFAULT);
	EXPECT_ERRNO(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, BAD_PTR), EFAULT);
	EXPECT_ERRNO(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, NULL), EFAULT);
	EXPECT_ERRNO(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, BAD_PTR), EFAULT);
}

static void flags_and_questions(void)
{
	uint32_t action = SECCOMP_RET_TRACE;
	struct seccomp_notif_sizes sizes;
	char text[256];

	EXPECT_ERRNO(SECCOMP_INSTALL(0x40, ALLOW), EINVAL);
	EXPECT_ERRNO(SECCOMP_INSTALL(SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_NEW_LISTENER,
				     ALLOW),
		     EINVAL);
	EXPECT_ERRNO(SECCOMP_INSTALL(SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, ALLOW), EINVAL);
	EXPECT_OK(SECCOMP_INSTALL(SECCOMP_FILTER_FLAG_TSYNC_ESRCH, ALLOW));
	EXPECT_OK(syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action));
	guest_read_file("/proc/sys/kernel/seccomp/actions_avail", text, sizeof(text));
	EXPECT_STR(text, "kill_process kill_thread trap errno user_notif trace log allow\n");
	action = 0x00010000;
	EXPECT_ERRNO(syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action), EOPNOTSUPP);
	EXPECT_ERRNO(syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 1, &action), EINVAL);
	EXPECT_ERRNO(syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, NULL), EFAULT);
	EXPECT_OK(syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes));
	EXPECT_EQ(sizes.seccomp_notif, sizeof(struct seccomp_notif));
	EXPECT_EQ(sizes.seccomp_notif_resp, sizeof(struct seccomp_notif_resp));
	EXPECT_EQ(sizes.seccomp_data, sizeof(struct seccomp_data));
	EXPECT_ERRNO(syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 1, &sizes), EINVAL);
	EXPECT_ERRNO(syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, BAD_PTR), EFAULT);
}

int main(void)
{
	EXPECT_EQ(filter_child(instructions), 0);
	EXPECT_EQ(filter_child(jumps), 0);
	EXPECT_EQ(filter_child(words), 0);
	EXPECT_EQ(filter_child(sizes), 0);
	EXPECT_EQ(filter_child(flags_and_questions), 0);
	return 0;
}
