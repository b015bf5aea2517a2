/* SPDX-License-Identifier: Apache-2.0 */
/* Without a handler most signals kill, some stop, some do nothing; the status names the signal. */
#include "guest.h"

static const int deadly[] = {SIGHUP,  SIGINT,    SIGQUIT, SIGILL,  SIGTRAP,   SIGABRT, SIGBUS,
			     SIGFPE,  SIGKILL,   SIGUSR1, SIGSEGV, SIGUSR2,   SIGPIPE, SIGALRM,
			     SIGTERM, SIGSYS,    SIGXCPU, SIGXFSZ, SIGVTALRM, SIGPROF, SIGIO,
			     SIGPWR,  SIGSTKFLT, 34,      64};
static const int harmless[] = {SIGCHLD, SIGCONT, SIGURG, SIGWINCH};

static pid_t child(int sig)
{
	struct rlimit none = {0, 0};
	pid_t pid = guest_fork();

	if (pid == 0) {
		EXPECT_OK(setrlimit(RLIMIT_CORE, &none));
		signal(SIGALRM, SIG_DFL);
		EXPECT_OK(kill(getpid(), sig));
		_exit(55);
	}
	return pid;
}

int main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(deadly); i++)
		EXPECT_KILLED(child(deadly[i]), deadly[i]);
	for (size_t i = 0; i < ARRAY_SIZE(harmless); i++)
		EXPECT_EXIT(child(harmless[i]), 55);

	int status;
	pid_t pid = child(SIGSTOP);
	EXPECT_EQ(waitpid(pid, &status, WUNTRACED), pid);
	EXPECT_EQ(WSTOPSIG(status), SIGSTOP);
	EXPECT_OK(kill(pid, SIGCONT));
	EXPECT_EXIT(pid, 55);
	return 0;
}
