/* SPDX-License-Identifier: Apache-2.0 */
/* The writer, and reading the kinds of files that numbers stand in. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/cgroup/stats_priv.h"

typedef unsigned long long ull;

#define CPUS_MAX 65535 /* what a 16-bit number of runc's holds */

/* ---- writing ---- */

static void begin(struct json *j, const char *key)
{
	if (j->comma)
		strbuf_addc(j->sb, ',');
	if (key)
		strbuf_addf(j->sb, "\"%s\":", key);
	j->comma = true;
}

void json_open(struct json *j, const char *key, char bracket)
{
	begin(j, key);
	strbuf_addc(j->sb, bracket);
	j->comma = false;
}

void json_close(struct json *j, char bracket)
{
	strbuf_addc(j->sb, bracket);
	j->comma = true;
}

void json_u64(struct json *j, const char *key, uint64_t v)
{
	begin(j, key);
	strbuf_addf(j->sb, "%llu", (ull)v);
}

void json_i64(struct json *j, const char *key, int64_t v)
{
	begin(j, key);
	strbuf_addf(j->sb, "%lld", (long long)v);
}

void json_u64_nz(struct json *j, const char *key, uint64_t v)
{
	if (v != 0)
		json_u64(j, key, v);
}

void json_element(struct json *j, uint64_t v)
{
	json_u64(j, NULL, v);
}

void json_string(struct json *j, const char *key, const char *s)
{
	begin(j, key);
	strbuf_addc(j->sb, '"');
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			strbuf_addf(j->sb, "\\%c", c);
		else if (c < 0x20)
			strbuf_addf(j->sb, "\\u%04x", c);
		else
			strbuf_addc(j->sb, *s);
	}
	strbuf_addc(j->sb, '"');
}

void json_decimal(struct json *j, const char *key, const char *digits, size_t n)
{
	size_t points = 0;
	bool good = n > 0 && n < 20 && digits[0] != '.' && digits[n - 1] != '.';

	for (size_t i = 0; i < n && good; i++) {
		points += digits[i] == '.';
		good = digits[i] == '.' || (digits[i] >= '0' && digits[i] <= '9');
	}
	begin(j, key);
	if (good && points <= 1)
		strbuf_add(j->sb, digits, n);
	else
		strbuf_addc(j->sb, '0');
}

/* ---- reading ---- */

/* Digits at s, up to a blank or the line's end. */
static bool number_at(const char *s, uint64_t *ret)
{
	char text[24];
	size_t n = strcspn(s, " \n");

	if (n >= sizeof(text))
		return false;
	memcpy(text, s, n);
	text[n] = 0;
	return cg_parse_u64(text, ret);
}

uint64_t cg_stat_key(const char *text, const char *key)
{
	size_t n = strlen(key);
	uint64_t v = 0;

	for (const char *s = text; s && *s; s = strchr(s, '\n')) {
		s += *s == '\n';
		if (strncmp(s, key, n) == 0 && s[n] == ' ')
			return number_at(s + n + 1, &v) ? v : 0;
	}
	return 0;
}

uint64_t cg_stat_file(const char *dir, const char *file)
{
	uint64_t v;

	return cg_read_u64(dir, file, &v) == 0 ? v : 0;
}

static int map_line(void *arg, char *line)
{
	char *gap = strchr(line, ' ');
	uint64_t v;

	if (gap && number_at(gap + 1, &v)) {
		*gap = 0;
		if (strpbrk(line, "\"\\") == NULL)
			json_u64(arg, line, v);
	}
	return 0;
}

void cg_stat_map(struct json *j, const char *key, const char *dir, const char *file)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;

	if (cg_read(dir, file, &sb) < 0 || sb.len == 0)
		return;
	json_open(j, key, '{');
	(void)cg_for_each_line(sb.s, map_line, j);
	json_close(j, '}');
}

void cg_stat_list(struct json *j, const char *key, const char *dir, const char *file)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	const char *s;

	if (cg_read(dir, file, &sb) < 0 || sb.len == 0 || !isdigit((unsigned char)sb.s[0]))
		return;
	json_open(j, key, '[');
	for (s = sb.s; isdigit((unsigned char)*s);) {
		char *end;
		unsigned long lo = strtoul(s, &end, 10), hi = lo;

		if (*end == '-')
			hi = strtoul(end + 1, &end, 10);
		for (; lo <= hi && hi <= CPUS_MAX; lo++)
			json_element(j, lo);
		s = end + (*end == ',');
	}
	json_close(j, ']');
}

void cg_stat_hugepages(const char *dir, const char *suffix, void (*fn)(void *arg, const char *size),
		       void *arg)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	if (!d)
		return;
	while ((e = readdir(d)) != NULL) {
		const char *size = e->d_name + 8, *dot;
		char name[32];

		if (strncmp(e->d_name, "hugetlb.", 8) != 0)
			continue;
		dot = strchr(size, '.');
		if (!dot || strcmp(dot + 1, suffix) != 0 || (size_t)(dot - size) >= sizeof(name))
			continue;
		memcpy(name, size, (size_t)(dot - size));
		name[dot - size] = 0;
		fn(arg, name);
	}
	(void)closedir(d);
}

/* ---- devices ---- */

void cg_io_add(struct cg_io_list *l, uint64_t major, uint64_t minor, const char *op, uint64_t value)
{
	if (!l->open)
		json_open(l->j, l->key, '[');
	l->open = true;
	json_open(l->j, NULL, '{');
	json_u64_nz(l->j, "major", major);
	json_u64_nz(l->j, "minor", minor);
	if (op[0])
		json_string(l->j, "op", op);
	json_u64_nz(l->j, "value", value);
	json_close(l->j, '}');
}

void cg_io_end(struct cg_io_list *l)
{
	if (l->open)
		json_close(l->j, ']');
}
