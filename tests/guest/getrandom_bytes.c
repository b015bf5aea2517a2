/* SPDX-License-Identifier: Apache-2.0 */
/* getrandom fills all it is asked for with changing bytes and refuses unknown flags. */
#include "guest.h"

#include <sys/random.h>

int main(void)
{
	static unsigned char a[100000], b[256], zero[256];

	EXPECT_EQ(getrandom(a, 256, 0), 256);
	EXPECT_EQ(getrandom(b, 256, GRND_NONBLOCK), 256);
	EXPECT(memcmp(a, b, 256) != 0);
	EXPECT(memcmp(a, zero, 256) != 0);
	EXPECT_EQ(getrandom(a, sizeof(a), 0), sizeof(a));
	size_t ones = 0;
	for (size_t i = 0; i < sizeof(a); i++)
		ones += (size_t)__builtin_popcount(a[i]);
	EXPECT(ones > sizeof(a) * 4 - 10000 && ones < sizeof(a) * 4 + 10000);
	EXPECT_EQ(getrandom(b, 16, GRND_RANDOM), 16);
	EXPECT_EQ(getrandom(b, 0, 0), 0);
	EXPECT_ERRNO(getrandom(b, 16, 0x80), EINVAL);
	EXPECT_ERRNO(getrandom(b, 16, GRND_RANDOM | GRND_INSECURE), EINVAL);
	EXPECT_ERRNO(getrandom(BAD_PTR, 16, 0), EFAULT);
	return 0;
}
