/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Executing a set-uid program makes its owner the effective user, tells AT_SECURE, and not under
 * no_new_privs.
 */
#include "guest.h"

#include <sys/prctl.h>

static int inside(const char *want)
{
	uid_t r, e, s;

	EXPECT_OK(getresuid(&r, &e, &s));
	EXPECT_EQ(r, 1500);
	if (strcmp(want, "suid") == 0) {
		EXPECT_EQ(e, 2500);
		EXPECT_EQ(s, 2500);
		EXPECT_EQ(getauxval(AT_SECURE), 1);
		EXPECT_EQ(getauxval(AT_EUID), 2500);
	} else {
		EXPECT_EQ(e, 1500);
		EXPECT_EQ(s, 1500);
		EXPECT_EQ(getauxval(AT_SECURE), 0);
	}
	_exit(12);
}

static void copy_self(const char *to)
{
	static char buf[65536];
	int from = EXPECT_OK(open(guest_self(), O_RDONLY | O_CLOEXEC));
	int fd = EXPECT_OK(open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0755));
	ssize_t n;

	while ((n = EXPECT_OK(read(from, buf, sizeof(buf)))) > 0)
		EXPECT_EQ(write(fd, buf, (size_t)n), n);
	EXPECT_OK(close(fd));
	EXPECT_OK(close(from));
}

int main(int argc, char **argv)
{
	if (argc > 1)
		inside(argv[1]);
	guest_tmpdir();
	EXPECT_OK(chmod(".", 0755));
	copy_self("prog");
	EXPECT_OK(chown("prog", 2500, 2500));
	EXPECT_OK(chmod("prog", 04755));

	for (int no_new_privs = 0; no_new_privs < 2; no_new_privs++) {
		if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 && !no_new_privs)
			continue; /* the container says so already */
		pid_t pid = guest_fork();
		if (pid == 0) {
			EXPECT_OK(setresuid(1500, 1500, 1500));
			if (no_new_privs)
				EXPECT_OK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
			execl("./prog", "prog", no_new_privs ? "plain" : "suid", (char *)NULL);
			DIE("exec");
		}
		EXPECT_EXIT(pid, 12);
	}
	return 0;
}
