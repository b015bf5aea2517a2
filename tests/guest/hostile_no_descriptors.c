/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process that closes every descriptor it could have goes on, its C library too, and opens new
 * ones from 0.
 */
#include "guest.h"

#include <dirent.h>
#include <grp.h>
#include <pwd.h>
#include <sys/utsname.h>

static void without(void)
{
	struct utsname u;
	char cwd[4096];

	for (int fd = -2; fd < 5000; fd++)
		close(fd);
	syscall(SYS_close_range, 0, UINT32_MAX, 0);
	close(INT32_MAX);
	close(INT32_MIN);
	printf("to nowhere\n");
	fflush(stdout);
	puts("and again");
	perror("nowhere");
	char *m = malloc(1 << 22);
	if (!m || uname(&u) || !getcwd(cwd, sizeof(cwd)))
		_exit(2);
	memset(m, 1, 1 << 22);
	free(m);
	getpwnam("root");
	if (time(NULL) == -1 || isatty(0))
		_exit(3);
	FILE *f = fopen("f", "w+");
	if (!f || fileno(f) != 0 || fprintf(f, "%d", 42) != 2 || fclose(f))
		_exit(4);
	DIR *d = opendir(".");
	if (!d || !readdir(d) || closedir(d))
		_exit(5);
	pid_t pid = fork();
	if (pid == 0)
		_exit(6);
	int status;
	if (waitpid(pid, &status, 0) != pid || WEXITSTATUS(status) != 6)
		_exit(7);
	char *argv[] = {(char *)(uintptr_t) "true", NULL};
	execv("/bin/true", argv);
	_exit(8);
}

int main(void)
{
	guest_tmpdir();
	pid_t pid = guest_fork();
	if (pid == 0)
		without();
	EXPECT_EXIT(pid, 0);
	return 0;
}
