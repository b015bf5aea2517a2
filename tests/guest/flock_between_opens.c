/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flock locks belong to the open file: shared ones go together, exclusive ones alone, close gives
 * them up.
 */
#include "guest.h"

#include <sys/file.h>

int main(void)
{
	guest_tmpdir();
	guest_write_file("f", "", 0644);
	int a = EXPECT_OK(open("f", O_RDONLY));
	int b = EXPECT_OK(open("f", O_RDONLY));
	int a2 = EXPECT_OK(dup(a));

	EXPECT_OK(flock(a, LOCK_SH));
	EXPECT_OK(flock(b, LOCK_SH));
	EXPECT_ERRNO(flock(a, LOCK_EX | LOCK_NB), EWOULDBLOCK);
	EXPECT_OK(flock(b, LOCK_UN));
	EXPECT_OK(flock(a2, LOCK_EX | LOCK_NB)); /* the same open file */
	EXPECT_ERRNO(flock(b, LOCK_SH | LOCK_NB), EWOULDBLOCK);
	EXPECT_OK(close(a));
	EXPECT_ERRNO(flock(b, LOCK_EX | LOCK_NB), EWOULDBLOCK); /* a2 still holds it */

	pid_t pid = guest_fork();
	if (pid == 0) {
		int own = EXPECT_OK(open("f", O_RDONLY));
		EXPECT_OK(close(a2));           /* our copy only */
		EXPECT_OK(flock(own, LOCK_EX)); /* waits for the parent */
		_exit(0);
	}
	guest_pause_ms(20);
	EXPECT_EQ(waitpid(pid, NULL, WNOHANG), 0);
	EXPECT_OK(close(a2));
	EXPECT_EXIT(pid, 0);
	EXPECT_OK(flock(b, LOCK_EX | LOCK_NB));
	EXPECT_ERRNO(flock(b, 77), EINVAL);
	EXPECT_ERRNO(flock(999, LOCK_SH), EBADF);
	return 0;
}
