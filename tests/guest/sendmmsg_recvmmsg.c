/* SPDX-License-Identifier: Apache-2.0 */
/* sendmmsg and recvmmsg move several messages in one call and tell each one's length. */
#include "guest.h"

#include <sys/socket.h>

int main(void)
{
	char a[8], b[8], c[8];
	struct iovec out[3] = {{"one", 3}, {"three", 5}, {"x", 1}};
	struct iovec in[3] = {{a, 8}, {b, 8}, {c, 8}};
	struct mmsghdr mo[3] = {0}, mi[3] = {0};
	int s[2];

	EXPECT_OK(socketpair(AF_UNIX, SOCK_DGRAM, 0, s));
	for (int i = 0; i < 3; i++) {
		mo[i].msg_hdr.msg_iov = &out[i];
		mo[i].msg_hdr.msg_iovlen = 1;
		mi[i].msg_hdr.msg_iov = &in[i];
		mi[i].msg_hdr.msg_iovlen = 1;
	}
	EXPECT_EQ(sendmmsg(s[0], mo, 2, 0), 2);
	EXPECT_EQ(mo[1].msg_len, 5);
	EXPECT_EQ(recvmmsg(s[1], mi, 3, MSG_DONTWAIT, NULL), 2);
	EXPECT_EQ(mi[0].msg_len, 3);
	EXPECT_EQ(mi[1].msg_len, 5);
	EXPECT(memcmp(b, "three", 5) == 0);
	EXPECT_ERRNO(recvmmsg(s[1], mi, 3, MSG_DONTWAIT, NULL), EAGAIN);
	EXPECT_EQ(sendmmsg(s[0], mo, 1, 0), 1);
	EXPECT_EQ(recvmmsg(s[1], mi, 3, MSG_WAITFORONE, NULL), 1);
	struct timespec bad = {0, -1};
	EXPECT_ERRNO(recvmmsg(s[1], mi, 3, 0, &bad), EINVAL);
	EXPECT_ERRNO(sendmmsg(0x7000, mo, 1, 0), EBADF);
	EXPECT_ERRNO(syscall(SYS_sendmmsg, s[0], BAD_PTR, 1, 0), EFAULT);
	return 0;
}
