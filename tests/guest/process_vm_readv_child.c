/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process_vm_readv and writev reach a child's memory at its addresses, partly when only part is
 * there.
 */
#include "guest.h"

static char buffer[16] = "parent";

int main(void)
{
	char got[16] = {0};
	struct iovec local = {got, 6}, remote = {buffer, 6};
	int p[2], done[2];
	char c;

	EXPECT_OK(pipe(p));
	EXPECT_OK(pipe(done));
	pid_t pid = guest_fork();
	if (pid == 0) {
		memcpy(buffer, "child!", 6);
		EXPECT_EQ(write(p[1], "r", 1), 1);
		EXPECT_EQ(read(done[0], &c, 1), 1);
		EXPECT(memcmp(buffer, "CHILD!", 6) == 0);
		_exit(0);
	}
	EXPECT_EQ(read(p[0], &c, 1), 1);
	ssize_t n = process_vm_readv(pid, &local, 1, &remote, 1, 0);
	if (n == -1 && (errno == ENOSYS || errno == EPERM)) {
		kill(pid, SIGKILL);
		SKIP("process_vm_readv is not allowed here");
	}
	EXPECT_EQ(n, 6);
	EXPECT(memcmp(got, "child!", 6) == 0);
	EXPECT_STR(buffer, "parent");
	memcpy(got, "CHILD", 5);
	EXPECT_EQ(process_vm_writev(pid, &local, 1, &remote, 1, 0), 6);

	struct iovec bad = {BAD_PTR, 6};
	EXPECT_ERRNO(process_vm_readv(pid, &local, 1, &bad, 1, 0), EFAULT);
	EXPECT_ERRNO(process_vm_readv(pid, &local, 1, &remote, 1, 1), EINVAL);
	EXPECT_ERRNO(process_vm_readv(1 << 30, &local, 1, &remote, 1, 0), ESRCH);
	EXPECT_EQ(write(done[1], "x", 1), 1);
	EXPECT_EXIT(pid, 0);
	return 0;
}
