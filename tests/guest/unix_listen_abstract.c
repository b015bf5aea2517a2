/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Abstract names live outside the file system, hold any bytes, end with their socket, and autobind
 * makes one.
 */
#include "guest.h"

#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

int main(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX}, got;
	socklen_t len, glen = sizeof(got);
	char c;

	int n = snprintf(a.sun_path + 1, sizeof(a.sun_path) - 1, "caisson-guest %d", getpid());
	len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n);
	int l = EXPECT_OK(socket(AF_UNIX, SOCK_SEQPACKET, 0));
	int s = EXPECT_OK(socket(AF_UNIX, SOCK_SEQPACKET, 0));
	EXPECT_ERRNO(connect(s, (struct sockaddr *)&a, len), ECONNREFUSED);
	EXPECT_OK(bind(l, (struct sockaddr *)&a, len));
	EXPECT_ERRNO(bind(s, (struct sockaddr *)&a, len), EADDRINUSE);
	EXPECT_OK(listen(l, 1));
	/* Every byte counts. */
	EXPECT_ERRNO(connect(s, (struct sockaddr *)&a, len - 1), ECONNREFUSED);
	EXPECT_ERRNO(connect(s, (struct sockaddr *)&a, len + 1), ECONNREFUSED);
	int wrong = EXPECT_OK(socket(AF_UNIX, SOCK_STREAM, 0));
	EXPECT_EQ(connect(wrong, (struct sockaddr *)&a, len), -1);
	EXPECT(errno == EPROTOTYPE || errno == ECONNREFUSED);
	EXPECT_OK(connect(s, (struct sockaddr *)&a, len));
	int in = EXPECT_OK(accept(l, NULL, NULL));
	EXPECT_EQ(send(s, "q", 1, 0), 1);
	EXPECT_EQ(recv(in, &c, 1, 0), 1);
	EXPECT_OK(getpeername(s, (struct sockaddr *)&got, &glen));
	EXPECT_EQ(glen, len);
	EXPECT(memcmp(got.sun_path, a.sun_path, (size_t)n + 1) == 0);

	EXPECT_OK(close(l));
	EXPECT_EQ(send(s, "q", 1, 0), 1); /* the connection lives on */
	int l2 = EXPECT_OK(socket(AF_UNIX, SOCK_STREAM, 0));
	EXPECT_OK(close(in));
	EXPECT_OK(bind(l2, (struct sockaddr *)&a, len)); /* the name is free again */

	int autob = EXPECT_OK(socket(AF_UNIX, SOCK_STREAM, 0));
	EXPECT_OK(bind(autob, (struct sockaddr *)&a, sizeof(sa_family_t)));
	glen = sizeof(got);
	EXPECT_OK(getsockname(autob, (struct sockaddr *)&got, &glen));
	EXPECT_EQ(glen, sizeof(sa_family_t) + 6);
	EXPECT_EQ(got.sun_path[0], 0);
	return 0;
}
