/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages. What comes from the text is cut to a length that a person reads, and its control
 * characters are replaced: a message is one line, whatever the text holds.
 */
#include "oci/reader_priv.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/check.h"

#define KEY_SHOWN   80
#define MESSAGE_MAX 1024

void oci_reader_init(struct oci_reader *r, struct oci_doc *doc, struct strbuf *why)
{
	*r = (struct oci_reader){.doc = doc, .why = why};
	r->last = &r->first;
}

static void enter(struct oci_reader *r, struct oci_step step)
{
	check(r->depth < OCI_PATH_DEPTH);
	r->path[r->depth++] = step;
}

void oci_reader_enter(struct oci_reader *r, const char *property)
{
	enter(r, (struct oci_step){.name = property});
}

void oci_reader_enter_index(struct oci_reader *r, size_t index)
{
	enter(r, (struct oci_step){.index = index});
}

void oci_reader_enter_key(struct oci_reader *r, const char *key)
{
	enter(r, (struct oci_step){.name = key, .key = true});
}

void oci_reader_leave(struct oci_reader *r)
{
	check(r->depth > 0);
	r->depth--;
}

struct oci_doc *oci_reader_doc(const struct oci_reader *r)
{
	return r->doc;
}

static void add_path(const struct oci_reader *r, const char *property, struct strbuf *out)
{
	for (size_t i = 0; i < r->depth; i++) {
		const struct oci_step *s = &r->path[i];

		if (!s->name)
			strbuf_addf(out, "[%zu]", s->index);
		else if (s->key)
			strbuf_addf(out, "[\"%.*s\"]", KEY_SHOWN, s->name);
		else
			strbuf_addf(out, "%s%s", out->len > 0 ? "." : "", s->name);
	}
	if (property)
		strbuf_addf(out, "%s%s", out->len > 0 ? "." : "", property);
	if (out->len > 0)
		strbuf_adds(out, ": ");
}

/* Cut it, and make one line of it; a cut leaves no part of a character behind. */
static void make_line(struct strbuf *sb)
{
	size_t n = MIN(sb->len, (size_t)MESSAGE_MAX);

	while (n < sb->len && n > 0 && ((unsigned char)sb->s[n] & 0xc0) == 0x80)
		n--;
	strbuf_truncate(sb, n);
	for (size_t i = 0; i < sb->len; i++) {
		if ((unsigned char)sb->s[i] < 0x20 || sb->s[i] == 0x7f)
			sb->s[i] = '?';
	}
}

static void message(struct oci_reader *r, struct strbuf *out, const char *property, const char *fmt,
		    va_list ap) PRINTF_LIKE(4, 0);
static void message(struct oci_reader *r, struct strbuf *out, const char *property, const char *fmt,
		    va_list ap)
{
	strbuf_reset(out);
	add_path(r, property, out);
	strbuf_vaddf(out, fmt, ap);
	make_line(out);
}

int oci_refuse(struct oci_reader *r, const char *property, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	message(r, r->why, property, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

int oci_refuse_memory(struct oci_reader *r)
{
	strbuf_reset(r->why);
	strbuf_adds(r->why, "no memory");
	return -ENOMEM;
}

int oci_warn(struct oci_reader *r, const char *property, const char *fmt, ...)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	struct oci_warning *w;
	va_list ap;

	va_start(ap, fmt);
	message(r, &sb, property, fmt, ap);
	va_end(ap);
	w = oci_doc_alloc(r->doc, 1, sizeof(*w));
	if (!w)
		return oci_refuse_memory(r);
	w->text = oci_doc_string(r->doc, strbuf_str(&sb), sb.len);
	if (!w->text)
		return oci_refuse_memory(r);
	*r->last = w;
	r->last = &w->next;
	r->nwarnings++;
	return 0;
}

int oci_reader_warnings(struct oci_reader *r, struct oci_strv *ret_warnings)
{
	struct oci_strv v = {NULL, 0};

	if (r->nwarnings > 0)
		v.v = oci_doc_alloc(r->doc, r->nwarnings, sizeof(*v.v));
	if (r->nwarnings > 0 && !v.v)
		return oci_refuse_memory(r);
	for (const struct oci_warning *w = r->first; w; w = w->next)
		v.v[v.n++] = w->text;
	*ret_warnings = v;
	return 0;
}
