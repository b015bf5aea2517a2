/* SPDX-License-Identifier: Apache-2.0 */
/* Two operations of futex(2): WAIT_BITSET since it takes an absolute deadline, and WAKE. */
#include "host/futex.h"

#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define NSEC_IN_SEC 1000000000LL

int host_futex_wait(_Atomic uint32_t *word, uint32_t expected, int64_t deadline_ns)
{
	struct timespec ts, *until = NULL;

	if (deadline_ns != HOST_FUTEX_FOREVER) {
		if (deadline_ns < 0)
			deadline_ns = 0;
		ts.tv_sec = deadline_ns / NSEC_IN_SEC;
		ts.tv_nsec = deadline_ns % NSEC_IN_SEC;
		until = &ts;
	}
	if (syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, expected, until, NULL,
		    FUTEX_BITSET_MATCH_ANY) < 0)
		return -errno;
	return 0;
}

void host_futex_wake(_Atomic uint32_t *word, int n)
{
	int saved = errno;

	/* EFAULT (the memory is gone) is as good as nobody waiting. */
	(void)syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, n, NULL, NULL, 0);
	errno = saved;
}
