/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the instructions of a filter compute: each program gives the low bits of its result as the
 * data of RET_TRAP, and SIGSYS tells them.
 */
#include "filters.h"

static volatile int got;

static void handler(int sig, siginfo_t *si, void *uc)
{
	(void)sig;
	(void)uc;
	got = si->si_errno;
}

#define A(v)       BPF_STMT(BPF_LD | BPF_IMM, v)
#define X(v)       BPF_STMT(BPF_LDX | BPF_IMM, v)
#define ALU(op, v) BPF_STMT(BPF_ALU | BPF_##op | BPF_K, v)
#define ALUX(op)   BPF_STMT(BPF_ALU | BPF_##op | BPF_X, 0)
#define IF(op, v)  BPF_JUMP(BPF_JMP | BPF_##op | BPF_K, v, 0, 1)
#define IFX(op)    BPF_JUMP(BPF_JMP | BPF_##op | BPF_X, 0, 0, 1)

/* getppid runs the body; what it leaves in A is compared. */
#define GIVES(want, ...)                                                                           \
	do {                                                                                       \
		struct sock_filter body[] = {__VA_ARGS__};                                         \
		EXPECT_EQ(run(body, ARRAY_SIZE(body)), (want)&0xffff);                             \
	} while (0)

static int run(const struct sock_filter *body, size_t n)
{
	struct sock_filter code[64] = {
		LOAD(nr),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 1, 0),
		RET(SECCOMP_RET_ALLOW),
	};
	const struct sock_filter tail[] = {ALU(AND, 0xffff), ALU(OR, SECCOMP_RET_TRAP),
					   BPF_STMT(BPF_RET | BPF_A, 0)};
	pid_t pid = guest_fork();
	int status;

	if (pid == 0) {
		struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};

		filter_prepare();
		memcpy(code + 3, body, n * sizeof(*body));
		memcpy(code + 3 + n, tail, sizeof(tail));
		EXPECT_OK(sigaction(SIGSYS, &sa, NULL));
		EXPECT_OK(filter_install(0, code, 3 + n + ARRAY_SIZE(tail)));
		syscall(SYS_getppid);
		_exit(got & 0xff ? got & 0xff : 0);
	}
	status = guest_wait(pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status) & 0xffff;
}

int main(void)
{
	GIVES(7, A(3), ALU(ADD, 4));
	GIVES(0xff, A(0), ALU(SUB, 1), ALU(AND, 0xff));
	GIVES(1, A(0xffffffff), X(0xffffffff), ALUX(MUL));
	GIVES(0x7f, A(0xffffffff), ALU(DIV, 2), ALU(RSH, 24));
	GIVES(5, A(10), X(2), ALUX(DIV));
	GIVES(0xf0, A(0xff), ALU(XOR, 0x0f));
	GIVES(0xfd, A(3), BPF_STMT(BPF_ALU | BPF_NEG, 0), ALU(AND, 0xff));
	GIVES(2, A(1), X(33), ALUX(LSH)); /* counts modulo 32 */
	GIVES(0x40, A(0x80), X(33), ALUX(RSH));
	GIVES(1, A(0x80000000), ALU(RSH, 31));
	GIVES(64, BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0));
	GIVES(64, BPF_STMT(BPF_LDX | BPF_W | BPF_LEN, 0), BPF_STMT(BPF_MISC | BPF_TXA, 0));
	GIVES(9, A(9), BPF_STMT(BPF_ST, 4), A(0), BPF_STMT(BPF_LD | BPF_MEM, 4));
	GIVES(9, X(9), BPF_STMT(BPF_STX, 4), A(0), BPF_STMT(BPF_LD | BPF_MEM, 4));
	GIVES(9, A(9), BPF_STMT(BPF_MISC | BPF_TAX, 0), A(0), BPF_STMT(BPF_MISC | BPF_TXA, 0));
	/* Comparisons are unsigned. A becomes 1 if so, else it stays. */
	GIVES(1, A(0xffffff02), IF(JGT, 5), A(1));
	GIVES(2, A(0xffffff02), IF(JGT, 0xffffff02), A(1), ALU(AND, 0xff));
	GIVES(1, A(0xffffff02), IF(JGE, 0xffffff02), A(1));
	GIVES(2, A(2), IF(JGE, 0xffffff00), A(1));
	GIVES(1, A(0x80000002), IF(JSET, 0x80000000), A(1));
	GIVES(2, A(2), IF(JSET, 1), A(1));
	GIVES(1, A(2), X(2), IFX(JEQ), A(1));
	GIVES(2, A(2), X(3), IFX(JGT), A(1));
	GIVES(1, A(2), X(6), IFX(JSET), A(1));
	/* A and X begin as 0 for those who do not look at the number first. */
	GIVES(0, BPF_STMT(BPF_MISC | BPF_TXA, 0));
	/* Dividing by 0 ends the program with KILL_THREAD. */
	GIVES(-SIGSYS, A(1), ALUX(DIV));
	return 0;
}
