/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mincore(2). The host knows which pages are there; a platform that cannot ask it says so.
 * Differs: then everything mapped is called resident, which is what Linux tells about files that
 * are not the caller's own.
 */
#include <errno.h>
#include <string.h>

#include "sentry/mm/mm_priv.h"

int mm_incore(struct mm *mm, struct ctx *ctx, uaddr_t addr, uint64_t len, uint8_t *vec)
{
	uint64_t hi;

	if (!is_aligned(addr.va, LX_PAGE_SIZE))
		return -EINVAL;
	if (!align_up_ok(len, LX_PAGE_SIZE, &len) || !add_ok(addr.va, len, &hi) ||
	    hi > PLAT_GUEST_TOP)
		return -ENOMEM;
	if (len == 0)
		return 0;
	GUARD(&mm->map_lock);
	if (vmas_covered(mm, addr.va, hi, 0) != len)
		return -ENOMEM;
	if (mm->ops->incore)
		return mm->ops->incore(ctx->pc, addr.va, len, vec);
	memset(vec, 1, len / LX_PAGE_SIZE);
	return 0;
}
