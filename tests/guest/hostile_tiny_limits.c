/* SPDX-License-Identifier: Apache-2.0 */
/*
 * With any resource limit at zero or next to it a process gets errors or its signal, and can still
 * leave.
 */
#include "guest.h"

static void work(void)
{
	struct rlimit back;
	char buf[64];
	int p[2];

	if (pipe(p) == 0 && write(p[1], "x", 1) == 1 && read(p[0], buf, 1) != 1)
		_exit(2);
	int fd = open("f", O_RDWR | O_CREAT, 0600);
	if (fd >= 0 && write(fd, "xyz", 3) > 0)
		lseek(fd, 0, SEEK_SET);
	void *m = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (m != MAP_FAILED)
		*(volatile char *)m = 1;
	mlock(buf, sizeof(buf));
	sbrk(4096);
	pid_t pid = fork();
	if (pid == 0)
		_exit(0);
	if (pid > 0 && waitpid(pid, NULL, 0) != pid)
		_exit(3);
	for (int i = 0; i < RLIM_NLIMITS; i++)
		if (getrlimit((__rlimit_resource_t)i, &back))
			_exit(4);
	_exit(0);
}

/* Ends by itself or by a signal of the kernel's; 2 and up are broken promises. */
static void run_with(int what, rlim_t n, void (*run)(void))
{
	pid_t pid = guest_fork();

	if (pid == 0) {
		struct rlimit l = {n, n};

		if (setrlimit((__rlimit_resource_t)what, &l))
			_exit(0);
		run();
		_exit(0);
	}
	int status = guest_wait(pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) > 1)
		FAIL("limit %d at %lu: expected the child to cope, got wait status %#x", what, n,
		     status);
}

static void execute(void)
{
	char *argv[] = {(char *)(uintptr_t) "true", NULL};

	execv("/bin/true", argv);
	_exit(0);
}

int main(void)
{
	static const rlim_t tiny[] = {0, 1, 3, 4096, 65536};

	guest_tmpdir();
	for (int what = 0; what < RLIM_NLIMITS; what++) {
		for (size_t i = 0; i < ARRAY_SIZE(tiny); i++) {
			if (what == RLIMIT_CPU && tiny[i] > 3)
				continue;
			run_with(what, tiny[i], work);
			int status;
			pid_t pid = guest_fork(); /* what exec makes of it: a signal or /bin/true's
						     127 at most */
			if (pid == 0) {
				struct rlimit l = {tiny[i], tiny[i]};

				close(2);
				setrlimit((__rlimit_resource_t)what, &l);
				execute();
			}
			status = guest_wait(pid);
			EXPECT(WIFSIGNALED(status) || WEXITSTATUS(status) == 0 ||
			       WEXITSTATUS(status) == 127);
		}
	}
	return 0;
}
