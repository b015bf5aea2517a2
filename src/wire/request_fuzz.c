/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzer of the decoders of requests and answers. The first byte says which. */
#include "wire/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct request q = {0};
	struct answer a = {0};

	if (size == 0)
		return 0;
	if (data[0] & 1) {
		if (request_decode(data + 1, size - 1, &q) == 0)
			request_fini(&q);
	} else if (answer_decode(data + 1, size - 1, &a) == 0) {
		answer_fini(&a);
	}
	return 0;
}
