/* SPDX-License-Identifier: Apache-2.0 */
/* What may be asked of the host on behalf of an address space: nothing at or above PLAT_GUEST_TOP,
 * and no flag that we do not know. */
#include "platform/command.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/mman.h>

#include "base/checked.h"

#define PROT_KNOWN        (PROT_READ | PROT_WRITE | PROT_EXEC)
#define PROT_CHANGE_KNOWN (PROT_KNOWN | PROT_GROWSDOWN)
#define MAP_KNOWN                                                                                  \
	(MAP_SHARED | MAP_PRIVATE | MAP_NORESERVE | MAP_GROWSDOWN | MAP_POPULATE | MAP_NONBLOCK |  \
	 MAP_STACK | MAP_LOCKED | MAP_SYNC | MAP_FIXED | MAP_ANONYMOUS)

static bool is_guest_range(uint64_t addr, uint64_t len)
{
	uint64_t end;

	return add_ok(addr, len, &end) && end <= PLAT_GUEST_TOP;
}

int plat_cmd_check(const struct plat_cmd *c)
{
	if (!is_guest_range(c->addr, c->len))
		return -EINVAL;
	switch (c->op) {
	case PLAT_MAP:
		return (c->prot & ~PROT_KNOWN) || (c->flags & ~MAP_KNOWN) ? -EINVAL : 0;
	case PLAT_PROTECT:
		return (c->prot & ~PROT_CHANGE_KNOWN) ? -EINVAL : 0;
	case PLAT_MOVE:
		return is_guest_range(c->new_addr, c->new_len) ? 0 : -EINVAL;
	case PLAT_UNMAP:
	case PLAT_ADVISE:
		return 0;
	}
	return -EINVAL;
}
