/* SPDX-License-Identifier: Apache-2.0 */
/* getopt_long_only(3) behind a table that knows where values go. */
#include "runtime/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/strbuf.h"
#include "runtime/runtime.h"

#define OPTIONS_MAX 48
#define OPTION_HELP 0x200

void options_list_fini(struct options_list *l)
{
	free(l->v);
	*l = (struct options_list){0};
}

bool parse_i64(const char *s, int64_t *ret)
{
	char *end;
	long long v;

	if (s[0] == 0 || s[0] == ' ')
		return false;
	errno = 0;
	v = strtoll(s, &end, 10);
	if (errno != 0 || *end != 0)
		return false;
	*ret = v;
	return true;
}

static int wrong(const struct verb_args *va, const struct verb_option *o, const char *value)
{
	tell("\"%s\": --%s %s: not a value that it takes", va->verb, o->name, value);
	return -EINVAL;
}

static int take_number(const struct verb_args *va, const struct verb_option *o, const char *arg)
{
	struct option_u32 *u = o->to;
	struct option_i64 *i = o->to;
	int64_t v;

	if (!parse_i64(arg, &v) || (o->kind == OPTION_U32 && (v < 0 || v > UINT32_MAX)))
		return wrong(va, o, arg);
	if (o->kind == OPTION_U32)
		*u = (struct option_u32){true, (uint32_t)v};
	else
		*i = (struct option_i64){true, v};
	return 0;
}

static int take_flag(const struct verb_args *va, const struct verb_option *o, const char *arg)
{
	bool *to = o->to;

	if (!arg || strcmp(arg, "true") == 0 || strcmp(arg, "1") == 0)
		*to = true;
	else if (strcmp(arg, "false") == 0 || strcmp(arg, "0") == 0)
		*to = false;
	else
		return wrong(va, o, arg);
	return 0;
}

static int take(const struct verb_args *va, const struct verb_option *o, const char *arg)
{
	struct options_list *l = o->to;
	const char **string = o->to;
	const char **v;

	if (!o->to)
		return 0;
	switch (o->kind) {
	case OPTION_FLAG:
		return take_flag(va, o, arg);
	case OPTION_STRING:
		*string = arg;
		return 0;
	case OPTION_U32:
	case OPTION_I64:
		return take_number(va, o, arg);
	case OPTION_LIST:
		break;
	}
	v = reallocarray(l->v, l->n + 1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	l->v = v;
	l->v[l->n++] = arg;
	return 0;
}

static void help(const struct verb_args *va)
{
	printf("usage: caisson %s [options]%s\n\noptions:\n", va->verb,
	       va->max > 0 ? " ARGUMENTS" : "");
	for (size_t i = 0; i < va->n; i++) {
		const struct verb_option *o = &va->options[i];

		printf("  %c%c --%s%s\n", o->letter ? '-' : ' ', o->letter ? o->letter : ' ',
		       o->name, o->kind == OPTION_FLAG ? "" : " VALUE");
	}
	printf("\ncaisson(1) says what they mean.\n");
}

static int check_count(const struct verb_args *va, int n)
{
	if ((unsigned)n >= va->min && (unsigned)n <= va->max)
		return 0;
	if (va->min == va->max)
		tell("\"%s\" requires exactly %u argument(s)", va->verb, va->min);
	else if ((unsigned)n < va->min)
		tell("\"%s\" requires a minimum of %u argument(s)", va->verb, va->min);
	else
		tell("\"%s\" requires a maximum of %u argument(s)", va->verb, va->max);
	return -EINVAL;
}

/* getopt's two ways of writing the same table. */
static void fill(const struct verb_args *va, struct option *longs, char *shorts)
{
	size_t at = 0;

	shorts[at++] = va->order == OPTIONS_FIRST ? '+' : ':';
	if (va->order == OPTIONS_FIRST)
		shorts[at++] = ':';
	for (size_t i = 0; i < va->n; i++) {
		const struct verb_option *o = &va->options[i];
		bool flag = o->kind == OPTION_FLAG;

		longs[i] = (struct option){o->name, flag ? optional_argument : required_argument,
					   NULL, (int)i + 1};
		if (o->letter) {
			shorts[at++] = o->letter;
			if (!flag)
				shorts[at++] = ':';
		}
	}
	longs[va->n] = (struct option){"help", no_argument, NULL, OPTION_HELP};
	longs[va->n + 1] = (struct option){0};
	shorts[at] = 0;
}

static const struct verb_option *find(const struct verb_args *va, int c)
{
	if (c >= 1 && (size_t)c <= va->n)
		return &va->options[c - 1];
	for (size_t i = 0; i < va->n; i++)
		if (va->options[i].letter && va->options[i].letter == c)
			return &va->options[i];
	return NULL;
}

int options_parse(const struct verb_args *va, int argc, char **argv, int *ret_argc,
		  char ***ret_argv)
{
	struct option longs[OPTIONS_MAX];
	char shorts[2 * OPTIONS_MAX];
	int c, r;

	check(va->n + 2 <= OPTIONS_MAX);
	fill(va, longs, shorts);
	optind = 0;
	opterr = 0;
	while ((c = getopt_long_only(argc, argv, shorts, longs, NULL)) != -1) {
		const struct verb_option *o = find(va, c);

		if (c == OPTION_HELP) {
			help(va);
			return 1;
		}
		if (!o) {
			tell(c == ':' ? "\"%s\": %s needs a value" : "\"%s\": no such option: %s",
			     va->verb, argv[optind - 1]);
			return -EINVAL;
		}
		r = take(va, o, optarg);
		if (r < 0)
			return r;
	}
	*ret_argc = argc - optind;
	*ret_argv = argv + optind;
	return check_count(va, *ret_argc);
}
