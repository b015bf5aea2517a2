/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of a group as JSON: a writer that knows where commas go, and the sections that each
 * version fills. Members that runc leaves out when they are zero are left out here as well. */
#pragma once

#include "runtime/cgroup/cgroup_priv.h"

struct json {
	struct strbuf *sb;
	bool comma; /* the next member needs one before it */
};

void json_open(struct json *j, const char *key, char bracket);
void json_close(struct json *j, char bracket);
void json_u64(struct json *j, const char *key, uint64_t v);
void json_i64(struct json *j, const char *key, int64_t v);
/* Nothing if v is 0. */
void json_u64_nz(struct json *j, const char *key, uint64_t v);
/* Control characters, quotes and backslashes are escaped. */
void json_string(struct json *j, const char *key, const char *s);
/* A list member. */
void json_element(struct json *j, uint64_t v);
/* Digits and at most one point, as the kernel writes averages; 0 for anything else. */
void json_decimal(struct json *j, const char *key, const char *digits, size_t n);

/* "key value" lines. 0 if it is not there. */
uint64_t cg_stat_key(const char *text, const char *key);
/* The file's number, 0 if there is none. */
uint64_t cg_stat_file(const char *dir, const char *file);
/* {"key":value,...} of all lines "key value". */
void cg_stat_map(struct json *j, const char *key, const char *dir, const char *file);
/* "0-3,7" as [0,1,2,3,7]; nothing for an empty list. */
void cg_stat_list(struct json *j, const char *key, const char *dir, const char *file);
/* Sizes of huge pages that the group has files for: fn(arg, "2MB") for each hugetlb.2MB.`suffix`. */
void cg_stat_hugepages(const char *dir, const char *suffix, void (*fn)(void *arg, const char *size),
		       void *arg);

/* Device lines, one list of [{"major":8,"op":"Read","value":1},...] at a time. */
struct cg_io_list {
	struct json *j;
	const char *key;
	bool open;
};
void cg_io_add(struct cg_io_list *l, uint64_t major, uint64_t minor, const char *op,
	       uint64_t value);
void cg_io_end(struct cg_io_list *l);

void cg_stats_v1(struct json *j, const struct cgroup *cg, enum cgroup_controller c);
void cg_stats_v2(struct json *j, const struct cgroup_place *p, enum cgroup_controller c);
