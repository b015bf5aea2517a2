/* SPDX-License-Identifier: Apache-2.0 */
/* What programs about hot code share: images of ELF files that no linker made. */
#ifndef CAISSON_TESTS_IMAGES_H
#define CAISSON_TESTS_IMAGES_H

#include "guest.h"

#include <elf.h>

enum { PAGE = 4096, PAGES = 4, LEN = (1 + PAGES) * PAGE, HOT = 80 };

static const unsigned char wrapper[] = {0xb8, SYS_getpid, 0, 0, 0, 0x0f, 0x05, 0xc3};

static unsigned char image[LEN];

/* Headers that say: one segment of code, from the second page on, of filesz bytes. */
GUEST_FN void make_header(uint64_t filesz)
{
	Elf64_Ehdr *e = (Elf64_Ehdr *)image;
	Elf64_Phdr *p = (Elf64_Phdr *)(image + sizeof(*e));

	memset(image, 0, LEN);
	memcpy(e->e_ident, ELFMAG, SELFMAG);
	e->e_phoff = sizeof(*e);
	e->e_phentsize = sizeof(*p);
	e->e_phnum = 1;
	*p = (Elf64_Phdr){.p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_offset = PAGE};
	p->p_filesz = p->p_memsz = filesz;
}

/* A wrapper at this offset of the code, with no-ops up to the next boundary. */
GUEST_FN void make_wrapper(unsigned at)
{
	unsigned char *to = image + PAGE + at;

	memcpy(to, wrapper, sizeof(wrapper));
	for (to += sizeof(wrapper); (to - image) % 16 != 0; to++)
		*to = 0x90;
}

GUEST_FN char *map_image(void)
{
	char path[128];
	int fd;
	char *p;

	snprintf(path, sizeof(path), "%s/image", guest_tmpdir());
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0700);
	EXPECT(fd >= 0);
	EXPECT_EQ(write(fd, image, LEN), LEN);
	p = mmap(NULL, LEN, PROT_READ, MAP_PRIVATE, fd, 0);
	EXPECT(p != MAP_FAILED);
	EXPECT(mmap(p + PAGE, PAGES * PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED, fd,
		    PAGE) == p + PAGE);
	EXPECT_OK(close(fd));
	EXPECT_OK(unlink(path));
	return p;
}

GUEST_FN void heat(const char *code)
{
	long (*call)(void) = (long (*)(void))(uintptr_t)code;
	pid_t pid = getpid();

	for (int i = 0; i < HOT; i++)
		EXPECT_EQ(call(), pid);
}

#endif
