/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The options and arguments of one verb, from a table. Long options with one dash or two, `--f v`
 * and `--f=v`, one-letter forms; in any order, but for verbs whose arguments are a command.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

/* Options that may be given more than once. Zeroed at first; options_list_fini. */
struct options_list {
	const char **v; /* borrowed from argv */
	size_t n;
};

void options_list_fini(struct options_list *l);
DEFINE_AUTO_INPLACE(struct options_list, options_list_fini)

enum option_kind {
	OPTION_FLAG,   /* bool: given, or "=true", "=false" */
	OPTION_STRING, /* const char * */
	OPTION_LIST,   /* struct options_list */
	OPTION_U32,    /* struct option_u32 */
	OPTION_I64,    /* struct option_i64 */
};

struct option_u32 {
	bool set;
	uint32_t v;
};

struct option_i64 {
	bool set;
	int64_t v;
};

struct verb_option {
	const char *name;
	char letter; /* 0: none */
	enum option_kind kind;
	void *to; /* NULL: taken and passed over */
};

enum options_order {
	OPTIONS_ANYWHERE,
	OPTIONS_FIRST, /* up to the first argument */
};

#define OPTIONS_MANY UINT32_MAX

struct verb_args {
	const char *verb;
	const struct verb_option *options;
	size_t n;
	enum options_order order;
	unsigned min, max; /* how many arguments */
};

/*
 * 0 and the arguments, of which *ret_argc are in *ret_argv (part of argv); -EINVAL after telling
 * what is wrong; 1: help was asked for, and printed.
 */
MUST_CHECK int options_parse(const struct verb_args *va, int argc, char **argv, int *ret_argc,
			     char ***ret_argv);

/* Strict: a number and nothing else. */
MUST_CHECK bool parse_i64(const char *s, int64_t *ret);
