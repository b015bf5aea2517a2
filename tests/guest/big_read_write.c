/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads and writes of many megabytes through a file and a pipe come through complete and in order.
 */
#include "guest.h"

#define SIZE (8 << 20)

static uint32_t *fresh(void)
{
	return EXPECT_OK(
		mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

int main(void)
{
	uint32_t *out = fresh(), *in = fresh();
	int p[2];

	for (uint32_t i = 0; i < SIZE / 4; i++)
		out[i] = i * 2654435761u;
	guest_tmpdir();
	int fd = EXPECT_OK(open("f", O_RDWR | O_CREAT, 0644));
	EXPECT_EQ(write(fd, out, SIZE), SIZE);
	EXPECT_EQ(pread(fd, in, SIZE, 0), SIZE);
	EXPECT(memcmp(in, out, SIZE) == 0);
	EXPECT_OK(fsync(fd));
	EXPECT_OK(fdatasync(fd));

	memset(in, 0, SIZE);
	EXPECT_OK(pipe(p));
	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_EQ(write(p[1], out, SIZE), SIZE); /* blocks until all is taken */
		_exit(0);
	}
	EXPECT_OK(close(p[1]));
	size_t got = 0;
	ssize_t n;
	while ((n = EXPECT_OK(read(p[0], (char *)in + got, SIZE - got))) > 0)
		got += (size_t)n;
	EXPECT_EQ(got, SIZE);
	EXPECT(memcmp(in, out, SIZE) == 0);
	EXPECT_EXIT(pid, 0);
	return 0;
}
