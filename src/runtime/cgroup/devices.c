/* SPDX-License-Identifier: Apache-2.0 */
/* Rules to a default with exceptions, and those into devices.allow and devices.deny of v1. */
#include "runtime/cgroup/devices.h"

#include <errno.h>

#include "runtime/cgroup/cgroup_priv.h"

#define RW  (OCI_ACCESS_READ | OCI_ACCESS_WRITE)
#define ALL (RW | OCI_ACCESS_MKNOD)

/* What runc lets every container have: making any node; null, zero, full, random, urandom, tty,
 * console, ptmx and terminals. */
static const struct device_exception always[] = {
	{OCI_DEVICE_CHAR, DEVICE_ANY, DEVICE_ANY, OCI_ACCESS_MKNOD},
	{OCI_DEVICE_BLOCK, DEVICE_ANY, DEVICE_ANY, OCI_ACCESS_MKNOD},
	{OCI_DEVICE_CHAR, 1, 3, ALL},
	{OCI_DEVICE_CHAR, 1, 5, ALL},
	{OCI_DEVICE_CHAR, 1, 7, ALL},
	{OCI_DEVICE_CHAR, 1, 8, ALL},
	{OCI_DEVICE_CHAR, 1, 9, ALL},
	{OCI_DEVICE_CHAR, 5, 0, ALL},
	{OCI_DEVICE_CHAR, 5, 1, ALL},
	{OCI_DEVICE_CHAR, 5, 2, ALL},
	{OCI_DEVICE_CHAR, 136, DEVICE_ANY, ALL},
};

static size_t find(const struct device_set *s, const struct device_exception *x)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (s->e[i].type == x->type && s->e[i].major == x->major &&
		    s->e[i].minor == x->minor)
			break;
	return i;
}

static int add_rule(struct device_set *s, bool allow, const struct device_exception *x)
{
	size_t i = find(s, x);

	if (allow == s->allow) {
		if (i < s->n)
			s->e[i].access &= ~x->access;
		if (i < s->n && s->e[i].access == 0)
			s->e[i] = s->e[--s->n];
		return 0;
	}
	if (i == s->n) {
		if (s->n == DEVICE_EXCEPTIONS_MAX)
			return -E2BIG;
		s->e[s->n] = *x;
		s->e[s->n++].access = 0;
	}
	s->e[i].access |= x->access;
	return 0;
}

static int64_t number(const struct oci_opt_i64 *o)
{
	return o->set ? o->v : DEVICE_ANY;
}

static int add_oci(struct device_set *s, const struct oci_device_rule *d, size_t i,
		   struct cgroup_error *err)
{
	struct device_exception x = {d->type, number(&d->major), number(&d->minor),
				     d->access_text ? d->access : ALL};

	if (d->type == OCI_DEVICE_ALL) {
		s->allow = d->allow;
		s->n = 0;
		return 0;
	}
	if (x.type != OCI_DEVICE_CHAR && x.type != OCI_DEVICE_BLOCK)
		return cgroup_fail(err, -EINVAL, "linux.resources.devices[%zu].type", i);
	if (x.major < DEVICE_ANY || x.major > INT32_MAX || x.minor < DEVICE_ANY ||
	    x.minor > INT32_MAX)
		return cgroup_fail(err, -ERANGE, "linux.resources.devices[%zu]: number %lld:%lld",
				   i, (long long)x.major, (long long)x.minor);
	if (add_rule(s, d->allow, &x) < 0)
		return cgroup_fail(err, -E2BIG, "linux.resources.devices: more than %d exceptions",
				   DEVICE_EXCEPTIONS_MAX);
	return 0;
}

int device_set_build(const struct oci_resources *r, struct device_set *ret,
		     struct cgroup_error *err)
{
	int bad = 0;

	/* A new group may do what its parent may. */
	ret->allow = true;
	ret->n = 0;
	for (size_t i = 0; i < r->devices.n && bad == 0; i++)
		bad = add_oci(ret, &r->devices.v[i], i, err);
	for (size_t i = 0; i < ARRAY_SIZE(always) && bad == 0; i++)
		if (add_rule(ret, true, &always[i]) < 0)
			bad = cgroup_fail(err, -E2BIG, "linux.resources.devices");
	return bad;
}

static bool concerns(const struct device_exception *x, uint32_t type, int64_t major, int64_t minor)
{
	return x->type == type && (x->major == DEVICE_ANY || x->major == major) &&
	       (x->minor == DEVICE_ANY || x->minor == minor);
}

/* One exception must allow all of the access; any that forbids a part of it is enough. */
bool device_set_allows(const struct device_set *s, uint32_t type, int64_t major, int64_t minor,
		       uint32_t access)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct device_exception *x = &s->e[i];
		bool hit = s->allow ? (access & x->access) != 0 : (access & ~x->access) == 0;

		if (concerns(x, type, major, minor) && hit)
			return !s->allow;
	}
	return s->allow;
}

/* ---- v1 ---- */

static void add_number(struct strbuf *sb, int64_t n)
{
	if (n == DEVICE_ANY)
		strbuf_addc(sb, '*');
	else
		strbuf_addf(sb, "%lld", (long long)n);
}

static int write_exception(const char *dir, const char *file, const struct device_exception *x,
			   struct cgroup_error *err)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;

	strbuf_addf(&sb, "%c ", (int)x->type);
	add_number(&sb, x->major);
	strbuf_addc(&sb, ':');
	add_number(&sb, x->minor);
	strbuf_addf(&sb, " %s%s%s", x->access & OCI_ACCESS_READ ? "r" : "",
		    x->access & OCI_ACCESS_WRITE ? "w" : "",
		    x->access & OCI_ACCESS_MKNOD ? "m" : "");
	if (strbuf_result(&sb) < 0)
		return cgroup_fail(err, -ENOMEM, "writing %s/%s", dir, file);
	return cg_set(dir, file, sb.s, err);
}

/* Before the group has children: the kernel changes the default of none that has. */
int cg_devices_v1(const char *dir, const struct oci_resources *r, struct cgroup_error *err)
{
	AUTO(free) struct device_set *s = NULL;
	const char *file;
	int ret;

	if (r->devices.n == 0)
		return 0;
	s = malloc(sizeof(*s));
	if (!s)
		return cgroup_fail(err, -ENOMEM, "the rules of %s", dir);
	ret = device_set_build(r, s, err);
	if (ret == 0)
		ret = cg_set(dir, s->allow ? "devices.allow" : "devices.deny", "a", err);
	file = s->allow ? "devices.deny" : "devices.allow";
	for (size_t i = 0; i < s->n && ret == 0; i++)
		ret = write_exception(dir, file, &s->e[i], err);
	return ret;
}
