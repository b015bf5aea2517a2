/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SS_AUTODISARM forgets the alternate stack while a handler runs on it and restores it on return.
 */
#include "guest.h"

#ifndef SS_AUTODISARM
#define SS_AUTODISARM (1U << 31)
#endif
#define ALT_SIZE 65536

static char *alt;
static volatile bool on_alt, disarmed, swapped;

static void handler(int sig)
{
	stack_t ss, other = {.ss_sp = alt, .ss_size = 16384};

	(void)sig;
	on_alt = (char *)&ss >= alt && (char *)&ss < alt + ALT_SIZE;
	EXPECT_OK(sigaltstack(NULL, &ss));
	disarmed = ss.ss_flags == SS_DISABLE;
	swapped = sigaltstack(&other, NULL) == 0;
}

int main(void)
{
	struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
	stack_t ss = {.ss_size = ALT_SIZE, .ss_flags = (int)SS_AUTODISARM}, now;

	alt = ss.ss_sp = malloc(ALT_SIZE);
	EXPECT(alt != NULL);
	EXPECT_OK(sigaltstack(&ss, NULL));
	EXPECT_OK(sigaction(SIGUSR1, &sa, NULL));
	for (int i = 0; i < 2; i++) {
		on_alt = disarmed = swapped = false;
		raise(SIGUSR1);
		EXPECT(on_alt);
		EXPECT(disarmed);
		EXPECT(swapped);
	}
	EXPECT_OK(sigaltstack(NULL, &now));
	EXPECT(now.ss_sp == alt);
	EXPECT_EQ(now.ss_size, ALT_SIZE);
	EXPECT_EQ((unsigned int)now.ss_flags, SS_AUTODISARM);
	free(alt);
	return 0;
}
