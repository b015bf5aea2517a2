/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small guest for tests of platforms that run machine code: one page of code, four of data, and a
 * context at its first instruction. For *_test.c only.
 */
#pragma once

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>

#include "abi/ptrace.h"
#include "base/test.h"
#include "platform/platform.h"

#define CODE     0x10000000ULL
#define DATA     0x20000000ULL
#define DATA_LEN (4 * 4096ULL)

/* Pieces of guest code; each is copied to CODE by guest_start. */
#define SNIPPET(name, text)                                                                        \
	extern const unsigned char name[], name##_end[];                                           \
	__asm__(".pushsection .rodata\n" #name ":\n" text "\n" #name "_end:\n.popsection\n")

SNIPPET(code_getpid_loop, "1: mov $39, %eax\n syscall\n jmp 1b");
SNIPPET(code_spin, "1: pause\n jmp 1b");
SNIPPET(code_load, "mov (%rdi), %rax\n ud2");
SNIPPET(code_store, "mov %rax, (%rdi)\n ud2");
SNIPPET(code_count_loop, "1: incq (%rdi)\n jmp 1b");

struct guest {
	const struct platform_ops *ops;
	struct platform *p;
	struct aspace *as;
	struct pcontext *pc;
};

static inline UNUSED int guest_map(struct guest *g, uint64_t addr, uint64_t len, int prot)
{
	struct plat_cmd cmd = {.op = PLAT_MAP,
			       .prot = prot,
			       .flags = MAP_PRIVATE,
			       .fd = -1,
			       .addr = addr,
			       .len = len};
	int r = g->ops->run(g->pc, &cmd, 1);

	EXPECT_EQ(cmd.ret, r);
	return r;
}

static inline UNUSED ssize_t guest_read(struct guest *g, uint64_t addr, void *buf, size_t len)
{
	struct plat_piece piece = {addr, buf, len};

	return g->ops->read(g->as, &piece, 1);
}

static inline UNUSED ssize_t guest_write(struct guest *g, uint64_t addr, const void *buf,
					 size_t len)
{
	struct plat_piece piece = {addr, (void *)(uintptr_t)buf, len};

	return g->ops->write(g->as, &piece, 1);
}

static inline UNUSED struct lx_user_regs guest_regs_at(uint64_t rip)
{
	return (struct lx_user_regs){
		.rip = rip,
		.rsp = DATA + DATA_LEN,
		.rdi = DATA,
		.cs = 0x33,
		.ss = 0x2b,
		.eflags = 0x202,
	};
}

static inline UNUSED void guest_platform(struct guest *g, const struct platform_ops *ops)
{
	const char *why = NULL;
	int r = ops->init(&g->p, &why);

	if (r < 0)
		print_error("init: %s\n", why);
	EXPECT_EQ(r, 0);
	g->ops = ops;
}

static inline UNUSED void guest_load(struct guest *g, const unsigned char *code,
				     const unsigned char *end)
{
	struct plat_cmd protect = {
		.op = PLAT_PROTECT, .addr = CODE, .len = 4096, .prot = PROT_READ | PROT_EXEC};
	struct lx_user_regs regs = guest_regs_at(CODE);
	size_t len = (size_t)(end - code);

	EXPECT_EQ(guest_map(g, CODE, 4096, PROT_READ | PROT_WRITE), 0);
	EXPECT_EQ(guest_map(g, DATA, DATA_LEN, PROT_READ | PROT_WRITE), 0);
	EXPECT_EQ(guest_write(g, CODE, code, len), len);
	EXPECT_EQ(g->ops->run(g->pc, &protect, 1), 0);
	EXPECT_EQ(g->ops->set_regs(g->pc, &regs), 0);
}

#define guest_start(g, ops, code) guest_start_(g, ops, code, code##_end)

static inline UNUSED void guest_start_(struct guest *g, const struct platform_ops *ops,
				       const unsigned char *code, const unsigned char *end)
{
	guest_platform(g, ops);
	EXPECT_EQ(ops->aspace_new(g->p, &g->as), 0);
	EXPECT_EQ(ops->context_new(g->as, NULL, &g->pc), 0);
	EXPECT_EQ(ops->context_attach(g->pc), 0);
	guest_load(g, code, end);
}

static inline UNUSED void guest_end(struct guest *g)
{
	g->ops->context_free(g->pc);
	g->ops->aspace_free(g->as);
	g->ops->fini(g->p);
	/* No stub and no zombie is left. */
	EXPECT_EQ(waitpid(-1, NULL, __WALL | WNOHANG), -1);
	EXPECT_EQ(errno, ECHILD);
}

static inline UNUSED struct plat_event guest_switch(struct guest *g)
{
	struct plat_event ev = {.why = PLAT_PREEMPTED};

	EXPECT_EQ(g->ops->context_switch(g->pc, &ev), 0);
	return ev;
}

static inline UNUSED struct lx_user_regs guest_regs(struct guest *g)
{
	struct lx_user_regs regs = {0};

	EXPECT_EQ(g->ops->get_regs(g->pc, &regs), 0);
	return regs;
}
