/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes another process make a host call, as if it had been taken over: inject PID NUMBER [ARG...].
 * Prints "returned N", or "refused" if the process's filter raised SIGSYS. An argument of the form
 * @TEXT is a pointer to TEXT, written over the memory below the stack pointer. Needs leave to trace.
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

static void need(long r, const char *what)
{
	if (r < 0) {
		perror(what);
		exit(2);
	}
}

static int next_stop(pid_t pid)
{
	int status;

	need(waitpid(pid, &status, __WALL), "waitpid");
	if (!WIFSTOPPED(status)) {
		printf("died of %d\n", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
		exit(0);
	}
	return WSTOPSIG(status);
}

static uint64_t argument(pid_t pid, const char *text, uint64_t *room)
{
	struct iovec ours, theirs;

	if (text[0] != '@')
		return strtoull(text, NULL, 0);
	*room -= 512;
	ours = (struct iovec){(void *)(uintptr_t)(text + 1), strlen(text)};
	theirs = (struct iovec){(void *)(uintptr_t)*room, ours.iov_len};
	need(process_vm_writev(pid, &ours, 1, &theirs, 1, 0), "process_vm_writev");
	return *room;
}

int main(int argc, char **argv)
{
	struct user_regs_struct saved, regs;
	uint64_t args[6] = {0}, room;
	pid_t pid;
	int sig;

	if (argc < 3 || argc > 9)
		return 2;
	pid = atoi(argv[1]);
	need(ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACESYSGOOD), "PTRACE_SEIZE");
	need(ptrace(PTRACE_INTERRUPT, pid, 0, 0), "PTRACE_INTERRUPT");
	next_stop(pid);
	need(ptrace(PTRACE_GETREGS, pid, 0, &saved), "PTRACE_GETREGS");
	regs = saved;
	room = (regs.rsp - 4096) & ~15ull;
	for (int i = 3; i < argc; i++)
		args[i - 3] = argument(pid, argv[i], &room);
	/* It sleeps in a host call: the instruction before is `syscall`. */
	regs.rip -= 2;
	regs.rax = strtoull(argv[2], NULL, 0);
	regs.orig_rax = ~0ull;
	regs.rdi = args[0], regs.rsi = args[1], regs.rdx = args[2];
	regs.r10 = args[3], regs.r8 = args[4], regs.r9 = args[5];
	need(ptrace(PTRACE_SETREGS, pid, 0, &regs), "PTRACE_SETREGS");
	for (int stops = 0; stops < 2;) {
		need(ptrace(PTRACE_SYSCALL, pid, 0, 0), "PTRACE_SYSCALL");
		sig = next_stop(pid);
		stops += sig == (SIGTRAP | 0x80);
	}
	need(ptrace(PTRACE_GETREGS, pid, 0, &regs), "PTRACE_GETREGS");
	/* A filter's SIGSYS comes before anything else that the process does; it gets it, and dies.
	 */
	need(ptrace(PTRACE_SYSCALL, pid, 0, 0), "PTRACE_SYSCALL");
	if (next_stop(pid) == SIGSYS) {
		printf("refused\n");
		need(ptrace(PTRACE_DETACH, pid, 0, SIGSYS), "PTRACE_DETACH");
		return 0;
	}
	if ((long long)regs.rax < 0)
		printf("returned %s\n", strerrorname_np((int)-(long long)regs.rax));
	else
		printf("returned %llu\n", regs.rax);
	kill(pid, SIGKILL);
	return 0;
}
