/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which devices may be opened or made, from the rules of linux.resources.devices: a default, and
 * exceptions to it. As the devices controller of cgroup v1 keeps it, security/device_cgroup.c, so
 * that both versions answer alike:
 *   1. a rule for all devices ('a') sets the default and forgets the exceptions;
 *   2. a rule against the default adds its accesses to the exception of just these numbers;
 *   3. a rule with the default takes its accesses away from the exception of just these numbers.
 */
#pragma once

#include "oci/resources.h"
#include "runtime/cgroup/cgroup.h"

#include <linux/bpf.h>

#define DEVICE_EXCEPTIONS_MAX 256
#define DEVICE_INSNS_MAX      (8 + 8 * DEVICE_EXCEPTIONS_MAX)
#define DEVICE_ANY            (-1)

struct device_exception {
	uint32_t type;        /* OCI_DEVICE_CHAR or _BLOCK */
	int64_t major, minor; /* DEVICE_ANY: every one */
	uint32_t access;      /* OCI_ACCESS_ */
};

struct device_set {
	bool allow; /* the default */
	size_t n;
	struct device_exception e[DEVICE_EXCEPTIONS_MAX];
};

/* The rules, and after them the devices that every container has. -E2BIG, -EINVAL. */
MUST_CHECK int device_set_build(const struct oci_resources *r, struct device_set *ret,
				struct cgroup_error *err);
/* May the set be accessed so? For tests: what both kernels answer. */
bool device_set_allows(const struct device_set *s, uint32_t type, int64_t major, int64_t minor,
		       uint32_t access);
/* As a program for BPF_PROG_TYPE_CGROUP_DEVICE; how many instructions. */
size_t device_set_program(const struct device_set *s, struct bpf_insn ret[DEVICE_INSNS_MAX]);
