/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small guest for tests of platforms that run machine code: one page of code, four of data, and a
 * context at its first instruction. For *_test.c only.
 *
 * guest_platform and guest_end compare what our process has open and running before and after, so
 * every test is a test of leaks as well.
 */
#pragma once

#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>

#include "abi/ptrace.h"
#include "base/test.h"
#include "platform/platform.h"

#define CODE      0x10000000ULL
#define DATA      0x20000000ULL
#define DATA_LEN  (4 * 4096ULL)
#define MORE      0x30000000ULL /* free for what a test maps itself */
#define CODE_SIZE 4096ULL

/* Pieces of guest code; each is copied to CODE by guest_start. */
#define SNIPPET(name, text)                                                                        \
	extern const unsigned char name[], name##_end[];                                           \
	__asm__(".pushsection .rodata\n" #name ":\n" text "\n" #name "_end:\n.popsection\n")

SNIPPET(code_getpid_loop, "1: mov $39, %eax\n syscall\n jmp 1b");
SNIPPET(code_spin, "1: pause\n jmp 1b");
SNIPPET(code_load, "mov (%rdi), %rax\n ud2");
SNIPPET(code_store, "mov %rax, (%rdi)\n ud2");
SNIPPET(code_count_loop, "1: lock incq (%rdi)\n jmp 1b");
SNIPPET(code_counted_call, "1: lock incq (%rdi)\n mov $39, %eax\n syscall\n jmp 1b");

/* The thread sanitizer starts a thread of its own with our first. */
#ifdef __SANITIZE_THREAD__
#define RUNTIME_THREADS 1
#else
#define RUNTIME_THREADS 0
#endif

struct guest {
	const struct platform_ops *ops;
	struct platform *p;
	struct aspace *as;
	struct pcontext *pc;
	long open_before, threads_before; /* of our process */
};

/* Entries of a directory of /proc; the one that the counting opens is among those of self/fd. -1:
 * it is not there. */
static inline UNUSED long test_count_entries(const char *path)
{
	DIR *dir = opendir(path);
	long n = 0;

	if (!dir)
		return -1;
	for (struct dirent *e = readdir(dir); e; e = readdir(dir))
		n += e->d_name[0] != '.';
	closedir(dir);
	return n;
}

static inline UNUSED int guest_run(struct guest *g, struct plat_cmd cmd)
{
	int r = g->ops->run(g->pc, &cmd, 1);

	EXPECT_EQ(cmd.ret, r);
	return r;
}

static inline UNUSED int guest_map(struct guest *g, uint64_t addr, uint64_t len, int prot)
{
	return guest_run(g, (struct plat_cmd){.op = PLAT_MAP,
					      .prot = prot,
					      .flags = MAP_PRIVATE,
					      .fd = -1,
					      .addr = addr,
					      .len = len});
}

static inline UNUSED int guest_protect(struct guest *g, uint64_t addr, uint64_t len, int prot)
{
	return guest_run(
		g, (struct plat_cmd){.op = PLAT_PROTECT, .prot = prot, .addr = addr, .len = len});
}

static inline UNUSED int guest_unmap(struct guest *g, uint64_t addr, uint64_t len)
{
	return guest_run(g, (struct plat_cmd){.op = PLAT_UNMAP, .addr = addr, .len = len});
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

/* A word that must be there. */
static inline UNUSED uint64_t guest_word(struct guest *g, uint64_t addr)
{
	uint64_t word = 0;

	EXPECT_EQ(guest_read(g, addr, &word, sizeof(word)), sizeof(word));
	return word;
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
	int r;

	g->open_before = test_count_entries("/proc/self/fd");
	g->threads_before = test_count_entries("/proc/self/task");
	r = ops->init(&g->p, &why);
	if (r < 0)
		print_error("init: %s\n", why);
	EXPECT_EQ(r, 0);
	g->ops = ops;
}

/* Code at a page of its own. */
static inline UNUSED void guest_load_at(struct guest *g, uint64_t addr, const unsigned char *code,
					const unsigned char *end)
{
	size_t len = (size_t)(end - code);

	EXPECT_TRUE(len <= CODE_SIZE);
	EXPECT_EQ(guest_map(g, addr, CODE_SIZE, PROT_READ | PROT_WRITE), 0);
	EXPECT_EQ(guest_write(g, addr, code, len), len);
	EXPECT_EQ(guest_protect(g, addr, CODE_SIZE, PROT_READ | PROT_EXEC), 0);
}

static inline UNUSED void guest_load(struct guest *g, const unsigned char *code,
				     const unsigned char *end)
{
	struct lx_user_regs regs = guest_regs_at(CODE);

	EXPECT_EQ(guest_map(g, DATA, DATA_LEN, PROT_READ | PROT_WRITE), 0);
	guest_load_at(g, CODE, code, end);
	EXPECT_EQ(g->ops->set_regs(g->pc, &regs), 0);
}

/* An address space with one context on a platform that is ready. */
#define guest_enter(g, code) guest_enter_(g, code, code##_end)

static inline UNUSED void guest_enter_(struct guest *g, const unsigned char *code,
				       const unsigned char *end)
{
	EXPECT_EQ(g->ops->aspace_new(g->p, &g->as), 0);
	EXPECT_EQ(g->ops->context_new(g->as, NULL, &g->pc), 0);
	EXPECT_EQ(g->ops->context_attach(g->pc), 0);
	guest_load(g, code, end);
}

static inline UNUSED void guest_leave(struct guest *g)
{
	g->ops->context_free(g->pc);
	g->ops->aspace_free(g->as);
	if (g->ops->bury)
		g->ops->bury(g->p);
}

/* All of it. */
#define guest_start(g, ops, code) guest_start_(g, ops, code, code##_end)

static inline UNUSED void guest_start_(struct guest *g, const struct platform_ops *ops,
				       const unsigned char *code, const unsigned char *end)
{
	guest_platform(g, ops);
	guest_enter_(g, code, end);
}

/* A thread that was joined may still be seen for a moment. */
static inline UNUSED void guest_await_threads(const struct guest *g)
{
	long most = g->threads_before + RUNTIME_THREADS;
	long now = test_count_entries("/proc/self/task");

	for (int i = 0; i < 200000 && now > most; i++) {
		sched_yield();
		now = test_count_entries("/proc/self/task");
	}
	EXPECT_TRUE(now <= most);
}

static inline UNUSED void guest_platform_end(struct guest *g)
{
	g->ops->fini(g->p);
	/* No stub and no zombie is left, no descriptor and no thread of ours. */
	EXPECT_EQ(waitpid(-1, NULL, __WALL | WNOHANG), -1);
	EXPECT_EQ(errno, ECHILD);
	EXPECT_EQ(test_count_entries("/proc/self/fd"), g->open_before);
	guest_await_threads(g);
}

static inline UNUSED void guest_end(struct guest *g)
{
	guest_leave(g);
	guest_platform_end(g);
}

/* Run until something happened. */
static inline UNUSED struct plat_event guest_switch(struct guest *g)
{
	struct plat_event ev = {.why = PLAT_PREEMPTED};

	while (ev.why == PLAT_PREEMPTED)
		EXPECT_EQ(g->ops->context_switch(g->pc, &ev), 0);
	return ev;
}

static inline UNUSED struct lx_user_regs guest_regs(struct guest *g)
{
	struct lx_user_regs regs = {0};

	EXPECT_EQ(g->ops->get_regs(g->pc, &regs), 0);
	return regs;
}

/* A second context in the guest's address space, not attached. */
static inline UNUSED struct pcontext *guest_new_context(struct guest *g)
{
	struct pcontext *pc = NULL;

	EXPECT_EQ(g->ops->context_new(g->as, g->pc, &pc), 0);
	return pc;
}

/* A copy of the address space with one context of the caller's, which has the same registers. */
static inline UNUSED struct guest guest_fork(struct guest *parent)
{
	struct guest child = *parent;
	struct lx_user_regs regs = guest_regs(parent);

	EXPECT_EQ(child.ops->aspace_fork(parent->pc, &child.as), 0);
	EXPECT_EQ(child.ops->context_new(child.as, NULL, &child.pc), 0);
	EXPECT_EQ(child.ops->context_attach(child.pc), 0);
	EXPECT_EQ(child.ops->set_regs(child.pc, &regs), 0);
	return child;
}
