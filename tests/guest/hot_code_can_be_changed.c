/* SPDX-License-Identifier: Apache-2.0 */
/* Code whose calls are hot can be made writable, and is what the file says then; it can be changed,
 * moved, unmapped and replaced, also while other threads execute it. */
#include "guest.h"

#include <elf.h>

enum { HOT = 200, PAGE = 4096 };

/* As compilers lay out the libc's: room up to the next function. */
__asm__(".pushsection .text\n .balign 16\n hot_getpid: mov $39, %eax\n syscall\n ret\n .balign 16\n"
	"hot_end: .popsection");
extern const unsigned char hot_getpid[];

static const unsigned char original[8] = {0xb8, 39, 0, 0, 0, 0x0f, 0x05, 0xc3};

/* The pages of our own code, from the file. */
static uint64_t code_off, code_len, hot_at;

static void find_code(int fd)
{
	extern const Elf64_Ehdr __ehdr_start;
	const Elf64_Phdr *p = (const void *)((const char *)&__ehdr_start + __ehdr_start.e_phoff);
	uint64_t at = (uint64_t)(hot_getpid - (const unsigned char *)&__ehdr_start);

	(void)fd;
	for (int i = 0; i < __ehdr_start.e_phnum; i++, p++) {
		if (p->p_type != PT_LOAD || !(p->p_flags & PF_X))
			continue;
		code_off = p->p_offset & ~(uint64_t)(PAGE - 1);
		code_len =
			((p->p_offset + p->p_filesz + PAGE - 1) & ~(uint64_t)(PAGE - 1)) - code_off;
		hot_at = at - p->p_vaddr + p->p_offset - code_off;
	}
	EXPECT(code_len > 0 && hot_at < code_len);
}

/* Map the file as ld.so does: all of it to be read, its code to be executed. */
static char *map_code(int fd)
{
	char *all = mmap(NULL, code_off + code_len, PROT_READ, MAP_PRIVATE, fd, 0);

	EXPECT(all != MAP_FAILED);
	EXPECT_EQ(mmap(all + code_off, code_len, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED, fd,
		       (off_t)code_off) == all + code_off,
		  1);
	return all + code_off;
}

static void heat(char *code)
{
	long (*call)(void) = (long (*)(void))(uintptr_t)(code + hot_at);
	pid_t pid = (pid_t)syscall(SYS_getpid);

	for (int i = 0; i < HOT; i++)
		EXPECT_EQ(call(), pid);
}

static void becomes_writable(int fd)
{
	char *code = map_code(fd);

	heat(code);
	EXPECT_OK(mprotect(code, code_len, PROT_READ | PROT_WRITE | PROT_EXEC));
	EXPECT_EQ(memcmp(code + hot_at, original, sizeof(original)), 0);
	heat(code);
	code[hot_at + 1] = SYS_getppid;
	EXPECT_EQ(((long (*)(void))(uintptr_t)(code + hot_at))(), getppid());
	code[hot_at + 1] = SYS_getpid;
	EXPECT_OK(mprotect(code, code_len, PROT_READ | PROT_EXEC));
	heat(code);
	EXPECT_OK(mprotect(code, code_len, PROT_READ));
	EXPECT_OK(mprotect(code, code_len, PROT_READ | PROT_EXEC));
	heat(code);
	EXPECT_OK(munmap(code - code_off, code_off + code_len));
}

static void goes_in_parts(int fd)
{
	char *code = map_code(fd);
	uint64_t page = hot_at & ~(uint64_t)(PAGE - 1);
	char *moved;

	heat(code);
	if (page + PAGE < code_len) {
		EXPECT_OK(munmap(code + page + PAGE, code_len - page - PAGE));
		heat(code);
	}
	EXPECT_OK(madvise(code + page, PAGE, MADV_DONTNEED));
	heat(code);
	moved = mremap(code + page, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
		       mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	EXPECT(moved != MAP_FAILED);
	heat(moved - page);
	EXPECT_OK(munmap(moved, PAGE));
	code = map_code(fd);
	heat(code);
	moved = mremap(code, code_len, code_len, MREMAP_MAYMOVE | MREMAP_FIXED,
		       mmap(NULL, code_len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	EXPECT(moved != MAP_FAILED);
	heat(moved);
}

static char *shared_code;
static _Atomic int stop;

static void *executes(void *arg)
{
	while (!stop)
		heat(shared_code);
	return arg;
}

static void changes_under_threads(int fd)
{
	pthread_t threads[2];

	for (int round = 0; round < 30; round++) {
		shared_code = map_code(fd);
		stop = 0;
		for (int i = 0; i < 2; i++)
			EXPECT_EQ(pthread_create(&threads[i], NULL, executes, NULL), 0);
		heat(shared_code);
		EXPECT_OK(mprotect(shared_code, code_len, PROT_READ | PROT_WRITE | PROT_EXEC));
		EXPECT_EQ(memcmp(shared_code + hot_at, original, sizeof(original)), 0);
		heat(shared_code);
		stop = 1;
		for (int i = 0; i < 2; i++)
			EXPECT_EQ(pthread_join(threads[i], NULL), 0);
		EXPECT_OK(munmap(shared_code - code_off, code_off + code_len));
	}
}

int main(void)
{
	int fd = open(guest_self(), O_RDONLY);

	EXPECT(fd >= 0);
	find_code(fd);
	becomes_writable(fd);
	goes_in_parts(fd);
	changes_under_threads(fd);
	return 0;
}
