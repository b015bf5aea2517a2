/* SPDX-License-Identifier: Apache-2.0 */
/* The container's part of the plan: mounts and exports, devices, limits, names. */
#include "runtime/blueprint.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi/mount.h"
#include "runtime/runtime.h"

/* ---- memory ---- */

static void *keep(struct blueprint *b, void *block)
{
	void **v = block ? reallocarray(b->blocks, b->nblocks + 1, sizeof(*v)) : NULL;

	if (!v) {
		free(block);
		return NULL;
	}
	b->blocks = v;
	b->blocks[b->nblocks++] = block;
	return block;
}

void *blueprint_alloc(struct blueprint *b, size_t n, size_t size)
{
	return keep(b, calloc(n ? n : 1, size));
}

char *blueprint_format(struct blueprint *b, const char *fmt, ...)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(&sb, fmt, ap);
	va_end(ap);
	return keep(b, strbuf_steal(&sb));
}

char *blueprint_borrow(const char *s)
{
	char *p;

	memcpy(&p, &s, sizeof(p));
	return p;
}

void blueprint_fini(struct blueprint *b)
{
	for (size_t i = 0; i < b->nblocks; i++)
		free(b->blocks[i]);
	free(b->blocks);
	*b = (struct blueprint){0};
}

/* ---- mounts ---- */

static const char *const guest_types[] = {"proc",   "sysfs",  "tmpfs",  "devtmpfs",
					  "devpts", "mqueue", "cgroup", "cgroup2"};

static bool is_bind(const struct oci_mount *m)
{
	return (m->opts.set & LX_MS_BIND) != 0 || (m->type && strcmp(m->type, "bind") == 0);
}

static int refuse_mount(size_t i, const struct oci_mount *m, const char *why)
{
	tell("mounts[%zu] (%s): %s", i, m->destination, why);
	return -EINVAL;
}

/*
 * The host's windows onto its kernel are not given into a sandbox: in their place stand the same of
 * the guest's kernel. NULL: source is none of them.
 */
static const char *own_window(const char *source)
{
	static const struct {
		const char *path, *type;
	} windows[] = {{"/sys", "sysfs"}, {"/proc", "proc"}, {"/sys/fs/cgroup", "cgroup"}};
	AUTO(free) char *real = realpath(source, NULL);

	for (size_t i = 0; real && i < ARRAY_SIZE(windows); i++)
		if (strcmp(real, windows[i].path) == 0)
			return windows[i].type;
	return NULL;
}

/* A bind mount is an export of the Gofer, by a name of ours. */
static int draw_bind(struct blueprint *b, const struct blueprint_request *q, size_t i,
		     struct plan_mount *ret)
{
	const struct oci_mount *m = &q->spec->mounts.v[i];
	char *source, *name;
	const char *window;
	struct stat st;

	if (!m->source)
		return refuse_mount(i, m, "a bind mount needs a source");
	source = m->source[0] == '/' ? blueprint_borrow(m->source)
				     : blueprint_format(b, "%s/%s", q->bundle, m->source);
	name = blueprint_format(b, "mount%zu", i);
	if (!source || !name)
		return -ENOMEM;
	if (stat(source, &st) < 0) {
		int r = -errno;

		tell("error mounting \"%s\" to rootfs at \"%s\": stat %s: %s", m->source,
		     m->destination, m->source,
		     r == -ENOENT ? "no such file or directory" : strerror(-r));
		return r;
	}
	if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode)) {
		tell("mounts[%zu] (%s): %s is neither a directory nor a regular file; sockets, pipes and devices of the host are not given into a sandbox",
		     i, m->destination, m->source);
		return -EINVAL;
	}
	window = own_window(source);
	if (window) {
		ret->type = blueprint_borrow(window);
		return 0;
	}
	b->exports[b->nexports++] =
		(struct gofer_export){.host_path = source,
				      .name = name,
				      .writable = !(m->opts.set & LX_MS_RDONLY) &&
						  !(m->opts.rec_set & LX_MOUNT_ATTR_RDONLY)};
	ret->source = name;
	ret->type = blueprint_borrow("bind");
	return 0;
}

static int draw_idmaps(struct blueprint *b, const struct oci_id_mappings *m,
		       struct plan_idmaps *ret)
{
	if (m->n == 0)
		return 0;
	ret->v = blueprint_alloc(b, m->n, sizeof(*ret->v));
	if (!ret->v)
		return -ENOMEM;
	for (size_t i = 0; i < m->n; i++)
		ret->v[ret->n++] = (struct plan_idmap){.inside = m->v[i].container_id,
						       .outside = m->v[i].host_id,
						       .count = m->v[i].size};
	return 0;
}

static int draw_mount(struct blueprint *b, const struct blueprint_request *q, size_t i,
		      struct plan_mount *ret)
{
	const struct oci_mount *m = &q->spec->mounts.v[i];
	bool known = false;
	int r;

	*ret = (struct plan_mount){.destination = blueprint_borrow(m->destination),
				   .type = blueprint_borrow(m->type ? m->type : ""),
				   .source = blueprint_borrow(m->source ? m->source : "none"),
				   .data = blueprint_borrow(m->opts.data),
				   .set = m->opts.set & ~(uint64_t)LX_MS_BIND,
				   .clear = m->opts.clear,
				   .npropagation = (uint32_t)m->opts.propagation.n,
				   .propagation = m->opts.propagation.v,
				   .rec_set = m->opts.rec_set,
				   .rec_clear = m->opts.rec_clear};
	if (m->opts.tmpcopyup)
		ret->flags |= PLAN_MOUNT_TMPCOPYUP;
	if (m->opts.idmap == OCI_IDMAP_RECURSIVE)
		ret->flags |= PLAN_MOUNT_IDMAP_REC;
	r = draw_idmaps(b, &m->uid_mappings, &ret->uid_maps);
	if (r == 0)
		r = draw_idmaps(b, &m->gid_mappings, &ret->gid_maps);
	if (r < 0)
		return r;
	if (is_bind(m))
		return draw_bind(b, q, i, ret);
	for (size_t k = 0; k < ARRAY_SIZE(guest_types); k++)
		known |= strcmp(ret->type, guest_types[k]) == 0;
	return known ? 0 : refuse_mount(i, m, "this type of filesystem is not supported");
}

static int draw_mounts(struct blueprint *b, const struct blueprint_request *q)
{
	size_t n = q->spec->mounts.n;
	int r = 0;

	b->exports = blueprint_alloc(b, n + 1, sizeof(*b->exports));
	b->plan.mounts = blueprint_alloc(b, n, sizeof(*b->plan.mounts));
	if (!b->exports || !b->plan.mounts)
		return -ENOMEM;
	/* Writable even for a read-only root: its mount points are made first. */
	b->exports[b->nexports++] =
		(struct gofer_export){.host_path = q->rootfs, .name = "/", .writable = !q->overlay};
	for (size_t i = 0; i < n && r == 0; i++)
		r = draw_mount(b, q, i, &b->plan.mounts[i]);
	b->plan.nmounts = (uint32_t)n;
	return r;
}

/* ---- devices ---- */

static const struct {
	int64_t major, minor;
} emulated[] = {{1, 3}, {1, 5}, {1, 7}, {1, 8}, {1, 9}, {5, 0}, {5, 1}, {5, 2}};

static bool is_emulated(const struct oci_device *d)
{
	for (size_t i = 0; i < ARRAY_SIZE(emulated); i++)
		if (d->type == OCI_DEVICE_CHAR && d->major == emulated[i].major &&
		    d->minor == emulated[i].minor)
			return true;
	return d->type == OCI_DEVICE_FIFO;
}

static int draw_devices(struct blueprint *b, const struct oci_spec *spec)
{
	size_t n = spec->lx.devices.n;

	b->plan.devices = blueprint_alloc(b, n, sizeof(*b->plan.devices));
	if (!b->plan.devices)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const struct oci_device *d = &spec->lx.devices.v[i];

		if (!is_emulated(d)) {
			tell("linux.devices[%zu] (%s, %lld:%lld): devices of the host are not given into a sandbox",
			     i, d->path, (long long)d->major, (long long)d->minor);
			return -EINVAL;
		}
		b->plan.devices[b->plan.ndevices++] =
			(struct plan_device){.path = blueprint_borrow(d->path),
					     .type = (char)d->type,
					     .major = (uint32_t)d->major,
					     .minor = (uint32_t)d->minor,
					     .mode = d->file_mode.set ? d->file_mode.v : 0666,
					     .uid = d->uid.set ? d->uid.v : 0,
					     .gid = d->gid.set ? d->gid.v : 0};
	}
	return 0;
}

/* ---- the rest ---- */

static struct plan_strings borrow_strings(const struct oci_strv *v)
{
	struct plan_strings s = {.n = (uint32_t)v->n};

	memcpy(&s.v, &v->v, sizeof(s.v));
	return s;
}

static int draw_names(struct blueprint *b, const struct oci_spec *spec)
{
	struct plan *p = &b->plan;
	char own[65] = "caisson";

	if (!spec->hostname && gethostname(own, sizeof(own) - 1) < 0)
		return -errno;
	p->hostname = spec->hostname ? blueprint_borrow(spec->hostname)
				     : blueprint_format(b, "%s", own);
	p->domainname = blueprint_borrow(spec->domainname ? spec->domainname : "");
	p->masked = borrow_strings(&spec->lx.masked_paths);
	p->readonly = borrow_strings(&spec->lx.readonly_paths);
	p->propagation = spec->lx.rootfs_propagation;
	for (size_t i = 0; i < spec->lx.namespaces.n; i++)
		if (!spec->lx.namespaces.v[i].path)
			p->namespaces |=
				oci_ns_clone_flag((enum oci_ns)spec->lx.namespaces.v[i].type);
	p->sysctls = blueprint_alloc(b, spec->lx.sysctl.n, sizeof(*p->sysctls));
	if (!p->hostname || !p->sysctls)
		return -ENOMEM;
	for (size_t i = 0; i < spec->lx.sysctl.n; i++)
		p->sysctls[p->nsysctls++] =
			(struct plan_sysctl){blueprint_borrow(spec->lx.sysctl.v[i].key),
					     blueprint_borrow(spec->lx.sysctl.v[i].value)};
	return 0;
}

int blueprint_draw(const struct blueprint_request *q, struct blueprint *ret)
{
	const struct oci_spec *spec = q->spec;
	const struct process_request process = {.process = spec->process,
						.seccomp = spec->lx.seccomp,
						.personality = spec->lx.personality,
						.rootfs = q->rootfs,
						.listen_fds = q->listen_fds};
	struct blueprint b = {0};
	int r;

	b.plan.flags = PLAN_LISTEN | PLAN_DEFAULT_DEVICES |
		       (spec->root.readonly ? PLAN_ROOT_READONLY : 0) |
		       (q->overlay ? PLAN_ROOT_OVERLAY : 0);
	plan_limits_none(&b.plan.limits);
	r = draw_mounts(&b, q);
	if (r == 0)
		r = draw_devices(&b, spec);
	if (r == 0)
		r = draw_names(&b, spec);
	if (r == 0)
		r = draw_idmaps(&b, &spec->lx.uid_mappings, &b.plan.uid_maps);
	if (r == 0)
		r = draw_idmaps(&b, &spec->lx.gid_mappings, &b.plan.gid_maps);
	if (r == 0)
		r = blueprint_process(&b, &process, &b.plan.process);
	b.plan.process.flags |= PLAN_HELD;
	if (r == -ENOMEM)
		tell_errno(ENOMEM, "making the plan of the container");
	if (r < 0)
		blueprint_fini(&b);
	else
		*ret = b;
	return r;
}
