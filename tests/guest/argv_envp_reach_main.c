/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arguments and environment reach main exactly as execve was given them: empty strings, order and
 * the final NULL kept.
 */
#include "guest.h"

extern char **environ;

static int inside(int argc, char **argv)
{
	EXPECT_EQ(argc, 4);
	EXPECT_STR(argv[0], "zero");
	EXPECT_STR(argv[1], "");
	EXPECT_STR(argv[2], "two words");
	EXPECT_STR(argv[3], "\xff\x01");
	EXPECT(argv[4] == NULL);
	EXPECT_STR(environ[0], "INSIDE=1");
	EXPECT_STR(environ[1], "EMPTY=");
	EXPECT_STR(environ[2], "no-equals-sign");
	EXPECT(environ[3] == NULL);
	return 0;
}

int main(int argc, char **argv)
{
	static char *const args[] = {"zero", "", "two words", "\xff\x01", NULL};
	static char *const env[] = {"INSIDE=1", "EMPTY=", "no-equals-sign", NULL};

	if (getenv("INSIDE"))
		return inside(argc, argv);

	pid_t pid = guest_fork();
	if (pid == 0) {
		execve(guest_self(), args, env);
		DIE("execve");
	}
	EXPECT_EXIT(pid, 0);
	return 0;
}
