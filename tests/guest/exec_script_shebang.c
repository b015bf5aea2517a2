/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A #! file runs its interpreter with one optional argument, the path of the script and the
 * script's arguments.
 */
#include "guest.h"

static void inside(int argc, char **argv)
{
	EXPECT_EQ(argc, 5);
	EXPECT_STR(argv[1], "one argument");
	EXPECT_STR(argv[2], "./script");
	EXPECT_STR(argv[3], "a");
	EXPECT_STR(argv[4], "b");
	_exit(21);
}

static pid_t run(const char *path)
{
	pid_t pid = guest_fork();

	if (pid == 0) {
		execl(path, "replaced", "a", "b", (char *)NULL);
		_exit(errno);
	}
	return pid;
}

int main(int argc, char **argv)
{
	char text[4500];

	if (argc > 1 && strcmp(argv[1], "one argument") == 0)
		inside(argc, argv);

	guest_tmpdir();
	snprintf(text, sizeof(text), "#! %s   one argument  \nignored\n", guest_self());
	guest_write_file("script", text, 0755);
	EXPECT_EXIT(run("./script"), 21);

	guest_write_file("sh", "#!/bin/sh\nexit 22\n", 0755);
	EXPECT_EXIT(run("./sh"), 22);
	guest_write_file("noeol", "#!/bin/false", 0755);
	EXPECT_EXIT(run("./noeol"), 1);

	/* Scripts of scripts, up to a limit. */
	guest_write_file("nested", "#!./sh\n", 0755);
	EXPECT_EXIT(run("./nested"), 22);
	guest_write_file("loop", "#!./loop\n", 0755);
	EXPECT_EXIT(run("./loop"), ELOOP);

	guest_write_file("lost", "#!/nonexistent/interpreter\n", 0755);
	EXPECT_EXIT(run("./lost"), ENOENT);
	guest_write_file("empty", "#!\n", 0755);
	EXPECT_EXIT(run("./empty"), ENOEXEC);
	guest_write_file("noexec", "#!/bin/sh\n", 0644);
	EXPECT_EXIT(run("./noexec"), EACCES);
	return 0;
}
