/* SPDX-License-Identifier: Apache-2.0 */
/* SEEK_DATA and SEEK_HOLE find data and holes, the end counts as a hole, and behind it is ENXIO. */
#include "guest.h"

int main(void)
{
	guest_tmpdir();
	int fd = EXPECT_OK(open("f", O_RDWR | O_CREAT, 0644));

	EXPECT_EQ(pwrite(fd, "start", 5, 0), 5);
	EXPECT_EQ(pwrite(fd, "far", 3, 1 << 20), 3);
	EXPECT_EQ(lseek(fd, 0, SEEK_DATA), 0);
	EXPECT_EQ(lseek(fd, 3, SEEK_DATA), 3);
	off_t hole = EXPECT_OK(lseek(fd, 0, SEEK_HOLE));
	/* Exact where holes are kept; one block of data up to the end is allowed too. */
	EXPECT((hole > 0 && hole <= 1 << 20) || hole == (1 << 20) + 3);
	if (hole <= 1 << 20) {
		off_t data = EXPECT_OK(lseek(fd, hole, SEEK_DATA));
		EXPECT(data >= hole && data <= 1 << 20);
	}
	EXPECT_EQ(lseek(fd, (1 << 20) + 1, SEEK_DATA), (1 << 20) + 1);
	EXPECT_EQ(lseek(fd, 1 << 20, SEEK_HOLE), (1 << 20) + 3);
	EXPECT_ERRNO(lseek(fd, (1 << 20) + 3, SEEK_DATA), ENXIO);
	EXPECT_ERRNO(lseek(fd, (1 << 20) + 3, SEEK_HOLE), ENXIO);
	EXPECT_EQ(lseek(fd, -1, SEEK_DATA), -1);
	EXPECT(errno == ENXIO || errno == EINVAL);
	return 0;
}
