/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Touching a file mapping behind the file's last page is SIGBUS with BUS_ADRERR; it works again
 * once the file grows.
 */
#include "guest.h"

#include <setjmp.h>

static sigjmp_buf back;
static siginfo_t seen;

static void handler(int sig, siginfo_t *si, void *uc)
{
	(void)uc;
	seen = *si;
	siglongjmp(back, sig);
}

static void expect_bus(volatile char *p, bool store)
{
	if (!sigsetjmp(back, 1)) {
		if (store)
			*p = 1;
		else
			(void)*p;
		FAIL("expected SIGBUS, the access worked");
	}
	EXPECT_EQ(seen.si_signo, SIGBUS);
	EXPECT_EQ(seen.si_code, BUS_ADRERR);
	EXPECT(seen.si_addr == p);
	seen.si_signo = 0;
}

int main(void)
{
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};

	guest_tmpdir();
	int fd = EXPECT_OK(open("f", O_RDWR | O_CREAT, 0644));
	EXPECT_OK(ftruncate(fd, 4096 + 10));
	char *p = EXPECT_OK(mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
	char *q = EXPECT_OK(mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));

	EXPECT_OK(sigaction(SIGBUS, &sa, NULL));
	p[4096 + 4095] = 1; /* the rest of the last page is there */
	expect_bus(p + 2 * 4096 + 5, false);
	expect_bus(p + 3 * 4096, true);
	expect_bus(q + 2 * 4096, true);

	EXPECT_OK(ftruncate(fd, 3 * 4096));
	EXPECT_EQ(p[2 * 4096 + 5], 0);
	p[2 * 4096 + 5] = 6;
	EXPECT_EQ(q[2 * 4096 + 5], 6);
	EXPECT_OK(ftruncate(fd, 4096));
	expect_bus(p + 2 * 4096 + 5, false); /* cut off again */
	expect_bus(p + 4096, true);
	return 0;
}
