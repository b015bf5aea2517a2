/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzer of filters: bytes are a program, and then a call. Whatever is taken for a program ends,
 * and what its bits let pass unseen it lets pass when it is asked.
 */
#include <string.h>

#include "base/check.h"
#include "sentry/seccomp/seccomp_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_call(struct seccomp_filter *f, struct lx_seccomp_data call)
{
	struct seccomp_state s = {0};
	struct seccomp_verdict v;
	bool passes;

	seccomp_attach_chain(&s, f);
	call.arch = LX_AUDIT_ARCH_X86_64;
	call.nr &= SECCOMP_CACHED_CALLS - 1;
	passes = seccomp_lets_pass(&s, (uint64_t)call.nr);
	seccomp_judge(&s, &call, &v);
	check(!passes || v.action == LX_SECCOMP_RET_ALLOW);
	seccomp_drop(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct lx_sock_filter code[LX_BPF_MAXINSNS];
	struct seccomp_program p = {.code = code};
	struct lx_seccomp_data call;
	struct seccomp_filter *f;

	if (size < sizeof(call))
		return 0;
	memcpy(&call, data, sizeof(call));
	data += sizeof(call);
	size -= sizeof(call);
	p.ninsns = (uint32_t)MIN(size / sizeof(code[0]), ARRAY_SIZE(code));
	memcpy(code, data, p.ninsns * sizeof(code[0]));
	if (seccomp_filter_new(&p, &f) < 0)
		return 0;
	try_call(f, call);
	seccomp_filter_drop(f);
	return 0;
}
