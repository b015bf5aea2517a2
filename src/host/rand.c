/* SPDX-License-Identifier: Apache-2.0 */
/* getrandom(2) until all is there: it is cut short by signals only for requests above 256 bytes. */
#include "host/rand.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "base/check.h"

void host_random(void *buf, size_t n)
{
	char *p = buf;

	while (n > 0) {
		ssize_t got = getrandom(p, n, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			panic("getrandom: %s", strerror(got < 0 ? errno : EIO));
		p += got;
		n -= (size_t)got;
	}
}
