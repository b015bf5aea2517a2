/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A UNIX stream pair is a byte stream both ways with end of file, peek, wait-all and non-blocking
 * modes.
 */
#include "guest.h"

#include <sys/socket.h>

int main(void)
{
	char buf[16];
	int s[2];

	EXPECT_OK(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	EXPECT_EQ(write(s[0], "hello", 5), 5);
	EXPECT_EQ(send(s[0], "world", 5, 0), 5);
	EXPECT_EQ(recv(s[1], buf, 3, MSG_PEEK), 3);
	EXPECT(memcmp(buf, "hel", 3) == 0);
	EXPECT_EQ(read(s[1], buf, 16), 10); /* no borders */
	EXPECT(memcmp(buf, "helloworld", 10) == 0);
	EXPECT_ERRNO(recv(s[1], buf, 16, MSG_DONTWAIT), EAGAIN);
	EXPECT_EQ(write(s[1], "back", 4), 4);
	EXPECT_EQ(read(s[0], buf, 16), 4);

	pid_t pid = guest_fork();
	if (pid == 0) {
		for (int i = 0; i < 8; i++) {
			EXPECT_EQ(write(s[1], "ab", 2), 2);
			guest_pause_ms(2);
		}
		_exit(0);
	}
	EXPECT_EQ(recv(s[0], buf, 16, MSG_WAITALL), 16);
	EXPECT(memcmp(buf, "abababababababab", 16) == 0);
	EXPECT_EXIT(pid, 0);

	EXPECT_OK(fcntl(s[0], F_SETFL, O_NONBLOCK));
	ssize_t n;
	size_t total = 0;
	static char big[8192];
	while ((n = write(s[0], big, sizeof(big))) > 0)
		total += (size_t)n;
	EXPECT_EQ(errno, EAGAIN);
	EXPECT(total >= 65536);
	EXPECT_OK(close(s[0]));
	size_t got = 0;
	while ((n = EXPECT_OK(read(s[1], big, sizeof(big)))) > 0)
		got += (size_t)n;
	EXPECT_EQ(got, total); /* all of it, then the end */
	EXPECT_EQ(send(s[1], "x", 1, MSG_NOSIGNAL) == -1 ? errno : 0, EPIPE);
	signal(SIGPIPE, SIG_IGN);
	EXPECT_ERRNO(write(s[1], "x", 1), EPIPE);
	EXPECT_ERRNO(lseek(s[1], 0, SEEK_SET), ESPIPE);
	return 0;
}
