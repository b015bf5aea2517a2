/* SPDX-License-Identifier: Apache-2.0 */
/* Socket options can be read and set, lengths are checked, unknown ones are ENOPROTOOPT. */
#include "guest.h"

#include <sys/socket.h>
#include <sys/time.h>

static int get(int s, int opt)
{
	int v = -1;
	socklen_t len = sizeof(v);

	EXPECT_OK(getsockopt(s, SOL_SOCKET, opt, &v, &len));
	EXPECT_EQ(len, sizeof(v));
	return v;
}

int main(void)
{
	struct timeval tv = {0, 20000};
	socklen_t len = 1;
	int s[2], v = 65536;
	char c;

	EXPECT_OK(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	EXPECT_EQ(get(s[0], SO_TYPE), SOCK_STREAM);
	EXPECT_EQ(get(s[0], SO_DOMAIN), AF_UNIX);
	EXPECT_EQ(get(s[0], SO_PROTOCOL), 0);
	EXPECT_EQ(get(s[0], SO_ERROR), 0);
	EXPECT_EQ(get(s[0], SO_ACCEPTCONN), 0);
	EXPECT_OK(setsockopt(s[0], SOL_SOCKET, SO_SNDBUF, &v, sizeof(v)));
	EXPECT_EQ(get(s[0], SO_SNDBUF), 2 * 65536);

	EXPECT_OK(setsockopt(s[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	int64_t start = guest_now_ns();
	EXPECT_ERRNO(read(s[0], &c, 1), EAGAIN);
	EXPECT(guest_now_ns() - start >= 15000000);

	EXPECT_OK(getsockopt(s[0], SOL_SOCKET, SO_TYPE, &c, &len)); /* cut to the room given */
	EXPECT_EQ(c, SOCK_STREAM);
	EXPECT_EQ(len, 1);
	EXPECT_ERRNO(setsockopt(s[0], SOL_SOCKET, SO_SNDBUF, &v, 2), EINVAL);
	EXPECT_ERRNO(setsockopt(s[0], SOL_SOCKET, 12345, &v, sizeof(v)), ENOPROTOOPT);
	len = sizeof(v);
	EXPECT_ERRNO(getsockopt(s[0], SOL_SOCKET, 12345, &v, &len), ENOPROTOOPT);
	EXPECT_ERRNO(setsockopt(s[0], SOL_SOCKET, SO_SNDBUF, BAD_PTR, sizeof(v)), EFAULT);
	EXPECT_ERRNO(getsockopt(s[0], SOL_SOCKET, SO_TYPE, &v, BAD_PTR), EFAULT);
	EXPECT_ERRNO(getsockopt(0, SOL_SOCKET, SO_TYPE, &v, &len), ENOTSOCK);
	return 0;
}
