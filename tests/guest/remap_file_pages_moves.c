/* SPDX-License-Identifier: Apache-2.0 */
/* remap_file_pages shows another page of the file in a part of a shared mapping. */
#include "guest.h"

#include <sys/mman.h>

int main(void)
{
	char *p;
	int fd;

	guest_tmpdir();
	fd = EXPECT_OK(open("f", O_RDWR | O_CREAT, 0600));
	for (int i = 0; i < 4; i++) {
		char page[4096];

		memset(page, 'a' + i, sizeof(page));
		EXPECT_EQ(write(fd, page, sizeof(page)), 4096);
	}
	p = mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	EXPECT(p != MAP_FAILED);
	EXPECT_OK(remap_file_pages(p, 4096, 0, 3, 0));
	EXPECT_EQ(p[0], 'd');
	EXPECT_EQ(p[4096], 'b');
	p[1] = 'X';
	EXPECT_EQ(p[3 * 4096 + 1], 'X'); /* one page, seen twice */
	EXPECT_ERRNO(remap_file_pages(p, 4096, PROT_READ, 3, 0), EINVAL);
	p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	EXPECT_ERRNO(remap_file_pages(p, 4096, 0, 1, 0), EINVAL);
	return 0;
}
