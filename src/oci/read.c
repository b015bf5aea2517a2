/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a tree of JSON values to a struct, along the tables. Each read_ function takes the value j
 * of one property (never null) and fills the member at `to`; what it refuses it has said.
 */
#include "oci/reader_priv.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "abi/fcntl.h"
#include "oci/text_priv.h"

#define STRING_MAX ((size_t)1 << 20)

static int read_object(struct oci_reader *r, const struct oci_type *type, struct json_object *j,
		       void *obj);

bool oci_name_find(const struct oci_name *names, const char *name, uint64_t *ret_value)
{
	for (; names->name; names++) {
		if (strcmp(names->name, name) == 0) {
			*ret_value = names->value;
			return true;
		}
	}
	return false;
}

const char *oci_name_of(const struct oci_name *names, uint64_t value)
{
	for (; names->name; names++) {
		if (names->value == value)
			return names->name;
	}
	return NULL;
}

static int wrong_type(struct oci_reader *r, const char *want, struct json_object *j)
{
	return oci_refuse(r, NULL, "must be %s, not %s", want,
			  json_type_to_name(json_object_get_type(j)));
}

/* ---- scalars ---- */

static int read_str(struct oci_reader *r, unsigned int flags, struct json_object *j,
		    const char **ret)
{
	const char *s;
	size_t n;

	if (!json_object_is_type(j, json_type_string))
		return wrong_type(r, "a string", j);
	s = json_object_get_string(j);
	n = (size_t)json_object_get_string_len(j);
	if (n > STRING_MAX)
		return oci_refuse(r, NULL, "is longer than %zu bytes", STRING_MAX);
	if (n == 0 && (flags & (OCI_NONEMPTY | OCI_ABSOLUTE)))
		return oci_refuse(r, NULL, "must not be empty");
	if ((flags & OCI_ABSOLUTE) && s[0] != '/')
		return oci_refuse(r, NULL, "must be an absolute path, not \"%.200s\"", s);
	if ((flags & (OCI_ABSOLUTE | OCI_PATH)) && n >= LX_PATH_MAX)
		return oci_refuse(r, NULL, "is longer than a path may be (%d bytes)",
				  LX_PATH_MAX - 1);
	*ret = oci_doc_string(r->doc, s, n);
	return *ret ? 0 : oci_refuse_memory(r);
}

/* A property: the same, but an empty string that need not be there says nothing. */
static int read_text(struct oci_reader *r, unsigned int flags, struct json_object *j,
		     const char **ret)
{
	if (!(flags & OCI_REQUIRED) && json_object_is_type(j, json_type_string) &&
	    json_object_get_string_len(j) == 0)
		return 0;
	return read_str(r, flags, j, ret);
}

static int read_bool(struct oci_reader *r, struct json_object *j, bool *ret)
{
	if (!json_object_is_type(j, json_type_boolean))
		return wrong_type(r, "true or false", j);
	*ret = json_object_get_boolean(j);
	return 0;
}

static int read_signed(struct oci_reader *r, struct json_object *j, int64_t lo, int64_t hi,
		       int64_t *ret)
{
	if (!json_object_is_type(j, json_type_int))
		return wrong_type(r, "an integer", j);

	int64_t v = json_object_get_int64(j);
	bool above = v > 0 && json_object_get_uint64(j) > INT64_MAX;

	if (above || v < lo || v > hi)
		return oci_refuse(r, NULL, "must be between %" PRId64 " and %" PRId64 ", not %s",
				  lo, hi, json_object_get_string(j));
	*ret = v;
	return 0;
}

static int read_unsigned(struct oci_reader *r, struct json_object *j, uint64_t max, uint64_t *ret)
{
	if (!json_object_is_type(j, json_type_int))
		return wrong_type(r, "an integer", j);

	uint64_t v = json_object_get_uint64(j);

	if (json_object_get_int64(j) < 0 || v > max)
		return oci_refuse(r, NULL, "must be between 0 and %" PRIu64 ", not %s", max,
				  json_object_get_string(j));
	*ret = v;
	return 0;
}

static int read_u32(struct oci_reader *r, struct json_object *j, uint64_t max, uint32_t *ret)
{
	uint64_t v;
	int res = read_unsigned(r, j, max != 0 ? max : UINT32_MAX, &v);

	if (res == 0)
		*ret = (uint32_t)v;
	return res;
}

static int read_i32(struct oci_reader *r, struct json_object *j, int32_t *ret)
{
	int64_t v;
	int res = read_signed(r, j, INT32_MIN, INT32_MAX, &v);

	if (res == 0)
		*ret = (int32_t)v;
	return res;
}

static int read_opt_bool(struct oci_reader *r, struct json_object *j, struct oci_opt_bool *ret)
{
	int res = read_bool(r, j, &ret->v);

	ret->set = res == 0;
	return res;
}

static int read_opt_u32(struct oci_reader *r, struct json_object *j, uint64_t max,
			struct oci_opt_u32 *ret)
{
	int res = read_u32(r, j, max, &ret->v);

	ret->set = res == 0;
	return res;
}

static int read_opt_u64(struct oci_reader *r, struct json_object *j, uint64_t max,
			struct oci_opt_u64 *ret)
{
	int res = read_unsigned(r, j, max != 0 ? max : UINT64_MAX, &ret->v);

	ret->set = res == 0;
	return res;
}

static int read_opt_i64(struct oci_reader *r, struct json_object *j, struct oci_opt_i64 *ret)
{
	int res = read_signed(r, j, INT64_MIN, INT64_MAX, &ret->v);

	ret->set = res == 0;
	return res;
}

static int read_name(struct oci_reader *r, const struct oci_name *names, struct json_object *j,
		     uint64_t *ret)
{
	if (!json_object_is_type(j, json_type_string))
		return wrong_type(r, "a string", j);
	if (!oci_name_find(names, json_object_get_string(j), ret))
		return oci_refuse(r, NULL, "unknown value \"%.100s\"", json_object_get_string(j));
	return 0;
}

static int read_enum(struct oci_reader *r, const struct oci_name *names, struct json_object *j,
		     uint32_t *ret)
{
	uint64_t v;
	int res = read_name(r, names, j, &v);

	if (res == 0)
		*ret = (uint32_t)v;
	return res;
}

/* ---- arrays and maps ---- */

/* Room for the elements of an array or the members of an object. */
static int make_array(struct oci_reader *r, const struct oci_field *f, size_t n, size_t size,
		      struct oci_any_array *ret)
{
	struct oci_any_array a = {NULL, n};

	if (n == 0 && (f->flags & OCI_NONEMPTY))
		return oci_refuse(r, NULL, "must not be empty");
	if (n > 0) {
		a.v = oci_doc_alloc(r->doc, n, size);
		if (!a.v)
			return oci_refuse_memory(r);
	}
	*ret = a;
	return 0;
}

static size_t element_size(const struct oci_field *f)
{
	if (f->kind == OCI_KIND_U32V)
		return sizeof(uint32_t);
	if (f->kind == OCI_KIND_LIST)
		return f->type->size;
	return sizeof(const char *);
}

static int read_element(struct oci_reader *r, const struct oci_field *f, struct json_object *j,
			void *to)
{
	uint64_t unused;

	if (f->kind == OCI_KIND_U32V)
		return read_u32(r, j, 0, to);
	if (f->kind == OCI_KIND_LIST)
		return read_object(r, f->type, j, to);
	if (f->kind == OCI_KIND_NAMEV) {
		int res = read_name(r, f->names, j, &unused);

		if (res < 0)
			return res;
	}
	return read_str(r, 0, j, to);
}

static int read_array(struct oci_reader *r, const struct oci_field *f, struct json_object *j,
		      struct oci_any_array *to)
{
	struct oci_any_array a;
	size_t n, size = element_size(f);
	int res;

	if (!json_object_is_type(j, json_type_array))
		return wrong_type(r, "an array", j);
	n = json_object_array_length(j);
	res = make_array(r, f, n, size, &a);
	for (size_t i = 0; res == 0 && i < n; i++) {
		oci_reader_enter_index(r, i);
		res = read_element(r, f, json_object_array_get_idx(j, i), (char *)a.v + i * size);
		if (res == 0)
			oci_reader_leave(r);
	}
	if (res == 0)
		*to = a;
	return res;
}

static int read_flag(struct oci_reader *r, const struct oci_field *f, struct json_object *j,
		     uint64_t *flags)
{
	uint64_t bit = 0;

	if ((f->flags & OCI_LENIENT) && json_object_is_type(j, json_type_string) &&
	    !oci_name_find(f->names, json_object_get_string(j), &bit))
		return oci_warn(r, NULL, "\"%.100s\" is not known here and is left out",
				json_object_get_string(j));

	int res = read_name(r, f->names, j, &bit);

	if (res == 0)
		*flags |= bit;
	return res;
}

static int read_flags(struct oci_reader *r, const struct oci_field *f, struct json_object *j,
		      uint64_t *to)
{
	if (!json_object_is_type(j, json_type_array))
		return wrong_type(r, "an array", j);

	size_t n = json_object_array_length(j);

	for (size_t i = 0; i < n; i++) {
		oci_reader_enter_index(r, i);
		int res = read_flag(r, f, json_object_array_get_idx(j, i), to);
		if (res < 0)
			return res;
		oci_reader_leave(r);
	}
	return 0;
}

static int read_pair(struct oci_reader *r, const char *key, struct json_object *j,
		     struct oci_pair *to)
{
	to->key = oci_doc_string(r->doc, key, strlen(key));
	return to->key ? read_str(r, 0, j, &to->value) : oci_refuse_memory(r);
}

/* An object of objects: the key is the first member of each struct. */
static int read_entry(struct oci_reader *r, const struct oci_field *f, const char *key,
		      struct json_object *j, void *to)
{
	const char *copy = oci_doc_string(r->doc, key, strlen(key));

	if (!copy)
		return oci_refuse_memory(r);
	memcpy(to, &copy, sizeof(copy));
	return read_object(r, f->type, j, to);
}

static int read_members(struct oci_reader *r, const struct oci_field *f, struct json_object *j,
			struct oci_any_array *to)
{
	bool strings = f->kind == OCI_KIND_MAP;
	size_t size = strings ? sizeof(struct oci_pair) : f->type->size;
	struct json_object_iterator it, end;
	struct oci_any_array a;
	char *at;
	int res;

	if (!json_object_is_type(j, json_type_object))
		return wrong_type(r, "an object", j);
	res = make_array(r, f, (size_t)json_object_object_length(j), size, &a);
	if (res < 0)
		return res;
	at = a.v;
	it = json_object_iter_begin(j);
	end = json_object_iter_end(j);
	for (; !json_object_iter_equal(&it, &end); json_object_iter_next(&it), at += size) {
		const char *key = json_object_iter_peek_name(&it);
		struct json_object *v = json_object_iter_peek_value(&it);

		oci_reader_enter_key(r, key);
		res = strings ? read_pair(r, key, v, (struct oci_pair *)(void *)at)
			      : read_entry(r, f, key, v, at);
		if (res < 0)
			return res;
		oci_reader_leave(r);
	}
	*to = a;
	return 0;
}

/* ---- objects ---- */

static int read_ptr(struct oci_reader *r, const struct oci_type *type, struct json_object *j,
		    void **to)
{
	void *obj = oci_doc_alloc(r->doc, 1, type->size);
	int res;

	if (!obj)
		return oci_refuse_memory(r);
	res = read_object(r, type, j, obj);
	if (res == 0)
		*to = obj;
	return res;
}

static int read_member(struct oci_reader *r, const struct oci_field *f, struct json_object *j,
		       void *to)
{
	switch (f->kind) {
	case OCI_KIND_STR:
		return read_text(r, f->flags, j, to);
	case OCI_KIND_BOOL:
		return read_bool(r, j, to);
	case OCI_KIND_OPT_BOOL:
		return read_opt_bool(r, j, to);
	case OCI_KIND_I32:
		return read_i32(r, j, to);
	case OCI_KIND_I64:
		return read_signed(r, j, INT64_MIN, INT64_MAX, to);
	case OCI_KIND_U32:
		return read_u32(r, j, f->max, to);
	case OCI_KIND_U64:
		return read_unsigned(r, j, f->max != 0 ? f->max : UINT64_MAX, to);
	case OCI_KIND_OPT_U32:
		return read_opt_u32(r, j, f->max, to);
	case OCI_KIND_OPT_U64:
		return read_opt_u64(r, j, f->max, to);
	case OCI_KIND_OPT_I64:
		return read_opt_i64(r, j, to);
	case OCI_KIND_ENUM:
		return read_enum(r, f->names, j, to);
	case OCI_KIND_FLAGS:
		return read_flags(r, f, j, to);
	case OCI_KIND_STRV:
	case OCI_KIND_NAMEV:
	case OCI_KIND_U32V:
	case OCI_KIND_LIST:
		return read_array(r, f, j, to);
	case OCI_KIND_MAP:
	case OCI_KIND_DICT:
		return read_members(r, f, j, to);
	case OCI_KIND_OBJECT:
		return read_object(r, f->type, j, to);
	case OCI_KIND_PTR:
		return read_ptr(r, f->type, j, to);
	}
	return oci_refuse(r, NULL, "cannot be read");
}

static int read_object(struct oci_reader *r, const struct oci_type *type, struct json_object *j,
		       void *obj)
{
	if (!json_object_is_type(j, json_type_object))
		return wrong_type(r, "an object", j);
	for (size_t i = 0; i < type->nfields; i++) {
		const struct oci_field *f = &type->fields[i];
		struct json_object *v = NULL;

		if (!json_object_object_get_ex(j, f->name, &v) || !v) {
			if (f->flags & OCI_REQUIRED)
				return oci_refuse(r, f->name, "is missing");
			continue;
		}
		oci_reader_enter(r, f->name);
		int res = read_member(r, f, v, (char *)obj + f->offset);
		if (res < 0)
			return res;
		oci_reader_leave(r);
	}
	return type->verify ? type->verify(r, obj) : 0;
}

int oci_read(const char *text, size_t len, const struct oci_type *type, void *obj,
	     struct oci_doc *doc, struct oci_strv *ret_warnings, struct strbuf *why)
{
	AUTO(oci_json_put) struct json_object *tree = NULL;
	struct oci_reader r;
	int res = oci_text_parse(text, len, &tree, why);

	if (res < 0)
		return res;
	oci_reader_init(&r, doc, why);
	res = read_object(&r, type, tree, obj);
	return res < 0 ? res : oci_reader_warnings(&r, ret_warnings);
}
