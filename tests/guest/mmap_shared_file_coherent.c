/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A shared file mapping, read, write, a second mapping and another process all see one content at
 * once.
 */
#include "guest.h"

int main(void)
{
	char buf[8] = {0};

	guest_tmpdir();
	int fd = EXPECT_OK(open("f", O_RDWR | O_CREAT, 0644));
	EXPECT_OK(ftruncate(fd, 8192));
	char *p = EXPECT_OK(mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
	char *q = EXPECT_OK(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 4096));

	EXPECT_EQ(pwrite(fd, "write", 5, 10), 5);
	EXPECT(memcmp(p + 10, "write", 5) == 0);
	memcpy(p + 4096, "store", 5);
	EXPECT_EQ(pread(fd, buf, 5, 4096), 5);
	EXPECT_STR(buf, "store");
	EXPECT(memcmp(q, "store", 5) == 0);

	pid_t pid = guest_fork();
	if (pid == 0) {
		int own = EXPECT_OK(open("f", O_RDWR));
		char *r = EXPECT_OK(mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, own, 0));
		EXPECT(memcmp(r + 4096, "store", 5) == 0);
		memcpy(r + 100, "child", 5);
		memcpy(q + 100, "CHILD", 5);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	EXPECT(memcmp(p + 100, "child", 5) == 0);
	EXPECT(memcmp(p + 4196, "CHILD", 5) == 0);

	/* A private copy sees changes until it is written to. */
	char *priv = EXPECT_OK(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
	priv[2000] = 'p';
	EXPECT_EQ(pwrite(fd, "s", 1, 2000), 1);
	EXPECT_EQ(priv[2000], 'p');
	EXPECT_EQ(p[2000], 's');
	EXPECT_OK(close(fd));
	EXPECT_OK(unlink("f"));
	p[0] = 'z'; /* lives on without name and descriptor */
	EXPECT_EQ(p[0], 'z');
	return 0;
}
