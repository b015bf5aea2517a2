/* SPDX-License-Identifier: Apache-2.0 */
/* inotify_init makes an instance that blocks and is kept by exec, as inotify_init1 without flags. */
#include "guest.h"

int main(void)
{
	int fd = EXPECT_OK(syscall(SYS_inotify_init));

	EXPECT_EQ(fcntl(fd, F_GETFD), 0);
	EXPECT_EQ(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	EXPECT_OK(close(fd));
	return 0;
}
