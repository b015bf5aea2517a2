/* SPDX-License-Identifier: Apache-2.0 */
/* Hot calls in code that no compiler made, of images whose headers lie: each does what it says, and
 * so does what lies around it. */
#include "images.h"

static void odd_places(void)
{
	char *p;

	make_header(PAGES * PAGE - 300);
	for (unsigned at = 1; at + 32 < PAGES * PAGE - 300; at += 97)
		make_wrapper(at);
	p = map_image();
	for (unsigned at = 1; at + 32 < PAGES * PAGE - 300; at += 97)
		heat(p + PAGE + at);
	EXPECT_OK(munmap(p, LEN));
	/* Around the end of a page. */
	for (unsigned at = PAGE - 12; at <= PAGE; at++) {
		make_header(PAGES * PAGE - 300);
		make_wrapper(at);
		p = map_image();
		heat(p + PAGE + at);
		EXPECT_OK(munmap(p, LEN));
	}
}

static void lies(void)
{
	Elf64_Ehdr *e = (Elf64_Ehdr *)image;
	Elf64_Phdr *h = (Elf64_Phdr *)(image + sizeof(*e));
	char *p;

	for (int kind = 0; kind < 11; kind++) {
		unsigned at = 3 * PAGE + 128;

		make_header(3 * PAGE + 256);
		make_wrapper(at);
		switch (kind) {
		case 0: /* what is executed is behind the end */
			h->p_filesz = h->p_memsz = 3 * PAGE + 100;
			break;
		case 1:
			h->p_filesz = h->p_memsz = UINT64_MAX;
			break;
		case 2:
			h->p_offset = UINT64_MAX - 10;
			break;
		case 3:
			e->e_phnum = 0xffff;
			break;
		case 4:
			e->e_phoff = UINT64_MAX - 3;
			break;
		case 5:
			e->e_phentsize = 0;
			break;
		case 6: /* the slack is not empty */
			image[LEN - 1] = 1;
			break;
		case 7: /* no slack at all */
			h->p_filesz = h->p_memsz = PAGES * PAGE;
			break;
		case 8: /* hardly any */
			h->p_filesz = h->p_memsz = PAGES * PAGE - 9;
			break;
		case 9:
			e->e_phoff = PAGE - 8;
			break;
		default:
			break;
		}
		p = map_image();
		heat(p + PAGE + at);
		EXPECT_EQ(p[LEN - 1], kind == 6);
		EXPECT_OK(munmap(p, LEN));
	}
}

int main(void)
{
	odd_places();
	lies();
	return 0;
}
