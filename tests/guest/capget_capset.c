/* SPDX-License-Identifier: Apache-2.0 */
/*
 * capget shows root's capabilities, capset drops them for good, setuid away from root clears them.
 */
#include "guest.h"

#include <linux/capability.h>
#include <sys/prctl.h>

static void get(struct __user_cap_data_struct d[2])
{
	struct __user_cap_header_struct h = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};

	EXPECT_OK(syscall(SYS_capget, &h, d));
}

static long set(struct __user_cap_data_struct d[2])
{
	struct __user_cap_header_struct h = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};

	return syscall(SYS_capset, &h, d);
}

int main(void)
{
	struct __user_cap_data_struct d[2], old[2];
	struct __user_cap_header_struct h = {.version = 0x12345678, .pid = 0};
	uint32_t chown_bit = 1u << CAP_CHOWN;

	get(old);
	if (!(old[0].effective & chown_bit))
		SKIP("no capabilities to drop");
	EXPECT_EQ(old[0].effective & ~old[0].permitted, 0);
	pid_t pid = guest_fork();
	if (pid == 0) {
		guest_tmpdir();
		guest_write_file("f", "", 0644);
		memcpy(d, old, sizeof(d));
		d[0].effective &= ~chown_bit;
		EXPECT_OK(set(d));
		EXPECT_ERRNO(chown("f", 1234, 1234), EPERM);
		EXPECT_OK(set(old)); /* still permitted: take it back */
		EXPECT_OK(chown("f", 1234, 1234));
		d[0].permitted &= ~chown_bit;
		EXPECT_OK(set(d));
		EXPECT_ERRNO(set(old), EPERM);
		EXPECT_OK(unlink("f"));
		guest_cleanup();

		EXPECT_OK(setresuid(1234, 1234, 1234));
		get(d);
		EXPECT_EQ(d[0].effective | d[1].effective, 0);
		EXPECT_EQ(d[0].permitted | d[1].permitted, 0);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	EXPECT_EQ(prctl(PR_CAPBSET_READ, CAP_CHOWN), 1);
	EXPECT_ERRNO(prctl(PR_CAPBSET_READ, 63), EINVAL);
	EXPECT_ERRNO(syscall(SYS_capget, &h, d), EINVAL);
	EXPECT_EQ(h.version, _LINUX_CAPABILITY_VERSION_3); /* told what would do */
	EXPECT_ERRNO(syscall(SYS_capget, BAD_PTR, d), EFAULT);
	h.pid = 1 << 30;
	EXPECT_ERRNO(syscall(SYS_capget, &h, d), ESRCH);
	h.pid = -1;
	EXPECT_ERRNO(syscall(SYS_capget, &h, d), EINVAL);
	return 0;
}
