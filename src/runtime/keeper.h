/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keeper, one of two small processes that stand for a container on the host beside its Gofer
 * and Sentry; the other is init's stand-in (proxy.h):
 *
 *	create (or run), until the container is there
 *	  +- keeper   first process of the container's pid namespace; parent of the other two
 *	  |    +- gofer
 *	  |    +- sentry - stubs
 *	  +- init     in the container's namespaces and cgroup; its pid is the container's
 *
 * When `create` ends, keeper and init become children of the caller's subreaper, which gets init's
 * exit status. Ties: the keeper holds the Sentry's life line; init and the keeper hold the two ends
 * of a leash (AF_UNIX, SOCK_SEQPACKET). Until `create` says go, both end when it does.
 *	init is killed          its end closes: the keeper ends, and with it all the others
 *	the keeper is killed    the kernel kills the pid namespace, or the leash and PDEATHSIG do it
 *	the Sentry ends         the life line says how, the keeper tells init, which ends likewise
 */
#pragma once

#include <sys/types.h>

#include "base/compiler.h"
#include "runtime/namespaces.h"
#include "runtime/spawn.h"

struct keeper_config {
	int line;  /* to `create`, SOCK_SEQPACKET */
	int leash; /* to init */
	const struct namespaces *ns;
	struct spawn_args spawn;
	const char *hostname, *domainname; /* of a uts namespace of its own; NULL */
	const char *rootfs; /* the root of the container's mount namespace in the end */
};

/* What goes over the line, as one byte. To the keeper: */
enum keeper_command {
	KEEPER_MAPPED = 'm', /* ids are mapped: take up what the user namespace gives */
	KEEPER_SPAWN = 's',  /* start Gofer and Sentry */
	KEEPER_GO = 'g',     /* the container is there: live without us */
};
/* From it: the command again once it is done (with KEEPER_SPAWN the life line, the Sentry's end of
 * the Gofer's connection, and pidfds of Sentry and Gofer), or KEEPER_FAILED after telling why. */
#define KEEPER_FAILED 'f'

/* Become the keeper: in a fresh child, which is the first process of ns->make. */
NORETURN void keeper_main(const struct keeper_config *config);

/* What goes over the leash, one record each: to init a wait status, from it a signal. */
struct leash_record {
	int32_t value;
};
