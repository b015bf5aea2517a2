/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A handler without SA_RESTART makes a blocked read fail with EINTR, with SA_RESTART the read goes
 * on.
 */
#include "guest.h"

static volatile int calls;
static int data[2];

static void handler(int sig)
{
	(void)sig;
	calls++;
}

/* Signal the child until it says through the pipe that it is through. */
static void pester(pid_t pid, int done)
{
	struct pollfd pfd = {.fd = done, .events = POLLIN};

	while (poll(&pfd, 1, 5) == 0)
		EXPECT_OK(kill(pid, SIGUSR1));
}

static void child(int flags, int done)
{
	struct sigaction sa = {.sa_handler = handler, .sa_flags = flags};
	char c;

	EXPECT_OK(sigaction(SIGUSR1, &sa, NULL));
	EXPECT_EQ(write(done, "r", 1), 1); /* ready */
	if (flags & SA_RESTART) {
		EXPECT_EQ(read(data[0], &c, 1), 1);
		EXPECT(calls > 0);
	} else {
		EXPECT_ERRNO(read(data[0], &c, 1), EINTR);
		EXPECT(calls > 0);
	}
	signal(SIGUSR1, SIG_IGN);
	EXPECT_EQ(write(done, "d", 1), 1);
	_exit(0);
}

int main(void)
{
	static const int flags[] = {0, SA_RESTART};
	char c;

	EXPECT_OK(pipe(data));
	for (int i = 0; i < 2; i++) {
		int done[2];

		EXPECT_OK(pipe(done));
		pid_t pid = guest_fork();
		if (pid == 0)
			child(flags[i], done[1]);
		EXPECT_EQ(read(done[0], &c, 1), 1);
		if (flags[i] & SA_RESTART) {
			for (int n = 0; n < 20; n++) {
				EXPECT_OK(kill(pid, SIGUSR1));
				guest_pause_ms(5);
			}
			EXPECT_EQ(waitpid(pid, NULL, WNOHANG), 0); /* still reading */
			EXPECT_EQ(write(data[1], "x", 1), 1);
		} else {
			pester(pid, done[0]);
		}
		EXPECT_EXIT(pid, 0);
	}
	return 0;
}
