/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The auxiliary vector holds page size, random bytes, program name, program headers, the vDSO and
 * AT_SECURE 0.
 */
#include "guest.h"

#include <elf.h>
#include <link.h>

static int find_phdr(struct dl_phdr_info *info, size_t size, void *arg)
{
	(void)size;
	*(const void **)arg = info->dlpi_phdr;
	return 1; /* the first one is the program itself */
}

static int inside(const char *path)
{
	const unsigned char *random = (const unsigned char *)getauxval(AT_RANDOM);
	const char *execfn = (const char *)getauxval(AT_EXECFN);
	const char *platform = (const char *)getauxval(AT_PLATFORM);
	const char *vdso = (const char *)getauxval(AT_SYSINFO_EHDR);
	const void *phdr = NULL;
	unsigned int zeroes = 0;

	EXPECT_EQ(getauxval(AT_PAGESZ), 4096);
	EXPECT_EQ(getauxval(AT_CLKTCK), 100);
	EXPECT_EQ(getauxval(AT_SECURE), 0);
	EXPECT_EQ(getauxval(AT_UID), getuid());
	EXPECT_EQ(getauxval(AT_EUID), geteuid());
	EXPECT_EQ(getauxval(AT_GID), getgid());
	EXPECT_EQ(getauxval(AT_EGID), getegid());

	EXPECT(random != NULL);
	for (int i = 0; i < 16; i++)
		zeroes += random[i] == 0;
	EXPECT(zeroes < 8);

	EXPECT(execfn != NULL);
	EXPECT_STR(execfn, path); /* what execve was given, whatever argv[0] says */
	EXPECT(platform != NULL);
	EXPECT_STR(platform, "x86_64");

	EXPECT(vdso != NULL);
	EXPECT(memcmp(vdso, ELFMAG, SELFMAG) == 0);

	dl_iterate_phdr(find_phdr, &phdr);
	EXPECT_EQ(getauxval(AT_PHDR), (uintptr_t)phdr);
	EXPECT_EQ(getauxval(AT_PHENT), sizeof(Elf64_Phdr));
	EXPECT(getauxval(AT_PHNUM) > 3);
	EXPECT(getauxval(AT_ENTRY) != 0);
	EXPECT(getauxval(AT_BASE) != 0); /* dynamic: the interpreter sits somewhere */
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return inside(argv[1]);
	pid_t pid = guest_fork();
	if (pid == 0) {
		execl(guest_self(), "another-name", guest_self(), (char *)NULL);
		DIE("exec");
	}
	EXPECT_EXIT(pid, 0);
	return 0;
}
