/* SPDX-License-Identifier: Apache-2.0 */
/* `caisson checkpoint`, `caisson restore`: not there. Engines learn it from the status and the
 * message, before anything has changed. */
#include "runtime/runtime.h"

int verb_checkpoint(struct globals *g, int argc, char **argv)
{
	(void)g;
	(void)argc;
	(void)argv;
	tell("checkpoint is not supported by this version of caisson");
	return EXIT_OCI;
}

int verb_restore(struct globals *g, int argc, char **argv)
{
	(void)g;
	(void)argc;
	(void)argv;
	tell("restore is not supported by this version of caisson");
	return EXIT_OCI;
}
