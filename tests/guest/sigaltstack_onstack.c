/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SA_ONSTACK handlers run on the alternate stack, others do not; the stack cannot be changed while
 * in use.
 */
#include "guest.h"

static char *alt;
#define ALT_SIZE 65536

static volatile bool on_alt;
static volatile int flags_inside, change_errno;

static void handler(int sig)
{
	stack_t ss, other = {.ss_sp = alt, .ss_size = ALT_SIZE};

	(void)sig;
	on_alt = (char *)&ss >= alt && (char *)&ss < alt + ALT_SIZE;
	EXPECT_OK(sigaltstack(NULL, &ss));
	flags_inside = ss.ss_flags;
	change_errno = sigaltstack(&other, NULL) == -1 ? errno : 0;
}

int main(void)
{
	struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
	stack_t ss = {.ss_size = ALT_SIZE}, old;

	EXPECT_OK(sigaltstack(NULL, &old));
	EXPECT_EQ(old.ss_flags, SS_DISABLE);
	alt = ss.ss_sp = malloc(ALT_SIZE);
	EXPECT_OK(sigaltstack(&ss, NULL));

	EXPECT_OK(sigaction(SIGUSR1, &sa, NULL));
	raise(SIGUSR1);
	EXPECT(on_alt);
	EXPECT_EQ(flags_inside, SS_ONSTACK);
	EXPECT_EQ(change_errno, EPERM);
	EXPECT_OK(sigaltstack(NULL, &old));
	EXPECT(old.ss_sp == alt);
	EXPECT_EQ(old.ss_size, ALT_SIZE);
	EXPECT_EQ(old.ss_flags, 0);

	sa.sa_flags = 0;
	EXPECT_OK(sigaction(SIGUSR1, &sa, NULL));
	raise(SIGUSR1);
	EXPECT(!on_alt);
	EXPECT_EQ(flags_inside, 0);

	ss.ss_size = 100;
	EXPECT_ERRNO(sigaltstack(&ss, NULL), ENOMEM);
	ss.ss_size = ALT_SIZE;
	ss.ss_flags = 0x40;
	EXPECT_ERRNO(sigaltstack(&ss, NULL), EINVAL);
	EXPECT_ERRNO(sigaltstack(BAD_PTR, NULL), EFAULT);
	EXPECT_ERRNO(sigaltstack(NULL, BAD_PTR), EFAULT);
	ss.ss_flags = SS_DISABLE;
	EXPECT_OK(sigaltstack(&ss, NULL));
	EXPECT_OK(sigaltstack(NULL, &old));
	EXPECT_EQ(old.ss_flags, SS_DISABLE);
	free(alt);
	return 0;
}
