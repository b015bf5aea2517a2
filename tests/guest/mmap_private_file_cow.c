/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A private file mapping shows the file, keeps writes to itself, and is zero behind the end within
 * the last page.
 */
#include "guest.h"

int main(void)
{
	char buf[8];

	guest_tmpdir();
	guest_write_file("f", "ABCDEFGH", 0644);
	int fd = EXPECT_OK(open("f", O_RDONLY));
	char *p = EXPECT_OK(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
	char *q = EXPECT_OK(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0));

	EXPECT_OK(close(fd)); /* the mapping outlives the descriptor */
	EXPECT(memcmp(p, "ABCDEFGH", 8) == 0);
	for (int i = 8; i < 4096; i++)
		EXPECT_EQ(p[i], 0);

	p[0] = 'z';
	p[100] = 'y';
	EXPECT_EQ(p[0], 'z');
	EXPECT_EQ(q[0], 'A');
	EXPECT_EQ(q[100], 0);
	fd = EXPECT_OK(open("f", O_RDONLY));
	EXPECT_EQ(read(fd, buf, 8), 8);
	EXPECT(memcmp(buf, "ABCDEFGH", 8) == 0);
	EXPECT_OK(munmap(p, 4096));

	/* Offsets are pages; a shared writable mapping needs a writable descriptor. */
	EXPECT_ERRNO(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 1), EINVAL);
	EXPECT_ERRNO(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), EACCES);
	int wr = EXPECT_OK(open("f", O_WRONLY));
	EXPECT_ERRNO(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, wr, 0), EACCES);
	int dir = EXPECT_OK(open(".", O_RDONLY));
	EXPECT_ERRNO(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, dir, 0), ENODEV);
	return 0;
}
