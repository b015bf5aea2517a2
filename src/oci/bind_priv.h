/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables that say how a struct of ours and an object of JSON correspond: one row per property. The
 * reader (read.c) and the writer (write.c) walk the same tables, so what one accepts the other can
 * say. What a row cannot express (properties that depend on each other) stands in the type's verify
 * function, which runs once all properties of an object are there.
 */
#ifndef CAISSON_OCI_BIND_PRIV_H
#define CAISSON_OCI_BIND_PRIV_H

#include "base/compiler.h"
#include "base/strbuf.h"
#include "oci/doc_priv.h"
#include "oci/values.h"

/* What the property is in JSON, and what type the member has. */
enum oci_kind {
	OCI_KIND_STR,      /* string: const char * */
	OCI_KIND_BOOL,     /* boolean: bool */
	OCI_KIND_OPT_BOOL, /* boolean: struct oci_opt_bool */
	OCI_KIND_I32,      /* integer: int32_t */
	OCI_KIND_I64,
	OCI_KIND_U32,
	OCI_KIND_U64,
	OCI_KIND_OPT_U32,
	OCI_KIND_OPT_U64,
	OCI_KIND_OPT_I64,
	OCI_KIND_ENUM,   /* a name of the table: uint32_t */
	OCI_KIND_FLAGS,  /* an array of names: uint64_t, all values or-ed */
	OCI_KIND_STRV,   /* an array of strings: struct oci_strv */
	OCI_KIND_NAMEV,  /* an array of strings that stand in the table: struct oci_strv */
	OCI_KIND_U32V,   /* an array of integers: struct oci_u32v */
	OCI_KIND_MAP,    /* an object of strings: struct oci_map */
	OCI_KIND_OBJECT, /* an object: a struct within */
	OCI_KIND_PTR,    /* an object: a pointer to a struct, NULL if it is not there */
	OCI_KIND_LIST,   /* an array of objects: OCI_ARRAY */
	OCI_KIND_DICT, /* an object of objects: OCI_ARRAY of structs that begin with const char *key
			*/
};

/* Bits of a row. */
#define OCI_REQUIRED 1U  /* refused if it is not there; always written */
#define OCI_ALWAYS   2U  /* written even if it is zero or empty */
#define OCI_NONEMPTY 4U  /* strings, and arrays: at least one byte, one element */
#define OCI_PATH     8U  /* strings: as long as a path may be */
#define OCI_ABSOLUTE 16U /* strings: begin with '/'; implies OCI_PATH */
#define OCI_LENIENT  32U /* flags: a name that is not known is left out with a warning */

struct oci_name {
	const char *name; /* NULL ends a table; of several with one value the first is written */
	uint64_t value;
};

struct oci_reader;

struct oci_type {
	size_t size;
	const struct oci_field *fields;
	size_t nfields;
	/* 0, or what oci_refuse returned. May complete members that are no property. NULL: none. */
	int (*verify)(struct oci_reader *r, void *obj);
};

struct oci_field {
	const char *name;
	enum oci_kind kind;
	unsigned int flags;
	size_t offset;
	uint64_t max;                 /* unsigned integers; 0: what the type holds */
	const struct oci_name *names; /* ENUM, FLAGS, NAMEV */
	const struct oci_type *type;  /* OBJECT, PTR, LIST, DICT */
};

#define OCI_SAME(a, b)                                                                             \
	(0 * sizeof(struct {                                                                       \
		 _Static_assert(__builtin_types_compatible_p(a, b),                                \
				"the member has another type");                                    \
		 int unused_;                                                                      \
	 }))
#define OCI_MEMBER(T, m) __typeof__(((T *)0)->m)
#define OCI_FIELD(T, m, text, k, want, ...)                                                        \
	{                                                                                          \
		.name = (text), .kind = OCI_KIND_##k,                                              \
		.offset = offsetof(T, m) + OCI_SAME(OCI_MEMBER(T, m), want), __VA_ARGS__           \
	}

/* Rows: struct, member, property, bits, and what the kind needs. */
#define F_STR(T, m, text, f)      OCI_FIELD(T, m, text, STR, const char *, .flags = (f))
#define F_BOOL(T, m, text, f)     OCI_FIELD(T, m, text, BOOL, bool, .flags = (f))
#define F_OPT_BOOL(T, m, text)    OCI_FIELD(T, m, text, OPT_BOOL, struct oci_opt_bool, .flags = 0)
#define F_I32(T, m, text, f)      OCI_FIELD(T, m, text, I32, int32_t, .flags = (f))
#define F_I64(T, m, text, f)      OCI_FIELD(T, m, text, I64, int64_t, .flags = (f))
#define F_U32(T, m, text, f, mx)  OCI_FIELD(T, m, text, U32, uint32_t, .flags = (f), .max = (mx))
#define F_U64(T, m, text, f)      OCI_FIELD(T, m, text, U64, uint64_t, .flags = (f))
#define F_OPT_U32(T, m, text, mx) OCI_FIELD(T, m, text, OPT_U32, struct oci_opt_u32, .max = (mx))
#define F_OPT_U64(T, m, text, mx) OCI_FIELD(T, m, text, OPT_U64, struct oci_opt_u64, .max = (mx))
#define F_OPT_I64(T, m, text)     OCI_FIELD(T, m, text, OPT_I64, struct oci_opt_i64, .flags = 0)
#define F_ENUM(T, m, text, f, nm) OCI_FIELD(T, m, text, ENUM, uint32_t, .flags = (f), .names = (nm))
#define F_FLAGS(T, m, text, f, nm)                                                                 \
	OCI_FIELD(T, m, text, FLAGS, uint64_t, .flags = (f), .names = (nm))
#define F_STRV(T, m, text, f) OCI_FIELD(T, m, text, STRV, struct oci_strv, .flags = (f))
#define F_NAMEV(T, m, text, nm)                                                                    \
	OCI_FIELD(T, m, text, NAMEV, struct oci_strv, .flags = 0, .names = (nm))
#define F_U32V(T, m, text)            OCI_FIELD(T, m, text, U32V, struct oci_u32v, .flags = 0)
#define F_MAP(T, m, text)             OCI_FIELD(T, m, text, MAP, struct oci_map, .flags = 0)
#define F_OBJECT(T, m, text, f, E, t) OCI_FIELD(T, m, text, OBJECT, E, .flags = (f), .type = (t))
#define F_PTR(T, m, text, E, t)       OCI_FIELD(T, m, text, PTR, E *, .flags = 0, .type = (t))
#define F_LIST(T, m, text, f, E, t)                                                                \
	{                                                                                          \
		.name = (text), .kind = OCI_KIND_LIST, .flags = (f), .type = (t),                  \
		.offset = offsetof(T, m) + OCI_SAME(OCI_MEMBER(T, m.v), E *)                       \
	}
#define F_DICT(T, m, text, E, t)                                                                   \
	{                                                                                          \
		.name = (text), .kind = OCI_KIND_DICT, .type = (t),                                \
		.offset = offsetof(T, m) + OCI_SAME(OCI_MEMBER(T, m.v), E *)                       \
	}
#define OCI_TYPE(T, rows, check_fn)                                                                \
	{                                                                                          \
		.size = sizeof(T), .fields = (rows), .nfields = ARRAY_SIZE(rows),                  \
		.verify = (check_fn)                                                               \
	}

/* ---- what a verify function may use ---- */

/* Where the reader's memory comes from. */
struct oci_doc *oci_reader_doc(const struct oci_reader *r);

/* Say why, with the path of the object that is being verified before it; `property` (may be NULL)
 * is a property of it, such as "cwd" or "env[3]". Returns -EINVAL. */
int oci_refuse(struct oci_reader *r, const char *property, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* The same for something that is accepted; ends up in the document's warnings. 0, or -ENOMEM. */
MUST_CHECK int oci_warn(struct oci_reader *r, const char *property, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

/* No memory: says so, returns -ENOMEM. */
int oci_refuse_memory(struct oci_reader *r);

/* The value of a name; the first name of a value. Not in the table: false; NULL. */
bool oci_name_find(const struct oci_name *names, const char *name, uint64_t *ret_value);
const char *oci_name_of(const struct oci_name *names, uint64_t value);

/* ---- whole texts ---- */

/* Parse a text into obj, which is zeroed. The warnings belong to the document. */
MUST_CHECK int oci_read(const char *text, size_t len, const struct oci_type *type, void *obj,
			struct oci_doc *doc, struct oci_strv *ret_warnings, struct strbuf *why);

/* Write obj; indent is what one level is indented by, NULL: all on one line. */
void oci_write(const struct oci_type *type, const void *obj, const char *indent,
	       struct strbuf *out);

/* A generic array: what OCI_ARRAY, struct oci_strv and so on have in common. */
struct oci_any_array {
	void *v;
	size_t n;
};

#endif
