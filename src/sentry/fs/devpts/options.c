/* SPDX-License-Identifier: Apache-2.0 */
/* Mount options of devpts: Documentation/filesystems/devpts.rst of Linux. */
#include <errno.h>
#include <string.h>

#include "base/strbuf.h"
#include "sentry/fs/devpts/devpts_priv.h"
#include "sentry/vfs/fstype.h"

static bool is_option(const char *s, size_t len, const char *name)
{
	return len == strlen(name) && memcmp(s, name, len) == 0;
}

/* A user or group; all bits set stands for nobody. */
static int parse_id(const char *value, size_t len, uint32_t *ret, bool *has)
{
	int r = fs_option_number(value, len, 10, ret);

	if (r == 0 && *ret == UINT32_MAX)
		r = -EINVAL;
	*has = r == 0;
	return r;
}

static int parse_mode(const char *value, size_t len, uint32_t *ret)
{
	int r = fs_option_number(value, len, 8, ret);

	*ret &= 07777;
	return r;
}

static int parse_one(const char *s, size_t len, struct devpts_options *o)
{
	const char *eq = memchr(s, '=', len), *value = eq ? eq + 1 : s + len;
	size_t name = eq ? (size_t)(eq - s) : len, n = len - (size_t)(value - s);

	if (is_option(s, len, "newinstance")) /* every mount is one */
		return 0;
	if (is_option(s, name, "uid"))
		return parse_id(value, n, &o->uid, &o->has_uid);
	if (is_option(s, name, "gid"))
		return parse_id(value, n, &o->gid, &o->has_gid);
	if (is_option(s, name, "mode"))
		return parse_mode(value, n, &o->mode);
	if (is_option(s, name, "ptmxmode"))
		return parse_mode(value, n, &o->ptmxmode);
	if (is_option(s, name, "max") && fs_option_number(value, n, 10, &o->max) == 0)
		return o->max <= DEVPTS_MAX ? 0 : -EINVAL;
	return -EINVAL;
}

int devpts_parse(const char *data, struct devpts_options *o)
{
	while (*data) {
		size_t len = strcspn(data, ",");
		int r = len > 0 ? parse_one(data, len, o) : 0;

		if (r < 0)
			return r;
		data += len + (data[len] == ',');
	}
	return 0;
}

void devpts_show_options(const struct devpts_options *o, struct strbuf *out)
{
	if (o->has_uid)
		strbuf_addf(out, ",uid=%u", o->uid);
	if (o->has_gid)
		strbuf_addf(out, ",gid=%u", o->gid);
	strbuf_addf(out, ",mode=%03o,ptmxmode=%03o", o->mode, o->ptmxmode);
	if (o->max < DEVPTS_MAX)
		strbuf_addf(out, ",max=%u", o->max);
}
