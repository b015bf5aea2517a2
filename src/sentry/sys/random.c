/* SPDX-License-Identifier: Apache-2.0 */
/* getrandom(2): the host's random source, whose pool is full before we start. */
#include <errno.h>
#include <string.h>

#include "abi/random.h"
#include "host/rand.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/sys.h"
#include "sentry/task/process.h"

#define CHUNK 512
/* Linux answers a request of that size whole; a longer one may be cut short by a signal. */
#define WHOLE 256

long sys_getrandom(struct task *t, const struct sysargs *a)
{
	unsigned flags = arg_uint(a, 2);
	unsigned char buf[CHUNK];
	struct uio dst;
	int r;

	if (flags & ~(unsigned)(LX_GRND_NONBLOCK | LX_GRND_RANDOM | LX_GRND_INSECURE))
		return -EINVAL;
	if ((flags & (LX_GRND_RANDOM | LX_GRND_INSECURE)) == (LX_GRND_RANDOM | LX_GRND_INSECURE))
		return -EINVAL;
	r = uio_user(&dst, t->mm, arg_uaddr(a, 0), arg_size(a, 1));
	if (r < 0)
		return r;
	while (dst.resid > 0) {
		size_t n = MIN(dst.resid, sizeof(buf));
		ssize_t moved;

		host_random(buf, n);
		moved = uio_put(&dst, buf, n);
		if (moved < (ssize_t)n)
			break;
		if (uio_moved(&dst) >= WHOLE && ctx_interrupted(&t->ctx))
			break;
	}
	memset(buf, 0, sizeof(buf));
	return uio_moved(&dst) == 0 && dst.total > 0 ? -EFAULT : (long)uio_moved(&dst);
}
