/* SPDX-License-Identifier: Apache-2.0 */
/* poll reports many descriptors at once, sleeps its timeout, and refuses bad arrays. */
#include "guest.h"

#define N 200

int main(void)
{
	static struct pollfd pfds[N];
	static int pipes[N][2];
	struct rlimit lim;

	EXPECT_OK(getrlimit(RLIMIT_NOFILE, &lim));
	if (lim.rlim_cur < 2 * N + 50)
		SKIP("too few descriptors allowed");
	for (int i = 0; i < N; i++) {
		EXPECT_OK(pipe(pipes[i]));
		pfds[i].fd = pipes[i][0];
		pfds[i].events = POLLIN;
	}
	int64_t start = guest_now_ns();
	EXPECT_EQ(poll(pfds, N, 20), 0);
	EXPECT(guest_now_ns() - start >= 20000000);
	for (int i = 0; i < N; i += 10)
		EXPECT_EQ(write(pipes[i][1], "x", 1), 1);
	EXPECT_EQ(poll(pfds, N, -1), N / 10);
	for (int i = 0; i < N; i++)
		EXPECT_EQ(pfds[i].revents, i % 10 == 0 ? POLLIN : 0);
	for (int i = 0; i < N; i += 10)
		pfds[i].fd = -1; /* negative ones are passed over */
	EXPECT_EQ(poll(pfds, N, 0), 0);
	EXPECT_EQ(pfds[0].revents, 0);

	pid_t pid = guest_fork();
	if (pid == 0) {
		guest_pause_ms(20);
		EXPECT_EQ(write(pipes[N - 1][1], "x", 1), 1);
		_exit(0);
	}
	EXPECT_EQ(poll(pfds, N, 20000), 1);
	EXPECT_EQ(pfds[N - 1].revents, POLLIN);
	EXPECT_EXIT(pid, 0);
	EXPECT_ERRNO(syscall(SYS_poll, BAD_PTR, 1, 0), EFAULT);
	EXPECT_ERRNO(syscall(SYS_poll, pfds, 1 << 30, 0), EINVAL);
	return 0;
}
