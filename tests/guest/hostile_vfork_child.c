/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vfork child that tramples on its parent's memory, moves its stack away, kills its parent, never
 * ends until killed, or vforks again, harms its own family only.
 */
#include "guest.h"

static char *shared;

static void unmap_all(void)
{
	syscall(SYS_munmap, 0x10000, 0x7fffeffe0000);
}

static void die(void)
{
	raise(SIGSEGV);
}

static void kill_parent(void)
{
	kill(getppid(), SIGKILL);
}

static void nest(void)
{
	pid_t pid = (pid_t)syscall(SYS_vfork);

	if (pid == 0)
		syscall(SYS_exit, 3);
	syscall(SYS_wait4, pid, NULL, 0, NULL);
}

static void sleep_on(void)
{
	shared[0] = 1;
	for (;;)
		pause();
}

static void exec_nothing(void)
{
	char *argv[] = {(char *)(uintptr_t) "x", NULL};

	execv("/no/such/program", argv);
	execv("/dev/null", argv);
	syscall(SYS_execve, "/bin/true", 8L, NULL);
}

static void exec_true(void)
{
	char *argv[] = {(char *)(uintptr_t) "true", NULL};

	execv("/bin/true", argv);
}

static void stop_self(void)
{
	shared[0] = 1;
	kill(getpid(), SIGSTOP);
}

/* vfork made inline, so that no frame of a returned function is needed. */
static void family(void (*misbehave)(void))
{
	struct rlimit none = {0, 0};

	setpgid(0, 0);
	setrlimit(RLIMIT_CORE, &none);
	pid_t pid = vfork();
	if (pid == 0) {
		misbehave();
		_exit(3);
	}
	waitpid(pid, NULL, 0);
	_exit(0);
}

int main(void)
{
	static void (*const ways[])(void) = {unmap_all,    die,       kill_parent, nest,
					     exec_nothing, exec_true, sleep_on,    stop_self};

	shared = EXPECT_OK(
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	for (int round = 0; round < 20; round++) {
		for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
			shared[0] = 0;
			pid_t pid = guest_fork();
			if (pid == 0)
				family(ways[i]);
			setpgid(pid, pid);
			if (i >= 6) { /* these end when they are killed */
				while (!((volatile char *)shared)[0])
					guest_pause_ms(1);
				EXPECT_OK(kill(-pid, SIGKILL));
				EXPECT_KILLED(pid, SIGKILL);
				continue;
			}
			int status = guest_wait(pid);
			if (i == 2)
				EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
			else if (i != 0)
				EXPECT_EQ(status, 0);
		}
	}
	return 0;
}
