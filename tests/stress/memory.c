/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs that change an address space under everybody's feet, each in a corner of its own. */
#include "stress.h"

#define REGION_PAGES 16UL

static void *map_pages(size_t n, int prot)
{
	return EXPECT_OK(mmap(NULL, n * PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

/* Does this access fault? */
static bool faults_on_read(const volatile uint64_t *p)
{
	if (sigsetjmp(fault_jump, 1))
		return true;
	expects_fault = 1;
	(void)*p;
	expects_fault = 0;
	return false;
}

static bool faults_on_write(volatile uint64_t *p)
{
	uint64_t was;

	if (sigsetjmp(fault_jump, 1))
		return true;
	expects_fault = 1;
	was = *p;
	*p = was;
	expects_fault = 0;
	return false;
}

/* Flip the protection of a few pages; accesses fault exactly where they should, and no word of the
 * content is lost. */
void job_protect(struct job *j)
{
	static const int prots[] = {PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE,
				    PROT_READ | PROT_EXEC};

	if (!j->memory) {
		j->memory = map_pages(REGION_PAGES, PROT_READ | PROT_WRITE);
		for (size_t i = 0; i < REGION_PAGES * PAGE / 8; i++)
			((uint64_t *)j->memory)[i] = i * 3;
	}
	size_t first = job_random(j) % REGION_PAGES;
	size_t n = 1 + job_random(j) % (REGION_PAGES - first);
	int prot = prots[job_random(j) % ARRAY_SIZE(prots)];
	char *at = (char *)j->memory + first * PAGE;

	EXPECT_OK(mprotect(at, n * PAGE, prot));
	for (size_t i = 0; i < n; i++) {
		volatile uint64_t *p = (uint64_t *)(void *)(at + i * PAGE + 8 * (i % 512));

		EXPECT_EQ(faults_on_read(p), prot == PROT_NONE);
		EXPECT_EQ(faults_on_write(p), !(prot & PROT_WRITE));
	}
	EXPECT_OK(mprotect(at, n * PAGE, PROT_READ | PROT_WRITE));
	for (size_t i = first * PAGE / 8; i < (first + n) * PAGE / 8; i += 61)
		EXPECT_EQ(((uint64_t *)j->memory)[i], i * 3);
}

/* Map, fill, cut a hole, move, look, unmap. */
void job_map(struct job *j)
{
	size_t n = 4 + job_random(j) % 60;
	uint64_t mark = job_random(j);
	char *p = map_pages(n, PROT_READ | PROT_WRITE);

	for (size_t i = 0; i < n; i++)
		*(uint64_t *)(void *)(p + i * PAGE) = mark + i;
	EXPECT_OK(munmap(p + PAGE, PAGE));
	char *q = EXPECT_OK(mremap(p + 2 * PAGE, (n - 2) * PAGE, 2 * n * PAGE, MREMAP_MAYMOVE));
	for (size_t i = 0; i < n - 2; i++)
		EXPECT_EQ(*(uint64_t *)(void *)(q + i * PAGE), mark + i + 2);
	for (size_t i = n - 2; i < 2 * n; i++)
		EXPECT_EQ(*(uint64_t *)(void *)(q + i * PAGE), 0);
	EXPECT_OK(madvise(q, PAGE, MADV_DONTNEED));
	EXPECT_EQ(*(uint64_t *)(void *)q, 0);
	EXPECT_OK(munmap(q, 2 * n * PAGE));
	EXPECT_EQ(*(uint64_t *)(void *)p, mark);
	EXPECT_OK(munmap(p, PAGE));
}

/* A file mapped twice, written and read through both and through the descriptor. */
void job_share(struct job *j)
{
	uint64_t mark = job_random(j), got = 0;
	int fd = EXPECT_OK(memfd_create("stress", MFD_CLOEXEC));
	uint64_t *a, *b;

	EXPECT_OK(ftruncate(fd, 4 * (off_t)PAGE));
	a = EXPECT_OK(mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
	b = EXPECT_OK(mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED, fd, 0));
	for (size_t i = 0; i < 4 * PAGE / 8; i += 97) {
		a[i] = mark ^ i;
		EXPECT_EQ(b[i], mark ^ i);
	}
	EXPECT_EQ(pread(fd, &got, 8, 97 * 8), 8);
	EXPECT_EQ(got, mark ^ 97);
	got = ~mark;
	EXPECT_EQ(pwrite(fd, &got, 8, 2 * (off_t)PAGE), 8);
	EXPECT_EQ(b[2 * PAGE / 8], ~mark);
	EXPECT_OK(munmap(a, 4 * PAGE));
	EXPECT_EQ(b[2 * PAGE / 8], ~mark);
	EXPECT_OK(munmap(b, 4 * PAGE));
	EXPECT_OK(close(fd));
}

/* mov $value, %eax; ret */
static void write_function(unsigned char *p, uint32_t value)
{
	p[0] = 0xb8;
	memcpy(p + 1, &value, sizeof(value));
	p[5] = 0xc3;
}

static uint32_t call_function(const unsigned char *p)
{
	uint32_t (*f)(void);

	memcpy(&f, &p, sizeof(f));
	return f();
}

/* As a compiler at run time: write code, make it executable, run it, throw it away. */
void job_generate(struct job *j)
{
	uint32_t value = (uint32_t)job_random(j);
	unsigned char *p = map_pages(1, PROT_READ | PROT_WRITE);

	for (size_t at = 0; at < PAGE; at += 64)
		write_function(p + at, value + (uint32_t)at);
	EXPECT_OK(mprotect(p, PAGE, PROT_READ | PROT_EXEC));
	for (size_t at = 0; at < PAGE; at += 64)
		EXPECT_EQ(call_function(p + at), value + (uint32_t)at);
	EXPECT(faults_on_write((uint64_t *)(void *)p));
	EXPECT_OK(mprotect(p, PAGE, PROT_READ | PROT_WRITE));
	write_function(p, ~value);
	EXPECT_OK(mprotect(p, PAGE, PROT_READ | PROT_EXEC));
	EXPECT_EQ(call_function(p), ~value);
	EXPECT_OK(munmap(p, PAGE));
}

/* mov $39, %eax; syscall; ret, with a number that changes: code that changes itself, and calls. */
static const unsigned char calling[] = {0xb8, 39, 0, 0, 0, 0x0f, 0x05, 0xc3};

void job_modify(struct job *j)
{
	static const struct {
		unsigned char nr;
		bool is_tid;
	} calls[] = {{39, false}, {186, true}};
	unsigned char *p = j->memory;

	if (!p) {
		p = map_pages(2, PROT_READ | PROT_WRITE | PROT_EXEC);
		j->memory = p;
	}
	for (int i = 0; i < 50; i++) {
		uint32_t value = (uint32_t)job_random(j);

		write_function(p, value);
		EXPECT_EQ(call_function(p), value);
	}
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		memcpy(p + PAGE, calling, sizeof(calling));
		p[PAGE + 1] = calls[i].nr;
		EXPECT_EQ(call_function(p + PAGE), calls[i].is_tid ? j->tid : getpid());
	}
}
