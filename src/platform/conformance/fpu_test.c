/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Floating point and vector state: the image that goes out and in, and that the guest keeps what it
 * loaded, as wide as the host's registers are, over whatever stops it.
 *
 * Guest code for the latter fills registers from IN, comes to a stop, stores them to OUT, and ends
 * in ud2.
 */
#include "platform/conformance/test_conformance.h"

SNIPPET(code_xmm, "movdqu (%rdi), %xmm3\n mov $39, %eax\n syscall\n movdqu %xmm3, 16(%rdi)\n ud2");
SNIPPET(code_control_words,
	"movl $0x1f00, (%rdi)\n ldmxcsr (%rdi)\n movw $0x27f, (%rdi)\n fldcw (%rdi)\n mov $39, %eax\n"
	"syscall\n stmxcsr (%rdi)\n fnstcw 8(%rdi)\n ud2");

#define IN  DATA
#define OUT (DATA + 0x1000)
/* Places of IN and OUT, in this order: 32 vector registers of 64 bytes, 8 masks, 8 x87, mxcsr. */
#define VECTORS "0"
#define MASKS   "2048"
#define X87     "2112"
#define MXCSR   "2240"
enum { AT_MASKS = 2048, AT_X87 = 2112, AT_MXCSR = 2240, STATE = 2244, GO = 2304 };

#define ALL16 "0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15"
#define ALL32 ALL16 ",16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31"
#define FILL_LEGACY                                                                                \
	"lea 0x1000(%rdi), %rsi\n"                                                                 \
	".irp n,7,6,5,4,3,2,1,0\n fldt " X87 "+16*\\n(%rdi)\n .endr\n ldmxcsr " MXCSR "(%rdi)\n"
#define DUMP_LEGACY                                                                                \
	"stmxcsr " MXCSR "(%rsi)\n .irp n,0,1,2,3,4,5,6,7\n fstpt " X87 "+16*\\n(%rsi)\n .endr\n"
#define FILL_SSE FILL_LEGACY ".irp n," ALL16 "\n movdqu 64*\\n(%rdi), %xmm\\n\n .endr\n"
#define DUMP_SSE ".irp n," ALL16 "\n movdqu %xmm\\n, 64*\\n(%rsi)\n .endr\n" DUMP_LEGACY
#define FILL_AVX FILL_LEGACY ".irp n," ALL16 "\n vmovdqu 64*\\n(%rdi), %ymm\\n\n .endr\n"
#define DUMP_AVX ".irp n," ALL16 "\n vmovdqu %ymm\\n, 64*\\n(%rsi)\n .endr\n" DUMP_LEGACY
#define FILL_WIDE                                                                                  \
	FILL_LEGACY ".irp n," ALL32 "\n vmovdqu64 64*\\n(%rdi), %zmm\\n\n .endr\n"                 \
		    ".irp n,0,1,2,3,4,5,6,7\n kmovw " MASKS "+8*\\n(%rdi), %k\\n\n .endr\n"
#define DUMP_WIDE                                                                                  \
	".irp n," ALL32 "\n vmovdqu64 %zmm\\n, 64*\\n(%rsi)\n .endr\n"                             \
	".irp n,0,1,2,3,4,5,6,7\n kmovw %k\\n, " MASKS "+8*\\n(%rsi)\n .endr\n" DUMP_LEGACY
#define BY_CALL  "mov $39, %eax\n syscall\n"
#define BY_FAULT "ud2\n"
#define BY_SPIN  "1: pause\n cmpl $0, 2304(%rdi)\n je 1b\n"
#define END      "ud2"

SNIPPET(sse_call, FILL_SSE BY_CALL DUMP_SSE END);
SNIPPET(sse_fault, FILL_SSE BY_FAULT DUMP_SSE END);
SNIPPET(sse_spin, FILL_SSE BY_SPIN DUMP_SSE END);
SNIPPET(avx_call, FILL_AVX BY_CALL DUMP_AVX END);
SNIPPET(avx_fault, FILL_AVX BY_FAULT DUMP_AVX END);
SNIPPET(avx_spin, FILL_AVX BY_SPIN DUMP_AVX END);
SNIPPET(wide_call, FILL_WIDE BY_CALL DUMP_WIDE END);
SNIPPET(wide_fault, FILL_WIDE BY_FAULT DUMP_WIDE END);
SNIPPET(wide_spin, FILL_WIDE BY_SPIN DUMP_WIDE END);

/* Keeps ymm3 equal to (rdi) while it calls; rbx counts rounds; any difference is a ud2. */
SNIPPET(code_watch_ymm,
	"vmovdqu (%rdi), %ymm3\n 1: inc %rbx\n vpcmpeqq (%rdi), %ymm3, %ymm4\n vpmovmskb %ymm4, %eax\n"
	"cmp $-1, %eax\n jne 2f\n test $63, %rbx\n jnz 1b\n mov $39, %eax\n syscall\n jmp 1b\n 2: ud2");

enum width { SSE, AVX, WIDE, WIDTHS };
enum stop { STOP_CALL, STOP_FAULT, STOP_SPIN, STOPS };

static const struct code {
	const unsigned char *code, *end;
} codes[WIDTHS][STOPS] = {
	[SSE] = {{sse_call, sse_call_end}, {sse_fault, sse_fault_end}, {sse_spin, sse_spin_end}},
	[AVX] = {{avx_call, avx_call_end}, {avx_fault, avx_fault_end}, {avx_spin, avx_spin_end}},
	[WIDE] = {{wide_call, wide_call_end},
		  {wide_fault, wide_fault_end},
		  {wide_spin, wide_spin_end}},
};

static bool host_has(enum width width)
{
	if (width == AVX)
		return __builtin_cpu_supports("avx2");
	return width == SSE || __builtin_cpu_supports("avx512f");
}

/* What the guest loads; its OUT holds zeros where this host has no register. */
static void make_state(enum width width, unsigned char state[STATE])
{
	static const size_t bytes[] = {16, 32, 64}, registers[] = {16, 16, 32};
	const uint32_t mxcsr = 0x7f80; /* truncate */

	memset(state, 0, STATE);
	for (size_t n = 0; n < registers[width]; n++) {
		for (size_t i = 0; i < bytes[width]; i++)
			state[64 * n + i] = (unsigned char)(n * 7 + i * 3 + 1);
	}
	for (size_t n = 0; width == WIDE && n < 8; n++) {
		state[AT_MASKS + 8 * n] = (unsigned char)(0xa0 + n);
		state[AT_MASKS + 8 * n + 1] = (unsigned char)(0x50 + n);
	}
	for (size_t n = 0; n < 8; n++) { /* 1 + n / 128 */
		state[AT_X87 + 16 * n + 6] = (unsigned char)(n + 1);
		state[AT_X87 + 16 * n + 7] = 0x80;
		state[AT_X87 + 16 * n + 8] = 0xff;
		state[AT_X87 + 16 * n + 9] = 0x3f;
	}
	memcpy(state + AT_MXCSR, &mxcsr, sizeof(mxcsr));
}

static void expect_state(struct guest *g, enum width width)
{
	unsigned char want[STATE], got[STATE];

	make_state(width, want);
	EXPECT_EQ(guest_read(g, OUT, got, sizeof(got)), sizeof(got));
	EXPECT_MEMEQ(want, got, sizeof(got));
}

/* From the start of the code to the stop. */
static void come_to_stop(struct guest *g, enum width width, enum stop stop)
{
	unsigned char state[STATE];
	struct lx_user_regs regs = guest_regs_at(CODE);
	struct plat_event ev;

	make_state(width, state);
	EXPECT_EQ(guest_write(g, IN, state, sizeof(state)), sizeof(state));
	EXPECT_EQ(g->ops->set_regs(g->pc, &regs), 0);
	if (stop == STOP_SPIN) {
		/* Every instruction up to the loop was executed once rip is in it. */
		do {
			g->ops->context_interrupt(g->pc);
			EXPECT_EQ(guest_switch(g).why, PLAT_INTERRUPTED);
			g->ops->set_step(g->pc, true);
			EXPECT_EQ(guest_switch(g).fault.signo, SIGTRAP);
			regs = guest_regs(g);
		} while (regs.rip <
			 CODE + (uint64_t)(codes[width][stop].end - codes[width][stop].code) / 2 -
				 8);
	} else {
		ev = guest_switch(g);
		EXPECT_EQ(ev.why, stop == STOP_CALL ? PLAT_SYSCALL : PLAT_FAULT);
	}
}

/* From the stop to the end of the code. */
static void go_on(struct guest *g, enum stop stop)
{
	struct lx_user_regs regs;
	uint32_t one = 1;

	if (stop == STOP_CALL) {
		g->ops->set_result(g->pc, 0);
	} else if (stop == STOP_FAULT) {
		regs = guest_regs(g);
		regs.rip += 2;
		EXPECT_EQ(g->ops->set_regs(g->pc, &regs), 0);
	} else {
		EXPECT_EQ(guest_write(g, DATA + GO, &one, sizeof(one)), sizeof(one));
	}
	EXPECT_EQ(guest_switch(g).fault.signo, SIGILL);
}

/* What a Sentry does meanwhile. */
static void disturb(struct guest *g)
{
	_Alignas(64) char image[PLAT_FPU_MAX];
	struct lx_user_regs regs;
	struct plat_abilities able;
	struct aspace *copy;
	uint32_t old;

	g->ops->abilities(g->p, &able);
	EXPECT_EQ(guest_map(g, MORE, 8192, PROT_READ | PROT_WRITE), 0);
	EXPECT_EQ(g->ops->cmpxchg32(g->pc, MORE, 0, 1, &old), 0);
	EXPECT_EQ(g->ops->get_fpu(g->pc, image, able.fpu_size), 0);
	EXPECT_EQ(g->ops->aspace_fork(g->pc, &copy), 0);
	g->ops->aspace_free(copy);
	regs = guest_regs(g);
	EXPECT_EQ(g->ops->set_regs(g->pc, &regs), 0);
	g->ops->context_interrupt(g->pc);
	EXPECT_EQ(guest_switch(g).why, PLAT_INTERRUPTED);
}

static void state_survives(const struct platform_ops *ops, enum stop stop)
{
	for (enum width width = SSE; width < WIDTHS; width++) {
		const struct code *c = &codes[width][stop];
		struct guest g;

		if (!host_has(width))
			continue;
		guest_start_(&g, ops, c->code, c->end);
		come_to_stop(&g, width, stop);
		go_on(&g, stop);
		expect_state(&g, width);
		guest_end(&g);

		guest_start_(&g, ops, c->code, c->end);
		come_to_stop(&g, width, stop);
		disturb(&g);
		go_on(&g, stop);
		expect_state(&g, width);
		guest_end(&g);
	}
}

CONFORMANCE(vector_state_survives_a_system_call)
{
	state_survives(ops, STOP_CALL);
}

CONFORMANCE(vector_state_survives_a_fault)
{
	state_survives(ops, STOP_FAULT);
}

CONFORMANCE(vector_state_survives_an_interruption)
{
	state_survives(ops, STOP_SPIN);
}

/* An image taken from one context is that context's state in another. */
static void state_travels(const struct platform_ops *ops, enum width width, enum stop stop)
{
	_Alignas(64) char image[PLAT_FPU_MAX];
	const struct code *c = &codes[width][stop];
	struct plat_abilities able;
	struct guest parent, child;

	guest_start_(&parent, ops, c->code, c->end);
	parent.ops->abilities(parent.p, &able);
	come_to_stop(&parent, width, stop);
	child = guest_fork(&parent);
	EXPECT_EQ(parent.ops->get_fpu(parent.pc, image, able.fpu_size), 0);
	EXPECT_EQ(child.ops->set_fpu(child.pc, image, able.fpu_size), 0);
	go_on(&child, stop == STOP_CALL ? STOP_SPIN : stop);
	expect_state(&child, width);
	go_on(&parent, stop);
	expect_state(&parent, width);
	guest_leave(&child);
	guest_end(&parent);
}

CONFORMANCE(vector_state_travels_to_a_copy)
{
	for (enum width width = SSE; width < WIDTHS; width++) {
		if (!host_has(width))
			continue;
		for (enum stop stop = STOP_CALL; stop < STOPS; stop++)
			state_travels(ops, width, stop);
	}
}

struct kicker {
	struct guest *g;
	atomic_int stop;
};

static void *kick_until(void *arg)
{
	struct kicker *k = arg;

	while (!atomic_load(&k->stop))
		k->g->ops->context_interrupt(k->g->pc);
	return NULL;
}

CONFORMANCE(wide_registers_survive_many_interruptions_and_calls)
{
	struct guest g;
	struct kicker k = {.g = &g};
	unsigned char state[STATE];
	pthread_t thread;

	if (!host_has(AVX))
		TEST_SKIP("the processor has no AVX2");
	guest_start(&g, ops, code_watch_ymm);
	make_state(AVX, state);
	EXPECT_EQ(guest_write(&g, IN, state, sizeof(state)), sizeof(state));
	thread = start_thread(kick_until, &k);
	for (int calls = 0; calls < 1000;) {
		struct plat_event ev = guest_switch(&g);

		EXPECT_TRUE(ev.why == PLAT_INTERRUPTED || ev.why == PLAT_SYSCALL);
		calls += ev.why == PLAT_SYSCALL;
	}
	atomic_store(&k.stop, 1);
	pthread_join(thread, NULL);
	guest_end(&g);
}

CONFORMANCE(fpu_image_goes_out_and_in)
{
	struct guest g;
	struct plat_abilities able;
	_Alignas(64) char image[PLAT_FPU_MAX] = {0};
	char bytes[16] = "sixteen letters", back[16];
	enum { XMM3_AT = 160 + 3 * 16 };

	guest_start(&g, ops, code_xmm);
	g.ops->abilities(g.p, &able);
	EXPECT_TRUE(able.fpu_size >= 576 && able.fpu_size <= PLAT_FPU_MAX);
	EXPECT_EQ(guest_write(&g, DATA, bytes, 16), 16);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	EXPECT_EQ(g.ops->get_fpu(g.pc, image, able.fpu_size), 0);
	EXPECT_MEMEQ(image + XMM3_AT, bytes, 16);
	image[XMM3_AT] = 'S';
	EXPECT_EQ(g.ops->set_fpu(g.pc, image, able.fpu_size), 0);
	EXPECT_EQ(guest_switch(&g).fault.signo, SIGILL);
	EXPECT_EQ(guest_read(&g, DATA + 16, back, 16), 16);
	EXPECT_STREQ(back, "Sixteen letters");
	guest_end(&g);
}

CONFORMANCE(fpu_image_of_zeros_is_the_initial_state)
{
	struct guest g;
	char image[576] = {0};
	uint32_t mxcsr = 0;
	uint16_t control = 0;

	guest_start(&g, ops, code_control_words);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	EXPECT_EQ(g.ops->set_fpu(g.pc, image, sizeof(image)), 0);
	EXPECT_EQ(guest_switch(&g).fault.signo, SIGILL);
	EXPECT_EQ(guest_read(&g, DATA, &mxcsr, 4), 4);
	EXPECT_EQ(guest_read(&g, DATA + 8, &control, 2), 2);
	EXPECT_EQ(mxcsr, 0x1f80);
	EXPECT_EQ(control, 0x37f);
	guest_end(&g);
}

/* Nothing of what was there before shows through. */
CONFORMANCE(fpu_image_of_zeros_clears_the_widest_registers)
{
	for (enum width width = SSE; width < WIDTHS; width++) {
		const struct code *c = &codes[width][STOP_CALL];
		char image[576] = {0}, none[AT_X87] = {0}, got[AT_X87];
		struct guest g;

		if (!host_has(width))
			continue;
		guest_start_(&g, ops, c->code, c->end);
		come_to_stop(&g, width, STOP_CALL);
		EXPECT_EQ(g.ops->set_fpu(g.pc, image, sizeof(image)), 0);
		go_on(&g, STOP_CALL);
		EXPECT_EQ(guest_read(&g, OUT, got, sizeof(got)), sizeof(got));
		EXPECT_MEMEQ(got, none, sizeof(none));
		guest_end(&g);
	}
}

CONFORMANCE(fpu_image_that_is_malformed_is_refused)
{
	struct guest g;
	struct plat_abilities able;
	_Alignas(64) char image[PLAT_FPU_MAX] = {0};
	uint64_t features = 3;

	guest_start(&g, ops, code_spin);
	g.ops->abilities(g.p, &able);
	EXPECT_EQ(g.ops->set_fpu(g.pc, image, 575), -EINVAL);
	EXPECT_EQ(g.ops->set_fpu(g.pc, image, able.fpu_size + 1), -EINVAL);
	EXPECT_EQ(g.ops->set_fpu(g.pc, image, 576), 0); /* everything initial */
	memcpy(image + 512, &features, sizeof(features));
	EXPECT_EQ(g.ops->set_fpu(g.pc, image, 576), 0);
	features = 1ULL << 62;
	memcpy(image + 512, &features, sizeof(features));
	EXPECT_EQ(g.ops->set_fpu(g.pc, image, able.fpu_size), -EINVAL);
	features = 3;
	memcpy(image + 512, &features, sizeof(features));
	image[24 + 3] = 0x7f; /* reserved bits of mxcsr */
	EXPECT_EQ(g.ops->set_fpu(g.pc, image, able.fpu_size), -EINVAL);
	guest_end(&g);
}

/* Linux looks at each byte of the header; a refused image leaves the state alone. */
CONFORMANCE(no_header_of_an_fpu_image_harms)
{
	const struct code *c = &codes[SSE][STOP_CALL];
	_Alignas(64) char good[PLAT_FPU_MAX] = {0}, image[PLAT_FPU_MAX];
	struct plat_abilities able;
	struct guest g;

	guest_start_(&g, ops, c->code, c->end);
	g.ops->abilities(g.p, &able);
	come_to_stop(&g, SSE, STOP_CALL);
	EXPECT_EQ(g.ops->get_fpu(g.pc, good, able.fpu_size), 0);
	for (size_t at = 512; at < 576; at++) {
		for (unsigned int bit = 0; bit < 8; bit++) {
			int r;

			memcpy(image, good, able.fpu_size);
			image[at] = (char)(image[at] | 1 << bit);
			if (memcmp(image, good, able.fpu_size) == 0)
				continue;
			r = g.ops->set_fpu(g.pc, image, able.fpu_size);
			EXPECT_TRUE(r == 0 || r == -EINVAL);
			if (at >= 520)
				EXPECT_EQ(r, -EINVAL);
		}
	}
	EXPECT_EQ(g.ops->set_fpu(g.pc, good, able.fpu_size), 0);
	go_on(&g, STOP_CALL);
	expect_state(&g, SSE);
	guest_end(&g);
}

CONFORMANCE_MAIN()
