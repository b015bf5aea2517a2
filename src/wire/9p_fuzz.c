/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzer of the file protocol's decoder. Whatever it takes for a message must be encoded to the
 * same bytes again: there is one way to say a thing. Entries of directories are read to their end.
 */
#include <string.h>

#include "base/check.h"
#include "wire/9p.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_entries(const struct p9_msg *m)
{
	struct p9_entry e;
	struct wire_in in;

	wire_in_init(&in, m->blob.s, m->blob.n);
	while (p9_entry_get(&in, &e) > 0)
		check(p9_name_ok(e.name.s, e.name.n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t again[P9_MSIZE];
	struct p9_msg m;
	struct wire_out o;

	if (size > P9_MSIZE || p9_frame(data, size, P9_MSIZE) != (int64_t)size ||
	    p9_decode(data, size, &m) < 0)
		return 0;
	wire_out_init(&o, again, sizeof(again));
	check(p9_encode(&m, &o) == 0);
	check(o.len == size);
	check(memcmp(again, data, size) == 0);
	if (m.type == P9_TFORGET || m.type == P9_TWALK) {
		for (size_t i = 0; i < p9_nfids(&m); i++)
			(void)p9_fid(&m, i);
	}
	if (m.type == P9_RREADDIR)
		read_entries(&m);
	return 0;
}
