/* SPDX-License-Identifier: Apache-2.0 */
/* sysinfo tells uptime, memory and processes in sane and consistent numbers. */
#include "guest.h"

#include <sys/sysinfo.h>

int main(void)
{
	struct sysinfo si;
	struct timespec ts;

	EXPECT_OK(sysinfo(&si));
	EXPECT_OK(clock_gettime(CLOCK_BOOTTIME, &ts));
	EXPECT(si.uptime >= 0);
	EXPECT(llabs((long long)(si.uptime - ts.tv_sec)) <= 2);
	EXPECT(si.mem_unit >= 1);
	EXPECT((uint64_t)si.totalram * si.mem_unit >= 16 << 20);
	EXPECT(si.freeram <= si.totalram);
	EXPECT(si.procs >= 1);
	EXPECT_ERRNO(syscall(SYS_sysinfo, BAD_PTR), EFAULT);
	return 0;
}
