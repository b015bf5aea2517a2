/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A static program has no interpreter: AT_BASE is 0, AT_ENTRY and AT_PHDR lie in the program, TLS
 * and IRELATIVE work.
 */
#include "guest.h"

#include <elf.h>

extern const Elf64_Ehdr __ehdr_start;
extern char etext;
static __thread int local = 6;

int main(void)
{
	uintptr_t start = (uintptr_t)&__ehdr_start;

	EXPECT_EQ(getauxval(AT_BASE), 0);
	EXPECT_EQ(getauxval(AT_PHDR), start + __ehdr_start.e_phoff);
	EXPECT_EQ(getauxval(AT_PHNUM), __ehdr_start.e_phnum);
	EXPECT(getauxval(AT_ENTRY) > start && getauxval(AT_ENTRY) < (uintptr_t)&etext);
	EXPECT(getauxval(AT_SYSINFO_EHDR) != 0);
	EXPECT_EQ(local, 6);
	EXPECT_EQ(strlen("chosen by the processor"), 23);
	return 0;
}
