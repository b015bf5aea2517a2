/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A FIFO joins openers by name: each side waits for the other, O_NONBLOCK does not, unlink leaves
 * it working.
 */
#include "guest.h"

int main(void)
{
	char c;

	guest_tmpdir();
	EXPECT_OK(mkfifo("f", 0600));
	EXPECT_ERRNO(mkfifo("f", 0600), EEXIST);
	struct stat st;
	EXPECT_OK(stat("f", &st));
	EXPECT(S_ISFIFO(st.st_mode));
	EXPECT_EQ(st.st_size, 0);

	EXPECT_ERRNO(open("f", O_WRONLY | O_NONBLOCK), ENXIO); /* no reader */
	int rd = EXPECT_OK(open("f", O_RDONLY | O_NONBLOCK));
	EXPECT_EQ(read(rd, &c, 1), 0); /* no writer */
	int wr = EXPECT_OK(open("f", O_WRONLY | O_NONBLOCK));
	EXPECT_ERRNO(read(rd, &c, 1), EAGAIN);
	EXPECT_OK(close(rd));
	EXPECT_OK(close(wr));

	pid_t pid = guest_fork();
	if (pid == 0) {
		wr = EXPECT_OK(open("f", O_WRONLY)); /* waits for the reader */
		EXPECT_EQ(write(wr, "z", 1), 1);
		_exit(0);
	}
	rd = EXPECT_OK(open("f", O_RDONLY)); /* waits for the writer */
	EXPECT_OK(unlink("f"));
	EXPECT_EQ(read(rd, &c, 1), 1);
	EXPECT_EQ(c, 'z');
	EXPECT_EXIT(pid, 0);
	EXPECT_EQ(read(rd, &c, 1), 0);
	EXPECT_ERRNO(lseek(rd, 0, SEEK_SET), ESPIPE);

	EXPECT_OK(mkfifo("g", 0600));
	int both = EXPECT_OK(open("g", O_RDWR)); /* Linux: waits for nobody */
	EXPECT_EQ(write(both, "q", 1), 1);
	EXPECT_EQ(read(both, &c, 1), 1);
	EXPECT_EQ(c, 'q');
	return 0;
}
