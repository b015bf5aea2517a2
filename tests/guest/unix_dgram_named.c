/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Datagrams go to a named socket from many senders, with the sender's name; a full queue blocks or
 * is EAGAIN.
 */
#include "guest.h"

#include <sys/socket.h>
#include <sys/un.h>

int main(void)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX, .sun_path = "to"};
	struct sockaddr_un from = {.sun_family = AF_UNIX, .sun_path = "from"}, got;
	socklen_t len = sizeof(got);
	char buf[16];

	guest_tmpdir();
	int r = EXPECT_OK(socket(AF_UNIX, SOCK_DGRAM, 0));
	int s = EXPECT_OK(socket(AF_UNIX, SOCK_DGRAM, 0));
	EXPECT_ERRNO(send(s, "x", 1, 0), ENOTCONN);
	EXPECT_ERRNO(sendto(s, "x", 1, 0, (struct sockaddr *)&to, sizeof(to)), ENOENT);
	EXPECT_OK(bind(r, (struct sockaddr *)&to, sizeof(to)));
	EXPECT_OK(bind(s, (struct sockaddr *)&from, sizeof(from)));
	EXPECT_EQ(sendto(s, "hello", 5, 0, (struct sockaddr *)&to, sizeof(to)), 5);
	EXPECT_EQ(recvfrom(r, buf, 16, 0, (struct sockaddr *)&got, &len), 5);
	EXPECT_STR(got.sun_path, "from");
	EXPECT_EQ(sendto(r, "answer", 6, 0, (struct sockaddr *)&got, len), 6);
	EXPECT_EQ(recv(s, buf, 16, 0), 6);

	EXPECT_OK(connect(s, (struct sockaddr *)&to, sizeof(to)));
	int n = 0;
	while (send(s, "x", 1, MSG_DONTWAIT) == 1 && n < 100000)
		n++;
	EXPECT_EQ(errno, EAGAIN);
	EXPECT(n >= 5);
	for (int i = 0; i < n; i++)
		EXPECT_EQ(recv(r, buf, 16, MSG_DONTWAIT), 1);
	EXPECT_ERRNO(recv(r, buf, 16, MSG_DONTWAIT), EAGAIN);
	EXPECT_ERRNO(listen(r, 1), EOPNOTSUPP);
	EXPECT_ERRNO(accept(r, NULL, NULL), EOPNOTSUPP);

	/* A connected datagram socket hears its peer only. */
	int third = EXPECT_OK(socket(AF_UNIX, SOCK_DGRAM, 0));
	EXPECT_ERRNO(sendto(third, "x", 1, 0, (struct sockaddr *)&from, sizeof(from)), EPERM);
	EXPECT_OK(close(r));
	EXPECT_ERRNO(send(s, "x", 1, 0), ECONNREFUSED);
	return 0;
}
