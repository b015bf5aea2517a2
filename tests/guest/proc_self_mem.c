/* SPDX-License-Identifier: Apache-2.0 */
/* /proc/pid/mem reads and writes a process's memory at its own addresses, as far as it is mapped. */
#include "guest.h"

#include <sys/mman.h>

int main(void)
{
	char buf[64] = {0};
	char name[64];
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *m = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	EXPECT(m != MAP_FAILED);
	EXPECT_OK(munmap(m + page, page));
	memcpy(m + page - 4, "abcd", 4);
	int fd = EXPECT_OK(open("/proc/self/mem", O_RDWR));
	EXPECT_EQ(pread(fd, buf, 2, (off_t)(uintptr_t)(m + page - 4)), 2);
	EXPECT_EQ(memcmp(buf, "ab", 2), 0);
	EXPECT_EQ(pread(fd, buf, sizeof(buf), (off_t)(uintptr_t)(m + page - 4)),
		  4); /* up to the hole */
	EXPECT_ERRNO(pread(fd, buf, 4, (off_t)(uintptr_t)(m + page)), EIO);
	EXPECT_ERRNO(pread(fd, buf, 4, 0), EIO);
	EXPECT_EQ(lseek(fd, (off_t)(uintptr_t)m, SEEK_SET), (off_t)(uintptr_t)m);
	EXPECT_EQ(write(fd, "XYZ", 3), 3);
	EXPECT_EQ(memcmp(m, "XYZ", 3), 0);
	EXPECT_EQ(lseek(fd, 0, SEEK_CUR), (off_t)(uintptr_t)m + 3);
	EXPECT_ERRNO(lseek(fd, 0, SEEK_END), EINVAL);
	EXPECT_ERRNO(pread(fd, BAD_PTR, 4, (off_t)(uintptr_t)m), EFAULT);

	/* A child's copy is another memory. */
	int go[2];
	EXPECT_OK(pipe(go));
	pid_t pid = guest_fork();
	if (pid == 0) {
		close(go[1]);
		if (read(go[0], buf, 1) != 0)
			_exit(2);
		_exit(m[0] == 'C' ? 0 : 1);
	}
	close(go[0]);
	snprintf(name, sizeof(name), "/proc/%d/mem", (int)pid);
	int other = EXPECT_OK(open(name, O_RDWR));
	EXPECT_EQ(pread(other, buf, 1, (off_t)(uintptr_t)m), 1);
	EXPECT_EQ(buf[0], 'X');
	EXPECT_EQ(pwrite(other, "C", 1, (off_t)(uintptr_t)m), 1);
	EXPECT_EQ(m[0], 'X');
	close(go[1]);
	EXPECT_EXIT(pid, 0);
	EXPECT_EQ(pread(other, buf, 1, (off_t)(uintptr_t)m), 0); /* it has ended */
	return 0;
}
