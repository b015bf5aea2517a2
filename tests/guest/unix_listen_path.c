/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A path socket is a file: bind makes it, connect reaches the listener, and the errors tell what
 * is missing.
 */
#include "guest.h"

#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

int main(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "sock"}, peer;
	socklen_t len = sizeof(a);
	struct stat st;
	char c;

	guest_tmpdir();
	int l = EXPECT_OK(socket(AF_UNIX, SOCK_STREAM, 0));
	EXPECT_ERRNO(listen(l, 1), EINVAL); /* no name yet */
	EXPECT_OK(bind(l, (struct sockaddr *)&a, len));
	EXPECT_OK(stat("sock", &st));
	EXPECT(S_ISSOCK(st.st_mode));
	int other = EXPECT_OK(socket(AF_UNIX, SOCK_STREAM, 0));
	EXPECT_ERRNO(bind(other, (struct sockaddr *)&a, len), EADDRINUSE);
	EXPECT_ERRNO(connect(other, (struct sockaddr *)&a, len), ECONNREFUSED); /* not listening */
	EXPECT_ERRNO(accept(l, NULL, NULL), EINVAL);
	EXPECT_OK(listen(l, 5));
	struct sockaddr_un second = {.sun_family = AF_UNIX, .sun_path = "second"};
	EXPECT_ERRNO(bind(l, (struct sockaddr *)&second, len), EINVAL); /* bound already */
	EXPECT_ERRNO(open("sock", O_RDWR), ENXIO);

	pid_t pid = guest_fork();
	if (pid == 0) {
		int s = EXPECT_OK(socket(AF_UNIX, SOCK_STREAM, 0));
		EXPECT_OK(connect(s, (struct sockaddr *)&a, len));
		EXPECT_ERRNO(connect(s, (struct sockaddr *)&a, len), EISCONN);
		EXPECT_EQ(write(s, "c", 1), 1);
		EXPECT_EQ(read(s, &c, 1), 1);
		EXPECT_EQ(c, 's');
		_exit(0);
	}
	len = sizeof(peer);
	int s = EXPECT_OK(accept4(l, (struct sockaddr *)&peer, &len, SOCK_CLOEXEC));
	EXPECT_EQ(fcntl(s, F_GETFD), FD_CLOEXEC);
	EXPECT_EQ(len, sizeof(sa_family_t)); /* the peer has no name */
	EXPECT_EQ(read(s, &c, 1), 1);
	EXPECT_EQ(write(s, "s", 1), 1);
	EXPECT_EXIT(pid, 0);
	len = sizeof(peer);
	EXPECT_OK(getsockname(s, (struct sockaddr *)&peer, &len));
	EXPECT_STR(peer.sun_path, "sock");
	EXPECT_EQ(len, offsetof(struct sockaddr_un, sun_path) + 5);

	EXPECT_OK(close(l));
	EXPECT_ERRNO(connect(other, (struct sockaddr *)&a, sizeof(a)), ECONNREFUSED);
	EXPECT_OK(unlink("sock"));
	EXPECT_ERRNO(connect(other, (struct sockaddr *)&a, sizeof(a)), ENOENT);
	guest_write_file("sock", "", 0644);
	EXPECT_ERRNO(connect(other, (struct sockaddr *)&a, sizeof(a)), ECONNREFUSED);
	EXPECT_ERRNO(connect(other, (struct sockaddr *)&a, 1), EINVAL);
	EXPECT_ERRNO(connect(other, BAD_PTR, sizeof(a)), EFAULT);
	return 0;
}
