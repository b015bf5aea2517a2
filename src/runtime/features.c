/* SPDX-License-Identifier: Apache-2.0 */
/* `caisson features`: which parts of the specification are carried out, for engines. */
#include <errno.h>
#include <stdio.h>

#include "oci/features.h"
#include "oci/oci.h"
#include "runtime/options.h"
#include "runtime/runtime.h"

static void say_no(struct oci_opt_bool *b)
{
	*b = (struct oci_opt_bool){.set = true, .v = false};
}

static void say_yes(struct oci_opt_bool *b)
{
	*b = (struct oci_opt_bool){.set = true, .v = true};
}

static void fill(struct oci_features *f)
{
	static struct oci_pair annotations[] = {
		{"org.opencontainers.runtime.caisson.version", CAISSON_VERSION}};

	oci_features_init(f);
	say_yes(&f->lx.cgroup.v1);
	say_yes(&f->lx.cgroup.v2);
	say_yes(&f->lx.cgroup.systemd);
	say_yes(&f->lx.cgroup.systemd_user);
	say_yes(&f->lx.cgroup.rdma);
	say_yes(&f->lx.seccomp.enabled);
	say_no(&f->lx.apparmor.enabled);
	say_no(&f->lx.selinux.enabled);
	say_no(&f->lx.intel_rdt.enabled);
	say_yes(&f->lx.mount_extensions.idmap.enabled);
	say_no(&f->lx.net_devices.enabled);
	f->lx.memory_policy = (struct oci_features_policy){0};
	f->annotations.v = annotations;
	f->annotations.n = ARRAY_SIZE(annotations);
}

int verb_features(struct globals *g, int argc, char **argv)
{
	static const struct verb_args args = {.verb = "features"};
	AUTO(strbuf_fini) struct strbuf out = STRBUF_INIT;
	static struct oci_features f;
	char **rest;
	int r = options_parse(&args, argc, argv, &argc, &rest);

	(void)g;
	if (r != 0)
		return r < 0 ? EXIT_OCI : 0;
	fill(&f);
	oci_features_encode(&f, &out);
	if (strbuf_result(&out) < 0 || puts(out.s) < 0 || fflush(stdout) != 0) {
		tell_errno(EIO, "features: writing them");
		return EXIT_OCI;
	}
	return 0;
}
