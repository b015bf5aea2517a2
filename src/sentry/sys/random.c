/* SPDX-License-Identifier: Apache-2.0 */
/* getrandom(2). The host's pool is ready before a sandbox starts, so GRND_NONBLOCK and
 * GRND_INSECURE change nothing. */
#include <errno.h>

#include "abi/random.h"
#include "sentry/fs/dev/dev.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/sys.h"
#include "sentry/task/task.h"

#define GETRANDOM_MAX ((size_t)INT32_MAX)

long sys_getrandom(struct task *t, const struct sysargs *a)
{
	unsigned flags = arg_uint(a, 2);
	struct uio dst;
	int r;

	if (flags & ~(unsigned)(LX_GRND_NONBLOCK | LX_GRND_RANDOM | LX_GRND_INSECURE))
		return -EINVAL;
	if ((flags & (LX_GRND_INSECURE | LX_GRND_RANDOM)) == (LX_GRND_INSECURE | LX_GRND_RANDOM))
		return -EINVAL;
	r = uio_user(&dst, t->mm, arg_uaddr(a, 0), MIN(arg_size(a, 1), GETRANDOM_MAX));
	return r < 0 ? r : dev_random_read(&t->ctx, &dst);
}
