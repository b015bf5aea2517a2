/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a struct to JSON, along the same tables that the reader uses. A member that says nothing
 * (NULL, zero, false, empty) is left out unless its row says OCI_REQUIRED or OCI_ALWAYS.
 */
#include "oci/bind_priv.h"

#include <inttypes.h>
#include <string.h>

struct writer {
	struct strbuf *out;
	const char *indent; /* NULL: one line */
	unsigned int depth;
};

static void write_object(struct writer *w, const struct oci_type *type, const void *obj,
			 const char *key_of_entry);

/* ---- what is there ---- */

static bool object_present(const struct oci_type *type, const void *obj);

static bool present(const struct oci_field *f, const void *p)
{
	if (f->flags & (OCI_REQUIRED | OCI_ALWAYS))
		return true;
	switch (f->kind) {
	case OCI_KIND_STR:
		return *(const char *const *)p != NULL;
	case OCI_KIND_BOOL:
		return *(const bool *)p;
	case OCI_KIND_OPT_BOOL:
		return ((const struct oci_opt_bool *)p)->set;
	case OCI_KIND_I32:
	case OCI_KIND_U32:
	case OCI_KIND_ENUM:
		return *(const uint32_t *)p != 0;
	case OCI_KIND_I64:
	case OCI_KIND_U64:
	case OCI_KIND_FLAGS:
		return *(const uint64_t *)p != 0;
	case OCI_KIND_OPT_U32:
		return ((const struct oci_opt_u32 *)p)->set;
	case OCI_KIND_OPT_U64:
		return ((const struct oci_opt_u64 *)p)->set;
	case OCI_KIND_OPT_I64:
		return ((const struct oci_opt_i64 *)p)->set;
	case OCI_KIND_STRV:
	case OCI_KIND_NAMEV:
	case OCI_KIND_U32V:
	case OCI_KIND_MAP:
	case OCI_KIND_LIST:
	case OCI_KIND_DICT:
		return ((const struct oci_any_array *)p)->n > 0;
	case OCI_KIND_OBJECT:
		return object_present(f->type, p);
	case OCI_KIND_PTR:
		return *(const void *const *)p != NULL;
	}
	return false;
}

static bool object_present(const struct oci_type *type, const void *obj)
{
	for (size_t i = 0; i < type->nfields; i++) {
		const struct oci_field *f = &type->fields[i];

		if (present(f, (const char *)obj + f->offset))
			return true;
	}
	return false;
}

/* ---- punctuation ---- */

static void newline(struct writer *w)
{
	if (!w->indent)
		return;
	strbuf_addc(w->out, '\n');
	for (unsigned int i = 0; i < w->depth; i++)
		strbuf_adds(w->out, w->indent);
}

static void open_bracket(struct writer *w, char bracket)
{
	strbuf_addc(w->out, bracket);
	w->depth++;
}

static void next_item(struct writer *w, bool *first)
{
	if (!*first)
		strbuf_addc(w->out, ',');
	*first = false;
	newline(w);
}

static void close_bracket(struct writer *w, char bracket, bool empty)
{
	w->depth--;
	if (!empty)
		newline(w);
	strbuf_addc(w->out, bracket);
}

static void write_string(struct writer *w, const char *s)
{
	strbuf_addc(w->out, '"');
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			strbuf_addf(w->out, "\\%c", c);
		else if (c == '\n')
			strbuf_adds(w->out, "\\n");
		else if (c == '\t')
			strbuf_adds(w->out, "\\t");
		else if (c < 0x20 || c == 0x7f)
			strbuf_addf(w->out, "\\u%04x", c);
		else
			strbuf_addc(w->out, *s);
	}
	strbuf_addc(w->out, '"');
}

static void write_key(struct writer *w, const char *key)
{
	write_string(w, key);
	strbuf_adds(w->out, w->indent ? ": " : ":");
}

/* ---- values ---- */

static void write_flags(struct writer *w, const struct oci_name *names, uint64_t flags)
{
	bool first = true;

	open_bracket(w, '[');
	for (; names->name; names++) {
		if (names->value == 0 || (flags & names->value) != names->value)
			continue;
		next_item(w, &first);
		write_string(w, names->name);
		flags &= ~names->value;
	}
	close_bracket(w, ']', first);
}

static void write_array(struct writer *w, const struct oci_field *f, const struct oci_any_array *a)
{
	bool first = true;

	open_bracket(w, '[');
	for (size_t i = 0; i < a->n; i++) {
		next_item(w, &first);
		if (f->kind == OCI_KIND_U32V)
			strbuf_addf(w->out, "%" PRIu32, ((const uint32_t *)a->v)[i]);
		else if (f->kind == OCI_KIND_LIST)
			write_object(w, f->type, (const char *)a->v + i * f->type->size, NULL);
		else
			write_string(w, ((const char *const *)a->v)[i]);
	}
	close_bracket(w, ']', first);
}

static void write_members(struct writer *w, const struct oci_field *f,
			  const struct oci_any_array *a)
{
	bool first = true;

	open_bracket(w, '{');
	for (size_t i = 0; i < a->n; i++) {
		next_item(w, &first);
		if (f->kind == OCI_KIND_MAP) {
			const struct oci_pair *p = (const struct oci_pair *)a->v + i;

			write_key(w, p->key);
			write_string(w, p->value);
		} else {
			const char *at = (const char *)a->v + i * f->type->size, *key;

			memcpy(&key, at, sizeof(key));
			write_object(w, f->type, at, key);
		}
	}
	close_bracket(w, '}', first);
}

static void write_text(struct writer *w, const char *s)
{
	write_string(w, s ? s : "");
}

static void write_member(struct writer *w, const struct oci_field *f, const void *p)
{
	switch (f->kind) {
	case OCI_KIND_STR:
		return write_text(w, *(const char *const *)p);
	case OCI_KIND_BOOL:
		return strbuf_adds(w->out, *(const bool *)p ? "true" : "false");
	case OCI_KIND_OPT_BOOL:
		return strbuf_adds(w->out, ((const struct oci_opt_bool *)p)->v ? "true" : "false");
	case OCI_KIND_I32:
		return strbuf_addf(w->out, "%" PRId32, *(const int32_t *)p);
	case OCI_KIND_I64:
		return strbuf_addf(w->out, "%" PRId64, *(const int64_t *)p);
	case OCI_KIND_U32:
		return strbuf_addf(w->out, "%" PRIu32, *(const uint32_t *)p);
	case OCI_KIND_U64:
		return strbuf_addf(w->out, "%" PRIu64, *(const uint64_t *)p);
	case OCI_KIND_OPT_U32:
		return strbuf_addf(w->out, "%" PRIu32, ((const struct oci_opt_u32 *)p)->v);
	case OCI_KIND_OPT_U64:
		return strbuf_addf(w->out, "%" PRIu64, ((const struct oci_opt_u64 *)p)->v);
	case OCI_KIND_OPT_I64:
		return strbuf_addf(w->out, "%" PRId64, ((const struct oci_opt_i64 *)p)->v);
	case OCI_KIND_ENUM:
		return write_text(w, oci_name_of(f->names, *(const uint32_t *)p));
	case OCI_KIND_FLAGS:
		return write_flags(w, f->names, *(const uint64_t *)p);
	case OCI_KIND_STRV:
	case OCI_KIND_NAMEV:
	case OCI_KIND_U32V:
	case OCI_KIND_LIST:
		return write_array(w, f, p);
	case OCI_KIND_MAP:
	case OCI_KIND_DICT:
		return write_members(w, f, p);
	case OCI_KIND_OBJECT:
		return write_object(w, f->type, p, NULL);
	case OCI_KIND_PTR:
		return write_object(w, f->type, *(const void *const *)p, NULL);
	}
}

static void write_object(struct writer *w, const struct oci_type *type, const void *obj,
			 const char *key_of_entry)
{
	bool first = true;

	if (key_of_entry)
		write_key(w, key_of_entry);
	open_bracket(w, '{');
	for (size_t i = 0; i < type->nfields; i++) {
		const struct oci_field *f = &type->fields[i];
		const void *p = (const char *)obj + f->offset;

		if (!present(f, p))
			continue;
		next_item(w, &first);
		write_key(w, f->name);
		write_member(w, f, p);
	}
	close_bracket(w, '}', first);
}

void oci_write(const struct oci_type *type, const void *obj, const char *indent, struct strbuf *out)
{
	struct writer w = {.out = out, .indent = indent};

	write_object(&w, type, obj, NULL);
}
