/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All filters of a thread together may have 32768 instructions as the kernel has translated them,
 * each older filter counting four more: ENOMEM.
 */
#include "filters.h"

#define LIMIT 32768

static struct sock_filter code[BPF_MAXINSNS];
static size_t length;
static long expected;

static void fill(void)
{
	long n = 0;

	while (filter_install(0, code, length) == 0)
		n++;
	EXPECT_EQ(errno, ENOMEM);
	EXPECT_EQ(n, expected);
	/* What is shorter may still fit, and what was installed goes on. */
	EXPECT_EQ(prctl(PR_GET_SECCOMP), 2);
	EXPECT_EQ(filter_status("Seccomp_filters"), expected);
}

/* A program costs `cost`: how many of them fit? */
static void check(const struct sock_filter *program, size_t n, long cost)
{
	memcpy(code, program, n * sizeof(*program));
	length = n;
	expected = 1 + (LIMIT - cost) / (cost + 4);
	EXPECT_EQ(filter_child(fill), 0);
}

#define CHECK(cost, ...)                                                                           \
	check((struct sock_filter[]){__VA_ARGS__},                                                 \
	      sizeof((struct sock_filter[]){__VA_ARGS__}) / sizeof(struct sock_filter), cost)

/* Many of one instruction, so that its own cost shows. */
static void check_many(struct sock_filter i, long each)
{
	size_t n = 0;

	code[n++] = (struct sock_filter)BPF_STMT(BPF_LDX | BPF_IMM, 1);
	while (n < 500)
		code[n++] = i;
	code[n++] = (struct sock_filter)RET(SECCOMP_RET_ALLOW);
	length = n;
	expected = 1 + (LIMIT - (3 + 1 + 499 * each + 2)) / (3 + 1 + 499 * each + 2 + 4);
	EXPECT_EQ(filter_child(fill), 0);
}

static void check_jumps(unsigned op, uint32_t k, uint8_t jt, uint8_t jf, long each)
{
	struct sock_filter last = RET(SECCOMP_RET_ALLOW);
	size_t n = 0;

	while (n < 500)
		code[n++] = (struct sock_filter){(uint16_t)(BPF_JMP | op), jt, jf, k};
	code[n++] = last;
	code[n++] = last;
	length = n;
	expected = 1 + (LIMIT - (3 + 500 * each + 4)) / (3 + 500 * each + 4 + 4);
	EXPECT_EQ(filter_child(fill), 0);
}

int main(void)
{
	CHECK(5, RET(SECCOMP_RET_ALLOW));
	CHECK(5, BPF_STMT(BPF_LD | BPF_IMM, SECCOMP_RET_ALLOW), BPF_STMT(BPF_RET | BPF_A, 0));
	check_many((struct sock_filter)LOAD(nr), 1);
	check_many((struct sock_filter)BPF_STMT(BPF_ST, 1), 1);
	check_many((struct sock_filter)BPF_STMT(BPF_ALU | BPF_NEG, 0), 1);
	check_many((struct sock_filter)BPF_STMT(BPF_ALU | BPF_DIV | BPF_X, 0), 5);
	check_many((struct sock_filter)BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 1), 1);
	check_many((struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, 0), 1);
	check_jumps(BPF_JEQ | BPF_K, 5, 1, 0, 1);
	check_jumps(BPF_JEQ | BPF_K, 5, 0, 1, 1);
	check_jumps(BPF_JEQ | BPF_K, 5, 1, 1, 2);
	check_jumps(BPF_JGT | BPF_K, 5, 0, 1, 1);
	check_jumps(BPF_JGE | BPF_X, 5, 0, 1, 1);
	check_jumps(BPF_JSET | BPF_K, 5, 0, 1, 2);
	check_jumps(BPF_JSET | BPF_K, 5, 1, 0, 1);
	check_jumps(BPF_JEQ | BPF_K, 0x80000000, 1, 0, 2);
	check_jumps(BPF_JGE | BPF_K, 0xffffffff, 1, 1, 3);
	check_jumps(BPF_JGE | BPF_X, 0xffffffff, 1, 1, 2);
	return 0;
}
