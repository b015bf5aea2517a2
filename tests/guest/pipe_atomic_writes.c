/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes of up to PIPE_BUF bytes by several processes never mix; a non-blocking one goes in whole
 * or not at all.
 */
#include "guest.h"

#define CHUNK   4096
#define WRITERS 4
#define ROUNDS  50

int main(void)
{
	static char buf[CHUNK];
	int p[2];

	EXPECT_OK(pipe(p));
	for (int w = 0; w < WRITERS; w++) {
		if (guest_fork() == 0) {
			memset(buf, 'a' + w, CHUNK);
			for (int i = 0; i < ROUNDS; i++)
				EXPECT_EQ(write(p[1], buf, CHUNK), CHUNK);
			_exit(0);
		}
	}
	int count[WRITERS] = {0};
	for (int i = 0; i < WRITERS * ROUNDS; i++) {
		for (size_t got = 0; got < CHUNK;)
			got += (size_t)EXPECT_OK(read(p[0], buf + got, CHUNK - got));
		for (int k = 1; k < CHUNK; k++)
			EXPECT_EQ(buf[k], buf[0]);
		count[buf[0] - 'a']++;
	}
	for (int w = 0; w < WRITERS; w++) {
		EXPECT_EQ(count[w], ROUNDS);
		EXPECT(wait(NULL) > 0);
	}

	/* One byte of room: no part of a small write goes in. */
	EXPECT_OK(fcntl(p[1], F_SETFL, O_NONBLOCK));
	while (write(p[1], buf, CHUNK) == CHUNK)
		;
	EXPECT_EQ(errno, EAGAIN);
	EXPECT_EQ(read(p[0], buf, 100), 100);
	EXPECT_ERRNO(write(p[1], buf, CHUNK), EAGAIN);
	return 0;
}
