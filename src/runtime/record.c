/* SPDX-License-Identifier: Apache-2.0 */
/* The table of state.json, walked by the writer and the reader. */
#include "runtime/record.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/fd.h"
#include "host/io.h"

#define RECORD_NAME    "state.json"
#define RECORD_MAX     (1u << 20)
#define RECORD_VERSION 1

enum field_kind { FIELD_STRING, FIELD_BOOL, FIELD_PROCESS };

static const struct field {
	const char *name;
	enum field_kind kind;
	size_t offset;
	bool required;
} fields[] = {
	{"id", FIELD_STRING, offsetof(struct record, id), true},
	{"ociVersion", FIELD_STRING, offsetof(struct record, oci_version), true},
	{"bundle", FIELD_STRING, offsetof(struct record, bundle), true},
	{"rootfs", FIELD_STRING, offsetof(struct record, rootfs), true},
	{"created", FIELD_STRING, offsetof(struct record, created), true},
	{"cgroup", FIELD_STRING, offsetof(struct record, cgroup), false},
	{"paused", FIELD_BOOL, offsetof(struct record, paused), false},
	{"rootless", FIELD_BOOL, offsetof(struct record, rootless), false},
	{"terminal", FIELD_BOOL, offsetof(struct record, terminal), false},
	{"init", FIELD_PROCESS, offsetof(struct record, init), false},
	{"keeper", FIELD_PROCESS, offsetof(struct record, keeper), false},
	{"sentry", FIELD_PROCESS, offsetof(struct record, sentry), false},
	{"gofer", FIELD_PROCESS, offsetof(struct record, gofer), false},
};

static const char *const phases[] = {
	[RECORD_CREATING] = "creating",
	[RECORD_CREATED] = "created",
	[RECORD_RUNNING] = "running",
};

static void *member(struct record *r, const struct field *f)
{
	return (char *)r + f->offset;
}

static const void *member_const(const struct record *r, const struct field *f)
{
	return (const char *)r + f->offset;
}

void record_fini(struct record *r)
{
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (fields[i].kind == FIELD_STRING) {
			char **s = member(r, &fields[i]);

			free(*s);
		}
	*r = (struct record){0};
}

/* ---- writing ---- */

static json_object *field_object(const struct field *f, const void *at)
{
	const struct process_id *p = at;
	char *const *s = at;
	const bool *b = at;
	json_object *o;

	switch (f->kind) {
	case FIELD_STRING:
		return *s ? json_object_new_string(*s) : NULL;
	case FIELD_BOOL:
		return json_object_new_boolean(*b);
	case FIELD_PROCESS:
		break;
	}
	o = json_object_new_object();
	if (o) {
		json_object_object_add(o, "pid", json_object_new_int(p->pid));
		json_object_object_add(o, "start", json_object_new_int64((int64_t)p->start));
	}
	return o;
}

void record_encode(const struct record *r, struct strbuf *out)
{
	json_object *o = json_object_new_object();
	const char *text = NULL;

	if (o) {
		json_object_object_add(o, "version", json_object_new_int(RECORD_VERSION));
		json_object_object_add(o, "phase", json_object_new_string(phases[r->phase]));
		json_object_object_add(o, "uid", json_object_new_int64(r->uid));
		for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
			json_object_object_add(o, fields[i].name,
					       field_object(&fields[i],
							    member_const(r, &fields[i])));
		text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY |
								 JSON_C_TO_STRING_NOSLASHESCAPE);
	}
	if (text)
		strbuf_adds(out, text);
	else
		out->failed = true;
	json_object_put(o);
}

/* ---- reading ---- */

static int get_process(json_object *o, struct process_id *ret)
{
	json_object *pid, *start;
	int64_t v, s;

	if (!json_object_object_get_ex(o, "pid", &pid) ||
	    !json_object_object_get_ex(o, "start", &start))
		return -EBADMSG;
	v = json_object_get_int64(pid);
	s = json_object_get_int64(start);
	if (v < 0 || v > INT32_MAX || s < 0)
		return -EBADMSG;
	*ret = (struct process_id){(pid_t)v, (uint64_t)s};
	return 0;
}

static int get_field(json_object *o, const struct field *f, void *to)
{
	json_object *v = NULL;
	char **s = to;
	bool *b = to;

	if (!json_object_object_get_ex(o, f->name, &v) || !v)
		return f->required ? -EBADMSG : 0;
	switch (f->kind) {
	case FIELD_STRING:
		if (!json_object_is_type(v, json_type_string))
			return -EBADMSG;
		*s = strdup(json_object_get_string(v));
		return *s ? 0 : -ENOMEM;
	case FIELD_BOOL:
		*b = json_object_get_boolean(v);
		return 0;
	case FIELD_PROCESS:
		break;
	}
	return get_process(v, to);
}

static int get_all(json_object *o, struct record *ret)
{
	json_object *version, *phase, *uid;
	size_t i;
	int r = 0;

	if (!json_object_object_get_ex(o, "version", &version) ||
	    json_object_get_int(version) != RECORD_VERSION ||
	    !json_object_object_get_ex(o, "phase", &phase) ||
	    !json_object_object_get_ex(o, "uid", &uid))
		return -EBADMSG;
	for (i = 0; i < ARRAY_SIZE(phases); i++)
		if (strcmp(json_object_get_string(phase), phases[i]) == 0)
			break;
	if (i == ARRAY_SIZE(phases))
		return -EBADMSG;
	ret->phase = (enum record_phase)i;
	ret->uid = (uint32_t)json_object_get_int64(uid);
	for (i = 0; i < ARRAY_SIZE(fields) && r == 0; i++)
		r = get_field(o, &fields[i], member(ret, &fields[i]));
	return r;
}

int record_decode(const char *text, size_t len, struct record *ret)
{
	json_tokener *t = json_tokener_new();
	json_object *o;
	int r;

	if (!t)
		return -ENOMEM;
	*ret = (struct record){0};
	o = len <= RECORD_MAX ? json_tokener_parse_ex(t, text, (int)len) : NULL;
	r = o && json_object_is_type(o, json_type_object) ? get_all(o, ret) : -EBADMSG;
	if (r < 0)
		record_fini(ret);
	json_object_put(o);
	json_tokener_free(t);
	return r;
}

/* ---- files ---- */

int record_read(int dirfd, struct record *ret)
{
	AUTO(strbuf_fini) struct strbuf text = STRBUF_INIT;
	AUTO(host_close_fd) int fd = host_open(dirfd, RECORD_NAME, O_RDONLY, 0);
	char piece[4096];
	ssize_t n = fd;

	while (n >= 0 && (n = host_read(fd, piece, sizeof(piece))) > 0 && text.len <= RECORD_MAX)
		strbuf_add(&text, piece, (size_t)n);
	if (n < 0)
		return (int)n;
	n = strbuf_result(&text);
	return n < 0 ? (int)n : record_decode(strbuf_str(&text), text.len, ret);
}

int record_write(int dirfd, const struct record *r)
{
	AUTO(strbuf_fini) struct strbuf text = STRBUF_INIT;
	AUTO(host_close_fd) int fd = -1;
	int e;

	record_encode(r, &text);
	strbuf_addc(&text, '\n');
	e = strbuf_result(&text);
	if (e < 0)
		return e;
	fd = host_open(dirfd, RECORD_NAME ".new", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	e = fd < 0 ? fd : host_write_all(fd, text.s, text.len);
	if (e == 0 && renameat(dirfd, RECORD_NAME ".new", dirfd, RECORD_NAME) < 0)
		e = -errno;
	return e;
}
