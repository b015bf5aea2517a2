/* SPDX-License-Identifier: Apache-2.0 */
/* execve refuses with the right errno and leaves the caller running. */
#include "guest.h"

static char *const args[] = {"x", NULL};
static char *const env[] = {NULL};

static char *big_string(size_t n)
{
	char *s = malloc(n + 1);

	EXPECT(s != NULL);
	memset(s, 'x', n);
	s[n] = 0;
	return s;
}

int main(void)
{
	char *huge = big_string(32 * 4096), *longname = big_string(5000);
	char *huge_args[] = {"x", huge, NULL};

	guest_tmpdir();
	guest_write_file("text", "just text\n", 0755);
	guest_write_file("empty", "", 0755);
	guest_write_file("elfish", "\177ELF then nothing that makes sense, many bytes", 0755);
	guest_write_file("plain", "#!/bin/true\n", 0644);
	EXPECT_OK(symlink("loop", "loop"));

	EXPECT_ERRNO(execve("nonexistent", args, env), ENOENT);
	EXPECT_ERRNO(execve("", args, env), ENOENT);
	EXPECT_ERRNO(execve("plain", args, env), EACCES);
	EXPECT_ERRNO(execve("/tmp", args, env), EACCES);
	EXPECT_ERRNO(execve("/dev/null", args, env), EACCES);
	EXPECT_ERRNO(execve("text", args, env), ENOEXEC);
	EXPECT_ERRNO(execve("empty", args, env), ENOEXEC);
	EXPECT_ERRNO(execve("elfish", args, env), ENOEXEC);
	EXPECT_ERRNO(execve("text/x", args, env), ENOTDIR);
	EXPECT_ERRNO(execve("loop", args, env), ELOOP);
	EXPECT_ERRNO(execve(longname, args, env), ENAMETOOLONG);
	EXPECT_ERRNO(execve("/bin/true", huge_args, env), E2BIG);
	EXPECT_ERRNO(execve("/bin/true", args, huge_args), E2BIG);
	EXPECT_ERRNO(execve(BAD_PTR, args, env), EFAULT);
	EXPECT_ERRNO(execve("/bin/true", BAD_PTR, env), EFAULT);
	EXPECT_ERRNO(execve("/bin/true", args, BAD_PTR), EFAULT);
	char *const wild[] = {"x", BAD_PTR, NULL};
	EXPECT_ERRNO(execve("/bin/true", wild, env), EFAULT);
	free(huge);
	free(longname);
	return 0;
}
