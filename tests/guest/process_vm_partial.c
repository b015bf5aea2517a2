/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process_vm_readv goes through its vectors in order, stops at the first page that is not there and
 * says how far it came; it respects protection, and another user's memory is EPERM.
 */
#include "guest.h"

#define PAGE 4096ul

static char *p;
static char buf[2 * PAGE];

static void refusals(void)
{
	struct iovec local = {buf, sizeof(buf)}, remote = {p, 1}, wild = {buf, (size_t)-1};
	pid_t me = getpid();

	EXPECT_ERRNO(process_vm_readv(me, &wild, 1, &remote, 1, 0), EINVAL);
	EXPECT_ERRNO(process_vm_readv(me, &local, 1, &wild, 1, 0), EINVAL);
	EXPECT_ERRNO(process_vm_readv(me, &local, 2000, &remote, 1, 0), EINVAL);
	EXPECT_ERRNO(process_vm_readv(me, BAD_PTR, 1, &remote, 1, 0), EFAULT);
	EXPECT_ERRNO(process_vm_readv(me, &local, 1, BAD_PTR, 1, 0), EFAULT);
	EXPECT_EQ(process_vm_readv(me, &local, 0, &remote, 1, 0), 0);
	EXPECT_EQ(process_vm_readv(me, &local, 1, &remote, 0, 0), 0);
}

static void of_another_user(void)
{
	pid_t pid = guest_fork();

	if (pid == 0) {
		struct iovec local = {buf, 1}, remote = {p, 1};

		EXPECT_OK(setuid(12345));
		EXPECT_ERRNO(process_vm_readv(getppid(), &local, 1, &remote, 1, 0), EPERM);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
}

int main(void)
{
	char big[8] = "";

	p = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	EXPECT(p != MAP_FAILED);
	for (size_t i = 0; i < 3 * PAGE; i++)
		p[i] = (char)(i / PAGE + 1);
	EXPECT_OK(munmap(p + 2 * PAGE, PAGE));
	EXPECT_OK(mprotect(p + PAGE, PAGE, PROT_READ));

	struct iovec remote[3] = {{p + PAGE - 2, 2}, {p, 1}, {p + 2 * PAGE - 4, 8}};
	struct iovec local[2] = {{buf, 1}, {buf + 1, sizeof(buf) - 1}};
	ssize_t n = process_vm_readv(getpid(), local, 2, remote, 3, 0);
	if (n == -1 && (errno == ENOSYS || errno == EPERM))
		SKIP("process_vm_readv is not allowed here");
	EXPECT_EQ(n, 7); /* 2 + 1 + 4 before the hole */
	EXPECT(memcmp(buf, "\1\1\1\2\2\2\2", 7) == 0);

	struct iovec out = {big, 8}, to = {p + PAGE - 4, 8};
	EXPECT_EQ(process_vm_writev(getpid(), &out, 1, &to, 1, 0),
		  4); /* the second page is read-only */
	EXPECT_EQ(p[PAGE - 4], 0);
	EXPECT_EQ(p[PAGE], 2);
	to.iov_base = p + PAGE;
	EXPECT_ERRNO(process_vm_writev(getpid(), &out, 1, &to, 1, 0), EFAULT);
	refusals();
	if (geteuid() == 0)
		of_another_user();
	return 0;
}
