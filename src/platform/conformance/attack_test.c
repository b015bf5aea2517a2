/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guests that go for their stub: jump to every address of its text with chosen registers, write
 * over what it can write, and ask the host directly. What they do to their own address space is
 * their affair as long as it ends in an event; what they must not get is a host call of their own,
 * and what they must not touch is another stub or the Sentry.
 *
 * The witness is an address space beside the attacker's, which must not notice.
 */
#include "platform/conformance/test_conformance.h"

#include <sys/syscall.h>

#include <linux/sched.h>

#include "base/lock.h"

#define AT_ONCE   0x400000ULL   /* bytes of the stub that are written over */
#define FORBIDDEN 0x50000000ULL /* nobody maps this */
#define SAFE      0x5afe
#define SAFE_AT   (DATA + 1024) /* in a page that calls are asked to take away */

SNIPPET(code_bare_call, "syscall\n mov %rax, %rbx\n mov $1000, %eax\n syscall\n ud2");
/* A word of rax at each 8 bytes of [rdi, rsi). */
SNIPPET(code_fill, "1: mov %rax, (%rdi)\n add $8, %rdi\n cmp %rsi, %rdi\n jb 1b\n mov $39, %eax\n"
		   "syscall\n ud2");

struct attack {
	struct guest g, witness;
	pid_t stub, witness_stub;
	struct region text, own[REGIONS_MAX];
	size_t nown;
	size_t processes;  /* children of ours */
	long threads;      /* of the attacked stub */
	unsigned int lost; /* times that the attacker's stub was gone */
};

static size_t count_children(void)
{
	static struct children all;

	list_children(getpid(), &all);
	EXPECT_EQ(all.zombies, 0);
	return all.n;
}

static long stub_threads(pid_t stub)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task", stub);
	return test_count_entries(path);
}

static struct region find_text(const struct attack *a)
{
	for (size_t i = 0; i < a->nown; i++) {
		if (a->own[i].perms[2] == 'x')
			return a->own[i];
	}
	EXPECT_TRUE(false); /* a stub without text */
	return (struct region){0};
}

static void look(struct attack *a)
{
	uint64_t safe = SAFE;

	EXPECT_EQ(guest_write(&a->g, SAFE_AT, &safe, sizeof(safe)), sizeof(safe));
	a->stub = find_stub(&a->g);
	a->nown = stub_regions(a->stub, a->own);
	a->text = find_text(a);
	a->processes = count_children();
	a->threads = stub_threads(a->stub);
}

static void attack_start(struct attack *a, const struct platform_ops *ops,
			 const unsigned char *code, const unsigned char *end)
{
	memset(a, 0, sizeof(*a));
	guest_start(&a->witness, ops, code_counted_call);
	a->witness_stub = need_stub(&a->witness);
	a->g = a->witness;
	guest_enter_(&a->g, code, end);
	look(a);
}

static void expect_witness(struct attack *a)
{
	uint64_t before = guest_word(&a->witness, DATA);
	struct plat_event ev = guest_switch(&a->witness);

	EXPECT_EQ(ev.why, PLAT_SYSCALL);
	EXPECT_EQ(ev.sys.nr, 39);
	a->witness.ops->set_result(a->witness.pc, 0);
	EXPECT_EQ(guest_word(&a->witness, DATA), before + 1);
	EXPECT_EQ(find_stub(&a->witness), a->witness_stub);
}

static void attack_end(struct attack *a)
{
	guest_leave(&a->g);
	expect_witness(a);
	guest_end(&a->witness);
}

/* The attacker's stub died of it: another one. */
static void replace_stub(struct attack *a, const unsigned char *code, const unsigned char *end)
{
	a->lost++;
	guest_leave(&a->g);
	guest_enter_(&a->g, code, end);
	look(a);
}

static void expect_memory_as_before(struct attack *a)
{
	EXPECT_EQ(guest_read(&a->g, FORBIDDEN, &(char){0}, 1), -EFAULT);
	EXPECT_EQ(guest_word(&a->g, SAFE_AT), SAFE);
}

/* The host did nothing for the guest. */
static void expect_nothing_gained(struct attack *a)
{
	struct region now[REGIONS_MAX];

	expect_memory_as_before(a);
	EXPECT_EQ(count_children(), a->processes);
	EXPECT_EQ(stub_threads(a->stub), a->threads);
	EXPECT_EQ(stub_regions(a->stub, now), a->nown);
	EXPECT_MEMEQ(now, a->own, a->nown * sizeof(now[0]));
}

/* Host calls that would show if they were carried out. */
static const struct call {
	long nr;
	uint64_t args[6];
} calls[] = {
	{SYS_mmap,
	 {FORBIDDEN, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, ~0ULL,
	  0}},
	{SYS_munmap, {DATA, 4096}},
	{SYS_mprotect, {DATA, 4096, PROT_NONE}},
	{SYS_mremap, {DATA, 4096, 4096, 3 /* may move, fixed */, FORBIDDEN}},
	{SYS_madvise, {DATA, 4096, MADV_DONTNEED}},
	{SYS_clone, {CLONE_PARENT}},
	{SYS_clone,
	 {CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM}},
	{SYS_fork, {0}},
	{SYS_exit, {0}},
	{SYS_exit_group, {0}},
	{SYS_recvmsg, {0, DATA, 0}},
	{SYS_close, {0}},
	{SYS_prctl, {1 /* death signal */, 0}},
	{SYS_seccomp, {1, 8, DATA}},
	{SYS_rt_sigreturn, {0}},
	{SYS_rt_sigaction, {SIGUSR1, DATA, 0, 8}},
	{SYS_rt_sigprocmask, {0, DATA + 64, DATA, 8}},
	{SYS_sigaltstack, {0, DATA}},
	{SYS_ioctl, {0, 0xc0502100, DATA}},
	{SYS_arch_prctl, {0x1002, DATA}},
};

static struct lx_user_regs regs_of_call(const struct call *c, uint64_t rip)
{
	struct lx_user_regs regs = guest_regs_at(rip);

	regs.rax = (uint64_t)c->nr;
	regs.rdi = c->args[0];
	regs.rsi = c->args[1];
	regs.rdx = c->args[2];
	regs.r10 = c->args[3];
	regs.r8 = c->args[4];
	regs.r9 = c->args[5];
	/* What stub code might take for arguments of its own. */
	regs.rbx = c->args[0];
	regs.rbp = c->args[1];
	regs.r12 = c->args[2];
	regs.r13 = (uint64_t)c->nr;
	regs.r14 = (uint64_t)c->nr;
	regs.r15 = (uint64_t)c->nr;
	regs.rsp = DATA + 0x2000;
	return regs;
}

/*
 * Text may spin. Somebody has to interrupt it: this thread, when the attempt has not changed for so
 * many of its rounds.
 */
struct watch {
	struct attack *a;
	atomic_uint attempt;
	atomic_int stop;
	struct lock lock; /* a->g.pc is not being replaced */
};

static void *watch_attempts(void *arg)
{
	enum { PATIENCE = 2000 };
	struct watch *w = arg;
	unsigned int seen = 0, rounds = 0;

	while (!atomic_load(&w->stop)) {
		unsigned int now = atomic_load(&w->attempt);

		rounds = now == seen ? rounds + 1 : 0;
		seen = now;
		if (rounds >= PATIENCE) {
			GUARD(&w->lock);
			w->a->g.ops->context_interrupt(w->a->g.pc);
			rounds = 0;
		}
		sched_yield();
	}
	return NULL;
}

static void bring_another(struct watch *w)
{
	GUARD(&w->lock);
	replace_stub(w->a, code_getpid_loop, code_getpid_loop_end);
}

/* One jump, up to a few events: what spins is interrupted, what calls gets a result. */
static void jump(struct watch *w, const struct call *c, uint64_t rip)
{
	struct attack *a = w->a;
	struct lx_user_regs regs = regs_of_call(c, rip);

	/* It may have died of the jump before, after that had its last event. */
	if (a->g.ops->set_regs(a->g.pc, &regs) == -ESRCH) {
		EXPECT_EQ(guest_switch(&a->g).why, PLAT_GONE);
		bring_another(w);
		return;
	}
	for (int i = 0; i < 2; i++) {
		struct plat_event ev;

		atomic_fetch_add(&w->attempt, 1);
		ev = guest_switch(&a->g);
		if (ev.why == PLAT_FAULT)
			return;
		if (ev.why == PLAT_SYSCALL)
			a->g.ops->set_result(a->g.pc, -ENOSYS);
		if (ev.why == PLAT_GONE) {
			bring_another(w);
			return;
		}
	}
}

/* The end of what is code in a page of text, seen from behind. */
static uint64_t end_of_text(const struct attack *a)
{
	uint64_t len = a->text.hi - a->text.lo;
	unsigned char *bytes = calloc(1, len);
	struct iovec ours = {bytes, len};
	struct iovec theirs = {(void *)(uintptr_t)a->text.lo, len};

	EXPECT_TRUE(bytes != NULL);
	EXPECT_EQ(process_vm_readv(a->stub, &ours, 1, &theirs, 1, 0), len);
	while (len > 1 && (bytes[len - 1] == 0 || bytes[len - 1] == 0xcc))
		len--;
	free(bytes);
	return a->text.lo + len + 1;
}

CONFORMANCE(jumps_into_the_stub_gain_nothing)
{
	struct attack a;
	struct watch w = {.a = &a};
	pthread_t watcher;
	uint64_t end;

	attack_start(&a, ops, code_getpid_loop, code_getpid_loop_end);
	lock_init(&w.lock, 0, "test watch");
	watcher = start_thread(watch_attempts, &w);
	end = end_of_text(&a);
	for (uint64_t rip = a.text.lo; rip < end; rip++) {
		for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
			jump(&w, &calls[i], rip);
		if (guest_read(&a.g, SAFE_AT, &(char){0}, 1) == -ESRCH)
			bring_another(&w);
		expect_memory_as_before(&a);
		if (rip % 16 == 0)
			expect_nothing_gained(&a);
		if (rip % 64 == 0)
			expect_witness(&a);
	}
	expect_nothing_gained(&a);
	atomic_store(&w.stop, 1);
	pthread_join(watcher, NULL);
	lock_fini(&w.lock);
	if (a.lost > 0)
		print_message("%u of %zu jumps cost the guest its stub\n", a.lost,
			      (size_t)(end - a.text.lo) * ARRAY_SIZE(calls));
	attack_end(&a);
}

/* The same calls from the guest's own text, each seen, and none carried out. */
CONFORMANCE(calls_of_the_guest_never_reach_the_host)
{
	struct attack a;

	attack_start(&a, ops, code_bare_call, code_bare_call_end);
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		struct lx_user_regs regs = regs_of_call(&calls[i], CODE);
		struct plat_event ev;

		EXPECT_EQ(a.g.ops->set_regs(a.g.pc, &regs), 0);
		ev = guest_switch(&a.g);
		EXPECT_EQ(ev.why, PLAT_SYSCALL);
		EXPECT_EQ(ev.sys.nr, calls[i].nr);
		EXPECT_EQ(ev.sys.args[0], calls[i].args[0]);
		a.g.ops->set_result(a.g.pc, -EBADE);
		ev = guest_switch(&a.g);
		EXPECT_EQ(ev.sys.nr, 1000);
		EXPECT_EQ(guest_regs(&a.g).rbx, (uint64_t)-EBADE);
		expect_nothing_gained(&a);
	}
	attack_end(&a);
}

/* Linux lets these two past any filter; outside of its own trampolines they do nothing
 * (6.11, 6.18). */
static bool is_beyond_filters(uint64_t nr, const struct plat_event *ev)
{
	enum { URETPROBE = 335, UPROBE = 336 };

	if (nr != URETPROBE && nr != UPROBE)
		return false;
	return ev->why == PLAT_FAULT ? ev->fault.signo == SIGILL : ev->sys.nr == 1000;
}

/* No number at all does anything. */
CONFORMANCE(no_call_number_reaches_the_host)
{
	struct attack a;

	attack_start(&a, ops, code_bare_call, code_bare_call_end);
	for (uint64_t nr = 0; nr < 600; nr++) {
		struct lx_user_regs regs = guest_regs_at(CODE);
		struct plat_event ev;

		regs.rax = nr;
		EXPECT_EQ(a.g.ops->set_regs(a.g.pc, &regs), 0);
		ev = guest_switch(&a.g);
		if (is_beyond_filters(nr, &ev))
			continue;
		EXPECT_EQ(ev.why, PLAT_SYSCALL);
		EXPECT_EQ(ev.sys.nr, nr);
	}
	expect_nothing_gained(&a);
	attack_end(&a);
}

/* The guest asks the host to take its stub away. */
CONFORMANCE(stub_cannot_be_unmapped_by_a_direct_call)
{
	static const long numbers[] = {SYS_munmap, SYS_mprotect, SYS_madvise, SYS_mmap, SYS_mremap};
	struct attack a;

	attack_start(&a, ops, code_bare_call, code_bare_call_end);
	for (size_t i = 0; i < ARRAY_SIZE(numbers) * a.nown; i++) {
		const struct region *own = &a.own[i / ARRAY_SIZE(numbers)];
		struct call c = {numbers[i % ARRAY_SIZE(numbers)],
				 {own->lo, own->hi - own->lo, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, ~0ULL, 0}};
		struct lx_user_regs regs = regs_of_call(&c, CODE);

		EXPECT_EQ(a.g.ops->set_regs(a.g.pc, &regs), 0);
		EXPECT_EQ(guest_switch(&a.g).sys.nr, c.nr);
		EXPECT_EQ(guest_map(&a.g, MORE, 4096, PROT_READ), 0);
		expect_nothing_gained(&a);
	}
	attack_end(&a);
}

CONFORMANCE(text_and_read_only_pages_of_the_stub_cannot_be_written)
{
	struct attack a;

	attack_start(&a, ops, code_store, code_store_end);
	for (size_t i = 0; i < a.nown; i++) {
		struct lx_user_regs regs = guest_regs_at(CODE);
		struct plat_event ev;

		if (a.own[i].perms[1] == 'w')
			continue;
		regs.rdi = a.own[i].lo;
		EXPECT_EQ(a.g.ops->set_regs(a.g.pc, &regs), 0);
		ev = guest_switch(&a.g);
		EXPECT_EQ(ev.why, PLAT_FAULT);
		EXPECT_EQ(ev.fault.signo, SIGSEGV);
		EXPECT_EQ(ev.fault.addr, a.own[i].lo);
	}
	EXPECT_EQ(guest_map(&a.g, MORE, 4096, PROT_READ), 0);
	attack_end(&a);
}

/* Whatever the Sentry asks of a stub after its guest has written over it: an answer, not a hang. */
static void use_ruined_stub(struct guest *g)
{
	_Alignas(64) char image[PLAT_FPU_MAX];
	int fd = memfd_create("file", MFD_CLOEXEC);
	struct plat_cmd cmd = {.op = PLAT_MAP,
			       .addr = MORE + 8192,
			       .len = 4096,
			       .prot = PROT_READ,
			       .flags = MAP_SHARED,
			       .fd = fd};
	struct lx_user_regs regs;
	struct plat_abilities able;
	struct plat_event ev;
	struct aspace *copy;
	struct pcontext *pc;
	uint32_t old;
	int bad = 0;

	g->ops->abilities(g->p, &able);
	bad += guest_map(g, MORE, 4096, PROT_READ | PROT_WRITE) < 0;
	bad += g->ops->cmpxchg32(g->pc, DATA, 0, 1, &old) < 0;
	bad += g->ops->run(g->pc, &cmd, 1) < 0;
	bad += g->ops->get_regs(g->pc, &regs) < 0;
	bad += g->ops->get_fpu(g->pc, image, able.fpu_size) < 0;
	if (g->ops->context_new(g->as, g->pc, &pc) == 0) {
		EXPECT_EQ(g->ops->context_attach(pc), 0);
		g->ops->context_free(pc);
	}
	if (g->ops->aspace_fork(g->pc, &copy) == 0)
		g->ops->aspace_free(copy);
	EXPECT_TRUE(g->ops->cpu_time_ns(g->pc) < 1000000000000ULL);
	g->ops->context_interrupt(g->pc);
	ev = guest_switch(g);
	EXPECT_TRUE(ev.why == PLAT_INTERRUPTED || ev.why == PLAT_GONE);
	if (bad > 0)
		print_message("%d operations failed\n", bad);
	close(fd);
}

CONFORMANCE(guest_that_writes_over_its_stub_harms_itself_alone)
{
	static const uint64_t words[] = {0,    UINT64_MAX,     0x4141414141414141,
					 DATA, PLAT_GUEST_TOP, 1};
	struct attack a;
	size_t nwritable = 0;

	attack_start(&a, ops, code_fill, code_fill_end);
	for (size_t i = 0; i < a.nown; i++)
		nwritable += a.own[i].perms[1] == 'w';
	for (size_t i = 0; i < a.nown * ARRAY_SIZE(words); i++) {
		struct region own = a.own[i / ARRAY_SIZE(words)];
		struct lx_user_regs regs = guest_regs_at(CODE);
		struct plat_event ev;

		if (own.perms[1] != 'w')
			continue;
		regs.rax = words[i % ARRAY_SIZE(words)];
		regs.rdi = own.lo;
		regs.rsi = MIN(own.hi, own.lo + AT_ONCE);
		EXPECT_EQ(a.g.ops->set_regs(a.g.pc, &regs), 0);
		ev = guest_switch(&a.g);
		EXPECT_TRUE(ev.why == PLAT_SYSCALL || ev.why == PLAT_FAULT || ev.why == PLAT_GONE);
		use_ruined_stub(&a.g);
		expect_witness(&a);
		replace_stub(&a, code_fill, code_fill_end); /* a clean one */
	}
	print_message("%zu of %zu regions of a stub can be written by its guest\n", nwritable,
		      a.nown);
	attack_end(&a);
}

/* Two guests of one address space, one of which writes over the stub while the other is used. */
static void *scribble(void *arg)
{
	struct attack *a = arg;
	struct guest g = a->g;
	struct plat_event ev = {.why = PLAT_SYSCALL};

	check(g.ops->context_attach(g.pc) == 0);
	for (uint64_t i = 0; i < 300 && (ev.why == PLAT_SYSCALL || ev.why == PLAT_FAULT); i++) {
		struct region own = a->own[i % a->nown];
		struct lx_user_regs regs = guest_regs_at(CODE);

		regs.rax = i * 0x9e3779b97f4a7c15;
		regs.rdi = own.lo + regs.rax % (own.hi - own.lo) / 4096 * 4096;
		regs.rsi = MIN(own.hi, regs.rdi + 4096);
		if (g.ops->set_regs(g.pc, &regs) < 0)
			break;
		check(g.ops->context_switch(g.pc, &ev) == 0);
	}
	g.ops->context_free(g.pc);
	return NULL;
}

CONFORMANCE(sibling_that_writes_over_the_stub_harms_its_own_alone)
{
	struct attack a, scribbler;
	pthread_t thread;
	int r = 0;

	attack_start(&a, ops, code_fill, code_fill_end);
	scribbler = a;
	scribbler.g.pc = guest_new_context(&a.g);
	thread = start_thread(scribble, &scribbler);
	for (uint64_t i = 0; i < 200 && r != -ESRCH; i++) {
		struct plat_cmd cmd = {.op = PLAT_MAP,
				       .addr = MORE + i * 4096,
				       .len = 4096,
				       .flags = MAP_PRIVATE,
				       .fd = -1};
		struct aspace *copy;
		uint32_t old;

		r = a.g.ops->run(a.g.pc, &cmd, 1);
		if (r == 0)
			r = a.g.ops->cmpxchg32(a.g.pc, DATA, 0, 0, &old);
		if (i % 20 == 0 && a.g.ops->aspace_fork(a.g.pc, &copy) == 0)
			a.g.ops->aspace_free(copy);
	}
	pthread_join(thread, NULL);
	expect_witness(&a);
	attack_end(&a);
}

CONFORMANCE_MAIN()
