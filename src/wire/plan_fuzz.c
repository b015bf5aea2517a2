/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzer of the plan's decoder: whatever it takes must be encoded to the same bytes again. */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "wire/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct plan p;
	size_t len;
	void *again;

	if (plan_decode(data, size, &p) < 0)
		return 0;
	check(plan_encode(&p, &again, &len) == 0);
	check(len == size);
	check(memcmp(again, data, size) == 0);
	free(again);
	plan_fini(&p);
	return 0;
}
