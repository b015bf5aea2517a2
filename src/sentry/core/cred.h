/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Credentials: who a task is. Immutable once published; a change makes a copy (cred_dup), edits it
 * and replaces the task's reference. Rules follow credentials(7), capabilities(7).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/ref.h"

#define CRED_NGROUPS_MAX 65536u /* NGROUPS_MAX of limits.h */

struct cred {
	struct ref ref;
	uint32_t uid, euid, suid, fsuid;
	uint32_t gid, egid, sgid, fsgid;
	uint32_t ngroups;
	uint32_t *groups; /* sorted, arena */
	uint64_t cap_inheritable, cap_permitted, cap_effective, cap_bounding, cap_ambient;
	uint32_t securebits;
	bool no_new_privs;
	bool keep_caps;
};

/*
 * Root inside with all capabilities if uid is 0, none otherwise. Caller owns; NULL: out of memory.
 */
struct cred *cred_new(uint32_t uid, uint32_t gid, const uint32_t *groups, uint32_t ngroups);
/* A private copy with one reference. Caller owns; NULL: out of memory. */
struct cred *cred_dup(const struct cred *c);
const struct cred *cred_get(const struct cred *c);
void cred_put(const struct cred *c);

/* cap is an LX_CAP_ number. */
bool cred_capable(const struct cred *c, int cap);
/*
 * Is gid the fsgid or among the supplementary groups (cred_in_group), or egid or among them
 * (cred_in_egroup)?
 */
bool cred_in_group(const struct cred *c, uint32_t gid);
bool cred_in_egroup(const struct cred *c, uint32_t gid);
/*
 * Of a cred that is not published yet. Copies and sorts. -EINVAL: more than CRED_NGROUPS_MAX;
 * -ENOMEM. setgroups(2)
 */
MUST_CHECK int cred_set_groups(struct cred *c, const uint32_t *groups, uint32_t ngroups);

DEFINE_AUTO(const struct cred *, cred_put)
